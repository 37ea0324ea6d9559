"""www.allnow.com and m.allnow.com: 全现在, of which the archives hold the Beijing book review 燕京书评.

Posts came in two ways. Of the pages for phones, until October 2020:

    div.main
      div.head-img-wrap > img.head-img       the featured picture
      div.column-wrap                        p.column > a, the column; p.title
      div.author-wrap                        a.single-avatar, a.single-name: the account that posted the
                                             page; div.time, without the year
      div.abstract-wrap > p.abstract         what the page is about
      div#article-content                    the text

From the site's own interface, later: the text alone, with the account in the front matter. The date is not
in it, and the feed's is the moment of fetching (`<!--NaN-->`).

The text is written as for WeChat. It is often somebody else's than the account's, and says so in one of
its first or last lines: `撰稿丨[英]汤姆·里德；翻译丨河边`. Pictures stand in a <figure>, the oldest in
div.dls-image-block, videos in div.dls-media-video; each holds its caption.
"""

from __future__ import annotations

from dataclasses import replace

from bs4.element import Tag

from pipeline.markup.content import Content, read_content
from pipeline.markup.links import Link
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.stated import slug_of
from pipeline.posts.post import Post
from pipeline.sites import authors
from pipeline.sites.page import Credit, Page, page_of
from pipeline.sites.parts import classes_of, read_part, take_first

HOSTS = ("www.allnow.com", "m.allnow.com", "allnow.com")

# The column's own account, which signs what nobody else does.
NOBODY = frozenset({"燕京书评"})

FEATURED = "head-img-wrap"
COLUMN = "column-wrap"
AUTHOR = "author-wrap"
# Boxes with a caption that are no <figure>, and the captions in them.
FIGURES = frozenset(("dls-image-block", "dls-media-video"))
CAPTIONS = frozenset(("dls-image-capture", "dls-capture"))


def read_page(post: Post, url: str) -> Page:
    """Read one allnow post; `url` is the page's absolute address."""
    prettified = post.is_prettified
    soup = make_soup(post.body)
    parts = take_first(soup, (FEATURED, COLUMN, AUTHOR))
    captions = _captions(soup, url, prettified)
    featured = read_part(parts.get(FEATURED), url, "field", prettified=prettified)
    column = read_part(parts.get(COLUMN), url, "field", prettified=prettified)
    author = read_part(parts.get(AUTHOR), url, "profile", prettified=prettified)
    body = read_content(soup, url, "body", prettified=prettified)
    credits = _credits(post, body.text, author, url)
    return page_of(
        post,
        body,
        authors=tuple(credit.name for credit in credits if credit.role == "author"),
        credits=credits,
        section=next((link.text for link in column.links if link.text), None),
        links=(
            *map(_with_kind, body.links),
            *column.links,
            *(replace(link, kind="profile") for link in author.links),
        ),
        media=(
            *(replace(item, role="featured") for item in featured.media),
            *(replace(item, caption=item.caption or captions.get(item.url)) for item in body.media),
            *(replace(item, role="profile") for item in author.media),
        ),
    )


def _with_kind(link: Link) -> Link:
    """A link of the text with its kind: some of its footnotes lead to a file on the writer's own disk."""
    return replace(link, kind="broken") if link.href.lower().startswith("file:") else link


def _captions(soup: Tag, url: str, prettified: bool) -> dict[str, str | None]:
    """The captions of what stands in a box that is no <figure>, by the address of what is shown."""
    said: dict[int, str | None] = {}
    found: dict[str, str | None] = {}
    for shown in elements(soup, ("img", "video")):
        box = shown.parent
        if box is None or FIGURES.isdisjoint(classes_of(box)):
            continue
        if id(box) not in said:
            parts = [part for part in box.contents if isinstance(part, Tag)]
            caption = next((part for part in parts if not CAPTIONS.isdisjoint(classes_of(part))), None)
            said[id(box)] = inline_text(caption, prettified=prettified) if caption is not None else None
        if (address := absolute_web_url(str(shown.get("src") or ""), url)) is not None:
            found[address] = said[id(box)]
    return found


def _credits(post: Post, text: str | None, account: Content, url: str) -> tuple[Credit, ...]:
    """Who wrote, who translated, who edited: as the text says; where it names no author, the account."""
    pages = {link.text: link.href for link in account.links if link.text}
    posted_by = [
        name for name in authors.single(post.author_line).names or tuple(pages) if name not in NOBODY
    ]
    photo = next((item.url for item in account.media), None)
    return tuple(
        Credit(who.name, who.role, slug_of(pages[who.name], url), pages[who.name], photo)
        if who.name in pages
        else Credit(who.name, who.role)
        for who in authors.credited(text, posted_by)
    )
