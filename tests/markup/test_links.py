from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.links import Link, footnotes, kind_of, links
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
        pytest.param("https://reed.example/a.pdf", "external", id="a document is cited like a page"),
        pytest.param("https://reed.example/a.mp3?x=1", "file", id="sound"),
        pytest.param("https://www.delta.example/a.mp4", "file", id="video"),
        pytest.param("https://reed.example/wiki/File:Tide.jpg", "external", id="the page about a picture"),
        pytest.param(
            "https://www.delta.example/cdn-cgi/l/email-protection#3c5a",
            "email",
            id="an e-mail address, hidden",
        ),
        pytest.param("mailto:ada@delta.example", "email", id="e-mail"),
        pytest.param("tel:+1-555-0100", "phone", id="telephone"),
        pytest.param("SMS:+1-555-0100", "phone", id="a message"),
        pytest.param("ftp://delta.example/a.jpg", "other", id="another scheme"),
        pytest.param("file:///C:/a.docx#_ftn1", "other", id="a file of the author's"),
    ],
)
def test_the_kind_of_a_link(href, kind):
    assert kind_of(href, PAGE) == kind


def test_what_is_hidden_is_found_at_any_depth():
    markup = """<div><noscript><p><a href="/1">1</a><b><a href="/2">2</a></b></p></noscript></div>
    <p><a href="/3">3</a></p>"""
    assert hrefs(markup) == ["https://www.delta.example/3"]


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        pytest.param('<a id="r1" name="r2" href="#n1">1</a>', ("r1", "r2"), id="its own"),
        pytest.param('<sup id="r1"><a href="#n1">1</a></sup>', ("r1",), id="around it"),
        pytest.param('<a href="#n1"><sup id="r1">1</sup></a>', ("r1",), id="within it"),
        pytest.param('<p>Low tide.<a name="r1"></a><a href="#n1">1</a></p>', ("r1",), id="just before it"),
        pytest.param(
            '<p>\n <a name="r1">\n </a>\n <a href="#n1">\n  <sup id="r2">\n   1\n  </sup>\n </a>\n</p>',
            ("r2", "r1"),
            id="prettified",
        ),
        pytest.param('<li id="n1">A note. <a href="#r1">↩</a></li>', ("n1",), id="its block"),
        pytest.param('<div id="n1"><p>A note. <a href="#r1">↩</a></p></div>', ("n1",), id="the block around"),
        pytest.param(
            '<p><a name="n1"></a>A note. <a href="#r1">↩</a></p>', ("n1",), id="at the block's start"
        ),
        pytest.param('<ol id="notes"><li>A note. <a href="#r1">↩</a></li></ol>', (), id="no list"),
        pytest.param(
            '<div id="all"><div><p>Tide.<a href="#n1">1</a></p></div></div>', (), id="no third block"
        ),
        pytest.param('<h2 id="s1"><a href="#top">↑</a></h2>', (), id="no heading"),
        pytest.param('<p id="p1"><a href="/about">About</a></p>', (), id="a link to another page"),
    ],
)
def test_the_ids_that_stand_for_the_place_of_a_link_to_a_fragment(markup, names):
    (link,) = found(f"<body>{markup}")
    assert link.names == names


def paired(markup):
    """The texts of each pair of a page's footnotes, and those that have no other."""
    here = found(markup)
    pairs = footnotes(here)
    assert all(other is None or pairs[other] == place for place, other in pairs.items())
    return [
        (here[place].text, here[other].text if other is not None else None)
        for place, other in sorted(pairs.items())
        if other is None or place < other
    ]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            '<sup id="r1"><a href="#n1">1</a></sup><ol><li id="n1">Reed. <a href="#r1">↩</a></li></ol>',
            id="ids, whatever their names",
        ),
        pytest.param(
            '<a href="#_ftn1" name="_ftnref1">1</a><p><a href="#_ftnref1" name="_ftn1">↩</a> Reed.</p>',
            id="Word",
        ),
        pytest.param(
            '<p>Tide.<a href="#_ftn1">1</a></p><p><a href="#_ftnref1">↩</a> Reed.</p>', id="ids lost"
        ),
        pytest.param(
            '<a href="#sdfootnote1sym"><sup>1</sup></a><p><a href="#sdfootnote1anc">↩</a></p>',
            id="LibreOffice",
        ),
        pytest.param('<a href="#fn:1">1</a><p><a href="#fnref:1">↩</a></p>', id="Markdown"),
        pytest.param(
            '<a href="#user-content-fn-1">1</a><p><a href="#user-content-fnref-1">↩</a></p>', id="GitHub"
        ),
        pytest.param(
            '<a href="#cite_note-tide-1">1</a><p><a href="#cite_ref-tide_1-0">↩</a></p>', id="MediaWiki"
        ),
        pytest.param('<a href="#footnote-1">1</a><p><a href="#footnote-anchor-1">↩</a></p>', id="Substack"),
        pytest.param(
            '<a href="#easy-footnote-bottom-1-77">1</a><p><a href="#easy-footnote-1-77">↩</a></p>',
            id="WordPress",
        ),
        pytest.param(
            '<a href="#3f2a90c1-1111-4222-8333-0123456789ab">1</a>'
            '<p><a href="#3f2a90c1-1111-4222-8333-0123456789ab-link">↩</a></p>',
            id="WordPress, by ids",
        ),
        pytest.param(
            '<a href="https://www.delta.example/2021/low-tide/#fn1">1</a>'
            '<p><a href="https://www.delta.example/2021/low-tide#fnr1">↩</a></p>',
            id="written in full",
        ),
    ],
)
def test_a_mark_and_its_notes_link_back_are_a_pair(markup):
    assert paired(markup) == [("1", "↩")]


