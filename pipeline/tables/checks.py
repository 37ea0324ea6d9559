"""The rules tried on the tables that a build has made: which hold, and which rows break them."""

from __future__ import annotations

from collections.abc import Iterator
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


def check(parquet: Path, tables: dict[str, pl.DataFrame], raw_posts: pl.DataFrame) -> list[CheckResult]:
    """Try every rule; contracts on the frames, the others on the Parquet files written from them.

    `raw_posts` has the columns `source` and `raw_path`: every raw post that was found, listed
    before any was read.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        for table in TABLES:
            # As an Arrow dataset: DuckDB's own reader would take a folder's name for a pattern.
            connection.register(table.name, dataset(parquet / table.name, format="parquet"))
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
