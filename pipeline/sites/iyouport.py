"""www.iyouport.org: essays, translations and reading lists on surveillance and how to answer it.

The site runs on WordPress with Jetpack. A page is, in this order:

    article
      header.entry-header > h1.entry-title    the title; the feed's ends in " - iYouPort" and lacks quotes
      div.entry-meta
        span.byline > a[rel=author]           who wrote the page; the feed names the site alone
        span.cat-links > a[rel~=category]     categories, by name: the first that is one is the section
        span.published-on, span.word-count
      div.entry-content                       the text. Its last parts are Jetpack's, and no text:
        div#atatags-...                         a place for an advertisement
        div.sharedaddy                          buttons to share and to like
        div.jp-relatedposts                     a place for related pages
      div.entry-footer > ul.post-tags         tags
      div.entry-author-wrapper                the dates once more

A page that is no post, such as "About", has neither the meta nor what stands behind the text. What the
text was pasted from left its class names: Medium's `graf`, Substack's `captioned-image-container`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bs4.element import NavigableString, Tag

from pipeline.markup.content import read_content
from pipeline.markup.cutting import cut
from pipeline.markup.links import Link, links
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.metadata.stated import slug_of
from pipeline.posts.post import Post
from pipeline.sites.page import Credit, Page, page_of
from pipeline.sites.parts import classes_of, first_of_class

HOSTS = ("www.iyouport.org", "iyouport.org")

# Whom the feed names: the site itself.
NOBODY = frozenset({"iYouPort"})

TITLE = "entry-title"
CONTENT = "entry-content"
BYLINE = "byline"
# Jetpack's parts of the content, by class or by the beginning of the id.
NO_TEXT = frozenset(("sharedaddy", "jp-relatedposts"))
ADVERTISEMENT = "atatags-"

# A letter that Medium shows large, at the beginning of a text.
DROP_CAP = "graf-dropCap"

SITE_NAME = " - iYouPort"
# WordPress's category of what is in none.
UNCATEGORIZED = "/category/uncategorized/"

# A letter that is no word of its own, as A and I are.
_PART_OF_WORD = re.compile(r"[“‘\"']?[B-HJ-Z]")
# How far the rest of the word may stand: it may begin a link within emphasis.
_NEAR = 8
# More than a few are none.
_MOST_DROP_CAPS = 20


def read_page(post: Post, url: str) -> Page:
    """Read one iYouPort post; `url` is the page's absolute address."""
    prettified = post.is_prettified
    soup = make_soup(post.body)
    content = first_of_class(soup, "div", CONTENT)
    if content is None:  # no page of this design: all of it is text
        body = read_content(soup, url, "body", prettified=prettified)
        return page_of(post, body, title=_title(soup, post), **_authors(post, [], None, url))
    cut(div for div in elements(content, ("div",)) if _is_no_text(div))
    cut([content])
    if prettified:
        _join_drop_caps(content)
    # Now the soup is what stands around the text.
    fields = [_with_kind(link) for link in links(soup, url, "field", prettified=prettified)]
    categories = [link.text for link in fields if "category" in _rel(link) and UNCATEGORIZED not in link.href]
    tags = [link.text for link in fields if _rel(link) == ["tag"]]
    body = read_content(content, url, "body", prettified=prettified)
    return page_of(
        post,
        body,
        title=_title(soup, post),
        section=next(filter(None, categories), None),
        tags=tuple(dict.fromkeys(filter(None, (*categories, *tags)))),
        links=(*body.links, *fields),
        **_authors(post, fields, _byline(soup, prettified), url),
    )


def _rel(link: Link) -> list[str]:
    return (link.rel or "").split()


def _is_no_text(div: Tag) -> bool:
    return not NO_TEXT.isdisjoint(classes_of(div)) or str(div.get("id") or "").startswith(ADVERTISEMENT)


def _join_drop_caps(content: Tag) -> None:
    """Join a large first letter to its word, from which the archiver's line breaks part it."""
    spans = [span for span in elements(content, ("span",)) if DROP_CAP in classes_of(span)]
    for span in spans[:_MOST_DROP_CAPS]:
        letter = span.get_text().strip()
        if not _PART_OF_WORD.fullmatch(letter):
            continue
        node: Any = span
        for _ in range(_NEAR):
            node = node.next_element
            if type(node) is NavigableString and node.parent is not span and not node.isspace():
                node.replace_with(NavigableString(letter + node.lstrip()))
                span.clear()
                break


def _with_kind(link: Link) -> Link:
    """A link of the page's meta with its kind: `rel` says which lead to an author, which to a tag."""
    if "author" in _rel(link):
        return replace(link, kind="profile")
    return replace(link, kind="hashtag") if _rel(link) == ["tag"] else link


def _title(around: Tag, post: Post) -> str | None:
    heading = first_of_class(around, "h1", TITLE)
    text = inline_text(heading, prettified=post.is_prettified) if heading is not None else None
    return text or (post.title and post.title.removesuffix(SITE_NAME))


def _byline(around: Tag, prettified: bool) -> str | None:
    span = first_of_class(around, "span", BYLINE)
    return inline_text(span, prettified=prettified) if span is not None else None


def _authors(post: Post, fields: list[Link], byline: str | None, url: str) -> dict[str, tuple[object, ...]]:
    """The authors and their credits: whom the byline links to, else whom it or the post names."""
    credits = [
        Credit(link.text, "author", slug=slug_of(link.href, url), profile_url=link.href)
        for link in fields
        if "author" in _rel(link) and link.text
    ]
    if not credits:
        named = next((name for name in (byline, post.author_line) if name and name not in NOBODY), None)
        credits = [Credit(named, "author")] if named else []
    credits = list(dict.fromkeys(credits))
    return {"authors": tuple(credit.name for credit in credits), "credits": tuple(credits)}
