"""Where a build's files lie, and how a build becomes the standing one: write, audit, publish.

    out/
      .candidate/            the build that is being written; nobody reads it
      .versions/<digest>/    finished builds: parquet/, csv/, commonplace.duckdb
      .previous              -> .versions/<digest>, the build that stood before
      current                -> .versions/<digest>, the build that stands
      parquet                -> current/parquet
      csv                    -> current/csv
      commonplace.duckdb     -> current/commonplace.duckdb

A build is written to `.candidate` and checked there. If it fails, what stands is not touched. If
it is good, its folder is moved to its version's place, and `current` is turned to it: that
replaces one symbolic link, which the file system does as a whole or not at all, so that all
files change together and readers, who follow links as if they were folders, find either build,
never a part of one. Who opens several files and wants them all from one build resolves `current`
once and reads on from there. A copy of the dataset is a copy of the files behind `current`:
`cp -rL out/current copy`, or `rsync -rL out/current/ copy`.

`<digest>` names the data: the same data has the same place, and is not written again. The build
before stays, so that a reader that has just found it goes on; older ones are removed.

The order is lock, prepare, write, audit, publish. A process that is killed anywhere in between
leaves the standing build whole, and leftovers that the next `prepare` removes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

# What a build is made of, and the names under which readers find it.
PARTS = ("parquet", "csv", "commonplace.duckdb")
# What the digest is made over. The bytes of a DuckDB file differ from build to build.
REPRODUCIBLE = ("parquet", "csv")
DIGEST_LENGTH = 16

_CANDIDATE = ".candidate"
_VERSIONS = ".versions"
_CURRENT = "current"
_PREVIOUS = ".previous"
_LOCK = ".lock"
_LOCK_HOLDER = ".lock.json"
_NEW_LINK = ".new-link"


class OutputsError(Exception):
    """The outputs folder cannot be used as asked; the message says what to do."""


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Be the only build of this outputs folder.

    Raises OutputsError at once where another build is at work. The lock ends with its process,
    however that ends.
    """
    _make(out)
    holder = out / _LOCK_HOLDER
    file_lock = FileLock(out / _LOCK, blocking=False)
    try:
        file_lock.acquire()
    except Timeout:
        raise OutputsError(
            f"{out}: another build is at work here{_who(holder)}. Wait for it, or name another folder."
        ) from None
    except OSError as error:
        raise _unusable(out, error) from error
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(json.dumps({"pid": os.getpid(), "since": since}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        file_lock.release()


def candidate(out: Path) -> Path:
    """Where the build that is being written lies; it need not exist."""
    return out / _CANDIDATE


def prepare(out: Path) -> Path:
    """The empty folder to write a new build to; what a dead build left behind is removed.

    Raises OutputsError where `out` cannot hold builds, or holds something in their place.
    """
    _make(out)
    _refuse_foreign(out)
    try:
        _remove(out / _CANDIDATE)
        _remove(out / _NEW_LINK)
        _remove_old_versions(out)
        (out / _CANDIDATE).mkdir()
        (out / _VERSIONS).mkdir(exist_ok=True)
    except OSError as error:
        raise _unusable(out, error) from error
    return out / _CANDIDATE


@dataclass(frozen=True)
class FileFacts:
    """The SHA-256 of a published file, and what tells without reading it that it is still the same."""

    sha256: str
    size: int
    mtime_ns: int
    inode: int


Facts = dict[str, FileFacts]


@dataclass(frozen=True)
class Settled:
    """A build that has its place and is not standing yet: its digest, its folder, and its files by
    their path in it."""

    digest: str
    place: Path
    files: Facts


def publish(out: Path) -> str:
    """Make the candidate the standing build; returns its digest.

    Where a build of the same data is there already, its files are kept and the candidate is
    dropped. Raises OutputsError where the candidate is not complete.
    """
    settled = settle(out)
    turn(out, settled)
    return settled.digest


def settle(out: Path, known: Facts | None = None) -> Settled:
    """Move the candidate to its version's place; what stands is not touched yet.

    `known` are facts of files that need not be read again. Raises OutputsError as `publish` does.
    """
    built = candidate(out)
    for part in PARTS:
        if not (built / part).exists():
            raise OutputsError(f"{built}: holds no {part}. Write the whole build before it is published.")
    _refuse_foreign(out)
    files = facts_of(built, known)
    digest = _digest(files)
    place, stands = _place(out, digest, known)
    if stands:
        _remove(built)
        return Settled(digest, place, facts_of(place, known))
    _sync_tree(built)
    built.rename(place)
    _sync(place.parent)
    return Settled(digest, place, files)


def turn(out: Path, settled: Settled) -> None:
    """Make a settled build the standing one: the one step that readers notice."""
    # On a first build these lead nowhere until `current` does: all appear in one instant.
    for part in PARTS:
        _link(out / part, f"{_CURRENT}/{part}")
    before = standing(out)
    if before is not None and before.name != settled.place.name:
        _link(out / _PREVIOUS, f"{_VERSIONS}/{before.name}")
    _link(out / _CURRENT, f"{_VERSIONS}/{settled.place.name}")
    _sync(out)
    _remove_old_versions(out)


def keep_file(path: Path, target: Path) -> None:
    """Have an unchanged file in a new build, too: the same inode, where the file system has links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)


def standing(out: Path) -> Path | None:
    """The folder of the build that stands, or None before the first one."""
    return _version_behind(out / _CURRENT)


def digest_of(version: Path, known: Facts | None = None) -> str:
    """What names the data of a build: the start of a SHA-256 over its Parquet and CSV files.

    It is what `find parquet csv -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints
    in the build's folder.
    """
    return _digest(facts_of(version, known))


def facts_of(version: Path, known: Facts | None = None) -> Facts:
    """The facts of a build's reproducible files, by their path in its folder. A file that is as `known`
    says is not read."""
    found: Facts = {}
    for part in REPRODUCIBLE:
        for path in sorted((version / part).rglob("*")):
            if not path.is_file():
                continue
            name, status = path.relative_to(version).as_posix(), path.stat()
            old = (known or {}).get(name)
            if old is None or not _same(old, status):
                with path.open("rb") as stream:
                    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                old = FileFacts(sha256, status.st_size, status.st_mtime_ns, status.st_ino)
            found[name] = old
    return found


def is_intact(version: Path, files: Facts) -> bool:
    """True where the build holds just these files, none of them touched since."""
    there = {
        path.relative_to(version).as_posix(): path.stat()
        for part in REPRODUCIBLE
        for path in (version / part).rglob("*")
        if path.is_file()
    }
    return there.keys() == files.keys() and all(_same(files[name], status) for name, status in there.items())


def _same(facts: FileFacts, status: os.stat_result) -> bool:
    return (facts.size, facts.mtime_ns, facts.inode) == (status.st_size, status.st_mtime_ns, status.st_ino)


def _digest(files: Facts) -> str:
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{files[name].sha256}  {name}\n".encode())
    return whole.hexdigest()[:DIGEST_LENGTH]


def _make(out: Path) -> None:
    # DuckDB drops what follows a question mark in a file's path, and takes \ for a slash.
    if set("?\\") & set(str(out)):
        raise OutputsError(f"{out}: DuckDB cannot write to a path with '?' or '\\'. Name another folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        file = next(path for path in (out, *out.parents) if path.exists() or path.is_symlink())
        raise OutputsError(f"{file}: is not a folder. Move it, or name a folder.") from error
    except OSError as error:
        raise _unusable(out, error) from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise OutputsError(f"{out}: is not writable. Change its permissions, or name another folder.")


def _unusable(out: Path, error: OSError) -> OutputsError:
    where = error.filename or out
    return OutputsError(f"{where}: {error.strerror or error}. Mend that, or name another folder.")


def _refuse_foreign(out: Path) -> None:
    """Nothing that `publish` did not make is ever replaced."""
    for name in (_CURRENT, *PARTS):
        path = out / name
        if path.is_symlink():
            folder, _, target = str(path.readlink()).partition("/")
            ours = folder == _VERSIONS if name == _CURRENT else (folder, target) == (_CURRENT, name)
        else:
            ours = not path.exists()
        if not ours:
            raise OutputsError(f"{path}: was not made by a build. Move it away, or name another folder.")


def _place(out: Path, digest: str, known: Facts | None = None) -> tuple[Path, bool]:
    """Where the build with this digest belongs, and whether it stands there, whole, already.

    A place whose files no longer are what its name says (somebody removed or changed one) is
    passed over: the first is `<digest>`, the next `<digest>-2`.
    """
    for name in itertools.chain([digest], (f"{digest}-{number}" for number in itertools.count(2))):
        place = out / _VERSIONS / name
        if not os.path.lexists(place):
            return place, False
        if all((place / part).exists() for part in PARTS) and digest_of(place, known) == digest:
            return place, True
    raise AssertionError("unreachable")


def _remove_old_versions(out: Path) -> None:
    kept = {_version_behind(out / _CURRENT), _version_behind(out / _PREVIOUS)}
    if (out / _VERSIONS).is_dir():
        for version in (out / _VERSIONS).iterdir():
            if version not in kept:
                _remove(version)


def _version_behind(link: Path) -> Path | None:
    if not link.is_symlink():
        return None
    version = link.parent / link.readlink()
    return version if version.is_dir() else None


def _link(path: Path, target: str) -> None:
    """Let `path` lead to `target`, replacing in one step what it led to."""
    if path.is_symlink() and path.readlink() == Path(target):
        return
    new = path.parent / _NEW_LINK
    _remove(new)
    new.symlink_to(target)
    new.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync_tree(folder: Path) -> None:
    """Have a folder and all in it on the disk itself: a link must not outlive a power cut that
    the files behind it did not."""
    for path, _, files in os.walk(folder, topdown=False):
        for file in files:
            _sync(Path(path, file))
        _sync(Path(path))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _who(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
        return f" (process {facts['pid']}, since {facts['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        # Between taking the lock and writing down who has it.
        return ""
