"""Which profile reads which host: every module here that names its hosts is a profile.

`HOSTS` names each host in full, in lower case; `*.medium.com` names all hosts below medium.com, at any
depth, and not medium.com itself. A host named in full comes first, then the longest such pattern.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import pipeline.sites
from pipeline.posts.post import Post
from pipeline.sites.page import Page

FALLBACK = "generic"


class Profile(NamedTuple):
    """One site's reader: its module's name, its hosts as `HOSTS` has them, and the function that reads a
    post."""

    name: str
    hosts: tuple[str, ...]
    read: Callable[[Post, str], Page]


class UnknownProfileError(Exception):
    """A source names a profile that does not exist; the message lists those that do."""


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by name: the modules of pipeline/sites that have `HOSTS` and `read_page`."""
    found = {}
    for module_info in pkgutil.iter_modules(pipeline.sites.__path__):
        module = importlib.import_module(f"pipeline.sites.{module_info.name}")
        if hasattr(module, "HOSTS"):
            found[module_info.name] = Profile(module_info.name, tuple(module.HOSTS), module.read_page)
    return found


def profile_for(host: str, overrides: Mapping[str, str]) -> Profile:
    """The profile that reads a host: what the source says, else the one that names the host, else
    the generic one. Raises UnknownProfileError where the source names none that exists."""
    known = profiles()
    name = overrides.get(host) or _by_host().get(host) or _by_pattern(host) or FALLBACK
    if name not in known:
        raise UnknownProfileError(
            f"host {host!r}: there is no profile {name!r}. Known are {', '.join(sorted(known))}."
        )
    return known[name]


@cache
def _by_host() -> Mapping[str, str]:
    return {host: profile.name for profile in profiles().values() for host in profile.hosts}


def _by_pattern(host: str) -> str | None:
    return next((name for ending, name in _by_ending() if host.endswith(ending)), None)


@cache
def _by_ending() -> tuple[tuple[str, str], ...]:
    """What a host ends in (`.medium.com`), for each pattern, and the profile that names it; the longest
    first."""
    patterns = [(host[1:], name) for host, name in _by_host().items() if host.startswith("*.")]
    return tuple(sorted(patterns, key=lambda pattern: (-len(pattern[0]), pattern[0])))
