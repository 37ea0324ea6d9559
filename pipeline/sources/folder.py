"""A source of the kind `folder`: files as they stand, found by a glob."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.sources.globs import fits
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import MAX_RAW_BYTES, RawFile, RawPost, Reject, printable_path

# A file that changed so short a time before it was looked at may change again and keep its times: clocks
# of file systems tick as slowly as this. Nanoseconds.
_FRESH_NS = 2_000_000_000

_NO_FILE = ("not_a_file", "A folder or a device has the name of a post. Rename or remove it.")
_OUTWARD = (
    "outward_link",
    "The link leads out of the source and is not followed. Copy the file into the source.",
)


def fetch(place: Place) -> Fetched:
    """Nothing is fetched: the files are read where they stand. Raises FetchError where they are not."""
    _root(place)
    return Fetched()


def state(place: Place) -> str:
    """Names every file that the glob gives, by its place, its size, its times and its inode; none is read.

    While a file is so fresh that it may change again unseen, each call gives another state: such a
    folder counts as moved until its last change is two seconds old. Raises FetchError.
    """
    return _state_of(posts(place))


def posts(place: Place, known: Known | None = None) -> list[RawFile]:  # noqa: ARG001
    """Every place under the location that the glob names, sorted by path.

    Folders and links of a matching name are listed too, with their problem: a raw post
    that cannot be read is a reject, not a gap. Hidden folders (`.git`) are not entered,
    nor are links to folders, nor what other kinds of sources keep (`raw/fetched`). A file that changed
    within the last two seconds has no token. What was known helps nothing: a walk costs
    the same. Raises FetchError where a folder cannot be listed: nobody knows then how many posts are
    missing.
    """
    root = _root(place)
    glob = place.source.glob
    # Before the first look: a file that changes during the walk is fresh.
    now = time.time_ns()
    found = (
        _look(place.source.name, root, path, entry, now)
        for path, entry in _walk(place, root)
        if fits(path, glob)
    )
    return sorted((file for file in found if file is not None), key=lambda file: file.path)


def read(place: Place, files: Iterable[RawFile], max_bytes: int | None = None) -> Iterator[RawPost | Reject]:
    """The bytes of each listed file, in the order given, or why there are none; files of more than
    `max_bytes` (None: `MAX_RAW_BYTES`) are not read. Raises FetchError."""
    root = _root(place)
    most = MAX_RAW_BYTES if max_bytes is None else max_bytes
    # The folders of the files that were read, and whether each still lies within the source.
    inside: dict[str, bool] = {}
    for file in files:
        if file.problem:
            yield _reject(file, *file.problem)
            continue
        folder = file.path.rpartition("/")[0]
        if folder not in inside:
            target = _target(root / folder)
            inside[folder] = target is not None and target.is_relative_to(root)
        yield _read(root, file, most) if inside[folder] else _reject(file, *_OUTWARD)


def look(place: Place) -> Look:
    """How many files the glob gives. Their dates stand in them and are not looked for. Raises FetchError."""
    return Look(len(posts(place)), None)


def moved(place: Place, state: str) -> bool:
    """True where the files are not those of `state`. Raises FetchError."""
    return _state_of(posts(place)) != state


def _state_of(files: list[RawFile]) -> str:
    if any(file.token is None and file.problem is None for file in files):
        return f"changing-{secrets.token_hex(8)}"
    lines = "".join(f"{file.path}\0{file.token}\0{file.problem}\n" for file in files)
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _root(place: Place) -> Path:
    location = Path(place.location)
    try:
        there = location.is_dir()
    except OSError as error:
        raise FetchError(
            "unreadable",
            f"source {place.source.name!r}: its location {location} cannot be looked at ({error.strerror}). "
            "Mend its permissions or its disk.",
        ) from error
    if not there:
        raise FetchError(
            "not_found",
            f"source {place.source.name!r}: its location {location} is no folder. Mend `location`.",
        )
    return location.resolve()


def _walk(place: Place, root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file, link and folder under `root`, hidden folders aside, each with its relative path."""
    fetched = place.kept.parent.resolve()
    left_out = str(fetched) if (fetched.parent / "sources.yaml").is_file() else None
    waiting = [("", str(root))]
    while waiting:
        above, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") and _is_folder(entry):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if entry.path == left_out:
                            continue
                        waiting.append((f"{above}{entry.name}/", entry.path))
                    yield above + entry.name, entry
        except OSError as error:
            raise FetchError(
                "unreadable",
                f"source {place.source.name!r}: {printable_path(folder)}: the folder cannot be listed "
                f"({error.strerror}). Mend its permissions or its disk, and build again.",
                # It was there a moment ago: somebody is at work in the source.
                retry=isinstance(error, FileNotFoundError),
            ) from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """True for a folder, and for a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle
        return False


def _look(source: str, root: Path, path: str, entry: os.DirEntry[str], now: int) -> RawFile | None:
    """What stands at one place, without reading it; None where it has gone since its folder was listed."""
    try:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            if problem := _link_problem(root, Path(entry.path)):
                return RawFile(source, path, None, problem)
            status = entry.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"The file could not be looked at ({error.strerror}). Mend its disk."
        return RawFile(source, path, None, ("unreadable", message))
    if not stat.S_ISREG(status.st_mode):
        return RawFile(source, path, None, _NO_FILE)
    return RawFile(source, path, status.st_size, None, _token(status, now))


def _token(status: os.stat_result, now: int) -> str | None:
    """What changes with every change of a file's bytes; None for a file that is too fresh to tell.

    Of the two times the first may be anything; the second is set by the system alone.
    """
    changed, dated = status.st_ctime_ns, status.st_mtime_ns
    if changed > now - _FRESH_NS or abs(dated - now) < _FRESH_NS:
        return None
    return f"{status.st_size:x}-{dated:x}-{changed:x}-{status.st_ino:x}"


def _link_problem(root: Path, link: Path) -> tuple[str, str] | None:
    target = _target(link)
    if target is None or not target.exists():
        return "dangling_link", "The link leads to nothing. Restore its target."
    return None if target.is_relative_to(root) else _OUTWARD


def _target(path: Path) -> Path | None:
    """Where a path leads, links followed; None where it leads round in a circle."""
    try:
        return path.resolve()
    except RuntimeError:  # before Python 3.13, which gives the link itself
        return None


def _read(root: Path, file: RawFile, most: int) -> RawPost | Reject:
    path = root / file.path
    try:
        if path.is_symlink():
            if problem := _link_problem(root, path):
                return _reject(file, *problem)
            path = path.resolve()
        with open(path, "rb", opener=_open) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return _reject(file, *_NO_FILE)
            # Without a number it makes room for what the file has, not for the most that is read.
            data = stream.read() if status.st_size <= most else stream.read(most + 1)
            if len(data) <= most:
                return RawPost(file.source, file.path, data)
            digest, size = hashlib.sha256(data), len(data)
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
    except IsADirectoryError:
        return _reject(file, *_NO_FILE)
    except OSError as error:
        return _reject(
            file,
            "unreadable",
            f"The file could not be read ({error.strerror or error}). Mend its permissions or its disk, "
            "and build again.",
        )
    message = (
        f"The file has {size:,} bytes; posts of more than {most:,} are not read. "
        "If it really is one post, cut what is not its text."
    )
    return _reject(file, "too_large", message, size, digest.hexdigest())


def _open(path: str, flags: int) -> int:
    """A file opened at once, though it be a pipe by now that nobody writes to, and not where it is a
    link by now."""
    more = ("O_NONBLOCK", "O_NOFOLLOW", "O_NOCTTY")
    return os.open(path, flags | sum(getattr(os, flag, 0) for flag in more))


def _reject(
    file: RawFile, reason: str, message: str, size: int | None = None, sha256: str | None = None
) -> Reject:
    raw_bytes = file.size if size is None else size
    return Reject(file.source, printable_path(file.path), raw_bytes, sha256, "read", reason, message)
