"""The contract of `comments`."""

from __future__ import annotations

import polars as pl

from schemas.contract import Contract, ForeignKey, Strings, Table, Timestamp, column, id_column


class Comments(Contract):
    """One row is one comment on an article, at the article's current revision."""

    comment_id: str = id_column(
        "The comment's id: derived from its article and the site's own id, or from its place where "
        "the site gives none.",
        unique=True,
    )
    article_id: str = id_column("The article that the comment stands under.")
    site_comment_id: str = column(
        "The site's own id of the comment; not unique over articles.", nullable=True, example="9276"
    )
    parent_comment_id: str = id_column(
        "The comment that this one answers; null for a comment on the article itself.", nullable=True
    )
    position: pl.Int64 = column("Place among the article's comments, from 1.", ge=1)
    title: str = column("The comment's title field; null where the site has none.", nullable=True)
    author_line: str = column("Who signed the comment, as written, several joined by ', '.", nullable=True)
    by_node_author: pl.Boolean = column(
        "True where the account that posted the comment in the site's CMS also posted the page. It "
        "says nothing about who wrote it. Null where the site does not say.",
        nullable=True,
    )
    published_at: Timestamp = column(
        "When the comment was published; null where the page does not say.", nullable=True, unit="UTC"
    )
    body_text: str = column(
        "The comment's text as a browser shows it, as much of it as the article's `publish` allows; null "
        "where it has none.",
        nullable=True,
    )
    body_html: str = column(
        "The comment as sanitised HTML; null where it has no text, or where the article's `publish` is "
        "not full.",
        nullable=True,
    )
    word_count: pl.Int64 = column(
        "Words in the whole comment, counted as in `articles.word_count`.", unit="words", ge=0
    )
    is_suspected_spam: pl.Boolean = column(
        "True where the site's profile has rules for spam and one applies; null where it has none.",
        nullable=True,
    )
    spam_signals: Strings = column(
        "Which of those rules apply, as codes; empty where none does, or where the profile has none.",
        example='["only_links"]',
    )

    class Config:
        name = "comments"


COMMENTS = Table(
    model=Comments,
    key=("comment_id",),
    sort_by=("article_id", "position"),
    foreign_keys=(
        ForeignKey("article_id", "articles", "article_id"),
        ForeignKey("parent_comment_id", "comments", "comment_id"),
    ),
)
