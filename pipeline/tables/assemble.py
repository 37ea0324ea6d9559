"""Extracted frames become the tables of the contract.

Each page is kept at its newest revision, people are told apart, links are led to the articles
that they point to, and rows are counted. Nothing depends on the order of the frames' rows.
"""

from __future__ import annotations

import polars as pl

from pipeline.tables.extract import Frames
from pipeline.tables.ids import make_id
from schemas import TABLES

# Each Han character or kana is a word, and so is each run of other letters, marks and digits,
# with apostrophes and hyphens inside it.
_EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}"
_LETTER = rf"[\p{{L}}\p{{N}}--[{_EAST_ASIAN}]]"
_WORD = rf"[{_EAST_ASIAN}]|{_LETTER}[\p{{M}}]*(?:['’‐-]?{_LETTER}[\p{{M}}]*)*"


def assemble(extracted: Frames) -> Frames:
    """The eight tables, each with the contract's columns, types and order of rows."""
    posts = _with_current(extracted["posts"])
    current = posts.filter("is_current").select("revision_id")
    kept = {
        name: extracted[name].join(current, on="revision_id", how="semi")
        for name in ("comments", "credits", "links", "media")
    }
    credits = _with_contributor_id(kept["credits"])
    tables = {
        "comments": kept["comments"].with_columns(word_count=_words("body_text")),
        "contributors": _contributors(credits),
        "contributions": credits,
        "media": kept["media"],
        "revisions": posts.with_columns(removed_at=pl.lit(None)),
        "rejects": extracted["rejects"],
    }
    articles = _articles(posts, kept)
    tables["articles"] = articles
    tables["links"] = kept["links"].join(
        articles.select("canonical_url", target_article_id="article_id"), on="canonical_url", how="left"
    )
    return {
        table.name: tables[table.name]
        .select(pl.col(name).cast(dtype) for name, dtype in table.polars_schema.items())
        .sort(*table.sort_by, *table.key)
        for table in TABLES
    }


def _with_current(posts: pl.DataFrame) -> pl.DataFrame:
    """Mark the newest revision of each page: by the date as archived, then by the file's name,
    then by what tells any two apart."""
    newest_first = posts.select("revision_id", "article_id", "archived_at", "raw_path", "source").sort(
        "archived_at",
        pl.col("raw_path").str.split("/").list.last(),
        "raw_path",
        "source",
        "revision_id",
        descending=True,
        nulls_last=True,
    )
    newest = newest_first.unique("article_id", keep="first", maintain_order=True).select(
        "revision_id", is_current=pl.lit(True)
    )
    return posts.join(newest, on="revision_id", how="left").with_columns(
        pl.col("is_current").fill_null(False)
    )


def _articles(posts: pl.DataFrame, kept: Frames) -> pl.DataFrame:
    counts = {name: _count(kept[name], f"{name.removesuffix('s')}_count") for name in ("comments", "links")}
    counts["media"] = _count(kept["media"], "media_count")
    counts["revisions"] = _count(posts, "revision_count")
    articles = posts.filter("is_current")
    for count in counts.values():
        articles = articles.join(count, on="article_id", how="left")
    return articles.with_columns(
        pl.col("comment_count", "link_count", "media_count", "revision_count").fill_null(0),
        char_count=pl.col("body_text").str.len_chars().fill_null(0),
        word_count=_words("body_text"),
    )


def _count(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.group_by("article_id").agg(pl.len().cast(pl.Int64).alias(name))


def _words(column: str) -> pl.Expr:
    return pl.col(column).str.count_matches(_WORD).fill_null(0)


def _with_contributor_id(credits: pl.DataFrame) -> pl.DataFrame:
    """Say who is who: by slug; a name without one is the one profile of its site that bears it."""
    named = credits.with_columns(name_key=pl.col("name").str.to_lowercase())
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
        name_variants=pl.col("name").unique().sort(),
        profile_url=pl.col("profile_url").drop_nulls().first(),
        photo_url=pl.col("photo_url").drop_nulls().first(),
        article_count=pl.col("article_id").filter(pl.col("comment_id").is_null()).n_unique(),
        comment_count=pl.col("comment_id").drop_nulls().n_unique(),
        first_seen_at=pl.col("published_at").min(),
        last_seen_at=pl.col("published_at").max(),
    )
