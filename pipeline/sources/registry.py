"""Which sources there are: `sources.yaml`, or a folder of the user's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_GLOB = "**/*.md"


class SourcesError(Exception):
    """The raw folder or its `sources.yaml` cannot be used; the message says what to mend."""


class Source(BaseModel):
    """One source of `sources.yaml`: the unit of refresh and of rights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    kind: Literal["folder"]
    location: str
    glob: str = DEFAULT_GLOB
    title: str | None = None
    rights: str | None = None
    enabled: bool = True
    profiles: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _glob_stays_inside(self) -> Source:
        if self.glob.startswith("/") or ".." in self.glob.split("/"):
            raise ValueError(f"glob {self.glob!r} must stay inside the source's location")
        return self


class _SourcesFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: list[Source]


def read_sources(raw: Path) -> list[tuple[Source, Path]]:
    """The enabled sources of a raw folder, each with its location, sorted by name.

    A folder without a `sources.yaml` is one source of its own, named after the folder, of
    all `*.md` files in it. Raises SourcesError where there is nothing to build from.
    """
    if not raw.is_dir():
        raise SourcesError(f"{raw}: no such folder. Name a folder of posts, or one with a sources.yaml.")
    listing = raw / "sources.yaml"
    if listing.is_file():
        sources = [source for source in _read_listing(listing) if source.enabled]
        if not sources:
            raise SourcesError(f"{listing}: no source is enabled. Set `enabled: true` for at least one.")
    else:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", raw.resolve().name).strip("-") or "folder"
        sources = [Source(name=name, kind="folder", location=".")]
    located = [(source, raw / source.location) for source in sorted(sources, key=lambda s: s.name)]
    for source, location in located:
        if not location.is_dir():
            raise SourcesError(
                f"source {source.name!r}: its location {location} is no folder. Mend `location`."
            )
    return located


def _read_listing(listing: Path) -> list[Source]:
    try:
        text = listing.read_text(encoding="utf-8")
        sources = _SourcesFile.model_validate(yaml.safe_load(text)).sources
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise SourcesError(f"{listing}: {faults}") from error
    except (
        OSError,
        ValueError,
        yaml.YAMLError,
    ) as error:  # ValueError: bad UTF-8, or a day such as 2021-02-30
        raise SourcesError(f"{listing}: cannot be read: {error}") from error
    names = [source.name for source in sources]
    if doubles := sorted({name for name in names if names.count(name) > 1}):
        raise SourcesError(f"{listing}: two sources share the name {doubles[0]!r}. Rename one.")
    return sources
