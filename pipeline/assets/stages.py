"""What the steps of a refresh leave for one another, as frames: what was listed, and what was read.

What comes back is what was left, to the last bit. A step that is run by itself, later, is stopped where
the standing dataset or `sources.yaml` is no longer what the step before it saw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.assets import runs

if TYPE_CHECKING:
    from pipeline.assets.frames_io import Frames
    from pipeline.refresh.reading import Read
    from pipeline.refresh.steps import Listed, Plan

_RECORDS = "records_"

_SOURCES: dict[str, Any] = {
    "source": pl.String,
    "state": pl.String,
    "is_named": pl.Boolean,
    "entry": pl.String,
}
_OUTCOMES: dict[str, Any] = {
    "source": pl.String,
    "code": pl.String,
    # As bytes: a message can name a file whose name is no UTF-8.
    "message": pl.Binary,
    "notes": pl.List(pl.Binary),
    "started_at": pl.Datetime("us", "UTC"),
    "seconds": pl.Float64,
}
_RUN: dict[str, Any] = {
    "base": pl.String,
    "is_anew": pl.Boolean,
    "is_unchanged": pl.Boolean,
    "seconds": pl.Float64,
}


@dataclass(frozen=True)
class Left:
    """What `raw_posts` leaves: what it listed; which sources it was asked to fetch; the digest of what
    `sources.yaml` said of each source; whether it was for a build; whether the standing dataset shows all
    of it already; and how many seconds it took."""

    listed: Listed
    named: frozenset[str]
    entries: Mapping[str, str]
    is_anew: bool
    is_unchanged: bool
    seconds: float


def plan_again(raw: Path, out: Path, left: Left, tags: Mapping[str, str]) -> Plan:
    """The plan that a listing was made by, for a later step.

    `tags` are those of the run that goes on with it. Raises OutputsError or SourcesError where what
    was listed is no longer what a refresh would find.
    """
    from pipeline.publish.versions import OutputsError
    from pipeline.refresh import steps
    from pipeline.sources.registry import digest, read_sources

    sources = read_sources(raw)
    if {source.name: digest(source) for source in sources} != left.entries:
        raise OutputsError(
            f"{raw}/sources.yaml has changed since the posts were listed. Materialize raw_posts first."
        )
    plan = steps.make_plan(raw, out, sources, sorted(left.named), accept=accepted(tags, left.entries))
    if left.is_anew:
        return steps.make_plan(raw, out, sources, sorted(left.named), anew=True)
    if left.listed.base != (plan.cache.place if plan.cache else None):
        raise OutputsError(
            f"{out}: the dataset has changed since the posts were listed. Materialize raw_posts first."
        )
    return plan


def accepted(tags: Mapping[str, str], names: Collection[str]) -> bool | Collection[str]:
    """The sources that a run's tags accept. Raises SourcesError where one is no source."""
    from pipeline.sources.registry import SourcesError

    found = runs.accepted(tags)
    unknown = [] if isinstance(found, bool) else sorted(set(found) - set(names))
    if unknown:
        raise SourcesError(
            f"The run's tag {runs.ACCEPT} names {unknown[0]!r}, which is no enabled source. "
            f"Known are: {', '.join(sorted(names))}."
        )
    return found


def of_left(left: Left) -> Frames:
    """What `raw_posts` leaves, as frames."""
    listed = left.listed
    sources = [(name, state, name in left.named, left.entries[name]) for name, state in listed.states.items()]
    outcomes = [
        (
            outcome.source,
            outcome.code,
            None if outcome.message is None else _bytes(outcome.message),
            [_bytes(note) for note in outcome.notes],
            outcome.started_at,
            outcome.seconds,
        )
        for outcome in listed.outcomes
    ]
    run = [(listed.base, left.is_anew, left.is_unchanged, left.seconds)]
    return {
        "raw_posts": listed.posts,
        "sources": pl.DataFrame(sources, schema=_SOURCES, orient="row"),
        "outcomes": pl.DataFrame(outcomes, schema=_OUTCOMES, orient="row"),
        "run": pl.DataFrame(run, schema=_RUN, orient="row"),
    }


def left_of(frames: Frames) -> Left:
    """What `raw_posts` left, of its frames."""
    from pipeline.refresh.fetching import Outcome
    from pipeline.refresh.steps import Listed

    sources = frames["sources"].rows(named=True)
    outcomes = [
        Outcome(
            row["source"],
            row["code"],
            None if row["message"] is None else _text(row["message"]),
            tuple(_text(note) for note in row["notes"]),
            row["started_at"],
            row["seconds"],
        )
        for row in frames["outcomes"].rows(named=True)
    ]
    run = frames["run"].row(0, named=True)
    return Left(
        listed=Listed(
            frames["raw_posts"], {row["source"]: row["state"] for row in sources}, outcomes, run["base"]
        ),
        named=frozenset(row["source"] for row in sources if row["is_named"]),
        entries={row["source"]: row["entry"] for row in sources},
        is_anew=run["is_anew"],
        is_unchanged=run["is_unchanged"],
        seconds=run["seconds"],
    )


def of_read(read: Read, seconds: float) -> Frames:
    """What `extracted_posts` leaves, as frames; `seconds` are those that reading took."""
    counts = pl.DataFrame(
        list(read.posts_read.items()), schema={"source": pl.String, "posts": pl.Int64}, orient="row"
    )
    return {
        "ledger": read.ledger,
        "posts_read": counts,
        "run": pl.DataFrame({"seconds": [seconds]}),
        **{f"{_RECORDS}{name}": frame for name, frame in read.records.items()},
    }


def read_of(frames: Frames) -> tuple[Read, float]:
    """What `extracted_posts` left, of its frames, and the seconds that it took."""
    from pipeline.refresh.reading import Read

    records = {
        name.removeprefix(_RECORDS): frame for name, frame in frames.items() if name.startswith(_RECORDS)
    }
    posts_read = dict(frames["posts_read"].rows())
    return Read(frames["ledger"], records, posts_read), frames["run"]["seconds"][0]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
