"""The ledger and the records become the tables of the contract.

Each page is shown by its current record, people are told apart, links are led to the articles that
they point to, and rows are counted. Nothing depends on the order of the frames' rows, nor on
when or in which run a record was made. Texts are not looked at: where the records' frames lack
`body_text` and `body_html`, the tables lack them too.
"""

from __future__ import annotations

import polars as pl

from pipeline.markup.canonical import canonical_url, looser_key
from pipeline.tables.contributors import contributors, with_contributor_id
from pipeline.tables.extract import Frames
from pipeline.tables.ledger import with_current
from schemas import TABLES, Table

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
    credits = with_contributor_id(_placed(kept, articles))
    tables = {
        "articles": articles,
        "comments": kept["comments"],
        "contributors": contributors(credits),
        "contributions": credits.drop("slug").rename({"slug_there": "slug"}),
        "links": _with_target(kept["links"], articles),
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


def _with_target(links: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Say which article each link leads to: by its canonical URL, else by the key that all forms of a
    page share, where one article alone has it."""
    known = links.join(
        articles.select("canonical_url", target_article_id="article_id"), on="canonical_url", how="left"
    )
    of_articles = _keys(articles["canonical_url"]).filter(pl.len().over("key") == 1)
    targets = of_articles.join(articles.select("canonical_url", "article_id"), on="canonical_url")
    hosts = of_articles["key"].str.split("/").list.first().unique().implode()
    elsewhere = known.filter(pl.col("target_article_id").is_null())["canonical_url"].drop_nulls().unique()
    # Whatever has the key of an article names its host.
    elsewhere = elsewhere.filter(elsewhere.str.contains_any(hosts))
    found = _keys(elsewhere).join(targets.select("key", found="article_id"), on="key")
    return (
        known.join(found.drop("key"), on="canonical_url", how="left")
        .with_columns(target_article_id=pl.coalesce("target_article_id", "found"))
        .drop("found")
    )


def _keys(urls: pl.Series) -> pl.DataFrame:
    """The looser key of each canonical URL."""
    keys = pl.Series([looser_key(url) for url in urls], dtype=pl.String)
    return pl.DataFrame({"canonical_url": urls, "key": keys})


def _placed(kept: Frames, articles: pl.DataFrame) -> pl.DataFrame:
    """The credits with the site that they stand on, and when what they stand in was published."""
    return (
        kept["credits"]
        .join(articles.select("article_id", "site", "published_at"), on="article_id", how="left")
        .join(kept["comments"].select("comment_id", own="published_at"), on="comment_id", how="left")
        .with_columns(seen_at=pl.coalesce("own", "published_at"))
        .drop("own", "published_at")
    )
