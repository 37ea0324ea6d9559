"""The record of refreshes: `refreshes.parquet` in the outputs folder, one row per source and run.

It is no part of the dataset: the tables say what the sources hold, this file says what was done
and when. The columns are those of `Refresh`, with their descriptions, and are named nowhere else.
This module is on the way of every refresh, also of one that finds nothing new, so it imports
nothing heavier than pyarrow's Parquet.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

FILE = "refreshes.parquet"

# The outcomes after which the dataset shows a source as it stands.
GOOD = frozenset({"unchanged", "refreshed"})

_TEXT = pa.string()
_NUMBER = pa.int64()
_INSTANT = pa.timestamp("us", tz="UTC")


def _column(dtype: pa.DataType, description: str, *, nullable: bool = False) -> dict[str, Any]:
    return {"dtype": dtype, "nullable": nullable, "description": description}


@dataclass(frozen=True)
class Refresh:
    """What one run did with one source; one row of the record.

    Where a source was held back, the counts say what the refresh would have changed; where it
    could not be fetched, they are 0.
    """

    run: str = field(metadata=_column(_TEXT, "The run's id; the sources refreshed together share it."))
    source: str = field(metadata=_column(_TEXT, "The source's name in sources.yaml."))
    started_at: datetime = field(metadata=_column(_INSTANT, "When the run began with the source, UTC."))
    finished_at: datetime = field(metadata=_column(_INSTANT, "When the run was done with the source, UTC."))
    trigger: str = field(metadata=_column(_TEXT, "What began the run: command, schedule, sensor, ui ..."))
    outcome: str = field(
        metadata=_column(
            _TEXT,
            "What came of it, as a code: unchanged, refreshed, held_back (a limit was passed), failed, or "
            "why the source could not be fetched, such as unreachable.",
        )
    )
    message: str | None = field(
        default=None,
        metadata=_column(_TEXT, "What went wrong and what to do; null where nothing did.", nullable=True),
    )
    from_version: str | None = field(
        default=None,
        metadata=_column(
            _TEXT, "The state of the source that stood in the dataset; null where none did.", nullable=True
        ),
    )
    to_version: str | None = field(
        default=None,
        metadata=_column(
            _TEXT, "The state of the source that was found; null where none was.", nullable=True
        ),
    )
    dataset_version: str | None = field(
        default=None,
        metadata=_column(
            _TEXT, "The version of the dataset that stood afterwards; null before the first.", nullable=True
        ),
    )
    posts: int | None = field(
        default=None,
        metadata=_column(
            _NUMBER, "Raw posts that the source held then; null where that is unknown.", nullable=True
        ),
    )
    posts_added: int = field(
        default=0, metadata=_column(_NUMBER, "Raw posts at paths that `from_version` does not have.")
    )
    posts_changed: int = field(
        default=0, metadata=_column(_NUMBER, "Raw posts with other bytes than before.")
    )
    posts_removed: int = field(
        default=0, metadata=_column(_NUMBER, "Raw posts of `from_version` that the source no longer holds.")
    )
    posts_rejected: int = field(
        default=0, metadata=_column(_NUMBER, "Of the posts added and changed, those that gave no row.")
    )
    articles_new: int = field(default=0, metadata=_column(_NUMBER, "Articles that were not there before."))
    articles_updated: int = field(
        default=0, metadata=_column(_NUMBER, "Articles of which some row differs from before.")
    )
    articles_removed: int = field(
        default=0, metadata=_column(_NUMBER, "Articles that were there before and are not now.")
    )
    seconds: float = field(
        default=0.0, metadata=_column(pa.float64(), "How long the run was at work on the source.")
    )


SCHEMA = pa.schema(
    [
        pa.field(
            column.name,
            column.metadata["dtype"],
            column.metadata["nullable"],
            {"description": column.metadata["description"]},
        )
        for column in fields(Refresh)
    ],
    metadata={"table": "refreshes", "description": "One row is what one run did with one source."},
)

# Not SCHEMA.empty_table(), which imports pandas; see _table.
_EMPTY = pa.Table.from_arrays([pa.chunked_array([], column.type) for column in SCHEMA], schema=SCHEMA)

# What reading a file raises that is no record.
_DAMAGE = (OSError, ValueError, pa.ArrowException)


def append(out: Path, rows: Sequence[Refresh]) -> str | None:
    """Add rows to the record; a reader finds the old record or the new one, whole.

    Returns a warning where the file was damaged or something else: it is then kept under another
    name, and the record begins anew. Only one process may append at a time: the one that
    holds the lock of `out`. Raises OSError where the file cannot be written; it is then as it was.
    """
    if not rows:
        return None
    path = out / FILE
    standing, fault = _load(path)
    warning = None
    if fault:
        aside = _set_aside(path)
        warning = f"{path}: {fault}. It was kept as {aside.name}, and the record of refreshes begins anew."
    stream = pa.BufferOutputStream()
    record = pa.concat_tables([standing, _as_record(_table(rows))])
    pq.write_table(record, stream, compression="zstd", write_page_checksum=True)
    write_whole(path, stream.getvalue())
    return warning


def read(out: Path) -> pa.Table:
    """The record, in the order in which it was written; empty where there is none or it is damaged."""
    return _load(out / FILE)[0]


def last_refreshes(out: Path) -> dict[str, dict[str, Any]]:
    """Each source's last row, by column; and `last_good_at`, when the last run was done after which
    the dataset showed the source as it stood (None where there was none)."""
    record = read(out)
    sources = record["source"].to_pylist()
    outcomes = record["outcome"].to_pylist()
    # A later row takes the place of an earlier one. The order is that of writing, because clocks
    # can be set back.
    last = {source: number for number, source in enumerate(sources)}
    good = {
        source: number
        for number, (source, outcome) in enumerate(zip(sources, outcomes, strict=True))
        if outcome in GOOD
    }
    found = {}
    for source in sorted(last):
        row = {name: _value(record[name], last[source]) for name in record.column_names}
        row["last_good_at"] = _value(record["finished_at"], good[source]) if source in good else None
        found[source] = row
    return found


def as_json(row: Refresh) -> dict[str, Any]:
    """A row as JSON can hold it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(row).items()
    }


