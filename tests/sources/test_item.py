from __future__ import annotations

import json
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.dates import UNKNOWN, read_date
from pipeline.sources.item import KEYS, item_bytes, stated_date


def test_an_item_has_one_spelling():
    item = {
        "title": "低潮 “Low Tide”",
        "url": "https://delta.example/1",
        "id": "d-1",
        "content_html": "<p>The river\n is low.</p>",
        "authors": [{"url": "https://delta.example/ada", "name": "Ada Marsh"}],
        "date_published": "Fri, 02 Apr 2021 10:30:00 +0200",
        "attachments": [{"url": "https://delta.example/a.mp3", "mime_type": "audio/mpeg"}],
    }
    text = (
        '{"attachments":[{"mime_type":"audio/mpeg","url":"https://delta.example/a.mp3"}],'
        '"authors":[{"name":"Ada Marsh","url":"https://delta.example/ada"}],'
        '"content_html":"<p>The river\\n is low.</p>","date_published":"2021-04-02T08:30:00Z","id":"d-1",'
        '"title":"低潮 “Low Tide”","url":"https://delta.example/1"}\n'
    )
    assert item_bytes(item) == text.encode()
    assert item_bytes(dict(reversed(item.items()))) == text.encode()


def test_what_is_unknown_or_says_nothing_is_left_out():
    item = {
        "id": "d-1",
        "title": None,
        "summary": "",
        "tags": [],
        "position": 7,
        "comments": 12,
        "_own": "kept",
        "_empty": {},
        "authors": [{"name": "Ada", "url": None, "avatar": "a.png"}, {"name": ""}],
        "attachments": [{"url": "https://delta.example/a.mp3", "size_in_bytes": 5, "title": ""}],
    }
    assert json.loads(item_bytes(item)) == {
        "id": "d-1",
        "_own": "kept",
        "authors": [{"name": "Ada"}],
        "attachments": [{"url": "https://delta.example/a.mp3"}],
    }


def test_half_a_surrogate_pair_does_no_harm():
    assert (
        item_bytes({"id": "a\ud800b", "title": "\U0001f30a"})
        == '{"id":"a\ufffdb","title":"\U0001f30a"}\n'.encode()
    )


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        item_bytes({"_count": float("nan")})


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        pytest.param("Fri, 02 Apr 2021 10:30:00 +0200", "2021-04-02T08:30:00Z", id="RFC 822"),
        pytest.param("Fri, 02 Apr 2021 08:30:00 GMT", "2021-04-02T08:30:00Z", id="GMT"),
        pytest.param(
            "Fri, 2 April 2021 08:30 EST", "2021-04-02T13:30:00Z", id="a zone of RFC 822, a long month"
        ),
        pytest.param("02 Apr 21 08:30 Z", "2021-04-02T08:30:00Z", id="two digits for the year"),
        pytest.param("2 Apr 2021 10:30:00 +0200 (CEST)", "2021-04-02T08:30:00Z", id="an offset and its name"),
        pytest.param("Fri, 02 Apr 2021 10:30:00", "2021-04-02T10:30:00Z", id="no zone is UTC"),
        pytest.param("Fri, 02 Apr 2021 10:30:00 CEST", "2021-04-02", id="a zone that has only a name"),
        pytest.param("02 Apr 2021 10:30 PM", "2021-04-02", id="twelve hours of twenty-four"),
        pytest.param("Fri, 02 Apr 2021", "2021-04-02", id="a day of RFC 822"),
        pytest.param("2021-04-02T08:30:00Z", "2021-04-02T08:30:00Z", id="ISO 8601"),
        pytest.param("2021-04-02T10:30:00.123456789+02:00", "2021-04-02T08:30:00.123456Z", id="a fraction"),
        pytest.param("2021-04-02 10:30 +0200", "2021-04-02T08:30:00Z", id="with blanks"),
        pytest.param("2021-04-02t08:30:00z", "2021-04-02T08:30:00Z", id="in small letters"),
        pytest.param(" 2021-04-02 ", "2021-04-02", id="a day"),
        pytest.param("2021-04", "2021-04", id="a month"),
        pytest.param("2021", "2021", id="a year"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z", id="1970"),
        pytest.param("Thu, 31 Dec 2099 23:59:59 +0000", "2099-12-31T23:59:59Z", id="2099"),
        pytest.param("yesterday", "yesterday", id="words"),
        pytest.param("2021-02-30T08:30:00Z", "2021-02-30T08:30:00Z", id="a day that is none"),
        pytest.param("Fri, 31 Feb 2021 10:00 GMT", "Fri, 31 Feb 2021 10:00 GMT", id="nor is this"),
        pytest.param("0001-01-01T00:00+05:00", "0001-01-01T00:00+05:00", id="before the year 1 in UTC"),
        pytest.param("1617352200", "1617352200", id="a number"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_date_says_what_was_stated(stated, date):
    assert stated_date(stated) == date
    assert stated_date(date) == date


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
@settings(deadline=None, max_examples=100)
def test_a_date_that_was_written_is_read_again(at):
    assert read_date(stated_date(at.isoformat())) == (at, "second")


@given(st.text(st.sampled_from("0123456789-:T Z+.,()FriApt") | st.characters(), max_size=40))
@settings(deadline=None, max_examples=300)
def test_no_text_is_too_odd_for_a_date(text):
    date = stated_date(text)
    assert stated_date(date) == date
    assert len(date) <= 100
    assert read_date(date) == UNKNOWN or any(digit in string.digits for digit in date)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={key: st.text(max_size=20) for key in sorted(KEYS - {"authors", "attachments", "tags"})}
    | {
        "tags": st.lists(st.text(max_size=5), max_size=3),
        "authors": st.lists(
            st.fixed_dictionaries({}, optional={"name": st.text(), "url": st.text()}), max_size=2
        ),
        "_own": JSON,
        "other": JSON,
    },
)


@given(ITEMS)
@settings(deadline=None, max_examples=200)
def test_an_item_read_and_written_again_has_the_same_bytes(item):
    data = item_bytes(item)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert item_bytes(json.loads(data)) == data
