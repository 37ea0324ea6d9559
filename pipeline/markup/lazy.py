"""The picture behind an <img>: whichever attribute holds its address, and in whichever size it is served.

Scripts that load pictures late put a placeholder in `src` and keep the real address elsewhere. Servers
that scale pictures say the size in the address; what is left of it without the size tells the picture.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf
from typing import NamedTuple
from urllib.parse import unquote

from bs4.element import Tag

from pipeline.markup.urls import absolute_web_url

# In the order in which they are believed; each is what some lazy loader names its address.
_LAZY_ATTRIBUTES = (
    "data-src", "data-lazy-src", "data-original", "data-original-src", "data-orig-src", "data-actualsrc",
    "data-lazyload", "data-lazy", "data-cfsrc", "data-litespeed-src", "data-pagespeed-lazy-src",
    "nitro-lazy-src", "data-img-src", "data-url", "data-echo", "data-hi-res-src", "data-full-src",
    "zoomfile", "file",
)  # fmt: skip
_LAZY = frozenset(_LAZY_ATTRIBUTES)
# What says where the picture is to be had in full, beside the one that is shown.
_FULL_ATTRIBUTES = ("data-orig-file", "data-full-url", "data-full-src", "data-hi-res-src", "zoomfile")
_FULL = frozenset(_FULL_ATTRIBUTES)
_SRCSETS = ("srcset", "data-srcset", "data-lazy-srcset")

# Jetpack marks addresses that wait, and escapes the sign behind its mark as WordPress does.
_PENDING = re.compile(r"([?&])is-pending-load=1(?:(?:#038;|&)|\Z)")
# Pictures that hold a place and show nothing.
_PLACEHOLDER = re.compile(r"/(?:blank|spacer|transparent|clear|pixel|1x1|1px|grey|dot)\.gif\Z")

# One candidate of a `srcset`: an address, and what stands before the next comma. A comma at the
# address's end parts too, one inside belongs to it: `/w_200,h_100/a.jpg 2x, /b.jpg`. So does white
# space beyond ASCII, such as the hair spaces around the dash of a title.
_CANDIDATE = re.compile(r"[ \t\n\r\f,]*+([^ \t\n\r\f]++)(?:(?<=,)|([^,]*+))")
_SIZE = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)[wx]")


def image_url(image: Tag, base: str) -> str | None:
    """The absolute address of the picture that an <img> shows once it has loaded."""
    attributes = image.attrs
    if not _LAZY.isdisjoint(attributes):
        for name in _LAZY_ATTRIBUTES:
            value = str(attributes.get(name) or "")
            # `data-lazy="true"` is no address.
            if ("/" in value or "." in value) and (url := absolute_web_url(value, base)) is not None:
                return _PENDING.sub(r"\1", url).rstrip("?&") if "is-pending-load" in url else url
    url = absolute_web_url(str(attributes.get("src") or ""), base)
    if url is not None and not (url.endswith(".gif") and _PLACEHOLDER.search(url)):
        return url
    return largest_source(image, base)


def largest_source(image: Tag, base: str) -> str | None:
    """The absolute address of the largest picture of an element's `srcset`; None without one."""
    largest = sized_source(image, base)
    return largest[1] if largest is not None else None


def sized_source(image: Tag, base: str) -> tuple[float, str] | None:
    """The largest picture of an element's `srcset`, and its width in pixels or its density as stated."""
    candidates: list[tuple[float, str]] = []
    for name in _SRCSETS:
        if name in image.attrs:
            # Stripped, so that every run of white space leads to a candidate and none is tried twice.
            srcset = str(image.attrs[name] or "").strip(" \t\n\r\f,")
            for candidate, descriptor in _CANDIDATE.findall(srcset):
                stated = _SIZE.search(descriptor)
                candidates.append((float(stated.group(1)) if stated else 1.0, candidate.rstrip(",")))
    candidates.sort(key=lambda candidate: -candidate[0])  # of the largest, the first
    for size, candidate in candidates:
        if (url := absolute_web_url(candidate, base)) is not None:
            return size, url
    return None


