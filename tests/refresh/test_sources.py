"""Sources of other kinds, refreshed: feeds that change while they are read, indexes, and what goes
wrong with either, in the record."""

import hashlib
import json
import random
from pathlib import Path

import polars as pl
import pytest

from pipeline.refresh import log
from pipeline.refresh.steps import build, refresh
from tests.sources.archives import Archive
from tests.sources.webserver import Reply, web_server

ADDRESS = "https://www.lanternfile.example/notes"


@pytest.fixture(scope="module")
def server():
    with web_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def hashes(out: Path) -> dict[str, str]:
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def raw_folder(folder: Path, *entries: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "sources.yaml").write_text(json.dumps({"sources": entries}))
    return folder


def atom(entries: dict[int, str]) -> bytes:
    """A feed with these entries: number and text, the newest first."""
    items = "".join(
        f"<entry><id>tag:lanternfile.example,{number}</id><title>Note {number}</title>"
        f'<link href="{ADDRESS}/{number}"/><published>2025-11-{number % 28 + 1:02}T10:00:00Z</published>'
        f'<updated>2025-11-{number % 28 + 1:02}T10:00:00Z</updated><content type="html">'
        f"&lt;p&gt;{text}&lt;/p&gt;</content><author><name>Ada Marsh</name></author></entry>"
        for number, text in sorted(entries.items(), reverse=True)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title>{items}</feed>'.encode()


def test_a_feed_that_changes_thirty_times_loses_nothing_and_doubles_nothing(server, tmp_path):
    """New entries, edits, a window that moves on, and answers that fail in between."""
    chance = random.Random(30)
    raw = raw_folder(
        tmp_path / "raw", {"name": "notes", "kind": "feed", "location": server.url("/notes.xml")}
    )
    window: dict[int, str] = {}
    served: set[tuple[int, str]] = set()
    failures = [Reply(500), Reply(404), Reply(body=b"<html><p>Down for repair</p></html>"), Reply(body=b"")]
    for moment in range(30):
        window[moment + 1] = f"A lamp was lit in the {moment + 1}th window."
        if moment % 3 == 1:
            number = chance.choice(sorted(window))
            window[number] = f"Edited, for the {moment}th time."
        if len(window) > 6:
            del window[min(window)]
        if moment % 4 == 3:
            server.script("/notes.xml", chance.choice(failures))
            assert not refresh(raw, tmp_path / "out", attempts=1).is_good
            continue
        served |= set(window.items())
        server.script("/notes.xml", Reply(body=atom(window)))
        assert refresh(raw, tmp_path / "out", attempts=1).is_good

    articles = pl.read_parquet(tmp_path / "out/parquet/articles/*.parquet")
    revisions = pl.read_parquet(tmp_path / "out/parquet/revisions/*.parquet")
    assert sorted(articles["url"]) == sorted({f"{ADDRESS}/{number}" for number, _ in served})
    assert revisions.height == len(served)
    assert revisions.filter("is_current").height == articles.height
    shown = dict(articles.select("url", "body_text").iter_rows())
    assert all(shown[f"{ADDRESS}/{number}"] == text for number, text in window.items())
    edited = revisions.filter(pl.col("removed_at").is_not_null())
    assert edited.height == len(served) - articles.height
    assert revisions["first_seen_at"].null_count() == 0

    build(raw, tmp_path / "built", fetch=False)
    assert hashes(tmp_path / "out") == hashes(tmp_path / "built")


def test_an_unchanged_feed_is_asked_for_with_its_etag_and_costs_no_parsing(server, tmp_path):
    raw = raw_folder(tmp_path / "raw", {"name": "notes", "kind": "feed", "location": server.url("/tag.xml")})
    server.script("/tag.xml", Reply(body=atom({1: "Lit."}), headers={"ETag": '"one"'}))
    refresh(raw, tmp_path / "out", attempts=1)
    done = refresh(raw, tmp_path / "out", attempts=1)
    assert [record.outcome for record in done.records] == ["unchanged"]
    assert server.requests[-1].status == 304


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        pytest.param(Reply(404), "not_found", id="404"),
        pytest.param(Reply(410), "gone", id="410"),
        pytest.param(Reply(429, headers={"Retry-After": "0"}), "rate_limited", id="429"),
        pytest.param(Reply(500), "server_error", id="500"),
        pytest.param(Reply(302, headers={"Location": "/bad.xml"}), "redirect_loop", id="a loop"),
        pytest.param(Reply(body=b"<html><p>Hello</p></html>"), "not_a_feed", id="HTML"),
        pytest.param(Reply(body=b""), "empty_feed", id="empty"),
    ],
)
def test_a_feed_that_fails_has_a_named_outcome_and_loses_nothing(server, tmp_path, reply, outcome):
    raw = raw_folder(tmp_path / "raw", {"name": "notes", "kind": "feed", "location": server.url("/bad.xml")})
    server.script("/bad.xml", Reply(body=atom({1: "Lit.", 2: "Lit again."})))
    refresh(raw, tmp_path / "out", attempts=1)
    before = hashes(tmp_path / "out")
    server.script("/bad.xml", reply)
    done = refresh(raw, tmp_path / "out", attempts=1)
    assert [record.outcome for record in done.records] == [outcome]
    assert "notes" in done.records[0].message
    assert log.last_refreshes(tmp_path / "out")["notes"]["outcome"] == outcome
    assert hashes(tmp_path / "out") == before


