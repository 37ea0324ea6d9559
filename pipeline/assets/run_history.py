"""The history of runs stays bounded: old runs are forgotten, and runs that were cut short are ended.

Dagster keeps every run for ever, and one whose machine went down as running, which would block the
queue. What the tables and the record of refreshes say does not depend on either.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import (
    AssetKey,
    AssetRecordsFilter,
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunsFilter,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from pipeline.assets import runs, turn
from pipeline.assets.locations import Locations
from schemas import TABLES

# Runs are kept for so many days; those that found nothing new, of which the record of refreshes says all
# there is to say, for fewer.
KEPT_DAYS = 30
KEPT_UNCHANGED_DAYS = 2
_FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
# A tick has a minute; the rest is left for the next.
_LONGEST = 20.0
_MOST = 1000

CUT_SHORT = (
    "The run's process has ended without a word: it was killed, or the machine went down. The standing "
    "dataset is as it was, or new and whole; the next refresh completes the work."
)


@sensor(
    name="old_runs",
    minimum_interval_seconds=3600,
    default_status=DefaultSensorStatus.RUNNING,
    description=f"Forgets runs that are older than {KEPT_DAYS} days ({KEPT_UNCHANGED_DAYS} where nothing was "
    "new), with their events and logs.",
)
def old_runs(context: SensorEvaluationContext) -> SkipReason:
    """Forget old runs; starts none."""
    count = forget_runs(context.instance, datetime.now(UTC))
    return SkipReason(f"{count} old runs were forgotten.")


@sensor(
    name="runs_cut_short",
    minimum_interval_seconds=60,
    default_status=DefaultSensorStatus.RUNNING,
    description="Ends runs whose process has died with the machine or the code server, so that the queue "
    "goes on.",
)
def runs_cut_short(context: SensorEvaluationContext, locations: Locations) -> SkipReason:
    """Report a run as failed whose process is gone at two looks in a row; starts none."""
    seen = set(json.loads(context.cursor)) if context.cursor else set()
    started = context.instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED]))
    dead = [run for run in started if turn.has_died(locations.out_path, run.run_id)]
    # At the first look the run may just be about to say that it is done.
    context.update_cursor(json.dumps([run.run_id for run in dead if run.run_id not in seen]))
    ended = [run for run in dead if run.run_id in seen]
    for run in ended:
        context.instance.report_run_failed(run, CUT_SHORT)
        turn.forget_dead(locations.out_path, run.run_id)
    return SkipReason(f"{len(started)} runs at work; ended {len(ended)} that were cut short.")


def forget_runs(instance: DagsterInstance, now: datetime) -> int:
    """Delete the finished runs that are old at an instant, with their events, logs and checks; returns how
    many. The last run that materialized an asset or a partition stays, however old it is."""
    begun = time.monotonic()
    kept = _latest(instance)
    unchanged = RunsFilter(
        statuses=_FINISHED,
        tags={runs.OUTCOME: runs.UNCHANGED},
        created_before=now - timedelta(days=KEPT_UNCHANGED_DAYS),
    )
    old = RunsFilter(statuses=_FINISHED, created_before=now - timedelta(days=KEPT_DAYS))
    found = {
        record.dagster_run.run_id: None
        for filters in (unchanged, old)
        for record in instance.get_run_records(filters, ascending=True, limit=_MOST)
        if record.dagster_run.run_id not in kept
    }
    forgotten = []
    for run_id in found:
        if time.monotonic() - begun > _LONGEST:
            break
        _forget(instance, run_id)
        forgotten.append(run_id)
    _forget_checks(instance, forgotten)
    return len(forgotten)


def _forget(instance: DagsterInstance, run_id: str) -> None:
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    # SQLite keeps the events of each run in a file of its own, which then is empty.
    if path_of := getattr(instance.event_log_storage, "path_for_shard", None):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path_of(run_id)}{suffix}").unlink(missing_ok=True)


def _forget_checks(instance: DagsterInstance, run_ids: list[str]) -> None:
    """Delete what is kept of the checks of runs: Dagster itself keeps that for ever."""
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    storage = instance.event_log_storage
    if run_ids and isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(
                AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id.in_(run_ids))
            )


def _latest(instance: DagsterInstance) -> set[str]:
    """The runs whose materializations are the latest of an asset or of a partition."""
    names = ("raw_posts", "extracted_posts", "dataset", *(table.name for table in TABLES))
    events = [instance.get_latest_materialization_event(AssetKey(name)) for name in names]
    for partition in instance.get_dynamic_partitions("sources"):
        found = instance.fetch_materializations(
            AssetRecordsFilter(asset_key=AssetKey("raw_posts"), asset_partitions=[partition]), limit=1
        )
        events += [record.event_log_entry for record in found.records]
    return {event.run_id for event in events if event is not None}
