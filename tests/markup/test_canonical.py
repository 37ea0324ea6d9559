from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.canonical import (
    CARRIERS,
    SITE_TRACKING,
    TRACKING_PARAMETERS,
    canonical_url,
    looser_key,
)

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
        pytest.param(
            "https://delta.example/?a=1&amp;p=7&amp;amp;utm_source=x",
            "https://delta.example/?a=1&p=7",
            id="an ampersand that was escaped once too often",
        ),
        pytest.param(
            "https://delta.example/?src=3&timestamp=7",
            "https://delta.example/?src=3&timestamp=7",
            id="&timestamp=",
        ),
        pytest.param(
            "https://delta.example/?src=3×tamp=7",
            "https://delta.example/?src=3&timestamp=7",
            id="×tamp= was &timestamp=",
        ),
        pytest.param(
            "https://delta.example/?×tamp=7§ion=8®ion=9©right=1¤tPage=2¶m=3",
            "https://delta.example/?timestamp=7&section=8&region=9&copyright=1&currentPage=2&param=3",
            id="others that were read as characters",
        ),
        pytest.param(
            "https://delta.example/low-tide/%20", "https://delta.example/low-tide", id="white space behind"
        ),
        pytest.param(
            "https://delta.example/low-tide/%C2%A0%20/",
            "https://delta.example/low-tide",
            id="more white space behind",
        ),
        pytest.param(
            "https://delta.example/low-tide/https://delta.example/low-tide/",
            "https://delta.example/low-tide",
            id="pasted twice",
        ),
        pytest.param(
            "https://delta.example/low-tidehttp://delta.example/low-tide",
            "https://delta.example/low-tide",
            id="pasted twice in a row",
        ),
        pytest.param(
            "https://delta.example/low-tide](https://delta.example/low-tide)",
            "https://delta.example/low-tide",
            id="pasted twice by Markdown",
        ),
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
            "https://delta.example/low-tide", "https://delta.example/low-tide%20x", id="white space within"
        ),
        pytest.param(
            "https://delta.example/low-tide",
            "https://delta.example/low-tide/https://delta.example/high-tide",
            id="two addresses in a row that are not the same",
        ),
        pytest.param("https://delta.example/?a=1", "https://delta.example/?a=1×=2", id="a character × alone"),
        pytest.param("https://delta.example/?from=harbour", "https://delta.example/", id="another `from`"),
        pytest.param("https://delta.example/?amp=15", "https://delta.example/", id="15 amperes"),
        pytest.param("https://delta.example/guitars/amp", "https://delta.example/guitars", id="amplifiers"),
        pytest.param("https://m.delta.example/a", "https://delta.example/a", id="an unknown host of phones"),
        pytest.param("https://delta.example/a.html", "https://delta.example/a", id="an ending"),
        pytest.param("https://delta.example/index.html", "https://delta.example/", id="an index"),
        pytest.param(
            "https://web.archive.org/web/20190224234653/https://delta.example/a",
            "https://delta.example/a",
            id="the copy in an archive",
        ),
        pytest.param(
            "https://www.facebook.com/sharer.php?u=https://delta.example/a",
            "https://delta.example/a",
            id="a button for sharing",
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
        (f"https://matters.news/@ada/low-tide-{HASH}", f"https://matters.town/@ada/{HASH}"),
        (f"https://matters.news/@ada/{HASH}?utm_source=x&a=b", f"https://matters.town/@ada/{HASH}"),
        (f"https://matters.town/@ada/%E4%BD%8E%E6%BD%AE-{HASH}/", f"https://matters.town/@ada/{HASH}"),
        (f"https://matters.town/@ada/341-low-tide-{HASH}", f"https://matters.town/@ada/{HASH}"),
        ("https://matters.news/@ada", "https://matters.town/@ada"),
        (f"https://matters.town/low-tide-{HASH}", f"https://matters.town/low-tide-{HASH}"),
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


@pytest.mark.parametrize("name", TRACKING_PARAMETERS)
def test_each_tracking_parameter_is_dropped(name):
    written = name.replace("*", "x")
    assert canonical_url(f"https://delta.example/a?p=7&{written}=1") == "https://delta.example/a?p=7"


@pytest.mark.parametrize(("domain", "names"), SITE_TRACKING.items())
def test_what_tracks_on_one_site_is_dropped_there_only(domain, names):
    for name in names:
        query = f"{name.replace('*', 'x')}=1"
        assert canonical_url(f"https://www.{domain}/a?{query}") == canonical_url(f"https://www.{domain}/a")
        assert canonical_url(f"https://{domain}.example/a?{query}") == f"https://{domain}.example/a?{query}"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("from=timeline&isappinstalled=0", ""),
        ("from=singlemessage&p=7", "?p=7"),
        ("source=rss-7e0d------2", ""),
        ("source=post_page-----0a1b----------------------", ""),
        ("source=harbour", "?source=harbour"),
        ("amp", ""),
        ("amp=1&p=7", "?p=7"),
        ("outputType=amp", ""),
        ("outputType=print", "?outputType=print"),
    ],
)
def test_some_parameters_track_with_certain_values_only(query, kept):
    assert canonical_url(f"https://delta.example/a?{query}") == f"https://delta.example/a{kept}"


