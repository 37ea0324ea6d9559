"""One walk over a page that notes every element that says what it is: by its name, its class, its id or
one of the attributes that name a role or a property.

Who reads a page asks the marks, not the tree: there are few of them, in document order, each with the mark
around it and the length of its text, so that nothing below climbs or measures a tree again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bs4.element import NavigableString, Tag

from pipeline.markup.render import HIDDEN

# Attributes that say what an element is, whatever their value.
TELLING_ATTRIBUTES = ("role", "itemprop", "itemscope", "itemtype", "property", "typeof")
NOWHERE = -1

_DIGITS = re.compile(r"\d+")
# What is longer holds no name that anything here knows; and longer ones are not kept in memory.
_MAX_NAME = 1_000
_REMEMBERED = 200

_FORMS = frozenset(("form", "input", "textarea"))

NO_WORDS: frozenset[str] = frozenset()

# The words by which an element tells what it is, none of which may be needed; None where it does not tell.
Telling = Callable[[Tag], frozenset[str] | None]


@dataclass(slots=True)
class Mark:
    """One element that says what it is. `around` is the place of the mark around it, or NOWHERE; `words`
    are the known ones among its classes and its id; `text` is the length of its text without outer white
    space, `linked` of that what stands in links, both in Unicode code points; `links` and `forms` are the
    numbers of the links, and of the forms and their fields, in it."""

    tag: Tag
    around: int
    words: frozenset[str]
    text: int = 0
    linked: int = 0
    links: int = 0
    forms: int = 0


@dataclass(slots=True)
class Survey:
    """The marks of a tree in document order, and the length of all its text."""

    marks: list[Mark]
    text: int
    linked: int

    def spread(self, chosen: Iterable[int]) -> set[int]:
        """The places of the chosen marks and of all marks in them."""
        within = set(chosen)
        for place, mark in enumerate(self.marks):
            if mark.around in within:
                within.add(place)
        return within


def vocabulary(
    names: Container[str], *words: Iterable[str], address: Callable[[str], str | None] | None = None
) -> Telling:
    """What tells: the elements of these names, and those with one of these words or a telling attribute.

    The words are those of the class, of the id and, as `rel:tag`, of `rel`, in lower case, `_` as `-`; a
    number in an id, or at a class's end, is `#`, so `comment-#`. `address` names a link by its address.
    """
    known = frozenset(word for part in words for word in part)

    @lru_cache(maxsize=8_192)
    def remembered(classes: str, identity: str, relation: str) -> frozenset[str]:
        return _words_of(classes, identity, relation, known)

    def telling(tag: Tag) -> frozenset[str] | None:
        attributes: dict[str, Any] = tag.attrs
        name = tag.name
        if not attributes:
            return NO_WORDS if name in names else None
        words = NO_WORDS
        if "class" in attributes or "id" in attributes or "rel" in attributes:
            written = attributes.get("class", ""), attributes.get("id", ""), attributes.get("rel", "")
            look_up = remembered if sum(map(len, written)) < _REMEMBERED else remembered.__wrapped__
            words = look_up(*written)
        if name == "a" and address is not None and (word := address(attributes.get("href", ""))):
            words |= {word}
        if words or name in names:
            return words
        for attribute in TELLING_ATTRIBUTES:
            if attribute in attributes:
                return words
        return None

    return telling


def _words_of(classes: str, identity: str, relation: str, known: Container[str]) -> frozenset[str]:
    found = []
    for word in f"{classes} {identity}"[:_MAX_NAME].lower().split():
        name = word.replace("_", "-")
        if name in known:
            found.append(name)
        elif name[-1].isdecimal() and (numbered := _DIGITS.sub("#", name)) in known:
            found.append(numbered)
    found += [name for word in relation[:_MAX_NAME].lower().split() if (name := f"rel:{word}") in known]
    return frozenset(found) if found else NO_WORDS


def untold(root: Tag, telling: Telling, names: Container[str]) -> list[Tag] | None:
    """The elements below `root` that have one of the `names`, in document order, where nothing else there
    tells what it is; None where something does."""
    found: list[Tag] = []
    node: Any = root.next_element if root.contents else None
    while node is not None:
        if (name := node.name) is not None:  # a string's name is None
            if telling(node) is not None:
                return None
            if name in names:
                found.append(node)
        node = node.next_element
    return found


def survey(root: Tag, telling: Telling) -> Survey:
    """Note the elements below `root` that tell what they are.

    What is never shown, such as a script, is noted but not entered; the head of a page is.
    """
    marks: list[Mark] = []
    whole = Mark(root, NOWHERE, NO_WORDS)
    # For each open element the mark around what stands in it, its place, and whether that is linked.
    levels = [iter(root.contents)]
    places = [(NOWHERE, whole, False)]
    while levels:
        place, around, is_linked = places[-1]
        for node in levels[-1]:
            if type(node) is NavigableString:
                length = len(node.strip())
                around.text += length
                if is_linked:
                    around.linked += length
            elif isinstance(node, Tag):
                name, here, mark = node.name, place, around
                if (words := telling(node)) is not None:
                    here, mark = len(marks), Mark(node, place, words)
                    marks.append(mark)
                if name == "a":
                    mark.links += 1
                elif name in _FORMS:
                    mark.forms += 1
                if node.contents and (name not in HIDDEN or name == "head"):
                    levels.append(iter(node.contents))
                    places.append((here, mark, is_linked or name == "a"))
                    break
        else:
            levels.pop()
            places.pop()
    for mark in reversed(marks):
        around = whole if mark.around == NOWHERE else marks[mark.around]
        around.text += mark.text
        around.linked += mark.linked
        around.links += mark.links
        around.forms += mark.forms
    return Survey(marks, whole.text, whole.linked)
