"""The contract of `articles`."""

from __future__ import annotations

import polars as pl

from schemas.contract import (
    CODE_PATTERN,
    Contract,
    ForeignKey,
    Strings,
    Table,
    Timestamp,
    column,
    id_column,
)

PRECISIONS = ["second", "day", "unknown"]
PUBLISH = ["full", "excerpt", "metadata"]


class Articles(Contract):
    """One row is a web page, at its current revision: the newest raw post of that page."""

    article_id: str = id_column(
        "The page's id: derived from its canonical URL, so the same in every build.", unique=True
    )
    source: str = column("The source that gave the current revision.", example="oped2")
    site: str = column(
        "The site that published the page: the host of its URL, without 'www.' and 'm.'.",
        example="chinafile.com",
    )
    section: str = column(
        "The part of the site that the page stands in, where its profile knows one.",
        nullable=True,
        example="conversation",
        source="the URL's path or the page's markup",
    )
    url: str = column(
        "The page's address as archived, made absolute.",
        str_matches=r"^https?://",
        source="front matter `from`, or the markdown title line",
    )
    canonical_url: str = column(
        "The address that all revisions of the page share: tracking parameters, fragments and "
        "spelling differences removed.",
        unique=True,
        str_matches=r"^https?://",
    )
    title: str = column(
        "The title; null where the post has none.",
        nullable=True,
        source="the markdown title line, else front matter `title`, else the page's markup",
    )
    author_line: str = column(
        "The author line as archived, entities decoded.",
        nullable=True,
        example="Ada Marsh, Tomas Reed & more",
        source="front matter `author`",
    )
    authors: Strings = column(
        "The people or bylines that the author line names, in its order; empty where it names none.",
        example='["Ada Marsh","Tomas Reed"]',
    )
    authors_truncated: pl.Boolean = column(
        "True where the author line says that there are more authors than it names ('& more')."
    )
    published_at: Timestamp = column(
        "When the page was published; null where the post does not say.",
        nullable=True,
        unit="UTC",
        example="2021-11-24T10:15:00Z",
        source="the epoch comment, else front matter `date`",
    )
    published_precision: str = column(
        "How exact `published_at` is: to the second, to the day (its time of day means nothing), "
        "or unknown where it is null.",
        isin=PRECISIONS,
    )
    tags: Strings = column(
        "The archive's tags and categories, in order, without repeats; empty where there are none.",
        source="front matter `tags` and `categories`",
    )
    language: str = column(
        "The language of the body (of the title where the body is too short to tell), as a BCP 47 tag. "
        "Chinese has its writing: zh-Hans, zh-Hant; zh where less than four fifths of the characters that "
        "tell agree, or none tells. Null where less than three fifths of the words are in one script, and "
        "where no language of that script is at least 90 % likely. Addresses are not looked at; of a long "
        "body eight pieces are, evenly spread.",
        nullable=True,
        example="zh-Hans",
        str_matches=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    )
    body_text: str = column(
        "The text of the page's own body as a browser shows it; only its beginning, or null, where "
        "`publish` says so; null where there is none.",
        nullable=True,
    )
    body_html: str = column(
        "The same body as sanitised HTML with absolute links; null where there is none, or where "
        "`publish` is not full.",
        nullable=True,
    )
    license: str = column(
        "The licence that the page states for its text, as an SPDX identifier; null where it states none.",
        nullable=True,
        example="CC-BY-NC-ND-2.0",
        source="https://spdx.org/licenses/",
    )
    in_reply_to_url: str = column(
        "The page that this one answers, where the site publishes answers as pages of their own and the "
        "post says to which; else null.",
        nullable=True,
        str_matches=r"^https?://",
    )
    in_reply_to_article_id: str = id_column(
        "The article of this dataset at `in_reply_to_url`; null where it holds none.", nullable=True
    )
    is_stub: pl.Boolean = column("True where the post has no body text beyond its title.")
    char_count: pl.Int64 = column(
        "Length of the whole body text, however much of it is published.", unit="Unicode code points", ge=0
    )
    word_count: pl.Int64 = column(
        "Words in the whole body text: each address (URL, e-mail) is one word, each Han character or kana, "
        "and each run of other letters and digits with the apostrophes, hyphens and decimal points inside "
        "it. Punctuation and emoji are none. Thai, Lao, Khmer and Burmese, which put no space between "
        "words, are counted by what stands between spaces.",
        unit="words",
        ge=0,
    )
    comment_count: pl.Int64 = column("Rows of `comments` for this article.", unit="rows", ge=0)
    link_count: pl.Int64 = column(
        "Rows of `links` for this article, those of its comments included.", unit="rows", ge=0
    )
    media_count: pl.Int64 = column(
        "Rows of `media` for this article, those of its comments included.", unit="rows", ge=0
    )
    revision_count: pl.Int64 = column("Rows of `revisions` for this article.", unit="rows", ge=1)
    profile: str = column(
        "The site profile that read the page: a module of pipeline/sites.",
        str_matches=CODE_PATTERN,
        example="chinafile",
    )
    publish: str = column(
        "What of the texts is published, by the rights of the source: full; excerpt (the beginning of "
        "each text, without HTML); or metadata (no text).",
        isin=PUBLISH,
        source="`publish` in raw/sources.yaml",
    )

    class Config:
        name = "articles"


ARTICLES = Table(
    model=Articles,
    key=("article_id",),
    sort_by=("article_id",),
    foreign_keys=(ForeignKey("in_reply_to_article_id", "articles", "article_id"),),
)
