"""pao-pao.net: essays on the Chinese internet, of 2014 to 2018, with readers' comments.

The site runs on Drupal 7. A page is, in this order:

    div.submitted                    the account that posted the page, and when
    div.field-name-field-image       the featured picture; in it div.field-name-field-image-source says what
                                     it shows, or whose it is
    div.field-name-title
    div.field-name-author            `文/`, and the account once more; "Anonymous" is nobody
    div.field-name-body              the text. It may say who wrote it: `文/河边  翻译/渡口` in its first or
                                     last lines, `（泡泡特约－作者：河边）` before its first sentence
      div.media-element-container    a picture, with a source like the featured one's; no body text
    div.service-links                buttons to share the page
    div.related                      four cards that announce other pages
    div#comments.comment-wrapper
      div.comment                    `about="/comment/172#comment-172"`; p.commenter-name, p.comment-time,
                                     h3 with the title, div.field-name-comment-body;
                                     `rel="sioc:reply_of"` names the page, and the comment that it answers
      div.indented                   the comments that answer the one before

`sioc:num_replies` counts the page's comments; the post holds the first 50 of them at most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bs4.element import Tag

from pipeline.markup.content import Content, read_content
from pipeline.markup.cutting import cut
from pipeline.markup.links import Link
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_web_url, host_of, site_of
from pipeline.metadata.stated import slug_of
from pipeline.posts.dates import read_date
from pipeline.posts.post import Post
from pipeline.sites import authors
from pipeline.sites.names import is_nobody, name_key
from pipeline.sites.page import Comment, Credit, Page, page_of
from pipeline.sites.parts import classes_of, first_of_class, read_part, take_all, take_first

HOSTS = ("pao-pao.net", "www.pao-pao.net")

SUBMITTED = "submitted"
FEATURED = "field-name-field-image"
TITLE = "field-name-title"
AUTHOR = "field-name-author"
BODY = "field-name-body"
SHARE = "service-links"
RELATED = "related"
PICTURE = "media-element-container"
PICTURE_SOURCE = "field-name-field-image-source"
INVISIBLE = "element-invisible"
COMMENTS = "comment-wrapper"
COMMENT = "comment"
BY_NODE_AUTHOR = "comment-by-node-author"
COMMENTER = "username"
COMMENT_TIME = "comment-time"
COMMENT_BODY = "field-name-comment-body"

# What Drupal writes behind the name of a commenter without an account.
NOT_VERIFIED = re.compile(r"[(（](?:未验证|未驗證|not verified)[)）]\s*$")

_COMMENT_ADDRESS = re.compile(r"/comment/(\d+)(?:[/?#].*)?", re.DOTALL)
# "（泡泡特约－作者：河边）It begins", "（泡泡特约）（作者河边）It begins".
_OPENING_CREDIT = re.compile(
    r"[(（]泡泡[^()（）－—-]{0,8}(?:[－–—-] ?|[)）] ?[(（])作者[:：]? ?([^()（），。：:]{2,20})[)）]"
)
# What says whose a picture is. `图：` at the beginning does not, for what the picture shows may follow.
_PICTURE_CREDIT = re.compile(
    r"[(（]?(?:图[片示]来源 ?[:：/／]|(?<![\u4e00-\u9fff])(?:图片 ?[:：/／]|[图摄] ?[/／])"
    r"|(?<=[ (（])[图摄] ?[:：]) ?"
)


def read_page(post: Post, url: str) -> Page:
    """Read one pao-pao.net post; `url` is the page's absolute address."""
    prettified = post.is_prettified
    soup = make_soup(post.body)
    # These first: a card has a picture field of its own.
    around = take_first(soup, (RELATED, COMMENTS))
    parts = take_first(soup, (SUBMITTED, FEATURED, TITLE, AUTHOR, BODY, SHARE))
    body = parts.get(BODY, soup)
    pictures = [_picture(box, url, "inline", prettified) for box in take_all(body, PICTURE)]
    if FEATURED in parts:
        pictures.insert(0, _picture(parts[FEATURED], url, "featured", prettified))
    content = read_content(body, url, "body", prettified=prettified)
    author = read_part(parts.get(AUTHOR), url, "field", prettified=prettified)
    related = read_part(around.get(RELATED), url, "card", prettified=prettified)
    credits = _credits(post, content.text, author.links, url)
    return page_of(
        post,
        content,
        authors=tuple(credit.name for credit in credits if credit.role == "author"),
        credits=credits,
        comments=tuple(_comments(around[COMMENTS], url, prettified)) if COMMENTS in around else (),
        links=tuple(
            replace(link, kind="profile") if slug_of(link.href, url) else link
            for part in (content, *pictures, author, related)
            for link in part.links
        ),
        media=tuple(item for part in (*pictures, content, related) for item in part.media),
    )


