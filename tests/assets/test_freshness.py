"""A source is late where its last good refresh is older than its cron line allows."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from dagster import AssetKey, SkipReason

from pipeline.assets import freshness as module
from pipeline.assets.freshness import freshness, late_sources
from pipeline.refresh import log

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def declared(project):
    """One source, due at minute 40 of every hour, declared in the year before."""
    project.declare(a="schedule: '40 * * * *'")
    then = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    os.utime(project.raw / "sources.yaml", (then, then))
    return project


def record(project, finished_at: datetime, outcome: str = "refreshed", message: str | None = None) -> None:
    row = log.Refresh(
        run=finished_at.strftime("%Y%m%dT%H%M%SZ"),
        source="a",
        started_at=finished_at,
        finished_at=finished_at,
        trigger="schedule",
        outcome=outcome,
        message=message,
    )
    log.append(project.out, [row])


@pytest.mark.parametrize(
    ("refreshed", "now", "is_late"),
    [
        (NOON.replace(hour=10, minute=45), NOON, False),
        (NOON.replace(hour=10, minute=30), NOON, True),  # due at 10:40, and the hour of grace is over
        (NOON.replace(hour=10, minute=30), NOON.replace(hour=11, minute=39), False),
        (NOON.replace(hour=10, minute=30), NOON.replace(hour=11, minute=40), True),
    ],
)
def test_a_source_has_an_hour_after_the_time_in_its_cron_line(declared, refreshed, now, is_late):
    record(declared, refreshed)
    assert bool(late_sources(declared.locations, now)) is is_late


def test_a_refresh_that_found_nothing_new_is_a_good_one(declared):
    record(declared, NOON - timedelta(hours=9))
    record(declared, NOON - timedelta(minutes=10), "unchanged")
    assert late_sources(declared.locations, NOON) == {}


def test_a_refresh_that_failed_is_none_and_its_words_are_repeated(declared):
    record(declared, NOON.replace(hour=3, minute=41))
    record(declared, NOON.replace(hour=11, minute=41), "unreachable", "source 'a': the server is away.")
    assert late_sources(declared.locations, NOON)["a"] == (
        "a: last refreshed 2026-01-01 03:41 UTC; due 2026-01-01 10:40 UTC. "
        "The last refresh ended with unreachable: source 'a': the server is away."
    )


def test_a_source_that_was_never_refreshed_is_late_from_its_first_time_on(declared):
    assert late_sources(declared.locations, NOON)["a"] == (
        "a: never refreshed; due 2026-01-01 10:40 UTC. See that the daemon runs and that the schedule is on."
    )
    now = NOON.timestamp()
    os.utime(declared.raw / "sources.yaml", (now, now))
    assert late_sources(declared.locations, NOON) == {}
    assert late_sources(declared.locations, NOON + timedelta(hours=2))


def test_a_source_without_a_schedule_is_never_late(project):
    project.declare(a="")
    assert late_sources(project.locations, NOON + timedelta(days=999)) == {}


def test_the_sensor_reports_the_check_when_it_says_something_else_than_before(declared, monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOON

    monkeypatch.setattr(module, "datetime", Clock)
    context = declared.context()
    [evaluation] = freshness(context).asset_events
    assert (evaluation.asset_key, evaluation.check_name) == (AssetKey("dataset"), "fresh")
    assert not evaluation.passed
    assert evaluation.metadata["a"].value.startswith("a: never refreshed; due 2026-01-01 10:40 UTC.")
    again = declared.context(context.cursor)
    assert isinstance(freshness(again), SkipReason)
    record(declared, NOON - timedelta(minutes=5))
    [evaluation] = freshness(declared.context(context.cursor)).asset_events
    assert evaluation.passed
