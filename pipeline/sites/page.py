"""What a profile says that a page says: the values that every profile returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.markup.content import Content
from pipeline.markup.links import Link
from pipeline.markup.media import MediaItem
from pipeline.posts.post import Post
from pipeline.sites import authors
from pipeline.sites.attachments import attached_links, attached_media


@dataclass(frozen=True)
class Credit:
    """One contributor's part, as named in one place."""

    name: str
    role: str
    slug: str | None = None
    profile_url: str | None = None
    photo_url: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Comment:
    """One comment. `key` tells it from the page's other comments; `parent_key` is the key of
    the comment that it answers. `spam_signals` are the profile's rules for spam that apply; None where it
    has none."""

    key: str
    site_comment_id: str | None
    body_text: str | None
    body_html: str | None
    credits: tuple[Credit, ...] = ()
    parent_key: str | None = None
    title: str | None = None
    author_line: str | None = None
    by_node_author: bool | None = None
    published_at: datetime | None = None
    spam_signals: tuple[str, ...] | None = None
    links: tuple[Link, ...] = ()
    media: tuple[MediaItem, ...] = ()


@dataclass(frozen=True)
class Page:
    """Everything that a profile reads from one post.

    What is None falls back to nothing: a profile returns the post's own title, author line
    and date where the page's markup says no better. `tags` are those of the page's markup; the front
    matter's come first in the table without any profile's doing.
    """

    title: str | None
    author_line: str | None
    authors: tuple[str, ...]
    authors_truncated: bool
    published_at: datetime | None
    published_precision: str
    body_text: str | None
    body_html: str | None
    section: str | None = None
    credits: tuple[Credit, ...] = ()
    comments: tuple[Comment, ...] = ()
    links: tuple[Link, ...] = ()
    media: tuple[MediaItem, ...] = ()
    tags: tuple[str, ...] = ()
    license: str | None = None
    in_reply_to_url: str | None = None


def page_of(post: Post, body: Content, **stated: Any) -> Page:
    """The page that a post is, where the site's markup says no more: the post's own title, author line
    (which is one name) and date, with `body`. `stated` are fields of Page that the markup says better."""
    author = authors.single(post.author_line)
    plain: dict[str, Any] = {
        "title": post.title,
        "author_line": post.author_line,
        "authors": author.names,
        "authors_truncated": author.truncated,
        "published_at": post.published.at,
        "published_precision": post.published.precision,
        "body_text": body.text,
        "body_html": body.html,
        "credits": tuple(Credit(name, "author") for name in author.names),
        "links": (*body.links, *attached_links(post)),
        "media": (*body.media, *attached_media(post)),
    }
    return Page(**plain | stated)
