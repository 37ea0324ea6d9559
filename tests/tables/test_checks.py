"""The rules tried on Parquet files: what passes, what fails, and which rows are shown."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.publish.parquet import write_parquet
from pipeline.tables.assemble import TEXTS
from pipeline.tables.checks import EXAMPLES, CheckResult, check
from pipeline.tables.ids import make_id
from pipeline.tables.rules import CONTRACT, rules
from schemas import TABLES
from tests.rows import BY_NAME, Row, frame, other_id
from tests.tables.test_rules import (
    ARTICLE,
    CONTRIBUTION,
    CONTRIBUTOR,
    FULL,
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
    new: dict[str, pl.DataFrame] | None = None,
    rights: dict[str, str] = FULL,
) -> dict[str, CheckResult]:
    """The results of all rules on the tables, by the rules' names; the tables, or `new` rows in the place
    of them, are written to `folder`."""
    written = {
        table.name: write_parquet(table, rows, folder)
        for table in TABLES
        if (rows := (tables if new is None else new).get(table.name)) is not None
    }
    return results(check(tables, written, found, rights))


def results(checked: list[CheckResult]) -> dict[str, CheckResult]:
    return {f"{result.rule.table}.{result.rule.name}": result for result in checked}


def written_loosely(frames: dict[str, pl.DataFrame], folder: Path) -> dict[str, list[Path]]:
    """Files whose own schema is not the contract's, which pipeline/publish would not write."""
    files = {}
    for name, rows in frames.items():
        (folder / name).mkdir(parents=True)
        rows.write_parquet(folder / name / f"{name}.parquet")
        files[name] = [folder / name / f"{name}.parquet"]
    return files


def failed(results: dict[str, CheckResult]) -> set[str]:
    return {name for name, result in results.items() if not result.passed}


def test_good_tables_pass_every_rule(tmp_path):
    found = try_rules(GOOD, tmp_path)
    assert [result.rule for result in found.values()] == list(rules())
    assert failed(found) == set()
    assert all(result.failures == 0 and result.examples == () for result in found.values())


def test_every_contract_has_a_case_that_breaks_it():
    assert set(CONTRACTS) == {rule.table for rule in rules() if rule.name == CONTRACT}


def test_a_row_that_breaks_its_contract_is_named(tmp_path):
    broken = {
        table: frame(table, good(table)).with_columns(
            pl.lit(value, BY_NAME[table].polars_schema[column]).alias(column)
        )
        for table, (column, value, _, _) in CONTRACTS.items()
    }
    # The tables themselves are good: the files are what is read.
    found = results(check(GOOD, written_loosely(broken, tmp_path), FOUND, FULL))
    # Some of the values are parts of an id.
    contracts = {name for name in failed(found) if not name.endswith("_follows_from_content")}
    assert contracts == {f"{table}.contract" for table in CONTRACTS}
    for table, (column, value, rule, key) in CONTRACTS.items():
        result = found[f"{table}.contract"]
        assert result.failures == 1, table
        (example,) = result.examples
        assert example["column"] == column
        assert example["check"].startswith(rule), table
        assert example["value"] == str(value)
        assert {name: example[f"row {name}"] for name in key} == key


def test_all_failures_are_counted_and_ten_are_shown_with_their_keys(tmp_path):
    links = [good("links", link_id=other_id(number), text="") for number in range(25)]
    found = try_rules(GOOD | {"links": frame("links", *links)}, tmp_path)
    ids = {link["link_id"] for link in links}

    contract = found["links.contract"]
    assert contract.failures == 25
    assert len(contract.examples) == EXAMPLES == 10
    assert {example["row link_id"] for example in contract.examples} < ids

    derived = found["links.link_id_follows_from_content"]
    assert derived.failures == 25
    assert [example["link_id"] for example in derived.examples] == sorted(ids)[:10]
    assert all(example["derived"] == LINK for example in derived.examples)
    assert failed(found) == {
        "links.contract",
        "links.link_id_follows_from_content",
        "articles.link_count_matches_rows",
    }


