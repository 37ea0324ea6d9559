"""Author lines: one text that names one author, several, or nobody."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.posts.plain_text import one_line

_AND_MORE = re.compile(r"(?:\s*,)?\s*(?:&|\band\b)\s*more\s*$", re.IGNORECASE)
# "Tomas Reed, Jr." is one name.
_SEPARATOR = re.compile(r"\s*(?:,(?!\s*[JS]r\b)|&|\band\b)\s*")


class Authors(NamedTuple):
    """The names that an author line holds, and whether it says that there are more."""

    names: tuple[str, ...]
    truncated: bool


def split_list(line: str | None, *, nobody: frozenset[str] = frozenset()) -> Authors:
    """The authors of a line that is known to be a list: "A, B & C", "A & B", "A, B & more".

    `nobody` are lines that name no author, such as the feed's own name.
    """
    if line is None or line in nobody:
        return Authors((), False)
    rest = _AND_MORE.sub("", line)
    names = [one_line(name) for name in _SEPARATOR.split(rest)]
    return Authors(tuple(dict.fromkeys(name for name in names if name)), rest != line)


def single(line: str | None) -> Authors:
    """The author of a line that is one name, whatever it holds: a channel may be called
    "Salt and Paper"."""
    return Authors((line,) if line else (), False)
