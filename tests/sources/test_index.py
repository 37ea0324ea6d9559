"""Files of JSON that list pages: each entry a raw post, as an item of JSON Feed."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.sources import folder, git, index
from pipeline.sources.kinds import FetchError, Known, Look, Place
from pipeline.sources.raw import RawPost, Reject, printable_path
from pipeline.sources.registry import Source
from tests.sources.archives import Archive

SECOND = 1_000_000_000
WEIXIN = Path(__file__).resolve().parents[3] / "shared" / "data" / "weixin-index.tar.xz"

FERRY = {
    "url": "tides.example/s?id=1&sn=a",
    "title": "渡口",
    "nickname": "旧书摊",
    "created_at": "2021-04-02",
    "update_date": "2021-04-03 05:35:26",
    "archive": "a.tar.gz",
}
LIGHTHOUSE = {"url": "tides.example/s?id=2", "title": "The Lighthouse", "created_at": "2021-04-09"}


@pytest.fixture
def raw(tmp_path):
    root = tmp_path / "delta"
    root.mkdir()
    return root


@pytest.fixture
def later(monkeypatch):
    """The clock ten seconds on: no file is fresh."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10 * SECOND)


def put(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def place(location, glob="**/*.json*", fields=None, kept=None, **more):
    # Without the checks of `sources.yaml`, which are tried elsewhere.
    source = Source.model_construct(
        name="delta", kind="index", location=str(location), glob=glob, fields=fields or {}, **more
    )
    return Place(source, str(location), kept or Path(f"{location}.kept"))


def listed(root, **options):
    return index.posts(place(root, **options))


def read_all(root, **options):
    return list(index.read(place(root, **options), listed(root, **options)))


def paths(root, **options):
    return [entry.path for entry in listed(root, **options)]


def items(root, **options):
    """What the raw posts say, without the entries themselves."""
    found = [json.loads(post.data) for post in read_all(root, **options)]
    return [{key: value for key, value in one.items() if key != "_index"} for one in found]


def item_of(root, entry, **options):
    put(root, "a.json", [entry])
    (found,) = items(root, **options)
    return found


# What an entry becomes.


def test_each_entry_of_each_file_is_a_raw_post(raw):
    put(raw, "2021-04.json", [LIGHTHOUSE, FERRY])
    put(raw, "2021-05.json", [FERRY])
    put(raw, "2021-06.json", [])
    assert paths(raw) == [
        "2021-04.json#https://tides.example/s?id=1&sn=a",
        "2021-04.json#https://tides.example/s?id=2",
        "2021-05.json#https://tides.example/s?id=1&sn=a",
    ]


def test_a_raw_post_is_an_item_of_json_feed_with_the_entry_itself(raw):
    put(raw, "2021-04.json", [FERRY])
    (file,), (post,) = listed(raw), read_all(raw)
    assert isinstance(post, RawPost)
    assert (post.source, post.path) == ("delta", "2021-04.json#https://tides.example/s?id=1&sn=a")
    assert json.loads(post.data) == {
        "url": "https://tides.example/s?id=1&sn=a",
        "title": "渡口",
        "authors": [{"name": "旧书摊"}],
        "date_published": "2021-04-02",
        "date_modified": "2021-04-03T05:35:26Z",
        "_index": FERRY,
    }
    assert (file.source, file.path, file.size, file.problem) == ("delta", post.path, len(post.data), None)
    assert file.token is not None
    assert file.token.startswith(f"{post.sha256}/")
    assert (file.version, file.first_seen_at, file.removed_at) == (None, None, None)


def test_the_order_of_entries_keys_and_files_does_not_matter(raw, tmp_path):
    put(raw, "2021-04.json", [FERRY, LIGHTHOUSE])
    put(tmp_path / "other", "2021-04.json", [LIGHTHOUSE, dict(reversed(FERRY.items()))])
    assert read_all(raw) == read_all(tmp_path / "other")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        pytest.param({"url": "https://a.example/1"}, {"url": "https://a.example/1"}, id="an address alone"),
        pytest.param({"link": "https://a.example/1"}, {"url": "https://a.example/1"}, id="link"),
        pytest.param({"url": "", "href": "//a.example/1"}, {"url": "https://a.example/1"}, id="no scheme"),
        pytest.param({"url": " a.example:80/1 "}, {"url": "https://a.example:80/1"}, id="a bare host"),
        pytest.param({"url": "/1.html"}, {"url": "/1.html"}, id="relative, as it is"),
        pytest.param({"url": "page.html"}, {"url": "page.html"}, id="relative, like a host"),
        pytest.param(
            {"url": "javascript:alert(1.5)"}, {"url": "javascript:alert(1.5)"}, id="no page, as it is"
        ),
        pytest.param({"url": ["https://a.example/1"]}, {}, id="an address that is a list"),
        pytest.param({"headline": "渡口"}, {"title": "渡口"}, id="headline"),
        pytest.param({"title": 1984}, {"title": "1984"}, id="a title that is a number"),
        pytest.param({"title": True, "author": {}, "tags": 5, "date": [], "lang": None}, {}, id="no text"),
        pytest.param({"author": "Mo & Ada"}, {"authors": [{"name": "Mo & Ada"}]}, id="an author line is one"),
        pytest.param(
            {"authors": ["Mo", "Ada"]}, {"authors": [{"name": "Mo"}, {"name": "Ada"}]}, id="authors"
        ),
        pytest.param(
            {"author": {"name": "Mo", "url": "https://mo.example", "id": 5}},
            {"authors": [{"name": "Mo", "url": "https://mo.example"}]},
            id="an author that is an object",
        ),
        pytest.param({"tags": "tide, ferry ,"}, {"tags": ["tide", "ferry"]}, id="tags in a line"),
        pytest.param({"categories": [{"name": "tide"}, "", 5]}, {"tags": ["tide", "5"]}, id="tags in a list"),
        pytest.param(
            {"summary": "Low tide.", "lang": "zh"}, {"summary": "Low tide.", "language": "zh"}, id="more"
        ),
        pytest.param(
            {"published_at": "2021-04-02T10:30:00+02:00"},
            {"date_published": "2021-04-02T08:30:00Z"},
            id="instant",
        ),
        pytest.param(
            {"pubDate": "Fri, 02 Apr 2021 10:30:00 GMT"},
            {"date_published": "2021-04-02T10:30:00Z"},
            id="mail date",
        ),
        pytest.param({"date": 20210402}, {"date_published": "2021-04-02"}, id="a day in digits"),
        pytest.param(
            {"date": "20210402103000"}, {"date_published": "2021-04-02T10:30:00Z"}, id="time in digits"
        ),
        pytest.param({"created": 1617359400}, {"date_published": "2021-04-02T10:30:00Z"}, id="seconds"),
        pytest.param(
            {"created": 1617359400000}, {"date_published": "2021-04-02T10:30:00Z"}, id="milliseconds"
        ),
        pytest.param(
            {"created": "1617359400"}, {"date_published": "2021-04-02T10:30:00Z"}, id="seconds as text"
        ),
        pytest.param({"date": "last spring"}, {"date_published": "last spring"}, id="no date, as it is"),
        pytest.param({"date": -99999999999}, {"date_published": "-99999999999"}, id="before all dates"),
    ],
)
def test_keys_that_many_indexes_have_are_known(raw, entry, said):
    assert item_of(raw, entry) == said


