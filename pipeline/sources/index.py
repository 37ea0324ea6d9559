"""A source of the kind `index`: files of JSON that list pages without their bodies.

Each entry of each file is a raw post of its own. The files stand in a folder or in git; that kind
fetches and reads them, and this one takes them apart.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from pipeline.sources import folder, git, item, locations
from pipeline.sources.kinds import Fetched, FetchError, Kind, Known, Look, Place
from pipeline.sources.raw import RawFile, RawPost, Reject, printable_path
from pipeline.sources.registry import Source

# What `fields` may name. `entries` is the key under which a file that is an object has its array.
FIELDS = ("url", "title", "author", "published", "updated", "summary", "tags", "language", "entries")

# A larger file is not read: it has eighty times what the largest known index has.
MAX_INDEX_BYTES = 64 * 1024 * 1024

# Where `fields` is silent: the keys of an entry that are taken for it, the best first.
_GUESSES = {
    name: tuple(keys.split())
    for name, keys in {
        "url": "url link href permalink canonical_url external_url uri",
        "title": "title headline name",
        "author": "authors author byline creator nickname account",
        "published": "date_published published_at publishedAt published datePublished publish_date pub_date "
        "pubDate date created_at createdAt created time timestamp",
        "updated": "date_modified updated_at updatedAt updated dateModified update_date modified "
        "last_modified",
        "summary": "summary description excerpt abstract",
        "tags": "tags categories keywords labels",
        "language": "language lang",
        "entries": "items entries posts articles pages results records data",
    }.items()
}

# Files of these names have an entry on each line.
_LINES = (".jsonl", ".ndjson")

# Deeper nesting is no list of pages, and Python's reader stops somewhere beyond it.
_DEEPEST = 50
# Digits; Python reads and writes numbers of 4,300 at the most.
_LONGEST_NUMBER = 300

_NAME_LENGTH = 200
# White space, what is invisible or turns the writing round, halves of surrogate pairs, `#`, `\` and `..`.
_UNSAFE = re.compile(
    "(?:[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff#\\\\]|\\.\\.)+"
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# `mp.host.example/s?id=1`, but not `page.html`, which is no host.
_HOST = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?!(?:s?html?|php|aspx?|jsp|json|xml|txt|pdf)\b)[\w-]+(?::\d+)?(?=[/?#]|\Z)"
)

_DIGITS = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?:([012]\d)([0-5]\d)([0-5]\d))?", re.ASCII)
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{9,13}(?:\.\d+)?", re.ASCII)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A number from here on is milliseconds, of 1973 and later; as seconds it would be 5138.
_MILLISECONDS = 10**11


# Why a file that was read has no entries; any other reason is that of the kind that lists it.
_NO_INDEX = ("bad_json", "not_an_index", "too_large")


@dataclass(frozen=True)
class _Problem:
    """Why a file has no entries, or why what stands in one is none; as in `rejects`."""

    reason: str
    message: str


@dataclass(frozen=True)
class _Entry:
    """One raw post: `data` is an item of JSON Feed or, where there is a problem, what stands there."""

    path: str
    data: bytes
    sha256: str
    problem: _Problem | None = None


def fetch(place: Place) -> Fetched:
    """Bring the files, as their kind does. Raises FetchError."""
    return _files(place).fetch(place)


def state(place: Place) -> str:
    """The state of the files, and how their entries are read. Raises FetchError."""
    return f"{_files(place).state(place)}+{_reading(place.source)}"


def posts(place: Place, known: Known | None = None) -> list[RawFile]:
    """Every entry of every file, sorted by path and token; files without entries with their problem.

    A path is that of the file, `#`, and the entry's address (its title where it has none); where a file
    says the very same twice, the second ends in `~2`. An entry is of the version of its file: in git, of
    the commit that last changed the file. Where a source keeps what was removed, every content
    that a file ever had is read: an entry is then of the earliest version that has it, and removed when the
    last of them was. Raises FetchError.
    """
    kind = _files(place)
    before = _by_file(known)
    found: list[RawFile] = []
    unread: list[RawFile] = []
    for file in kind.posts(place, _known_files(place.source, known)):
        if file.problem:
            found.append(file)
        elif entries := before.get((file.path, _origin(file, place.source))):
            found += (_of_file(entry, file) for entry in entries)
        else:
            unread.append(file)
    for file, content in zip(unread, kind.read(place, unread, MAX_INDEX_BYTES), strict=True):
        found += _listed(file, _entries(place.source, file.path, content), _origin(file, place.source))
    if place.source.on_removal == "keep":
        found = _merged(found)
    return sorted(found, key=lambda entry: (entry.path, entry.token or ""))


def read(place: Place, files: Iterable[RawFile]) -> Iterator[RawPost | Reject]:
    """The bytes of each listed entry, in the order given: one item of JSON Feed, with the entry itself
    under `_index`. No file is read twice. Raises FetchError."""
    kind = _files(place)
    wanted = [(entry, _file_of(entry)) for entry in files]
    # Each file stands where its first entry is asked for, and says where its last one is.
    last = {file: number for number, (_, file) in enumerate(wanted)}
    contents = kind.read(place, list(last), MAX_INDEX_BYTES)
    held: dict[RawFile, dict[str, _Entry] | Reject] = {}
    for number, (entry, file) in enumerate(wanted):
        if file not in held:
            held[file] = _content(place.source, file, next(contents))
        yield _answer(entry, held[file])
        if last[file] == number:
            del held[file]


def look(place: Place) -> Look:
    """How many entries there are, where the files stand in a folder; of an archive, which is not
    read, how many files there are. Raises FetchError."""
    kind = _files(place)
    if kind is folder:
        return Look(len(posts(place)), None)
    found = kind.look(place)
    notes = () if found.posts is None else (f"It has {found.posts:,} files of entries.",)
    return replace(found, posts=None, notes=(*found.notes, *notes))


def moved(place: Place, state: str) -> bool:
    """True where the files moved, or their entries are read in another way now. Raises FetchError."""
    files, _, reading = state.rpartition("+")
    return _files(place).moved(place, files) or reading != _reading(place.source)


# The files, and the kind that they are of.


class _Files(Kind, Protocol):
    """A kind whose raw posts are files."""

    def read(
        self, place: Place, files: Iterable[RawFile], max_bytes: int | None = None
    ) -> Iterator[RawPost | Reject]:
        """As `Kind.read`; files of more than `max_bytes` are not read."""


def _files(place: Place) -> _Files:
    """The kind that brings the files. Raises FetchError."""
    kind: _Files = git if _is_archive(place) else folder
    if kind is folder and place.source.on_removal == "keep":
        raise FetchError(
            "no_history",
            f"source {place.source.name!r}: a folder does not say what was removed from it, or when, so "
            "`on_removal: keep` cannot be. Write `on_removal: remove`, or put the folder into git.",
        )
    return kind


def _is_archive(place: Place) -> bool:
    if not locations.is_path(place.source.kind, place.location):
        return True
    path = Path(place.location)
    with suppress(OSError, ValueError):  # ValueError: no path can be so
        if path.is_dir():
            return git.is_repository(path)
        # A file can only be a bundle; an archive may be away for a while, when a mirror of it was kept.
        if path.exists() or place.kept.exists():
            return True
    raise FetchError(
        "not_found",
        f"source {place.source.name!r}: nothing is at its location {place.location}. Mend `location`.",
    )


def _known_files(source: Source, known: Known | None) -> Known | None:
    """What was known of the files themselves. Where posts are kept, an entry's version is not its file's."""
    state, plus, _ = known.state.rpartition("+") if known else ("", "", "")
    if known is None or not plus or source.on_removal == "keep":
        return None
    files = {
        replace(_file_of(entry), version=entry.version, first_seen_at=entry.first_seen_at)
        for entry in known.files
    }
    return Known(state, list(files))


# Entries as raw posts. A token is the SHA-256 of the entry's bytes, `/`, and where they were read: the
# token of the file, how it was read, and how many entries it has. A file that is known whole is not
# read again. Nothing stands before the `/` for a file without entries, and nothing behind it where the
# file is too fresh to have a token.


def _origin(file: RawFile, source: Source) -> str:
    """What the entries of a file are read from; empty where only reading the file tells."""
    return f"{file.token}.{_reading(source)}" if file.token else ""


def _reading(source: Source) -> str:
    """Names how entries are read: by this code, and by the source's `fields`."""
    return _digest_of_reading(tuple(sorted(source.fields.items())))


