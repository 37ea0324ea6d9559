from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.dates import UNKNOWN, Published, read_date, read_epoch


def second(*parts):
    return Published(datetime(*parts, tzinfo=UTC), "second")


def day(*parts):
    return Published(datetime(*parts, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    ("text", "published"),
    [
        pytest.param("1617352200000", second(2021, 4, 2, 8, 30), id="milliseconds since 1970"),
        pytest.param("1617352200123", second(2021, 4, 2, 8, 30, 0, 123_000), id="a fraction of a second"),
        pytest.param(" 1617352200000 ", second(2021, 4, 2, 8, 30), id="in spaces"),
        pytest.param("1617352200000\x1f", second(2021, 4, 2, 8, 30), id="a separator behind it"),
        pytest.param("0", second(1970, 1, 1), id="the epoch itself"),
        pytest.param("-86400000", second(1969, 12, 31), id="before 1970"),
        pytest.param("253402300799999", second(9999, 12, 31, 23, 59, 59, 999_000), id="the last there is"),
        pytest.param("253402300800000", UNKNOWN, id="after the year 9999"),
        pytest.param("-62135596800001", UNKNOWN, id="before the year 1"),
        pytest.param("9" * 400, UNKNOWN, id="far too large"),
        pytest.param("NaN", UNKNOWN, id="no date"),
        pytest.param("", UNKNOWN, id="empty"),
        pytest.param("1617352200.5", UNKNOWN, id="seconds"),
        pytest.param("2021-04-02", UNKNOWN, id="a day"),
    ],
)
def test_an_epoch(text, published):
    assert read_epoch(text) == published


@pytest.mark.parametrize(
    ("text", "published"),
    [
        pytest.param("2021-04-02", day(2021, 4, 2), id="plain day"),
        pytest.param(" 2021-04-02\n", day(2021, 4, 2), id="plain day in white space"),
        pytest.param(
            "2021-04-02T08:30:15.000Z", second(2021, 4, 2, 8, 30, 15), id="as the archiver writes it"
        ),
        pytest.param("2021-04-02T08:30:15Z", second(2021, 4, 2, 8, 30, 15), id="no fraction"),
        pytest.param("2021-04-02t08:30z", second(2021, 4, 2, 8, 30), id="no seconds, small letters"),
        pytest.param("2021-04-02 08:30:15", second(2021, 4, 2, 8, 30, 15), id="no offset: UTC"),
        pytest.param("2021-04-02 08:30:15 +0800", second(2021, 4, 2, 0, 30, 15), id="as Jekyll writes it"),
        pytest.param("2021-04-02T08:30:15+08:00", second(2021, 4, 2, 0, 30, 15), id="offset, ahead"),
        pytest.param("2021-04-02T20:30:15-03:30", second(2021, 4, 3, 0, 0, 15), id="offset, behind"),
        pytest.param("2021-04-02 08:30:15+08", second(2021, 4, 2, 0, 30, 15), id="offset of hours alone"),
        pytest.param("2021-04-02T08:30:15.5Z", second(2021, 4, 2, 8, 30, 15, 500_000), id="tenths"),
        pytest.param(
            "2021-04-02T08:30:15.123456789Z", second(2021, 4, 2, 8, 30, 15, 123_456), id="nanoseconds"
        ),
        pytest.param("0001-01-01", day(1, 1, 1), id="the first day there is"),
        pytest.param("9999-12-31T23:59:59Z", second(9999, 12, 31, 23, 59, 59), id="the last second there is"),
        pytest.param("0000-01-01", UNKNOWN, id="year 0"),
        pytest.param("0001-01-01T00:00:00+01:00", UNKNOWN, id="before the year 1 in UTC"),
        pytest.param("9999-12-31T23:59:59-01:00", UNKNOWN, id="after the year 9999 in UTC"),
        pytest.param("10000-01-01", UNKNOWN, id="five digits"),
        pytest.param("2021-02-30", UNKNOWN, id="a day that is none"),
        pytest.param("2021-04-02T25:00:00Z", UNKNOWN, id="an hour that is none"),
        pytest.param("2021-04-02T08:30:15+99:00", UNKNOWN, id="an offset that is none"),
        pytest.param("2021-04-02T08:30:15Z and more", UNKNOWN, id="more behind it"),
        pytest.param("02/04/2021", UNKNOWN, id="which is the month?"),
        pytest.param("sometime in spring", UNKNOWN, id="words"),
        pytest.param("NaN", UNKNOWN, id="no date"),
        pytest.param("", UNKNOWN, id="empty"),
    ],
)
def test_a_date(text, published):
    assert read_date(text) == published


EARLY, LATE = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


@given(st.datetimes(EARLY, LATE, timezones=st.timezones()))
@settings(deadline=None, max_examples=100)
def test_every_instant_is_read_in_utc(instant):
    instant = instant.replace(second=0, microsecond=instant.microsecond // 1000 * 1000)
    if instant.utcoffset().total_seconds() % 60:
        instant = instant.astimezone(UTC)  # ISO 8601 has no offsets of seconds
    assert read_date(instant.isoformat()) == Published(instant.astimezone(UTC), "second")


@given(st.text(st.sampled_from("0123456789-:T Z+.٣") | st.characters(), max_size=32))
@settings(deadline=None, max_examples=300)
def test_no_text_raises(text):
    for published in (read_date(text), read_epoch(text)):
        assert (published.at is None) == (published.precision == "unknown")
