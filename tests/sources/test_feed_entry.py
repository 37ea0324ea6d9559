from __future__ import annotations

import json

import pytest

from pipeline.sources.feed_document import read_document
from pipeline.sources.item import item_bytes

URL = "https://delta.example/feed.xml"
RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
  xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Delta</title><link>https://delta.example/</link>
<managingEditor>desk@delta.example (The Desk)</managingEditor>{}</channel></rss>"""
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


def items(text):
    """The items of a feed, as they are kept."""
    return [json.loads(item_bytes(item)) for item in read_document(text.encode(), None, URL).items]


def rss(inside):
    (item,) = items(RSS.format(f"<item>{inside}</item>"))
    return item


def atom(inside, feed=""):
    (item,) = items(ATOM.format(f"{feed}<entry>{inside}</entry>"))
    return item


def json_feed(entry, **feed):
    (item,) = items(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [entry]} | feed))
    return item


def test_an_entry_of_rss_2():
    assert rss(
        """<title>Low &amp;amp; Tide</title><link>https://delta.example/1</link>
        <guid isPermaLink="false">d-1</guid><pubDate>Fri, 02 Apr 2021 10:30:00 +0200</pubDate>
        <dc:creator>Ada Marsh</dc:creator>
        <category>Delta</category><category><![CDATA[Tides & mud]]></category>
        <description>The river &lt;b&gt;falls&lt;/b&gt;.</description><content:encoded>
        <![CDATA[<p>The river &amp; the <a href="/">sea</a>.</p><script>x()</script>]]></content:encoded>
        <enclosure url="/1.mp3" length="12" type="audio/mpeg"/><slash:comments>7</slash:comments>"""
    ) == {
        "id": "d-1",
        "url": "https://delta.example/1",
        "title": "Low & Tide",
        "content_html": '<p>The river &amp; the <a href="/">sea</a>.</p><script>x()</script>',
        "_summary_html": "The river <b>falls</b>.",
        "authors": [{"name": "Ada Marsh"}],
        "tags": ["Delta", "Tides & mud"],
        "date_published": "2021-04-02T08:30:00Z",
        "attachments": [{"url": "https://delta.example/1.mp3", "mime_type": "audio/mpeg"}],
    }


def test_an_entry_of_atom():
    assert atom(
        """<id>urn:1</id><title type="html">Low &lt;i&gt;Tide&lt;/i&gt; &amp;amp; mud</title>
        <link rel="self" href="https://delta.example/1.atom"/><link href="1"/>
        <link rel="alternate" type="application/pdf" href="https://delta.example/1.pdf"/>
        <author><name>Ada Marsh</name><uri>https://delta.example/ada</uri><email>a@d.example</email></author>
        <published>2021-04-02T10:30:00+02:00</published><updated>2021-05-01T00:00:00Z</updated>
        <category term="delta" label="Delta"/><category term="mud"/><summary>Falls &lt; rises.</summary>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>2 &amp; <b>3</b></p></div>
        </content>""",
        '<author><name>The Desk</name></author><icon xml:base="https://no.example/">/a.png</icon>',
    ) == {
        "id": "urn:1",
        "url": "https://delta.example/1",
        "title": "Low Tide & mud",
        "content_html": "<p>One<br>2 &amp; <b>3</b></p>",
        "summary": "Falls < rises.",
        "authors": [{"name": "Ada Marsh", "url": "https://delta.example/ada"}],
        "tags": ["Delta", "mud"],
        "date_published": "2021-04-02T08:30:00Z",
        "date_modified": "2021-05-01T00:00:00Z",
    }


def test_an_entry_of_a_json_feed():
    entry = {
        "id": 7,
        "url": "/7",
        "external_url": "https://other.example/",
        "title": "Low Tide",
        "content_html": "<p>The river.</p>",
        "content_text": "The river.",
        "summary": "Falls.",
        "image": "7.jpg",
        "date_published": "2021-04-02T10:30:00+02:00",
        "tags": ["Delta", 7, "Delta"],
        "author": {"name": "Ada Marsh", "avatar": "ada.png"},
        "attachments": [
            {"url": "/7.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 3},
            {"title": "no address"},
        ],
        "_views": 12,
        "unknown": 1,
    }
    assert json_feed(entry, language="en", authors=[{"name": "The Desk"}]) == {
        "id": "7",
        "url": "https://delta.example/7",
        "_external_url": "https://other.example/",
        "title": "Low Tide",
        "content_html": "<p>The river.</p>",
        "content_text": "The river.",
        "summary": "Falls.",
        "image": "https://delta.example/7.jpg",
        "date_published": "2021-04-02T08:30:00Z",
        "tags": ["Delta"],
        "language": "en",
        "authors": [{"name": "Ada Marsh"}],
        "attachments": [{"url": "https://delta.example/7.mp3", "mime_type": "audio/mpeg"}],
    }


OLD_FEEDS = {
    "RSS 0.90": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>D</title></channel>{}</rdf:RDF>""",
    "RSS 0.91": '<!DOCTYPE rss SYSTEM "rss.dtd"><rss version="0.91"><channel>{}</channel></rss>',
    "RSS 0.92": '<rss version="0.92"><channel>{}</channel></rss>',
    "RSS 1.0": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/"><channel rdf:about="d"><items/></channel>{}</rdf:RDF>""",
    "RSS 2.0": '<rss version="2.0"><channel>{}</channel></rss>',
}


