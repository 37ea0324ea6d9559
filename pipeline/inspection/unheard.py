"""Which hosts are worth a profile of their own: those whose pages say more than the generic profile hears.

The measure is an estimate of the facts that a profile may add or mend: articles, times the sum of

- the share without an author, or the share whose markup names one that was not read, if that is more;
- the share without a date;
- the shares whose markup has comments, or topics, that were not read;
- the share with boxes (share bars, related pages, menus) that were read as body text.

The shares of markup are those of a sample of raw posts, by the names of classes and ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bs4.element import Tag

from pipeline.inspection.coverage import Coverage
from pipeline.inspection.lookup import run_sql
from pipeline.inspection.samples import named_posts
from pipeline.markup.outline import names_of
from pipeline.markup.render import inline_text
from pipeline.markup.soup import MarkupError, make_soup
from pipeline.markup.suggestions import parts_suggested
from pipeline.markup.urls import host_of
from pipeline.posts.post import Post
from pipeline.sites.page import Page
from pipeline.sites.registry import FALLBACK, profiles

# So many posts of each host are looked at.
SAMPLED = 20
# Of one post, so many elements for each part; a longer text names no author and no topics.
_LOOKS = 20
_LONGEST = 300

_PATHS = f"""
    SELECT revisions.source, revisions.raw_path
    FROM revisions
    JOIN articles USING (article_id)
    WHERE is_current AND profile = '{FALLBACK}' AND NOT is_stub
    QUALIFY row_number() OVER (
        PARTITION BY regexp_extract(lower(revisions.url), '^https?://[^/?#\\\\]+')
        ORDER BY md5(revisions.raw_path), revisions.source, revisions.raw_path
    ) <= {SAMPLED}
    ORDER BY ALL
"""


@dataclass(frozen=True)
class Unheard:
    """What the generic profile may leave out of a host's articles.

    `facts` is the measure, `sampled` how many raw posts were looked at. `without` are the shares of
    articles without an author and without a date; `named` the shares of the sampled posts whose markup
    names what was not read (author, comments, topics, boxes), where there are any, `examples` the class or
    id that says so most often.
    """

    host: str
    articles: int
    facts: int
    sampled: int
    without: Mapping[str, float]
    named: Mapping[str, float]
    examples: Mapping[str, str]


def unheard(out: Path, raw: Path | None, rows: Iterable[Coverage]) -> list[Unheard]:
    """The hosts that the generic profile reads, most worthwhile first; those without any unheard fact are
    left out. `raw` is the folder that the dataset was built from; None looks at the tables only."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.profile == FALLBACK:
            counts[row.host].update(
                articles=row.articles, author=row.having["author"], date=row.having["date"]
            )
    sampled, named = _named(out, raw) if raw is not None and counts else (Counter(), {})
    found = []
    for host, count in counts.items():
        without = {name: round(1 - count[name] / count["articles"], 4) for name in ("author", "date")}
        meant = named.get(host, {})
        shares = {part: round(names.total() / sampled[host], 4) for part, names in sorted(meant.items())}
        lacking = max(without["author"], shares.get("author", 0)) + without["date"]
        rest = sum(share for part, share in shares.items() if part != "author")
        found.append(
            Unheard(
                host=host,
                articles=count["articles"],
                facts=round(count["articles"] * (lacking + rest)),
                sampled=sampled[host],
                without=without,
                named=shares,
                examples={
                    part: min(names, key=lambda name: (-names[name], name)) for part, names in meant.items()
                },
            )
        )
    return sorted((row for row in found if row.facts), key=lambda row: (-row.facts, row.host))


def _named(out: Path, raw: Path) -> tuple[Counter[str], dict[str, dict[str, Counter[str]]]]:
    """How many posts of each host were looked at; and for each host and part, the names that speak of it,
    one for each post."""
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for source, path in run_sql(out, _PATHS)[1]:
        paths[source].add(path)
    sampled: Counter[str] = Counter()
    named: dict[str, dict[str, Counter[str]]] = {}
    for found in named_posts(raw, paths):
        host = host_of(found.url) or ""
        try:
            page = profiles()[FALLBACK].read(found.post, found.url)
            parts = unheard_parts(make_soup(found.post.body), found.post, page)
        except MarkupError:
            continue
        sampled[host] += 1
        for part, name in parts.items():
            named.setdefault(host, {}).setdefault(part, Counter())[name] += 1
    return sampled, named


def unheard_parts(soup: Tag, post: Post, page: Page) -> dict[str, str]:
    """The parts that a page's markup names and that were not read, each with the class or id (behind a `#`)
    that names it."""
    body = _bare(page.body_text or "")
    looks: Counter[str] = Counter()
    found: dict[str, str] = {}
    for tag in soup.descendants:
        if not isinstance(tag, Tag) or not tag.attrs:
            continue
        for name in names_of(tag):
            part = _part_of(name)
            if part is None or part in found or looks[part] >= _LOOKS:
                continue
            looks[part] += 1
            text = inline_text(tag, prettified=post.is_prettified)
            if text and _is_unheard(part, text, post, page, body):
                found[part] = name
    return found


def _part_of(name: str) -> str | None:
    """The part that a name speaks of: what is a comment's or a box's own is no fact of the page."""
    parts = parts_suggested(name)
    return next((part for part in ("comments", "boxes", "author", "topics") if part in parts), None)


def _is_unheard(part: str, text: str, post: Post, page: Page, body: str) -> bool:
    match part:
        case "author":
            return len(text) <= _LONGEST and not any(name in text for name in page.authors)
        case "comments":
            return not page.comments
        case "topics":
            return len(text) <= _LONGEST and not any(tag in text for tag in (*post.tags, *page.tags))
        case _:
            return _bare(text) in body


def _bare(text: str) -> str:
    """A text without white space, so that line breaks make no difference."""
    return "".join(text.split())
