"""Listing: every raw post that the sources hold now, before any is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from pipeline.sources.kinds import Known, Place, kind_of
from pipeline.sources.raw import RawFile, printable_path
from pipeline.tables.ledger import LEDGER
from schemas.contract import TIMESTAMP

# One row is one raw post, as in the ledger, before it is read. `problem` and `advice` say why there is
# nothing to read, where that is so. `raw_sha256` is null but for posts that are listed as the standing
# dataset has them: those need not be looked at to be known.
LISTING: dict[str, Any] = {
    "source": pl.String,
    "path": pl.Binary,
    "raw_path": pl.String,
    "token": pl.String,
    "raw_bytes": pl.Int64,
    "version": pl.String,
    "first_seen_at": TIMESTAMP,
    "removed_at": TIMESTAMP,
    "problem": pl.String,
    "advice": pl.String,
    "raw_sha256": pl.String,
}


def list_posts(place: Place, state: str | None, ledger: pl.DataFrame | None) -> pl.DataFrame:
    """The raw posts of one source as they are kept now: a frame of LISTING.

    `state` and `ledger` are what was known of the source before, if anything; they save work and
    change nothing. Raises FetchError where nothing was ever kept.
    """
    known = None
    if state is not None and ledger is not None:
        rows = as_listed(ledger.filter(source=place.source.name))
        known = Known(state, tuple(_file(row) for row in rows.iter_rows(named=True)))
    return frame_of(kind_of(place.source).posts(place, known))


def frame_of(files: Iterable[RawFile]) -> pl.DataFrame:
    """Raw files as a frame of LISTING."""
    rows = [
        (
            file.source,
            os.fsencode(file.path),
            printable_path(file.path),
            file.token,
            file.size,
            file.version,
            file.first_seen_at,
            file.removed_at,
            *(file.problem or (None, None)),
            None,
        )
        for file in files
    ]
    return pl.DataFrame(rows, schema=LISTING, orient="row")


def files_of(rows: pl.DataFrame) -> list[RawFile]:
    """The raw files of rows of LISTING, in their order."""
    return [_file(row) for row in rows.iter_rows(named=True)]


def as_listed(ledger: pl.DataFrame) -> pl.DataFrame:
    """The rows of a ledger as a listing: the posts of a source that could not be, or must not be,
    looked at now."""
    return ledger.select(
        pl.col(name) if name in LEDGER else pl.lit(None, dtype).alias(name) for name, dtype in LISTING.items()
    )


def _file(row: Mapping[str, Any]) -> RawFile:
    problem = row.get("problem")
    return RawFile(
        row["source"],
        os.fsdecode(row["path"]),
        row["raw_bytes"],
        (problem, row["advice"]) if problem else None,
        row["token"],
        row["version"],
        row["first_seen_at"],
        row["removed_at"],
    )
