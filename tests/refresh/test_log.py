"""Every refresh leaves a row, which outlives whatever happens to the file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.refresh.log import FILE, SCHEMA, Refresh, append, last_refreshes, read, runs, write_whole

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGUN = datetime(2026, 11, 23, 21, 20, 4, 123456, tzinfo=UTC)


RUN = "20261123T212004Z"


def refresh(run=RUN, source="archive", outcome="refreshed", **changes) -> Refresh:
    facts = {"started_at": BEGUN, "finished_at": BEGUN + timedelta(seconds=2), "trigger": "command"}
    return Refresh(run=run, source=source, outcome=outcome, **(facts | changes))


FULL = refresh(
    message="The feed has moved.",
    from_version="9e" * 20,
    to_version="9f" * 20,
    dataset_version="1f" * 8,
    posts=5_594,
    posts_added=3,
    posts_changed=2,
    posts_removed=1,
    posts_rejected=1,
    articles_new=2,
    articles_updated=2,
    articles_removed=1,
    seconds=1.25,
)


def rows(out):
    return [Refresh(**row) for row in read(out).to_pylist()]


# What is written is what is read.


def test_rows_come_back_in_the_order_in_which_they_were_written(tmp_path):
    assert append(tmp_path, [FULL, refresh(source="feed", outcome="unreachable")]) is None
    assert append(tmp_path, [refresh(run="20261123T222004Z")]) is None
    assert rows(tmp_path) == [
        FULL,
        refresh(source="feed", outcome="unreachable"),
        refresh(run="20261123T222004Z"),
    ]
    assert runs(tmp_path) == {"20261123T212004Z", "20261123T222004Z"}


def test_before_the_first_refresh_the_record_is_empty(tmp_path):
    assert read(tmp_path / "outputs").num_rows == 0
    assert read(tmp_path / "outputs").schema.equals(SCHEMA)
    assert last_refreshes(tmp_path / "outputs") == {}
    assert append(tmp_path / "outputs", []) is None
    assert not (tmp_path / "outputs").exists()


def test_other_programs_read_it_with_descriptions_and_utc_times(tmp_path):
    append(tmp_path, [FULL])
    file = pq.ParquetFile(tmp_path / FILE)
    assert all(field.metadata[b"description"] for field in file.schema_arrow)
    assert [field.name for field in file.schema_arrow if field.nullable] == [
        "message",
        "from_version",
        "to_version",
        "dataset_version",
        "posts",
    ]
    sql = "SELECT source, posts, seconds, epoch_us(started_at) FROM read_parquet($path)"
    found = duckdb.execute(sql, {"path": str(tmp_path / FILE)}).fetchall()
    assert found == [("archive", 5_594, 1.25, int(BEGUN.timestamp()) * 1_000_000 + 123_456)]


def test_an_instant_of_another_zone_is_written_in_utc(tmp_path):
    east = BEGUN.astimezone(timezone(timedelta(hours=8)))
    append(tmp_path, [refresh(started_at=east, finished_at=east.replace(microsecond=0))])
    assert last_refreshes(tmp_path)["archive"]["started_at"] == BEGUN
    assert last_refreshes(tmp_path)["archive"]["finished_at"].isoformat() == "2026-11-23T21:20:04+00:00"


@settings(max_examples=60, deadline=None)
@given(
    message=st.none() | st.text(st.characters(exclude_categories=())),
    number=st.integers(0, 2**63 - 1),
    seconds=st.floats(0, 1e9),
    instant=st.integers(0, 2**52).map(lambda number: EPOCH + timedelta(microseconds=number)),
)
def test_any_value_comes_back(message, number, seconds, instant):
    """But for bytes that are no UTF-8, which become their names: `\\udce9`."""
    written = refresh(message=message, posts=number, seconds=seconds, started_at=instant)
    shown = message and message.encode("utf-8", "backslashreplace").decode()
    with tempfile.TemporaryDirectory() as folder:
        append(Path(folder), [written, written])
        expected = refresh(message=shown, posts=number, seconds=seconds, started_at=instant)
        assert rows(Path(folder)) == [expected, expected]


# The last refresh of each source.


def test_the_last_row_of_a_source_is_its_last_refresh(tmp_path):
    later = BEGUN + timedelta(hours=1)
    append(tmp_path, [FULL, refresh(source="feed", outcome="unchanged", posts=7)])
    append(tmp_path, [refresh(source="feed", outcome="unreachable", finished_at=later)])
    last = last_refreshes(tmp_path)
    assert list(last) == ["archive", "feed"]
    assert last["archive"] == {
        **{name: getattr(FULL, name) for name in SCHEMA.names},
        "last_good_at": FULL.finished_at,
    }
    assert (last["feed"]["outcome"], last["feed"]["posts"], last["feed"]["finished_at"]) == (
        "unreachable",
        None,
        later,
    )
    assert last["feed"]["last_good_at"] == BEGUN + timedelta(seconds=2)


@pytest.mark.parametrize(
    ("outcome", "good"),
    [("refreshed", True), ("unchanged", True), ("held_back", False), ("failed", False), ("not_found", False)],
)
def test_a_source_is_fresh_after_a_refresh_that_left_it_as_it_stands(tmp_path, outcome, good):
    append(tmp_path, [refresh(outcome=outcome)])
    assert (last_refreshes(tmp_path)["archive"]["last_good_at"] is not None) == good


def test_a_clock_that_was_set_back_does_not_hide_the_last_refresh(tmp_path):
    append(tmp_path, [refresh(posts=1), refresh(posts=2, finished_at=BEGUN - timedelta(days=9))])
    assert last_refreshes(tmp_path)["archive"]["posts"] == 2


# Whatever lies there.


def damaged(path):
    append(path.parent, [FULL])
    data = bytearray(path.read_bytes())
    data[len(data) // 4] ^= 0xFF
    path.write_bytes(data)


def foreign(path):
    pq.write_table(pa.table({"run": ["x"], "price": [1]}), path)


def lacking(path):
    pq.write_table(pa.Table.from_pylist([{"run": "x", "source": None}]), path)


def of_other_types(path):
    append(path.parent, [FULL])
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "run", pa.array([[1]])), path)


def with_nulls(path):
    append(path.parent, [FULL])
    table = pq.read_table(path)
    pq.write_table(table.set_column(1, "source", pa.nulls(1, pa.string())), path)


@pytest.mark.parametrize(
    "lay",
    [
        damaged,
        foreign,
        lacking,
        of_other_types,
        with_nulls,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PAR1 and no more"),
        lambda path: path.mkdir(),
        os.mkfifo,
        lambda path: path.symlink_to("nowhere"),
    ],
)
def test_what_is_no_record_is_set_aside_and_said(tmp_path, lay):
    path = tmp_path / FILE
    lay(path)
    before = None if path.is_fifo() or not path.is_file() else path.read_bytes()
    assert read(tmp_path).num_rows == 0
    assert runs(tmp_path) <= {"x", RUN}
    warning = append(tmp_path, [refresh()])
    [aside] = tmp_path.glob("refreshes.damaged-*.parquet")
    assert str(path) in warning
    assert aside.name in warning
    assert before is None or aside.read_bytes() == before
    assert rows(tmp_path) == [refresh()]
    assert append(tmp_path, [refresh()]) is None


def test_two_damaged_files_are_both_kept(tmp_path):
    for _ in range(3):
        (tmp_path / FILE).write_bytes(b"damaged")
        append(tmp_path, [refresh()])
    assert len(list(tmp_path.glob("refreshes.damaged-*.parquet"))) == 3


def test_a_record_without_a_column_that_may_be_null_is_still_one(tmp_path):
    append(tmp_path, [FULL])
    table = pq.read_table(tmp_path / FILE)
    pq.write_table(table.drop_columns(["message", "posts"]), tmp_path / FILE)
    assert append(tmp_path, [FULL]) is None
    assert [row.posts for row in rows(tmp_path)] == [None, 5_594]


# Readers and power cuts.


def test_readers_find_the_record_before_or_after_a_row_never_a_part(tmp_path):
    append(tmp_path, [refresh()])
    done = threading.Event()
    lengths = []

    def look():
        while not done.is_set():
            lengths.append(pq.ParquetFile(tmp_path / FILE).metadata.num_rows)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(30):
            append(tmp_path, [refresh()])
    finally:
        done.set()
        reader.join()
    assert lengths == sorted(lengths)
    assert read(tmp_path).num_rows == 31


def test_what_a_killed_write_left_is_replaced(tmp_path):
    append(tmp_path, [refresh()])
    (tmp_path / f".{FILE}.new").write_bytes(b"half of it")
    append(tmp_path, [refresh()])
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert read(tmp_path).num_rows == 2


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="file"):
        write_whole(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Speed.


def test_a_long_record_takes_another_row_in_no_time(tmp_path):
    """50,000 rows: four sources refreshed every hour for a year and a half. The limit leaves room for a
    slow machine."""
    hours = range(50_000)
    append(tmp_path, [refresh(f"{hour:05}", f"s{hour % 4}", to_version=f"{hour:040x}") for hour in hours])
    begun = time.process_time()
    append(tmp_path, [refresh()])
    assert last_refreshes(tmp_path)["s1"]["run"] == "49997"
    assert time.process_time() - begun < 0.5


def test_nothing_heavy_is_imported_for_it(tmp_path):
    """Neither to load the module nor to use it."""
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from pipeline.refresh.log import Refresh, append, last_refreshes, runs\n"
        "now = datetime.now(UTC)\n"
        "out = Path(sys.argv[1])\n"
        "for _ in range(2): append(out, [Refresh('r', 's', now, now, 'command', 'unchanged')])\n"
        "assert last_refreshes(out)['s']['finished_at'] == now and runs(out) == {'r'}\n"
        "heavy = {'pandas', 'polars', 'pandera', 'duckdb', 'schemas', 'pydantic', 'pyarrow.compute'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
