"""Cron lines of `sources.yaml`: what is wrong with one.

Readers of cron lines differ on what is rare: `L`, `5/15`, `16-16`, a step beyond its range. What is right
here is read alike by cron, cronsim and Dagster; the rest is refused, with a way to write it.
"""

from __future__ import annotations

import re

SHAPE = (
    "A cron line has five parts: minute, hour, day of the month, month, day of the week, "
    'such as "40 * * * *" for minute 40 of every hour (UTC).'
)

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
# Each part: what it is called, its lowest and its highest value, and the names that values have.
_PARTS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_VALUE = "[0-9]{1,2}|[A-Z]{3}"
_TERM = re.compile(rf"(?P<first>{_VALUE})(?:-(?P<last>{_VALUE})(?:/(?P<step>[0-9]{{1,2}}))?)?")
_EVERY = re.compile(r"\*(?:/(?P<step>[0-9]{1,2}))?")


class _BadPartError(Exception):
    """A part of a cron line that is none; the message says why."""


def problem_of(line: str) -> str | None:
    """What is wrong with a cron line, as the rest of a sentence that begins with it; None if nothing."""
    parts = line.upper().split()
    if len(parts) != len(_PARTS):
        return f"has {len(parts)} part{'' if len(parts) == 1 else 's'}. {SHAPE}"
    values = []
    for part, (name, low, high, names) in zip(parts, _PARTS, strict=True):
        try:
            values.append(_values(part, low, high, names))
        except _BadPartError as error:
            return f"has the {name} {part[:20]!r}, {error}. {SHAPE}"
    _, _, days, months, _ = values
    day, month, weekday = parts[2:]
    if min(days) > max(_DAYS_OF_MONTH[number - 1] for number in months):
        return f"names the day {day} of the month {month}, which never comes. Mend the day or the month."
    if "*" not in {day, weekday} and "*" in day + weekday:
        return (
            f"has the day of the month {day!r} beside the day of the week {weekday!r}; with a step over all "
            "days in one of them, some take both for a condition and some either. Write `*` for one of them."
        )
    return None


def _values(part: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    """The values that a part names. Raises _BadPartError."""
    if every := _EVERY.fullmatch(part):
        return set(range(low, high + 1, _step(every["step"], high - low)))
    values: set[int] = set()
    for term in part.split(","):
        match = _TERM.fullmatch(term)
        if not match:
            raise _BadPartError("which is none")
        first = _value(match["first"], low, high, names)
        last = first
        if match["last"]:
            last = _value(match["last"], low, high, names)
            if first >= last:
                raise _BadPartError("whose range does not ascend")
        values.update(range(first, last + 1, _step(match["step"], last - first)))
    return values


def _value(text: str, low: int, high: int, names: dict[str, int]) -> int:
    value = int(text) if text.isdigit() else names.get(text)
    if value is None:
        raise _BadPartError("which is none")
    if not low <= value <= high:
        raise _BadPartError(f"which goes from {low} to {high}")
    return value


def _step(text: str | None, widest: int) -> int:
    step = 1 if text is None else int(text)
    if text is not None and not 1 <= step <= widest:
        raise _BadPartError(f"whose step can go from 1 to {widest}")
    return step