@pytest.mark.parametrize("version", OLD_FEEDS)
def test_every_version_of_rss(version):
    entry = "<item><title>Low Tide</title><link>https://delta.example/1</link><description>Falls.</description></item>"
    assert items(OLD_FEEDS[version].format(entry)) == [
        {
            "id": "https://delta.example/1",
            "url": "https://delta.example/1",
            "title": "Low Tide",
            "content_html": "Falls.",
        }
    ]


def test_rss_1_has_its_date_from_dublin_core():
    assert rss("<dc:date>2021-04-02</dc:date>") == {"date_published": "2021-04-02"}
    assert rss("<dc:date>2021-05-01</dc:date><pubDate>02 Apr 2021 08:30:00 GMT</pubDate>") == {
        "date_published": "2021-04-02T08:30:00Z",
        "date_modified": "2021-05-01",
    }


def test_an_entry_of_atom_that_says_only_when_it_changed_has_no_other_date():
    assert atom("<updated>2021-04-02T08:30:00Z</updated>") == {"date_modified": "2021-04-02T08:30:00Z"}


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
        ("Thu, 31 Dec 2099 00:00:00 GMT", "2099-12-31T00:00:00Z"),
        ("2 Apr 2021", "2021-04-02"),
        ("2021", "2021"),
        ("next spring", "next spring"),
    ],
)
def test_a_date_is_kept_as_stated(date, kept):
    assert rss(f"<pubDate>{date}</pubDate>") == {"date_published": kept}


def test_no_date_is_made_up_where_there_is_none():
    assert rss("<title>Low Tide</title>") == {"title": "Low Tide"}


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/1</link>", "https://delta.example/1"),
        ("<guid>https://delta.example/1</guid>", "https://delta.example/1"),
        ("<guid>123</guid>", None),
        ("<guid>/123</guid>", None),
        ('<guid isPermaLink="false">https://delta.example/1</guid>', None),
        (
            "<guid>https://delta.example/0</guid><link>https://delta.example/1</link>",
            "https://delta.example/1",
        ),
        ("<link>https://delta.example/?a=1&amp;b=2</link>", "https://delta.example/?a=1&b=2"),
        (
            "<link>https://f.example/1</link><feedburner:origLink>https://d.example/1</feedburner:origLink>",
            "https://d.example/1",
        ),
        (
            "<link>https://d.example/1</link><feedburner:origLink>javascript:x</feedburner:origLink>",
            "https://d.example/1",
        ),
        ("<link>http://[</link>", None),
    ],
)
def test_the_address_of_an_entry_of_rss(inside, url):
    assert rss(inside).get("url") == url


@pytest.mark.parametrize(
    "guid",
    [
        "123",
        "tag:delta.example,2021:1",
        "https://delta.example/1",
        "https://delta.example",
        "a b",
        "渡口",
        "?p=1",
    ],
)
def test_an_id_is_kept_as_stated(guid):
    link = "<link>https://delta.example/0</link>"
    for permalink in ("", ' isPermaLink="false"', ' isPermaLink="true"'):
        assert rss(f"<guid{permalink}>{guid}</guid>{link}")["id"] == guid
    assert atom(f"<id>{guid}</id>")["id"] == guid


def test_the_base_of_one_entry_is_not_that_of_the_next():
    entry = '<entry><link href="{0}"/><content type="html" {1}>&lt;p&gt;{0}</content></entry>'
    first, second = items(
        ATOM.format(entry.format(1, 'xml:base="https://base.example/"') + entry.format(2, ""))
    )
    assert (first["url"], first["_base"]) == ("https://delta.example/1", "https://base.example/")
    assert (second["url"], second.get("_base")) == ("https://delta.example/2", None)


def test_two_descriptions_are_one_content_and_one_summary():
    texts = ["<description>&lt;p&gt;The river.</description>", "<itunes:summary>River.</itunes:summary>"]
    expected = {"content_html": "<p>The river.", "summary": "River."}
    assert rss("".join(texts)) == expected


