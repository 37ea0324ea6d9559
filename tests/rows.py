"""One valid row of every table, together a small dataset: an article with a comment and a link.

row("articles")                  the row, as a dictionary
row("articles", title=None)      the same with a change
frame("articles", row(...), ...) rows as the table's frame; without rows, the one row
"""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from schemas import TABLES, Table

Row = dict[str, Any]

BY_NAME = {table.name: table for table in TABLES}

ARTICLE = "a0" * 10
COMMENT = "c0" * 10
CONTRIBUTOR = "d0" * 10

_URL = "https://www.lanternfile.example/conversation/night-library"
_SHA256 = "0f" * 32
_PUBLISHED = datetime(2021, 11, 26, 9, 40, tzinfo=UTC)

_ROWS: dict[str, Row] = {
    "articles": {
        "article_id": ARTICLE,
        "source": "archive",
        "site": "lanternfile.example",
        "section": "conversation",
        "url": _URL,
        "canonical_url": _URL,
        "title": "What Is a Night Library For?",
        "author_line": "Ada Marsh, 墨渡 & more",
        "authors": ["Ada Marsh", "墨渡"],
        "authors_truncated": True,
        "published_at": _PUBLISHED,
        "published_precision": "day",
        "tags": ["libraries"],
        "language": "en",
        "body_text": "For three winters the library has kept its doors open.\n\nWho comes?",
        "body_html": "<p>For three winters the library has kept its doors open.</p><p>Who comes?</p>",
        "license": None,
        "in_reply_to_url": None,
        "in_reply_to_article_id": None,
        "is_stub": False,
        "char_count": 66,
        "word_count": 12,
        "comment_count": 1,
        "link_count": 1,
        "media_count": 1,
        "revision_count": 1,
        "profile": "chinafile",
        "publish": "full",
    },
    "comments": {
        "comment_id": COMMENT,
        "article_id": ARTICLE,
        "site_comment_id": "4101",
        "parent_comment_id": None,
        "position": 1,
        "title": None,
        "author_line": "Ada Marsh",
        "by_node_author": True,
        "published_at": None,
        "body_text": "The ferrymen come.",
        "body_html": "<p>The ferrymen come.</p>",
        "word_count": 3,
        "is_suspected_spam": None,
        "spam_signals": [],
    },
    "contributors": {
        "contributor_id": CONTRIBUTOR,
        "site": "lanternfile.example",
        "slug": "ada-marsh",
        "kind": None,
        "name": "Ada Marsh",
        "name_variants": ["Ada Marsh"],
        "profile_url": "https://www.lanternfile.example/contributors/ada-marsh",
        "photo_url": None,
        "roles": ["commenter"],
        "article_count": 0,
        "comment_count": 1,
        "first_seen_at": _PUBLISHED,
        "last_seen_at": _PUBLISHED,
        "possible_same_as": [],
        "possible_same_as_reasons": [],
    },
    "contributions": {
        "contribution_id": "e0" * 10,
        "article_id": ARTICLE,
        "comment_id": COMMENT,
        "contributor_id": CONTRIBUTOR,
        "role": "commenter",
        "position": 1,
        "kind": None,
        "name": "Ada Marsh",
        "slug": "ada-marsh",
        "profile_url": "https://www.lanternfile.example/contributors/ada-marsh",
        "photo_url": "https://www.lanternfile.example/ada.jpg",
    },
    "links": {
        "link_id": "f0" * 10,
        "article_id": ARTICLE,
        "comment_id": None,
        "region": "body",
        "position": 1,
        "href": "https://www.harbour.example/hours?utm_source=x",
        "canonical_url": "https://harbour.example/hours",
        "host": "www.harbour.example",
        "registered_domain": "harbour.example",
        "kind": "external",
        "text": "its hours",
        "rel": "nofollow",
        "paired_link_id": None,
        "target_article_id": None,
    },
    "media": {
        "media_id": "b0" * 10,
        "article_id": ARTICLE,
        "comment_id": None,
        "region": "field",
        "position": 1,
        "kind": "image",
        "role": "featured",
        "url": "https://www.lanternfile.example/small.jpg",
        "full_url": "https://www.lanternfile.example/large.jpg",
        "provider": None,
        "provider_id": None,
        "width": 1500,
        "height": 999,
        "alt": None,
        "caption": "The reading room at two in the morning.",
        "credit": "Ada Marsh—Delta Photos",
    },
    "revisions": {
        "raw_sha256": _SHA256,
        "raw_path": "_posts/2021-11-26-What Is a Night Library For?.md",
        "article_id": ARTICLE,
        "source": "archive",
        "raw_bytes": 4200,
        "title": "What Is a Night Library For?",
        "url": _URL,
        "published_at": _PUBLISHED,
        "is_current": True,
        "first_seen_at": datetime(2021, 11, 26, 11, 5, tzinfo=UTC),
        "removed_at": None,
        "source_version": "9e" * 20,
        "notes": [],
    },
    "rejects": {
        "raw_sha256": None,
        "raw_path": "_posts/2020-08-03-Untitled.md",
        "source": "archive",
        "raw_bytes": 0,
        "stage": "post",
        "reason": "empty_file",
        "message": "The file is empty. Remove it, or fetch it again.",
    },
}


def row(table: str, **changes: Any) -> Row:
    """The table's valid row, with changes."""
    return _ROWS[table] | changes


def frame(table: str, *rows: Row) -> pl.DataFrame:
    """Rows (the valid one, where none are named) with the columns and types of the contract."""
    return pl.DataFrame(rows or [row(table)], schema=BY_NAME[table].polars_schema)


def other_id(number: int) -> str:
    """An id that no valid row has."""
    return f"{number:020x}"


def another(table: Table, number: int) -> Row:
    """A valid row that differs from every other in its key."""
    changes: Row = {}
    for name in table.key:
        if name.endswith("_id"):
            changes[name] = other_id(number)
        elif name == "raw_path":
            changes[name] = f"_posts/{number}.md"
    if table.name == "articles":
        changes["canonical_url"] = f"https://lanternfile.example/{number}"
    return row(table.name, **changes)
