from __future__ import annotations

import pytest

from pipeline.posts.post import read_post
from pipeline.sites import neist
from pipeline.tables.extract import Reading
from tests.sites.pages import SOURCE, only, raw
from tests.sites.pages import post as simple_post
from tests.sites.prettified import prettified, prettified_post
from tests.tables.records import tables

SITE = "https://longtide.example"
URL = f"{SITE}/medium/lanternweek/the-last-ferry"


def picture(name, *, description="", credit="", width="800", height="533"):
    caption = (
        '<div class="aesop-image-component"><figure class="aesop-image-component-image">'
        '<figcaption class="aesop-image-component-caption">'
        f'<p class="aesop-cap-description">{description}</p><p class="aesop-cap-cred">{credit}</p>'
        "</figcaption></figure></div>"
        if description or credit
        else ""
    )
    return (
        '<div class="container img"><div class="aspectRatioPlaceholder"><div class="progressiveMedia" '
        f'data-height="{height}" data-width="{width}"><img alt="" class="progressiveMedia-image" '
        f'data-src="https://pictures.example/{name}" src="https://pictures.example/{name}"/></div></div>'
        f"{caption}</div>"
    )


def advertisement():
    return (
        '<div class="code-block code-block-1" style="clear: both;"><div class="container ads_Kb">'
        '<div class="card card--blog post-sidebar"><div class="card-body">广告</div></div></div></div>'
    )


def collection(*slugs):
    items = "".join(
        f'<li><section class="jsx-20"><a href="{SITE}/medium/{slug}"><h2>{slug}</h2></a><footer>'
        f'<a href="{SITE}/medium/lanternweek"><div class="avatar"></div><span>Lantern Week</span></a>'
        "</footer></section></li>"
        for slug in slugs
    )
    return (
        '<section class="jsx-109 collection"><header><span>Related</span></header>'
        f'<ul class="jsx-109 collection-list">{items}</ul></section>'
    )


def logo():
    return f'<div class="container lw"><a class="lw __link-logo" href="{SITE}/medium/lanternweek"></a></div>'


def footer(*, category="Lantern Week", tags=()):
    anchors = "".join(f'<a href="{SITE}/tag/{tag}" rel="tag">{tag}</a>' for tag in tags)
    return (
        '<footer class="entry-footer"><div class="categories icon-link">'
        f'<a href="{SITE}/category/medium/lanternweek" rel="category tag">{category}</a></div>'
        f'<div class="tags icon-link">{anchors}</div></footer>'
    )


def page(body, *, title="最后一班渡船", bottom=None):
    return (
        '<article class="post-17429 post type-post category-lanternweek" id="post-17429">'
        '<header class="page-header medium Archives"><div class="page-header__image"></div>'
        '<div class="page-header__content">'
        f'<h1 class="page-title text-align-center">{title}</h1></div></header>'
        f'<div class="entry-content aesop-entry-content">{body}</div>{footer() if bottom is None else bottom}'
        "</article>"
    )


def read(html, *, title="最后一班渡船", url=URL, author="Nei.st"):
    found = prettified(html, url=url, title=title, author=author)
    return neist.read_page(found, found.url)


def links(found):
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in found.links]


def test_a_page():
    found = read(
        page(
            '<p class="blog-post__description">船长说，不再开了</p><span id="more-17429"></span>'
            f"{logo()}<p>渡口<span>很</span>冷。</p>{advertisement()}<h2>夜</h2><p>完。</p>",
            bottom=footer(tags=("Ferries",)),
        )
    )
    assert found.title == "最后一班渡船"
    assert found.body_text == "船长说，不再开了\n\n渡口很冷。\n\n夜\n\n完。"
    assert (found.author_line, found.authors, found.credits) == ("Nei.st", (), ())
    assert found.section == "medium/lanternweek"
    assert found.tags == ("Lantern Week", "Ferries")
    assert links(found) == [
        ("field", "internal", "/medium/lanternweek", None),
        ("field", "internal", "/category/medium/lanternweek", "Lantern Week"),
        ("field", "hashtag", "/tag/Ferries", "Ferries"),
    ]


def test_an_author_whom_a_feed_names_is_one():
    assert read(page("<p>渡口。</p>"), author="Ada Marsh").authors == ("Ada Marsh",)


def test_cards_of_other_pages_are_no_text():
    found = read(page(f"<p>渡口。</p>{collection('oars', 'sails')}", bottom=""))
    assert found.body_text == "渡口。"
    assert links(found) == [
        ("card", "internal", "/medium/oars", "oars"),
        ("card", "internal", "/medium/lanternweek", "Lantern Week"),
        ("card", "internal", "/medium/sails", "sails"),
        ("card", "internal", "/medium/lanternweek", "Lantern Week"),
    ]


@pytest.mark.parametrize(
    "classes",
    [
        "nopqrstu",
        "wxyz",
        "js-elevateBottomRecirc u-marginTop40",
        "globalFooterCards",
        "container single-story-module",
        "streamItem streamItem--section",
    ],
)
def test_each_kind_of_card(classes):
    card = f'<section class="{classes}"><a href="/medium/oars"><h2>桨</h2></a><p>十把</p></section>'
    found = read(page(f"<p>渡口。</p>{card}<p>完。</p>", bottom=""))
    assert found.body_text == "渡口。\n\n完。"
    assert links(found) == [("card", "internal", "/medium/oars", "桨")]


