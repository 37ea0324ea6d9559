"""What a page's JSON-LD says of the page: schema.org's nodes (https://schema.org/Article and its kin).

The scripts are read as JSON and never processed as linked data (https://www.w3.org/TR/json-ld11/): no
context is fetched, no term expanded. Any value may be of any type, so each is asked for as what it
should be, and says nothing where it is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from bs4.element import Tag

from pipeline.markup.canonical import canonical_url
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.licenses import spdx_of
from pipeline.metadata.page_dates import read_machine_date
from pipeline.metadata.stated import (
    MAX_NAME,
    NOTHING,
    Metadata,
    Person,
    StatedComment,
    clean_name,
    first_known,
    keywords,
    kind_of_type,
    language_tag,
    line_of,
    unrepeated,
)
from pipeline.posts.dates import Published
from pipeline.posts.plain_text import one_line

Node = dict[str, Any]

# Of one page. News sites write some 20,000 characters; what is beyond is not read.
MAX_CHARACTERS = 1_000_000
MAX_NODES = 20_000
MAX_COMMENTS = 10_000

# Types that are a page's own text, and types of pages, which are asked where a page has none of the first.
ARTICLES = frozenset(
    "Article NewsArticle AnalysisNewsArticle AskPublicNewsArticle BackgroundNewsArticle OpinionNewsArticle "
    "ReportageNewsArticle ReviewNewsArticle AdvertiserContentArticle SatiricalArticle BlogPosting "
    "LiveBlogPosting SocialMediaPosting DiscussionForumPosting TechArticle ScholarlyArticle Report Question "
    "Recipe HowTo Review CriticReview VideoObject AudioObject PodcastEpisode RadioEpisode Episode Chapter "
    "ShortStory Poem CreativeWork".split()
)
PAGES = frozenset(
    "WebPage ItemPage AboutPage ProfilePage QAPage FAQPage MedicalWebPage Event Dataset".split()
)
COMMENTS = frozenset("Comment Answer UserComments CorrectionComment".split())
_COMMENT_KEYS = ("comment", "comments", "acceptedAnswer", "suggestedAnswer")

# Comments and CDATA that old templates put around a script's text.
_WRAPPING = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)"
                       r"|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*\Z")  # fmt: skip
# Where a node holds others that are as much the page as itself.
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage")


class Graph:
    """The nodes that a page's scripts state for the page, in their order, and all nodes by `@id`."""

    def __init__(self, documents: Iterable[Any]) -> None:
        self.nodes: list[Node] = []
        self._by_id: dict[str, Node] = {}
        documents = list(documents)
        self._gather(documents)
        self._name(documents)

    def _gather(self, documents: list[Any]) -> None:
        waiting = documents[::-1]
        while waiting and len(self.nodes) < MAX_NODES:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += value[::-1]
            elif isinstance(value, dict):
                self.nodes.append(value)
                for holder in reversed(_HOLDERS):
                    inner = value.get(holder)
                    if isinstance(inner, list | dict):
                        waiting.append(inner)

    def _name(self, documents: list[Any]) -> None:
        waiting, seen = documents[::-1], 0
        while waiting and seen < MAX_NODES:
            value = waiting.pop()
            seen += 1
            if isinstance(value, list):
                waiting += value[::-1]
            elif isinstance(value, dict):
                name = value.get("@id")
                # A reference is a node of nothing but its name.
                if isinstance(name, str) and len(value) > 1:
                    self._by_id.setdefault(name, value)
                waiting += [inner for inner in reversed(value.values()) if isinstance(inner, list | dict)]

    def values(self, node: Node, *keys: str) -> Iterator[Any]:
        """The values of the first of the keys that has any, one by one; a reference gives its node."""
        for key in keys:
            value = node.get(key)
            found = [item for item in (value if isinstance(value, list) else [value]) if item is not None]
            if found:
                for item in found[:MAX_NODES]:
                    yield self._resolve(item)
                return

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, dict) and len(value) <= 2 and isinstance(name := value.get("@id"), str):
            return self._by_id.get(name, value)
        return value

    def text(self, node: Node, *keys: str) -> str | None:
        """The first text of the first of the keys that has one, on one line."""
        for key in keys:
            for value in self.values(node, key):
                if (text := as_text(value)) is not None:
                    return text
        return None

    def address(self, node: Node, *keys: str) -> str | None:
        """The first address that one of the keys has, as written: text, or a node's `url` or `@id`."""
        for key in keys:
            for value in self.values(node, key):
                if (address := as_address(value)) is not None:
                    return address
        return None


def read_json_ld(scripts: Iterable[Tag]) -> Graph:
    """The JSON-LD of some <script> elements. What is no JSON, or is nested too deeply to be read, says
    nothing; the other scripts still do."""
    documents, left = [], MAX_CHARACTERS
    for script in scripts:
        text = script.string if script.string is not None else "".join(script.strings)
        left -= len(text)
        if left < 0:
            break
        try:
            documents.append(json.loads(_WRAPPING.sub("", text), strict=False, parse_constant=_refuse))
        except (ValueError, RecursionError):
            continue
    return Graph(documents)


def _refuse(constant: str) -> NoReturn:
    """`NaN` and `Infinity` are no JSON (RFC 8259)."""
    raise ValueError(constant)


def types_of(node: Node) -> frozenset[str]:
    """The types of a node, without the vocabulary that they are from."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str))


def as_text(value: Any) -> str | None:
    """A value as text on one line: HTML as it is shown, entities decoded; of a node its name."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("@value", "name", "headline") if key in value), None)
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, str)), None)
    if not isinstance(value, str):
        return None
    return line_of(value)


