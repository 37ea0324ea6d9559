from __future__ import annotations

import pytest

from pipeline.markup.soup import make_soup
from pipeline.markup.survey import survey, vocabulary
from pipeline.sites import main_text

TELLING = vocabulary(main_text.NAMES, main_text.WORDS)
LONG = "The tide is out, and the ferry lies on the mud until the evening. " * 4


def chosen(markup, *, is_page=True):
    """The name and class of the element that is the text, and what announces it."""
    found = survey(make_soup(markup), TELLING)
    place = main_text.main_text(found, is_page=is_page, skip=frozenset(), headings=frozenset())
    if place is None:
        return None, []
    leads = [found.marks[lead].tag.get_text() for lead in main_text.leads(found, place, skip=frozenset())]
    tag = found.marks[place].tag
    return f"{tag.name} {tag.get('class') or ''}".strip(), leads


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param(f"<main><article>{LONG}</article></main>", "article", id="<article> before <main>"),
        pytest.param(
            f'<article><div class="entry-content">{LONG}</div></article>',
            "div entry-content",
            id="a class before both",
        ),
        pytest.param(
            f'<div class="entry-content"><div class="x" itemprop="articleBody">{LONG}</div></div>',
            "div x",
            id="a property before a class",
        ),
        pytest.param(f'<div role="main" class="x">{LONG}</div>', "div x", id="a role"),
        pytest.param(f"<article>{LONG}<article>A.</article></article>", "article", id="the outermost"),
        pytest.param(f"<article>{LONG}</article><article>{LONG}</article>", None, id="two"),
        pytest.param(f"<article>A.</article><p>{LONG}</p>", None, id="less than half"),
        pytest.param("<article></article><p>A.</p>", None, id="an empty one"),
        pytest.param("<p>A.</p>", None, id="none"),
        pytest.param(
            f"<article><h1>Low Tide</h1>{LONG}</article><article>{LONG[:100]}</article>",
            "article",
            id="of two the one with the heading",
        ),
    ],
)
def test_which_element_is_the_text(markup, text):
    assert chosen(markup)[0] == text


def test_beside_the_text_of_what_is_no_page_there_may_be_little():
    markup = f"<article>{LONG}</article><p>{LONG[:100]}</p>"
    assert chosen(markup) == ("article", [])
    assert chosen(markup, is_page=False) == (None, [])


def test_a_list_of_links_weighs_less_than_a_text():
    assert chosen(f'<article>{LONG}</article><ul><li><a href="/x">{LONG}{LONG}</a></li></ul>') == (
        "article",
        [],
    )


@pytest.mark.parametrize(
    ("markup", "leads"),
    [
        (
            '<article><p class="standfirst">On mud.</p><div class="post-content">{}</div></article>',
            ["On mud."],
        ),
        ('<article><div class="post-content">{}</div><p class="standfirst">On mud.</p></article>', []),
        ('<p class="standfirst">On mud.</p><article><div class="post-content">{}</div></article>', []),
        ('<p class="standfirst">On mud.</p><div class="post-content">{}</div>', ["On mud."]),
        ('<article class="abstract"><p class="dek"></p><div class="post-content">{}</div></article>', []),
    ],
)
def test_a_standfirst_stands_before_the_text_in_the_same_article(markup, leads):
    assert chosen(markup.format(LONG)) == ("div post-content", leads)
