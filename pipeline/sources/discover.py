"""What a URL or a path is, for `sources add`: a git archive, a feed, a page that announces one, a folder.

Everything is tried as a refresh would use it, and nothing is kept. A web page can name any address as its
feed; from a page on the web none on this machine or its own network is asked.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.sources import locations
from pipeline.sources.kinds import FetchError, Look, kind_of
from pipeline.sources.places import KEPT, place_of
from pipeline.sources.registry import DEFAULT_GLOB, LISTING, Source, read_sources

if TYPE_CHECKING:
    from pipeline.sources.http import Answer

# Where archives have their posts, the likeliest first.
POST_GLOBS = ("_posts/*.md", DEFAULT_GLOB)
INDEX_GLOB = "**/*.json"

_BUNDLE = re.compile(rb"# v\d+ git bundle\n")
_NAMED = re.compile(r"\Asource '[^']*': ")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, "
    "application/xml;q=0.8, */*;q=0.5"
)
# The title of a feed stands ahead of its entries.
_HEAD = 64 * 1024
_LONGEST_TITLE = 200
# What a page announces beyond this is not tried.
_MOST_FEEDS = 5


class DiscoveryError(Exception):
    """Nothing was found that can be a source; the message says what was tried and what to do."""


@dataclass(frozen=True)
class Found:
    """What was found, as an entry of `sources.yaml` could say it.

    `glob` is None where the kind has none. `posts` and `newest` are as in `Look`; `notes` are sentences
    for the operator.
    """

    kind: str
    location: str
    name: str
    glob: str | None
    title: str | None
    posts: int | None
    newest: datetime | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Here:
    """The raw folder, and the names that sources of it have or had, in lower case."""

    raw: Path
    taken: frozenset[str]


def discover(what: str, raw: Path) -> Found:
    """Find out what `what` is: a URL, or a path as seen from the present folder.

    A path inside the raw folder is given relative to it, any other as an absolute one. The name is one
    that no source of `raw` has, nor had while its posts are kept. Raises DiscoveryError, SourcesError, or
    FetchError where it is clear what it is, and it cannot be reached.
    """
    if not os.path.lexists(what) and (problem := locations.problem_of("git", what)):
        raise DiscoveryError(f"{locations.shown(what)!r} {problem}")
    here = _Here(raw, _taken(raw))
    if os.path.lexists(what) or locations.is_path("git", what):
        return _of_path(what, here)
    return _of_web(what, here) if _HTTP.match(what) else _of_git(what, here)


# Paths.


def _of_path(what: str, here: _Here) -> Found:
    path = Path(what).absolute()
    location = _seen_from(here.raw, path)
    try:
        if path.is_file():
            with path.open("rb") as stream:
                is_bundle = bool(_BUNDLE.match(stream.read(32)))
            if is_bundle:
                return _of_git(location, here)
            raise DiscoveryError(
                f"{what}: is a file, and no git bundle. Name the folder that it lies in, or a feed's URL."
            )
        if not path.is_dir():
            raise DiscoveryError(f"{what}: there is nothing. Name a folder, a git archive, or a URL.")
        if (path / ".git").exists():
            found = _of_git(location, here)
            note = "To read its files as they stand, committed or not, write `kind: folder`."
            return replace(found, notes=(*found.notes, note))
        if all((path / name).exists() for name in ("HEAD", "objects", "refs")):
            return _of_git(location, here)
    except OSError as error:
        raise DiscoveryError(f"{what}: cannot be read ({error.strerror}). Mend its permissions.") from error
    for kind, glob in (*(("folder", glob) for glob in POST_GLOBS), ("index", INDEX_GLOB)):
        source = _source(kind, location, here, glob)
        look = _look(here, source)
        if look.posts:
            return _found(source, look)
    raise DiscoveryError(
        f"{what}: is a folder without posts: nothing fits {' or '.join(POST_GLOBS)}, nor is there a JSON "
        f"index ({INDEX_GLOB}). Name the folder that holds them."
    )


def _of_git(location: str, here: _Here) -> Found:
    """A git archive, with the first glob that fits something in it, as far as it lets look."""
    for glob in (*POST_GLOBS, INDEX_GLOB):
        source = _source("git", location, here, glob)
        look = _look(here, source)
        if look.posts is None:
            note = (
                "Which of its files are posts cannot be seen before it is fetched. Where they lie in one "
                f'folder, mend `glob`: "{POST_GLOBS[0]}".'
            )
            return _found(_source("git", location, here, DEFAULT_GLOB), look, (note,))
        if look.posts and glob == INDEX_GLOB:
            # Files were counted, not their entries.
            return _found(_source("index", location, here, glob), replace(look, posts=None))
        if look.posts:
            return _found(source, look)
    note = f"No file fits {' or '.join(POST_GLOBS)}, nor is there a JSON index. Mend `glob`."
    return _found(_source("git", location, here, DEFAULT_GLOB), look, (note,))


# The web.


def _of_web(url: str, here: _Here) -> Found:
    from pipeline.sources.http import get

    names_git = urlsplit(url).path.rstrip("/").endswith(".git")
    tried: dict[str, FetchError] = {}
    if names_git and (found := _try_git(url, here, tried)):
        return found
    try:
        answer = get(url, accept=_ACCEPT)
    except FetchError as error:
        tried["as a web page or a feed"] = error
        answer = None
    if answer and (found := _try_feed(url, answer, here, tried)):
        return found
    if not names_git and (found := _try_git(url, here, tried)):
        return found
    if answer and (found := _announced(answer, here, tried)):
        return found
    if answer is None:
        raise next(iter(tried.values()))
    # No source has the name yet under which each was tried.
    reasons = "".join(f"\n  {how}: {_NAMED.sub('', str(error))}" for how, error in tried.items())
    raise DiscoveryError(
        f"{locations.shown(url)}: is neither a feed nor a git archive, and announces no feed that can be "
        f"read. Look for the address of its feed.{reasons}"
    )


def _try_git(url: str, here: _Here, tried: dict[str, FetchError]) -> Found | None:
    try:
        return _of_git(url, here)
    except FetchError as error:
        tried["as a git archive"] = error
        return None


def _try_feed(url: str, answer: Answer, here: _Here, tried: dict[str, FetchError]) -> Found | None:
    # Where it has moved to for good it is asked from now on.
    location = answer.moved_to or url
    try:
        source = _source("feed", location, here)
        look = _look(here, source)
    except FetchError as error:
        tried["as a feed"] = error
        return None
    notes = (f"It has moved to {locations.shown(location)}.",) if location != url else ()
    return replace(_found(source, look, notes), title=_title(answer))


def _announced(answer: Answer, here: _Here, tried: dict[str, FetchError]) -> Found | None:
    """The first feed that a page announces and that is one; the others are named in its notes."""
    from pipeline.sources.feed_text import announced_feeds
    from pipeline.sources.http import get

    announced = announced_feeds(answer.body, answer.url)
    feeds = [feed for feed in announced if not locations.problem_of("feed", feed)]
    for feed in feeds[:_MOST_FEEDS]:
        if not _may_follow(answer.url, feed):
            tried[f"as the feed {feed} that it announces"] = FetchError(
                "refused_redirect",
                "The address is on this machine or its own network, and was not asked. If it is the right "
                "one, name it yourself.",
            )
            continue
        try:
            found = _try_feed(feed, get(feed, accept=_ACCEPT), here, tried)
        except FetchError as error:
            tried[f"as the feed {feed} that it announces"] = error
            continue
        if found:
            notes = [f"The page {answer.url} announces it.", *found.notes]
            if others := [other for other in feeds if other != feed]:
                notes.append(f"It also announces {', '.join(others[:_MOST_FEEDS])}.")
            return replace(found, notes=tuple(notes))
    return None


def _may_follow(page: str, feed: str) -> bool:
    """True where a page may name a feed: on its own host, or one that is as public as it is."""
    host, other = urlsplit(page).hostname or "", urlsplit(feed).hostname or ""
    return host == other or not _is_public(host) or _is_public(other)


def _is_public(host: str) -> bool:
    """True for a host of which no address is this machine's or of its own network."""
    from pipeline.sources.http import is_public_address

    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(is_public_address(address) for address in addresses)


