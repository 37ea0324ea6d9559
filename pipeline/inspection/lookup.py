"""Questions to the published dataset: a query in SQL, or what became of one page or post."""

from __future__ import annotations

import itertools
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb

from pipeline.sources.raw import printable_path

# As many articles are explained at a time, and as many rejects.
EXPLAINED = 20

# A raw post is named as an answer names it, or as the file system does.
_IS_AT_THE_END = "ends_with(source || ':' || raw_path, $what) OR ends_with(raw_path, $path)"


class LookupFailedError(Exception):
    """The question has no answer here; the message says what to do."""


def run_sql(out: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The column names and rows of a query over the standing tables and views.

    A name that repeats gets a number, as DuckDB does it: `title`, `title_1`. The database is opened
    for reading only. Raises LookupFailedError where there is none, or where DuckDB refuses the query.
    """
    if not _is_utf8(sql):
        raise LookupFailedError("The query is not UTF-8.")
    with _open(out) as connection:
        try:
            result = connection.execute(sql)
            # Nothing but white space or remarks is no query, and has no result.
            if result is None or result.description is None:
                raise LookupFailedError("The query is empty. Try: SELECT * FROM articles LIMIT 5.")
            return _told_apart([column[0] for column in result.description]), result.fetchall()
        except duckdb.Error as error:
            raise LookupFailedError(f"DuckDB refuses the query: {error}") from error


def explain(out: Path, what: str) -> list[dict[str, Any]]:
    """What became of a page or a raw post: for each article or reject that `what` names, what it
    is, its name, and the facts.

    `what` is a URL in any spelling, an id of any table, or a raw path or the end of one, with its
    source before it (`sample:_posts/A Title.md`) or without. Of articles and of rejects, no more than
    EXPLAINED are given.
    """
    if not what.strip():
        raise LookupFailedError("Name a URL, an id, a raw path or the end of one.")
    # As the tables spell a path that is not UTF-8: `caf\xe9.md`.
    path = printable_path(what)
    what = what if _is_utf8(what) else path
    with _open(out) as connection:
        articles = _article_ids(connection, what, path)
        found = [_explain_article(connection, article_id) for article_id in articles]
        found += _explain_rejects(connection, what, path)
    if not found:
        raise LookupFailedError(
            f"{what!r} is no URL, id or raw path of this dataset. `commonplace query` can search: "
            "SELECT url, title FROM articles WHERE title LIKE '%word%'."
        )
    return found


def _open(out: Path) -> duckdb.DuckDBPyConnection:
    database = out / "commonplace.duckdb"
    if not database.exists():
        raise LookupFailedError(f"{database}: there is no dataset yet. Run `commonplace build` first.")
    try:
        connection = duckdb.connect(
            str(database),
            read_only=True,
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
        )
    except duckdb.Error as error:
        raise LookupFailedError(f"{database}: DuckDB cannot open it: {error}") from error
    # The same answer in every time zone, and names of tables only: no variables of this program.
    connection.execute("SET TimeZone = 'UTC'; SET python_enable_replacements = false")
    return connection


def _is_utf8(text: str) -> bool:
    """False where bytes of the command line were no UTF-8: Python keeps them as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _told_apart(names: list[str]) -> list[str]:
    told: dict[str, None] = {}
    for name in names:
        spellings = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
        told[next(spelling for spelling in spellings if spelling not in told)] = None
    return list(told)


def _article_ids(connection: duckdb.DuckDBPyConnection, what: str, path: str) -> list[str]:
    from pipeline.markup.canonical import canonical_url
    from pipeline.markup.urls import is_web_url

    if is_web_url(what):
        sql = (
            "SELECT article_id FROM articles WHERE canonical_url = $url OR url = $what "
            "UNION SELECT article_id FROM revisions WHERE url = $what"
        )
        values = {"url": canonical_url(what), "what": what}
    else:
        ids = " UNION ".join(
            f"SELECT article_id FROM {table} WHERE {column} = $what"
            for table, column in (
                ("articles", "article_id"),
                ("comments", "comment_id"),
                ("contributions", "contributor_id"),
                ("contributions", "contribution_id"),
                ("links", "link_id"),
                ("media", "media_id"),
                ("revisions", "raw_sha256"),
            )
        )
        sql = f"{ids} UNION SELECT article_id FROM revisions WHERE {_IS_AT_THE_END}"
        values = {"what": what, "path": path}
    rows = connection.execute(f"SELECT * FROM ({sql}) ORDER BY 1 LIMIT {EXPLAINED}", values)
    return [row[0] for row in rows.fetchall()]


def _explain_article(connection: duckdb.DuckDBPyConnection, article_id: str) -> dict[str, Any]:
    article = _rows(connection, "SELECT * FROM articles WHERE article_id = $id", id=article_id)[0]
    revisions = _rows(
        connection,
        "SELECT source, raw_path, title, published_at, is_current, notes FROM revisions "
        "WHERE article_id = $id ORDER BY is_current DESC, published_at DESC, raw_path",
        id=article_id,
    )
    people = _rows(
        connection,
        "SELECT role, name, comment_id IS NOT NULL AS in_comment, count(*) AS times FROM contributions "
        "WHERE article_id = $id GROUP BY ALL ORDER BY in_comment, role, name",
        id=article_id,
    )
    regions = _rows(
        connection,
        "SELECT 'links' AS what, region, count(*) AS rows FROM links WHERE article_id = $id GROUP BY region "
        "UNION ALL SELECT 'media', region, count(*) FROM media WHERE article_id = $id GROUP BY region "
        "ORDER BY ALL",
        id=article_id,
    )
    facts = {
        "title": article["title"],
        "url": article["url"],
        "profile": article["profile"],
        "published": _published(article),
        "author line": article["author_line"],
        "body": f"{article['word_count']} words, {article['char_count']} characters, "
        f"language {article['language'] or 'unknown'}{', a stub' if article['is_stub'] else ''}",
        "comments": article["comment_count"],
        "people": [
            f"{row['role']}: {row['name']}{' (in a comment)' if row['in_comment'] else ''}" for row in people
        ],
        "found where": [f"{row['rows']} {row['what']} in {row['region']}" for row in regions],
        "revisions": [
            f"{'current ' if row['is_current'] else 'older   '}{row['source']}:{row['raw_path']}"
            f"{' [' + ', '.join(row['notes']) + ']' if row['notes'] else ''}"
            for row in revisions
        ],
    }
    return {"is": "article", "name": article_id, "facts": facts}


def _published(article: dict[str, Any]) -> str | None:
    if article["published_at"] is None:
        return None
    instant = article["published_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{instant} (exact to the {article['published_precision']})"


def _explain_rejects(connection: duckdb.DuckDBPyConnection, what: str, path: str) -> list[dict[str, Any]]:
    rows = _rows(
        connection,
        f"SELECT * FROM rejects WHERE {_IS_AT_THE_END} OR raw_sha256 = $what "
        f"ORDER BY source, raw_path LIMIT {EXPLAINED}",
        what=what,
        path=path,
    )
    return [
        {
            "is": "reject",
            "name": f"{row['source']}:{row['raw_path']}",
            "facts": {name: row[name] for name in ("stage", "reason", "message", "raw_bytes", "raw_sha256")},
        }
        for row in rows
    ]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> list[dict[str, Any]]:
    result = connection.execute(sql, values)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
