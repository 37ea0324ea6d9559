"""How much of the published dataset is known, host by host: the shares of articles that have an author, a
date, a language, a body ..., and of links whose page the dataset holds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.inspection.lookup import run_sql
from pipeline.markup.urls import host_of, site_of

# The shares of articles, with what an article must have to count.
OF_ARTICLES = {
    "author": "len(authors) > 0",
    "date": "published_at IS NOT NULL",
    "language": "language IS NOT NULL",
    # Whatever of it is published.
    "body": "NOT is_stub",
    "comments": "comment_count > 0",
    "links": "link_count > 0",
    "media": "media_count > 0",
}
# The share of links to a page of one of the dataset's sites that the dataset holds that page of.
RESOLVED = "resolved"
SHARES = (*OF_ARTICLES, RESOLVED)

# Links that do not lead from page to page.
_NO_PAGE = ("fragment", "footnote", "file", "broken")

_PLACE = r"regexp_extract({}, '^https?://[^/?#\\]+', 0, 'i')"
_ARTICLES = f"""
    SELECT
        source,
        {_PLACE.format("url")} AS place,
        profile,
        count(*) AS articles,
        {", ".join(f'count(*) FILTER (WHERE {has}) AS "with_{name}"' for name, has in OF_ARTICLES.items())},
        sum(comment_count)::BIGINT AS comments,
        sum(link_count)::BIGINT AS links,
        sum(media_count)::BIGINT AS media
    FROM articles
    GROUP BY ALL
    ORDER BY ALL
"""
_REVISIONS = f"SELECT source, {_PLACE.format('url')}, count(*) FROM revisions GROUP BY ALL ORDER BY ALL"
_LINKS = f"""
    SELECT
        articles.source,
        {_PLACE.format("articles.url")},
        {_PLACE.format("links.href")},
        count(*),
        count(target_article_id)
    FROM links
    JOIN articles USING (article_id)
    WHERE links.host IS NOT NULL AND links.kind NOT IN {_NO_PAGE}
    GROUP BY ALL
    ORDER BY ALL
"""


@dataclass(frozen=True)
class Coverage:
    """What is known of the articles of one host in one source, or of one site.

    `host` is the host of the page's address (a site where it is grouped by sites), `profile` the one that
    read most of its articles (None where there are none). `articles` have their current revision there,
    `posts` are all raw posts that became revisions there. `having` counts, for each share, what has it, and
    `of` what could. `comments`, `links` and `media` count rows.
    """

    source: str
    host: str
    profile: str | None
    articles: int
    posts: int
    comments: int
    links: int
    media: int
    having: Mapping[str, int]
    of: Mapping[str, int]

    def share(self, name: str) -> float | None:
        """One of SHARES, from 0 to 1; None where nothing could have it."""
        return self.having[name] / self.of[name] if self.of[name] else None


def coverage(out: Path) -> list[Coverage]:
    """What is known, for each source and host of the dataset in the folder `out`; by source, then the hosts
    with most articles first. Raises LookupFailedError where there is no dataset."""
    names, articles = run_sql(out, _ARTICLES)
    _, revisions = run_sql(out, _REVISIONS)
    _, links = run_sql(out, _LINKS)
    return _counted([dict(zip(names, row, strict=True)) for row in articles], revisions, links)


def _counted(
    articles: list[dict[str, Any]], revisions: list[tuple[Any, ...]], links: list[tuple[Any, ...]]
) -> list[Coverage]:
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    read_by: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    sites = set()
    for row in articles:
        key = row.pop("source"), _host(row.pop("place"))
        sites.add(site_of(key[1]))
        read_by[key][row.pop("profile")] += row["articles"]
        sums[key].update(row)
    for source, place, count in revisions:
        sums[source, _host(place)]["posts"] += count
    for source, place, target, count, resolved in links:
        if site_of(_host(target)) in sites:
            sums[source, _host(place)].update({"with_resolved": resolved, "linked": count})
    found = [
        Coverage(
            source=source,
            host=host,
            profile=_most(read_by[source, host]),
            **{name: counts[name] for name in ("articles", "posts", "comments", "links", "media")},
            having={name: counts[f"with_{name}"] for name in SHARES},
            of=dict.fromkeys(OF_ARTICLES, counts["articles"]) | {RESOLVED: counts["linked"]},
        )
        for (source, host), counts in sums.items()
    ]
    return sorted(found, key=lambda row: (row.source, -row.articles, row.host))


def _host(place: str) -> str:
    """The host of an address, in one spelling; the table's contract lets no other address pass."""
    return host_of(place) or ""


def _most(profiles: Counter[str]) -> str | None:
    return min(profiles, key=lambda name: (-profiles[name], name), default=None)


def by_site(rows: Iterable[Coverage]) -> list[Coverage]:
    """The rows added up by site, whatever the source; the sites with most articles first. `source` and
    `profile` name all there are."""
    groups: defaultdict[str, list[Coverage]] = defaultdict(list)
    for row in rows:
        groups[site_of(row.host)].append(row)
    added = [
        Coverage(
            source=", ".join(sorted({row.source for row in group})),
            host=site,
            profile=", ".join(sorted({row.profile for row in group if row.profile})) or None,
            **{
                name: sum(getattr(row, name) for row in group)
                for name in ("articles", "posts", "comments", "links", "media")
            },
            having={name: sum(row.having[name] for row in group) for name in SHARES},
            of={name: sum(row.of[name] for row in group) for name in SHARES},
        )
        for site, group in groups.items()
    ]
    return sorted(added, key=lambda row: (-row.articles, row.host))


def in_words(share: float | None) -> str:
    """A share as people read it: `100 %` and `0 %` only where it is that exactly; nothing for None."""
    if share is None:
        return ""
    tenths = math.floor(share * 1000)
    if 0 < share < 1:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths / 10:.1f}".removesuffix(".0") + " %"
