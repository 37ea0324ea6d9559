"""The hyperlinks below an element, where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from bs4.element import Tag

from pipeline.markup.canonical import canonical_url
from pipeline.markup.render import HIDDEN, inline_text
from pipeline.markup.soup import elements
from pipeline.markup.urls import absolute_url, host_of, is_web_url, site_of
from pipeline.posts.plain_text import one_line

_ELEMENTS = frozenset(("a", "area"))
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".avif")


@dataclass(frozen=True)
class Link:
    """One hyperlink; `href` is absolute. The other fields are those of the table `links`."""

    region: str
    href: str
    kind: str
    text: str | None
    rel: str | None


def links(root: Tag, page_url: str, region: str, *, prettified: bool = False) -> list[Link]:
    """Every hyperlink below `root` in document order, as links of the page's `region`.

    Anchors without an address, or with one that acts instead of leading somewhere
    (`javascript:`), are no links.
    """
    found = []
    for anchor in elements(root, _ELEMENTS):
        written = anchor.attrs.get("href")
        href = absolute_url(str(written), page_url) if written else None
        if href is None or _is_hidden(anchor, root):
            continue
        found.append(
            Link(
                region=region,
                href=href,
                kind=kind_of(href, page_url),
                text=inline_text(anchor, prettified=prettified),
                rel=one_line(str(anchor.attrs.get("rel") or "")),
            )
        )
    return found


def kind_of(href: str, page_url: str) -> str:
    """The kind of an absolute address as seen from a page, as in `links.kind`."""
    if not is_web_url(href):
        scheme = href.partition(":")[0].lower()
        return {"mailto": "email", "tel": "phone"}.get(scheme, "other")
    if "#" in href and canonical_url(href) == canonical_url(page_url):
        return "fragment"
    if href.partition("?")[0].partition("#")[0].lower().endswith(IMAGE_ENDINGS):
        return "file"
    here, there = host_of(page_url), host_of(href)
    return "internal" if here and there and site_of(here) == site_of(there) else "external"


def _is_hidden(element: Tag, root: Tag) -> bool:
    """True for what stands in an element whose content is never shown, such as <noscript>."""
    parent = element.parent
    while parent is not None and parent is not root:
        if parent.name in HIDDEN:
            return True
        parent = parent.parent
    return False
