"""Folding: the ledger and the records become tables, and what differs from the standing ones is written.

The tables are made whole but for their long texts, which only the files that change need. A file
whose rows and texts are as they were is kept, inode and all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipeline.publish.duckdb import Delta
from pipeline.publish.parquet import read_files, table_files, write_partition
from pipeline.publish.partitions import file_name, has_long_text, in_partition, partition_of, partitions
from pipeline.publish.versions import keep_file
from pipeline.tables.assemble import TEXTS, assemble
from pipeline.tables.extract import EXTRACTED, Frames
from pipeline.tables.ledger import with_current
from schemas import TABLES, Table

# A record's frame, and the table that its rows stand in.
_SHOWN_IN = {
    "articles": "articles",
    "comments": "comments",
    "credits": "contributions",
    "links": "links",
    "media": "media",
}
_BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Standing:
    """The dataset that stands: the folder of its Parquet, its tables without their long texts, and the
    record that each article is shown by (`article_id`, `record_id`)."""

    parquet: Path
    tables: Frames
    current: pl.DataFrame


@dataclass(frozen=True)
class Folded:
    """Tables to be published: whole but for their texts, the texts of the records made now, and how
    each table differs from the standing one (nothing, where none stands)."""

    tables: Frames
    texts: Frames
    current: pl.DataFrame
    changes: Mapping[str, Change] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """The rows of a table, without texts, that go and that come; a row that changed is in both, and so
    is one whose text may have changed."""

    gone: pl.DataFrame
    fresh: pl.DataFrame


@dataclass(frozen=True)
class Written:
    """What was written of the tables: the new files of each, the names of the files that were kept,
    and how each table differs from the standing one (nothing, where none stands)."""

    files: Mapping[str, list[Path]]
    kept: Mapping[str, frozenset[str]]
    deltas: Mapping[str, Delta] = field(default_factory=dict)


def read_standing(version: Path, ledger: pl.DataFrame) -> Standing:
    """The standing dataset; `ledger` is its own."""
    folder = version / "parquet"
    tables = {table.name: read_files(table_files(table, folder), _light_columns(table)) for table in TABLES}
    return Standing(folder, tables, _current(ledger))


def light_tables(version: Path | None) -> Frames | None:
    """The tables of a dataset without their long texts; None where there is none, or one of another
    shape, such as an older contract's."""
    if version is None:
        return None
    try:
        return {
            table.name: read_files(table_files(table, version / "parquet"), _light_columns(table))
            for table in TABLES
        }
    except (OSError, pl.exceptions.PolarsError):
        return None


def to_compare(
    folded: Folded, standing: Standing | None, version: Path | None, candidate: Path
) -> tuple[Frames, Frames]:
    """The tables before and after, restricted to the articles that may differ, with all columns.

    Where nothing is remembered of the dataset that stands in `version`, all of both is compared, and
    digests stand for the long texts.
    """
    if standing is None:
        before = light_tables(version)
        if before is None or version is None:
            return {table.name: folded.tables[table.name].clear() for table in TABLES}, folded.tables
        return _with_digests(before, version / "parquet"), _with_digests(folded.tables, candidate / "parquet")
    ids = pl.DataFrame({"article_id": changed_articles(folded)}, schema={"article_id": pl.String})
    before, after = {}, {}
    for name in (*_SHOWN_IN.values(), "revisions"):
        table = _BY_NAME[name]
        old = standing.tables[name].join(ids, on="article_id", how="semi")
        before[name] = _with_older_texts(table, old, standing)
        new = folded.tables[name].join(ids, on="article_id", how="semi")
        after[name] = with_texts(table, new, folded, standing)
    return before, after


