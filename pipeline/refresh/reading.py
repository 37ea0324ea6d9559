"""Reading: the posts that are not known yet become records, and every post gets its row in the ledger.

A post is known where its path and token, or at least its bytes, are in the ledger of the standing
dataset, and the code and the rights that made its record are still the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.refresh.listing import files_of
from pipeline.sources.kinds import Place, kind_of
from pipeline.sources.raw import RawFile, RawPost, Reject, printable_path
from pipeline.tables.extract import EXTRACTED, RECORD, Frames, Reading
from pipeline.tables.ledger import LEDGER, with_current
from pipeline.tables.workers import extract_batches

# A worker costs a second to start; it pays from so many posts on.
POSTS_PER_WORKER = 500

Progress = Callable[[int], None]

_PLACE = [name for name in LEDGER if name not in RECORD]
_READ_REJECT = {name: RECORD[name] for name in ("stage", "reason", "message")}
# What tells the rows of one record apart.
_KEYS = {
    "articles": "article_id",
    "comments": "comment_id",
    "credits": "contribution_id",
    "links": "link_id",
    "media": "media_id",
}
_SHOWN = tuple(_KEYS)


@dataclass(frozen=True)
class Read:
    """What reading gave: the ledger of every post, the records that were made now, and of each source
    how many posts were read."""

    ledger: pl.DataFrame
    records: Frames
    posts_read: Mapping[str, int]


def read_posts(
    listing: pl.DataFrame,
    before: pl.DataFrame | None,
    places: Mapping[str, Place],
    readings: Mapping[str, Reading],
    workers: int = 0,
    progress: Progress | None = None,
) -> Read:
    """Read what is not known, until every article has the record that it is shown by.

    `listing` has the posts of all sources; `before` is the ledger of the standing dataset, whose
    current records are still to be had from its tables.
    """
    known = _usable(before, readings)
    ledger, unread = _match(listing, known)
    reader = _Reader(places, readings, known, workers, progress)
    found = reader.read(unread)
    ledger = pl.concat([ledger, found]) if found.height else ledger

    standing = _current_records(known) if known is not None else set()
    # A post that was there all along may be its page's newest now, because a newer one went.
    while missing := _current_records(ledger) - standing - reader.made:
        again = ledger.filter(pl.col("record_id").is_in(list(missing))).unique(
            "record_id", keep="first", maintain_order=True
        )
        found = reader.read(again.select(*_PLACE), anew=True)
        lost = found.filter(pl.col("article_id").is_null())
        if lost.height:
            ledger = ledger.join(lost, on=["source", "path", "token"], how="anti", nulls_equal=True).vstack(
                lost
            )
    order = ["source", "path", "token"]
    return Read(ledger.sort(order, nulls_last=False), reader.records(), reader.posts_read)


def _usable(ledger: pl.DataFrame | None, readings: Mapping[str, Reading]) -> pl.DataFrame | None:
    """The rows of a ledger whose records today's code would make again."""
    if ledger is None:
        return None
    hosts = ledger.filter(pl.col("record_id").is_not_null()).select("source", "host", "maker").unique()
    good = [
        row for row in hosts.iter_rows() if row[0] in readings and readings[row[0]].maker(row[1]) == row[2]
    ]
    schema = {"source": pl.String, "host": pl.String, "maker": pl.String}
    return ledger.join(
        pl.DataFrame(good, schema=schema, orient="row"),
        on=["source", "host", "maker"],
        how="semi",
        nulls_equal=True,
    )