def test_a_link_within_the_text_is_the_text_s():
    found = read(page('<p>见<a href="/medium/oars">桨</a>。</p>', bottom=""))
    assert (found.body_text, links(found)) == ("见桨。", [("body", "internal", "/medium/oars", "桨")])


def test_a_picture_that_links_elsewhere_stays_in_the_text():
    found = read(page(f'<p>渡口。</p><a href="/medium/oars">{picture("boat.jpg")}</a>', bottom=""))
    assert links(found) == [("body", "internal", "/medium/oars", None)]
    assert len(found.media) == 1


def test_a_list_within_a_card_is_read_once():
    inner = (
        '<div class="blog-post__siblings-list-aside"><span>Special report</span><ul><li>'
        '<a href="/medium/oars">桨</a></li></ul></div>'
    )
    found = read(
        page(f'<p>渡口。</p><div class="js-elevateBottomRecirc"><div>{inner}</div></div>', bottom="")
    )
    assert (found.body_text, links(found)) == ("渡口。", [("card", "internal", "/medium/oars", "桨")])


def test_pictures_have_sizes_captions_and_credits_that_stand_beside_them():
    found = read(
        page(picture("a.jpg") + picture("b.jpg", description="渡船", credit="Photo: Ada Marsh", width="1200"))
    )
    assert [
        (item.url.rpartition("/")[2], item.width, item.height, item.caption, item.credit)
        for item in found.media
    ] == [("a.jpg", 800, 533, None, None), ("b.jpg", 1200, 533, "渡船", "Photo: Ada Marsh")]
    assert found.body_text == "渡船\n\nPhoto: Ada Marsh"


def test_the_magazine_and_its_day_above_the_text_are_a_field():
    lockup = (
        '<div class="container js-postMetaLockup"><div>'
        '<a class="lw __link-logo" href="/medium/lanternweek"></a></div><div>'
        '<a href="/medium/lanternweek">Lantern Week</a><time>Jul 17th 2019</time></div></div>'
    )
    found = read(page(f"{lockup}<p>渡口。</p>", bottom=""))
    assert found.body_text == "渡口。"
    assert ("field", "internal", "/medium/lanternweek", "Lantern Week") in links(found)


@pytest.mark.parametrize(
    "notice",
    [
        '<div class="BarrierFailsafe__fullBarrier___2bFWd"><h1>Stop.</h1><div>风高</div></div>',
        '<div class="bqdn"><h3>No More.</h3></div>',
        '<button><i class="material-icons">keyboard_arrow_down</i></button>',
    ],
)
def test_notices_are_no_text(notice):
    assert read(page(f"<p>渡口。</p>{notice}<p>完。</p>")).body_text == "渡口。\n\n完。"


def test_a_title_that_the_text_shows_again_is_no_text():
    hero = '<div class="custom-header-media"><h1 class="page-title text-align-center">最后一班渡船</h1></div>'
    found = read(page(f'{hero}<p>渡口。</p><h1 class="page-title sec">第二班</h1><p>完。</p>'))
    assert found.body_text == "渡口。\n\n第二班\n\n完。"


def test_the_heading_has_the_signs_that_the_feed_lost():
    assert read(page("<p>渡口。</p>", title="渡船的 1/4"), title="渡船的 1-4").title == "渡船的 1/4"


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/medium/lanternweek/special/ferry?x=1#top", "medium/lanternweek/special"),
        ("/medium/ferry/", "medium"),
        ("/ferry", None),
        ("/", None),
    ],
)
def test_the_section_is_the_path_without_its_last_part(path, section):
    assert read(page("<p>渡口。</p>"), url=SITE + path).section == section


def test_23_a_page_that_frames_a_chart_has_neither_title_nor_text():
    html = (
        '<article class="no-header post-6447 page type-page"><div class="entry-content aesop-entry-content">'
        '<html><head><title></title><link href="https://charts.example/a.css" rel="stylesheet"/></head>'
        '<body class="toaster-iframe"><div class="toaster-chart" id="target"></div></body></html></div>'
        '<footer class="entry-footer"></footer></article>'
    )
    found = read(html, title="")
    assert (found.title, found.body_text, found.body_html, found.links, found.media) == (
        None,
        None,
        None,
        (),
        (),
    )
    data = prettified_post(html, url=URL, title="", author="Nei.st", date="2019-10-14T11:56:40+01:00")
    rows = tables(
        raw(data, "_posts/2019-10-14-.md"), readings={SOURCE: Reading({"longtide.example": "neist"})}
    )
    row = only(rows["articles"])
    assert (row["profile"], row["title"], row["body_text"], row["is_stub"]) == ("neist", None, None, True)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>渡口。</p>",
        '<div class="entry-content"></div>',
        '<header class="page-header">',
        '<figcaption class="aesop-image-component-caption"><img src="a.jpg"><p class="aesop-cap-cred">甲',
        '<div class="entry-content collection entry-meta">' * 1_000,
        '<div class="progressiveMedia" data-width="wide"><img src="a.jpg">',
        '<figcaption class="aesop-image-component-caption">' * 1_000,
    ],
)
def test_any_markup_is_read(html):
    found = read_post(simple_post(html, url=URL))
    neist.read_page(found, URL)
