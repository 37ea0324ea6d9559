"""The contract of `contributors`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, Strings, Table, Timestamp, column, id_column
from schemas.contributions import CONTRIBUTOR_KINDS


class Contributors(Contract):
    """One row is a person or byline known to a site.

    The same name on two sites is two rows: a name alone does not make a person. Within a
    site, a name without a profile link belongs to the one profile that bears it, if just
    one does.
    """

    contributor_id: str = id_column(
        "The contributor's id: derived from the site and the slug, or the name where there is none.",
        unique=True,
    )
    site: str = column("The site that knows the contributor.", example="chinafile.com")
    slug: str = column(
        "The last part of the profile's URL; null where the site gave no profile.",
        nullable=True,
        example="ada-marsh",
    )
    kind: str = column(
        "What the contributor is, where the site says so in one way; null where it does not.",
        nullable=True,
        isin=CONTRIBUTOR_KINDS,
    )
    name: str = column("The name, in the form that the newest article gives it.", example="Ada Marsh")
    name_variants: Strings = column("Every form of the name that was met, sorted.")
    profile_url: str = column("The contributor's page on the site.", nullable=True, str_matches=r"^https?://")
    photo_url: str = column(
        "The contributor's newest photo on the site.", nullable=True, str_matches=r"^https?://"
    )
    roles: Strings = column("Every role that the contributor has in articles and comments, sorted.")
    article_count: pl.Int64 = column(
        "Articles that the contributor has a part in, their comments aside.", unit="articles", ge=0
    )
    comment_count: pl.Int64 = column("Comments that the contributor has a part in.", unit="comments", ge=0)
    first_seen_at: Timestamp = column(
        "The oldest known publication date among the contributor's articles and comments' articles.",
        nullable=True,
        unit="UTC",
    )
    last_seen_at: Timestamp = column("The newest such date.", nullable=True, unit="UTC")
    possible_same_as: Strings = column(
        "Contributors who may be the same person or body, by their ids, sorted. Candidates only: nothing is "
        "merged, and nothing is counted together.",
    )
    possible_same_as_reasons: Strings = column(
        "Why each of `possible_same_as` is one, in the same order, as codes.", example='["same_name"]'
    )

    class Config:
        name = "contributors"


CONTRIBUTORS = Table(model=Contributors, key=("contributor_id",), sort_by=("site", "name", "contributor_id"))