def _match(listing: pl.DataFrame, known: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The ledger's rows of posts that are known by path and token, and the listing's rows of the others."""
    if known is None:
        return pl.DataFrame(schema=LEDGER), listing
    at = ["source", "path", "token"]
    facts = known.filter(pl.col("token").is_not_null()).select(*at, "raw_sha256", *RECORD)
    candidates = listing.filter(pl.col("token").is_not_null() & pl.col("problem").is_null())
    matched = candidates.drop("raw_sha256").join(facts, on=at, how="inner").select(*LEDGER)
    rest = listing.join(matched, on=at, how="anti")
    # A file that was young when it was read has no token, and may be gone or another by now.
    by = ["source", "path", "raw_sha256"]
    standing = rest.filter(pl.col("raw_sha256").is_not_null()).join(
        known.select(*by, *RECORD), on=by, how="inner"
    )
    rest = rest.join(standing, on=by, how="anti", nulls_equal=True)
    return pl.concat([matched, standing.select(*LEDGER)]), rest


def _current_records(ledger: pl.DataFrame) -> set[str]:
    return set(with_current(ledger).filter("is_current")["record_id"].to_list())


class _Reader:
    """Reads posts of one run: each content once, in this process or in several."""

    def __init__(
        self,
        places: Mapping[str, Place],
        readings: Mapping[str, Reading],
        known: pl.DataFrame | None,
        workers: int,
        progress: Progress | None,
    ) -> None:
        self._places, self._readings = places, readings
        self._workers, self._progress = workers, progress
        self._batches: dict[str, list[pl.DataFrame]] = {name: [] for name in EXTRACTED}
        self._done = 0
        self.made: set[str] = set()
        self.posts_read: dict[str, int] = {}
        by_content = pl.DataFrame(schema=LEDGER) if known is None else known
        self._known = by_content.filter(pl.col("raw_sha256").is_not_null()).select("raw_sha256", *RECORD)
        # Of each content that is known: the makers of its records, and the host that it is a page of.
        self._makers: dict[str, dict[str, str | None]] = {}
        for sha256, maker, host in self._known.select("raw_sha256", "maker", "host").iter_rows():
            self._makers.setdefault(sha256, {})[maker] = host

    def read(self, unread: pl.DataFrame, *, anew: bool = False) -> pl.DataFrame:
        """The ledger's rows of these posts; `anew` has records made even of contents that are known."""
        places: list[dict[str, Any]] = []
        seen: set[tuple[str, str]] = set()
        posts = self._posts(unread, places, seen, anew=anew)
        count = self._workers or min(os.cpu_count() or 1, max(1, unread.height // POSTS_PER_WORKER))
        made: list[pl.DataFrame] = []
        for frames in extract_batches(posts, self._readings, count):
            made.append(frames["records"])
            for name in _SHOWN:
                self._batches[name].append(frames[name])
            self._done += frames["records"].height
            if self._progress:
                self._progress(self._done)
        records = pl.concat(made) if made else pl.DataFrame(schema=EXTRACTED["records"])
        self.made |= set(records["record_id"].to_list())
        return self._rows(places, records)

    def records(self) -> Frames:
        """The frames of all records made; where two sources hold the same post, its record once."""
        frames = {}
        for name in _SHOWN:
            parts = self._batches[name]
            frame = pl.concat(parts, rechunk=False) if parts else pl.DataFrame(schema=EXTRACTED[name])
            key = _KEYS[name]
            frames[name] = frame.unique(["record_id", key], keep="first", maintain_order=True)
        return frames

    def _posts(
        self,
        unread: pl.DataFrame,
        places: list[dict[str, Any]],
        seen: set[tuple[str, str]],
        *,
        anew: bool,
    ) -> Iterator[tuple[RawPost, str]]:
        """The posts to extract, with their SHA-256; notes in `places` what became of each."""
        for source, rows in unread.group_by("source", maintain_order=True):
            name = str(source[0])
            reading = self._readings[name]
            files = files_of(rows)
            self.posts_read[name] = self.posts_read.get(name, 0) + len(files)
            for file, item in zip(files, self._bytes_of(name, files), strict=True):
                if isinstance(item, Reject):
                    places.append(_place(file, item.raw_bytes, item.raw_sha256) | _why(item))
                    continue
                sha256 = item.sha256
                known = None if anew else self._known_by_content(sha256, reading)
                places.append(_place(file, len(item.data), sha256) | {"reading": reading.key, "maker": known})
                if known is None and (sha256, reading.key) not in seen:
                    seen.add((sha256, reading.key))
                    yield item, sha256

    def _bytes_of(self, source: str, files: list[RawFile]) -> Iterator[RawPost | Reject]:
        place = self._places[source]
        return kind_of(place.source).read(place, files)

    def _known_by_content(self, sha256: str, reading: Reading) -> str | None:
        """The maker of a known record of these bytes that this reading would make again."""
        for maker, host in self._makers.get(sha256, {}).items():
            if reading.maker(host) == maker:
                return maker
        return None

    def _rows(self, places: list[dict[str, Any]], records: pl.DataFrame) -> pl.DataFrame:
        """Where each post lies, joined with the record that it became."""
        schema = {name: LEDGER[name] for name in _PLACE} | {"reading": pl.String, "maker": pl.String}
        frame = pl.DataFrame(places, schema=schema | _READ_REJECT)
        rejected = frame.filter(pl.col("reading").is_null()).drop("reading", "maker")
        again = frame.filter(pl.col("maker").is_not_null()).drop("reading", *_READ_REJECT)
        fresh = frame.filter(pl.col("reading").is_not_null() & pl.col("maker").is_null())
        facts = self._known.unique(["raw_sha256", "maker"], keep="first", maintain_order=True)
        parts = [
            rejected.with_columns(notes=pl.lit([], LEDGER["notes"])),
            again.join(facts, on=["raw_sha256", "maker"]),
            fresh.drop("maker", *_READ_REJECT).join(records, on=["raw_sha256", "reading"]).drop("reading"),
        ]
        return pl.concat(parts, how="diagonal").select(
            pl.col(name).cast(dtype) if name in LEDGER else pl.lit(None, dtype).alias(name)
            for name, dtype in LEDGER.items()
        )


def _place(file: RawFile, raw_bytes: int | None, sha256: str | None) -> dict[str, Any]:
    return {
        "source": file.source,
        "path": os.fsencode(file.path),
        "raw_path": printable_path(file.path),
        "token": file.token,
        "raw_bytes": raw_bytes,
        "raw_sha256": sha256,
        "version": file.version,
        "first_seen_at": file.first_seen_at,
        "removed_at": file.removed_at,
    }


def _why(item: Reject) -> dict[str, Any]:
    return {"stage": item.stage, "reason": item.reason, "message": item.message}
