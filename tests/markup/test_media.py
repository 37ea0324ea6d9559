from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.media import MediaItem, media
from pipeline.markup.soup import make_soup
from schemas.links import REGIONS
from schemas.media import KINDS, ROLES

PAGE = "https://delta.example/2021/low-tide"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def found(markup, **options):
    return media(make_soup(markup), PAGE, "body", **options)


def urls(markup):
    return [item.url.removeprefix("https://delta.example") for item in found(markup)]


def image(url, **fields):
    return MediaItem(region="body", kind="image", role="inline", url=url, **fields)


def test_an_image_with_all_that_is_said_of_it():
    markup = """
        <figure>
          <a href="/full/ferry.jpg"><img src="/ferry.jpg" width="620" height="413px" alt=" The  ferry "></a>
          <figcaption>The <b>last</b> ferry.</figcaption>
        </figure>"""
    assert found(markup) == [
        image(
            "https://delta.example/ferry.jpg",
            full_url="https://delta.example/full/ferry.jpg",
            width=620,
            height=413,
            alt="The ferry",
            caption="The last ferry.",
        )
    ]


@pytest.mark.parametrize(
    ("markup", "item"),
    [
        pytest.param(
            '<video src="/a.mp4" width="640"></video>',
            MediaItem("body", "video", "inline", "https://delta.example/a.mp4", width=640),
            id="video",
        ),
        pytest.param(
            '<video><source src="/a.webm"><source src="/a.mp4"></video>',
            MediaItem("body", "video", "inline", "https://delta.example/a.webm"),
            id="video: its first source",
        ),
        pytest.param(
            '<audio><source src="data:x"><source src="//cdn.example/a.ogg"><a href="/a">Play</a></audio>',
            MediaItem("body", "audio", "inline", "https://cdn.example/a.ogg"),
            id="audio: its first source that leads somewhere",
        ),
        pytest.param(
            '<iframe src="//player.example/7" width="100%" height="315"></iframe>',
            MediaItem("body", "embed", "embed", "https://player.example/7", height=315),
            id="iframe; a width in per cent is none",
        ),
        pytest.param(
            '<iframe data-src="/player/7" src="about:blank"></iframe>',
            MediaItem("body", "embed", "embed", "https://delta.example/player/7"),
            id="a lazy iframe",
        ),
        pytest.param(
            '<object data="/a.swf"></object>',
            MediaItem("body", "embed", "embed", "https://delta.example/a.swf"),
            id="object",
        ),
        pytest.param(
            '<embed src="/a.swf">',
            MediaItem("body", "embed", "embed", "https://delta.example/a.swf"),
            id="embed",
        ),
    ],
)
def test_what_is_played_or_embedded(markup, item):
    assert found(markup) == [item]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param('<img alt="A river">', id="an image without an address"),
        pytest.param(f'<img src="{DOT}">', id="nothing but a placeholder"),
        pytest.param("<video></video>", id="a video without a source"),
        pytest.param('<iframe src="javascript:x"></iframe>', id="a frame that acts"),
        pytest.param('<!-- <img src="/a.jpg"> -->', id="in a comment"),
        pytest.param("<p>Low tide.</p>", id="text"),
    ],
)
def test_what_shows_nothing_is_no_media(markup):
    assert found(markup) == []


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param(
            '<img src="/b.jpg"><p><img src="/a.jpg"></p>', ["/b.jpg", "/a.jpg"], id="document order"
        ),
        pytest.param('<img src="/a.jpg"><img src="/a.jpg">', ["/a.jpg"], id="the same twice"),
        pytest.param(
            '<img src="/a.jpg"><img src="a.jpg"><img src="../a.jpg">',
            ["/a.jpg", "/2021/a.jpg"],
            id="the same, otherwise written",
        ),
        pytest.param(
            '<img src="/i?n=1"><img src="/i?n=2">', ["/i?n=1", "/i?n=2"], id="two that differ in their query"
        ),
        pytest.param(
            f'<img src="{DOT}" data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>',
            ["/a.jpg"],
            id="the copy in <noscript>",
        ),
        pytest.param(
            '<img data-lazy-src="/a.jpg?w=620&lazy=1"><noscript><img src="/a.jpg?w=620"></noscript>',
            ["/a.jpg?w=620&lazy=1"],
            id="the copy in <noscript> has another query",
        ),
        pytest.param('<noscript><img src="/a.jpg"></noscript>', ["/a.jpg"], id="only in <noscript>"),
        pytest.param(
            f'<img src="{DOT}"><noscript><img src="/a.jpg"></noscript>',
            ["/a.jpg"],
            id="beside a placeholder that does not say",
        ),
    ],
)
def test_each_picture_is_there_once(markup, shown):
    assert urls(markup) == shown


