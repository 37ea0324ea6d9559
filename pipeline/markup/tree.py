"""A lean tree builder for BeautifulSoup: the HTML standard's own tree, which is the browser's.

lexbor parses (through selectolax, https://lexbor.com), and one walk over its tree makes bs4's tags and
strings. bs4's own builders make a tag in twenty steps, of which sixteen say the same of every tag;
here they are said once, on the class. What they would say is kept true by tests.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any, cast

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import (
    AttributeDict,
    Comment,
    Doctype,
    NavigableString,
    PageElement,
    ProcessingInstruction,
    Tag,
)
from selectolax.lexbor import LexborHTMLParser, LexborNode

XHTML = "http://www.w3.org/1999/xhtml"
_NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
# lexbor's numbers of what is no element.
_TEXT, _COMMENT, _DOCTYPE = 2, 4, 5
# Elements whose text is written without escapes when a tree is serialised.
_RAW_TEXT = frozenset("script style xmp iframe noembed noframes plaintext noscript".split())

# Text and attributes are written with escapes, so nothing else begins so.
_START_TAG = re.compile(r"<([^\s/!?>][^\s>]*)")

# Fewer elements are looked through as fast as they are looked up.
_FEW = 24
_SURROGATE = re.compile("[\ud800-\udfff]")

_new_tag = cast("Any", Tag).__new__
_new_string = str.__new__


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
    cdata_list_attributes = None
    preserve_whitespace_tags = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
    interesting_string_types = Tag.MAIN_CONTENT_STRING_TYPES

    # Where the element stood when the tree was built.
    _order: Order
    _place: int


class Order:
    """The elements of a tree in document order, as they were when it was built.

    Profiles ask for the few elements of some name again and again; this finds them without a walk.
    Elements may have left the tree since, with all that they hold. It knows none that came.
    """

    __slots__ = ("_places", "elements")

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self._places: dict[str, list[int]] = {}

    def below(self, root: Tag, names: Collection[str]) -> list[Tag]:
        """The elements below `root` that have one of the names, in document order."""
        start, end = self._range(root)
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
        return _still_below(root, found)

    def _range(self, root: Tag) -> tuple[int, int]:
        """The places of the elements below `root`, from the first to behind the last."""
        last = root
        while (
            child := next((c for c in reversed(last.contents) if isinstance(c, Element)), None)
        ) is not None:
            last = child
        if not isinstance(last, Element):
            return 0, 0
        return root._place + 1 if isinstance(root, Element) else 0, last._place + 1

    def _by_name(self) -> dict[str, list[int]]:
        if not self._places:
            for place, element in enumerate(self.elements):
                name = element.name
                if name in self._places:
                    self._places[name].append(place)
                else:
                    self._places[name] = [place]
        return self._places


def _still_below(root: Tag, elements: list[Element]) -> list[Tag]:
    """Those that are below `root`, in time linear in the tree: no parent is looked at twice."""
    known = {id(root): True}
    found: list[Tag] = []
    for element in elements:
        met = []
        parent = element.parent
        while parent is not None and id(parent) not in known:
            met.append(id(parent))
            parent = parent.parent
        is_below = parent is not None and known[id(parent)]
        for seen in met:
            known[seen] = is_below
        if is_below:
            found.append(element)
    return found


class LexborTreeBuilder(HTMLTreeBuilder):
    """Builds the tree of a document or, with a `context`, of a fragment.

    `context` is the element in which the fragment is parsed, as html5lib's test cases name it: `div`,
    `svg path`, `math mi`. Elements of SVG and MathML have their namespace; the content of a <template>
    stands in it. Scripts are off, so the content of <noscript> is markup.
    """

    NAME = "lexbor"
    features = (NAME, "html")

    def __init__(self, context: str | None = None) -> None:
        super().__init__(multi_valued_attributes={}, attribute_dict_class=AttributeDict)
        self._context = context

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[tuple[Any, None, None, bool]]:
        """The markup as it is: text, or bytes in UTF-8."""
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        """Parse, and hang the tree below the soup."""
        assert self.soup is not None
        if isinstance(markup, str) and _SURROGATE.search(markup):
            markup = _SURROGATE.sub("\ufffd", markup)
        if self._context is None:
            parser = LexborHTMLParser(markup)
            root = parser.root
            document = root.parent if root is not None else None
            first = document.first_child if document is not None else None
        else:
            namespace, _, name = self._context.rpartition(" ")
            parser = LexborHTMLParser(
                markup, is_fragment=True, fragment_tag=name, fragment_namespace=namespace or "html"
            )
            first = parser.root
            # The root of a fragment stands for its siblings, too; seen from the next one it is itself alone.
            if first is not None and first.next is not None:
                first = first.next.prev
        if first is None:
            return
        elements, has_foreign = _build(self.soup, first, parser, self)
        if has_foreign or (self._context or "").startswith(("svg ", "math ")):
            _set_namespaces(elements, parser, self._context)


def _build(  # noqa: PLR0915 - one loop: every element and string of every post goes through it
    soup: Tag, node: LexborNode | None, parser: LexborHTMLParser, builder: HTMLTreeBuilder
) -> tuple[list[Element], bool]:
    """Make `node`, what is below it and what follows it, as contents of the soup. Returns the elements
    in document order, and whether some may be of SVG or MathML."""
    void, containers = builder.empty_element_tags or (), builder.string_containers
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
            made.hidden = False
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
            if name in void:
                made.can_be_empty_element = True
            elif name in containers:
                made.interesting_string_types = {containers[name]}
            if name in ("svg", "math"):
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
            if name in containers:
                string_class = containers[name]
            parent, contents, sibling, node = made, made.contents, None, child
            continue
        sibling = made
        node = node.next
        while node is None and waiting:
            sibling.next_sibling = None
            open_node, sibling, parent, contents, string_class = waiting.pop()
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


def _set_namespaces(elements: list[Element], parser: LexborHTMLParser, context: str | None) -> None:
    """Tell the elements of SVG and MathML. lexbor says it only where it serialises: `<svg path>`."""
    assert parser.root is not None
    top = parser.root if context is not None else parser.root.parent or parser.root
    written = top.html_pretty(tag_with_ns=True, skip_comment=True) or ""
    at = 0
    for element in elements:
        start = _START_TAG.search(written, at)
        if start is None:
            return
        prefix, _, name = start.group(1).partition(":")
        if name == element.name and prefix in _NAMESPACES:
            element.namespace = _NAMESPACES[prefix]
        at = start.end()
        if element.name in _RAW_TEXT:
            at = max(at, written.find(f"</{element.name}>", at))