PAGE = "https://delta.example/a?b=1"
ENCODED = "https%3A%2F%2Fdelta.example%2Fa%3Fb%3D1"
ENCODED_IN_ANOTHER = f"https%3A%2F%2Flink.zhihu.com%2F%3Ftarget%3D{ENCODED.replace('%', '%25')}"


@pytest.mark.parametrize(
    "url",
    [
        *(
            f"https://{host}{path}?{'' if name == '?' else f'x=1&{name}='}{ENCODED}"
            for host, paths in CARRIERS.items()
            for path, names in paths.items()
            for name in names
        ),
        f"https://www.google.com/url?q={ENCODED}&sa=U&usg=x",
        f"https://google.co.uk/url?sa=t&q=&url={ENCODED}",
        f"https://nam1.safelinks.protection.outlook.com/?url={ENCODED}&data=x",
        f"https://out.reddit.com/t3_1?url={ENCODED}&token=x",
        f"https://m.youtube.com/redirect?event=x&q={ENCODED}",
        f"http://l.facebook.com/l.php?h=x&amp;u={ENCODED}",
        "https://www.google.com/url?q=https://delta.example/a?b=1",
        f"https://www.google.com/url?q={ENCODED_IN_ANOTHER}",
        "https://www.google.com/amp/s/delta.example/a?b=1",
        "https://www.google.com/amp/delta.example/a?b=1&usqp=x",
        "https://delta-example.cdn.ampproject.org/c/s/delta.example/a?b=1&amp_js_v=0.1&usqp=x#referrer=y",
        "https://delta-example.cdn.ampproject.org/v/delta.example/a?b=1",
    ],
)
def test_an_address_that_carries_another_is_that_one(url):
    assert canonical_url(url) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?q=/search",
        "https://www.google.com/url?sa=t",
        "https://www.google.com/search?q=https://delta.example",
        "https://link.zhihu.com/?target=javascript:x",
        "https://link.zhihu.com/?target=https%3A%2F%2F%5B",
        "https://link.zhihu.com/?target=%FF",
        "https://link.zhihu.com/about?target=https%3A%2F%2Fdelta.example",
        "https://google.delta.example/url?q=https://delta.example/a",
        "https://www.google.com/amp/s/about",
        "https://x.cdn.ampproject.org/c/s/",
        "https://www.google.com/url?q=" * 20 + "https://delta.example/a",
    ],
)
def test_what_carries_no_address_stays(url):
    assert canonical_url(url).startswith(url.partition("?")[0].rstrip("/"))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://delta.example/2021/05/low-tide/amp/", "https://delta.example/2021/05/low-tide"),
        (
            "https://delta.example/news/2021/05/07/low-tide/amp",
            "https://delta.example/news/2021/05/07/low-tide",
        ),
        ("https://delta.example/low-tide.html/amp", "https://delta.example/low-tide.html"),
        ("https://delta.example/low-tide.amp.html", "https://delta.example/low-tide.html"),
        (
            "https://delta.example/mandarin/low-tide.html/ampRFA",
            "https://delta.example/mandarin/low-tide.html",
        ),
        ("https://delta.example/platform/amp/2021/5/7/low-tide", "https://delta.example/2021/5/7/low-tide"),
        ("https://delta.example/low-tide?amp=1", "https://delta.example/low-tide"),
        ("https://delta.example/2021/05/amp", "https://delta.example/2021/05/amp"),
    ],
)
def test_the_amp_form_is_the_page_where_it_can_be_nothing_else(url, page):
    assert canonical_url(url) == page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.delta.example/a", "http://delta.example/a/"),
        ("https://m.delta.example/a?utm_source=x", "https://delta.example/a"),
        ("https://mobile.delta.example:8080/a", "https://delta.example:8080/a"),
        ("https://delta.example/guitars/amp", "https://delta.example/guitars"),
        ("https://delta.example/index.html", "https://delta.example/"),
        ("https://delta.example/a/index.php", "https://delta.example/a"),
        ("https://web.archive.org/web/20190224234653/https://delta.example/a", "https://delta.example/a"),
        (
            "http://web.archive.org/web/20190224id_/http:/www.delta.example/a?p=7",
            "https://delta.example/a?p=7",
        ),
        (
            "https://wayback.reed.example/all/20190224234653/https://delta.example/a",
            "https://delta.example/a",
        ),
        ("https://archive.today/2019.02.26-211031/https://delta.example/a", "https://delta.example/a"),
        ("https://archive.is/newest/http://delta.example/a", "https://delta.example/a"),
        (
            "https://webcache.googleusercontent.com/search?q=cache:rAxMLzLZU_wJ:https://delta.example/a+&hl=en",
            "https://delta.example/a",
        ),
        ("http://webcache.googleusercontent.com/search?q=cache:delta.example/a", "https://delta.example/a"),
        (
            "https://web.archive.org/web/20190224234653/https://www.google.com/url?q=https://delta.example/a",
            "https://delta.example/a",
        ),
    ],
)
def test_the_looser_key_is_shared_by_all_forms_of_a_page(one, other):
    assert looser_key(one) == looser_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.delta.example/a", "https://delta.example/a"),
        ("https://delta.example/a", "https://delta.example/b"),
        ("https://delta.example/a?p=7", "https://delta.example/a?p=8"),
        ("https://delta.example/a", "https://delta.example:8080/a"),
        ("https://web.archive.org/save/https://delta.example/a", "https://delta.example/a"),
        ("https://archive.today/aB3dE", "https://archive.today/aB3dF"),
    ],
)
def test_the_looser_key_keeps_pages_apart_that_have_little_in_common(one, other):
    assert looser_key(one) != looser_key(other)


