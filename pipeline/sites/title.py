"""The heading above a text that says its title once more, and so is no part of it."""

from __future__ import annotations

from bs4.element import NavigableString, Tag

from pipeline.markup.render import inline_text

HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
# An editor leaves some without text; behind more than this, nothing is sought.
_MAX_EMPTY = 8


def repeated_title(root: Tag, title: str | None, *, prettified: bool = False) -> Tag | None:
    """The heading below `root` that is the title, word for word, and has no text before it; None where
    there is none. A picture without a caption may stand before it."""
    if title is None:
        return None
    words = title.split()
    empty = 0
    for node in root.descendants:
        if isinstance(node, Tag):
            if node.name in HEADINGS:
                if (text := inline_text(node, prettified=prettified)) is not None:
                    return node if text.split() == words else None
                empty += 1
                if empty > _MAX_EMPTY:
                    return None
        elif type(node) is NavigableString and not node.isspace():
            return None
    return None
