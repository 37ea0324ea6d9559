"""HTML becomes a tree, in one place, so that the parser below it can change."""

from __future__ import annotations

import warnings
from collections.abc import Container
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import AttributeDict, Tag
from lxml import etree

# A tree takes some 700 bytes a tag; the most of any real post is below 20,000.
MAX_TAGS = 250_000
# Elements in elements, of which real posts have 48 at most. What looks at the ancestors of every
# element takes as long as there are elements times levels.
MAX_DEPTH = 5_000
_ADVICE = "Cut what is not the post's text."


class MarkupError(Exception):
    """The HTML cannot be parsed within bounds; `reason` is a code of the table `rejects`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class _HtmlTreeBuilder(LXMLTreeBuilder):
    """Stock lxml, but for two things: libxml2's limit of 256 levels is lifted, below which it drops
    what follows; and the bookkeeping of XML namespaces, which HTML has none of, is left out. That
    takes a fifth off the time of a parse.
    """

    def __init__(self) -> None:
        # Attributes are text, as lxml gives them: nothing to convert, and no lists of classes.
        super().__init__(multi_valued_attributes=None, attribute_dict_class=AttributeDict)

    def default_parser(self, encoding: str | None) -> Any:
        """The parser that lxml runs, with this builder as its target."""
        return etree.HTMLParser(target=self, recover=True, encoding=encoding, huge_tree=True)

    def parser_for(self, encoding: str | None) -> Any:
        """As `default_parser`."""
        return self.default_parser(encoding)

    def start(self, tag: Any, attrib: Any, nsmap: Any = None) -> None:  # noqa: ARG002 - lxml's signature
        """Called by lxml for a start tag."""
        assert self.soup is not None
        if len(self.soup.tagStack) > MAX_DEPTH:
            raise MarkupError(
                "too_deep",
                f"The HTML nests more than {MAX_DEPTH:,} levels deep. Cut what is not the post's text.",
            )
        self.soup.handle_starttag(tag, None, None, attrib)

    def end(self, tag: Any) -> None:
        """Called by lxml for an end tag."""
        assert self.soup is not None
        self.soup.handle_endtag(tag)


def make_soup(markup: str) -> BeautifulSoup:
    """The tree of a post's HTML; an attribute such as `class` is one string, as written.

    Raises MarkupError where the tree would grow beyond bounds.
    """
    if markup.count("<") > 2 * MAX_TAGS:
        raise MarkupError(
            "too_many_tags", f"The HTML has more than {MAX_TAGS:,} tags. Cut what is not the post's text."
        )
    with warnings.catch_warnings():
        # A post may well be nothing but an address.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return BeautifulSoup(markup, builder=_HtmlTreeBuilder())


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


def ancestor(element: Tag, name: str) -> Tag | None:
    """The nearest element of that name around `element`."""
    parent = element.parent
    while parent is not None and parent.name != name:
        parent = parent.parent
    return parent
