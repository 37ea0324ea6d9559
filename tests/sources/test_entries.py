from __future__ import annotations

import itertools
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import entries
from pipeline.sources.entries import complete, entries_of, entry_path, journal_digest, keep
from pipeline.sources.item import item_bytes
from pipeline.sources.kinds import FetchError

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """What is on the disk when the power fails is not tested here; waiting for it takes most of the time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "sync", lambda: None)


def hour(number):
    return START + timedelta(hours=number)


def item(number, text="", **more):
    """An entry: its number is its id and part of its link."""
    url = f"https://delta.example/{number}"
    return {"id": f"id-{number}", "url": url, "title": f"T{number}", "content_html": f"<p>{text}</p>"} | more


def fetch(kept, at, *items, deleted=()):
    return keep(kept, items, deleted, hour(at))


def shown(kept):
    """What is kept, read from the files: version, content or title, and the hours of its first sight and
    its removal."""
    rows = []
    for entry in entries_of(kept).values():
        for revision in entry.revisions.values():
            data = (kept / entry_path(entry, revision)).read_bytes()
            read = json.loads(data)
            assert len(data) == revision.size
            assert item_bytes(read) == data
            hours = [
                time and (time - START) / timedelta(hours=1)
                for time in (revision.first_seen_at, revision.removed_at)
            ]
            rows.append((revision.version, read.get("content_html", read.get("title")), *hours))
    return sorted(rows, key=str)


def tree(kept):
    """Every file with its bytes, its inode and its time."""
    return {
        path: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in kept.rglob("*")
        if path.is_file()
    }


def test_an_entry_is_kept_when_it_was_first_seen_and_stays(tmp_path):
    assert fetch(tmp_path, 1, item(1, "a")) == 1
    assert fetch(tmp_path, 2, item(2, "b")) == 1
    assert fetch(tmp_path, 3) == 0
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None), ("id-2", "<p>b</p>", 2, None)]


def test_an_edit_is_a_revision_and_the_one_before_was_removed_then(tmp_path):
    fetch(tmp_path, 1, item(1, "a"))
    before = tree(tmp_path)
    fetch(tmp_path, 2, item(1, "b"))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, 2), ("id-1", "<p>b</p>", 2, None)]
    for path, file in before.items():
        assert path.name == entries.JOURNAL or tree(tmp_path)[path] == file


def test_a_journal_only_grows(tmp_path):
    fetch(tmp_path, 1, item(1, "a"))
    before = (tmp_path / entries.JOURNAL).read_bytes()
    fetch(tmp_path, 2, item(1, "b"), item(2, "c"))
    after = (tmp_path / entries.JOURNAL).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 3
    assert max(map(len, after.splitlines())) < 400


def test_an_edit_that_is_taken_back_is_no_third_revision(tmp_path):
    for at, text in enumerate("abab", start=1):
        fetch(tmp_path, at, item(1, text))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, 4), ("id-1", "<p>b</p>", 2, None)]
    fetch(tmp_path, 5, item(1, "a"))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None), ("id-1", "<p>b</p>", 2, 5)]


def test_nothing_is_written_where_nothing_is_new(tmp_path):
    fetch(tmp_path, 1, item(1, "a"), item(2, "b"))
    before = tree(tmp_path), journal_digest(tmp_path)
    fetch(tmp_path, 2, item(2, "b"), item(1, "a"))
    fetch(tmp_path, 3, item(2, "b"))
    fetch(tmp_path, 4, item(1, "a", date_modified="2026-01-01T04:00:00Z"))
    fetch(tmp_path, 5, deleted=[("id-9", "2026-01-01T00:00:00Z")])
    assert (tree(tmp_path), journal_digest(tmp_path)) == before


HOSTILE = {
    "a path upwards": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a path of Windows": "..\\..\\C:\\x",
    "NUL": "a\x00b",
    "a line break": "a\nb\u2028c\r\n",
    "half a pair": "a\ud800",
    "a megabyte": "x" * 1_000_000,
    "a name of its own kind": "journal.jsonl",
    "a dot": ".",
    "blank": "   ",
    "from right to left": "\u202eid",
    "JSON": '"},{"entry":"x"',
}


@pytest.mark.parametrize("identity", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_a_feed_says_becomes_a_path_or_a_line(tmp_path, identity):
    kept = tmp_path / "deep" / "kept"
    kept.mkdir(parents=True)
    fetch(kept, 1, {"id": identity, "title": "T"}, item(1, "a"))
    fetch(kept, 2, {"id": identity, "title": "T2"}, item(1, "a"))
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 4
    for file in files:
        assert file == "deep/kept/journal.jsonl" or entries.ENTRY_PATH.fullmatch(
            file.removeprefix("deep/kept/")
        )
    assert len((kept / entries.JOURNAL).read_bytes().splitlines()) == 3
    versions = {row[0] for row in shown(kept)} - {"id-1"}
    assert all(version is None or (version.isprintable() and len(version) <= 200) for version in versions)


# What is the same entry.


def test_without_an_id_the_link_tells(tmp_path):
    for at, text in enumerate("ab", start=1):
        fetch(tmp_path, at, item(1, text, id=None))
    assert [row[2:] for row in shown(tmp_path)] == [(1, 2), (2, None)]


def test_without_a_link_too_title_and_date_tell(tmp_path):
    for at, text in enumerate("ab", start=1):
        keep(
            tmp_path,
            [
                {"title": "T", "date_published": "2026-01-01", "content_html": text},
                {"title": "T", "date_published": "2026-01-02", "content_html": text},
                {"title": "U", "content_html": text},
            ],
            [],
            hour(at),
        )
    assert [row[2:] for row in shown(tmp_path)] == [(1, 2)] * 3 + [(2, None)] * 3


def test_without_anything_the_bytes_tell(tmp_path):
    for at in (1, 2):
        fetch(tmp_path, at, {"content_html": "a"}, {"content_html": "b"})
    assert shown(tmp_path) == [(None, "a", 1, None), (None, "b", 1, None)]


def test_an_id_that_is_the_link_and_no_id_are_the_same(tmp_path):
    link = "https://delta.example/1"
    fetch(tmp_path, 1, item(1, "a", id=link))
    fetch(tmp_path, 2, item(1, "b", id=link))
    assert [row[2:] for row in shown(tmp_path)] == [(1, 2), (2, None)]


def test_an_item_with_another_id_alone_is_no_revision(tmp_path):
    fetch(tmp_path, 1, item(1, "a"), item(2, "b"))
    before = tree(tmp_path)
    for at, identity in enumerate("xyx", start=2):
        assert fetch(tmp_path, at, item(1, "a", id=identity), item(2, "b")) == 0
    assert tree(tmp_path) == before


def test_an_entry_edited_under_another_id_is_the_same_entry(tmp_path):
    fetch(tmp_path, 1, item(1, "a"), item(2, "b"))
    fetch(tmp_path, 2, item(1, "c", id="new", url="http://delta.example/1/"), item(2, "b"))
    fetch(tmp_path, 3, item(1, "c", id="new", url="http://delta.example/1/"), item(2, "b"))
    assert shown(tmp_path) == [
        ("id-1", "<p>a</p>", 1, 2),
        ("id-2", "<p>b</p>", 1, None),
        ("new", "<p>c</p>", 2, None),
    ]


def test_a_link_that_many_entries_share_does_not_make_them_one(tmp_path):
    """As in a podcast, where every episode links to the show."""
    home = {"url": "https://delta.example/"}
    for at in range(6):
        fetch(tmp_path, at, *(item(number, "x", **home) for number in range(at, at + 3)))
    assert shown(tmp_path) == [(f"id-{n}", "<p>x</p>", max(0, n - 2), None) for n in range(8)]


def test_an_old_id_that_is_still_listed_keeps_its_entry(tmp_path):
    fetch(tmp_path, 1, item(1, "a"))
    fetch(tmp_path, 2, item(1, "a"), item(1, "b", id="new"))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None), ("new", "<p>b</p>", 2, None)]


def test_one_id_for_several_entries_keeps_them_apart(tmp_path):
    for at in range(4):
        fetch(tmp_path, at, *(item(number, "x", id="same") for number in range(at, at + 2)))
    fetch(tmp_path, 5, item(4, "x", id="same"))
    assert [row[2:] for row in shown(tmp_path)] == [(0, None), (0, None), (1, None), (2, None), (3, None)]


def test_that_an_id_is_not_one_shows_late_and_loses_nothing(tmp_path):
    fetch(tmp_path, 1, item(1, "a", id="same"))
    for at in (2, 3):
        fetch(tmp_path, at, item(2, "b", id="same"), item(1, "a", id="same"))
    assert shown(tmp_path) == [("same", "<p>a</p>", 1, None), ("same", "<p>b</p>", 2, None)]


def test_several_titles_at_one_link_without_an_id_are_several_entries(tmp_path):
    home = {"id": None, "url": "https://delta.example/"}
    for at in (1, 2):
        fetch(tmp_path, at, *(item(number, str(number), **home) for number in (1, 2, 3)))
    assert [row[1:] for row in shown(tmp_path)] == [(f"<p>{n}</p>", 1, None) for n in (1, 2, 3)]


@pytest.mark.parametrize("order", [1, -1])
def test_two_revisions_in_one_fetch_stand_by_their_dates(tmp_path, order):
    both = [item(1, "old", date_modified="2026-01-01"), item(1, "new", date_modified="2026-01-02")]
    for at in (1, 2):
        fetch(tmp_path, at, *both[::order])
    assert shown(tmp_path) == [("id-1", "<p>new</p>", 1, None), ("id-1", "<p>old</p>", 1, 1)]


def test_two_revisions_without_dates_do_not_change_places(tmp_path):
    both = [item(1, "a"), item(1, "b")]
    fetch(tmp_path, 1, *both)
    before = tree(tmp_path)
    for at in (2, 3):
        fetch(tmp_path, at, *both[:: (-1) ** at])
    assert tree(tmp_path) == before
    assert len(shown(tmp_path)) == 2


def test_the_same_entry_twice_in_one_fetch_is_kept_once(tmp_path):
    fetch(tmp_path, 1, item(1, "a"), item(1, "a"), item(1, "a", date_modified="2026-01-01"))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None)]


# What a feed declares deleted.


def test_a_deleted_entry_was_removed_when_the_feed_says(tmp_path):
    fetch(tmp_path, 3, item(1, "a"), item(2, "b"))
    fetch(tmp_path, 4, item(1, "c"))
    for at in (6, 7):
        fetch(tmp_path, at, deleted=[("id-1", "2026-01-01T06:00:00+01:00"), ("id-2", "soon"), ("id-9", "")])
    rows = [("id-1", "<p>a</p>", 3, 4), ("id-1", "<p>c</p>", 4, 5), ("id-2", "<p>b</p>", 3, 6)]
    assert shown(tmp_path) == rows
    assert [bool(entry.deleted_at) for entry in entries_of(tmp_path).values()] == [True, True]


def test_nobody_knows_of_a_deletion_before_it(tmp_path):
    fetch(tmp_path, 1, item(1, "a"))
    fetch(tmp_path, 2, deleted=[("id-1", "2099-01-01T00:00:00Z")])
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, 2)]


def test_what_is_listed_is_not_deleted_whatever_is_said(tmp_path):
    gone = [("id-1", "2026-01-01T00:00:00Z")]
    fetch(tmp_path, 1, item(1, "a"), deleted=gone)
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None)]
    fetch(tmp_path, 2, deleted=gone)
    fetch(tmp_path, 3, item(1, "a"))
    assert shown(tmp_path) == [("id-1", "<p>a</p>", 1, None)]


# Accidents.


def test_a_file_that_was_lost_comes_back_while_the_feed_has_it(tmp_path):
    fetch(tmp_path, 1, item(1, "a"), item(2, "b"))
    before = {path: data for path, (data, *_) in tree(tmp_path).items()}
    shutil.rmtree(tmp_path / "entries")
    assert fetch(tmp_path, 2, item(1, "a"), item(2, "b", id="new")) == 0
    left = {path: data for path, (data, *_) in tree(tmp_path).items()}
    assert len(before.keys() - left.keys()) == 1
    assert left.items() <= before.items()


@pytest.mark.parametrize(
    "line", ["tide", "[]", "{}", '{"at":"x","entry":"y"}', '{"at":"2026-01-01","entry":"y"}', "\udcff"]
)
def test_a_journal_that_was_tampered_with_is_named(tmp_path, line):
    fetch(tmp_path, 1, item(1, "a"))
    with (tmp_path / entries.JOURNAL).open("ab") as journal:
        journal.write(line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(FetchError, match=r"journal.jsonl: line 2") as caught:
        fetch(tmp_path, 2, item(2, "b"))
    assert caught.value.outcome == "damaged_store"


def test_what_arrives_and_is_not_whole_is_named(tmp_path):
    (tmp_path / "arriving.json").write_text("{")
    with pytest.raises(FetchError, match=r"arriving.json") as caught:
        complete(tmp_path)
    assert caught.value.outcome == "damaged_store"


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Ends the process at one of its operations on files; a write is done by half then."""

    def __init__(self, monkeypatch):
        self.left = None
        for owner, name in (
            (os, "fsync"),
            (os, "sync"),
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "open"),
            (Path, "write_bytes"),
        ):
            monkeypatch.setattr(owner, name, self._deadly(getattr(owner, name), name))

    def _deadly(self, real, name):
        def operation(*args, **more):
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    if name == "write_bytes":
                        self.left = None
                        real(args[0], args[1][: len(args[1]) // 2])
                    if name == "open" and "w" in str(args[1:]):
                        self.left = None
                        with real(*args, **more) as stream:
                            stream.write(b'{"half')
                    raise Killed
            return real(*args, **more)

        return operation


@pytest.mark.parametrize("many", [100, 1])
def test_a_fetch_killed_at_any_operation_has_not_been_or_is_completed(tmp_path, monkeypatch, many):
    monkeypatch.setattr(entries, "_MANY", many)
    old, new, again = tmp_path / "old", tmp_path / "new", tmp_path / "again"
    old.mkdir()
    fetch(old, 1, item(1, "a"), item(2, "b"))
    first = shown(old)
    second = [item(1, "c"), item(3, "d"), item(4, "e")]
    shutil.copytree(old, new)
    fetch(new, 2, *second)
    whole = {path.relative_to(new): data for path, (data, *_) in tree(new).items()}
    killer = Killer(monkeypatch)
    outcomes = set()
    for operation in itertools.count():
        shutil.rmtree(again, ignore_errors=True)
        shutil.copytree(old, again)
        killer.left = operation
        try:
            fetch(again, 2, *second)
        except Killed:
            pass
        else:
            killer.left = None
            break
        killer.left = None
        assert {row[:3] for row in first} <= {row[:3] for row in shown(again)}
        # The next fetch, which finds the same or nothing any more.
        complete(again)
        found = shown(again)
        assert found in (first, shown(new))
        outcomes.add(found == first)
        fetch(again, 2, *second)
        assert {path.relative_to(again): data for path, (data, *_) in tree(again).items()} == whole
    assert operation > 15
    assert outcomes == {True, False}


def test_a_journal_written_by_half_is_written_again(tmp_path):
    kept, again = tmp_path / "kept", tmp_path / "again"
    kept.mkdir()
    fetch(kept, 1, item(1, "a"))
    before = (kept / entries.JOURNAL).read_bytes()
    arriving = {}

    def stop(folder):
        arriving["data"] = (folder / "arriving.json").read_bytes()
        real(folder)

    real = entries.complete
    entries.complete = stop
    try:
        fetch(kept, 2, item(1, "b"), item(2, "c"))
    finally:
        entries.complete = real
    after = (kept / entries.JOURNAL).read_bytes()
    for end in range(len(before), len(after) + 1, 13):
        shutil.rmtree(again, ignore_errors=True)
        shutil.copytree(kept, again)
        (again / "arriving.json").write_bytes(arriving["data"])
        (again / entries.JOURNAL).write_bytes(after[:end])
        assert len(entries_of(again)) in (1, 2)
        complete(again)
        assert (again / entries.JOURNAL).read_bytes() == after
        assert not (again / "arriving.json").exists()


def test_a_line_that_is_just_being_written_is_not_read_yet(tmp_path):
    fetch(tmp_path, 1, item(1, "a"))
    digest = journal_digest(tmp_path)
    with (tmp_path / entries.JOURNAL).open("ab") as journal:
        journal.write(b'{"at":"2026')
    assert (len(entries_of(tmp_path)), journal_digest(tmp_path)) == (1, digest)
    fetch(tmp_path, 2, item(2, "b"))
    assert len(entries_of(tmp_path)) == 2


# Any sequence of what a feed lists, None being a fetch that failed.
STATES = st.lists(
    st.none() | st.dictionaries(st.integers(0, 4), st.sampled_from("abc"), max_size=5),
    min_size=1,
    max_size=12,
)


@given(STATES, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_what_is_kept_is_all_that_was_ever_listed(tmp_path_factory, states, random):
    kept = tmp_path_factory.mktemp("kept")
    seen, standing, removed = {}, {}, {}
    for at, listed in enumerate(states):
        if listed is None:
            continue
        items = [item(number, text) for number, text in listed.items()]
        random.shuffle(items)
        fetch(kept, at, *items)
        for number, text in listed.items():
            seen.setdefault((number, text), at)
            if standing.get(number, text) != text:
                removed[number, standing[number]] = at
            removed.pop((number, text), None)
            standing[number] = text
    assert shown(kept) == sorted(
        (
            (f"id-{number}", f"<p>{text}</p>", at, removed.get((number, text)))
            for (number, text), at in seen.items()
        ),
        key=str,
    )
    paths = [(path.relative_to(kept).as_posix()) for path in kept.rglob("*.json")]
    assert len(paths) == len(seen)
    # Whoever fetches twice, or fails in between, has the same.
    twice = tmp_path_factory.mktemp("twice")
    for at, listed in enumerate(states):
        for _ in range(2):
            if listed is not None:
                fetch(twice, at, *(item(number, text) for number, text in listed.items()))
    assert shown(twice) == shown(kept)


ANY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1", "2", "https://delta.example/1"]),
        "url": st.sampled_from(
            ["https://delta.example/1", "http://delta.example/1", "https://delta.example/2"]
        ),
        "title": st.sampled_from("TU"),
        "date_published": st.sampled_from(["2026-01-01", "2026-01-02"]),
        "content_html": st.sampled_from("ab"),
    },
)


@given(st.lists(st.lists(ANY, max_size=4), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_no_text_is_lost_however_ids_and_links_are_mixed(tmp_path_factory, fetches):
    kept = tmp_path_factory.mktemp("kept")
    said = set()
    for at, items in enumerate(fetches):
        fetch(kept, at, *items)
        said |= {tuple(sorted((k, v) for k, v in item.items() if k != "id")) for item in items}
        files = [json.loads(path.read_bytes()) for path in (kept / "entries").rglob("*.json")]
        assert said == {tuple(sorted((k, v) for k, v in file.items() if k != "id")) for file in files}
        # The same fetch once more changes nothing.
        before = tree(kept)
        fetch(kept, at + 100, *items)
        assert tree(kept) == before
    for entry in entries_of(kept).values():
        standing = [revision for revision in entry.revisions.values() if revision.removed_at is None]
        assert standing == [entry.standing]
