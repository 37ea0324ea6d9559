from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.posts.post import read_post
from pipeline.sites import allnow
from pipeline.sites.page import Credit
from pipeline.tables.extract import Reading
from tests.sites.pages import SOURCE, only, raw
from tests.sites.pages import post as simple_post
from tests.sites.prettified import prettified
from tests.tables.records import tables

SITE = "https://m.lanternnow.example"
URL = f"{SITE}/post/5f707e9982bd161308cd74e7"
PHOTO = "https://pictures.example/ada.jpg?imageView2/2/w/64"


def page(body, *, account="萧渡", abstract="茶摊十年"):
    return (
        '<div class="main" data-v-7f77c10f=""><div class="head-img-wrap"><img class="head-img" '
        'src="//pictures.example/stall.png?imageView2/2/w/750"/></div><div class="column-wrap">'
        '<p class="column"><a class="column-link" href="/column/199">河边书评</a></p>'
        '<p class="title">河边的茶摊</p></div><div class="author-wrap"><div class="left">'
        f'<a class="single-avatar" href="/user/1502476"><img src="{PHOTO}"/></a>'
        f'<a class="single-name" href="/user/1502476">{account}</a><div class="icon"></div></div>'
        '<div class="time">9-27</div></div><div class="abstract-wrap">'
        f'<p class="abstract">{abstract}</p></div>'
        f'<div id="article-content">{body}</div></div>'
    )


def read(body, **front):
    """A page for phones."""
    found = prettified(page(body), url=URL, title="河边的茶摊", author="萧渡", date="2020-09-27", **front)
    return allnow.read_page(found, found.url)


def read_text(html, *, author="萧渡", epoch=None):
    """A post of the site's interface."""
    found = read_post(
        simple_post(html, url=URL.replace("m.", "www.", 1), title="河边的茶摊", author=author, epoch=epoch)
    )
    return allnow.read_page(found, found.url)


def links(found):
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in found.links]


def people(found):
    return [(credit.role, credit.name) for credit in found.credits]


def test_a_page_for_phones():
    found = read('<p>见<a class="all-now" href="https://tide.example/1">潮</a>。</p>')
    assert found.title == "河边的茶摊"
    assert found.body_text == "茶摊十年\n\n见潮。"
    assert found.section == "河边书评"
    assert (found.published_at, found.published_precision) == (datetime(2020, 9, 27, tzinfo=UTC), "day")
    assert found.authors == ("萧渡",)
    assert found.credits == (
        Credit("萧渡", "author", slug="1502476", profile_url=f"{SITE}/user/1502476", photo_url=PHOTO),
    )
    assert links(found) == [
        ("body", "external", "https://tide.example/1", "潮"),
        ("field", "internal", "/column/199", "河边书评"),
        ("profile", "profile", "/user/1502476", None),
        ("profile", "profile", "/user/1502476", "萧渡"),
    ]
    assert [
        (item.region, item.role, item.url.partition("?")[0].rpartition("/")[2]) for item in found.media
    ] == [
        ("field", "featured", "stall.png"),
        ("profile", "profile", "ada.jpg"),
    ]


