"""What the classes of a page say of the page: microformats' h-entry (https://microformats.org/wiki/h-entry),
the older hAtom, which most themes of WordPress still write, and the classes of bylines.

    article.h-entry                           article.hentry
      h1.p-name                                 h1.entry-title
      time.dt-published                         time.entry-date.published
      a.p-author.h-card                         span.author.vcard > a.fn
      div.e-content                             div.entry-content
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bs4.element import Tag

from pipeline.markup.lazy import image_url
from pipeline.markup.render import inline_text
from pipeline.markup.survey import Mark
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.microdata import value_address
from pipeline.metadata.page_dates import read_machine_date, read_written_date
from pipeline.metadata.stated import (
    MAX_NAME,
    NOTHING,
    Metadata,
    Person,
    clean_name,
    is_person_page,
    unrepeated,
)
from pipeline.posts.dates import UNKNOWN, Published

WORDS = frozenset(
    "h-entry hentry h-cite h-card vcard fn p-name p-author p-category e-content dt-published dt-updated "
    "u-in-reply-to author published updated entry-date entry-title post-title author-name entry-author-name "
    "post-author-name byline-name byline post-author entry-author".split()
)
# In the order in which they are believed.
_BYLINES = (
    "author-name", "entry-author-name", "post-author-name", "byline-name", "byline", "post-author",
    "entry-author", "author",
)  # fmt: skip
# An entry may hold these, which are another's, and its own text.
_OTHERS = frozenset(("h-entry", "h-cite", "e-content"))
_NAME = re.compile(r"(?:\A|\s)(?:fn|p-name)(?:\s|\Z)")
_NUMBER = re.compile(r"\d")
# A byline names some people; what has more is a list of something else.
_MOST = 20
_MOST_ASKED = 100
_MAX_BYLINE = 60

Own = Sequence[tuple[int, Mark]]


def state(own: Own, page_url: str) -> Metadata:
    """What the page's one entry says; `own` are the page's own marks with their places among all."""
    inside = _of_entry(own)
    if not inside:
        return NOTHING
    published = modified = UNKNOWN
    people: tuple[Person, ...] = ()
    title = in_reply_to = None
    tags: list[str | None] = []
    asked: Counter[str] = Counter()
    for mark in inside:
        # What says nothing many times over is not asked any more.
        words = frozenset(word for word in mark.words if asked[word] < _MOST_ASKED)
        asked.update(words)
        if not published.at and ("dt-published" in words or "published" in words):
            published = date_of(mark.tag)
        elif not modified.at and ("dt-updated" in words or "updated" in words):
            modified = date_of(mark.tag)
        if not people and ("p-author" in words or ("author" in words and "vcard" in words)):
            people = tuple(_card(mark.tag, page_url))
        if in_reply_to is None and "u-in-reply-to" in words:
            in_reply_to = value_address(mark.tag, page_url)
        if title is None and "p-name" in words and not words & {"e-content", "p-author", "h-card"}:
            title = inline_text(mark.tag)
        if "p-category" in words:
            tags.append(inline_text(mark.tag))
    return Metadata(
        title=title,
        authors=people,
        published=published,
        modified=modified,
        tags=unrepeated(tags),
        in_reply_to=in_reply_to,
    )


def bylined(own: Own, page_url: str) -> tuple[Person, ...]:
    """The people of the bylines that a class names, whatever else the page says."""
    by_word: dict[str, list[Mark]] = {}
    for _, mark in own:
        for word in mark.words:
            by_word.setdefault(word, []).append(mark)
    for word in _BYLINES:
        people: dict[str, Person] = {}
        for mark in by_word.get(word, ())[:_MOST]:
            if mark.text <= MAX_NAME:
                for person in _byline(mark.tag, page_url):
                    people.setdefault(person.name.casefold(), person)
        if people:
            return tuple(people.values())
    return ()


def date_of(tag: Tag) -> Published:
    """The date that an element states: its attributes, those of a <time> in it, else its text."""
    time = tag if tag.attrs.get("datetime") or tag.name == "time" else tag.find("time")
    place = time if isinstance(time, Tag) else tag
    for name in ("datetime", "content", "value", "title"):
        if (written := place.attrs.get(name)) and (date := read_machine_date(str(written))).at is not None:
            return date
    return read_written_date(inline_text(place) or "")


def _of_entry(own: Own) -> list[Mark]:
    """The marks of the page's one entry, but for those of entries, citations and texts in it."""
    for word in ("h-entry", "hentry"):
        found: list[int] = []
        # Of each mark in an entry, whether it is the entry's own; the others are outside of any.
        is_own: dict[int, bool] = {}
        inside: list[Mark] = []
        for place, mark in own:
            if mark.around in is_own:
                is_own[place] = is_own[mark.around] and not mark.words & _OTHERS
                if is_own[mark.around]:
                    inside.append(mark)
            elif word in mark.words and not mark.words & {"h-cite", "u-in-reply-to"}:
                found.append(place)
                is_own[place] = True
        if len(found) == 1:
            return inside
    return []


def _card(tag: Tag, page_url: str) -> Iterator[Person]:
    """An author's card: the name that is marked in it, else its link's text, else its own."""
    named = tag.find(class_=_NAME) if tag.contents else None
    anchor = tag if tag.name == "a" else tag.find("a", href=True)
    name = next(
        (
            name
            for place in (named, anchor, tag)
            if isinstance(place, Tag) and (name := clean_name(inline_text(place)))
        ),
        None,
    )
    if name is not None:
        photo = tag.find("img")
        yield Person(
            name,
            None,
            absolute_web_url(str(anchor.attrs.get("href") or ""), page_url)
            if isinstance(anchor, Tag)
            else None,
            image_url(photo, page_url) if isinstance(photo, Tag) else None,
        )


def _byline(tag: Tag, page_url: str) -> Iterator[Person]:
    """The people of `By Ada Marsh`: those whose pages it links to, else its text, where it is a name only."""
    anchors = [tag] if tag.name == "a" else tag.find_all("a", href=True)
    if not anchors:
        text = inline_text(tag)
        name = clean_name(text) if text and len(text) <= _MAX_BYLINE and not _NUMBER.search(text) else None
        if name is not None:
            yield Person(name)
        return
    for anchor in anchors[:_MOST]:
        address = absolute_web_url(str(anchor.attrs.get("href") or ""), page_url)
        is_person = "author" in str(anchor.attrs.get("rel") or "").split() or (
            address and is_person_page(address)
        )
        if is_person and (name := clean_name(inline_text(anchor))):
            yield Person(name, None, address)
