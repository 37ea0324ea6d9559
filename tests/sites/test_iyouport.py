from __future__ import annotations

import pytest

from pipeline.posts.post import read_post
from pipeline.sites import iyouport
from pipeline.sites.page import Credit
from tests.sites.pages import post as simple_post
from tests.sites.prettified import prettified

SITE = "https://harbourwatch.example"
URL = f"{SITE}/%e7%81%af%e5%a1%94/"


def byline(name="Ada Marsh", slug="ada-marsh"):
    href = f"{SITE}/author/{slug}/"
    return f'<span class="byline"><a href="{href}" rel="author" title="由{name}发布">{name}</a></span>'


def categories(*slugs):
    anchors = ",".join(
        f'<a href="{SITE}/category/{slug}/" rel="category tag">{slug.title()}</a>' for slug in slugs
    )
    return f'<span class="cat-links">{anchors}</span>'


def meta(*parts):
    dates = (
        '<span class="published-on"><time class="entry-date published" '
        'datetime="2019-04-18T17:31:24+08:00">2019年4月18日</time><time class="updated" '
        'datetime="2019-04-25T13:00:37+08:00">2019年4月25日</time></span>'
    )
    words = '<span class="word-count">1 Minute</span>'
    return f'<div class="entry-meta">{"".join(parts)}{dates}{words}</div>'


def jetpack():
    return (
        '<div id="atatags-1611-5f3e"></div><div class="sharedaddy sd-sharing-enabled">'
        '<div class="sd-sharing"><h3 class="sd-title">共享此文章：</h3><ul><li class="share-twitter">'
        f'<a class="share-twitter" href="{URL}?share=twitter" rel="nofollow">'
        '<span class="sharing-screen-reader-text">点击以共享</span></a>'
        '</li></ul></div></div><div class="sharedaddy sd-block sd-like"><h3 class="sd-title">赞过：</h3>'
        '<span class="loading">正在加载……</span></div><div class="jp-relatedposts" id="jp-relatedposts">'
        '<h3 class="jp-relatedposts-headline"><em>相关</em></h3></div>'
    )


def footer(*tags):
    items = "".join(
        f'<li><a href="{SITE}/tag/{tag}/" rel="tag">{tag.title()}</a></li>' for tag in ("lamps", *tags)
    )
    return (
        f'<div class="entry-footer"><ul class="post-tags light-text"><li>Tagged</li>{items}</ul></div>'
        '<div class="entry-author-wrapper"><div class="site-posted-on"><strong>Published</strong>'
        '<time class="entry-date published" datetime="2019-04-18T17:31:24+08:00">2019年4月18日</time>'
        "</div></div>"
    )


def page(body, *, title="灯塔与“眼睛”", top=None, bottom=None):
    top = meta(byline(), categories("news", "harbour")) if top is None else top
    return (
        '<article class="post-3274 post type-post"><header class="entry-header">'
        f'<h1 class="entry-title">{title}</h1></header>{top}'
        f'<div class="entry-content">{body}{jetpack()}</div>'
        f"{footer() if bottom is None else bottom}</article>"
    )


def read(html, *, title="灯塔与眼睛 - iYouPort", author="iYouPort"):
    found = prettified(html, url=URL, title=title, author=author)
    return iyouport.read_page(found, found.url)


def links(found):
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in found.links]


def test_a_page():
    found = read(page('<p class="graf graf--p">看<strong>灯塔</strong>。</p><p>完。⚪️</p>'))
    assert found.title == "灯塔与“眼睛”"
    assert found.body_text == "看灯塔。\n\n完。⚪️"
    assert found.author_line == "iYouPort"
    assert found.authors == ("Ada Marsh",)
    assert found.credits == (
        Credit("Ada Marsh", "author", slug="ada-marsh", profile_url=f"{SITE}/author/ada-marsh/"),
    )
    assert found.section == "News"
    assert found.tags == ("News", "Harbour", "Lamps")
    assert found.published_precision == "second"


def test_links_of_the_text_come_first_and_buttons_are_none():
    found = read(page('<p>见<a href="/oars/">桨</a>和<a href="https://tide.example/1">潮</a>。</p>'))
    assert links(found) == [
        ("body", "internal", "/oars/", "桨"),
        ("body", "external", "https://tide.example/1", "潮"),
        ("field", "profile", "/author/ada-marsh/", "Ada Marsh"),
        ("field", "internal", "/category/news/", "News"),
        ("field", "internal", "/category/harbour/", "Harbour"),
        ("field", "hashtag", "/tag/lamps/", "Lamps"),
    ]


def test_what_jetpack_adds_is_neither_text_nor_html_nor_link():
    found = read(page("<p>看灯塔。</p>"))
    assert found.body_html == "<p>看灯塔。</p>"
    assert not [link for link in found.links if "share" in link.href]


def test_a_heading_that_only_sounds_like_a_button_is_text():
    assert read(page("<p>看。</p><h3>相关</h3><p>完。</p>")).body_text == "看。\n\n相关\n\n完。"


