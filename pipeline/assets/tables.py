"""The tables and the dataset as assets, made, checked and published in one step: what is checked is
what is published. Every rule is a check on its table."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetIn,
    AssetKey,
    AssetOut,
    Failure,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableRecord,
    TableSchema,
    multi_asset,
)

from pipeline.assets import runs, stages
from pipeline.assets.dataset import DATASET, LIMITS, dataset_metadata, limits_check
from pipeline.assets.failures import told_plainly
from pipeline.assets.frames_io import Frames, forget_frames
from pipeline.assets.locations import Locations
from pipeline.assets.turn import Turn
from pipeline.publish.parquet import table_files
from pipeline.tables.rules import rules
from schemas import TABLES, Table
from schemas.contract import GENERAL_RULES

if TYPE_CHECKING:
    from pipeline.refresh.steps import Refreshed
    from pipeline.tables.checks import CheckResult

_PREVIEW_LENGTH = 60

_WHAT_TO_DO = "The checks show the rows. Mend the posts, or the profile that reads them, and refresh again."


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
    ins={"raw_posts": AssetIn("raw_posts"), "extracted_posts": AssetIn("extracted_posts")},
    outs={
        table.name: AssetOut(
            description=table.description,
            group_name="tables",
            kinds={"polars", "parquet"},
            owners=["team:data-engineering"],
            metadata={"dagster/column_schema": column_schema(table)},
        )
        for table in TABLES
    }
    | {"dataset": DATASET},
    internal_asset_deps={table.name: {AssetKey("raw_posts"), AssetKey("extracted_posts")} for table in TABLES}
    | {"dataset": {AssetKey(table.name) for table in TABLES}},
    check_specs=[
        *(
            AssetCheckSpec(rule.name, asset=AssetKey(rule.table), description=rule.description, blocking=True)
            for rule in rules()
        ),
        LIMITS,
    ],
)
def tables(
    context: AssetExecutionContext,
    locations: Locations,
    turn: Turn,
    raw_posts: Frames,
    extracted_posts: Frames,
) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
    """Make the tables beside the standing ones, try every rule on them, and publish them as one.

    Where a table breaks a rule nothing is published, and nothing is materialized: the standing
    dataset stays as it is, and the check shows the rows. A source that would pass its limits is held
    back, and the others are published.
    """
    from pipeline.refresh import steps

    begun = time.monotonic()
    out, tags = locations.out_path, context.run.tags
    left = stages.left_of(raw_posts)
    with told_plainly():
        turn.take(context.log)
        plan = stages.plan_again(locations.raw_path, out, left, tags)
        read, seconds = stages.read_of(extracted_posts)
        run = steps.start_run(out, plan.cache)
        runs.describe(context, plan.named if plan.named < plan.places.keys() else ())
        context.instance.add_run_tags(context.run.run_id, {runs.REFRESH: run})
        began = begun - seconds - left.seconds
        trigger = runs.trigger_of(tags)
        # Looked at again: who runs this step by itself may do so later.
        if left.is_unchanged and steps.unchanged(plan, left.listed.outcomes):
            refreshed = steps.record_unchanged(plan, run, left.listed.outcomes, trigger, began)
            _tag(context, refreshed)
            yield from _as_before(context, out, refreshed, plan.places)
            return
        try:
            made = steps.make_tables(plan, left.listed, read)
        except steps.HeldBackError as error:
            steps.record_failure(plan, run, error.made, str(error), trigger, began)
            raise
        if failed := [result for result in made.results if not result.passed]:
            broken = steps.ChecksFailedError(failed)
            steps.record_failure(plan, run, made, broken.in_short, trigger, began)
            yield from (_as_dagster(result) for result in made.results)
            raise Failure(f"{broken.in_short}\n{_WHAT_TO_DO}", allow_retries=False)
        refreshed = steps.publish_tables(plan, run, made, trigger, began)
        _tag(context, refreshed)
    # They are held against a dataset that no longer stands.
    forget_frames(out)
    for table in TABLES:
        frame = made.folded.tables[table.name]
        yield MaterializeResult(
            asset_key=table.name,
            metadata={
                "dagster/row_count": frame.height,
                "preview": _preview(frame),
                **{
                    f"{key.column} leads to": MetadataValue.asset(AssetKey(key.references))
                    for key in table.foreign_keys
                },
                "bytes": sum(path.stat().st_size for path in table_files(table, out / "parquet")),
                "files": len(table_files(table, out / "parquet")),
                "files written": len(made.written.files[table.name]),
            },
            check_results=[_as_dagster(result) for result in made.results if result.rule.table == table.name],
        )
    yield _dataset(out, refreshed, plan.places)


def _as_before(
    context: AssetExecutionContext, out: Path, refreshed: "Refreshed", sources: Collection[str]
) -> Iterator[MaterializeResult[Any]]:
    """The standing tables, which are what this run would make, and have passed every rule."""
    from pipeline.tables.checks import CheckResult

    context.log.info("Nothing differs from the standing dataset; it is not made again.")
    for table in TABLES:
        event = context.instance.get_latest_materialization_event(AssetKey(table.name))
        before = event.asset_materialization if event else None
        yield MaterializeResult(
            asset_key=table.name,
            metadata={**(before.metadata if before else {}), "dagster/row_count": refreshed.rows[table.name]},
            check_results=[_as_dagster(CheckResult(rule, 0)) for rule in rules() if rule.table == table.name],
        )
    yield _dataset(out, refreshed, sources)


def _tag(context: AssetExecutionContext, refreshed: "Refreshed") -> None:
    outcome = runs.PUBLISHED if refreshed.is_new else runs.UNCHANGED
    outcome = outcome if refreshed.is_good else runs.INCOMPLETE
    context.instance.add_run_tags(context.run.run_id, {runs.OUTCOME: outcome})


def _dataset(out: Path, refreshed: "Refreshed", sources: Collection[str]) -> MaterializeResult[Any]:
    return MaterializeResult(
        asset_key="dataset",
        metadata=dataset_metadata(out, refreshed),
        check_results=[limits_check(out, sources)],
    )


def _as_dagster(result: "CheckResult") -> AssetCheckResult:
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
