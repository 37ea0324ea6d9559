from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.canonical import canonical_url

VIDEO = "https://www.youtube.com/watch?v=Wn5cYt8LqJ2"
STORY = "https://medium.com/p/0a1b2c3d4e5f"
HASH = "bafyreib5c4dlowtideatreed7q2kettlewardens3m4n5o6p7q8r9s0"


# Every spelling on the left is the page on the right.
@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param("https://delta.example/low-tide", "https://delta.example/low-tide", id="as it is"),
        pytest.param("http://delta.example/low-tide", "https://delta.example/low-tide", id="http"),
        pytest.param(
            "HTTPS://Delta.Example/low-tide", "https://delta.example/low-tide", id="capitals in the host"
        ),
        pytest.param(
            "https://delta.example./low-tide", "https://delta.example/low-tide", id="the root's dot"
        ),
        pytest.param(
            "https://delta.example:443/low-tide", "https://delta.example/low-tide", id="default port"
        ),
        pytest.param(
            "http://delta.example:80/low-tide", "https://delta.example/low-tide", id="default port of http"
        ),
        pytest.param("https://ada:pw@delta.example/low-tide", "https://delta.example/low-tide", id="user"),
        pytest.param("https://delta.example/low-tide/", "https://delta.example/low-tide", id="final slash"),
        pytest.param("https://delta.example", "https://delta.example/", id="no path"),
        pytest.param("https://delta.example/low-tide#notes", "https://delta.example/low-tide", id="fragment"),
        pytest.param("https://delta.example/low-tide?", "https://delta.example/low-tide", id="empty query"),
        pytest.param("https://delta.example/a/../low-tide", "https://delta.example/low-tide", id="dots"),
        pytest.param(
            "https://delta.example/low%2Dtide", "https://delta.example/low-tide", id="encoded without need"
        ),
        pytest.param(
            "https://delta.example/%e6%b2%b3",
            "https://delta.example/%E6%B2%B3",
            id="encoded in small letters",
        ),
        pytest.param("https://delta.example/河", "https://delta.example/%E6%B2%B3", id="not encoded"),
        pytest.param(
            "https://delta.example/%25E6%25B2%25B3", "https://delta.example/%E6%B2%B3", id="encoded twice"
        ),
        pytest.param(
            "https://delta.example/%25e6%25b2%25b3/",
            "https://delta.example/%E6%B2%B3",
            id="twice, in small letters",
        ),
        pytest.param(
            "https://delta.example/100%",
            "https://delta.example/100%25",
            id="a per cent sign that encodes nothing",
        ),
        pytest.param("https://delta.example/100%25", "https://delta.example/100%25", id="a per cent sign"),
        pytest.param("https://河.example/", "https://xn--ovw.example/", id="an international name"),
        pytest.param(
            "https://delta.example/?p=7&utm_source=feed&UTM_Medium=x",
            "https://delta.example/?p=7",
            id="tracking",
        ),
        pytest.param(
            "https://delta.example/?fbclid=Iw&p=7&gclid=1",
            "https://delta.example/?p=7",
            id="tracking before and behind",
        ),
        pytest.param(
            "https://delta.example/?utm_source", "https://delta.example/", id="tracking without a value"
        ),
        pytest.param(
            "https://delta.example/?%75tm_source=feed", "https://delta.example/", id="tracking, encoded"
        ),
        pytest.param("https://delta.example/?&&p=7&", "https://delta.example/?p=7", id="empty parameters"),
    ],
)
def test_the_one_spelling_of_an_address(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://delta.example/low-tide", "https://www.delta.example/low-tide", id="www"),
        pytest.param(
            "https://delta.example/low-tide", "https://delta.example/Low-Tide", id="capitals in the path"
        ),
        pytest.param("https://delta.example/?p=7", "https://delta.example/?p=8", id="query"),
        pytest.param(
            "https://delta.example/?a=1&b=2", "https://delta.example/?b=2&a=1", id="order of parameters"
        ),
        pytest.param(
            "https://delta.example/?p=7",
            "https://delta.example/?p=7&source=feed",
            id="no tracking for certain",
        ),
        pytest.param("https://delta.example/", "https://delta.example:8080/", id="another port"),
        pytest.param("https://delta.example/#!/a", "https://delta.example/#!/b", id="pages behind #!"),
        pytest.param("https://delta.example/a%2Fb", "https://delta.example/a/b", id="an encoded slash"),
        pytest.param(
            "https://delta.example/a%3Fb", "https://delta.example/a?b", id="an encoded question mark"
        ),
        pytest.param(
            "https://delta.example/?a=1%262", "https://delta.example/?a=1&2", id="an encoded ampersand"
        ),
        pytest.param(
            "https://delta.example/%2541", "https://delta.example/A", id="ASCII encoded twice is another path"
        ),
        pytest.param(
            "https://delta.example/?spmx=1",
            "https://delta.example/",
            id="a longer name than that of a tracker",
        ),
    ],
)
def test_what_may_be_another_page_stays_apart(one, other):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://www.youtube.com/watch?v=Wn5cYt8LqJ2", VIDEO),
        ("https://m.youtube.com/watch?list=PL1&v=Wn5cYt8LqJ2&t=30s", VIDEO),
        ("http://youtu.be/Wn5cYt8LqJ2?si=x", VIDEO),
        ("https://www.youtube.com/embed/Wn5cYt8LqJ2?rel=0", VIDEO),
        ("https://www.youtube-nocookie.com/embed/Wn5cYt8LqJ2", VIDEO),
        ("https://youtube.com/shorts/Wn5cYt8LqJ2/", VIDEO),
        ("https://www.youtube.com/live/Wn5cYt8LqJ2", VIDEO),
        ("https://www.youtube.com/v/Wn5cYt8LqJ2", VIDEO),
        ("https://www.youtube.com/watch?v=short", "https://www.youtube.com/watch?v=short"),
        ("https://www.youtube.com/channel/UC0", "https://www.youtube.com/channel/UC0"),
        (
            "https://youtube.delta.example/watch?v=Wn5cYt8LqJ2&t=3",
            "https://youtube.delta.example/watch?v=Wn5cYt8LqJ2&t=3",
        ),
        ("https://medium.com/@ada/low-tide-0a1b2c3d4e5f?source=rss-1", STORY),
        ("https://medium.com/delta/low-tide-at-reed-0a1b2c3d4e5f", STORY),
        ("https://ada.medium.com/low-tide-0a1b2c3d4e5f", STORY),
        ("https://medium.com/@ada/%E4%BD%8E%E6%BD%AE-0a1b2c3d4e5f#9f", STORY),
        ("https://medium.com/p/0a1b2c3d4e5f?source=user_profile", STORY),
        ("https://medium.com/@ada", "https://medium.com/@ada"),
        ("https://medium.com/low-tide-0a1b2c3d4e5f", "https://medium.com/low-tide-0a1b2c3d4e5f"),
        ("https://medium.delta.example/a/b-0a1b2c3d4e5f", "https://medium.delta.example/a/b-0a1b2c3d4e5f"),
        (f"https://matters.news/@ada/low-tide-{HASH}", f"https://matters.news/@ada/{HASH}"),
        (f"https://matters.news/@ada/{HASH}?utm_source=x&a=b", f"https://matters.news/@ada/{HASH}"),
        (f"https://matters.town/@ada/%E4%BD%8E%E6%BD%AE-{HASH}/", f"https://matters.town/@ada/{HASH}"),
        ("https://matters.news/@ada", "https://matters.news/@ada"),
        (f"https://matters.news/low-tide-{HASH}", f"https://matters.news/low-tide-{HASH}"),
    ],
)
def test_where_a_site_names_its_pages_by_an_id_the_id_alone_tells(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "low tide",
        "/2021/low-tide",
        "mailto:ada@delta.example",
        "ftp://delta.example/",
        "javascript:x",
        "https://",
        "https://./",
        "https://[delta/",
        "https://delta.example:99999/",
        "https://delta.example/\ud800",
    ],
)
def test_what_is_no_web_page_has_none(url):
    assert canonical_url(url) is None


