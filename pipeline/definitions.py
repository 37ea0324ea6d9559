"""What Dagster loads: the assets, their checks, the job and its schedule."""

from __future__ import annotations

from dagster import Definitions, in_process_executor

from pipeline.assets.dataset import dataset
from pipeline.assets.extracted_posts import extracted_posts
from pipeline.assets.frames_io import FramesIOManager
from pipeline.assets.jobs import build_dataset, daily
from pipeline.assets.locations import Locations
from pipeline.assets.raw_posts import raw_posts
from pipeline.assets.tables import tables

_locations = Locations.from_environment()

defs = Definitions(
    assets=[raw_posts, extracted_posts, tables, dataset],
    jobs=[build_dataset],
    schedules=[daily],
    resources={"locations": _locations, "frames": FramesIOManager(locations=_locations)},
    # In one process: a step of its own costs seconds of imports, and extraction shares its work
    # among processes by itself.
    executor=in_process_executor,
)
