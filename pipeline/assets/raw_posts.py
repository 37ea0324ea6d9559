"""The asset `raw_posts`: what the sources hold."""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    BackfillPolicy,
    Backoff,
    Jitter,
    MetadataValue,
    Output,
    RetryPolicy,
    RetryRequested,
    TableRecord,
    asset,
)

from pipeline.assets import runs, stages
from pipeline.assets.failures import told_plainly
from pipeline.assets.frames_io import Frames, forget_frames
from pipeline.assets.locations import Locations
from pipeline.assets.partitions import SOURCES
from pipeline.assets.turn import Turn
from pipeline.assets.words import as_markdown, plain

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.refresh.fetching import Outcome
    from pipeline.refresh.steps import Listed, Plan

# The one asset that is tried again: after some 2, 4 and 8 seconds, and only for sources whose failure
# may pass by itself.
RETRIES = RetryPolicy(max_retries=3, delay=2, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)

# The outcomes of a fetch that may be another in a minute.
_PASSING = frozenset(
    {"unreachable", "timed_out", "server_error", "rate_limited", "busy", "empty_feed", "bad_encoding"}
)


@asset(
    group_name="raw",
    kinds={"file"},
    io_manager_key="frames",
    owners=["team:data-engineering"],
    partitions_def=SOURCES,
    backfill_policy=BackfillPolicy.single_run(),
    retry_policy=RETRIES,
    check_specs=[
        AssetCheckSpec(
            "fetched",
            asset="raw_posts",
            description="Every source could be fetched, or looked at, when that was last tried. One that "
            "could not stays in the dataset as it was, and stops no other.",
        )
    ],
)
def raw_posts(
    context: AssetExecutionContext, locations: Locations, turn: Turn
) -> Iterator[Output[Frames] | AssetCheckResult]:
    """Every raw post that the enabled sources of `sources.yaml` hold, listed before any is read.

    The sources of the run's partitions are fetched first, all of them in a run without a partition;
    the others are listed as they stand. One row per raw post: source, path, size. What is listed
    here must come out as a revision or as a reject; the check `nothing_is_lost` holds the tables to it.
    """
    from pipeline.refresh import steps
    from pipeline.sources.registry import SourcesError

    begun = time.monotonic()
    with told_plainly():
        out = locations.out_path
        turn.take(context.log)
        is_anew = runs.is_anew(context.run.tags)
        plan = _plan(context, locations, is_anew=is_anew)
        outcomes = _fetched(context, plan, turn)
        is_unchanged = not is_anew and _is_known(context) and steps.unchanged(plan, outcomes)
        steps.check_profiles(plan.sources)
        listed = steps.list_posts(plan, outcomes)
        trigger = runs.trigger_of(context.run.tags)
        if not listed.posts.height and plan.cache is None:
            steps.record_nothing(plan, steps.start_run(out, None), listed.outcomes, trigger)
            raise SourcesError(steps.nothing_found(plan, listed.outcomes))
        seconds = time.monotonic() - begun
        if is_unchanged:
            context.log.info("Nothing is new: the dataset shows the sources as they stand.")
        left = stages.Left(listed, plan.named, _entries(plan), is_anew, is_unchanged, seconds)
    for name in sorted(plan.named):
        facts = _of_source(name, listed)
        if context.has_partition_key or context.has_partition_key_range:
            context.add_asset_metadata(facts, partition_key=name)
        else:
            context.log_event(AssetMaterialization("raw_posts", partition=name, metadata=facts))
    # What was read of an older listing has no use any more.
    forget_frames(out, "extracted_posts")
    yield Output(
        stages.of_left(left),
        metadata={
            "dagster/row_count": listed.posts.height,
            "sources": MetadataValue.table([TableRecord(_row(name, plan, listed)) for name in plan.places]),
            "bytes": int(listed.posts["raw_bytes"].sum()),
            "raw folder": MetadataValue.path(locations.raw_path),
            "is anything new": not is_unchanged,
            "seconds": round(seconds, 2),
        },
    )
    yield _check(plan, listed, out)


