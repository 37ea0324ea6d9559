"""What Dagster loads: the assets and their graph, the checks, the jobs and the sensors, and how both files
lead to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    DynamicPartitionsDefinition,
    SkipReason,
    build_sensor_context,
)

from pipeline.assets.tables import column_schema
from pipeline.definitions import defs
from pipeline.tables.rules import rules
from schemas import TABLES

PROJECT = Path(__file__).resolve().parents[2]
TABLE_NAMES = [table.name for table in TABLES]
GRAPH = defs.resolve_asset_graph()


def test_the_asset_graph_is_this_one():
    graph = {
        key.to_user_string(): (
            GRAPH.get(key).group_name,
            sorted(parent.to_user_string() for parent in GRAPH.get(key).parent_keys),
        )
        for key in GRAPH.get_all_asset_keys()
    }
    assert graph == {
        "raw_posts": ("raw", []),
        "extracted_posts": ("extraction", ["raw_posts"]),
        **{name: ("tables", ["extracted_posts", "raw_posts"]) for name in TABLE_NAMES},
        "dataset": ("published", sorted(TABLE_NAMES)),
    }


def test_every_asset_says_what_it_is_and_whose():
    for key in GRAPH.get_all_asset_keys():
        node = GRAPH.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key


def test_every_rule_is_a_check_that_blocks_publication_and_the_others_do_not():
    blocking = {
        (key.asset_key.to_user_string(), key.name): GRAPH.get(key).blocking for key in GRAPH.asset_check_keys
    }
    assert blocking == {
        **{(rule.table, rule.name): True for rule in rules()},
        ("raw_posts", "fetched"): False,
        ("dataset", "limits"): False,
        ("dataset", "fresh"): False,
    }


@pytest.mark.parametrize("table", TABLES, ids=TABLE_NAMES)
def test_dagster_shows_the_contracts_columns(table):
    schema = column_schema(table)
    assert [(c.name, c.description, c.constraints.nullable) for c in schema.columns] == [
        (c.name, c.description, c.nullable) for c in table.columns
    ]
    metadata = GRAPH.get(AssetKey(table.name)).metadata
    assert metadata["dagster/column_schema"] == schema


def test_only_raw_posts_has_partitions_and_only_it_is_tried_again():
    for key in GRAPH.get_all_asset_keys():
        node = GRAPH.get(key)
        is_first = key == AssetKey("raw_posts")
        assert (node.partitions_def == DynamicPartitionsDefinition(name="sources")) is is_first
        policy = node.assets_def.op.retry_policy
        assert (policy is not None) is is_first


@pytest.mark.parametrize("name", ["refresh", "build_dataset"])
def test_both_jobs_are_about_everything_and_have_the_sources_as_partitions(name):
    job = defs.resolve_job_def(name)
    assert job.asset_layer.executable_asset_keys == GRAPH.get_all_asset_keys()
    assert job.partitions_def == DynamicPartitionsDefinition(name="sources")


def test_every_sensor_runs_and_says_what_for():
    sensors = {sensor.name: sensor for sensor in defs.sensors}
    assert sensors.keys() == {
        *("sources", "new_schedules", "sources_moved", "freshness", "old_runs", "runs_cut_short"),
        *("webhook_on_failure", "webhook_on_failed_sources"),
    }
    for sensor in sensors.values():
        assert sensor.default_status.value == "RUNNING"
        assert sensor.description


def test_the_sample_alone_starts_no_run_by_itself(tmp_path):
    """Without a schedule, it waits until somebody has refreshed it once."""
    from pipeline.assets.locations import Locations
    from pipeline.assets.moved_sources import sources_moved

    assert list(defs.schedules or []) == []
    locations = Locations(raw=str(PROJECT / "raw"), out=str(tmp_path / "out"))
    with DagsterInstance.ephemeral() as instance:
        context = build_sensor_context(
            instance=instance, resources={"locations": locations}, definitions=defs
        )
        assert isinstance(sources_moved(context), SkipReason)


@pytest.mark.parametrize(
    "how", [["--workspace", "workspace.yaml"], []], ids=["workspace.yaml", "[tool.dagster]"]
)
def test_both_files_load_the_definitions(how, tmp_path):
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  - {name: a-b, kind: folder, location: a, schedule: '40 * * * *'}\n"
    )
    environment = os.environ | {
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "COMMONPLACE_RAW": str(tmp_path),
    }
    # Without workspace.yaml in sight, dagster reads pyproject.toml.
    folder = PROJECT
    if not how:
        folder = tmp_path / "project"
        folder.mkdir()
        for name in ("pyproject.toml", "pipeline", "schemas"):
            (folder / name).symlink_to(PROJECT / name)
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "schedule", "list", *how],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "refresh_a_b" in done.stdout
    assert "40 * * * *" in done.stdout


def test_a_tick_of_the_sensors_loads_no_more_than_the_definitions_did(tmp_path):
    script = f"""
import sys
from dagster import DagsterInstance, build_sensor_context
from pipeline.assets.freshness import freshness
from pipeline.assets.locations import Locations
from pipeline.assets.moved_sources import sources_moved
from pipeline.assets.partitions import new_sources
from pipeline.definitions import defs
before = set(sys.modules)
with DagsterInstance.ephemeral() as instance:
    for sensor in (new_sources, sources_moved, freshness):
        sensor(build_sensor_context(instance=instance, resources={{"locations": Locations(
            raw={str(tmp_path)!r}, out={str(tmp_path / "out")!r})}}))
print(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}))
"""
    (tmp_path / "a").mkdir()
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  - {name: a, kind: folder, location: a, schedule: '40 * * * *'}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert not {"duckdb", "lxml", "lingua", "httpx", "bs4"} & set(eval(done.stdout.splitlines()[-1]))