def full_picture(image: Tag, base: str) -> str | None:
    """The absolute address that an <img> itself gives for the picture in full; None where it gives none."""
    if _FULL.isdisjoint(image.attrs):
        return None
    for name in _FULL_ATTRIBUTES:
        value = str(image.attrs.get(name) or "")
        if "/" in value and (url := absolute_web_url(value, base)) is not None:
            return url
    return None


class Picture(NamedTuple):
    """What an address says of a picture: `key` is the same for all its sizes; `width` is the width that
    the address states, in pixels, 0 where it states a size that says no width, infinite where it states
    none."""

    key: str
    width: float

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return self.key.partition("?")[0].rpartition("/")[2].rpartition(".")[0]


# Hosts that serve the same pictures (their ends), and what in a path says the size; the rest tells the
# picture. A group `w` is the width, a group `full` says that it is the picture in full.
_SIZES: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = tuple(
    (tuple(hosts.split()), re.compile(form, re.ASCII), rest)
    for hosts, form, rest in (
        # 1*name.jpeg in /max/800/, /v2/resize:fit:800/, /fit/c/64/64/, /freeze/max/60/.
        (
            "cdn-images-1.medium.com cdn-images-2.medium.com miro.medium.com",
            r"\A(?:/v2)?/[a-z]+(?:/c|/t)?[/:](?:[a-z]+[/:])?(?P<w>\d+)[^*]*/(?=[^/]*\*)",
            "/",
        ),
        ("assets.matters.news assets.matters.town", r"/processed/(?P<w>\d+)w/", "/"),
        # /account/prod/embed/uuid.jpeg/w=1080, or /public
        ("imagedelivery.net", r"/(?:w=(?P<w>\d+)[^/]*|[a-z]+)\Z", ""),
        (
            "sinaimg.cn",
            r"\A/(?:(?P<full>large)|(?:mw|orj|thumb|wap|crop|bmiddle|square|small)(?P<w>\d*)[^/]*)/",
            "/",
        ),
        (
            "upload.wikimedia.org",
            r"\A((?:/[^/]+){2})/thumb(/.+)/[^/]*?(?<!\d)(?P<w>\d{1,5})px-[^/]+\Z",
            r"\1\2",
        ),
        ("googleusercontent.com ggpht.com", r"=(?:[a-z]+(?P<w>\d+))?[-\w]*\Z", ""),
        ("bp.blogspot.com googleusercontent.com", r"/[sw](?P<w>\d+)(?:-[-\w]+)?(?=/[^/]+\Z)", ""),
        ("qpic.cn", r"/(?:(?P<full>0)|(?P<w>\d+))\Z", ""),
        ("pbs.twimg.com", r"(?:\.[a-z]{3,4})?(?::\w+)?\Z", ""),
    )
)
_SIZED_HOSTS = tuple(host for hosts, _, _ in _SIZES for host in hosts)
# The same, on any host: WordPress's files, Drupal's image styles, styles of Chinese storage services.
_WORDPRESS_SIZE = re.compile(r"-(?:(?P<w>\d{2,4})x\d{2,4}|scaled)(?=\.\w{3,4}\Z)", re.ASCII)
_DRUPAL_STYLE = re.compile(r"/styles/[^/]+/(?:public|private)/")
_STYLE = re.compile(r"(?<=[a-z])![\w.]{1,30}\Z", re.ASCII)
# Whose addresses state a size in the query, and a picture in the path alone.
_NO_QUERY = ("qpic.cn", "pbs.twimg.com", "images.unsplash.com", "sinaimg.cn")

_SIZE_PARAMETERS = frozenset(
    "w h width height resize fit crop q quality dpr auto ssl strip zoom itok is-pending-load".split()
)
_PROCESSING = ("imageView2/", "imageMogr2/", "imageslim", "x-oss-process=", "x-image-process=")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg|tiff?)\Z", re.IGNORECASE)
_WIDTH = re.compile(r"(?:\A|&)(?:w|width|resize|fit)=(\d{1,5})|[/,]w[/_](\d{1,5})")

