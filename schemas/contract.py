"""What every table's contract is made of.

One file per table in this folder states the contract of that table: a strict pandera
model, its key, its foreign keys and the order of its rows. This file holds only what
those files share. Everything else that is known about a table (Arrow schema, DuckDB
keys and comments, Dagster's column schema, docs/tables.md) is derived from here.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeAlias

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

# 80 bits of SHA-256: two of ten million rows share an id with a chance below 1e-10.
ID_PATTERN = r"^[0-9a-f]{20}$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"
# A code: a word that programs compare, such as a reason, a role or a region.
CODE_PATTERN = r"^[a-z][a-z0-9_]*$"
ABSOLUTE_URL_PATTERN = r"^[a-z][a-z0-9+.-]*:"
# Text without any of these is in NFC: marks, which may combine with what stands before them, and
# letters that NFC replaces (Unicode's NFC_Quick_Check, drawn a little wider). Looking for them is
# several times faster than normalizing whole bodies.
MAY_BREAK_NFC = (
    r"[\p{M}\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0f69\u1161-\u11c2"
    r"\u1f71-\u2001\u2126-\u212b\u2329\u232a\u2adc\uf900-\ufad9\ufb1d-\ufb4e\U0001d15e-\U0001d1c0"
    r"\U0002f800-\U0002fa1d]"
)
# C0 controls except tab and newline, DEL, and the C1 controls.
CONTROL_CHARACTERS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"

# The types of columns that hold an instant, and a list of text: as annotations, and as values.
Timestamp: TypeAlias = Annotated[pl.Datetime, "us", "UTC"]
Strings: TypeAlias = Annotated[pl.List, pl.String()]
TIMESTAMP = pl.Datetime("us", "UTC")
STRINGS = pl.List(pl.String)


def column(
    description: str,
    *,
    nullable: bool = False,
    unit: str | None = None,
    example: str | None = None,
    source: str | None = None,
    **checks: Any,
) -> Any:
    """A column of a contract: its description, what helps a reader, and pandera's checks.

    `unit` is what a number counts, `example` one value as CSV would show it, `source`
    where in a raw post the value is read. `checks` are those of `pandera.Field`.
    """
    notes = {"unit": unit, "example": example, "source": source}
    metadata = {name: text for name, text in notes.items() if text is not None}
    return pa.Field(nullable=nullable, description=description, metadata=metadata, **checks)


def id_column(description: str, *, nullable: bool = False, **checks: Any) -> Any:
    """A column that holds an id: 20 hexadecimal digits."""
    return column(description, nullable=nullable, str_matches=ID_PATTERN, **checks)


# The names of the rules that every text column keeps; see Contract.
GENERAL_RULES = frozenset({"no_empty_text", "no_control_characters", "nfc"})


class Contract(pa.DataFrameModel):
    """The rules that hold for every column of every table."""

    @pa.check(r"^.*$", regex=True, name="no_empty_text")
    def no_empty_text(cls, data: PolarsData) -> pl.LazyFrame:
        """Null means unknown or absent; an empty string never stands for null."""
        return _holds_for_text(data, _is_not_empty)

    @pa.check(r"^.*$", regex=True, name="no_control_characters")
    def no_control_characters(cls, data: PolarsData) -> pl.LazyFrame:
        """Text holds no control characters but tab and newline."""
        return _holds_for_text(data, _has_no_control_characters)

    @pa.check(r"^(?!raw_path$)", regex=True, name="nfc")
    def nfc(cls, data: PolarsData) -> pl.LazyFrame:
        """Text is in Unicode's normalization form C; a raw path is what the source says it is."""
        return _holds_for_text(data, _is_nfc)

    class Config:
        strict = True
        ordered = True


def _is_not_empty(text: pl.Expr) -> pl.Expr:
    return text.str.len_bytes() > 0


def _has_no_control_characters(text: pl.Expr) -> pl.Expr:
    return ~text.str.contains(CONTROL_CHARACTERS)


