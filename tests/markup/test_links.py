from __future__ import annotations

import pytest

from pipeline.markup.links import Link, kind_of, links
from pipeline.markup.soup import make_soup

PAGE = "https://www.delta.example/2021/low-tide"


def found(markup, **options):
    return links(make_soup(markup), PAGE, "body", **options)


def hrefs(markup):
    return [link.href for link in found(markup)]


def test_a_link_is_its_address_its_kind_and_its_text():
    markup = '<p>See <a href="/2020/high-tide" rel="nofollow  me">the <b>high</b>\n tide</a>.</p>'
    assert found(markup) == [
        Link(
            region="body",
            href="https://www.delta.example/2020/high-tide",
            kind="internal",
            text="the high tide",
            rel="nofollow me",
        )
    ]


def test_links_come_in_document_order_each_time_they_stand():
    markup = '<a href="/b">1</a><div><p><a href="/a">2</a></p></div><a href="/b">3</a>'
    assert [(link.href.removeprefix("https://www.delta.example"), link.text) for link in found(markup)] == [
        ("/b", "1"),
        ("/a", "2"),
        ("/b", "3"),
    ]


def test_the_region_is_that_of_the_caller():
    tree = make_soup('<p><a href="/a">1</a></p><aside><a href="/b">2</a></aside>')
    regions = [(tree.p, "body"), (tree.aside, "card")]
    assert [(link.region, link.text) for root, region in regions for link in links(root, PAGE, region)] == [
        ("body", "1"),
        ("card", "2"),
    ]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<a>Low tide</a>", id="no address"),
        pytest.param('<a name="notes"></a>', id="a place to point at"),
        pytest.param('<a href="">Low tide</a>', id="empty"),
        pytest.param('<a href=" &#10; ">Low tide</a>', id="blank"),
        pytest.param('<a href="javascript:void(0)">Low tide</a>', id="javascript"),
        pytest.param('<a href=" Java&#9;Script:alert(1)">Low tide</a>', id="javascript in disguise"),
        pytest.param('<a href="data:text/html,x">Low tide</a>', id="data"),
        pytest.param('<a href="https://">Low tide</a>', id="no host"),
        pytest.param('<noscript><a href="/1">Low tide</a></noscript>', id="in <noscript>"),
        pytest.param('<template><p><a href="/1">Low tide</a></p></template>', id="in <template>"),
        pytest.param(
            '<video src="/a.mp4">See <a href="/a.mp4">the video</a></video>', id="what a player hides"
        ),
        pytest.param('<!-- <a href="/1">Low tide</a> -->', id="in a comment"),
        pytest.param('&lt;a href="/1"&gt;Low tide&lt;/a&gt;', id="text"),
        pytest.param('<link href="/style.css">', id="another element"),
    ],
)
def test_what_leads_nowhere_is_no_link(markup):
    assert found(markup) == []


def test_an_area_of_a_picture_is_a_link():
    markup = (
        '<img src="map.png" usemap="#m"><map name="m"><area href="/north" alt="North"><area alt="Sea"></map>'
    )
    assert [(link.href, link.text) for link in found(markup)] == [("https://www.delta.example/north", None)]


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("/?a=1&timestamp=2&copy=3", "https://www.delta.example/?a=1&timestamp=2&copy=3"),
        ("/?a=1&amp;timestamp=2&amp;copy=3", "https://www.delta.example/?a=1&timestamp=2&copy=3"),
        ("https://reed.example/?a=1&timestamp=2", "https://reed.example/?a=1&timestamp=2"),
        ("//reed.example/a", "https://reed.example/a"),
        ("low%20tide", "https://www.delta.example/2021/low%20tide"),
        ("low tide", "https://www.delta.example/2021/low%20tide"),
        (" /a ", "https://www.delta.example/a"),
        ("/低潮", "https://www.delta.example/%E4%BD%8E%E6%BD%AE"),
        ("https://reed.example/?utm_source=a", "https://reed.example/?utm_source=a"),
    ],
)
def test_the_address_is_absolute_and_else_as_written(written, href):
    assert hrefs(f'<a href="{written}">Low tide</a>') == [href]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param('<a href="/1">Low<br>tide</a>', "Low tide", id="on one line"),
        pytest.param('<a href="/1">渡口\n<b>旧书摊</b></a>', "渡口旧书摊", id="Chinese on two lines"),
        pytest.param('<a href="/1"><img src="a.jpg" alt="A river"></a>', None, id="a picture"),
        pytest.param('<a href="/1"> &nbsp; </a>', None, id="blank"),
        pytest.param('<a href="/1">Low<span hidden>est</span> tide</a>', "Low tide", id="hidden words"),
        pytest.param('<a href="/1"><div>Low</div><div>tide</div></a>', "Low tide", id="blocks"),
    ],
)
def test_the_text_of_a_link(markup, text):
    (link,) = found(markup)
    assert link.text == text


def test_prettified_text_has_no_space_before_a_comma():
    markup = '<a href="/1">\n <b>\n  Low\n </b>\n , tide\n</a>'
    (prettified,), (other,) = found(markup, prettified=True), found(markup)
    assert (prettified.text, other.text) == ("Low, tide", "Low , tide")


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        pytest.param("https://reed.example/1", "external", id="another site"),
        pytest.param("https://www.delta.example/about", "internal", id="the same host"),
        pytest.param("https://m.delta.example/about", "internal", id="its phone pages"),
        pytest.param("http://delta.example/about", "internal", id="without www"),
        pytest.param("https://news.delta.example/1", "external", id="another host of the same domain"),
        pytest.param(f"{PAGE}#notes", "fragment", id="within the page"),
        pytest.param(f"{PAGE}#", "fragment", id="the page's top"),
        pytest.param(
            "http://www.delta.example/2021/low-tide/?utm_source=x#notes",
            "fragment",
            id="within the page, otherwise spelled",
        ),
        pytest.param("https://www.delta.example/2021/high-tide#notes", "internal", id="within another page"),
        pytest.param(PAGE, "internal", id="the page itself"),
        pytest.param("https://reed.example/a.JPG", "file", id="a picture"),
        pytest.param("https://www.delta.example/a.webp?w=100#x", "file", id="a picture with a query"),
        pytest.param(
            "https://reed.example/?f=a.jpg", "external", id="no picture, though its query ends like one"
        ),
        pytest.param("https://reed.example/a.pdf", "external", id="no picture"),
        pytest.param("mailto:ada@delta.example", "email", id="e-mail"),
        pytest.param("tel:+1-555-0100", "phone", id="telephone"),
        pytest.param("ftp://delta.example/a.jpg", "other", id="another scheme"),
    ],
)
def test_the_kind_of_a_link(href, kind):
    assert kind_of(href, PAGE) == kind
