"""The change report: which articles a refresh brought, changed and removed, and what went wrong.

    out/changes/<run>.md     to be read
    out/changes/<run>.json   the same and more: every article, where the Markdown cuts long lists

A report names articles by title and URL, as their posts spell them, and quotes nothing else of
them. Titles and URLs can hold anything; in the Markdown none of it is markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote

if TYPE_CHECKING:
    import polars as pl

    from pipeline.refresh.guards import Frames, Objection
    from pipeline.refresh.log import Refresh

FOLDER = "changes"

# As many articles of a list are in the Markdown; all are in the JSON.
LISTED = 1_000
# As many reports are kept.
KEPT = 1_000

# The tables whose rows belong to an article.
CHILDREN = ("comments", "contributions", "links", "media", "revisions")

_RUN = re.compile(r"([0-9]{8}T[0-9]{6}Z)(?:-([1-9][0-9]{0,5}))?")


class ReportError(Exception):
    """There is no such report; the message says which there are."""


@dataclass(frozen=True)
class Article:
    """An article as a report names it; of a changed one as it is now, of a removed one as it was."""

    article_id: str
    source: str
    title: str | None
    url: str


@dataclass(frozen=True)
class ChangedArticle(Article):
    """An article of which something differs: `columns` are the columns of `articles` that do, and the
    names of the other tables in which its rows do, all sorted."""

    columns: tuple[str, ...]


AnyArticle = TypeVar("AnyArticle", bound=Article)


@dataclass(frozen=True)
class Changes:
    """How two states of the tables differ, article by article; each list is sorted by source, title
    (those without one first) and id."""

    new: tuple[Article, ...] = ()
    changed: tuple[ChangedArticle, ...] = ()
    removed: tuple[Article, ...] = ()

    def of(self, source: str) -> Changes:
        """The changes of one source alone."""
        return Changes(
            tuple(article for article in self.new if article.source == source),
            tuple(article for article in self.changed if article.source == source),
            tuple(article for article in self.removed if article.source == source),
        )


def compare(before: Frames, after: Frames) -> Changes:
    """What differs between two states of the tables.

    Both may be restricted to the articles that may differ, if each has all rows of those. A table
    or column that only one of them has is not compared.
    """
    import polars as pl

    then, now = _articles(before), _articles(after)
    both = then.select("article_id").join(now.select("article_id"), on="article_id")
    differing: dict[str, list[str]] = {}
    for name, ids in _differing(before, after):
        for article_id in ids.join(both, on="article_id", how="semi")["article_id"].to_list():
            differing.setdefault(article_id, []).append(name)
    changed = now.filter(pl.col("article_id").is_in(list(differing)))
    return Changes(
        new=_sorted(Article(**row) for row in _without(now, both)),
        changed=_sorted(
            ChangedArticle(**row, columns=tuple(sorted(differing[row["article_id"]])))
            for row in changed.rows(named=True)
        ),
        removed=_sorted(Article(**row) for row in _without(then, both)),
    )


def _without(articles: pl.DataFrame, others: pl.DataFrame) -> list[dict[str, Any]]:
    return articles.join(others, on="article_id", how="anti").rows(named=True)


def _articles(frames: Frames) -> pl.DataFrame:
    import polars as pl

    columns = ("article_id", "source", "title", "url")
    if "articles" not in frames:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return frames["articles"].select(columns)


def _differing(before: Frames, after: Frames) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each column of `articles` and each other table, with the ids of the articles where it differs."""
    import polars as pl

    if "articles" in before and "articles" in after:
        then, now = before["articles"], after["articles"]
        columns = [name for name in now.columns if name in then.columns and name != "article_id"]
        pairs = now.select("article_id", *columns).join(
            then.select("article_id", *columns), on="article_id", suffix=":then"
        )
        unequal = pairs.select(
            "article_id", *(pl.col(name).ne_missing(pl.col(f"{name}:then")) for name in columns)
        )
        for name in columns:
            yield name, unequal.filter(name).select("article_id")
    for table in CHILDREN:
        if table in before and table in after:
            yield table, _unequal_rows(before[table], after[table])


