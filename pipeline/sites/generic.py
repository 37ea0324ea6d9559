"""Any host without a profile of its own: what the web agrees on.

A post is either a text, as feeds carry it, or a whole page. Of a text all is its body but the heading that
repeats the title. Of a page

- the comments are read and taken out (pipeline/sites/comments.py);
- navigation, share bars and the like are left out (pipeline/markup/boilerplate.py);
- the body is the part that says that it is and holds most of what is left, with the standfirst before
  it; else all that is left (pipeline/sites/main_text.py);
- what the post does not state (title, authors, date) and what no post states (section, tags, licence) is
  what the page's data say of it (pipeline/metadata/merged.py).

The links and media of what is left out are rows of the region `field`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.markup import boilerplate
from pipeline.markup.boilerplate import share_bars, share_link
from pipeline.markup.canonical import canonical_url
from pipeline.markup.content import Content, read_content
from pipeline.markup.cutting import boxed, cut
from pipeline.markup.lazy import image_url
from pipeline.markup.links import Link, links
from pipeline.markup.media import MediaItem, media
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.survey import Mark, Survey, survey, untold, vocabulary
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata import merged
from pipeline.metadata.merged import read_metadata
from pipeline.metadata.stated import NOTHING, Metadata, Person, slug_of
from pipeline.metadata.stated_license import stated_license
from pipeline.posts.post import Post
from pipeline.sites import authors, comments, main_text
from pipeline.sites.page import Comment, Credit, Page, page_of

HOSTS: tuple[str, ...] = ()

_HEADINGS = frozenset(("h1", "h2"))
_LOWER_HEADINGS = frozenset(("h3", "h4"))
_NAMES = (boilerplate.NAMES | main_text.NAMES | merged.NAMES | comments.NAMES) - _HEADINGS
# What themes call the picture that announces a post.
_FEATURED = frozenset(
    "post-thumbnail wp-post-image featured-image featured-media feature-image featured-img "
    "post-full-image gh-feature-image gh-article-image entry-thumbnail post-feature-image "
    "article-featured-image u-featured".split()
)
_WORDS = (boilerplate.WORDS, main_text.WORDS, merged.WORDS, _FEATURED)
# What makes a post more than a text; and what is asked of one that is more.
_TRIGGERS = vocabulary(_NAMES, *_WORDS, comments.TRIGGERS, address=share_link)
_TELLING = vocabulary(_NAMES | _HEADINGS, *_WORDS, comments.WORDS, address=share_link)

# What says nothing of the page itself: data of other pages, and of buttons.
_OTHERS = frozenset(
    ("related", "sidebar", "share", "navigation", "advertisement", "subscribe", "cookie", "dialog")
)

# Where none of these is, no licence is stated.
_LICENSE_SIGNS = ("CC", "ommons", "cc-by", "cc by", "cc0", "知识共享", "知識共享", "創用", "创用", "创作共用")

# What <title> puts behind a page's own title, or before it: `A Title - The Site`.
_SITE_NAME = re.compile(r" [-–—|·»:] \S")
_BEHIND_SITE_NAME = re.compile(r"\S(?: [-–—|·»]| ?:) \Z")
_FEED_NOTE = " appeared first on "
_CUT_SHORT = ("...", "…")
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_MOST_HEADINGS = 4
_SIZED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w{3,4}\Z)|-scaled(?=\.\w{3,4}\Z)")


@dataclass(frozen=True)
class LeftOut:
    """A part of a page that is neither its text nor a comment, and why: `related`, `share`, `title` ..."""

    kind: str
    tag: Tag


@dataclass(frozen=True)
class Parts:
    """A page taken apart: its text; what is left out; its comments; and what it says of itself."""

    body: Tag
    title: str | None
    left_out: tuple[LeftOut, ...] = ()
    comments: tuple[Comment, ...] = ()
    stated: Metadata = NOTHING
    featured: frozenset[str] = frozenset()


def read_page(post: Post, url: str) -> Page:
    """Read one post of any site; `url` is the page's absolute address."""
    parts = take_apart(post, url)
    body = read_content(parts.body, url, "body", prettified=post.is_prettified)
    license = parts.stated.license or _license(post, body)
    if not parts.left_out and parts.stated is NOTHING and not parts.comments:
        return page_of(post, body, title=parts.title, license=license)
    stated = parts.stated
    people = _people(post, stated)
    has_date = post.published.at is not None
    published = post.published if has_date else stated.published
    return page_of(
        post,
        body,
        title=parts.title,
        author_line=post.author_line or ", ".join(person.name for person in people) or None,
        authors=tuple(person.name for person in people),
        published_at=published.at,
        published_precision=published.precision,
        section=stated.section,
        tags=stated.tags,
        license=license,
        in_reply_to_url=stated.in_reply_to,
        credits=tuple(
            Credit(
                person.name,
                "author",
                slug=slug_of(person.url, url),
                profile_url=person.url,
                photo_url=person.photo,
                kind=person.kind,
            )
            for person in people
        ),
        comments=parts.comments,
        links=(*body.links, *_field_links(parts.left_out, url, post.is_prettified)),
        media=_media(body, parts, url, post.is_prettified),
    )


