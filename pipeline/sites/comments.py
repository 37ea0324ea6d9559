"""Comments as the common engines write them, found by what their markup says, read into one form.

    WordPress      ol.comment-list > li.comment#comment-41.depth-1 > article.comment-body, ol.children > li...
    Drupal 7, 8    a#comment-41 + article.comment, div.indented > article.comment: an answer to the one before
    Blogger        li.comment#c41 > .comment-block, .comment-replies > li.comment; dl#comments-block
    Disqus         li.post#post-41 > .post-content, ul.children; li#dsq-comment-41; <post dsq:id> of an export
    Discourse      div.topic-body.crawler-post#post_2 for crawlers; post_1 is the page's own text
    Isso           div.isso-comment#isso-41 > .isso-text-wrapper, .isso-follow-up
    Commento       div.commento-card#commento-comment-card-5f3e > .commento-body, .commento-card-children
    giscus         div.gsc-comment > .gsc-comment-content, .gsc-replies > .gsc-reply
    microformats   div.u-comment.h-cite > .p-author, .dt-published, .e-content
    annotations    li.annotation-card > .annotation-card__username, .annotation-card__text
    schema.org     itemprop="comment" itemtype="https://schema.org/Comment"; JSON-LD where the markup has none
    any            #comments > * > .comment

An answer stands in the comment that it answers, or says so: by an attribute, by its depth. What a comment
holds beside its text, author and time (links to answer, to share, to edit) is no text of it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.markup.content import NOTHING, Content, read_content
from pipeline.markup.cutting import cut
from pipeline.markup.render import inline_text
from pipeline.markup.soup import MarkupError, make_soup
from pipeline.markup.survey import NOWHERE, Mark, Survey
from pipeline.metadata.json_ld import COMMENTS as COMMENT_TYPES
from pipeline.metadata.microdata import begins_item, properties, types
from pipeline.metadata.stated import StatedComment, slug_of
from pipeline.sites import comment as one_comment
from pipeline.sites.comment import number_beside, number_of, read_comment, would_say
from pipeline.sites.main_text import is_text
from pipeline.sites.page import Comment, Credit

# <disqus> and <post> are an export's.
NAMES = frozenset(("time", "disqus", "post"))

# What is a comment, whatever stands around it.
_SURE = frozenset(
    "dsq-comment-# isso-comment commento-card gsc-comment gsc-reply u-comment p-comment crawler-post".split()
)
# What is one in a list of comments, or where it has an id or parts like one.
_LIKELY = frozenset(
    "comment comment-item comment-entry single-comment comment-node pingback trackback annotation-card "
    "annotation timeline-comment comment-box commentbox".split()
)
# Ids that are comments' in a list of them; and in one of Disqus.
_NUMBERED = frozenset("comment-# li-comment-# comment# c# cmt-# cmt# annotation-#".split())
_POST_ID = "post-#"
_LISTS = frozenset(
    "comments comment-list commentlist comments-list comments-area comment-wrapper comment-holder "
    "comments-wrapper dsq-comments dsq-content isso-thread isso-root commento "
    "commento-comments-area commento-comments comment-thread comments-content comments-section "
    "comment-section post-comments comment-area comments-block comments-container comment-container "
    "webmentions annotations annotation-list search-results--list gsc-timeline gsc-comments "
    "comments-thread thread-list".split()
)
_DISQUS_LISTS = frozenset(("disqus-thread", "post-list"))
_BOXES = _LISTS | _DISQUS_LISTS
# Boxes that are left out even without a comment in them: `No comments yet`.
_EMPTY_BOXES = frozenset("comments comments-area disqus-thread comments-section comment-section".split())
_MAX_EMPTY = 240
_INDENT = "indented"
_CRAWLED = "crawler-post"
_BLOCKS = frozenset("li article div section tr details blockquote".split())

# Where none of these is, there is no comment, whatever the other words say.
TRIGGERS = _SURE | _LIKELY | _NUMBERED | _BOXES
WORDS = TRIGGERS | one_comment.WORDS | {_INDENT, _POST_ID, "depth-#", "div-comment-#"}

_PARENTS = ("data-parent-id", "data-parent", "data-parent-comment-id", "data-comment-parent", "data-parentid")
_PARENT_ID = re.compile(r"(?:[a-z]+[-_]){0,3}([0-9a-z]{1,64})", re.IGNORECASE)
_DEPTH_CLASS = re.compile(r"(?:\A|\s)depth-(\d{1,3})(?:\s|\Z)")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
# A depth beyond this tells nothing more.
_MAX_DEPTH = 50
# Of Blogger's older list; a page has 200 comments.
_MAX_DEFINITIONS = 20_000


@dataclass(frozen=True)
class Conversation:
    """The comments of a page, before they are read: the places of their marks in document order, for each the
    place of the one that it answers, and the places of the boxes around them. `opening` is the place of the
    first post of a forum's topic, which is the page's own text; None where the page is no topic."""

    places: tuple[int, ...]
    parents: tuple[int | None, ...]
    sections: tuple[int, ...]
    opening: int | None = None


NO_COMMENTS = Conversation((), (), ())


def find_comments(found: Survey) -> Conversation:
    """Which marks of a page are comments, and which answers which."""
    marks = found.marks
    if not any(mark.words & TRIGGERS or mark.tag.name == "post" or _is_typed(mark) for mark in marks):
        return NO_COMMENTS
    listed = _within(marks, lambda mark: bool(mark.words & _LISTS) or mark.tag.name == "disqus")
    in_disqus = _within(marks, lambda mark: bool(mark.words & _DISQUS_LISTS))
    parts = (p for p, mark in enumerate(marks) if mark.words & one_comment.PARTS or mark.tag.name == "time")
    with_parts = _holding(marks, parts)
    with_own_parts = _holding(
        marks, (p for p, mark in enumerate(marks) if mark.words & one_comment.OWN_PARTS)
    )
    around: dict[int, int] = {NOWHERE: NOWHERE}
    indents: dict[int, int] = {NOWHERE: 0}
    places: list[int] = []
    parents: list[int | None] = []
    ids: dict[str, int] = {}
    opening: int | None = None
    # Of each level of a list that is told by indents or depths, the last comment.
    levels: list[int] = []
    for place, mark in enumerate(marks):
        outer = around[mark.around]
        indents[place] = indents[mark.around] + (_INDENT in mark.words)
        around[place] = outer
        if not _is_comment(
            mark,
            is_listed=place in listed,
            is_in_disqus=place in in_disqus,
            has_parts=place in with_parts,
            has_own_parts=place in with_own_parts,
            outer=marks[outer] if outer != NOWHERE else None,
        ):
            continue
        if (
            _CRAWLED in mark.words
            and opening is None
            and not places
            and _site_id(marks, place) in ("1", None)
        ):
            opening = place
            continue
        around[place] = place
        level = indents[place] or _depth(mark.tag)
        parent: int | None = outer if outer != NOWHERE else None
        del levels[level:]
        if parent is None and 0 < level <= len(levels):
            parent = levels[level - 1]
        levels += [place] * (level + 1 - len(levels))
        if parent is None and (answered := _answered(mark.tag)):
            parent = ids.get(answered)
        if number := number_of(mark.tag):
            ids.setdefault(number, place)
        places.append(place)
        parents.append(parent)
    return Conversation(tuple(places), tuple(parents), _sections(found, places, opening), opening)


def read_comments(
    found: Survey, conversation: Conversation, page_url: str, *, prettified: bool = False
) -> tuple[Comment, ...]:
    """The comments, in document order. They are taken out of the page's tree."""
    marks = found.marks
    places = set(conversation.places)
    own: dict[int, list[tuple[int, Mark]]] = {place: [] for place in conversation.places}
    owner: dict[int, int] = {}
    tells_author = False
    for place, mark in enumerate(marks):
        at = place if place in places else owner.get(mark.around)
        if at is not None:
            owner[place] = at
            own[at].append((place, mark))
            tells_author = tells_author or would_say(mark)
    site_ids = {place: _site_id(marks, place) for place in own}
    cut(marks[place].tag for place in conversation.places)
    met: Counter[str] = Counter()
    keys: dict[int, str] = {}
    comments = []
    for place, parent in zip(conversation.places, conversation.parents, strict=True):
        comment = read_comment(own[place], site_ids[place], page_url, prettified=prettified)
        if not tells_author:
            comment = replace(comment, by_node_author=None)
        comment = _keyed(comment, met)
        keys[place] = comment.key
        parent_key = keys.get(parent) if parent is not None else None
        comments.append(replace(comment, parent_key=parent_key))
    return tuple(comments)


