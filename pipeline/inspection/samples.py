"""Some of the raw posts of a host, to look at: drawn by seed, so that the same archive gives the same.

Only what was fetched before is read; nothing here uses the network, or changes anything.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.markup.urls import absolute_web_url, host_of
from pipeline.posts.post import Post, PostError, read_post
from pipeline.sources.kinds import FetchError, kind_of
from pipeline.sources.places import place_of
from pipeline.sources.raw import RawFile, RawPost, printable_path
from pipeline.sources.registry import Source, read_sources

SEED = 5


@dataclass(frozen=True)
class Sampled:
    """One post of a sample: where it lies (its path as the tables show it), what it is, and its address."""

    source: str
    path: str
    post: Post
    url: str


@dataclass(frozen=True)
class Sample:
    """Posts of some hosts, by source and path. `met` counts the posts of every host that was met, of the
    others too; `missing` says which sources could not be read, and why."""

    posts: tuple[Sampled, ...]
    met: Mapping[str, int]
    missing: tuple[str, ...]


def sample_of(raw: Path, hosts: Collection[str], size: int) -> Sample:
    """At most `size` posts of the hosts, from all enabled sources of the raw folder, each as likely.

    Raises SourcesError where the folder's sources cannot be told.
    """
    draw = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
    drawn: list[Sampled] = []
    met: Counter[str] = Counter()
    seen = 0
    missing: list[str] = []
    for source in read_sources(raw):
        for raw_post in _posts(raw, source, missing):
            found = _sampled(raw_post)
            host = found and host_of(found.url)
            if found is None or not host:
                continue
            met[host] += 1
            if host not in hosts:
                continue
            # Algorithm R: a draw from a stream of unknown length.
            seen += 1
            if len(drawn) < size:
                drawn.append(found)
            elif (place := draw.randrange(seen)) < size:
                drawn[place] = found
    return Sample(tuple(sorted(drawn, key=_in_place)), met, tuple(missing))


def named_posts(raw: Path, paths: Mapping[str, Collection[str]]) -> Iterator[Sampled]:
    """The posts at these paths (as the tables show them) of these sources, where they are there."""
    for source in read_sources(raw):
        for raw_post in _posts(raw, source, [], paths.get(source.name, ())):
            found = _sampled(raw_post)
            if found is not None:
                yield found


def _posts(
    raw: Path, source: Source, missing: list[str], paths: Collection[str] | None = None
) -> Iterator[RawPost]:
    """The posts of a source, those of these paths only where some are given; why there are none is added
    to `missing`."""
    if paths is not None and not paths:
        return
    place, kind = place_of(raw, source), kind_of(source)
    try:
        files = [file for file in kind.posts(place) if _is_wanted(file, paths)]
        for found in kind.read(place, files):
            if isinstance(found, RawPost):
                yield found
    except FetchError as error:
        missing.append(f"{source.name}: {error}")


def _is_wanted(file: RawFile, paths: Collection[str] | None) -> bool:
    return file.problem is None and (paths is None or printable_path(file.path) in paths)


def _sampled(raw_post: RawPost) -> Sampled | None:
    try:
        post = read_post(raw_post.data)
    except PostError:
        return None
    url = absolute_web_url(post.url, post.url)
    return Sampled(raw_post.source, printable_path(raw_post.path), post, url) if url else None


def _in_place(sampled: Sampled) -> tuple[str, str]:
    return sampled.source, sampled.path
