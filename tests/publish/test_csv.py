"""A table's CSV file is RFC 4180 to the letter, and reads back to the very values of its Parquet file."""

import csv
import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.publish import partitions
from pipeline.publish.csv import read_csv_sql, write_csv
from pipeline.publish.duckdb import path_literal
from pipeline.publish.parquet import table_files, write_parquet
from pipeline.tables.ids import make_id
from schemas import TABLES
from tests.rows import BY_NAME, another, frame, row

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)

COMMENTS = BY_NAME["comments"]


def written(table, rows, folder):
    """The bytes of the CSV file of these rows."""
    write_parquet(table, rows, folder / "parquet")
    write_csv(table, folder / "parquet", folder / "csv")
    return (folder / "csv" / f"{table.name}.csv").read_bytes()


def differences(table, folder):
    """Rows that the CSV file has and the Parquet file has not, and the other way round; how often
    a row is there counts."""
    from_csv = read_csv_sql(table, folder / "csv" / f"{table.name}.csv")
    paths = ", ".join(map(path_literal, table_files(table, folder / "parquet")))
    from_parquet = f"SELECT * FROM read_parquet([{paths}], hive_partitioning = false)"
    return duckdb.sql(
        f"({from_csv} EXCEPT ALL {from_parquet}) UNION ALL ({from_parquet} EXCEPT ALL {from_csv})"
    ).fetchall()


@every_table
def test_a_table_reads_back_to_the_same_values_and_types(table, tmp_path):
    written(table, frame(table.name), tmp_path)
    assert differences(table, tmp_path) == []
    path = tmp_path / "csv" / f"{table.name}.csv"
    (parquet,) = table_files(table, tmp_path / "parquet")
    assert (
        duckdb.sql(f"SELECT * FROM ({read_csv_sql(table, path)})").types
        == duckdb.sql(f"SELECT * FROM '{parquet}'").types
    )


@every_table
def test_a_table_without_rows_is_its_header(table, tmp_path):
    data = written(table, pl.DataFrame(schema=table.polars_schema), tmp_path)
    assert data == (",".join(table.polars_schema) + "\r\n").encode()
    assert differences(table, tmp_path) == []


def test_the_file_looks_like_this(tmp_path):
    contributor = row(
        "contributors",
        name='Ada "the Quay" Marsh, editor',
        name_variants=["Ada", "墨渡"],
        first_seen_at=datetime(2021, 11, 26, 9, 40, tzinfo=UTC),
        last_seen_at=datetime(2021, 11, 26, 9, 40, 0, 500_000, tzinfo=UTC),
        possible_same_as=["0a" * 10],
        possible_same_as_reasons=["same_photo+same_name"],
    )
    assert written(BY_NAME["contributors"], frame("contributors", contributor), tmp_path).decode() == (
        "contributor_id,site,slug,kind,name,name_variants,profile_url,photo_url,roles,article_count,"
        "comment_count,first_seen_at,last_seen_at,possible_same_as,possible_same_as_reasons\r\n"
        'd0d0d0d0d0d0d0d0d0d0,lanternfile.example,ada-marsh,,"Ada ""the Quay"" Marsh, editor",'
        '"[""Ada"",""墨渡""]",https://www.lanternfile.example/contributors/ada-marsh,,"[""commenter""]",0,1,'
        "2021-11-26T09:40:00Z,2021-11-26T09:40:00.500000Z,"
        '"[""0a0a0a0a0a0a0a0a0a0a""]","[""same_photo+same_name""]"\r\n'
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("plain", "plain"),
        (" spaces around ", " spaces around "),
        ('a "quoted" word', '"a ""quoted"" word"'),
        ('"', '""""'),
        ("one, two", '"one, two"'),
        ("line\nline", '"line\nline"'),
        # A carriage return never occurs in the tables; the format holds it all the same.
        ("line\r\nline", '"line\r\nline"'),
        ("line\rline", '"line\rline"'),
        ("tab\there", "tab\there"),
        ("NULL", "NULL"),
        ("\\N", "\\N"),
        ("back\\slash", "back\\slash"),
        ("=1+1", "=1+1"),
        ("# not a comment", "# not a comment"),
        ("墨渡 👩‍🚀", "墨渡 👩‍🚀"),
        ("\ufeffmark", "\ufeffmark"),
        ("true", "true"),
        (None, ""),
    ],
)
def test_how_a_text_stands_in_the_file(text, field, tmp_path):
    data = written(COMMENTS, frame("comments", row("comments", body_html=text)), tmp_path).decode()
    record = data.removesuffix("\r\n").split("\r\n", 1)[1]
    assert record.startswith(
        "c0c0c0c0c0c0c0c0c0c0,a0a0a0a0a0a0a0a0a0a0,4101,,1,,Ada Marsh,true,,The ferrymen come.,"
    )
    assert record.endswith(f",{field},3,,[]")
    assert differences(COMMENTS, tmp_path) == []


