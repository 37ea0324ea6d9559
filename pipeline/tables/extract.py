"""One raw post becomes the rows that it gives, or a reject.

The rows are frames of their own, close to the tables but not yet them: they hold every raw
post, where the tables hold each page once, and name people as written, where the tables
know who is the same. `pipeline/tables/assemble.py` makes the one of the other.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from pipeline.markup.canonical import canonical_url
from pipeline.markup.links import Link
from pipeline.markup.media import MediaItem
from pipeline.markup.soup import MarkupError
from pipeline.markup.urls import absolute_web_url, host_of, is_web_url, registered_domain_of, site_of
from pipeline.posts.plain_text import one_line
from pipeline.posts.post import Post, PostError, read_post
from pipeline.sites.page import Comment, Credit, Page
from pipeline.sites.registry import Profile, UnknownProfileError, profile_for
from pipeline.sources.raw import RawPost, Reject, printable_path
from pipeline.tables.ids import make_id
from pipeline.tables.language import language_of
from schemas import TABLES
from schemas.contract import STRINGS, TIMESTAMP

_CONTRACT = {table.name: table.polars_schema for table in TABLES}


def _columns(table: str, without: Iterable[str], **more: Any) -> dict[str, Any]:
    """The contract's columns of a table but those that only the whole dataset can tell, and more."""
    left_out = set(without)
    return {name: dtype for name, dtype in _CONTRACT[table].items() if name not in left_out} | more


# `revision_id` names the raw post that a row was read from.
EXTRACTED: dict[str, dict[str, Any]] = {
    "posts": _columns(
        "articles",
        ("char_count", "word_count", "comment_count", "link_count", "media_count", "revision_count"),
        revision_id=pl.String,
        raw_sha256=pl.String,
        raw_path=pl.String,
        raw_bytes=pl.Int64,
        source_version=pl.String,
        archived_at=TIMESTAMP,
        notes=STRINGS,
    ),
    "comments": _columns("comments", ("word_count",), revision_id=pl.String),
    "credits": _columns(
        "contributions",
        ("contributor_id",),
        revision_id=pl.String,
        site=pl.String,
        slug=pl.String,
        profile_url=pl.String,
        published_at=TIMESTAMP,
    ),
    "links": _columns("links", ("target_article_id",), revision_id=pl.String),
    "media": _columns("media", (), revision_id=pl.String),
    "rejects": _columns("rejects", ()),
}

Rows = dict[str, list[dict[str, Any]]]
Frames = dict[str, pl.DataFrame]


def extract(posts: Iterable[RawPost | Reject], profiles: Mapping[str, Mapping[str, str]]) -> Frames:
    """The frames of EXTRACTED for some raw posts; each post gives a row of `posts` or of `rejects`.

    `profiles` says, per source, which profile reads which host.
    """
    rows: Rows = {name: [] for name in EXTRACTED}
    # A tree is a knot of cycles that only the collector frees. Left to itself it looks through
    # the half-built tree over and over; run after each post it finds all garbage at once. That
    # takes a sixth off the time of extraction, and memory is bounded by one post.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for post in posts:
            _extract_one(post, profiles, rows)
            gc.collect(0)
    finally:
        if was_enabled:
            gc.enable()
    return {name: pl.DataFrame(rows[name], schema=schema) for name, schema in EXTRACTED.items()}


def _extract_one(raw: RawPost | Reject, profiles: Mapping[str, Mapping[str, str]], rows: Rows) -> None:
    own = _read(raw, profiles.get(raw.source, {})) if isinstance(raw, RawPost) else raw
    if isinstance(own, Reject):
        rows["rejects"].append(asdict(own))
        return
    for name, new in own.items():
        rows[name] += new


def _read(raw: RawPost, profiles: Mapping[str, str]) -> Rows | Reject:
    """The rows of one raw post, or why there are none: never some of them."""
    rows: Rows = {name: [] for name in EXTRACTED}
    stage = "post"
    try:
        post = read_post(raw.data)
        url = _page_url(post)
        stage = "markup"
        profile = profile_for(host_of(url) or "", profiles)
        page = profile.read(post, url)
        stage = "extract"
        _add_rows(raw, post, url, profile, page, rows)
    except (PostError, MarkupError) as error:
        return _reject(raw, stage, error.reason, str(error))
    except UnknownProfileError:
        raise
    except Exception as error:  # noqa: BLE001 - hostile input must cost its own row, never the run
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = (
            f"Reading failed unexpectedly: {type(error).__name__} in {where.name}. The post is kept in "
            "raw; report this, with the post, as a fault of the pipeline."
        )
        return _reject(raw, stage, "unexpected_error", message)
    return rows


