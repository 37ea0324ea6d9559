"""What passes from one asset to the next: frames by name, kept as Parquet."""

from __future__ import annotations

import shutil

import polars as pl
from dagster import ConfigurableIOManager, InputContext, OutputContext

from pipeline.assets.locations import Locations

Frames = dict[str, pl.DataFrame]


class FramesIOManager(ConfigurableIOManager):
    """Keeps an asset's frames in `<outputs>/.stages/<asset>/<frame>.parquet`, so that a later
    asset can be materialized by itself. These files are between the steps; what is published
    is written by pipeline/publish.
    """

    locations: Locations

    def handle_output(self, context: OutputContext, obj: Frames) -> None:
        """Write the frames of one asset in place of its older ones."""
        folder = self.locations.out_path / ".stages" / context.asset_key.path[-1]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, frame in obj.items():
            frame.write_parquet(folder / f"{name}.parquet", compression="lz4")

    def load_input(self, context: InputContext) -> Frames:
        """Read the frames that an upstream asset left."""
        folder = self.locations.out_path / ".stages" / context.asset_key.path[-1]
        frames = {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
        if not frames:
            raise FileNotFoundError(
                f"{folder} holds nothing. Materialize {context.asset_key.path[-1]} first."
            )
        return frames