PIECES = st.sampled_from(
    [
        "%", "%25", "%2", "5", "E5", "%41", "%e5", "%2F", "41", "A", "/", "//", "?", "&", "=",
        "utm_source=1", "%75tm_x", "#", "#!", ".", "..", "-0a1b2c3d4e5f", "p/", "@ada/", HASH,
        "watch?v=Wn5cYt8LqJ2", "河", " ", "\\", ";", "'", "|",
    ]
)  # fmt: skip
HOSTS = st.sampled_from(
    [
        "delta.example", "medium.com", "ada.medium.com", "matters.news", "youtu.be", "www.youtube.com",
        "Delta.example.:8080",
    ]
)  # fmt: skip


@given(HOSTS, st.lists(PIECES | st.text(max_size=2), max_size=10).map("".join))
@settings(deadline=None, max_examples=600)
def test_the_canonical_spelling_is_its_own(host, path):
    canonical = canonical_url(f"http://{host}/{path}")
    if canonical is not None:
        assert canonical.isascii()
        assert canonical_url(canonical) == canonical


@given(
    HOSTS,
    st.lists(st.sampled_from(["a", "Low-Tide", "%E6%B2%B3", "7", "x_y"]), max_size=4).map("/".join),
    st.sampled_from(["", "/"]),
    st.sampled_from(["", "?utm_source=feed", "?fbclid=1&utm_campaign=2"]),
    st.sampled_from(["", "#", "#notes"]),
    st.sampled_from(["http", "https", "HTTPS"]),
)
@settings(deadline=None, max_examples=200)
def test_how_a_reader_came_makes_no_difference(host, path, slash, query, fragment, scheme):
    assert canonical_url(f"{scheme}://{host.upper()}/{path}{slash}{query}{fragment}") == canonical_url(
        f"https://{host}/{path}"
    )
