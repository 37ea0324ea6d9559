"""What a run's tags say of it."""

import pytest

from pipeline.assets.runs import accepted, is_anew, request_tags, sources_of, trigger_of


@pytest.mark.parametrize(
    ("tags", "trigger"),
    [
        ({}, "ui"),
        ({"dagster/backfill": "abc"}, "ui"),
        ({"dagster/schedule_name": "refresh_a"}, "schedule"),
        ({"dagster/sensor_name": "sources_moved"}, "sensor"),
        # The sensor that keeps cron lines says what it stands for.
        ({"dagster/sensor_name": "new_schedules", "commonplace/trigger": "schedule"}, "schedule"),
    ],
)
def test_a_run_says_what_began_it(tags, trigger):
    assert trigger_of(tags) == trigger


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        (" True ", True),
        ("false", False),
        ("", False),
        ("a", {"a"}),
        ("a, b-c ,", {"a", "b-c"}),
    ],
)
def test_a_tag_accepts_all_sources_of_the_run_or_those_it_names(text, expected):
    assert accepted({"commonplace/accept": text}) == expected


def test_without_the_tags_nothing_is_accepted_and_nothing_forgotten():
    assert accepted({}) is False
    assert not is_anew({})
    assert is_anew({"commonplace/anew": "true"})


def test_a_run_that_is_started_for_sources_names_them():
    tags = {"commonplace/sources": "a, b", "commonplace/trigger": "sensor"}
    assert request_tags(["b", "a"], "sensor") == tags
    assert request_tags([], "ui")["commonplace/sources"] == "all"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "abc"),
        ({"dagster/partition": "b"}, "b"),
        ({"dagster/asset_partition_range_start": "b", "dagster/asset_partition_range_end": "c"}, "bc"),
        ({"dagster/asset_partition_range_start": "gone", "dagster/asset_partition_range_end": "c"}, "abc"),
        ({"commonplace/sources": "a, c", "dagster/partition": "b"}, "ac"),
        ({"commonplace/sources": "all"}, "abc"),
    ],
)
def test_a_run_says_which_sources_it_is_about_before_it_has_begun(tags, expected):
    assert sources_of(tags, ["a", "b", "c"]) == set(expected)
