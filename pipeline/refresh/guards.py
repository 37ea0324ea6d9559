"""Guards against accidents upstream: what in a refresh looks like one, in words for the operator.

A guard compares the tables that stand with those that are about to be published, one source at a
time. Its limits are the source's own, in sources.yaml. It decides nothing: who refreshes holds a
source back to which there are objections, or lets it through once with `--accept`.

The rows of a source are those of the articles that it holds a revision of, whichever source
gives the current one: so nothing seems to be lost where two sources hold the same page and
the newer revision changes sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline.sources.registry import Source

Frames = dict[str, pl.DataFrame]

# As many examples are shown with an objection; all are counted.
EXAMPLES = 10
# A single deletion is daily life, and so is a table that empties with the one page that filled it.
FEWEST_REMOVED = 2
FEWEST_EMPTIED_ROWS = 5
FEWEST_EMPTIED_ARTICLES = 2
# A share of fewer rows says little.
FEWEST_ROWS = 20
FEWEST_FILLED = 10
FEWEST_REJECTS = 5

# The tables whose rows belong to an article, and so to a source.
_OF_ARTICLES = ("comments", "contributions", "links", "media")
# Not loaded for a comparison; `char_count` and `word_count` stand for them.
_TEXTS = frozenset({"body_text", "body_html"})


@dataclass(frozen=True)
class Example:
    """One of the things an objection is about: an article's title and URL, or a reject's raw path
    and reason. `name` is None for an article without a title."""

    name: str | None
    detail: str


@dataclass(frozen=True)
class Objection:
    """Why a source should not be published as it is.

    `rule` is a code: removes_too_much, empties_a_table, halves_a_column or rejects_too_much.
    `message` tells the operator the numbers, the limit and what to do; nothing of it is text of
    a post. A source has at most one objection by each rule.
    """

    source: str
    rule: str
    message: str
    examples: tuple[Example, ...] = ()

    def __str__(self) -> str:
        shown = [f"  {example.name or '(no title)'}: {example.detail}" for example in self.examples]
        return "\n".join([self.message, *shown])


def objections(
    source: Source, before: Frames, after: Frames, new_posts: int, new_rejects: pl.DataFrame
) -> list[Objection]:
    """What speaks against publishing a source, in the order of the rules above; empty where nothing does.

    `before` are the whole tables that stand, `after` those that would be published; neither needs
    the bodies. `new_posts` is how many raw posts of the source this refresh read, `new_rejects` the
    rows of `rejects` that those gave. A source that the standing tables do not know is new, and
    nothing can be said against it.
    """
    if "revisions" not in before or before["revisions"].filter(source=source.name).is_empty():
        return []
    then, now = _own(source.name, before), _own(source.name, after)
    found = (
        _removes_too_much(source, then, now),
        _empties_a_table(source, then, now),
        _halves_a_column(source, then, now),
        _rejects_too_much(source, new_posts, new_rejects.filter(source=source.name)),
    )
    return [objection for objection in found if objection]


def _own(source: str, frames: Frames) -> Frames:
    """The rows of a source."""
    revisions = frames["revisions"]
    own = revisions.filter(source=source)
    if own.height == revisions.height:  # the only source: every row is its own
        return frames
    ids = own.select("article_id").unique()
    rows = {
        name: frames[name].join(ids, on="article_id", how="semi")
        for name in ("articles", *_OF_ARTICLES)
        if name in frames
    }
    if "contributors" in frames and "contributions" in rows:
        people = rows["contributions"].select("contributor_id").unique()
        rows["contributors"] = frames["contributors"].join(people, on="contributor_id", how="semi")
    return rows | {"revisions": own}


def _removes_too_much(source: Source, then: Frames, now: Frames) -> Objection | None:
    live = [
        frames["revisions"].filter(pl.col("removed_at").is_null()).select("article_id").unique()
        for frames in (then, now)
    ]
    gone = live[0].join(live[1], on="article_id", how="anti")
    count, of = gone.height, live[0].height
    if count < FEWEST_REMOVED or count <= source.removal_limit * of:
        return None
    message = (
        f"Source {source.name!r} would lose {count:,} of its {_articles(of)}, {_share(count, of)}; "
        f"its `removal_limit` is {_share(source.removal_limit, 1)}. "
        f"{_what_to_do(source, 'raise `removal_limit`')}"
    )
    return Objection(source.name, "removes_too_much", message, _named(gone, then, now))


def _empties_a_table(source: Source, then: Frames, now: Frames) -> Objection | None:
    emptied = {}
    # Without an article there is nothing in the other tables either; that goes without saying.
    children = () if _height(now, "articles") == 0 else (*_OF_ARTICLES, "contributors")
    for name in ("articles", *children):
        if _height(now, name) or _height(then, name) < FEWEST_EMPTIED_ROWS:
            continue
        holders = then["contributions" if name == "contributors" else name].select("article_id").unique()
        if holders.height >= FEWEST_EMPTIED_ARTICLES:
            emptied[name] = holders
    if not emptied:
        return None
    tables = _listed(f"{name} ({then[name].height:,} rows)" for name in emptied)
    message = f"Source {source.name!r} would have no row left in {tables}. {_what_to_do(source)}"
    articles = pl.concat(emptied.values()).unique()
    return Objection(source.name, "empties_a_table", message, _named(articles, then, now))


def _halves_a_column(source: Source, then: Frames, now: Frames) -> Objection | None:
    losses = []
    articles = []
    for name in ("articles", *_OF_ARTICLES):
        rows, rows_now = _height(then, name), _height(now, name)
        if rows < FEWEST_ROWS or rows_now < FEWEST_ROWS:
            continue
        filled, filled_now = _filled(then[name]), _filled(now[name])
        for column, was in filled.items():
            left = filled_now.get(column)
            if left is None or was < FEWEST_FILLED or left * rows >= source.fill_limit * was * rows_now:
                continue
            losses.append(f"{name}.{column} ({_share(was, rows)} before, {_share(left, rows_now)} now)")
            articles.append(_worse(then[name], now[name], column))
    if not losses:
        return None
    message = (
        f"Source {source.name!r} would keep less than {_share(source.fill_limit, 1)} of the filled rows of "
        f"{_listed(losses)}; that is its `fill_limit`. {_what_to_do(source, 'lower `fill_limit`')}"
    )
    return Objection(source.name, "halves_a_column", message, _named(pl.concat(articles).unique(), then, now))


def _rejects_too_much(source: Source, new_posts: int, rejects: pl.DataFrame) -> Objection | None:
    count = rejects.height
    if count < FEWEST_REJECTS or count <= source.reject_limit * new_posts:
        return None
    reasons = rejects.group_by("reason").len().sort("len", "reason", descending=[True, False]).rows()
    message = (
        f"Of the {new_posts:,} posts of source {source.name!r} that were read, {count:,} gave no row, "
        f"{_share(count, new_posts)} ({_listed(f'{number:,} {reason}' for reason, number in reasons)}); its "
        f"`reject_limit` is {_share(source.reject_limit, 1)}. {_what_to_do(source, 'raise `reject_limit`')}"
    )
    shown = rejects.sort("raw_path", "reason").head(EXAMPLES).select("raw_path", "reason").rows()
    return Objection(source.name, "rejects_too_much", message, tuple(Example(*row) for row in shown))


def _filled(frame: pl.DataFrame) -> dict[str, int]:
    """How many rows of each column say something: not null, not an empty list, no count of 0."""
    columns = [_is_filled(frame, name).sum().alias(name) for name in frame.columns if name not in _TEXTS]
    return frame.select(columns).row(0, named=True)


def _is_filled(frame: pl.DataFrame, column: str) -> pl.Expr:
    if isinstance(frame.schema[column], pl.List):
        return (pl.col(column).list.len() > 0).fill_null(False)
    if column.endswith("_count"):
        return (pl.col(column) > 0).fill_null(False)
    return pl.col(column).is_not_null()


def _worse(then: pl.DataFrame, now: pl.DataFrame, column: str) -> pl.DataFrame:
    """The ids of the articles with fewer rows that are filled in the column than before, or with
    more that are not."""

    def counts(frame: pl.DataFrame) -> pl.DataFrame:
        filled = _is_filled(frame, column)
        return frame.group_by("article_id").agg(full=filled.sum(), empty=(~filled).sum())

    both = counts(now).join(counts(then), on="article_id", how="full", coalesce=True, suffix="_then")
    both = both.with_columns(pl.exclude("article_id").fill_null(0))
    worse = (pl.col("full") < pl.col("full_then")) | (pl.col("empty") > pl.col("empty_then"))
    return both.filter(worse).select("article_id")


def _named(ids: pl.DataFrame, then: Frames, now: Frames) -> tuple[Example, ...]:
    """The first of some articles by title, as they are now, or were if they are gone."""
    articles = pl.concat(
        frames["articles"].select("article_id", "title", "url").join(ids, on="article_id", how="semi")
        for frames in (now, then)
        if "articles" in frames
    ).unique("article_id", keep="first", maintain_order=True)
    first = articles.sort("title", "article_id", nulls_last=True).head(EXAMPLES)
    return tuple(Example(*row) for row in first.select("title", "url").rows())


def _height(frames: Frames, table: str) -> int:
    return frames[table].height if table in frames else 0


def _what_to_do(source: Source, change: str | None = None) -> str:
    let_through = f"`commonplace refresh {source.name} --accept` lets it through once"
    for_good = f"; if it will happen again, {change} in sources.yaml" if change else ""
    return f"Look at the source first. If it is meant to be so, {let_through}{for_good}."


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _share(part: float, whole: float) -> str:
    """A share in per cent; what rounding would hide keeps its digits."""
    return f"{100 * part / whole:.3g} %" if whole else "all"


def _listed(items: Iterable[str]) -> str:
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last
