"""Dates as pages state them: in attributes for machines, and as text for readers where it can mean one day
only.

A page's value is one of `pipeline.posts.dates.Published`. An instant with an offset is exact to the second.
Without one nobody knows the place whose clock it is: the time of day stays as written, as if in UTC, and
the precision is a day. A month or a year is no day: unknown. So is what clocks that were never set write.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipeline.posts.dates import UNKNOWN, Published, read_date, read_epoch

# Longer texts are no dates.
_MAX_LENGTH = 120
_OFFSET = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z|[+-]\d{2}:?\d{2})?)?")
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_HAN = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_ISO_IN_TEXT = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
        "september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\b\.?\s{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(\d{{4}})(?!\d)", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}({_MONTH})\b\.?,?\s{{1,3}}(\d{{4}})(?!\d)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<before>上午|下午)?\s?(?P<hour>\d{1,2})\s?[:：]\s?(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:])"
    r"(?:\s?(?P<after>[ap])\.?\s?m\b)?",
    re.IGNORECASE,
)
# What a clock that was never set says.
_NEVER_SET = frozenset((datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)))


def read_machine_date(text: str) -> Published:
    """A date of an attribute or of JSON: ISO 8601, `20210503`, RFC 5322, or one of the forms of
    `read_written_date`."""
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return UNKNOWN
    found = _honest(read_date(text), text)
    if found.at is not None or found is _UNSET:
        return UNKNOWN if found is _UNSET else found
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, offset = compact.groups()
        iso = f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second}{offset or ''}" if hour else "")
        return _known(_honest(read_date(iso), iso))
    if "," in text[:5] or text[:1].isdigit():
        try:
            moment = parsedate_to_datetime(text)
            if moment.tzinfo is not None:
                return _known(_honest(Published(moment.astimezone(UTC), "second"), "Z"))
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    return read_written_date(text)


def read_written_date(text: str) -> Published:
    """A date in a text for readers: the first that can mean one day only, with the clock behind it.

    Read are `2021-05-03`, `2021/5/3`, `2021年5月3日`, `May 3, 2021` and `3 May 2021`; not `5/3/21`, which is
    another day elsewhere.
    """
    text = text[:_MAX_LENGTH]
    first: tuple[int, int, int, int, int] | None = None
    for pattern, order in _WRITTEN:
        match = pattern.search(text)
        if match is not None and (first is None or match.start() < first[0]):
            year, month, day = (match.group(place) for place in order)
            number = _MONTHS.get(month.lower()) or (int(month) if month.isdecimal() else 0)
            first = (match.start(), match.end(), int(year), number, int(day))
    if first is None:
        return UNKNOWN
    _, end, year_number, month_number, day_number = first
    hour, minute, second = _clock(text[end : end + 40])
    try:
        at = datetime(year_number, month_number, day_number, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return UNKNOWN
    return UNKNOWN if at.year < 1000 or at in _NEVER_SET else Published(at, "day")


def read_timestamp(text: str) -> Published:
    """Seconds, or milliseconds where they have 12 digits or more, since 1970."""
    text = text.strip()
    if not text.isdecimal() or not text.isascii():
        return UNKNOWN
    return _known(_honest(read_epoch(text if len(text) > 11 else f"{text}000"), "Z"))


_WRITTEN = (
    (_ISO_IN_TEXT, (1, 2, 3)),
    (_SLASHED, (1, 2, 3)),
    (_HAN, (1, 2, 3)),
    (_MONTH_FIRST, (3, 1, 2)),
    (_DAY_FIRST, (3, 2, 1)),
)
_UNSET = Published(None, "unset")


def _honest(found: Published, text: str) -> Published:
    """A date with the precision that a page's text supports."""
    if found.at is None:
        return UNKNOWN
    if found.at in _NEVER_SET:
        return _UNSET
    return found if found.precision == "day" or _OFFSET.search(text) else Published(found.at, "day")


def _known(found: Published) -> Published:
    return UNKNOWN if found is _UNSET else found


def _clock(text: str) -> tuple[int, int, int]:
    match = _CLOCK.search(text)
    if match is None:
        return 0, 0, 0
    hour, minute, second = (int(match.group(name) or 0) for name in ("hour", "minute", "second"))
    half = (match.group("after") or "").lower() or {"上午": "a", "下午": "p"}.get(match.group("before") or "")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else (0, 0, 0)
