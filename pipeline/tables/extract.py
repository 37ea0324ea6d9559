"""One raw post becomes a record: the rows that it gives, or the reason why it gives none.

A record is a function of the post's bytes, of the code that reads them and of what its source says
of profiles and rights. It knows neither where the post lies nor since when, and no other post: so
it may be kept and used again. Its frames are close to the tables but not yet them: they name
people as written, where the tables know who is the same. `pipeline/tables/assemble.py` makes
the one of the other.
"""

from __future__ import annotations

import gc
import json
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.markup.canonical import canonical_url
from pipeline.markup.links import Link, footnotes
from pipeline.markup.media import MediaItem
from pipeline.markup.soup import MarkupError
from pipeline.markup.urls import absolute_web_url, host_of, is_web_url, registered_domain_of, site_of
from pipeline.posts.plain_text import one_line
from pipeline.posts.post import Post, PostError, read_post
from pipeline.sites.page import Comment, Credit, Page
from pipeline.sites.registry import Profile, UnknownProfileError, profile_for
from pipeline.sources.raw import RawPost
from pipeline.tables.ids import make_id
from pipeline.tables.language import language_of
from pipeline.tables.rights import published_html, published_text
from pipeline.tables.words import words
from schemas import TABLES
from schemas.contract import STRINGS, TIMESTAMP

_CONTRACT = {table.name: table.polars_schema for table in TABLES}


def _columns(table: str, without: Iterable[str]) -> dict[str, Any]:
    """A record's id, and the contract's columns of a table but those that only the dataset can tell."""
    left_out = set(without)
    own = {name: dtype for name, dtype in _CONTRACT[table].items() if name not in left_out}
    return {"record_id": pl.String, **own}


# What is known of a post that was read, whether it gave rows or not. `stage`, `reason` and `message`
# are null where it did; `article_id` and what follows are null where it did not. `archived_at`
# orders the revisions of a page. `maker` says which code and which rights made the record.
RECORD: dict[str, Any] = {
    "record_id": pl.String,
    "maker": pl.String,
    "host": pl.String,
    "stage": pl.String,
    "reason": pl.String,
    "message": pl.String,
    "article_id": pl.String,
    "title": pl.String,
    "url": pl.String,
    "published_at": TIMESTAMP,
    "archived_at": TIMESTAMP,
    "notes": STRINGS,
}

# `record_id` names the record that a row belongs to; `raw_sha256` and `reading` say which bytes were
# read how.
EXTRACTED: dict[str, dict[str, Any]] = {
    "records": {"raw_sha256": pl.String, "reading": pl.String} | RECORD,
    "articles": _columns(
        "articles",
        (
            "source",
            "comment_count",
            "link_count",
            "media_count",
            "revision_count",
            "in_reply_to_article_id",
        ),
    ),
    "comments": _columns("comments", ()),
    "credits": _columns("contributions", ("contributor_id",)),
    "links": _columns("links", ("target_article_id",)),
    "media": _columns("media", ()),
}

Rows = dict[str, list[dict[str, Any]]]
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Reading:
    """How the posts of a source are read: which profile reads which host, what of their texts is
    published, and the fingerprint of each profile."""

    profiles: Mapping[str, str] = field(default_factory=dict)
    publish: str = "full"
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """Tells readings apart within one run."""
        return json.dumps([sorted(self.profiles.items()), self.publish])

    def maker(self, host: str | None) -> str:
        """Which code and which rights make the records of a host; None where a post has none."""
        name = profile_for(host, self.profiles).name if host else ""
        return f"{name}:{self.fingerprints.get(name, '')}:{self.publish}"


