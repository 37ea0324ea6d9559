"""Dagster as its user meets it: a real webserver and daemon, spoken to through GraphQL, and the page seen
in a real browser. Nobody reloads or restarts anything."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import polars as pl
import pytest

from pipeline.refresh import log
from pipeline.refresh.steps import build
from pipeline.tables.rules import rules
from schemas import TABLES
from tests.assets.project import hashes
from tests.assets.server import DagsterServer, dagster_server
from tests.refresh.posts import post, write_posts
from tests.sources.archives import Archive

PROJECT = Path(__file__).resolve().parents[2]
CHECKS = """
query Checks($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization {
    status evaluation { success metadataEntries { label
      ... on TextMetadataEntry { text } } } } } } } } } }
"""
METADATA = """
query Metadata($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetMaterializations(limit: 1) { metadataEntries { label
    ... on IntMetadataEntry { intValue } ... on TextMetadataEntry { text }
    ... on MarkdownMetadataEntry { mdStr } } } } } }
"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy required } } } }"
STALE = "{ assetNodes { assetKey { path } staleStatus } }"
SCHEDULES = """
{ schedulesOrError(repositorySelector: {repositoryLocationName: "commonplace",
  repositoryName: "__repository__"}) { ... on Schedules { results { name cronSchedule executionTimezone
  scheduleState { status } } } } }
"""
# A daemon looks every half minute; a machine with much to do takes its time.
WITHIN_TWO_MINUTES = 120
# As a title of a post might be.
HOSTILE = "![x](hostile.png) <b>bold</b> [link](hostile.html)"
NEW_PAGE = "https://www.lanternfile.example/notes/2"


