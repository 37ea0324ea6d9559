"""The definitions: what the asset graph is, and that every way to load it loads the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance

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


def test_every_rule_is_a_check_that_blocks_publication():
    checks = {(key.asset_key.to_user_string(), key.name) for key in GRAPH.asset_check_keys}
    assert checks == {(rule.table, rule.name) for rule in rules()}
    for key in GRAPH.asset_check_keys:
        assert GRAPH.get(key).blocking, key


@pytest.mark.parametrize("table", TABLES, ids=TABLE_NAMES)
def test_dagster_shows_the_contracts_columns(table):
    schema = column_schema(table)
    assert [(c.name, c.description, c.constraints.nullable) for c in schema.columns] == [
        (c.name, c.description, c.nullable) for c in table.columns
    ]
    metadata = GRAPH.get(AssetKey(table.name)).metadata
    assert metadata["dagster/column_schema"] == schema


def test_the_job_builds_everything_and_the_schedule_is_off_until_turned_on():
    job = defs.resolve_job_def("build_dataset")
    assert job.asset_layer.executable_asset_keys == GRAPH.get_all_asset_keys()
    schedule = defs.resolve_schedule_def("daily")
    assert schedule.job_name == "build_dataset"
    assert schedule.default_status.value == "STOPPED"


@pytest.mark.parametrize(
    "how", [["--workspace", "workspace.yaml"], []], ids=["workspace.yaml", "[tool.dagster]"]
)
def test_both_files_load_the_definitions(how, tmp_path):
    environment = os.environ | {"DAGSTER_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"}
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
    assert "daily" in done.stdout


def test_a_run_in_this_process_passes_every_check(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMONPLACE_OUT", str(tmp_path))
    from pipeline.assets.frames_io import FramesIOManager
    from pipeline.assets.locations import Locations

    locations = Locations.from_environment()
    resources = {"locations": locations, "frames": FramesIOManager(locations=locations)}
    with DagsterInstance.ephemeral() as instance:
        job = defs.resolve_job_def("build_dataset")
        result = job.execute_in_process(instance=instance, resources=resources)
    assert result.success
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == len(rules())
    assert all(evaluation.passed for evaluation in evaluations)
    assert (tmp_path / "commonplace.duckdb").exists()
