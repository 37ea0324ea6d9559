"""The rules that the tables must keep before they are published.

Each table keeps its own contract. Between tables: keys are unique, foreign keys lead somewhere,
counts equal the rows that they count, ids follow from content, each article has one current
revision, and no raw post is lost. A rule is a query for the rows that break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.tables.rights import EXCERPT
from schemas import TABLES, Table

CONTRACT = "contract"


@dataclass(frozen=True)
class Rule:
    """A rule of one table; `failing` is the SQL that selects the rows that break it. A contract
    has none: pandera checks it."""

    table: str
    name: str
    description: str
    failing: str | None = None


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the tables."""
    own = [rule for table in TABLES for rule in _rules_of(table)]
    order = {table.name: place for place, table in enumerate(TABLES)}
    return tuple(sorted((*own, *_BETWEEN_TABLES), key=lambda rule: order[rule.table]))


def _rules_of(table: Table) -> Iterator[Rule]:
    name, key = table.name, ", ".join(table.key)
    yield Rule(name, CONTRACT, "Columns, types, nulls and values are as schemas/ states.")
    yield Rule(
        name,
        "key_is_unique",
        f"No two rows share {key}.",
        f"SELECT {key}, count(*) AS rows FROM {name} GROUP BY ALL HAVING count(*) > 1",
    )
    for foreign in table.foreign_keys:
        yield Rule(
            name,
            f"{foreign.column}_exists",
            f"Every {foreign.column} is a row of {foreign.references}.",
            f"SELECT {key}, {foreign.column} FROM {name} AS child WHERE {foreign.column} IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {foreign.references} AS parent "
            f"WHERE parent.{foreign.to_column} = child.{foreign.column})",
        )


def _count_rule(table: str, key: str, column: str, counted: str, rows: str) -> Rule:
    return Rule(
        table,
        f"{column}_matches_rows",
        f"{column} is the number of rows that it counts.",
        f"SELECT {key}, {column}, coalesce(rows, 0) AS rows FROM {table} "
        f"LEFT JOIN (SELECT {key}, {counted} AS rows FROM {rows} GROUP BY {key}) USING ({key}) "
        f"WHERE {column} <> coalesce(rows, 0)",
    )


def _id_rule(table: str, column: str, kind: str, parts: tuple[str, ...], where: str = "true") -> Rule:
    """The SQL twin of pipeline/tables/ids.py."""
    spelled = " || ".join(
        f"coalesce(length({part}::VARCHAR)::VARCHAR || ':' || {part}::VARCHAR, '-')" for part in parts
    )
    derived = f"left(sha256('{kind}/' || {spelled}), 20)"
    return Rule(
        table,
        f"{column}_follows_from_content",
        f"{column} is derived from {', '.join(parts)}.",
        f"SELECT {column}, {derived} AS derived FROM new_{table} WHERE {where} AND {column} <> {derived}",
    )


def _rights_rule(table: str, rows: str, publish: str) -> Rule:
    return Rule(
        table,
        "rights_are_kept",
        f"No more text is published than the source's `publish` allows: at most {EXCERPT} characters of an "
        "excerpt, none of metadata, and HTML only where all is published.",
        f"SELECT article_id, {publish} AS publish, length(body_text) AS characters, "
        f"body_html IS NOT NULL AS has_html FROM {rows} "
        f"WHERE ({publish} IS DISTINCT FROM 'full' AND body_html IS NOT NULL) "
        f"OR ({publish} IS DISTINCT FROM 'full' AND length(body_text) > {EXCERPT}) "
        f"OR (({publish} IS NULL OR {publish} = 'metadata') AND body_text IS NOT NULL)",
    )


_IN_PLACE = ("article_id", "comment_id")
_BETWEEN_TABLES = (
    _count_rule("articles", "article_id", "comment_count", "count(*)", "comments"),
    _count_rule("articles", "article_id", "link_count", "count(*)", "links"),
    _count_rule("articles", "article_id", "media_count", "count(*)", "media"),
    _count_rule("articles", "article_id", "revision_count", "count(*)", "revisions"),
    _count_rule(
        "contributors",
        "contributor_id",
        "article_count",
        "count(DISTINCT CASE WHEN comment_id IS NULL THEN article_id END)",
        "contributions",
    ),
    _count_rule(
        "contributors", "contributor_id", "comment_count", "count(DISTINCT comment_id)", "contributions"
    ),
    _id_rule("articles", "article_id", "article", ("canonical_url",)),
    _id_rule("contributors", "contributor_id", "contributor", ("site", "slug", "NULL"), "slug IS NOT NULL"),
    _id_rule("contributions", "contribution_id", "contribution", (*_IN_PLACE, "role", "position")),
    _id_rule("links", "link_id", "link", (*_IN_PLACE, "region", "position", "href")),
    _id_rule("media", "media_id", "media", (*_IN_PLACE, "region", "position", "url")),
    Rule(
        "contributors",
        "possible_same_as_is_mutual",
        "Who lists another contributor is listed by the other for the same reason, and nobody lists himself.",
        # Two lists of different lengths give rows without a contributor or without a reason.
        "WITH listed AS (SELECT contributor_id, unnest(possible_same_as) AS other, "
        "unnest(possible_same_as_reasons) AS reason FROM contributors) "
        "SELECT contributor_id, other, reason FROM listed WHERE other IS NOT DISTINCT FROM contributor_id "
        "OR NOT EXISTS (SELECT 1 FROM listed AS back WHERE back.contributor_id = listed.other "
        "AND back.other = listed.contributor_id AND back.reason = listed.reason)",
    ),
    _rights_rule(
        "articles",
        "new_limited_articles LEFT JOIN rights ON new_limited_articles.source = rights.source",
        "rights.publish",
    ),
    _rights_rule(
        "comments",
        "new_comments LEFT JOIN (SELECT article_id, rights.publish FROM articles LEFT JOIN rights "
        "USING (source)) AS allowed USING (article_id)",
        "allowed.publish",
    ),
    Rule(
        "comments",
        "position_is_unique",
        "No two comments of an article share a place.",
        "SELECT article_id, position, count(*) AS rows FROM comments GROUP BY ALL HAVING count(*) > 1",
    ),
    Rule(
        "links",
        "paired_link_id_is_mutual",
        "The two links of a footnote stand in one article and name each other.",
        "SELECT one.link_id, one.paired_link_id FROM links AS one JOIN links AS other "
        "ON other.link_id = one.paired_link_id WHERE other.paired_link_id IS DISTINCT FROM one.link_id "
        "OR other.link_id = one.link_id OR other.article_id <> one.article_id",
    ),
    Rule(
        "revisions",
        "one_is_current",
        "Each article has one current revision.",
        # Not count_if, which is null, and so never wrong, where an article has no revision at all.
        "SELECT article_id, count(*) FILTER (is_current) AS current "
        "FROM articles LEFT JOIN revisions USING (article_id) "
        "GROUP BY article_id HAVING count(*) FILTER (is_current) <> 1",
    ),
    Rule(
        "revisions",
        "nothing_is_lost",
        "Every raw post that was found is one revision or one reject, and no other is.",
        "SELECT source, raw_path, coalesce(found, 0) AS found, coalesce(told, 0) AS told FROM "
        "(SELECT source, raw_path, count(*) AS found FROM raw_posts GROUP BY ALL) FULL JOIN "
        "(SELECT source, raw_path, count(*) AS told FROM (SELECT source, raw_path FROM revisions "
        "UNION ALL SELECT source, raw_path FROM rejects) GROUP BY ALL) USING (source, raw_path) "
        "WHERE found IS DISTINCT FROM told",
    ),
)
