from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest

from pipeline.posts.post import read_post
from pipeline.sources import feed, feed_document
from pipeline.sources.http import Limits
from pipeline.sources.kinds import FetchError, Known, Look, Place, kind_of
from pipeline.sources.raw import MAX_RAW_BYTES, RawPost, Reject
from pipeline.sources.registry import Source
from tests.sources.webserver import Reply, web_server

START = datetime(2026, 1, 1, tzinfo=UTC)
SMALL = Limits(max_bytes=1_000_000, connect_seconds=5, read_seconds=5, total_seconds=20)


@pytest.fixture(scope="module")
def server():
    with web_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """What is on the disk when the power fails is not tested here; waiting for it takes most of the time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "sync", lambda: None)


@pytest.fixture
def in_one_process(monkeypatch):
    """Read feeds here, and not each in a process of its own: for tests of many fetches."""
    monkeypatch.setattr(feed_document, "read_apart", feed_document.read_document)


@pytest.fixture
def place(server, tmp_path):
    return place_of(server.url("/feed.xml"), tmp_path)


def place_of(location, folder, **more):
    source = Source(name="delta", kind="feed", location="https://delta.example/feed.xml", **more)
    return Place(source, location, folder / "fetched" / "delta")


def entry(number, text="", **more):
    """An entry of RSS; its number is its title, its id and part of its link."""
    elements = {
        "title": f"T{number}",
        "link": f"https://delta.example/{number}",
        "guid": f"https://delta.example/{number}",
        "description": f"<p>{text}</p>",
    } | more
    inside = "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in elements.items() if value is not None
    )
    return f"<item>{inside}</item>"


def rss(*entries):
    return f'<rss version="2.0"><channel><title>D</title>{"".join(entries)}</channel></rss>'.encode()


def hour(number):
    return START + timedelta(hours=number)


def fetch(place, at=0, limits=SMALL):
    return feed.fetch(place, now=hour(at), limits=limits)


def kept(place):
    """What the source gives: address, body, and the hours of its first sight and its removal."""
    files = feed.posts(place)
    assert files == sorted(files, key=lambda file: (file.path, file.token))
    assert len({(file.path, file.token) for file in files}) == len(files)
    rows = []
    for file, raw in zip(files, feed.read(place, files), strict=True):
        assert isinstance(raw, RawPost)
        assert (raw.source, raw.path, raw.sha256, len(raw.data)) == (
            file.source,
            file.path,
            file.token,
            file.size,
        )
        post = read_post(raw.data)
        hours = [at and (at - START) / timedelta(hours=1) for at in (file.first_seen_at, file.removed_at)]
        rows.append((post.url, post.body, *hours))
    return sorted(rows, key=str)


def failure(place, **more):
    with pytest.raises(FetchError) as caught:
        fetch(place, **more)
    assert str(caught.value).startswith("source 'delta': ")
    return caught.value.outcome, caught.value.retry


ONE = ("https://delta.example/1", "<p>a</p>", 0, None)


def test_the_entries_of_a_feed_are_posts(server, place):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"), entry(2, "b"))))
    assert fetch(place).notes == ()
    assert kept(place) == [ONE, ("https://delta.example/2", "<p>b</p>", 0, None)]
    assert {file.version for file in feed.posts(place)} == {
        "https://delta.example/1",
        "https://delta.example/2",
    }
    assert kind_of(place.source) is feed
    assert feed.moved(place, feed.state(place)) is False


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><link href="https://delta.example/1"/>
<content type="html">&lt;p&gt;a&lt;/p&gt;</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<item><link>https://delta.example/1</link><description>&lt;p&gt;a&lt;/p&gt;</description></item></rdf:RDF>"""
JSON = """{"version":"https://jsonfeed.org/version/1.1","items":[
{"id":"1","url":"https://delta.example/1","content_html":"<p>a</p>"}]}"""


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        (ATOM, "application/atom+xml"),
        (RDF, "text/xml"),
        (JSON, "application/feed+json"),
        (JSON, "text/plain"),
    ],
)
def test_every_format(server, place, text, content_type):
    packed = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    server.script("/feed.xml", Reply(body=gzip.compress(text.encode()), headers=packed))
    fetch(place)
    assert kept(place) == [ONE]


