from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.post import read_post
from pipeline.sites import matters
from pipeline.sites.page import Credit
from schemas.links import KINDS
from tests.sites.pages import post

SITE = "https://matters.example"
URL = f"{SITE}/@ada_marsh/nine-teapots-bafyreib3c4"


def read(html, *, title="Nine Teapots", url=URL, **front):
    data = read_post(post(html, url=url, title=title, **front))
    return matters.read_page(data, data.url)


def links(page):
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in page.links]


# Parts of an essay, as the site's editor writes them


def mention(name, words=None, *, today=False):
    words = words or name
    if today:
        return (
            f'<a class="mention" href="{SITE}/@{name}" data-id="VXNlcjox" data-user-name="{name}" '
            f'data-display-name="{words}" rel="noopener noreferrer nofollow"><span>@{words}</span></a>'
        )
    return (
        f'<a class="mention" href="{SITE}/@{name}" target="_blank" data-display-name="{words}" '
        f'data-user-name="{name}" data-id="VXNlcjox">\ufeff<span>@{words}</span>\ufeff</a>'
    )


def image(name, caption="", *, host="https://assets.matters.news"):
    return (
        f'<figure class="image"><img src="{host}/embed/{name}.jpeg" data-asset-id="{name}" '
        f'referrerpolicy="no-referrer"><figcaption><span>{caption}</span></figcaption></figure>'
    )


def picture(name, caption="", *, host="https://assets.matters.news"):
    small = f"{host}/processed/540w/embed/{name}"
    large = f"{host}/processed/1080w/embed/{name}"
    whole = f"{host}/embed/{name}.jpeg"
    return (
        '<figure class="image">      <picture>        '
        f'<source type="image/webp" media="(min-width: 768px)" srcset="{large}.webp" '
        f"onerror=\"this.srcset='{whole}'\">        "
        f'<source media="(min-width: 768px)" srcset="{large}.jpeg" onerror="this.srcset=\'{whole}\'">        '
        f'<source type="image/webp" srcset="{small}.webp">        '
        f'<img src="{whole}" srcset="{small}.jpeg" loading="lazy" referrerpolicy="no-referrer">      '
        f"</picture>    <figcaption><span>{caption}</span></figcaption></figure>"
    )


def embed(url, caption="", *, kind="embed-video"):
    return (
        f'<figure class="{kind}"><div class="iframe-container"><iframe src="{url}" frameborder="0" '
        'allowfullscreen="true" sandbox="allow-scripts allow-same-origin allow-popups"></iframe></div>'
        f"<figcaption><span>{caption}</span></figcaption></figure>"
    )


def audio(name, title, caption="", *, file_name=True):
    named = f' data-file-name="{title}"' if file_name else ""
    return (
        f'<figure class="audio"><audio controls{named} preload="metadata"><source '
        f'src="https://assets.matters.news/embedaudio/{name}.mp3" type="audio/mp3"></audio>'
        '<div class="player">      <header>        <div class="meta">          '
        f'<h4 class="title">{title}</h4>          <div class="time">            '
        '<span class="current" data-time="00:00"></span>            '
        '<span class="duration" data-time="25:56"></span>          </div>        </div>        '
        '<span class="play"></span>      </header>      <footer>        <div class="progress-bar">          '
        "<span></span>        </div>      </footer>    </div>"
        f"<figcaption><span>{caption}</span></figcaption></figure>"
    )


# The essay and its author


def test_an_essay_says_who_wrote_it_and_when():
    page = read("<p>茶壺有九個。</p>", author="阿達", date="2021-11-26T09:40:00.000Z")
    assert (page.title, page.body_text, page.section) == ("Nine Teapots", "茶壺有九個。", None)
    assert page.authors == ("阿達",)
    assert page.credits == (Credit("阿達", "author", slug="ada_marsh", profile_url=f"{SITE}/@ada_marsh"),)
    assert (page.published_precision, page.comments, page.license) == ("second", (), None)


def test_an_address_that_names_no_member_gives_no_profile():
    (credit,) = read("<p>Text.</p>", url=f"{SITE}/a/8kx2").credits
    assert (credit.slug, credit.profile_url) == (None, None)


def test_a_heading_above_the_essay_that_is_its_title_is_no_text():
    page = read("<h1>Nine Teapots</h1><p>One.</p><h2>Nine Teapots</h2><p>Two.</p>")
    assert page.body_text == "One.\n\nNine Teapots\n\nTwo."


# Members and topics


