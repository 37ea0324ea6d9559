"""What a kind of source must be able to do, and which kinds there are.

A kind is one module of this folder with the functions of `Kind`. To add a fifth, write the module
and name it in `KINDS`: the command, the assets and the refresh then know it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from pipeline.sources.raw import RawFile, RawPost, Reject
from pipeline.sources.registry import Source

# A kind's name in `sources.yaml`, and its module.
KINDS: dict[str, str] = {
    "folder": "pipeline.sources.folder",
    "git": "pipeline.sources.git",
    "feed": "pipeline.sources.feed",
    "index": "pipeline.sources.index",
}


@dataclass(frozen=True)
class Place:
    """Where a source is, and where what was fetched of it is kept.

    `location` is a URL as written, or an absolute path. `kept` is a folder of the source's own,
    `raw/fetched/<name>`; it need not exist. What a kind keeps there is raw material: it is
    added to, never edited, and a kill at any instant must leave it whole.
    """

    source: Source
    location: str
    kept: Path


class FetchError(Exception):
    """A source could not be fetched; what was kept before stands.

    `outcome` is a code for the record of refreshes (`unreachable`, `not_found`, `not_a_feed` ...);
    the message says which source, what was found and what to do. `retry` is true where the
    same may work in a minute, `wait` how many seconds the server asked to wait.
    """

    def __init__(self, outcome: str, message: str, *, retry: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.retry = retry
        self.wait = wait


@dataclass(frozen=True)
class Fetched:
    """What a fetch that worked has to say: `notes` are sentences for the operator, such as that
    the feed has moved for good."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What was known of a source before: its state and the raw posts that it held then."""

    state: str
    files: Sequence[RawFile]


@dataclass(frozen=True)
class Look:
    """What a look at a source found, with nothing changed or kept.

    `posts` is how many the glob or the feed gives (None where only fetching would tell), `newest`
    the date of the newest of them where the source says it without their being read.
    """

    posts: int | None
    newest: datetime | None
    notes: tuple[str, ...] = ()


class Kind(Protocol):
    """One kind of source: the functions that its module has."""

    def fetch(self, place: Place) -> Fetched:
        """Bring what is new at `place.location` into `place.kept`; the one step that uses the network.

        A kind that reads its location in place only makes sure that it is there. Nothing is retried
        here. Raises FetchError.
        """

    def state(self, place: Place) -> str:
        """Names what is there now, from what is kept: equal states mean equal posts. Cheap.

        Raises FetchError (`not_fetched`) where nothing was ever kept.
        """

    def posts(self, place: Place, known: Known | None = None) -> list[RawFile]:
        """Every raw post that is there now, sorted by path, then by token.

        `known` may be used to look at nothing but what changed since; the answer is the same
        without. No path and token comes twice. Posts that the source lost are among them, with
        `removed_at`, where it has `on_removal: keep`.
        """

    def read(self, place: Place, files: Iterable[RawFile]) -> Iterator[RawPost | Reject]:
        """The bytes of each of `files`, in their order, or why there are none."""

    def look(self, place: Place) -> Look:
        """What a fetch would find: reachable, how many posts, the newest. Changes nothing. Raises
        FetchError."""

    def moved(self, place: Place, state: str) -> bool:
        """True where a fetch would bring something new since `state`; for a sensor, so cheap
        (a feed, which only fetching can tell, says False). Raises FetchError."""


def kind_of(source: Source) -> Kind:
    """The kind that a source names."""
    return cast("Kind", importlib.import_module(KINDS[source.kind]))
