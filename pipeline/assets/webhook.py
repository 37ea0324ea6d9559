"""What goes wrong is posted as JSON to the webhook in COMMONPLACE_WEBHOOK; nothing happens without it.

    run, job, status    of the run in Dagster; `status` is FAILURE, or SUCCESS where a source did not come off
    trigger, sources    what began the run, and which sources it was about
    refresh             its id in the record of refreshes, where it has one
    failed              one object per source that failed or is held back: source, outcome, message
    message             why the run itself failed, in words; null where it did not
    at                  when it ended, UTC
    link                the run's page, where DAGSTER_WEBSERVER_URL says where the UI is

Failing to post fails nothing: it is told in the log of the sensor.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dagster import (
    DagsterRun,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunFailureSensorContext,
    RunStatusSensorContext,
    run_failure_sensor,
    run_status_sensor,
)

from pipeline.assets import runs
from pipeline.assets.locations import Locations

if TYPE_CHECKING:
    from dagster._core.execution.plan.objects import StepFailureData

VARIABLE, UI_VARIABLE = "COMMONPLACE_WEBHOOK", "DAGSTER_WEBSERVER_URL"

_TIMEOUT = 10.0
_ATTEMPTS = 3
_PAUSE = 1.0


@run_failure_sensor(
    name="webhook_on_failure",
    default_status=DefaultSensorStatus.RUNNING,
    description=f"Posts a run that failed to the webhook in {VARIABLE}.",
)
def webhook_on_failure(context: RunFailureSensorContext, locations: Locations) -> None:
    """Post what failed, in words."""
    if not os.environ.get(VARIABLE):
        return
    run = context.dagster_run
    words = [_in_words(event.step_failure_data) for event in context.get_step_failure_events()]
    message = (
        "\n".join(filter(None, words)) or context.failure_event.message or "The run failed without a word."
    )
    _tell(context, post(report(run, _failed(run, locations.out_path), message)))


@run_status_sensor(
    name="webhook_on_failed_sources",
    run_status=DagsterRunStatus.SUCCESS,
    default_status=DefaultSensorStatus.RUNNING,
    description=f"Posts a run in which a source failed, or was held back, to the webhook in {VARIABLE}.",
)
def webhook_on_failed_sources(context: RunStatusSensorContext, locations: Locations) -> None:
    """Post the sources that did not come off in a run that otherwise did."""
    if not os.environ.get(VARIABLE):
        return
    run = context.dagster_run
    if failed := _failed(run, locations.out_path):
        _tell(context, post(report(run, failed, None)))


def report(run: DagsterRun, failed: list[dict[str, Any]], message: str | None) -> dict[str, Any]:
    """What is posted of a run."""
    ui = os.environ.get(UI_VARIABLE, "").rstrip("/")
    return {
        "run": run.run_id,
        "job": run.job_name,
        "status": run.status.value,
        "trigger": runs.trigger_of(run.tags),
        "sources": run.tags.get(runs.SOURCES) or run.tags.get("dagster/partition") or runs.ALL,
        "refresh": run.tags.get(runs.REFRESH),
        "failed": failed,
        "message": message,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "link": f"{ui}/runs/{run.run_id}" if ui else None,
    }


def post(body: Mapping[str, Any]) -> str | None:
    """Post to the webhook; what went wrong, in words that do not hold its address, or None."""
    import httpx

    url = os.environ.get(VARIABLE, "")
    problem = None
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE * attempt)
        try:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                return f"{VARIABLE} is no URL of http or https. Nothing was posted."
            answer = httpx.post(url, json=body, timeout=_TIMEOUT)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Its own words can hold the address, and with it a secret.
            problem = f"The webhook in {VARIABLE} could not be reached ({type(error).__name__})."
            continue
        return f"The webhook in {VARIABLE} answered {answer.status_code}." if answer.is_error else None
    return problem


def _failed(run: DagsterRun, out: Path) -> list[dict[str, Any]]:
    """The sources of a run that the record says did not come off."""
    from pipeline.refresh import log

    refresh = run.tags.get(runs.REFRESH)
    rows = log.read(out).select(["run", "source", "outcome", "message"]).to_pylist() if refresh else []
    return [
        {name: row[name] for name in ("source", "outcome", "message")}
        for row in rows
        if row["run"] == refresh and row["outcome"] not in log.GOOD
    ]


def _in_words(failure: StepFailureData) -> str:
    """What a step says of its failure."""
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return failure.error.message.strip() if failure.error else ""


def _tell(context: RunStatusSensorContext, problem: str | None) -> None:
    if problem:
        context.log.warning(problem)