@pytest.mark.parametrize("url", ["", "mailto:ada@delta.example", "https://[delta/"])
def test_what_is_no_web_page_has_no_looser_key(url):
    assert looser_key(url) is None


PIECES = st.sampled_from(
    [
        "%", "%25", "%2", "5", "E5", "%41", "%e5", "%2F", "41", "A", "/", "//", "?", "&", "=",
        "utm_source=1", "%75tm_x", "#", "#!", ".", "..", "-0a1b2c3d4e5f", "p/", "@ada/", HASH,
        "watch?v=Wn5cYt8LqJ2", "河", " ", "\\", ";", "'", "|", "amp;", "&amp;", "/amp", "amp/", "?amp=1",
        ".amp", ".html", "/platform/amp/", "/2021/05/", "low-tide", "/c/s/", "/amp/s/", "url?q=", "?target=",
        "https://",
        "https%3A%2F%2F", "delta.example/", "www.google.com/url?q=", "×tamp=", "%20", "%C2%A0", "](", ")",
        "/news/", "world-12345678", "status/123", "/comments/ab1/", "s?__biz=a%3D&mid=1&idx=1&sn=2", "wiki/",
        "zh-hant/", "ABCDEFGHIJKLMNOP.html", "m/2020", "list=PL1", "embed/", "/web/20190101000000/",
    ]
)  # fmt: skip
HOSTS = st.sampled_from(
    [
        "delta.example", "medium.com", "ada.medium.com", "matters.news", "youtu.be", "www.youtube.com",
        "Delta.example.:8080", "www.google.com", "delta-example.cdn.ampproject.org", "zh.m.wikipedia.org",
        "www.bbc.co.uk", "www.vice.com", "mp.weixin.qq.com", "news.163.com", "m.china.caixin.com", "x.com",
        "old.reddit.com", "www.weibo.com", "link.zhihu.com", "web.archive.org", "amp.cnn.com", "x.com:8080",
    ]
)  # fmt: skip


@given(HOSTS, st.lists(PIECES | st.text(max_size=2), max_size=10).map("".join))
@settings(deadline=None, max_examples=1000)
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