def _plan(context: AssetExecutionContext, locations: Locations, *, is_anew: bool) -> "Plan":
    from pipeline.refresh import steps
    from pipeline.sources.registry import read_sources

    tags = context.run.tags
    sources = read_sources(locations.raw_path)
    names = {source.name for source in sources}
    accepted = stages.accepted(tags, names)
    asked = runs.sources_asked_for(context)
    runs.describe(context, asked)
    return steps.make_plan(
        locations.raw_path, locations.out_path, sources, asked, accept=accepted, anew=is_anew
    )


def _fetched(context: AssetExecutionContext, plan: "Plan", turn: Turn) -> "list[Outcome]":
    """What came of fetching each source that the run is about.

    Raises RetryRequested where another attempt may bring more; what was fetched is not fetched again.
    """
    from pipeline.refresh import fetching

    done = turn.outcomes
    for outcome in fetching.fetch((plan.places[name] for name in sorted(plan.named - done.keys())), 1):
        done[outcome.source] = outcome
        if not outcome.is_good:
            context.log.warning("%s: %s: %s", outcome.source, outcome.code, outcome.message)
    again = [outcome for outcome in done.values() if outcome.code in _PASSING]
    if again and context.retry_number < RETRIES.max_retries:
        for outcome in again:
            del done[outcome.source]
        delay = RETRIES.calculate_delay(context.retry_number + 1)
        context.log.info(
            "%s: tried again in %.0f seconds.", ", ".join(outcome.source for outcome in again), delay
        )
        raise RetryRequested(RETRIES.max_retries, delay)
    return [done[name] for name in sorted(done)]


def _is_known(context: AssetExecutionContext) -> bool:
    """True where this Dagster has seen the dataset; where it has not, a run makes what it shows."""
    return context.instance.get_latest_materialization_event(AssetKey("dataset")) is not None


def _entries(plan: "Plan") -> dict[str, str]:
    from pipeline.sources.registry import digest

    return {source.name: digest(source) for source in plan.sources}


def _row(name: str, plan: "Plan", listed: "Listed") -> Mapping[str, Any]:
    """One source as a row of text: the UI shows it as it is."""
    facts = _of_source(name, listed)
    asked = "" if name in plan.named else "not asked for"
    return {"source": name, **{key: str(value or "") for key, value in facts.items()}} | (
        {"outcome": asked} if asked and not facts["outcome"] else {}
    )


def _of_source(name: str, listed: "Listed") -> dict[str, Any]:
    """What is known of one source."""
    posts = listed.posts.filter(pl.col("source") == name)
    outcome = next((outcome for outcome in listed.outcomes if outcome.source == name), None)
    return {
        "outcome": outcome.code if outcome else "",
        "posts": posts.height,
        "bytes": int(posts["raw_bytes"].sum()),
        "state": listed.states.get(name) or "",
        "notes": plain(" ".join(outcome.notes)) if outcome else "",
        "what to do": plain(outcome.message or "") if outcome else "",
    }


def _check(plan: "Plan", listed: "Listed", out: "Path") -> AssetCheckResult:
    """Whether every source could be fetched: those of this run, and the others when they last were."""
    from pipeline.refresh import log

    now = {
        outcome.source: plain(outcome.message or outcome.code)
        for outcome in listed.outcomes
        if not outcome.is_good
    }
    before = {
        name: f"{row['message'] or row['outcome']} (At {row['finished_at']:%Y-%m-%d %H:%M} UTC.)"
        for name, row in log.last_refreshes(out).items()
        if name in plan.places and name not in plan.named and is_fetch_failure(row["outcome"])
    }
    failed = dict(sorted((now | before).items()))
    return AssetCheckResult(
        check_name="fetched",
        passed=not failed,
        # A failure of this run is news.
        severity=AssetCheckSeverity.ERROR if now else AssetCheckSeverity.WARN,
        description=as_markdown(failed.values()) or "Every source could be fetched.",
        # Word for word, by source.
        metadata=failed,
    )


def is_fetch_failure(outcome: str) -> bool:
    """True for the outcomes in the record that say why a source could not be fetched or looked at."""
    from pipeline.refresh import log

    return outcome not in log.GOOD | {"held_back", "failed"}
