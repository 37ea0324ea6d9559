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
        "The one address of the page that the link leads to, spelled as `articles.canonical_url`: without "
        "tracking parameters, fragment and final slash. An address that only carries another one and leads "
        "there (`https://www.google.com/url?q=...`, `https://link.zhihu.com/?target=...`) is that one; a "
        "phone or AMP page of a known site is the page that it shows; the copy that a web archive keeps is a "
        "page of its own. Null for what is no web page.",
        nullable=True,
        str_matches=r"^https?://",
    )
    host: str = column(
        "The host of the address as written, in lower case, international names in Unicode's ASCII form.",
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
        "`fragment` points into its own page, `footnote` leads from a mark to its note or back (also where "
        "it still names the document that the text was pasted from), `profile` to a contributor's page, "
        "`mention` names somebody of the site, `hashtag` leads to a topic of it, `internal` to the same "
        "site, `external` to another, `file` to an image, sound or video (a document, such as a PDF, counts "
        "as a page), `email` and `phone` to an address or a number, `broken` is known to lead nowhere, "
        "`other` is no web address.",
        isin=KINDS,
    )
    text: str = column("The link's text; null where it shows none.", nullable=True)
    rel: str = column("The link's `rel` attribute.", nullable=True, example="nofollow")
    paired_link_id: str = id_column(
        "Of a footnote's two links, the other: from the mark in the text to the note, and back. Where "
        "several marks share a note, the link back is paired with the first mark that it leads to; the "
        "other marks are `footnote` with a null here, as is a mark without a link back. Null for all other "
        "links.",
        nullable=True,
    )
    target_article_id: str = id_column(
        "The article of this dataset that the link leads to, also by another form of its address or by a web "
        "archive's copy; null where it holds none.",
        nullable=True,
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
        ForeignKey("paired_link_id", "links", "link_id"),
        ForeignKey("target_article_id", "articles", "article_id"),
    ),
)
