"""A table's Parquet file says what the contract says, and the same rows give the same bytes."""

import json
import random

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from pipeline.publish import parquet, partitions
from pipeline.publish.duckdb import sql_type
from pipeline.publish.parquet import (
    arrow_schema,
    read_files,
    read_parquet,
    table_files,
    write_parquet,
    write_partition,
)
from pipeline.tables.ids import make_id
from schemas import TABLES
from tests.rows import BY_NAME, another, frame, other_id, row

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def many(name, count):
    return frame(name, *(another(BY_NAME[name], number) for number in range(count)))


def written(table, rows, folder):
    """The one file of a table with few rows."""
    (path,) = write_parquet(table, rows, folder)
    return path


@every_table
def test_what_is_written_is_read_back(table, tmp_path):
    path = written(table, frame(table.name), tmp_path)
    assert path == tmp_path / table.name / f"{table.name}.parquet"
    assert_frame_equal(read_parquet(table, tmp_path), frame(table.name))


@every_table
def test_a_table_without_rows_is_a_file_with_its_columns(table, tmp_path):
    path = written(table, pl.DataFrame(schema=table.polars_schema), tmp_path)
    assert_frame_equal(read_parquet(table, tmp_path), pl.DataFrame(schema=table.polars_schema))
    assert pq.read_schema(path).names == list(table.polars_schema)
    assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(0,)]


@every_table
def test_the_file_states_the_contract(table, tmp_path):
    schema = pq.read_schema(written(table, frame(table.name), tmp_path))
    assert schema.equals(arrow_schema(table), check_metadata=True)
    assert [(field.name, field.nullable) for field in schema] == [(c.name, c.nullable) for c in table.columns]
    notes = {key.decode(): text.decode() for key, text in schema.metadata.items()}
    assert notes["table"] == table.name
    assert notes["description"] == table.description
    assert json.loads(notes["key"]) == list(table.key)
    assert json.loads(notes["sort_by"]) == list(table.sort_by)
    assert [tuple(key.values()) for key in json.loads(notes["foreign_keys"])] == [
        (key.column, key.references, key.to_column) for key in table.foreign_keys
    ]


def test_a_column_carries_its_description_and_what_helps_a_reader():
    notes = arrow_schema(BY_NAME["articles"]).field("published_at").metadata
    assert notes == {
        b"description": b"When the page was published; null where the post does not say.",
        b"unit": b"UTC",
        b"example": b"2021-11-24T10:15:00Z",
        b"source": b"the epoch comment, else front matter `date`",
    }
    assert arrow_schema(BY_NAME["articles"]).field("article_id").metadata.keys() == {b"description"}


@every_table
def test_arrow_duckdb_and_the_contract_agree_on_every_type(table, tmp_path):
    path = written(table, frame(table.name), tmp_path)
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [(c.name, sql_type(c)) for c in table.columns]
    assert pl.read_parquet(path).schema == table.polars_schema
    plain = {
        pa.string(),
        pa.bool_(),
        pa.int64(),
        pa.timestamp("us", "UTC"),
        pa.list_(pa.field("element", pa.string())),
    }
    assert set(pq.read_schema(path).types) <= plain


def test_pandas_reads_it(tmp_path):
    read = pd.read_parquet(written(BY_NAME["articles"], frame("articles"), tmp_path))
    assert read.loc[0, "title"] == "What Is a Night Library For?"
    assert list(read.loc[0, "authors"]) == ["Ada Marsh", "墨渡"]
    assert read.loc[0, "published_at"] == pd.Timestamp("2021-11-26T09:40:00Z")


def test_rows_stand_in_the_tables_order_with_nulls_first_and_the_key_between_equals(tmp_path):
    def link(number, comment_id, position):
        return row("links", link_id=other_id(number), comment_id=comment_id, position=position)

    comment = other_id(99)
    links = frame(
        "links",
        link(4, comment, 1),
        link(3, None, 2),
        link(2, None, 1),
        link(1, None, 1),
        link(5, comment, 1),
    )
    write_parquet(BY_NAME["links"], links, tmp_path)
    rows = read_parquet(BY_NAME["links"], tmp_path)
    assert rows["link_id"].to_list() == [other_id(number) for number in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("name", ["articles", "links"])
def test_the_same_rows_in_any_order_and_any_chunks_give_the_same_bytes(name, tmp_path):
    table, rows = BY_NAME[name], many(name, 300)
    expected = written(table, rows, tmp_path / "once").read_bytes()
    for seed in range(3):
        shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
        cut = random.Random(seed).randrange(1, 299)
        in_chunks = pl.concat([shuffled[:cut], shuffled[cut:]], rechunk=False)
        assert written(table, in_chunks, tmp_path / str(seed)).read_bytes() == expected


def test_a_sorted_frame_in_chunks_gives_the_same_bytes_too(tmp_path):
    # Texts long enough for several pages.
    table, rows = BY_NAME["articles"], many("articles", 300).with_columns(body_text=pl.lit("text " * 4_000))
    expected = written(table, rows, tmp_path / "whole").read_bytes()
    in_chunks = pl.concat([rows[:7], rows[7:120], rows[120:]], rechunk=False)
    in_chunks = in_chunks.with_columns(pl.col("article_id").set_sorted())
    assert written(table, in_chunks, tmp_path / "chunks").read_bytes() == expected


def test_tables_with_long_texts_have_small_row_groups(tmp_path):
    articles = pq.ParquetFile(write_partition(BY_NAME["articles"], "", many("articles", 4_100), tmp_path))
    heights = [articles.metadata.row_group(number).num_rows for number in range(articles.num_row_groups)]
    assert heights == [2_000, 2_000, 100]
    links = pq.ParquetFile(written(BY_NAME["links"], many("links", 4_100), tmp_path))
    assert links.num_row_groups == 1


def test_a_row_group_ends_early_where_its_text_is_long(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "BYTES_OF_TEXT", 100_000)
    texts = ["short", "x" * 90_000, "short", "y" * 250_000, "short"]
    table = BY_NAME["articles"]
    rows = frame("articles", *(another(table, n) | {"body_text": text} for n, text in enumerate(texts)))
    file = pq.ParquetFile(written(table, rows, tmp_path))
    # 340 kB in five rows is halved; of the second half, only the row that is too long by itself is.
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [2, 1, 1, 1]
    assert read_parquet(table, tmp_path)["body_text"].to_list() == texts


def test_pages_are_compressed_with_zstd_and_carry_checksums(tmp_path):
    path = written(BY_NAME["articles"], many("articles", 50), tmp_path)
    group = pq.ParquetFile(path).metadata.row_group(0)
    assert {group.column(number).compression for number in range(group.num_columns)} == {"ZSTD"}
    pq.read_table(path, page_checksum_verification=True)
    damaged = bytearray(path.read_bytes())
    body_text = group.column(14)
    damaged[body_text.data_page_offset + body_text.total_compressed_size - 1] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(OSError, match="checksum"):
        pq.read_table(path, page_checksum_verification=True)


def test_a_null_where_the_contract_has_none_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="site"):
        write_parquet(BY_NAME["articles"], frame("articles", row("articles", site=None)), tmp_path)


