"""The partitions: one for each enabled source of `sources.yaml`.

They are dynamic, that is, kept in the Dagster instance and not in the code: a list that is read when
the code is loaded would have a new source wait for a restart, and would show a run of a source that
was added since as a run of no partition. The sensor keeps them equal to the file. A run without a
partition is about all sources, so nothing waits for the sensor.
"""

from __future__ import annotations

from collections.abc import Collection

from dagster import (
    DagsterInstance,
    DefaultSensorStatus,
    DynamicPartitionsDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from pipeline.assets.locations import Locations
from pipeline.sources.registry import read_sources

SOURCES = DynamicPartitionsDefinition(name="sources")


def add_partitions(instance: DagsterInstance, names: Collection[str]) -> None:
    """Have a partition for each of these sources in the instance; others stay as they are."""
    missing = sorted(set(names) - set(instance.get_dynamic_partitions("sources")))
    if missing:
        instance.add_dynamic_partitions("sources", missing)


@sensor(
    name="sources",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Keeps the partitions equal to the enabled sources of sources.yaml.",
)
def new_sources(context: SensorEvaluationContext, locations: Locations) -> SensorResult | SkipReason:
    """Add the partition of a source that is new in `sources.yaml`; remove that of one that is gone.

    Starts no run. A fault in `sources.yaml` fails the tick, and its message says what to mend.
    """
    names = {source.name for source in read_sources(locations.raw_path)}
    there = set(context.instance.get_dynamic_partitions("sources"))
    new, gone = sorted(names - there), sorted(there - names)
    if not new and not gone:
        return SkipReason("The partitions are the sources of sources.yaml.")
    requests = [SOURCES.build_add_request(new)] if new else []
    return SensorResult(
        dynamic_partitions_requests=[*requests, *([SOURCES.build_delete_request(gone)] if gone else [])]
    )


def main() -> None:
    """Have the partitions in the instance of this environment: what `commonplace ui` does first."""
    names = [source.name for source in read_sources(Locations.from_environment().raw_path)]
    with DagsterInstance.get() as instance:
        add_partitions(instance, names)


if __name__ == "__main__":
    main()
