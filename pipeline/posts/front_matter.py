"""The YAML block at the head of a raw post."""

from __future__ import annotations

import re
from typing import Any

import yaml

_OPENING = re.compile(r"\s*---[ \t]*\r?\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"^([A-Za-z_][\w-]*):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r'"(.*)"')


class _TextLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """YAML whose scalars are text as written, and null: a post whose title is `on` or `1984`
    keeps it, and a date is read by the rules of pipeline/posts/dates.py."""


_NULL = "tag:yaml.org,2002:null"
_TextLoader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor(_NULL, lambda loader, node: None)


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
    can make objects or expand without bound. A block that YAML's rules forbid is read line
    by line, so that one bad line costs no other.
    """
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
    """One line's value by itself. A quoted text with an escape that YAML forbids, such as `\\智`,
    is what stands between its quotes."""
    try:
        _refuse_aliases_and_tags(value)
        return yaml.load(value, Loader=_TextLoader)  # noqa: S506 - makes text, lists and dicts only
    except (yaml.YAMLError, RecursionError, ValueError):
        quoted = _QUOTED.fullmatch(value)
        return quoted.group(1).replace('\\"', '"') if quoted else None


def _refuse_aliases_and_tags(block: str) -> None:
    if not any(sign in block for sign in "&*!"):
        return
    for event in yaml.parse(block, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FrontMatterError(
                "yaml_alias", "The front matter uses YAML anchors or aliases, which are not followed."
            )
        if getattr(event, "tag", None):
            raise FrontMatterError(
                "yaml_tag", f"The front matter uses the YAML tag {event.tag!r}, which is not obeyed."
            )


def _problem(error: Exception) -> str:
    """The parser's complaint in one line."""
    lines = str(getattr(error, "problem", None) or error).splitlines()
    return lines[0] if lines else type(error).__name__
