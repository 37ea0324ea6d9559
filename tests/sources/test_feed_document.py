from __future__ import annotations

import json
import time
import xml.sax.saxutils

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import feed_document
from pipeline.sources.feed_document import Document, FeedError, read_apart, read_document
from pipeline.sources.item import item_bytes

URL = "https://delta.example/feed.xml"
LOW, HIGH = (
    f"<item><title>{title}</title><link>https://delta.example/{title}</link><description>{text}</description></item>"
    for title, text in (
        ("Low", "&lt;p&gt;The river &amp;amp; the sea."),
        ("High", "<![CDATA[<p>a &amp; b</p>]]>"),
    )
)


def rss(*entries):
    channel = "".join(["<title>D</title>", *entries])
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{channel}</channel></rss>'


def read(text):
    return read_document(text if isinstance(text, bytes) else text.encode(), None, URL)


def kept(document):
    """The bytes of a document's items, in any order."""
    return {item_bytes(item) for item in document.items}


def titles(document):
    return sorted(item["title"] for item in document.items)


def failure(text):
    with pytest.raises(FeedError) as caught:
        read(text)
    return caught.value.outcome, str(caught.value)


@pytest.mark.parametrize("text", [b"", b" \r\n\t", b"\x00\x00"])
def test_an_empty_answer(text):
    assert failure(text)[0] == "empty_feed"


@pytest.mark.parametrize(
    "text",
    [
        rss(),
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '{"version":"https://jsonfeed.org/version/1.1","items":[]}',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
    ],
)
def test_a_feed_without_entries_is_one(text):
    assert read(text) == Document([])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!doctype html><title>Delta", "announces none"),
        ("<html><body><p>Not found", "announces none"),
        ('<?xml version="1.0"?>\n<!-- x --><html xmlns="http://www.w3.org/1999/xhtml"/>', "announces none"),
        (
            '<!DOCTYPE html><link rel="alternate" type="application/atom+xml" href="/atom.xml">',
            "https://delta.example/atom.xml",
        ),
        ("The river is low.", "'The river is low.'"),
        ("/etc/passwd", "'/etc/passwd'"),
        ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>', "<urlset"),
        ('{"posts": []}', '{"posts": []}'),
        ("\x1f\x8b\x08\x00tide", "tide"),
        ("[]", "[]"),
    ],
)
def test_what_is_no_feed(text, found):
    outcome, message = failure(text)
    assert outcome == "not_a_feed"
    assert found in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "text", ["{", '{"items":[}', '{"items":' + "[" * 100_000, "<rss", "<rss><channel>", "<feed>&"]
)
def test_what_cannot_be_read_at_all(text):
    assert failure(text)[0] == "not_well_formed"


def test_items_that_are_no_objects_are_left_out():
    document = read(
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": [1, None, {"title": "Low"}]})
    )
    assert (titles(document), len(document.notes)) == (["Low"], 1)


SICK = {
    "a bare ampersand": "<title>Sick & tired</title>",
    "an entity of HTML": "<title>Sick&nbsp;&eacute;</title>",
    "an element that is not closed": "<title>Sick</title><p>",
    "elements that cross": "<title>Sick</title><a><b></a></b>",
    "a control character": "<title>Sick\x0b</title>",
    "a reference to no character": "<title>Sick &#0; &#x1F; &#99999999999; &#xD800;</title>",
    "a prefix that nobody declared": "<title>Sick</title><x:y/>",
    "an attribute twice": '<title a="1" a="2">Sick</title>',
    "a less-than sign": "<title>Sick < well</title>",
}


@pytest.mark.parametrize("sick", SICK.values(), ids=SICK)
def test_an_entry_that_is_not_well_formed_costs_no_other_its_bytes(sick):
    document = read(rss(LOW, f"<item>{sick}<link>https://delta.example/Sick</link></item>", HIGH))
    assert kept(document) > kept(read(rss(LOW, HIGH)))
    (own,) = [item for item in document.items if item["url"].endswith("Sick")]
    assert own["title"].startswith("Sick")
    assert document.notes
    assert not document.breaks_off


def test_an_entry_that_is_not_closed_ends_where_the_next_begins():
    document = read(rss(LOW, "<item><title>Sick</title>", HIGH))
    assert titles(document) == ["High", "Low", "Sick"]
    assert kept(document) > kept(read(rss(LOW, HIGH)))


def test_a_feed_that_breaks_off_gives_its_whole_entries():
    text = rss(LOW, HIGH)
    low, both = kept(read(rss(LOW))), kept(read(text))
    for end in range(len(text) - 1, text.index("</title>") + 8, -7):
        is_low = end >= text.index("</item>") + 7
        is_high = end >= text.rindex("</item>") + 7
        if not is_low:
            assert failure(text[:end])[0] == "not_well_formed"
            continue
        document = read(text[:end])
        assert kept(document) == (both if is_high else low)
        assert document.breaks_off == (text[:end].count("<item>") > text[:end].count("</item>"))


def test_markup_within_an_entry_does_not_end_it():
    text = "<description><![CDATA[</item><item>]]></description><!-- </item> -->"
    tricky = f"<item><title>Tricky</title>{text}</item>"
    sick = "<item><title>a & b</title></item>"
    assert kept(read(rss(tricky, sick, LOW))) > kept(read(rss(tricky, LOW)))


