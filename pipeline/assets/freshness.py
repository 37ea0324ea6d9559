"""The check `fresh`: every source was refreshed as its cron line says.

It is computed from the record of refreshes and not from Dagster's events, because the record knows
which refreshes came off well, and of those that the command made. A sensor reports it as time goes
by, without a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    DefaultSensorStatus,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    asset_check,
    sensor,
)

from pipeline.assets.locations import Locations
from pipeline.assets.schedules import times_before
from pipeline.assets.words import as_markdown
from pipeline.sources.registry import LISTING, SourcesError, read_sources

# So long after the time in its cron line a source may be refreshed.
GRACE = timedelta(hours=1)

NAME = "fresh"
DESCRIPTION = (
    "Every source with a `schedule` was refreshed with a good outcome since the last time that its cron line "
    f"names, {GRACE.total_seconds() / 60:.0f} minutes allowed."
)


@asset_check(asset="dataset", name=NAME, description=DESCRIPTION)
def fresh(locations: Locations) -> AssetCheckResult:
    """Hold the record of refreshes against the cron lines of `sources.yaml`."""
    late = late_sources(locations, datetime.now(UTC))
    return AssetCheckResult(
        passed=not late,
        severity=AssetCheckSeverity.WARN,
        description=_told(late),
        metadata=late,
    )


@sensor(
    name="freshness",
    minimum_interval_seconds=300,
    default_status=DefaultSensorStatus.RUNNING,
    description="Reports the check `fresh` of the dataset when a source becomes late, or is late no longer.",
)
def freshness(context: SensorEvaluationContext, locations: Locations) -> SensorResult | SkipReason:
    """Report the check where it says something else than before; starts no run."""
    try:
        late = late_sources(locations, datetime.now(UTC))
    except SourcesError:
        return SkipReason("sources.yaml has a fault; the sensor `sources` says which.")
    told = _told(late)
    if told == context.cursor:
        return SkipReason("Nothing else is late than before." if late else told)
    context.update_cursor(told)
    evaluation = AssetCheckEvaluation(
        asset_key=AssetKey("dataset"),
        check_name=NAME,
        passed=not late,
        severity=AssetCheckSeverity.WARN,
        description=told,
        metadata=late,
    )
    return SensorResult(skip_reason=f"Reported: {len(late)} late.", asset_events=[evaluation])


def late_sources(locations: Locations, now: datetime) -> dict[str, str]:
    """What to say of each source that is late, by source. Raises SourcesError."""
    from pipeline.refresh import log

    sources = read_sources(locations.raw_path)
    last = log.last_refreshes(locations.out_path)
    listing = locations.raw_path / LISTING
    # A source that was never refreshed is late from the first time that came after it was declared.
    declared = datetime.fromtimestamp(listing.stat().st_mtime, UTC) if listing.is_file() else now
    late = {}
    for source in sources:
        row = last.get(source.name, {})
        good = row.get("last_good_at")
        due = next(times_before(source, now - GRACE), None)
        if due is not None and (good or declared) < due:
            when = f"last refreshed {good:%Y-%m-%d %H:%M} UTC" if good else "never refreshed"
            late[source.name] = f"{source.name}: {when}; due {due:%Y-%m-%d %H:%M} UTC. {_what_to_do(row)}"
    return late


def _what_to_do(row: Mapping[str, Any]) -> str:
    if not row.get("message"):
        return "See that the daemon runs and that the schedule is on."
    return f"The last refresh ended with {row['outcome']}: {row['message']}"


def _told(late: Mapping[str, str]) -> str:
    return as_markdown(late.values()) or "Every source was refreshed as its cron line says."