def extract(posts: Iterable[tuple[RawPost, str]], readings: Mapping[str, Reading]) -> Frames:
    """The frames of EXTRACTED for some raw posts, each with its SHA-256; each gives one record.

    `readings` says, per source, how its posts are read.
    """
    rows: Rows = {name: [] for name in EXTRACTED}
    # A tree is a knot of cycles that only the collector frees. Left to itself it looks through
    # the half-built tree over and over; run after each post it finds all garbage at once. That
    # takes a sixth off the time of extraction, and memory is bounded by one post.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for post, sha256 in posts:
            for name, new in _record(post, sha256, readings[post.source]).items():
                rows[name] += new
            gc.collect(0)
    finally:
        if was_enabled:
            gc.enable()
    return {name: _frame(name, rows[name]) for name in EXTRACTED}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows as a frame; of texts, their counts and what of them is published."""
    schema = EXTRACTED[name]
    if "body_text" not in schema:
        return pl.DataFrame(rows, schema=schema)
    counted = pl.DataFrame(rows, schema=schema | {"publish": pl.String}).with_columns(
        word_count=words(pl.col("body_text")),
        **({"char_count": _length("body_text")} if "char_count" in schema else {}),
    )
    if (counted["publish"] != "full").any():
        publish = counted["publish"].to_list()
        for column, cut in (("body_text", published_text), ("body_html", published_html)):
            kept = [cut(text, how) for text, how in zip(counted[column], publish, strict=True)]
            counted = counted.with_columns(pl.Series(column, kept, dtype=pl.String))
    return counted.select(*schema)


def _length(column: str) -> pl.Expr:
    return pl.col(column).str.len_chars().fill_null(0).cast(pl.Int64)


def _record(raw: RawPost, sha256: str, reading: Reading) -> Rows:
    """The rows of one raw post, or the reason why there are none: never some of them."""
    rows: Rows = {name: [] for name in EXTRACTED}
    record: dict[str, Any] = {"raw_sha256": sha256, "reading": reading.key}
    stage, host = "post", None
    try:
        post = read_post(raw.data)
        url = _page_url(post)
        stage, host = "markup", host_of(url) or ""
        profile = profile_for(host, reading.profiles)
        page = profile.read(post, url)
        stage = "extract"
        record |= _identity(sha256, reading, host)
        record |= {
            "article_id": make_id("article", canonical_url(url)),
            "title": page.title,
            "url": url,
            "published_at": page.published_at,
            "archived_at": post.archived_at,
            "notes": list(post.notes),
        }
        _add_rows(record, post, profile, page, reading.publish, rows)
    except (PostError, MarkupError) as error:
        reason, message = error.reason, str(error)
    except UnknownProfileError:
        raise
    except Exception as error:  # noqa: BLE001 - hostile input must cost its own row, never the run
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = "unexpected_error"
        message = (
            f"Reading failed unexpectedly: {type(error).__name__} in {where.name}. The post is kept in "
            "raw; report this, with the post, as a fault of the pipeline."
        )
    else:
        rows["records"].append(record)
        return rows
    # A message may quote the post.
    why = {"stage": stage, "reason": reason, "message": one_line(message) or reason, "notes": []}
    known = {"raw_sha256": sha256, "reading": reading.key} | _identity(sha256, reading, host)
    return {name: [] for name in EXTRACTED} | {"records": [known | why]}


def _identity(sha256: str, reading: Reading, host: str | None) -> dict[str, Any]:
    maker = reading.maker(host)
    return {"record_id": make_id("record", sha256, maker), "maker": maker, "host": host}


def _page_url(post: Post) -> str:
    url = absolute_web_url(post.url, post.url) if is_web_url(post.url) else None
    if url is None or host_of(url) is None or canonical_url(url) is None:
        raise PostError("bad_url", f"The post's address is no web address: {post.url[:200]!r}. Mend `from`.")
    return url


def _add_rows(
    record: Mapping[str, Any], post: Post, profile: Profile, page: Page, publish: str, rows: Rows
) -> None:
    url = record["url"]
    site = site_of(host_of(url) or "")
    place = {"record_id": record["record_id"], "article_id": record["article_id"]}
    is_stub = page.body_text is None or _says_the_same(page.body_text, page.title or "")
    body_text, body_html = (None, None) if is_stub else (page.body_text, page.body_html)
    rows["articles"].append(
        place
        | {
            "site": site,
            "section": page.section,
            "url": url,
            "canonical_url": canonical_url(url),
            "title": page.title,
            "author_line": page.author_line,
            "authors": list(page.authors),
            "authors_truncated": page.authors_truncated,
            "published_at": page.published_at,
            "published_precision": page.published_precision,
            "tags": list(dict.fromkeys((*post.tags, *page.tags))),
            "language": language_of(body_text) or language_of(page.title),
            "body_text": body_text,
            "body_html": body_html,
            "license": page.license,
            "in_reply_to_url": page.in_reply_to_url,
            "is_stub": is_stub,
            "profile": profile.name,
            "publish": publish,
        }
    )
    _add_credits(page.credits, place | {"comment_id": None}, rows)
    _add_links(page.links, place | {"comment_id": None}, rows)
    _add_media(page.media, place | {"comment_id": None}, rows)
    _add_comments(page.comments, place, publish, rows)


def _add_comments(comments: Iterable[Comment], place: Mapping[str, Any], publish: str, rows: Rows) -> None:
    ids: dict[str, str] = {}
    for position, comment in enumerate(comments, start=1):
        comment_id = make_id("comment", place["article_id"], comment.key)
        ids[comment.key] = comment_id
        there = {**place, "comment_id": comment_id}
        rows["comments"].append(
            {
                **there,
                "site_comment_id": comment.site_comment_id,
                "parent_comment_id": ids.get(comment.parent_key) if comment.parent_key else None,
                "position": position,
                "title": comment.title,
                "author_line": comment.author_line,
                "by_node_author": comment.by_node_author,
                "published_at": comment.published_at,
                "body_text": comment.body_text,
                "body_html": comment.body_html,
                "publish": publish,
                "is_suspected_spam": None if comment.spam_signals is None else bool(comment.spam_signals),
                "spam_signals": list(comment.spam_signals or ()),
            }
        )
        _add_credits(comment.credits, there, rows)
        _add_links(comment.links, there, rows)
        _add_media(comment.media, there, rows)


def _add_credits(credits: Iterable[Credit], place: Mapping[str, Any], rows: Rows) -> None:
    positions = _Positions()
    for credit in credits:
        position = positions.next(credit.role)
        where = (place["article_id"], place["comment_id"], credit.role, position)
        rows["credits"].append(
            {
                **place,
                "contribution_id": make_id("contribution", *where),
                "role": credit.role,
                "position": position,
                "kind": credit.kind,
                "name": credit.name,
                "slug": credit.slug,
                "profile_url": credit.profile_url,
                "photo_url": credit.photo_url,
            }
        )


def _add_links(links: Sequence[Link], place: Mapping[str, Any], rows: Rows) -> None:
    positions = _Positions()
    where = (place["article_id"], place["comment_id"])
    placed = [(link, positions.next(link.region)) for link in links]
    ids = [make_id("link", *where, link.region, position, link.href) for link, position in placed]
    notes = footnotes(links)
    for at, (link, position) in enumerate(placed):
        host = host_of(link.href)
        pair = notes.get(at)
        rows["links"].append(
            {
                **place,
                "link_id": ids[at],
                "region": link.region,
                "position": position,
                "href": link.href,
                "canonical_url": canonical_url(link.href) if link.kind != "broken" else None,
                "host": host,
                "registered_domain": registered_domain_of(host) if host else None,
                "kind": "footnote" if at in notes else link.kind,
                "text": link.text,
                "rel": link.rel,
                "paired_link_id": ids[pair] if pair is not None else None,
            }
        )


def _add_media(items: Iterable[MediaItem], place: Mapping[str, Any], rows: Rows) -> None:
    positions = _Positions()
    for item in items:
        position = positions.next(item.region)
        where = (place["article_id"], place["comment_id"], item.region, position)
        rows["media"].append(
            {**place, **vars(item), "media_id": make_id("media", *where, item.url), "position": position}
        )


class _Positions:
    """Places from 1 within each group."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, group: str) -> int:
        self._last[group] = self._last.get(group, 0) + 1
        return self._last[group]


def _says_the_same(text: str, other: str) -> bool:
    """True for texts that differ in white space alone: a stub's body is its title, however it is broken."""
    # Most differ in their first letters, and one of them is long.
    return text.lstrip()[:1] == other.lstrip()[:1] and "".join(text.split()) == "".join(other.split())