def as_address(value: Any) -> str | None:
    """A value as an address: text, or a node's."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("url", "contentUrl", "@id") if value.get(key)), None)
        if isinstance(value, list):
            value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def state(scripts: Iterable[Tag], page_url: str, canonical: str | None) -> Metadata:
    """What the JSON-LD of some <script> elements says of the page at `page_url`; `canonical` is the address
    that the page gives for itself."""
    graph = read_json_ld(scripts)
    node = _page_node(graph, page_url, canonical)
    if node is None:
        return NOTHING
    publisher = next(graph.values(node, "publisher"), None)
    images = (
        absolute_web_url(as_address(value) or "", page_url)
        for value in graph.values(node, "image", "thumbnailUrl")
    )
    return Metadata(
        title=graph.text(node, "headline", "name"),
        authors=tuple(_people(graph, node, page_url)),
        published=_date(graph, node, "datePublished", "dateCreated", "uploadDate"),
        modified=_date(graph, node, "dateModified"),
        section=graph.text(node, "articleSection"),
        tags=_tags(graph, node),
        images=tuple(dict.fromkeys(url for url in images if url)),
        description=graph.text(node, "description"),
        license=spdx_of(graph.address(node, "license") or ""),
        language=language_tag(graph.text(node, "inLanguage")),
        site_name=as_text(publisher) if isinstance(publisher, dict) else None,
        url=absolute_web_url(graph.address(node, "url", "@id") or "", page_url),
        comments=tuple(_comments(graph, node, page_url)),
    )


def _page_node(graph: Graph, page_url: str, canonical: str | None) -> Node | None:
    """The node that is the page: of an article's type, else of a page's; of several the one that bears the
    page's address, else none, since a list of articles is none of them."""
    addresses = {canonical_url(url) for url in (page_url, canonical) if url}
    for types in (ARTICLES, PAGES):
        found = [node for node in graph.nodes if types_of(node) & types]
        if len(found) > 1:
            found = [node for node in found if addresses & set(_addresses(graph, node, page_url))]
            # Two plugins may state the same page; the one that says more is asked.
            found.sort(key=lambda node: -sum(key in node for key in ("author", "datePublished", "headline")))
        if found:
            return found[0]
    return None


def _addresses(graph: Graph, node: Node, page_url: str) -> Iterator[str | None]:
    for key in ("url", "@id", "mainEntityOfPage"):
        if (address := graph.address(node, key)) and (url := absolute_web_url(address, page_url)):
            yield canonical_url(url)


def _people(graph: Graph, node: Node, page_url: str) -> Iterator[Person]:
    for value in graph.values(node, "author", "creator"):
        name = clean_name(as_text(value))
        if name is not None and isinstance(value, dict):
            yield Person(
                name,
                kind_of_type(sorted(types_of(value))),
                absolute_web_url(graph.address(value, "url", "sameAs") or "", page_url),
                absolute_web_url(graph.address(value, "image") or "", page_url),
            )
        elif name is not None:
            yield Person(name)


def _date(graph: Graph, node: Node, *keys: str) -> Published:
    return first_known(
        read_machine_date(as_text(value) or "") for key in keys for value in graph.values(node, key)
    )


def _tags(graph: Graph, node: Node) -> tuple[str, ...]:
    """Keywords are one text, a list of them, or a list of terms."""
    if isinstance(node.get("keywords"), str):
        return keywords([node["keywords"]])
    return unrepeated(as_text(value) for value in graph.values(node, "keywords"))


def _comments(graph: Graph, node: Node, page_url: str) -> Iterator[StatedComment]:
    """The comments of a node, each before those that answer it."""
    waiting: list[tuple[Any, int | None]] = _answers(graph, node, None)
    seen: set[int] = set()
    place = 0
    while waiting and place < MAX_COMMENTS:
        value, parent = waiting.pop()
        if not isinstance(value, dict) or not types_of(value) & COMMENTS or id(value) in seen:
            continue
        seen.add(id(value))
        texts = (value.get(key) for key in ("text", "commentText", "articleBody", "description"))
        yield StatedComment(
            site_id=_site_id(
                next((value[key] for key in ("identifier", "@id", "url") if value.get(key)), None)
            ),
            people=tuple(_people(graph, value, page_url)),
            published=_date(graph, value, "dateCreated", "datePublished", "commentTime"),
            title=graph.text(value, "headline", "name"),
            text=next((text for text in texts if isinstance(text, str)), None),
            parent=parent,
        )
        waiting += _answers(graph, value, place)
        place += 1


def _answers(graph: Graph, node: Node, place: int | None) -> list[tuple[Any, int | None]]:
    return [(value, place) for key in _COMMENT_KEYS for value in graph.values(node, key)][::-1]


def _site_id(value: Any) -> str | None:
    """An identifier, or what the address of a comment ends in: `.../a-page#comment-41` is `41`."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**MAX_NAME else None
    text = one_line(value) if isinstance(value, str) else None
    if text is None:
        return None
    if "#" in text or "/" in text:
        text = text.rstrip("/").rpartition("#" if "#" in text else "/")[2]
        text = re.sub(r"\A(?:li-)?comments?[-_]?(?=.)", "", text, flags=re.IGNORECASE)
    return text if 0 < len(text) <= MAX_NAME else None
