"""One comment as an engine writes it: who wrote it, when, its title and its text.

The parts are told by class or property, in the order in which they are believed, whichever engine wrote
them. What a comment holds beside them (links to answer, to share, to edit) is no text of it: its links are
rows of the region `field`, those to its author of `profile`. A time that is stated without an offset is
taken as if in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from bs4.element import NavigableString, PageElement, Tag

from pipeline.markup.content import NOTHING, read_content
from pipeline.markup.cutting import boxed, cut
from pipeline.markup.lazy import image_url
from pipeline.markup.links import Link, links
from pipeline.markup.media import media
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements
from pipeline.markup.survey import NOWHERE, Mark
from pipeline.markup.urls import absolute_web_url
from pipeline.metadata.microdata import begins_item, properties, types
from pipeline.metadata.page_dates import read_machine_date, read_timestamp, read_written_date
from pipeline.metadata.stated import clean_name, clean_speaker, kind_of_type, slug_of
from pipeline.sites.page import Comment, Credit

_AUTHORS = (
    "fn", "p-author", "comment-author-name", "comment-author-link", "commenter-name", "comment--author-name",
    "dsq-author-user-#", "dsq-commenter-name", "isso-author", "commento-name", "author-name",
    "annotation-card--username", "annotation-username", "gsc-comment-author", "username", "user-name",
    "nickname", "comment-author", "comment--author", "commentauthor", "dsq-cite-#", "author", "creator",
    "user", "commenter", "comment-user", "display-name", "node-profile",
)  # fmt: skip
# Nothing but the text of a comment; and what may hold more, and is asked after those.
_BODIES = (
    "comment-content", "field-name-comment-body", "field--name-comment-body", "comment-message",
    "dsq-comment-message", "dsq-comment-message-#", "post-message", "isso-text", "commento-body",
    "gsc-comment-content", "gsc-reply-content", "annotation-card--text", "annotation-text",
    "annotation-body", "comment-copy", "commenttext", "commentcontent", "e-content", "p-content",
    "comment-description", "post", "markdown-body",
)  # fmt: skip
_WRAPPERS = (
    "comment-text", "comment--text", "comment--content", "comment-body", "comment--body", "commentbody",
    "content", "body", "text",
)  # fmt: skip
_TIMES = (
    "dt-published", "published", "comment-date", "comment-time", "comment-timestamp", "commento-timeago",
    "time-ago", "post-time", "datetime", "timestamp", "date", "annotation-card--timestamp",
    "crawler-post-infos", "comment-metadata", "commentmetadata", "comment-meta", "comment--meta",
    "submitted", "comment-submitted", "comment--submitted",
)  # fmt: skip
_TITLES = ("comment-title", "comment--title", "comment-subject", "subject")
# What stands around a comment's text where nothing marks the text.
_CHROME = frozenset(
    "comment-header comment-info comment-footer comment-footer-meta comment-actions comment-action "
    "reply comment-reply comment-reply-link comment-edit-link edit-link comment-awaiting-moderation "
    "says comment-avatar avatar avatar-image-container comment-permalink permalink attribution "
    "links comment-options comment-links isso-comment-header isso-comment-footer commento-header "
    "commento-options vcard comment--meta comment-meta comment-tools comment-controls comment-votes "
    "comment-rating dsq-comment-header comment-replies annotation-card--quote annotation-quote "
    "comment-arrow profile node-profile".split()
)
_BY_PAGE_AUTHOR = frozenset("bypostauthor comment-by-node-author by-node-author by-post-author".split())
# Engines that say so of each comment by the page's author say with these that they would.
_WOULD_SAY = _BY_PAGE_AUTHOR | {"depth-#", "comment-by-anonymous", "by-anonymous", "js-comment"}
_PERMALINK = "permalink"

# The words of a comment's parts, and those that nothing else has.
PARTS = frozenset((*_AUTHORS, *_BODIES, *_WRAPPERS, *_TIMES))
OWN_PARTS = frozenset(word for word in PARTS if "comment" in word or "annotation" in word)
WORDS = PARTS | _CHROME | _WOULD_SAY | frozenset((*_TITLES, _PERMALINK, "p-name", "rel:author"))
# Words of what is no text of a comment, and those that nothing in its text has.
_NOT_TEXT = frozenset((*_AUTHORS, *_TIMES, *_TITLES)) | _CHROME
_OWN_NOT_TEXT = frozenset(
    word for word in (*_AUTHORS, *_TIMES) if "comment" in word or word in ("fn", "p-author", "isso-author")
)
_TEXT_PROPERTIES = frozenset(("text", "commentText", "articleBody", "encoded", "reviewBody"))
_DATE_PROPERTIES = frozenset(("datePublished", "dateCreated", "commentTime", "created", "date", "issued"))
_PEOPLE = frozenset(("Person", "UserAccount", "Organization"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

# The site's own number of a comment: `comment-41`, `li-comment-41`, Blogger's `c41`; Commento's and TypePad's
# is a hash.
_ID = re.compile(
    r"(?:li-|div-)?(?:dsq-comment|gsc-comment|comment|post|isso|cmt|annotation|c)[-_]?(\d{1,24})"
    r"|(?:commento-comment-card|comment)-([0-9a-f]{8,64})",
    re.IGNORECASE,
)
_IDS = ("data-comment-id", "data-commentid", "data-comment", "data-id", "dsq:id")
_FRAGMENT = re.compile(r"#(?:li-|div-)?(?:comment|cmt|c|isso)[-_]?(?P<id>\d{1,24})\Z", re.IGNORECASE)
_TIMESTAMPS = ("data-comment-timestamp", "data-timestamp", "data-epoch", "data-time")
# Blogger's address of a comment holds the moment at which it was made, in milliseconds.
_BLOGGER_TIME = re.compile(r"[?&]showComment=(\d{12,14})(?:#|&|\Z)")
# A picture of a person is called so, or stands in what is called so.
_PHOTO = re.compile(r"avatar|photo|userpic|portrait|headshot", re.IGNORECASE)
_PERSON_BOX = re.compile(
    r"(?:\A|[\s_-])(?:author|vcard|user|profile|commenter|creator)(?:[\s_-]|\Z)", re.IGNORECASE
)
_PLACEHOLDERS = ("/blank.gif", "/b16-rounded.gif", "/blogger_logo_round_35.png")
_SAYS = re.compile(r"\s*(?:says?|said|wrote|schrieb|dice|dit)?\s*(?::|\.\.\.|…)?\s*", re.IGNORECASE)
# What a line holds that names the author and the time: `Ben Ford says, on 4 May at 9:00`.
_JOINTS = re.compile(r"(?:[\W_]|says|said|wrote|on|at|by|posted|commented)*+", re.IGNORECASE)
_MAX_JOINTS = 200
_BLOCKS = ("p", "div", "blockquote", "ul", "ol", "pre", "table", "section", "article")
# How far something of a comment may stand within its box, in elements.
_MAX_DEPTH = 50

Own = Sequence[tuple[int, Mark]]


def read_comment(own: Own, site_id: str | None, page_url: str, *, prettified: bool = False) -> Comment:
    """One comment, from its marks with their places, of which the first is its own. Those that answer it
    are out of its tree. Its key is empty."""
    tag = own[0][1].tag
    if tag.name == "post":
        return _read_exported(tag, site_id, page_url)
    body = _body(own)
    outside = _outside(own, body)
    person = _author(tag, outside)
    time = _first(outside, _TIMES)
    title = _title(outside)
    title_text = inline_text(title, prettified=prettified) if title is not None else None
    credit = _credit(tag, person, body, page_url) if person is not None else None
    published_at = _published_at(tag, outside, time)
    if site_id is None:
        site_id = _number_linked(outside)
    if body is not None:
        cut([body])
        text, rest = body, [tag]
    else:
        text, rest = (
            tag,
            _take_off(tag, outside, [part for part in (person, time, title) if part is not None]),
        )
    content = read_content(text, page_url, "comment", prettified=prettified)
    profile_url = credit.profile_url if credit is not None else None
    photo_url = credit.photo_url if credit is not None else None
    rest = [boxed(part) for part in rest]
    beside = [link for part in rest for link in links(part, page_url, "field", prettified=prettified)]
    shown = [item for part in rest for item in media(part, page_url, "field", prettified=prettified)]
    return Comment(
        key="",
        site_comment_id=site_id,
        body_text=content.text,
        body_html=content.html,
        credits=(credit,) if credit is not None else (),
        title=title_text,
        author_line=credit.name if credit is not None else None,
        by_node_author=any(mark.words & _BY_PAGE_AUTHOR for _, mark in own),
        published_at=published_at,
        links=(*content.links, *(_of_author(link, profile_url, page_url) for link in beside)),
        media=(
            *content.media,
            *(replace(i, region="profile", role="profile") if i.url == photo_url else i for i in shown),
        ),
    )


def _take_off(comment: Tag, marks: Sequence[Mark], named: Sequence[Tag]) -> list[Tag]:
    """Take off a comment whose text nothing marks what is no text of it: its author, its time, its title,
    with what else stands in the same line (`Ben Ford, 4 May`), and its buttons. Returns these parts."""
    times = [mark.tag for mark in marks if mark.tag.name == "time"][:5]
    named = [*named, *(time for time in times if all(time is not part for part in named))]
    known = {id(part) for part in named}
    rest = []
    for part in named:
        _take_off_speech(part)
        line = part
        around = part.parent
        if around is not None and around is not comment and around.find(_BLOCKS) is None:
            others = (str(text) for text in around.find_all(string=True) if not _is_below(text, known))
            between = " ".join(others)
            if len(between) <= _MAX_JOINTS and _JOINTS.fullmatch(between):
                line = around
        if line.parent is not None:
            cut([line])
            rest.append(line)
    buttons = [mark.tag for mark in marks if mark.words & _CHROME and id(mark.tag) not in known]
    cut(buttons)
    return rest + buttons


def _is_below(text: PageElement, known: Collection[int]) -> bool:
    """True for a text in one of these elements, or right below what stands in one."""
    around = text.parent
    for _ in range(4):
        if around is None:
            return False
        if id(around) in known:
            return True
        around = around.parent
    return False


def _take_off_speech(person: Tag) -> None:
    """Old themes write `<cite>Ben Ford</cite> Says:`."""
    behind = person.next_sibling
    if person.name == "cite" and type(behind) is NavigableString and _SAYS.fullmatch(behind[:40]):
        behind.extract()


def _read_exported(post: Tag, site_id: str | None, page_url: str) -> Comment:
    """One <post> of an export: `<message>`, `<createdAt>`, `<author><name>`, `<isSpam>`."""
    message, created, author = (post.find(name) for name in ("message", "createdat", "author"))
    name = author.find("name") if isinstance(author, Tag) else None
    person = clean_name(inline_text(name)) if isinstance(name, Tag) else None
    marked = {name: post.find(name) for name in ("isdeleted", "isspam")}
    is_true = {name: isinstance(tag, Tag) and inline_text(tag) == "true" for name, tag in marked.items()}
    # Its author took it back.
    content = (
        NOTHING if is_true["isdeleted"] or message is None else read_content(message, page_url, "comment")
    )
    return Comment(
        key="",
        site_comment_id=site_id,
        body_text=content.text,
        body_html=content.html,
        credits=(Credit(person, "commenter"),) if person else (),
        author_line=person,
        published_at=read_machine_date(inline_text(created) or "").at if isinstance(created, Tag) else None,
        spam_signals=(("marked_by_site",) if is_true["isspam"] else ()) if marked["isspam"] else None,
        links=content.links,
        media=content.media,
    )


def number_of(tag: Tag) -> str | None:
    """The site's own id of a comment, as its element states it."""
    attributes = tag.attrs
    if number := _number_in(str(attributes.get("id") or "")):
        return number
    for name in _IDS:
        if (
            (written := attributes.get(name))
            and len(number := str(written).strip()) <= 64
            and number.isalnum()
        ):
            return number
    return None


