"""When a post says that it was published."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH_MS = re.compile(r"-?\d{1,15}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Published(NamedTuple):
    """An instant in UTC and how exact it is: `second`, `day`, or `unknown` with no instant."""

    at: datetime | None
    precision: str


UNKNOWN = Published(None, "unknown")


def read_epoch(text: str) -> Published:
    """An epoch comment's milliseconds since 1970; `NaN` and any other text is unknown."""
    text = text.strip()
    if not _EPOCH_MS.fullmatch(text):
        return UNKNOWN
    try:
        return Published(_UNIX_EPOCH + timedelta(milliseconds=int(text)), "second")
    except OverflowError:
        return UNKNOWN


def read_date(text: str) -> Published:
    """A front matter's date: a day, or an instant of ISO 8601. Without an offset it is UTC, as
    Jekyll reads it."""
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return Published(datetime.fromisoformat(text).replace(tzinfo=UTC), "day")
        if match := _INSTANT.fullmatch(text):
            day, time, offset = match.groups()
            instant = datetime.fromisoformat(f"{day}T{_to_microseconds(time)}{(offset or 'Z').upper()}")
            return Published(instant.astimezone(UTC), "second")
    except (ValueError, OverflowError):
        pass
    return UNKNOWN


def _to_microseconds(time: str) -> str:
    whole, _, fraction = time.partition(".")
    return f"{whole}.{fraction[:6]:0<6}" if fraction else whole