def test_a_lazy_picture_and_its_copy_are_one():
    name = f"{SITE}/wp-content/uploads/2019/05/lamp.png"
    found = read(
        page(
            '<p><img alt="" class="aligncenter jetpack-lazy-image" '
            f'data-lazy-src="{name}?resize=1100%2C619&amp;is-pending-load=1#038;ssl=1" '
            f'height="619" src="{name}?resize=1100%2C619&amp;ssl=1" '
            'srcset="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="1100"/>'
            '<noscript><img alt="" height="619"'
            f' src="{name}?resize=1100%2C619&amp;ssl=1" width="1100"/></noscript></p><p>看。</p>'
        )
    )
    assert [(item.role, item.url.partition("?")[0], item.width) for item in found.media] == [
        ("inline", name, 1100)
    ]
    assert found.body_text == "看。"


@pytest.mark.parametrize(
    ("top", "authors"),
    [
        pytest.param(
            meta(byline("Tomas Reed", "don")), ["Tomas Reed"], id="the link's text, not its address"
        ),
        pytest.param(meta('<span class="byline">Tomas Reed</span>'), ["Tomas Reed"], id="without a link"),
        pytest.param(meta('<span class="byline">iYouPort</span>'), [], id="the site itself"),
        pytest.param(meta(), [], id="no byline"),
        pytest.param("", [], id="a page that is no post"),
    ],
)
def test_who_wrote(top, authors):
    found = read(page("<p>看。</p>", top=top))
    assert list(found.authors) == authors
    assert [credit.name for credit in found.credits] == authors


def test_an_author_whom_a_feed_names_is_one_where_the_page_names_none():
    assert read(page("<p>看。</p>", top=meta()), author="Tomas Reed").authors == ("Tomas Reed",)
    assert read(page("<p>看。</p>"), author="Tomas Reed").authors == ("Ada Marsh",)


@pytest.mark.parametrize(
    ("slugs", "section", "tags"),
    [
        (["news", "harbour"], "News", ("News", "Harbour", "Lamps")),
        (["uncategorized", "harbour"], "Harbour", ("Harbour", "Lamps")),
        (["uncategorized"], None, ("Lamps",)),
        ([], None, ("Lamps",)),
    ],
)
def test_the_section_is_the_first_category_that_is_one(slugs, section, tags):
    found = read(page("<p>看。</p>", top=meta(byline(), categories(*slugs))))
    assert (found.section, found.tags) == (section, tags)


def test_a_page_that_is_no_post_has_its_title_and_its_text():
    found = read(page("<p>看。</p>", title="关于", top="", bottom=""), title="关于 - iYouPort")
    assert (found.title, found.body_text, found.section, found.tags) == ("关于", "看。", None, ())


def test_the_feed_s_title_is_taken_where_the_page_shows_none():
    assert read(page("<p>看。</p>", title="")).title == "灯塔与眼睛"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param(
            '{cap("R")}<a href="/r">ussia’s tides.</a> More', "Russia’s tides. More", id="in a link"
        ),
        pytest.param('{cap("T")}he <em>tide</em>', "The tide", id="in text"),
        pytest.param('{cap("“T")}he tide”', "“The tide”", id="behind a quote"),
        pytest.param('{cap("A")}<a href="/r">tide</a>', "A tide", id="a word of one letter"),
        pytest.param('{cap("In")}<a href="/r">tides</a>', "In tides", id="a word"),
        pytest.param('{cap("潮")}水', "潮水", id="Chinese"),
    ],
)
def test_a_large_first_letter_is_part_of_its_word(html, text):
    for letter in ("R", "T", "“T", "A", "In", "潮"):
        html = html.replace(f'{{cap("{letter}")}}', f'<span class="graf-dropCap">{letter}</span>')
    found = read(page(f'<p class="graf--hasDropCap">{html}</p>'))
    assert found.body_text == text


def test_the_rest_of_a_word_is_not_sought_far_away():
    found = read(page(f'<p><span class="graf-dropCap">T</span>{"<br/>" * 20}he tide</p>'))
    assert found.body_text is not None
    assert found.body_text.startswith("T\n")


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>看。</p>",
        '<div class="entry-content"></div>',
        '<span class="byline">',
        '<div class="entry-content sharedaddy"><span class="graf-dropCap">T',
        '<div class="entry-content">' * 2_000,
        '<div class="entry-content"><div class="sharedaddy">' * 1_000,
    ],
)
def test_any_markup_is_read(html):
    found = read_post(simple_post(html, url=URL))
    iyouport.read_page(found, URL)


def test_a_page_of_another_design_is_text_all_the_same():
    found = read_post(
        simple_post("<p>看。</p><p>完。</p>", url=URL, title="灯塔 - iYouPort", author="iYouPort")
    )
    page = iyouport.read_page(found, URL)
    assert (page.title, page.body_text, page.authors) == ("灯塔", "看。\n\n完。", ())