def test_fields_says_which_key_is_what(raw):
    entry = {
        "url": "https://tracker.example/1",
        "page": {"at": "https://a.example/1", "head.line": "The Ferry"},
        "by": [{"person": {"called": "Mo"}}, {"person": {"called": "Ada"}}, {}],
        "date": "2021-04-02",
    }
    fields = {
        "url": "page.at",
        "title": "page.head.line",
        "author": "by.person.called",
        "published": "nowhere",
    }
    assert item_of(raw, entry, fields=fields) == {
        "url": "https://a.example/1",
        "title": "The Ferry",
        "authors": [{"name": "Mo"}, {"name": "Ada"}],
    }
    assert item_of(raw, {"head.line": "The Ferry"}, fields={"title": "head.line"}) == {"title": "The Ferry"}


def test_an_entry_without_an_address_is_a_raw_post_under_its_title(raw):
    put(raw, "a.json", [{"title": "The Ferry"}, {"issue": 5}])
    by_title, other = listed(raw)
    sha256 = hashlib.sha256(b'{"_index":{"issue":5}}\n').hexdigest()
    assert {by_title.path, other.path} == {"a.json#The_Ferry", f"a.json#{sha256[:16]}"}
    assert all(isinstance(found, RawPost) for found in read_all(raw))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/#/1", "https://a.example/_/1"),
        ("https://a.example/../../etc/passwd", "https://a.example/_/_/etc/passwd"),
        ("../../x", "_/_/x"),
        ("https://a.example/a b\n\\\u202e\x00\ud800", "https://a.example/a_b_"),
        ("https://a.example/" + "旧" * 300, "https://a.example/" + "旧" * 182),
    ],
)
def test_an_address_does_no_harm_in_a_path(raw, url, name):
    put(raw, "a.json", [{"url": url}])
    (path,) = paths(raw)
    assert path == f"a.json#{name}"
    assert printable_path(path) == path
    os.fsencode(path)
    assert isinstance(read_all(raw)[0], RawPost)


