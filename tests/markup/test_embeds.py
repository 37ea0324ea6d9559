from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.embeds import Embed, embed_of

HEX = "0123456789abcdef"
UUID = "12a13831-44c2-4eee-b602-932711970148"


@pytest.mark.parametrize(
    ("url", "provider", "number"),
    [
        ("https://www.youtube.com/embed/AbCdEfGhI-_?rel=0", "youtube", "AbCdEfGhI-_"),
        ("https://www.youtube-nocookie.com/embed/AbCdEfGhI-_", "youtube", "AbCdEfGhI-_"),
        ("https://www.youtube.com/watch?feature=share&v=AbCdEfGhI-_", "youtube", "AbCdEfGhI-_"),
        ("https://m.youtube.com/shorts/AbCdEfGhI-_", "youtube", "AbCdEfGhI-_"),
        ("https://youtu.be/AbCdEfGhI-_?t=20", "youtube", "AbCdEfGhI-_"),
        (f"https://www.youtube.com/embed/videoseries?list=PL{HEX}", "youtube", f"playlist/PL{HEX}"),
        ("https://www.youtube.com/embed/live_stream?channel=UC1", "youtube", None),
        ("https://www.youtube.com/tidesandmud", "youtube", None),
        ("https://player.vimeo.com/video/297000001?title=0", "vimeo", "297000001"),
        ("https://vimeo.com/channels/staffpicks/297000001", "vimeo", "297000001"),
        ("https://vimeo.com/ondemand/tides", "vimeo", None),
        ("https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&page=1", "bilibili", "BV1xx411c7mD"),
        ("https://player.bilibili.com/player.html?aid=170001", "bilibili", "av170001"),
        ("https://www.bilibili.com/video/av170001/", "bilibili", "av170001"),
        ("https://www.dailymotion.com/embed/video/x7tgad0", "dailymotion", "x7tgad0"),
        ("https://player.youku.com/embed/XMTIzNDU2Nzg5Mg==", "youku", "XMTIzNDU2Nzg5Mg=="),
        ("https://v.youku.com/v_show/id_XMTIzNDU2Nzg5Mg==.html", "youku", "XMTIzNDU2Nzg5Mg=="),
        ("https://v.qq.com/txp/iframe/player.html?vid=a0012abcdef", "tencent_video", "a0012abcdef"),
        ("https://v.qq.com/iframe/preview.html?width=500&vid=a0012abcdef", "tencent_video", "a0012abcdef"),
        ("https://www.tiktok.com/@tides/video/7000000000000000001", "tiktok", "7000000000000000001"),
        ("https://streamable.com/e/ab12cd", "streamable", "ab12cd"),
        ("https://player.twitch.tv/?video=v100000001&parent=a.example", "twitch", "video/100000001"),
        (
            "https://w.soundcloud.com/player/?visual=0&url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F800000001",
            "soundcloud",
            "tracks/800000001",
        ),
        (
            "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/playlists/800000001&color=f00",
            "soundcloud",
            "playlists/800000001",
        ),
        (f"https://open.spotify.com/embed/episode/{HEX}ABCDEF", "spotify", f"episode/{HEX}ABCDEF"),
        ("https://embed.podcasts.apple.com/us/podcast/tides/id1001", "apple_podcasts", "1001"),
        ("https://podcasts.apple.com/us/podcast/tides/id1001?i=2002", "apple_podcasts", "2002"),
        (f"https://player.soundon.fm/p/{UUID}", "soundon", UUID),
        (f"https://www.xiaoyuzhoufm.com/episode/{HEX}01234567", "xiaoyuzhou", f"episode/{HEX}01234567"),
        ("https://music.163.com/outchain/player?type=2&id=400001&auto=0", "netease_music", "400001"),
        ("https://html5-player.libsyn.com/embed/episode/id/800001/height/90", "libsyn", "800001"),
        ("https://twitter.com/tides/status/1200000000000000001?s=20", "twitter", "1200000000000000001"),
        ("https://x.com/i/status/1200000000000000001", "twitter", "1200000000000000001"),
        (
            "https://platform.twitter.com/embed/Tweet.html?id=1200000000000000001",
            "twitter",
            "1200000000000000001",
        ),
        ("https://platform.twitter.com/widgets.js", "twitter", None),
        ("https://www.instagram.com/p/AbCdEfGhI-_/embed/", "instagram", "AbCdEfGhI-_"),
        ("https://www.facebook.com/tides/videos/100000000000001/", "facebook", "100000000000001"),
        ("https://t.me/tides_news/42?embed=1", "telegram", "tides_news/42"),
        ("https://datawrapper.dwcdn.net/AbC12/3/", "datawrapper", "AbC12"),
        ("https://flo.uri.sh/visualisation/1000001/embed", "flourish", "visualisation/1000001"),
        ("https://www.google.com/maps/embed?pb=!1m18!1m12", "google_maps", None),
        ("https://www.google.com.hk/maps/d/u/0/embed?mid=1abcDEF-_x", "google_maps", "mid/1abcDEF-_x"),
        ("https://www.google.com/search?q=maps", None, None),
        (
            "https://docs.google.com/forms/d/e/1FAIpQLSdabcdefghijklmnop/viewform?embedded=true",
            "google_docs",
            "forms/1FAIpQLSdabcdefghijklmnop",
        ),
        (f"https://gist.github.com/tides/{HEX}{HEX}.js", "github_gist", f"{HEX}{HEX}"),
        ("https://github.com/tides/mud", None, None),
        ("https://jsfiddle.net/tides/aB3dE5fg/show/embedded/", "jsfiddle", "aB3dE5fg"),
        ("https://codepen.io/tides/embed/preview/aBcDeF?height=300", "codepen", "aBcDeF"),
        (f"https://assets.matters.news/embedaudio/{UUID}.mp3", "matters", UUID),
        (f"https://medium.com/media/{HEX}{HEX}/href", "medium", f"media/{HEX}{HEX}"),
        ("https://embed.documentcloud.org/documents/22000001-tides/?embed=1", "documentcloud", "22000001"),
        ("https://tides.example/embed/AbCdEfGhI-_", None, None),
        ("https://notyoutube.com/embed/AbCdEfGhI-_", None, None),
        ("https://youtube.com.tides.example/embed/AbCdEfGhI-_", None, None),
        ("ftp://youtube.com/embed/AbCdEfGhI-_", None, None),
        ("https://", None, None),
    ],
)
def test_what_an_address_tells(url, provider, number):
    assert embed_of(url) == (Embed(provider, number) if provider else None)