# Servers that fetch another's picture and scale it.
_PHOTON = re.compile(r"i[0-3]\.wp\.com")
_FETCH = re.compile(r"/(?:image/fetch|cdn-cgi/image)/([^/]*)/(.+)")
_FETCH_WIDTH = re.compile(r"(?:\A|,)w(?:_|idth=)(\d{1,5})")
_AMP_IMAGE = re.compile(r"/ii?/(?:w(\d{1,5})/)?s/(.+)")
_DEEPEST_FETCH = 3


@lru_cache(maxsize=65_536)
def picture_of(url: str) -> Picture:
    """Which picture an absolute address shows, and in which size."""
    width = 0.0
    for _ in range(_DEEPEST_FETCH):
        # Split by hand: the address was parsed when it was made absolute.
        host, slash, path = url.partition("#")[0].partition("://")[2].partition("/")
        host = host.lower()
        path, _, query = f"{slash}{path}".partition("?")
        fetched = _fetched(host, path, query)
        if fetched is None:
            break
        url, stated = fetched
        width = width or stated
    host, path, sizes = _without_size(host, path)
    query, more = _without_sizes(host, path, query)
    key = f"{host}{path}?{query}" if query else f"{host}{path}"
    return Picture(key, width or max((*sizes, *more), default=inf))


def _fetched(host: str, path: str, query: str) -> tuple[str, float] | None:
    """The address of the picture that a server fetches, and the width to which it scales it."""
    if host.endswith(".wp.com") and _PHOTON.fullmatch(host):
        # The picture's own query does not come with it.
        return f"https:/{path}", _width(query)
    if "/image/fetch/" in path or "/cdn-cgi/image/" in path:
        match = _FETCH.search(path)
        if match is not None:
            options, rest = match.groups()
            width = _FETCH_WIDTH.search(options)
            inner = unquote(rest)
            if not inner.startswith(("https://", "http://")):
                inner = f"https://{host}/{inner}"
            return inner, float(width.group(1)) if width else 0.0
    if path == "/_next/image" or host in ("images.weserv.nl", "wsrv.nl"):
        inner = next((unquote(p[4:]) for p in query.split("&") if p.startswith("url=")), "")
        if inner:
            inner = inner if "://" in inner else f"https://{'' if '.nl' in host else host}{inner}"
            return inner, _width(query)
    if host.endswith(".cdn.ampproject.org") and (match := _AMP_IMAGE.fullmatch(path)):
        return f"https://{match.group(2)}", float(match.group(1) or 0)
    return None


def _without_size(host: str, path: str) -> tuple[str, str, list[float]]:
    """The host, one for those that serve the same, the path without what says the size, and the widths
    that it said."""
    forms: list[tuple[re.Pattern[str], str]] = []
    if "/uploads/" in path or host.endswith("files.wordpress.com"):
        forms.append((_WORDPRESS_SIZE, ""))
    if "/styles/" in path:
        forms.append((_DRUPAL_STYLE, "/"))
    if "!" in path:
        forms.append((_STYLE, ""))
    if host.endswith(_SIZED_HOSTS):
        for hosts, form, rest in _SIZES:
            if host.endswith(hosts):
                host = hosts[0]
                forms.append((form, rest))
    if not forms:
        return host, path, []
    sizes: list[float] = []
    for form, rest in forms:
        match = form.search(path)
        if match is not None:
            said = match.groupdict()
            path = path[: match.start()] + match.expand(rest) + path[match.end() :]
            sizes.append(inf if said.get("full") else float(said.get("w") or 0))
    return host, path, sizes


def _without_sizes(host: str, path: str, query: str) -> tuple[str, list[float]]:
    """A query without what says the size, and the widths that it said."""
    if not query:
        return "", []
    if host.endswith(_NO_QUERY):
        return "", [_width(query)]
    if not _PICTURE_FILE.search(path[-5:]):
        return query, []
    pairs = query.split("&")
    kept = [
        pair
        for pair in pairs
        if pair.partition("=")[0] not in _SIZE_PARAMETERS and not pair.lstrip("?").startswith(_PROCESSING)
    ]
    return "&".join(kept), [_width(query)] if len(kept) < len(pairs) else []


def _width(query: str) -> float:
    match = _WIDTH.search(query)
    return float(match.group(1) or match.group(2)) if match else 0.0