@pytest.mark.parametrize("today", [False, True])
def test_a_mention_names_a_member(today):
    page = read(f"<p>Thanks, {mention('tomas', '湯馬', today=today)}!</p>")
    assert links(page) == [("body", "mention", "/@tomas", "@湯馬")]
    assert page.body_text.replace("\ufeff", "") == "Thanks, @湯馬!"


def test_a_mention_without_an_address_is_text():
    page = read('<p>Thanks, <span class="mention">@湯馬</span>!</p>')
    assert (page.links, page.body_text) == ((), "Thanks, @湯馬!")


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("/@tomas", "profile"),
        ("/@tomas/", "profile"),
        ("/@tomas?utm_source=share", "profile"),
        ("/@tomas/tea-bafyreib3c4", "internal"),
        ("/tags/VGFnOjExMzA0", "hashtag"),
        ("/tags/11304-tea", "hashtag"),
        ("/tags", "internal"),
        ("/~frontline", "internal"),
        ("#note", "fragment"),
        ("mailto:tomas@salt.example", "email"),
        ("https://salt.example/@tomas", "external"),
        ("https://salt.example/tags/tea", "external"),
        ("https://matters.town/@tomas", "profile"),
        ("https://matters.news/@tomas/tea-bafyreib3c4", "internal"),
    ],
)
def test_what_a_link_leads_to(href, kind):
    assert [link.kind for link in read(f'<p><a href="{href}">Tomas</a></p>').links] == [kind]


def test_a_link_to_a_member_who_is_mentioned_elsewhere_stays_a_link_to_a_profile():
    page = read(f'<p>{mention("tomas")} has <a href="/@tomas">a page</a>.</p>')
    assert [link.kind for link in page.links] == ["mention", "profile"]


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        pytest.param(
            '<a href="/tags/a1">#茶</a> <a href="/tags/b2"> ＃tea pots</a>', ("茶", "tea pots"), id="links"
        ),
        pytest.param('<a href="/tags/a1">the talk of the week</a>', (), id="a link with words of its own"),
        pytest.param('<a href="/tags/a1">#</a>', (), id="a link with a sign alone"),
        pytest.param(
            "#茶 #tea #2021\u200b ##pots", ("茶", "tea", "2021", "pots"), id="a paragraph of topics"
        ),
        pytest.param(
            '<a href="https://tube.example/hashtag/tea">#tea</a> <a href="https://tube.example/x">#pots</a>',
            ("tea", "pots"),
            id="a paragraph of topics that lead elsewhere",
        ),
        pytest.param("#tea#pots", ("tea", "pots"), id="without spaces"),
        pytest.param("#2. The spout", (), id="a numbered heading"),
        pytest.param("#tea", (), id="one word with a sign"),
        pytest.param("We drink #tea and #coffee", (), id="words of a sentence"),
    ],
)
def test_the_topics_that_an_essay_names_as_such_are_tags(html, tags):
    assert read(f"<p>Text.</p><p>{html}</p>").tags == tags


# Pictures, frames and sounds


def test_a_picture_has_its_caption_and_stands_once():
    page = read(f"<p>Text.</p>{image('a1', 'A pot')}{picture('b2', '茶壺')}{image('c3')}")
    assert [(item.kind, item.role, item.url.rpartition("/")[2], item.caption) for item in page.media] == [
        ("image", "inline", "a1.jpeg", "A pot"),
        ("image", "inline", "b2.jpeg", "茶壺"),
        ("image", "inline", "c3.jpeg", None),
    ]
    assert page.body_text == "Text.\n\nA pot\n\n茶壺"


def test_the_small_copies_of_a_picture_are_not_its_largest():
    (item,) = read(picture("b2")).media
    assert item.full_url is None or item.full_url == item.url


def test_what_a_picture_does_where_it_fails_to_load_is_not_in_clean_html():
    html = read(f"<p>Text.</p>{picture('b2', 'A pot')}").body_html
    assert "onerror" not in html
    assert "srcset" not in html


@pytest.mark.parametrize("kind", ["embed-video", "embed-code", "embed", "embed embed-video"])
def test_a_frame_is_an_embed_with_its_caption(kind):
    page = read(f"<p>Text.</p>{embed('https://tube.example/embed/x1?rel=0', 'How to pour', kind=kind)}")
    (item,) = page.media
    assert (item.kind, item.role, item.url) == ("embed", "embed", "https://tube.example/embed/x1?rel=0")
    assert item.caption == "How to pour"


