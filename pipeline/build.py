"""The whole build, step by step: raw posts in, a published dataset out.

The command and the Dagster assets call the same steps, so both give the same bytes. What is
built is written beside the standing dataset, checked, and only then published.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.publish import csv, duckdb, parquet, versions
from pipeline.sites.registry import UnknownProfileError, profile_for
from pipeline.sources import folder
from pipeline.sources.raw import RawFile, RawPost, Reject, printable_path
from pipeline.sources.registry import Source, SourcesError, read_sources
from pipeline.tables.assemble import assemble
from pipeline.tables.checks import CheckResult, check
from pipeline.tables.extract import EXTRACTED, Frames
from pipeline.tables.workers import extract_batches
from schemas import TABLES
from schemas.contract import STRINGS

# A worker costs a second to start; it pays from so many posts on.
POSTS_PER_WORKER = 500

# A file in the candidate's folder: its tables have passed every check.
_CHECKED = ".checked"

Progress = Callable[[int], None]


class ChecksFailedError(Exception):
    """Tables break their rules; nothing was published. `failed` holds the rules and the rows."""

    def __init__(self, failed: list[CheckResult]) -> None:
        super().__init__("\n".join(str(result) for result in failed))
        self.failed = failed


@dataclass(frozen=True)
class Listing:
    """Every raw post that was found, before any is read."""

    sources: tuple[tuple[Source, Path], ...]
    files: tuple[RawFile, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """One row per raw post: `source`, `raw_path` as the tables show it, `raw_bytes` (null where
        unknown), `path` as the file system spells it, and the `problem` where there is one."""
        rows = [
            (
                file.source,
                printable_path(file.path),
                file.size,
                os.fsencode(file.path),
                list(file.problem or ()),
            )
            for file in self.files
        ]
        schema = {"source": pl.String, "raw_path": pl.String, "raw_bytes": pl.Int64}
        return pl.DataFrame(rows, schema=schema | {"path": pl.Binary, "problem": STRINGS}, orient="row")

    @classmethod
    def of_frame(cls, frame: pl.DataFrame, raw: Path) -> Listing:
        """The listing that `frame` was made from, with the sources of `raw` as they are now."""
        files = (
            RawFile(source, os.fsdecode(path), size, (problem[0], problem[1]) if problem else None)
            for source, _, size, path, problem in frame.iter_rows()
        )
        return cls(tuple(read_sources(raw)), tuple(files))


@dataclass(frozen=True)
class Built:
    """What one build did; `rows` counts the rows of each table, `version` names the dataset."""

    version: str
    rows: dict[str, int]
    rejects: dict[str, int]
    raw_posts: int
    raw_bytes: int
    seconds: float


def find_posts(raw: Path) -> Listing:
    """List the raw posts of every enabled source.

    Raises SourcesError where there are none, and UnknownProfileError where a source names a
    profile that does not exist.
    """
    sources = read_sources(raw)
    for source, _ in sources:
        for host in source.profiles:
            try:
                profile_for(host, source.profiles)
            except UnknownProfileError as error:
                raise UnknownProfileError(f"source {source.name!r}: {error}") from error
    files = [file for source, at in sources for file in folder.list_files(source.name, at, source.glob)]
    if not files:
        places = ", ".join(f"{at}/{source.glob}" for source, at in sources)
        raise SourcesError(f"{raw}: no raw post was found at {places}. Mend the location or the glob.")
    return Listing(tuple(sources), tuple(files))


def extract_posts(listing: Listing, workers: int = 0, progress: Progress | None = None) -> Frames:
    """Read and extract every listed post: the frames of `pipeline.tables.extract`.

    `workers` is how many processes share the work; 0 chooses by the machine and the posts.
    `progress` is told how many posts are done.
    """
    profiles = {source.name: source.profiles for source, _ in listing.sources}
    count = workers or min(os.cpu_count() or 1, max(1, len(listing.files) // POSTS_PER_WORKER))
    batches: dict[str, list[pl.DataFrame]] = {name: [] for name in EXTRACTED}
    done = 0
    for frames in extract_batches(_read(listing), profiles, count):
        for name, frame in frames.items():
            batches[name].append(frame)
        done += frames["posts"].height + frames["rejects"].height
        if progress:
            progress(done)
    return {name: pl.concat(frames, rechunk=False) for name, frames in batches.items()}


def _read(listing: Listing) -> Iterator[RawPost | Reject]:
    locations = {source.name: location for source, location in listing.sources}
    for file in listing.files:
        yield folder.read(locations[file.source], file)


def write_candidate(
    extracted: Frames, raw_posts: pl.DataFrame, out: Path
) -> tuple[Frames, list[CheckResult]]:
    """Make the tables, write their Parquet beside the standing dataset, and try every rule.

    A candidate that breaks a rule cannot be published.
    """
    candidate = versions.prepare(out)
    tables = assemble(extracted)
    for table in TABLES:
        parquet.write_parquet(table, tables[table.name], candidate / "parquet")
    results = check(candidate / "parquet", tables, raw_posts)
    if all(result.passed for result in results):
        (candidate / _CHECKED).touch()
    return tables, results


def publish_candidate(out: Path) -> str:
    """Write the other formats from the candidate's Parquet and make it the standing dataset.

    Returns the version's name. Raises OutputsError where no candidate stands that every
    rule has passed.
    """
    candidate = versions.candidate(out)
    if not (candidate / _CHECKED).exists():
        raise versions.OutputsError(
            f"{candidate}: holds no tables that passed every check. Make the tables first."
        )
    for table in TABLES:
        csv.write_csv(table, candidate / "parquet", candidate / "csv")
    duckdb.write_database(candidate / "parquet", candidate / "commonplace.duckdb")
    (candidate / _CHECKED).unlink()
    return versions.publish(out)


def build(raw: Path, out: Path, workers: int = 0, progress: Progress | None = None) -> Built:
    """Build everything from `raw` and publish it in `out`.

    Raises SourcesError, OutputsError, ChecksFailedError or OSError; the standing dataset is then as
    it was.
    """
    begun = time.monotonic()
    listing = find_posts(raw)
    with versions.lock(out):
        extracted = extract_posts(listing, workers, progress)
        tables, results = write_candidate(extracted, listing.frame, out)
        if failed := [result for result in results if not result.passed]:
            raise ChecksFailedError(failed)
        rows = {name: frame.height for name, frame in tables.items()}
        reasons = tables["rejects"].group_by("reason").len().sort("reason").rows()
        del extracted, tables
        version = publish_candidate(out)
    return Built(
        version=version,
        rows=rows,
        rejects=dict(reasons),
        raw_posts=len(listing.files),
        raw_bytes=sum(file.size or 0 for file in listing.files),
        seconds=time.monotonic() - begun,
    )
