from __future__ import annotations

import pytest

from pipeline.markup.media import MediaItem, media
from pipeline.markup.soup import make_soup

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
        ("0", 0),
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