@cache
def _digest_of_reading(fields: tuple[tuple[str, str], ...]) -> str:
    code = b"".join(Path(str(module)).read_bytes() for module in (__file__, item.__file__))
    return hashlib.sha256(code + json.dumps(fields).encode()).hexdigest()[:12]


def _listed(file: RawFile, entries: list[_Entry] | Reject, origin: str) -> list[RawFile]:
    """The raw posts of a file that was read."""
    if isinstance(entries, Reject):
        token = f"/{origin}.0" if origin else None
        return [replace(file, problem=(entries.reason, entries.message), token=token)]
    # What is known of an entry that is none says no longer why: such a file is read again.
    count = 0 if any(entry.problem for entry in entries) else len(entries)
    return [
        _of_file(
            RawFile(
                file.source,
                entry.path,
                len(entry.data),
                (entry.problem.reason, entry.problem.message) if entry.problem else None,
                f"{entry.sha256}/{origin}.{count}" if origin else f"{entry.sha256}/",
            ),
            file,
        )
        for entry in entries
    ]


def _of_file(entry: RawFile, file: RawFile) -> RawFile:
    """An entry with what the archive says of its file."""
    return replace(entry, version=file.version, first_seen_at=file.first_seen_at, removed_at=file.removed_at)


def _by_file(known: Known | None) -> dict[tuple[str, str], list[RawFile]]:
    """The entries of each file that was known whole, by its path and what they were read from."""
    files: dict[tuple[str, str, str], list[RawFile]] = {}
    for entry in known.files if known else ():
        origin, _, count = (entry.token or "").partition("/")[2].rpartition(".")
        files.setdefault((entry.path.rpartition("#")[0], origin, count), []).append(entry)
    return {
        (path, origin): entries
        for (path, origin, count), entries in files.items()
        if origin and count == str(len(entries)) and not any(entry.removed_at for entry in entries)
    }