@dataclass
class Scene:
    """A server after some minutes of its life."""

    server: DagsterServer
    raw: Path
    archive: Archive
    posted: list[dict]
    backfill: str = ""
    failed_run: str = ""
    seconds: float = 0.0


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What happens to a server whose sources are two folders, one that is gone, and a git archive; only
    the archive has a schedule, and its time does not come.

    The archive is refreshed as soon as the daemon looks. Then, all at once: somebody refreshes what is
    gone and backfills the folders, a source is written into sources.yaml, and a post is committed.
    """
    folder = tmp_path_factory.mktemp("dagster")
    raw = folder / "raw"
    archive = Archive(folder / "archive")
    archive.write("1.md", post(1))
    archive.commit()
    write_posts(raw / "notes", range(11, 14))
    write_posts(raw / "letters", range(21, 23))
    listing = raw / "sources.yaml"
    listing.write_text(
        "sources:\n"
        "  - {name: notes, kind: folder, location: notes}\n"
        "  - {name: letters, kind: folder, location: letters}\n"
        f"  - {{name: gone, kind: folder, location: '{HOSTILE}'}}\n"
        f"  - {{name: archive, kind: git, location: '{archive.location}', schedule: '0 0 1 1 *'}}\n"
    )
    with receiver() as (url, posted), dagster_server(folder, raw, COMMONPLACE_WEBHOOK=url) as server:
        seen = Scene(server, raw, archive, posted)
        server.wait_for_runs(commonplace__sources="archive")
        seen.failed_run = server.launch(partition="gone")
        seen.backfill = server.backfill("letters", "notes")
        with listing.open("a") as stream:
            stream.write("  - {name: songs, kind: folder, location: songs}\n")
        archive.write("2.md", post(2))
        archive.commit()
        begun = time.monotonic()
        server.wait_until(lambda: NEW_PAGE in urls(server.out), WITHIN_TWO_MINUTES)
        seen.seconds = time.monotonic() - begun
        server.wait_until(lambda: "songs" in server.partitions())
        server.wait_for_runs(commonplace__sources="archive")
        server.wait_for_runs(dagster__backfill=seen.backfill)
        server.wait_until(lambda: posted)
        yield seen


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict]]]:
    """A server on loopback: its URL, and the JSON that was posted to it."""
    posted: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", posted
    finally:
        server.shutdown()
        server.server_close()


def urls(out: Path) -> set[str]:
    try:
        return set(pl.read_parquet(out / "parquet" / "articles" / "*.parquet")["url"].to_list())
    except (OSError, pl.exceptions.PolarsError):
        return set()


def checks_of(server: DagsterServer, asset: str) -> dict[str, dict]:
    node = server.graphql(CHECKS, key={"path": [asset]})["assetNodeOrError"]
    return {
        check["name"]: check["executionForLatestMaterialization"]
        for check in node["assetChecksOrError"]["checks"]
    }


def metadata_of(server: DagsterServer, asset: str) -> dict[str, dict]:
    node = server.graphql(METADATA, key={"path": [asset]})["assetNodeOrError"]
    return {entry["label"]: entry for entry in node["assetMaterializations"][0]["metadataEntries"]}


def test_a_commit_is_in_the_tables_within_two_minutes_with_nobody_touching_anything(scene):
    runs = scene.server.runs(commonplace__sources="archive")
    assert len(runs) == 2
    for run in runs:
        assert run["status"] == "SUCCESS"
        assert run["tags"]["commonplace/trigger"] == "sensor"
        assert run["tags"]["dagster/sensor_name"] == "sources_moved"
    rows = [row for row in log.read(scene.server.out).to_pylist() if row["source"] == "archive"]
    assert [(row["trigger"], row["outcome"], row["articles_new"]) for row in rows] == [
        ("sensor", "refreshed", 1),
        ("sensor", "refreshed", 1),
    ]
    assert rows[-1]["to_version"].startswith(scene.archive.head)
    print(f"The commit was in the tables after {scene.seconds:.0f} seconds.")


def test_a_backfill_of_several_partitions_is_one_run(scene):
    [run] = scene.server.runs(dagster__backfill=scene.backfill)
    assert run["status"] == "SUCCESS"
    assert run["tags"]["commonplace/sources"] == "letters, notes"
    refresh = run["tags"]["commonplace/refresh"]
    rows = [row for row in log.read(scene.server.out).to_pylist() if row["run"] == refresh]
    assert [row["source"] for row in rows] == ["letters", "notes"]


def test_a_source_that_is_written_into_the_file_becomes_a_partition(scene):
    assert scene.server.partitions() == ["archive", "gone", "letters", "notes", "songs"]


def test_a_run_of_a_source_that_fails_succeeds_says_so_in_words_and_is_posted(scene):
    [run] = [run for run in scene.server.runs() if run["runId"] == scene.failed_run]
    assert run["status"] == "SUCCESS"
    fetched = checks_of(scene.server, "raw_posts")["fetched"]
    assert (fetched["status"], fetched["evaluation"]["success"]) == ("FAILED", False)
    [entry] = fetched["evaluation"]["metadataEntries"]
    assert entry["label"] == "gone"
    assert entry["text"].startswith("source 'gone': its location")
    [body] = scene.posted
    assert (body["run"], body["sources"], body["status"]) == (scene.failed_run, "gone", "SUCCESS")
    assert [(row["source"], row["outcome"]) for row in body["failed"]] == [("gone", "not_found")]


def test_the_runs_went_through_the_daemons_queue(scene):
    statuses = scene.server.graphql(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
    queue = [status for status in statuses if status["daemonType"] == "QUEUED_RUN_COORDINATOR"]
    assert queue[0]["healthy"]


def test_the_source_with_a_cron_line_has_a_schedule_that_runs(scene):
    assert scene.server.graphql(SCHEDULES)["schedulesOrError"]["results"] == [
        {
            "name": "refresh_archive",
            "cronSchedule": "0 0 1 1 *",
            "executionTimezone": "UTC",
            "scheduleState": {"status": "RUNNING"},
        }
    ]


def test_the_assets_write_the_same_bytes_as_the_command(scene, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(scene.raw, raw, ignore=shutil.ignore_patterns("fetched"))
    build(raw, tmp_path / "out")
    assert hashes(scene.server.out) == hashes(tmp_path / "out")


def test_every_check_on_the_tables_has_passed_and_nothing_is_stale(scene):
    results = {
        (table.name, name): check["status"]
        for table in TABLES
        for name, check in checks_of(scene.server, table.name).items()
    }
    assert results == {(rule.table, rule.name): "SUCCEEDED" for rule in rules()}
    assert {name: check["status"] for name, check in checks_of(scene.server, "dataset").items()} == {
        "limits": "SUCCEEDED",
        "fresh": "SUCCEEDED",
    }
    assert {node["staleStatus"] for node in scene.server.graphql(STALE)["assetNodes"]} == {"FRESH"}


def test_each_asset_says_how_many_rows_it_has(scene):
    server = scene.server
    for table in TABLES:
        rows = pl.read_parquet(server.out / "parquet" / table.name / "*.parquet").height
        assert metadata_of(server, table.name)["dagster/row_count"]["intValue"] == rows
    assert metadata_of(server, "raw_posts")["dagster/row_count"]["intValue"] == 7
    assert metadata_of(server, "dataset")["version"]["text"] == (server.out / "current").readlink().name


def test_a_page_shows_the_asset_with_its_checks(scene):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{scene.server.address}/assets/revisions?view=checks")
        page.get_by_text("nothing_is_lost").first.wait_for(timeout=60_000)
        page.goto(f"{scene.server.address}/assets/articles")
        page.get_by_text("One row is a web page, at its current revision").first.wait_for(timeout=60_000)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{scene.server.address}/assets/raw_posts?view=checks&checkDetail=fetched")
        # What is markup elsewhere is only words here.
        page.get_by_text(HOSTILE).first.wait_for(timeout=60_000)
        assert page.locator("a[href*=hostile], img[src*=hostile]").count() == 0
        assert not [url for url in asked if "hostile" in url]
        page.goto(f"{scene.server.address}/assets/raw_posts?view=partitions")
        page.get_by_text("letters").first.wait_for(timeout=60_000)
        browser.close()
