from __future__ import annotations

import warnings
from datetime import UTC, datetime

import pytest
from cronsim import CronSim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.sources.cron import SHAPE, problem_of


@pytest.mark.parametrize(
    "line",
    [
        "40 * * * *",
        "*/5 * * * *",
        "0 4 * * MON-FRI",
        "0 4 1,15 jan-jun/2 *",
        "0 0 29 2 *",
        "0 0 1 * 1",
        "  00   01 * * 7 ",
        "0-30/10,45 * * * *",
    ],
)
def test_what_every_reader_of_cron_lines_takes_is_right(line):
    assert problem_of(line) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "has 0 parts. "),
        ("@hourly", "has 1 part. "),
        ("* * * *", "has 4 parts. "),
        ("0 * * * * *", "has 6 parts. "),
        ("60 * * * *", "has the minute '60', which goes from 0 to 59. "),
        ("0 24 * * *", "has the hour '24', which goes from 0 to 23. "),
        ("0 0 0 * *", "has the day of the month '0', which goes from 1 to 31. "),
        ("0 0 * 13 *", "has the month '13', which goes from 1 to 12. "),
        ("0 0 * * 8", "has the day of the week '8', which goes from 0 to 7. "),
        ("0 0 * * someday", "has the day of the week 'SOMEDAY', which is none. "),
        ("1,,2 * * * *", "has the minute '1,,2', which is none. "),
        ("١ * * * *", "has the minute '١', which is none. "),
    ],
)
def test_a_line_that_is_none_is_told_what_one_is(line, problem):
    assert problem_of(line) == problem + SHAPE


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("5/15 * * * *", "has the minute '5/15', which is none. "),
        ("0 22-2 * * *", "has the hour '22-2', whose range does not ascend. "),
        ("0 7-7 * * *", "has the hour '7-7', whose range does not ascend. "),
        ("*/90 * * * *", "has the minute '*/90', whose step can go from 1 to 59. "),
        ("0-5/9 * * * *", "has the minute '0-5/9', whose step can go from 1 to 5. "),
        ("*/0 * * * *", "has the minute '*/0', whose step can go from 1 to 59. "),
        ("0 0 L * *", "has the day of the month 'L', which is none. "),
        ("0 0 * * 1#2", "has the day of the week '1#2', which is none. "),
        ("0 0 */2 * 1", "has the day of the month '*/2' beside the day of the week '1'; "),
    ],
)
def test_what_readers_of_cron_lines_take_in_two_ways_is_refused(line, problem):
    assert problem_of(line).startswith(problem)


@pytest.mark.parametrize("line", ["0 0 30 2 *", "0 0 31 4,6 *", "0 0 31 2 MON"])
def test_a_day_that_never_comes_is_told(line):
    assert "which never comes. Mend the day or the month." in problem_of(line)


def part(low: int, high: int, names: str = "") -> st.SearchStrategy[str]:
    """Any part of a line, right or wrong, mostly near its bounds."""
    value = st.integers(low - 1, high + 1).map(str)
    if names:
        value |= st.sampled_from(names.split())
    term = st.one_of(
        value,
        st.builds("{}-{}".format, value, value),
        st.builds("{}-{}/{}".format, value, value, st.integers(0, high + 1)),
        st.builds("{}/{}".format, value, st.integers(0, 9)),
    )
    several = st.lists(term, min_size=1, max_size=3).map(",".join)
    return st.just("*") | st.integers(0, high + 1).map("*/{}".format) | several


LINES = st.tuples(
    part(0, 59), part(0, 23), part(1, 31), part(1, 12, "JAN feb Dec"), part(0, 7, "SUN mon Sat")
).map(" ".join)


@given(LINES)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_is_right_means_the_same_to_cronsim_and_to_dagster(line):
    if problem_of(line) is not None:
        return
    import dagster
    from dagster._utils.schedules import schedule_execution_time_iterator

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dagster.ScheduleDefinition(job_name="job", cron_schedule=line, execution_timezone="UTC")
    start = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    ours = CronSim(line, start)
    theirs = schedule_execution_time_iterator(start.timestamp(), line, "UTC", ascending=True)
    for _ in range(3):
        assert next(ours).timestamp() == next(theirs).timestamp()


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(line):
    assert problem_of(line) is None or problem_of(line)
