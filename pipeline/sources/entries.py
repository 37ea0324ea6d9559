"""What is kept of a feed: its entries as raw posts, and a journal of what was seen when.

    entries/ab/<entry>-<bytes>.json   one raw post: an item's bytes, never rewritten
    journal.jsonl                     one line for each change, in the order of the fetches
    arriving.json                     a fetch whose changes are not all in their places yet

`<entry>` is a digest of the entry's identity, `<bytes>` one of the item's bytes; nothing that the feed
says becomes part of a path. A line of the journal says that an entry was seen with bytes that it
did not have before (or has again), or that the feed declared it deleted. All else follows from the
lines: an entry's last bytes stand, the ones before were removed when the next were seen. That
a feed no longer lists an entry changes nothing.

A fetch is one file, `arriving.json`, which comes into being as a whole; then its parts are brought to
their places, and that can be repeated. A fetch that is killed has either not been, or is completed
by the next.

What is the same entry:

- Its `id` tells; without one its link; without one its title and date.
- Where one fetch has several entries of one `id` and different links, or without an `id` of one link and
  different titles, each is an entry of its own.
- An `id` never seen, with a link that one kept entry has and the fetch does not list under the old
  `id`, is that entry.
- An item that differs in `id` or `date_modified` alone is no new revision: many feeds give these anew with
  each answer, and the tables would show edits where nothing was edited.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.sources.item import item_bytes, stated_date
from pipeline.sources.kinds import FetchError

JOURNAL = "journal.jsonl"
_ARRIVING = "arriving.json"
_NEW = ".new"
# Where a raw post lies, seen from the kept folder.
ENTRY_PATH = re.compile(r"entries/[0-9a-f]{2}/[0-9a-f]{40}-[0-9a-f]{32}\.json")
_VERSION_LENGTH = 200
_MANY = 100
_NO_IDENTITY = ("id", "date_modified")

Item = Mapping[str, Any]


@dataclass
class Revision:
    """One raw post of an entry. `same` is a digest of what makes it another than the entry's others."""

    sha256: str
    size: int
    same: str
    version: str | None
    first_seen_at: datetime
    removed_at: datetime | None = None


@dataclass
class Entry:
    """One entry: its revisions by their `same`, and the one that stands.

    `link` and `apart` are digests: of its link, and of what tells it from others of its identity.
    `deleted_at` is when the feed declared it deleted.
    """

    key: str
    revisions: dict[str, Revision] = field(default_factory=dict)
    standing: Revision | None = None
    link: str | None = None
    apart: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class _Arrival:
    """An item of a fetch. `keys` name its entry by its identity alone, and with what sets it apart."""

    data: bytes
    sha256: str
    same: str
    version: str | None
    keys: tuple[str, str]
    link: str | None
    apart: str
    # Of several revisions in one fetch the latest stands; where no date tells, any, but always the same.
    order: tuple[str, str]


def entry_path(entry: Entry, revision: Revision) -> str:
    """Where a revision lies, seen from the kept folder."""
    return _path(entry.key, revision.sha256)


def journal_digest(kept: Path) -> str:
    """Names what is kept: equal digests mean equal entries."""
    return hashlib.sha256(_journal(kept)).hexdigest()


def entries_of(kept: Path) -> dict[str, Entry]:
    """Every entry that was ever kept, by its key. Raises FetchError (`damaged_store`)."""
    entries: dict[str, Entry] = {}
    for number, line in enumerate(_journal(kept).splitlines(), start=1):
        try:
            _apply(json.loads(line), entries)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FetchError(
                "damaged_store",
                f"{kept / JOURNAL}: line {number} cannot be read. Restore the file from a backup.",
            ) from error
    return entries


