"""www.chinafile.com: conversations with signed comments, viewpoints, features, podcasts, books.

The site runs on Drupal 7. A page is, in this order:

    div.view-featured-photo      one photo: link to full size, credit, caption
    div.content                  (exactly that class) fields, one of them the body
      div.field-name-body        paragraphs; among them boxes that are not body text:
        div.cboxes               a card that announces another page, with a body of its own
        div.view-photo-embed     a photo with credit and caption; so is div.visual-box
        div.pullquote            words of the text once more, large
      div.field-name-...         book reviews, video, podcast player, link to a PDF
    div#comments
      a#comment-9276             an anchor whose address is an artefact of the archiver
      article.comment            div.node-profile (one or two), div.field-name-comment-body
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.markup.lazy import image_url
from pipeline.markup.links import Link, links
from pipeline.markup.media import MediaItem, media
from pipeline.markup.render import inline_text, render
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_web_url, host_of, site_of
from pipeline.posts.post import Post
from pipeline.sites import authors
from pipeline.sites.page import Comment, Credit, Page
from pipeline.sites.parts import classes_of, first_of_class

HOSTS = ("www.chinafile.com", "chinafile.com")

# The feed's own name, which it gives where a page names no author.
NOBODY = frozenset({"中参馆"})
# Who signs an introduction without being a person.
EDITORS = frozenset({"The Editors", "The Editor"})

FEATURED_PHOTO = "view-featured-photo"
BODY = "field-name-body"
CARD = "cboxes"
PHOTO_BOXES = ("view-photo-embed", "visual-box")
PULL_QUOTE = "pullquote"
COMMENT = "comment"
COMMENT_BODY = "field-name-comment-body"
PROFILE_BOX = "node-profile"
PHOTO_CREDIT = "photo-credit"
PHOTO_CAPTION = "photo-caption"

_COMMENT_ANCHOR = re.compile(r"comment-(\d+)")
_PROFILE_PATH = re.compile(r"/contributors/([^/?#]+)/?(?:[?#].*)?$")
# The archiver made `.../undefined` of an empty address, and resolved notes of the editors
# that stood in one: `.../%20Waiting%20for...`.
_BROKEN_PATH = re.compile(r"/(?:undefined|%20[^/]*)$")


def read_page(post: Post, url: str) -> Page:
    """Read one ChinaFile post; `url` is the page's absolute address."""
    soup = make_soup(post.body)
    featured = first_of_class(soup, "div", FEATURED_PHOTO)
    comments = next((div for div in elements(soup, ("div",)) if div.get("id") == "comments"), None)
    for part in (featured, comments):
        if part is not None:
            part.extract()
    content = next((div for div in elements(soup, ("div",)) if div.get("class") == "content"), None)
    body = first_of_class(content, "div", BODY) if content is not None else None
    if body is not None:
        body.extract()
    else:  # a photo gallery's post holds its title and nothing else
        body = content if content is not None else soup
    fields = soup if body is not soup and body is not content else None

    boxes = _take_boxes(body, url)
    text, html = render(body, url)
    author = authors.split_list(post.author_line, nobody=NOBODY)
    conversation = tuple(_comments(comments, url)) if comments is not None else ()
    moderators = _moderators(body, url) if conversation else []
    return Page(
        title=_title(post.title),
        author_line=post.author_line,
        authors=author.names,
        authors_truncated=author.truncated,
        published_at=post.published.at,
        # The site's clock is right to a day: one page was archived 15 hours apart.
        published_precision="unknown" if post.published.at is None else "day",
        body_text=text,
        body_html=html,
        section=_section(url),
        credits=(*(Credit(name, "author") for name in author.names), *moderators),
        comments=conversation,
        links=(
            *(_links(featured, url, "caption") if featured is not None else ()),
            *_links(body, url, "body"),
            *boxes.links,
            *(_links(fields, url, "field") if fields is not None else ()),
        ),
        media=(
            *(_photos(featured, url, "featured") if featured is not None else ()),
            *media(body, url, "body"),
            *boxes.media,
            *(media(fields, url, "field") if fields is not None else ()),
        ),
    )


def _title(title: str | None) -> str | None:
    """The title; the feed cuts long ones near 150 characters and puts `...` where it cut."""
    if title is not None and len(title) > 140 and title.endswith("..."):
        return title.removesuffix("...").rstrip()
    return title


def _section(url: str) -> str | None:
    """The path without its last part: `reporting-opinion/viewpoint`."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0].strip("/")
    return "/".join(path.split("/")[1:-1]) or None


class _Boxes:
    """The links and media of the boxes that stand in a body or a comment."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.media: list[MediaItem] = []


def _take_boxes(root: Tag, url: str) -> _Boxes:
    """Take out of a text the boxes that are not part of it, and read them."""
    boxes = _Boxes()
    for quote in _outermost(root, PULL_QUOTE):
        boxes.links += _links(quote, url, "pullquote")
    for card in _outermost(root, CARD):
        boxes.links += _links(card, url, "card")
        boxes.media += media(card, url, "card")
    for box in _outermost(root, *PHOTO_BOXES):
        boxes.links += _links(box, url, "caption")
        boxes.media += _photos(box, url, "inline")
    return boxes