@pytest.mark.parametrize(
    ("markup", "full_url"),
    [
        pytest.param(
            '<a href="/full.jpg"><img src="/a.jpg"></a>', "https://delta.example/full.jpg", id="linked"
        ),
        pytest.param(
            '<a href="/full.PNG?x=1"><b><img src="/a.jpg"></b></a>',
            "https://delta.example/full.PNG?x=1",
            id="linked, deeper",
        ),
        pytest.param('<a href="/gallery"><img src="/a.jpg"></a>', None, id="the link leads to a page"),
        pytest.param(
            '<img src="/a.jpg" srcset="/b.jpg 320w, /c.jpg 1200w">',
            "https://delta.example/c.jpg",
            id="srcset",
        ),
        pytest.param(
            '<a href="/full.jpg"><img src="/a.jpg" srcset="/b.jpg 2x"></a>',
            "https://delta.example/full.jpg",
            id="the link comes first",
        ),
        pytest.param('<img src="/a.jpg">', None, id="none"),
    ],
)
def test_the_largest_version_that_the_page_names(markup, full_url):
    assert found(markup) == [image("https://delta.example/a.jpg", full_url=full_url)]


@pytest.mark.parametrize(
    ("markup", "captions"),
    [
        pytest.param(
            "<figure><img src=1><figcaption>One.</figcaption></figure>", ["One."], id="its figure's"
        ),
        pytest.param(
            "<figure><img src=1><img src=2><figcaption>Both.</figcaption></figure>",
            ["Both."] * 2,
            id="two in a figure",
        ),
        pytest.param("<figure><img src=1></figure>", [None], id="a figure without one"),
        pytest.param("<figure><img src=1><figcaption> </figcaption></figure>", [None], id="an empty one"),
        pytest.param(
            "<img src=1><figure><figcaption>Another's.</figcaption></figure>",
            [None],
            id="not that of its neighbour",
        ),
        pytest.param(
            "<figure><iframe src=1></iframe><figcaption>A player.</figcaption></figure>",
            ["A player."],
            id="an embedded page's",
        ),
    ],
)
def test_the_caption(markup, captions):
    assert [item.caption for item in found(markup)] == captions


def test_a_prettified_caption_has_no_space_before_a_full_stop():
    markup = "<figure><img src=1><figcaption>\n The\n <i>\n  ferry\n </i>\n .\n</figcaption></figure>"
    assert [item.caption for item in found(markup, prettified=True)] == ["The ferry."]


@pytest.mark.parametrize(
    ("written", "pixels"),
    [
        ("620", 620),
        (" 620 ", 620),
        ("620px", 620),
        ("620.5", 620),
        ("2", 2),
        ("100%", None),
        ("auto", None),
        ("", None),
        ("-1", None),
        ("9999999", None),
        ("6e2", None),
    ],
)
def test_width_and_height_are_pixels(written, pixels):
    (item,) = found(f'<img src="/a.jpg" width="{written}" height="{written}">')
    assert (item.width, item.height) == (pixels, pixels)


def test_a_width_of_the_original_beside_it():
    item = found('<img src="/a.jpg" data-width="1125" data-height="2436">')[0]
    assert (item.width, item.height) == (1125, 2436)
    item = found('<div data-width="2000" data-height="1333"><img src="/a.jpg"></div>')[0]
    assert (item.width, item.height) == (2000, 1333)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param('<img src="/a.gif" width="1" height="1">', id="one pixel"),
        pytest.param('<img src="/a.gif" width="0" height="1px">', id="less"),
        pytest.param('<img src="/a.gif" style="width: 1px; height:1px">', id="by its style"),
        pytest.param('<img src="https://medium.com/_/stat?event=post">', id="Medium's"),
        pytest.param('<img src="https://www.facebook.com/tr?id=1&ev=PageView&noscript=1">', id="Facebook's"),
        pytest.param('<img src="//feeds.feedburner.com/~r/delta/~4/abc">', id="a feed's"),
        pytest.param('<iframe src="/count" width="0" height="0"></iframe>', id="a frame"),
        pytest.param('<img src="/img/spacer.gif">', id="a spacer"),
    ],
)
def test_what_counts_readers_is_no_media(markup):
    assert found(markup) == []