def test_the_same_entry_twice_is_two_raw_posts(raw):
    put(raw, "a.json", [FERRY, LIGHTHOUSE, FERRY, FERRY])
    ferries = [path for path in paths(raw) if "id=1" in path]
    assert ferries == [f"a.json#https://tides.example/s?id=1&sn=a{end}" for end in ("", "~2", "~3")]
    assert [post.path for post in read_all(raw)] == paths(raw)
    assert len({post.data for post in read_all(raw)}) == 2


def test_two_entries_of_one_address_are_told_apart_by_their_tokens(raw):
    put(raw, "a.json", [FERRY, FERRY | {"title": "The Ferry"}])
    one, other = listed(raw)
    assert one.path == other.path
    assert one.token != other.token
    assert {json.loads(post.data)["title"] for post in read_all(raw)} == {"渡口", "The Ferry"}


# What a file may be.

LINES = (
    b'{"url": "https://a.example/1"}\n\n{"url": "https://a.example/2", "title": "two\xe2\x80\xa8lines"}\r\n'
)


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        pytest.param("a.json", [], 0, id="an empty array"),
        pytest.param("a.json", [FERRY, LIGHTHOUSE], 2, id="an array"),
        pytest.param("a.json", {"version": 1, "posts": [FERRY]}, 1, id="an object with the array"),
        pytest.param(
            "a.json", {"items": [], "urls": ["https://a.example"]}, 0, id="an empty array of a known name"
        ),
        pytest.param("a.json", {"x": [FERRY], "tags": ["a"]}, 1, id="the only array of objects"),
        pytest.param(
            "a.json", {"x": [FERRY], "items": [LIGHTHOUSE, FERRY]}, 2, id="the array of a known name"
        ),
        pytest.param("a.json", FERRY, 1, id="one entry"),
        pytest.param("a.json", LINES, 2, id="an entry on each line"),
        pytest.param("a.jsonl", LINES, 2, id="lines by their name"),
        pytest.param(
            "a.jsonl", b'{"url": "https://a.example", "items": [{}, {}]}', 1, id="one line by its name"
        ),
        pytest.param("a.jsonl", b"", 0, id="no lines"),
        pytest.param("a.json", b"\xef\xbb\xbf" + json.dumps([FERRY]).encode(), 1, id="a byte order mark"),
        pytest.param("a.json", b'[{"url": "a.example", "url": "b.example"}]', 1, id="a key twice"),
        pytest.param("a.json", b'[{"n": NaN, "i": -Infinity, "f": 1e999}]', 1, id="no numbers"),
        pytest.param("a.json", b'[{"n": ' + b"9" * 5_000 + b"}]", 1, id="a number without end"),
        pytest.param("a.json", b'[{"title": "\\ud800"}]', 1, id="half a surrogate pair"),
        pytest.param("a.json", b'[{"title": "\\u0000"}]', 1, id="NUL"),
    ],
)
def test_files_of_several_shapes_are_indexes(raw, name, content, count):
    put(raw, name, content)
    found = read_all(raw)
    assert [type(post) for post in found] == [RawPost] * count
    for post in found:
        assert isinstance(json.loads(post.data.decode())["_index"], dict)


