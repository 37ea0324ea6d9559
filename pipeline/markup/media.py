"""The pictures, videos, sounds and embedded pages below an element."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from operator import itemgetter
from typing import NamedTuple

from bs4.element import Tag

from pipeline.markup.embeds import embed_of
from pipeline.markup.lazy import full_picture, image_url, picture_of, sized_source
from pipeline.markup.links import IMAGE_ENDINGS
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements
from pipeline.markup.urls import absolute_web_url
from pipeline.posts.plain_text import one_line

_IMAGES = frozenset(("img", "amp-img", "amp-anim"))
_PLAYERS = {"video": "video", "amp-video": "video", "audio": "audio", "amp-audio": "audio"}
_FRAMES = frozenset(("iframe", "frame", "embed", "object", "amp-iframe"))
# Elements that name a provider's page by its id alone: the attribute, and the page's address.
_BY_ID = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v="),
    "lite-youtube": ("videoid", "https://www.youtube.com/watch?v="),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/web/status/"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/"),
}
# A post of another site, quoted as its own text, which a script turns into the site's box.
_QUOTES = {
    "twitter-tweet": "cite",
    "twitter-video": "cite",
    "instagram-media": "data-instgrm-permalink",
    "tiktok-embed": "cite",
    "text-post-media": "data-text-post-permalink",
    "bluesky-embed": "cite",
    "reddit-embed-bq": "cite",
    "reddit-card": "cite",
}
_ELEMENTS = frozenset(
    (*_IMAGES, *_PLAYERS, *_FRAMES, *_BY_ID, "blockquote", "script", "figcaption")
)  # fmt: skip
# What holds other media as what is shown where it cannot be: a frame in an object, a picture in a video.
_HOLDERS = frozenset((*_PLAYERS, "object"))
_FRAME_ADDRESSES = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-original")

# Pictures that count readers and show nothing, by the beginning of their address without its scheme.
_COUNTERS = (
    "medium.com/_/stat", "www.facebook.com/tr?", "pixel.wp.com/", "stats.wordpress.com/",
    "hm.baidu.com/hm.gif", "www.google-analytics.com/", "ssl.google-analytics.com/",
    "googleads.g.doubleclick.net/", "ad.doubleclick.net/", "b.scorecardresearch.com/",
    "sb.scorecardresearch.com/", "pixel.quantserve.com/", "feeds.feedburner.com/~r/",
    "feeds.wordpress.com/", "px.ads.linkedin.com/", "bat.bing.com/", "t.co/i/adsct",
    "blogger.googleusercontent.com/tracker/", "c.statcounter.com/", "www.googletagmanager.com/",
)  # fmt: skip
_COUNTER = re.compile(r"https?://(?:" + "|".join(map(re.escape, _COUNTERS)) + ")", re.IGNORECASE)
_ONE_PIXEL_STYLE = re.compile(r"(?:\A|[;\s])(width|height)\s*:\s*[01](?:px)?\s*(?:;|\Z)", re.IGNORECASE)

_NUMBER = re.compile(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*")
_AUDIO_FILE = (".mp3", ".m4a", ".ogg", ".oga", ".wav", ".flac", ".aac", ".opus", ".mpga")
_VIDEO_FILE = (".mp4", ".m4v", ".webm", ".ogv", ".mov", ".m3u8")
_HREF = re.compile(r"""href=["']?([^"'\s>]++)""", re.IGNORECASE)

# Classes of what stands beside a picture and says what it shows, or whose it is.
_CAPTION = re.compile(
    r"(?:\A|\s)(?:wp-caption-text|caption-text|(?:image|img|photo|picture|media|figure|gallery)[-_]+caption)"
    r"(?:\s|\Z)",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"(?:\A|[\s_-])(?:cred|credits?|photographer)(?:\s|\Z)", re.IGNORECASE)
_WRAPPERS = frozenset(("a", "p", "div", "span", "picture", "figure", "center", "amp-img"))
_HIGHEST_WRAPPER = 3
_NO_CAPTION = (None, None)
_BETWEEN = " \t\n\r\f|/·•—–-"


@dataclass(frozen=True)
class MediaItem:
    """One image, video, audio or embedded page; the fields are those of the table `media`."""

    region: str
    kind: str
    role: str
    url: str
    full_url: str | None = None
    provider: str | None = None
    provider_id: str | None = None
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


class _Place(NamedTuple):
    """What an element stands in; of each kind the nearest."""

    figure: Tag | None = None
    anchor: Tag | None = None
    noscript: Tag | None = None
    picture: Tag | None = None
    holder: Tag | None = None
    quote: Tag | None = None


@dataclass(slots=True)
class _Found:
    """One row in the making. `wider` are other addresses of the picture with their widths."""

    element: Tag
    place: _Place
    kind: str
    url: str
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    wider: list[tuple[float, str]] = field(default_factory=list)


def media(root: Tag, page_url: str, region: str, *, prettified: bool = False) -> list[MediaItem]:
    """Everything below `root` that is shown, played or embedded, in document order, once each.

    A picture is one row, however often and in however many sizes the markup has it: the copy for
    browsers without scripts, the thumbnail and the picture that it links to. The first address that is
    shown is its `url`. So is a player with several sources. A video's poster is a picture of its own.
    Pictures and frames that are one pixel large or less, or that a service counts readers by, are none.
    """
    return _Reader(page_url, region, prettified).read(root)


class _Reader:
    """Reads the media of one part of a page."""

    def __init__(self, page_url: str, region: str, prettified: bool) -> None:
        self._page_url = page_url
        self._region = region
        self._prettified = prettified
        self._places: dict[int, _Place] = {}
        self._captions: dict[int, tuple[Tag, Tag]] = {}
        self._words: dict[int, tuple[str | None, str | None]] = {}
        self._holders: set[int] = set()
        self._rows: dict[str, _Found] = {}
        self._by_element: dict[int, _Found] = {}
        self._of_pictures: dict[int, list[tuple[float, str]]] = {}

    def read(self, root: Tag) -> list[MediaItem]:
        found = elements(root, _ELEMENTS)
        if not found:
            return []
        for element in found:
            name = element.name
            if name == "figcaption":
                self._read_caption(element)
            elif name in _IMAGES:
                self._read_image(element)
            elif name in _PLAYERS:
                self._read_player(element)
            else:
                self._read_embed(element)
        self._hand_captions_on()
        return [self._item(row) for row in self._rows.values()]

    # One element of each kind.

    def _read_caption(self, caption: Tag) -> None:
        figure = self._place(caption).figure
        if figure is not None and id(figure) not in self._captions:
            self._captions[id(figure)] = (figure, caption)

    def _hand_captions_on(self) -> None:
        """Give the caption of a figure that holds nothing else to the figure around it, which holds the
        picture: <figure><img><div><figure><figcaption>."""
        full = {id(row.place.figure) for row in self._rows.values()}
        for figure, caption in [*self._captions.values()]:
            around = self._place(figure).figure
            if around is not None and id(figure) not in full:
                self._captions.setdefault(id(around), (around, caption))

    def _read_image(self, image: Tag) -> None:
        place = self._place(image)
        if self._is_fallback(place):
            return
        wider: list[tuple[float, str]] | None = None
        url = image_url(image, self._page_url)
        if url is None:
            wider = self._wider(image, place)
            url = max(wider, key=itemgetter(0))[1] if wider else None
        if url is None or _COUNTER.match(url):
            return
        width, height = _size(image)
        if _is_counter(image, width, height):
            return
        key = picture_of(url).key
        if place.noscript is not None:
            if key not in self._rows:
                key = self._key_beside(place.noscript, url) or key
            elif self._rows[key].wider:  # the copy has the sizes that the picture has
                wider = []
        if wider is None:
            wider = self._wider(image, place)
        row = _Found(image, place, "image", url, width, height, _alternative(image, "alt"), wider)
        self._add(key, row)
        self._by_element[id(image)] = self._rows[key]

    def _read_player(self, player: Tag) -> None:
        place = self._place(player)
        if self._is_fallback(place):
            return
        urls = (_address(source, ("src", "data-src"), self._page_url) for source in _sources(player))
        url = next((url for url in urls if url is not None), None)
        if url is not None:
            width, height = _size(player)
            alt = _alternative(player, "aria-label", "title", "data-file-name")
            self._add(url, _Found(player, place, _PLAYERS[player.name], url, width, height, alt))
            self._holders.add(id(player))
        poster = _address(player, ("poster", "data-poster"), self._page_url)
        if poster is not None:
            self._add(picture_of(poster).key, _Found(player, place, "image", poster))

    def _read_embed(self, element: Tag) -> None:
        name = element.name
        place = self._place(element)
        if name == "blockquote":
            url = self._quoted(element, place)
        elif name == "script":
            url = self._scripted(element)
        elif name in _BY_ID:
            attribute, address = _BY_ID[name]
            number = str(element.attrs.get(attribute) or "")
            url = absolute_web_url(address + number, self._page_url) if number.strip() else None
        else:
            url = self._framed(element)
        if url is None or self._is_fallback(place):
            return
        width, height = _size(element)
        if name in _FRAMES and _is_counter(element, width, height) and element.attrs.get("src"):
            return
        alt = _alternative(element, "aria-label", "title")
        if name == "object":
            self._holders.add(id(element))
        embed = embed_of(url)
        key = f"{embed.provider}:{embed.id}" if embed is not None and embed.id else url
        self._add(key, _Found(element, place, _kind_of_file(element, url), url, width, height, alt))

    def _framed(self, element: Tag) -> str | None:
        """The address of a frame's page; where it has none, the one that is linked in its place."""
        if element.name == "object":
            url = _address(element, ("data", "data-data"), self._page_url)
            if url is not None:
                return url
            movies = (
                str(param.attrs.get("value") or "")
                for param in element.contents
                if isinstance(param, Tag)
                and param.name == "param"
                and str(param.attrs.get("name")).lower() in ("movie", "src", "url")
            )
            return next((u for m in movies if (u := absolute_web_url(m, self._page_url))), None)
        url = _address(element, _FRAME_ADDRESSES, self._page_url)
        if url is None and element.name == "iframe" and not str(element.attrs.get("src") or "").strip():
            # <iframe src="">&lt;a href="https://..."&gt;: what stands in a frame is text.
            href = _HREF.search("".join(str(node) for node in element.contents))
            url = absolute_web_url(html.unescape(href.group(1)), self._page_url) if href else None
        return url

    def _quoted(self, quote: Tag, place: _Place) -> str | None:
        """The address of another site's post, of which the quote is the text."""
        attribute = _quote_of(quote)
        if attribute is None or place.quote is not None:
            return None
        # The last link is that of the date, which leads to the post.
        links = (anchor.attrs.get("href") for anchor in reversed(elements(quote, ("a",))))
        for href in (quote.attrs.get(attribute), *links):
            url = absolute_web_url(str(href), self._page_url) if href else None
            embed = embed_of(url) if url is not None else None
            if embed is not None and embed.id is not None:
                return url
        return None

    def _scripted(self, script: Tag) -> str | None:
        """The address of what a script puts in its place, where it is one that a provider names by an id."""
        post = str(script.attrs.get("data-telegram-post") or "")
        src = f"https://t.me/{post}" if post else str(script.attrs.get("src") or "")
        url = absolute_web_url(src, self._page_url) if src else None
        embed = embed_of(url) if url is not None else None
        return url if embed is not None and embed.id is not None else None

    # What is one with what.

    def _add(self, key: str, row: _Found) -> None:
        """Add a row, or what it says to the row of the same thing."""
        known = self._rows.get(key)
        if known is None:
            self._rows[key] = row
            return
        if row.url != known.url:
            known.wider.append((picture_of(row.url).width, row.url))
        known.wider += row.wider
        if known.width is None and known.height is None:
            known.width, known.height = row.width, row.height
        known.alt = known.alt or row.alt
        if known.place.figure is None and row.place.figure is not None:
            known.element, known.place = row.element, row.place

    def _key_beside(self, noscript: Tag, url: str) -> str | None:
        """The key of the picture that stands beside a <noscript>, where that holds a copy of it."""
        picture = picture_of(url)
        for sibling in (_element_before(noscript), _element_behind(noscript)):
            row = self._by_element.get(id(sibling))
            if row is None:
                continue
            beside = picture_of(row.url)
            if picture.name and picture.name == beside.name:
                return beside.key
        return None

    def _is_fallback(self, place: _Place) -> bool:
        """True for what is shown only where the player around it cannot be."""
        return (
            place.holder is not None
            and id(place.holder) in self._holders
            and place.holder.name != "blockquote"
        )

    def _wider(self, image: Tag, place: _Place) -> list[tuple[float, str]]:
        """The addresses that the markup has for a picture in other sizes, with their widths."""
        wider: list[tuple[float, str]] = []
        url = _linked_picture(place.anchor, self._page_url) or full_picture(image, self._page_url)
        if url is not None:
            wider.append((inf, url))
        if (largest := sized_source(image, self._page_url)) is not None:
            wider.append(largest)
        if place.picture is not None:
            if id(place.picture) not in self._of_pictures:
                sources = (sized_source(each, self._page_url) for each in _children(place.picture, "source"))
                best = max((each for each in sources if each is not None), key=itemgetter(0), default=None)
                self._of_pictures[id(place.picture)] = [best] if best is not None else []
            wider += self._of_pictures[id(place.picture)]
        return wider

    # What stands around.

    def _place(self, element: Tag) -> _Place:
        """What an element stands in. No element's surroundings are looked at twice."""
        met: list[Tag] = []
        parent = element.parent
        while parent is not None and id(parent) not in self._places:
            met.append(parent)
            parent = parent.parent
        place = self._places[id(parent)] if parent is not None else _Place()
        for around in reversed(met):
            name = around.name
            if name == "figure":
                place = place._replace(figure=around)
            elif name == "a":
                place = place._replace(anchor=around)
            elif name == "noscript":
                place = place._replace(noscript=around)
            elif name == "picture":
                place = place._replace(picture=around)
            elif name in _HOLDERS:
                place = place._replace(holder=around)
            elif name == "blockquote" and _quote_of(around) is not None:
                place = place._replace(quote=around)
            self._places[id(around)] = place
        return place

    # A row.

    def _item(self, row: _Found) -> MediaItem:
        is_image = row.kind == "image"
        embed = None if is_image else embed_of(row.url)
        caption, credit = self._said(row)
        return MediaItem(
            region=self._region,
            kind=row.kind,
            role="embed" if row.kind == "embed" else "inline",
            url=row.url,
            full_url=_widest(row) if is_image and row.wider else None,
            provider=embed.provider if embed is not None else None,
            provider_id=embed.id if embed is not None else None,
            width=row.width,
            height=row.height,
            alt=row.alt,
            caption=caption,
            credit=credit,
        )

    def _said(self, row: _Found) -> tuple[str | None, str | None]:
        """The caption and the credit of a row."""
        figure = row.place.figure
        _, caption = self._captions.get(id(figure), _NO_CAPTION)
        if caption is None and figure is not None:  # that of the gallery
            _, caption = self._captions.get(id(self._place(figure).figure), _NO_CAPTION)
        beside = _beside(row.element)
        if caption is None:
            captions = (each if _has_class(each, _CAPTION) else _caption_alone(each) for each in beside)
            caption = next((found for found in captions if found is not None), None)
        text, credit = self._words_of(caption) if caption is not None else (None, None)
        if credit is None:
            box = next((each for each in beside if _has_class(each, _CREDIT)), None)
            credit = inline_text(box, prettified=self._prettified) if box is not None else None
        return text, credit

    def _words_of(self, caption: Tag) -> tuple[str | None, str | None]:
        """What a caption says, and whom it credits where the markup parts that from the rest."""
        if id(caption) not in self._words:
            text = inline_text(caption, prettified=self._prettified)
            box = next((inner for inner in _shallow(caption) if _has_class(inner, _CREDIT)), None)
            credit = inline_text(box, prettified=self._prettified) if box is not None else None
            if text is not None and credit is not None and text.endswith(credit):
                text = text.removesuffix(credit).rstrip(_BETWEEN) or None
            self._words[id(caption)] = (text, credit)
        return self._words[id(caption)]


def _widest(row: _Found) -> str | None:
    """The largest of a picture's other addresses, unless the one that is shown is known to be larger."""
    width, url = max(row.wider, key=itemgetter(0))
    shown = picture_of(row.url)
    if picture_of(url).key == shown.key and shown.width > width:
        return None
    return url


def _quote_of(quote: Tag) -> str | None:
    """The attribute in which a quote of another site's post names it; None for other quotes."""
    classes = str(quote.attrs.get("class") or "").split()
    return next((_QUOTES[name] for name in classes if name in _QUOTES), None)


def _size(element: Tag) -> tuple[int | None, int | None]:
    """Width and height in pixels as the element states them."""
    attributes = element.attrs
    width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
    if width is None and height is None:
        # <div class="progressiveMedia" data-width="2000" data-height="1333"><img>
        for place in (element, element.parent):
            if place is not None and "data-width" in place.attrs and "data-height" in place.attrs:
                return _pixels(place.attrs["data-width"]), _pixels(place.attrs["data-height"])
    return width, height


def _pixels(value: object) -> int | None:
    if not value:
        return None
    match = _NUMBER.fullmatch(str(value))
    return int(match.group(1)) if match else None


def _is_counter(element: Tag, width: int | None, height: int | None) -> bool:
    """True for what states that it is one pixel large at the most."""
    if width is not None and height is not None:
        return width <= 1 and height <= 1
    style = str(element.attrs.get("style") or "")
    return bool(style) and len({side.lower() for side in _ONE_PIXEL_STYLE.findall(style[:500])}) == 2


def _alternative(element: Tag, *names: str) -> str | None:
    for name in names:
        if (written := element.attrs.get(name)) and (text := one_line(str(written))) is not None:
            return text
    return None


def _address(element: Tag, names: Iterable[str], page_url: str) -> str | None:
    for name in names:
        if (value := element.attrs.get(name)) and (url := absolute_web_url(str(value), page_url)) is not None:
            return url
    return None


def _sources(player: Tag) -> Iterator[Tag]:
    yield player
    yield from _children(player, "source")


def _children(element: Tag, name: str) -> Iterator[Tag]:
    return (child for child in element.contents if isinstance(child, Tag) and child.name == name)


def _kind_of_file(element: Tag, url: str) -> str:
    """`audio` or `video` for a file that an element plays, `embed` for a page."""
    if element.name not in ("embed", "object"):
        return "embed"
    stated = str(element.attrs.get("type") or "").lower()
    path = url.partition("?")[0].partition("#")[0].lower()
    if stated.startswith("audio/") or path.endswith(_AUDIO_FILE):
        return "audio"
    return "video" if stated.startswith("video/") or path.endswith(_VIDEO_FILE) else "embed"


def _linked_picture(anchor: Tag | None, page_url: str) -> str | None:
    """The picture that an image links to, as galleries do: <a href="full.jpg"><img>."""
    href = str(anchor.attrs.get("href") or "") if anchor is not None else ""
    url = absolute_web_url(href, page_url) if href else None
    if url is None:
        return None
    path = url.partition("?")[0].lower()
    # A wiki's page about a picture ends as the picture does: /wiki/File:ferry.jpg.
    if not path.endswith(IMAGE_ENDINGS) or ":" in path.rpartition("/")[2] or "%3a" in path.rpartition("/")[2]:
        return None
    return url


def _beside(element: Tag) -> list[Tag]:
    """What stands right behind an element, and behind what wraps it."""
    found = []
    place = element
    for _ in range(_HIGHEST_WRAPPER):
        behind = _element_behind(place)
        if behind is not None:
            found.append(behind)
        parent = place.parent
        if parent is None or parent.name not in _WRAPPERS:
            break
        place = parent
    return found


def _caption_alone(element: Tag) -> Tag | None:
    """The caption in a box that holds nothing else: <div><figure><figcaption>."""
    inner: Tag | None = element if element.name != "figure" else None
    for _ in range(_HIGHEST_WRAPPER):
        if inner is None or inner.name == "figcaption":
            return inner
        inside = [child for child in inner.contents[:4] if isinstance(child, Tag) or str(child).strip()]
        inner = inside[0] if len(inside) == 1 and isinstance(inside[0], Tag) else None
    return None


def _has_class(element: Tag, classes: re.Pattern[str]) -> bool:
    written = element.attrs.get("class")
    return bool(written) and classes.search(str(written)) is not None


def _shallow(element: Tag) -> Iterator[Tag]:
    """The elements in an element, and those in these."""
    for child in element.contents:
        if isinstance(child, Tag):
            yield child
            yield from (inner for inner in child.contents if isinstance(inner, Tag))


def _element_behind(element: Tag) -> Tag | None:
    """The element behind an element, where there is nothing but white space between."""
    node = element.next_sibling
    if node is not None and not isinstance(node, Tag) and not str(node).strip():
        node = node.next_sibling
    return node if isinstance(node, Tag) else None


def _element_before(element: Tag) -> Tag | None:
    node = element.previous_sibling
    if node is not None and not isinstance(node, Tag) and not str(node).strip():
        node = node.previous_sibling
    return node if isinstance(node, Tag) else None
