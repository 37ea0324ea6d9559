"""Which rows share a file follows from the ids alone, and a small change touches a small file."""

from contextlib import contextmanager

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish import partitions as cut
from pipeline.publish.parquet import table_files
from pipeline.publish.partitions import file_name, has_long_text, in_partition, partition_of, partitions
from pipeline.tables.ids import make_id
from schemas import TABLES
from tests.rows import BY_NAME

LINKS, ARTICLES = BY_NAME["links"], BY_NAME["articles"]


@contextmanager
def at_most(rows):
    """As if a file held no more rows than these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "ROWS", rows)
        patch.setattr(cut, "ROWS_OF_LONG_TEXT", rows)
        yield


def rows_of(*ids):
    return pl.DataFrame({"article_id": ids}, schema={"article_id": pl.String})


def starting(*beginnings):
    """Ids of articles that begin so."""
    return rows_of(*(beginning.ljust(20, "7") for beginning in beginnings))


# Few rows, and many


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_few_rows_are_one_file(table):
    rows = rows_of(*(make_id("article", number) for number in range(500)))
    assert partitions(table, rows) == [""]
    assert partitions(table, rows.clear()) == [""]
    assert file_name(table, "") == f"{table.name}.parquet"


@pytest.mark.parametrize("name", ["articles", "comments", "links", "media", "contributions"])
def test_more_rows_than_a_file_holds_are_parted_by_the_first_digit(name):
    table = BY_NAME[name]
    most = cut.ROWS_OF_LONG_TEXT if has_long_text(table) else cut.ROWS
    rows = rows_of(*(make_id("article", number) for number in range(most + 1)))
    assert partitions(table, rows[:most]) == [""]
    assert partitions(table, rows) == list("0123456789abcdef")
    assert file_name(table, "3") == f"{name}-3.parquet"


@pytest.mark.parametrize("name", ["contributors", "revisions", "rejects"])
def test_tables_in_another_order_than_by_article_are_always_one_file(name):
    table = BY_NAME[name]
    rows = rows_of(*(make_id("article", number) for number in range(50)))
    with at_most(3):
        assert partitions(table, rows) == [""]
        assert rows.with_columns(start=partition_of(table, [""]))["start"].to_list() == [""] * 50


def test_tables_of_texts_have_smaller_files():
    assert {table.name for table in TABLES if has_long_text(table)} == {"articles", "comments"}
    assert cut.ROWS_OF_LONG_TEXT < cut.ROWS


@pytest.mark.parametrize(
    ("beginnings", "starts"),
    [
        pytest.param(["0", "1", "2"], [""], id="few enough"),
        pytest.param(["0", "1", "2", "f"], ["0", "1", "2", "f"], id="one digit"),
        pytest.param(
            ["00", "01", "02", "03", "1"], ["00", "01", "02", "03", "1"], id="two where one will not do"
        ),
        pytest.param(
            ["000", "001", "002", "003", "01", "f"], ["000", "001", "002", "003", "01", "f"], id="three"
        ),
        pytest.param(["00"] * 9 + ["1"], ["0", "1"], id="one article is never parted"),
        pytest.param(["0"] * 9, ["0"], id="not even where it is alone"),
        pytest.param(
            ["abc"] * 3 + ["abd"], ["abc", "abd"], id="as deep as it takes to tell two articles apart"
        ),
    ],
)
def test_a_crowded_part_is_parted_by_the_next_digit(beginnings, starts):
    with at_most(3):
        assert partitions(LINKS, starting(*beginnings)) == starts


def test_two_articles_that_only_the_last_digit_tells_apart_are_parted_there_and_no_deeper():
    first, second = "a" * 19 + "0", "a" * 19 + "1"
    with at_most(3):
        assert partitions(LINKS, rows_of(*[first] * 5, *[second] * 5)) == [first, second]


# Whatever the ids are

digits = st.text("0123456789abcdef", min_size=20, max_size=20)
alike = st.builds(
    lambda start, rest: (start + rest)[:20], st.sampled_from(["0", "00f", "a" * 19, "f"]), digits
)
# An article, and how many rows it has.
articles = st.dictionaries(alike | digits, st.integers(1, 9), max_size=25)
tables = articles.map(lambda found: rows_of(*(id_ for id_, count in found.items() for _ in range(count))))
limits = st.integers(1, 8)


def spread(rows, most, table=LINKS):
    """The rows of each file."""
    with at_most(most):
        return {start: rows.filter(in_partition(start)) for start in partitions(table, rows)}


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(tables, limits)
def test_every_row_is_in_one_file(rows, most):
    files = spread(rows, most)
    starts = list(files)
    assert starts == sorted(set(starts))
    assert not any(other.startswith(start) for start in starts for other in starts if other != start)
    assert sum(part.height for part in files.values()) == rows.height
    assert pl.concat(files.values()).sort("article_id").equals(rows.sort("article_id"))


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(tables, limits)
def test_no_file_is_crowded_but_with_one_article_and_none_is_parted_without_need(rows, most):
    files = spread(rows, most)
    for start, part in files.items():
        assert part.height <= most or part["article_id"].n_unique() == 1
        assert part.height > 0 or start == ""
        above = rows.filter(in_partition(start[:-1]))
        assert start == "" or above.height > most


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(tables, limits)
def test_the_files_in_the_order_of_their_names_hold_the_table_s_order(tmp_path_factory, rows, most):
    files = spread(rows, most)
    folder = tmp_path_factory.mktemp("parquet")
    (folder / "links").mkdir()
    for start in files:
        (folder / "links" / file_name(LINKS, start)).touch()
    names = {file_name(LINKS, start): start for start in files}
    in_order = [files[names[path.name]].sort("article_id") for path in table_files(LINKS, folder)]
    assert pl.concat(in_order).equals(rows.sort("article_id"))


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(tables, limits, st.sampled_from([LINKS, ARTICLES]))
def test_a_row_is_in_the_partition_that_it_is_said_to_be_in(rows, most, table):
    files = spread(rows, most, table)
    for start, part in files.items():
        told = part.with_columns(start=partition_of(table, list(files)))["start"]
        assert told.to_list() == [start] * part.height


def test_an_article_that_no_partition_holds_is_in_none():
    told = starting("0", "1f", "1a", "2").select(partition_of(LINKS, ["0", "1a"]).alias("start"))
    assert told["start"].to_list() == ["0", None, "1a", None]


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(tables, alike | digits, limits)
def test_a_row_more_changes_one_file_or_parts_one(rows, id_, most):
    before, after = spread(rows, most), spread(pl.concat([rows, rows_of(id_)]), most)
    changed = [start for start in after if start not in before or after[start].height != before[start].height]
    gone = [start for start in before if start not in after]
    if not gone:
        assert len(changed) == 1
        assert id_.startswith(changed[0])
    else:
        # The file that the row fell into held too many with it. Its parts take its place.
        assert len(gone) == 1
        assert id_.startswith(gone[0])
        assert before[gone[0]].height + 1 > most
        assert all(start.startswith(gone[0]) for start in changed)


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(tables, limits, st.randoms(use_true_random=False))
def test_which_files_there_are_does_not_depend_on_the_order_of_rows(rows, most, random):
    ids = rows["article_id"].to_list()
    with at_most(most):
        assert partitions(LINKS, rows_of(*random.sample(ids, len(ids)))) == partitions(LINKS, rows)