@pytest.mark.parametrize(
    ("markup", "rows"),
    [
        pytest.param(
            '<img src="/uploads/a-300x200.jpg"><img src="/uploads/a.jpg">',
            [("/uploads/a-300x200.jpg", "/uploads/a.jpg")],
            id="a small one, then the large one",
        ),
        pytest.param(
            '<img src="/uploads/a.jpg"><img src="/uploads/a-300x200.jpg">',
            [("/uploads/a.jpg", None)],
            id="the large one, then a small one",
        ),
        pytest.param(
            '<img src="/a.jpg?w=300"><img src="/a.jpg?w=900"><img src="/a.jpg?w=600">',
            [("/a.jpg?w=300", "/a.jpg?w=900")],
            id="three widths",
        ),
        pytest.param(
            '<img data-lazy-src="/a.jpg?w=9&is-pending-load=1#038;ssl=1" src="/a.jpg?w=9&ssl=1">'
            '<noscript><img src="/a.jpg?w=9&ssl=1" srcset="/a.jpg?w=900&ssl=1 900w"></noscript>',
            [("/a.jpg?w=9&ssl=1", "/a.jpg?w=900&ssl=1")],
            id="the sizes of the copy in <noscript>",
        ),
        pytest.param(
            '<img src="/lazy/a.webp"><noscript><img src="/img/a.jpg"></noscript>',
            [("/lazy/a.webp", "/img/a.jpg")],
            id="the copy in <noscript>, of another kind",
        ),
        pytest.param(
            '<img src="/a.jpg"><noscript><img src="/b.jpg"></noscript>',
            [("/a.jpg", None), ("/b.jpg", None)],
            id="another picture in <noscript>",
        ),
        pytest.param(
            '<picture><source srcset="/a-w.webp 1200w, /a-s.webp 600w"><img src="/a.jpg"></picture>',
            [("/a.jpg", "/a-w.webp")],
            id="<picture>",
        ),
        pytest.param(
            '<picture><source data-srcset="/a.webp 2x"><img></picture>',
            [("/a.webp", None)],
            id="<picture> whose <img> says nothing",
        ),
        pytest.param(
            '<img src="/a.jpg" srcset="/a.jpg?w=300 300w">', [("/a.jpg", None)], id="a srcset of smaller ones"
        ),
        pytest.param(
            '<a href="/wiki/File:a.jpg"><img src="/b.jpg"></a>',
            [("/b.jpg", None)],
            id="a wiki's page about it",
        ),
        pytest.param(
            '<img src="/a.jpg" data-orig-file="/full.jpg">', [("/a.jpg", "/full.jpg")], id="named beside it"
        ),
        pytest.param(
            '<amp-img src="/a.jpg"><noscript><img src="/a.jpg"></noscript></amp-img>',
            [("/a.jpg", None)],
            id="<amp-img>",
        ),
    ],
)
def test_a_picture_in_several_sizes_is_one_row(markup, rows):
    site = "https://delta.example"
    assert [
        (item.url.removeprefix(site), item.full_url and item.full_url.removeprefix(site))
        for item in found(markup)
    ] == rows


def test_what_a_copy_says_is_kept():
    markup = (
        '<img src="/a.jpg"><figure><img src="/a.jpg" width="9" alt="A"><figcaption>B</figcaption></figure>'
    )
    assert found(markup) == [image("https://delta.example/a.jpg", width=9, alt="A", caption="B")]


