"""A source of the kind `folder`: files as they stand, found by a glob."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.sources.raw import MAX_RAW_BYTES, RawFile, RawPost, Reject, printable_path
from pipeline.sources.registry import SourcesError


def list_files(source: str, location: Path, glob: str) -> list[RawFile]:
    """Every place under `location` that `glob` names, sorted by path.

    Folders and links of a matching name are listed too, with their problem: a raw post
    that cannot be read is a reject, not a gap. Hidden folders (`.git`) are not entered,
    and links to folders are not followed. Raises SourcesError where a folder cannot be listed:
    nobody knows then how many posts are missing.
    """
    patterns = glob.split("/")
    root = location.resolve()
    return sorted(
        (_look(source, root, path) for path in _walk(root) if _fits(path.split("/"), patterns)),
        key=lambda file: file.path,
    )


def read(location: Path, file: RawFile) -> RawPost | Reject:
    """The bytes of one listed file, or why there are none."""
    if file.problem:
        return _reject(file, *file.problem)
    path = location.resolve() / file.path
    try:
        # Not blocking: a listed file may have become a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(MAX_RAW_BYTES + 1)
            if len(data) <= MAX_RAW_BYTES:
                return RawPost(file.source, file.path, data)
            digest, size = hashlib.sha256(data), len(data)
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
    except OSError as error:
        return _reject(
            file,
            "unreadable",
            f"The file could not be read ({error.strerror or error}). Mend its permissions or its disk, "
            "and build again.",
        )
    message = (
        f"The file has {size:,} bytes; posts of more than {MAX_RAW_BYTES:,} are not read. "
        "If it really is one post, cut what is not its text."
    )
    return _reject(file, "too_large", message, size, digest.hexdigest())


def _reject(
    file: RawFile, reason: str, message: str, size: int | None = None, sha256: str | None = None
) -> Reject:
    raw_bytes = file.size if size is None else size
    return Reject(file.source, printable_path(file.path), raw_bytes, sha256, "read", reason, message)


def _walk(root: Path) -> Iterator[str]:
    """Every file, link and folder under `root`, hidden folders aside, as a relative path."""

    def stop(error: OSError) -> None:
        raise SourcesError(
            f"{error.filename}: the folder cannot be listed ({error.strerror}). Mend its permissions or its "
            "disk, and build again."
        ) from error

    for folder, folders, files in os.walk(root, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*folders, *files):
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def _look(source: str, root: Path, path: str) -> RawFile:
    """What stands at one place, without reading it."""
    full = root / path
    try:
        if full.is_symlink():
            target = _target(full)
            if target is None or not target.exists():
                return _problem(
                    source, path, "dangling_link", "The link leads to nothing. Restore its target."
                )
            if not target.is_relative_to(root):
                return _problem(
                    source,
                    path,
                    "outward_link",
                    "The link leads out of the source and is not followed. Copy the file into the source.",
                )
        status = full.stat()
    except OSError as error:
        return _problem(
            source, path, "unreadable", f"The file could not be looked at ({error.strerror}). Mend its disk."
        )
    if not stat.S_ISREG(status.st_mode):
        return _problem(
            source, path, "not_a_file", "A folder or a device has the name of a post. Rename or remove it."
        )
    return RawFile(source, path, status.st_size)


def _target(link: Path) -> Path | None:
    """Where a link leads; None where it leads round in a circle."""
    try:
        return link.resolve()
    except RuntimeError:  # before Python 3.13, which gives the link itself
        return None


def _problem(source: str, path: str, reason: str, message: str) -> RawFile:
    return RawFile(source, path, None, (reason, message))


def _fits(names: list[str], patterns: list[str]) -> bool:
    """True where a glob names a path, both in parts: `**` is any folders or none, `*` and `?` stay
    within a name, `[...]` is one of these. Upper and lower case differ everywhere."""
    if not patterns:
        return not names
    if patterns[0] == "**":
        return any(_fits(names[skipped:], patterns[1:]) for skipped in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], patterns[0]) and _fits(names[1:], patterns[1:])