def _with_older_texts(table: Table, rows: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    if not has_long_text(table):
        return rows
    return rows.join(_texts_of(table, rows, standing), on=list(table.key), how="left")


def _with_digests(tables: Frames, folder: Path) -> Frames:
    found = dict(tables)
    for table in filter(has_long_text, TABLES):
        columns = (*table.key, *TEXTS)
        # File by file, so that the texts themselves are never held together.
        digests = pl.concat(
            read_files([path], columns).with_columns(pl.col(TEXTS).hash())
            for path in table_files(table, folder)
        )
        found[table.name] = tables[table.name].join(digests, on=list(table.key), how="left")
    return found


def fold(ledger: pl.DataFrame, made: Frames, standing: Standing | None) -> Folded:
    """The tables of a ledger, from the records made now and those that the standing tables hold."""
    current = _current(ledger)
    new = made["articles"].select("record_id")
    records, texts = {}, {}
    for name, shown_in in _SHOWN_IN.items():
        light = [column for column in EXTRACTED[name] if column not in TEXTS]
        parts = [made[name].select(light)]
        if standing is not None:
            kept = standing.current.join(new, on="record_id", how="anti")
            rows = standing.tables[shown_in].join(kept, on="article_id")
            parts.append(rows.select(light))
        records[name] = pl.concat(parts, rechunk=False)
        if len(light) < len(EXTRACTED[name]):
            shown = made[name].join(current, on=["article_id", "record_id"], how="semi")
            texts[name] = shown.select(*_BY_NAME[shown_in].key, *TEXTS)
    folded = Folded(assemble(ledger, records), texts, current)
    return folded if standing is None else replace(folded, changes=_changes(folded, standing))


def write(folded: Folded, standing: Standing | None, folder: Path, *, anew: bool = False) -> Written:
    """Write the tables' Parquet files to `folder`; `anew` keeps no file of the standing dataset."""
    files: dict[str, list[Path]] = {}
    kept: dict[str, frozenset[str]] = {}
    deltas: dict[str, Delta] = {}
    for table in TABLES:
        rows = folded.tables[table.name]
        starts = partitions(table, rows)
        touched = (
            set(starts) if standing is None or anew else _touched(table, starts, folded.changes[table.name])
        )
        files[table.name], names = [], set[str]()
        for start in starts:
            name = file_name(table, start)
            older = None if standing is None else standing.parquet / table.name / name
            if start not in touched and older is not None and older.exists():
                keep_file(older, folder / table.name / name)
                names.add(name)
                continue
            part = with_texts(table, rows.filter(in_partition(start)), folded, standing)
            path = write_partition(table, start, part, folder)
            if older is not None and older.exists() and _same_bytes(path, older):
                path.unlink()
                keep_file(older, path)
                names.add(name)
            else:
                files[table.name].append(path)
        kept[table.name] = frozenset(names)
    if standing is not None:
        deltas = _deltas(folded, standing)
    return Written(files, kept, deltas)


def with_texts(table: Table, rows: pl.DataFrame, folded: Folded, standing: Standing | None) -> pl.DataFrame:
    """Rows of a table with their long texts, in the same order: those of records made now, else those
    that stand."""
    if not has_long_text(table):
        return rows
    key = list(table.key)
    texts = folded.texts[table.name].join(rows, on=key, how="semi")
    if standing is not None:
        rest = rows.join(texts, on=key, how="anti")
        if rest.height:
            older = _texts_of(table, rest, standing)
            texts = pl.concat([texts, older.select(texts.columns)])
    return rows.join(texts, on=key, how="left", maintain_order="left").select(*table.polars_schema)


def changed_articles(folded: Folded) -> list[str]:
    """The articles of which any row of any table may differ, sorted."""
    ids = [
        frame["article_id"]
        for name in (*_SHOWN_IN.values(), "revisions")
        for frame in (folded.changes[name].gone, folded.changes[name].fresh)
    ]
    return sorted(set(pl.concat(ids).to_list()))


def _changes(folded: Folded, standing: Standing) -> dict[str, Change]:
    before, now = standing.current, folded.current
    # Pages that are shown by another record: their texts may differ, whatever else does.
    moved = pl.concat(
        [
            now.join(before, on=["article_id", "record_id"], how="anti"),
            before.join(now, on=["article_id", "record_id"], how="anti"),
            # The same record, made again by other code.
            now.join(folded.texts["articles"], on="article_id", how="semi"),
        ]
    ).select("article_id")
    found = {}
    for table in TABLES:
        old, new = standing.tables[table.name], folded.tables[table.name]
        old, new = (frame.with_columns(_hash=frame.hash_rows()) for frame in (old, new))
        same = old.select(*table.key, "_hash").join(
            new.select(*table.key, "_hash"), on=[*table.key, "_hash"], how="semi", nulls_equal=True
        )
        if has_long_text(table):
            unmoved = new.join(moved, on="article_id", how="anti").select(*table.key)
            same = same.join(unmoved, on=list(table.key), how="semi")
        gone, fresh = (
            frame.join(same, on=[*table.key, "_hash"], how="anti", nulls_equal=True).drop("_hash")
            for frame in (old, new)
        )
        found[table.name] = Change(gone, fresh)
    return found


def _same_bytes(path: Path, other: Path) -> bool:
    return path.stat().st_size == other.stat().st_size and path.read_bytes() == other.read_bytes()


def _touched(table: Table, starts: list[str], change: Change) -> set[str]:
    """The partitions in which a row goes or comes."""
    if starts == [""]:
        return {""} if change.gone.height or change.fresh.height else set()
    parts = (frame.select(partition_of(table, starts)).to_series() for frame in (change.gone, change.fresh))
    return {start for part in parts for start in part.unique().to_list() if start is not None}


def _deltas(folded: Folded, standing: Standing) -> dict[str, Delta]:
    """The changes as rows to take from a database and to put in, with what must go and come again
    because it names a row that does."""
    gone = {name: change.gone for name, change in folded.changes.items()}
    fresh = {name: change.fresh for name, change in folded.changes.items()}
    deltas = {}
    for table in TABLES:
        took, put = gone[table.name], fresh[table.name]
        for key in table.foreign_keys:
            if key.references == table.name:
                continue
            named = gone[key.references].select(pl.col(key.to_column).alias(key.column))
            old = standing.tables[table.name].join(named, on=key.column, how="semi")
            took = pl.concat([took, old]).unique(list(table.key), keep="first", maintain_order=True)
        new = folded.tables[table.name].join(took, on=list(table.key), how="semi", nulls_equal=True)
        put = pl.concat([put, new]).unique(list(table.key), keep="first", maintain_order=True)
        gone[table.name], fresh[table.name] = took, put
        deltas[table.name] = Delta(took.select(*table.key), with_texts(table, put, folded, standing))
    return deltas


def _texts_of(table: Table, rows: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    """The texts of these rows as the standing files have them; only files that may hold them are read."""
    ids = rows["article_id"].unique().sort()
    paths = [
        path
        for path in table_files(table, standing.parquet)
        if ids.str.starts_with(path.stem.removeprefix(table.name).removeprefix("-")).any()
    ]
    columns = (*table.key, *TEXTS)
    if not paths:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.concat(read_files([path], columns).join(rows, on=list(table.key), how="semi") for path in paths)


def _light_columns(table: Table) -> tuple[str, ...]:
    return tuple(name for name in table.polars_schema if name not in TEXTS)


def _current(ledger: pl.DataFrame) -> pl.DataFrame:
    return with_current(ledger).filter("is_current").select("article_id", "record_id")