@pytest.mark.parametrize(
    ("markup", "caption", "credit"),
    [
        pytest.param(
            '<div class="wp-caption"><a><img src=1></a><p class="wp-caption-text">The ferry.</p></div>',
            "The ferry.",
            None,
            id="WordPress before HTML5",
        ),
        pytest.param(
            '<div><img src=1></div> <div class="image-caption">The ferry.</div>',
            "The ferry.",
            None,
            id="a class",
        ),
        pytest.param('<p><img src=1></p><p class="note">The ferry.</p>', None, None, id="another class"),
        pytest.param(
            '<p><img src=1></p><p>Text.</p><p class="image-caption">The ferry.</p>',
            None,
            None,
            id="not beside it",
        ),
        pytest.param(
            "<div><img src=1></div><div class=x><figure><figcaption>The ferry.</figcaption></figure></div>",
            "The ferry.",
            None,
            id="a figure beside it that holds a caption alone",
        ),
        pytest.param(
            "<figure><img src=1><div><figure><figcaption>The ferry.</figcaption></figure></div></figure>",
            "The ferry.",
            None,
            id="a figure in its figure that holds a caption alone",
        ),
        pytest.param(
            "<figure><figure><img src=1></figure><figcaption>The pier.</figcaption></figure>",
            "The pier.",
            None,
            id="a gallery's",
        ),
        pytest.param(
            '<figure><img src=1><figcaption>Low tide. <span class="credit">Ada</span></figcaption></figure>',
            "Low tide.",
            "Ada",
            id="a credit in the caption",
        ),
        pytest.param(
            '<figure><img src=1><figcaption><p>Low tide.</p><p class="x-cred">Ada</p></figcaption></figure>',
            "Low tide.",
            "Ada",
            id="a credit in a paragraph of its own",
        ),
        pytest.param(
            '<figure><img src=1><figcaption class="credit">Ada Marsh</figcaption></figure>',
            "Ada Marsh",
            "Ada Marsh",
            id="a caption that is nothing but a credit",
        ),
        pytest.param(
            '<img src=1><div class="photo-credit">Ada Marsh</div>', None, "Ada Marsh", id="a credit beside it"
        ),
    ],
)
def test_captions_and_credits_that_the_markup_tells(markup, caption, credit):
    assert [(item.caption, item.credit) for item in found(markup)] == [(caption, credit)]


@pytest.mark.parametrize(
    ("markup", "embed"),
    [
        pytest.param(
            '<iframe src="//www.youtube.com/embed/AbCdEfGhI-_?rel=0" title="Low tide"></iframe>',
            (
                "embed",
                "https://www.youtube.com/embed/AbCdEfGhI-_?rel=0",
                "youtube",
                "AbCdEfGhI-_",
                "Low tide",
            ),
            id="a frame",
        ),
        pytest.param(
            '<object><param name="movie" value="https://www.youtube.com/v/AbCdEfGhI-_">'
            '<embed src="https://www.youtube.com/v/AbCdEfGhI-_"></object>',
            ("embed", "https://www.youtube.com/v/AbCdEfGhI-_", "youtube", "AbCdEfGhI-_", None),
            id="Flash, and Flash in it",
        ),
        pytest.param(
            '<iframe src="" width="0" height="0">&lt;a href="https://medium.com/media/'
            '0123456789abcdef0123456789abcdef/href"&gt;x&lt;/a&gt;</iframe>',
            (
                "embed",
                "https://medium.com/media/0123456789abcdef0123456789abcdef/href",
                "medium",
                "media/0123456789abcdef0123456789abcdef",
                None,
            ),
            id="a frame without an address, and a link in its place",
        ),
        pytest.param(
            '<blockquote class="twitter-tweet"><p>Low <a href="https://twitter.com/hashtag/tide">#tide</a></p>'
            '<a href="https://twitter.com/tides/status/1001">May 1</a></blockquote>'
            '<script src="https://platform.twitter.com/widgets.js"></script>',
            ("embed", "https://twitter.com/tides/status/1001", "twitter", "1001", None),
            id="a quote that becomes another site's post",
        ),
        pytest.param(
            '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/AbCdEfGhI-_/">'
            "</blockquote>",
            ("embed", "https://www.instagram.com/p/AbCdEfGhI-_/", "instagram", "AbCdEfGhI-_", None),
            id="its address in an attribute",
        ),
        pytest.param(
            '<script src="https://gist.github.com/tides/0123456789abcdef0123456789abcdef.js"></script>',
            (
                "embed",
                "https://gist.github.com/tides/0123456789abcdef0123456789abcdef.js",
                "github_gist",
                "0123456789abcdef0123456789abcdef",
                None,
            ),
            id="a script",
        ),
        pytest.param(
            '<script async src="https://telegram.org/js/widget.js" data-telegram-post="tides/42"></script>',
            ("embed", "https://t.me/tides/42", "telegram", "tides/42", None),
            id="a script that names a post",
        ),
        pytest.param(
            '<lite-youtube videoid="AbCdEfGhI-_"></lite-youtube>',
            ("embed", "https://www.youtube.com/watch?v=AbCdEfGhI-_", "youtube", "AbCdEfGhI-_", None),
            id="an element that names an id",
        ),
        pytest.param(
            '<embed src="/a.mp3" type="audio/mpeg">',
            ("audio", "https://delta.example/a.mp3", None, None, None),
            id="a file that is played",
        ),
        pytest.param(
            '<audio controls data-file-name="Low tide"><source src="/a.mp3"><source src="/a.ogg"></audio>',
            ("audio", "https://delta.example/a.mp3", None, None, "Low tide"),
            id="a player that names its file",
        ),
    ],
)
def test_players_and_other_sites_posts(markup, embed):
    assert [(item.kind, item.url, item.provider, item.provider_id, item.alt) for item in found(markup)] == [
        embed
    ]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<blockquote><a href='https://x.com/t/status/1001'>x</a></blockquote>", id="a quote"),
        pytest.param(
            '<blockquote class="twitter-tweet"><a href="/x">x</a></blockquote>', id="a quote of nothing"
        ),
        pytest.param(
            '<script src="https://www.youtube.com/iframe_api"></script>', id="a script without an id"
        ),
        pytest.param('<object><param name="movie" value="javascript:x"></object>', id="an object that acts"),
        pytest.param('<iframe src="about:blank">&lt;a href="/x"&gt;</iframe>', id="an empty page"),
    ],
)
def test_what_embeds_nothing(markup):
    assert found(markup) == []