def keep(kept: Path, items: Iterable[Item], deleted: Iterable[tuple[str, str]], at: datetime) -> int:
    """Keep what is new in a fetch at `at`; how many lines the journal has more.

    `deleted` names entries by their `id`, with when they were deleted as stated. Nothing is
    written where nothing is new. Raises FetchError (`damaged_store`), and OSError.
    """
    entries = entries_of(kept)
    arrived = _assign([_arrival(item) for item in items], entries)
    lines: list[dict[str, Any]] = []
    files: dict[str, str] = {}
    for key, arrivals in arrived.items():
        _add_changes(kept, entries.get(key) or Entry(key), arrivals, at, lines, files)
    for identity, when in deleted:
        entry = entries.get(_digest([identity]))
        if entry and entry.key not in arrived and not entry.deleted_at:
            lines.append({"at": _iso(at), "entry": entry.key, "deleted": _iso(_deletion(when, at))})
    if lines or files:
        written = "".join(_json(line) + "\n" for line in lines)
        arriving = {"journal": len(_journal(kept)), "lines": written, "files": files}
        write_whole(kept / _ARRIVING, _json(arriving).encode())
        complete(kept)
    return len(lines)


def complete(kept: Path) -> None:
    """Bring what a fetch brought to its places, if one was stopped. Raises FetchError
    (`damaged_store`), and OSError."""
    try:
        arriving = json.loads((kept / _ARRIVING).read_bytes())
        length, lines = arriving["journal"], arriving["lines"].encode()
        files = {path: text for path, text in arriving["files"].items() if ENTRY_PATH.fullmatch(path)}
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FetchError(
            "damaged_store", f"{kept / _ARRIVING}: cannot be read. Restore it from a backup, or remove it."
        ) from error
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        (kept / folder).mkdir(parents=True, exist_ok=True)
    new = kept / _NEW
    for path, text in files.items():
        new.write_bytes(text.encode())
        new.replace(kept / path)
    _sync(kept, [kept / path for path in files])
    with (kept / JOURNAL).open("ab") as journal:
        if journal.tell() < length:
            raise FetchError(
                "damaged_store",
                f"{kept / JOURNAL}: is shorter than it was when {_ARRIVING} was written. Restore both from "
                "one backup.",
            )
        # A part of these lines may be there already.
        journal.truncate(length)
        journal.write(lines)
        journal.flush()
        os.fsync(journal.fileno())
    (kept / _ARRIVING).unlink()
    _sync(kept, [])


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in its place as a whole, and on the disk: it has these bytes, or is what it was."""
    new = path.with_name(_NEW)
    with new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    _sync(path.parent, [])


def _add_changes(
    kept: Path,
    entry: Entry,
    arrivals: list[_Arrival],
    at: datetime,
    lines: list[dict[str, Any]],
    files: dict[str, str],
) -> None:
    """The journal's lines and the files for what one fetch has of one entry."""
    latest: dict[str, _Arrival] = {}
    for arrival in sorted(arrivals, key=lambda each: each.order):
        latest.pop(arrival.same, None)
        latest[arrival.same] = arrival
    *earlier, last = latest.values()
    changed = [each for each in earlier if each.same not in entry.revisions]
    stands = entry.standing is not None and entry.standing.same == last.same and not entry.deleted_at
    if changed or not stands:
        changed.append(last)
    for each in changed:
        known = entry.revisions.get(each.same)
        line = {
            "at": _iso(at),
            "entry": entry.key,
            "sha256": known.sha256 if known else each.sha256,
            "bytes": known.size if known else len(each.data),
            "same": each.same,
            "version": known.version if known else each.version,
            "link": each.link,
            "apart": each.apart,
        }
        lines.append({name: value for name, value in line.items() if value is not None})
    for each in (*changed, last):
        known = entry.revisions.get(each.same)
        path = _path(entry.key, each.sha256)
        # A file that was lost is kept again as long as the feed still has its bytes.
        if (known is None or known.sha256 == each.sha256) and not _is_there(kept / path, len(each.data)):
            files[path] = each.data.decode()


