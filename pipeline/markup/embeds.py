"""What the address of an embedded page tells: who serves it, and the provider's own id of it.

A provider is known by its hosts, an id by the form of address that the provider documents for embedding
or sharing. Where a provider has ids of several kinds, the kind stands before the id, as in its own
addresses: `episode/2KD8y`. A page that wraps another, as Embedly does, tells what the wrapped one tells.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import ada_url

_YOUTUBE_ID = r"(?!videoseries|live_stream)([\w-]{11})(?![\w-])"
_UUID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_LIST = r"[?&]list=(?P<playlist>[\w-]{10,64})(?![\w-])"

# Provider, hosts, and the forms of path and query that state an id, the best first. A host stands for
# those below it. The groups of a form, joined by `/`, are the id; what a named group says, is written as
# _WRITTEN has it.
_PROVIDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # Video.
    ("youtube", "youtube.com youtube-nocookie.com", (
        rf"/(?:embed|shorts|live|v|e)/{_YOUTUBE_ID}", rf"/watch/?.*?[?&]v={_YOUTUBE_ID}",
        rf"/(?:playlist|embed/videoseries).*?{_LIST}",
    )),
    ("youtube", "youtu.be", (rf"/{_YOUTUBE_ID}",)),
    ("vimeo", "vimeo.com", (
        r"/(?:video/|channels/[^/]+/|groups/[^/]+/videos/|(?:album|showcase)/\d+/video/)?(\d+)(?![^/?])",
        r"/(event)/(\d+)",
    )),
    ("bilibili", "bilibili.com", (
        r"/video/(BV\w{10}|av\d+)", r".*?[?&]bvid=(BV\w{10})",
        r"/(?:blackboard/|player\.html).*?[?&]aid=(?P<av>\d+)",
        r"/bangumi/play/((?:ep|ss)\d+)",
    )),
    ("dailymotion", "dailymotion.com", (r"/(?:embed/)?video/(\w+)", r"/player.*?[?&]video=(\w+)")),
    ("dailymotion", "dai.ly", (r"/(\w+)",)),
    ("youku", "youku.com", (
        r"/v_show/id_(X[\w=]+)\.html", r"/embed/(X[\w=]+)", r"/player\.php/(?:[^/]+/)*?sid/(X[\w=]+)/v\.swf",
    )),
    ("tencent_video", "v.qq.com video.qq.com", (
        r"/.*?[?&]vid=(\w{11})(?!\w)", r"/x/page/(\w{11})\.html", r"/x/cover/\w+/(\w{11})\.html",
    )),
    ("iqiyi", "iqiyi.com", (r"/.*?[?&]vid=([0-9a-f]{32})", r"/(v_\w+)\.html")),
    ("ixigua", "ixigua.com", (r"/(?:iframe/|embed/)?(\d{15,20})",)),
    ("douyin", "douyin.com", (r"/video/(\d+)", r"/player/video.*?[?&]vid=(\d+)")),
    ("acfun", "acfun.cn", (r"/(?:v|player)/(ac\d+)",)),
    ("niconico", "nicovideo.jp", (r"/watch/([a-z]{2}\d+)",)),
    ("tiktok", "tiktok.com", (r"/@[^/]+/video/(\d+)", r"/(?:embed|player)/(?:v\d/)?(\d+)")),
    ("streamable", "streamable.com", (r"/(?:[eos]/)?([a-z0-9]{4,8})(?![^/?])",)),
    ("twitch", "twitch.tv", (
        r"/.*?[?&](video)=v?(\d+)", r"/(?:[^/]+/)?(video)s?/(\d+)", r"/embed.*?[?&](clip)=([\w-]+)",
        r"/.*?[?&](channel)=(\w+)",
    )),
    ("ted", "ted.com", (r"/talks/(?:lang/[\w-]+/)?([a-z0-9_]+)(?![^/?])",)),
    ("rumble", "rumble.com", (r"/embed/(v\w+)",)),
    ("bitchute", "bitchute.com", (r"/(?:embed|video)/(\w+)",)),
    ("wistia", "wistia.com wistia.net", (r"/(?:embed/)?(?:iframe|medias)/(\w+)",)),
    ("jwplayer", "jwplayer.com jwplatform.com", (r"/(?:players|previews)/(\w{8})(?!\w)",)),
    ("brightcove", "brightcove.net", (r"/.*?[?&]videoId=(\d+)",)),
    ("rutube", "rutube.ru", (r"/(?:play/embed|video)/(\w+)",)),
    ("internet_archive", "archive.org", (r"/(?:embed|details)/([\w.-]+)",)),
    # Sound.
    ("soundcloud", "soundcloud.com", (
        r"(?i).*?(?:[/:]|%2F|%3A)(tracks|playlists|users)(?:[/:]|%2F|%3A)(?:soundcloud%253A\w+%253A)?(\d+)",
    )),
    ("spotify", "spotify.com", (
        r"/(?:intl-[\w-]+/)?(?:embed(?:-podcast)?/)?(track|album|playlist|artist|episode|show)/(\w{22})(?!\w)",
        r"/.*?[?&]uri=spotify(?::|%3[Aa])(track|album|playlist|artist|episode|show)(?::|%3[Aa])(\w{22})(?!\w)",
    )),
    ("apple_podcasts", "podcasts.apple.com", (r"/.*?[?&]i=(\d+)", r"/(?:.*?/)?id(\d+)")),
    ("apple_music", "music.apple.com", (
        r"/.*?[?&]i=(\d+)", r"/(?:.*?/)?(?:album|playlist|song)/[^/?]+/([\w.]+)",
    )),
    ("google_podcasts", "podcasts.google.com", ()),
    ("anchor", "anchor.fm", (r"/.*?-(e[0-9a-z]{4,8})(?![^/?])",)),
    ("soundon", "soundon.fm", (rf"/.*?episodes/{_UUID}", rf"/p/{_UUID}")),
    ("firstory", "firstory.me firstory.io", (r"/(?:embed/)?(?:story|user)/(\w+)",)),
    ("xiaoyuzhou", "xiaoyuzhoufm.com", (r"/(episode|podcast)/([0-9a-f]{24})",)),
    ("ximalaya", "ximalaya.com", (r"/(sound|album)/(\d+)", r"/.*?[?&](sound|album)Id=(\d+)")),
    ("netease_music", "music.163.com", (r"/.*?[?&]id=(\d+)",)),
    ("castbox", "castbox.fm", (r"/.*?-id(\d+)(?![^/?])",)),
    ("buzzsprout", "buzzsprout.com", (r"/(\d+)(?:/(\d+))?",)),
    ("libsyn", "libsyn.com", (r"/embed/episode/id/(\d+)",)),
    ("simplecast", "simplecast.com", (rf"/(?:e/)?{_UUID}",)),
    ("megaphone", "megaphone.fm", (r"/.*?[?&]e=(\w+)", r"/([A-Z]{3,5}\d+)")),
    ("transistor", "transistor.fm", (r"/[es]/(\w+)",)),
    ("spreaker", "spreaker.com", (r"/.*?[?&](episode|show)_id=(\d+)",)),
    ("podbean", "podbean.com", (r"/.*?[?&]i=([\w-]+)",)),
    ("acast", "acast.com", ()),
    ("mixcloud", "mixcloud.com", ()),
    ("bandcamp", "bandcamp.com", (r"/EmbeddedPlayer/(?:.*?/)?(track|album)=(\d+)",)),
    ("deezer", "deezer.com", (r"/(?:widget/\w+/|\w\w/)?(track|album|playlist|episode|show)/(\d+)",)),
    # Posts.
    ("twitter", "twitter.com x.com", (
        r"/\w+/status(?:es)?/(\d+)", r"/i/(?:web/)?status/(\d+)", r"/embed/Tweet\.html.*?[?&]id=(\d+)",
    )),
    ("instagram", "instagram.com", (r"/(?:[\w.]+/)?(?:p|reel|tv)/([\w-]{5,})",)),
    ("facebook", "facebook.com", (
        r"/(?:watch|video\.php|video/embed).*?[?&](?:v|video_id)=(\d+)", r"/.*?/videos/(?:[^/]+/)?(\d+)",
        r"/reel/(\d+)", r"/.*?/posts/(?:[^/]+/)?(\d+|pfbid\w+)",
        r"/.*?[?&](?:story_fbid|fbid)=(\d+|pfbid\w+)",
    )),
    ("threads", "threads.net threads.com", (r"/@[^/]+/post/([\w-]+)",)),
    ("bluesky", "bsky.app", (r"/(?:embed/[^/]+/app\.bsky\.feed\.post|profile/[^/]+/post)/(\w+)",)),
    ("telegram", "t.me telegram.me", (r"/(?:s/)?(\w{5,})/(\d+)",)),
    ("reddit", "reddit.com redditmedia.com", (r"/r/\w+/comments/(\w+)",)),
    ("linkedin", "linkedin.com", (r"/embed/feed/update/(urn:li:\w+:\d+)",)),
    ("pinterest", "pinterest.com", (r"/ext/embed\.html.*?[?&]id=(\d+)", r"/pin/(\d+)")),
    ("vk", "vk.com", (r"/video_ext\.php.*?[?&]oid=(-?\d+)&(?:amp;)?id=(\d+)",)),
    ("medium", "medium.com", (r"/(media)/([0-9a-f]{32})",)),
    ("matters", "matters.news matters.town", (rf"/.*?(?:embed|embedaudio)/{_UUID}",)),
    # Charts, maps, documents, code.
    ("datawrapper", "dwcdn.net", (r"/(\w{5})(?!\w)",)),
    ("flourish", "flo.uri.sh flourish.studio", (r"/(visualisation|story)/(\d+)",)),
    ("infogram", "infogram.com infogr.am", (rf"/{_UUID}", r"/(?!js/)([a-z0-9-]+-[a-z0-9]{6,})(?![^/?])")),
    ("tableau", "public.tableau.com", (r"/(?:views|shared)/([^?]+)",)),
    ("google_maps", "maps.google.com", (r"/.*?[?&](mid)=([\w-]+)",)),
    ("google_docs", "docs.google.com", (
        r"/(document|spreadsheets|presentation|forms)/(?:u/\d+/)?d/(?:e/)?([\w-]{20,})",
    )),
    ("google_drive", "drive.google.com", (r"/file/d/([\w-]{20,})",)),
    ("documentcloud", "documentcloud.org", (r"/documents/(\d+)",)),
    ("scribd", "scribd.com", (r"/(?:embeds|document|doc)/(\d+)",)),
    ("slideshare", "slideshare.net", (r"/slideshow/embed_code/(?:key/)?(\w+)",)),
    ("issuu", "issuu.com", ()),
    ("typeform", "typeform.com", (r"/to/(\w+)",)),
    ("github_gist", "gist.github.com", (r"/(?:[\w-]+/)?([0-9a-f]{20,32})(?![0-9a-f])",)),
    ("codepen", "codepen.io", (r"/[^/]+/(?:embed|pen|full)/(?:preview/)?(\w+)",)),
    ("codesandbox", "codesandbox.io", (r"/(?:embed|s)/(?:[\w-]*-)?(\w+)(?![^/?])",)),
    ("jsfiddle", "jsfiddle.net", (
        r"/(?:[\w-]+/)?([A-Za-z0-9]{5,8})(?=/(?:\d+/)?(?:embedded|show)\b|/?(?:\?|\Z))",
    )),
    ("stackblitz", "stackblitz.com", (r"/edit/([\w-]+)",)),
    ("giphy", "giphy.com", (r"/embed/(\w+)", r"/gifs/(?:[^/]*-)?(\w+)", r"/media/(\w+)/")),
    ("imgur", "imgur.com", (r"/(a)/(\w+)", r"/(\w{5,8})/embed")),
    ("embedly", "embedly.com", ()),
    ("iframely", "iframe.ly", ()),
)  # fmt: skip

_WRITTEN = {"av": "av{}", "playlist": "playlist/{}"}

# Pages that show another, and the parameters that name it, the best first.
_WRAPPERS = {
    "embedly": ("src", "url"),
    "iframely": ("url",),
    "facebook": ("href",),
}
_DEEPEST_WRAPPER = 2
# Google serves maps below its own name.
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")


class Embed(NamedTuple):
    """Who serves an embedded page, as a code, and the provider's id of it, where its address states one."""

    provider: str
    id: str | None


