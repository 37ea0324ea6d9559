"""The data dictionary, docs/tables.md: what every table, column and view means.

It is made from the contracts (schemas/) and the views; a fact about a table is written there.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from pipeline.publish.duckdb import sql_type
from pipeline.publish.views import VIEWS
from schemas import TABLES, Column, Table
from schemas.contract import ABSOLUTE_URL_PATTERN, CODE_PATTERN, GENERAL_RULES, ID_PATTERN, SHA256_PATTERN

_PATTERNS_IN_WORDS = {
    ID_PATTERN: "20 hexadecimal digits",
    SHA256_PATTERN: "64 hexadecimal digits",
    CODE_PATTERN: "lower-case letters, digits and `_`",
    ABSOLUTE_URL_PATTERN: "begins with a scheme, such as `https:`",
    r"^https?://": "begins with `http://` or `https://`",
}
# Rules of every column, told once at the top.

_INTRODUCTION = """\
# The tables

Made by `make docs` from the contracts in `schemas/` and the views in `pipeline/publish/views.py`: \
change those, not this file.

Types are in DuckDB's words. In CSV a list is JSON, a time is `2021-11-24T10:15:00Z`, and null is \
an empty field.

What holds everywhere: null means unknown or absent, and an empty text never stands for it. Text \
is in Unicode's normalization form C and holds no control characters but tab and newline. Times \
are UTC, to the microsecond. Rows stand in the order that their table names, nulls first. Ids are \
made from content, so that they are the same in every build.
"""


def tables_markdown() -> str:
    """The text of docs/tables.md."""
    contents = [f"- [{table.name}](#{table.name}): {_first_sentence(table.description)}" for table in TABLES]
    return "\n".join(
        [
            _INTRODUCTION,
            *contents,
            "- [Views](#views) of the DuckDB file",
            "",
            *(_table(table) for table in TABLES),
            _views(),
        ]
    )


def write(path: Path = Path("docs/tables.md")) -> None:
    """Write the data dictionary, which `make docs` does for docs/tables.md."""
    path.write_text(tables_markdown(), encoding="utf-8", newline="\n")


def _table(table: Table) -> str:
    lines = [
        f"## {table.name}",
        "",
        table.description,
        "",
        f"- Key: {_names(table.key)}",
        f"- Order of rows: {_names(table.sort_by)}",
        *(
            f"- `{key.column}` refers to [{key.references}](#{key.references}) (`{key.to_column}`)"
            for key in table.foreign_keys
        ),
        "",
        "| column | type | null? | what it holds | unit | example | source | rules |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(table, column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _row(table: Table, column: Column) -> str:
    cells = [
        f"`{column.name}`",
        sql_type(column),
        "yes" if column.nullable else "no",
        column.description,
        column.unit or "",
        f"`{column.example}`" if column.example else "",
        column.source or "",
        "; ".join(_rules(table, column)),
    ]
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _rules(table: Table, column: Column) -> list[str]:
    rules = ["unique"] if table.model.to_schema().columns[column.name].unique else []
    rules += [_in_words(rule) for rule in column.rules if rule not in GENERAL_RULES]
    if "nfc" not in column.rules:
        rules.append("in no particular normalization form")
    return rules


def _in_words(rule: str) -> str:
    """A check of pandera in plain words: `greater_than_or_equal_to(0)` is "0 or more"."""
    name, _, rest = rule.partition("(")
    argument: Any = ast.literal_eval(rest.removesuffix(")")) if rest else None
    match name:
        case "greater_than_or_equal_to":
            return f"{argument} or more"
        case "isin":
            return f"one of {_names(argument)}"
        case "str_matches":
            return _PATTERNS_IN_WORDS.get(argument, f"matches `{argument}`")
        case _:
            raise ValueError(f"say in {__name__} what the rule {rule!r} means in plain words")


def _views() -> str:
    return "\n".join(
        [
            "## Views",
            "",
            "In `commonplace.duckdb` only.",
            "",
            "| view | what it holds |",
            "|---|---|",
            *(f"| `{view.name}` | {view.description} |" for view in VIEWS),
            "",
        ]
    )


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _first_sentence(text: str) -> str:
    return text.split(". ", maxsplit=1)[0].rstrip(".") + "."


if __name__ == "__main__":
    write()