def test_fields_says_where_the_array_is(raw):
    put(raw, "a.json", {"data": {"pages": [FERRY]}, "items": [LIGHTHOUSE]})
    assert [one["title"] for one in items(raw, fields={"entries": "data.pages"})] == ["渡口"]
    (found,) = read_all(raw, fields={"entries": "data.page"})
    assert found.reason == "not_an_index"
    assert "`fields` says that its entries are under 'data.page'." in found.message


def without_message(found):
    assert isinstance(found, Reject)
    assert found.message.endswith(".")
    return (found.source, found.raw_path, found.raw_bytes, found.raw_sha256, found.stage, found.reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "bad_json", id="empty"),
        pytest.param(b" \n ", "bad_json", id="white space"),
        pytest.param(b"<html>", "bad_json", id="HTML"),
        pytest.param(b'[{"url": "a.example"},', "bad_json", id="cut off"),
        pytest.param(b'[{"url": "a.example"}]\n[]', "bad_json", id="two arrays"),
        pytest.param(b'[{"url": "\xff"}]', "bad_json", id="not UTF-8"),
        pytest.param('[{"url": "a"}]'.encode("utf-16"), "bad_json", id="UTF-16"),
        pytest.param(b"[" * 60 + b"]" * 60, "bad_json", id="deep"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, "bad_json", id="too deep for Python"),
        pytest.param(b'{"a":' * 100_000, "bad_json", id="too deep and cut off"),
        pytest.param(b"null", "not_an_index", id="null"),
        pytest.param(b'"text"', "not_an_index", id="text"),
        pytest.param(b"{}", "not_an_index", id="an empty object"),
        pytest.param(b'{"a": [1, 2]}', "not_an_index", id="no array of objects"),
        pytest.param(b'{"a": [{}], "b": [{}]}', "not_an_index", id="two arrays of objects"),
    ],
)
def test_a_file_that_is_no_index_is_a_reject(raw, content, reason):
    put(raw, "a.json", content)
    put(raw, "b.json", [FERRY])
    bad, good = read_all(raw)
    sha256 = hashlib.sha256(content).hexdigest()
    assert without_message(bad) == ("delta", "a.json", len(content), sha256, "read", reason)
    assert isinstance(good, RawPost)
    assert [entry.problem and entry.problem[0] for entry in listed(raw)] == [reason, None]


def test_a_file_that_is_too_large_is_a_reject(raw, monkeypatch):
    put(raw, "a.json", [FERRY])
    size = (raw / "a.json").stat().st_size
    for most, kind in ((size, RawPost), (size - 1, Reject)):
        monkeypatch.setattr(index, "MAX_INDEX_BYTES", most)
        (found,) = read_all(raw)
        assert isinstance(found, kind)
    sha256 = hashlib.sha256((raw / "a.json").read_bytes()).hexdigest()
    assert without_message(found) == ("delta", "a.json", size, sha256, "read", "too_large")


def test_a_file_may_be_larger_than_a_post(raw, archive, monkeypatch):
    for kind in (folder, git):
        monkeypatch.setattr(kind, "MAX_RAW_BYTES", 10)
    put(raw, "a.json", [FERRY])
    for at in (place(raw), fetched(archive)):
        assert {type(found) for found in index.read(at, index.posts(at))} == {RawPost}


def test_what_is_listed_with_a_problem_is_a_reject(raw):
    (raw / "a.json").symlink_to("gone.json")
    (raw / "b.json").mkdir()
    assert [without_message(found)[1:] for found in read_all(raw)] == [
        ("a.json", None, None, "read", "dangling_link"),
        ("b.json", None, None, "read", "not_a_file"),
    ]


@pytest.mark.parametrize("what", [None, True, 5, 1.5, "text", ["a"], []])
def test_what_is_no_object_is_a_reject_of_its_own(raw, what):
    put(raw, "a.json", [what, FERRY, what])
    rejects = [found for found in read_all(raw) if isinstance(found, Reject)]
    assert [found.reason for found in rejects] == ["not_an_entry"] * 2
    first, second = (found.raw_path for found in rejects)
    assert second == f"{first}~2"
    assert [
        found.reason
        for found in index.read(place(raw), [replace(e, problem=None) for e in listed(raw)])
        if isinstance(found, Reject)
    ] == ["not_an_entry"] * 2


def test_a_line_that_is_no_json_is_a_reject_of_its_own(raw):
    put(raw, "a.json", b'{"url": "https://a.example/1"}\n{"url": \n' + b"[" * 2_000 + b"\n5\n")
    assert sorted(type(found).__name__ for found in read_all(raw)) == [
        "RawPost",
        "Reject",
        "Reject",
        "Reject",
    ]
    assert {entry.problem[0] for entry in listed(raw) if entry.problem} == {"not_an_entry"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["url", "title", "author", "date", "tags", "items", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6))
@example([{"url": "\ud800"}, {"url": "\ud801"}])
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_entry_is_lost_and_none_is_there_twice(raw, entries):
    put(raw, "a.json", entries)
    found = listed(raw)
    assert len(found) == len(entries)
    assert len({(entry.path, entry.token) for entry in found}) == len(found)
    assert found == sorted(found, key=lambda entry: (entry.path, entry.token))
    answers = read_all(raw)
    assert [isinstance(answer, RawPost) for answer in answers] == [entry.problem is None for entry in found]
    for entry, answer in zip(found, answers, strict=True):
        sha256 = answer.sha256 if isinstance(answer, RawPost) else answer.raw_sha256
        assert (entry.token or "").startswith(f"{sha256}/")


@given(st.binary(max_size=60) | st.text('[]{}":,\\n\nurl0.-', max_size=30).map(str.encode))
@example(b'{"a":1}\n{')
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_stop_the_listing(raw, data):
    put(raw, "a.json", data)
    found = listed(raw)
    assert len(read_all(raw)) == len(found)
    assert found or data.strip()


# Reading.


@pytest.fixture
def opened(monkeypatch):
    """The paths of the files that were read."""
    names = []
    read = folder.read

    def noted(place, files, max_bytes=None):
        for file in files:
            names.append(file.path)
            yield from read(place, [file], max_bytes)

    monkeypatch.setattr(folder, "read", noted)
    return names


def test_entries_are_read_in_the_order_asked_for_and_no_file_twice(raw, opened):
    put(raw, "a.json", [FERRY, LIGHTHOUSE])
    put(raw, "b.json", [FERRY])
    a1, a2, b1 = listed(raw)
    opened.clear()
    found = list(index.read(place(raw), [b1, a2, b1, a1, a2]))
    assert [post.path for post in found] == [b1.path, a2.path, b1.path, a1.path, a2.path]
    assert opened == ["b.json", "a.json"]
    assert list(index.read(place(raw), [])) == []


def test_an_entry_that_went_after_it_was_listed_is_a_reject(raw):
    put(raw, "a.json", [FERRY, LIGHTHOUSE])
    put(raw, "b.json", [FERRY])
    put(raw, "c.json", b"[")
    files = listed(raw)
    put(raw, "a.json", [FERRY])
    (raw / "b.json").unlink()
    put(raw, "c.json", [FERRY])
    ferry, *gone = index.read(place(raw), files)
    assert isinstance(ferry, RawPost)
    shown = [(entry.path, entry.size, (entry.token or "").partition("/")[0] or None) for entry in files[1:]]
    assert [without_message(found)[1:] for found in gone] == [
        (*shown[0], "read", "unreadable"),
        (*shown[1], "read", "unreadable"),
        (*shown[2], "read", "unreadable"),
    ]


# What is known.


def known(root, **options):
    return Known(index.state(place(root, **options)), listed(root, **options))


def test_files_that_did_not_change_are_not_read_again(raw, later, opened):
    put(raw, "a.json", [FERRY, LIGHTHOUSE, FERRY])
    put(raw, "b.json", [LIGHTHOUSE])
    before = known(raw)
    put(raw, "b.json", [LIGHTHOUSE, FERRY])
    put(raw, "c#1.json", [FERRY])
    opened.clear()
    found = index.posts(place(raw), before)
    assert opened == ["b.json", "c#1.json"]
    assert found == listed(raw)
    now = known(raw)
    opened.clear()
    assert index.posts(place(raw), now) == found
    assert opened == []


def as_in_the_ledger(files):
    """Files as a later run knows them: it has forgotten what problem each had."""
    return [replace(file, problem=None) for file in files]


def test_what_is_no_index_or_no_entry_stays_a_problem(raw, later):
    put(raw, "a.json", [FERRY, 5])
    put(raw, "b.json", b"{")
    put(raw, "c.json", [])
    (raw / "d.json").symlink_to("gone.json")
    before = known(raw)
    for files in (before.files, as_in_the_ledger(before.files)):
        assert index.posts(place(raw), Known(before.state, files)) == before.files
    answers = list(index.read(place(raw), before.files))
    assert list(index.read(place(raw), as_in_the_ledger(before.files)))[:-1] == answers[:-1]


def test_of_a_file_that_is_not_known_whole_nothing_is_taken_over(raw, later):
    put(raw, "a.json", [FERRY, LIGHTHOUSE])
    before = known(raw)
    assert index.posts(place(raw), Known(before.state, before.files[:1])) == before.files


def test_a_fresh_file_is_always_read(raw, opened):
    put(raw, "a.json", [FERRY])
    before = known(raw)
    assert before.files[0].token.endswith("/")
    opened.clear()
    assert index.posts(place(raw), before) == before.files
    assert opened == ["a.json"]
    assert isinstance(next(index.read(place(raw), before.files)), RawPost)


def test_other_fields_are_another_state_and_other_tokens(raw, later):
    put(raw, "a.json", [FERRY])
    before = known(raw)
    renamed = place(raw, fields={"title": "archive"})
    assert index.moved(renamed, before.state)
    assert index.state(renamed) != before.state
    (found,) = index.posts(renamed, before)
    assert found.token != before.files[0].token
    assert json.loads(next(index.read(renamed, [found])).data)["title"] == "a.tar.gz"


def test_an_index_moves_with_its_files(raw, later):
    put(raw, "a.json", [FERRY])
    state = index.state(place(raw))
    assert not index.moved(place(raw), state)
    put(raw, "b.json", [])
    assert index.moved(place(raw), state)


# Where the files are.


def test_a_look_counts_the_entries_of_a_folder(raw):
    put(raw, "a.json", [FERRY, LIGHTHOUSE])
    put(raw, "b.json", b"{")
    assert index.look(place(raw)) == Look(3, None)


def test_a_location_where_nothing_is_is_not_found(raw):
    for ask in (index.fetch, index.state, index.posts, index.look):
        with pytest.raises(FetchError, match=r"source 'delta': nothing is at its location .*gone") as raised:
            ask(place(raw / "gone"))
        assert raised.value.outcome == "not_found"


def test_a_folder_cannot_keep_what_was_removed(raw):
    for ask in (index.fetch, index.posts):
        with pytest.raises(FetchError, match="`on_removal: keep` cannot be") as raised:
            ask(place(raw, on_removal="keep"))
        assert raised.value.outcome == "no_history"


@pytest.fixture
def archive(tmp_path):
    """An index that grows, in git: on the first three days of 2021."""
    made = Archive(tmp_path / "archive")
    made.write("2021-04.json", json.dumps([FERRY]))
    made.write("README.md", "An index.")
    made.commit()
    made.write("2021-04.json", json.dumps([FERRY, LIGHTHOUSE]))
    made.commit()
    made.write("2021-05.json", json.dumps([LIGHTHOUSE]))
    made.commit()
    return made


def day(number):
    return datetime(2021, 1, number, tzinfo=UTC)


def fetched(archive, location=None, **options):
    kept = archive.path.parent / f"kept-{len(list(archive.path.parent.iterdir()))}"
    at = place(location or archive.location, kept=kept, **options)
    index.fetch(at)
    return at


def test_an_index_in_git_is_fetched_and_read_from_there(archive, tmp_path):
    bundle = archive.bundle(tmp_path / "archive.bundle")
    for at in (fetched(archive), fetched(archive, bundle), fetched(archive, f"file://{archive.path}")):
        found = index.posts(at)
        assert [(entry.path, entry.first_seen_at) for entry in found] == [
            ("2021-04.json#https://tides.example/s?id=1&sn=a", day(2)),
            ("2021-04.json#https://tides.example/s?id=2", day(2)),
            ("2021-05.json#https://tides.example/s?id=2", day(3)),
        ]
        assert found[2].version == archive.head
        assert [type(post) for post in index.read(at, found)] == [RawPost] * 3
        before = Known(index.state(at), found)
        assert index.posts(at, before) == found
        assert not index.moved(at, before.state)


