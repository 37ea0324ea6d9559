"""A table as Parquet files, and back.

The contract decides everything in a file: columns, types, nullability, descriptions and the
order of the rows; `partitions` decides which rows it holds. The same rows in any order give the
same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.publish.partitions import (
    LONG_TEXT,
    file_name,
    has_long_text,
    in_partition,
    partitions,
)
from schemas import Column, Table
from schemas.contract import STRINGS, TIMESTAMP

# A reader of one row decompresses a whole row group, so tables of long texts get small ones.
GROUP_OF_LONG_TEXT = 2_000
GROUP = 50_000
# Arrow's string type holds 2 GiB in one chunk, and a row group is one chunk: so a row group ends
# before its text comes near that, however long the posts are.
BYTES_OF_TEXT = 256 * 1024 * 1024

_ARROW_TYPES: dict[pl.DataType, pa.DataType] = {
    pl.String(): pa.string(),
    pl.Boolean(): pa.bool_(),
    pl.Int64(): pa.int64(),
    TIMESTAMP: pa.timestamp("us", tz="UTC"),
    # Parquet's own name for what a list holds.
    STRINGS: pa.list_(pa.field("element", pa.string())),
}


def table_files(table: Table, folder: Path) -> list[Path]:
    """A table's files in the folder of all tables, in the order of their rows."""
    return sorted((folder / table.name).glob("*.parquet"))


def arrow_schema(table: Table) -> pa.Schema:
    """The table's Arrow schema: fields with nullability and notes, and the table's own notes.

    A field's metadata are its `description` and, where the contract has them, `unit`, `example`
    and `source`. The schema's are `table`, `description` and, as JSON, `key`, `sort_by` and
    `foreign_keys`.
    """
    foreign_keys = [
        {"column": key.column, "references": key.references, "to_column": key.to_column}
        for key in table.foreign_keys
    ]
    return pa.schema(
        [_field(column) for column in table.columns],
        metadata={
            "table": table.name,
            "description": table.description,
            "key": json.dumps(table.key),
            "sort_by": json.dumps(table.sort_by),
            "foreign_keys": json.dumps(foreign_keys),
        },
    )


def write_parquet(table: Table, frame: pl.DataFrame, folder: Path) -> list[Path]:
    """Write the frame, which keeps the table's contract, to files in `<folder>/<table>/`."""
    return [
        write_partition(table, start, frame.filter(in_partition(start)), folder)
        for start in partitions(table, frame)
    ]


def write_partition(table: Table, start: str, frame: pl.DataFrame, folder: Path) -> Path:
    """Write the rows of one partition to its file.

    Rows are sorted by the table's order, nulls first, then by its key. One row group at a time is
    made into Arrow, so that a table of long texts is not held twice.
    """
    path = folder / table.name / file_name(table, start)
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(table)
    rows = frame.select(*table.polars_schema).sort(*table.sort_by, *table.key, nulls_last=False)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=_repeating(table),
        write_page_checksum=True,
    ) as writer:
        for group in _row_groups(rows, GROUP_OF_LONG_TEXT if has_long_text(table) else GROUP):
            # Rechunked, because page limits would otherwise follow the frame's chunks.
            arrow = group.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
            writer.write_table(arrow, row_group_size=max(1, arrow.num_rows))
    return path


def read_parquet(table: Table, folder: Path) -> pl.DataFrame:
    """The table as `write_parquet` left it in `folder`, in its published order."""
    return read_files(table_files(table, folder), tuple(table.polars_schema))


def read_files(paths: list[Path], columns: tuple[str, ...]) -> pl.DataFrame:
    """Some columns of Parquet files of one table, their rows one after the other."""
    # No globbing and no hive columns: a folder may be called `a[1]` or `year=2020`.
    return pl.read_parquet(paths, columns=list(columns), glob=False, hive_partitioning=False)


def _field(column: Column) -> pa.Field:
    notes = {
        "description": column.description,
        "unit": column.unit,
        "example": column.example,
        "source": column.source,
    }
    metadata = {name: text for name, text in notes.items() if text}
    return pa.field(column.name, _ARROW_TYPES[column.dtype], column.nullable, metadata)


def _repeating(table: Table) -> list[str]:
    """The columns that a dictionary helps: not long texts, and not a key that never repeats."""
    key = table.key if len(table.key) == 1 else ()
    return [name for name in table.polars_schema if name not in LONG_TEXT and name not in key]


def _row_groups(rows: pl.DataFrame, height: int) -> Iterator[pl.DataFrame]:
    """The rows in groups of `height`, halved where their text is too long."""
    for start in range(0, rows.height, height):
        yield from _halved(rows.slice(start, height))


def _halved(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    if rows.height > 1 and _text_bytes(rows) > BYTES_OF_TEXT:
        middle = rows.height // 2
        yield from _halved(rows.slice(0, middle))
        yield from _halved(rows.slice(middle))
    else:
        yield rows


def _text_bytes(rows: pl.DataFrame) -> int:
    return int(sum(rows.select(pl.col(pl.String).str.len_bytes().sum()).row(0)))
