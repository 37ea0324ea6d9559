"""A source of the kind `git`: a path, a bundle or a URL, kept as a bare mirror and read from its objects."""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from subprocess import Popen
from typing import IO

from pipeline.sources import git_history, git_mirror, locations
from pipeline.sources.git_command import MIRROR, GitError, Remote, records, remote, started
from pipeline.sources.git_history import Pair, Told, Wanted
from pipeline.sources.git_mirror import NoTipError, Refs
from pipeline.sources.git_outcomes import fetch_error
from pipeline.sources.globs import fits
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import MAX_RAW_BYTES, RawFile, RawPost, Reject, printable_path

# A larger bundle is not unpacked only to be counted.
MAX_LOOK_BYTES = 100 * 1024 * 1024

# A pipe holds at least this: so many bytes of questions never wait for the answers to be read.
_ASKED_BYTES = 4096

# What a history that is not whole says of every post.
_UNTOLD = Told(None, None, None)

_FOLDER, _LINK, _SUBMODULE = b"040000", b"120000", b"160000"
_NO_FILES = {
    _FOLDER: "A folder has the name of a post. Rename it.",
    _LINK: "A link has the name of a post; links in git are not followed. Put the file itself there.",
    _SUBMODULE: "A submodule has the name of a post; submodules are not fetched. Make it a source.",
}


def fetch(place: Place) -> Fetched:
    """Bring what is new in the archive into the mirror. Raises FetchError."""
    with _failures(place) as source:
        _refuse_shallow(place, is_shallow=place.source.clone == "shallow" and not source.is_bundle)
        there = git_mirror.tip_there(source, place.source.ref)
        mirror = place.kept / MIRROR
        git_mirror.clear(mirror)
        bring = git_mirror.make if git_mirror.refs(mirror) is None else git_mirror.update
        notes = bring(mirror, source, there, place.source.clone, _needed(place))
        _refuse_shallow(place, is_shallow=git_mirror.is_shallow(mirror))
        if there.sent_to:
            to = printable_path(locations.shown(there.sent_to))
            notes.append(f"The server sends on to {to}. If that is for good, mend `location`.")
        return Fetched(tuple(notes))


def state(place: Place) -> str:
    """The commit that the source stands at, with what else its posts depend on: a history that is not
    whole, or, where posts are kept, the tips that were left behind. Raises FetchError."""
    with _failures(place, only_mirror=True):
        return _state(place, _refs(place))


def posts(place: Place, known: Known | None = None) -> list[RawFile]:
    """Every file of the tip that the glob names, sorted by path and token; the token is the blob's id.

    `version` and `first_seen_at` are of the commit that last gave the path this blob, on the chain of
    first parents; both are None where the history is not whole. With `on_removal: keep` every
    (path, blob) that the chain ever held is there, with the date of the commit that took it away; what only a
    tip held that a force-push left behind was taken by the tip that took its place. Links, submodules and
    folders of a matching name are listed with their problem; hidden folders are left out, as in a folder.
    Raises FetchError.
    """
    with _failures(place, only_mirror=True):
        mirror = place.kept / MIRROR
        refs = _refs(place)
        keeps = place.source.on_removal == "keep"
        _refuse_shallow(place, is_shallow=refs.is_shallow)
        wanted = _wanted(place.source.glob)
        blobs, found = _listing(place, mirror, refs.tip, wanted)
        told = {} if refs.is_shallow else _told(place, refs, known, blobs, wanted)
        listed = told if keeps else blobs
        sizes = git_mirror.sizes(mirror, (blob for _, blob in listed))
    name = place.source.name
    for path, blob in listed:
        what = told.get((path, blob), _UNTOLD)
        found.append(RawFile(name, path, sizes[blob], None, blob, *what))
    return sorted(found, key=lambda file: (file.path, file.token or ""))


def read(place: Place, files: Iterable[RawFile], max_bytes: int | None = None) -> Iterator[RawPost | Reject]:
    """The bytes of each of `files`, in their order, or why there are none; files of more than
    `max_bytes` (None: `MAX_RAW_BYTES`) are not read. Raises FetchError."""
    most = MAX_RAW_BYTES if max_bytes is None else max_bytes
    waiting = iter(files)
    asked: deque[RawFile] = deque()
    with _failures(place, only_mirror=True):
        _refs(place)
        at_end = False
        while not at_end:
            with started(["cat-file", "--batch"], place.kept / MIRROR) as process:
                at_end = yield from _answers(process, asked, waiting, most)


