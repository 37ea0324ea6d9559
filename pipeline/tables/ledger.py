"""The ledger: one row per raw post, with where it lies, since when, and the record that it became.

It is all that the tables know of posts that no article shows, and what a refresh remembers of posts
that did not change. Rows are sorted by source, path and token.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.tables.extract import RECORD
from schemas.contract import TIMESTAMP

# `path` is the path as its source spells it, in bytes; `raw_path` is how the tables show it. `token`
# stands for the bytes (see RawFile). `raw_bytes` and `raw_sha256` are null where nobody could read
# them; `record_id` is null then too, and `stage`, `reason` and `message` say why.
LEDGER: dict[str, Any] = {
    "source": pl.String,
    "path": pl.Binary,
    "raw_path": pl.String,
    "token": pl.String,
    "raw_bytes": pl.Int64,
    "raw_sha256": pl.String,
    "version": pl.String,
    "first_seen_at": TIMESTAMP,
    "removed_at": TIMESTAMP,
} | RECORD


def with_current(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger with `is_current`: true for the post that its page is shown by.

    That is the newest of those that the source still holds, else the newest: by the date as
    archived, then by the file's name, then by what tells any two apart.
    """
    # Where no post has been removed, this is the order by date alone.
    newest_first = (
        ledger.lazy()
        .filter(pl.col("article_id").is_not_null())
        .select(
            "source",
            "path",
            "raw_sha256",
            "article_id",
            "removed_at",
            "archived_at",
            "raw_path",
            held=pl.col("removed_at").is_null(),
            name=pl.col("raw_path").str.split("/").list.last(),
        )
        .sort(
            "held",
            "archived_at",
            "name",
            "raw_path",
            "source",
            "removed_at",
            "raw_sha256",
            descending=True,
            nulls_last=True,
        )
        .unique("article_id", keep="first", maintain_order=True)
        .select("source", "path", "raw_sha256", is_current=pl.lit(True))
        .collect()
    )
    return ledger.join(
        newest_first, on=["source", "path", "raw_sha256"], how="left", nulls_equal=True
    ).with_columns(pl.col("is_current").fill_null(False))
