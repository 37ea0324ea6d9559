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

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.publish.duckdb import identifier, literal, path_literal, sql_type
from pipeline.publish.parquet import parquet_path
from schemas import Table
from schemas.contract import STRINGS, TIMESTAMP

# The longest line that DuckDB is told to expect: body_text and body_html of the largest raw post
# that is read (8 MiB), with room for what quotes and entities add. Its own limit is 2 MB.
LONGEST_LINE = 64 * 1024 * 1024


def write_csv(table: Table, folder_of_parquet: Path, csv_folder: Path) -> Path:
    """Write `<csv_folder>/<table>.csv` from the table's Parquet file, in the same order of rows."""
    csv_folder.mkdir(parents=True, exist_ok=True)
    path = csv_folder / f"{table.name}.csv"
    # No globbing and no hive columns: a folder may be called `a[1]` or `year=2020`.
    pl.scan_parquet(parquet_path(table, folder_of_parquet), glob=False, hive_partitioning=False).select(
        *_as_text(table)
    ).sink_csv(path, line_terminator="\r\n", quote_style="necessary")
    return path


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
