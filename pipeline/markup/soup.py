"""HTML becomes a tree, in one place, so that the parser below it can change."""

from __future__ import annotations

import warnings
from collections.abc import Container
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.builder import LXMLTreeBuilder
from bs4.element import AttributeDict, Tag
from lxml import etree

# A tree takes some 700 bytes a tag; the most of any real post is below 20,000.
MAX_TAGS = 250_000


class MarkupError(Exception):
    """The HTML cannot be parsed within bounds."""


class _DeepTreeBuilder(LXMLTreeBuilder):
    """Stock lxml without libxml2's limit of 256 levels, below which it drops what follows."""

    # lxml gives text only, which needs none of HTMLAttributeDict's conversions.
    attribute_dict_class = AttributeDict

    def default_parser(self, encoding: str | None) -> Any:
        return etree.HTMLParser(
            target=self, strip_cdata=False, recover=True, encoding=encoding, huge_tree=True
        )

    def parser_for(self, encoding: str | None) -> Any:
        return self.default_parser(encoding)


def make_soup(markup: str) -> BeautifulSoup:
    """The tree of a post's HTML; an attribute such as `class` is one string, as written.

    Raises MarkupError where the tree would grow beyond bounds.
    """
    if markup.count("<") > 2 * MAX_TAGS:
        raise MarkupError(f"The HTML has more than {MAX_TAGS:,} tags. Cut what is not the post's text.")
    with warnings.catch_warnings():
        # A post may well be nothing but an address.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return BeautifulSoup(markup, builder=_DeepTreeBuilder(multi_valued_attributes=None))


def elements(root: Tag, names: Container[str]) -> list[Tag]:
    """The elements below `root` that have one of the names, in document order."""
    found = []
    waiting = root.contents[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in names:
                found.append(node)
            waiting += node.contents[::-1]
    return found