@pytest.mark.parametrize(
    ("url", "embed"),
    [
        pytest.param(
            "https://cdn.embedly.com/media.html?src=https%3A%2F%2Fwww.youtube.com%2Fembed%2FAbCdEfGhI-_&key=1",
            Embed("youtube", "AbCdEfGhI-_"),
            id="its source",
        ),
        pytest.param(
            "https://cdn.embedly.com/?src=https%3A%2F%2Ftides.example%2F&url=https%3A%2F%2Fvimeo.com%2F1001",
            Embed("vimeo", "1001"),
            id="the page that it is of, where the source is not known",
        ),
        pytest.param(
            "https://cdn.embedly.com/widgets/media.html?src=https%3A%2F%2Ftides.example%2F",
            Embed("embedly", None),
            id="itself, where nothing is known of what it wraps",
        ),
        pytest.param(
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Ffacebook.com%2Ft%2Fvideos%2F1001",
            Embed("facebook", "1001"),
            id="a plugin of the same site",
        ),
        pytest.param(
            "https://cdn.embedly.com/?src=" + "https%3A%2F%2Fcdn.embedly.com%2F%3Fsrc%3D" * 9,
            Embed("embedly", None),
            id="wrapped many times over",
        ),
    ],
)
def test_a_page_that_wraps_another_tells_what_that_one_tells(url, embed):
    assert embed_of(url) == embed


@given(st.sampled_from(("{}", "https://www.youtube.com/{}", "https://w.soundcloud.com/?url={}")), st.text())
def test_any_address_is_read(form, text):
    found = embed_of(form.format(text))
    assert found is None or found.provider


@pytest.mark.parametrize(
    "host",
    ["www.facebook.com", "vimeo.com", "codesandbox.io", "infogram.com", "w.soundcloud.com", "giphy.com"],
)
@pytest.mark.parametrize("part", ["/videos/", "a-", "-a", "?a=&", "%3Atracks", "/a", "1"])
def test_a_long_address_is_read_quickly(host, part):
    start = time.perf_counter()
    embed_of(f"https://{host}/" + part * 50_000)
    assert time.perf_counter() - start < 2
