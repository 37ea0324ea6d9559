from __future__ import annotations

import re
import time
from collections import Counter
from contextlib import suppress

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hostile import SHAPES
from pipeline.markup import thin as module
from pipeline.markup.render import render
from pipeline.markup.soup import MarkupError, make_soup
from pipeline.markup.thin import MAX_ATTRIBUTES, thin
from pipeline.markup.tree import LexborTreeBuilder
from tests.markup.test_tree import TAGS

PAGE = "https://delta.example/posts/1"


def text(soup):
    """The text without white space, of what is not code."""
    return re.sub(r"\s+", "", soup.get_text())


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<p>Low <b>tide</b></p>" * 3_000,
        "<div>" * 200 + "Low" + "</div>" * 200,
        "<ul>" + "<li>Low" * 3_000 + "</ul>",
        "<table>" + "<tr><td>Low<td>tide" * 2_000 + "</table>",
        "<p>Low<br>tide" * 3_000,
        '<p><a href="/1">Low</a> <i>tide</i>' * 2_000,
        f'<p>{"Low tide. " * 9_000}<img src="data:image/png;base64,{"A" * 60_000}">',
        "<script>if (a<b && c>d) {}</script>" * 3_000,
    ],
    ids=range(9),
)
def test_what_pages_have_stays_as_it_is(markup):
    assert thin(markup) == markup


@pytest.mark.parametrize("name", SHAPES)
def test_what_would_take_a_parser_minutes_is_read_in_seconds(name):
    begun = time.process_time()
    with suppress(MarkupError):
        make_soup(SHAPES[name](250_000))
    # Linear shapes take a fraction of a second; a quadratic one takes from 4 up.
    assert time.process_time() - begun < 3


def test_text_in_elements_beyond_the_limit_is_kept():
    found = render(make_soup("<div>" * 60_000 + "Low" + "</div>" * 60_000 + "tide"), PAGE)
    assert found.text == "Low\ntide"


def test_attributes_beyond_the_limit_are_left_out_and_no_other():
    many = " ".join(f"a{number}=1" for number in range(20_000))
    (p, q) = make_soup(f"<p {many}>Low</p><p id=b>tide</p>").find_all("p")
    assert (len(p.attrs), p.get_text(), q.attrs) == (MAX_ATTRIBUTES, "Low", {"id": "b"})


def test_formatting_that_is_opened_again_and_again_keeps_its_text():
    markup = "<p>" + "".join(f"<b id={number}>" for number in range(3_000)) + "</p><p>low</p>" * 3_000
    assert text(make_soup(markup)) == "low" * 3_000


@given(st.lists(TAGS, max_size=20).map("".join))
@settings(deadline=None, max_examples=300, derandomize=True)
def test_thinned_markup_has_all_text(markup):
    """Whatever it is made thin for: here by asking for it. What a parser would have left out may come."""
    plain = BeautifulSoup(markup, builder=LexborTreeBuilder())
    thinned = BeautifulSoup(thin(markup, always=True), builder=LexborTreeBuilder())
    words = ("low", "潮", "\u2014")
    assert Counter(re.findall("|".join(words), text(plain))) <= Counter(
        re.findall("|".join(words), text(thinned))
    )


@given(st.lists(TAGS, max_size=8).map("".join), st.integers(0, 40))
@settings(deadline=None, max_examples=60)
def test_no_markup_fails_however_long(markup, times):
    make_soup(markup * times * 20)


def test_the_limits_are_beyond_every_real_page():
    """Of 7,223 real posts the deepest has 48 levels."""
    assert module.MAX_DEPTH > 10 * 48