def _picture(box: Tag, url: str, role: str, prettified: bool) -> Content:
    """A picture, with what its source says of it."""
    # The name of the file, for those who cannot see.
    cut(heading for heading in elements(box, ("h2",)) if INVISIBLE in classes_of(heading))
    source = first_of_class(box, "div", PICTURE_SOURCE)
    caption = inline_text(source, prettified=prettified) if source is not None else None
    credit = None
    if caption is not None and (label := _PICTURE_CREDIT.search(caption)):
        credit = caption[label.end() :].rstrip(" )）") or None
        caption = caption[: label.start()].strip(" ，,(（") or None
    found = read_content(box, url, "caption", prettified=prettified)
    return found._replace(
        media=tuple(
            replace(
                item,
                role=role if item.role == "inline" else item.role,
                caption=caption or item.caption,
                credit=credit,
            )
            for item in found.media
        )
    )


def _credits(post: Post, text: str | None, profiles: tuple[Link, ...], url: str) -> tuple[Credit, ...]:
    """Who wrote and who translated: as the text says, else as the page says who posted it."""
    posted_by = [name for name in authors.single(post.author_line).names if not is_nobody(name_key(name))]
    opening = _OPENING_CREDIT.match(text) if text else None
    signed = authors.credited(text, [opening.group(1).strip()] if opening else posted_by)
    pages = {link.text: link.href for link in profiles}
    return tuple(Credit(who.name, who.role, **_profile(pages.get(who.name), url)) for who in signed)


def _profile(address: str | None, url: str) -> dict[str, str]:
    """The slug and the address of somebody's page on this site: `/author/10`."""
    slug = slug_of(address, url)
    return {"slug": slug, "profile_url": address} if slug and address else {}


def _comments(wrapper: Tag, url: str, prettified: bool) -> Iterator[Comment]:
    met: Counter[str | None] = Counter()
    keys: dict[str, str] = {}
    for box in take_all(wrapper, COMMENT):
        site_id = _comment_id(box.get("about"))
        met[site_id] += 1
        key = f"{site_id or 'unnumbered'}/{met[site_id]}"
        parts = _parts(box)
        # The page is named first, then the comment that is answered, where there is one.
        answered = [_comment_id(span.get("resource")) for span in parts.reply_of]
        parent = next((keys[number] for number in answered if number in keys), None) if answered else None
        if site_id is not None:
            keys.setdefault(site_id, key)
        content = read_part(parts.body, url, "comment", prettified=prettified)
        title = inline_text(parts.title, prettified=prettified) if parts.title is not None else None
        name = _commenter(parts.commenter, prettified)
        yield Comment(
            key=key,
            site_comment_id=site_id,
            body_text=content.text,
            body_html=content.html,
            credits=() if name is None or is_nobody(name_key(name)) else (_credit(name, parts, url),),
            parent_key=parent,
            title=title,
            author_line=name,
            by_node_author=BY_NODE_AUTHOR in classes_of(box),
            published_at=_time(parts.time),
            spam_signals=spam_signals(Told(title or "", name or "", content.text or "", content.links), url),
            links=content.links,
            media=content.media,
        )


class _Parts(NamedTuple):
    """The parts of a comment, each None where it has none."""

    title: Tag | None
    commenter: Tag | None
    time: Tag | None
    body: Tag | None
    reply_of: tuple[Tag, ...]


def _parts(box: Tag) -> _Parts:
    title = commenter = time = body = None
    reply_of = []
    for element in elements(box, ("h3", "span", "a", "p", "div")):
        classes = classes_of(element)
        if COMMENT_BODY in classes:
            body = element
            break  # it stands last, and what is in it is the commenter's
        if element.name == "h3":
            title = title or element
        elif COMMENTER in classes:
            commenter = commenter or element
        elif COMMENT_TIME in classes:
            time = time or element
        elif element.get("rel") == "sioc:reply_of":
            reply_of.append(element)
    return _Parts(title, commenter, time, body, tuple(reply_of))


def _comment_id(address: object) -> str | None:
    number = _COMMENT_ADDRESS.fullmatch(str(address or ""))
    return number.group(1) if number else None


def _commenter(element: Tag | None, prettified: bool) -> str | None:
    name = inline_text(element, prettified=prettified) if element is not None else None
    return (NOT_VERIFIED.sub("", name).rstrip() or None) if name else None


def _credit(name: str, parts: _Parts, url: str) -> Credit:
    """The commenter; who has an account has a page on this site, others may link to one of their own."""
    href = str(parts.commenter.get("href") or "") if parts.commenter is not None else ""
    return Credit(name, "commenter", **_profile(absolute_web_url(href, url) if href else None, url))


