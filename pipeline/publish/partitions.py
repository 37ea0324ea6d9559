"""How a table's rows are spread over files, so that a small change rewrites a small file.

Tables that are sorted by `article_id` are cut by its first hexadecimal digits. Ids are digests, so
the digits are spread evenly. All rows are one file until there are too many; then each first
digit is a file of its own, and so on for a file that is too long again. Which files there are
follows from the ids alone, and the files in the order of their names hold the table in its order.
"""

from __future__ import annotations

import polars as pl

from schemas import Table

# Columns that hold whole texts; a row of such a table has some 20 kB, others have 200 bytes.
LONG_TEXT = frozenset({"body_text", "body_html"})
ROWS_OF_LONG_TEXT = 2_000
ROWS = 20_000

_BY = "article_id"
_DIGITS = 20


def has_long_text(table: Table) -> bool:
    """True for tables whose rows hold whole texts."""
    return bool(LONG_TEXT & table.polars_schema.keys())


def partitions(table: Table, rows: pl.DataFrame) -> list[str]:
    """The beginnings of `article_id` that part the rows, sorted; the one `""` where all are one file."""
    if table.sort_by[0] != _BY:
        return [""]
    most = ROWS_OF_LONG_TEXT if has_long_text(table) else ROWS
    found: list[str] = []
    crowded = [""] if rows.height > most else []
    digits = 0
    while crowded:
        digits += 1
        start = pl.col(_BY).str.slice(0, digits)
        counts = (
            rows.filter(pl.col(_BY).str.slice(0, digits - 1).is_in(crowded))
            .group_by(start.alias("start"))
            .agg(rows=pl.len(), articles=pl.col(_BY).n_unique())
        )
        # The rows of one article are never parted.
        splits = (pl.col("rows") > most) & (pl.col("articles") > 1) & (digits < _DIGITS)
        crowded = counts.filter(splits)["start"].to_list()
        found += counts.filter(~splits)["start"].to_list()
    return sorted(found) or [""]


def in_partition(start: str) -> pl.Expr:
    """Which rows belong to a partition."""
    return pl.col(_BY).str.starts_with(start) if start else pl.lit(True)


def partition_of(table: Table, starts: list[str]) -> pl.Expr:
    """For each row, the partition that it belongs to."""
    if starts == [""] or table.sort_by[0] != _BY:
        return pl.lit("")
    longest = max(map(len, starts))
    return pl.coalesce(
        pl.when(pl.col(_BY).str.slice(0, length).is_in([s for s in starts if len(s) == length])).then(
            pl.col(_BY).str.slice(0, length)
        )
        for length in range(1, longest + 1)
    )


def file_name(table: Table, start: str) -> str:
    """The name of a partition's file: `articles.parquet`, or `articles-3f.parquet`."""
    return f"{table.name}-{start}.parquet" if start else f"{table.name}.parquet"
