"""Where each source is, and where what was fetched of it is kept."""

from __future__ import annotations

from pathlib import Path

from pipeline.sources import locations
from pipeline.sources.kinds import Place
from pipeline.sources.registry import Source

# The folder beside `sources.yaml` with one folder per source.
KEPT = "fetched"


def place_of(raw: Path, source: Source) -> Place:
    """Where a source of the raw folder `raw` is.

    A relative path is seen from `raw`; `~` is a name like any other. Whether anything is there is for
    the source's kind to say.
    """
    here = raw.absolute()
    location = source.location
    if locations.is_path(source.kind, location):
        location = str(here / location)
    return Place(source=source, location=location, kept=here / KEPT / source.name)
