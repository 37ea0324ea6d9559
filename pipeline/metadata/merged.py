"""What a page says of itself beside its text: one record, from every vocabulary that the web agrees on.

Where they differ, they are believed in this order, fact by fact:

1. JSON-LD of schema.org (json_ld.py);
2. microdata and RDFa (microdata.py);
3. <meta>: Open Graph, then Dublin Core and the others (meta_tags.py);
4. microformats and hAtom (microformats.py);
5. HTML's own: `rel=author`, `rel=tag`, `rel=license`, `time[datetime]`, `<title>`, `lang`; bylines by class.

The first are written by a machine for other machines, whole and exact; the last by a theme for readers,
in its own place and language. A date that is known to the day only is made exact by the first after it
that states an instant of that day. Nothing is read from a page's comments, cards or share bars: `skip` names
them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from bs4.element import Tag

from pipeline.markup.render import inline_text
from pipeline.markup.survey import Mark
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata import json_ld, meta_tags, microdata, microformats
from pipeline.metadata.stated import (
    NOTHING,
    Metadata,
    Person,
    clean_name,
    language_tag,
    one_license,
    unrepeated,
)
from pipeline.posts.dates import UNKNOWN, Published
from pipeline.posts.plain_text import one_line

# The elements that may say something; and the words, of classes, ids and `rel`, that do.
NAMES = frozenset(("meta", "script", "title", "time"))
WORDS = microformats.WORDS | {"rel:author", "rel:tag", "rel:license", "rel:canonical"}

# One moment has two dates on earth: clocks are up to 14 hours before UTC and 12 behind it.
_SAME_DAY = timedelta(hours=38)
_MAX_TITLE = 2_000
# Elements of one kind that are looked at.
_MOST = 1_000


def read_metadata(
    marks: Sequence[Mark],
    page_url: str,
    *,
    skip: Collection[int] = frozenset(),
    text: Collection[int] | None = frozenset(),
) -> Metadata:
    """The record of the page at `page_url`, from the marks of its survey. `skip` are the places of marks
    whose element is another's: a comment's, a card's. `text` are those in the page's own text, where a <time>
    may be any day; None says that all may be."""
    own = [(place, mark) for place, mark in enumerate(marks) if place not in skip]
    if not own:
        return NOTHING
    html = _html(own, page_url, text)
    scripts = [mark.tag for _, mark in own if mark.tag.name == "script" and _is_json_ld(mark.tag)]
    return _merge(
        (
            json_ld.state(scripts, page_url, html.url) if scripts else NOTHING,
            microdata.state(marks, own, page_url),
            meta_tags.state((mark.tag for _, mark in own if mark.tag.name == "meta"), page_url),
            microformats.state(own, page_url),
            html,
        )
    )


def _is_json_ld(script: Tag) -> bool:
    return "ld+json" in str(script.attrs.get("type") or "").lower()


def _merge(stated: Sequence[Metadata]) -> Metadata:
    merged: dict[str, Any] = {}
    for name in (fact.name for fact in fields(Metadata)):
        merged[name] = next(
            (value for facts in stated if (value := getattr(facts, name))), getattr(NOTHING, name)
        )
    return Metadata(
        **merged
        | {
            "authors": _completed(merged["authors"], stated),
            "published": _exact([facts.published for facts in stated]),
            "modified": _exact([facts.modified for facts in stated]),
        }
    )


def _completed(authors: Sequence[Person], stated: Sequence[Metadata]) -> tuple[Person, ...]:
    """The authors, each once, with what other vocabularies know of those of the same name."""
    known: dict[str, Person] = {author.name.casefold(): author for author in reversed(authors)}
    names = list(dict.fromkeys(author.name.casefold() for author in authors))
    for author in (author for facts in stated for author in facts.authors):
        if (seen := known.get(author.name.casefold())) is not None:
            known[author.name.casefold()] = replace(
                seen,
                kind=seen.kind or author.kind,
                url=seen.url or author.url,
                photo=seen.photo or author.photo,
            )
    return tuple(known[name] for name in names)


def _exact(dates: Sequence[Published]) -> Published:
    """The first date that is known; of the same day, the first that is exact."""
    first = next((date for date in dates if date.at is not None), UNKNOWN)
    if first.at is None or first.precision != "day":
        return first
    for date in dates:
        if date.at is not None and date.precision == "second" and abs(date.at - first.at) <= _SAME_DAY:
            return date
    return first


def _html(own: Sequence[tuple[int, Mark]], page_url: str, text: Collection[int] | None) -> Metadata:
    """What HTML says without any vocabulary."""
    linked: dict[str, list[Tag]] = {}
    times: list[Mark] = []
    title = None
    for place, mark in own:
        name = mark.tag.name
        for word in mark.words:
            if word.startswith("rel:"):
                linked.setdefault(word, []).append(mark.tag)
        if name == "title" and title is None:
            title = one_line(mark.tag.get_text()[:_MAX_TITLE])
        elif (
            name == "time"
            and mark.tag.attrs.get("datetime")
            and (_is_marked(mark) or (text is not None and place not in text))
        ):
            times.append(mark)
    canonical = [
        absolute_web_url(str(tag.attrs.get("href") or ""), page_url)
        for tag in linked.get("rel:canonical", ())
    ]
    return Metadata(
        title=title,
        authors=_linked_authors(linked.get("rel:author", [])[:_MOST], page_url)
        or microformats.bylined(own, page_url),
        published=_published(times),
        tags=unrepeated(inline_text(tag) for tag in linked.get("rel:tag", [])[:_MOST]),
        license=one_license([str(tag.attrs.get("href") or "") for tag in linked.get("rel:license", ())]),
        language=_language(own[0][1].tag),
        url=next((url for url in canonical if url), None),
    )


def _linked_authors(anchors: Sequence[Tag], page_url: str) -> tuple[Person, ...]:
    people: dict[str, Person] = {}
    for anchor in anchors:
        name = clean_name(inline_text(anchor)) if anchor.name == "a" else None
        if name is not None:
            url = absolute_web_url(str(anchor.attrs.get("href") or ""), page_url)
            people.setdefault(name.casefold(), Person(name, None, url))
    return tuple(people.values())


def _published(times: Sequence[Mark]) -> Published:
    """The date of the first <time> that is marked as the published one, else of the only one."""
    for mark in times:
        if _is_marked(mark):
            return microformats.date_of(mark.tag)
    dates = {microformats.date_of(mark.tag) for mark in times[:_MOST]}
    return dates.pop() if len(dates) == 1 else UNKNOWN


def _is_marked(mark: Mark) -> bool:
    return bool(mark.words & {"published", "entry-date", "dt-published"}) or "pubdate" in mark.tag.attrs


def _language(tag: Tag) -> str | None:
    root: Tag | None = tag
    while root is not None and root.name != "html":
        root = root.parent
    return language_tag(str(root.attrs.get("lang") or "")) if root is not None else None
