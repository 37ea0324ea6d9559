"""Dagster as its user meets it: a real webserver and daemon, spoken to through GraphQL, and the
page seen in a real browser."""

import hashlib
import shutil
from pathlib import Path

import polars as pl
import pytest

from pipeline.build import build
from pipeline.tables.rules import rules
from schemas import TABLES
from tests.assets.server import DagsterServer, dagster_server

PROJECT = Path(__file__).resolve().parents[2]
CHECKS = """
query Checks($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization {
    status evaluation { success metadataEntries { label
      ... on IntMetadataEntry { intValue }
      ... on TableMetadataEntry { table { records } } } } } } } } } } }
"""
METADATA = """
query Metadata($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetMaterializations(limit: 1) { metadataEntries { label
    ... on IntMetadataEntry { intValue } ... on TextMetadataEntry { text } } } } } }
"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy required } } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """Dagster over the sample, with everything materialized once."""
    with dagster_server(tmp_path_factory.mktemp("dagster"), PROJECT / "raw") as server:
        assert server.wait_for_run(server.launch()) == "SUCCESS"
        yield server


def checks_of(server: DagsterServer, asset: str) -> dict[str, dict]:
    node = server.graphql(CHECKS, key={"path": [asset]})["assetNodeOrError"]
    return {check["name"]: check for check in node["assetChecksOrError"]["checks"]}


def metadata_of(server: DagsterServer, asset: str) -> dict[str, dict]:
    node = server.graphql(METADATA, key={"path": [asset]})["assetNodeOrError"]
    return {entry["label"]: entry for entry in node["assetMaterializations"][0]["metadataEntries"]}


def hashes(out: Path) -> dict[str, str]:
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_run_went_through_the_daemons_queue(server):
    statuses = server.graphql(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
    queue = [status for status in statuses if status["daemonType"] == "QUEUED_RUN_COORDINATOR"]
    assert queue[0]["healthy"]


def test_the_assets_write_the_same_bytes_as_the_command(server, tmp_path):
    build(PROJECT / "raw", tmp_path)
    assert hashes(server.out) == hashes(tmp_path)


def test_every_check_has_passed(server):
    results = {
        (table.name, name): check["executionForLatestMaterialization"]["status"]
        for table in TABLES
        for name, check in checks_of(server, table.name).items()
    }
    assert results == {(rule.table, rule.name): "SUCCEEDED" for rule in rules()}


def test_each_asset_says_how_many_rows_it_has(server):
    for table in TABLES:
        rows = pl.read_parquet(server.out / "parquet" / table.name / f"{table.name}.parquet").height
        assert metadata_of(server, table.name)["dagster/row_count"]["intValue"] == rows
    assert metadata_of(server, "raw_posts")["dagster/row_count"]["intValue"] == 41
    assert metadata_of(server, "dataset")["version"]["text"] == (server.out / "current").readlink().name


def test_a_page_shows_the_asset_with_its_checks(server):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{server.address}/assets/revisions?view=checks")
        page.get_by_text("nothing_is_lost").first.wait_for(timeout=60_000)
        page.goto(f"{server.address}/assets/articles")
        page.get_by_text("One row is a web page, at its current revision").first.wait_for(timeout=60_000)
        browser.close()


def test_a_broken_input_fails_a_check_that_shows_the_row_and_publishes_nothing(server):
    before = hashes(server.out)
    path = server.out / ".stages" / "extracted_posts" / "comments.parquet"
    whole = path.read_bytes()
    comments = pl.read_parquet(path)
    pl.concat([comments, comments.head(1)]).write_parquet(path)
    names = [table.name for table in TABLES]
    assert server.wait_for_run(server.launch(*names, "dataset")) == "FAILURE"
    execution = checks_of(server, "comments")["key_is_unique"]["executionForLatestMaterialization"]
    assert execution["status"] == "FAILED"
    entries = {entry["label"]: entry for entry in execution["evaluation"]["metadataEntries"]}
    assert entries["failing rows"]["intValue"] == 1
    assert comments["comment_id"][0] in str(entries["examples"]["table"]["records"])
    assert hashes(server.out) == before

    path.write_bytes(whole)
    assert server.wait_for_run(server.launch(*names, "dataset")) == "SUCCESS"
    assert hashes(server.out) == before