def take_apart(post: Post, url: str) -> Parts:
    """What a post consists of. Every text of the post is in one of the parts."""
    parts = _take_apart(post, url)
    note = _feed_note(parts.body, url) if _FEED_NOTE in post.body else None
    if note is None:
        return parts
    cut([note])
    return replace(parts, left_out=(*parts.left_out, LeftOut("feed note", note)))


def _take_apart(post: Post, url: str) -> Parts:
    soup = make_soup(comments.unwrap_export(post.body))
    if "comments-block" in post.body:
        comments.wrap_old_lists(soup)
    headings = untold(soup, _TRIGGERS, _HEADINGS)
    if headings is not None:
        title = post.title or _only_heading(headings, post.is_prettified)
        heading = _heading(headings, title, url, post.is_prettified)
        if heading is None:
            return Parts(soup, title)
        cut([heading])
        return Parts(soup, title, (LeftOut("title", heading),))
    return _take_page_apart(soup, survey(soup, _TELLING), post, url)


def _take_page_apart(soup: BeautifulSoup, found: Survey, post: Post, url: str) -> Parts:
    marks, prettified = found.marks, post.is_prettified
    is_page = any(_is_of_page(mark.tag) for mark in marks)
    conversation = comments.find_comments(found)
    of_comments = found.spread((*conversation.places, *conversation.sections))
    boxes = boilerplate.boilerplate(found, is_page=is_page, skip=of_comments)
    beside = of_comments | found.spread(boxes)
    first_headings = {place for place, mark in enumerate(marks) if mark.tag.name == "h1"}
    text = main_text.main_text(found, is_page=is_page, skip=beside, headings=first_headings)
    stated = read_metadata(
        marks,
        url,
        skip=of_comments | found.spread(place for place, kind in boxes.items() if kind in _OTHERS),
        text=None if text is None else found.spread((text,)),
    )
    headings = [
        (place, mark.tag) for place, mark in enumerate(marks) if _is_heading(mark) and place not in beside
    ]
    title = post.title or _title(stated, [tag for _, tag in headings], url, prettified)
    heading = _heading([tag for _, tag in headings], title, url, prettified, site=stated.site_name)
    announced = (
        [] if text is None else [marks[place].tag for place in main_text.leads(found, text, skip=beside)]
    )
    featured = _pictures((mark.tag for mark in marks if mark.words & _FEATURED), url)

    said = comments.read_comments(found, conversation, url, prettified=prettified)
    left_out = [(place, LeftOut(kind, marks[place].tag)) for place, kind in boxes.items()]
    left_out += [(place, LeftOut("comments", marks[place].tag)) for place in conversation.sections]
    left_out += [(place, LeftOut("title", tag)) for place, tag in headings if tag is heading]
    bars = share_bars(found, skip=beside)
    left_out.sort(key=lambda part: part[0])
    cut(part.tag for _, part in left_out)
    cut(tag for _, tag in bars)
    left_out = sorted(
        [*left_out, *((place, LeftOut("share", tag)) for place, tag in bars)], key=lambda part: part[0]
    )
    body: Tag = soup
    if text is not None:
        body = marks[text].tag
        for place, lead in enumerate(announced):
            body.insert(place, lead.extract())
        cut([body])
    return Parts(
        body,
        title,
        (
            *(LeftOut(part.kind, boxed(part.tag)) for _, part in left_out),
            *([LeftOut("beside the text", soup)] if body is not soup else []),
        ),
        said or comments.stated_comments(stated.comments, url),
        stated,
        featured,
    )


def _feed_note(body: Tag, url: str) -> Tag | None:
    """The paragraph that WordPress puts behind a post in its feed: `The post <a href="...">Nine Teapots</a>
    appeared first on <a href="...">Towpath Tea</a>.`; the first link leads to the page itself."""
    for paragraph in reversed(elements(body, ("p",))[-2:]):
        anchors = elements(paragraph, ("a",))
        text = inline_text(paragraph) or ""
        if len(anchors) == 2 and text.startswith("The post ") and _FEED_NOTE in text:
            href = absolute_web_url(str(anchors[0].attrs.get("href") or ""), url)
            if href is not None and canonical_url(href) == canonical_url(url):
                return paragraph
    return None


def _is_heading(mark: Mark) -> bool:
    """True for a heading of the first ranks, and for a lower one that is called the title: Blogger's <h3>."""
    name = mark.tag.name
    return name in _HEADINGS or (name in _LOWER_HEADINGS and bool(mark.words & {"entry-title", "post-title"}))


def _is_of_page(tag: Tag) -> bool:
    """True for what stands in whole pages only: <title>, and <meta> that names what it says."""
    return tag.name == "title" or (tag.name == "meta" and ("name" in tag.attrs or "property" in tag.attrs))