def _unequal_rows(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """The ids of the articles that have a row here which they do not have there, or not as often."""
    import polars as pl

    columns = [name for name in now.columns if name in then.columns]
    rows = pl.concat(
        [
            then.select(*columns, pl.lit(-1).alias(":balance")),
            now.select(*columns, pl.lit(1).alias(":balance")),
        ]
    )
    balance = rows.group_by(columns).agg(pl.col(":balance").sum())
    return balance.filter(pl.col(":balance") != 0).select("article_id").unique()


def _sorted(articles: Iterable[AnyArticle]) -> tuple[AnyArticle, ...]:
    return tuple(
        sorted(articles, key=lambda article: (article.source, article.title or "", article.article_id))
    )


def new_run(out: Path, now: datetime) -> str:
    """An id for a run that begins now: the UTC time to the second, such as `20261123T212004Z`, with
    a number behind it where the record or a report has that already: `20261123T212004Z-2`."""
    from pipeline.refresh import log

    taken = log.runs(out) | set(runs(out))
    first = run = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while run in taken:
        number += 1
        run = f"{first}-{number}"
    return run


def runs(out: Path) -> list[str]:
    """The ids of the runs whose reports are kept, the newest first."""
    # The Markdown is written last and removed first.
    found = [path.stem for path in (out / FOLDER).glob("*.md") if _RUN.fullmatch(path.stem)]
    return sorted(found, key=_age, reverse=True)


def _age(run: str) -> tuple[str, int]:
    match = _RUN.fullmatch(run)
    return (match[1], int(match[2] or 1)) if match else ("", 0)


def write_report(
    out: Path, run: str, rows: Sequence[Refresh], changes: Changes, objections: Sequence[Objection] = ()
) -> Path:
    """Write the report of a run, in both forms, and remove the oldest beyond KEPT.

    `rows` are the run's rows of the record. Returns the Markdown's path. Raises ValueError where
    `run` is no run's id, OSError where the files cannot be written.
    """
    from pipeline.refresh.log import write_whole

    if not _RUN.fullmatch(run):
        raise ValueError(f"{run!r} is no run's id; they look like 20261123T212004Z.")
    folder = out / FOLDER
    for form, text in (
        ("json", as_json(run, rows, changes, objections)),
        ("md", markdown(run, rows, changes, objections)),
    ):
        write_whole(folder / f"{run}.{form}", text.encode("utf-8", "backslashreplace"))
    _remove_old(out)
    return folder / f"{run}.md"


def read_report(out: Path, run: str | None = None, form: Literal["md", "json"] = "md") -> str:
    """The report of a run, or of the newest that has one, as Markdown or JSON. Raises ReportError."""
    kept = runs(out)
    if not kept:
        raise ReportError(f"{out / FOLDER}: there is no report yet. Run `commonplace refresh` first.")
    if run is not None and run not in kept:
        raise ReportError(
            f"{run!r}: there is no report of this run. `commonplace changes --list` names those that are "
            f"kept, from {kept[-1]} to {kept[0]}."
        )
    path = out / FOLDER / f"{run or kept[0]}.{form}"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ReportError(f"{path}: somebody has removed it. Name another run.") from error


def _remove_old(out: Path) -> None:
    kept = set(runs(out)[:KEPT])
    for form in ("md", "json"):
        for path in (out / FOLDER).glob(f"*.{form}"):
            if _RUN.fullmatch(path.stem) and path.stem not in kept:
                path.unlink(missing_ok=True)


def as_json(run: str, rows: Sequence[Refresh], changes: Changes, objections: Sequence[Objection] = ()) -> str:
    """The report as JSON: `run`, `sources` (rows of the record), `objections`, and the articles that are
    `new`, `changed` and `removed`."""
    report = {
        "run": run,
        "sources": [asdict(row) for row in sorted(rows, key=lambda row: row.source)],
        "objections": [asdict(objection) for objection in objections],
        **asdict(changes),
    }
    return json.dumps(report, ensure_ascii=False, indent=1, default=_instant) + "\n"


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no place in a report")


# The columns of the record that a report's table shows; those of text stand left.
_SHOWN = (
    *("source", "outcome", "from_version", "to_version", "posts", "posts_added", "posts_changed"),
    *("posts_removed", "posts_rejected", "articles_new", "articles_updated", "articles_removed", "seconds"),
)
_TEXTS = frozenset({"source", "outcome", "from_version", "to_version"})
# As much of a version as git shows of a commit.
_VERSION = 12


def markdown(
    run: str, rows: Sequence[Refresh], changes: Changes, objections: Sequence[Objection] = ()
) -> str:
    """The report as Markdown (CommonMark with tables)."""
    blocks = [f"# Refresh {_escaped(run)}"]
    if rows:
        begun, done = min(row.started_at for row in rows), max(row.finished_at for row in rows)
        triggers = ", ".join(sorted({row.trigger for row in rows}))
        blocks.append(f"Begun by {_escaped(triggers)} at {_moment(begun)}, done at {_moment(done)} (UTC).")
        versions = sorted({row.dataset_version for row in rows if row.dataset_version})
        if versions:
            blocks.append(f"The dataset's version is now {_escaped(', '.join(versions))}.")
        blocks.append("\n".join(_table(rows)))
    if wrong := list(_what_went_wrong(rows, objections)):
        blocks += ["## What went wrong", "\n".join(wrong)]
    for title, articles in (("New", changes.new), ("Changed", changes.changed), ("Removed", changes.removed)):
        if articles:
            blocks += [f"## {title}: {_number(len(articles), 'article')}", "\n".join(_list(articles))]
    if changes == Changes():
        blocks.append("No article is new, changed or removed.")
    return "\n\n".join(blocks) + "\n"


def _table(rows: Sequence[Refresh]) -> Iterator[str]:
    yield f"| {' | '.join(name.replace('_', ' ') for name in _SHOWN)} |"
    yield f"|{'|'.join('---' if name in _TEXTS else '---:' for name in _SHOWN)}|"
    for row in sorted(rows, key=lambda row: row.source):
        yield f"| {' | '.join(_escaped(_shown(name, getattr(row, name))) for name in _SHOWN)} |"


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)[:_VERSION] if name.endswith("_version") else str(value)


