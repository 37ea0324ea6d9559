"""Videos: the words are invented, the forms of addresses are those that sites document."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.media import MediaItem
from pipeline.posts.post import read_post
from pipeline.sites import youtube
from pipeline.sites.page import Credit
from pipeline.sites.registry import profile_for
from tests.sites.pages import post

VIDEO = "AbCdEfGhI-_"
URL = f"https://www.youtube.com/watch?v={VIDEO}"
CODE = "Tv3plhwjTScgdj4hqOxYZ2"  # of 22 characters


def read(text, *, url=URL, title="Low tide", author="Salt and Paper", **front):
    found = read_post(post(text, url=url, title=title, author=author, **front))
    return youtube.read_page(found, found.url)


def cut(text):
    """The addresses of a text, and what stands behind each."""
    return [
        (address.written, text[address.end :].partition("https://")[0]) for address in youtube.addresses(text)
    ]


def test_a_video():
    found = read("The ferry leaves.Pictures: https://tides.example/a", author="Salt &#38; Paper, Mud")
    assert found.title == "Low tide"
    assert found.published_at == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)
    assert found.body_text == "The ferry leaves.Pictures: https://tides.example/a"
    assert found.authors == ("Salt & Paper, Mud",)
    assert found.credits == (Credit("Salt & Paper, Mud", "author"),)
    assert [(link.region, link.kind, link.href, link.text) for link in found.links] == [
        ("body", "external", "https://tides.example/a", "https://tides.example/a")
    ]
    assert found.media == (MediaItem("body", "embed", "embed", URL, provider="youtube", provider_id=VIDEO),)


@pytest.mark.parametrize("host", ["www.youtube.com", "youtube.com", "m.youtube.com", "youtu.be"])
def test_its_hosts(host):
    assert profile_for(host, {}).name == "youtube"


@pytest.mark.parametrize(
    ("url", "videos"),
    [
        (f"https://youtu.be/{VIDEO}?t=5", [URL]),
        (f"https://m.youtube.com/watch?v={VIDEO}", [URL]),
        (f"https://www.youtube.com/shorts/{VIDEO}", [URL]),
        ("https://www.youtube.com/playlist?list=PL0123456789abcdef", []),
        ("https://www.youtube.com/@tides", []),
    ],
)
def test_the_video_is_a_row_of_media(url, videos):
    assert [item.url for item in read("", url=url).media] == videos


def test_a_description_that_is_empty():
    found = read("")
    assert (found.body_text, found.links, found.tags) == (None, (), ())


def test_kinds_of_links():
    text = "Ada@tides.example写信 https://www.youtube.com/watch?v=AbCdEfGhI-0与https://tides.example/a"
    assert [(link.kind, link.href, link.text) for link in read(text).links] == [
        ("email", "mailto:Ada@tides.example", "Ada@tides.example"),
        (
            "internal",
            "https://www.youtube.com/watch?v=AbCdEfGhI-0",
            "https://www.youtube.com/watch?v=AbCdEfGhI-0",
        ),
        ("external", "https://tides.example/a", "https://tides.example/a"),
    ]


def test_an_address_without_its_scheme_gets_one():
    (link,) = read("（www.tides.example）").links
    assert (link.href, link.text) == ("https://www.tides.example", "www.tides.example")


def test_an_address_that_youtube_shortened_is_a_beginning_only():
    beginning = "https://www.tides.example/2021/04/01-low-tide"[:37]
    (link,) = read(f"{beginning}...退潮").links
    assert (link.kind, link.href) == ("broken", beginning)
    (link,) = read("https://www.tides.example/...退潮").links
    assert (link.kind, link.href) == ("external", "https://www.tides.example/")


def test_where_the_markup_has_links_the_text_has_none_of_its_own():
    found = read(
        '<a href="https://tides.example/long">https://tides.example/l...</a> https://tides.example/b'
    )
    assert [link.href for link in found.links] == ["https://tides.example/long"]


@pytest.mark.parametrize(
    ("title", "text", "tags"),
    [
        ("Low tide #ferry #渡口", "", ("ferry", "渡口")),
        ("#渡口#ferry##mud", "", ("渡口", "ferry", "mud")),
        ("Number #1, and C#", "", ()),
        ("", "#ferry #mud", ("ferry", "mud")),
        ("", "#渡口#ferry 退潮", ("渡口", "ferry")),
        ("", "#渡口我们在等船。", ()),
        ("", "#Twitter：https://tides.example/#top", ()),
        ("", "https://tides.example/a#top #mud", ("top", "mud")),
        ("#ferry", "#mud #ferry", ("ferry", "mud")),
    ],
)
def test_hashtags_are_tags_where_it_is_plain_where_they_end(title, text, tags):
    assert read(text, title=title or "x").tags == tags


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("https://tides.example.com/low退潮", "https://tides.example.com/low", id="Chinese"),
        pytest.param(
            "https://tides.example.com/low，退潮", "https://tides.example.com/low", id="a Chinese comma"
        ),
        pytest.param(
            "https://tides.example.com/lowhttps://a.example.com",
            "https://tides.example.com/low",
            id="another",
        ),
        pytest.param("https://tides.example.com/low----------", "https://tides.example.com/low", id="dashes"),
        pytest.param(
            "https://tides.example.com/low=====退潮", "https://tides.example.com/low", id="equals signs"
        ),
        pytest.param("https://tides.example.com/low.", "https://tides.example.com/low", id="a full stop"),
        pytest.param("https://tides.example.com/low)退", "https://tides.example.com/low", id="a bracket"),
        pytest.param(
            "https://a.example.com/b_(c)退", "https://a.example.com/b_(c)", id="brackets of its own"
        ),
        pytest.param(
            "https://a.example.com/r?u=https://b.example.com/c退",
            "https://a.example.com/r?u=https://b.example.com/c",
            id="an address as a parameter",
        ),
        pytest.param(
            "https://web.archive.org/web/2020/https://a.example.com/c退",
            "https://web.archive.org/web/2020/https://a.example.com/c",
            id="an address in an archive's",
        ),
        pytest.param(
            "https://tides.example.comTwitter：", "https://tides.example.com", id="a host and a label"
        ),
        pytest.param(
            "https://tides.example.com.Then we", "https://tides.example.com", id="a host and a sentence"
        ),
        pytest.param(
            "https://edition.cnnews.com/a", "https://edition.cnnews.com/a", id="a host like a domain"
        ),
        pytest.param("https://news24.example.com/a", "https://news24.example.com/a", id="a host with digits"),
        pytest.param("https://10.0.0.1/a退", "https://10.0.0.1/a", id="numbers"),
        pytest.param("https://a.example.com/1.htmlThe tide", "https://a.example.com/1.html", id="a file"),
        pytest.param(
            "https://a.example.com/1.html?x=Ab退", "https://a.example.com/1.html?x=Ab", id="a file's query"
        ),
        pytest.param("https://a.example.com/ebbTwitter: b", "https://a.example.com/ebb", id="a label"),
        pytest.param(
            "https://a.example.com/ebbPier：b", "https://a.example.com/ebb", id="a label that is not known"
        ),
        pytest.param("https://a.example.com/Pier: b", "https://a.example.com/", id="a label behind a slash"),
        pytest.param("https://a.example.com/ebbJoin me", "https://a.example.com/ebb", id="a word"),
        pytest.param(
            "https://a.example.com/ebbWeather is", "https://a.example.com/ebb", id="the one capital"
        ),
        pytest.param("https://a.example.com/ebbWhat's on", "https://a.example.com/ebb", id="an apostrophe"),
        pytest.param(
            "https://a.example.com/EbbAndFlow退", "https://a.example.com/EbbAndFlow", id="capitals of its own"
        ),
        pytest.param("https://a.example.com/Ebb and", "https://a.example.com/Ebb", id="a capital of its own"),
        pytest.param(
            "https://a.example.com/ebbprovided by", "https://a.example.com/ebb", id="a music credit"
        ),
        pytest.param("https://a.example.com/ebb2.找船", "https://a.example.com/ebb", id="a list"),
        pytest.param("https://a.example.com/ebb0:00 开头", "https://a.example.com/ebb", id="a chapter"),
        pytest.param(
            "https://a.example.com/x?page=1BBC", "https://a.example.com/x?page=1", id="a page number"
        ),
        pytest.param("https://a.example.com/ebb#mud #ferry", "https://a.example.com/ebb", id="hashtags"),
        pytest.param("https://a.example.com//Ferry music", "https://a.example.com/", id="an empty part"),
        pytest.param(
            "https://a.example.com/ebbuse code", "https://a.example.com/ebbuse", id="what cannot be told"
        ),
    ],
)
def test_an_address_ends_where_the_next_line_begins(text, written):
    assert cut(text)[0][0] == written


@pytest.mark.parametrize(
    ("address", "behind"),
    [
        (f"https://youtu.be/{VIDEO}", "Rookie"),
        (f"https://youtu.be/{VIDEO}", "0:00 开头"),
        (f"https://youtu.be/{VIDEO}?t=1m20s", "退潮"),
        (f"https://www.youtube.com/watch?v={VIDEO}", "30岁"),
        (f"https://www.youtube.com/watch?v={VIDEO}&list=PL0123456789ABCDEF", "Follow"),
        (f"https://www.youtube.com/watch?v={VIDEO}&ab_channel=Tides", "退潮"),
        ("https://www.youtube.com/channel/UC0123456789abcdefghijkl", "Follow"),
        ("https://www.youtube.com/channel/UC0123456789abcdefghijkl/join", "退潮"),
        ("https://www.youtube.com/@low-tide/videos", "我的"),
        ("https://www.youtube.com/lowtide", "Join me"),
        ("https://bit.ly/3aBcDe9", "Whatsapp:+4"),
        ("https://bit.ly/low-tide", "退潮"),
        ("https://apple.co/3aBcDe9", "Android:"),
        ("https://reurl.cc/R48RDZ", "Facebook粉"),
        ("https://reurl.cc/1eQom", "Facebook粉"),
        ("https://reurl.cc/1eQom", "►"),
        (f"https://t.me/joinchat/{CODE}", "Telegram群"),
        (f"https://t.me/joinchat/{CODE[:16]}", "完全"),
        (f"https://t.me/+{CODE[:16]}", "Follow us"),
        ("https://t.me/lowtide", "推特"),
        (f"https://chat.whatsapp.com/{CODE}", "Discord: "),
        ("https://discord.gg/aqq7Nhq", "Telegram群"),
        ("https://discord.gg/lowtide2021", "退潮"),
        ("https://signal.group/#CjQKI" + "a" * 67, "WhatsApp: "),
        ("https://twitter.com/lowtide404", "#Telegram："),
        ("https://twitter.com/LowTide", "1.2月9日"),
        ("https://twitter.com/tides/status/1001", "退潮"),
        ("https://twitter.com/tides/status/1001/photo/1", "退潮"),
        ("https://twitter.com/hashtag/Tides", "退潮"),
        ("https://www.facebook.com/lowtide/", "Twitter  "),
        ("https://www.facebook.com/lowtide", "Patreon會員"),
        ("https://www.facebook.com/groups/1001/?ref=share", "退潮"),
        ("https://www.instagram.com/low.tide/", "✪"),
        ("https://www.patreon.com/lowtide", "Bitcoin - 1"),
        ("https://www.patreon.com/posts/1001", "退潮"),
        ("https://paypal.me/lowtide", "DOCUMENTARY LINKS"),
        ("https://vimeo.com/1001", "Ferry"),
        ("https://matters.news/@tides/ebb-bafy0", "退潮"),
        (f"https://mp.weixin.qq.com/s/{CODE}", "公众"),
        ("https://play.google.com/store/apps/details?id=com.tides.low&hl=en_US", "在"),
        ("http://goo.gl/aB3dE5", "Twitter"),
        ("https://images.app.goo.gl/aB3dE5fG7hI9jK1lM", "https"),
    ],
)
def test_addresses_of_known_forms_end_where_those_end(address, behind):
    assert cut(f"退潮{address}{behind}")[0] == (address, behind)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("写信1001@tides.example.com退", "1001@tides.example.com"),
        ("1001@tides.example.comFollow", "1001@tides.example.com"),
        ("Gmail：low.tide@example.com#Twitter：", "low.tide@example.com"),
        ("尽在@clplus", None),
        ("https://a.example.com/@low.tide退", "https://a.example.com/@low.tide"),
    ],
)
def test_addresses_of_mail(text, address):
    assert [written for written, _ in cut(text)] == ([address] if address else [])


def test_with_its_line_breaks_a_text_says_where_addresses_end():
    assert [
        written for written, _ in cut("https://a.example.com/ebbJoin me\nhttps://reurl.cc/1eQomFacebook")
    ] == [
        "https://a.example.com/ebbJoin",
        "https://reurl.cc/1eQomFacebook",
    ]


_PARTS = st.sampled_from(
    "https:// http:// www. youtu.be/ t.me/ bit.ly/ a.com b@ @c.net AbCdEfGhI-_ Twitter : ： 退 # #渡 / // ? "
    "& = ... … ---- .html ( ) [ 0:00 1. %E6 The http".split(" ")
)


@given(st.lists(st.one_of(_PARTS, st.text(max_size=3)), max_size=20).map("".join))
def test_any_text_has_addresses_that_stand_in_it_one_after_another(text):
    end = 0
    for address in youtube.addresses(text):
        assert end <= address.start < address.end
        assert text[address.start : address.end] == address.written
        assert address.href.startswith(("https://", "http://", "mailto:"))
        end = address.end


@pytest.mark.parametrize(
    "part",
    [
        "https://a.com/",
        "a@",
        "a@b.com",
        "www.a.",
        "#a",
        "https://youtu.be/",
        ")",
        "https://a.com/)))",
        "A",
        "%E6",
        "&v=",
    ],
)
def test_a_long_text_is_read_in_time(part):
    start = time.perf_counter()
    list(youtube.addresses("https://a.com/watch?" + part * (200_000 // len(part))))
    assert time.perf_counter() - start < 3
