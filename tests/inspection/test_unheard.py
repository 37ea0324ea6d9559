"""Which hosts are worth a profile: what their markup names and what is missing, counted in facts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.inspection import unheard as module
from pipeline.inspection.coverage import SHARES, Coverage
from pipeline.inspection.unheard import unheard, unheard_parts
from pipeline.markup.content import read_content
from pipeline.markup.soup import make_soup
from pipeline.posts.post import read_post
from pipeline.sites.page import Comment, page_of
from tests.sites.pages import post

URL = "https://longread.example/teapots"
OUT = Path("outputs")


def parts(html: str, *, comments=(), tags=(), author="Ada Marsh") -> dict[str, str]:
    """The unheard parts of a page of which everything was taken for text."""
    found = read_post(post(html, url=URL, author=author))
    soup = make_soup(found.body)
    page = page_of(found, read_content(soup, URL, "body"), comments=comments, tags=tags)
    return unheard_parts(make_soup(found.body), found, page)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param('<p class="byline">By Tomas Reed</p>', {"author": "byline"}, id="another author"),
        pytest.param('<p class="byline">By Ada Marsh</p>', {}, id="the author that was read"),
        pytest.param('<p class="byline"><img src="a.png"></p>', {}, id="an author without a name"),
        pytest.param(f'<p class="author">{"long " * 80}</p>', {}, id="too long for a name"),
        pytest.param('<div id="comments"><p>So.</p></div>', {"comments": "#comments"}, id="comments"),
        pytest.param('<div id="comments"></div>', {}, id="no comments"),
        pytest.param(
            '<p class="comment-author">Tomas Reed</p>',
            {"comments": "comment-author"},
            id="a comment's author",
        ),
        pytest.param('<p class="tags">pots</p>', {"topics": "tags"}, id="topics"),
        pytest.param('<p class="share-bar">Share this</p>', {"boxes": "share-bar"}, id="a box in the text"),
        pytest.param('<p class="share-bar" hidden>Share</p>', {}, id="a box that is not in the text"),
        pytest.param('<p class="lead">Text.</p>', {}, id="nothing that a name speaks of"),
    ],
)
def test_a_part_is_unheard_where_its_text_was_not_read(html, expected):
    assert parts(f"<p>One.</p>{html}") == expected


def test_what_was_read_is_not_unheard():
    comment = Comment(key="1", site_comment_id="1", body_text="So.", body_html="<p>So.</p>")
    assert parts('<div id="comments"><p>So.</p></div>', comments=(comment,)) == {}
    assert parts('<p class="tags">pots, kettles</p>', tags=("kettles",)) == {}


def test_a_page_full_of_boxes_costs_little(monkeypatch):
    looks = Counter()
    inline_text = module.inline_text

    def counted(tag, **options):
        looks["all"] += 1
        return inline_text(tag, **options)

    monkeypatch.setattr(module, "inline_text", counted)
    assert parts('<p class="byline">Ada Marsh</p>' * 5_000 + '<div class="tags"></div>' * 5_000) == {}
    assert looks["all"] == 40


def host(name: str, articles: int, **having: int) -> Coverage:
    return Coverage(
        source="archive", host=name, profile="generic", articles=articles, posts=articles,
        comments=0, links=0, media=0,
        having=dict.fromkeys(SHARES, articles) | having, of=dict.fromkeys(SHARES, articles),
    )  # fmt: skip


def named(monkeypatch, sampled: dict[str, int], names: dict[str, dict[str, dict[str, int]]]) -> None:
    """Let the samples have these names."""
    counted = {host: {part: Counter(own) for part, own in parts.items()} for host, parts in names.items()}
    monkeypatch.setattr(module, "_named", lambda *_: (Counter(sampled), counted))


def test_without_raw_posts_the_tables_alone_tell():
    rows = [host("a.example", 100, author=40), host("b.example", 50, date=0, author=30), host("c.example", 9)]
    found = unheard(OUT, None, rows)
    assert [(row.host, row.facts, row.without) for row in found] == [
        ("b.example", 70, {"author": 0.4, "date": 1.0}),
        ("a.example", 60, {"author": 0.6, "date": 0.0}),
    ]
    assert {row.sampled for row in found} == {0}


def test_markup_adds_the_shares_of_posts_that_name_what_was_not_read(monkeypatch):
    named(
        monkeypatch,
        {"a.example": 20},
        {"a.example": {"author": {"byline": 3, "writer": 12}, "comments": {"#comments": 5}}},
    )
    (found,) = unheard(OUT, Path("raw"), [host("a.example", 200, author=180)])
    # Of authors, the larger share counts: 75 % of posts name one that was not read, 10 % have none.
    assert found.facts == 200 * (0.75 + 0.25)
    assert found.named == {"author": 0.75, "comments": 0.25}
    assert found.examples == {"author": "writer", "comments": "#comments"}


def test_hosts_with_a_profile_are_no_question():
    assert unheard(OUT, None, [replace(host("a.example", 100, author=0), profile="chinafile")]) == []


def test_a_host_of_two_sources_is_one(monkeypatch):
    named(monkeypatch, {}, {})
    rows = [host("a.example", 10, author=0), replace(host("a.example", 30, author=30), source="other")]
    (found,) = unheard(OUT, Path("raw"), rows)
    assert (found.articles, found.facts, found.without["author"]) == (40, 10, 0.25)
