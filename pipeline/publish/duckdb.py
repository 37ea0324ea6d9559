"""The tables as one DuckDB file: real tables with keys and comments, and a few views.

Real tables, because a view over Parquet files breaks as soon as somebody moves the file. What
the file says of a table comes from its contract; the views are in `views`. How the other
modules of this layer speak SQL (names, texts, paths, types) is here too.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.publish.parquet import table_files
from pipeline.publish.views import VIEWS
from schemas import TABLES, Column, Table
from schemas.contract import STRINGS, TIMESTAMP

# The storage of DuckDB 1.2: what today's 1.x clients open, 2.0 reads all the same.
STORAGE_VERSION = "v1.2.0"
# The smallest there is: a change rewrites a row group whole. It must be told at every opening, because
# DuckDB would otherwise melt the small groups into large ones at the first chance.
ROW_GROUP_SIZE = 2048

_SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.Boolean(): "BOOLEAN",
    pl.Int64(): "BIGINT",
    TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
    STRINGS: "VARCHAR[]",
}


class DatabaseError(Exception):
    """The tables do not fit together; the message says which table and which row."""


def sql_type(column: Column) -> str:
    """The column's type in DuckDB's words."""
    return _SQL_TYPES[column.dtype]


def identifier(name: str) -> str:
    """A table's or column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """A file's path as SQL writes it for DuckDB's readers, which would take `[`, `*` and `?` in
    the name of a folder for a pattern."""
    return literal("".join(f"[{letter}]" if letter in "[*?" else letter for letter in str(path)))


@dataclass(frozen=True)
class Delta:
    """What parts two versions of a table: the keys of rows that go, and the rows that come. A row
    that changed is among both."""

    gone: pl.DataFrame
    fresh: pl.DataFrame


def write_database(parquet_folder: Path, path: Path) -> None:
    """Write the tables of `parquet_folder` and the views to the DuckDB file `path`.

    The bytes of the file, and the order of its rows, are not reproducible. Raises DatabaseError where
    a key repeats or a foreign key leads nowhere.
    """
    path.unlink(missing_ok=True)
    with _opened(path) as connection:
        # One transaction, because each has the disk confirm what it wrote.
        connection.execute("BEGIN")
        for table in TABLES:
            connection.execute(_create_table(table))
            _fill(connection, table, table_files(table, parquet_folder))
            for comment in _comments(table):
                connection.execute(comment)
        for view in VIEWS:
            connection.execute(f"CREATE VIEW {identifier(view.name)} AS {view.sql}")
            connection.execute(f"COMMENT ON VIEW {identifier(view.name)} IS {literal(view.description)}")
        connection.execute("COMMIT")


def update_database(standing: Path, path: Path, deltas: Mapping[str, Delta]) -> None:
    """Write `path` as the DuckDB file `standing` with some rows changed.

    Where a row of `articles`, `comments` or `contributors` goes, so must all rows that name it (they may
    come again): DuckDB refuses to take away a row that another one names. Raises DatabaseError as
    `write_database` does.
    """
    shutil.copyfile(standing, path)
    with _opened(path) as connection:
        # Not in one transaction: DuckDB would hold a key that goes and comes for one that repeats.
        for table in reversed(TABLES):
            if table.name in deltas and deltas[table.name].gone.height:
                connection.register("gone", deltas[table.name].gone.to_arrow())
                equals = "IS NOT DISTINCT FROM" if len(table.key) > 1 else "="
                same = " AND ".join(
                    f"gone.{column} {equals} {identifier(table.name)}.{column}"
                    for column in map(identifier, table.key)
                )
                with _told(table):
                    connection.execute(f"DELETE FROM {identifier(table.name)} USING gone WHERE {same}")
                connection.unregister("gone")
        connection.execute("BEGIN")
        for table in TABLES:
            if table.name in deltas and deltas[table.name].fresh.height:
                columns = ", ".join(map(identifier, table.polars_schema))
                fresh = deltas[table.name].fresh.select(*table.polars_schema)
                connection.register("fresh", fresh.to_arrow())
                with _told(table):
                    connection.execute(f"INSERT INTO {identifier(table.name)} SELECT {columns} FROM fresh")
                connection.unregister("fresh")
        connection.execute("COMMIT")


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that writes to the file `path`; afterwards all is in the file itself."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        # Nothing is fetched: all that is needed is part of DuckDB itself.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Compressing goes column by column anyway: a second thread takes memory and saves no time.
        "threads": 1,
        # Else what does not fit into memory lands in the folder that the process stands in.
        "temp_directory": f"{path}.tmp",
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute(
            f"ATTACH {literal(str(path))} AS dataset "
            f"(STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {ROW_GROUP_SIZE})"
        )
        # Nothing of this program's variables, and the tables' own names first.
        connection.execute("SET python_enable_replacements = false; USE dataset")
        # Left to itself, DuckDB tries all ways to compress each column, and chooses no better.
        connection.execute("SET force_compression = 'zstd'")
        yield connection
        connection.execute("USE memory")
        # Detaching writes everything into the file itself, and takes the .wal away.
        connection.execute("DETACH dataset")


@contextmanager
def _told(table: Table) -> Iterator[None]:
    try:
        yield
    except duckdb.ConstraintException as error:
        raise DatabaseError(f"table {table.name}: {error}") from error


def _create_table(table: Table) -> str:
    columns = [
        f"{identifier(column.name)} {sql_type(column)}{'' if column.nullable else ' NOT NULL'}"
        for column in table.columns
    ]
    nullable = {column.name for column in table.columns if column.nullable}
    # A primary key takes no nulls. In a unique key, nulls do not count as equal.
    kind = "UNIQUE" if nullable.intersection(table.key) else "PRIMARY KEY"
    key = f"{kind} ({', '.join(map(identifier, table.key))})"
    foreign_keys = [
        f"FOREIGN KEY ({identifier(foreign_key.column)}) "
        f"REFERENCES {identifier(foreign_key.references)} ({identifier(foreign_key.to_column)})"
        for foreign_key in table.foreign_keys
        # DuckDB checks each chunk of an INSERT before it adds it, so that no row can point at
        # another one of the same INSERT (duckdb issue 7168): parent_comment_id has no foreign key.
        # The others cost 0.4 s and 6 MB for 200,000 links to 20,000 articles.
        if foreign_key.references != table.name
    ]
    return f"CREATE TABLE {identifier(table.name)} ({', '.join([*columns, key, *foreign_keys])})"


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, paths: list[Path]) -> None:
    columns = ", ".join(map(identifier, table.polars_schema))
    files = ", ".join(map(path_literal, paths))
    with _told(table):
        connection.execute(
            f"INSERT INTO {identifier(table.name)} SELECT {columns} "
            f"FROM read_parquet([{files}], hive_partitioning = false)"
        )


def _comments(table: Table) -> list[str]:
    name = identifier(table.name)
    return [
        f"COMMENT ON TABLE {name} IS {literal(table.description)}",
        *(
            f"COMMENT ON COLUMN {name}.{identifier(column.name)} IS {literal(_comment(column))}"
            for column in table.columns
        ),
    ]


def _comment(column: Column) -> str:
    notes = [column.description]
    if column.unit:
        notes.append(f"Unit: {column.unit}.")
    if column.source:
        notes.append(f"Source: {column.source}.")
    return " ".join(notes)