def test_a_server_that_fails_for_a_moment_is_asked_again(server, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.refresh.fetching.FIRST_WAIT", 0.01)
    raw = raw_folder(tmp_path / "raw", {"name": "notes", "kind": "feed", "location": server.url("/shy.xml")})
    server.script("/shy.xml", Reply(503), Reply(500), Reply(body=atom({1: "Lit."})))
    assert refresh(raw, tmp_path / "out").is_good


def test_a_first_fetch_that_fails_leaves_a_record(server, tmp_path):
    raw = raw_folder(tmp_path / "raw", {"name": "notes", "kind": "feed", "location": server.url("/none")})
    with pytest.raises(Exception, match="notes"):
        refresh(raw, tmp_path / "out", attempts=1)
    assert log.last_refreshes(tmp_path / "out")["notes"]["outcome"] == "not_found"


def test_an_index_gives_articles_of_what_is_known(tmp_path):
    entries = [
        {
            "url": "mp.lantern.example/s?id=7",
            "title": "A lamp went out",
            "nickname": "Lamp News",
            "created_at": "2021-09-24",
        },
        {"title": "No address"},
    ]
    raw = raw_folder(tmp_path / "raw", {"name": "index", "kind": "index", "location": "index"})
    (raw / "index").mkdir()
    (raw / "index/2021-09.json").write_text(json.dumps(entries))
    done = refresh(raw, tmp_path / "out")
    assert (done.rows["articles"], done.rows["rejects"]) == (1, 1)
    article = pl.read_parquet(tmp_path / "out/parquet/articles/*.parquet").row(0, named=True)
    known = ("url", "title", "author_line", "published_precision", "body_text", "is_stub")
    assert {name: article[name] for name in known} == {
        "url": "https://mp.lantern.example/s?id=7",
        "title": "A lamp went out",
        "author_line": "Lamp News",
        "published_precision": "day",
        "body_text": None,
        "is_stub": True,
    }
    assert article["published_at"].isoformat() == "2021-09-24T00:00:00+00:00"


@pytest.mark.parametrize(
    ("spoil", "outcome"),
    [
        pytest.param("empty", "empty_repository", id="empty"),
        pytest.param("gone", "not_found", id="gone"),
        pytest.param("other", "not_a_repository", id="something else"),
    ],
)
def test_a_git_archive_that_fails_has_a_named_outcome_and_loses_nothing(tmp_path, spoil, outcome):
    raw = raw_folder(tmp_path / "raw", {"name": "archive", "kind": "git", "location": "archive"})
    archive = Archive(raw / "archive")
    archive.write("1.md", f"---\nfrom: {ADDRESS}/1\ntitle: One\n---\n<p>Lit.</p>\n")
    archive.commit()
    refresh(raw, tmp_path / "out", attempts=1)
    before = hashes(tmp_path / "out")
    archive.path.rename(tmp_path / "moved")
    if spoil == "empty":
        Archive(raw / "archive")
    elif spoil == "other":
        (raw / "archive").mkdir()
        (raw / "archive/1.md").write_text("no repository")
    done = refresh(raw, tmp_path / "out", attempts=1)
    assert [record.outcome for record in done.records] == [outcome]
    assert hashes(tmp_path / "out") == before


def test_rewritten_history_ends_in_the_bytes_of_a_build(tmp_path):
    raw = raw_folder(tmp_path / "raw", {"name": "archive", "kind": "git", "location": "archive"})
    archive = Archive(raw / "archive")
    commits = []
    for number in (1, 2, 3):
        archive.write(f"{number}.md", f"---\nfrom: {ADDRESS}/{number}\ntitle: {number}\n---\n<p>Lit.</p>\n")
        commits.append(archive.commit())
    refresh(raw, tmp_path / "out")
    archive.reset(commits[0])
    archive.write("4.md", f"---\nfrom: {ADDRESS}/4\ntitle: 4\n---\n<p>Lit.</p>\n")
    archive.commit("rewritten")
    done = refresh(raw, tmp_path / "out", accept=True)
    assert done.rows["articles"] == 2
    build(raw, tmp_path / "built")
    assert hashes(tmp_path / "out") == hashes(tmp_path / "built")
