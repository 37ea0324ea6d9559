"""A source that moves is refreshed at once, and once."""

import json
import shutil

import pytest
from dagster import DagsterRunStatus, SkipReason

from pipeline.assets.moved_sources import is_watched, sources_moved
from pipeline.refresh.steps import refresh
from pipeline.sources.registry import Source
from tests.refresh.posts import post
from tests.sources.archives import Archive

KEPT = "schedule: '0 0 1 1 *'"


class Ticks:
    """The sensor, tick by tick, with the cursor that Dagster keeps for it."""

    def __init__(self, project) -> None:
        self.project, self.cursor, self.told = project, None, ""

    def tick(self) -> list[str]:
        """The sources that are requested, a run each: `a..c` where a run is about several."""
        context = self.project.context(self.cursor)
        result = sources_moved(context)
        self.cursor = context.cursor
        if isinstance(result, SkipReason):
            self.told = result.skip_message
            return []
        assert all(request.run_key is None for request in result.run_requests)
        return [
            request.partition_key
            or "{dagster/asset_partition_range_start}..{dagster/asset_partition_range_end}".format_map(
                request.tags
            )
            for request in result.run_requests
        ]


@pytest.fixture
def ticks(project):
    return Ticks(project)


def test_a_folder_that_has_moved_is_requested_once(project, ticks):
    project.declare(a=KEPT)
    project.write("a", range(1, 3))
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    assert ticks.told == "1 watched, none has moved."
    (project.raw / "a" / "3.md").write_bytes(post(3))
    assert ticks.tick() == ["a"]
    assert ticks.tick() == []
    assert ticks.told == "1 watched, none has moved. Asked for already: a."
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    assert ticks.told == "1 watched, none has moved."


def test_a_return_to_a_state_that_was_there_before_is_a_move_too(project, ticks):
    project.declare(a=KEPT)
    project.write("a", range(1, 3))
    refresh(project.raw, project.out)
    path = project.raw / "a" / "3.md"
    aside = project.raw / "aside.md"
    aside.write_bytes(post(3))
    aside.rename(path)
    assert ticks.tick() == ["a"]
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    path.rename(aside)
    assert ticks.tick() == ["a"]
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    aside.rename(path)
    assert ticks.tick() == ["a"]


def test_a_git_archive_whose_head_has_moved_is_requested_once(project, ticks, tmp_path):
    archive = Archive(tmp_path / "archive")
    archive.write("1.md", post(1))
    archive.commit()
    project.declare(a=f"kind: git, location: '{archive.location}', {KEPT}")
    assert ticks.tick() == ["a"]
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    archive.write("2.md", post(2))
    archive.commit()
    assert ticks.tick() == ["a"]
    assert ticks.tick() == []
    refresh(project.raw, project.out)
    assert ticks.tick() == []


def test_what_was_fetched_and_held_back_is_not_asked_for_again_until_it_moves_on(project, ticks, tmp_path):
    archive = Archive(tmp_path / "archive")
    for number in range(1, 11):
        archive.write(f"{number}.md", post(number))
    archive.commit()
    project.declare(a=f"kind: git, location: '{archive.location}', {KEPT}")
    refresh(project.raw, project.out)
    for number in range(1, 6):
        archive.delete(f"{number}.md")
    archive.commit()
    assert ticks.tick() == ["a"]
    assert [row.outcome for row in refresh(project.raw, project.out).records] == ["held_back"]
    # Fetched now, which is another state: it is asked for once more, and then no more.
    assert ticks.tick() == ["a"]
    assert ticks.tick() == []
    for number in range(1, 6):
        archive.write(f"{number}.md", post(number))
    archive.commit()
    assert ticks.tick() == ["a"]


def test_sources_that_move_together_share_a_run_where_they_are_neighbours(project, ticks):
    project.declare(**dict.fromkeys("abcde", KEPT))
    for number, name in enumerate("abcde", 1):
        project.write(name, range(number, number + 1))
    assert ticks.tick() == ["a..e"]
    refresh(project.raw, project.out)
    assert ticks.tick() == []
    for name in "abd":
        (project.raw / name / "9.md").write_bytes(post(9))
    assert ticks.tick() == ["a..b", "d"]


def test_a_source_that_a_run_is_at_work_on_is_not_requested_and_the_others_are(project, ticks):
    project.declare(a=KEPT, b=KEPT)
    project.write("a", range(1, 3))
    project.write("b", range(5, 7))
    tags = {"dagster/partition": "a"}
    waiting = project.instance.create_run_for_job(_job(), tags=tags, status=DagsterRunStatus.NOT_STARTED)
    assert ticks.tick() == ["b"]
    assert ticks.tick() == []
    assert "A run is at work on, or waits for: a." in ticks.told
    project.instance.delete_run(waiting.run_id)
    assert ticks.tick() == ["a"]
    # One without a partition is about all.
    project.instance.create_run_for_job(_job(), status=DagsterRunStatus.STARTED)
    (project.raw / "b" / "9.md").write_bytes(post(9))
    assert ticks.tick() == []


def _job():
    from pipeline.definitions import defs

    return defs.resolve_job_def("refresh")


def test_a_source_that_cannot_be_looked_at_is_told_and_not_requested(project, ticks):
    project.declare(a=KEPT, gone=KEPT)
    project.write("a", range(1, 3))
    project.write("gone", range(5, 7))
    refresh(project.raw, project.out)
    shutil.rmtree(project.raw / "gone")
    assert ticks.tick() == []
    assert "source 'gone': its location" in ticks.told


def test_a_list_with_a_fault_is_left_to_the_sensor_that_tells_it(project, ticks):
    (project.raw / "sources.yaml").write_text("sources: 3\n")
    assert ticks.tick() == []
    assert ticks.told == "sources.yaml has a fault; the sensor `sources` says which."


@pytest.mark.parametrize(
    ("kind", "location", "schedule", "expected"),
    [
        ("folder", "posts", "40 * * * *", True),
        ("folder", "posts", None, True),
        ("git", "archive.git", "40 * * * *", True),
        ("git", "file:///srv/archive.git", "40 * * * *", True),
        ("git", "https://archive.example/a.git", "40 * * * *", False),
        ("git", "git@archive.example:a.git", "40 * * * *", False),
        ("feed", "https://archive.example/feed.xml", "40 * * * *", False),
        ("index", "index", "40 * * * *", True),
    ],
)
def test_what_is_on_this_machine_is_watched(kind, location, schedule, expected):
    assert is_watched(Source(name="a", kind=kind, location=location, schedule=schedule)) is expected


def test_the_cursor_is_small_and_forgets_what_is_done(project, ticks):
    project.declare(a=KEPT)
    project.write("a", range(1, 3))
    ticks.tick()
    assert json.loads(ticks.cursor).keys() == {"a"}
    refresh(project.raw, project.out)
    ticks.tick()
    assert ticks.cursor == "{}"
