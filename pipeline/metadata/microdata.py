"""What a page's microdata and RDFa say of the page: `itemprop="author"`, `property="schema:author"`,
`property="dc:created"`.

https://html.spec.whatwg.org/#microdata, https://www.w3.org/TR/rdfa-lite/. An element with a type begins an
item; a property belongs to the item around it. Prefixes and vocabularies are left away: what counts is the
last part of a name, which is the same in schema.org, Dublin Core and SIOC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bs4.element import Tag

from pipeline.markup.lazy import image_url
from pipeline.markup.render import inline_text
from pipeline.markup.survey import NOWHERE, Mark
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.json_ld import ARTICLES, PAGES
from pipeline.metadata.page_dates import read_machine_date
from pipeline.metadata.stated import (
    NOTHING,
    Metadata,
    Person,
    clean_name,
    first_known,
    keywords,
    kind_of_type,
    language_tag,
    one_license,
    unrepeated,
)
from pipeline.posts.dates import Published
from pipeline.posts.plain_text import one_line

# SIOC's and FOAF's names for what schema.org calls an article: Drupal 7 writes `sioc:Item foaf:Document`.
_DOCUMENTS = ARTICLES | {"Item", "Document", "BlogPost"}
# `<meta property="og:title">` is Open Graph, of which meta_tags.py reads all.
_OPEN_GRAPH = frozenset("og article twitter fb al book profile video music product".split())
# Elements of one property of one item that are looked at: nobody has as many authors.
_MOST = 50

Own = Sequence[tuple[int, Mark]]


def state(marks: Sequence[Mark], own: Own, page_url: str) -> Metadata:
    """What the item that is the page says, and Drupal's properties outside any item. `own` are the page's own
    marks with their places among all of them."""
    if not any("itemprop" in mark.tag.attrs or "property" in mark.tag.attrs for _, mark in own):
        return NOTHING
    scopes = scopes_of(marks)
    item = _page_item(marks, own, scopes)
    facts: dict[str, list[tuple[int, Tag]]] = {}
    for place, mark in own:
        names = properties(mark.tag)
        around = NOWHERE if mark.around == NOWHERE else scopes[mark.around]
        if "typeof" in mark.tag.attrs and ("about" in mark.tag.attrs or "datatype" in mark.tag.attrs):
            around = place  # RDFa: the property is of what the element is about
        if names and (around == item or (around == NOWHERE and "property" in mark.tag.attrs)):
            for name in names:
                found = facts.setdefault(name, [])
                if len(found) < _MOST:
                    found.append((place, mark.tag))
    people = [place for name in ("author", "creator") for place, _ in facts.get(name, ())]
    addresses = (
        value_address(tag, page_url) for name in ("image", "thumbnailUrl") for _, tag in facts.get(name, ())
    )
    return Metadata(
        title=_text(facts, "headline", "name", "title"),
        authors=tuple(_people(marks, own, people, page_url)) or tuple(_user(own, page_url)),
        published=_date(facts, "datePublished", "dateCreated", "issued", "created", "date"),
        modified=_date(facts, "dateModified", "modified"),
        section=_text(facts, "articleSection"),
        tags=keywords(value(tag) for _, tag in facts.get("keywords", ())) or unrepeated(_terms(own)),
        images=tuple(dict.fromkeys(url for url in addresses if url)),
        license=one_license(
            [value_address(tag, page_url) or value(tag) for _, tag in facts.get("license", ())]
        ),
        language=language_tag(_text(facts, "inLanguage")),
    )


def scopes_of(marks: Sequence[Mark]) -> list[int]:
    """For each mark the place of the item that what stands in it belongs to: its own, where it begins one,
    else that of the item around it; NOWHERE outside any."""
    scopes: list[int] = []
    for place, mark in enumerate(marks):
        if begins_item(mark.tag):
            scopes.append(place)
        else:
            scopes.append(NOWHERE if mark.around == NOWHERE else scopes[mark.around])
    return scopes


def begins_item(tag: Tag) -> bool:
    """True for an element that begins an item of microdata or a resource of RDFa."""
    return "itemtype" in tag.attrs or "itemscope" in tag.attrs or "typeof" in tag.attrs


def types(tag: Tag) -> frozenset[str]:
    """The types of an item, without their vocabulary: `https://schema.org/Comment` and `sioct:Comment` are
    `Comment`."""
    written = f"{tag.attrs.get('itemtype') or ''} {tag.attrs.get('typeof') or ''}"
    return frozenset(name.rpartition("/")[2].rpartition(":")[2] for name in written.split()[:20])


def properties(tag: Tag) -> list[str]:
    """The names of the properties that an element has, without their vocabulary."""
    attributes = tag.attrs
    names: list[str] = []
    if written := attributes.get("itemprop"):
        names += str(written).split()[:20]
    if written := attributes.get("property"):
        for name in str(written).split()[:20]:
            prefix, _, last = name.rpartition(":")
            if tag.name != "meta" or prefix.partition(":")[0].lower() not in _OPEN_GRAPH:
                names.append(last)
    return names


def value(tag: Tag) -> str | None:
    """The value of a property as text, by https://html.spec.whatwg.org/#values; `content` first, as RDFa
    reads it."""
    attributes = tag.attrs
    for name in ("content", "datetime"):
        if written := attributes.get(name):
            return one_line(str(written))
    if tag.name in ("meta", "link", "img", "script"):
        return one_line(str(attributes.get("href") or attributes.get("src") or ""))
    return inline_text(tag)


def value_address(tag: Tag, page_url: str) -> str | None:
    """The address that is the value of a property, or that of the first picture or link in it."""
    for place in (tag, tag.find(("img", "a", "link", "meta"))):
        if not isinstance(place, Tag):
            continue
        if place.name == "img":
            return image_url(place, page_url)
        if written := place.attrs.get("href") or place.attrs.get("src") or place.attrs.get("content"):
            return absolute_web_url(str(written), page_url)
    return None


def _page_item(marks: Sequence[Mark], own: Own, scopes: Sequence[int]) -> int:
    """The place of the item that is the page, of an article's type, else of a page's; NOWHERE where none
    is or several may be."""
    for kinds in (_DOCUMENTS, PAGES):
        found = []
        for place, mark in own:
            if scopes[place] == place and types(mark.tag) & kinds:
                around = NOWHERE if mark.around == NOWHERE else scopes[mark.around]
                if around == NOWHERE or not types(marks[around].tag) & kinds:
                    found.append(place)
        if len(found) > 1:
            with_text = {scopes[place] for place, mark in own if "articleBody" in properties(mark.tag)}
            found = [place for place in found if place in with_text]
        if len(found) == 1:
            return found[0]
    return NOWHERE


def _people(marks: Sequence[Mark], own: Own, places: Sequence[int], page_url: str) -> Iterator[Person]:
    """The authors of an item: each is a text, a link, or an item that has a `name`."""
    inside: dict[int, dict[str, Tag]] = {place: {} for place in places}
    owners: dict[int, int] = {}
    for place, mark in own:
        owner = mark.around if mark.around in inside else owners.get(mark.around)
        if owner is not None:
            owners[place] = owner
            for fact in properties(mark.tag):
                inside[owner].setdefault(fact, mark.tag)
    for place, facts in inside.items():
        tag = marks[place].tag
        name = clean_name(value(facts["name"]) if "name" in facts else value(tag))
        if name is None:
            continue
        anchor = tag if tag.name == "a" else tag.find("a", href=True)
        linked = (
            absolute_web_url(str(anchor.attrs.get("href") or ""), page_url)
            if isinstance(anchor, Tag)
            else None
        )
        yield Person(
            name,
            kind_of_type(sorted(types(tag))),
            (value_address(facts["url"], page_url) if "url" in facts else None) or linked,
            value_address(facts["image"], page_url) if "image" in facts else None,
        )


def _user(own: Own, page_url: str) -> Iterator[Person]:
    """Drupal's author: `<a typeof="sioc:UserAccount" property="foaf:name" about="/user/4">`; in Drupal 8 a
    `schema:Person`."""
    for _, mark in own:
        if "typeof" not in mark.tag.attrs or "name" not in properties(mark.tag):
            continue
        named = types(mark.tag)
        if "UserAccount" in named or ("Person" in named and _is_author(mark.tag)):
            name = clean_name(value(mark.tag))
            if name is not None:
                address = mark.tag.attrs.get("href") or mark.tag.attrs.get("about")
                yield Person(
                    name, kind_of_type(sorted(named)), absolute_web_url(str(address or ""), page_url)
                )
                return


def _is_author(tag: Tag) -> bool:
    """True where the element around says so: `<span rel="schema:author">`."""
    around = tag.parent
    relations = str(around.attrs.get("rel") or "").split() if around is not None else []
    return any(relation.rpartition(":")[2] in ("author", "has_creator") for relation in relations)


def _terms(own: Own) -> Iterator[str | None]:
    """Drupal's tags: `<a typeof="skos:Concept" property="rdfs:label skos:prefLabel">`."""
    for _, mark in own:
        if "typeof" in mark.tag.attrs and "Concept" in types(mark.tag) and "label" in properties(mark.tag):
            yield value(mark.tag)


def _text(facts: dict[str, list[tuple[int, Tag]]], *names: str) -> str | None:
    return next((text for name in names for _, tag in facts.get(name, ()) if (text := value(tag))), None)


def _date(facts: dict[str, list[tuple[int, Tag]]], *names: str) -> Published:
    return first_known(
        read_machine_date(value(tag) or "") for name in names for _, tag in facts.get(name, ())
    )