def test_a_missing_column_and_a_wrong_type_break_the_contract(tmp_path):
    broken = {
        "articles": GOOD["articles"].drop("title"),
        "links": GOOD["links"].with_columns(pl.col("position").cast(pl.String)),
    }
    found = results(check(GOOD, written_loosely(GOOD | broken, tmp_path), FOUND, FULL))
    assert failed(found) == {"articles.contract", "links.contract"}
    assert "title" in str(found["articles.contract"])
    assert "position" in str(found["links.contract"])


def test_rows_of_files_that_an_earlier_build_wrote_are_not_tried_again(tmp_path):
    wrong = frame("links", good("links", link_id=other_id(1), text=""))
    tables = GOOD | {"links": wrong}
    new = {name: rows for name, rows in tables.items() if name != "links"}
    assert failed(try_rules(tables, tmp_path / "kept", new=new)) == set()
    assert failed(try_rules(tables, tmp_path / "new")) == {
        "links.contract", "links.link_id_follows_from_content",
    }  # fmt: skip


def test_where_nothing_was_written_now_the_rules_between_tables_are_tried_all_the_same(tmp_path):
    assert failed(try_rules(GOOD, tmp_path, new={})) == set()
    twice = GOOD | {"links": pl.concat([GOOD["links"]] * 2)}
    assert failed(try_rules(twice, tmp_path, new={})) == {
        "links.key_is_unique", "articles.link_count_matches_rows",
    }  # fmt: skip


def test_the_rows_of_all_files_of_a_table_are_tried(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.publish.partitions.ROWS", 2)
    ids = [make_id("article", str(number)) for number in range(6)]
    links = frame("links", *(good("links", link_id=id_, article_id=id_, text="") for id_ in ids))
    written = {"links": write_parquet(BY_NAME["links"], links, tmp_path)}
    assert len(written["links"]) > 1
    found = results(check(GOOD | {"links": links}, written, FOUND, FULL))
    assert found["links.contract"].failures == 6
    assert {example["row link_id"] for example in found["links.contract"].examples} == set(ids)
    assert found["links.link_id_follows_from_content"].failures == 6


def test_the_tables_themselves_need_no_texts(tmp_path):
    light = {name: rows.drop(TEXTS, strict=False) for name, rows in GOOD.items()}
    assert failed(try_rules(light, tmp_path, new=GOOD)) == set()


@pytest.mark.parametrize(
    ("rights", "table", "broken"),
    [
        ({"archive": "excerpt"}, "articles", True),
        ({"archive": "excerpt"}, "comments", True),
        ({"archive": "metadata"}, "articles", True),
        ({"archive": "full"}, "comments", False),
        ({"other": "full"}, "comments", True),
    ],
)
def test_texts_that_the_rights_of_their_source_do_not_allow_are_found(tmp_path, rights, table, broken):
    bare = {
        name: rows.with_columns(pl.lit(None, pl.String).alias(text) for text in TEXTS if text in rows.columns)
        for name, rows in GOOD.items()
    }
    tables = bare | {table: GOOD[table]}
    found = try_rules(tables, tmp_path, rights=rights)
    assert failed(found) == ({f"{table}.rights_are_kept"} if broken else set())
    if broken:
        (example,) = found[f"{table}.rights_are_kept"].examples
        assert (example["article_id"], example["publish"]) == (ARTICLE, rights.get("archive"))


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
    found = try_rules(GOOD, tmp_path, found_posts(PATH, PATH, "lost.md"))
    assert failed(found) == {"revisions.nothing_is_lost"}
    assert found["revisions.nothing_is_lost"].examples == (
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
    found = try_rules(GOOD | comments, tmp_path.joinpath(*names))
    assert failed(found) == {
        "comments.contract",
        "comments.key_is_unique",
        "comments.position_is_unique",
        "articles.comment_count_matches_rows",
    }
