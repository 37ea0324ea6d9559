"""A source is refreshed at the times of its cron line, UTC, from the moment it is written."""

from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterInstance, SkipReason, build_schedule_context
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assets import schedules
from pipeline.assets.schedules import keeper_of, loaded_sources, schedules_of, times_before
from pipeline.sources.registry import Source, read_sources


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_each_source_with_a_cron_line_has_a_schedule_that_runs(project):
    project.declare(a="schedule: '40 * * * *'", b="", c="schedule: '15 4 * * 1-5'")
    made = schedules_of(read_sources(project.raw))
    assert [(one.name, one.cron_schedule, one.execution_timezone, one.job_name) for one in made] == [
        ("refresh_a", "40 * * * *", "UTC", "refresh"),
        ("refresh_c", "15 4 * * 1-5", "UTC", "refresh"),
    ]
    assert {one.default_status.value for one in made} == {"RUNNING"}


def test_names_that_dagster_would_confuse_stay_apart(project):
    line = "schedule: '40 * * * *'"
    project.declare(**{"a-b": line, "a_b": line})
    made = schedules_of(read_sources(project.raw))
    assert [one.name for one in made] == ["refresh_a_b", "refresh_a_b_2"]


def test_a_schedule_requests_its_source_and_names_what_began_the_run(project, tmp_path):
    project.declare(a="schedule: '40 * * * *'")
    [schedule] = schedules_of(read_sources(project.raw))
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        # The partition may not be there yet.
        request = tick(schedule, project, instance)
        assert instance.get_dynamic_partitions("sources") == ["a"]
    assert request.partition_key == "a"
    assert request.tags["commonplace/sources"] == "a"
    assert request.tags["commonplace/trigger"] == "schedule"


def test_a_schedule_that_was_taken_from_the_file_does_nothing(project):
    project.declare(a="schedule: '40 * * * *'")
    [schedule] = schedules_of(read_sources(project.raw))
    project.declare(a="schedule: '50 * * * *'")
    skipped = tick(schedule, project, project.instance)
    assert skipped.skip_message == "sources.yaml no longer says `schedule: '40 * * * *'` of a."


def tick(schedule, project, instance):
    """What a schedule says at its time."""
    context = build_schedule_context(
        instance, at("2026-01-01T00:40"), resources={"locations": project.locations}
    )
    return schedule(context)


def test_a_list_with_a_fault_loads_without_schedules(project):
    (project.raw / "sources.yaml").write_text("sources: 3\n")
    assert loaded_sources(project.locations) == []


@pytest.fixture
def clock(monkeypatch):
    """The time that the sensor sees; `set` it."""

    class Clock(datetime):
        moment = at("2026-01-01T00:00")

        @classmethod
        def now(cls, tz=None):
            return cls.moment

    monkeypatch.setattr(schedules, "datetime", Clock)
    return Clock


def test_a_cron_line_that_is_new_in_the_file_is_kept_until_it_is_loaded(project, clock):
    project.declare(a="schedule: '40 * * * *'")
    sensor = keeper_of(read_sources(project.raw))
    project.declare(a="schedule: '40 * * * *'", b="schedule: '5 * * * *'")

    def tick(moment: str, cursor: str | None) -> tuple[list[str], str]:
        clock.moment = at(moment)
        context = project.context(cursor)
        result = sensor(context)
        requests = [] if isinstance(result, SkipReason) else result.run_requests
        return [request.partition_key for request in requests], context.cursor

    names, cursor = tick("2026-01-01T00:03:30", None)
    assert names == []
    names, cursor = tick("2026-01-01T00:04:30", cursor)
    assert names == []
    names, cursor = tick("2026-01-01T00:05:20", cursor)
    assert names == ["b"]
    names, cursor = tick("2026-01-01T00:06:20", cursor)
    assert names == []
    # The line that was loaded is the schedule's.
    names, cursor = tick("2026-01-01T00:41:00", cursor)
    assert names == []
    # A daemon that was away for hours makes up for it once.
    names, cursor = tick("2026-01-01T07:00:00", cursor)
    assert names == ["b"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-01T00:39:59", "2025-12-31T23:40"),
        ("2026-01-01T00:40:00", "2026-01-01T00:40"),
        ("2026-01-01T00:40:01", "2026-01-01T00:40"),
    ],
)
def test_the_last_time_of_a_cron_line_is_the_minute_that_has_begun_or_earlier(now, expected):
    source = Source(name="a", kind="folder", location=".", schedule="40 * * * *")
    assert next(times_before(source, at(now))) == at(expected)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["* * * * *", "*/7 3 * * *", "0 0 29 2 *", "15 4 * * 1-5"]),
)
def test_times_before_an_instant_descend_and_are_never_after_it(now, line):
    source = Source(name="a", kind="folder", location=".", schedule=line)
    times = times_before(source, now)
    first, second = next(times), next(times)
    assert second < first <= now
    if line == "* * * * *":
        assert now - first < timedelta(minutes=1)


def test_a_source_without_a_cron_line_has_no_times():
    source = Source(name="a", kind="folder", location=".")
    assert list(times_before(source, at("2026-01-01T00:00"))) == []
