from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.urls import (
    Address,
    absolute_url,
    absolute_web_url,
    host_of,
    is_web_url,
    parse_address,
    registered_domain_of,
    site_of,
)

PAGE = "https://www.delta.example/2021/low-tide"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        pytest.param("https://reed.example/a?b=c#d", "https://reed.example/a?b=c#d", id="absolute"),
        pytest.param(
            "HTTP://Reed.example", "http://reed.example/", id="a scheme in capitals is spelled anew"
        ),
        pytest.param("https://reed.example/a|b", "https://reed.example/a|b", id="absolute: not encoded"),
        pytest.param(
            "https://reed.example/%e6%b2%b3",
            "https://reed.example/%e6%b2%b3",
            id="absolute: encoded as written",
        ),
        pytest.param(
            "https://reed.example/?a=1&timestamp=2",
            "https://reed.example/?a=1&timestamp=2",
            id="no × in an address",
        ),
        pytest.param("https://reed.example/河", "https://reed.example/%E6%B2%B3", id="beyond ASCII: encoded"),
        pytest.param("https://河.example/", "https://xn--ovw.example/", id="an international name"),
        pytest.param("https://reed.example/a b", "https://reed.example/a%20b", id="a space inside"),
        pytest.param(
            " \n https://reed.example/a\x00 ", "https://reed.example/a", id="white space and controls around"
        ),
        pytest.param("https://reed.exa\n\tmple/a\rb", "https://reed.example/ab", id="line ends inside"),
        pytest.param("//reed.example/a", "https://reed.example/a", id="protocol-relative"),
        pytest.param("/about", "https://www.delta.example/about", id="from the root"),
        pytest.param("high-tide", "https://www.delta.example/2021/high-tide", id="beside the page"),
        pytest.param("../about", "https://www.delta.example/about", id="above the page"),
        pytest.param("?page=2", "https://www.delta.example/2021/low-tide?page=2", id="query"),
        pytest.param("#notes", "https://www.delta.example/2021/low-tide#notes", id="fragment"),
        pytest.param(
            "https:reed", "https://www.delta.example/2021/reed", id="a scheme and no host: beside the page"
        ),
        pytest.param("mailto:ada@delta.example", "mailto:ada@delta.example", id="e-mail"),
        pytest.param("tel:+1-555-0100", "tel:+1-555-0100", id="telephone"),
        pytest.param(
            "ftp://delta.example/a", "ftp://delta.example/a", id="another scheme that leads somewhere"
        ),
        pytest.param("", None, id="empty"),
        pytest.param(" \n", None, id="white space"),
        pytest.param("javascript:void(0)", None, id="javascript"),
        pytest.param(" JavaScript:alert(1)", None, id="javascript in capitals"),
        pytest.param("java\nscript:alert(1)", None, id="javascript on two lines"),
        pytest.param("\x01javascript:alert(1)", None, id="javascript behind a control character"),
        pytest.param("vbscript:x", None, id="vbscript"),
        pytest.param("data:image/gif;base64,R0lG", None, id="data"),
        pytest.param("blob:https://delta.example/1", None, id="blob"),
        pytest.param("about:blank", None, id="about"),
        pytest.param("https://", None, id="no host"),
        pytest.param("https://[delta/", None, id="a host that is none"),
        pytest.param("https://delta.example:99999/", None, id="a port that is none"),
        pytest.param("https://reed.example/\ud800", None, id="half of a surrogate pair"),
    ],
)
def test_an_address_as_the_page_means_it(href, url):
    assert absolute_url(href, PAGE) == url


@pytest.mark.parametrize("base", ["", "low tide", "mailto:ada@delta.example"])
def test_a_relative_address_needs_a_page(base):
    assert absolute_url("/about", base) is None


