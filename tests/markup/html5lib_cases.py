"""html5lib's test cases (https://github.com/html5lib/html5lib-tests), straight from the tarball, and a tree
written as those of tree-construction write it."""

from __future__ import annotations

import json
import re
import tarfile
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bs4.element import Comment, Doctype, PageElement, ProcessingInstruction, Tag

from pipeline.markup.tree import MATHML, SVG

ARCHIVE = Path(__file__).parents[3] / "shared/data/html5lib-tests.tar.xz"
MISSING = "../shared/data/html5lib-tests.tar.xz is not there"

_SECTIONS = ("data", "errors", "new-errors", "document-fragment", "document", "script-off", "script-on")
_PREFIXES = {SVG: "svg ", MATHML: "math "}
# Attributes of foreign elements that have a namespace of their own, by the standard.
_OF_XML = frozenset(
    "xlink:actuate xlink:arcrole xlink:href xlink:role xlink:show xlink:title xlink:type xml:lang xml:space "
    "xmlns:xlink".split()
)
_DOCTYPE = re.compile(r'(\S*)(?: PUBLIC "(.*?)"(?: "(.*)")?| SYSTEM "(.*)")?', re.DOTALL)


class Case(NamedTuple):
    """One case of tree construction: a document, or a fragment within `context`."""

    markup: str
    context: str | None
    scripting: bool
    tree: str


@cache
def tree_cases() -> dict[str, list[Case]]:
    """The cases of tree construction by file. A case that holds with and without scripts is two."""
    found: dict[str, list[Case]] = defaultdict(list)
    for name, text in _files(".dat"):
        for sections in _cases(text):
            if "document" not in sections:
                continue
            scripting = [True] if "script-on" in sections else [False]
            if "script-on" not in sections and "script-off" not in sections:
                scripting = [False, True]
            found[name] += [
                Case(
                    sections["data"].removesuffix("\n"),
                    sections.get("document-fragment", "").strip() or None,
                    on,
                    sections["document"].rstrip("\n"),
                )
                for on in scripting
            ]
    return dict(found)


def tokenizer_inputs() -> list[str]:
    """The inputs of the tokenizer's cases, half characters among them."""
    return [
        re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), case["input"])
        if case.get("doubleEscaped")
        else case["input"]
        for _, text in _files(".test")
        for cases in json.loads(text).values()
        for case in cases
    ]


def _files(ending: str) -> list[tuple[str, str]]:
    with tarfile.open(ARCHIVE) as archive:
        return [
            (member.name.partition("/")[2], archive.extractfile(member).read().decode("utf-8"))
            for member in sorted(archive.getmembers(), key=lambda member: member.name)
            if member.name.endswith(ending)
        ]


def _cases(text: str) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = []
    section = ""
    for line in text.splitlines(keepends=True) if "\r" not in text else re.split(r"(?<=\n)", text):
        if line.startswith("#") and line[1:].rstrip("\n") in _SECTIONS:
            section = line[1:].rstrip("\n")
            if section == "data":
                cases.append({})
            cases[-1][section] = ""
        elif cases:
            cases[-1][section] += line
    return cases


def written(root: Tag, depth: int = 0) -> list[str]:
    """The lines of a tree."""
    lines: list[str] = []
    for node in root.contents:
        lines += _lines(node, "| " + "  " * depth, depth)
    return lines


def _lines(node: PageElement, indent: str, depth: int) -> list[str]:
    if isinstance(node, Tag):
        prefix = _PREFIXES.get(node.namespace or "", "")
        names = {name: name.replace(":", " ") if prefix and name in _OF_XML else name for name in node.attrs}
        attributes = [
            f'{indent}  {names[name]}="{node.attrs[name]}"' for name in sorted(names, key=names.get)
        ]
        if node.name == "template" and not prefix:
            return [f"{indent}<template>", *attributes, f"{indent}  content", *written(node, depth + 2)]
        return [f"{indent}<{prefix}{node.name}>", *attributes, *written(node, depth + 1)]
    if isinstance(node, Doctype):
        name, public, system, only_system = _DOCTYPE.fullmatch(node).groups()
        if public is None and only_system is None:
            return [f"{indent}<!DOCTYPE {name}>"]
        return [f'{indent}<!DOCTYPE {name} "{public or ""}" "{system or only_system or ""}">']
    if isinstance(node, Comment):
        return [f"{indent}<!-- {node} -->"]
    if isinstance(node, ProcessingInstruction):
        return [f"{indent}<?{node}>"]
    return [f'{indent}"{node}"']
