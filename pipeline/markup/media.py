"""The pictures, videos, sounds and embedded pages below an element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4.element import Tag

from pipeline.markup.lazy import image_url, largest_source
from pipeline.markup.links import IMAGE_ENDINGS
from pipeline.markup.render import inline_text
from pipeline.markup.soup import ancestor, elements
from pipeline.markup.urls import absolute_web_url
from pipeline.posts.plain_text import one_line

_ELEMENTS = frozenset(("img", "video", "audio", "iframe", "embed", "object", "frame"))
_ADDRESSES = {"object": "data"}
_NUMBER = re.compile(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*")


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


def media(root: Tag, page_url: str, region: str, *, prettified: bool = False) -> list[MediaItem]:
    """Everything below `root` that is shown, played or embedded, in document order, once each.

    The copy of a lazily loaded picture in <noscript> is the same picture.
    """
    found: dict[str, MediaItem] = {}
    seen_paths: set[str] = set()
    for element in elements(root, _ELEMENTS):
        item = _read(element, page_url, region, prettified)
        if item is None:
            continue
        path = item.url.partition("?")[0]
        if item.url in found or (path in seen_paths and ancestor(element, "noscript") is not None):
            continue
        found[item.url] = item
        seen_paths.add(path)
    return list(found.values())


def _read(element: Tag, page_url: str, region: str, prettified: bool) -> MediaItem | None:
    attributes = element.attrs
    if element.name == "img":
        url = image_url(element, page_url)
        full = _linked_picture(element, page_url) or largest_source(element, page_url)
        kind, role = "image", "inline"
    elif element.name in ("video", "audio"):
        url = next(_sources(element, page_url), None)
        full, kind, role = None, element.name, "inline"
    else:
        url = _address(element, _ADDRESSES.get(element.name, "src"), page_url)
        full, kind, role = None, "embed", "embed"
    if url is None:
        return None
    figure = ancestor(element, "figure")
    caption = figure.find("figcaption") if figure is not None else None
    return MediaItem(
        region=region,
        kind=kind,
        role=role,
        url=url,
        full_url=full,
        width=_pixels(attributes.get("width")),
        height=_pixels(attributes.get("height")),
        alt=one_line(str(attributes.get("alt") or "")),
        caption=inline_text(caption, prettified=prettified) if isinstance(caption, Tag) else None,
    )


def _sources(element: Tag, page_url: str) -> Iterator[str]:
    for place in (element, *elements(element, ("source",))):
        if (url := _address(place, "src", page_url)) is not None:
            yield url


def _address(element: Tag, attribute: str, page_url: str) -> str | None:
    for name in (attribute, f"data-{attribute}", f"data-lazy-{attribute}"):
        if (url := absolute_web_url(str(element.attrs.get(name) or ""), page_url)) is not None:
            return url
    return None


def _linked_picture(image: Tag, page_url: str) -> str | None:
    """The picture that the image links to, as galleries do: <a href="full.jpg"><img>."""
    anchor = ancestor(image, "a")
    url = absolute_web_url(str(anchor.attrs.get("href") or ""), page_url) if anchor is not None else None
    if url is None or not url.partition("?")[0].lower().endswith(IMAGE_ENDINGS):
        return None
    return url


def _pixels(value: object) -> int | None:
    match = _NUMBER.fullmatch(str(value)) if value else None
    return int(match.group(1)) if match else None
