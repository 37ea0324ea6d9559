"""The contract of `revisions`."""

from __future__ import annotations

import polars as pl

from schemas.contract import (
    SHA256_PATTERN,
    Contract,
    ForeignKey,
    Strings,
    Table,
    Timestamp,
    column,
    id_column,
)


class Revisions(Contract):
    """One row is one raw post that became, or became part of the history of, an article."""

    raw_sha256: str = column("SHA-256 of the raw post's bytes.", str_matches=SHA256_PATTERN)
    raw_path: str = column(
        "Where the raw post lies in its source; bytes that are not UTF-8 are shown as \\xNN.",
        example="_posts/2021-11-24-A Title.md",
    )
    article_id: str = id_column("The article that the raw post is a revision of.")
    source: str = column("The source that holds the raw post.")
    raw_bytes: pl.Int64 = column("Size of the raw post.", unit="bytes", ge=0)
    title: str = column("The title in this revision.", nullable=True)
    url: str = column("The page's address in this revision.", str_matches=r"^https?://")
    published_at: Timestamp = column(
        "The publication date in this revision; null where it does not say.", nullable=True, unit="UTC"
    )
    is_current: pl.Boolean = column(
        "True for the revision that the article's row shows: the newest of those that the source still "
        "holds, else the newest."
    )
    first_seen_at: Timestamp = column(
        "Since when the source has held these bytes at this path; null for folders, which do not say.",
        nullable=True,
        unit="UTC",
        source="git: the date of the commit that brought them; feeds: the fetch that first saw them",
    )
    removed_at: Timestamp = column(
        "Since when the source no longer holds the raw post; null while it does.",
        nullable=True,
        unit="UTC",
        source="git: the date of the commit that took it away; feeds: the fetch that saw its replacement",
    )
    source_version: str = column(
        "What brought these bytes to this path: the commit of a git archive, the id of a feed's entry; "
        "null for folders.",
        nullable=True,
    )
    notes: Strings = column(
        "What had to be mended or left out while reading, as codes; empty where nothing was.",
        example='["replaced_undecodable_bytes"]',
    )

    class Config:
        name = "revisions"


REVISIONS = Table(
    model=Revisions,
    key=("source", "raw_path", "raw_sha256"),
    sort_by=("source", "raw_path", "raw_sha256"),
    foreign_keys=(ForeignKey("article_id", "articles", "article_id"),),
)
