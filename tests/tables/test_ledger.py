"""Which of a page's revisions it is shown by."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.ids import make_id
from pipeline.tables.ledger import LEDGER, with_current

OLD, NEW = datetime(2020, 5, 1, tzinfo=UTC), datetime(2021, 5, 1, tzinfo=UTC)
PAGE, OTHER = make_id("article", "https://river.example/a"), make_id("article", "https://river.example/b")


def held(path, *, at=NEW, article=PAGE, source="archive", removed=None, sha256="0f" * 32):
    """A row of the ledger: a post at `path` that the archiver dated `at`."""
    return {
        "source": source,
        "path": path.encode(),
        "raw_path": path,
        "raw_sha256": sha256,
        "article_id": article,
        "record_id": make_id("record", sha256, article),
        "archived_at": at,
        "removed_at": removed,
    }


def ledger(*rows):
    return pl.DataFrame(list(rows), schema=LEDGER)


def current(*rows):
    """Source, path and SHA-256 of the rows that are current."""
    found = with_current(ledger(*rows)).filter("is_current")
    return set(found.select("source", "raw_path", "raw_sha256").rows())


def named(row):
    return row["source"], row["raw_path"], row["raw_sha256"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([held("b.md", at=OLD), held("a.md", at=NEW)], id="the newer date"),
        pytest.param([held("b.md", at=None), held("a.md", at=OLD)], id="a date before none"),
        pytest.param([held("2020-a.md"), held("2021-a.md")], id="same date: the later file name"),
        pytest.param([held("a.md", at=None), held("b.md", at=None)], id="no dates: the later file name"),
        pytest.param([held("z/a.md"), held("a/b.md")], id="the file's name before its folder's"),
        pytest.param([held("a/a.md"), held("b/a.md")], id="same file name: the later folder"),
        pytest.param([held("a.md", source="one"), held("a.md", source="two")], id="the later source"),
        pytest.param([held("a.md", sha256="0a" * 32), held("a.md", sha256="0b" * 32)], id="other bytes"),
        pytest.param([held("b.md", at=NEW, removed=NEW), held("a.md", at=OLD)], id="held before removed"),
        pytest.param(
            [held("a.md", sha256="0b" * 32, removed=OLD), held("a.md", sha256="0a" * 32, removed=NEW)],
            id="other bytes at one path, all removed: the last that were there",
        ),
        pytest.param(
            [held("b.md", at=OLD, removed=NEW), held("a.md", at=NEW, removed=OLD)],
            id="all removed: the newer date, not the later removal",
        ),
        pytest.param(
            [held("b.md", removed=OLD, source="two"), held("b.md", at=None, source="one")],
            id="held by one source, removed from another",
        ),
        pytest.param(
            [held("b.md", removed=NEW), held("a.md", at=None, removed=None)], id="held, though without a date"
        ),
    ],
)
def test_a_page_is_shown_by_the_newest_of_what_is_held_else_by_the_newest(rows):
    for order in (rows, rows[::-1]):
        assert current(*order) == {named(rows[-1])}


def test_a_page_is_shown_by_its_one_revision_removed_or_not():
    rows = [held("a.md"), held("b.md", article=OTHER, removed=NEW)]
    assert current(*rows) == {named(row) for row in rows}


def test_a_reject_is_never_current():
    reject = held("a.md", article=None, sha256=None)
    found = with_current(ledger(reject, held("b.md")))
    assert found.select("raw_path", "is_current").rows() == [("a.md", False), ("b.md", True)]
    assert current(reject) == set()


def test_nothing_else_of_the_ledger_changes():
    rows = ledger(held("a.md"), held("b.md", at=OLD), held("c.md", article=None))
    found = with_current(rows)
    assert found.drop("is_current").sort("path").equals(rows)
    assert found["is_current"].dtype == pl.Boolean
    assert with_current(rows.clear()).is_empty()


dates = st.none() | st.sampled_from([OLD, NEW])
ledgers = st.lists(
    st.builds(
        held,
        st.sampled_from(["a.md", "b.md", "z/a.md", "墨/b.md"]),
        at=dates,
        removed=dates,
        article=st.sampled_from([PAGE, OTHER, None]),
        source=st.sampled_from(["one", "two"]),
        sha256=st.sampled_from(["0a" * 32, "0b" * 32]),
    ),
    max_size=12,
    unique_by=named,
)


def newest(rows):
    """The newest of what is held, else the newest: in plain words of Python."""

    def rank(row):
        at, path = row["archived_at"], row["raw_path"]
        dated = (at is not None, at or OLD)
        removed = (row["removed_at"] is not None, row["removed_at"] or OLD)
        return (*dated, path.split("/")[-1], path, row["source"], *removed, row["raw_sha256"])

    return max([row for row in rows if row["removed_at"] is None] or rows, key=rank)


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(ledgers, st.randoms(use_true_random=False))
def test_each_page_has_one_current_revision_whatever_the_order_of_the_rows(rows, random):
    pages = {row["article_id"] for row in rows} - {None}
    expected = {named(newest([row for row in rows if row["article_id"] == page])) for page in pages}
    assert current(*rows) == expected
    shuffled = random.sample(rows, len(rows))
    assert current(*shuffled) == expected
    at = ["source", "path", "raw_sha256"]
    assert with_current(ledger(*rows)).sort(at).equals(with_current(ledger(*shuffled)).sort(at))
