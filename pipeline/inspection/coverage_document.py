"""docs/coverage.md: how much is known of each site of real archives, and why a share is low.

The figures come from a built dataset, the reasons from docs/coverage.yaml; `make coverage` writes the
document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from pipeline.inspection.coverage import RESOLVED, SHARES, Coverage, in_words

# A lower share needs a reason.
ENOUGH = 0.95
# What docs/coverage.yaml says of a share of all sites that give no reason of their own.
EVERY_SITE = "every site"
Reasons = Mapping[str, Mapping[str, str]]
_INTRODUCTION = """\
# Coverage

Made by `make coverage` from a build of {sources}: {posts:,} revisions of {articles:,} articles, and \
{rejects:,} rejects. Change docs/coverage.yaml, where the reasons stand, and not this file.

What the columns say of a site's articles: how many of them have an author, a date, a language and a body \
(a text beyond their title); how many have comments, links and media, and how many of these there are; and \
how many of the links that lead to a page of a site of this dataset are resolved, because the dataset holds \
that page. Shares are cut, not rounded: 99.9 % is never all.
"""


class ReasonsError(Exception):
    """The file of reasons cannot be used; the message says what to mend."""


def read_reasons(path: Path) -> Reasons:
    """Why shares are low, by site and share, from a YAML file. Raises ReasonsError."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ReasonsError(f"{path}: cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise ReasonsError(f"{path}: is no mapping. Write the sites as keys.")
    for site, reasons in found.items():
        if not isinstance(reasons, dict) or not all(isinstance(text, str) for text in reasons.values()):
            raise ReasonsError(f"{path}: what stands below {site!r} is no mapping of shares to texts.")
        if unknown := [name for name in reasons if name not in SHARES]:
            raise ReasonsError(
                f"{path}: {site!r} has {unknown[0]!r}, which is no share. Write one of {', '.join(SHARES)}."
            )
    return found


def unexplained(rows: Iterable[Coverage], reasons: Reasons) -> list[str]:
    """The shares below ENOUGH that have no reason, as `site: share`."""
    return [
        f"{row.host}: {name}" for row in rows for name in _low(row) if _reason(row, name, reasons) is None
    ]


def needless(rows: Iterable[Coverage], reasons: Reasons) -> list[str]:
    """The reasons, as `site: share`, of sites that are not there and of shares that are high by now."""
    low = {row.host: set(_low(row)) for row in rows}
    return [
        f"{site}: {name}"
        for site, own in reasons.items()
        if site != EVERY_SITE
        for name in own
        if name not in low.get(site, ())
    ]


def markdown(rows: Iterable[Coverage], rejects: int, reasons: Reasons) -> str:
    """The text of docs/coverage.md, by site."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row.source.split(", ")))
    general = reasons.get(EVERY_SITE, {})
    introduction = _INTRODUCTION.format(
        sources=", ".join(f"`{name}`" for name in sorted(names)) or "nothing",
        posts=sum(row.posts for row in rows),
        articles=sum(row.articles for row in rows),
        rejects=rejects,
    )
    return "\n".join(
        [
            introduction,
            f"| site | profile | articles | posts | {' | '.join(SHARES)} |",
            f"|---|---|{'---:|' * (2 + len(SHARES))}",
            *(_table_row(row) for row in rows),
            "",
            f"## Why shares are below {ENOUGH:.0%}".replace("%", " %"),
            "",
            *(f"- {name}, at every site: {_one_line(text)}" for name, text in general.items()),
            "",
            *(line for row in rows for line in _site_section(row, reasons)),
        ]
    )


def _table_row(row: Coverage) -> str:
    counts = {
        "comments": row.comments,
        "links": row.links,
        "media": row.media,
        RESOLVED: row.having[RESOLVED],
    }
    shares = [
        in_words(row.share(name)) + (f" ({counts[name]:,})" if name in counts and row.of[name] else "")
        for name in SHARES
    ]
    cells = [row.host, row.profile or "", f"{row.articles:,}", f"{row.posts:,}", *shares]
    return f"| {' | '.join(cells)} |"


def _site_section(row: Coverage, reasons: Reasons) -> list[str]:
    own = reasons.get(row.host, {})
    lines = [
        f"- {name}, {in_words(row.share(name))}: {_one_line(own.get(name) or '**not explained**')}"
        for name in _low(row)
        if name in own or _reason(row, name, reasons) is None
    ]
    return [f"### {row.host}", "", *lines, ""] if lines else []


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _low(row: Coverage) -> list[str]:
    return [name for name in SHARES if (share := row.share(name)) is not None and share < ENOUGH]


def _reason(row: Coverage, name: str, reasons: Reasons) -> str | None:
    return reasons.get(row.host, {}).get(name) or reasons.get(EVERY_SITE, {}).get(name)
