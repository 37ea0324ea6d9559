"""The YAML block at the head of a raw post."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

from pipeline.posts.plain_text import without_controls

_OPENING = re.compile(r"\s*---[ \t]*\r?\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
# A key, and its value with the lines that go on with it.
_LINE = re.compile(r"^([A-Za-z_][\w-]*):(.*(?:\n[ \t-].*)*)", re.MULTILINE)
_QUOTED = re.compile(r"([\"'])(.*)\1")
# Of 7,223 real posts the longest block has 885 characters. The bound keeps nesting within the
# stack of YAML's parser, which is written in C and does not watch it.
MAX_LENGTH = 16_384


_PARSER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))


class FrontMatterError(Exception):
    """There is no usable front matter; `reason` is a code of the table `rejects`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def split(text: str) -> tuple[str, str]:
    """The YAML block and what follows it.

    Raises FrontMatterError where the text does not begin with such a block.
    """
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if not opening or not closing:
        found = "no `---` on its first line" if not opening else "no second `---`"
        raise FrontMatterError(
            "no_front_matter", f"The file has {found}, so it is no post. Move it out of the source's glob."
        )
    return text[opening.end() : closing.start()], text[closing.end() :].lstrip("\r\n")


def read(block: str) -> tuple[dict[str, Any], str | None]:
    """The block's keys with their text or list of text, and a note where it had to be mended.

    No tag is obeyed and no alias followed: a block that uses them is refused, since they
    can make objects or expand without bound. A block that YAML's rules forbid is read key
    by key, so that one bad line costs no other. Raises FrontMatterError where nothing can be
    read, or should not be.
    """
    if len(block) > MAX_LENGTH:
        raise FrontMatterError(
            "bad_yaml", f"The front matter has {len(block):,} characters; {MAX_LENGTH:,} are the most."
        )
    block = without_controls(block)  # YAML forbids them, in a title too
    try:
        values = _load(block)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        values = {key: _read_line(value) for key, value in _LINE.findall(block)}
        if not any(values.values()):
            raise FrontMatterError(
                "bad_yaml", f"The front matter is no YAML and has no line to read: {_problem(error)}."
            ) from error
        return values, "mended_front_matter"
    if not isinstance(values, dict):
        raise FrontMatterError("bad_yaml", "The front matter is no list of `key: value` lines.")
    return {str(key): value for key, value in values.items()}, None


def _read_line(value: str) -> Any:
    """One key's value by itself. Text that YAML forbids is taken as written: `Ferries: a history`,
    or with an escape such as `\\智` what stands between its quotes."""
    try:
        found = _load(value)
    except (yaml.YAMLError, RecursionError, ValueError):
        found = {}
    if not isinstance(found, dict):
        return found
    written = value.strip().partition("\n")[0]
    if quoted := _QUOTED.fullmatch(written):
        return quoted.group(2).replace('\\"', '"')
    return written if written and written[0] not in "[{" else None


def _load(block: str) -> Any:
    """The value of a YAML document: text as written, null, lists and dicts of these. A post whose title is
    `on` or `1984` keeps it, and a date is read by the rules of pipeline/posts/dates.py."""
    events = yaml.parse(block, Loader=_PARSER)
    value: Any = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.NodeEvent):
            value = _value(event, events)
    if documents > 1:
        raise yaml.YAMLError("a second document begins")
    return value


def _value(event: Any, events: Iterator[Any]) -> Any:
    """The value that begins with an event, and goes on with the next ones."""
    if event.anchor:
        raise FrontMatterError(
            "yaml_alias", "The front matter uses YAML anchors or aliases, which are not followed."
        )
    if event.tag:
        raise FrontMatterError(
            "yaml_tag", f"The front matter uses the YAML tag {event.tag!r}, which is not obeyed."
        )
    if isinstance(event, yaml.ScalarEvent):
        # Of the two, the first is true for text without quotes.
        return None if event.implicit[0] and event.value in _NULL else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_value(event, events))
        return items
    values = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _value(event, events)
        value = _value(next(events), events)
        if not isinstance(key, Hashable):
            raise yaml.YAMLError("a list is used as a key")
        values[key] = value
    return values


def _problem(error: Exception) -> str:
    """The parser's complaint in one line."""
    lines = str(getattr(error, "problem", None) or error).splitlines()
    return lines[0] if lines else type(error).__name__