def _page_url(post: Post) -> str:
    url = absolute_web_url(post.url, post.url) if is_web_url(post.url) else None
    if url is None or host_of(url) is None or canonical_url(url) is None:
        raise PostError("bad_url", f"The post's address is no web address: {post.url[:200]!r}. Mend `from`.")
    return url


def _reject(raw: RawPost, stage: str, reason: str, message: str) -> Reject:
    # A message may quote the post.
    clean = one_line(message) or reason
    return Reject(raw.source, printable_path(raw.path), len(raw.data), raw.sha256, stage, reason, clean)


def _add_rows(raw: RawPost, post: Post, url: str, profile: Profile, page: Page, rows: Rows) -> None:
    canonical = canonical_url(url)
    site = site_of(host_of(url) or "")
    article_id = make_id("article", canonical)
    path = printable_path(raw.path)
    revision_id = make_id("revision", raw.source, path, raw.sha256)
    place = {"revision_id": revision_id, "article_id": article_id}
    is_stub = page.body_text is None or _bare(page.body_text) == _bare(page.title or "")
    body_text, body_html = (None, None) if is_stub else (page.body_text, page.body_html)
    rows["posts"].append(
        place
        | {
            "source": raw.source,
            "site": site,
            "section": page.section,
            "url": url,
            "canonical_url": canonical,
            "title": page.title,
            "author_line": page.author_line,
            "authors": list(page.authors),
            "authors_truncated": page.authors_truncated,
            "published_at": page.published_at,
            "published_precision": page.published_precision,
            "tags": list(post.tags),
            "language": language_of(body_text) or language_of(page.title),
            "body_text": body_text,
            "body_html": body_html,
            "is_stub": is_stub,
            "profile": profile.name,
            "raw_sha256": raw.sha256,
            "raw_path": path,
            "raw_bytes": len(raw.data),
            "source_version": raw.version,
            "archived_at": post.archived_at,
            "notes": list(post.notes),
        }
    )
    about = {"site": site, "published_at": page.published_at}
    _add_credits(page.credits, place | {"comment_id": None}, about, rows)
    _add_links(page.links, place | {"comment_id": None}, rows)
    _add_media(page.media, place | {"comment_id": None}, rows)
    _add_comments(page.comments, place, about, rows)


def _add_comments(
    comments: Iterable[Comment], place: Mapping[str, Any], about: Mapping[str, Any], rows: Rows
) -> None:
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
                "is_suspected_spam": comment.is_suspected_spam,
            }
        )
        _add_credits(comment.credits, there, about, rows)
        _add_links(comment.links, there, rows)
        _add_media(comment.media, there, rows)


def _add_credits(
    credits: Iterable[Credit], place: Mapping[str, Any], about: Mapping[str, Any], rows: Rows
) -> None:
    positions = _Positions()
    for credit in credits:
        position = positions.next(credit.role)
        where = (place["article_id"], place["comment_id"], credit.role, position)
        rows["credits"].append(
            {
                **place,
                **about,
                "contribution_id": make_id("contribution", *where),
                "role": credit.role,
                "position": position,
                "name": credit.name,
                "slug": credit.slug,
                "profile_url": credit.profile_url,
                "photo_url": credit.photo_url,
            }
        )


def _add_links(links: Iterable[Link], place: Mapping[str, Any], rows: Rows) -> None:
    positions = _Positions()
    for link in links:
        position = positions.next(link.region)
        where = (place["article_id"], place["comment_id"], link.region, position)
        host = host_of(link.href)
        rows["links"].append(
            {
                **place,
                "link_id": make_id("link", *where, link.href),
                "region": link.region,
                "position": position,
                "href": link.href,
                "canonical_url": canonical_url(link.href) if link.kind != "broken" else None,
                "host": host,
                "registered_domain": registered_domain_of(host) if host else None,
                "kind": link.kind,
                "text": link.text,
                "rel": link.rel,
            }
        )


def _add_media(items: Iterable[MediaItem], place: Mapping[str, Any], rows: Rows) -> None:
    positions = _Positions()
    for item in items:
        position = positions.next(item.region)
        where = (place["article_id"], place["comment_id"], item.region, position)
        rows["media"].append(
            {**place, **asdict(item), "media_id": make_id("media", *where, item.url), "position": position}
        )


class _Positions:
    """Places from 1 within each group."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, group: str) -> int:
        self._last[group] = self._last.get(group, 0) + 1
        return self._last[group]


def _bare(text: str) -> str:
    """Text without any white space: a stub's body is its title, however it is broken."""
    return "".join(text.split())