def test_an_archive_that_is_away_is_read_from_what_was_kept(archive, tmp_path):
    at = fetched(archive)
    found = index.posts(at)
    archive.path.rename(tmp_path / "elsewhere")
    assert index.posts(at) == found
    with pytest.raises(FetchError):
        index.fetch(at)


def test_a_commit_to_an_index_moves_it(archive):
    at = fetched(archive)
    before = Known(index.state(at), index.posts(at))
    archive.write("2021-05.json", json.dumps([]))
    head = archive.commit()
    assert index.moved(at, before.state)
    index.fetch(at)
    found = index.posts(at, before)
    assert found == index.posts(at)
    assert [entry.path for entry in found] == [entry.path for entry in before.files[:2]]
    archive.write("2021-05.json", json.dumps([FERRY]))
    assert archive.commit() != head
    index.fetch(at)
    assert len(index.posts(at, before)) == 3


def test_an_index_that_keeps_what_was_removed_says_since_when(archive):
    archive.write("2021-04.json", json.dumps([LIGHTHOUSE, FERRY | {"title": "The Ferry"}]))
    archive.commit()
    archive.delete("2021-05.json")
    archive.commit()
    at = fetched(archive, on_removal="keep")
    found = index.posts(at)
    told = {
        (entry.path, json.loads(post.data)["title"]): (entry.first_seen_at, entry.removed_at)
        for entry, post in zip(found, index.read(at, found), strict=True)
    }
    assert told == {
        ("2021-04.json#https://tides.example/s?id=1&sn=a", "渡口"): (day(1), day(4)),
        ("2021-04.json#https://tides.example/s?id=1&sn=a", "The Ferry"): (day(4), None),
        ("2021-04.json#https://tides.example/s?id=2", "The Lighthouse"): (day(2), None),
        ("2021-05.json#https://tides.example/s?id=2", "The Lighthouse"): (day(3), day(5)),
    }
    before = Known(index.state(at), as_in_the_ledger(found))
    assert index.posts(at, before) == found
    archive.write("2021-04.json", json.dumps([FERRY]))
    archive.commit()
    index.fetch(at)
    assert index.posts(at, before) == index.posts(at)


def test_a_content_that_was_no_index_stays_a_reject_where_posts_are_kept(archive):
    for content in ("[", "[5]", "{}", "[]"):
        archive.write("2021-05.json", content)
        archive.commit()
    for on_removal, reasons in (("remove", []), ("keep", ["bad_json", "not_an_entry", "not_an_index"])):
        at = fetched(archive, on_removal=on_removal)
        files = [entry for entry in index.posts(at) if entry.problem]
        assert sorted(entry.problem[0] for entry in files if entry.problem) == reasons
        assert sorted(found.reason for found in index.read(at, files)) == reasons
        assert len({found.raw_sha256 for found in index.read(at, files)} - {None}) == len(reasons)
        assert all(entry.removed_at for entry in files)


def test_a_look_at_an_archive_counts_its_files(archive):
    found = index.look(place(archive.location))
    assert (found.posts, found.newest) == (None, day(3))
    assert "It has 2 files of entries." in found.notes
    assert not Path(f"{archive.location}.kept").exists()


# A real index.


@pytest.mark.skipif(not WEIXIN.exists(), reason=f"the real index is not there: {WEIXIN.name}")
def test_a_real_index_is_read_whole(tmp_path):
    with tarfile.open(WEIXIN) as archive:
        archive.extractall(tmp_path, filter="data")
    root = next(tmp_path.rglob("*.json")).parent
    entries = sum(len(json.loads(path.read_bytes())) for path in root.glob("*.json"))
    found = listed(root)
    assert len(found) == entries > 27_000
    assert [entry for entry in found if entry.problem] == []
    assert len({(entry.path, entry.token) for entry in found}) == entries
    some = [entry for entry in found if entry.path.startswith(("weixin_2021-0", "weixin_sub"))]
    for post in index.read(place(root), some):
        said = json.loads(post.data)
        assert {"url", "title", "date_published"} <= said.keys()
        assert said["url"].startswith(("https://", "http://"))
