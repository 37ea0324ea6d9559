"""`python -m benchmarks.trees`: do all posts of an archive become the tree that html5lib builds?

Prints how many do, how many hold something that html5lib 1.1, which is of 2020, reads otherwise than
today's standard (KNOWN says what), and, for every other post, where its tree differs first. Ends with 1
where there is one. html5lib takes a second for a megabyte.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import zip_longest
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from benchmarks.build import unpack_shared
from pipeline.markup.soup import as_page, make_soup
from pipeline.posts.post import PostError, read_post

_STANDARD = "https://html.spec.whatwg.org/multipage/"
# What html5lib 1.1 reads otherwise than today's standard: where markup has it, and what the standard says.
KNOWN: dict[str, tuple[str, str]] = {
    "select": (r"<select\b", "it may hold any element: parsing.html#parsing-main-inbody"),
    "template": (r"<template\b", "its content is a fragment of its own: scripting.html#the-template-element"),
    "<?": (r"<\?", "processing instructions: parsing.html#tag-open-state"),
    "<!": (r"<!\Z", "a comment without text: parsing.html#markup-declaration-open-state"),
    "main, summary": (r"<(?:main|summary)\b", "end tags look no further: parsing.html#special"),
    "dialog, search": (r"<(?:dialog|search)\b", "they end a paragraph: parsing.html#parsing-main-inbody"),
    "rb, rtc": (r"<rt?[bc]\b", "they end each other: parsing.html#parsing-main-inbody"),
    "isindex": (r"<isindex\b", "an element as any other: obsolete.html#isindex"),
    "</p>, </br> in SVG": (
        r"<(?:svg|math)\b.*</(?:p|br)\b",
        "they end SVG as their start tags do: parsing.html#parsing-main-inforeign",
    ),
    "line break in pre": (
        r"<(?:pre|listing)\b[^>]*>(?:\0|</?\w[^>]*>)+\n",
        "it is left out right behind the start tag alone: parsing.html#parsing-main-inbody",
    ),
    "items in a table": (
        r"<table\b(?:(?!</table|<caption\b|<t[dh]\b).)*<(?:button|dd|dt|li|optgroup|option)\b",
        "they stand before it, the second, too: parsing.html#parsing-main-intable",
    ),
    "frameset": (
        r"<frameset\b",
        "not behind </br>, and it holds white space: parsing.html#parsing-main-inframeset",
    ),
    "end tags in SVG": (
        r"<(?:math|svg)\b.*<(?:m(?:[inos]|text)|annotation-xml|desc|title)\b.*</",
        "they do not reach out of <desc>, <mi> ...: parsing.html#has-an-element-in-the-specific-scope",
    ),
    # The last two are faults of lexbor's: the one is lost, the other an element of SVG.
    "image in a table": (r"<table\b.*<image\b", "another name of <img>: parsing.html#parsing-main-inbody"),
    "sup in SVG": (
        r"<(?:svg|math)\b.*<sup\b",
        "it ends SVG as <sub> does: parsing.html#parsing-main-inforeign",
    ),
}
_KNOWN = {name: re.compile(pattern, re.IGNORECASE | re.DOTALL) for name, (pattern, _) in KNOWN.items()}


def known_in(markup: str) -> list[str]:
    """What markup has that html5lib reads otherwise."""
    return [name for name, pattern in _KNOWN.items() if pattern.search(markup)]


def nodes(soup: BeautifulSoup) -> Iterator[tuple[object, ...]]:
    """Everything in a tree, in document order: how deep it is, and what."""
    depths = {id(soup): 0}
    for node in soup.descendants:
        depth = depths[id(node.parent)] + 1
        if isinstance(node, Tag):
            depths[id(node)] = depth
            yield depth, node.name, node.namespace, sorted(node.attrs.items())
        elif isinstance(node, NavigableString):
            kind = type(node).__name__ if isinstance(node, PreformattedString) else "text"
            yield depth, kind, str(node)


def difference(body: str) -> str | None:
    """Where a post's tree differs first from html5lib's; None where it does not."""
    page = as_page(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = BeautifulSoup(page, "html5lib", multi_valued_attributes=None)
    for place, (one, other) in enumerate(zip_longest(nodes(make_soup(body)), nodes(theirs))):
        if one != other:
            return f"node {place}: {one!s:.80} and {other!s:.80}"
    return None


def bodies(raw: Path) -> Iterator[tuple[str, str]]:
    """The posts of a folder: file and HTML."""
    for path in sorted(raw.rglob("*.md")):
        try:
            yield path.name, read_post(path.read_bytes()).body
        except PostError:
            continue


def main() -> None:
    """Compare, print a line per post that differs, and counts."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("raw", nargs="?", type=Path, help="a folder of posts (default ../shared/data)")
    arguments.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    given = arguments.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(given.workers) as pool:
        posts = list(bodies(given.raw or unpack_shared(Path(scratch))))
        found = pool.map(difference, (body for _, body in posts), chunksize=20)
        for (name, body), where in zip(posts, found, strict=True):
            known = known_in(body) if where else []
            verdict = "equal" if where is None else ", ".join(known) or "other"
            counts[verdict] += 1
            if verdict == "other":
                print(f"{name}: {where}")
    for verdict, count in counts.most_common():
        print(f"{verdict:40} {count:6}")
    sys.exit(counts["other"] > 0)


if __name__ == "__main__":
    main()
