"""A raw post's bytes become a Post, in every format and for every accident known."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.posts import dates, front_matter
from pipeline.posts.front_matter import FrontMatterError
from pipeline.posts.item import Attachment, ItemError, is_item, read_item
from pipeline.posts.plain_text import clean_text, one_line

# Format (a): `<!--epoch-->`, `[title](url)`, `------`, then `<div>` ... `</div>`. The title may
# hold brackets and the URL parentheses, so the line's last `](` and `)` part them. A comment that
# is no number is part of the body.
_EPOCH = re.compile(r"\s*<!--\s*(-?\d+|NaN)\s*-->[ \t]*(?:\n|\Z)")
_TITLE_LINE_LIMIT = 4_000
_RULE = re.compile(r"\n-{3,}[ \t]*(?:\n|\Z)")
_WRAPPER = re.compile(r"\s*<div>\n(.*)\n</div>\s*", re.DOTALL)


class PostError(Exception):
    """The raw post is no post that a row can be made of; `reason` is a code of `rejects`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Post:
    """What a raw post states outside its HTML, and that HTML.

    `url` is the page's address as written. `published` is null where the archiver could
    not know it; `archived_at` is the date as written all the same, which orders revisions.
    `is_prettified` says that line breaks around inline tags are the archiver's.
    """

    url: str
    title: str | None
    author_line: str | None
    published: dates.Published
    archived_at: datetime | None
    tags: tuple[str, ...]
    body: str
    is_prettified: bool
    notes: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()


def read_post(data: bytes) -> Post:
    """Read one raw post. Raises PostError, with a reason, where no row can be made of it."""
    notes: list[str] = []
    text = _decode(data, notes)
    if is_item(text):
        return _post_of_item(text, notes)
    try:
        block, rest = front_matter.split(text)
        values, note = front_matter.read(block)
    except FrontMatterError as error:
        raise PostError(error.reason, str(error)) from error
    if note:
        notes.append(note)

    epoch = _EPOCH.match(rest)
    rest = rest[epoch.end() :] if epoch else rest
    line_title, line_url, rest = _title_line(rest)

    url = _text(values.get("from")) or line_url
    if not url:
        raise PostError("no_url", "The front matter has no `from`, so the post's page is unknown. Add it.")
    date = dates.read_date(_text(values.get("date")) or "")
    stamp = dates.read_epoch(epoch.group(1)) if epoch else None
    title = one_line(_unescape(line_title or _text(values.get("title")) or ""))
    if date is dates.UNKNOWN and values.get("date") and not (stamp and stamp.at):
        notes.append("unreadable_date")
    wrapper = _WRAPPER.fullmatch(rest)
    return Post(
        url=url,
        title=title,
        author_line=one_line(_unescape(_text(values.get("author")) or "")),
        # `<!--NaN-->`: the feed had no date, and front matter holds the moment of fetching.
        published=date if stamp is None else stamp,
        archived_at=(stamp.at if stamp else None) or date.at,
        tags=_tags(values.get("tags"), values.get("categories")),
        body=wrapper.group(1) if wrapper else rest,
        is_prettified=not wrapper and _looks_prettified(rest),
        notes=tuple(notes),
    )


def _post_of_item(text: str, notes: list[str]) -> Post:
    """A post that was made from an entry of a feed or an index."""
    try:
        item = read_item(text)
    except ItemError as error:
        raise PostError(error.reason, str(error)) from error
    if not item.url:
        raise PostError(
            "no_url",
            "The entry has no `url`, and no `id` that is one, so the post's page is unknown. Add it.",
        )
    return Post(
        url=item.url,
        title=item.title,
        author_line=item.author_line,
        published=item.published,
        archived_at=item.archived_at,
        tags=item.tags,
        body=item.body,
        is_prettified=False,
        attachments=item.attachments,
        notes=(*notes, *(note for note in item.notes if note not in notes)),
    )


def _decode(data: bytes, notes: list[str]) -> str:
    if not data or data.isspace():
        raise PostError("empty_file", "The file is empty. Fetch it again, or remove it.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        notes.append("replaced_undecodable_bytes")
    if "\x00" in text:
        notes.append("removed_nul_characters")
        text = text.replace("\x00", "")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _title_line(rest: str) -> tuple[str | None, str | None, str]:
    """The markdown title, its URL and the rest; where there is no such line, the rest alone."""
    start = rest.find("\n---", 0, _TITLE_LINE_LIMIT)
    rule = _RULE.match(rest, start) if start >= 0 else None
    line = rest[:start].strip()
    if rule is None or not (line.startswith("[") and line.endswith(")") and "](" in line):
        return None, None, rest
    title, _, url = line[1:-1].rpartition("](")
    return title, clean_text(url), rest[rule.end() :]


def _text(value: Any) -> str | None:
    """A front matter value as text: a list's items are joined as the archiver would."""
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return clean_text(value) if isinstance(value, str) else None


def _unescape(text: str) -> str:
    """Text with its entities decoded."""
    try:
        return html.unescape(text)
    except ValueError:  # a number of more digits than Python reads
        return text


def _tags(*values: Any) -> tuple[str, ...]:
    words: dict[str, None] = {}
    for value in values:
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, str) and (word := one_line(_unescape(item))):
                words[word] = None
    return tuple(words)


def _looks_prettified(body: str) -> bool:
    """True for HTML as prettify() writes it: no line holds text and a tag, or two tags."""
    lines = [line.strip() for line in body[:4_000].split("\n")[:40] if line.strip()]
    alone = sum("<" not in line.lstrip("<") or line.startswith("<!--") for line in lines)
    return len(lines) > 2 and alone >= len(lines) - 1
