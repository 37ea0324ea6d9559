"""The history of runs stays bounded, and no dead run blocks the queue."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus

from pipeline.assets import turn
from pipeline.assets.run_history import CUT_SHORT, KEPT_DAYS, forget_runs, runs_cut_short
from pipeline.sources import folder
from tests.assets.project import Project

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A project whose instance is on the disk, as a real one is."""
    monkeypatch.setattr(folder, "_FRESH_NS", 0)
    home = tmp_path / "home"
    home.mkdir()
    with DagsterInstance.local_temp(str(home)) as instance:
        yield Project(tmp_path, instance)


def ago(days: float) -> datetime:
    """An instant from which everything of now is so many days old."""
    return datetime.now(UTC) + timedelta(days=days)


def test_old_runs_go_with_all_they_left_but_not_the_last_of_an_asset(kept, tmp_path):
    kept.declare(a="")
    kept.write("a", range(1, 3))
    first = kept.run("raw_posts")
    second = kept.run("raw_posts", commonplace__outcome="unchanged")
    third = kept.run("raw_posts")
    history = tmp_path / "home" / "history" / "runs"
    # One in which nothing was new is kept for two days only.
    assert forget_runs(kept.instance, ago(KEPT_DAYS - 1)) == 1
    assert kept.instance.get_run_by_id(second.run_id) is None
    assert forget_runs(kept.instance, ago(KEPT_DAYS + 1)) == 1
    assert [run.run_id for run in kept.instance.get_runs()] == [third.run_id]
    assert sorted(path.stem for path in history.glob("*-*.db")) == [third.run_id]
    assert not (tmp_path / "home" / "storage" / first.run_id).exists()
    with sqlite3.connect(history / "index.db") as index:
        for table in ("event_logs", "asset_check_executions"):
            assert {row[0] for row in index.execute(f"SELECT DISTINCT run_id FROM {table}")} == {third.run_id}
    assert kept.metadata("raw_posts")["dagster/row_count"] == 2


def test_a_run_that_a_partition_was_last_materialized_in_stays(kept):
    kept.declare(a="", b="")
    kept.write("a", range(1, 3))
    kept.write("b", range(4, 6))
    of_a = kept.run("raw_posts", partition="a")
    of_b = kept.run("raw_posts", partition="b")
    assert forget_runs(kept.instance, ago(KEPT_DAYS + 1)) == 0
    assert {run.run_id for run in kept.instance.get_runs()} == {of_a.run_id, of_b.run_id}


def test_a_run_that_is_at_work_is_not_forgotten_however_old_it_is(kept):
    from pipeline.definitions import defs

    job = defs.resolve_job_def("refresh")
    kept.instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)
    assert forget_runs(kept.instance, ago(KEPT_DAYS + 1)) == 0


# A process that holds the file of a run until it is killed.
HOLDER = """
import sys, time
from pathlib import Path
from pipeline.assets.turn import _living
with _living(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_run_whose_process_was_killed_is_ended_at_the_second_look(project):
    from pipeline.definitions import defs

    project.out.mkdir()
    run = project.instance.create_run_for_job(
        defs.resolve_job_def("refresh"), status=DagsterRunStatus.STARTED
    )
    command = [sys.executable, "-c", HOLDER, str(project.out), run.run_id]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"

    def look(cursor: str | None) -> str | None:
        context = project.context(cursor)
        runs_cut_short(context)
        return context.cursor

    def status() -> DagsterRunStatus:
        found = project.instance.get_run_by_id(run.run_id)
        assert found
        return found.status

    cursor = look(look(None))
    assert status() == DagsterRunStatus.STARTED
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    cursor = look(cursor)
    assert status() == DagsterRunStatus.STARTED
    look(cursor)
    assert status() == DagsterRunStatus.FAILURE
    assert CUT_SHORT in str(project.instance.all_logs(run.run_id))
    assert not list((project.out / turn._RUNS).iterdir())


def test_a_run_of_which_nothing_is_known_is_left_alone(project):
    from pipeline.definitions import defs

    run = project.instance.create_run_for_job(
        defs.resolve_job_def("refresh"), status=DagsterRunStatus.STARTED
    )
    context = project.context()
    runs_cut_short(context)
    runs_cut_short(project.context(context.cursor))
    assert project.instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED
