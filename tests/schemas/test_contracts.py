"""Every contract takes a frame that keeps it, and refuses each frame that breaks one of its rules.

BROKEN lists the rules that single columns have; a test holds it against the contracts, so that
a new rule needs a line here. The rules of every column are tried on every column.
"""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from pandera.errors import SchemaErrors

from schemas import TABLES, Table
from schemas.contract import STRINGS, TIMESTAMP
from tests.rows import BY_NAME, another, frame, other_id, row

GENERAL_RULES = {"no_empty_text", "no_control_characters", "nfc"}

# A rule of one column: table, column, a value that breaks it, and the check that says so.
BROKEN: list[tuple[str, str, Any, str]] = [
    ("articles", "article_id", "A0" * 10, "str_matches"),
    ("articles", "article_id", "a0" * 9, "str_matches"),
    ("articles", "article_id", "a0" * 10 + "\n", "str_matches"),
    ("articles", "url", "/conversation/night-library", "str_matches"),
    ("articles", "url", "javascript:alert(1)", "str_matches"),
    ("articles", "canonical_url", "lanternfile.example", "str_matches"),
    ("articles", "published_precision", "minute", "isin"),
    ("articles", "language", "English", "str_matches"),
    ("articles", "language", "zh_TW", "str_matches"),
    ("articles", "char_count", -1, "greater_than_or_equal_to"),
    ("articles", "word_count", -1, "greater_than_or_equal_to"),
    ("articles", "comment_count", -1, "greater_than_or_equal_to"),
    ("articles", "link_count", -1, "greater_than_or_equal_to"),
    ("articles", "media_count", -1, "greater_than_or_equal_to"),
    ("articles", "revision_count", 0, "greater_than_or_equal_to"),
    ("articles", "profile", "sites/chinafile", "str_matches"),
    ("articles", "publish", "some", "isin"),
    ("comments", "comment_id", "4101", "str_matches"),
    ("comments", "article_id", "night-library", "str_matches"),
    ("comments", "parent_comment_id", "4100", "str_matches"),
    ("comments", "position", 0, "greater_than_or_equal_to"),
    ("comments", "word_count", -1, "greater_than_or_equal_to"),
    ("contributors", "contributor_id", "ada-marsh", "str_matches"),
    ("contributors", "profile_url", "/contributors/ada-marsh", "str_matches"),
    ("contributors", "photo_url", "data:image/png;base64,AA", "str_matches"),
    ("contributors", "article_count", -1, "greater_than_or_equal_to"),
    ("contributors", "comment_count", -1, "greater_than_or_equal_to"),
    ("contributions", "contribution_id", "1", "str_matches"),
    ("contributions", "article_id", "1", "str_matches"),
    ("contributions", "comment_id", "1", "str_matches"),
    ("contributions", "contributor_id", "1", "str_matches"),
    ("contributions", "role", "Author", "isin"),
    ("contributions", "position", 0, "greater_than_or_equal_to"),
    ("contributions", "profile_url", "/contributors/ada-marsh", "str_matches"),
    ("contributions", "photo_url", "ada.jpg", "str_matches"),
    ("links", "link_id", "1", "str_matches"),
    ("links", "article_id", "1", "str_matches"),
    ("links", "comment_id", "1", "str_matches"),
    ("links", "target_article_id", "1", "str_matches"),
    ("links", "paired_link_id", "1", "str_matches"),
    ("articles", "in_reply_to_url", "/hours", "str_matches"),
    ("articles", "in_reply_to_article_id", "1", "str_matches"),
    ("contributors", "kind", "robot", "isin"),
    ("contributions", "kind", "robot", "isin"),
    ("links", "region", "footer", "isin"),
    ("links", "position", 0, "greater_than_or_equal_to"),
    ("links", "href", "//harbour.example/hours", "str_matches"),
    ("links", "canonical_url", "mailto:ada@harbour.example", "str_matches"),
    ("links", "kind", "outgoing", "isin"),
    ("media", "media_id", "1", "str_matches"),
    ("media", "article_id", "1", "str_matches"),
    ("media", "comment_id", "1", "str_matches"),
    ("media", "region", "footer", "isin"),
    ("media", "position", 0, "greater_than_or_equal_to"),
    ("media", "kind", "picture", "isin"),
    ("media", "role", "hero", "isin"),
    ("media", "url", "//harbour.example/a.jpg", "str_matches"),
    ("media", "full_url", "large.jpg", "str_matches"),
    ("media", "width", -1, "greater_than_or_equal_to"),
    ("media", "height", -1, "greater_than_or_equal_to"),
    ("revisions", "raw_sha256", "0f" * 20, "str_matches"),
    ("revisions", "article_id", "1", "str_matches"),
    ("revisions", "raw_bytes", -1, "greater_than_or_equal_to"),
    ("revisions", "url", "see the printed edition", "str_matches"),
    ("rejects", "raw_sha256", "0f" * 20, "str_matches"),
    ("rejects", "raw_bytes", -1, "greater_than_or_equal_to"),
    ("rejects", "stage", "publish", "isin"),
    ("rejects", "reason", "Empty file", "str_matches"),
]