def of_json(values: Mapping[str, Any]) -> Refresh:
    """The row that `as_json` made these values of."""
    instants = {column.name for column in fields(Refresh) if column.metadata["dtype"] == _INSTANT}
    row: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in instants else value for name, value in values.items()
    }
    return Refresh(**row)


def runs(out: Path) -> set[str]:
    """The ids of all runs of the record."""
    try:
        with _open(out / FILE) as file:
            found = file.read(["run"], use_threads=False)["run"]
            return set(found.to_pylist()) if found.type.equals(_TEXT) else set()
    except (*_DAMAGE, KeyError):
        return set()


def write_whole(path: Path, data: bytes | pa.Buffer) -> None:
    """Write a file so that readers, also after a power cut, find all of it or what was there before.

    What a killed write leaves is `.<name>.new`, which the next write replaces.
    """
    new = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _load(path: Path) -> tuple[pa.Table, str | None]:
    """The record, or an empty one and what is wrong with the file."""
    try:
        with _open(path) as file:
            table = file.read(use_threads=False)
        table.validate(full=True)
        return _as_record(table), None
    except FileNotFoundError:
        return _EMPTY, None
    except _DAMAGE as error:
        return _EMPTY, f"is damaged or no record of refreshes ({_first_line(error)})"


def _open(path: Path) -> pq.ParquetFile:
    # Opening a pipe would wait for ever; a link leads who knows where.
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError("it is no plain file")
    return pq.ParquetFile(path, page_checksum_verification=True)


def _as_record(table: pa.Table) -> pa.Table:
    """The table with the columns of the record; those that it may lack are null."""
    unknown = sorted(set(table.column_names) - set(SCHEMA.names))
    missing = [
        column.name for column in SCHEMA if not column.nullable and column.name not in table.column_names
    ]
    if unknown or missing or len(set(table.column_names)) < table.num_columns:
        raise ValueError(f"its columns are {', '.join(table.column_names)}")
    columns = [
        _as(column.type, table[column.name])
        if column.name in table.column_names
        else pa.nulls(table.num_rows, column.type)
        for column in SCHEMA
    ]
    for column, values in zip(SCHEMA, columns, strict=True):
        if not column.nullable and values.null_count:
            raise ValueError(f"its column {column.name} has nulls")
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _as(dtype: pa.DataType, values: pa.ChunkedArray) -> pa.ChunkedArray:
    # A cast imports a good part of pyarrow, also where there is nothing to do.
    return values if values.type.equals(dtype) else values.cast(dtype)


def _table(rows: Sequence[Refresh]) -> pa.Table:
    # By way of JSON: pyarrow imports all of pandas, where it is installed, before it takes a Python
    # value, and that costs ten times what the rest of a refresh's record costs.
    lines = [json.dumps({name: _plain(getattr(row, name)) for name in SCHEMA.names}) for row in rows]
    return pyarrow.json.read_json(
        pa.py_buffer("\n".join(lines).encode()),
        read_options=pyarrow.json.ReadOptions(
            use_threads=False, block_size=sum(map(len, lines)) + len(lines)
        ),
        parse_options=pyarrow.json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="error"),
    )


def _plain(value: Any) -> Any:
    """A value as JSON holds it; a path in a message may hold bytes that are no UTF-8."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _value(column: pa.ChunkedArray, row: int) -> Any:
    """One value of a column; an instant in UTC."""
    value = column.slice(row, 1).chunk(0)
    if not value.type.equals(_INSTANT):
        return value[0].as_py()
    # As a number, because pandas would be imported for an instant too.
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=value.view(pa.int64())[0].as_py())


def _set_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    path.rename(aside)
    return aside


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
