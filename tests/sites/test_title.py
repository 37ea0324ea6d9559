from __future__ import annotations

import time

import pytest

from pipeline.markup.soup import make_soup
from pipeline.sites.title import repeated_title


@pytest.mark.parametrize(
    ("html", "found"),
    [
        pytest.param("<h1>Nine Teapots</h1><p>Text.</p>", "h1", id="above the text"),
        pytest.param("<h3><strong>Nine </strong>Teapots</h3>", "h3", id="any heading"),
        pytest.param("<h2>Nine\xa0Teapots</h2>", "h2", id="however it is spaced"),
        pytest.param('<figure><img src="a.png"></figure><h2>Nine Teapots</h2>', "h2", id="below a picture"),
        pytest.param("<h1><br></h1><h2>Nine Teapots</h2>", "h2", id="below an empty heading"),
        pytest.param("<p>First.</p><h2>Nine Teapots</h2>", None, id="a heading within the text"),
        pytest.param("<h2>Spouts</h2><h2>Nine Teapots</h2>", None, id="below another heading"),
        pytest.param("<h2>Nine Teapots and a Tray</h2>", None, id="a heading that says more"),
        pytest.param("<p>Nine Teapots</p>", None, id="no heading"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_heading_that_says_the_title_once_more(html, found):
    heading = repeated_title(make_soup(html), "Nine Teapots")
    assert (heading.name if heading is not None else None) == found


def test_without_a_title_no_heading_repeats_it():
    assert repeated_title(make_soup("<h1>Nine Teapots</h1>"), None) is None


def test_headings_within_headings_cost_no_more_than_their_number():
    start = time.process_time()
    assert repeated_title(make_soup("<h1><div>" * 100_000), "Nine Teapots") is None
    assert time.process_time() - start < 5