def _title(answer: Answer) -> str | None:
    """The title that a feed states."""
    from lxml import etree

    from pipeline.sources import feed_text

    text = feed_text.decode(answer.body, answer.content_type, []).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        try:
            stated = json.loads(text)
        except (ValueError, RecursionError):
            return None
        title = stated.get("title") if isinstance(stated, dict) else None
        return _clean(title) if isinstance(title, str) else None
    # Without what stands ahead of the root: no entity and no DTD has any effect.
    root = feed_text.root_of(text)
    if root is None:
        return None
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8")
    try:
        tree = etree.fromstring(text[root[0] : root[0] + _HEAD].encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if tree is None:
        return None
    for title in tree.iterfind("{*}title"):
        return _clean("".join(title.itertext()))
    for title in tree.iterfind("{*}channel/{*}title"):
        return _clean("".join(title.itertext()))
    return None


def _clean(title: str) -> str | None:
    """A title in one line, without what cannot be seen."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())
    return line[:_LONGEST_TITLE].strip() or None


# Names and places.


def _source(kind: str, location: str, here: _Here, glob: str | None = None) -> Source:
    entry = {"name": name_for(kind, location, here.raw, here.taken), "kind": kind, "location": location}
    return Source.model_validate(entry if glob is None else entry | {"glob": glob})


def _look(here: _Here, source: Source) -> Look:
    return kind_of(source).look(place_of(here.raw, source))


def _found(source: Source, look: Look, notes: tuple[str, ...] = ()) -> Found:
    return Found(
        kind=source.kind,
        location=source.location,
        name=source.name,
        glob=source.glob or None,
        title=None,
        posts=look.posts,
        newest=look.newest,
        notes=(*notes, *look.notes),
    )


def name_for(kind: str, location: str, raw: Path, taken: Collection[str]) -> str:
    """A name for a source, after its host or its folder; none of those taken, which are in lower case."""
    if kind == "feed":
        base = (urlsplit(location).hostname or "").removeprefix("www.")
    else:
        path = raw.absolute() / location if locations.is_path(kind, location) else Path(location)
        base = re.sub(r"\.(?:git|bundle)$", "", Path(os.path.normpath(path)).name.rpartition(":")[2])
    base = re.sub(r"[^A-Za-z0-9_-]+", "-", base)[:60].strip("-") or kind
    number, name = 1, base
    while name.lower() in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _taken(raw: Path) -> frozenset[str]:
    names: set[str] = set()
    if os.path.lexists(raw / LISTING):
        names = {source.name for source in read_sources(raw, only_enabled=False)}
    if (raw / KEPT).is_dir():
        names |= {kept.name for kept in (raw / KEPT).iterdir()}
    return frozenset(name.lower() for name in names)


def _seen_from(raw: Path, path: Path) -> str:
    """A path as a location: relative to the raw folder where it lies inside."""
    try:
        location = str(path.resolve().relative_to(raw.resolve()))
    except (ValueError, RuntimeError):  # outside; or a link that leads round in a circle
        return os.path.normpath(path)
    return f"./{location}" if locations.problem_of("git", location) else location
