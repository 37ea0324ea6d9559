"""Globs of `sources.yaml`: which paths of a source one names, and what is wrong with it."""

from __future__ import annotations

import re
from functools import lru_cache

# A name, whatever it is, with the `/` that ends it.
_ANY_NAME = "[^/]*/"


def fits(path: str, glob: str) -> bool:
    """True where a glob names a path, part by part between the `/`.

    `**` is any folders or none, `*` and `?` stay within a name, `[...]` is one of these characters
    and `[!...]` none of these. Upper and lower case differ everywhere. The time grows with the length of the
    path times that of the glob, whatever both hold.
    """
    return _compiled(glob).fullmatch(path + "/") is not None


def problem_of(glob: str) -> str | None:
    """What is wrong with a glob, as the rest of a sentence that begins with it; None where nothing is."""
    names = glob.split("/")
    if not glob:
        return "is empty and names no file. Write `**/*.md` for all Markdown files."
    if glob.startswith("/") or ".." in names:
        return "must stay inside the source's location. Write it as seen from there, without `..`."
    if "" in names or "." in names:
        return "has a part that is empty or `.` and names no file. Take that part out."
    for name in names:
        if "**" in name and name != "**":
            return f"has `**` beside other characters in {name!r}. Write `**` as a part of its own, or `*`."
        if _open_bracket(name):
            return f"has a `[` without its `]` in {name!r}. Close it, or write `[[]` for the character."
    return None


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression over a path in which every name ends with `/`.

    The names between two `**` fit where they first fit: an earlier place leaves more to those that
    follow. So what was found is never given up again (`(?>...)`), and no path costs more than a walk.
    """
    runs = [""]
    for name in glob.split("/"):
        if name == "**":
            runs.append("")
        else:
            runs[-1] += _name(name)
    if len(runs) == 1:
        return re.compile(runs[0])
    first, *between, last = runs
    found = "".join(f"(?>(?:{_ANY_NAME})*?{run})" for run in between if run)
    return re.compile(f"{first}{found}(?:{_ANY_NAME})*{last}")


def _name(pattern: str) -> str:
    """One name of a glob; what stands between two `*` is found as that between two `**`."""
    runs = [""]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        end = _bracket_end(pattern, at)
        if character == "*":
            runs.append("")
        elif character == "?":
            runs[-1] += "[^/]"
        elif end is not None:
            runs[-1] += _one_of(pattern[at + 1 : end])
            at = end
        else:
            runs[-1] += re.escape(character)
        at += 1
    if len(runs) == 1:
        return f"{runs[0]}/"
    first, *between, last = runs
    found = "".join(f"(?>[^/]*?{run})" for run in between if run)
    return f"{first}{found}[^/]*{last}/"


def _bracket_end(pattern: str, at: int) -> int | None:
    """Where the `[` at a place is closed; None where there is none, or it stays open and is a character."""
    if pattern[at] != "[":
        return None
    # A `]` that comes first is one of the characters.
    first = at + 2 if pattern.startswith("!", at + 1) else at + 1
    end = pattern.find("]", first + 1)
    return None if end < 0 else end


def _open_bracket(pattern: str) -> bool:
    at = 0
    while (at := pattern.find("[", at)) >= 0:
        end = _bracket_end(pattern, at)
        if end is None:
            return True
        at = end + 1
    return False


def _one_of(members: str) -> str:
    """What stands in brackets: characters and ranges; a range that runs backwards is empty."""
    negated = members.startswith("!")
    members = members.removeprefix("!")
    ranges = ""
    at = 0
    while at < len(members):
        low = high = members[at]
        if members.startswith("-", at + 1) and at + 2 < len(members):
            high = members[at + 2]
            at += 2
        if low <= high:
            ranges += f"{re.escape(low)}-{re.escape(high)}"
        at += 1
    if negated:
        return f"[^/{ranges}]"
    return f"(?!/)[{ranges}]" if ranges else "(?!)"
