"""The rules tried on the tables that a build has made: which hold, and which rows break them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from pandera.errors import SchemaErrors
from pyarrow.dataset import dataset

from pipeline.tables.rules import Rule, rules
from schemas import TABLES, Table

# As many rows that break a rule are shown; all are counted.
EXAMPLES = 10
# Bytes of Parquet files that are tried at once; in memory they are some five times as large.
HELD_TOGETHER = 12_000_000


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


def check(
    tables: Mapping[str, pl.DataFrame],
    written: Mapping[str, Sequence[Path]],
    raw_posts: pl.DataFrame,
    rights: Mapping[str, str],
    changed: Mapping[str, pl.DataFrame] | None = None,
) -> list[CheckResult]:
    """Try every rule.

    `tables` are whole but for their long texts; `written` are the Parquet files that this build wrote
    of each: they are read again, and their rows must keep the contract. Files that an earlier build
    wrote have been tried then. `raw_posts` has the columns `source` and `raw_path`: every raw post that
    was found, listed before any was read. `rights` says what each source publishes. `changed` names, by
    key, the rows that are not as they stood, if not all are new: the others have kept the contract
    before, and text takes its time.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        for table in TABLES:
            connection.register(table.name, tables[table.name].to_arrow())
            connection.register(f"new_{table.name}", _rows_of(table, written.get(table.name, ())))
        connection.register("raw_posts", raw_posts.select("source", "raw_path").to_arrow())
        known = pl.DataFrame(
            list(rights.items()), schema={"source": pl.String, "publish": pl.String}, orient="row"
        )
        connection.register("rights", known.to_arrow())
        connection.register("new_limited_articles", _limited(written.get("articles", ()), rights))
        failures = _count_failures(connection)
        return [
            _check_contract(rule, written.get(rule.table, ()), (changed or {}).get(rule.table))
            if rule.failing is None
            else _result(rule, failures[rule], connection)
            for rule in rules()
        ]


def _rows_of(table: Table, paths: Sequence[Path]) -> Any:
    # As an Arrow dataset: DuckDB's own reader would take a folder's name for a pattern.
    if paths:
        return dataset([str(path) for path in paths], format="parquet")
    return pl.DataFrame(schema=table.polars_schema).to_arrow()


def _limited(articles: Sequence[Path], rights: Mapping[str, str]) -> Any:
    """Of the articles whose source does not publish all, what the rule of rights asks for. The texts of the
    others, which are long, are not read."""
    columns = ("article_id", "source", "body_text", "body_html")
    if not articles:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).to_arrow()
    full = [source for source, publish in rights.items() if publish == "full"]
    rows = pl.scan_parquet(list(articles), glob=False, hive_partitioning=False)
    return rows.filter(~pl.col("source").is_in(full)).select(columns).collect().to_arrow()


def _count_failures(connection: duckdb.DuckDBPyConnection) -> dict[Rule, int]:
    """How many rows break each rule: one query for all, because planning takes longer than most rules."""
    asked = [rule for rule in rules() if rule.failing is not None]
    counts = " UNION ALL ".join(
        f"SELECT {number} AS rule, count(*) FROM ({rule.failing})" for number, rule in enumerate(asked)
    )
    return {asked[number]: count for number, count in connection.execute(counts).fetchall()}


def _result(rule: Rule, failures: int, connection: duckdb.DuckDBPyConnection) -> CheckResult:
    if not failures:
        return CheckResult(rule, 0)
    rows = connection.execute(f"SELECT * FROM ({rule.failing}) ORDER BY ALL LIMIT {EXAMPLES}")
    names = [column[0] for column in rows.description or ()]
    return CheckResult(rule, failures, tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall()))


def _check_contract(rule: Rule, paths: Sequence[Path], changed: pl.DataFrame | None) -> CheckResult:
    table = next(table for table in TABLES if table.name == rule.table)
    failures, examples = 0, list[dict[str, Any]]()
    # Some files at once, because each asking has its price, but never all the long texts of a dataset.
    for group in _groups(paths):
        frame = pl.read_parquet(group, glob=False, hive_partitioning=False)
        if changed is not None:
            frame = frame.join(changed, on=list(table.key), how="semi", nulls_equal=True)
        try:
            table.validate(frame)
        except SchemaErrors as errors:
            failures += max(1, errors.failure_cases.height)
            examples += _broken_rows(table, frame, errors.failure_cases)
    return CheckResult(rule, failures, tuple(examples[:EXAMPLES]))


def _groups(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Files in order, as many at once as may be held together."""
    group, size = list[Path](), 0
    for path in paths:
        size += path.stat().st_size
        if group and size > HELD_TOGETHER:
            yield group
            group, size = [], path.stat().st_size
        group.append(path)
    if group:
        yield group


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
