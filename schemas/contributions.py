"""The contract of `contributions`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, ForeignKey, Table, column, id_column

ROLES = ["author", "commenter", "moderator", "translator", "photographer", "editor"]
CONTRIBUTOR_KINDS = ["person", "organisation"]


class Contributions(Contract):
    """One row is one contributor's part in one article, or in one comment."""

    contribution_id: str = id_column(
        "The contribution's id: derived from where it stands, its role and its place.", unique=True
    )
    article_id: str = id_column("The article.")
    comment_id: str = id_column("The comment; null for a part in the article itself.", nullable=True)
    contributor_id: str = id_column("Who contributed.")
    role: str = column("What the contributor did.", isin=ROLES)
    position: pl.Int64 = column("Place among those of the same role there, from 1.", ge=1)
    kind: str = column(
        "What the contributor is, where the page says so; null where it does not.",
        nullable=True,
        isin=CONTRIBUTOR_KINDS,
    )
    name: str = column("The name as written there.")
    slug: str = column(
        "The last part of the profile's address that is linked there; null where the name has no link.",
        nullable=True,
    )
    profile_url: str = column(
        "The contributor's profile as linked there.", nullable=True, str_matches=r"^https?://"
    )
    photo_url: str = column(
        "The contributor's photo as shown there.", nullable=True, str_matches=r"^https?://"
    )

    class Config:
        name = "contributions"


CONTRIBUTIONS = Table(
    model=Contributions,
    key=("contribution_id",),
    sort_by=("article_id", "comment_id", "role", "position", "contribution_id"),
    foreign_keys=(
        ForeignKey("article_id", "articles", "article_id"),
        ForeignKey("comment_id", "comments", "comment_id"),
        ForeignKey("contributor_id", "contributors", "contributor_id"),
    ),
)
