"""What one step leaves comes back as it was, and a step stops where the world has moved on since."""

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.assets.frames_io import keep_frames, kept_frames
from pipeline.assets.stages import Left, left_of, of_left, of_read, read_of
from pipeline.refresh.fetching import Outcome
from pipeline.refresh.listing import LISTING
from pipeline.refresh.reading import Read
from pipeline.refresh.steps import Listed
from pipeline.tables.extract import EXTRACTED
from pipeline.tables.ledger import LEDGER
from tests.assets.project import failure, hashes


def _naive(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


NAMES = st.sampled_from(["a", "b", "c", "d"])
# A message can hold any character, also half of a pair, as in the name of a file.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
OUTCOMES = st.builds(
    Outcome,
    NAMES,
    st.sampled_from(["fetched", "unreachable"]),
    st.none() | TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.datetimes(_naive(2000), _naive(2100), timezones=st.just(UTC)),
    st.floats(0, 1e6),
)
FILES = st.fixed_dictionaries(
    {
        "source": NAMES,
        "path": st.binary(max_size=8),
        "raw_path": st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
        "token": st.none() | st.just("t"),
        "raw_bytes": st.none() | st.integers(0, 2**40),
        "version": st.none() | st.just("v"),
        "first_seen_at": st.none() | st.datetimes(_naive(2000), timezones=st.just(UTC)),
        "removed_at": st.none(),
        "problem": st.none() | st.just("p"),
        "advice": st.none(),
    }
)


@st.composite
def lefts(draw):
    states = draw(st.dictionaries(NAMES, st.none() | st.text(st.characters(codec="utf-8"), max_size=8)))
    posts = pl.DataFrame(draw(st.lists(FILES, max_size=4)), schema=LISTING, orient="row")
    outcomes = draw(st.lists(OUTCOMES, max_size=3))
    base = draw(st.none() | st.just("0123456789abcdef"))
    return Left(
        listed=Listed(posts, states, outcomes, base),
        named=frozenset(draw(st.sets(st.sampled_from(sorted(states) or [""]))) & states.keys()),
        entries=dict.fromkeys(states, "e"),
        is_anew=draw(st.booleans()),
        is_unchanged=draw(st.booleans()),
        seconds=draw(st.floats(0, 1e6)),
    )


@settings(max_examples=60, deadline=None)
@given(left=lefts())
def test_what_was_listed_comes_back_as_it_was(left, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    keep_frames(out, "raw_posts", of_left(left))
    found = left_of(kept_frames(out, "raw_posts"))
    assert_frame_equal(found.listed.posts, left.listed.posts)
    assert found.listed.posts.schema == left.listed.posts.schema
    assert list(found.listed.states.items()) == list(left.listed.states.items())
    assert list(found.listed.outcomes) == list(left.listed.outcomes)
    assert found.listed.base == left.listed.base
    assert (found.named, found.entries, found.is_anew, found.is_unchanged, found.seconds) == (
        (left.named, left.entries, left.is_anew, left.is_unchanged, left.seconds)
    )


def test_what_was_read_comes_back_as_it_was(tmp_path):
    records = {name: pl.DataFrame(schema=EXTRACTED[name]) for name in ("articles", "comments", "links")}
    ledger = pl.DataFrame([{"source": "a", "path": b"\xff.md", "notes": ["x"]}], schema=LEDGER)
    keep_frames(tmp_path, "extracted_posts", of_read(Read(ledger, records, {"b": 2, "a": 1}), 1.5))
    read, seconds = read_of(kept_frames(tmp_path, "extracted_posts"))
    assert_frame_equal(read.ledger, ledger)
    assert read.records.keys() == records.keys()
    for name, frame in records.items():
        assert_frame_equal(read.records[name], frame)
    assert (list(read.posts_read.items()), seconds) == ([("b", 2), ("a", 1)], 1.5)


TABLES_AND_DATASET = "articles comments contributors contributions links media revisions rejects dataset"


def test_the_steps_one_by_one_end_in_the_same_bytes_as_the_job(project, tmp_path):
    project.declare(a="")
    project.write("a", range(1, 4))
    assert project.run("raw_posts", partition="a").success
    assert project.run("extracted_posts").success
    assert project.run(*TABLES_AND_DATASET.split()).success
    step_by_step = hashes(project.out)
    # A build forgets what is remembered, and reads every post.
    assert project.run(job="build_dataset").success
    assert project.metadata("extracted_posts")["posts read"] == 3
    assert hashes(project.out) == step_by_step


def test_a_step_has_nothing_to_work_on_once_it_is_published(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    assert project.run().success
    assert not (project.out / ".stages").exists()
    done = project.run(*TABLES_AND_DATASET.split())
    assert not done.success
    assert "Materialize raw_posts and extracted_posts first." in failure(done)


def test_a_later_step_stops_where_the_dataset_has_changed_since(project):
    project.declare(a="")
    project.write("a", range(1, 4))
    assert project.run("raw_posts").success
    kept = project.out / ".stages"
    listed = kept_frames(project.out, "raw_posts")
    assert project.run().success
    keep_frames(project.out, "raw_posts", listed)
    done = project.run("extracted_posts")
    assert "the dataset has changed since the posts were listed. Materialize raw_posts first." in failure(
        done
    )
    assert kept.exists()


def test_a_later_step_stops_where_the_sources_have_changed_since(project):
    project.declare(a="publish: full")
    project.write("a", range(1, 4))
    assert project.run("raw_posts").success
    project.declare(a="publish: metadata")
    done = project.run("extracted_posts")
    assert "sources.yaml has changed since the posts were listed. Materialize raw_posts first." in failure(
        done
    )