def _is_nfc(text: pl.Expr) -> pl.Expr:
    # What is not suspected becomes null, which costs no normalizing.
    suspected = pl.when(text.str.contains(MAY_BREAK_NFC)).then(text)
    return (suspected.str.normalize("NFC") == suspected).fill_null(True)


def _holds_for_text(data: PolarsData, rule: Callable[[pl.Expr], pl.Expr]) -> pl.LazyFrame:
    key = data.key or "*"
    return data.lazyframe.select(_held(rule, key, data.lazyframe.collect_schema()[key]))


def _held(rule: Callable[[pl.Expr], pl.Expr], name: str, dtype: Any) -> pl.Expr:
    """A rule of text for a text column, or for every item of a list of text, none of them null."""
    if dtype == pl.String:
        return rule(pl.col(name)).fill_null(True)
    if dtype == STRINGS:
        return pl.col(name).list.eval(rule(pl.element()).fill_null(False)).list.all().fill_null(True)
    return pl.lit(True)


def _keeps_general_rules(frame: pl.DataFrame) -> bool:
    """True where every text of every column keeps the rules of Contract: asked all at once. Of single
    texts, Python tells faster than a search in polars whether they are in NFC."""
    held = [
        _held(rule, name, dtype).all().alias(f"{rule.__name__} {name}")
        for name, dtype in frame.schema.items()
        for rule in (_is_not_empty, _has_no_control_characters, _is_nfc)
        if dtype == STRINGS or (dtype == pl.String and rule is not _is_nfc)
    ]
    if held and not all(frame.lazy().select(held).collect().row(0)):
        return False
    texts = (frame[name] for name, dtype in frame.schema.items() if dtype == pl.String and name != "raw_path")
    return all(unicodedata.is_normalized("NFC", text) for column in texts for text in column.drop_nulls())


@cache
def _own_rules(model: type[Contract]) -> Any:
    """The schema of a contract without the rules that all contracts share."""
    schema = copy.deepcopy(model.to_schema())
    for spec in schema.columns.values():
        spec.checks = [check for check in spec.checks if check.name not in GENERAL_RULES]
    return schema


@dataclass(frozen=True)
class ForeignKey:
    """`column` holds, where it is not null, a value of `references`.`to_column`."""

    column: str
    references: str
    to_column: str


@dataclass(frozen=True)
class Column:
    """One column as the contract states it."""

    name: str
    dtype: pl.DataType
    nullable: bool
    description: str
    unit: str | None
    example: str | None
    source: str | None
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of the dataset.

    `model` is the pandera model, `key` the columns that name a row (a null counts as
    a value), `sort_by` the order of the rows in every published file.
    """

    model: type[Contract]
    key: tuple[str, ...]
    sort_by: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def name(self) -> str:
        """The table's name, which is also its file's."""
        return str(self.model.to_schema().name)

    @property
    def description(self) -> str:
        """The grain of the table, and what its user must know."""
        return " ".join((self.model.__doc__ or "").split())

    def validate(self, frame: pl.DataFrame) -> None:
        """Hold a frame to the contract. Raises pandera's SchemaErrors, with every case.

        The rules that all contracts share are asked of all columns at once; pandera, which asks column
        by column and takes most of its time for that, is asked for them only to name what is broken.
        """
        try:
            _own_rules(self.model).validate(frame, lazy=True)
        except SchemaErrors:
            self.model.validate(frame, lazy=True)
            raise
        if not _keeps_general_rules(frame):
            self.model.validate(frame, lazy=True)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their published order."""
        return tuple(
            Column(
                name=name,
                dtype=spec.dtype.type,
                nullable=spec.nullable,
                description=spec.description or "",
                unit=(spec.metadata or {}).get("unit"),
                example=(spec.metadata or {}).get("example"),
                source=(spec.metadata or {}).get("source"),
                rules=tuple(str(check.error or check.name) for check in spec.checks),
            )
            for name, spec in self.model.to_schema().columns.items()
        )

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Column name to polars type, in the published order."""
        return {column.name: column.dtype for column in self.columns}