def test_a_player_is_one_row_and_its_poster_a_picture():
    markup = (
        '<video poster="/a.jpg"><source src="/a.mp4"><source src="/a.webm"><img src="/no-video.png"></video>'
    )
    assert [(item.kind, item.url) for item in found(markup)] == [
        ("video", "https://delta.example/a.mp4"),
        ("image", "https://delta.example/a.jpg"),
    ]


def test_the_same_video_twice_is_one_row():
    markup = (
        '<iframe src="https://youtu.be/AbCdEfGhI-_"></iframe><iframe src="//youtube.com/embed/AbCdEfGhI-_">'
    )
    assert [item.url for item in found(markup)] == ["https://youtu.be/AbCdEfGhI-_"]


_PARTS = st.sampled_from(
    "<img src=/a.jpg |width=1 |srcset='/b.jpg 2x'|>|<figure>|</figure>|<figcaption>|<picture>|<noscript>|a "
    "|<video>|</video>|<source srcset=/c.jpg>|</noscript>|<iframe src=//youtu.be/AbCdEfGhI-_>|<a href=/a.jpg>"
    "|</a>|<embed src=x>|<blockquote class=twitter-tweet>|<object data=/x>".split("|")
)


@given(st.lists(_PARTS, max_size=30).map("".join))
def test_any_markup_gives_rows_that_the_table_takes(markup):
    items = found(markup)
    for item in items:
        assert item.region in REGIONS
        assert item.kind in KINDS
        assert item.role in ROLES
        assert item.url.startswith("https://")
    assert len({(item.kind, item.url) for item in items}) == len(items)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<figure>" * 400 + "<img src=1>" * 9_000 + "<figcaption>x", id="figures"),
        pytest.param(
            "<figure>" + "<img src=1><img src=2>" * 9_000 + "<figcaption>" + "<b>x</b>" * 9_000,
            id="a caption",
        ),
        pytest.param("<picture>" + "<source srcset=a><img>" * 9_000, id="sources"),
        pytest.param("<video>" * 400 + "<source src=a>" * 9_000, id="players"),
        pytest.param("<blockquote class=twitter-tweet>" * 400 + "<a href=x>x</a>" * 9_000, id="quotes"),
        pytest.param("<div><p>" * 200 + "<img src=1 width=1>" * 9_000, id="depth"),
        pytest.param("<noscript><img src=a.jpg></noscript>" * 9_000, id="noscript"),
    ],
)
def test_a_long_page_is_read_in_time(markup):
    soup = make_soup(markup)
    start = time.perf_counter()
    media(soup, PAGE, "body")
    assert time.perf_counter() - start < 3
