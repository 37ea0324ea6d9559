"""medium.com, its members' own hosts, and publications that live on a domain of their own.

The posts come from feeds, which give a story in one of two forms. In full:

    h3, h4                       the title, in some; a kicker or subtitle
    p, figure, blockquote ...    figure > img[alt][src], figcaption
    iframe[src=""]               shown by a script; its content is a link to medium.com/media/ID/href
    iframe                       Embedly's frame around a page elsewhere
    img[src*="/_/stat?"]         counts readers; 1 by 1 pixel
    hr, p                        "<a>A Title</a> was originally published in <a>A Publication</a> on Medium,
                                 where people are continuing the conversation by ..."

or, for stories behind the paywall and those that a feed cuts, the beginning:

    div.medium-feed-item
      p.medium-feed-image        the story's picture
      p.medium-feed-snippet      its first words, or its subtitle
      p.medium-feed-link         "Continue reading on A Publication »"

A response to a story comes as a story of its own, whose title is its first words. It does not say what it
answers, unless a link in it does (`rel=in-reply-to`, or the class u-in-reply-to of
https://indieweb.org/in-reply-to). Members live at /@name or on a host of their own, name.medium.com, and are
mentioned by id, /u/ID. A card that announces another page is a list item with a link, as those of any list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bs4.element import Tag

from pipeline.markup.content import read_content
from pipeline.markup.cutting import cut
from pipeline.markup.links import Link
from pipeline.markup.media import MediaItem
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_web_url, host_of
from pipeline.metadata.stated_license import stated_license
from pipeline.posts.post import Post
from pipeline.sites.page import Page, page_of
from pipeline.sites.title import repeated_title

HOSTS = ("medium.com", "*.medium.com", "verbalflystep.com")

FEED_IMAGE = "medium-feed-image"
FEED_LINK = "medium-feed-link"
IN_REPLY_TO = frozenset(("in-reply-to", "u-in-reply-to"))

# How a feed ends a story that stands in a publication, and one of which it gives the beginning.
_PUBLISHED_IN = " was originally published in "
_ON_MEDIUM = " on Medium, where people are continuing the conversation"
_CONTINUE = re.compile(r"Continue reading on (.+?) ?»")
_NO_PUBLICATION = "Medium"

_COUNTER = re.compile(r"\s*https?://(?:[^/?#]*\.)?medium\.com/_/stat\?")
# The caption that Medium's editor writes below a picture from its own search for pictures.
_PHOTO_BY = re.compile(r"Photo by (.{1,200}?) on\sUnsplash\b")

_BY = re.compile(r"(https?://[^/]+/@([^/?#]+))/[^/?#]")
_MEMBER_HOST = re.compile(r"([^.]+)\.medium\.com")
_MENTION = re.compile(r"/u/[0-9a-f]{8,16}/?")
_MEMBER = re.compile(r"/@[^/]+/?")
_TOPIC = re.compile(r"(?:/[^/]+)?/(?:tag|tagged|topic)/[^/]+/?")

_READ = frozenset(("a", "hr", "img", "p"))


def read_page(post: Post, url: str) -> Page:
    """Read one story, or what a feed gave of it; `url` is the page's absolute address."""
    soup = make_soup(post.body)
    found = elements(soup, _READ)
    title = repeated_title(soup, post.title, prettified=post.is_prettified)
    fields, publication = _fields(found, post.is_prettified)
    counters = [tag for tag in found if tag.name == "img" and _COUNTER.match(str(tag.attrs.get("src") or ""))]
    apart = {id(tag) for tag in (*fields, *_rules_before(fields), *counters)}
    cut([tag for tag in found if id(tag) in apart])
    if title is not None:
        title.extract()

    body = read_content(soup, url, "body", prettified=post.is_prettified)
    around = [read_content(field, url, "field", prettified=post.is_prettified) for field in fields]
    all_links = (*body.links, *(link for field in around for link in field.links))
    page = page_of(
        post,
        body,
        section=publication,
        links=tuple(_told(link) for link in all_links),
        media=(
            *map(_said, body.media),
            *(replace(item, role="featured") for field in around for item in field.media),
        ),
        license=stated_license(body.text, all_links, body.media),
        in_reply_to_url=next(_answered(found, url), None),
    )
    return replace(
        page, credits=tuple(replace(credit, **_profile(url, publication)) for credit in page.credits)
    )


def _classes(tag: Tag) -> set[str]:
    return set(str(tag.attrs.get("class") or "").split())


def _fields(found: Iterable[Tag], prettified: bool) -> tuple[list[Tag], str | None]:
    """The paragraphs that are a feed's and not the story's, and the publication that they name."""
    paragraphs = [tag for tag in found if tag.name == "p"]
    fields = [tag for tag in paragraphs if _classes(tag) & {FEED_IMAGE, FEED_LINK}]
    last = (fields or paragraphs)[-1:]
    text = next((inline_text(tag, prettified=prettified) for tag in last), None) or ""
    if fields:
        said = _CONTINUE.fullmatch(text)
        return fields, said.group(1) if said is not None and said.group(1) != _NO_PUBLICATION else None
    title, published, rest = text.rpartition(_PUBLISHED_IN)
    publication, on_medium, _ = rest.partition(_ON_MEDIUM)
    return (last, publication) if title and published and publication and on_medium else ([], None)


def _rules_before(fields: Iterable[Tag]) -> Iterator[Tag]:
    """The lines that a feed draws above its own paragraphs."""
    for field in fields:
        before = field.previous_sibling
        if isinstance(before, Tag) and before.name == "hr":
            yield before


def _answered(found: Iterable[Tag], url: str) -> Iterator[str]:
    """The pages that a response says it answers."""
    for tag in found:
        said = f"{tag.attrs.get('class') or ''} {tag.attrs.get('rel') or ''}".split()
        if tag.name == "a" and IN_REPLY_TO & set(said):
            address = absolute_web_url(str(tag.attrs.get("href") or ""), url)
            if address is not None:
                yield address


def _told(link: Link) -> Link:
    """A link with its kind as the site's addresses tell it."""
    host = host_of(link.href)
    if host is None or not (host == "medium.com" or host.endswith(".medium.com")):
        return link
    path = "/" + link.href.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]
    if _MENTION.fullmatch(path):
        return replace(link, kind="mention")
    if _MEMBER.fullmatch(path):
        return replace(link, kind="profile")
    return replace(link, kind="hashtag") if _TOPIC.fullmatch(path) else link


def _said(item: MediaItem) -> MediaItem:
    """A picture with its photographer; a frame that has no size until it is filled without one."""
    if item.width == item.height == 0:
        item = replace(item, width=None, height=None)
    by = _PHOTO_BY.match(item.caption or "")
    return replace(item, credit=by.group(1)) if by is not None and item.credit is None else item


def _profile(url: str, publication: str | None) -> dict[str, str]:
    """The slug and the address of a story's author, where its address states them."""
    if by := _BY.match(url):
        return {"profile_url": by.group(1), "slug": by.group(2)}
    # A publication, too, can have such a host.
    own = _MEMBER_HOST.fullmatch(host_of(url) or "") if publication is None else None
    if own is None or own.group(1) == "www":
        return {}
    return {"profile_url": f"https://{own.group()}/", "slug": own.group(1)}
