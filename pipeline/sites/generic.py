"""Any host without a profile of its own: title, authors, date, body, links and media.

The body is the page's <article>, else its <main>, else all of it; headings that repeat the
title and what is never shown are not body text. Nothing else is left out: where unsure, keep.
"""

from __future__ import annotations

import re

from bs4.element import Tag

from pipeline.markup.content import read_content
from pipeline.markup.render import inline_text
from pipeline.markup.soup import ancestor, elements, make_soup
from pipeline.posts.post import Post
from pipeline.sites.page import Page, page_of

HOSTS: tuple[str, ...] = ()

_LANDMARKS = frozenset(("article", "main", "h1", "h2"))

# What <title> puts behind a page's own title: `A Title - The Site`.
_SITE_NAME = re.compile(r" [-–—|·] \S")


def read_page(post: Post, url: str) -> Page:
    """Read one post of any site; `url` is the page's absolute address."""
    soup = make_soup(post.body)
    landmarks = elements(soup, _LANDMARKS)
    title = post.title or _title(landmarks, post.is_prettified)
    body = _body(soup, landmarks)
    _drop_title(landmarks, title, post.is_prettified)
    return page_of(post, read_content(body, url, "body", prettified=post.is_prettified), title=title)


def _body(soup: Tag, landmarks: list[Tag]) -> Tag:
    """The one <article> or <main> that holds most of the page's text, else the whole tree: a
    page may have its text beside an <article>, and where unsure, all is kept."""
    for name in ("article", "main"):
        outer = [found for found in landmarks if found.name == name and ancestor(found, name) is None]
        if len(outer) == 1:
            beside = _length_beside(outer[0])
            return outer[0] if beside == 0 or 2 * beside < _length(soup) else soup
    return soup


def _length(root: Tag) -> int:
    """Length of the text, without the white space that indents the HTML."""
    return sum(len(word) for word in root.get_text().split())


def _length_beside(element: Tag) -> int:
    """Length of the text of the page outside an element."""
    length = 0
    for place in (element, *element.parents):
        for sibling in (*place.previous_siblings, *place.next_siblings):
            length += _length(sibling) if isinstance(sibling, Tag) else len(str(sibling).strip())
    return length


def _title(landmarks: list[Tag], prettified: bool) -> str | None:
    """The page's only <h1>, which is its title."""
    headings = [found for found in landmarks if found.name == "h1"]
    return inline_text(headings[0], prettified=prettified) if len(headings) == 1 else None


def _drop_title(landmarks: list[Tag], title: str | None, prettified: bool) -> None:
    """Take out the heading that repeats the title, with or without the site's name behind it."""
    if title is None:
        return
    for heading in [found for found in landmarks if found.name in ("h1", "h2")][:3]:
        text = inline_text(heading, prettified=prettified)
        if text and (text == title or (title.startswith(text) and _SITE_NAME.match(title, len(text)))):
            heading.extract()
            return
