"""The shape that pages of one site share: which elements and class names stand in which, in how many pages.

It is for the people who write a profile, and holds no text of any page: names of elements, of classes and
ids, and counts. A name that only few of the pages have says nothing of the site and is left out.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bs4.element import NavigableString, Tag

from pipeline.markup.render import HIDDEN

# Elements that are shown without a class or an id, too. Any other is seen through: what it holds stands in
# the element around it.
STRUCTURE = frozenset(
    "article aside audio blockquote details dl figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "iframe img li main nav noscript object ol p pre section table time ul video".split()
)
# What these hold is of no interest here.
_CLOSED = HIDDEN | frozenset(("table",))

# A name or a part that fewer of the pages have is left out.
SHARE = 0.2
# What is looked at of one page, and shown of all.
MAX_ELEMENTS = 5_000
MAX_DEPTH = 10
MAX_PARTS = 40
MAX_NAMES = 3
# Of a label, so many characters, unless one name alone has more.
MAX_LABEL = 50

# Nothing else may stand in a class name that is shown, so that it can stand in any source code.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_ELEMENT = re.compile(r"[a-z][a-z0-9-]{0,19}")
_NUMBER = re.compile(r"\d+")
_LONG_NUMBER = re.compile(r"\d{3,}")


@dataclass(frozen=True)
class Part:
    """An element of the shape, in its place: below the last part before it whose `depth` is less.

    `names` are classes, and ids with `#` before them; `*` stands for a number that differs. `pages` have it
    there, `times` in all.
    """

    element: str
    names: tuple[str, ...]
    depth: int
    pages: int
    times: int

    @property
    def label(self) -> str:
        """The part as CSS names it: `div#comments.list`."""
        return self.element + "".join(name if name[0] == "#" else f".{name}" for name in self.names)


@dataclass(frozen=True)
class Name:
    """A class, or an id with `#` before it: the element that most often has it, how many pages it stands in,
    how often in all, and which share of a page's text stands in the largest element that has it, on average
    over those pages."""

    name: str
    element: str
    pages: int
    times: int
    text: float


@dataclass(frozen=True)
class Shape:
    """The shape of some pages: `parts` in the order of the document, `names` the most frequent first."""

    pages: int
    parts: tuple[Part, ...]
    names: tuple[Name, ...]


def shape_of(roots: Iterable[Tag]) -> Shape:
    """The shape of the pages below these roots, which are looked at one after the other."""
    pages = [_noted(root) for root in roots]
    shown = _shared_names(pages)
    return Shape(len(pages), _parts(pages, shown), _names(pages, shown))


@dataclass(slots=True)
class _Noted:
    """One element of a page: how deep it stands, and the length of the text in it."""

    level: int
    element: str
    names: tuple[str, ...]
    text: int = 0


@dataclass(slots=True)
class _Page:
    noted: list[_Noted]
    text: int


def names_of(tag: Tag) -> tuple[str, ...]:
    """The classes of an element that can be shown, as written, and its id behind a `#`, each once."""
    attributes: dict[str, Any] = tag.attrs
    if not attributes:
        return ()
    found = dict.fromkeys(name for name in attributes.get("class", "").split() if _NAME.fullmatch(name))
    identity = attributes.get("id", "")
    if _NAME.fullmatch(identity):
        return (f"#{identity}", *found)
    return tuple(found)


def _noted(root: Tag) -> _Page:
    noted: list[_Noted] = []
    text = 0
    levels: list[Iterator[Any]] = [iter(root.contents)]
    open_elements: list[_Noted | None] = [None]
    while levels:
        for node in levels[-1]:
            if type(node) is NavigableString:
                text += len(node.strip())
            elif isinstance(node, Tag):
                element = None
                if len(noted) < MAX_ELEMENTS:
                    element = _Noted(len(levels), node.name, names_of(node))
                    noted.append(element)
                if node.contents and node.name not in _CLOSED:
                    if element is not None:
                        element.text = -text
                    levels.append(iter(node.contents))
                    open_elements.append(element)
                    break
        else:
            levels.pop()
            closed = open_elements.pop()
            if closed is not None:
                closed.text += text
    return _Page(noted, text)


def _shared_names(pages: list[_Page]) -> dict[str, str]:
    """How each name is shown: as it is where enough pages share it, with `*` for its numbers where enough
    share that; no other name is shown. A number of three digits is always one of many."""
    spellings: dict[str, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    for page in pages:
        names = {name for element in page.noted for name in element.names}
        for name in names:
            if name not in spellings:
                spellings[name] = (_LONG_NUMBER.sub("*", name), _NUMBER.sub("*", name))
        counts.update({spelling for name in names for spelling in spellings[name]})
    enough = _enough(len(pages))
    return {
        name: next(spelling for spelling in both if counts[spelling] >= enough)
        for name, both in spellings.items()
        if any(counts[spelling] >= enough for spelling in both)
    }


def _enough(pages: int) -> int:
    """How many pages make a thing the site's: one page is enough only where there is no other."""
    return max(math.ceil(SHARE * pages), min(2, pages))


