"""The git command line: how it is started, under which configuration and limits, and what it says.

Nothing in an archive can run. Its files are never checked out and no submodule is fetched; hooks are
off, and the only transports are those of the location (`ext::` never). What reads the mirror sees no
configuration but the mirror's own, which is written here, so that its answers are the same on every
machine. What fetches sees the operator's configuration too, the user's and the system's: keys, credential
helpers, proxies and certificates are set there, and nothing of an archive reaches it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from pipeline.sources import locations

# The longest that a fetch may take, and that a server may take to list its branches. Seconds.
FETCH_SECONDS = 3600
ANSWER_SECONDS = 60
# Over http a transfer that stands still so long is given up. Servers at work send a byte now and then.
STILL_SECONDS = 120

# The bare mirror of a source, in the folder that is kept of it.
MIRROR = "mirror.git"

# What git calls the location: it is set in the environment and so is never an argument.
REMOTE = "archive"

# Beside the scheme itself: where a server may redirect to, and what an operator's `insteadOf` makes of it.
_TRANSPORTS = {"https": "https:ssh", "http": "http:https:ssh", "ssh": "ssh:https", "git": "git:https:ssh"}

# The operator's own settings that stay in the environment of a fetch; every other GIT_* goes.
_OPERATORS = [
    f"GIT_{name}"
    for name in (
        "CONFIG_GLOBAL CONFIG_SYSTEM CONFIG_NOSYSTEM EXEC_PATH SSH SSH_COMMAND SSH_VARIANT "
        "SSL_CAINFO SSL_CAPATH SSL_CERT SSL_KEY"
    ).split()
]

# The archive of another user is read, too: upload-pack is made to serve archives that nobody trusts.
_UPLOAD_PACK = (
    f"git -c safe.directory='*' -c uploadpack.allowFilter=true -c core.hooksPath={os.devnull} upload-pack"
)

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.askPass": "",
    "credential.interactive": "never",
    "protocol.version": "2",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": str(STILL_SECONDS),
    # Nothing is checked out, so that what fsck would refuse does no harm; old archives hold such things.
    "fetch.fsckObjects": "false",
    "transfer.fsckObjects": "false",
    "transfer.bundleURI": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.prune": "false",
    "fetch.writeCommitGraph": "false",
    # What was fetched is on the disk before a ref names it.
    "core.fsync": "committed,reference",
    "gc.auto": "0",
    "gc.pruneExpire": "never",
    "maintenance.auto": "false",
    f"remote.{REMOTE}.tagOpt": "--no-tags",
}

# Only fetching is told that blobs may be missing: what reads would try to fetch them one by one.
PARTIAL = {f"remote.{REMOTE}.promisor": "true", f"remote.{REMOTE}.partialclonefilter": "blob:none"}

_BOILERPLATE = re.compile(
    r"\s*$|warning: |hint: |Please make sure|and the repository exists"
    r"|.*Could not read from remote repository|To add an exception|\s+git config|remote:\s*$"
    r"|.*aborting due to possible repository corruption|error: git upload-pack: git-pack-objects died"
)
_LONGEST_WORDS = 400


@dataclass(frozen=True)
class Remote:
    """Where an archive is, as git is told: `url`, the transports that it may use, and whether blobs are
    left out of what it sends."""

    url: str
    transports: str
    is_partial: bool = False

    @property
    def is_local(self) -> bool:
        """True for a path."""
        return self.transports == "file"

    @property
    def is_bundle(self) -> bool:
        """True for a file, which can only be a bundle."""
        return self.is_local and Path(self.url).is_file()


class GitError(Exception):
    """git failed, or was stopped; `words` are its own, in one clean line. `at_source` where it was at work
    with the archive, not with the mirror alone."""

    def __init__(self, words: str, *, timed_out: bool = False, at_source: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.timed_out = timed_out
        self.at_source = at_source


def remote(location: str) -> Remote | None:
    """How git reaches a location, an absolute path or a URL; None for what is not fetched (`ext::`, an
    option, an unknown scheme)."""
    if "\0" in location:
        return None
    if Path(location).is_absolute():
        return Remote(location, "file")
    if locations.problem_of("git", location) or locations.is_path("git", location):
        return None
    scheme, separator, rest = location.partition("://")
    if scheme.lower() == "file":
        path = unquote(rest.removeprefix("localhost"), errors="surrogateescape")
        return Remote(path, "file") if path.startswith("/") else None
    return Remote(location, _TRANSPORTS[scheme.lower() if separator else "ssh"])


def run(
    arguments: Sequence[str],
    mirror: Path | None = None,
    *,
    source: Remote | None = None,
    data: bytes = b"",
    seconds: float | None = None,
    tells_packets: bool = False,
) -> tuple[bytes, str]:
    """What git wrote, and what it said beside it; `data` is its input, `source` where it may fetch from.
    With `tells_packets` it says each packet that it exchanges with a server.

    After `seconds` (None: `FETCH_SECONDS`) git and all that it started are killed. Raises GitError.
    """
    seconds = FETCH_SECONDS if seconds is None else seconds
    with started(
        arguments, mirror, source=source, stderr=subprocess.PIPE, tells_packets=tells_packets
    ) as process:
        try:
            out, err = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            words = f"no end after {seconds:,.0f} seconds"
            raise GitError(words, timed_out=True, at_source=source is not None) from None
    said = err.decode(errors="replace")
    if process.returncode:
        raise GitError(_words(said), at_source=source is not None)
    return out, said


def records(arguments: Sequence[str], mirror: Path) -> Iterator[bytes]:
    """What git writes, as it comes: the parts that each end with a NUL. Raises GitError."""
    with tempfile.TemporaryFile() as stderr, started(arguments, mirror, stderr=stderr.fileno()) as process:
        assert process.stdout
        rest = b""
        while block := process.stdout.read(1 << 18):
            *whole, rest = (rest + block).split(b"\0")
            yield from whole
        if process.wait():
            stderr.seek(0)
            raise GitError(_words(stderr.read(1 << 16).decode(errors="replace")))


@contextmanager
def started(
    arguments: Sequence[str],
    mirror: Path | None,
    *,
    source: Remote | None = None,
    stderr: int = subprocess.DEVNULL,
    tells_packets: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """git at work in the mirror (None: in no repository), in a process group of its own that is killed
    at the end. Everything that runs git goes through here. Raises GitError where git is not there."""
    try:
        process = subprocess.Popen(
            ["git", *arguments],
            cwd="/",
            env=_environment(mirror, source) | {"GIT_TRACE_PACKET": str(int(tells_packets))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            # Without a terminal ssh cannot ask anything, whatever command the operator has set for it.
            start_new_session=True,
        )
    except OSError as error:
        words = f"git cannot be started ({error.strerror})"
        raise GitError(words, at_source=source is not None) from error
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process group, and close its pipes."""
    # The number of a process that was waited for may be another's by now.
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError):  # what was not yet written to it
                pipe.close()


def _environment(mirror: Path | None, source: Remote | None) -> dict[str, str]:
    kept = _OPERATORS if source else ["GIT_EXEC_PATH"]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in kept
    } | {
        "GIT_DIR": str(mirror or os.devnull),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ALLOW_PROTOCOL": source.transports if source else "none",
        "LC_ALL": "C",
    }  # fmt: skip
    settings = dict(_SETTINGS)
    if source:
        settings[f"remote.{REMOTE}.url"] = source.url
        if source.is_partial:
            settings |= PARTIAL
        if source.is_local:
            settings[f"remote.{REMOTE}.uploadpack"] = _UPLOAD_PACK
    else:
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


def _words(said: str) -> str:
    """What git said, without what it always says, in one line without control characters or secrets."""
    lines = [line for line in re.split(r"[\r\n]+", said) if not _BOILERPLATE.match(line)]
    text = "; ".join(line.strip() for line in lines[-4:]) or "no word of why"
    clean = "".join(character if character.isprintable() else " " for character in locations.hide(text))
    return re.sub(r" +", " ", clean)[:_LONGEST_WORDS].strip()
