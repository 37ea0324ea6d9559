"""What goes wrong in a run, in words for the operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure, RetryRequested

from pipeline.assets.words import plain


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what an operator can mend into a failure that says so, and that no retry mends.

    A fault of the pipeline goes through as it is, with its stack trace.
    """
    try:
        yield
    except (Failure, RetryRequested):
        raise
    except Exception as error:
        words = _in_words(error)
        if words is None:
            raise
        raise Failure(plain(words), allow_retries=False) from None


def _in_words(error: Exception) -> str | None:
    """What to say of an error; None for a fault of the pipeline."""
    import duckdb

    from pipeline.publish.duckdb import DatabaseError
    from pipeline.publish.versions import OutputsError
    from pipeline.refresh.steps import HeldBackError
    from pipeline.sites.registry import UnknownProfileError
    from pipeline.sources.kinds import FetchError
    from pipeline.sources.registry import SourcesError

    stands = "The standing dataset is as it was."
    known = (DatabaseError, OutputsError, HeldBackError, UnknownProfileError, FetchError, SourcesError)
    if isinstance(error, known):
        return f"{error}\n{stands}"
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{place}. Mend the disk or the permissions. {stands}"
    if isinstance(error, duckdb.OperationalError):
        # "Failed to commit: ... Original error: Could not write file ...: No space left on device"
        return f"{str(error).rpartition('Original error: ')[2]}. {stands}"
    return None