def _apply(line: Mapping[str, Any], entries: dict[str, Entry]) -> None:
    """What one line of the journal changes."""
    at = datetime.fromisoformat(line["at"])
    key = line["entry"]
    if "deleted" in line:
        entry = entries[key]
        entry.deleted_at = datetime.fromisoformat(line["deleted"])
        if entry.standing:
            entry.standing.removed_at = entry.deleted_at
        return
    entry = entries.setdefault(key, Entry(key))
    revision = entry.revisions.get(line["same"])
    if revision is None:
        revision = Revision(line["sha256"], line["bytes"], line["same"], line.get("version"), at)
        entry.revisions[revision.same] = revision
    if entry.standing and entry.standing is not revision:
        entry.standing.removed_at = at
    revision.removed_at = None
    entry.standing, entry.deleted_at = revision, None
    entry.link, entry.apart = line.get("link"), line["apart"]


def _assign(arrivals: list[_Arrival], entries: Mapping[str, Entry]) -> dict[str, list[_Arrival]]:
    """Which of the arrivals are of which entry, by its key."""
    apart: dict[str, set[str]] = defaultdict(set)
    for arrival in arrivals:
        apart[arrival.keys[0]].add(arrival.apart)
    assigned: dict[str, list[_Arrival]] = {}
    for arrival in arrivals:
        whole, part = arrival.keys
        is_shared = len(apart[whole]) > 1 and not (whole in entries and entries[whole].apart == arrival.apart)
        key = part if part in entries or is_shared else whole
        assigned.setdefault(key, []).append(arrival)
    return dict(_with_old_ids(assigned, entries))


def _with_old_ids(
    assigned: Mapping[str, list[_Arrival]], entries: Mapping[str, Entry]
) -> Iterator[tuple[str, list[_Arrival]]]:
    """The same, with an entry whose `id` has changed under the key that it had."""
    if all(key in entries for key in assigned):
        yield from assigned.items()
        return
    by_link: dict[str, list[str]] = defaultdict(list)
    for key, entry in entries.items():
        if entry.link:
            by_link[entry.link].append(key)
    arriving = Counter(link for each in assigned.values() for link in {arrival.link for arrival in each})
    for key, arrivals in assigned.items():
        link = arrivals[0].link
        old = by_link.get(link, []) if link and key not in entries else []
        is_it = len(old) == 1 and old[0] not in assigned and arriving[link] == 1
        yield (old[0] if is_it else key), arrivals


def _arrival(item: Item) -> _Arrival:
    data = item_bytes(item)
    kept = json.loads(data)
    sha256 = hashlib.sha256(data).hexdigest()
    identity, url, title = (kept.get(key) or "" for key in ("id", "url", "title"))
    link = re.sub(r"^https?://", "", url, flags=re.IGNORECASE).rstrip("/")
    whole = [identity] if identity else ["", title, kept.get("date_published") or "" if title else sha256]
    apart = title if identity == url else url
    return _Arrival(
        data=data,
        sha256=sha256,
        same=_digest({key: value for key, value in kept.items() if key not in _NO_IDENTITY})[:32],
        version=_one_line(identity)[:_VERSION_LENGTH] or None,
        keys=(_digest(whole), _digest([*whole, apart])),
        link=_digest(link)[:16] if link else None,
        apart=_digest(apart)[:16],
        order=(kept.get("date_modified") or kept.get("date_published") or "", sha256),
    )


def _path(key: str, sha256: str) -> str:
    return f"entries/{key[:2]}/{key}-{sha256[:32]}.json"


def _digest(value: Any) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()[:40]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:2000]).split())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _deletion(when: str, at: datetime) -> datetime:
    """When an entry was deleted; nobody can know of it before."""
    try:
        date = datetime.fromisoformat(stated_date(when))
    except ValueError:
        return at
    return min(date.replace(tzinfo=date.tzinfo or UTC), at)


def _journal(kept: Path) -> bytes:
    """The journal's whole lines: of one that is just being written the end may be missing."""
    try:
        data = (kept / JOURNAL).read_bytes()
    except FileNotFoundError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _sync(kept: Path, files: Collection[Path]) -> None:
    """Have files and their names on the disk. Of many, one by one would take minutes."""
    if len(files) > _MANY:
        os.sync()
        return
    for path in dict.fromkeys([*files, *(folder for file in files for folder in file.parents[:2]), kept]):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
