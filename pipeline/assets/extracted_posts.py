"""The asset `extracted_posts`: every raw post, read."""

import time
from typing import TYPE_CHECKING

import polars as pl
from dagster import AssetExecutionContext, MetadataValue, Output, TableColumn, TableRecord, TableSchema, asset

from pipeline.assets import stages
from pipeline.assets.failures import told_plainly
from pipeline.assets.frames_io import Frames
from pipeline.assets.locations import Locations
from pipeline.assets.turn import Turn

if TYPE_CHECKING:
    from pipeline.refresh.reading import Read
    from pipeline.refresh.steps import Plan


@asset(
    group_name="extraction",
    kinds={"python"},
    io_manager_key="frames",
    owners=["team:data-engineering"],
)
def extracted_posts(
    context: AssetExecutionContext, locations: Locations, turn: Turn, raw_posts: Frames
) -> Output[Frames]:
    """What every raw post states: its front matter, and what its site's profile reads in its HTML.

    A post that is known, with the code that read it, is not read again. One row of the ledger per
    raw post, with the record that it became or the reason why it became none; and the records made
    now, with their comments, credits, links and media.
    """
    from pipeline.refresh import steps

    begun = time.monotonic()
    left = stages.left_of(raw_posts)
    with told_plainly():
        turn.take(context.log)
        plan = stages.plan_again(locations.raw_path, locations.out_path, left, context.run.tags)
        read = steps.read_listed(
            plan, left.listed, progress=lambda done: context.log.debug("%d posts read", done)
        )
        new = _read_now(plan, read)
    seconds = time.monotonic() - begun
    posts_read = sum(read.posts_read.values())
    return Output(
        stages.of_read(read, seconds),
        metadata={
            "dagster/row_count": read.ledger.height,
            "posts read": posts_read,
            "posts that needed no reading": read.ledger.height - posts_read,
            **{f"read now: {name}": counts for name, counts in _facts(new).items()},
            **_facts(read.ledger),
            "seconds": round(seconds, 2),
            "posts per second": round(posts_read / max(seconds, 1e-9), 1),
        },
    )


def _read_now(plan: "Plan", read: "Read") -> pl.DataFrame:
    """The rows of the ledger that the standing dataset does not have."""
    from pipeline.refresh import cache

    if plan.cache is None:
        return read.ledger
    before = cache.load_ledger(plan.out, plan.cache)
    row = ["source", "path", "raw_sha256", "record_id"]
    return read.ledger.join(before, on=row, how="anti", nulls_equal=True)


def _facts(ledger: pl.DataFrame) -> dict[str, MetadataValue]:
    """What became of the posts of a ledger."""
    good = ledger.filter(pl.col("article_id").is_not_null())
    # See Reading.maker.
    profiles = good.select(profile=pl.col("maker").str.split(":").list.first())
    return {
        "rejects by reason": _counts(ledger.filter(pl.col("article_id").is_null()), "reason"),
        "posts by profile": _counts(profiles, "profile"),
        "posts by site": _counts(good.select(site="host"), "site"),
        "notes": _counts(good.select(pl.col("notes").explode()).drop_nulls(), "notes"),
    }


def _counts(frame: pl.DataFrame, column: str) -> MetadataValue:
    """How often each value of a column occurs, most frequent first."""
    counts = (
        frame.group_by(column).len(name="posts").sort(["posts", column], descending=[True, False]).head(50)
    )
    columns = [TableColumn(column, "string"), TableColumn("posts", "int")]
    return MetadataValue.table(
        [TableRecord(row) for row in counts.iter_rows(named=True)], TableSchema(columns)
    )
