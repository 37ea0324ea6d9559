"""Raw posts: one file as fetched, never edited, and what is said of one that gives no row."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

# The largest raw post that is read. Of 50,589 real posts the largest has 680 kB.
MAX_RAW_BYTES = 8 * 1024 * 1024

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\\\\]")


@dataclass(frozen=True)
class RawFile:
    """A place in a source where a raw post is, or should be.

    `path` is seen from the source's location, with `/` between its parts, as the file
    system spells it (bytes that are not UTF-8 as surrogate escapes). `problem` says why
    there is nothing to read, as (reason, message).

    `token` tells whether bytes are the same without reading them: equal path and token in one
    source mean equal bytes; None means that only reading tells. `version`, `first_seen_at` and
    `removed_at` are what the raw material itself says of the post, as in the table `revisions`.
    """

    source: str
    path: str
    size: int | None = None
    problem: tuple[str, str] | None = None
    token: str | None = None
    version: str | None = None
    first_seen_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class RawPost:
    """The bytes of one raw post and where they were found."""

    source: str
    path: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The bytes' SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Reject:
    """A raw post that could not become a row; one row of the table `rejects`."""

    source: str
    raw_path: str
    raw_bytes: int | None
    raw_sha256: str | None
    stage: str
    reason: str
    message: str


def printable_path(path: str) -> str:
    """A path as the tables show it: control characters, backslashes and bytes that are not
    UTF-8 become `\\xNN`, so that the real path can be told from it."""

    def escape(match: re.Match[str]) -> str:
        data = match.group().encode("utf-8", "surrogateescape")
        return "".join(f"\\x{byte:02x}" for byte in data)

    return _UNPRINTABLE.sub(escape, path)
