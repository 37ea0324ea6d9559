"""The contract of `rejects`."""

from __future__ import annotations

import polars as pl

from schemas.contract import CODE_PATTERN, SHA256_PATTERN, Contract, Table, column

STAGES = ["read", "post", "markup", "extract"]


class Rejects(Contract):
    """One row is one raw post that could not become a row, and why."""

    raw_sha256: str = column(
        "SHA-256 of the raw post's bytes; null where they could not be read.",
        nullable=True,
        str_matches=SHA256_PATTERN,
    )
    raw_path: str = column("Where the raw post lies in its source, as in `revisions.raw_path`.")
    source: str = column("The source that holds the raw post.")
    raw_bytes: pl.Int64 = column(
        "Size of the raw post; null where unknown.", nullable=True, unit="bytes", ge=0
    )
    stage: str = column("Where reading stopped.", isin=STAGES)
    reason: str = column("Why, as a code.", str_matches=CODE_PATTERN, example="no_url")
    message: str = column("Why, and what can be done, for the person who must act.")

    class Config:
        name = "rejects"


REJECTS = Table(
    model=Rejects,
    key=("source", "raw_path", "raw_sha256"),
    sort_by=("source", "raw_path", "raw_sha256"),
)