def test_24_a_post_without_a_date_has_none():
    found = read_text("<p>茶。</p>", epoch="NaN")
    assert (found.published_at, found.published_precision) == (None, "unknown")
    assert (found.body_text, found.section) == ("茶。", None)
    data = simple_post("<p>茶。</p>", url=URL, date="2021-05-11T15:58:09.716Z", epoch="NaN")
    rows = tables(raw(data), readings={SOURCE: Reading({"m.lanternnow.example": "allnow"})})
    assert only(rows["articles"].select("profile", "published_at", "published_precision")) == {
        "profile": "allnow",
        "published_at": None,
        "published_precision": "unknown",
    }
    assert only(rows["revisions"])["published_at"] is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<p>茶。</p>", [("author", "萧渡")], id="the account"),
        pytest.param("<p>撰稿丨河重</p><p>茶。</p>", [("author", "河重")], id="somebody else"),
        pytest.param(
            "<p>撰稿丨[英]汤姆·里德；翻译丨河重（渡口大学讲师）</p><p>茶。</p>",
            [("author", "汤姆·里德"), ("translator", "河重")],
            id="and who translated",
        ),
        pytest.param(
            "<p>作者︱河重</p><p>编辑︱萧渡</p><p>茶。</p>",
            [("author", "河重"), ("editor", "萧渡")],
            id="two lines",
        ),
        pytest.param(
            "<p>讲者｜河重、汤姆·里德；整理｜萧渡</p><p>茶。</p>",
            [("author", "河重"), ("author", "汤姆·里德"), ("editor", "萧渡")],
            id="who spoke",
        ),
        pytest.param(
            "<p>茶。</p><p>摘编丨河重</p><p>———</p>",
            [("author", "萧渡"), ("editor", "河重")],
            id="at the end",
        ),
        pytest.param(
            "<p>《茶摊》，[英]汤姆·里德著，河重译，渡口丨河边出版社</p><p>茶。</p>",
            [("author", "萧渡")],
            id="a book's credits are not the text's",
        ),
    ],
)
def test_who_wrote(body, expected):
    for found in (read(body), read_text(body)):
        assert people(found) == expected
        assert list(found.authors) == [name for role, name in expected if role == "author"]
        assert found.author_line == "萧渡"


def test_the_account_is_the_page_s_where_the_feed_names_none():
    found = prettified(page("<p>茶。</p>"), url=URL, author='""')
    assert people(allnow.read_page(found, found.url)) == [("author", "萧渡")]


def test_the_column_s_own_account_is_nobody():
    assert people(read_text("<p>茶。</p>", author="燕京书评")) == []
    assert people(read_text("<p>撰稿丨河重</p><p>茶。</p>", author="燕京书评")) == [("author", "河重")]


def test_an_account_s_page_belongs_to_its_own_name_only():
    found = read("<p>作者丨河重</p><p>编辑丨萧渡</p>")
    assert [(credit.name, credit.slug) for credit in found.credits] == [("河重", None), ("萧渡", "1502476")]


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        pytest.param(
            '<figure class="image-box dls-media-image"><img src="//pictures.example/a.png">'
            '<figcaption class="dls-image-capture">茶壶</figcaption></figure>',
            "image",
            id="a figure",
        ),
        pytest.param(
            '<div class="dls-image-block"><img src="//pictures.example/a.png"/>'
            '<div class="dls-image-capture dls-capture"><p>茶壶</p></div></div>',
            "image",
            id="an older one",
        ),
        pytest.param(
            '<div class="video-box dls-media-video"><video src="//pictures.example/a.mp4"></video>'
            '<p class="dls-video-in-article-title dls-capture">茶壶</p></div>',
            "video",
            id="a video",
        ),
    ],
)
def test_pictures_and_videos_have_captions(html, kind):
    found = read_text(f"<p>一。</p>{html}<p>二。</p>")
    assert [(item.kind, item.caption) for item in found.media] == [(kind, "茶壶")]
    assert found.body_text == "一。\n\n茶壶\n\n二。"


def test_a_link_to_a_file_on_the_writer_s_disk_is_broken():
    found = read_text('<p>茶<a href="file:///G:/%E8%8C%B6/tea.docx#_ftn1">[1]</a></p>')
    assert [(link.kind, link.text) for link in found.links] == [("broken", "[1]")]


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<div class="author-wrap">',
        '<div class="author-wrap column-wrap head-img-wrap">x',
        '<div class="dls-image-block dls-capture">' * 1_000,
        '<div class="author-wrap"><a class="single-name" href="javascript:x">甲</a></div>',
    ],
)
def test_any_markup_is_read(html):
    found = read_post(simple_post(html, url=URL))
    allnow.read_page(found, URL)
