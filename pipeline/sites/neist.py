"""nei.st: long reads of magazines, set anew in the magazines' own clothes. The last are of 2020.

The site runs on WordPress. A page is, in this order:

    article
      header.page-header > h1.page-title   the title; some pages show it in their text instead
      div.entry-content                    the text, with boxes between and behind its paragraphs:
        p.blog-post__description             what the page is about, in a sentence
        a.__link-logo                        a sign of the magazine, which the style sheet draws
        div.js-postMetaLockup, .entry-meta   the magazine's name, and the day on which it printed the text
        div.progressiveMedia                 a picture; `data-width` and `data-height` are its size
        figcaption                           .aesop-cap-description and .aesop-cap-cred, beside the picture
        div.code-block                       a place for an advertisement
        section.collection, .nopqrstu ...    cards and lists of other pages
        div.BarrierFailsafe__fullBarrier..., .bqdn   a notice that the rest is for members
      footer.entry-footer                  div.categories, div.tags

No page names an author in its markup, and the feed names the site, so nobody. The section is the path
without its last part, which begins with `medium` and names the magazine: `medium/economist`. Pages of the
kind `type-page` lead to others, or frame a chart; some have no text at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from bs4.element import Tag

from pipeline.markup.content import read_content
from pipeline.markup.cutting import cut
from pipeline.markup.lazy import image_url
from pipeline.markup.links import Link, kind_of, links
from pipeline.markup.media import MediaItem
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_url
from pipeline.posts.post import Post
from pipeline.sites.page import Page, page_of
from pipeline.sites.parts import classes_of, first_of_class

HOSTS = ("nei.st", "www.nei.st")

# Whom the feed names.
NOBODY = frozenset({"Nei.st"})

TITLE = "page-title"
HEADER = "page-header"
CONTENT = "entry-content"
FOOTER = "entry-footer"
# The magazine and the day of its issue.
ISSUE = frozenset(("js-postMetaLockup", "entry-meta"))
# Cards that announce other pages, lists of them, and the heading "Related" above.
CARDS = frozenset(
    "collection nopqrstu wxyz js-elevateBottomRecirc blog-post__siblings-list-aside globalFooterCards "
    "single-story-module streamItem--section streamItem--heading".split()
)
# Advertisements, notices that the rest is for members, and names of icons.
NO_TEXT = frozenset(("code-block", "BarrierFailsafe__fullBarrier___2bFWd", "bqdn", "material-icons"))
PICTURE = "progressiveMedia"
CAPTION_BOX = "aesop-image-component-caption"
CAPTION = "aesop-cap-description"
CREDIT = "aesop-cap-cred"

_PARTS = frozenset(("div", "section", "footer", "i", "a", "h1"))
# A picture and its caption stand so deep in one box, at most.
BOX = "container"
_NEAR = 5
# A page shows its title in two places, at most; behind so many headings it is not sought.
_MOST_HEADINGS = 20


def read_page(post: Post, url: str) -> Page:
    """Read one nei.st post; `url` is the page's absolute address."""
    prettified = post.is_prettified
    soup = make_soup(post.body)
    title = _title(soup, post)
    contents = [part for part in elements(soup, ("div", "section")) if CONTENT in classes_of(part)]
    content = contents[0] if contents else soup
    # These first, for what stands in a card is the card's.
    cards = [part for part in elements(soup, ("div", "section")) if not CARDS.isdisjoint(classes_of(part))]
    cut(cards)
    fields, signs, left_out = _boxes(soup, url, title, prettified)
    captions = _captions(content, url, prettified)
    cut((*fields, *left_out))
    body = read_content(content, url, "body", prettified=prettified)
    field = [link for part in fields for link in links(part, url, "field", prettified=prettified)]
    boxes = [read_content(part, url, "card", prettified=prettified) for part in cards]
    return page_of(
        post,
        body,
        title=title,
        **({"authors": (), "credits": ()} if post.author_line in NOBODY else {}),
        section=_section(url),
        tags=tuple(dict.fromkeys(link.text for link in field if link.text and "tag" in _rel(link))),
        links=(*body.links, *signs, *map(_with_kind, field), *(link for box in boxes for link in box.links)),
        media=(
            *(_with_caption(item, captions) for item in body.media),
            *(item for box in boxes for item in box.media),
        ),
    )