def _merged(entries: list[RawFile]) -> list[RawFile]:
    """Each entry once, of all the contents of its file that have it."""
    same: dict[tuple[str, str], list[RawFile]] = {}
    for entry in entries:
        # Files without entries stay apart.
        same.setdefault((entry.path, _sha256_of(entry) or entry.token or ""), []).append(entry)
    return [_over_time(each) for each in same.values()]


def _over_time(entries: list[RawFile]) -> RawFile:
    """What an entry is that several contents of a file have."""
    first = min(entries, key=lambda entry: (entry.first_seen_at or _UNIX_EPOCH, entry.version or ""))
    last = max(
        entries,
        key=lambda entry: (entry.removed_at is None, entry.removed_at or _UNIX_EPOCH, entry.token or ""),
    )
    return replace(last, version=first.version, first_seen_at=first.first_seen_at)


def _file_of(entry: RawFile) -> RawFile:
    """The file that an entry stands in, or that has none, as its kind lists it."""
    sha256, slash, origin = (entry.token or "").partition("/")
    if not slash:
        is_read = entry.problem and entry.problem[0] in _NO_INDEX
        return replace(entry, problem=None) if is_read else entry
    path = entry.path.rpartition("#")[0] if sha256 else entry.path
    # Off go the number of entries, and how they were read.
    token = origin.rpartition(".")[0].rpartition(".")[0]
    return RawFile(entry.source, path, None, None, token or None)


