from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.metadata.page_dates import read_machine_date, read_timestamp, read_written_date
from pipeline.posts.dates import UNKNOWN, Published


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-03T10:00:00+02:00", at(2021, 5, 3, 8)),
        ("2021-05-03T10:00:00.000+0200", at(2021, 5, 3, 8)),
        ("2021-05-03T08:00Z", at(2021, 5, 3, 8)),
        ("2021-05-03 03:00:00 -0500", at(2021, 5, 3, 8)),
        ("20210503T080000Z", at(2021, 5, 3, 8)),
        ("Mon, 03 May 2021 10:00:00 +0200", at(2021, 5, 3, 8)),
    ],
)
def test_an_instant_with_an_offset_is_exact(text, moment):
    assert read_machine_date(f" {text}\n") == Published(moment, "second")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-03", at(2021, 5, 3)),
        ("20210503", at(2021, 5, 3)),
        ("2021/5/3", at(2021, 5, 3)),
        ("2021-05-03T10:00:00", at(2021, 5, 3, 10)),
        ("2021-05-03 10:00", at(2021, 5, 3, 10)),
        ("Mon, 03 May 2021 10:00:00", at(2021, 5, 3, 10)),
        ("May 3, 2021, 10:00 AM", at(2021, 5, 3, 10)),
    ],
)
def test_without_an_offset_the_day_alone_is_known(text, moment):
    assert read_machine_date(text) == Published(moment, "day")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2021-05", id="a month"),
        pytest.param("2021", id="a year"),
        pytest.param("2021-13-40", id="no day"),
        pytest.param("5/3/21", id="another day elsewhere"),
        pytest.param("yesterday", id="relative"),
        pytest.param("0001-01-01T00:00:00Z", id="Hugo's clock that was never set"),
        pytest.param("1970-01-01T00:00:00Z", id="Unix's"),
        pytest.param("-0001-11-30T00:00:00+00:00", id="PHP's"),
        pytest.param("9" * 200, id="too long"),
        pytest.param("Mon, 99 May 2021 10:00:00 +0000", id="no such day"),
    ],
)
def test_what_is_no_day_is_unknown(text):
    assert read_machine_date(text) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("May 3, 2021 at 5:00 pm", at(2021, 5, 3, 17)),
        ("Posted on Sept. 3rd 2021 by Ada", at(2021, 9, 3)),
        ("3 May 2021, 17:05:09", at(2021, 5, 3, 17, 5, 9)),
        ("Monday, May 3, 2021 12:30 AM", at(2021, 5, 3, 0, 30)),
        ("2021年5月3日 下午5:44", at(2021, 5, 3, 17, 44)),
        ("发表于 2021-5-3 17:44", at(2021, 5, 3, 17, 44)),
        ("May 3, 2021 (edited June 1, 2021)", at(2021, 5, 3)),
        ("3 May 2021 25:70", at(2021, 5, 3)),
    ],
)
def test_a_date_in_a_text_for_readers(text, moment):
    assert read_written_date(text) == Published(moment, "day")


@pytest.mark.parametrize(
    "text", ["3 days ago", "5/3/21", "31 June 2021", "Maybe 3, 2021", "Version 12.2021", ""]
)
def test_a_text_without_a_date_that_means_one_day(text):
    assert read_written_date(text) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1620118800", at(2021, 5, 4, 9)),
        ("1620118800000", at(2021, 5, 4, 9)),
        ("0", None),
        ("-1", None),
        ("x", None),
    ],
)
def test_a_timestamp(text, moment):
    assert read_timestamp(text).at == moment


@given(st.text(max_size=150) | st.from_regex(r"[0-9TZ:+. /-]{1,40}"))
def test_any_text_is_a_date_or_none(text):
    for read in (read_machine_date, read_written_date, read_timestamp):
        found = read(text)
        assert (found.at is None) == (found.precision == "unknown")