def _time(part: Tag | None) -> datetime | None:
    stamps = elements(part, ("span",)) if part is not None else []
    return next((date.at for span in stamps if (date := read_date(str(span.get("content") or ""))).at), None)


def _site(url: str) -> str:
    return site_of(host_of(url) or "")


class Told(NamedTuple):
    """What the rules for spam look at: a comment's title, its commenter's name, its text and its links."""

    title: str
    name: str
    text: str
    links: tuple[Link, ...]


def spam_signals(told: Told, url: str) -> tuple[str, ...]:
    """The codes of SPAM_RULES that apply to a comment under the page at `url`.

    Nearly all comments are advertisements that machines left. A rule is about how they are written, not
    about what they say: a reader's comment must not be marked, even where an advertisement is missed.
    """
    outside = tuple(link for link in told.links if link.kind == "external" and _site(link.href) != _site(url))
    return tuple(code for code, applies in SPAM_RULES.items() if applies(told._replace(links=outside)))


_HAN = re.compile(r"[\u3400-\u9fff]")
_LINK_MARKUP = re.compile(r"</?a[\s>]|\[/?(?:url|link)[\]=]", re.IGNORECASE)
_RANDOM_TITLE = re.compile(r"(?=[a-z0-9]*[0-9][a-z])(?=[a-z0-9]*[a-z][0-9])[a-z0-9]{8}")
_SITE_NAME = " | 泡泡"
_CUT = "..."
_SOLD = (
    "viagra", "cialis", "levitra", "kamagra", "propecia", "sildenafil", "tadalafil", "vardenafil",
    "finasteride", "amoxicillin", "priligy", "pharmacy", "casino", "porn", "escort", "replica", "jerseys",
)  # fmt: skip
_MANY_LINKS = 10
_FEW_LINKS = 3
_MENTIONS = 3
_INVITATIONS = ("click here", "more info", "read more", "website")
_AROUND = " \n-–—.!…"


def _has_link_markup(told: Told) -> bool:
    """`<a href="...">pills</a>` or `[url=...]` is shown as it was typed, in a text without any Chinese:
    machines fill in every form alike, and this one takes no markup."""
    return _LINK_MARKUP.search(told.text) is not None and not _is_chinese(told)


def _has_page_title(told: Told) -> bool:
    """The title is that of a web page of this site, `... | 泡泡`, which a machine copied from its <title>."""
    return told.title.endswith(_SITE_NAME)


def _has_many_links(told: Told) -> bool:
    """Ten links or more lead to other sites."""
    return len(told.links) >= _MANY_LINKS


def _has_random_title(told: Told) -> bool:
    """The title is eight letters and digits, drawn by lot (`c01azis0`), and a text without any Chinese
    links to another site."""
    return bool(told.links and _RANDOM_TITLE.fullmatch(told.title)) and not _is_chinese(told)


def _is_title_around_link(told: Told) -> bool:
    """The text is the title, a link to another site, and behind it the title once more, `Click here` or
    `More info`. A title and a link alone do not tell: where a reader gives no title, the site makes one of
    the text's beginning."""
    if not 0 < len(told.links) <= _FEW_LINKS or not told.title or not told.text.startswith(told.title):
        return False
    rest = told.text[len(told.title) :]
    for link in told.links:
        rest = rest.replace(link.text or "", "")
    return rest.strip(_AROUND).lower() in (told.title.lower(), *_INVITATIONS)


def _is_signed_with_title(told: Told) -> bool:
    """The commenter is called like the title (`cheap tea pots`), in words or as a host, and a text
    without any Chinese links to another site."""
    name = told.name.removesuffix(_CUT)
    is_like = told.title == name or (name != told.name and told.title.startswith(name))
    return bool(told.links and is_like and re.search(r"\S[ .]\S", name)) and not _is_chinese(told)


def _names_goods(told: Told) -> bool:
    """What is sold so is named three times or more, addresses and title included, and a text without any
    Chinese links to another site."""
    if not told.links or _is_chinese(told):
        return False
    words = " ".join((told.title, told.text, *(link.href for link in told.links))).lower()
    return sum(words.count(name) for name in _SOLD) >= _MENTIONS


def _is_chinese(told: Told) -> bool:
    return _HAN.search(told.text) is not None


# The rules for spam; any one is enough.
SPAM_RULES: dict[str, Callable[[Told], bool]] = {
    "link_markup": _has_link_markup,
    "page_title": _has_page_title,
    "many_links": _has_many_links,
    "random_title": _has_random_title,
    "title_around_link": _is_title_around_link,
    "signed_with_title": _is_signed_with_title,
    "goods": _names_goods,
}