# Values of the wrong type that are near the right one.
WRONG_TYPES: dict[pl.DataType, pl.DataType] = {
    pl.String(): pl.Categorical(),
    pl.Boolean(): pl.Int64(),
    pl.Int64(): pl.Int32(),
    TIMESTAMP: pl.Datetime("us"),
    STRINGS: pl.List(pl.Categorical()),
}

UNIQUE = [
    ("articles", "article_id"),
    ("articles", "canonical_url"),
    ("comments", "comment_id"),
    ("contributors", "contributor_id"),
    ("contributions", "contribution_id"),
    ("links", "link_id"),
    ("media", "media_id"),
]

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def complaints(table: Table, broken: pl.DataFrame) -> set[tuple[str, str]]:
    """What the contract has to say against a frame: pairs of column and check."""
    try:
        table.model.validate(broken, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.select("column", "check").unique().rows()
        return {(column, check.split("(")[0]) for column, check in cases}
    return set()


def with_each(table: Table, columns: list[str], value: Any) -> pl.DataFrame:
    """A row for each of the columns, which has the value there and is valid elsewhere."""
    rows = [another(table, number) | {column: value} for number, column in enumerate(columns)]
    return pl.DataFrame(rows, schema=table.polars_schema)


def columns_of(table: Table, *types: pl.DataType) -> list[str]:
    return [column.name for column in table.columns if column.dtype in types]


@every_table
def test_rows_that_keep_the_contract_pass(table):
    assert complaints(table, frame(table.name)) == set()
    assert complaints(table, with_each(table, [], None)) == set()
    assert (
        complaints(table, pl.DataFrame([another(table, n) for n in range(3)], table.polars_schema)) == set()
    )


@every_table
def test_null_is_taken_where_the_contract_says_so_and_refused_elsewhere(table):
    nullable = [column.name for column in table.columns if column.nullable]
    assert complaints(table, with_each(table, nullable, None)) == set()
    required = [column.name for column in table.columns if not column.nullable]
    assert complaints(table, with_each(table, required, None)) == {
        (name, "not_nullable") for name in required
    }


@every_table
def test_a_column_of_another_type_is_refused(table):
    wrong = pl.concat(
        [
            frame(table.name).select(pl.col(name).cast(WRONG_TYPES[dtype]))
            for name, dtype in table.polars_schema.items()
        ],
        how="horizontal",
    )
    found = {(column, check) for column, check in complaints(table, wrong) if check == "dtype"}
    assert found == {(name, "dtype") for name in table.polars_schema}


@pytest.mark.parametrize(("table", "column", "value", "check"), BROKEN)
def test_a_value_that_breaks_the_rule_of_its_column_is_refused(table, column, value, check):
    found = complaints(BY_NAME[table], frame(table, row(table, **{column: value})))
    assert (column, check) in found
    assert {name for name, _ in found} == {column}


def test_every_rule_of_every_column_is_tried_above():
    stated = {
        (table.name, column.name, rule.split("(")[0])
        for table in TABLES
        for column in table.columns
        for rule in column.rules
        if rule not in GENERAL_RULES
    }
    assert stated == {(table, column, check) for table, column, _, check in BROKEN}


@pytest.mark.parametrize(("table", "column"), UNIQUE)
def test_a_value_that_must_be_unique_is_refused_the_second_time(table, column):
    contract = BY_NAME[table]
    first, second = another(contract, 1), another(contract, 2)
    found = complaints(contract, frame(table, first, second | {column: first[column]}))
    assert found == {(column, "field_uniqueness")}


def test_every_unique_column_is_tried_above():
    stated = [
        (table.name, name)
        for table in TABLES
        for name, spec in table.model.to_schema().columns.items()
        if spec.unique
    ]
    assert stated == UNIQUE


@every_table
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("no_empty_text", ""),
        ("no_control_characters", "a bell \x07"),
        ("nfc", unicodedata.normalize("NFD", "Café")),
    ],
    ids=["empty", "control character", "decomposed"],
)
def test_text_that_breaks_a_rule_of_all_text_is_refused_in_every_column(table, rule, text):
    columns = [name for name in columns_of(table, pl.String()) if (rule, name) != ("nfc", "raw_path")]
    lists = columns_of(table, STRINGS)
    broken = pl.concat([with_each(table, columns, text), with_each(table, lists, ["good", text])])
    found = {(column, check) for column, check in complaints(table, broken) if check == rule}
    assert found == {(name, rule) for name in [*columns, *lists]}


