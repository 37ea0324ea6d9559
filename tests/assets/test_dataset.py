"""What is said of the dataset: what changed, what is held back, and how it is let through."""

import polars as pl
from dagster import AssetCheckSeverity

from pipeline.assets.words import as_markdown
from pipeline.refresh import log
from tests.assets.project import check, failure


def lose(project, source: str, numbers: range) -> None:
    for number in numbers:
        (project.raw / source / f"{number}.md").unlink()


def sources_of(project) -> set[str]:
    return set(pl.read_parquet(project.out / "parquet" / "articles" / "*.parquet")["source"].to_list())


def test_the_dataset_says_what_changed_and_shows_the_report(project):
    project.declare(a="", b="")
    project.write("a", range(1, 4))
    project.write("b", range(11, 13))
    project.run()
    project.write("b", range(11, 14))
    done = project.run()
    facts = project.metadata("dataset")
    version = (project.out / "current").readlink().name
    assert (facts["version"], facts["differs from before"]) == (version, True)
    assert [(row["source"], row["posts added"], row["articles new"]) for row in facts["changes"]] == [
        ("a", 0, 0),
        ("b", 1, 1),
    ]
    report = (project.out / "changes" / f"{facts['refresh']}.md").read_text()
    assert facts["change report"] == report
    assert "Note 13" in report
    assert project.tags(done)["commonplace/refresh"] == facts["refresh"]


def test_a_source_that_passes_a_limit_is_held_back_and_the_others_are_published(project):
    project.declare(a="", b="")
    project.write("a", range(1, 11))
    project.write("b", range(21, 23))
    project.run()
    lose(project, "a", range(1, 6))
    project.write("b", range(21, 24))
    done = project.run()
    assert done.success
    articles = pl.read_parquet(project.out / "parquet" / "articles" / "*.parquet")
    assert dict(articles.group_by("source").len().iter_rows()) == {"a": 10, "b": 3}
    limits = check(done, "dataset", "limits")
    assert (limits.passed, limits.severity) == (False, AssetCheckSeverity.WARN)
    told = limits.metadata["a"].value
    assert told.startswith("Source 'a' would lose 5 of its 10 articles")
    assert "Note 1: https://www.lanternfile.example/notes/1" in told
    assert limits.description == as_markdown([told])
    assert project.metadata("dataset")["held back"] == "a"
    # As long as it is held back, a run of another source says so, too.
    limits = check(project.run(partition="b"), "dataset", "limits")
    assert not limits.passed


def test_a_run_with_the_tag_lets_it_through_once(project):
    project.declare(a="", b="")
    project.write("a", range(1, 11))
    project.write("b", range(21, 31))
    project.run()
    lose(project, "a", range(1, 6))
    lose(project, "b", range(21, 26))
    done = project.run(commonplace__accept="a")
    outcomes = {row["source"]: row["outcome"] for row in log.last_refreshes(project.out).values()}
    assert outcomes == {"a": "refreshed", "b": "held_back"}
    done = project.run(partition="b", commonplace__accept="true")
    assert check(done, "dataset", "limits").passed
    articles = pl.read_parquet(project.out / "parquet" / "articles" / "*.parquet")
    assert dict(articles.group_by("source").len().iter_rows()) == {"a": 5, "b": 5}


def test_a_tag_that_names_no_source_fails_the_run_in_words(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    done = project.run(commonplace__accept="a, nobody")
    assert "The run's tag commonplace/accept names 'nobody', which is no enabled source." in failure(done)
