"""The bytes of a raw post that was made from an entry: one JSON Feed item.

An entry of a feed or an index is not a file. What it states becomes one item of JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/#items) in one spelling only, so that the same entry has the
same bytes at every fetch. `pipeline/posts/item.py` reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Any

# The keys of an item, and of the objects in its lists. A key of a source's own begins with `_`.
KEYS = frozenset(
    "id url title content_html content_text summary authors tags language date_published date_modified "
    "image attachments".split()
)
_OBJECT_KEYS = {
    "authors": frozenset({"name", "url"}),
    "attachments": frozenset({"url", "mime_type", "title"}),
}
_DATES = ("date_published", "date_modified")

# A plain day, month or year says no more than it says.
_PARTIAL = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ]+(\d{2}:\d{2}.*)")
_ZONE_NAME = re.compile(r"([A-Za-z]+)\)?$")
_OFFSET = re.compile(r"[+-]\d{4}\b")
_RFC_822_ZONES = frozenset("UT UTC GMT Z EST EDT CST CDT MST MDT PST PDT".split())
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_DATE = 100


def item_bytes(item: Mapping[str, Any]) -> bytes:
    """The item's bytes: UTF-8, keys sorted, no white space, a line feed at the end.

    Keys that are unknown or say nothing (null, empty text, empty lists) are left out. Dates are
    spelt by `stated_date`. Half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.
    Raises ValueError for what JSON cannot hold.
    """
    kept = {key: _value(key, value) for key, value in item.items() if key in KEYS or key.startswith("_")}
    text = json.dumps(
        {key: value for key, value in kept.items() if not _says_nothing(value)},
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return _SURROGATE.sub("\ufffd", text).encode() + b"\n"


def stated_date(text: str) -> str:
    """A date of RFC 822 or ISO 8601 as ISO 8601 in UTC, no more exact than it was stated.

    `Fri, 02 Apr 2021 10:30:00 +0200` is `2021-04-02T08:30:00Z`; `2021-04-02` and `02 Apr 2021` are a
    day, `2021-04` a month. A time without an offset is UTC. A time in a zone that has only a name, and
    not one of RFC 822, could be half a day off: it is its day. Any other text stays as it is.
    """
    text = text.strip()
    if len(text) > _LONGEST_DATE or _PARTIAL.fullmatch(text):
        return text[:_LONGEST_DATE]
    try:
        if match := _ISO.fullmatch(text):
            day, time = match.groups()
            return _in_utc(datetime.fromisoformat(f"{day}T{time.replace(' ', '').upper()}"))
        return _mail_date(text) or text
    except (ValueError, OverflowError, TypeError):
        return text


def _mail_date(text: str) -> str | None:
    has_time = ":" in text
    parts = parsedate_tz(text if has_time else f"{text} 00:00")
    if parts is None:
        return None
    at = datetime(*parts[:6], tzinfo=UTC)
    zone = None if _OFFSET.search(text) else _ZONE_NAME.search(text)
    if not has_time or (zone and zone.group(1).upper() not in _RFC_822_ZONES):
        return at.date().isoformat()
    return _in_utc(at - timedelta(seconds=parts[9] or 0))


def _in_utc(at: datetime) -> str:
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat() + "Z"


def _value(key: str, value: Any) -> Any:
    if key in _DATES and isinstance(value, str):
        return stated_date(value)
    if key in _OBJECT_KEYS:
        members = [_members(each, _OBJECT_KEYS[key]) for each in value or ()]
        return [each for each in members if each]
    return value


def _members(value: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key in known and not _says_nothing(each)}


def _says_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {}, ())
