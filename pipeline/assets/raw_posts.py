"""The asset `raw_posts`: what the sources hold."""

from __future__ import annotations

import polars as pl
from dagster import MetadataValue, Output, TableRecord, asset

from pipeline.assets.frames_io import Frames
from pipeline.assets.locations import Locations


@asset(group_name="raw", kinds={"file"}, io_manager_key="frames", owners=["team:data-engineering"])
def raw_posts(locations: Locations) -> Output[Frames]:
    """Every raw post that the enabled sources of `sources.yaml` hold, listed before any is read.

    One row per raw post: source, path, size. What is listed here must come out as a revision
    or as a reject; the check `nothing_is_lost` holds the tables to it.
    """
    from pipeline.build import find_posts

    listing = find_posts(locations.raw_path)
    frame = listing.frame
    per_source = frame.group_by("source").agg(posts=pl.len(), bytes=pl.col("raw_bytes").sum()).sort("source")
    return Output(
        {"raw_posts": frame},
        metadata={
            "dagster/row_count": frame.height,
            "sources": MetadataValue.table([TableRecord(row) for row in per_source.iter_rows(named=True)]),
            "bytes": int(frame["raw_bytes"].sum()),
            "raw folder": MetadataValue.path(locations.raw_path),
        },
    )