@pytest.mark.parametrize(
    ("time", "field"),
    [
        (datetime(2021, 11, 24, 10, 15, tzinfo=UTC), "2021-11-24T10:15:00Z"),
        (datetime(2021, 11, 24, 10, 15, 0, 1, tzinfo=UTC), "2021-11-24T10:15:00.000001Z"),
        (datetime(2021, 11, 24, 10, 15, 0, 250_000, tzinfo=UTC), "2021-11-24T10:15:00.250000Z"),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "1969-12-31T23:59:59.999999Z"),
        (datetime(987, 6, 5, tzinfo=UTC), "0987-06-05T00:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31T23:59:59Z"),
    ],
)
def test_how_a_time_stands_in_the_file(time, field, tmp_path):
    data = written(COMMENTS, frame("comments", row("comments", published_at=time)), tmp_path).decode()
    assert f",{field}," in data
    assert differences(COMMENTS, tmp_path) == []


def test_a_time_after_the_year_9999_reads_back_too(tmp_path):
    late = frame("comments").with_columns(
        published_at=pl.lit(datetime(9999, 12, 31, tzinfo=UTC)).dt.cast_time_unit("us") + timedelta(days=366)
    )
    assert b",10000-12-31T00:00:00Z," in written(COMMENTS, late, tmp_path)
    assert differences(COMMENTS, tmp_path) == []


@pytest.mark.parametrize(
    ("items", "json_text"),
    [
        ([], "[]"),
        (["Ada"], '["Ada"]'),
        (["墨渡", "Café"], '["墨渡","Café"]'),
        (
            ['say "hi"', "back\\slash", "a,b", "tab\tline\n"],
            r'["say \"hi\"","back\\slash","a,b","tab\tline\n"]',
        ),
        (["[1]", "null", "{}", "</script>"], '["[1]","null","{}","</script>"]'),
    ],
)
def test_a_list_stands_in_the_file_as_json(items, json_text, tmp_path):
    table = BY_NAME["contributors"]
    rows = frame("contributors", row("contributors", name_variants=items))
    lines = written(table, rows, tmp_path).decode().split("\r\n")
    (record,) = csv.DictReader(lines[:2])
    assert record["name_variants"] == json_text
    assert json.loads(json_text) == items
    assert differences(table, tmp_path) == []


def test_pythons_own_reader_agrees(tmp_path):
    texts = ["a", " b ", 'c"c', "d,d", "e\ne", '"', "\n", "NULL"]
    rows = frame("comments", *(another(COMMENTS, n) | {"body_html": text} for n, text in enumerate(texts)))
    written(COMMENTS, rows, tmp_path)
    with (tmp_path / "csv" / "comments.csv").open(newline="", encoding="utf-8") as stream:
        assert [record["body_html"] for record in csv.DictReader(stream, strict=True)] == texts


def test_a_text_that_is_itself_a_csv_file_is_one_value(tmp_path):
    inner = written(
        COMMENTS, frame("comments", *(another(COMMENTS, n) for n in range(2_000))), tmp_path
    ).decode()
    rows = frame("comments", *(another(COMMENTS, n) | {"body_text": inner} for n in range(60)))
    written(COMMENTS, rows, tmp_path)
    assert differences(COMMENTS, tmp_path) == []


def test_a_line_longer_than_duckdbs_own_limit_reads_back(tmp_path):
    long = 'line "of" text,\n' * 300_000
    written(COMMENTS, frame("comments", row("comments", body_text=long, body_html=long)), tmp_path)
    assert differences(COMMENTS, tmp_path) == []


