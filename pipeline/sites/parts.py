"""Parts of a page, found by their classes and taken out of its tree."""

from __future__ import annotations

from collections.abc import Collection

from bs4.element import Tag

from pipeline.markup.content import NOTHING, Content, read_content
from pipeline.markup.cutting import cut
from pipeline.markup.soup import elements


def classes_of(element: Tag) -> list[str]:
    """The classes of an element, in order."""
    return str(element.attrs.get("class") or "").split()


def first_of_class(root: Tag, name: str, word: str) -> Tag | None:
    """The first element below `root` that has a name and a class."""
    return next((found for found in elements(root, (name,)) if word in classes_of(found)), None)


def take_first(root: Tag, words: Collection[str]) -> dict[str, Tag]:
    """The first <div> of each class below `root`, taken out of the tree; a part within another is taken
    out of that as well. A class that no <div> has is left out."""
    found: dict[str, Tag] = {}
    for div in elements(root, ("div",)):
        for word in classes_of(div):
            if word in words:
                found.setdefault(word, div)
    cut(found.values())
    return found


def take_all(root: Tag, word: str) -> list[Tag]:
    """Each <div> of a class below `root`, in document order, taken out of the tree and of one another."""
    found = [div for div in elements(root, ("div",)) if word in classes_of(div)]
    cut(found)
    return found


def read_part(part: Tag | None, url: str, region: str, *, prettified: bool) -> Content:
    """What stands in a part of the page, as `read_content` reads it; nothing where there is no part."""
    return read_content(part, url, region, prettified=prettified) if part is not None else NOTHING
