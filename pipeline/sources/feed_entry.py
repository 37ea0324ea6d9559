"""One entry of a feed becomes a JSON Feed item: which of its elements is what.

What belongs here is what an entry states. How a feed's bytes become entries is in
`pipeline/sources/feed_document.py`. What changes while the entry stays the same (how many comments
it has, its place in the feed, how large its sound file is) is left out, so that the item is stable.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import urljoin, urlsplit

Item = dict[str, Any]

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MARKUP = re.compile(r"<[A-Za-z/!]|&#?\w+;")
_TAG = re.compile(r"<[A-Za-z/!][^>]*>")
# feedparser writes XHTML's `<br/>` so, which HTML reads as two.
_VOID_END = re.compile(r"</(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)>")
_STAND_IN = "feed.invalid"


def xml_item(entry: Mapping[str, Any], feed: Mapping[str, Any], version: str, base: str) -> Item:
    """The item of an entry of RSS or Atom, as feedparser gives it.

    `feed` is the feed's own metadata, `version` feedparser's name of its format, `base` the address
    that relative links are seen from. An entry of Atom without an author has the feed's, as RFC 4287
    says; one of RSS has none. RSS 1.0 has one date, `dc:date`: that of publication.
    """
    published = _first_text(entry, "published", "created")
    updated = _first_text(entry, "updated")
    if not published and not version.startswith("atom"):
        published, updated = updated, None
    url = _xml_url(entry, base)
    authors = _authors(_xml_authors(entry, version), "href")
    if not authors and version.startswith("atom"):
        authors = _authors(_list(feed, "authors"), "href")
    return {
        "id": _xml_id(entry, base) or url,
        "url": url,
        "title": _xml_title(entry),
        **_xml_content(entry, version, base),
        "authors": authors,
        "tags": _tags(_first_text(tag, "label", "term") for tag in _list(entry, "tags")),
        "date_published": published,
        "date_modified": updated,
        "image": _absolute(_xml_image(entry), base),
        "attachments": _xml_attachments(entry, base),
    }


def json_item(entry: Mapping[str, Any], feed: Mapping[str, Any], base: str) -> Item:
    """The item of an entry of a JSON Feed. Version 1.0 has one `author`; without one, the feed's holds."""
    url = _absolute(_first_text(entry, "url"), base)
    identity = entry.get("id")
    if isinstance(identity, int | float) and not isinstance(identity, bool):
        identity = str(identity)  # as the standard says
    authors: list[Item] = []
    for holder in (entry, feed):
        authors = authors or _authors([*_list(holder, "authors"), holder.get("author")], "url")
    attachments = [
        {
            "url": _absolute(_first_text(each, "url"), base),
            "mime_type": _first_text(each, "mime_type"),
            "title": _first_text(each, "title"),
        }
        for each in _list(entry, "attachments")
    ]
    return {
        "id": _text(identity) or url,
        "url": url,
        "title": _first_text(entry, "title"),
        "content_html": _first_text(entry, "content_html"),
        "content_text": _first_text(entry, "content_text"),
        "summary": _first_text(entry, "summary"),
        "authors": authors,
        "tags": _tags(_text(tag) for tag in _plain_list(entry, "tags")),
        "language": _first_text(entry, "language") or _first_text(feed, "language"),
        "date_published": _first_text(entry, "date_published"),
        "date_modified": _first_text(entry, "date_modified"),
        "image": _absolute(_first_text(entry, "image", "banner_image"), base),
        "attachments": [each for each in attachments if each["url"]],
        "_external_url": _absolute(_first_text(entry, "external_url"), base),
    }


def stand_in(base: str) -> str:
    """A feed's address for feedparser, which resolves ids too: with a host that no link has, an id
    that was none can be told."""
    return urlsplit(base)._replace(netloc=_STAND_IN, query="", fragment="").geturl()


def _xml_id(entry: Mapping[str, Any], base: str) -> str | None:
    """The id as stated; a relative one without what feedparser put before it."""
    identity = _first_text(entry, "id")
    if identity is None or not _is_relative(identity):
        return identity
    for put_before in (stand_in(base), urljoin(stand_in(base), "."), urljoin(stand_in(base), "/")):
        identity = identity.removeprefix(put_before)
    return identity or None


def _xml_url(entry: Mapping[str, Any], base: str) -> str | None:
    # What FeedBurner's own links lead to in the end.
    origin = _first_text(entry, "feedburner_origlink")
    if origin and origin.startswith(("http://", "https://")):
        return origin
    for link in _list(entry, "links"):
        if link.get("rel") == "alternate" and link.get("type") in _HTML_TYPES and _first_text(link, "href"):
            return _absolute(_first_text(link, "href"), base)
    address = _first_text(entry, "link")
    # `<guid>` is a link where nothing says that it is not; `<guid>123</guid>` is none all the same.
    if address and address == _first_text(entry, "id") and _is_relative(address):
        return None
    return _absolute(address, base)


