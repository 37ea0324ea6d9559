"""The shape that pages share: elements and class names with their counts, and nothing of any text."""

from __future__ import annotations

import json
import time
from dataclasses import astuple
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup import outline
from pipeline.markup.outline import Shape, names_of, shape_of
from pipeline.markup.soup import elements, make_soup


def shape(*pages: str) -> Shape:
    return shape_of(make_soup(page) for page in pages)


def drawn(*pages: str) -> list[str]:
    """The parts as lines: indented, with the pages that have each and how often in all."""
    return [f"{'  ' * part.depth}{part.label} {part.pages}/{part.times}" for part in shape(*pages).parts]


PAGE = '<div class="entry"><h1 class="entry-title">One</h1><p>Two</p><p>Three</p></div>'


def test_parts_stand_in_each_other_in_the_order_of_the_document():
    assert drawn(PAGE, PAGE) == ["div.entry 2/2", "  h1.entry-title 2/2", "  p 2/4"]


def test_elements_without_a_name_are_seen_through():
    html = "<div><div><span><b>One</b></span><p>Two</p></div></div>"
    assert drawn(html, html) == ["p 2/2"]


def test_a_class_that_one_page_of_several_has_is_not_the_site_s():
    pages = [f'<p class="lead {word}">One</p>' for word in ("tea", "pots", "boats")]
    assert drawn(*pages) == ["p.lead 3/3"]


def test_one_page_shows_what_it_has():
    assert drawn('<p class="lead tea">One</p>') == ["p.lead.tea 1/1"]


def test_numbers_that_differ_are_one_name():
    pages = [f'<div id="post-{n}" class="post-{n} post col-2">One</div>' for n in (17, 18, 19)]
    assert drawn(*pages) == ["div#post-*.post-*.post 3/3"]
    assert drawn('<div id="post-4711">One</div>') == ["div#post-* 1/1"]


def test_no_more_than_three_names_stand_in_a_label():
    html = '<p class="a b c d e">One</p>'
    assert drawn(html, html) == ["p.a.b.c 2/2"]


def test_what_few_pages_have_is_left_out():
    rare, often = '<div class="rare">One</div>', '<div class="often">One</div>'
    assert drawn(*[often] * 9, rare + often) == ["div.often 10/10"]
    assert drawn(*[often] * 8, *[rare + often] * 2) == ["div.rare 2/2", "div.often 10/10"]


def test_what_stands_earlier_in_its_pages_stands_first():
    first, second = '<div class="z">One</div>', '<div class="a">Two</div>'
    assert drawn(first + second, first + second, second) == ["div.z 2/2", "div.a 3/3"]


def test_the_rarest_parts_go_first_where_there_are_too_many():
    many = "".join(f'<div class="n{letter}x">One</div>' for letter in "abcdefghijklmnopqrstuvwxyz")
    few = "".join(f'<div class="o{letter}x">One</div>' for letter in "abcdefghijklmnopqrstuvwxyz")
    labels = drawn(many + few, many + few, many)
    assert len(labels) == 26
    assert all(label.startswith("div.n") for label in labels)


@pytest.mark.parametrize(
    "name",
    ['"""', "a\\", "a'b", "a(b)", "é", "河", "-a", "1a", "a" * 41, "{a}", "%s", "a:b", "\x00", "a*"],
)
def test_a_name_that_could_not_stand_in_code_is_never_shown(name):
    soup = make_soup("<p>One</p>")
    (paragraph,) = elements(soup, ("p",))
    paragraph.attrs.update({"class": f"good {name}", "id": name})
    assert names_of(paragraph) == ("good",)


def test_names_are_counted_with_the_share_of_text_in_them():
    found = shape(
        '<div class="text">0123456</div><p class="by">789</p>',
        '<div class="text">01234</div><div class="text">56789</div>',
        '<p class="by"></p>',
    ).names
    assert [astuple(name) for name in found] == [
        ("text", "div", 2, 3, 0.6),
        ("by", "p", 2, 2, 0.15),
    ]


def test_what_is_never_shown_is_no_text():
    (name,) = shape('<div class="a">01<script>23456</script></div>', '<div class="a">01</div>').names
    assert name.text == 1.0


def test_no_pages_have_no_shape():
    assert shape() == Shape(0, (), ())
    assert shape("Plain text.") == Shape(1, (), ())


TAGS = st.sampled_from(["div", "p", "a", "li", "ul", "table", "td", "svg", "b", "h1", "x-y", "form", "img"])
NAMES = st.sampled_from(["a", "b-1", "c_22", "post-333", "河", 'q"', "a b c", "", "N*"])
HTML = st.recursive(
    st.text("words <&>", max_size=5),
    lambda inner: st.builds(
        lambda tag, name, parts: f'<{tag} class="{name}" id="{name}">{"".join(parts)}</{tag}>',
        TAGS, NAMES, st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(HTML, max_size=4))
def test_any_pages_have_a_shape_of_nothing_but_names(pages):
    found = shape(*pages)
    for part in found.parts:
        assert part.pages <= min(found.pages, part.times)
        assert part.label.isascii()
        assert set(part.label) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.#*_-")
    depths = [-1, *(part.depth for part in found.parts)]
    assert all(after <= before + 1 for before, after in pairwise(depths))
    assert found == shape(*pages)
    json.dumps(astuple(found))


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<div class="a">' * 20_000, id="deep"),
        pytest.param('<p class="a">x</p>' * 20_000, id="long"),
        pytest.param("".join(f'<p class="n{n}" id="i{n}">' for n in range(20_000)), id="many names"),
        pytest.param(f'<p class="{" ".join(f"c{n}" for n in range(20_000))}">', id="many classes"),
    ],
)
def test_hostile_pages_cost_little(html):
    soup = make_soup(html)
    begun = time.process_time()
    found = shape_of([soup])
    assert time.process_time() - begun < 3
    assert len(found.parts) <= outline.MAX_PARTS