@pytest.mark.parametrize("file_name", [True, False])
def test_a_sound_has_its_players_title_as_alternative_text(file_name):
    page = read(f"<p>Text.</p>{audio('s1', 'A kettle', 'Recorded at two', file_name=file_name)}<p>More.</p>")
    (item,) = page.media
    assert (item.kind, item.role, item.url.rpartition("/")[2]) == ("audio", "inline", "s1.mp3")
    assert (item.alt, item.caption) == ("A kettle", "Recorded at two")
    assert page.body_text == "Text.\n\nRecorded at two\n\nMore."
    assert "A kettle" not in page.body_html


def test_each_sound_has_its_own_title():
    page = read(audio("s1", "A kettle") + audio("s2", "A spout", file_name=False) + "<p>Text.</p>")
    assert [item.alt for item in page.media] == ["A kettle", "A spout"]


def test_a_player_without_a_sound_is_text():
    assert read('<div class="player"><h4 class="title">A kettle</h4></div>').body_text == "A kettle"


def test_what_a_spelling_checker_left_in_a_caption_is_not_there():
    left = (
        '<lt-mirror style="display: none;"><lt-highlighter contenteditable="false"><lt-div>x</lt-div>'
        '</lt-highlighter><lt-div class="lt-mirror__wrapper">A pot<canvas></canvas></lt-div></lt-mirror>'
    )
    page = read(f"<p>Text.</p>{image('a1').replace('</figcaption>', f'{left}</figcaption>')}")
    assert page.body_text == "Text."
    assert [item.caption for item in page.media] == [None]


# What stands around an essay


def test_what_frames_an_essay_on_ipfs_is_no_text():
    page = read(
        '<main><header><h1 itemprop="headline">Nine Teapots</h1><figure class="byline">'
        f'<a href="{SITE}/@ada_marsh?utm_source=ipfs" itemprop="author">Ada Marsh (@ada_marsh)</a>'
        '<time datetime="2021-11-26T09:40:00.000Z">2021</time></figure>'
        '<figure class="summary"><p>On pots.</p></figure></header><article itemprop="articleBody">'
        '<p>Text.</p></article><footer><figure class="read_more"><p>Read more: '
        '<a href="/@ada_marsh/eight-teapots-bafy">Eight Teapots</a></p></figure></footer></main>'
    )
    assert page.body_text == "On pots.\n\nText."
    assert links(page) == [
        ("field", "profile", "/@ada_marsh?utm_source=ipfs", "Ada Marsh (@ada_marsh)"),
        ("field", "internal", "/@ada_marsh/eight-teapots-bafy", "Eight Teapots"),
    ]


@pytest.mark.parametrize(
    ("html", "license"),
    [
        (
            '<p><a rel="license" href="https://creativecommons.org/licenses/by-nc-nd/2.0/">CC</a></p>',
            "CC-BY-NC-ND-2.0",
        ),
        ("<p>你可以在 CC-BY-SA 4.0 許可協議範圍內發行本作品。</p>", "CC-BY-SA-4.0"),
        (image("a1", "A pot by Tomas Reed (CC BY-SA 4.0)"), None),
        ("<p>LikeCoin and IPFS.</p>", None),
    ],
)
def test_the_licence_that_an_essay_states(html, license):
    assert read(f"<p>Text.</p>{html}").license == license


# Any input

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<h1>Nine Teapots", "</h1>", "<figure class='audio'>", "<audio data-file-name='\x00'>",
        "<audio>", "</audio>", "<div class=player>", "</div>", "<h4 class='title'>t", "<lt-mirror>", "#a #b",
        "<a class=mention href='//['>", "<a class=mention href='/@x'>@x", "</a>", "<a href=/tags/x>＃t",
        "<figure class='byline read_more'>", "</figure>", "<picture><img srcset='/processed/1w/a 1w' src=a>",
        "<iframe src='https://a.example/'>", "\ufeff", "CC BY 4.0", "<template>", "<table>", "\ud800", "<br>",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40), st.text(max_size=20))
def test_anything_is_read(pieces, path):
    data = read_post(post("<p>x</p>", url=URL))
    data = type(data)(**{**vars(data), "body": "".join(pieces)})
    page = matters.read_page(data, f"{SITE}/{path}")
    assert {link.kind for link in page.links} <= set(KINDS)
    assert all(tag and tag == tag.strip() for tag in page.tags)


@pytest.mark.parametrize(
    "piece",
    [
        audio("s1", "A kettle"),
        "<figure class='audio'><audio></audio><div class='player'><h4 class='title'>t",
        "<div class='byline'><a href='/@x'>x</a>",
        mention("tomas"),
        "<p>#tea #pots #</p>",
        "#a",
        picture("b2"),
        "<lt-mirror>x",
    ],
)
def test_a_long_essay_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    read(piece * (400_000 // len(piece)))
    assert time.process_time() - start < 4
