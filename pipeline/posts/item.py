"""A raw post that was made from an entry: one JSON Feed item, as `pipeline/sources/item.py` writes it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.posts import dates
from pipeline.posts.plain_text import clean_text, one_line

_OBJECT = re.compile(r"\s*\{\s*[\"}]")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r\n?|\n")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
# What clocks and databases that know no date write.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ItemError(Exception):
    """The text is no item that a post can be made of; `reason` is a code of the table `rejects`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Attachment(NamedTuple):
    """A file that an entry has with it. `url` is as stated, `mime_type` empty where none is stated."""

    url: str
    mime_type: str
    title: str | None


@dataclass(frozen=True)
class Item:
    """What an item states. `body` is HTML, `archived_at` orders the revisions of a page."""

    url: str | None
    title: str | None
    author_line: str | None
    published: dates.Published
    archived_at: datetime | None
    tags: tuple[str, ...]
    body: str
    attachments: tuple[Attachment, ...]
    notes: tuple[str, ...]


def is_item(text: str) -> bool:
    """True for text that is an item, if it is a post at all: no other format begins so."""
    return _OBJECT.match(text) is not None


def read_item(text: str) -> Item:
    """An item as it is stated; keys of another type than theirs say nothing.

    - The body is `content_html`, else `content_text` with its line breaks, else `summary`.
    - The address is `url`, else an `id` that is a web address.
    - A page is as old as its last change, so `archived_at` is `date_modified`, else `date_published`.
    - 1970-01-01T00:00:00Z is the date of a clock that was never set: unknown. Every other date is
      taken as stated, in the future too.

    Raises ItemError.
    """
    try:
        item = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ItemError(
            "bad_json",
            f"The file begins with {{ and is no JSON that can be read ({_fault(error)}). Fetch it again, or "
            "take it out of the source's glob.",
        ) from error
    notes: dict[str, None] = {}
    published = _date(item, "date_published", notes)
    modified = _date(item, "date_modified", notes)
    identity = _text(item, "id", notes)
    return Item(
        url=clean_text(_text(item, "url", notes))
        or clean_text(identity if _WEB_ADDRESS.match(identity) else ""),
        title=one_line(_text(item, "title", notes)),
        author_line=_author_line(item, notes),
        published=published,
        archived_at=modified.at or published.at,
        tags=_tags(item, notes),
        body=_body(item, notes),
        attachments=_attachments(item, notes),
        notes=tuple(notes),
    )


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else "it holds a number without end"


def _text(item: dict[str, Any], key: str, notes: dict[str, None]) -> str:
    """A key's text; empty where there is none."""
    value = item.get(key)
    if not isinstance(value, str):
        return ""
    if _UNREADABLE.search(value):
        notes["removed_nul_characters" if "\x00" in value else "replaced_undecodable_bytes"] = None
        value = _UNREADABLE.sub("", value)
    return value


def _objects(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _author_line(item: dict[str, Any], notes: dict[str, None]) -> str | None:
    names = [
        one_line(_text(author, "name", notes)) for author in _objects(item, "authors") if _is_object(author)
    ]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _tags(item: dict[str, Any], notes: dict[str, None]) -> tuple[str, ...]:
    words = [one_line(_text({"tag": tag}, "tag", notes)) for tag in _objects(item, "tags")]
    return tuple(dict.fromkeys(word for word in words if word))


def _attachments(item: dict[str, Any], notes: dict[str, None]) -> tuple[Attachment, ...]:
    found = (
        Attachment(
            _text(each, "url", notes), _text(each, "mime_type", notes), one_line(_text(each, "title", notes))
        )
        for each in _objects(item, "attachments")
        if _is_object(each)
    )
    return tuple(each for each in found if each.url)


def _body(item: dict[str, Any], notes: dict[str, None]) -> str:
    if markup := _text(item, "content_html", notes):
        return markup
    text = _text(item, "content_text", notes) or _text(item, "summary", notes)
    return _LINE_BREAK.sub("<br>\n", html.escape(text.strip(), quote=False))


def _date(item: dict[str, Any], key: str, notes: dict[str, None]) -> dates.Published:
    text = _text(item, key, notes)
    date = dates.read_date(text)
    if text.strip() and date is dates.UNKNOWN:
        notes["unreadable_date"] = None
    return dates.UNKNOWN if date == (_EPOCH, "second") else date
