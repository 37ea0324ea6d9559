"""A source of the kind `folder`: files as they stand, found by a glob."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.sources.raw import MAX_RAW_BYTES, RawFile, RawPost, Reject, printable_path


def list_files(source: str, location: Path, glob: str) -> list[RawFile]:
    """Every place under `location` that `glob` names, sorted by path.

    Folders and links of a matching name are listed too, with their problem: a raw post
    that cannot be read is a reject, not a gap. Hidden folders (`.git`) are not entered,
    and links to folders are not followed.
    """
    matches = _glob_pattern(glob)
    root = location.resolve()
    return sorted(
        (_look(source, root, path) for path in _walk(root) if matches.fullmatch(path)),
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
        with open(descriptor, "rb") as stream:
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
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*folders, *files):
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def _look(source: str, root: Path, path: str) -> RawFile:
    """What stands at one place, without reading it."""
    full = root / path
    try:
        if full.is_symlink():
            target = full.resolve()
            if not target.exists():
                return _problem(source, path, "dangling_link", "The link leads to nothing. Restore its target.")
            if not target.is_relative_to(root):
                return _problem(
                    source,
                    path,
                    "outward_link",
                    "The link leads out of the source and is not followed. Copy the file into the source.",
                )
        status = full.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        return _problem(source, path, "unreadable", f"The file could not be looked at ({error}).")
    if not stat.S_ISREG(status.st_mode):
        return _problem(
            source, path, "not_a_file", "A folder or a device has the name of a post. Rename or remove it."
        )
    return RawFile(source, path, status.st_size)


def _problem(source: str, path: str, reason: str, message: str) -> RawFile:
    return RawFile(source, path, None, (reason, message))


def _glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern of whole relative paths: `**/` is any folders or none, `*` and `?`
    stay within a name, `[...]` is one of these. Upper and lower case differ everywhere."""
    pattern, i = "", 0
    while i < len(glob):
        if glob.startswith("**/", i):
            pattern, i = pattern + "(?:[^/]+/)*", i + 3
        elif glob.startswith("**", i):
            pattern, i = pattern + ".*", i + 2
        elif glob[i] == "*":
            pattern, i = pattern + "[^/]*", i + 1
        elif glob[i] == "?":
            pattern, i = pattern + "[^/]", i + 1
        elif glob[i] == "[" and (end := glob.find("]", i + 2)) > 0:
            inside = glob[i + 1 : end].replace("\\", r"\\")
            inside = "^" + inside[1:] if inside.startswith("!") else inside
            pattern, i = pattern + f"[{inside}]", end + 1
        else:
            pattern, i = pattern + re.escape(glob[i]), i + 1
    return re.compile(pattern, re.DOTALL)