def _xml_authors(entry: Mapping[str, Any], version: str) -> list[Mapping[str, Any]]:
    people = _list(entry, "authors")
    # RSS's `ada@delta.example (Ada Marsh)`, of which feedparser knows mail addresses of short domains only.
    raw = _first_text(entry, "author")
    if people and raw and "@" in raw and not version.startswith("atom"):
        name, mail = parseaddr(raw)
        people = [*people[:-1], {"name": name, "email": mail}] if mail else people
    return people


def _xml_title(entry: Mapping[str, Any]) -> str | None:
    """The title as text; a title of HTML without its tags."""
    title = _first_text(entry, "title")
    detail = _mapping(entry, "title_detail")
    if title and detail.get("type") in _HTML_TYPES:
        return _text(_unescape(_TAG.sub("", title)))
    return title


def _unescape(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a number of more digits than Python reads
        return text


def _xml_content(entry: Mapping[str, Any], version: str, base: str) -> Item:
    """Content, summary and language: what is full before what is short, HTML before text."""
    found: Item = {}
    for detail in _list(entry, "content"):
        if text := _readable(detail, entry):
            found.setdefault(text[0], text[1])
            _add_context(detail, base, found)
    detail = _mapping(entry, "summary_detail")
    if (text := _readable(detail, entry)) is None or text[1] in found.values():
        return found
    if "content_html" in found or (found and version.startswith("atom")):
        found["_summary_html" if text[0] == "content_html" else "summary"] = text[1]
    else:
        # In RSS, text that feedparser takes for content is a second, plainer description.
        plain = found.pop("content_text", None)
        found |= {text[0]: text[1], "summary": plain}
        _add_context(detail, base, found)
    return found


def _readable(detail: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key of an item for a text, and the text; None for what is none, such as a picture in base64."""
    value = _first_text(detail, "value")
    kind = _first_text(detail, "type") or "text/plain"
    if not value or not (kind in _HTML_TYPES or kind.startswith("text/")):
        return None
    if kind == "application/xhtml+xml":
        value = _VOID_END.sub("", value)
    # `media:description` is text, though feedparser takes it for HTML.
    is_text = not _MARKUP.search(value) and "\n" in value and "media_thumbnail" in entry
    return "content_html" if kind in _HTML_TYPES and not is_text else "content_text", value


def _add_context(detail: Mapping[str, Any], base: str, found: Item) -> None:
    """The language of a text, and where its links are seen from where that is not the feed."""
    found.setdefault("language", _first_text(detail, "language"))
    own = _absolute(_first_text(detail, "base"), base)
    found.setdefault("_base", own if own != base else None)


def _xml_image(entry: Mapping[str, Any]) -> str | None:
    for thumbnail in _list(entry, "media_thumbnail"):
        if url := _first_text(thumbnail, "url"):
            return url
    return _first_text(_mapping(entry, "image"), "href")


def _xml_attachments(entry: Mapping[str, Any], base: str) -> list[Item]:
    places = [
        *((link, "href") for link in _list(entry, "links") if link.get("rel") == "enclosure"),
        *((media, "url") for media in _list(entry, "media_content")),
        *((content, "src") for content in _list(entry, "content")),
    ]
    found: dict[str, Item] = {}
    for place, key in places:
        if url := _absolute(_first_text(place, key), base):
            found.setdefault(
                url,
                {"url": url, "mime_type": _first_text(place, "type"), "title": _first_text(place, "title")},
            )
    return list(found.values())


def _authors(people: Iterable[Any], address: str) -> list[Item]:
    """Names, each with its page. Who has a mail address and no name is kept by it: `mailto:`."""
    found: dict[tuple[str | None, str | None], None] = {}
    for person in people:
        if not isinstance(person, Mapping):
            continue
        name, url, mail = (_first_text(person, key) for key in ("name", address, "email"))
        if not name and not url and mail:
            url = f"mailto:{mail}"
        if name or url:
            found[name, url] = None
    return [{"name": name, "url": url} for name, url in found]


def _tags(words: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


def _absolute(url: str | None, base: str) -> str | None:
    if not url:
        return None
    try:
        url = urljoin(base, url)
        return (
            urljoin(base, urlsplit(url)._replace(scheme="", netloc="").geturl()) if _is_relative(url) else url
        )
    except ValueError:
        return url


def _is_relative(url: str) -> bool:
    """True for an address that feedparser made of a relative one."""
    try:
        return urlsplit(url).netloc == _STAND_IN
    except ValueError:
        return False


# An entry can hold anything under any name: `<links a="b"/>` is a mapping where a list should be.


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _first_text(holder: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        # feedparser's own `get` answers with other keys' values too.
        if isinstance(holder, dict) and (text := _text(dict.get(holder, key))):
            return text
    return None


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = dict.get(holder, key) if isinstance(holder, dict) else None
    return value if isinstance(value, Mapping) else {}


def _plain_list(holder: Mapping[str, Any], key: str) -> list[Any]:
    value = dict.get(holder, key) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []


def _list(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [each for each in _plain_list(holder, key) if isinstance(each, Mapping)]
