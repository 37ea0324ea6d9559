"""One refresh at a time: a run waits for what is at work, and shows that it is alive."""

import threading
import time

import pytest
from dagster import DagsterRunStatus

from pipeline.assets import turn
from pipeline.publish import versions
from tests.assets.project import failure


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(turn, "LONGEST_WAIT", 0.5)
    monkeypatch.setattr(turn, "_PAUSE", 0.05)


def test_a_run_waits_for_a_refresh_that_is_at_work_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(turn, "_PAUSE", 0.05)
    has_lock, told = threading.Event(), threading.Event()
    words = []

    def command() -> None:
        with versions.lock(tmp_path):
            has_lock.set()
            assert told.wait(30)

    def tell(text: str) -> None:
        words.append(text)
        told.set()

    other = threading.Thread(target=command)
    other.start()
    assert has_lock.wait(30)
    with turn.waiting_lock(tmp_path, tell):
        other.join()
    assert len(words) == 1
    assert "another build is at work here (process" in words[0]
    assert "This run waits, for 60 minutes at the most." in words[0]


@pytest.mark.usefixtures("impatient")
def test_a_run_that_waited_too_long_fails_in_words(project):
    project.declare(a="")
    project.write("a", range(1, 3))
    with versions.lock(project.out):
        done = project.run("raw_posts")
    assert "another build is at work here (process" in failure(done)


@pytest.mark.usefixtures("impatient")
def test_a_folder_that_cannot_be_used_is_not_waited_for(project):
    project.declare(a="")
    project.write("a", range(1, 3))
    project.out.write_text("a file")
    begun = time.monotonic()
    done = project.run("raw_posts")
    assert time.monotonic() - begun < 10
    assert "outputs: is not a folder. Move it, or name a folder." in failure(done)


def test_the_lock_is_held_until_the_run_ends(project, monkeypatch):
    project.declare(a="")
    project.write("a", range(1, 3))
    seen = []
    from pipeline.refresh import steps

    def publish(*arguments, **named):
        with pytest.raises(versions.OutputsError), versions.lock(project.out):
            pass
        seen.append(True)
        return standing(*arguments, **named)

    standing = steps.publish_tables
    monkeypatch.setattr(steps, "publish_tables", publish)
    assert project.run().success
    assert seen
    with versions.lock(project.out):
        pass


def test_a_run_shows_that_it_is_alive_and_leaves_nothing(project, monkeypatch):
    project.declare(a="")
    project.write("a", range(1, 3))
    from pipeline.refresh import steps

    seen = []

    def plan(*arguments, **named):
        runs = project.instance.get_runs()
        assert [run.status for run in runs] == [DagsterRunStatus.STARTED]
        assert (project.out / ".runs" / f"{runs[0].run_id}.lock").exists()
        seen.append(turn.has_died(project.out, runs[0].run_id))
        return make_plan(*arguments, **named)

    make_plan = steps.make_plan
    monkeypatch.setattr(steps, "make_plan", plan)
    done = project.run("raw_posts")
    assert done.success
    assert seen == [False]
    assert not turn.has_died(project.out, done.run_id)
    assert not list((project.out / ".runs").iterdir())
