"""What a page's <meta> elements say of the page: Open Graph (https://ogp.me), then Dublin Core, Highwire's
`citation_`, Parse.ly, Sailthru and plain names, as they are found on the web."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bs4.element import Tag

from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.page_dates import read_machine_date
from pipeline.metadata.stated import (
    NOTHING,
    Metadata,
    Person,
    clean_name,
    first_known,
    keywords,
    language_tag,
    line_of,
    one_license,
    unrepeated,
)
from pipeline.posts.plain_text import one_line

# Each in the order in which it is believed.
TITLES = (
    "og:title",
    "twitter:title",
    "dc.title",
    "dcterms.title",
    "citation_title",
    "parsely-title",
    "title",
)
PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "citation_publication_date", "citation_date", "parsely-pub-date", "sailthru.date", "article.published",
    "published-date", "publish-date", "publish_date", "publishdate", "pubdate", "publication_date",
    "date_published", "datepublished", "date.issued", "created", "date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:updated_time", "dc.date.modified", "dcterms.modified", "last-modified",
    "revised",
)  # fmt: skip
AUTHORS = (
    "article:author", "og:article:author", "author", "dc.creator", "dcterms.creator", "citation_author",
    "parsely-author", "sailthru.author", "article.author", "byl",
)  # fmt: skip
SECTIONS = ("article:section", "og:article:section", "parsely-section", "article.section", "section")
# One tag an element, and all tags in one.
TAGS = ("article:tag", "og:article:tag")
LISTS_OF_TAGS = ("citation_keywords", "parsely-tags", "sailthru.tags", "news_keywords", "keywords")
IMAGES = ("og:image:secure_url", "og:image:url", "og:image", "twitter:image:src", "twitter:image")
DESCRIPTIONS = ("og:description", "description", "dc.description", "dcterms.abstract", "twitter:description")
LICENSES = ("dcterms.license", "dc.rights.license", "dc.rights", "dcterms.rights", "license")
LANGUAGES = ("og:locale", "content-language", "dc.language", "dcterms.language", "citation_language")
SITES = ("og:site_name", "application-name", "citation_journal_title")

Metas = dict[str, list[str]]


def state(elements: Iterable[Tag], page_url: str) -> Metadata:
    """What the <meta> elements of the page at `page_url` say."""
    metas = _contents(elements)
    if not metas:
        return NOTHING
    images = (absolute_web_url(text, page_url) for text in _all(metas, IMAGES))
    return Metadata(
        title=_first(metas, TITLES),
        authors=_people(metas),
        published=first_known(read_machine_date(text) for text in _all(metas, PUBLISHED)),
        modified=first_known(read_machine_date(text) for text in _all(metas, MODIFIED)),
        section=_first(metas, SECTIONS),
        tags=_tags(metas),
        images=tuple(dict.fromkeys(url for url in images if url)),
        description=_first(metas, DESCRIPTIONS),
        license=one_license(_all(metas, LICENSES)),
        language=language_tag(_first(metas, LANGUAGES)),
        site_name=_first(metas, SITES),
        url=absolute_web_url(_first(metas, ("og:url",)) or "", page_url),
    )


def _contents(elements: Iterable[Tag]) -> Metas:
    """The contents of each <meta>, by its property or name in lower case."""
    metas: Metas = {}
    for element in elements:
        attributes = element.attrs
        content = one_line(str(attributes.get("content") or ""))
        if content is not None:
            for key in ("property", "name", "http-equiv"):
                for name in str(attributes.get(key) or "").lower().split()[:5]:
                    metas.setdefault(name, []).append(content)
    return metas


def _all(metas: Metas, names: Sequence[str]) -> list[str]:
    return [text for name in names for text in metas.get(name, ())]


def _first(metas: Metas, names: Sequence[str]) -> str | None:
    return next((text for written in _all(metas, names) if (text := line_of(written))), None)


def _people(metas: Metas) -> tuple[Person, ...]:
    """The authors that the first of the names gives which gives any; an address is none."""
    for name in AUTHORS:
        names = [clean_name(line_of(text)) for text in metas.get(name, ())]
        if any(names):
            return tuple(Person(one) for one in dict.fromkeys(names) if one)
    return ()


def _tags(metas: Metas) -> tuple[str, ...]:
    for name in TAGS:
        if tags := unrepeated(line_of(text) for text in metas.get(name, ())):
            return tags
    return next((tags for name in LISTS_OF_TAGS if (tags := keywords(metas.get(name, ())))), ())
