"""matters.news, later matters.town: essays of a writers' community, as its own editor writes them.

The post is the essay alone, without the page around it. Among its paragraphs stand:

    a.mention                    @name of a member
    figure.image                 one picture, in a <picture> with small copies; figcaption
    figure.embed-video           div.iframe-container > iframe: YouTube, Vimeo, Bilibili; figcaption
    figure.embed-code            the same with JSFiddle or CodePen; in newer posts both are figure.embed
    figure.audio
      audio > source             `data-file-name` is the title
      div.player                 buttons and times; h4.title is the title once more
      figcaption

Members live at /@name, topics at /tags/ID. The pages that the site puts on IPFS have `.byline` above and
`.read_more` below the essay. No markup states a series, or what an essay answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bs4.element import Tag

from pipeline.markup.content import read_content
from pipeline.markup.cutting import cut
from pipeline.markup.links import Link, links
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.markup.urls import absolute_web_url, host_of, site_of
from pipeline.metadata.stated_license import stated_license
from pipeline.posts.plain_text import one_line
from pipeline.posts.post import Post
from pipeline.sites.page import Page, page_of
from pipeline.sites.title import repeated_title

HOSTS = (
    "matters.news",
    "www.matters.news",
    "matters.town",
    "www.matters.town",
    "matters.io",
    "www.matters.io",
)
# The site, under each of the names that it has had.
SITES = frozenset(map(site_of, HOSTS))

MENTION = "mention"
PLAYER = "player"
PLAYER_TITLE = "title"
SOUND_TITLE = "data-file-name"
# What stands around an essay on IPFS.
FRAME = frozenset(("byline", "read_more", "readmore", "backToHomepage"))
# Copies of the words beside them, which a spelling checker left in the editor.
CHECKER = frozenset(("lt-mirror", "lt-highlighter"))

_MEMBER = re.compile(r"https?://[^/]+/@([^/?#]+)/?(?:[?#].*)?", re.DOTALL)
_TOPIC = re.compile(r"https?://[^/]+/tags/[^/?#]+/?(?:[?#].*)?", re.DOTALL)
_HASH = "#＃"
# A paragraph of nothing but topics: `#ferries #tides`.
_TOPICS_ONLY = re.compile(r"(?:[#＃]+[^\s\u200b#＃]+[\s\u200b]*){2,}")
_TOPIC_WORD = re.compile(r"[#＃]+([^\s\u200b#＃]+)")
_BY = re.compile(r"(https?://[^/]+/@([^/?#]+))/[^/?#]")

_READ = frozenset(("a", "audio", "div", "figure", "section", "h4", *CHECKER))


def read_page(post: Post, url: str) -> Page:
    """Read one essay; `url` is the page's absolute address."""
    soup = make_soup(post.body)
    found = elements(soup, _READ)
    asides = _asides(found)
    frame = [tag for tag in found if FRAME & _classes(tag)]
    apart = {id(tag) for tag in (*asides, *frame)}
    cut([tag for tag in found if id(tag) in apart])
    title = repeated_title(soup, post.title, prettified=post.is_prettified)
    if title is not None:
        title.extract()

    content = read_content(soup, url, "body", prettified=post.is_prettified)
    mentioned = {
        absolute_web_url(str(tag.get("href") or ""), url)
        for tag in found
        if tag.name == "a" and MENTION in _classes(tag)
    }
    around = (link for tag in frame for link in links(tag, url, "field", prettified=post.is_prettified))
    all_links = tuple(_told(link, url, mentioned) for link in (*content.links, *around))
    page = page_of(
        post,
        content,
        links=all_links,
        tags=tuple(_topics(all_links, content.text)),
        license=stated_license(content.text, all_links, content.media),
    )
    by = _BY.match(url)
    if by is None:
        return page
    profile = {"profile_url": by.group(1), "slug": by.group(2)}
    return replace(page, credits=tuple(replace(credit, **profile) for credit in page.credits))


def _classes(tag: Tag) -> set[str]:
    return set(str(tag.attrs.get("class") or "").split())


def _asides(found: Iterable[Tag]) -> list[Tag]:
    """What stands in an essay and is no part of it. A player's title goes to its sound."""
    asides = []
    sound: Tag | None = None
    player: Tag | None = None
    for tag in found:
        if tag.name in CHECKER:
            asides.append(tag)
        elif tag.name == "audio":
            sound, player = tag, None
        elif sound is not None and tag.name == "div" and PLAYER in _classes(tag):
            player = tag
            asides.append(tag)
        elif sound is not None and player is not None and tag.name == "h4" and PLAYER_TITLE in _classes(tag):
            if name := inline_text(tag):
                sound.attrs.setdefault(SOUND_TITLE, name)
            player = None
    return asides


def _told(link: Link, url: str, mentioned: set[str | None]) -> Link:
    """A link with its kind as the site's addresses tell it."""
    host = host_of(link.href)
    here = host_of(url)
    if host is None or here is None or site_of(host) not in SITES | {site_of(here)}:
        return link
    if _MEMBER.fullmatch(link.href):
        kind = "mention" if link.href in mentioned and "@" in (link.text or "")[:2] else "profile"
    elif _TOPIC.fullmatch(link.href):
        kind = "hashtag"
    else:  # the site under another of its names
        kind = "internal" if link.kind == "external" else link.kind
    return replace(link, kind=kind)


def _topics(found: Iterable[Link], text: str | None) -> list[str]:
    """The topics that an essay names as such: the words of links to topics that begin with `#`, and
    those of paragraphs that hold nothing else."""
    linked = ((link.text or "").strip() for link in found if link.kind == "hashtag")
    names = [one_line(word.lstrip(_HASH)) for word in linked if word.startswith(tuple(_HASH))]
    for line in (text or "").split("\n"):
        if line.startswith(tuple(_HASH)) and _TOPICS_ONLY.fullmatch(line):
            names += _TOPIC_WORD.findall(line)
    return list(dict.fromkeys(name for name in names if name))
