from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.dates import UNKNOWN, Published
from pipeline.posts.post import Post, PostError, read_post
from pipeline.sources.item import item_bytes

APRIL = datetime(2021, 4, 2, 8, 30, tzinfo=UTC)
MAY = datetime(2021, 5, 1, tzinfo=UTC)


def read(**keys):
    """The post of an item with these keys."""
    return read_post(item_bytes({"url": "https://delta.example/1"} | keys))


def test_an_item_becomes_a_post():
    assert read(
        id="d-1",
        title="Low Tide\n at Reed",
        content_html="<p>The river is <b>low</b>.</p>",
        summary="Low.",
        authors=[{"name": "Ada Marsh"}, {"name": "Tomas Reed", "url": "https://delta.example/tomas"}],
        tags=["Delta", "tides & mud", "Delta"],
        language="en",
        date_published="2021-04-02T08:30:00Z",
        date_modified="2021-05-01",
        image="https://delta.example/1.jpg",
        _summary_html="<b>Low.</b>",
    ) == Post(
        url="https://delta.example/1",
        title="Low Tide at Reed",
        author_line="Ada Marsh, Tomas Reed",
        published=Published(APRIL, "second"),
        archived_at=MAY,
        tags=("Delta", "tides & mud"),
        body="<p>The river is <b>low</b>.</p>",
        is_prettified=False,
        notes=(),
    )


def test_an_item_may_state_little():
    assert read() == Post("https://delta.example/1", None, None, UNKNOWN, None, (), "", False, ())


@pytest.mark.parametrize(
    ("keys", "body"),
    [
        ({"content_html": "<p>Full.</p>", "content_text": "Text.", "summary": "Short."}, "<p>Full.</p>"),
        ({"content_html": "", "content_text": "Text.", "summary": "Short."}, "Text."),
        ({"summary": "Short."}, "Short."),
        ({"content_text": "a < b & c\nOne.\r\n\r\nTwo.\r"}, "a &lt; b &amp; c<br>\nOne.<br>\n<br>\nTwo."),
        ({"content_text": '<script>alert("tide")</script>'}, '&lt;script&gt;alert("tide")&lt;/script&gt;'),
    ],
)
def test_the_body_is_the_fullest_text_there_is(keys, body):
    assert read(**keys).body == body


@pytest.mark.parametrize(
    ("keys", "published", "archived_at"),
    [
        ({"date_published": "2021-04-02T10:30:00+02:00"}, Published(APRIL, "second"), APRIL),
        ({"date_published": "2021-05-01"}, Published(MAY, "day"), MAY),
        ({"date_modified": "2021-05-01"}, UNKNOWN, MAY),
        ({"date_published": "1970-01-01T00:00:00Z"}, UNKNOWN, None),
        ({"date_published": "1970-01-01T00:00:00Z", "date_modified": "2021-05-01"}, UNKNOWN, MAY),
        (
            {"date_published": "2021-05-01", "date_modified": "1970-01-01T00:00:00Z"},
            Published(MAY, "day"),
            MAY,
        ),
        (
            {"date_published": "1970-01-02"},
            Published(datetime(1970, 1, 2, tzinfo=UTC), "day"),
            datetime(1970, 1, 2, tzinfo=UTC),
        ),
        (
            {"date_published": "2099-12-31T00:00:00Z"},
            Published(datetime(2099, 12, 31, tzinfo=UTC), "second"),
            datetime(2099, 12, 31, tzinfo=UTC),
        ),
    ],
)
def test_dates(keys, published, archived_at):
    post = read(**keys)
    assert (post.published, post.archived_at, post.notes) == (published, archived_at, ())


@pytest.mark.parametrize("date", ["yesterday", "2021-04", "2021-02-30"])
def test_a_date_that_cannot_be_read_is_noted(date):
    post = read(date_published=date, date_modified="2021-05-01")
    assert (post.published, post.archived_at, post.notes) == (UNKNOWN, MAY, ("unreadable_date",))


@pytest.mark.parametrize("identity", ["https://delta.example/7", "HTTP://delta.example/7"])
def test_an_id_that_is_an_address_is_the_page(identity):
    assert read_post(item_bytes({"id": identity})).url == identity


@pytest.mark.parametrize(
    "keys", [{}, {"id": "7"}, {"id": "urn:uuid:7"}, {"id": "javascript:alert(1)"}, {"url": " "}]
)
def test_without_an_address_there_is_no_row(keys):
    with pytest.raises(PostError, match="Add it") as caught:
        read_post(item_bytes({"title": "Low Tide"} | keys))
    assert caught.value.reason == "no_url"


@pytest.mark.parametrize(
    "data",
    [
        b'{"url":"https://delta.example/1"',
        b'{"url":}',
        b'{"url":1}{"url":2}',
        b'{"a":' * 50_000,
        b'{"a":' + b"9" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_is_rejected(data):
    with pytest.raises(PostError, match=r"begins with \{") as caught:
        read_post(data)
    assert caught.value.reason == "bad_json"


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_white_space_and_a_mark_may_stand_before_it(start):
    assert read_post(start + b'{ "url": "https://delta.example/1" }').url == "https://delta.example/1"


@pytest.mark.parametrize("text", ["{% include tide.html %}\n", "{ a }", "{", "[1]"])
def test_what_only_begins_like_it_is_no_item(text):
    with pytest.raises(PostError) as caught:
        read_post(text.encode())
    assert caught.value.reason == "no_front_matter"


def test_a_key_of_another_type_says_nothing():
    keys = {"title": 7, "content_html": ["<p>"], "tags": "Delta", "authors": [3, {"name": 4}, "Ada"]}
    keys |= {"date_published": 1617352200, "id": {"a": 1}, "summary": None}
    data = json.dumps({"url": "https://delta.example/1"} | keys).encode()
    assert read_post(data) == Post("https://delta.example/1", None, None, UNKNOWN, None, (), "", False, ())


def test_what_no_text_may_hold_is_taken_out_and_noted():
    data = (
        rb'{"url":"https://delta.example/1","title":"a\u0000b","content_html":"c\ud800d","tags":["e\u0000"]}'
    )
    post = read_post(data)
    assert (post.title, post.body, post.tags) == ("ab", "cd", ("e",))
    assert post.notes == ("removed_nul_characters", "replaced_undecodable_bytes")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from("id url title content_html content_text summary authors tags date_published".split())


@given(st.dictionaries(KEYS, JSON, max_size=6))
@settings(deadline=None, max_examples=300)
def test_no_item_raises_anything_else(item):
    try:
        post = read_post(json.dumps(item).encode())
    except PostError:
        return
    for text in (post.url, post.title, post.author_line, post.body, *post.tags):
        assert "\x00" not in (text or "")
        (text or "").encode()


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_text_content_is_never_markup(text):
    body = read(content_text=text).body
    assert "<" not in body.replace("<br>", "")