def number_beside(tag: Tag) -> str | None:
    """The id of the empty anchor before a comment or at its beginning: `<a id="comment-41"></a><article>`."""
    before = tag.previous_sibling
    if isinstance(before, NavigableString) and not before.strip():
        before = before.previous_sibling
    for place in (before, *tag.contents[:3]):
        if isinstance(place, Tag) and place.attrs and not place.contents:
            written = str(place.attrs.get("id") or place.attrs.get("name") or "")
            if number := _number_in(written):
                return number
    return None


def _number_in(identity: str) -> str | None:
    match = _ID.fullmatch(identity[:100])
    return (match.group(1) or match.group(2)) if match else None


def would_say(mark: Mark) -> bool:
    """True for a mark of an engine that says of each comment whether the page's author wrote it."""
    return bool(mark.words & _WOULD_SAY)


def _body(own: Own) -> Tag | None:
    """What holds the comment's text and nothing else; None where nothing says so."""
    by_word: dict[str, tuple[int, Mark]] = {}
    for place, mark in own[1:]:
        if _TEXT_PROPERTIES.intersection(properties(mark.tag)) and mark.tag.name != "meta":
            return mark.tag
        for word in mark.words:
            by_word.setdefault(word, (place, mark))
    # What has the author or the time in it is the whole comment once more; but a text may quote somebody.
    for words, not_text in ((_BODIES, _OWN_NOT_TEXT), (_WRAPPERS, _NOT_TEXT)):
        if candidates := [by_word[word] for word in words if word in by_word]:
            holders = _holders(own, not_text)
            if found := [mark.tag for place, mark in candidates if place not in holders]:
                return found[0]
    return None


