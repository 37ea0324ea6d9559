"""What a page can say of itself beside its text, whichever vocabulary says it: the records, and how names,
words and languages are read alike in all of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.markup.render import inline_text
from pipeline.markup.soup import MarkupError, make_soup
from pipeline.markup.urls import host_of, is_web_url, site_of
from pipeline.metadata.licenses import spdx_of
from pipeline.posts.dates import UNKNOWN, Published
from pipeline.posts.plain_text import one_line

# A byline, a tag or a site's id is short; what is longer is none. Unicode code points.
MAX_NAME = 120
# Of one value that is read as one line.
_MAX_TEXT = 20_000

_BY = re.compile(
    r"(?:(?:posted|written|published|story|text|words|reported)\s)?by(?:\s?:)?\s+|(?:author|作者|撰文|文)\s?[:：]\s*",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?:\s(?:says|said|wrote|writes|commented|replied)|\s?(?:说道|說道|说|說|写道|寫道))?\s?(?:[:：…]|\.\.\.)*\Z",
    re.IGNORECASE,
)
# What Drupal puts behind the name of who has no account.
_UNVERIFIED = re.compile(
    r"\s?\((?:not verified|未验证|未驗證|nicht überprüft|non vérifié|no verificado)\)\Z", re.IGNORECASE
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_ORGANISATION = re.compile(r"Organi[sz]ation|Corporation|NGO|Consortium|School|University|Company|Publisher")
# The pages that sites give to people.
_PERSON_PAGE = re.compile(
    r"://[^/?#]+(?:/[^?#]*)?/(?:(?:authors?|users?|u|profiles?|people|person|persons|contributors?|members?|staff|"
    r"writers?|columnists?|journalists?|bloggers?|by|accounts?)/(?P<slug>[^/?#]+)|(?P<handle>@[^/?#]+))/?(?:[?#].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Person:
    """Who wrote something, as stated: `kind` is `person` or `organisation` where that is said; `url` and
    `photo` are absolute."""

    name: str
    kind: str | None = None
    url: str | None = None
    photo: str | None = None


@dataclass(frozen=True)
class StatedComment:
    """A comment that a page's data state. `text` may be HTML; `parent` is the place, from 0, among the
    page's comments of the one that it answers."""

    site_id: str | None
    people: tuple[Person, ...]
    published: Published
    title: str | None
    text: str | None
    parent: int | None = None


@dataclass(frozen=True)
class Metadata:
    """What a page says of itself; null or empty where it says nothing.

    Addresses are absolute. `license` is an SPDX identifier, `language` a BCP 47 tag as written,
    `in_reply_to` the page that this one answers, `url` the address that the page gives for itself.
    """

    title: str | None = None
    authors: tuple[Person, ...] = ()
    published: Published = UNKNOWN
    modified: Published = UNKNOWN
    section: str | None = None
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    description: str | None = None
    license: str | None = None
    language: str | None = None
    site_name: str | None = None
    url: str | None = None
    in_reply_to: str | None = None
    comments: tuple[StatedComment, ...] = field(default=(), repr=False)


NOTHING = Metadata()


def line_of(text: str) -> str | None:
    """Text of a value on one line: where it is HTML, as it is shown; entities are decoded."""
    text = text[:_MAX_TEXT]
    try:
        if "<" in text and ">" in text:
            return inline_text(make_soup(text))
        return one_line(html.unescape(text) if "&" in text else text)
    except (MarkupError, ValueError):  # a number of more digits than Python reads
        return None


def clean_name(text: str | None) -> str | None:
    """A name without what stands before it: `By Ada Marsh`. None for what is no name: an address, a handle,
    a text."""
    name = one_line(text or "")
    if name is None:
        return None
    if (by := _BY.match(name)) is not None:
        name = name[by.end() :]
    name = name.strip(" \xa0,|·•-–—")
    if not name or len(name) > MAX_NAME or is_web_url(name) or name.startswith(("@", "/", "www.")):
        return None
    return name


def clean_speaker(text: str | None) -> str | None:
    """The name of who speaks: `Ada Marsh says:`, `Ada Marsh said...`, `Ada Marsh (not verified)`."""
    name = clean_name(text)
    return (_UNVERIFIED.sub("", _SAYS.sub("", name)).strip() or None) if name else None


def kind_of_type(types: Iterable[str]) -> str | None:
    """What an author of these types of schema.org is: `Person`, `Organization`, `NewsMediaOrganization`."""
    for name in types:
        if name == "Person":
            return "person"
        if _ORGANISATION.search(name):
            return "organisation"
    return None


def is_person_page(url: str) -> bool:
    """True for an address of the form that sites give to the pages of people: `/author/ada-marsh`."""
    return _PERSON_PAGE.search(url) is not None


def slug_of(url: str | None, page_url: str) -> str | None:
    """The last part of the address of a person's page, where it is one of the same site; else None."""
    match = _PERSON_PAGE.search(url) if url else None
    if match is None or url is None:
        return None
    here, there = host_of(page_url), host_of(url)
    if not here or not there or site_of(here) != site_of(there):
        return None
    return match["slug"] or match["handle"]


def keywords(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The words of texts that are lists each: `tea, spouts`."""
    words = (line_of(word) for text in texts if text for word in text[:_MAX_TEXT].split(","))
    return unrepeated(words)


def unrepeated(words: Iterable[str | None]) -> tuple[str, ...]:
    """Short words, each once, in their order."""
    return tuple(dict.fromkeys(word for word in words if word and len(word) <= MAX_NAME))


def language_tag(text: str | None) -> str | None:
    """A BCP 47 tag as written, Open Graph's `en_GB` too; None for what is none."""
    text = (text or "").strip().replace("_", "-")
    return text if _LANGUAGE.fullmatch(text) else None


def one_license(addresses: Sequence[str | None]) -> str | None:
    """The licence that all of these addresses name which name one; None where they differ."""
    found = {spdx for address in addresses if address and (spdx := spdx_of(address))}
    return found.pop() if len(found) == 1 else None


def first_known(dates: Iterable[Published]) -> Published:
    """The first date that is known."""
    return next((date for date in dates if date.at is not None), UNKNOWN)