def _compiled() -> dict[str, tuple[str, tuple[re.Pattern[str], ...]]]:
    return {
        host: (provider, tuple(re.compile(form, re.ASCII) for form in forms))
        for provider, hosts, forms in _PROVIDERS
        for host in hosts.split()
    }


_BY_HOST = _compiled()


@lru_cache(maxsize=16_384)
def embed_of(url: str) -> Embed | None:
    """Who serves the page at an absolute address; None for providers that are not known here."""
    return _embed_of(url, _DEEPEST_WRAPPER)


def _embed_of(url: str, deepest: int) -> Embed | None:
    try:
        parts = ada_url.URL(url)
    except ValueError:
        return None
    if parts.protocol not in ("http:", "https:"):
        return None
    host = str(parts.hostname).rstrip(".")
    path = str(parts.pathname)
    if _GOOGLE.fullmatch(host) and path.startswith("/maps"):
        host = "maps.google.com"
    provider, forms = _provider(host)
    if provider is None:
        return None
    search = str(parts.search)
    if deepest and search and provider in _WRAPPERS:
        inner = ada_url.URLSearchParams(search)
        for name in _WRAPPERS[provider]:
            if (found := _embed_of(str(inner.get(name) or ""), deepest - 1)) is not None:
                return found
    for form in forms:
        if (match := form.match(path + search)) is not None:
            named = [_WRITTEN[name].format(said) for name, said in match.groupdict().items()]
            return Embed(provider, "/".join(named or filter(None, match.groups())))
    return Embed(provider, None)


def _provider(host: str) -> tuple[str | None, tuple[re.Pattern[str], ...]]:
    """The provider of a host, or of the nearest one above it."""
    for _ in range(5):
        if host in _BY_HOST:
            return _BY_HOST[host]
        _, dot, host = host.partition(".")
        if not dot:
            break
    return None, ()