def test_every_control_character_but_tab_and_line_end_is_refused():
    codes = [*range(0x20), *range(0x7F, 0xA0)]
    titles = [f"before{chr(code)}after" for code in codes]
    rows = [another(BY_NAME["articles"], n) | {"title": title} for n, title in enumerate(titles)]
    with pytest.raises(SchemaErrors) as errors:
        BY_NAME["articles"].model.validate(frame("articles", *rows), lazy=True)
    refused = errors.value.failure_cases["failure_case"].to_list()
    assert sorted(refused) == sorted(title for title in titles if "\t" not in title and "\n" not in title)


def test_tabs_line_ends_and_characters_of_every_script_are_text():
    text = "Tab\tand line\nend, 墨渡, Café, 👩‍🚀, \ufeff, \u200b, שלום"
    assert complaints(BY_NAME["articles"], frame("articles", row("articles", title=text))) == set()


def test_a_raw_path_is_taken_as_the_source_spells_it():
    path = unicodedata.normalize("NFD", "_posts/Café.md")
    for table in ("revisions", "rejects"):
        assert complaints(BY_NAME[table], frame(table, row(table, raw_path=path))) == set()


@every_table
def test_a_column_more_is_refused(table):
    assert complaints(table, frame(table.name).with_columns(more=pl.lit(1))) == {
        (table.name, "column_in_schema")
    }


@every_table
def test_a_column_less_is_refused(table):
    found = complaints(table, frame(table.name).drop(table.columns[-1].name))
    assert found == {(table.name, "column_in_dataframe")}


@every_table
def test_columns_in_another_order_are_refused(table):
    first, second, *others = table.polars_schema
    found = complaints(table, frame(table.name).select(second, first, *others))
    assert found == {(table.name, "column_ordered")}


@every_table
def test_keys_orders_and_foreign_keys_name_columns_that_are_there(table):
    assert set(table.key) | set(table.sort_by) <= table.polars_schema.keys()
    names = [other.name for other in TABLES]
    for key in table.foreign_keys:
        assert key.column in table.polars_schema
        assert BY_NAME[key.references].key == (key.to_column,)
        assert names.index(key.references) <= names.index(table.name)


@every_table
def test_everything_is_described(table):
    assert table.description.startswith("One row is ")
    for column in table.columns:
        assert column.description.endswith("."), column.name


def test_times_are_utc_microseconds():
    times = {dtype for table in TABLES for dtype in table.polars_schema.values() if dtype.is_temporal()}
    assert times == {TIMESTAMP}
    assert frame("articles")["published_at"][0] == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)


def test_the_rows_of_these_tests_hold_every_column():
    for table in TABLES:
        assert list(row(table.name)) == list(table.polars_schema)
    assert other_id(1) != other_id(2)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("no_empty_text", ""),
        ("no_control_characters", "a bell \x07"),
        ("nfc", unicodedata.normalize("NFD", "Café")),
    ],
)
def test_a_table_names_the_general_rule_that_a_text_breaks(table, rule, text):
    """As its pandera model does; the way there is shorter."""
    name = next(
        column.name
        for column in table.columns
        if column.dtype == pl.String and set(column.rules) == GENERAL_RULES
    )
    table.validate(frame(table.name))
    broken = frame(table.name, row(table.name, **{name: text}))
    with pytest.raises(SchemaErrors) as failure:
        table.validate(broken)
    cases = failure.value.failure_cases
    assert (name, rule) in zip(cases["column"], cases["check"], strict=True)
