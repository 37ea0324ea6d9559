"""What goes wrong reaches a real HTTP server as JSON, and failing to reach it fails nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from dagster import DagsterEventType, build_run_status_sensor_context

from pipeline.assets import webhook
from pipeline.assets.webhook import post, webhook_on_failed_sources, webhook_on_failure


class Receiver(BaseHTTPRequestHandler):
    bodies: ClassVar[list[dict]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/json"
        self.bodies.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch) -> Iterator[type[Receiver]]:
    """A server on loopback that keeps what is posted, named by the variable with a secret in its URL."""
    own = type("Own", (Receiver,), {"bodies": [], "status": 200})
    server = HTTPServer(("127.0.0.1", 0), own)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("COMMONPLACE_WEBHOOK", f"http://127.0.0.1:{server.server_port}/hook?token=s3cret")
    yield own
    server.shutdown()
    server.server_close()


def tell(project, run) -> None:
    """Have the sensors see the end of a run, as the daemon does."""
    dagster_run = project.instance.get_run_by_id(run.run_id)
    is_failure = not run.success
    kind = DagsterEventType.RUN_FAILURE if is_failure else DagsterEventType.RUN_SUCCESS
    [event] = [entry.dagster_event for entry in project.instance.all_logs(run.run_id, of_type=kind)]
    sensor = webhook_on_failure if is_failure else webhook_on_failed_sources
    context = build_run_status_sensor_context(
        sensor.name, event, project.instance, dagster_run, resources={"locations": project.locations}
    )
    sensor(context.for_run_failure() if is_failure else context)


def test_a_run_that_fails_is_posted_in_words(project, receiver, monkeypatch):
    monkeypatch.setenv("DAGSTER_WEBSERVER_URL", "https://dagster.example/")
    (project.raw / "sources.yaml").write_text("sources:\n  - {name: a, kind: folder, locaton: a}\n")
    run = project.run("raw_posts", commonplace__sources="a", commonplace__trigger="schedule")
    tell(project, run)
    [body] = receiver.bodies
    assert "there is no key `locaton`. Did you mean `location`?" in body.pop("message")
    assert body.pop("at").endswith("+00:00")
    assert body == {
        "run": run.run_id,
        "job": "some",
        "status": "FAILURE",
        "trigger": "schedule",
        "sources": "a",
        "refresh": None,
        "failed": [],
        "link": f"https://dagster.example/runs/{run.run_id}",
    }


def test_a_run_that_goes_on_without_a_source_is_posted_with_that_source(project, receiver):
    project.declare(a="", gone="")
    project.write("a", range(1, 4))
    run = project.run()
    assert run.success
    tell(project, run)
    [body] = receiver.bodies
    assert (body["status"], body["message"], body["link"]) == ("SUCCESS", None, None)
    assert body["refresh"] == project.tags(run)["commonplace/refresh"]
    assert [(row["source"], row["outcome"]) for row in body["failed"]] == [("gone", "not_found")]
    assert "Mend `location`." in body["failed"][0]["message"]


def test_a_run_in_which_all_is_well_is_not_posted(project, receiver):
    project.declare(a="")
    project.write("a", range(1, 4))
    tell(project, project.run("raw_posts"))
    assert receiver.bodies == []


def test_without_the_variable_nothing_happens(project, monkeypatch):
    monkeypatch.delenv("COMMONPLACE_WEBHOOK", raising=False)
    monkeypatch.setattr(webhook, "post", None)  # would raise
    (project.raw / "sources.yaml").write_text("sources: 3\n")
    tell(project, project.run("raw_posts"))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "/hook", "http:"]
)
def test_only_http_is_posted_to(url, monkeypatch):
    monkeypatch.setenv("COMMONPLACE_WEBHOOK", url)
    problem = post({})
    assert problem
    assert url not in problem


def test_a_server_that_answers_with_an_error_fails_nothing_and_no_secret_is_told(receiver):
    receiver.status = 500
    assert post({"run": "1"}) == "The webhook in COMMONPLACE_WEBHOOK answered 500."
    assert len(receiver.bodies) == 1


def test_a_server_that_is_not_there_is_tried_again_and_fails_nothing(monkeypatch):
    monkeypatch.setenv("COMMONPLACE_WEBHOOK", "http://127.0.0.1:9/hook?token=s3cret")
    monkeypatch.setattr(webhook, "_PAUSE", 0)
    assert post({}) == "The webhook in COMMONPLACE_WEBHOOK could not be reached (ConnectError)."
