"""HTML becomes a tree, in one place, so that the parser below it can change."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.element import Tag

from pipeline.markup.thin import MAX_DEPTH, thin
from pipeline.markup.tree import LexborTreeBuilder, Order, Soup, TreeError

# A tree takes some 700 bytes a tag; the most of any real post is below 20,000.
MAX_TAGS = 250_000
# Elements beyond the tags: such as were left out, and formatting elements opened anew.
MAX_ADDED = 100_000
# In `thin`, formatting elements are counted apart, and what was left out, such as <tbody> and <tr>, is not.
MAX_TREE_DEPTH = 3 * MAX_DEPTH
_PAGE = re.compile(r"\s*<!doctype", re.IGNORECASE)


class MarkupError(Exception):
    """The HTML cannot be parsed within bounds; `reason` is a code of the table `rejects`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def make_soup(markup: str) -> BeautifulSoup:
    """The tree of a post's HTML, read as the body of a page of today's HTML, or as the page that it is; an
    attribute such as `class` is one string, as written.

    Raises MarkupError where the tree would grow beyond bounds.
    """
    if markup.count("<") > 2 * MAX_TAGS:
        raise MarkupError(
            "too_many_tags", f"The HTML has more than {MAX_TAGS:,} tags. Cut what is not the post's text."
        )
    with warnings.catch_warnings():
        # A post may well be nothing but an address.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        page = as_page(markup)
        thinned = thin(page)
        if thinned is page:
            try:
                return _soup(page)
            except TreeError:
                thinned = thin(page, always=True)
        try:
            return _soup(thinned)
        except TreeError as error:
            raise MarkupError("too_deep", f"{error} Cut what is not the post's text.") from error


def _soup(page: str) -> BeautifulSoup:
    most = page.count("<") + MAX_ADDED
    return Soup(page, builder=LexborTreeBuilder(max_elements=most, max_depth=MAX_TREE_DEPTH))


def as_page(markup: str) -> str:
    """The markup with what stood before it: without a doctype, browsers read a page as in 1997, and what
    comes first, such as <noscript>, as part of its head."""
    return markup if _PAGE.match(markup) else f"<!DOCTYPE html><body>{markup}"


def elements(root: Tag, names: Collection[str]) -> list[Tag]:
    """The elements below `root` that have one of the names, in document order.

    Quick for a soup of `make_soup` and its elements, also after some left the tree; not after some came.
    """
    order: Order | None = root.__dict__.get("_order")
    if order is not None and order.holds:
        return order.below(root, names)
    return [node for node in root.descendants if isinstance(node, Tag) and node.name in names]


def ancestor(element: Tag, name: str) -> Tag | None:
    """The nearest element of that name around `element`."""
    parent = element.parent
    while parent is not None and parent.name != name:
        parent = parent.parent
    return parent
