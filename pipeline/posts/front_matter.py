"""The YAML block at the head of a raw post."""

from __future__ import annotations

import re
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


class _TextLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """YAML whose scalars are text as written, and null: a post whose title is `on` or `1984`
    keeps it, and a date is read by the rules of pipeline/posts/dates.py."""


_NULL = "tag:yaml.org,2002:null"
_TextLoader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor(_NULL, lambda _loader, _node: None)


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
        _refuse_aliases_and_tags(block)
        values = yaml.load(block, Loader=_TextLoader)  # noqa: S506 - makes text, lists and dicts only
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
        _refuse_aliases_and_tags(value)
        found = yaml.load(value, Loader=_TextLoader)  # noqa: S506 - makes text, lists and dicts only
    except (yaml.YAMLError, RecursionError, ValueError):
        found = {}
    if not isinstance(found, dict):
        return found
    written = value.strip().partition("\n")[0]
    if quoted := _QUOTED.fullmatch(written):
        return quoted.group(2).replace('\\"', '"')
    return written if written and written[0] not in "[{" else None


def _refuse_aliases_and_tags(block: str) -> None:
    if not any(sign in block for sign in "&*!"):
        return
    for event in yaml.parse(block, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if getattr(event, "anchor", None):
            raise FrontMatterError(
                "yaml_alias", "The front matter uses YAML anchors or aliases, which are not followed."
            )
        if tag := getattr(event, "tag", None):
            raise FrontMatterError(
                "yaml_tag", f"The front matter uses the YAML tag {tag!r}, which is not obeyed."
            )


def _problem(error: Exception) -> str:
    """The parser's complaint in one line."""
    lines = str(getattr(error, "problem", None) or error).splitlines()
    return lines[0] if lines else type(error).__name__
