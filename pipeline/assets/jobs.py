"""The jobs: a refresh, and a build from nothing. Both have the sources as partitions, as `raw_posts` has."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job

from pipeline.assets import runs

refresh = define_asset_job(
    "refresh",
    selection=AssetSelection.all(),
    description="Fetch what is new in the sources of the run's partitions (all, without a partition), read "
    "only that, and publish what differs.",
)

build_dataset = define_asset_job(
    "build_dataset",
    selection=AssetSelection.all(),
    tags={runs.ANEW: "true"},
    description="Build every table from nothing: fetch, read every post, check, publish. No limit holds.",
)
