"""The eight tables as assets, and every rule as a check on its table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetIn,
    AssetKey,
    AssetOut,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableRecord,
    TableSchema,
    multi_asset,
)

from pipeline.assets.frames_io import Frames
from pipeline.assets.locations import Locations
from pipeline.tables.rules import rules
from schemas import TABLES, Table
from schemas.contract import GENERAL_RULES

if TYPE_CHECKING:
    from pipeline.tables.checks import CheckResult

_PREVIEW_LENGTH = 60


def column_schema(table: Table) -> TableSchema:
    """A contract as Dagster shows it."""
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=str(column.dtype),
                description=column.description,
                constraints=TableColumnConstraints(
                    nullable=column.nullable,
                    unique=table.key == (column.name,),
                    other=[rule for rule in column.rules if rule not in GENERAL_RULES],
                ),
            )
            for column in table.columns
        ],
        constraints=TableConstraints(
            other=[
                f"key: {', '.join(table.key)}",
                *(f"{key.column} -> {key.references}.{key.to_column}" for key in table.foreign_keys),
            ]
        ),
    )


@multi_asset(
    name="tables",
    group_name="tables",
    ins={"raw_posts": AssetIn("raw_posts"), "extracted_posts": AssetIn("extracted_posts")},
    outs={
        table.name: AssetOut(
            description=table.description,
            kinds={"polars", "parquet"},
            owners=["team:data-engineering"],
            metadata={"dagster/column_schema": column_schema(table)},
        )
        for table in TABLES
    },
    check_specs=[
        AssetCheckSpec(rule.name, asset=AssetKey(rule.table), description=rule.description, blocking=True)
        for rule in rules()
    ],
)
def tables(
    locations: Locations, raw_posts: Frames, extracted_posts: Frames
) -> Iterator[MaterializeResult[Any]]:
    """Make the tables beside the standing ones, and try every rule on them.

    Nothing is published here: a table that breaks a rule stops at its check, and the standing
    outputs stay as they are.
    """
    from pipeline.build import write_candidate
    from pipeline.publish import versions

    begun = time.monotonic()
    out = locations.out_path
    with versions.lock(out):
        frames, results = write_candidate(extracted_posts, raw_posts["raw_posts"], out)
    seconds = time.monotonic() - begun
    for table in TABLES:
        frame = frames[table.name]
        yield MaterializeResult(
            asset_key=table.name,
            metadata={
                "dagster/row_count": frame.height,
                "dagster/column_schema": column_schema(table),
                "preview": _preview(frame),
                **{
                    f"{key.column} leads to": MetadataValue.asset(AssetKey(key.references))
                    for key in table.foreign_keys
                },
                "bytes": _bytes(versions.candidate(out), table),
                "seconds, all tables": round(seconds, 2),
            },
            check_results=[_as_dagster(result) for result in results if result.rule.table == table.name],
        )


def _as_dagster(result: CheckResult) -> AssetCheckResult:
    metadata: dict[str, Any] = {"failing rows": result.failures}
    if result.examples:
        metadata["examples"] = MetadataValue.table([_record(row) for row in result.examples])
    return AssetCheckResult(
        passed=result.passed,
        asset_key=AssetKey(result.rule.table),
        check_name=result.rule.name,
        description=result.rule.description,
        metadata=metadata,
    )


def _preview(frame: pl.DataFrame) -> MetadataValue:
    """Each column with the share of its values that is null, and the first that is not."""
    return MetadataValue.table(
        [
            _record(
                {
                    "column": column.name,
                    "null": f"{column.null_count() / max(frame.height, 1):.1%}",
                    "example": next(iter(column.drop_nulls().head(1).to_list()), None),
                }
            )
            for column in frame
        ]
    )


def _record(row: dict[str, Any]) -> TableRecord:
    """A row as text: the UI shows it as it is, and nothing in it becomes markup."""
    return TableRecord(
        {name: "" if value is None else str(value)[:_PREVIEW_LENGTH] for name, value in row.items()}
    )


def _null_share(frame: pl.DataFrame) -> MetadataValue:
    """Per column, which share of its values is null."""
    rows = max(frame.height, 1)
    nulls = frame.null_count().row(0, named=True) if frame.height else dict.fromkeys(frame.columns, 0)
    return MetadataValue.table(
        [TableRecord({"column": name, "null": f"{count / rows:.1%}"}) for name, count in nulls.items()]
    )


def _bytes(candidate: Path, table: Table) -> int:
    return sum(path.stat().st_size for path in (candidate / "parquet" / table.name).glob("*.parquet"))
