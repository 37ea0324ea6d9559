"""The rules tried on Parquet files: what passes, what fails, and which rows are shown."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.publish.parquet import write_parquet
from pipeline.tables.checks import EXAMPLES, CheckResult, check
from pipeline.tables.rules import CONTRACT, rules
from schemas import TABLES
from tests.rows import BY_NAME, Row, frame, other_id
from tests.tables.test_rules import (
    ARTICLE,
    CONTRIBUTION,
    CONTRIBUTOR,
    GOOD,
    LINK,
    MEDIUM,
    PATH,
    REJECTED,
    found_posts,
    good,
)

COMMENT = good("comments")["comment_id"]
SHA256 = good("revisions")["raw_sha256"]
FOUND = found_posts(PATH, REJECTED)

# Per table: a column, a value that its contract refuses, the check that refuses it, the row's key.
CONTRACTS: dict[str, tuple[str, object, str, Row]] = {
    "articles": ("title", "", "no_empty_text", {"article_id": ARTICLE}),
    "comments": ("position", 0, "greater_than_or_equal_to(1)", {"comment_id": COMMENT}),
    "contributors": ("site", None, "not_nullable", {"contributor_id": CONTRIBUTOR}),
    "contributions": ("role", "ferryman", "isin", {"contribution_id": CONTRIBUTION}),
    "links": ("href", "/hours", "str_matches", {"link_id": LINK}),
    "media": ("alt", "a bell\x07", "no_control_characters", {"media_id": MEDIUM}),
    "revisions": (
        "title",
        "Cafe\u0301",
        "nfc",
        {"source": "archive", "raw_path": PATH, "raw_sha256": SHA256},
    ),
    "rejects": (
        "stage",
        "later",
        "isin",
        {"source": "archive", "raw_path": REJECTED, "raw_sha256": None},
    ),
}


def try_rules(
    tables: dict[str, pl.DataFrame],
    folder: Path,
    found: pl.DataFrame = FOUND,
    files: dict[str, pl.DataFrame] | None = None,
) -> dict[str, CheckResult]:
    """The results of all rules on the tables, by the rules' names; the tables, or others in the place
    of them, are written to `folder`."""
    for table in TABLES:
        write_parquet(table, (files or tables)[table.name], folder)
    return {f"{result.rule.table}.{result.rule.name}": result for result in check(folder, tables, found)}


def failed(results: dict[str, CheckResult]) -> set[str]:
    return {name for name, result in results.items() if not result.passed}


def test_good_tables_pass_every_rule(tmp_path):
    results = try_rules(GOOD, tmp_path)
    assert [result.rule for result in results.values()] == list(rules())
    assert failed(results) == set()
    assert all(result.failures == 0 and result.examples == () for result in results.values())


def test_every_contract_has_a_case_that_breaks_it():
    assert set(CONTRACTS) == {rule.table for rule in rules() if rule.name == CONTRACT}


def test_a_row_that_breaks_its_contract_is_named(tmp_path):
    broken = {
        table: frame(table, good(table)).with_columns(
            pl.lit(value, BY_NAME[table].polars_schema[column]).alias(column)
        )
        for table, (column, value, _, _) in CONTRACTS.items()
    }
    # The files hold the good rows, for a file's own schema refuses some of the broken ones.
    results = try_rules(broken, tmp_path, files=GOOD)
    assert failed(results) == {f"{table}.contract" for table in CONTRACTS}
    for table, (column, value, rule, key) in CONTRACTS.items():
        result = results[f"{table}.contract"]
        assert result.failures == 1, table
        (example,) = result.examples
        assert example["column"] == column
        assert example["check"].startswith(rule), table
        assert example["value"] == str(value)
        assert {name: example[f"row {name}"] for name in key} == key


def test_all_failures_are_counted_and_ten_are_shown_with_their_keys(tmp_path):
    links = [good("links", link_id=other_id(number), text="") for number in range(25)]
    results = try_rules(GOOD | {"links": frame("links", *links)}, tmp_path)
    ids = {link["link_id"] for link in links}

    contract = results["links.contract"]
    assert contract.failures == 25
    assert len(contract.examples) == EXAMPLES == 10
    assert {example["row link_id"] for example in contract.examples} < ids

    derived = results["links.link_id_follows_from_content"]
    assert derived.failures == 25
    assert [example["link_id"] for example in derived.examples] == sorted(ids)[:10]
    assert all(example["derived"] == LINK for example in derived.examples)
    assert failed(results) == {
        "links.contract",
        "links.link_id_follows_from_content",
        "articles.link_count_matches_rows",
    }


def test_a_missing_column_and_a_wrong_type_break_the_contract(tmp_path):
    broken = {
        "articles": GOOD["articles"].drop("title"),
        "links": GOOD["links"].with_columns(pl.col("position").cast(pl.String)),
    }
    results = try_rules(GOOD | broken, tmp_path, files=GOOD)
    assert failed(results) == {"articles.contract", "links.contract"}
    assert "title" in str(results["articles.contract"])
    assert "position" in str(results["links.contract"])


def test_a_result_says_the_rule_the_rows_and_what_it_wants():
    rule = next(rule for rule in rules() if rule.name == "comment_count_matches_rows")
    example = {"article_id": ARTICLE, "comment_count": 2, "rows": 1}
    assert str(CheckResult(rule, 12, (example,))) == (
        "articles.comment_count_matches_rows: 12 rows break it. "
        "comment_count is the number of rows that it counts.\n"
        f"  {{'article_id': '{ARTICLE}', 'comment_count': 2, 'rows': 1}}"
    )
    assert str(CheckResult(rule, 0)) == "articles.comment_count_matches_rows: passed"


def test_no_raw_post_is_lost_invented_or_doubled(tmp_path):
    results = try_rules(GOOD, tmp_path, found_posts(PATH, PATH, "lost.md"))
    assert failed(results) == {"revisions.nothing_is_lost"}
    assert results["revisions.nothing_is_lost"].examples == (
        {"source": "archive", "raw_path": REJECTED, "found": 0, "told": 1},
        {"source": "archive", "raw_path": PATH, "found": 2, "told": 1},
        {"source": "archive", "raw_path": "lost.md", "found": 1, "told": 0},
    )


def test_folders_may_have_any_name(tmp_path):
    names = (
        "it's",
        'a "quoted" one',
        "a[1]",
        "*",
        "year=2020",
        "_hidden",
        ".hidden",
        "100%20",
        "墨渡",
        "a,b",
    )
    comments = {"comments": pl.concat([GOOD["comments"]] * 2)}
    results = try_rules(GOOD | comments, tmp_path.joinpath(*names))
    assert failed(results) == {
        "comments.contract",
        "comments.key_is_unique",
        "comments.position_is_unique",
        "articles.comment_count_matches_rows",
    }
