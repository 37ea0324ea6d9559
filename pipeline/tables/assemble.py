"""The ledger and the records become the tables of the contract.

Each page is shown by its current record, people are told apart, links are led to the articles that
they point to, and rows are counted. Nothing depends on the order of the frames' rows, nor on
when or in which run a record was made. Texts are not looked at: where the records' frames lack
`body_text` and `body_html`, the tables lack them too.
"""

from __future__ import annotations

import polars as pl

from pipeline.markup.canonical import canonical_url
from pipeline.tables.extract import Frames
from pipeline.tables.ids import make_id
from pipeline.tables.ledger import with_current
from schemas import TABLES, Table
from schemas.contract import STRINGS

# The columns that hold whole texts.
TEXTS = ("body_text", "body_html")


def assemble(ledger: pl.DataFrame, records: Frames) -> Frames:
    """The eight tables, each with the contract's columns, types and order of rows.

    `ledger` has a row for each raw post (pipeline/tables/ledger.py); `records` are the frames of
    EXTRACTED for at least the current record of every article.
    """
    posts = with_current(ledger)
    revisions = posts.filter(pl.col("article_id").is_not_null())
    current = revisions.filter("is_current").select("record_id", "source")
    kept = {
        name: records[name].join(current.select("record_id"), on="record_id", how="semi")
        for name in ("articles", "comments", "credits", "links", "media")
    }
    articles = _articles(kept["articles"].join(current, on="record_id"), revisions, kept)
    credits = _with_contributor_id(
        kept["credits"].join(
            articles.select("article_id", "site", "published_at"), on="article_id", how="left"
        )
    )
    tables = {
        "articles": articles,
        "comments": kept["comments"],
        "contributors": _contributors(credits),
        "contributions": credits.drop("slug").rename({"slug_there": "slug"}),
        "links": kept["links"].join(
            articles.select("canonical_url", target_article_id="article_id"), on="canonical_url", how="left"
        ),
        "media": kept["media"],
        "revisions": revisions.rename({"version": "source_version"}),
        "rejects": posts.filter(pl.col("article_id").is_null()),
    }
    return {table.name: _in_order(table, tables[table.name]) for table in TABLES}


def _in_order(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    schema = table.polars_schema
    return rows.select(
        pl.col(name).cast(dtype)
        for name, dtype in schema.items()
        if name in rows.columns or name not in TEXTS
    ).sort(*table.sort_by, *table.key, nulls_last=False)


def _articles(articles: pl.DataFrame, revisions: pl.DataFrame, kept: Frames) -> pl.DataFrame:
    counted = {
        "comment_count": kept["comments"],
        "link_count": kept["links"],
        "media_count": kept["media"],
        "revision_count": revisions,
    }
    for name, rows in counted.items():
        count = rows.group_by("article_id").agg(pl.len().cast(pl.Int64).alias(name))
        articles = articles.join(count, on="article_id", how="left")
    return _with_answered(articles.with_columns(pl.col(*counted).fill_null(0)))


def _with_answered(articles: pl.DataFrame) -> pl.DataFrame:
    """Say which article of the dataset each answer is an answer to, however its address is spelled."""
    urls = articles["in_reply_to_url"].drop_nulls().unique().sort()
    spelled = pl.DataFrame(
        {"in_reply_to_url": urls, "canonical_url": [canonical_url(url) for url in urls]},
        schema={"in_reply_to_url": pl.String, "canonical_url": pl.String},
    )
    answered = spelled.join(articles.select("canonical_url", "article_id"), on="canonical_url")
    return articles.join(
        answered.select("in_reply_to_url", in_reply_to_article_id="article_id"),
        on="in_reply_to_url",
        how="left",
    )


def _with_contributor_id(credits: pl.DataFrame) -> pl.DataFrame:
    """Say who is who: by slug; a name without one is the one profile of its site that bears it."""
    named = credits.with_columns(name_key=pl.col("name").str.to_lowercase(), slug_there="slug")
    bearers = (
        named.filter(pl.col("slug").is_not_null())
        .group_by("site", "name_key")
        .agg(pl.col("slug").unique().sort())
        .filter(pl.col("slug").list.len() == 1)
        .select("site", "name_key", known_slug=pl.col("slug").list.first())
    )
    named = named.join(bearers, on=["site", "name_key"], how="left").with_columns(
        slug=pl.coalesce("slug", "known_slug")
    )
    people = named.select("site", "slug", name_key=pl.when(pl.col("slug").is_null()).then("name_key")).unique(
        maintain_order=True
    )
    ids = [make_id("contributor", *person) for person in people.iter_rows()]
    return (
        named.with_columns(person_key=pl.when(pl.col("slug").is_null()).then("name_key"))
        .join(
            people.rename({"name_key": "person_key"}).with_columns(
                contributor_id=pl.Series(ids, dtype=pl.String)
            ),
            on=["site", "slug", "person_key"],
            how="left",
            nulls_equal=True,
        )
        .drop("name_key", "known_slug", "person_key")
    )


def _contributors(credits: pl.DataFrame) -> pl.DataFrame:
    newest_first = credits.sort(
        "published_at", "article_id", "contribution_id", descending=[True, False, False], nulls_last=True
    )
    return newest_first.group_by("contributor_id", maintain_order=True).agg(
        pl.col("site", "slug", "name").first(),
        # Two kinds are as good as none.
        kind=pl.when(pl.col("kind").drop_nulls().n_unique() == 1).then(pl.col("kind").drop_nulls().first()),
        name_variants=pl.col("name").unique().sort(),
        profile_url=pl.col("profile_url").drop_nulls().first(),
        photo_url=pl.col("photo_url").drop_nulls().first(),
        roles=pl.col("role").unique().sort(),
        article_count=pl.col("article_id").filter(pl.col("comment_id").is_null()).n_unique(),
        comment_count=pl.col("comment_id").drop_nulls().n_unique(),
        first_seen_at=pl.col("published_at").min(),
        last_seen_at=pl.col("published_at").max(),
        possible_same_as=pl.lit([], dtype=STRINGS),
        possible_same_as_reasons=pl.lit([], dtype=STRINGS),
    )
