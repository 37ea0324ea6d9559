"""What a refresh remembers of the dataset that stands, so that it need not do the same work again.

    out/.cache/<version>.json     what the dataset was made of and with, and its files
    out/.cache/<digest>.parquet   the ledger (pipeline/tables/ledger.py)

All of it can be deleted at any time: the next refresh then reads every post again and ends in the
same bytes. It is written before the dataset that it belongs to becomes the standing one, and read
only if it belongs to the one that stands, and if that one's files are as they were left. The
records themselves are not here: the published tables are their keeping place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.publish import versions
from pipeline.publish.versions import FileFacts

if TYPE_CHECKING:
    import polars as pl

FOLDER = ".cache"
_FORMAT = 1


@dataclass(frozen=True)
class SourceState:
    """What the dataset holds of a source: its state (see `Kind.state`), the digest of what
    sources.yaml said of it, and how many posts it had."""

    state: str
    entry: str
    posts: int


@dataclass(frozen=True)
class Database:
    """The DuckDB file as it was left, and its size when it was last written whole."""

    size: int
    mtime_ns: int
    inode: int
    whole_size: int


@dataclass(frozen=True)
class Cache:
    """What is remembered of one dataset.

    `place` is its folder's name; `code` and `assembly` are fingerprints (pipeline/tables/fingerprint.py);
    `segments` are the parts of its CSV files (pipeline/publish/csv.py); `ledger` is the name of the
    ledger's file; `records` are the rows that its run left, or was about to leave, in the record.
    """

    version: str
    place: str
    code: str
    assembly: str
    sources: Mapping[str, SourceState]
    files: versions.Facts
    segments: Mapping[str, Mapping[str, tuple[int, int]]]
    database: Database
    ledger: str
    rows: Mapping[str, int]
    rejects: Mapping[str, int]
    raw_bytes: int
    records: Sequence[Mapping[str, Any]]


def load(out: Path) -> Cache | None:
    """What is remembered of the standing dataset; None where that is nothing, or cannot be relied on."""
    standing = versions.standing(out)
    if standing is None:
        return None
    try:
        cache = _of_json(json.loads((out / FOLDER / f"{standing.name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = (
        cache is not None
        and cache.place == standing.name
        and (out / FOLDER / cache.ledger).is_file()
        and versions.is_intact(standing, cache.files)
    )
    return cache if whole else None


def database_is_intact(cache: Cache, path: Path) -> bool:
    """True where nobody has touched the DuckDB file since it was published."""
    try:
        status = path.stat()
    except OSError:
        return False
    database = cache.database
    return (status.st_size, status.st_mtime_ns, status.st_ino) == (
        database.size,
        database.mtime_ns,
        database.inode,
    )


def load_ledger(out: Path, cache: Cache) -> pl.DataFrame:
    """The ledger of the dataset that `cache` remembers."""
    return _ledger_of(out / FOLDER / cache.ledger)


@lru_cache(maxsize=1)
def _ledger_of(path: Path) -> pl.DataFrame:
    # Asked for by several steps of a run; the file's name is a digest of its bytes.
    import polars as pl

    return pl.read_parquet(path, glob=False, hive_partitioning=False)


def save_ledger(out: Path, ledger: pl.DataFrame) -> str:
    """Keep a ledger; returns the name of its file, which follows from its bytes."""
    from io import BytesIO

    stream = BytesIO()
    ledger.write_parquet(stream, compression="zstd")
    data = stream.getvalue()
    name = f"{hashlib.sha256(data).hexdigest()[:16]}.parquet"
    _write(out / FOLDER / name, data)
    return name


def save(out: Path, cache: Cache) -> None:
    """Remember a dataset, in place of what was remembered of one with the same version."""
    data = {"format": _FORMAT} | asdict(cache)
    _write(out / FOLDER / f"{cache.place}.json", json.dumps(data, separators=(",", ":")).encode())


def forget_others(out: Path, cache: Cache) -> None:
    """Remove what belongs to no standing dataset."""
    kept = {f"{cache.place}.json", cache.ledger}
    for path in (out / FOLDER).iterdir():
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _of_json(data: Any) -> Cache | None:
    if data.pop("format") != _FORMAT:
        return None
    data["sources"] = {name: SourceState(**state) for name, state in data["sources"].items()}
    data["files"] = {name: FileFacts(**facts) for name, facts in data["files"].items()}
    data["segments"] = {
        table: {name: (start, length) for name, (start, length) in parts.items()}
        for table, parts in data["segments"].items()
    }
    return Cache(**data | {"database": Database(**data["database"])})


def _write(path: Path, data: bytes) -> None:
    """A file that is whole or not there, whatever happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
