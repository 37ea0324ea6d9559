"""What Dagster loads: the assets, their checks, the jobs, the schedules and the sensors."""

from __future__ import annotations

from dagster import Definitions, in_process_executor

from pipeline.assets.extracted_posts import extracted_posts
from pipeline.assets.frames_io import FramesIOManager
from pipeline.assets.freshness import fresh, freshness
from pipeline.assets.jobs import build_dataset, refresh
from pipeline.assets.locations import Locations
from pipeline.assets.moved_sources import sources_moved
from pipeline.assets.partitions import new_sources
from pipeline.assets.raw_posts import raw_posts
from pipeline.assets.run_history import old_runs, runs_cut_short
from pipeline.assets.schedules import keeper_of, loaded_sources, schedules_of
from pipeline.assets.tables import tables
from pipeline.assets.turn import Turn
from pipeline.assets.webhook import webhook_on_failed_sources, webhook_on_failure

_locations = Locations.from_environment()
_sources = loaded_sources(_locations)

defs = Definitions(
    assets=[raw_posts, extracted_posts, tables],
    asset_checks=[fresh],
    jobs=[refresh, build_dataset],
    schedules=schedules_of(_sources),
    sensors=[
        new_sources,
        keeper_of(_sources),
        sources_moved,
        freshness,
        webhook_on_failure,
        webhook_on_failed_sources,
        runs_cut_short,
        old_runs,
    ],
    resources={
        "locations": _locations,
        "turn": Turn(locations=_locations),
        "frames": FramesIOManager(locations=_locations),
    },
    # In one process: a step of its own costs seconds of imports, and extraction shares its work
    # among processes by itself.
    executor=in_process_executor,
)