def _sha256_of(entry: RawFile) -> str | None:
    sha256, slash, _ = (entry.token or "").partition("/")
    return sha256 if slash and sha256 else None


def _content(source: Source, file: RawFile, content: RawPost | Reject) -> dict[str, _Entry] | Reject:
    """The entries of a file by their SHA-256, or why there are none."""
    entries = _entries(source, file.path, content)
    return entries if isinstance(entries, Reject) else {entry.sha256: entry for entry in entries}


def _answer(entry: RawFile, content: dict[str, _Entry] | Reject) -> RawPost | Reject:
    """What is to be read of one listed entry."""
    shown = printable_path(entry.path)
    sha256 = _sha256_of(entry)
    if isinstance(content, Reject):
        size, digest = (entry.size, sha256) if sha256 else (content.raw_bytes, content.raw_sha256)
        return replace(content, raw_path=shown, raw_bytes=size, raw_sha256=digest)
    found = content.get(sha256 or "")
    if found is None:
        message = "The file changed after it was listed, and has no such entry. Build again."
        return Reject(entry.source, shown, entry.size, sha256, "read", "unreadable", message)
    if found.problem:
        why = (found.problem.reason, found.problem.message)
        return Reject(entry.source, shown, len(found.data), sha256, "read", *why)
    return RawPost(entry.source, entry.path, found.data)


# A file's text, taken apart.


def _entries(source: Source, path: str, content: RawPost | Reject) -> list[_Entry] | Reject:
    """The entries of a file, in its order, or why there are none."""
    if isinstance(content, Reject):
        return content
    values = _values(source, path, content.data)
    if isinstance(values, _Problem):
        return Reject(
            content.source,
            printable_path(path),
            len(content.data),
            content.sha256,
            "read",
            values.reason,
            values.message,
        )
    entries = []
    times: Counter[tuple[str, str]] = Counter()
    for value in values:
        entry = _entry(source, path, value)
        times[entry.path, entry.sha256] += 1
        if (count := times[entry.path, entry.sha256]) > 1:
            entry = replace(entry, path=f"{entry.path}~{count}")
        entries.append(entry)
    return entries


