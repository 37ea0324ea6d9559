"""A lean tree builder for BeautifulSoup: the HTML standard's own tree, which is the browser's.

lexbor parses (through selectolax, https://lexbor.com), and one walk over its tree makes bs4's tags and
strings. bs4's own builders make a tag in twenty steps, of which sixteen say the same of every tag;
here they are said once, on the class. What they would say is kept true by tests.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator
from typing import Any, Self, cast

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import (
    AttributeDict,
    AttributeValueList,
    Comment,
    Doctype,
    NavigableString,
    PageElement,
    ProcessingInstruction,
    Tag,
)
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from pipeline.markup.thin import BREAKS_OUT

XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
MATHML = "http://www.w3.org/1998/Math/MathML"
_NAMESPACES = {"svg": SVG, "math": MATHML}
# lexbor's numbers of what is no element.
_TEXT, _COMMENT, _DOCTYPE = 2, 4, 5
# Elements of SVG and MathML in which others are HTML's again.
_SVG_HOLDS_HTML = frozenset(("desc", "foreignObject", "title"))
_MATH_HOLDS_HTML = frozenset(("mi", "mn", "mo", "ms", "mtext"))
_OF_FONTS = frozenset(("color", "face", "size"))
_HTML_ENCODINGS = frozenset(("text/html", "application/xhtml+xml"))

# Fewer elements are looked through as fast as they are looked up.
_FEW = 24
# As parsed: what a browser puts into <selectedcontent> afterwards would stand there twice.
_OPTIONS = LexborDocumentOptions.WO_EVENTS.value

_SURROGATE = re.compile("[\ud800-\udfff]")

_new_tag = cast("Any", Tag).__new__
_new_string = str.__new__


class TreeError(Exception):
    """A tree beyond the limits of its builder."""


class Element(Tag):
    """A tag of HTML. Its attributes are text, each as written: no lists of classes."""

    parser_class = BeautifulSoup
    namespace = XHTML
    _namespaces: dict[str, str] = {}  # noqa: RUF012 - bs4's own; nothing writes to it
    prefix = None
    sourceline = None
    sourcepos = None
    known_xml = False
    hidden = False
    can_be_empty_element = False
    cdata_list_attributes: dict[str, set[str]] = {}  # noqa: RUF012 - bs4's own; nothing writes to it
    attribute_value_list_class = AttributeValueList
    preserve_whitespace_tags = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
    interesting_string_types = Tag.MAIN_CONTENT_STRING_TYPES

    # Where the element stood when the tree was built: its place in the order, and the place behind all that
    # it held then; 0 where it held nothing.
    _order: Order
    _place: int
    _end = 0

    def insert(self, position: int, *new_children: Any) -> list[PageElement]:
        """As bs4's own."""
        _note_what_comes(self, new_children)
        return super().insert(position, *new_children)

    def extract(self, _self_index: int | None = None) -> Self:
        """As bs4's own."""
        note_what_goes(self)
        return super().extract(_self_index)


class Soup(BeautifulSoup):
    """As bs4's own."""

    def insert(self, position: int, *new_children: Any) -> list[PageElement]:
        """As bs4's own."""
        _note_what_comes(self, new_children)
        return super().insert(position, *new_children)


def _note_what_comes(parent: Tag, children: Collection[Any]) -> None:
    """An order no longer holds where an element came, from elsewhere in the tree or from outside."""
    order: Order | None = parent.__dict__.get("_order")
    if order is not None and any(isinstance(child, Tag) for child in children):
        order.holds = False


def note_what_goes(part: Tag) -> None:
    """Whoever takes an element out of its tree, and not by `extract`, says so here."""
    if isinstance(part, Element) and part.parent is not None and "_order" in part.__dict__:
        part._order.leave(part)