def look(place: Place) -> Look:
    """What the archive holds: for a path or a bundle how many posts, and when the newest was brought;
    for a URL only that it is there. Raises FetchError."""
    with _failures(place) as source:
        there = git_mirror.tip_there(source, place.source.ref)
        notes = (f"{printable_path(there.ref)} stands at {there.commit}.",)
        if not source.is_local:
            return Look(None, None, notes)
        if source.is_bundle and Path(source.url).stat().st_size > MAX_LOOK_BYTES:
            return Look(None, None, (*notes, "The bundle is too large to be unpacked only to be counted."))
        with tempfile.TemporaryDirectory(prefix="commonplace-") as folder:
            git_mirror.make(Path(folder, MIRROR), source, there, "partial", lambda _mirror, _tip: ())
            standing = place.source.model_copy(update={"on_removal": "remove"})
            found = posts(replace(place, kept=Path(folder), source=standing))
        return Look(len(found), max((f.first_seen_at for f in found if f.first_seen_at), default=None), notes)


def moved(place: Place, state: str) -> bool:
    """True where the archive stands at another commit than that of a state. Raises FetchError."""
    with _failures(place) as source:
        there = git_mirror.tip_there(source, place.source.ref)
        return not git_mirror.is_at(place.kept / MIRROR, state.partition("+")[0], there)


def is_repository(path: Path) -> bool:
    """True for a folder with a git archive in it, with or without a work tree, and for a bundle. git is
    not asked."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(16) in {b"# v2 git bundle\n", b"# v3 git bundle\n"}
        bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
        return bare or (path / ".git").exists()
    return False


def answers(location: str) -> bool:
    """True where a git archive answers at a location, be it an empty one."""
    source = remote(location)
    try:
        return source is not None and bool(git_mirror.tip_there(source, None))
    except NoTipError:
        return True
    except (GitError, OSError):
        return False


@contextmanager
def _failures(place: Place, *, only_mirror: bool = False) -> Iterator[Remote]:
    """How git reaches the source's location; git's failures within are raised as FetchError."""
    source = remote(place.location)
    name, shown = place.source.name, printable_path(locations.shown(place.location))
    if source is None:
        raise FetchError(
            "not_a_repository",
            f"source {name!r}: its location {shown} is nothing that is fetched. "
            "Write a path, a bundle, or a URL of https, http, ssh, git or file.",
        )
    try:
        if source.is_local and not only_mirror and not Path(source.url).exists():
            raise FetchError(
                "not_found", f"source {name!r}: nothing is at its location {shown}. Mend `location`."
            )
        yield source
    except NoTipError as error:
        outcome = "empty_repository" if error.is_empty else "no_such_ref"
        raise FetchError(outcome, f"source {name!r}: its location {shown} {error}") from error
    except GitError as error:
        raise fetch_error(place, source, error) from error
    except OSError as error:
        raise FetchError(
            "not_kept",
            f"source {name!r}: {error.filename or place.kept} cannot be used ({error.strerror or error}). "
            "Mend its permissions or its disk.",
        ) from error


def _refuse_shallow(place: Place, *, is_shallow: bool) -> None:
    if is_shallow and place.source.on_removal == "keep":
        raise FetchError(
            "shallow_history",
            f"source {place.source.name!r}: a shallow history does not say what was removed, so `on_removal: "
            "keep` cannot be. Write `clone: full`, or `on_removal: remove`.",
        )


def _refs(place: Place) -> Refs:
    refs = git_mirror.refs(place.kept / MIRROR)
    if refs is None:
        raise FetchError(
            "not_fetched", f"source {place.source.name!r}: nothing was fetched of it. Refresh it."
        )
    return refs


def _state(place: Place, refs: Refs) -> str:
    if refs.is_shallow:
        return f"{refs.tip}+shallow"
    if place.source.on_removal == "remove":
        return refs.tip
    depends = repr((place.source.glob, [(one.tip, one.seconds) for one in refs.dropped]))
    return f"{refs.tip}+{hashlib.sha256(depends.encode()).hexdigest()[:12]}"


def _wanted(glob: str) -> Wanted:
    """Tells the path of a post from any other, whatever bytes it is of."""
    seen: dict[bytes, str | None] = {}

    def wanted(name: bytes) -> str | None:
        if name not in seen:
            path = name.decode("utf-8", "surrogateescape")
            *folders, _ = path.split("/")
            hidden = any(folder.startswith(".") for folder in folders)
            seen[name] = path if fits(path, glob) and not hidden else None
        return seen[name]

    return wanted


def _listing(place: Place, mirror: Path, tip: str, wanted: Wanted) -> tuple[dict[Pair, None], list[RawFile]]:
    """The files of a tip, in the tree's order, and what has the name of a post and is none."""
    blobs: dict[Pair, None] = {}
    problems: dict[tuple[str, str], RawFile] = {}
    for record in records(["ls-tree", "-r", "-t", "-z", tip], mirror):
        about, _, name = record.partition(b"\t")
        path = wanted(name)
        if path is None:
            continue
        mode, _, blob = about.split(b" ")
        if message := _NO_FILES.get(mode):
            if mode != _FOLDER or not name.rpartition(b"/")[2].startswith(b"."):
                token = mode.decode()
                problems[path, token] = RawFile(place.source.name, path, None, ("not_a_file", message), token)
        else:
            blobs[path, blob.decode()] = None
    return blobs, list(problems.values())


