"""A fifth kind of source: posts in a zip file on this machine. It is all that a kind needs."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.sources.globs import fits
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import RawFile, RawPost, Reject, printable_path


def fetch(place: Place) -> Fetched:
    """Keep the zip file as it stands, under the hash of its bytes, and note that it is the newest."""
    data = _there(place)
    digest = hashlib.sha256(data).hexdigest()
    place.kept.mkdir(parents=True, exist_ok=True)
    if not (place.kept / f"{digest}.zip").exists():
        _write_whole(place.kept / f"{digest}.zip", data)
    _write_whole(place.kept / "newest", digest.encode())
    return Fetched()


def state(place: Place) -> str:
    """The hash of the newest zip file that was kept."""
    try:
        return (place.kept / "newest").read_text()
    except FileNotFoundError:
        message = f"source {place.source.name!r}: nothing was fetched of it. Refresh it."
        raise FetchError("not_fetched", message) from None


def posts(place: Place, known: Known | None = None) -> list[RawFile]:
    """The members of the zip file that the glob names; the token is the hash of the bytes."""
    name = place.source.name
    files = [
        RawFile(name, path, len(data), token=hashlib.sha256(data).hexdigest())
        for path, data in _members(place, state(place))
    ]
    return sorted(files, key=lambda file: (file.path, file.token or ""))


def read(place: Place, files: Iterable[RawFile]) -> Iterator[RawPost | Reject]:
    """The bytes of members; a zip file that is kept is whole."""
    members = dict(_members(place, state(place)))
    for file in files:
        if file.path in members:
            yield RawPost(file.source, file.path, members[file.path])
        else:
            shown = printable_path(file.path)
            yield Reject(file.source, shown, file.size, None, "read", "unreadable", "It went. Build again.")


def look(place: Place) -> Look:
    """How many members a fetch would find."""
    _there(place)
    with zipfile.ZipFile(place.location) as archive:
        return Look(sum(fits(name, place.source.glob) for name in archive.namelist()), None)


def moved(place: Place, state: str) -> bool:
    """True where the zip file is another one now."""
    return hashlib.sha256(_there(place)).hexdigest() != state


def _there(place: Place) -> bytes:
    try:
        return Path(place.location).read_bytes()
    except OSError as error:
        message = f"source {place.source.name!r}: nothing is at its location. Mend `location`."
        raise FetchError("not_found", message) from error


def _members(place: Place, digest: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(place.kept / f"{digest}.zip") as archive:
        for name in archive.namelist():
            if fits(name, place.source.glob):
                yield name, archive.read(name)


def _write_whole(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(data)
    os.replace(beside, path)  # noqa: PTH105