@dataclass(slots=True)
class _Node:
    element: str
    names: tuple[str, ...]
    pages: int = 0
    times: int = 0
    last_page: int = -1
    # Where it first stands in its pages, as shares of the page, added up.
    place: float = 0.0
    below: dict[tuple[str, tuple[str, ...]], _Node] = field(default_factory=dict)


def _parts(pages: list[_Page], shown: dict[str, str]) -> tuple[Part, ...]:
    top = _Node("", ())
    for number, page in enumerate(pages):
        around: list[tuple[int, _Node]] = [(0, top)]
        for place, noted in enumerate(page.noted):
            names = _label_names(noted, shown)
            if not (names or noted.element in STRUCTURE) or not _ELEMENT.fullmatch(noted.element):
                continue
            while around[-1][0] >= noted.level:
                around.pop()
            if len(around) > MAX_DEPTH:
                continue
            node = around[-1][1].below.setdefault((noted.element, names), _Node(noted.element, names))
            node.times += 1
            if node.last_page != number:
                node.last_page = number
                node.pages += 1
                node.place += place / len(page.noted)
            around.append((noted.level, node))
    enough = _enough(len(pages))
    while True:
        found = list(_in_order(top, enough))
        if len(found) <= MAX_PARTS:
            return tuple(found)
        # What most pages have is shown before what some have.
        enough = 1 + min(part.pages for part in found)
        if enough > len(pages):
            return tuple(found[:MAX_PARTS])


def _label_names(noted: _Noted, shown: dict[str, str]) -> tuple[str, ...]:
    """The first of an element's names that are shown, as many as a label has room for."""
    names = list(dict.fromkeys(shown[name] for name in noted.names if name in shown))[:MAX_NAMES]
    while len(names) > 1 and len(noted.element) + sum(len(name) + 1 for name in names) > MAX_LABEL:
        names.pop()
    return tuple(names)


def _in_order(top: _Node, enough: int, depth: int = 0) -> Iterator[Part]:
    below = [node for node in top.below.values() if node.pages >= enough]
    for node in sorted(below, key=lambda node: (node.place / node.pages, node.element, node.names)):
        yield Part(node.element, node.names, depth, node.pages, node.times)
        yield from _in_order(node, enough, depth + 1)


def _names(pages: list[_Page], shown: dict[str, str]) -> tuple[Name, ...]:
    elements: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counts: Counter[str] = Counter()
    texts: defaultdict[str, float] = defaultdict(float)
    for page in pages:
        largest: dict[str, int] = {}
        for noted in page.noted:
            for name in {shown[name] for name in noted.names if name in shown}:
                elements[name][noted.element] += 1
                largest[name] = max(largest.get(name, 0), noted.text)
        counts.update(largest.keys())
        for name, length in largest.items():
            texts[name] += length / page.text if page.text else 0
    found = [
        Name(
            name,
            min(elements[name], key=lambda element: (-elements[name][element], element)),
            counts[name],
            elements[name].total(),
            round(texts[name] / counts[name], 3),
        )
        for name in counts
    ]
    return tuple(sorted(found, key=lambda found: (-found.pages, -found.times, found.name)))
