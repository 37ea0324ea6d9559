"""What class names suggest: by their words, and for the body by where the text stands."""

from __future__ import annotations

import pytest

from pipeline.markup.outline import shape_of
from pipeline.markup.soup import make_soup
from pipeline.markup.suggestions import MOST, parts_suggested, suggested


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("byline", {"author"}),
        ("entry-author-name", {"author"}),
        ("entryMetaAuthor", {"author"}),
        ("PostDate", {"date"}),
        ("#comments", {"comments"}),
        ("comment-author", {"comments", "author"}),
        ("cat-links", {"topics"}),
        ("sharedaddy", {"boxes"}),
        ("authority", set()),
        ("update", set()),
        ("x", set()),
    ],
)
def test_a_name_speaks_of_a_part_by_its_words(name, parts):
    assert parts_suggested(name) == parts


def names(*pages: str) -> dict[str, list[str]]:
    found = suggested(shape_of(make_soup(page) for page in pages))
    return {part: [name.name for name in own] for part, own in found.items() if own}


PAGE = (
    '<div class="page"><h1 class="entry-title">A</h1><p class="byline">Ada</p>'
    '<div class="entry"><p>The pot with the longest spout pours the shortest cup.</p></div></div>'
)


def test_the_body_is_the_innermost_element_with_most_of_the_text():
    assert names(PAGE, PAGE) == {"body": ["entry", "page"], "title": ["entry-title"], "author": ["byline"]}


def test_what_holds_most_of_the_text_is_no_small_part():
    html = '<div class="comment-page">The pot with the longest spout.</div>'
    assert names(html, html) == {"body": ["comment-page"]}


def test_a_name_with_numbers_that_differ_is_not_suggested():
    pages = [f'<p>Text of the page.</p><p class="comment" id="comment-{n}">A</p>' for n in (41, 42)]
    assert names(*pages) == {"comments": ["comment"]}


def test_so_many_are_suggested_and_no_more():
    html = "<p>Text of the page.</p>" + "".join(f'<b class="author-{letter}">A</b>' for letter in "abcdefgh")
    assert len(names(html, html)["author"]) == MOST
