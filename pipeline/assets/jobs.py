"""The job that builds everything, and when it runs by itself."""

from __future__ import annotations

from dagster import AssetSelection, DefaultScheduleStatus, ScheduleDefinition, define_asset_job

build_dataset = define_asset_job(
    "build_dataset",
    selection=AssetSelection.all(),
    description="Read every raw post, make and check the tables, publish the dataset.",
)

# Off until somebody turns it on: a machine that only looks at the UI should not start to build.
daily = ScheduleDefinition(
    name="daily",
    job=build_dataset,
    cron_schedule="15 4 * * *",
    execution_timezone="UTC",
    description="Every day at 04:15 UTC.",
    default_status=DefaultScheduleStatus.STOPPED,
)
