"""docs/tables.md says what the contracts say."""

from pathlib import Path

import pytest

from pipeline.publish import dictionary
from pipeline.publish.duckdb import sql_type
from pipeline.publish.views import VIEWS
from schemas import TABLES

FILE = Path(__file__).parents[2] / "docs" / "tables.md"

TEXT = dictionary.tables_markdown()


def section(name):
    return TEXT.split(f"\n## {name}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]


def test_the_file_is_up_to_date():
    assert FILE.read_text(encoding="utf-8") == TEXT, (
        "docs/tables.md is not what the contracts say: run `make docs`"
    )


def test_write_writes_it(tmp_path):
    dictionary.write(tmp_path / "tables.md")
    assert (tmp_path / "tables.md").read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_told_with_every_column(table):
    text = section(table.name)
    assert text.strip().startswith(table.description)
    assert f"- Key: `{'`, `'.join(table.key)}`" in text
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(lines) == len(table.columns)
    for line, column in zip(lines, table.columns, strict=True):
        assert line.startswith(
            f"| `{column.name}` | {sql_type(column)} | {'yes' if column.nullable else 'no'} | "
        )
        for fact in (column.description, column.unit, column.example, column.source):
            assert (fact or "").replace("|", r"\|") in line


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("articles", "| unique; 20 hexadecimal digits |"),
        ("articles", "| one of `second`, `day`, `unknown` |"),
        ("articles", "| 1 or more |"),
        ("articles", "| begins with `http://` or `https://` |"),
        ("links", "| begins with a scheme, such as `https:` |"),
        ("links", "- `target_article_id` refers to [articles](#articles) (`article_id`)"),
        ("comments", "- `parent_comment_id` refers to [comments](#comments) (`comment_id`)"),
        ("revisions", "| 64 hexadecimal digits |"),
        ("revisions", "- Key: `source`, `raw_path`, `raw_sha256`"),
        ("rejects", "| lower-case letters, digits and `_` |"),
    ],
)
def test_rules_are_told_in_plain_words(table, line):
    assert line in section(table)


def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head():
    cells = 0
    for line in TEXT.splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        count = line.replace(r"\|", "").count("|")
        assert cells in (0, count), line
        cells = count


def test_every_view_is_told():
    for view in VIEWS:
        assert f"| `{view.name}` | {view.description} |" in section("Views")


def test_a_rule_that_nobody_put_into_words_is_an_error():
    with pytest.raises(ValueError, match=r"less_than\(3\)"):
        dictionary._in_words("less_than(3)")