def _holders(own: Own, words: frozenset[str]) -> set[int]:
    """The places of a comment's marks that hold one with such a word."""
    arounds = {place: mark.around for place, mark in own}
    holders: set[int] = set()
    for _, mark in own[1:]:
        around = mark.around if mark.words & words else NOWHERE
        while around in arounds and around not in holders:
            holders.add(around)
            around = arounds[around]
    return holders


def _outside(own: Own, body: Tag | None) -> list[Mark]:
    """A comment's marks but its own, its text's and those in its text."""
    within: set[int] = set()
    found = []
    for place, mark in own[1:]:
        if mark.tag is body or mark.around in within:
            within.add(place)
        else:
            found.append(mark)
    return found


def _first(marks: Sequence[Mark], words: Sequence[str]) -> Tag | None:
    """The element with the first of the words that any has."""
    by_word: dict[str, Tag] = {}
    for mark in marks:
        for word in mark.words:
            by_word.setdefault(word, mark.tag)
    return next((by_word[word] for word in words if word in by_word), None)


def _author(comment: Tag, marks: Sequence[Mark]) -> Tag | None:
    """The element that names who wrote the comment."""
    for place, mark in enumerate(marks):
        names = properties(mark.tag)
        if "author" in names or "creator" in names:
            inner = (m.tag for m in marks[place + 1 : place + 10] if "name" in properties(m.tag))
            return next((tag for tag in inner if _is_in(tag, mark.tag)), mark.tag)
        if "name" in names and types(mark.tag) & _PEOPLE:
            return mark.tag
    found = _first(marks, _AUTHORS)
    if found is None:
        found = _first(marks, ("rel:author",))
        if found is None:
            found = next((child for child in comment.contents if _is_cite(child)), None)
        return found if found is not None else _in_bold(marks)
    if "p-author" in str(found.attrs.get("class") or ""):  # microformats name the name in the card
        return next((mark.tag for mark in marks if "p-name" in mark.words and _is_in(mark.tag, found)), found)
    return found


