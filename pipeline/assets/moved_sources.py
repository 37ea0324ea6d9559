"""The sensor that sees a source move on this machine, and has it refreshed at once.

It watches the sources that are files here: folders, local git archives and bundles, indexes in them.
One that the dataset does not hold yet waits for its `schedule`, or, where it has none, for somebody to
refresh it: who only looks at the UI starts nothing. How often a server elsewhere may be asked is what its
cron line says, so it is not watched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from pipeline.assets import runs
from pipeline.assets.jobs import refresh
from pipeline.assets.locations import Locations
from pipeline.assets.partitions import add_partitions
from pipeline.assets.schedules import request
from pipeline.sources.kinds import Place
from pipeline.sources.registry import Source, SourcesError, is_path, read_sources

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@sensor(
    name="sources_moved",
    job=refresh,
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Refreshes a source when its folder, or the head of its git archive, has moved. Watches "
    "the sources that lie on this machine.",
)
def sources_moved(context: SensorEvaluationContext, locations: Locations) -> SensorResult | SkipReason:
    """Request a refresh of the sources that have moved since the dataset was published.

    The cursor says which move of a source was asked for last, so that a refresh that fails or is held
    back is not asked for again before the source moves on; its schedule may still try.
    """
    try:
        sources = [source for source in read_sources(locations.raw_path) if is_watched(source)]
    except SourcesError:
        return SkipReason("sources.yaml has a fault; the sensor `sources` says which.")
    add_partitions(context.instance, [source.name for source in sources])
    partitions = context.instance.get_dynamic_partitions("sources")
    busy = _busy(context.instance, partitions)
    asked: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    moves, faults = _moves([source for source in sources if source.name not in busy], locations)
    new = [name for name, move in moves.items() if asked.get(name) != move]
    # What a run is at work on is as it was, until it has been looked at again.
    standing = {name: move for name, move in asked.items() if name in busy} | moves
    context.update_cursor(json.dumps(standing))
    if not new:
        told = [f"{len(sources)} watched, none has moved."]
        told += [f"Asked for already: {', '.join(standing)}."] if standing else []
        told += [f"A run is at work on, or waits for: {', '.join(sorted(busy))}."] if busy else []
        return SkipReason(" ".join([*told, *faults]))
    return SensorResult(run_requests=_requests(new, partitions))


def _busy(instance: DagsterInstance, partitions: Sequence[str]) -> set[str]:
    """The sources that a run is at work on, or waits for: it will see what has moved, or is seen to have
    missed it when it is done."""
    found = instance.get_runs(RunsFilter(statuses=UNFINISHED))
    return {name for run in found for name in runs.sources_of(run.tags, partitions)}


def is_watched(source: Source) -> bool:
    """True for a source on this machine."""
    if source.kind == "feed":
        return False
    return is_path(source) or source.location.lower().startswith("file:")


def _moves(sources: Sequence[Source], locations: Locations) -> tuple[dict[str, str], list[str]]:
    """What has moved, from which state to which, by source; and what could not be looked at."""
    from pipeline.refresh import cache as caches
    from pipeline.sources.kinds import FetchError
    from pipeline.sources.places import place_of

    moves: dict[str, str] = {}
    faults = []
    cache = caches.load(locations.out_path) if sources else None
    for source in sources:
        remembered = cache.sources[source.name].state if cache and source.name in cache.sources else None
        if remembered is None and source.schedule is None:
            continue
        try:
            if move := _move(place_of(locations.raw_path, source), remembered):
                moves[source.name] = move
        except (FetchError, OSError) as error:
            faults.append(str(error))
    return moves, faults


def _move(place: Place, remembered: str | None) -> str | None:
    """Names the move of a source; None where it stands as the dataset has it. Raises FetchError."""
    from pipeline.sources.kinds import FetchError, kind_of

    kind = kind_of(place.source)
    if remembered is not None and not kind.moved(place, remembered):
        return None
    try:
        kept = kind.state(place)
    except FetchError:
        kept = None
    # What was fetched already, and did not get into the dataset, is another move than what was not.
    is_further = kept is None or kind.moved(place, kept)
    return f"{remembered} > {kept}{' and further' if is_further else ''}"


def _requests(names: Collection[str], partitions: Sequence[str]) -> list[RunRequest]:
    """One run for all sources whose partitions are neighbours, as Dagster can name them."""
    groups: list[list[str]] = []
    is_open = False
    for partition in partitions:
        if partition not in names:
            is_open = False
        elif is_open:
            groups[-1].append(partition)
        else:
            groups.append([partition])
            is_open = True
    return [
        request(group[0], "sensor")
        if len(group) == 1
        else RunRequest(
            tags={
                "dagster/asset_partition_range_start": group[0],
                "dagster/asset_partition_range_end": group[-1],
                **runs.request_tags(group, "sensor"),
            }
        )
        for group in groups
    ]
