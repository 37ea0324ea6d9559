"""`commonplace changes`: what a refresh changed, and which refreshes there were."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import typer

# The counts of a run: those of its sources together.
_COUNTS = (
    *("posts_added", "posts_changed", "posts_removed", "posts_rejected"),
    *("articles_new", "articles_updated", "articles_removed"),
)


def show_changes(out: Path, run: str | None = None, as_json: bool = False, listing: bool = False) -> None:
    """Print the change report of a run, by default of the newest that has one; or the list of
    runs that have one. Raises LookupFailedError where there is none."""
    from pipeline.inspection.lookup import LookupFailedError
    from pipeline.refresh.changes import ReportError, read_report

    if listing:
        _show_runs(_summaries(out), as_json)
        return
    try:
        report = read_report(out, run, "json" if as_json else "md")
    except ReportError as error:
        raise LookupFailedError(str(error)) from error
    typer.echo(report, nl=False)


def _summaries(out: Path) -> list[dict[str, Any]]:
    """The runs that have a report, the newest first: when, what came of how many sources, and counts."""
    from pipeline.refresh import changes, log

    rows: dict[str, list[dict[str, Any]]] = {run: [] for run in changes.runs(out)}
    for row in log.read(out).select(["run", "outcome", *_COUNTS, "seconds"]).to_pylist():
        if row["run"] in rows:
            rows[row["run"]].append(row)
    return [
        {
            "run": run,
            "outcomes": dict(sorted(Counter(row["outcome"] for row in own).items())),
            **{name: sum(row[name] for row in own) for name in _COUNTS},
            "seconds": round(sum(row["seconds"] for row in own), 1),
        }
        for run, own in rows.items()
    ]


def _show_runs(summaries: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summaries, ensure_ascii=False, indent=2))
        return
    lines = [["run", *(name.replace("_", " ") for name in (*_COUNTS, "seconds")), "outcomes"]]
    for summary in summaries:
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in summary["outcomes"].items())
        counts = [f"{summary[name]:,}" for name in (*_COUNTS, "seconds")]
        lines.append([summary["run"], *counts, outcomes])
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for first, *numbers, last in lines:
        counts = [number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True)]
        typer.echo("  ".join([first.ljust(widths[0]), *counts, last]))
    typer.echo(f"{len(summaries):,} run{'' if len(summaries) == 1 else 's'} with a report", err=True)
