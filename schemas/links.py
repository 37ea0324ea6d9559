"""The contract of `links`."""

from __future__ import annotations

import polars as pl

from schemas.contract import ABSOLUTE_URL_PATTERN, Contract, ForeignKey, Table, column, id_column

REGIONS = ["body", "comment", "card", "pullquote", "caption", "field", "profile"]
KINDS = [
    "external", "internal", "fragment", "footnote", "profile", "mention", "hashtag", "email", "phone", "file",
    "broken", "other",
]  # fmt: skip


class Links(Contract):
    """One row is one hyperlink where it stands."""

    link_id: str = id_column("The link's id: derived from where it stands and its address.", unique=True)
    article_id: str = id_column("The article that the link stands in.")
    comment_id: str = id_column("The comment that it stands in; null outside comments.", nullable=True)
    region: str = column(
        "The part of the page: its body, a comment's text, a card that announces another page, a "
        "pull quote, a photo's caption or box, another field of the page, a contributor's profile box.",
        isin=REGIONS,
    )
    position: pl.Int64 = column("Place among the links of that region there, from 1.", ge=1)
    href: str = column(
        "The address, absolute; percent-encoding as written.", str_matches=ABSOLUTE_URL_PATTERN
    )
    canonical_url: str = column(
        "The address without tracking parameters, spelled the one way; null for what is no web page.",
        nullable=True,
        str_matches=r"^https?://",
    )
    host: str = column(
        "The address's host, in lower case, international names in Unicode's ASCII form.",
        nullable=True,
        example="www.example.org",
    )
    registered_domain: str = column(
        "The domain that was registered: public suffix and one label. Null for addresses of numbers.",
        nullable=True,
        example="example.org",
        source="the Public Suffix List that ships with tldextract",
    )
    kind: str = column(
        "`fragment` points into its own page, `footnote` does so from a mark to its note or back, `profile` "
        "to a contributor's page, `mention` names somebody of the site, `hashtag` leads to a topic of it, "
        "`internal` to the same site, `file` to an image, `broken` is known to lead nowhere, `other` is no "
        "web address.",
        isin=KINDS,
    )
    text: str = column("The link's text; null where it shows none.", nullable=True)
    rel: str = column("The link's `rel` attribute.", nullable=True, example="nofollow")
    paired_link_id: str = id_column(
        "Of a footnote's two links, the other: from the mark in the text to the note, and back; else null.",
        nullable=True,
    )
    target_article_id: str = id_column(
        "The article of this dataset that the link leads to; null where it holds none.", nullable=True
    )

    class Config:
        name = "links"


LINKS = Table(
    model=Links,
    key=("link_id",),
    sort_by=("article_id", "comment_id", "region", "position"),
    foreign_keys=(
        ForeignKey("article_id", "articles", "article_id"),
        ForeignKey("comment_id", "comments", "comment_id"),
        ForeignKey("target_article_id", "articles", "article_id"),
    ),
)