# What breaks CSV readers, often; and else any text of the contract, carriage returns included.
NASTY = st.text(st.sampled_from("\"',;\n\r\t \\#=+-@|NULLnull\ufeff\u2028\x85墨é👩"), min_size=1, max_size=12)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
TEXT = st.one_of(NASTY, ANY)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": TEXT,
                "slug": st.none() | TEXT,
                "name_variants": st.lists(TEXT, max_size=4),
                "first_seen_at": st.none() | st.datetimes(timezones=st.just(UTC)),
            }
        ),
        max_size=6,
    )
)
def test_any_values_read_back(tmp_path, values):
    table = BY_NAME["contributors"]
    rows = [another(table, number) | value for number, value in enumerate(values)]
    written(table, pl.DataFrame(rows, schema=table.polars_schema), tmp_path)
    assert differences(table, tmp_path) == []


@pytest.mark.parametrize("name", ["a'b", "a[1]", "a*", "year=2020", "a b", "墨渡"])
def test_any_folder_will_do(name, tmp_path):
    written(COMMENTS, frame("comments"), tmp_path / name)
    assert differences(COMMENTS, tmp_path / name) == []


def test_bytes_do_not_depend_on_the_machines_settings(tmp_path):
    """Parquet and CSV are the same under another hash seed, time zone, language and thread count."""
    program = """if True:
        import sys
        from pathlib import Path
        from tests.publish.test_csv import write_some
        write_some(Path(sys.argv[1]))
    """
    settings = {
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "tr_TR.UTF-8",
        "POLARS_MAX_THREADS": "1",
    }
    environment = os.environ | settings | {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], env=environment, check=True)
    write_some(tmp_path / "here")
    for file in ("parquet/articles/articles.parquet", "csv/articles.csv", "csv/contributors.csv"):
        assert (tmp_path / "here" / file).read_bytes() == (tmp_path / "there" / file).read_bytes()


def write_some(folder):
    for name in ("articles", "contributors"):
        written(BY_NAME[name], frame(name, *(another(BY_NAME[name], n) for n in range(50))), folder)


# A table that differs little from the one before: what did not change is copied.

CONTRIBUTIONS = BY_NAME["contributions"]


@pytest.fixture
def small_files(monkeypatch):
    monkeypatch.setattr(partitions, "ROWS", 4)
    monkeypatch.setattr(partitions, "ROWS_OF_LONG_TEXT", 4)


def names_by_id(names):
    """Contributions of articles of all kinds of ids, with these names."""
    return frame(
        "contributions",
        *(
            another(CONTRIBUTIONS, number) | {"article_id": make_id("article", number), "name": name}
            for number, name in names.items()
        ),
    ) if names else frame("contributions").clear()  # fmt: skip


def unchanged_files(before, after):
    """The names of the Parquet files that are the same in both folders."""
    older = {path.name: path.read_bytes() for path in table_files(CONTRIBUTIONS, before)}
    newer = table_files(CONTRIBUTIONS, after)
    return {path.name for path in newer if older.get(path.name) == path.read_bytes()}


class Versions:
    """A table before and after, as Parquet, with the CSV of the one before."""

    def __init__(self, folder, before, after):
        self.folder = folder
        self.before = folder / "before" / "csv" / "contributions.csv"
        self.whole = written(CONTRIBUTIONS, names_by_id(after), folder / "after")
        written(CONTRIBUTIONS, names_by_id(before), folder / "before")
        self.segments = write_csv(CONTRIBUTIONS, folder / "before" / "parquet", folder / "before" / "csv")
        self.unchanged = unchanged_files(folder / "before" / "parquet", folder / "after" / "parquet")

    def update(self):
        """The bytes of the CSV that is made from the one before, and its segments."""
        csv_folder = self.folder / "updated"
        segments = write_csv(
            CONTRIBUTIONS,
            self.folder / "after" / "parquet",
            csv_folder,
            self.before,
            self.segments,
            self.unchanged,
        )
        return (csv_folder / "contributions.csv").read_bytes(), segments


TWENTY = dict.fromkeys(range(20), 'Ada "the Quay" Marsh,\r\n墨渡')


