"""The schedules: one for each source with a cron line in `sources.yaml`, in UTC.

They run as soon as the daemon does: who writes `schedule:` wants it kept, and a source without it is
refreshed by hand only. A schedule can be turned off in the UI. They are made when the code is
loaded; what is written to `sources.yaml` afterwards is kept by a sensor until the code is loaded
again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cronsim import CronSim
from dagster import (
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    schedule,
    sensor,
)

from pipeline.assets import runs
from pipeline.assets.jobs import refresh
from pipeline.assets.locations import Locations
from pipeline.assets.partitions import add_partitions
from pipeline.sources.registry import Source, SourcesError, read_sources


def loaded_sources(locations: Locations) -> list[Source]:
    """The enabled sources as the code is loaded; none where `sources.yaml` has a fault, which the
    sensor `sources` tells."""
    try:
        return read_sources(locations.raw_path)
    except SourcesError:
        return []


def schedules_of(sources: Sequence[Source]) -> list[ScheduleDefinition]:
    """A schedule `refresh_<source>` for each source that has a cron line."""
    taken: set[str] = set()
    made = []
    for source in sources:
        if source.schedule is None:
            continue
        # Dagster's names have no hyphen.
        name = base = f"refresh_{re.sub('-', '_', source.name)}"
        number = 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        made.append(_schedule(name, source.name, source.schedule))
    return made


def _schedule(name: str, source: str, line: str) -> ScheduleDefinition:
    @schedule(
        name=name,
        job=refresh,
        cron_schedule=line,
        execution_timezone="UTC",
        default_status=DefaultScheduleStatus.RUNNING,
        description=f"Refreshes the source {source} as sources.yaml says: {line}, in UTC.",
    )
    def refresh_source(context: ScheduleEvaluationContext, locations: Locations) -> RunRequest | SkipReason:
        standing = {source.name: source.schedule for source in read_sources(locations.raw_path)}
        if standing.get(source) != line:
            return SkipReason(f"sources.yaml no longer says `schedule: {line!r}` of {source}.")
        add_partitions(context.instance, [source])
        return request(source, "schedule")

    return refresh_source


def request(source: str, trigger: str) -> RunRequest:
    """A run of the job `refresh` for one source."""
    return RunRequest(partition_key=source, tags=runs.request_tags([source], trigger))


def keeper_of(loaded: Sequence[Source]) -> SensorDefinition:
    """The sensor that keeps the cron lines that were written since these sources were loaded."""
    lines = {source.name: source.schedule for source in loaded}

    @sensor(
        name="new_schedules",
        job=refresh,
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description="Keeps the cron lines that were added to sources.yaml, or changed, since the code "
        "location was loaded. Reload it, and they are schedules.",
    )
    def new_schedules(context: SensorEvaluationContext, locations: Locations) -> SensorResult | SkipReason:
        now = datetime.now(UTC)
        since = datetime.fromtimestamp(json.loads(context.cursor), UTC) if context.cursor else now
        context.update_cursor(json.dumps(now.timestamp()))
        try:
            sources = read_sources(locations.raw_path)
        except SourcesError:
            return SkipReason("sources.yaml has a fault; the sensor `sources` says which.")
        new = [source for source in sources if source.schedule and lines.get(source.name) != source.schedule]
        due = [source.name for source in new if _is_due(source, since, now)]
        add_partitions(context.instance, due)
        if not due:
            names = ", ".join(source.name for source in new)
            return SkipReason(f"Not due yet: {names}." if new else "Every cron line is loaded.")
        return SensorResult(run_requests=[request(name, "schedule") for name in due])

    return new_schedules


def _is_due(source: Source, since: datetime, now: datetime) -> bool:
    """True where the source's cron line names a time after `since`, up to `now`."""
    return since < next(times_before(source, now), since)


def times_before(source: Source, now: datetime) -> Iterator[datetime]:
    """The times up to `now` that the cron line of a source names, the last first; none without one."""
    if source.schedule is None:
        return
    # Of the minute that has begun, too.
    upto = datetime.fromtimestamp(now.timestamp() // 60 * 60 + 60, UTC)
    yield from CronSim(source.schedule, upto, reverse=True)