def stated_comments(stated: Sequence[StatedComment], page_url: str) -> tuple[Comment, ...]:
    """The comments that a page's JSON-LD states."""
    met: Counter[str] = Counter()
    comments: list[Comment] = []
    for one in stated:
        content = _content_of(one.text, page_url)
        credits = tuple(
            Credit(
                person.name,
                "commenter",
                slug=slug_of(person.url, page_url),
                profile_url=person.url,
                photo_url=person.photo,
                kind=person.kind,
            )
            for person in one.people
        )
        comment = Comment(
            key="",
            site_comment_id=one.site_id,
            body_text=content.text,
            body_html=content.html,
            credits=credits,
            parent_key=comments[one.parent].key if one.parent is not None else None,
            title=one.title,
            author_line=", ".join(credit.name for credit in credits) or None,
            published_at=one.published.at,
            links=content.links,
            media=content.media,
        )
        comments.append(_keyed(comment, met))
    return tuple(comments)


def wrap_old_lists(soup: BeautifulSoup) -> None:
    """Put each comment of Blogger's older list, a <dt> and the <dd> behind it, into one element:
    `<dl id="comments-block"><dt class="comment-author" id="c41">... <dd class="comment-body">...`."""
    for block in soup.find_all("dl", id="comments-block"):
        children = list(block.contents)
        if len(children) > _MAX_DEFINITIONS:
            continue
        block.clear()
        box: Tag = block
        for child in children:
            if (
                isinstance(child, Tag)
                and child.name == "dt"
                and "comment-author" in str(child.attrs.get("class"))
            ):
                box = soup.new_tag("div", attrs={"class": "comment", "id": str(child.attrs.pop("id", ""))})
                block.append(box)
            box.append(child)


