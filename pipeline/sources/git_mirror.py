"""The bare mirror that is kept of an archive: how it is fetched, and what its refs are.

`refs/archive/tip` is the commit that the source stands at. `refs/archive/incoming` is what was
fetched last. `refs/dropped/<number>-<seconds>` are tips that a force-push left behind, each with the date of
the tip that took its place: nothing that the source once gave is lost, and nothing is ever pruned.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from pipeline.sources.git_command import ANSWER_SECONDS, PARTIAL, REMOTE, GitError, Remote, run
from pipeline.sources.git_history import Dropped, on_chain
from pipeline.sources.raw import printable_path

TIP = "refs/archive/tip"
INCOMING = "refs/archive/incoming"
DROPPED = "refs/dropped/"

# Set in the configuration of a mirror that was fetched without blobs.
_PARTIAL = "archive.partial"

# What a killed git leaves behind. A lock would stop the next fetch for ever.
_LEFT_BEHIND = re.compile(r".*\.lock|tmp_.*|\.tmp-.*|gc\.pid|packed-refs\.new|pack-.*\.keep")
# From so many packs or loose objects on git is let put them into one pack; it then deletes nothing else.
_MANY_PACKS = 50
_MANY_OBJECTS = 6700

_REF = re.compile(r"HEAD|refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_MOST_NAMED = 10


class NoTipError(Exception):
    """An archive without the branch or tag that is asked for; one `is_empty` has no branch at all. The
    message is the rest of a sentence that begins with the archive."""

    def __init__(self, message: str, *, is_empty: bool = False) -> None:
        super().__init__(message)
        self.is_empty = is_empty


@dataclass(frozen=True)
class Tip:
    """What an archive has under one of its refs: a commit, or a tag that leads to one."""

    ref: str
    object_id: str
    commit: str
    # Where the server sent on to, if it did.
    sent_to: str | None = None


@dataclass(frozen=True)
class Refs:
    """What a mirror has: the commit that the source stands at, and the tips that were left behind, oldest
    first."""

    tip: str
    dropped: tuple[Dropped, ...]
    is_shallow: bool


def tip_there(source: Remote, ref: str | None) -> Tip:
    """What an archive has under a branch or tag, or under its own HEAD.

    A bundle made without HEAD stands at its only branch, or at `master` or `main`, where it has just one of
    them. Raises NoTipError and GitError.
    """
    out, said = run(["ls-remote", REMOTE], source=source, seconds=ANSWER_SECONDS)
    named: dict[str, str] = {}
    for line in out.decode(errors="surrogateescape").split("\n"):
        value, _, name = line.partition("\t")
        if _REF.fullmatch(name.removesuffix("^{}")):
            named[name] = value
    if not named and source.url.lower().startswith("http"):
        _refuse_page(source)
    branches = [name.removeprefix("refs/heads/") for name in named if name.startswith("refs/heads/")]
    found = _chosen(named, branches, ref, is_bundle=source.is_bundle)
    sent_on = re.search(r"^warning: redirecting to (\S+)", said, re.MULTILINE)
    commit = named.get(f"{found}^{{}}", named[found])
    return Tip(found, named[found], commit, sent_on and sent_on.group(1))


def _refuse_page(source: Remote) -> None:
    """Raise GitError where a web server answers with any page: to git that is an archive without branches,
    as it asks servers that know nothing of it for files. One that knows git exchanges packets."""
    _, said = run(["ls-remote", REMOTE], source=source, seconds=ANSWER_SECONDS, tells_packets=True)
    if "packet: " not in said:
        raise GitError("no branch is listed; is this a git repository?", at_source=True)


def _chosen(named: dict[str, str], branches: list[str], ref: str | None, *, is_bundle: bool) -> str:
    """The name, among those of an archive, that is asked for. Raises NoTipError."""
    if ref:
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            if name in named:
                return name
        missing, advice = f"has no branch or tag {printable_path(ref)!r}", "Mend `ref`."
    elif "HEAD" in named:
        return "HEAD"
    else:
        usual = [name for name in ("master", "main") if name in branches] if is_bundle else []
        for only in (branches, usual):
            if len(only) == 1:
                return f"refs/heads/{only[0]}"
        missing, advice = "has no HEAD that leads to a branch", "Name one in `ref`."
    if not branches:
        raise NoTipError("has no commits. Nothing is to be done until it has.", is_empty=True)
    names = ", ".join(branches[:_MOST_NAMED])
    more = f" and {len(branches) - _MOST_NAMED} more" if len(branches) > _MOST_NAMED else ""
    raise NoTipError(f"{missing}; it has the branches {printable_path(names)}{more}. {advice}")


def refs(mirror: Path) -> Refs | None:
    """The refs of a mirror; None where nothing was fetched. Raises GitError."""
    if not mirror.is_dir():
        return None
    out, _ = run(["for-each-ref", "--format=%(objectname) %(refname)", TIP, DROPPED], mirror)
    tip = None
    dropped: list[tuple[int, Dropped]] = []
    for line in out.decode().splitlines():
        commit, _, name = line.partition(" ")
        if name == TIP:
            tip = commit
        else:
            number, _, seconds = name.removeprefix(DROPPED).partition("-")
            dropped.append((int(number), Dropped(commit, seconds.encode())))
    if tip is None:
        raise GitError(f"{TIP} is not there")
    in_order = tuple(one for _, one in sorted(dropped, key=lambda numbered: numbered[0]))
    return Refs(tip, in_order, is_shallow(mirror))


def make(
    mirror: Path, source: Remote, there: Tip, clone: str, blobs: Callable[[Path, str], Iterable[str]]
) -> list[str]:
    """A new mirror, built beside and put in its place whole; see `update`. Raises NoTipError and GitError."""
    mirror.parent.mkdir(parents=True, exist_ok=True)
    for left in mirror.parent.glob(f"{mirror.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    # Another name each time: a git that outlived its refresh may still write to an earlier one.
    beside = mirror.with_name(f"{mirror.name}.{uuid4().hex}")
    beside.mkdir()
    try:
        sort = "sha256" if len(there.object_id) == 64 else "sha1"
        run(["init", "-q", "--bare", "--template=", f"--object-format={sort}"], beside)
        notes = update(beside, source, there, clone, blobs, is_new=True)
        beside.rename(mirror)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return notes


def update(
    mirror: Path,
    source: Remote,
    there: Tip,
    clone: str,
    blobs: Callable[[Path, str], Iterable[str]],
    *,
    is_new: bool = False,
) -> list[str]:
    """Fetch what an archive has under a ref and make it the tip; notes for the operator.

    A mirror stays as complete as it is; one that was shallow is completed where `clone` no longer says so.
    `blobs` names, for a tip, those that a mirror without blobs must have. Raises NoTipError and GitError.
    """
    before = None if is_new else refs(mirror)
    if before and is_at(mirror, before.tip, there) and (clone == "shallow" or not before.is_shallow):
        if _is_partial(mirror):
            fetch_blobs(mirror, source, blobs(mirror, before.tip))
        return []
    notes = _fetch(mirror, source, there, clone, is_new=before is None)
    tip = _commit_of(mirror, INCOMING)
    if tip is None:
        raise NoTipError(f"has no commit under {printable_path(there.ref)}. Name a branch in `ref`.")
    if _is_partial(mirror):
        fetch_blobs(mirror, source, blobs(mirror, tip))
    if before and not is_shallow(mirror) and not on_chain(mirror, before.tip, tip):
        # Named before the tip moves: a kill in between loses nothing.
        out, _ = run(["log", "-1", "--no-walk", "--format=%ct", tip, "--"], mirror)
        seconds = out.strip().decode()
        seconds = seconds if re.fullmatch(r"-?\d{1,15}", seconds) else "0"
        run(["update-ref", f"{DROPPED}{len(before.dropped) + 1}-{seconds}", before.tip], mirror)
        notes.append(
            f"The history was rewritten: {before.tip} is no longer a part of it. What it held is kept."
        )
    run(["update-ref", TIP, tip], mirror)
    if before:
        _tidy(mirror)
    return notes


def _fetch(mirror: Path, source: Remote, there: Tip, clone: str, *, is_new: bool) -> list[str]:
    """Bring what an archive has under a ref to INCOMING."""
    arguments = ["fetch", "--quiet", "--no-write-fetch-head", "--no-auto-maintenance", "--update-shallow"]
    extra: list[str] = []
    if source.is_bundle:
        pass  # it is read from beginning to end, whatever is wanted of it
    elif clone == "shallow" and (is_new or is_shallow(mirror)):
        extra = ["--depth=1"]
    elif is_shallow(mirror):
        extra = ["--unshallow"]
    elif clone == "partial" and is_new:
        extra = ["--filter=blob:none"]
        run(["config", _PARTIAL, "true"], mirror)
    if _is_partial(mirror):
        source = replace(source, is_partial=True)
    wanted = [REMOTE, f"+{there.ref}:{INCOMING}"]
    try:
        _, said = run([*arguments, *extra, *wanted], mirror, source=source)
    except GitError as error:
        if not extra or "does not support shallow" not in error.words:
            raise
        _, said = run([*arguments, *wanted], mirror, source=source)
        return ["The server cannot send a part of the history; all of it was fetched."]
    if "filtering not recognized by server" in said:
        run(["config", _PARTIAL, "false"], mirror)
        return ["The server cannot leave out what is not needed; everything was fetched."]
    return []


def fetch_blobs(mirror: Path, source: Remote, blobs: Iterable[str]) -> None:
    """Fetch those of the blobs that a mirror lacks, all at once. Raises GitError."""
    lacking = [blob for blob, size in sizes(mirror, blobs).items() if size is None]
    if lacking:
        arguments = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-write-fetch-head"]
        arguments += ["--no-auto-maintenance", "--filter=blob:none", "--stdin", REMOTE]
        data = "\n".join(lacking).encode() + b"\n"
        run(arguments, mirror, source=replace(source, is_partial=True), data=data)


def sizes(mirror: Path, blobs: Iterable[str]) -> dict[str, int | None]:
    """How many bytes each blob has; None for one that the mirror lacks. Raises GitError."""
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    arguments = ["cat-file", "--buffer", "--batch-check=%(objectsize)"]
    out, _ = run(arguments, mirror, data="\n".join(wanted).encode() + b"\n")
    answers = out.decode().splitlines()
    return {blob: int(size) if size.isdigit() else None for blob, size in zip(wanted, answers, strict=True)}


def is_at(mirror: Path, commit: str, there: Tip) -> bool:
    """True where what an archive has is a commit. A tag in a bundle is known by its own id: the mirror
    tells where it leads."""
    return commit == there.commit or commit == _commit_of(mirror, there.object_id)


def _commit_of(mirror: Path, name: str) -> str | None:
    """The commit that a ref or an object id leads to; None where the mirror has none."""
    with suppress(GitError):
        out, _ = run(["rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}"], mirror)
        return out.decode().strip()
    return None


def clear(mirror: Path) -> None:
    """Remove what a git that was killed left behind in a mirror.

    Whoever fetches holds the lock of the outputs, so that no other is at work here.
    """
    for folder, _, files in os.walk(mirror):
        for name in files:
            if _LEFT_BEHIND.fullmatch(name):
                Path(folder, name).unlink(missing_ok=True)


def _tidy(mirror: Path) -> None:
    """Put many small packs and loose objects into one pack. Nothing is pruned, and a failure does no harm:
    the next fetch tries again."""
    settings = {"gc.auto": _MANY_OBJECTS, "gc.autoPackLimit": _MANY_PACKS, "gc.autoDetach": "false"}
    settings |= PARTIAL if _is_partial(mirror) else {}
    told = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    with suppress(GitError):
        run([*told, "gc", "--auto", "--quiet", "--no-prune"], mirror)


def is_shallow(mirror: Path) -> bool:
    """True where the history of a mirror is not whole."""
    with suppress(OSError):
        return (mirror / "shallow").stat().st_size > 0
    return False


def _is_partial(mirror: Path) -> bool:
    return b"partial = true" in (mirror / "config").read_bytes()