def _in_bold(marks: Sequence[Mark]) -> Tag | None:
    """The name that the head of a comment shows in bold, as GitHub's does, and so utterances'."""
    head = _first(marks, ("comment-header", "comment-meta", "comment-info"))
    name = head.find(("strong", "b")) if head is not None else None
    if not isinstance(name, Tag):
        return None
    return name.parent if name.parent is not None and name.parent.name == "a" else name


def _is_cite(node: PageElement) -> TypeGuard[Tag]:
    return isinstance(node, Tag) and node.name == "cite"


def _is_in(tag: Tag, outer: Tag) -> bool:
    around = tag.parent
    for _ in range(_MAX_DEPTH):
        if around is None or around is outer:
            break
        around = around.parent
    return around is outer


def _title(marks: Sequence[Mark]) -> Tag | None:
    """The element of the comment's title: named so, or a heading that is its permalink."""
    if (named := _first(marks, _TITLES)) is not None:
        return named
    for mark in marks:
        tag = mark.tag
        if tag.name in _HEADINGS and {"name", "title", "headline"}.intersection(properties(tag)):
            return tag
        if _PERMALINK in mark.words and tag.parent is not None and tag.parent.name in _HEADINGS:
            return tag.parent
    return None


def _credit(comment: Tag, person: Tag, body: Tag | None, page_url: str) -> Credit | None:
    anchor = _anchor(person, comment)
    label = anchor if anchor is not None and _is_in(anchor, person) and inline_text(anchor) else person
    heading = person.find("h3") if person.name == "div" else None
    name = clean_speaker(inline_text(heading if isinstance(heading, Tag) else label))
    if name is None and label is not person:
        name = clean_speaker(inline_text(person))
    if name is None:
        return None
    written = anchor.attrs.get("href") if anchor is not None else person.attrs.get("about")
    profile_url = absolute_web_url(str(written or ""), page_url)
    return Credit(
        name,
        "commenter",
        slug=slug_of(profile_url, page_url),
        profile_url=profile_url,
        photo_url=_photo_url(comment, body, page_url),
        kind=_kind(person, comment),
    )


