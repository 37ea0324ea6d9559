"""The hyperlinks below an element, where they stand; which of them belong to footnotes."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from bs4.element import NavigableString, PageElement, Tag

from pipeline.markup.canonical import canonical_url
from pipeline.markup.render import HIDDEN, inline_text
from pipeline.markup.soup import elements
from pipeline.markup.urls import absolute_url, host_of, site_of
from pipeline.posts.plain_text import one_line

_ELEMENTS = frozenset(("a", "area"))
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".avif")
# Sound and video; no documents: a text cites a PDF as it cites a page.
_FILE_ENDINGS = (
    *IMAGE_ENDINGS,
    *(".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac", ".mp4", ".m4v", ".webm", ".mov", ".m3u8"),
)
_KINDS_OF_SCHEMES = {"mailto": "email", "tel": "phone", "sms": "phone", "callto": "phone"}
# What Cloudflare puts in the place of a page's e-mail addresses.
_HIDDEN_EMAIL = "/cdn-cgi/l/email-protection"
_rel = lru_cache(maxsize=1024)(one_line)


@dataclass(frozen=True)
class Link:
    """One hyperlink; `href` is absolute. The other fields are those of the table `links`, but `names`: the
    ids that stand for the place of a link to a fragment, by which footnotes are paired."""

    region: str
    href: str
    kind: str
    text: str | None
    rel: str | None
    names: tuple[str, ...] = ()


def links(root: Tag, page_url: str, region: str, *, prettified: bool = False) -> list[Link]:
    """Every hyperlink below `root` in document order, as links of the page's `region`.

    Anchors without an address, or with one that acts instead of leading somewhere
    (`javascript:`), are no links.
    """
    found = []
    shown = {id(root): True}
    for anchor in elements(root, _ELEMENTS):
        attributes = anchor.attrs
        written = attributes.get("href")
        href = absolute_url(str(written), page_url) if written else None
        if href is None or not _is_shown(anchor, shown):
            continue
        kind = kind_of(href, page_url)
        rel = attributes.get("rel")
        found.append(
            Link(
                region,
                href,
                kind,
                inline_text(anchor, prettified=prettified),
                _rel(str(rel)) if rel else None,
                tuple(dict.fromkeys(_names(anchor))) if kind == "fragment" else (),
            )
        )
    return found


def kind_of(href: str, page_url: str) -> str:
    """The kind of an absolute address as seen from a page, as in `links.kind`."""
    host = host_of(href)
    if host is None:
        return _KINDS_OF_SCHEMES.get(href.partition(":")[0].lower(), "other")
    if "#" in href and canonical_url(href) == canonical_url(page_url):
        return "fragment"
    path = href.partition("#")[0].partition("?")[0]
    # The page about a file is no file: `/wiki/File:Tide.jpg`.
    if path.lower().endswith(_FILE_ENDINGS) and ":" not in path.rpartition("/")[2]:
        return "file"
    if path.endswith(_HIDDEN_EMAIL):
        return "email"
    here = host_of(page_url)
    return "internal" if here is not None and site_of(here) == site_of(host) else "external"


def _is_shown(element: Tag, shown: dict[int, bool]) -> bool:
    """False for what stands in an element whose content is never shown, such as <noscript>.

    `shown` holds what is known of elements, by their id(): no parent is looked at twice.
    """
    met = []
    parent = element.parent
    is_shown = True
    while parent is not None:
        known = shown.get(id(parent))
        if known is not None:
            is_shown = known
            break
        met.append(id(parent))
        if parent.name in HIDDEN:
            is_shown = False
            break
        parent = parent.parent
    for seen in met:
        shown[seen] = is_shown
    return is_shown


# Blocks that hold one note, and what holds many.
_BLOCKS = frozenset(("p", "li", "dd", "dt", "td", "th", "tr", "div", "aside", "blockquote", "figcaption"))
_BEYOND = frozenset(
    "ul ol dl table tbody tfoot section article main header footer body html h1 h2 h3 h4 h5 h6".split()
)
_MAX_STEPS = 8


def _names(anchor: Tag) -> Iterator[str]:
    """The ids that stand for the place of a link.

    `<sup id="cite_ref-1"><a href="#cite_note-1">`; `<li id="fn1"><p>... <a href="#fnref1">`;
    `<p><a name="_ftn1"></a>... <a href="#_ftnref1">`: its own and those of what it stands in, up to the
    second block; those of empty anchors at the beginning of a block and just before the link; that of an
    element at its own beginning.
    """
    yield from _own_names(anchor)
    for node in anchor.contents[:2]:  # the first may be white space
        if isinstance(node, Tag):
            yield from _own_names(node)
    before = anchor.previous_sibling
    if isinstance(before, NavigableString) and not before.strip():
        before = before.previous_sibling
    yield from _anchors(before)
    element = anchor.parent
    blocks = 0
    for _ in range(_MAX_STEPS):
        if element is None or element.name in _BEYOND:
            return
        yield from _own_names(element)
        if element.name in _BLOCKS:
            yield from _anchors(*element.contents[:2])
            blocks += 1
            if blocks == 2:
                return
        element = element.parent


def _own_names(element: Tag) -> Iterator[str]:
    for attribute in ("id", "name"):
        if value := element.attrs.get(attribute):
            yield str(value)


def _anchors(*nodes: PageElement | None) -> Iterator[str]:
    """The names of those of some nodes that are anchors without an address."""
    for node in nodes:
        if isinstance(node, Tag) and node.name == "a" and "href" not in node.attrs:
            yield from _own_names(node)


# How programs name the place of a mark in the text, and the place of its note: Word (`_ftnref1`, `_ftn1`),
# LibreOffice (`sdfootnote1anc`, `sdfootnote1sym`), Markdown (`fnref:1`, `fn:1`), MediaWiki
# (`cite_ref-tide_1-0`, `cite_note-tide-1`), Substack (`footnote-anchor-1`, `footnote-1`), Drupal
# (`footnoteref1_a1b2`, `footnote1_a1b2`), WordPress (`easy-footnote-1-77`, `easy-footnote-bottom-1-77`;
# a UUID with `-link` behind, a UUID), and others alike. First their word, then what tells one note from
# another.
_PROGRAM = r"(?:user-content-)?_?(ftn|edn|fn|en|footnote|endnote|note)"
_UUID = r"()([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_MARK_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        _PROGRAM + r"[:_-]?(?:ref|r|anchor|back|mark)[:_-]?(\d[\w:.-]*)",
        r"(?:user-content-)?(fn)ref[:_-](.+)",
        r"(sdfootnote|sdendnote)(\d+)anc",
        r"(cite)_ref-(.+)",
        r"(easy-footnote)-(\d[\d-]*)",
        _UUID + "-link",
    )
)
_NOTE_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        _PROGRAM + r"[:_-]?(\d[\w:.-]*)",
        r"(?:user-content-)?(fn)[:_-](.+)",
        r"(sdfootnote|sdendnote)(\d+)sym",
        r"(cite)_note-(.+)",
        r"(easy-footnote)-bottom-(\d[\d-]*)",
        _UUID,
    )
)
# `cite_ref-tide_1-0` and `cite_ref-tide_1-1` are marks of `cite_note-tide-1`.
_TIMES_CITED = re.compile(r"_(\d+)-\d+$")
# What a mark shows, such as [1], ②, *, 注3; and what leads back, such as ↩.
_MARK_TEXT = re.compile(
    r"[\[(（〔【［「]?\s?(?:注|註|note)?\s?(?:\d{1,4}|[ivxl]{1,6}|[a-z]|[*†‡§¶#]{1,4}|[¹²³⁰⁴-⁹]{1,4}|[①-⑳❶-❿㉑-㉟㊱-㊿])"
    r"\s?[\])）〕】］」.:：]?",
    re.IGNORECASE,
)
_BACK_TEXT = re.compile(r"[\W_]{1,5}")


class _Place(NamedTuple):
    """A place in a document: a fragment; `word` is that of the program that named it so, and `is_note`
    says which of the two ends it is; None and False where no known program names it so."""

    document: str
    word: str | None
    is_note: bool
    name: str


def footnotes(links: Sequence[Link]) -> dict[int, int | None]:
    """Which links of a text belong to footnotes, each with the other one of its pair, by their places in
    `links`; None where it has none.

    Two links are a pair where each leads to the place of the other, and one shows a mark or is named as
    programs name footnotes. Where ids were lost, such names alone tell: `#_ftn1` leads from `_ftnref1`.
    That holds where both still lead to the document that the text was pasted from as well. Of several
    marks of one note, the first that its link back leads to is paired; the others are marks too, and so
    is a link with such a name that shows a mark.
    """
    ends = {
        place: end
        for place, link in enumerate(links)
        if "#" in link.href and (end := _target(link)) is not None
    }
    if not ends:
        return {}
    places = {place: _places(links[place], end) for place, end in ends.items()}
    waiting: defaultdict[tuple[_Place, _Place], deque[int]] = defaultdict(deque)
    for place, end in ends.items():
        for here in places[place]:
            waiting[here, end].append(place)
    found: dict[int, int | None] = {}
    notes: set[_Place] = set()
    for place, end in ends.items():
        if place in found:
            continue
        for here in places[place]:
            others = waiting.get((end, here), ())
            while others and others[0] in found:
                others.popleft()
            if others and _is_footnote(links[place], links[others[0]], end, ends[others[0]]):
                found[place], found[others[0]] = others[0], place
                notes |= {end, here}
                break
    for place, end in ends.items():
        link = links[place]
        if place in found or link.kind != "fragment":
            continue
        is_mark = _MARK_TEXT.fullmatch(link.text or "") is not None
        is_back = end.word is not None and not end.is_note and _BACK_TEXT.fullmatch(link.text or "")
        if (is_mark and (end.word is not None or end in notes)) or is_back:
            found[place] = None
    return found


def _target(link: Link) -> _Place | None:
    """Where a link leads; None where that has nothing to do with footnotes."""
    document, _, fragment = link.href.partition("#")
    if link.kind == "fragment":
        return _named("", unquote(fragment)) if fragment else None
    if link.kind not in ("internal", "external", "other", "file", "broken"):
        return None
    place = _named(document, unquote(fragment))
    return place if place.word is not None and _MARK_TEXT.fullmatch(link.text or "") else None


def _places(link: Link, end: _Place) -> list[_Place]:
    """The places that a link stands at: by the ids of the markup, and by its own address."""
    places = [_named("", name) for name in link.names] if link.kind == "fragment" else []
    if end.word is not None:
        places.append(end._replace(is_note=not end.is_note))
    return [place for place in dict.fromkeys(places) if place != end]


@lru_cache(maxsize=4096)
def _named(document: str, name: str) -> _Place:
    for is_note, patterns in ((False, _MARK_NAMES), (True, _NOTE_NAMES)):
        for pattern in patterns:
            if (match := pattern.fullmatch(name)) is not None:
                word, rest = match.groups()
                return _Place(
                    document, word, is_note, _TIMES_CITED.sub(r"-\1", rest) if not is_note else rest
                )
    return _Place(document, None, False, name)


def _is_footnote(one: Link, other: Link, end: _Place, other_end: _Place) -> bool:
    return (
        end.word is not None
        or other_end.word is not None
        or _MARK_TEXT.fullmatch(one.text or "") is not None
        or _MARK_TEXT.fullmatch(other.text or "") is not None
    )
