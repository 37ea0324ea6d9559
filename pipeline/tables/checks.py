"""The rules that the tables must keep before they are published.

Each table keeps its own contract (pandera). Between tables: keys are unique, foreign keys
lead somewhere, counts equal the rows that they count, ids follow from content, each article
has one current revision, and no raw post is lost. A rule is a query for the rows that break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from pandera.errors import SchemaErrors

from schemas import TABLES, Table

# As many rows that break a rule are shown; all are counted.
EXAMPLES = 10
CONTRACT = "contract"


@dataclass(frozen=True)
class Rule:
    """A rule of one table; `failing` is the SQL that selects the rows that break it. A contract
    has none: pandera checks it."""

    table: str
    name: str
    description: str
    failing: str | None = None


@dataclass(frozen=True)
class CheckResult:
    """What a rule found: how many rows break it, and the first of them."""

    rule: Rule
    failures: int
    examples: tuple[dict[str, Any], ...] = ()

    @property
    def passed(self) -> bool:
        """True where no row breaks the rule."""
        return self.failures == 0

    def __str__(self) -> str:
        if self.passed:
            return f"{self.rule.table}.{self.rule.name}: passed"
        shown = "\n".join(f"  {example}" for example in self.examples)
        found = f"{self.failures} rows break it. {self.rule.description}"
        return f"{self.rule.table}.{self.rule.name}: {found}\n{shown}"


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the tables."""
    own = [rule for table in TABLES for rule in _rules_of(table)]
    order = {table.name: place for place, table in enumerate(TABLES)}
    return tuple(sorted((*own, *_BETWEEN_TABLES), key=lambda rule: order[rule.table]))


def check(parquet: Path, tables: dict[str, pl.DataFrame], raw_posts: pl.DataFrame) -> list[CheckResult]:
    """Try every rule; contracts on the frames, the others on the Parquet files written from them.

    `raw_posts` has the columns `source` and `raw_path`: every raw post that was found, listed
    before any was read.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        for table in TABLES:
            path = str(parquet / table.name / "*.parquet").replace("'", "''")
            connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet('{path}')")
        connection.register("raw_posts", raw_posts.select("source", "raw_path").to_arrow())
        return [_try(rule, tables, connection) for rule in rules()]


def _try(rule: Rule, tables: dict[str, pl.DataFrame], connection: duckdb.DuckDBPyConnection) -> CheckResult:
    if rule.failing is None:
        table = next(table for table in TABLES if table.name == rule.table)
        return _check_contract(rule, table, tables[rule.table])
    count = connection.execute(f"SELECT count(*) FROM ({rule.failing})").fetchall()[0][0]
    if not count:
        return CheckResult(rule, 0)
    rows = connection.execute(f"SELECT * FROM ({rule.failing}) ORDER BY ALL LIMIT {EXAMPLES}")
    names = [column[0] for column in rows.description or ()]
    return CheckResult(rule, count, tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall()))


def _check_contract(rule: Rule, table: Table, frame: pl.DataFrame) -> CheckResult:
    try:
        table.model.validate(frame, lazy=True)
    except SchemaErrors as errors:
        examples = tuple(_broken_rows(table, frame, errors.failure_cases))
        return CheckResult(rule, max(1, errors.failure_cases.height), examples[:EXAMPLES])
    return CheckResult(rule, 0)


def _broken_rows(table: Table, frame: pl.DataFrame, cases: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """What broke, where, and the key of the row."""
    for case in cases.head(EXAMPLES).iter_rows(named=True):
        row = case.get("index")
        key = (
            frame.select(table.key).row(row, named=True)
            if isinstance(row, int) and row < frame.height
            else {}
        )
        yield {
            "column": case["column"],
            "check": case["check"],
            "value": str(case["failure_case"])[:200],
            **{f"row {name}": value for name, value in key.items()},
        }


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
        f"SELECT {column}, {derived} AS derived FROM {table} WHERE {where} AND {column} <> {derived}",
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
        "comments",
        "position_is_unique",
        "No two comments of an article share a place.",
        "SELECT article_id, position, count(*) AS rows FROM comments GROUP BY ALL HAVING count(*) > 1",
    ),
    Rule(
        "revisions",
        "one_is_current",
        "Each article has one current revision.",
        "SELECT article_id, count_if(is_current) AS current "
        "FROM articles LEFT JOIN revisions USING (article_id) "
        "GROUP BY article_id HAVING count_if(is_current) <> 1",
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
