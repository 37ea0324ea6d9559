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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.ui import PROJECT, environment

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
RUN = "query Run($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } } }"
LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError {
  __typename ... on PythonError { message } } } } } }
"""


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
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process.poll() is None, "dagster dev has ended"
            try:
                entries = self.graphql(LOCATIONS)["workspaceOrError"]["locationEntries"]
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                entries = []
            if entries and entries[0]["loadStatus"] == "LOADED":
                assert entries[0]["locationOrLoadError"]["__typename"] == "RepositoryLocation", entries
                return
            time.sleep(0.5)
        raise TimeoutError("The code location did not load")

    def launch(self, *assets: str) -> str:
        """Materialize assets, or all of them, as the button of the UI does; the run's id."""
        selector = {
            "repositoryLocationName": "commonplace",
            "repositoryName": "__repository__",
            "pipelineName": "__ASSET_JOB" if assets else "build_dataset",
        }
        if assets:
            selector["assetSelection"] = [{"path": [name]} for name in assets]
        params = {"selector": selector, "mode": "default", "runConfigData": "{}"}
        answer = self.graphql(LAUNCH, params=params)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def wait_for_run(self, run_id: str, seconds: float = 120) -> str:
        """The status in which a run ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.graphql(RUN, id=run_id)["runOrError"]["status"]
            if status in ("SUCCESS", "FAILURE", "CANCELED"):
                return status
            time.sleep(0.5)
        raise TimeoutError(f"Run {run_id} did not end")


@contextmanager
def dagster_server(folder: Path, raw: Path) -> Iterator[DagsterServer]:
    """`dagster dev` over `raw`, with its instance and outputs in `folder`, ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    out = folder / "outputs"
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "dagster.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workspace", str(PROJECT / "workspace.yaml")],
            cwd=PROJECT,
            env=environment(raw, out, folder / "home"),
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