def _what_went_wrong(rows: Sequence[Refresh], objections: Sequence[Objection]) -> Iterator[str]:
    """One item per message and per objection, which has its examples below it."""
    by_source = {row.source: row for row in rows}
    for source in sorted(by_source.keys() | {objection.source for objection in objections}):
        row = by_source.get(source)
        own = [objection for objection in objections if objection.source == source]
        # A row may repeat what was objected.
        message = (row.message or "") if row else ""
        for objection in own:
            message = message.replace(objection.message, "")
        if message.strip():
            yield f"- {_escaped(source)}: {_escaped(message, _LONGEST_MESSAGE)}"
        let_through = ", let through" if row and row.outcome == "refreshed" else ""
        for objection in own:
            rule = f"{_escaped(source)}, {_escaped(objection.rule)}{let_through}"
            yield f"- {rule}: {_escaped(objection.message, _LONGEST_MESSAGE)}"
            yield from (f"  - {_linked(item.name, item.detail)}" for item in objection.examples)


def _list(articles: Sequence[Article]) -> Iterator[str]:
    for article in articles[:LISTED]:
        columns = article.columns if isinstance(article, ChangedArticle) else ()
        what = f" ({', '.join(f'`{name}`' for name in columns)})" if columns else ""
        yield f"- {_escaped(article.source)}{what}: {_linked(article.title, article.url)}"
    if len(articles) > LISTED:
        yield f"- and {_number(len(articles) - LISTED, 'article')} more; the JSON of this report has all."


def _number(count: int, of: str) -> str:
    return f"{count:,} {of}{'' if count == 1 else 's'}"


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


# Text of posts, as Markdown that shows it and does nothing else.

# Longer ones are cut; the longest real title has 200 characters or so, and browsers refuse longer URLs.
_LONGEST_TEXT = 300
_LONGEST_MESSAGE = 2_000
_LONGEST_LINK = 2_000
# What begins markup inside of a line: in CommonMark, and in the dialects that add to it. Of `:` and
# `.` only what could belong to a bare URL, of `&` what could begin an entity.
_SPECIAL = re.compile(r"[\\`*_{}\[\]|~#$^=+@<>]|&(?=#?[A-Za-z0-9]+;)|:(?=/)|(?<=[Ww]{3})\.")
# What begins a list, a rule or a definition where a line begins.
_BEGINS_BLOCK = re.compile(r"^([0-9]*)(-|[.):](?= |$))")
# Unseen: controls, lone surrogates, and the signs that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WEB_URL = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)


def _escaped(text: str, cut: int = _LONGEST_TEXT) -> str:
    line = _UNSEEN.sub("", " ".join(text.split()))
    if len(line) > cut:
        line = f"{line[: cut - 1]}…"
    return _BEGINS_BLOCK.sub(r"\1\\\2", _SPECIAL.sub(_escape, line))


def _escape(match: re.Match[str]) -> str:
    # As entities, because some renderers look for HTML before anything else.
    return {"<": "&lt;", ">": "&gt;"}.get(match.group(), f"\\{match.group()}")


def _linked(name: str | None, address: str) -> str:
    """A name that leads to an address where that is one of the web; else both as text."""
    shown = _escaped(name or "") or "(no title)"
    if _WEB_URL.match(address) and len(address) <= _LONGEST_LINK:
        return f"[{shown}]({_encoded(address)})"
    return f"{shown}: {_escaped(address)}"


def _encoded(url: str) -> str:
    """A URL in which nothing ends a Markdown link: all but letters, digits and the signs that URLs are
    made of is percent-encoded, and so are parentheses."""
    encoded = "".join(
        sign if sign.isalnum() or sign in "-._~:/?#[]@!$&'*+,;=%" else _percent(sign) for sign in url
    )
    # `&lt;` would be read as an entity, also in an address.
    return re.sub(r"&(?=[#A-Za-z][A-Za-z0-9]*;)", "&amp;", encoded)


def _percent(sign: str) -> str:
    return quote(sign, safe="", errors="replace")