def _told(
    place: Place, refs: Refs, known: Known | None, blobs: Iterable[Pair], wanted: Wanted
) -> dict[Pair, Told]:
    """What history says of the pairs of the tip and, where posts are kept, of those that went. Raises
    GitError."""
    mirror = place.kept / MIRROR
    since, suffix = known.state.partition("+")[::2] if known else ("", "")
    if known and suffix == _state(place, refs).partition("+")[2]:
        before = {
            (file.path, file.token): Told(file.version, file.first_seen_at, file.removed_at)
            for file in known.files
            if file.token and file.version and not file.problem
        }
        told = git_history.newer(mirror, refs.tip, since, before, wanted)
        if told is not None and all(pair in told and not told[pair].removed_at for pair in blobs):
            return told
    told = git_history.whole(mirror, refs.tip, wanted)
    if place.source.on_removal == "keep":
        git_history.add_dropped(mirror, refs.tip, refs.dropped, told, wanted)
    return told


def _needed(place: Place) -> Callable[[Path, str], Iterable[str]]:
    """Which blobs a mirror must have that was fetched without any: those that are read."""

    def needed(mirror: Path, tip: str) -> Iterable[str]:
        wanted = _wanted(place.source.glob)
        pairs: Iterable[Pair] = _listing(place, mirror, tip, wanted)[0]
        if place.source.on_removal == "keep":
            pairs = git_history.whole(mirror, tip, wanted)
        return [blob for _, blob in pairs]

    return needed


def _answers(
    process: Popen[bytes], asked: deque[RawFile], waiting: Iterator[RawFile], most: int
) -> Generator[RawPost | Reject, None, bool]:
    """What one git answers; True at the end of all, False where it broke off.

    A git that breaks off at its first answer does so for the object's sake; at a later one it may have been
    killed, and the next is asked again.
    """
    assert process.stdin
    assert process.stdout
    is_first = True
    questions = [file.token for file in asked if not file.problem]
    while True:
        while len(asked) < _ASKED_BYTES // 65 and (file := next(waiting, None)):
            asked.append(file)
            if not file.problem:
                questions.append(file.token)
        with suppress(BrokenPipeError):  # it is met again where the answer is awaited
            process.stdin.write("".join(f"{token}\n" for token in questions).encode())
            process.stdin.flush()
        questions.clear()
        if not asked:
            return True
        file = asked[0]
        found = _reject(file, *file.problem) if file.problem else _answer(process.stdout, file, most)
        if found is None:
            if not is_first:
                return False
            message = f"The blob of this file ({file.token}) is damaged. Mend the archive; fetch it anew."
            found = _reject(file, "damaged_object", message)
        asked.popleft()
        is_first = is_first and bool(file.problem)
        yield found


def _answer(stream: IO[bytes], file: RawFile, most: int) -> RawPost | Reject | None:
    """One answer of `git cat-file --batch`; None where it breaks off."""
    header = stream.readline()
    if header == f"{file.token} missing\n".encode():
        message = (
            f"The blob of this file ({file.token}) is not in what was fetched. Refresh; if that does not "
            "bring it, the archive has lost it, and needs to be mended."
        )
        return _reject(file, "missing_object", message)
    if not header.endswith(b"\n"):
        return None
    size = int(header.split()[2])
    if size <= most:
        data = stream.read(size)
        return RawPost(file.source, file.path, data) if stream.read(1) else None
    digest = hashlib.sha256()
    left = size
    while left and (block := stream.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    if not stream.read(1):
        return None
    message = (
        f"The file has {size:,} bytes; posts of more than {most:,} are not read. "
        "If it really is one post, cut what is not its text."
    )
    return _reject(file, "too_large", message, size, digest.hexdigest())


def _reject(
    file: RawFile, reason: str, message: str, size: int | None = None, sha256: str | None = None
) -> Reject:
    raw_bytes = file.size if size is None else size
    return Reject(file.source, printable_path(file.path), raw_bytes, sha256, "read", reason, message)