class Order:
    """The elements of a tree in document order, as they were when it was built.

    Profiles ask for the few elements of some name again and again; this finds them without a walk.
    Elements may have left the tree since, with all that they hold. Where one came, it no longer holds.
    """

    __slots__ = ("_left", "_places", "elements", "holds")

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.holds = True
        self._places: dict[str, list[int]] = {}
        # Where the parts that left begin and end, in order.
        self._left: list[tuple[int, int]] = []

    def leave(self, part: Element) -> None:
        """Note that an element leaves what it stands in."""
        insort(self._left, (part._place, part._end or part._place + 1))

    def below(self, root: Tag, names: Collection[str]) -> list[Tag]:
        """The elements below `root` that have one of the names, in document order."""
        start, end = 0, len(self.elements)
        if isinstance(root, Element):
            start = root._place + 1
            end = root._end or start
        found: list[Tag]
        if end - start <= _FEW:
            found = [element for element in self.elements[start:end] if element.name in names]
        else:
            by_name = self._by_name()
            places: list[int] = []
            for name in names:
                if (known := by_name.get(name)) is not None:
                    places += known[bisect_left(known, start) : bisect_left(known, end)]
            if len(names) > 1:
                places.sort()
            found = [self.elements[place] for place in places]
        if self._left and found:
            left = self._left[bisect_left(self._left, (start,)) : bisect_left(self._left, (end,))]
            return _outside(left, found) if left else found
        return found

    def _by_name(self) -> dict[str, list[int]]:
        if not self._places:
            for place, element in enumerate(self.elements):
                name = element.name
                if name in self._places:
                    self._places[name].append(place)
                else:
                    self._places[name] = [place]
        return self._places


def _outside(parts: list[tuple[int, int]], elements: list[Any]) -> list[Tag]:
    """Those that stand in none of the parts, both in document order."""
    found: list[Tag] = []
    waiting = iter(parts)
    begin, end = next(waiting, (sys.maxsize, 0))
    behind = 0  # all parts that began
    for element in elements:
        place = element._place
        while begin <= place:
            behind = max(behind, end)
            begin, end = next(waiting, (sys.maxsize, 0))
        if place >= behind:
            found.append(element)
    return found


class LexborTreeBuilder(HTMLTreeBuilder):
    """Builds the tree of a document or, with a `context`, of a fragment.

    `context` is the element in which the fragment is parsed, as html5lib's test cases name it: `div`,
    `svg path`, `math mi`. Elements of SVG and MathML have their namespace; the content of a <template>
    stands in it. Unless `scripting`, the content of <noscript> is markup.

    `feed` raises TreeError where the tree has more elements than `max_elements`, or more that stand in each
    other than `max_depth`.
    """

    NAME = "lexbor"
    features = (NAME, "html")

    def __init__(
        self,
        context: str | None = None,
        *,
        scripting: bool = False,
        max_elements: int = sys.maxsize,
        max_depth: int = sys.maxsize,
    ) -> None:
        super().__init__(multi_valued_attributes={}, attribute_dict_class=AttributeDict)
        self._context = context
        self._scripting = scripting
        self._max_elements = max_elements
        self._max_depth = max_depth

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[tuple[Any, None, None, bool]]:
        """The markup as it is: text, or bytes in UTF-8."""
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        """Parse, and hang the tree below the soup."""
        assert self.soup is not None
        if isinstance(markup, str):
            try:
                markup = markup.encode()
            except UnicodeEncodeError:
                markup = _SURROGATE.sub("\ufffd", markup).encode()
        if self._context is None:
            parser = LexborHTMLParser(markup, options=_OPTIONS, scripting=self._scripting)
            root = parser.root
            document = root.parent if root is not None else None
            first = document.first_child if document is not None else None
        else:
            namespace, _, name = self._context.rpartition(" ")
            parser = LexborHTMLParser(
                markup,
                is_fragment=True,
                fragment_tag=name,
                fragment_namespace=namespace or "html",
                options=_OPTIONS,
                scripting=self._scripting,
            )
            first = parser.root
            # The root of a fragment stands for its siblings, too; seen from the next one it is itself alone.
            if first is not None and first.next is not None:
                first = first.next.prev
        if first is None:
            return
        elements, has_foreign = _build(
            self.soup, first, parser, self, max_elements=self._max_elements, max_depth=self._max_depth
        )
        if has_foreign or (self._context or "").startswith(("svg ", "math ")):
            _set_namespaces(elements, self._context, self.soup)