def unwrap_export(markup: str) -> str:
    """The markup of an export of Disqus, which is XML, without the signs of CDATA, which are none in HTML."""
    return _CDATA.sub("", markup) if "dsq:id" in markup and "<![CDATA[" in markup else markup


def _content_of(text: str | None, page_url: str) -> Content:
    """A comment's text, which may be HTML."""
    if not text:
        return NOTHING
    try:
        return read_content(make_soup(text), page_url, "comment")
    except MarkupError:
        return NOTHING


def _keyed(comment: Comment, met: Counter[str]) -> Comment:
    """The comment with a key that neither its place nor other comments decide."""
    if comment.site_comment_id:
        name = comment.site_comment_id
    else:
        said = f"{comment.author_line}\n{comment.published_at}\n{comment.body_text}"
        name = f"unnumbered-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"
    met[name] += 1
    return replace(comment, key=f"{name}/{met[name]}")


def _is_typed(mark: Mark) -> bool:
    """True for an item of schema.org or SIOC that is a comment."""
    return begins_item(mark.tag) and bool(types(mark.tag) & COMMENT_TYPES)


def _is_comment(
    mark: Mark,
    *,
    is_listed: bool,
    is_in_disqus: bool,
    has_parts: bool,
    has_own_parts: bool,
    outer: Mark | None,
) -> bool:
    tag, words = mark.tag, mark.words
    if tag.name == "post":
        return "dsq:id" in tag.attrs
    number = number_of(tag)
    # Some themes write the id twice: `<li id="li-comment-41"><div id="comment-41">`.
    if outer is not None and number is not None and number == number_of(outer.tag):
        return False
    if _CRAWLED in words:
        return tag.attrs.get("role") != "navigation"
    if _is_typed(mark):
        return True
    if tag.name not in _BLOCKS:
        return False
    if words & _SURE or (is_in_disqus and tag.name == "li" and _POST_ID in words):
        return True
    # A box in a comment that holds all of it is the same comment.
    if outer is not None and number is None and outer.text == mark.text:
        return False
    if words & _LIKELY:
        if number is not None or has_own_parts:
            return True
        return is_listed and (outer is None or tag.name == "li" or has_parts)
    # One without a text is the anchor of the comment that it stands in.
    return is_listed and mark.text > 0 and bool(words & _NUMBERED)