@pytest.mark.parametrize(
    "dtd",
    [
        '[<!ENTITY a "tide">]',
        '[<!ENTITY a SYSTEM "file:///etc/passwd">]',
        'SYSTEM "http://127.0.0.1:1/x.dtd"',
        '[<!ENTITY % b SYSTEM "http://127.0.0.1:1/"> %b;]',
    ],
)
def test_entities_of_the_feeds_own_are_not_followed(dtd):
    assert titles(read(f"<!DOCTYPE rss {dtd}>" + rss("<item><title>&a;</title></item>")[22:])) == ["&a;"]


def test_an_entity_bomb_stays_small():
    entities = '<!ENTITY a0 "tide">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    wide = f'<!ENTITY w "{"tide" * 50_000}">'
    for declared, used in ((entities, "&a29;"), (wide, "&w;" * 50_000)):
        text = f"<!DOCTYPE rss [{declared}]>" + rss(f"<item><title>{used}</title></item>")[22:]
        (item,) = read(text).items
        assert len(item["title"]) <= len(used)


def test_old_feeds_lean_on_a_dtd_for_their_letters():
    dtd = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss.dtd">'
    (item,) = read(dtd + rss("<item><title>caf&eacute;</title></item>")[22:]).items
    assert item["title"] == "café"


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{}</feed>'


def test_tombstones():
    tombs = (
        '<at:deleted-entry ref="urn:1" when="2021-04-02T10:30:00+02:00"><at:by/></at:deleted-entry>'
        '<at:deleted-entry ref=" urn:2 "/><at:deleted-entry when="2021-04-02T08:30:00Z"/>'
        '<deleted-entry ref="urn:3" when="2021-04-02T08:30:00Z"/>'
    )
    entry = "<entry><id>urn:4</id></entry>"
    for text in (tombs + entry, tombs + entry + "<entry><title>&</title></entry>"):
        assert read(ATOM.format(text)).deleted == [("urn:1", "2021-04-02T08:30:00Z"), ("urn:2", "")]
    assert read(rss("<item><title>deleted-entry</title></item>")).deleted == []


def test_the_bytes_of_a_feed_are_no_name_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed.xml").write_text(rss(LOW))
    assert failure("feed.xml")[0] == "not_a_feed"
    assert failure(URL)[0] == "not_a_feed"


def test_an_entry_that_feedparser_cannot_bear_is_named(monkeypatch):
    real = feed_document._parse

    def parse(text, url):
        if "poison" in text:
            raise ValueError
        return real(text, url)

    monkeypatch.setattr(feed_document, "_parse", parse)
    entries = [f"<item><title>{n}</title></item>" for n in range(20)]
    document = read(
        rss(*entries[:7], "<item><title>poison</title></item>", *entries[7:], "<item>& poison</item>")
    )
    assert titles(document) == sorted(str(n) for n in range(20))
    assert any("2 of its entries could not be read" in note for note in document.notes)


def test_reading_apart_gives_the_same():
    text = ATOM.format(
        '<at:deleted-entry ref="1" when="x"/><entry><title>渡口 \U0001f30a &</title></entry>'
    ).encode()
    assert read_apart(text, "text/xml", URL) == read_document(text, "text/xml", URL)
    with pytest.raises(FeedError, match="announces none") as caught:
        read_apart(b"<html>", None, URL)
    assert caught.value.outcome == "not_a_feed"


def test_reading_apart_does_not_depend_on_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "feedparser.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert titles(read_apart(rss(LOW).encode(), None, URL)) == ["Low"]


def test_a_feed_that_takes_for_ever_is_stopped():
    # feedparser looks for mail addresses in each of these letters' tails.
    text = rss(f"<item><author>{'a' * 400_000}@</author></item>").encode()
    begun = time.monotonic()
    with pytest.raises(FeedError, match="longer than 1 second") as caught:
        read_apart(text, None, URL, seconds=1)
    assert caught.value.outcome == "unreadable_feed"
    assert time.monotonic() - begun < 10


def test_a_reader_that_dies_is_one_outcome(monkeypatch, tmp_path):
    monkeypatch.setattr(feed_document.sys, "executable", "/bin/false")
    with pytest.raises(FeedError) as caught:
        read_apart(rss(LOW).encode(), None, URL)
    assert caught.value.outcome == "unreadable_feed"


FRAGMENTS = st.sampled_from(
    "<item> </item> <title> </title> <![CDATA[ ]]> <!-- --> & &amp; <link> </link> a https://delta.example/1 "
    '< > " </rss> </channel> <entry> \x00 é <content>'.split()
)


@given(st.lists(FRAGMENTS, max_size=25).map("".join), st.booleans())
@settings(deadline=None, max_examples=150)
def test_no_text_raises_anything_else(middle, is_wrapped):
    text = rss(LOW, middle, HIGH) if is_wrapped else middle
    try:
        document = read(text)
    except FeedError:
        return
    for item in document.items:
        item_bytes(item)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), st.randoms())
@settings(deadline=None, max_examples=60)
def test_an_entry_has_the_same_bytes_whatever_stands_beside_it(entries, random):
    def entry(texts):
        title, text = map(xml.sax.saxutils.escape, texts)
        return f"<item><title>{title}</title><description>{text}</description></item>"

    alone = set()
    for texts in entries:
        alone |= kept(read(rss(entry(texts))))
    shuffled = [*map(entry, entries), "<item>&</item>"]
    random.shuffle(shuffled)
    assert kept(read(rss(*shuffled))) - {item_bytes({})} >= alone - {item_bytes({})}
