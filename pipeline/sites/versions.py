"""Versions of one site's markup, side by side in its profile, each with the date until which it holds.

A site is redesigned, and its archive holds both designs. The profile has one reading function for each
and a table of them, the oldest first:

    VERSIONS = (
        Version(until=date(2016, 5, 1), read=_read_before_2016),
        Version(until=None, read=_read_since_2016),
    )

    def read_page(post: Post, url: str) -> Page:
        return read_by_version(post, url, VERSIONS)

Where the markup itself tells a version, `met` looks at the post, and the date no longer matters:

    Version(until=date(2016, 5, 1), read=_read_before_2016, met=lambda post: 'class="node"' in post.body)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pipeline.posts.post import Post
from pipeline.sites.page import Page


@dataclass(frozen=True)
class Version:
    """One version of a site's markup.

    `until` is the last day, in UTC, of the posts that have it; None is the version that still holds.
    `read` reads such a post, as a profile's `read_page` does. `met` says whether a post has this markup;
    it must be cheap, for it runs on every post of the site. None leaves the choice to the date.
    """

    until: date | None
    read: Callable[[Post, str], Page]
    met: Callable[[Post], bool] | None = None


def read_by_version(post: Post, url: str, versions: Sequence[Version]) -> Page:
    """Read a post as the version of its site's markup that it has; `versions` stand the oldest first.

    See `version_of` for which that is. Raises ValueError where there are no versions.
    """
    return version_of(post, versions).read(post, url)


def version_of(post: Post, versions: Sequence[Version]) -> Version:
    """The version that a post has.

    Markup is believed before dates: where the `met` of some versions says yes, it is one of these, else one
    of those without `met`. Of several, it is the first whose `until` is not before the post's date: its
    date of publication, else the date of its file. A post without any date, or younger than all, has
    the last.
    """
    if not versions:
        raise ValueError("a site has at least one version of its markup")
    possible = (
        [version for version in versions if version.met is not None and version.met(post)]
        or [version for version in versions if version.met is None]
        or versions
    )
    at = post.published.at or post.archived_at
    if at is None:
        return possible[-1]
    fitting = (version for version in possible if version.until is None or at.date() <= version.until)
    return next(fitting, possible[-1])


def fault_of(versions: Sequence[Version]) -> str | None:
    """What is wrong with a profile's table of versions, in words; None where nothing is. Those that have
    `met` may overlap; the others share out all time."""
    if not versions:
        return "there is no version"
    by_date = [version for version in versions if version.met is None]
    for older, newer in pairwise(by_date):
        if older.until is None:
            return "a version without end stands before another: only the last may hold without end"
        if newer.until is not None and newer.until <= older.until:
            return (
                f"the version until {newer.until} stands behind that until {older.until}: the oldest is first"
            )
    if by_date and by_date[-1].until is not None:
        return f"nothing reads what is younger than {by_date[-1].until}: the last version's `until` is None"
    return None