def _build(  # noqa: PLR0915 - one loop: every element and string of every post goes through it
    soup: Tag,
    node: LexborNode | None,
    parser: LexborHTMLParser,
    builder: HTMLTreeBuilder,
    *,
    max_elements: int,
    max_depth: int,
) -> tuple[list[Element], bool]:
    """Make `node`, what is below it and what follows it, as contents of the soup. Returns the elements
    in document order, and whether some may be of SVG or MathML."""
    void, containers = builder.empty_element_tags or (), builder.string_containers
    special = frozenset((*void, *containers, *_NAMESPACES, "template"))
    order = Order()
    soup._order = order  # type: ignore[attr-defined]
    elements = order.elements
    has_foreign = False
    templates: dict[int, LexborNode] | None = None

    parent: Any = soup
    contents = soup.contents
    previous: Any = soup  # the element or string before, in document order
    sibling: Any = None
    string_class: type[NavigableString] = NavigableString
    waiting: list[tuple[LexborNode, Any, Any, list[PageElement], type[NavigableString]]] = []
    made: Any
    while node is not None:
        child = None
        kind = node.tag_id
        if kind == _TEXT:
            made = _new_string(string_class, node.text_content or "")
        elif (name := node.tag) is None or kind in (_COMMENT, _DOCTYPE):
            made = _other(node, kind)
        else:
            made = _new_tag(Element)
            made.name = name
            attributes = node.attributes
            if attributes and None in attributes.values():
                attributes = {key: value or "" for key, value in attributes.items()}
            made.attrs = attributes
            made.contents = []
            made._order = order
            made._place = len(elements)
            elements.append(made)
            child = node.first_child
            if name in special:
                if name in void:
                    made.can_be_empty_element = True
                elif name in containers:
                    made.interesting_string_types = {containers[name]}
                if name in _NAMESPACES:
                    has_foreign = True
                elif name == "template" and child is None:
                    if templates is None:
                        templates = _templates(parser)
                    content = templates.get(node.mem_id)
                    child = content.first_child if content is not None else None
        made.parent = parent
        made.previous_element = previous
        previous.next_element = made
        previous = made
        made.previous_sibling = sibling
        if sibling is not None:
            sibling.next_sibling = made
        contents.append(made)
        if child is not None:
            waiting.append((node, made, parent, contents, string_class))
            if len(waiting) > max_depth:
                raise TreeError(f"More than {max_depth:,} elements stand in each other.")
            if len(elements) > max_elements:
                raise TreeError(f"There are more than {max_elements:,} elements.")
            if name in containers:
                string_class = containers[name]
            parent, contents, sibling, node = made, made.contents, None, child
            continue
        sibling = made
        node = node.next
        while node is None and waiting:
            sibling.next_sibling = None
            open_node, sibling, parent, contents, string_class = waiting.pop()
            sibling._end = len(elements)
            node = open_node.next
    sibling.next_sibling = None
    previous.next_element = None
    return elements, has_foreign


def _other(node: LexborNode, kind: int) -> NavigableString:
    """A comment, doctype or processing instruction, as text between the signs that mark it."""
    if kind == _DOCTYPE:
        written = (node.html_pretty(full_doctype=True) or "").strip()
        return Doctype(written.removeprefix("<!DOCTYPE").removesuffix(">").strip(" "))
    written = node.html or ""
    if kind == _COMMENT:
        return Comment(written[4:-3])
    return ProcessingInstruction(written[2:-1])


def _templates(parser: LexborHTMLParser) -> dict[int, LexborNode]:
    """What stands in each <template>, in others, too."""
    found: dict[int, LexborNode] = {}
    waiting = [parser.root] if parser.root is not None else []
    while waiting:
        for content in waiting.pop().template_fragments():
            if content.parent is not None:
                found[content.parent.mem_id] = content
            waiting.append(content)
    return found


def _set_namespaces(elements: list[Element], context: str | None, soup: Tag) -> None:
    """Tell the elements of SVG and MathML. It follows from what they stand in:
    https://html.spec.whatwg.org/multipage/parsing.html#creating-and-inserting-nodes"""
    space, _, inner = (context or "").rpartition(" ")
    for element in elements:
        parent = element.parent
        if parent is None or parent is soup:
            # In a fragment of SVG, HTML's own elements are HTML's.
            within = XHTML if _breaks_out(element) else _NAMESPACES.get(space, XHTML)
            holder, encoding = inner, ""
        else:
            within, holder = parent.namespace or XHTML, parent.name
            encoding = str(parent.attrs.get("encoding", "")) if holder == "annotation-xml" else ""
        name = element.name
        if within == SVG:
            within = XHTML if holder in _SVG_HOLDS_HTML else SVG
        elif within == MATHML:
            if holder in _MATH_HOLDS_HTML:
                within = MATHML if name in ("mglyph", "malignmark") else XHTML
            elif holder == "annotation-xml":
                within = XHTML if encoding.lower() in _HTML_ENCODINGS else SVG if name == "svg" else MATHML
        if within == XHTML:
            within = _NAMESPACES.get(name, XHTML)
        if within != XHTML:
            element.namespace = within


def _breaks_out(element: Element) -> bool:
    is_font = element.name == "font" and not _OF_FONTS.isdisjoint(element.attrs)
    return is_font or element.name in BREAKS_OUT
