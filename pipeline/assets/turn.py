"""One run's turn at the outputs folder: it holds the lock until it ends, and shows that it is alive.

The queue lets one run at a time begin. The lock is for what is not in the queue: the command, or
another instance. It is held from the first step that needs it to the run's end, so that no other
refresh publishes between the steps.

    out/.runs/<run id>.lock   locked by the run's process for as long as it lives
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dagster import ConfigurableResource, DagsterLogManager, InitResourceContext
from filelock import FileLock, Timeout
from pydantic import PrivateAttr

from pipeline.assets.locations import Locations
from pipeline.publish import versions

if TYPE_CHECKING:
    from pipeline.refresh.fetching import Outcome

# So long a run waits for a refresh that is at work already; seconds.
LONGEST_WAIT = 3600.0
_PAUSE = 2.0
# How often it says that it still waits.
_TOLD_EVERY = 60.0

_RUNS = ".runs"


class Turn(ConfigurableResource):  # type: ignore[type-arg]
    """A run's turn at the outputs folder. `outcomes` are what earlier attempts of this run to fetch
    have come to, by source."""

    locations: Locations
    _held: ExitStack = PrivateAttr(default_factory=ExitStack)
    _has_lock: bool = PrivateAttr(default=False)
    _outcomes: dict[str, Outcome] = PrivateAttr(default_factory=dict)

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """What earlier attempts of this run have fetched, by source."""
        return self._outcomes

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[Turn]:
        """A turn that ends with the run, however that ends."""
        with self._held:
            if context.run:
                # Where the folder cannot be written to, `take` says so.
                with suppress(OSError, Timeout):
                    self._held.enter_context(_living(self.locations.out_path, context.run.run_id))
            yield self

    def take(self, log: DagsterLogManager) -> None:
        """Be the only refresh of the outputs folder until the run ends; wait for one that is at work.

        Raises OutputsError where the folder cannot be used, or after waiting for LONGEST_WAIT.
        """
        if not self._has_lock:
            self._held.enter_context(waiting_lock(self.locations.out_path, log.info))
            self._has_lock = True


@contextmanager
def waiting_lock(out: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """The lock of an outputs folder, once whoever has it is done; `tell` is told that it is waited for.

    Raises OutputsError where the folder cannot be used, or after waiting for LONGEST_WAIT.
    """
    begun = time.monotonic()
    told = -_TOLD_EVERY
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(versions.lock(out))
                break
            except versions.OutputsError as error:
                waited = time.monotonic() - begun
                # Nothing but a lock that another holds comes free by waiting.
                if not isinstance(error.__context__, Timeout) or waited >= LONGEST_WAIT:
                    raise
                if waited - told >= _TOLD_EVERY:
                    told = waited
                    tell(f"{error} This run waits, for {LONGEST_WAIT / 60:.0f} minutes at the most.")
            time.sleep(_PAUSE)
        yield


@contextmanager
def _living(out: Path, run_id: str) -> Iterator[None]:
    path = _path(out, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not at once: who asks whether the run has died holds the lock for an instant.
    with FileLock(path, timeout=10):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def has_died(out: Path, run_id: str) -> bool:
    """True where the process of a run has ended and left its file; False where that cannot be told."""
    path = _path(out, run_id)
    if not path.exists():
        return False
    try:
        with FileLock(path, blocking=False):
            return True
    except (OSError, Timeout):
        return False


def forget_dead(out: Path, run_id: str) -> None:
    """Remove the file of a run that has died."""
    _path(out, run_id).unlink(missing_ok=True)


def _path(out: Path, run_id: str) -> Path:
    return out / _RUNS / f"{run_id}.lock"
