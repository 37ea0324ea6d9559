"""Parts are cut out of a tree, many at once, in time that grows as their number does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bs4.element import PageElement, Tag

from pipeline.markup.tree import note_what_goes


def cut(parts: Iterable[Tag]) -> None:
    """Take elements, given in document order, out of their tree. Each stays whole with what is below it,
    but for parts of it that are cut as well.

    `Tag.extract` looks through all siblings of each part: it takes a list of 50,000 comments apart in the
    square of its length.
    """
    chosen: dict[int, Any] = {id(part): part for part in parts if part.parent is not None}
    for part in chosen.values():
        note_what_goes(part)
    parents = {id(part.parent): part.parent for part in chosen.values()}
    for parent in parents.values():
        parent.contents = [child for child in parent.contents if id(child) not in chosen]
    # From the last, so that a part within another is gone before that is closed around it.
    for part in reversed(chosen.values()):
        last = _last_within(part)
        _join(part.previous_element, last.next_element, "next_element", "previous_element")
        _join(part.previous_sibling, part.next_sibling, "next_sibling", "previous_sibling")
        part.previous_element = last.next_element = None
        part.parent = part.previous_sibling = part.next_sibling = None


def _last_within(part: Tag) -> Any:
    last: PageElement = part
    while isinstance(last, Tag) and last.contents:
        last = last.contents[-1]
    return last


def _join(before: PageElement | None, behind: PageElement | None, forward: str, backward: str) -> None:
    if before is not None:
        setattr(before, forward, behind)
    if behind is not None:
        setattr(behind, backward, before)


_ALONE = frozenset(("a", "area", "img", "video", "audio", "iframe", "embed", "object"))


def boxed(part: Tag) -> Tag:
    """A part that was cut out, in a box where it is a link or media itself: what reads those looks below an
    element."""
    if part.name not in _ALONE or part.parent is not None:
        return part
    box = Tag(name="span")
    box.append(part)
    return box
