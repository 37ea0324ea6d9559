"""A real Dagster webserver and daemon on loopback, spoken to as the UI speaks to them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.ui import PROJECT, environment, seed

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
BACKFILL = """
mutation Backfill($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } } }"
RUNS = """
query Runs($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
  runId status tags { key value } } } } }
"""
PARTITIONS = """
query Partitions($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  partitionKeys } } }
"""
LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError {
  __typename ... on PythonError { message } } } } } }
"""
SELECTOR = {"repositoryLocationName": "commonplace", "repositoryName": "__repository__"}


class DagsterServer:
    """One `dagster dev`, with an instance and folders of its own."""

    def __init__(self, address: str, out: Path, process: subprocess.Popen[bytes]) -> None:
        self.address = address
        self.out = out
        self._process = process

    def graphql(self, query: str, **variables: object) -> dict:
        request = urllib.request.Request(
            f"{self.address}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def wait_until_loaded(self, seconds: float = 90) -> None:
        """Wait until the code location is loaded."""

        def is_loaded() -> bool:
            assert self._process.poll() is None, "dagster dev has ended"
            try:
                entries = self.graphql(LOCATIONS)["workspaceOrError"]["locationEntries"]
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return False
            if not entries or entries[0]["loadStatus"] != "LOADED":
                return False
            assert entries[0]["locationOrLoadError"]["__typename"] == "RepositoryLocation", entries
            return True

        self.wait_until(is_loaded, seconds)

    def wait_until(self, is_so: Callable[[], object], seconds: float = 120) -> None:
        """Wait until something is so; a TimeoutError where it does not become so."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(f"It was not so after {seconds} seconds")
            time.sleep(0.5)

    def launch(
        self, *assets: str, partition: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str:
        """Materialize assets, or all of them, as the button of the UI does; the run's id."""
        selector = SELECTOR | {"pipelineName": "__ASSET_JOB" if assets else "refresh"}
        if assets:
            selector["assetSelection"] = [{"path": [name]} for name in assets]
        tags = dict(tags or {}) | ({"dagster/partition": partition} if partition else {})
        params = {
            "selector": selector,
            "mode": "default",
            "runConfigData": "{}",
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self.graphql(LAUNCH, params=params)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def backfill(self, *partitions: str) -> str:
        """Backfill partitions of the job `refresh`, as the button of its page does; the backfill's id."""
        params = {
            "selector": {"partitionSetName": "refresh_partition_set", "repositorySelector": SELECTOR},
            "partitionNames": list(partitions),
        }
        answer = self.graphql(BACKFILL, params=params)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return answer["backfillId"]

    def runs(self, **tags: str) -> list[dict]:
        """The runs that have these tags (`__` stands for a slash), the newest first."""
        wanted = [{"key": key.replace("__", "/"), "value": value} for key, value in tags.items()]
        found = self.graphql(RUNS, filter={"tags": wanted})["runsOrError"]["results"]
        return [run | {"tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in found]

    def wait_for_runs(self, seconds: float = 120, **tags: str) -> list[dict]:
        """The runs that have these tags, once there is one and all have ended."""
        found: list[dict] = []

        def have_ended() -> bool:
            found[:] = self.runs(**tags)
            return bool(found) and all(run["status"] in ("SUCCESS", "FAILURE", "CANCELED") for run in found)

        self.wait_until(have_ended, seconds)
        return found

    def wait_for_run(self, run_id: str, seconds: float = 120) -> str:
        """The status in which a run ended."""
        status = ""

        def has_ended() -> bool:
            nonlocal status
            status = self.graphql(RUN, id=run_id)["runOrError"]["status"]
            return status in ("SUCCESS", "FAILURE", "CANCELED")

        self.wait_until(has_ended, seconds)
        return status

    def partitions(self) -> list[str]:
        """The partitions of `raw_posts`, as the UI shows them."""
        node = self.graphql(PARTITIONS, key={"path": ["raw_posts"]})["assetNodeOrError"]
        return node["partitionKeys"]


@contextmanager
def dagster_server(folder: Path, raw: Path, **variables: str) -> Iterator[DagsterServer]:
    """`dagster dev` over `raw`, with its instance and outputs in `folder`, ended afterwards; `variables`
    are for its environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    out = folder / "outputs"
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    settings = environment(raw, out, folder / "home")
    seed(settings)
    with (folder / "dagster.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workspace", str(PROJECT / "workspace.yaml")],
            cwd=PROJECT,
            env=settings | variables,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            server = DagsterServer(f"http://127.0.0.1:{port}", out, process)
            server.wait_until_loaded()
            yield server
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