HREFS = st.lists(
    st.sampled_from(
        [
            "java", "script", ":", "data:", "https:", "http:", "//", "/", "\\", "#", "?", "@", "%", "%41",
            "&timestamp=1", " ", "\n", "\t", "\x00", "\x01", "\u200b", "河", "\ud800", "delta.example",
            "[", "]", ".", "..", ":80", '"', "<", "'",
        ]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)  # fmt: skip


@given(HREFS)
@settings(deadline=None, max_examples=500)
def test_an_address_is_printable_ascii_and_leads_somewhere(href):
    url = absolute_url(href, PAGE)
    if url is not None:
        assert re.fullmatch(r"[ -~]+", url)
        assert re.match(r"(?!javascript|vbscript|data|blob|about)[a-z][a-z0-9+.-]*:", url)
    assert absolute_web_url(href, PAGE) == (url if url is not None and is_web_url(url) else None)


@given(HREFS)
@settings(deadline=None, max_examples=200)
def test_an_absolute_address_stays_as_it_is(href):
    url = absolute_url(href, PAGE)
    assert url is None or absolute_url(url, "https://reed.example/") == url


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://delta.example/", True),
        ("HTTP://delta.example/", True),
        ("https:/delta.example/", False),
        ("ftp://delta.example/", False),
        ("see the printed edition", False),
        ("", False),
    ],
)
def test_web_addresses(url, is_web):
    assert is_web_url(url) is is_web


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Delta.example/2021", "www.delta.example"),
        ("https://delta.example:8080/", "delta.example"),
        ("https://ada@delta.example/", "delta.example"),
        ("https://delta.example./", "delta.example"),
        ("https://河.example/", "xn--ovw.example"),
        ("http://192.0.2.7/", "192.0.2.7"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("mailto:ada@delta.example", None),
        ("https://", None),
        ("https://[delta/", None),
        ("low tide", None),
    ],
)
def test_the_host_of_an_address(url, host):
    assert host_of(url) == host


HOST_PIECES = st.lists(
    st.sampled_from(
        ["a", "-", ".", "xn--", "ovw", "com", "1", "0x1", "EX", "_", "/", "?", "#", "@", ":80", "%41", "河"]
    ),
    max_size=8,
).map("".join)


@given(HOST_PIECES)
@settings(deadline=None, max_examples=500)
def test_the_host_is_that_of_the_standard(pieces):
    address = parse_address(f"https://{pieces}")
    assert host_of(f"https://{pieces}") == (address.host if address is not None else None)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("HTTP://ada:pw@Delta.Example.:80", Address("delta.example", "", "/", "", "")),
        (
            "https://delta.example:8080/a b?c=d?e#f#g",
            Address("delta.example", ":8080", "/a%20b", "c=d?e", "f#g"),
        ),
        ("http://[2001:db8::1]:81/a", Address("[2001:db8::1]", ":81", "/a", "", "")),
        ("https://delta.example?#", Address("delta.example", "", "/", "", "")),
        ("//delta.example/a", None),
        ("/a", None),
        ("#a", None),
        ("ftp://delta.example/a", None),
        ("https://[delta/", None),
        ("https://./", None),
        ("https://delta.example/\ud800", None),
    ],
)
def test_an_address_taken_apart(url, address):
    assert parse_address(url) == address


def test_parts_of_parts():
    address = parse_address("https://news.delta.example/?a=1&b=&a=2&c")
    assert address is not None
    assert address.domain == "delta.example"
    assert [address.parameter(name) for name in ("a", "b", "c", "d")] == ["1", "", None, None]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.delta.example", "delta.example"),
        ("delta.example", "delta.example"),
        ("news.delta.co.uk", "delta.co.uk"),
        ("delta.gov.cn", "delta.gov.cn"),
        ("192.0.2.7", None),
        ("[2001:db8::1]", None),
        ("co.uk", None),
        ("localhost", None),
    ],
)
def test_the_domain_that_was_registered(host, domain):
    assert registered_domain_of(host) == domain


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.delta.example", "delta.example"),
        ("m.delta.example", "delta.example"),
        ("amp.delta.example", "delta.example"),
        ("news.delta.example", "news.delta.example"),
        ("delta.example", "delta.example"),
        ("m.example", "m.example"),
        ("mud.delta.example", "mud.delta.example"),
        ("mobile.delta.example", "delta.example"),
        ("wap.delta.example", "delta.example"),
        ("www.gov.uk", "www.gov.uk"),
        ("www.tides.gov.uk", "tides.gov.uk"),
    ],
)
def test_the_site_that_a_host_serves(host, site):
    assert site_of(host) == site