def test_the_addresses_of_atom_are_seen_from_its_base():
    feed = '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/a/"><entry>{}</entry></feed>'
    (item,) = items(feed.format('<link href="1"/><content type="html">&lt;p&gt;</content>'))
    assert item["url"] == "https://base.example/a/1"
    assert item["_base"] == "https://base.example/a/"


@pytest.mark.parametrize(
    ("inside", "authors"),
    [
        ("<author>ada@delta.example (Ada Marsh)</author>", [{"name": "Ada Marsh"}]),
        ("<author>Ada Marsh</author>", [{"name": "Ada Marsh"}]),
        ("<author>ada@delta.example</author>", [{"url": "mailto:ada@delta.example"}]),
        ("<dc:creator>Ada</dc:creator><dc:creator>Tom</dc:creator>", [{"name": "Ada"}, {"name": "Tom"}]),
        ("<title>x</title>", None),
    ],
)
def test_the_authors_of_an_entry_of_rss(inside, authors):
    assert rss(inside).get("authors") == authors


def test_an_entry_of_atom_without_an_author_has_the_feeds():
    desk = "<author><name>The Desk</name></author>"
    assert atom("<title>x</title>", desk)["authors"] == [{"name": "The Desk"}]
    assert json_feed({"id": "1"}, author={"name": "The Desk"})["authors"] == [{"name": "The Desk"}]


@pytest.mark.parametrize(
    ("inside", "content"),
    [
        (
            '<summary type="html">&lt;b&gt;Falls.</summary><content>Text &lt;b>.</content>',
            {"content_text": "Text <b>.", "_summary_html": "<b>Falls."},
        ),
        ("<summary>Falls.</summary>", {"content_text": "Falls."}),
        ('<content type="html">&lt;p&gt;Falls.</content>', {"content_html": "<p>Falls."}),
        (
            '<content type="image/png" src="/1.png"/><summary>Falls.</summary>',
            {
                "content_text": "Falls.",
                "attachments": [{"url": "https://delta.example/1.png", "mime_type": "image/png"}],
            },
        ),
        ('<content type="image/png">iVBORw0KGgo=</content>', {}),
    ],
)
def test_content_and_summary_of_atom(inside, content):
    assert atom(inside) == content


def test_a_description_with_line_breaks_stays_text_where_it_is_one_of_media():
    group = """<media:group xmlns:media="http://search.yahoo.com/mrss/"><media:title>Low</media:title>
        <media:content url="https://video.example/v/1" type="video/mp4"/>
        <media:thumbnail url="https://video.example/1.jpg"/><media:description>One.
Two: https://delta.example
</media:description><media:community><media:statistics views="17"/></media:community></media:group>"""
    assert atom(f"<title>Low</title>{group}") == {
        "title": "Low",
        "content_text": "One.\nTwo: https://delta.example",
        "image": "https://video.example/1.jpg",
        "attachments": [{"url": "https://video.example/v/1", "mime_type": "video/mp4"}],
    }


def test_markup_is_kept_as_published():
    markup = """<p onclick="x()">a &lt; b &amp;amp; c &nbsp; <img src=/a.png alt='"'><style></style></p>"""
    assert rss(f"<description><![CDATA[{markup}]]></description>")["content_html"] == markup


@pytest.mark.parametrize(
    "inside",
    [
        '<links a="b"/>',
        '<link a="b"/>',
        '<id a="b"/>',
        '<title a="b"/>',
        '<tags a="b"/>',
        '<authors a="b"/>',
        '<author_detail a="b"/>',
        '<content a="b"/>',
        '<summary_detail a="b"/>',
        '<published a="b"/>',
        '<image a="b"/>',
        "<media:thumbnail/>",
        "<media:content/>",
        "<enclosure/>",
        '<category term=""/>',
        "<guid/>",
        "<pubDate/>",
    ],
)
def test_an_element_that_should_be_another_costs_nothing_else(inside):
    text = RSS.format(f"<item>{inside}<title>Odd</title></item><item><title>Low Tide</title></item>")
    assert {"title": "Low Tide"} in items(text)


@pytest.mark.parametrize(
    "entry",
    [
        {
            "id": ["a"],
            "url": 7,
            "title": {},
            "tags": "a",
            "authors": "b",
            "attachments": [1],
            "date_published": 1,
        },
        {"id": True, "author": "Ada", "authors": [None], "content_html": 7},
    ],
)
def test_a_key_of_a_json_feed_that_should_be_another_says_nothing(entry):
    assert json_feed(entry | {"title": "Low Tide"}) == {"title": "Low Tide"}