def test_segments_say_where_the_rows_of_each_file_stand(tmp_path, small_files):
    data = written(CONTRIBUTIONS, names_by_id(TWENTY), tmp_path)
    segments = write_csv(CONTRIBUTIONS, tmp_path / "parquet", tmp_path / "csv")
    files = table_files(CONTRIBUTIONS, tmp_path / "parquet")
    assert list(segments) == [path.name for path in files]
    assert len(files) > 5
    end = len(",".join(CONTRIBUTIONS.polars_schema)) + 2
    for path in files:
        offset, length = segments[path.name]
        assert offset == end
        end = offset + length
        records = list(csv.reader(data[offset:end].decode().splitlines(keepends=True), strict=True))
        assert [record[0] for record in records] == pl.read_parquet(path)["contribution_id"].to_list()
    assert end == len(data)
    assert differences(CONTRIBUTIONS, tmp_path) == []


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(st.integers(0, 40), TEXT, max_size=30),
    st.dictionaries(st.integers(0, 40), st.none() | TEXT, max_size=6),
)
def test_a_file_made_from_the_one_before_has_the_bytes_of_one_made_whole(tmp_path_factory, before, changes):
    after = {number: name for number, name in (before | changes).items() if name is not None}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "ROWS", 4)
        versions = Versions(tmp_path_factory.mktemp("versions"), before, after)
        older = versions.before.read_bytes()
        data, segments = versions.update()
    assert data == versions.whole
    assert versions.before.read_bytes() == older
    # The next version can be made from this one.
    again = write_csv(CONTRIBUTIONS, versions.folder / "after" / "parquet", versions.folder / "again")
    assert segments == again


def test_rows_of_unchanged_files_are_copied_and_all_others_are_written(tmp_path, small_files):
    versions = Versions(tmp_path, TWENTY, TWENTY | {7: "Li Wen"})
    assert len(versions.unchanged) == len(versions.segments) - 1
    marked = versions.before.read_bytes().replace(b"Marsh", b"MARSH")
    versions.before.write_bytes(marked)
    data, _ = versions.update()
    ((changed, _),) = set(versions.segments.items()) - {
        (name, versions.segments[name]) for name in versions.unchanged
    }
    rows = pl.read_parquet(tmp_path / "after" / "parquet" / "contributions" / changed).height
    assert data.count(b"MARSH") == 20 - rows
    assert data.count(b"Marsh") == rows - 1
    assert data.count(b"Li Wen") == 1


def test_a_file_that_nobody_knows_the_place_of_is_written(tmp_path, small_files):
    versions = Versions(tmp_path, TWENTY, TWENTY)
    versions.segments = dict(list(versions.segments.items())[::2])
    assert versions.update()[0] == versions.whole
    versions.segments = {}
    assert versions.update()[0] == versions.whole


@pytest.mark.parametrize("missing", [1, 100, 10_000])
def test_a_file_before_that_is_cut_off_is_an_error(missing, tmp_path, small_files):
    versions = Versions(tmp_path, TWENTY, TWENTY | {7: "Li Wen"})
    last = max(versions.unchanged, key=lambda name: versions.segments[name])
    end = sum(versions.segments[last])
    versions.before.write_bytes(versions.before.read_bytes()[: max(0, end - missing)])
    with pytest.raises(OSError, match=r"contributions\.csv: ended \d+ bytes too early"):
        versions.update()


def test_a_file_before_that_is_gone_is_an_error(tmp_path, small_files):
    versions = Versions(tmp_path, TWENTY, TWENTY)
    versions.before.unlink()
    with pytest.raises(FileNotFoundError):
        versions.update()


def refuse(*_):
    raise OSError(errno.EXDEV, "Invalid cross-device link")


@pytest.mark.parametrize("cannot", ["not there", "refused"])
def test_a_system_that_cannot_copy_by_itself_gives_the_same_bytes(cannot, tmp_path, small_files, monkeypatch):
    long = dict.fromkeys(range(8), "a name of some length " * 30_000)
    versions = Versions(tmp_path, long, long | {7: "Li Wen"})
    assert versions.unchanged
    if cannot == "refused":
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    else:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    assert versions.update()[0] == versions.whole
