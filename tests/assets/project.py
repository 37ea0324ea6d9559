"""A raw folder, an outputs folder and a Dagster instance of a test's own; runs in this process."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster import (
    AssetKey,
    AssetSelection,
    DagsterInstance,
    ExecuteInProcessResult,
    TableMetadataValue,
    build_sensor_context,
    define_asset_job,
)

from pipeline.assets.frames_io import FramesIOManager
from pipeline.assets.locations import Locations
from pipeline.assets.turn import Turn
from pipeline.definitions import defs
from tests.refresh.posts import write_posts


class Project:
    """`declare` writes `sources.yaml`, `run` runs a job, or some assets of it, in this process."""

    def __init__(self, folder: Path, instance: DagsterInstance) -> None:
        self.raw, self.out, self.instance = folder / "raw", folder / "outputs", instance
        self.raw.mkdir()
        self.locations = Locations(raw=str(self.raw), out=str(self.out))

    @property
    def resources(self) -> dict[str, Any]:
        return {
            "locations": self.locations,
            "turn": Turn(locations=self.locations),
            "frames": FramesIOManager(locations=self.locations),
        }

    def declare(self, **sources: str) -> None:
        """Write `sources.yaml`: each source with what its entry says besides its name (a folder of the
        same name where it says nothing of a kind)."""
        entries = []
        for name, more in sources.items():
            kind = "" if "kind:" in more else f"kind: folder, location: {name}, "
            entries.append(f"  - {{name: {name}, {kind}{more}}}\n".replace(", }", "}"))
        (self.raw / "sources.yaml").write_text("sources:\n" + "".join(entries))
        self.instance.add_dynamic_partitions(
            "sources", [name for name in sources if name not in self.partitions()]
        )

    def write(self, source: str, numbers: range) -> None:
        write_posts(self.raw / source, numbers)

    def partitions(self) -> list[str]:
        return list(self.instance.get_dynamic_partitions("sources"))

    def run(
        self, *assets: str, partition: str | None = None, job: str = "refresh", **tags: str
    ) -> ExecuteInProcessResult:
        """Run a job, or the assets that are named; `__` stands for a slash in the name of a tag."""
        found = defs.resolve_job_def(job)
        if assets:
            selected = AssetSelection.assets(*assets)
            found = define_asset_job("some", selected).resolve(asset_graph=defs.resolve_asset_graph())
        return found.execute_in_process(
            instance=self.instance,
            resources=self.resources,
            partition_key=partition,
            # Its event for event would drown what a failing test has to say.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={name.replace("__", "/"): value for name, value in tags.items()},
            raise_on_error=False,
        )

    def context(self, cursor: str | None = None) -> Any:
        """What a sensor gets."""
        return build_sensor_context(
            instance=self.instance, cursor=cursor, resources={"locations": self.locations}
        )

    def tags(self, run: ExecuteInProcessResult) -> dict[str, str]:
        found = self.instance.get_run_by_id(run.run_id)
        assert found
        return dict(found.tags)

    def metadata(self, asset: str) -> dict[str, Any]:
        """The values of the latest materialization's metadata, tables as lists of dictionaries."""
        event = self.instance.get_latest_materialization_event(AssetKey(asset))
        assert event
        assert event.asset_materialization
        return values(event.asset_materialization.metadata)


def values(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The values of metadata, tables as lists of dictionaries."""
    return {
        name: [dict(record.data) for record in value.records]
        if isinstance(value, TableMetadataValue)
        else value.value
        for name, value in metadata.items()
    }


def materialized(run: ExecuteInProcessResult) -> list[str]:
    """The assets that a run materialized, each once."""
    keys = [event.asset_key for event in run.get_asset_materialization_events()]
    return list(dict.fromkeys(key.to_user_string() for key in keys if key))


def check(run: ExecuteInProcessResult, asset: str, name: str) -> Any:
    """A check's evaluation in a run."""
    found = run.get_asset_check_evaluations()
    return next(one for one in found if (one.asset_key, one.check_name) == (AssetKey(asset), name))


def failure(run: ExecuteInProcessResult) -> str:
    """What the steps that failed say, in the words of their failures."""
    found = []
    for event in run.filter_events(lambda event: event.is_step_failure):
        data = event.step_failure_data
        assert data.user_failure_data, data.error
        found.append(data.user_failure_data.description)
    return "\n".join(found)


def hashes(out: Path) -> dict[str, str]:
    """The SHA-256 of every published Parquet and CSV file, by its path."""
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
