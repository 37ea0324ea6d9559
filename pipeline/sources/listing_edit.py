"""Entries put into `sources.yaml` and taken out of it, with every other byte left as it is."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping as Values
from pathlib import Path
from typing import Any

from pipeline.sources import marked_yaml
from pipeline.sources.marked_yaml import Listed, Mapping, Node, Scalar
from pipeline.sources.registry import (
    LISTING,
    Source,
    SourcesError,
    declared_name,
    parse_sources,
    read_listing,
)

# Text that means itself without quotes, here and to those who take some words for more than text.
_PLAIN = re.compile(r"[A-Za-z_./][\w./@+~%=?&-]*(?::[\w./@+~%=?&-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", ".inf", ".nan"})

# A line without a value: empty, or a comment.
_REST = re.compile(r"[ \t]*(?P<comment>#[^\n]*)?\r?(?:\n|\Z)")

# How far an entry's dash is indented where no other entry shows it.
_INDENT = 2


def add(raw: Path, entry: Values[str, Any], comment: str | None = None) -> Source:
    """Put an entry behind the last one of `sources.yaml` in the folder `raw`, and return its source.

    The file is made where there is none. Raises SourcesError where the entry or the file has a fault, or
    the file changed meanwhile; it is then as it was.
    """
    listing = raw / LISTING
    before = read_listing(listing) if os.path.lexists(listing) else None
    old = parse_sources(before, listing) if before and not _is_bare(before) else []
    after = with_entry(before or "", entry, comment)
    new = parse_sources(after, listing)
    names = {source.name for source in old}
    added = [source for source in new if source.name not in names]
    if len(added) != 1 or [source for source in new if source.name in names] != old:
        raise SourcesError(f"{listing}: cannot be edited safely as it is written. Add the entry by hand.")
    _write(listing, before, after)
    return added[0]


def remove(raw: Path, name: str) -> None:
    """Cut an entry, with the comments in it and right above it, out of `sources.yaml`.

    Raises SourcesError where there is no such entry, where the file has a fault, or where it changed
    meanwhile; it is then as it was.
    """
    listing = raw / LISTING
    before, listed, number = _find(listing, name)
    after, _ = _without(before, listed, number)
    if parse_sources(after, listing) != [
        source for source in parse_sources(before, listing) if source.name != name
    ]:
        raise SourcesError(f"{listing}: cannot be edited safely as it is written. Cut the entry by hand.")
    _write(listing, before, after)


def written_entry(raw: Path, name: str) -> str:
    """An entry as it stands in `sources.yaml`, with the comments that `remove` cuts. Raises SourcesError."""
    before, listed, number = _find(raw / LISTING, name)
    return _without(before, listed, number)[1]


def _find(listing: Path, name: str) -> tuple[str, Listed, int]:
    """The text of a listing, its list, and which of its items has a name. Raises SourcesError."""
    if not os.path.lexists(listing):
        raise SourcesError(f"{listing}: there is no such file, and so no entry to remove.")
    text = read_listing(listing)
    names = [source.name for source in parse_sources(text, listing)]
    if name not in names:
        known = f"Known are: {', '.join(names)}." if names else "There is none."
        raise SourcesError(f"{listing}: there is no source {name!r}. {known}")
    root = marked_yaml.parse(text)
    assert isinstance(root, Mapping)
    _, listed = _sources(root)
    assert isinstance(listed, Listed)
    return text, listed, [declared_name(item) for item in listed.items].index(name)


def entry_text(entry: Values[str, Any], comment: str | None = None) -> str:
    """An entry as it is written, its dash in the first column.

    Values are text, numbers, true and false, and mappings of text to text.
    """
    lines = [f"# {line}".rstrip() for line in (comment or "").splitlines()]
    for number, (key, value) in enumerate(entry.items()):
        start = "  " if number else "- "
        if isinstance(value, Values):
            lines.append(f"{start}{key}:")
            lines += [f"    {_scalar(inner)}: {_scalar(each)}" for inner, each in value.items()]
        else:
            lines.append(f"{start}{key}: {_scalar(value)}")
    return "".join(f"{line}\n" for line in lines)


def with_entry(text: str, entry: Values[str, Any], comment: str | None = None) -> str:
    """A listing's text with an entry behind the last one."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    root = marked_yaml.parse(text)
    if not isinstance(root, Mapping):
        return _closed(text, line_end) + f"sources:{line_end}" + _block(entry, comment, _INDENT, line_end)
    key, listed = _sources(root)
    if isinstance(listed, Listed) and (listed.items or root.flow):
        if listed.flow:
            at = listed.items[-1].end if listed.items else listed.start + 1
            return text[:at] + (", " if listed.items else "") + _flow(entry) + text[at:]
        _, end = _extent(text, listed, len(listed.items) - 1)
        parted = "" if _stand_close(text, listed) else line_end
        added = parted + _block(entry, comment, _column(text, listed), line_end)
        return _closed(text[:end], line_end) + added + text[end:]
    # `sources:`, with nothing behind it or an empty `[]`.
    text = text[: listed.start].rstrip(" ") + text[listed.end :] if listed.end > listed.start else text
    end = _past_comments(text, _line_end(text, key.end), _INDENT)
    return _closed(text[:end], line_end) + _block(entry, comment, _INDENT, line_end) + text[end:]


