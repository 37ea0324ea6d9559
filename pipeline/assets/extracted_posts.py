"""The asset `extracted_posts`: every raw post, read."""

from __future__ import annotations

import time

import polars as pl
from dagster import MetadataValue, Output, TableRecord, asset

from pipeline.assets.frames_io import Frames
from pipeline.assets.locations import Locations


@asset(group_name="extraction", kinds={"python"}, io_manager_key="frames", owners=["team:data-engineering"])
def extracted_posts(context, locations: Locations, raw_posts: Frames) -> Output[Frames]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """What every raw post states: its front matter, and what its site's profile reads in its HTML.

    One row of `posts` per raw post that could be read, with its comments, credits, links and
    media; one row of `rejects`, with the reason, for each that could not.
    """
    from pipeline.build import Listing, extract_posts

    begun = time.monotonic()
    listing = Listing.of_frame(raw_posts["raw_posts"], locations.raw_path)
    context.log.info("Reading %d raw posts", len(listing.files))
    frames = extract_posts(listing, progress=lambda done: context.log.debug("%d posts read", done))
    seconds = time.monotonic() - begun
    return Output(
        frames,
        metadata={
            "dagster/row_count": frames["posts"].height,
            "rejects by reason": _counts(frames["rejects"], "reason"),
            "posts by profile": _counts(frames["posts"], "profile"),
            "posts by site": _counts(frames["posts"], "site"),
            "notes": _counts(frames["posts"].select(pl.col("notes").explode()).drop_nulls(), "notes"),
            "seconds": round(seconds, 2),
            "posts per second": round(len(listing.files) / max(seconds, 1e-9), 1),
        },
    )


def _counts(frame: pl.DataFrame, column: str) -> MetadataValue:
    """How often each value of a column occurs, most frequent first."""
    counts = (
        frame.group_by(column).len(name="posts").sort(["posts", column], descending=[True, False]).head(50)
    )
    return MetadataValue.table([TableRecord(row) for row in counts.iter_rows(named=True)])
