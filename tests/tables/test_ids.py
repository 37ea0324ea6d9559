from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.ids import make_id
from schemas.contract import ID_PATTERN

parts = st.lists(st.none() | st.text() | st.integers(), max_size=4)


def test_an_id_stays_what_it_is():
    """These are written in every published dataset: a change breaks what others have stored."""
    assert (
        make_id("article", "https://www.lanternfile.example/conversation/night-library")
        == "ae035005a44da7361bbc"
    )
    assert make_id("contributor", "lanternfile.example", None, "ada marsh") == "a4a5c3c0cefd41b723b1"


@settings(derandomize=True, database=None)
@given(parts)
def test_an_id_is_what_the_contract_says(values):
    assert re.fullmatch(ID_PATTERN, make_id("article", *values))
    assert make_id("article", *values) == make_id("article", *values)
    assert make_id("article", *values) != make_id("comment", *values)


@settings(derandomize=True, database=None)
@given(parts, parts)
def test_different_parts_have_different_ids(one, other):
    def spelled(values):
        return [None if value is None else str(value) for value in values]

    assert (make_id("link", *one) == make_id("link", *other)) == (spelled(one) == spelled(other))


def test_no_two_lists_of_parts_run_together():
    lists = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        ("ab", "", "c"),
        ("ab", None, "c"),
        ("ab", "-", "c"),
        ("2:ab1:c",),
        (),
    ]
    assert len({make_id("media", *values) for values in lists}) == len(lists)
