"""A table as one CSV file, and the SQL that reads it back exactly.

The CSV is RFC 4180: lines end in CRLF, the first names the columns, and fields are quoted where
they must be, with quotes doubled. It is UTF-8 without a byte order mark.

| value | in the file |
|---|---|
| null | nothing, unquoted; an empty text, which never occurs, would be `""` |
| text | as it is: `=1+1`, `NULL` and leading spaces too |
| list | JSON without spaces, non-ASCII characters as they are: `["Ada","墨渡"]` |
| boolean | `true`, `false` |
| time | UTC, `2021-11-24T10:15:00Z`; with six decimals where it is not a whole second |
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import polars as pl

from pipeline.publish.duckdb import identifier, literal, path_literal, sql_type
from pipeline.publish.parquet import read_files, table_files
from schemas import Table
from schemas.contract import STRINGS, TIMESTAMP

# The longest line that DuckDB is told to expect: body_text and body_html of the largest raw post
# that is read (8 MiB), with room for what quotes and entities add. Its own limit is 2 MB.
LONGEST_LINE = 64 * 1024 * 1024


# Where the rows of each Parquet file stand in the CSV file, as (offset, length) in bytes.
Segments = Mapping[str, tuple[int, int]]


def write_csv(
    table: Table,
    folder_of_parquet: Path,
    csv_folder: Path,
    before: Path | None = None,
    segments: Segments | None = None,
    unchanged: Collection[str] = (),
) -> Segments:
    """Write `<csv_folder>/<table>.csv` from the table's Parquet files, in the same order of rows.

    The rows of a Parquet file whose name is in `unchanged` are copied from the CSV file `before`, in
    which they stand at `segments`: the bytes are the same, and copying costs next to nothing.
    """
    csv_folder.mkdir(parents=True, exist_ok=True)
    header = ",".join(table.polars_schema).encode() + b"\r\n"
    written: dict[str, tuple[int, int]] = {}
    with (csv_folder / f"{table.name}.csv").open("wb") as stream, _opened(before) as older:
        stream.write(header)
        for path in table_files(table, folder_of_parquet):
            start = stream.tell()
            if older and segments and path.name in unchanged and path.name in segments:
                _copy(older, *segments[path.name], stream)
            else:
                rows = read_files([path], tuple(table.polars_schema))
                rows.select(*_as_text(table)).write_csv(
                    stream, include_header=False, line_terminator="\r\n", quote_style="necessary"
                )
            written[path.name] = (start, stream.tell() - start)
    return written


def _opened(path: Path | None) -> AbstractContextManager[BinaryIO | None]:
    return path.open("rb") if path else nullcontext()


def _copy(source: BinaryIO, offset: int, length: int, target: BinaryIO) -> None:
    """Copy bytes to where `target` stands; inside the kernel where it can."""
    target.flush()
    in_kernel = hasattr(os, "copy_file_range")
    while length:
        try:
            if in_kernel:
                copied = os.copy_file_range(source.fileno(), target.fileno(), length, offset)
            else:
                copied = os.write(target.fileno(), os.pread(source.fileno(), min(length, 1 << 20), offset))
        except OSError:
            if not in_kernel:
                raise
            # Not every file system can.
            in_kernel = False
            continue
        if not copied:
            raise OSError(f"{source.name}: ended {length} bytes too early")
        offset, length = offset + copied, length - copied
    target.seek(0, os.SEEK_END)


def read_csv_sql(table: Table, path: Path) -> str:
    """The DuckDB query that reads a table's CSV file back to the values of its Parquet file.

    For `rejects` it is, but for its line breaks:

        SELECT "raw_sha256", "raw_path", "source", "raw_bytes", "stage", "reason", "message"
        FROM read_csv('outputs/csv/rejects.csv', auto_detect = false, parallel = false,
            header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
            allow_quoted_nulls = false, max_line_size = 67108864, hive_partitioning = false,
            columns = {'raw_sha256': 'VARCHAR', ..., 'raw_bytes': 'BIGINT', ...})

    A list is read as text and made from its JSON: `from_json("tags", '["VARCHAR"]') AS "tags"`.
    Do not add `new_line`: with it and `strict_mode = true`, DuckDB 2.0 and older find no rows and
    say nothing. `parallel = false`, because a thread that starts in the middle of the file can
    only guess whether it stands inside a quoted text.
    """
    select, columns = [], []
    for column in table.columns:
        name, is_list = identifier(column.name), column.dtype == STRINGS
        select.append(f"from_json({name}, '[\"VARCHAR\"]') AS {name}" if is_list else name)
        columns.append(f"{literal(column.name)}: {literal('VARCHAR' if is_list else sql_type(column))}")
    return (
        f"SELECT {', '.join(select)} FROM read_csv({path_literal(path)}, auto_detect = false, "
        "parallel = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"allow_quoted_nulls = false, max_line_size = {LONGEST_LINE}, hive_partitioning = false, "
        f"columns = {{{', '.join(columns)}}})"
    )


def _as_text(table: Table) -> Iterator[pl.Expr]:
    """The table's columns, with lists and times as the text that stands in the file."""
    for column in table.columns:
        if column.dtype == STRINGS:
            yield _list_as_text(column.name)
        elif column.dtype == TIMESTAMP:
            yield _time_as_text(column.name)
        else:
            yield pl.col(column.name)


def _list_as_text(name: str) -> pl.Expr:
    # polars writes JSON of structs only: {"_":["Ada"]}
    in_struct = pl.struct(pl.col(name).alias("_")).struct.json_encode()
    return pl.when(pl.col(name).is_not_null()).then(in_struct.str.slice(5).str.head(-1)).alias(name)


def _time_as_text(name: str) -> pl.Expr:
    time = pl.col(name)
    whole = time.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    exact = time.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    # The year 10000 would be +10000, which DuckDB does not read.
    return pl.when(time.dt.microsecond() == 0).then(whole).otherwise(exact).str.strip_prefix("+").alias(name)