def test_the_archive_grows_while_the_window_moves(server, place, in_one_process):
    for at in range(5):
        server.script("/feed.xml", Reply(body=rss(*(entry(number, "x") for number in range(at, at + 3)))))
        fetch(place, at)
    expected = [(f"https://delta.example/{n}", "<p>x</p>", max(0, n - 2), None) for n in range(7)]
    assert kept(place) == expected


def test_an_edit_is_a_new_revision_and_the_old_one_stays(server, place, in_one_process):
    for at, text in enumerate("aba"):
        server.script("/feed.xml", Reply(body=rss(entry(1, text))))
        fetch(place, at)
    assert kept(place) == [ONE, ("https://delta.example/1", "<p>b</p>", 1, 2)]


def tree(folder):
    return {
        path: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


VALIDATORS = [{"ETag": '"1"'}, {"Last-Modified": "Fri, 02 Apr 2021 08:30:00 GMT"}, {}]


@pytest.mark.parametrize("headers", VALIDATORS, ids=["ETag", "Last-Modified", "neither"])
def test_nothing_is_written_where_nothing_is_new(server, place, headers):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a")), headers=headers))
    fetch(place)
    before, state = tree(place.kept), feed.state(place)
    for at in (1, 2):
        fetch(place, at)
        assert server.requests[-1].status == (304 if headers else 200)
    assert tree(place.kept) == before
    assert feed.state(place) == state


def test_the_state_changes_with_the_posts_alone(server, place, in_one_process):
    states = []
    for at, entries in enumerate([[], [entry(1, "a")], [entry(1, "b")], [entry(1, "b")], []]):
        server.script("/feed.xml", Reply(body=rss(*entries)))
        fetch(place, at)
        states.append(feed.state(place))
    assert len(set(states)) == 3
    assert states[2] == states[3] == states[4]


def test_what_was_known_changes_no_answer(server, place):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"))))
    fetch(place)
    known = Known(feed.state(place), feed.posts(place))
    assert feed.posts(place, known) == feed.posts(place, Known("x", [])) == known.files


def test_nothing_was_fetched_yet(place):
    with pytest.raises(FetchError, match="Refresh the source first") as caught:
        feed.state(place)
    assert caught.value.outcome == "not_fetched"
    assert feed.posts(place) == []


def test_a_feed_without_entries_was_fetched(server, place):
    server.script("/feed.xml", Reply(body=rss()))
    assert any("no entries" in note for note in fetch(place).notes)
    assert feed.posts(place) == []
    feed.state(place)


def test_an_emptied_feed_loses_nothing(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"))), Reply(body=rss()))
    fetch(place)
    fetch(place, 1)
    assert kept(place) == [ONE]


def test_a_look_changes_nothing(server, place):
    dates = ["Fri, 02 Apr 2021 10:30:00 +0200", "2021-04-03", "soon", None]
    server.script("/feed.xml", Reply(body=rss(*(entry(n, pubDate=date) for n, date in enumerate(dates)))))
    assert feed.look(place) == Look(4, datetime(2021, 4, 3, tzinfo=UTC))
    assert not place.kept.exists()
    server.script("/feed.xml", Reply(body=ATOM.replace("<id>", "<updated>2021-04-04</updated><id>").encode()))
    assert feed.look(place) == Look(1, datetime(2021, 4, 4, tzinfo=UTC))
    server.script("/feed.xml", Reply(404))
    with pytest.raises(FetchError) as caught:
        feed.look(place)
    assert caught.value.outcome == "not_found"


def test_a_permanent_redirect_is_followed_and_told(server, place, in_one_process):
    server.script("/feed.xml", Reply(301, headers={"Location": "/new.xml"}))
    server.script("/new.xml", Reply(body=rss(entry(1, "a")), headers={"ETag": '"1"'}))
    note = f"The feed has moved for good to {server.url('/new.xml')}: write that as `location`."
    assert [fetch(place, at).notes for at in range(3)] == [(note,)] * 3
    assert server.requests[-1].status == 304
    assert feed.look(place).notes == (note,)
    server.script("/feed.xml", Reply(302, headers={"Location": "/new.xml"}))
    assert fetch(place, 3).notes == ()


def test_validators_are_of_one_location(server, tmp_path, in_one_process):
    for path in ("/one.xml", "/two.xml"):
        server.script(path, Reply(body=rss(entry(1, path)), headers={"ETag": '"same"'}))
        fetch(place_of(server.url(path), tmp_path), 1)
        assert server.requests[-1].status == 200
    assert len(kept(place_of(server.url("/two.xml"), tmp_path))) == 2


def test_a_password_is_not_kept(server, tmp_path):
    place = place_of(server.url("/feed.xml").replace("://", "://ada:lowtide@"), tmp_path)
    server.script("/feed.xml", Reply(301, headers={"Location": "/new.xml"}))
    server.script("/new.xml", Reply(body=rss(entry(1, "a"))))
    assert "lowtide" not in "".join(fetch(place).notes)
    assert all(b"lowtide" not in data for data, *_ in tree(place.kept).values())


# Bad input: each has its outcome, and loses nothing.


def endless(block):
    def blocks():
        while True:
            yield block

    return blocks


BOMB = gzip.compress(bytes(50_000_000))
BAD = {
    "not well-formed, no entry": (Reply(body=b"<rss><channel><title>&"), "not_well_formed", False),
    "empty": (Reply(body=b""), "empty_feed", True),
    "404": (Reply(404, body=rss(entry(9))), "not_found", False),
    "410": (Reply(410), "gone", False),
    "429": (Reply(429, headers={"Retry-After": "90"}), "rate_limited", True),
    "500": (Reply(500, body=rss(entry(9))), "server_error", True),
    "a redirect loop": (Reply(302, headers={"Location": "/feed.xml"}), "redirect_loop", False),
    "a body of 2 GB": (Reply(headers={"Content-Length": str(2 << 30)}), "too_large", False),
    "a body without end": (Reply(body=endless(bytes(1 << 16))), "too_large", False),
    "a compression bomb": (Reply(body=BOMB, headers={"Content-Encoding": "gzip"}), "too_large", False),
    "no gzip": (Reply(body=b"tide", headers={"Content-Encoding": "gzip"}), "bad_encoding", False),
    "HTML": (Reply(body=b"<!doctype html><p>Down for repairs"), "not_a_feed", False),
    "a picture": (Reply(body=b"\x89PNG\r\n\x1a\n" + bytes(100)), "not_a_feed", False),
    "JSON that ends": (
        Reply(body=b'{"version":"https://jsonfeed.org/version/1.1","items":[{'),
        "not_well_formed",
        False,
    ),
    "an answer that breaks off": (
        Reply(body=rss(entry(9))[:80], headers={"Content-Length": "999"}),
        "unreachable",
        True,
    ),
}


@pytest.mark.parametrize(("reply", "outcome", "retry"), BAD.values(), ids=BAD)
def test_a_bad_answer_has_its_outcome_and_loses_nothing(server, place, in_one_process, reply, outcome, retry):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a")), headers={"ETag": '"1"'}))
    fetch(place)
    before, state = tree(place.kept), feed.state(place)
    server.script("/feed.xml", reply)
    assert failure(place) == (outcome, retry)
    assert (tree(place.kept), feed.state(place)) == (before, state)
    assert kept(place) == [ONE]
    # And when it is well again, it is as if nothing had been.
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"), entry(2, "b"))))
    fetch(place, 7)
    assert kept(place) == [ONE, ("https://delta.example/2", "<p>b</p>", 7, None)]


@pytest.mark.parametrize("reply", ["hangs", "body", "raw"])
def test_a_hang_is_an_outcome(server, place, reply):
    def drip():
        while not server.closing.is_set():
            yield b"<"
            server.pause(0.05)

    server.script("/feed.xml", Reply(hangs=True) if reply == "hangs" else Reply(**{reply: drip}))
    begun = time.monotonic()
    assert failure(place, limits=Limits(total_seconds=0.4)) == ("timed_out", True)
    assert time.monotonic() - begun < 5


def test_nobody_at_the_address(tmp_path):
    assert failure(place_of("http://127.0.0.1:1/", tmp_path)) == ("unreachable", True)
    assert failure(place_of("delta.example/feed.xml", tmp_path)) == ("bad_location", False)
    assert failure(place_of("file:///etc/passwd", tmp_path)) == ("bad_location", False)


def test_how_long_a_server_asks_to_wait(server, place):
    for status in (429, 503):
        server.script("/feed.xml", Reply(status, headers={"Retry-After": "90"}))
        with pytest.raises(FetchError) as caught:
            fetch(place)
        assert caught.value.wait == 90


def test_a_web_page_tells_which_feeds_it_announces(server, place):
    page = b'<!doctype html><link rel="alternate" type="application/rss+xml" href="/real.xml">'
    server.script("/feed.xml", Reply(body=page))
    with pytest.raises(FetchError, match=r"/real.xml: write one as `location`"):
        fetch(place)


def test_a_feed_that_is_not_well_formed_gives_what_can_be_read(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"), entry(2, "b"))))
    fetch(place)
    sick = entry(3, "c").replace("T3", "T & 3")
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"), sick, entry(2, "d"))))
    assert any("not well-formed" in note for note in fetch(place, 1).notes)
    assert kept(place) == [
        ONE,
        ("https://delta.example/2", "<p>b</p>", 0, 1),
        ("https://delta.example/2", "<p>d</p>", 1, None),
        ("https://delta.example/3", "<p>c</p>", 1, None),
    ]


def test_a_feed_that_breaks_off_is_asked_for_again(server, place, in_one_process):
    body = rss(entry(1, "a"), entry(2, "b" * 50))
    server.script("/feed.xml", Reply(body=body[:-60], headers={"ETag": '"1"'}))
    assert any("breaks off" in note for note in fetch(place).notes)
    assert kept(place) == [ONE]
    server.script("/feed.xml", Reply(body=body, headers={"ETag": '"1"'}))
    fetch(place, 1)
    assert kept(place) == [ONE, ("https://delta.example/2", f"<p>{'b' * 50}</p>", 1, None)]


@pytest.mark.parametrize(
    ("said", "really"),
    [("utf-8", "latin-1"), ("iso-8859-1", "utf-8"), ("utf-16", "utf-8"), ("tide", "utf-8")],
)
def test_a_wrong_encoding_is_mended_and_noted(server, place, said, really):
    body = f'<?xml version="1.0" encoding="{said}"?>'.encode() + rss(entry(1, "café")).decode().encode(really)
    server.script("/feed.xml", Reply(body=body, headers={"Content-Type": f"text/xml; charset={said}"}))
    notes = fetch(place).notes
    (row,) = kept(place)
    # Where server and feed agree on what can be, nobody is the wiser but feedparser, which mends it.
    assert (row[1], len(notes)) == ("<p>café</p>", 0 if said == "iso-8859-1" else 1)


@pytest.mark.parametrize("field", ["guid", "link"])
def test_entries_without_ids_are_told_apart(server, place, in_one_process, field):
    for at, texts in enumerate([("a", "b"), ("a", "c")]):
        entries = [entry(number, text, **{field: None}) for number, text in enumerate(texts, start=1)]
        server.script("/feed.xml", Reply(body=rss(*entries)))
        fetch(place, at)
    assert kept(place) == [
        ONE,
        ("https://delta.example/2", "<p>b</p>", 0, 1),
        ("https://delta.example/2", "<p>c</p>", 1, None),
    ]


def test_an_entry_without_any_address_is_kept_all_the_same(server, place, in_one_process):
    for at, text in enumerate("ab"):
        server.script("/feed.xml", Reply(body=rss(entry(1, text, guid=None, link=None))))
        fetch(place, at)
    assert [file.removed_at for file in feed.posts(place)].count(None) == 1
    assert len(feed.posts(place)) == 2


def test_dates_of_1970_and_2099_are_kept_as_stated(server, place):
    dates = ["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 31 Dec 2099 23:59:59 GMT"]
    server.script("/feed.xml", Reply(body=rss(*(entry(n, pubDate=date) for n, date in enumerate(dates)))))
    fetch(place)
    posts = sorted(
        (read_post(raw.data) for raw in feed.read(place, feed.posts(place))), key=lambda post: post.url
    )
    assert [post.published.at for post in posts] == [None, datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)]
    assert {file.first_seen_at for file in feed.posts(place)} == {START}


def test_a_changed_id_makes_no_second_revision(server, place, in_one_process):
    for at, identity in enumerate(["1", "2", "3"]):
        server.script("/feed.xml", Reply(body=rss(entry(1, "a", guid=identity))))
        fetch(place, at)
    assert kept(place) == [ONE]
    server.script("/feed.xml", Reply(body=rss(entry(1, "b", guid="4"))))
    fetch(place, 3)
    assert kept(place) == [
        ("https://delta.example/1", "<p>a</p>", 0, 3),
        ("https://delta.example/1", "<p>b</p>", 3, None),
    ]


def test_one_id_twice_in_one_fetch_loses_neither(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a", guid="x"), entry(2, "b", guid="x"))))
    fetch(place)
    assert kept(place) == [ONE, ("https://delta.example/2", "<p>b</p>", 0, None)]


@pytest.mark.parametrize("identity", ["../../../etc/passwd", "a/../b", "x" * 1_000_000, "\u202e", "CON", "."])
def test_a_hostile_id_is_only_text(server, place, tmp_path, identity):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a", guid=identity))))
    fetch(place, limits=Limits())
    assert kept(place) == [ONE]
    assert {path.parent.parent.name for path in tmp_path.rglob("*-*.json")} == {"entries"}
    assert all(len(file.version or "") <= 200 for file in feed.posts(place))


def test_an_entity_bomb_and_files_of_the_machine(server, place):
    dtd = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = f'{dtd}<!ENTITY z SYSTEM "file:///etc/passwd">]>'.encode() + rss(entry(1, "X")).replace(
        b"X", b"&i;&z;"
    )
    server.script("/feed.xml", Reply(body=body))
    fetch(place)
    (row,) = kept(place)
    assert len(row[1]) < 100
    assert "root" not in row[1]


def test_ten_thousand_entries(server, place, in_one_process):
    entries = [f"<item><guid>{number}</guid><title>{number}</title></item>" for number in range(10_000)]
    server.script("/feed.xml", Reply(body=rss(*entries)))
    fetch(place, limits=Limits())
    assert len(feed.posts(place)) == 10_000
    begun = time.process_time()
    feed.state(place)
    assert time.process_time() - begun < 0.5
    server.script("/feed.xml", Reply(body=rss(entry(1, "y", guid="5000"), entry(2))))
    fetch(place, 1)
    files = feed.posts(place)
    assert len(files) == 10_002
    assert sum(file.removed_at is not None for file in files) == 1


# Deleted entries, which Atom can name.


@pytest.mark.parametrize(("on_removal", "count"), [("remove", 1), ("keep", 3)])
def test_a_deleted_entry_is_among_the_posts_where_it_is_to_be_kept(
    server, tmp_path, in_one_process, on_removal, count
):
    place = place_of(server.url("/atom.xml"), tmp_path, on_removal=on_removal)
    atom = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{}</feed>'
    one = '<entry><id>{0}</id><link href="https://delta.example/{0}"/><summary>{1}</summary></entry>'
    gone = '<at:deleted-entry ref="1" when="2026-01-01T02:30:00Z"/>'
    for at, entries in enumerate([one.format(1, "a") + one.format(2, "b"), one.format(1, "c"), "", gone]):
        server.script("/atom.xml", Reply(body=atom.format(entries).encode()))
        fetch(place, at)
    rows = [
        ("https://delta.example/1", "a", 0, 1),
        ("https://delta.example/1", "c", 1, 2.5),
        ("https://delta.example/2", "b", 0, None),
    ]
    assert kept(place) == rows[-count:]
    other = place_of(
        server.url("/atom.xml"), tmp_path, on_removal="keep" if on_removal == "remove" else "remove"
    )
    assert feed.state(place) != feed.state(other)


# What becomes of the kept folder.


def test_a_kept_entry_that_is_gone_or_damaged_is_a_reject(server, place):
    server.script("/feed.xml", Reply(body=rss(*(entry(number, "a") for number in range(5)))))
    fetch(place)
    files = feed.posts(place)
    paths = [place.kept / file.path for file in files]
    paths[0].unlink()
    paths[1].write_bytes(b"{}")
    paths[2].unlink()
    paths[2].symlink_to("/etc/passwd")
    paths[3].unlink()
    paths[3].mkdir()
    assert feed.posts(place) == files
    found = list(feed.read(place, iter(files)))
    assert [raw.reason for raw in found if isinstance(raw, Reject)] == [
        "missing_post",
        "damaged_post",
        "unreadable",
        "unreadable",
    ]
    assert [isinstance(raw, RawPost) for raw in found] == [False] * 4 + [True]
    for file, raw in zip(files[:4], found[:4], strict=True):
        assert (raw.raw_path, raw.raw_sha256, raw.raw_bytes, raw.stage) == (
            file.path,
            file.token,
            file.size,
            "read",
        )


def test_only_kept_entries_are_read(server, place, tmp_path):
    from dataclasses import replace

    server.script("/feed.xml", Reply(body=rss(entry(1, "a"))))
    fetch(place)
    (tmp_path / "secret.json").write_text("{}")
    (file,) = feed.posts(place)
    for path in ("../../secret.json", "/etc/passwd", "journal.jsonl", "entries/../journal.jsonl"):
        (found,) = feed.read(place, [replace(file, path=path)])
        assert found.reason == "missing_post"


def test_an_entry_of_more_than_a_post_may_have_is_a_reject(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a" * MAX_RAW_BYTES))))
    fetch(place, limits=Limits())
    (found,) = feed.read(place, feed.posts(place))
    assert (found.reason, found.raw_bytes > MAX_RAW_BYTES) == ("too_large", True)


def test_a_deleted_or_damaged_memory_of_the_last_answer_costs_one_full_fetch(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a")), headers={"ETag": '"1"'}))
    fetch(place)
    for data in (b"", b"[]", b'{"etag": 7', b'{"etag": 7}', None):
        if data is None:
            (place.kept / "feed.json").unlink()
        else:
            (place.kept / "feed.json").write_bytes(data)
        fetch(place, 1)
        assert server.requests[-1].status == 200
        fetch(place, 2)
        assert server.requests[-1].status == 304
    assert kept(place) == [ONE]


def test_a_lost_journal_is_written_anew(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a")), headers={"ETag": '"1"'}))
    fetch(place)
    (place.kept / "journal.jsonl").unlink()
    fetch(place, 4)
    assert kept(place) == [(*ONE[:2], 4, None)]


def test_a_damaged_journal_stops_before_anything_is_written(server, place, in_one_process):
    server.script("/feed.xml", Reply(body=rss(entry(1, "a"))), Reply(body=rss(entry(2, "b"))))
    fetch(place)
    (place.kept / "journal.jsonl").write_text("tide\n")
    before = tree(place.kept)
    assert failure(place) == ("damaged_store", False)
    with pytest.raises(FetchError, match="source 'delta'"):
        feed.posts(place)
    assert tree(place.kept) == before


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    place = place_of(server.url("/feed.xml"), tmp_path)
    (tmp_path / "fetched").write_text("a file")
    assert failure(place) == ("cannot_keep", False)


def test_two_fetches_at_once_do_not_meet(server, place):
    from filelock import FileLock

    server.script("/feed.xml", Reply(body=rss(entry(1, "a"))))
    fetch(place)
    with FileLock(place.kept / ".lock"):
        assert failure(place) == ("busy", True)
        assert kept(place) == [ONE]
    fetch(place)


# The whole, over a long time.


def history(steps, seed):
    """What a server answers at each step, and what a reader must then have: rows as of `kept`."""
    dice = random.Random(seed)
    texts, newest = {}, 0
    seen, standing, removed = {}, {}, {}
    failing = [
        Reply(500),
        Reply(404),
        Reply(body=b"<html>"),
        Reply(body=b""),
        Reply(429),
        Reply(body=b"<rss><chann"),
    ]
    for at in range(steps):
        for _ in range(dice.randint(0, 2)):
            newest += 1
            texts[newest] = "a"
        window = [number for number in texts if number > newest - 5]
        for number in window:
            if dice.random() < 0.2:
                texts[number] = dice.choice("abc")
        if dice.random() < 0.25:
            yield at, dice.choice(failing), None
            continue
        dice.shuffle(window)
        for number in window:
            text = texts[number]
            seen.setdefault((number, text), at)
            if standing.get(number, text) != text:
                removed[number, standing[number]] = at
            removed.pop((number, text), None)
            standing[number] = text
        rows = [
            (f"https://delta.example/{number}", f"<p>{text}</p>", first, removed.get((number, text)))
            for (number, text), first in seen.items()
        ]
        yield at, Reply(body=rss(*(entry(n, texts[n]) for n in window))), sorted(rows, key=str)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_feed_that_changes_thirty_times_and_fails_at_times(server, place, in_one_process, seed):
    """No entry is lost, none is there twice, each edit is one more revision."""
    failed = 0
    for at, reply, rows in history(30, seed):
        server.script("/feed.xml", reply)
        if rows is None:
            before = kept(place)
            failure(place, at=at)
            failed += 1
            assert kept(place) == before
        else:
            fetch(place, at)
            assert kept(place) == rows
    assert failed > 2
    assert len(rows or kept(place)) > 30
    assert any(removed is not None for *_, removed in kept(place))


FETCHING = """
import json, sys
from datetime import datetime
from pathlib import Path
from pipeline.sources import feed
from pipeline.sources.kinds import Place
from pipeline.sources.registry import Source
location, kept, now = sys.argv[1:]
source = Source(name="delta", kind="feed", location=location)
print("ready", flush=True)
feed.fetch(Place(source, location, Path(kept)), now=datetime.fromisoformat(now))
"""


def test_a_fetch_that_is_killed_loses_nothing(server, place, in_one_process):
    dice = random.Random(4)
    everything = set()
    for at in range(8):
        entries = {number: f"{number}-{at // 3}" for number in range(at, at + 40)}
        server.script("/feed.xml", Reply(body=rss(*(entry(n, text) for n, text in entries.items()))))
        command = [sys.executable, "-c", FETCHING, place.location, str(place.kept), hour(at).isoformat()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        with process:
            process.stdout.readline()
            time.sleep(dice.random() * 0.4)
            process.send_signal(signal.SIGKILL)
        # What was there is there, and all that is listed can be read.
        found = {row[:2] for row in kept(place)}
        assert everything <= found
        everything = found
    fetch(place, 8)
    fetch(place, 9)
    rows = kept(place)
    assert everything | {(f"https://delta.example/{n}", f"<p>{text}</p>") for n, text in entries.items()} == {
        row[:2] for row in rows
    }
    assert {path.name for path in place.kept.iterdir()} <= {"entries", "journal.jsonl", "feed.json", ".lock"}
    assert len({json.dumps(row[:2]) for row in rows}) == len(rows) == len(list(place.kept.rglob("*-*.json")))
    assert (place.kept / "journal.jsonl").stat().st_size < 400 * 2 * len(rows)
