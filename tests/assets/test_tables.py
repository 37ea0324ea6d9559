"""Making, checking and publishing as a run of Dagster does them."""

import polars as pl

from pipeline.assets.frames_io import keep_frames, kept_frames
from pipeline.refresh import log
from pipeline.refresh.steps import build
from pipeline.tables.rules import rules
from schemas import TABLES
from tests.assets.project import check, failure, hashes, materialized

TABLE_NAMES = [table.name for table in TABLES]


def test_a_run_passes_every_check_and_writes_the_bytes_of_the_command(project, tmp_path):
    project.declare(a="", b="")
    project.write("a", range(1, 4))
    project.write("b", range(3, 6))
    done = project.run()
    assert done.success
    assert materialized(done) == ["raw_posts", "extracted_posts", *TABLE_NAMES, "dataset"]
    passed = {
        (one.asset_key.to_user_string(), one.check_name): one.passed
        for one in done.get_asset_check_evaluations()
    }
    assert passed == dict.fromkeys(
        [
            *((rule.table, rule.name) for rule in rules()),
            ("raw_posts", "fetched"),
            ("dataset", "limits"),
            ("dataset", "fresh"),
        ],
        True,
    )
    assert project.metadata("articles")["dagster/row_count"] == 5
    build(project.raw, tmp_path / "other")
    assert hashes(project.out) == hashes(tmp_path / "other")


def test_a_run_that_finds_nothing_new_makes_nothing_and_passes_what_stands(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    project.run()
    files = {path: path.stat().st_mtime_ns for path in (project.out / "current").resolve().rglob("*")}
    done = project.run()
    assert done.success
    assert project.tags(done)["commonplace/outcome"] == "unchanged"
    assert materialized(done) == ["raw_posts", "extracted_posts", *TABLE_NAMES, "dataset"]
    assert all(one.passed for one in done.get_asset_check_evaluations())
    assert len(done.get_asset_check_evaluations()) == len(rules()) + 3
    assert {path: path.stat().st_mtime_ns for path in (project.out / "current").resolve().rglob("*")} == files
    assert log.read(project.out)["outcome"].to_pylist()[-1] == "unchanged"
    # What the UI shows of a table is still there.
    assert project.metadata("articles").keys() >= {"dagster/row_count", "preview", "bytes"}


def test_an_instance_that_has_never_seen_the_dataset_shows_it_after_its_first_run(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    before = build(project.raw, project.out).version
    done = project.run()
    assert done.success
    assert project.metadata("dataset")["version"] == before
    assert project.metadata("articles")["preview"]


def test_a_rule_that_is_broken_fails_the_run_and_publishes_nothing(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    project.run()
    stands = hashes(project.out)
    project.write("a", range(1, 6))
    assert project.run("raw_posts").success
    assert project.run("extracted_posts").success
    # As if a profile had given two links the same place.
    frames = kept_frames(project.out, "extracted_posts")
    links = frames["records_links"]
    assert links.height
    frames["records_links"] = pl.concat([links, links.head(1)])
    keep_frames(project.out, "extracted_posts", frames)

    done = project.run(*TABLE_NAMES, "dataset")
    assert not done.success
    assert materialized(done) == []
    broken = check(done, "links", "key_is_unique")
    assert not broken.passed
    assert broken.metadata["failing rows"].value == 1
    assert links["link_id"][0] in str(broken.metadata["examples"].value)
    assert check(done, "comments", "key_is_unique").passed
    told = failure(done)
    assert "The tables break" in told
    assert "links.key_is_unique" in told
    assert "Nothing was published; the standing dataset is as it was." in told
    assert hashes(project.out) == stands
    assert log.read(project.out)["outcome"].to_pylist() == ["refreshed", "failed"]