def test_footnotes_are_paired_that_lead_to_the_document_they_were_pasted_from():
    markup = """<p>Tide.<a href="file:///C:/tide.docx#_ftn2">[2]</a> <a href="file:///C:/reed.docx#_ftn3">[3]</a></p>
    <p><a href="file:///C:/tide.docx#_ftnref2">[2]</a> Reed.</p>
    <p><a href="https://reed.example/#_ftn3">[3]</a></p>"""
    assert paired(markup) == [("[2]", "[2]")]


def test_of_several_marks_of_a_note_the_first_is_paired():
    markup = """<p><a id="a" href="#n">1</a> <a id="b" href="#n">reed</a> <a id="c" href="#n">2</a>
    <a id="d" href="#n">3</a>
    <ol><li id="n">Reed. <a href="#c">↩</a></li></ol>"""
    assert paired(markup) == [("1", None), ("2", "↩"), ("3", None)]


def test_a_note_may_lead_back_to_each_of_its_marks():
    markup = """<p><a id="fnref:1" href="#fn:1">1</a> <a id="fnref:1:2" href="#fn:1">1</a>
    <ol><li id="fn:1">Reed. <a href="#fnref:1">↩</a> <a href="#fnref:1:2">↩2</a></li></ol>"""
    assert paired(markup) == [("1", "↩"), ("1", "↩2")]


@pytest.mark.parametrize(
    ("markup", "alone"),
    [
        pytest.param('<a href="#_ftn1">[1]</a>', ["[1]"], id="a mark without a link back"),
        pytest.param('<a href="#fnref:1">↩</a>', ["↩"], id="a link back without a mark"),
        pytest.param('<a href="#_ftn1">the harbour</a>', [], id="words that lead to a note"),
        pytest.param('<a href="#part1">1</a>', [], id="a mark that leads to no note"),
        pytest.param('<a href="https://reed.example/#_ftn1">[1]</a>', [], id="the note of another page"),
        pytest.param('<a href="#">1</a>', [], id="no fragment"),
        pytest.param('<a href="/2021/high-tide#_ftn1">[1]</a>', [], id="another page of the site"),
    ],
)
def test_a_mark_alone_is_of_a_footnote_where_its_name_says_so(markup, alone):
    assert paired(markup) == [(text, None) for text in alone]


def test_a_table_of_contents_is_no_list_of_footnotes():
    markup = """<ul id="toc"><li id="t1"><a href="#s1">Low tide</a></li>
    <li id="t2"><a href="#s2">High tide</a></li></ul>
    <div id="s1"><p>Reed. <a href="#t1">Up</a></p></div><h2 id="s2">High tide <a href="#t2">1</a></h2>"""
    assert paired(markup) == []


NAMES = st.sampled_from(["fn1", "fnref1", "fn:1", "fnref:1:2", "a", "b", "_ftn2", "_ftnref2", "", "%41", "A"])
ANCHORS = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from(["1", "[2]", "↩", "words", ""])).map(
        lambda parts: f'<p id="{parts[0]}"><a href="#{parts[1]}">{parts[2]}</a>'
    ),
    max_size=8,
).map("".join)


@given(ANCHORS)
@settings(deadline=None, max_examples=300)
def test_pairs_are_mutual_and_of_two_links(markup):
    pairs = footnotes(found(markup))
    for place, other in pairs.items():
        assert other is None or (other != place and pairs[other] == place)
