"""What git's failures mean: an outcome for the record of refreshes, and what a person can do."""

from __future__ import annotations

import re

from pipeline.sources import locations
from pipeline.sources.git_command import MIRROR, GitError, Remote
from pipeline.sources.kinds import FetchError, Place
from pipeline.sources.raw import printable_path

_TIMED_OUT = ("timed_out", "Refresh again; see whether the server answers.")
_NO_SPACE = ("no_space", "Make room where raw posts are kept, and refresh again.")
_NOT_KEPT = ("not_kept", "Mend the permissions where raw posts are kept, and refresh again.")
_ACCESS_DENIED = (
    "access_denied",
    "The archive is private or not there. Give git a key or a credential helper, or mend `location`.",
)
_NOT_FOUND = ("not_found", "Mend `location`.")
_IN_PART = (
    "damaged",
    "The bundle holds only a part of the history. Make one of the whole.",
)
_NOT_A_REPOSITORY = ("not_a_repository", "Something else is there. Mend `location`, or mend `kind`.")
_DAMAGED = (
    "damaged",
    "Mend the archive there. Where it is whole, what was fetched of it is not: {mend_mirror}",
)

# git's words, as they are under LC_ALL=C, and what they mean. The first that is found holds.
_MEANINGS = [
    (r"Operation too slow|timed out after", _TIMED_OUT),
    (r"No space left on device|Disk quota exceeded|Read-only file system", _NO_SPACE),
    (r"insufficient permission|[Uu]nable to create|cannot lock ref|could not lock", _NOT_KEPT),
    (r"Authentication failed|could not read (Username|Password)|Permission denied", _ACCESS_DENIED),
    (r"access denied|Host key verification failed|returned error: (401|403|407)", _ACCESS_DENIED),
    (r"returned error: (404|410)|[Rr]epository ('.*' )?not found", _NOT_FOUND),
    (r"Repository lacks these prerequisite commits", _IN_PART),
    (r"does not appear to be a git repository|not a git repository|is this a git repo", _NOT_A_REPOSITORY),
    (r"invalid gitfile format|does not look like a v2 or v3 bundle|unrecognized header", _NOT_A_REPOSITORY),
    (r"invalid server response|bad line length character|expected '?flush", _NOT_A_REPOSITORY),
    (r"corrupt|bad (tree )?object|pack has bad|inflate|hash mismatch", _DAMAGED),
    (r"unable to (read|unpack|parse)|could not parse|Could not read [0-9a-f]{40}|not our ref", _DAMAGED),
    (r"missing (blob|tree|commit|object)|did not send all necessary objects", _DAMAGED),
    (r"object file .* is empty|bad revision|Failed to traverse|unresolved deltas", _DAMAGED),
]


def fetch_error(place: Place, source: Remote, failure: GitError) -> FetchError:
    """The error of a source from what git said, of the archive or of its mirror."""
    shown = printable_path(locations.shown(place.location))
    words = failure.words.rstrip(".")
    if failure.words.startswith("git cannot be started"):
        return FetchError(
            "no_git", f"source {place.source.name!r}: {failure.words}. Install git, 2.39 or newer."
        )
    if not failure.at_source:
        return FetchError(
            "timed_out" if failure.timed_out else "damaged",
            f"source {place.source.name!r}: what was fetched of it cannot be read. git says: {words}. "
            f"To mend it, {_mend_mirror(place)}",
            retry=failure.timed_out,
        )
    outcome, advice = _meaning(source, failure)
    return FetchError(
        outcome,
        f"source {place.source.name!r}: its location {shown}: git says: {words}. "
        f"{advice.format(mend_mirror=_mend_mirror(place))}",
        # A server of many machines may not yet have everywhere what it has named.
        retry=outcome in {"timed_out", "unreachable"} or ("not our ref" in words and not source.is_local),
    )


def _meaning(source: Remote, failure: GitError) -> tuple[str, str]:
    """The outcome, and what to do."""
    if failure.timed_out:
        return _TIMED_OUT
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, failure.words):
            return meaning
    if source.is_local:  # such as a bundle that ends too early
        return "damaged", "Mend the archive there."
    return "unreachable", "Refresh again; see whether the server and the network are there."


def _mend_mirror(place: Place) -> str:
    return f"move {place.kept / MIRROR} away and refresh, so that it is fetched anew."
