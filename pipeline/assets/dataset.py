"""The asset `dataset`: what is said of it once the tables are published."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetOut,
    MetadataValue,
    TableRecord,
)

from pipeline.assets.words import as_markdown

if TYPE_CHECKING:
    from pipeline.refresh.log import Refresh
    from pipeline.refresh.steps import Refreshed

# Of a long change report, so much is shown in the UI; characters.
_SHOWN = 20_000

DATASET = AssetOut(
    description="The published dataset: Parquet, CSV and one DuckDB file, swapped in as one. Readers see the "
    "dataset before or the dataset after, never a mixture. It is published only when every check on the "
    "tables has passed.",
    group_name="published",
    kinds={"parquet", "csv", "duckdb"},
    owners=["team:data-engineering"],
)

LIMITS = AssetCheckSpec(
    "limits",
    asset="dataset",
    description="No source is held back. A source whose refresh would pass a limit of sources.yaml stays in "
    "the dataset as it was; a run with the tag `commonplace/accept` lets it through once.",
)

_CHANGES = (
    *("posts_added", "posts_changed", "posts_removed", "posts_rejected"),
    *("articles_new", "articles_updated", "articles_removed"),
)


def dataset_metadata(out: Path, refreshed: Refreshed) -> dict[str, Any]:
    """What the UI shows of a run that has published."""
    sizes = {
        name: sum(path.stat().st_size for path in (out / name).rglob("*") if path.is_file())
        for name in ("parquet", "csv")
    }
    held_back = [record.source for record in refreshed.records if record.outcome == "held_back"]
    return {
        "version": refreshed.version,
        "differs from before": refreshed.is_new,
        "changes": MetadataValue.table([_changes(record) for record in refreshed.records]),
        **_report(out, refreshed.run),
        "held back": ", ".join(held_back) or "no source",
        "refresh": refreshed.run,
        "notes": "\n".join(refreshed.notes),
        "parquet": MetadataValue.path(out / "parquet"),
        "csv": MetadataValue.path(out / "csv"),
        "duckdb": MetadataValue.path(out / "commonplace.duckdb"),
        "parquet bytes": sizes["parquet"],
        "csv bytes": sizes["csv"],
        "duckdb bytes": (out / "commonplace.duckdb").stat().st_size,
        "seconds": round(refreshed.seconds, 2),
    }


def limits_check(out: Path, sources: Collection[str]) -> AssetCheckResult:
    """Whether a source is held back, by this run or since an earlier one."""
    from pipeline.refresh import log

    held = {
        name: row["message"] or ""
        for name, row in log.last_refreshes(out).items()
        if name in sources and row["outcome"] == "held_back"
    }
    return AssetCheckResult(
        check_name="limits",
        asset_key="dataset",
        passed=not held,
        severity=AssetCheckSeverity.WARN,
        description=as_markdown(held.values()) or "No source is held back.",
        # Word for word, by source.
        metadata=held,
    )


def _changes(record: Refresh) -> TableRecord:
    counts = {name.replace("_", " "): getattr(record, name) for name in _CHANGES}
    return TableRecord({"source": record.source, "outcome": record.outcome, **counts})


def _report(out: Path, run: str) -> dict[str, Any]:
    """The change report of a run, where it has one: nothing is said where nothing changed."""
    from pipeline.refresh import changes

    if run not in changes.runs(out):
        return {}
    text = changes.read_report(out, run)
    path = out / changes.FOLDER / f"{run}.md"
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN].rpartition(chr(10))[0]}\n\nThe report goes on in {path.name}.\n"
    return {"change report": MetadataValue.md(text), "change report file": MetadataValue.path(path)}