def _rel(link: Link) -> list[str]:
    return (link.rel or "").split()


def _title(soup: Tag, post: Post) -> str | None:
    """The heading above the text; the feed's title was a file's name before, and lacks what that cannot
    hold."""
    header = first_of_class(soup, "header", HEADER)
    shown = first_of_class(header, "h1", TITLE) if header is not None else None
    text = inline_text(shown, prettified=post.is_prettified) if shown is not None else None
    return text or post.title


def _boxes(
    soup: Tag, url: str, title: str | None, prettified: bool
) -> tuple[list[Tag], list[Link], list[Tag]]:
    """What is no part of the text: fields of the page, signs of magazines, and what is left out; each in
    document order."""
    fields: list[Tag] = []
    signs: list[Link] = []
    left_out: list[Tag] = []
    headings = 0
    for part in elements(soup, _PARTS):
        classes = classes_of(part)
        if part.name == "h1":
            headings += 1
            if headings <= _MOST_HEADINGS and inline_text(part, prettified=prettified) == title:
                left_out.append(part)
        elif part.name == "a":
            if not part.get_text(strip=True) and not elements(part, ("img",)):
                left_out.append(part)
                href = absolute_url(str(part.get("href") or ""), url)
                signs += [Link("field", href, kind_of(href, url), None, None)] if href else []
        elif FOOTER in classes or not ISSUE.isdisjoint(classes):
            fields.append(part)
        elif not NO_TEXT.isdisjoint(classes):
            left_out.append(part)
    return fields, signs, left_out


def _with_kind(link: Link) -> Link:
    return replace(link, kind="hashtag") if _rel(link) == ["tag"] else link


def _section(url: str) -> str | None:
    """The path without its last part: `medium/economist`."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0].strip("/")
    return "/".join(path.split("/")[1:-1]) or None


class _Caption(NamedTuple):
    """What stands beside a picture: what it shows, and whose it is."""

    caption: str | None
    credit: str | None


def _captions(content: Tag, url: str, prettified: bool) -> dict[str, _Caption]:
    """The captions and credits of pictures, by the pictures' addresses; gives each picture the size that
    stands on the box around it."""
    found: dict[str, _Caption] = {}
    by_box: dict[int, _Caption] = {}
    for part in elements(content, ("figcaption",)):
        if CAPTION_BOX in classes_of(part):
            box = _around(part, BOX)
            if box is not None and id(box) not in by_box:
                by_box[id(box)] = _caption(part, prettified)
    for image in elements(content, ("img",)):
        frame = _around(image, PICTURE)
        for side in ("width", "height"):
            if frame is not None and (size := frame.get(f"data-{side}")) and not image.get(side):
                image[side] = size
        box = _around(image, BOX)
        caption = by_box.get(id(box)) if box is not None else None
        if caption is not None and (address := image_url(image, url)) is not None:
            found[address] = caption
    return found


def _around(element: Tag, word: str) -> Tag | None:
    """The nearest element of a class around another, not far out."""
    place = element.parent
    for _ in range(_NEAR):
        if place is None or word in classes_of(place):
            return place
        place = place.parent
    return None


def _caption(part: Tag, prettified: bool) -> _Caption:
    said: dict[str, str | None] = {}
    for paragraph in elements(part, ("p",)):
        for word in classes_of(paragraph):
            if word in (CAPTION, CREDIT) and word not in said:
                said[word] = inline_text(paragraph, prettified=prettified)
    return _Caption(said.get(CAPTION), said.get(CREDIT))


def _with_caption(item: MediaItem, captions: dict[str, _Caption]) -> MediaItem:
    if item.url not in captions:
        return item
    caption, credit = captions[item.url]
    return replace(item, caption=caption or item.caption, credit=credit or item.credit)
