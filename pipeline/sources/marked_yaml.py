"""YAML of which every value knows where it stands: for faults that name a line, and for edits of the text.

No more than a listing needs is read: mappings, lists and texts. Every scalar is its text, whatever it looks
like, and nothing is made of it. Tags, anchors, aliases and a second document are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Deeper than any listing, and not so deep that reading it could run out of stack.
MAX_DEPTH = 8

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class YamlError(Exception):
    """A text that is no YAML, or YAML of which more would have to be made; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Scalar:
    """A text; `text` is None where nothing or `null` is written. `line` counts from 1, `start` and `end`
    are offsets into the whole text."""

    text: str | None
    line: int
    start: int
    end: int


@dataclass
class Mapping:
    """Keys and values in their order; a key may come twice. `flow` is true of `{...}`."""

    flow: bool
    line: int
    start: int
    end: int
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass
class Listed:
    """The items of a list in their order. `flow` is true of `[...]`."""

    flow: bool
    line: int
    start: int
    end: int
    items: list[Node] = field(default_factory=list)


Node = Scalar | Mapping | Listed


def parse(text: str) -> Node | None:
    """The one document of a text; None where there is none. Raises YamlError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        return _document(YAML(typ="safe", pure=True).parse(text))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, "holds a control character. Take it out.") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # Without the lines around it, which may hold a password.
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(
            mark.line + 1 if mark else 1,
            f"is not YAML ({what}). Mend it; a value that holds `: ` or begins with one of `*&!@%` must be "
            "in quotes.",
        ) from error
    except YAMLError as error:
        raise YamlError(1, "is not YAML.") from error


def _document(events: Iterator[object]) -> Node | None:
    from ruamel.yaml import events as of

    root: Node | None = None
    # What is open, the innermost last, each with the key that waits for its value.
    inside: list[tuple[Mapping | Listed, list[Node]]] = []
    documents = 0
    for event in events:
        if isinstance(event, of.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlError(
                    event.start_mark.line + 1, "begins a second document. Take out the line `---`."
                )
            continue
        if isinstance(event, (of.SequenceEndEvent, of.MappingEndEvent)):
            node, _ = inside.pop()
            if node.flow:
                node.end = event.end_mark.index
            elif isinstance(node, Mapping):
                # The parser ends a block where the next begins, behind comments that are not its own.
                node.end = node.pairs[-1][1].end if node.pairs else node.end
            else:
                node.end = node.items[-1].end if node.items else node.end
            continue
        if not isinstance(event, of.NodeEvent):
            continue
        node_or_none = _node(event)
        if inside:
            _put(node_or_none, *inside[-1])
        else:
            root = node_or_none
        if not isinstance(node_or_none, Scalar):
            if len(inside) == MAX_DEPTH:
                raise YamlError(node_or_none.line, f"is nested more than {MAX_DEPTH} deep. Flatten it.")
            inside.append((node_or_none, []))
    return root


def _put(node: Node, into: Mapping | Listed, waiting: list[Node]) -> None:
    if isinstance(into, Listed):
        into.items.append(node)
    elif not waiting:
        waiting.append(node)
    else:
        key = waiting.pop()
        if isinstance(node, Scalar) and node.start == node.end:
            # The parser puts an empty value where the next thing begins.
            node.line, node.start, node.end = key.line, key.end, key.end
        into.pairs.append((key, node))


def _node(event: object) -> Node:
    from ruamel.yaml import events as of

    assert isinstance(event, of.NodeEvent)
    line, start, end = event.start_mark.line + 1, event.start_mark.index, event.end_mark.index
    if isinstance(event, of.AliasEvent) or event.anchor:
        raise YamlError(
            line, "has a value that begins with `&` or `*` (an anchor or an alias). Put it in quotes."
        )
    if getattr(event, "tag", None):
        raise YamlError(
            line, "has a value that begins with `!` (a tag). Put it in quotes, or take the tag out."
        )
    if isinstance(event, of.MappingStartEvent):
        return Mapping(bool(event.flow_style), line, start, end)
    if isinstance(event, of.SequenceStartEvent):
        return Listed(bool(event.flow_style), line, start, end)
    assert isinstance(event, of.ScalarEvent)
    plain = event.style is None
    return Scalar(None if plain and event.value in _NULLS else event.value, line, start, end)