def _without(text: str, listed: Listed, number: int) -> tuple[str, str]:
    """A listing's text without one entry, and the text of that entry."""
    start, end = _extent(text, listed, number)
    cut = text[start:end]
    if listed.flow:
        # With the comma behind it, or that before it where it is the last.
        if number + 1 < len(listed.items):
            end = listed.items[number + 1].start
        elif number:
            start = listed.items[number - 1].end
        return text[:start] + text[end:], cut
    before, after = text[:start], text[end:]
    if _begins_blank(after) and number == 0 and len(listed.items) > 1:
        after = re.sub(r"\A(?:[ \t]*\r?\n)+", "", after)
    elif number and (number + 1 == len(listed.items) or _begins_blank(after)):
        before = re.sub(r"(?<=\n)(?:[ \t]*\r?\n)+\Z", "", before)
    return before + after, cut


def _is_bare(text: str) -> bool:
    """True where a listing holds comments at most."""
    try:
        root = marked_yaml.parse(text)
    except marked_yaml.YamlError:
        return False
    return root is None or (isinstance(root, Scalar) and root.text is None)


def _sources(root: Mapping) -> tuple[Node, Node]:
    """The key `sources` of a listing that has no fault, and what stands behind it."""
    return next(
        (key, value) for key, value in root.pairs if isinstance(key, Scalar) and key.text == "sources"
    )


def _extent(text: str, listed: Listed, number: int) -> tuple[int, int]:
    """Where an entry begins and ends: in a block with its comments, whole lines; else from `{` to `}`."""
    item = listed.items[number]
    if listed.flow:
        return item.start, item.end
    column = _column(text, listed)
    start = _line_start(text, item.start)
    while start and not text.startswith(f"{'':{column}}-", start):
        start = _line_start(text, start - 1)
    # The comments right above it, as far in as its dash.
    while start and text.startswith(f"{'':{column}}#", above := _line_start(text, start - 1)):
        start = above
    # A block of text can end in empty lines, which part it from what follows.
    end = _line_end(text, len(text[: item.end].rstrip()))
    return start, _past_comments(text, end, column)


def _past_comments(text: str, end: int, column: int) -> int:
    """The end of the comments behind a place that stand further in than a column, else the place."""
    at = end
    while at < len(text) and (line := _REST.match(text, at)):
        at = line.end()
        if line["comment"]:
            if line.start("comment") - line.start() <= column:
                break
            end = at
    return end


def _column(text: str, listed: Listed) -> int:
    """How far the dashes of a list are indented."""
    return listed.start - _line_start(text, listed.start)


def _stand_close(text: str, listed: Listed) -> bool:
    """True where no empty line parts the last entry from one before it."""
    if len(listed.items) == 1:
        return False
    start, _ = _extent(text, listed, len(listed.items) - 1)
    return not re.search(r"\n[ \t]*\r?\n\Z", text[:start])


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _begins_blank(text: str) -> bool:
    return bool(re.match(r"[ \t]*\r?\n", text))


def _closed(text: str, line_end: str) -> str:
    """A text whose last line is ended."""
    return text if not text or text.endswith("\n") else text + line_end


def _block(entry: Values[str, Any], comment: str | None, indent: int, line_end: str) -> str:
    lines = entry_text(entry, comment).splitlines()
    return "".join(f"{'':{indent}}{line}{line_end}" for line in lines)


def _flow(entry: Values[str, Any]) -> str:
    pairs = (
        f"{_scalar(key)}: {_flow(value) if isinstance(value, Values) else _quoted(value)}"
        for key, value in entry.items()
    )
    return "{" + ", ".join(pairs) + "}"


def _scalar(value: Any) -> str:
    text = str(value)
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(text) and re.search("[A-Za-z]", text)
    return text if is_plain and text.lower() not in _WORDS else _quoted(value)


def _quoted(value: Any) -> str:
    """A value as JSON writes it, which YAML reads alike; what ends a line or is not seen, as an escape."""
    if not isinstance(value, str):
        return json.dumps(value)
    return "".join(
        letter if letter.isprintable() else rf"\U{ord(letter):08x}"
        for letter in json.dumps(value, ensure_ascii=False)
    )


def _write(listing: Path, before: str | None, after: str) -> None:
    """Put a text in the place of what was read before; whoever reads finds the one or the other, whole."""
    # Where it is a link, the link stays.
    place = Path(os.path.realpath(listing))
    new = place.with_name(f".{place.name}.{secrets.token_hex(8)}.new")
    try:
        status = place.stat() if before is not None else None
        with new.open("xb") as stream:
            if status:
                os.fchmod(stream.fileno(), status.st_mode & 0o7777)
            stream.write(after.encode())
            stream.flush()
            os.fsync(stream.fileno())
        if (read_listing(listing) if os.path.lexists(listing) else None) != before:
            raise SourcesError(
                f"{listing}: was changed by somebody else just now. Look at it, and try again."
            )
        new.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SourcesError(
            f"{listing}: cannot be written ({error.strerror}). Mend its permissions or its disk."
        ) from error
    finally:
        new.unlink(missing_ok=True)
