"""The contract of `contributors`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, Strings, Table, Timestamp, column, id_column
from schemas.contributions import CONTRIBUTOR_KINDS

# Why two contributors may be one: what the site says, and what their names share. Of the names' reasons
# the first that holds is given.
SAME_PROFILE_URL = "same_profile_url"
SAME_PHOTO = "same_photo"
SAME_NAME_REORDERED = "same_name_reordered"
NAME_REASONS = (
    "same_name",
    "same_name_other_form",
    "same_name_other_script",
    SAME_NAME_REORDERED,
    "name_variant",
)
# What more contributors share than these is too common to tell anything.
MOST_ALIKE = 20


class Contributors(Contract):
    """One row is a person or byline known to a site.

    The same name on two sites is two rows: a name alone does not make a person. Within a site, a name
    without a profile link belongs to the one profile that bears it, if just one does; names without any
    profile are one contributor where they differ in case, width, white space, a label (`By `, `文/`) or a
    title (`Dr.`, 教授) only.
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
    name_variants: Strings = column("Every form of the name that was met, as written, sorted.")
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
        "The oldest known date of the contributor's parts: a comment's own date where it has one, else its "
        "article's.",
        nullable=True,
        unit="UTC",
    )
    last_seen_at: Timestamp = column("The newest such date.", nullable=True, unit="UTC")
    possible_same_as: Strings = column(
        "Contributors, mostly of other sites, who may be the same person or body, by their ids, sorted. "
        "Candidates only: nothing is merged, and nothing is counted together. Who lists another is listed "
        f"by the other. What more than {MOST_ALIKE} contributors share makes none of them a candidate, nor "
        "does a name that is none (Anonymous, admin, 匿名) or is one word in letters, but between sites of "
        "one registered domain; nor are a person and an organisation candidates.",
    )
    possible_same_as_reasons: Strings = column(
        "Why each of `possible_same_as` is one, in the same order, as codes joined by `+`: same_profile_url; "
        "same_photo (of different sites); then the first that holds of same_name (written alike), "
        "same_name_other_form (but for case, width, white space, labels and titles), same_name_other_script "
        "(but for simplified and traditional characters), same_name_reordered (the same words in another "
        "order, on another site), "
        "name_variant (one has an addition: 墨渡 Modu, Ada M. Marsh, 墨渡（河畔社）).",
        example='["same_name","same_photo+name_variant"]',
    )

    class Config:
        name = "contributors"


CONTRIBUTORS = Table(model=Contributors, key=("contributor_id",), sort_by=("site", "name", "contributor_id"))
