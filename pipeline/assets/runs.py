"""What a run is asked to do, as its partitions and its tags say.

commonplace/sources   which sources it is about, `all` for all; set by whoever starts it, or by the run
commonplace/trigger   what began it: schedule, sensor, ui ...
commonplace/accept    sources that may pass their limits this once: names with commas, or `true` for
                      those that the run is about
commonplace/anew      `true` for a build: nothing is remembered, and no limit holds
commonplace/refresh   the run's id in the record of refreshes, once it is there
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from dagster import AssetExecutionContext

SOURCES, TRIGGER, ACCEPT, ANEW, REFRESH, OUTCOME = (
    f"commonplace/{name}" for name in ("sources", "trigger", "accept", "anew", "refresh", "outcome")
)
PUBLISHED, UNCHANGED, INCOMPLETE = "published", "unchanged", "incomplete"

ALL = "all"


def sources_asked_for(context: AssetExecutionContext) -> list[str]:
    """The sources that a run is about: its partitions; none for all sources."""
    if context.has_partition_key or context.has_partition_key_range:
        return sorted(context.partition_keys)
    return []


def sources_of(tags: Mapping[str, str], partitions: Sequence[str]) -> set[str]:
    """The sources that a run with these tags is about, also before it has begun; `partitions` are all of
    them, in Dagster's order."""
    if said := tags.get(SOURCES):
        return set(partitions) if said == ALL else set(said.split(", "))
    if "dagster/partition" in tags:
        return {tags["dagster/partition"]}
    first, last = (tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    if first in partitions and last in partitions:
        return set(partitions[partitions.index(first) : partitions.index(last) + 1])
    return set(partitions)


def trigger_of(tags: Mapping[str, str]) -> str:
    """What began a run, for the record of refreshes."""
    if tags.get(TRIGGER):
        return tags[TRIGGER]
    if "dagster/schedule_name" in tags:
        return "schedule"
    return "sensor" if "dagster/sensor_name" in tags else "ui"


def accepted(tags: Mapping[str, str]) -> bool | Collection[str]:
    """Which sources may pass their limits this once: True for those that the run is about."""
    text = tags.get(ACCEPT, "").strip()
    if text.lower() in {"true", "false", ""}:
        return text.lower() == "true"
    return frozenset(name for part in text.split(",") if (name := part.strip()))


def describe(context: AssetExecutionContext, sources: Collection[str]) -> None:
    """Have the run's tags say which sources it is about (all, where none is named) and what began it, if
    they do not yet."""
    run = context.instance.get_run_by_id(context.run.run_id)
    tags = run.tags if run else {}
    said = request_tags(sources, trigger_of(tags))
    context.instance.add_run_tags(
        context.run.run_id, {name: value for name, value in said.items() if name not in tags}
    )


def is_anew(tags: Mapping[str, str]) -> bool:
    """True for a run that builds from nothing."""
    return tags.get(ANEW, "").lower() == "true"


def request_tags(names: Collection[str], trigger: str) -> dict[str, str]:
    """The tags of a run that is started for some sources."""
    return {SOURCES: ", ".join(sorted(names)) or ALL, TRIGGER: trigger}