@pytest.mark.parametrize("name", ["a'b", "a[1]", "a*", "year=2020", "a b", "墨渡"])
def test_any_folder_will_do(name, tmp_path):
    write_parquet(BY_NAME["links"], frame("links"), tmp_path / name)
    assert_frame_equal(read_parquet(BY_NAME["links"], tmp_path / name), frame("links"))


# Tables of several files


def spread(name, count, per_article=3):
    """Rows of articles whose ids begin with any digit."""
    table = BY_NAME[name]
    ids = [make_id("article", number // per_article) for number in range(count)]
    rows = [
        another(table, number)
        | {"article_id": make_id("article", number) if name == "articles" else ids[number]}
        for number in range(count)
    ]
    return frame(name, *rows)


def in_order(table, rows):
    return rows.sort(*table.sort_by, *table.key, nulls_last=False)


@pytest.fixture
def small_files(monkeypatch):
    monkeypatch.setattr(partitions, "ROWS", 20)
    monkeypatch.setattr(partitions, "ROWS_OF_LONG_TEXT", 20)


parted = pytest.mark.parametrize("name", ["articles", "comments", "contributions", "links", "media"])


@parted
def test_the_files_of_a_table_together_are_the_table(name, tmp_path, small_files):
    table, rows = BY_NAME[name], spread(name, 300)
    paths = write_parquet(table, rows.sample(fraction=1, shuffle=True, seed=1), tmp_path)
    assert len(paths) > 16
    assert paths == table_files(table, tmp_path)
    assert_frame_equal(read_parquet(table, tmp_path), in_order(table, rows))
    assert all(pq.read_metadata(path).num_rows <= 20 for path in paths)
    # As the README reads them.
    (count,) = duckdb.sql(f"SELECT count(*) FROM read_parquet('{tmp_path}/{name}/**/*.parquet')").fetchall()
    assert count == (300,)


@parted
def test_every_file_states_the_contract(name, tmp_path, small_files):
    table = BY_NAME[name]
    for path in write_parquet(table, spread(name, 100), tmp_path):
        assert pq.read_schema(path).equals(arrow_schema(table), check_metadata=True)


@parted
def test_the_same_rows_in_any_order_give_the_same_bytes_in_every_file(name, tmp_path, small_files):
    table, rows = BY_NAME[name], spread(name, 300)
    expected = [path.read_bytes() for path in write_parquet(table, rows, tmp_path / "once")]
    for seed in range(2):
        shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
        in_chunks = pl.concat([shuffled[:100], shuffled[100:]], rechunk=False)
        paths = write_parquet(table, in_chunks, tmp_path / str(seed))
        assert [path.read_bytes() for path in paths] == expected


@parted
def test_a_file_depends_on_its_own_rows_only(name, tmp_path, small_files):
    table, rows = BY_NAME[name], spread(name, 300)
    before = {path.name: path.read_bytes() for path in write_parquet(table, rows, tmp_path / "before")}
    start = sorted(before)[3].removeprefix(f"{name}-").removesuffix(".parquet")
    other = {
        "articles": "title",
        "comments": "title",
        "contributions": "name",
        "links": "text",
        "media": "alt",
    }
    changed = rows.filter(pl.col("article_id").str.starts_with(start)).head(1)
    changed = changed.with_columns(pl.lit("other words").alias(other[name]))
    rows = pl.concat([rows.join(changed, on=list(table.key), how="anti"), changed])
    after = {path.name: path.read_bytes() for path in write_parquet(table, rows, tmp_path / "after")}
    assert [file for file in before if before[file] != after[file]] == [f"{name}-{start}.parquet"]
    # Nor on whether it is written with the others.
    own = rows.filter(pl.col("article_id").str.starts_with(start))
    alone = write_partition(table, start, own, tmp_path / "alone")
    assert alone.read_bytes() == after[alone.name]


def test_some_columns_of_some_files_are_read_in_the_order_asked_for(tmp_path, small_files):
    table, rows = BY_NAME["articles"], spread("articles", 100)
    paths = write_parquet(table, rows, tmp_path)
    read = read_files(paths[1:3][::-1], ("title", "article_id"))
    parts = [read_files([path], tuple(table.polars_schema)) for path in (paths[2], paths[1])]
    assert_frame_equal(read, pl.concat(parts).select("title", "article_id"))