def _outermost(root: Tag, *words: str) -> Iterator[Tag]:
    """Each <div> of one of the classes, taken out of the tree; those within one go with it."""
    gone: set[int] = set()
    for div in elements(root, ("div",)):
        if id(div) not in gone and not set(words).isdisjoint(classes_of(div)):
            gone.update(map(id, elements(div, ("div",))))
            yield div.extract()


def _beside(box: Tag, word: str) -> Tag | None:
    """The first element of a class in a box, of whatever name."""
    found = (part for part in box.descendants if isinstance(part, Tag) and word in classes_of(part))
    return next(found, None)


def _photos(box: Tag, url: str, role: str) -> list[MediaItem]:
    """The photos of a box, with the credit and the caption that stand beside them."""
    credit, caption = _beside(box, PHOTO_CREDIT), _beside(box, PHOTO_CAPTION)
    return [
        replace(
            item,
            role=role if item.role == "inline" else item.role,
            credit=inline_text(credit) if credit is not None else None,
            caption=inline_text(caption) if caption is not None else item.caption,
        )
        for item in media(box, url, "caption")
    ]


def _links(root: Tag, url: str, region: str) -> list[Link]:
    """The links of a region, with those known that the archiver broke, and those to people."""
    return [replace(link, kind=_kind(link, url)) for link in links(root, url, region)]


def _kind(link: Link, url: str) -> str:
    if site_of(host_of(link.href) or "") != site_of(host_of(url) or ""):
        return link.kind
    if _BROKEN_PATH.search(link.href):
        return "broken"
    return "profile" if _PROFILE_PATH.search(link.href) else link.kind


def _comments(wrapper: Tag, url: str) -> Iterator[Comment]:
    met: Counter[str | None] = Counter()
    for site_id, article in _numbered(wrapper):
        met[site_id] += 1
        boxes = _Boxes()
        people = []
        for box in _outermost(article, PROFILE_BOX):
            people.append(_person(box, url))
            boxes.links += _links(box, url, "profile")
            boxes.media += [replace(item, role="profile") for item in media(box, url, "profile")]
        credits = tuple(person for person in people if person is not None)
        body = first_of_class(article, "div", COMMENT_BODY)
        inner = _take_boxes(body, url) if body is not None else _Boxes()
        text, html = render(body, url) if body is not None else (None, None)
        yield Comment(
            # Not the place in the page, which changes where a later revision has more comments.
            key=f"{site_id or 'unnumbered'}/{met[site_id]}",
            site_comment_id=site_id,
            body_text=text,
            body_html=html,
            credits=credits,
            author_line=", ".join(person.name for person in credits) or None,
            by_node_author="comment-by-node-author" in classes_of(article),
            links=tuple(
                boxes.links + (_links(body, url, "comment") if body is not None else []) + inner.links
            ),
            media=tuple(
                boxes.media + (media(body, url, "comment") if body is not None else []) + inner.media
            ),
        )


def _numbered(wrapper: Tag) -> Iterator[tuple[str | None, Tag]]:
    """Each comment with the id that the anchor before it gives; one anchor names one comment."""
    site_id = None
    for element in elements(wrapper, ("a", "article")):
        if element.name == "a":
            if "id" not in element.attrs:
                continue
            number = _COMMENT_ANCHOR.fullmatch(str(element["id"]))
            site_id = number.group(1) if number else site_id
        elif COMMENT in classes_of(element):
            yield site_id, element
            site_id = None


def _person(box: Tag, url: str) -> Credit | None:
    """A profile box: `<h3><a href=".../contributors/ada-marsh">Ada Marsh</a></h3>` and a photo."""
    heading = _first(box, "h3")
    name = inline_text(heading) if heading is not None else None
    if heading is None or name is None:
        return None
    photo = _first(box, "img")
    return Credit(
        name,
        "commenter",
        photo_url=image_url(photo, url) if photo is not None else None,
        **_profile(_first(heading, "a"), url),
    )


def _first(root: Tag, name: str) -> Tag | None:
    return next(iter(elements(root, (name,))), None)


def _profile(anchor: Tag | None, url: str) -> dict[str, str]:
    """The slug and the address of a link to a contributor's page."""
    address = absolute_web_url(str(anchor.get("href") or ""), url) if anchor is not None else None
    slug = _PROFILE_PATH.search(address) if address else None
    return {"slug": slug.group(1), "profile_url": address} if slug and address else {}


def _moderators(body: Tag | BeautifulSoup, url: str) -> list[Credit]:
    """Who signed the introduction: `... to what end? —<em><a href="...">Ada Marsh</a></em></p>`."""
    for paragraph in reversed(elements(body, ("p",))[-4:]):
        _, dash, signature = (inline_text(paragraph) or "").rpartition("—")
        signature = signature.strip(" \xa0")
        if not dash or all(inline_text(part) != signature for part in elements(paragraph, ("em", "a"))):
            continue
        anchors = {inline_text(anchor): anchor for anchor in elements(paragraph, ("a",))}
        return [
            Credit(name, "moderator", **_profile(anchors.get(name), url))
            for name in authors.split_list(signature).names
            if name not in EDITORS
        ]
    return []