def _site_id(marks: Sequence[Mark], place: int) -> str | None:
    """The site's own id of a comment: as its element states it, or an anchor beside it; of a post in a topic
    of Discourse its number: `<span itemprop="position">#2</span>`."""
    tag = marks[place].tag
    number = number_of(tag) or number_beside(tag)
    if number is None and _CRAWLED in marks[place].words:
        for mark in marks[place + 1 : place + 20]:
            if "position" in properties(mark.tag):
                position = (inline_text(mark.tag) or "").lstrip("#")
                return position if position.isdecimal() else None
    return number


def _answered(tag: Tag) -> str | None:
    """The site's id of the comment that this one answers, where an attribute says so."""
    for name in _PARENTS:
        written = str(tag.attrs.get(name) or "").strip()
        if written != "0" and (match := _PARENT_ID.fullmatch(written[:100])):
            return match.group(1)
    if tag.name == "post" and isinstance(parent := tag.find("parent"), Tag):
        return str(parent.attrs.get("dsq:id") or "")[:64] or None
    return None


def _depth(tag: Tag) -> int:
    """How deep an answer is by its class: WordPress's `depth-2` answers a comment."""
    depth = _DEPTH_CLASS.search(str(tag.attrs.get("class") or "")[:1_000])
    return min(int(depth.group(1)) - 1, _MAX_DEPTH) if depth and int(depth.group(1)) else 0


def _within(marks: Sequence[Mark], is_one: Callable[[Mark], bool]) -> set[int]:
    """The places of such marks and of all in them."""
    places: set[int] = set()
    for place, mark in enumerate(marks):
        if mark.around in places or is_one(mark):
            places.add(place)
    return places


def _holding(marks: Sequence[Mark], held: Iterable[int]) -> set[int]:
    """The places of all marks around these."""
    places: set[int] = set()
    for place in held:
        around = marks[place].around
        while around != NOWHERE and around not in places:
            places.add(around)
            around = marks[around].around
    return places


def _sections(found: Survey, places: Sequence[int], opening: int | None) -> tuple[int, ...]:
    """The outermost boxes around comments that hold nothing of the page's own text; and empty ones."""
    marks = found.marks
    inside = found.spread(places)
    texts = [
        place
        for place, mark in enumerate(marks)
        if place not in inside and (is_text(mark) or mark.tag.name == "h1")
    ]
    not_beside = _holding(marks, [*texts, *([opening] if opening is not None else [])]) | set(texts)
    with_comments = _holding(marks, places)
    sections: dict[int, None] = {}
    covered: set[int] = set()
    for place, mark in enumerate(marks):
        if mark.around in covered:
            covered.add(place)
        elif place in inside or place in not_beside or not (mark.words & _BOXES or mark.tag.name == "disqus"):
            continue
        elif place in with_comments or (mark.words & _EMPTY_BOXES and mark.text <= _MAX_EMPTY):
            sections[place] = None
            covered.add(place)
    return tuple(sections)
