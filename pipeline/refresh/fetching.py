"""Fetching: what is new at the sources comes to where it is kept, one failing source aside.

This is the one step of a refresh that uses the network, and the one that is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.posts.plain_text import one_line
from pipeline.sources.kinds import FetchError, Place, kind_of

# A server that fails is asked so often in all, after waits of 1, 2, 4 ... seconds and some at random.
ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


@dataclass(frozen=True)
class Outcome:
    """What came of fetching one source: `fetched`, or the code of a FetchError with what was found and
    what to do. `notes` are for the operator."""

    source: str
    code: str
    message: str | None
    notes: tuple[str, ...]
    started_at: datetime
    seconds: float

    @property
    def is_good(self) -> bool:
        """True where what is kept is what the source has now."""
        return self.code == "fetched"


def fetch(places: Iterable[Place], attempts: int = ATTEMPTS) -> list[Outcome]:
    """Fetch each source; a failure is an outcome, never an exception, and stops no other source."""
    return [_fetch_one(place, attempts) for place in places]


def _fetch_one(place: Place, attempts: int) -> Outcome:
    begun, started_at = time.monotonic(), datetime.now(UTC)
    code, message, notes = "fetched", None, tuple[str, ...]()
    try:
        notes = _patiently(place, attempts)
    except FetchError as error:
        code, message = error.outcome, str(error)
    except OSError as error:
        code, message = "unreadable", f"source {place.source.name!r}: {error}. Mend the disk or permissions."
    except Exception as error:  # noqa: BLE001 - what a server sends must not stop the other sources
        code = "unexpected_error"
        message = (
            f"source {place.source.name!r}: fetching failed unexpectedly ({type(error).__name__}: "
            f"{one_line(str(error))}). What was kept stands; report this as a fault of the pipeline."
        )
    return Outcome(place.source.name, code, message, notes, started_at, time.monotonic() - begun)


def _patiently(place: Place, attempts: int) -> tuple[str, ...]:
    if place.source.kind == "folder":  # nothing to wait for, and no library to load
        return kind_of(place.source).fetch(place).notes
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    # It would tell of each attempt on stdout, where results go.
    set_on_retry_hooks([])

    def worth_another(error: Exception) -> bool | float:
        if not isinstance(error, FetchError) or not error.retry:
            return False
        return True if error.wait is None else min(error.wait, LONGEST_WAIT)

    for attempt in stamina.retry_context(
        on=worth_another, attempts=attempts, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT, timeout=None
    ):
        with attempt:
            return kind_of(place.source).fetch(place).notes
    raise AssertionError("unreachable")
