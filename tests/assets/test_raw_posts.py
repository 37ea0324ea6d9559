"""Fetching and listing as a run of Dagster does them: by partition, patiently, one failing source aside."""

import pytest
from dagster import AssetCheckSeverity, AssetKey, Backoff, RetryPolicy

from pipeline.assets import raw_posts as module
from pipeline.assets.words import as_markdown
from pipeline.refresh import log
from tests.assets.project import check, failure, materialized, values
from tests.sources.webserver import Reply, web_server

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Notes</title>
<link>https://www.lanternfile.example/</link><item><title>A lamp</title>
<link>https://www.lanternfile.example/notes/1</link><guid>1</guid>
<pubDate>Fri, 05 Nov 2021 09:40:00 GMT</pubDate><description>A lamp was lit.</description>
</item></channel></rss>"""


@pytest.fixture
def at_once(monkeypatch):
    """No waiting between the attempts."""
    policy = RetryPolicy(max_retries=3, delay=0.01, backoff=Backoff.EXPONENTIAL)
    monkeypatch.setattr(module, "RETRIES", policy)


def outcomes(project) -> list[tuple[str, str, str]]:
    rows = log.read(project.out).select(["source", "outcome", "trigger"]).to_pylist()
    return [tuple(row.values()) for row in rows]


def by_partition(run) -> dict[str | None, dict]:
    """The metadata of each partition of `raw_posts` that a run materialized."""
    found = [
        event.step_materialization_data.materialization
        for event in run.get_asset_materialization_events()
        if event.asset_key == AssetKey("raw_posts")
    ]
    return {one.partition: values(one.metadata) for one in found}


def test_a_run_of_one_partition_refreshes_that_source_alone(project):
    project.declare(a="", b="")
    project.write("a", range(1, 4))
    project.write("b", range(5, 7))
    done = project.run(partition="a")
    assert done.success
    assert project.metadata("raw_posts")["dagster/row_count"] == 3
    assert project.tags(done)["commonplace/sources"] == "a"
    assert outcomes(project) == [("a", "refreshed", "ui")]
    done = project.run(partition="b", dagster__schedule_name="refresh_b")
    assert project.metadata("raw_posts")["dagster/row_count"] == 5
    assert project.tags(done)["commonplace/trigger"] == "schedule"
    assert outcomes(project) == [("a", "refreshed", "ui"), ("b", "refreshed", "schedule")]


def test_a_run_of_several_partitions_refreshes_them_in_one(project):
    project.declare(a="", b="", c="")
    for name, numbers in (("a", range(1, 4)), ("b", range(5, 7)), ("c", range(8, 9))):
        project.write(name, numbers)
    span = {"dagster__asset_partition_range_start": "a", "dagster__asset_partition_range_end": "b"}
    done = project.run("raw_posts", **span)
    assert done.success
    assert by_partition(done).keys() == {"a", "b"}
    assert [row["outcome"] for row in project.metadata("raw_posts")["sources"]] == [
        *("fetched", "fetched", "not asked for"),
    ]


def test_a_run_without_a_partition_is_about_all_sources(project):
    project.declare(a="", b="")
    project.write("a", range(1, 4))
    project.write("b", range(5, 7))
    done = project.run("raw_posts")
    assert done.success
    assert project.tags(done)["commonplace/sources"] == "all"
    found = by_partition(done)
    assert (found["a"]["outcome"], found["a"]["posts"]) == ("fetched", 3)
    assert (found["b"]["outcome"], found["b"]["posts"]) == ("fetched", 2)
    assert project.instance.get_materialized_partitions(AssetKey("raw_posts")) >= {"a", "b"}


def test_a_source_that_fails_stops_no_other_and_the_check_says_so_in_words(project):
    project.declare(a="", gone="")
    project.write("a", range(1, 4))
    done = project.run()
    assert done.success
    assert materialized(done)[-1] == "dataset"
    assert outcomes(project) == [("a", "refreshed", "ui"), ("gone", "not_found", "ui")]
    evaluation = check(done, "raw_posts", "fetched")
    assert (evaluation.passed, evaluation.severity) == (False, AssetCheckSeverity.ERROR)
    told = evaluation.metadata["gone"].value
    assert told.startswith("source 'gone': its location")
    assert told.endswith("is no folder. Mend `location`.")
    assert evaluation.description == as_markdown([told])

    # It is not forgotten by a run of another source, though no news any more.
    evaluation = check(project.run("raw_posts", partition="a"), "raw_posts", "fetched")
    assert (evaluation.passed, evaluation.severity) == (False, AssetCheckSeverity.WARN)
    assert evaluation.metadata["gone"].value.startswith(told)
    project.write("gone", range(5, 7))
    assert check(project.run("raw_posts", partition="gone"), "raw_posts", "fetched").passed


@pytest.mark.usefixtures("at_once")
def test_a_server_that_fails_for_a_moment_is_asked_again_and_the_others_are_not(project):
    with web_server() as server:
        server.script("/feed.xml", Reply(503), Reply(503), Reply(body=FEED))
        server.script("/other.xml", Reply(body=FEED))
        project.declare(
            flaky=f"kind: feed, location: '{server.url('/feed.xml')}'",
            good=f"kind: feed, location: '{server.url('/other.xml')}'",
        )
        done = project.run("raw_posts")
        asked = [request.path for request in server.requests]
    assert done.success
    assert (asked.count("/feed.xml"), asked.count("/other.xml")) == (3, 1)
    assert sum(event.is_step_up_for_retry for event in done.all_events) == 2
    assert by_partition(done)["flaky"]["outcome"] == "fetched"


@pytest.mark.usefixtures("at_once")
def test_after_the_last_attempt_the_run_goes_on_without_the_source(project):
    with web_server() as server:
        server.script("/feed.xml", Reply(503))
        project.declare(a="", flaky=f"kind: feed, location: '{server.url('/feed.xml')}'")
        project.write("a", range(1, 4))
        done = project.run("raw_posts")
        assert len(server.requests) == 4
    assert done.success
    assert by_partition(done)["flaky"]["outcome"] == "server_error"
    told = check(done, "raw_posts", "fetched").metadata["flaky"].value
    assert "the server has a fault (503)" in told


def test_what_no_attempt_can_mend_is_not_tried_again(project):
    with web_server() as server:
        project.declare(a="", lost=f"kind: feed, location: '{server.url('/nothing.xml')}'")
        project.write("a", range(1, 4))
        done = project.run("raw_posts")
        assert len(server.requests) == 1
    assert done.success
    assert by_partition(done)["lost"]["outcome"] == "not_found"


def test_a_fault_in_the_list_of_sources_fails_the_run_in_words(project):
    (project.raw / "sources.yaml").write_text("sources:\n  - {name: a, kind: folder, locaton: a}\n")
    done = project.run()
    assert "there is no key `locaton`. Did you mean `location`?" in failure(done)
    assert not any(event.is_step_up_for_retry for event in done.all_events)


def test_where_nothing_at_all_is_found_the_run_fails_in_words_and_is_recorded(project):
    project.declare(a="")
    (project.raw / "a").mkdir()
    done = project.run()
    assert "no raw post was found at" in failure(done)
    assert outcomes(project) == [("a", "no_posts", "ui")]