def _kind(person: Tag, comment: Tag) -> str | None:
    """What wrote a comment, where the item that names it has a type."""
    place: Tag | None = person
    for _ in range(4):
        if place is None or place is comment:
            break
        if begins_item(place):
            return kind_of_type(sorted(types(place)))
        place = place.parent
    return None


def _anchor(person: Tag, comment: Tag) -> Tag | None:
    """The link of a name: itself, one in it, or one around it, as Twenty Twenty writes it."""
    inner: Sequence[Tag] = [person] if person.name == "a" else person.find_all("a", href=True, limit=3)
    for anchor in inner:
        href = str(anchor.attrs.get("href") or "").strip()
        if href and not href.startswith("#") and "comment-" not in href.partition("#")[2]:
            return anchor
    around = person.parent
    for _ in range(3):
        if around is None or around is comment:
            return None
        if around.name == "a":
            return around
        around = around.parent
    return None


def _photo_url(comment: Tag, body: Tag | None, page_url: str) -> str | None:
    """The picture of who wrote a comment: one that is called so, or stands in what is."""
    for image in elements(comment, ("img",))[:10]:
        place: Tag | None = image
        is_photo = _PHOTO.search(str(image.attrs.get("src") or "")[:500]) is not None
        for _ in range(8):
            if place is None or place is body or place is comment:
                break
            words = str(place.attrs.get("class") or "")[:500]
            is_photo = is_photo or _PHOTO.search(words) is not None or bool(_PERSON_BOX.search(words))
            place = place.parent
        if is_photo and place is not body:
            url = image_url(image, page_url)
            if url is not None and not url.partition("?")[0].endswith(_PLACEHOLDERS):
                return url
    return None


def _published_at(comment: Tag, marks: Sequence[Mark], time: Tag | None) -> datetime | None:
    """When a comment was published: by what is meant for machines, else by a text that can mean one day."""
    for mark in marks:
        attributes = mark.tag.attrs
        is_dated = bool(_DATE_PROPERTIES.intersection(properties(mark.tag)))
        for name in ("datetime", "content", "value"):
            if (written := attributes.get(name)) and (is_dated or mark.tag.name in ("time", "data")):
                date = read_machine_date(str(written))
                if date.at is not None:
                    return date.at
    for place in (comment, *(mark.tag for mark in marks)):
        for name in _TIMESTAMPS:
            if (written := place.attrs.get(name)) and (date := read_timestamp(str(written))).at is not None:
                return date.at
    if time is None:
        return None
    anchors = [time] if time.name == "a" else time.find_all("a", href=True, limit=3)
    for anchor in anchors:
        moment = _BLOGGER_TIME.search(str(anchor.attrs.get("href") or "")[:2_000])
        if moment is not None and (date := read_timestamp(moment.group(1))).at is not None:
            return date.at
    for place in (time, *anchors):
        for name in ("datetime", "title", "content"):
            if (written := place.attrs.get(name)) and (
                date := read_machine_date(str(written))
            ).at is not None:
                return date.at
    return read_written_date(inline_text(time) or "").at


def _number_linked(marks: Sequence[Mark]) -> str | None:
    """The id in the address of a comment's permalink: `/node/7#comment-41`."""
    for mark in marks:
        anchor = mark.tag if mark.tag.name == "a" else None
        if anchor is None and mark.words & frozenset(_TIMES):
            found = mark.tag.find("a", href=True)
            anchor = found if isinstance(found, Tag) else None
        if anchor is not None and (match := _FRAGMENT.search(str(anchor.attrs.get("href") or "")[-200:])):
            return match["id"]
    return None


def _of_author(link: Link, profile_url: str | None, page_url: str) -> Link:
    """A link beside a comment's text: to its author, or another."""
    if profile_url is None or link.href != profile_url:
        return link
    return replace(link, region="profile", kind="profile" if slug_of(profile_url, page_url) else link.kind)
