"""What passes from one asset to the next: frames by name, kept as Parquet."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
from dagster import ConfigurableIOManager, InputContext, OutputContext

from pipeline.assets.failures import told_plainly
from pipeline.assets.locations import Locations
from pipeline.publish.versions import OutputsError

Frames = dict[str, pl.DataFrame]

_STAGES = ".stages"


class FramesIOManager(ConfigurableIOManager):
    """Keeps an asset's frames in `<outputs>/.stages/<asset>/<frame>.parquet`, so that a later
    asset can be materialized by itself. These files are between the steps, and go when what they
    are for is published; what is published is written by pipeline/publish.
    """

    locations: Locations

    def handle_output(self, context: OutputContext, obj: Frames) -> None:
        """Write the frames of one asset in place of its older ones."""
        with told_plainly():
            keep_frames(self.locations.out_path, context.asset_key.path[-1], obj)

    def load_input(self, context: InputContext) -> Frames:
        """Read the frames that an upstream asset left. Raises Failure where it left none."""
        with told_plainly():
            return kept_frames(self.locations.out_path, context.asset_key.path[-1])


def keep_frames(out: Path, asset: str, frames: Frames) -> None:
    """Write the frames of one asset, all or none."""
    folder, new = out / _STAGES / asset, out / _STAGES / f"{asset}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, frame in frames.items():
        frame.write_parquet(new / f"{name}.parquet", compression="lz4")
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def kept_frames(out: Path, asset: str) -> Frames:
    """The frames that one asset left. Raises OutputsError where it left none."""
    folder = out / _STAGES / asset
    frames = {
        path.stem: pl.read_parquet(path, glob=False, hive_partitioning=False)
        for path in sorted(folder.glob("*.parquet"))
    }
    if not frames:
        raise OutputsError(
            f"{folder} holds nothing: {asset} was not materialized since the dataset was last published, or "
            "found nothing new. Materialize raw_posts and extracted_posts first."
        )
    return frames


def forget_frames(out: Path, *assets: str) -> None:
    """Remove what these assets left; of all where none is named."""
    for folder in [out / _STAGES / asset for asset in assets] or [out / _STAGES]:
        shutil.rmtree(folder, ignore_errors=True)
