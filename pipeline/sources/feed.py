"""A source of the kind `feed`: RSS, Atom or JSON Feed at an http(s) address.

A feed shows its newest entries only. Each that a fetch finds is kept for good, as
`pipeline/sources/entries.py` says, so that the archive grows while the feed's window moves on. Beside
them lies `feed.json`: what the server said of the last answer, so that it need not send it again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.sources import entries, feed_document, http, locations
from pipeline.sources.feed_document import FeedError
from pipeline.sources.http import LIMITS, Answer, Limits
from pipeline.sources.item import stated_date
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import MAX_RAW_BYTES, RawFile, RawPost, Reject, printable_path

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.8, */*;q=0.1"
)
_LAST = "feed.json"
_LOCK = ".lock"


def fetch(place: Place, *, now: datetime | None = None, limits: Limits = LIMITS) -> Fetched:
    """Get the feed, if it is another than last time, and keep the entries that are new or changed.

    `now` is when it was fetched, to the second. Raises FetchError with the outcomes of `http.get`
    and `feed_document.read_apart`, with `busy` where another fetch is at work, and with
    `damaged_store` or `cannot_keep` where the kept folder is not as it should be.
    """
    with _failures(place), _alone(place.kept):
        entries.complete(place.kept)
        last = _last(place)
        at = (now or datetime.now(UTC)).replace(microsecond=0)
        answer = http.get(
            place.location,
            etag=last.get("etag"),
            last_modified=last.get("last_modified"),
            accept=ACCEPT,
            limits=limits,
        )
        notes = _moved(answer)
        body = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or body == last.get("body"):
            return Fetched(notes)
        document = feed_document.read_apart(answer.body, answer.content_type, answer.url)
        entries.keep(place.kept, document.items, document.deleted, at)
        if not document.items:
            document.notes.append("The feed holds no entries now; those that were kept stand.")
        # An answer that broke off is asked for again.
        seen = {"etag": answer.etag, "last_modified": answer.last_modified, "body": body}
        _write_last(place, {} if document.breaks_off else seen)
        return Fetched((*notes, *document.notes))


def state(place: Place) -> str:
    """Names what is kept, and whether deleted entries are among the posts. Raises FetchError."""
    if not (place.kept / _LAST).exists() and not (place.kept / entries.JOURNAL).exists():
        raise FetchError(
            "not_fetched",
            f"source {place.source.name!r}: nothing of the feed was kept yet. Refresh the source first.",
        )
    return f"{entries.journal_digest(place.kept)}+{place.source.on_removal}"


def posts(place: Place, known: Known | None = None) -> list[RawFile]:  # noqa: ARG001
    """Every revision of every entry that was ever kept, sorted by path and token.

    One that the publisher replaced has the time of the fetch that first saw the next as
    `removed_at`. Entries that the feed declared deleted (RFC 6721) are listed with that time where the
    source has `on_removal: keep`, else not at all. Reading the journal costs so little that what was known
    helps nothing. Raises FetchError.
    """
    with _failures(place):
        files = [
            RawFile(
                source=place.source.name,
                path=entries.entry_path(entry, revision),
                size=revision.size,
                token=revision.sha256,
                version=revision.version,
                first_seen_at=revision.first_seen_at,
                removed_at=revision.removed_at,
            )
            for entry in entries.entries_of(place.kept).values()
            for revision in entry.revisions.values()
            if not entry.deleted_at or place.source.on_removal == "keep"
        ]
    return sorted(files, key=lambda file: (file.path, file.token or ""))


def read(place: Place, files: Iterable[RawFile]) -> Iterator[RawPost | Reject]:
    """The bytes of each of `files`, in their order, or why there are none."""
    for file in files:
        yield _read(place.kept, file)


def look(place: Place, *, limits: Limits = LIMITS) -> Look:
    """How many entries the feed shows now, and the date of the newest, or of its last change where no
    entry says when it was published. Raises FetchError."""
    with _failures(place):
        answer = http.get(place.location, accept=ACCEPT, limits=limits)
        document = feed_document.read_apart(answer.body, answer.content_type, answer.url)
    newest = None
    for key in ("date_published", "date_modified"):
        dates = [date for item in document.items if (date := _date(item.get(key)))]
        newest = newest or max(dates, default=None)
    return Look(len(document.items), newest, (*_moved(answer), *document.notes))


def moved(place: Place, state: str) -> bool:  # noqa: ARG001
    """False: that a feed has changed is known by fetching it."""
    return False


def _read(kept: Path, file: RawFile) -> RawPost | Reject:
    def reject(reason: str, message: str) -> Reject:
        return Reject(file.source, printable_path(file.path), file.size, file.token, "read", reason, message)

    if file.problem:
        return reject(*file.problem)
    if not entries.ENTRY_PATH.fullmatch(file.path):
        return reject("missing_post", "No entry is kept under such a name. Build again.")
    try:
        # A link in the place of a file is not followed.
        descriptor = os.open(kept / file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(MAX_RAW_BYTES + 1)
    except FileNotFoundError:
        return reject(
            "missing_post",
            "The kept entry has gone from the raw folder, where nothing may be removed. Restore it from "
            "a backup.",
        )
    except OSError as error:
        return reject(
            "unreadable",
            f"The kept entry could not be read ({error.strerror or error}). Mend its permissions or its "
            "disk.",
        )
    if len(data) > MAX_RAW_BYTES:
        return reject("too_large", f"The entry has more than {MAX_RAW_BYTES:,} bytes, and is not read.")
    if hashlib.sha256(data).hexdigest() != file.token:
        return reject(
            "damaged_post",
            "The kept entry's bytes are not those that were fetched. Restore it from a backup.",
        )
    return RawPost(file.source, file.path, data)


def _moved(answer: Answer) -> tuple[str, ...]:
    if answer.moved_to is None:
        return ()
    return (f"The feed has moved for good to {locations.shown(answer.moved_to)}: write that as `location`.",)


def _date(text: Any) -> datetime | None:
    try:
        date = datetime.fromisoformat(stated_date(text)) if isinstance(text, str) else None
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC) if date else None


def _last(place: Place) -> dict[str, Any]:
    """What `feed.json` says; nothing where it is of another location, or where the entries are gone."""
    try:
        last = json.loads((place.kept / _LAST).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    is_usable = isinstance(last, dict) and last.get("location") == _location_digest(place)
    return last if is_usable and (place.kept / entries.JOURNAL).exists() else {}


def _write_last(place: Place, seen: dict[str, str | None]) -> None:
    last = {"location": _location_digest(place)} | {key: value for key, value in seen.items() if value}
    data = json.dumps(last, sort_keys=True, indent=1).encode() + b"\n"
    path = place.kept / _LAST
    if not path.exists() or path.read_bytes() != data:
        entries.write_whole(path, data)


def _location_digest(place: Place) -> str:
    """Not the location itself, which may hold a password."""
    return hashlib.sha256(place.location.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Be the only fetch into a kept folder. The lock ends with its process, however that ends."""
    kept.mkdir(parents=True, exist_ok=True)
    lock = FileLock(kept / _LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise FetchError(
            "busy", f"{kept}: another fetch of this feed is at work. Wait for it.", retry=True
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _failures(place: Place) -> Iterator[None]:
    """Every failure as a FetchError that names the source."""
    name = f"source {place.source.name!r}"
    try:
        yield
    except FetchError as error:
        raise FetchError(error.outcome, f"{name}: {error}", retry=error.retry, wait=error.wait) from error
    except FeedError as error:
        raise FetchError(error.outcome, f"{name}: {error}", retry=error.outcome == "empty_feed") from error
    except OSError as error:
        raise FetchError(
            "cannot_keep",
            f"{name}: {place.kept} cannot be read or written ({error.strerror or error}). Make room, or "
            "mend its permissions.",
        ) from error