def _values(source: Source, path: str, data: bytes) -> list[Any] | _Problem:
    """What a file lists, objects or not; a line that is no JSON is bytes."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _Problem("bad_json", f"The file is not UTF-8 (line {line}). Fetch it again, or mend it.")
    lines = [line for line in text.split("\n") if line.strip()]
    if path.lower().endswith(_LINES):
        return [_line(line) for line in lines]
    try:
        value = _load(text)
    except ValueError as error:
        if len(lines) > 1 and isinstance(_line(lines[0]), dict):
            return [_line(line) for line in lines]
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        return _Problem("bad_json", f"The file is not JSON{where}. Fetch it again, or mend it.")
    array = _array(source, value) if isinstance(value, dict) else value
    if isinstance(array, list):
        return array
    if "entries" in source.fields:
        hint = f"`fields` says that its entries are under {source.fields['entries']!r}. Mend it."
    else:
        hint = "Name the key of its array as `entries` in `fields`, or mend the glob."
    return _Problem("not_an_index", f"The file holds no list of entries. {hint}")


def _load(text: str) -> Any:
    """What JSON says. Numbers that it could not say again are text. Raises ValueError, too for what is
    nested too deep."""
    try:
        value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deep") from None
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level if isinstance(outer, (dict, list)) for inner in _members(outer)]
        if not level:
            return value
    raise ValueError("nested too deep")


def _members(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _line(line: str) -> Any:
    try:
        return _load(line)
    except ValueError:
        return line.encode("utf-8")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _finite(digits: str) -> float | str:
    return number if math.isfinite(number := float(digits)) else digits


def _array(source: Source, value: dict[str, Any]) -> Any:
    """The array of entries in a file that is an object; the object itself where it is an entry."""
    if key := source.fields.get("entries"):
        return _at(value, key)
    arrays = {
        key: inner
        for key, inner in value.items()
        if isinstance(inner, list) and any(isinstance(each, dict) for each in inner)
    }
    for key in _GUESSES["entries"]:
        if key in arrays or value.get(key) == []:
            return value[key]
    if len(arrays) == 1:
        return next(iter(arrays.values()))
    return [value] if _text(_field(source, value, "url")) else None


# An entry as an item of JSON Feed.


def _entry(source: Source, path: str, value: Any) -> _Entry:
    if isinstance(value, dict):
        made = _item(source, value)
        data = item.item_bytes(made)
        name = made["url"] or made["title"] or ""
        problem = None
    else:
        data = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
        name = ""
        what = "a line that is no JSON" if isinstance(value, bytes) else _WORDS.get(type(value), "null")
        problem = _Problem(
            "not_an_entry", f"An entry is {what}, not an object, and so says nothing of a page. Mend it."
        )
    sha256 = hashlib.sha256(data).hexdigest()
    return _Entry(f"{path}#{_UNSAFE.sub('_', name)[:_NAME_LENGTH] or sha256[:16]}", data, sha256, problem)


_WORDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}


def _item(source: Source, entry: dict[str, Any]) -> dict[str, Any]:
    """What an entry says of its page, under the names of JSON Feed."""
    found = {name: _field(source, entry, name) for name in FIELDS if name != "entries"}
    return {
        "url": _address(_text(found["url"]) or ""),
        "title": _text(found["title"]),
        "authors": _authors(found["author"]),
        "date_published": _date(found["published"]),
        "date_modified": _date(found["updated"]),
        "summary": _text(found["summary"]),
        "tags": _tags(found["tags"]),
        "language": _text(found["language"]),
        "_index": entry,
    }


def _field(source: Source, entry: dict[str, Any], name: str) -> Any:
    """What an entry says under the key that `fields` names, or else under the first that is guessed."""
    if key := source.fields.get(name):
        return _at(entry, key)
    return next((entry[key] for key in _GUESSES[name] if entry.get(key) not in (None, "", [], {})), None)


def _at(value: Any, key: str) -> Any:
    """What stands under a key, whose dots lead into objects, and into each object of a list."""
    if isinstance(value, list):
        return [found for each in value if (found := _at(each, key)) is not None]
    if not isinstance(value, dict):
        return None
    if key in value:
        return value[key]
    first, dot, rest = key.partition(".")
    return _at(value.get(first), rest) if dot else None


def _text(value: Any) -> str | None:
    """A value as text, where it can be meant so."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return value.strip() or None if isinstance(value, str) else None


def _address(url: str) -> str | None:
    """An address with its scheme, which many indexes leave out."""
    if url.startswith("//"):
        return f"https:{url}"
    if not _SCHEME.match(url) and _HOST.match(url):
        return f"https://{url}"
    return url or None


def _authors(value: Any) -> list[dict[str, Any]]:
    authors = []
    for each in value if isinstance(value, list) else [value]:
        name, url = (each.get("name"), each.get("url")) if isinstance(each, dict) else (each, None)
        if name := _text(name):
            authors.append({"name": name, "url": _text(url)})
    return authors


def _tags(value: Any) -> list[str]:
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    names = (_text(each.get("name") if isinstance(each, dict) else each) for each in words)
    return [name for name in names if name]


def _date(value: Any) -> str | None:
    """A date as text. A number is a day, or a day and a time, that is written without marks; or else
    seconds or milliseconds since 1970."""
    text = _text(value)
    if text and (digits := _DIGITS.fullmatch(text)):
        year, month, day, *time = digits.groups()
        return f"{year}-{month}-{day}" + (f"T{':'.join(time)}Z" if time[0] else "")
    if text and _EPOCH.fullmatch(text):
        number = float(text)
        since = timedelta(milliseconds=number) if number >= _MILLISECONDS else timedelta(seconds=number)
        return (_UNIX_EPOCH + since).isoformat()
    return text
