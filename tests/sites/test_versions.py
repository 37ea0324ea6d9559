"""Versions of a site's markup: which one reads a post, by its markup or its date."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.posts.post import Post, read_post
from pipeline.sites.page import Page
from pipeline.sites.registry import profiles
from pipeline.sites.versions import Version, fault_of, read_by_version, version_of
from tests.sites.pages import post

URL = "https://longread.example/teapots"


def a_post(day: str | None, html: str = "<p>One.</p>") -> Post:
    """A post of that day; None is one without any date."""
    if day is None:
        return read_post(f"---\nfrom: {URL}\n---\n{html}".encode())
    return read_post(post(html, url=URL, date=f"{day}T23:59:59.000Z"))


def unread(_post: Post, _url: str) -> Page:
    raise AssertionError("nothing is read here")


def table(*days: str | None) -> list[Version]:
    return [Version(until=date.fromisoformat(day) if day else None, read=unread) for day in days]


def has(words: str):
    """True for posts whose HTML holds the words."""
    return lambda post: words in post.body


@pytest.mark.parametrize(
    ("day", "number"),
    [
        pytest.param("2009-01-01", 0, id="older than all"),
        pytest.param("2016-05-01", 0, id="its last day is still its own"),
        pytest.param("2016-05-02", 1, id="the day after"),
        pytest.param("2019-12-31", 1, id="the second's last day"),
        pytest.param("2024-01-01", 2, id="younger than all dates"),
        pytest.param(None, 2, id="no date: the version that holds now"),
    ],
)
def test_the_date_of_a_post_chooses_its_version(day, number):
    versions = table("2016-05-01", "2019-12-31", None)
    assert version_of(a_post(day), versions) is versions[number]


def test_a_post_without_a_date_of_its_own_is_as_old_as_its_file():
    """`<!--NaN-->`: the feed gave no date, and the front matter holds the moment of fetching."""
    versions = table("2016-05-01", None)
    data = post("<p>One.</p>", url=URL, date="2015-01-01T00:00:00.000Z", epoch="NaN")
    found = read_post(data)
    assert found.published.at is None
    assert version_of(found, versions) is versions[0]


def test_the_last_version_reads_what_is_younger_than_all():
    versions = table("2016-05-01", "2019-12-31")
    assert version_of(a_post("2024-01-01"), versions) is versions[1]


def test_markup_is_believed_before_the_date():
    """An old page that was fetched after the redesign has the new markup."""
    old = Version(until=date(2016, 5, 1), read=unread)
    new = Version(until=None, read=unread, met=has("entry-content"))
    assert version_of(a_post("2010-01-01", '<div class="entry-content">One.</div>'), [old, new]) is new
    assert version_of(a_post("2010-01-01"), [old, new]) is old
    assert version_of(a_post("2024-01-01"), [old, new]) is old


def test_of_several_whose_markup_is_met_the_date_chooses():
    first = Version(until=date(2016, 5, 1), read=unread, met=has("entry"))
    second = Version(until=None, read=unread, met=has("entry"))
    assert version_of(a_post("2010-01-01", "<p class=entry>"), [first, second]) is first
    assert version_of(a_post("2024-01-01", "<p class=entry>"), [first, second]) is second


def test_where_no_markup_is_met_all_are_possible():
    first = Version(until=date(2016, 5, 1), read=unread, met=has("entry"))
    second = Version(until=None, read=unread, met=has("article"))
    assert version_of(a_post("2010-01-01"), [first, second]) is first
    assert version_of(a_post("2024-01-01"), [first, second]) is second


def test_the_chosen_version_reads_the_post():
    met = []
    versions = (Version(until=None, read=lambda *arguments: met.append(arguments)),)
    found = a_post("2024-01-01")
    read_by_version(found, URL, versions)
    assert met == [(found, URL)]


def test_no_versions_are_a_fault_of_the_profile():
    with pytest.raises(ValueError, match="at least one version"):
        version_of(a_post("2024-01-01"), ())


@given(
    days=st.lists(st.dates(date(1990, 1, 1), date(2040, 1, 1)), min_size=1, max_size=6, unique=True),
    day=st.dates(date(1990, 1, 1), date(2040, 1, 1)),
)
def test_every_day_belongs_to_one_version(days, day):
    """The version of a day is the first that still holds then; the day after its last is the next one's."""
    versions = [*(Version(until=until, read=unread) for until in sorted(days)), Version(None, unread)]
    assert fault_of(versions) is None
    chosen = versions.index(version_of(a_post(day.isoformat()), versions))
    before, here = ([None, *versions][chosen], versions[chosen])
    assert here.until is None or day <= here.until
    assert before is None or day > before.until


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        pytest.param([], "there is no version", id="none"),
        pytest.param(table("2019-01-01", "2016-01-01", None), "the oldest is first", id="order"),
        pytest.param(table("2016-01-01", "2016-01-01", None), "the oldest is first", id="twice"),
        pytest.param(table(None, "2016-01-01"), "only the last may hold without end", id="an end"),
        pytest.param(table("2016-01-01"), "nothing reads what is younger", id="no end"),
        pytest.param(table("2016-01-01", None), None, id="in order"),
        pytest.param(
            [Version(date(2016, 1, 1), unread, has("a")), Version(date(2016, 1, 1), unread, has("b"))],
            None,
            id="told apart by their markup",
        ),
    ],
)
def test_what_is_wrong_with_a_table_of_versions(versions, found):
    fault = fault_of(versions)
    assert (fault is None) if found is None else (found in fault)


def test_the_versions_of_every_profile_are_in_order():
    for name in profiles():
        versions = getattr(importlib.import_module(f"pipeline.sites.{name}"), "VERSIONS", None)
        assert versions is None or fault_of(versions) is None, name


def test_dates_count_in_utc():
    versions = table("2016-05-01", None)
    at = datetime(2016, 5, 1, 23, 30, tzinfo=UTC)
    late = post("<p>One.</p>", url=URL, date=at.isoformat())
    later = post("<p>One.</p>", url=URL, date=(at + timedelta(hours=1)).isoformat())
    assert version_of(read_post(late), versions) is versions[0]
    assert version_of(read_post(later), versions) is versions[1]