def _people(post: Post, stated: Metadata) -> Sequence[Person]:
    """The authors: as the post names them, with what the page says of those names; the page's, where the
    post names none. A line that lists the authors whom the page states one by one is a list."""
    if post.author_line is None:
        return stated.authors
    known = {person.name.casefold(): person for person in stated.authors}
    listed = authors.split_list(post.author_line).names
    if len(listed) > 1 and {name.casefold() for name in listed} == set(known):
        return [known[name.casefold()] for name in listed]
    names = authors.single(post.author_line).names
    return [replace(known.get(name.casefold(), Person(name)), name=name) for name in names]


def _license(post: Post, body: Content) -> str | None:
    """The licence that the text itself states. Few do, so the others are not read for it."""
    if any(sign in post.body for sign in _LICENSE_SIGNS):
        return stated_license(body.text, body.links, body.media)
    return None


def _title(stated: Metadata, headings: Sequence[Tag], url: str, prettified: bool) -> str | None:
    """The title that the page states, without the site's name; else its only <h1>."""
    title = stated.title
    if title is None:
        return _only_heading(headings, prettified)
    for heading in headings[:_MOST_HEADINGS]:
        text = inline_text(heading, prettified=prettified)
        if text and _is_cut_short(title, text):
            return text
    repeating = _heading(headings, title, url, prettified, site=stated.site_name)
    if repeating is not None:
        return inline_text(repeating, prettified=prettified)
    site = stated.site_name
    if site and title.endswith(site) and (end := re.search(r"\s[-–—|·»:]\s*\Z", title[: -len(site)])):
        return title[: end.start()].strip() or title
    return title


def _is_cut_short(title: str, heading: str) -> bool:
    return title.endswith(_CUT_SHORT) and len(title) > 20 and heading.startswith(title.rstrip(".… "))


def _only_heading(headings: Sequence[Tag], prettified: bool) -> str | None:
    """The page's only <h1>, which is its title."""
    first = [heading for heading in headings if heading.name == "h1"]
    return inline_text(first[0], prettified=prettified) if len(first) == 1 else None


def _heading(
    headings: Sequence[Tag], title: str | None, url: str, prettified: bool, *, site: str | None = None
) -> Tag | None:
    """The heading that repeats the title, among the first: word for word, else with the site's name behind or
    before it in the title. A heading that is the site's name, or leads to its front page, is not asked."""
    if title is None:
        return None
    texts = [(tag, inline_text(tag, prettified=prettified)) for tag in headings[:_MOST_HEADINGS]]
    for heading, text in texts:
        if text is not None and _alike(text) == _alike(title):
            return heading
    for is_part in (_has_site_behind, _has_site_before):
        for heading, text in texts:
            if text is not None and is_part(title, text) and text != site and not _leads_home(heading, url):
                return heading
    return None


def _alike(text: str) -> str:
    return text.translate(_QUOTES).casefold()


def _has_site_behind(title: str, heading: str) -> bool:
    return title.startswith(heading) and _SITE_NAME.match(title, len(heading)) is not None


def _has_site_before(title: str, heading: str) -> bool:
    return title.endswith(heading) and _BEHIND_SITE_NAME.search(title[: -len(heading)][-4:]) is not None


def _leads_home(heading: Tag, url: str) -> bool:
    """True for a heading that is a link to the front page of the site."""
    anchor = heading.find("a", href=True)
    if not isinstance(anchor, Tag):
        return False
    href = absolute_web_url(str(anchor.attrs["href"]), url)
    return href is not None and canonical_url(href) == canonical_url(absolute_web_url("/", url) or "")


def _field_links(parts: Iterable[LeftOut], url: str, prettified: bool) -> Iterable[Link]:
    return (link for part in parts for link in links(part.tag, url, "field", prettified=prettified))


def _media(body: Content, parts: Parts, url: str, prettified: bool) -> tuple[MediaItem, ...]:
    """The body's media, then those of what is left out which the body does not show; the picture that
    announces the page is featured, and has a row where no part of the page shows it."""
    seen = {item.url for item in body.media}
    pictures = {_stem(address) for address in parts.stated.images} | parts.featured
    beside = []
    for part in parts.left_out:
        for item in media(part.tag, url, "field", prettified=prettified):
            if item.url not in seen:
                seen.add(item.url)
                is_featured = item.role == "inline" and _stem(item.url) in pictures
                beside.append(replace(item, role="featured") if is_featured else item)
    shown = {
        _stem(address) for item in (*body.media, *beside) for address in (item.url, item.full_url) if address
    }
    if parts.stated.images and not shown & pictures:
        beside.append(MediaItem("field", "image", "featured", parts.stated.images[0]))
    return (*body.media, *beside)


def _pictures(boxes: Iterable[Tag], url: str) -> frozenset[str]:
    found: set[str] = set()
    for box in boxes:
        images = [box] if box.name == "img" else box.find_all("img", limit=3)
        found.update(_stem(address) for image in images if (address := image_url(image, url)))
    return frozenset(found)


def _stem(address: str) -> str:
    """The address of a picture in any size: WordPress writes `tea-1024x683.jpg` for `tea.jpg`."""
    return _SIZED.sub("", address.partition("?")[0])
