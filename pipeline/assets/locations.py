"""Where a run reads raw posts and writes outputs."""

from __future__ import annotations

import os
from pathlib import Path

from dagster import ConfigurableResource

PROJECT = Path(__file__).resolve().parents[2]


class Locations(ConfigurableResource):  # type: ignore[type-arg]
    """The raw folder and the outputs folder; relative paths are seen from the project's folder.

    The environment variables COMMONPLACE_RAW and COMMONPLACE_OUT give the defaults.
    """

    raw: str = "raw"
    out: str = "outputs"

    @classmethod
    def from_environment(cls) -> Locations:
        """The locations that the environment names, else those of the project."""
        return cls(
            raw=os.environ.get("COMMONPLACE_RAW") or "raw", out=os.environ.get("COMMONPLACE_OUT") or "outputs"
        )

    @property
    def raw_path(self) -> Path:
        """The raw folder."""
        return PROJECT / self.raw

    @property
    def out_path(self) -> Path:
        """The outputs folder."""
        return PROJECT / self.out
