"""Which commit brought each post, and which took it away, from the history of a mirror.

The history is the chain of first parents: what the branch itself held, one commit after another. What
a merge brings was brought by the merge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pipeline.sources.git_command import GitError, records, run

# A path and the id of the blob that it held.
Pair = tuple[str, str]

# Whether a path, as git spells it, is that of a post: its spelling here, or None.
Wanted = Callable[[bytes], str | None]

_ID = re.compile("[0-9a-f]{40,64}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How the mode of a regular file ends; git shows no other.
_FILES = ("100644", "100755")


class Told(NamedTuple):
    """What history says of a pair: the commit that brought it last and when, and when it was last taken.

    Dates are those of the commits' committers; `first_seen_at` is None where that is no date.
    """

    version: str | None
    first_seen_at: datetime | None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Dropped:
    """A tip that a force-push left behind, and the date of the tip that took its place, in seconds."""

    tip: str
    seconds: bytes


def whole(mirror: Path, tip: str, wanted: Wanted) -> dict[Pair, Told]:
    """Every pair that the chain of a tip ever held. Raises GitError."""
    told: dict[Pair, Told] = {}
    _fold(told, _changes(mirror, [tip], wanted))
    return told


def newer(
    mirror: Path, tip: str, since: str, known: dict[Pair, Told], wanted: Wanted
) -> dict[Pair, Told] | None:
    """The same, from what was known at an older tip; None where that is not on the chain, or not all of it
    was known. Raises GitError."""
    try:
        if not _ID.fullmatch(since) or not on_chain(mirror, since, tip):
            return None
    except GitError:  # what was known is of another mirror
        return None
    told = dict(known)
    if since == tip:
        return told
    return told if _fold(told, _changes(mirror, [tip, f"^{since}"], wanted)) else None


def add_dropped(
    mirror: Path, tip: str, dropped: Iterable[Dropped], told: dict[Pair, Told], wanted: Wanted
) -> None:
    """Add to what the chain of a tip tells what only tips told that were left behind, oldest first.

    The newest chain that ever held a pair tells of it. What such a chain held to its end was removed
    by the tip that took its place. Raises GitError.
    """
    left = list(dropped)
    if not left:
        return
    seen = set(_chain(mirror, tip))
    for one in reversed(left):
        chain = _chain(mirror, one.tip)
        above = next((at for at, commit in enumerate(chain) if commit in seen), len(chain))
        if not above:
            continue
        # The pairs of the commits below the fork are told by the chain that has them.
        fork = [f"^{commit}" for commit in chain[above : above + 1]]
        branch: dict[Pair, Told] = {}
        _fold(branch, _changes(mirror, [one.tip, *fork], wanted))
        end = _date(one.seconds) or _EPOCH
        for pair, what in branch.items():
            told.setdefault(pair, what if what.removed_at else what._replace(removed_at=end))
        seen.update(chain[:above])


def on_chain(mirror: Path, commit: str, tip: str) -> bool:
    """True where a commit is on the chain of first parents of a tip, or is the tip. Raises GitError."""
    if commit == tip:
        return True
    out, _ = run(["rev-list", "--first-parent", "--parents", tip, f"^{commit}", "--"], mirror)
    # The last that is no ancestor of the commit: it has the commit as its first parent, or the chain
    # passed the commit by.
    last = out.decode().strip().rpartition("\n")[2].split()
    return len(last) > 1 and last[1] == commit


def _chain(mirror: Path, tip: str) -> list[str]:
    """The commits of a chain, the tip first."""
    out, _ = run(["rev-list", "--first-parent", tip, "--"], mirror)
    return out.decode().split()


_Change = tuple[str, datetime | None, str, str | None, str | None]


def _changes(mirror: Path, revisions: list[str], wanted: Wanted) -> Iterator[_Change]:
    """(commit, its date, path, blob before, blob after) of each change to a post's file, the oldest
    commit first. What is no regular file (a link, a submodule) counts as nothing."""
    arguments = "log --first-parent -m --reverse --raw -z --root --no-renames --no-abbrev".split()
    commit, date = "", None
    change: bytes | None = None
    for record in records([*arguments, "--format=tformat:%H %ct", *revisions, "--"], mirror):
        if change is None:
            # `:100644 100644 <blob before> <blob after> M`, and then the path; or a commit. The first
            # change of a commit begins with the end of a line.
            if record.lstrip(b"\n").startswith(b":"):
                change = record
            else:
                name, _, seconds = record.partition(b" ")
                commit, date = name.decode(), _date(seconds)
            continue
        path = wanted(record)
        if path is not None:
            mode_before, mode_after, id_before, id_after, _ = change.decode().split(" ")
            before = id_before if mode_before.endswith(_FILES) else None
            after = id_after if mode_after.endswith(_FILES) else None
            if before != after:
                yield commit, date, path, before, after
        change = None


def _fold(told: dict[Pair, Told], changes: Iterable[_Change]) -> bool:
    """Bring what is told up to date with later changes; False where something was taken that was not told."""
    complete = True
    for commit, date, path, before, after in changes:
        if before:
            if what := told.get((path, before)):
                told[path, before] = what._replace(removed_at=date or _EPOCH)
            else:
                complete = False
        if after:
            told[path, after] = Told(commit, date)
    return complete


def _date(seconds: bytes) -> datetime | None:
    """The moment of a commit; None where it is no date between the years 1 and 9999."""
    try:
        return _EPOCH + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None
