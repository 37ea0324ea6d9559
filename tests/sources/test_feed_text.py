from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.feed_text import announced_feeds, decode, root_of

TIDE = "<a>低潮 café</a>"


def decoded(data, content_type=None):
    notes = []
    return decode(data, content_type, notes), len(notes)


@pytest.mark.parametrize(
    ("said", "declared", "really"),
    [
        (None, None, "utf-8"),
        (None, "UTF-8", "utf-8"),
        ("utf-8", None, "utf-8"),
        (None, "gb2312", "gb18030"),
        ("gbk", "gbk", "gb18030"),
        (None, "Big5", "big5"),
        ("koi8-r", None, "koi8-r"),
        (None, "iso-8859-1", "cp1252"),
        ("windows-1251", None, "cp1251"),
        (None, "Shift_JIS", "shift_jis"),
        (None, "iso-2022-jp", "iso2022_jp"),
    ],
)
def test_what_is_said_and_true_is_believed(said, declared, really):
    words = {"big5": "低潮", "gb18030": "低潮 “é”", "utf-8": TIDE, "koi8-r": "Отлив", "cp1251": "Отлив"}
    text = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text += words.get(really, "干潮" if "jis" in really or "jp" in really else "café €")
    assert decoded(text.encode(really), said and f"text/xml; charset={said}") == (text, 0)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_a_byte_order_mark_or_its_like_outweighs_what_is_said(encoding):
    text = f'<?xml version="1.0" encoding="latin-1"?>{TIDE}'
    assert decoded(text.encode(encoding), "text/xml; charset=koi8-r")[0].lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        pytest.param(TIDE.encode(), "text/xml; charset=iso-8859-1", TIDE, id="a server's default"),
        pytest.param(TIDE.encode(), "text/xml; charset=us-ascii", TIDE, id="another"),
        pytest.param("café".encode("latin-1"), None, "café", id="bytes of no UTF-8"),
        pytest.param("café €".encode("cp1252"), "text/xml; charset=utf-8", "café €", id="nor said to be"),
        pytest.param("低潮".encode() + b"\xe9", None, "低潮\ufffd", id="one bad byte in UTF-8"),
        pytest.param(TIDE.encode(), "text/xml; charset=utf-16", TIDE, id="UTF-16 without a mark"),
        pytest.param("低潮".encode(), "text/xml; charset=tide", "低潮", id="an encoding that nobody knows"),
    ],
)
def test_what_is_said_and_false_is_mended_and_noted(data, content_type, text):
    assert decoded(data, content_type) == (text, 1)


@pytest.mark.parametrize(
    "name",
    ["rot13", "zlib", "hex", "idna", "punycode", "unicode_escape", "utf-7", "undefined", "a" * 40, "mbcs"],
)
def test_python_has_encodings_that_the_web_has_not(name):
    assert decoded(b"+AGE- \\u0061 tide", f"text/xml; charset={name}")[0] == "+AGE- \\u0061 tide"


@given(st.binary(max_size=60), st.none() | st.text(max_size=20))
@settings(deadline=None, max_examples=300)
def test_no_bytes_are_too_odd(data, content_type):
    decode(data, content_type and f"text/xml; charset={content_type}", [])


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<rss>", (0, "rss")),
        ("<rdf:RDF>", (0, "RDF")),
        ('\n<?xml version="1.0"?>\n<?pi <a> ?><!-- <b> --><!DOCTYPE rss><rss>', (-5, "rss")),
        ('<!DOCTYPE rss [<!ENTITY a "]><b>">\n<!-- ]> " -->]><rss>', (-5, "rss")),
        ("<!DOCTYPE rss PUBLIC \"-//Tide//DTD RSS 0.91//EN\" 'rss.dtd'><rss>", (-5, "rss")),
        ("tide < 3 <rss>", (-5, "rss")),
        ("tide", None),
        ("", None),
        ("<!-- <rss>", None),
        ('<!DOCTYPE rss "<rss>', None),
        ("<?xml <rss>", None),
    ],
)
def test_where_the_root_element_begins(text, root):
    found = root_of(text)
    assert found == (root and (root[0] % len(text) if root[0] else 0, root[1]))


def test_a_hostile_prolog_takes_no_time():
    for part in ("<!--", "<?a", "\n", "<!DOCTYPE ", '<!DOCTYPE "', "<!DOCTYPE [", "<!DOCTYPE <!--", "< "):
        root_of(part * 300_000 + "<rss>")


PAGE = b"""<!DOCTYPE html><html><head>
<link rel="stylesheet" type="text/css" href="/a.css">
<LINK REL="home Alternate" TYPE="application/rss+xml" TITLE="Tide" HREF=" /feed.xml ">
<link rel="alternate" type="application/atom+xml" href="https://other.example/atom">
<link rel="alternate" type="application/feed+json" href="feed.json">
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="http://[">
<link rel="alternate" type="application/rss+xml">
<link rel="alternate" hreflang="fr" href="/fr">
</head><body>"""


def test_the_feeds_that_a_page_announces():
    found = [
        "https://delta.example/feed.xml",
        "https://other.example/atom",
        "https://delta.example/a/feed.json",
    ]
    assert announced_feeds(PAGE, "https://delta.example/a/") == found
    assert announced_feeds(PAGE.decode(), "https://delta.example/a/") == found


@pytest.mark.parametrize("page", [b"", b"tide", b"\x00", b"<rss/>", codecs.BOM_UTF16_LE, b"<" * 100_000])
def test_what_announces_nothing(page):
    assert announced_feeds(page, "https://delta.example/") == []
