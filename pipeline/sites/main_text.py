"""Which part of a page is its text: the one element that says that it is, where it bears that out by holding
most of the page's text. Else all of the page is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pipeline.markup.survey import NOWHERE, Mark, Survey
from pipeline.metadata.microdata import properties

NAMES = frozenset(("article", "main", "h1"))
# How themes call the text of a page, in the order in which they are believed. `_` is `-` here.
_TEXTS = (
    "e-content", "entry-content", "post-content", "article-body", "article-content", "post-body",
    "articlebody", "story-body", "article--body", "article--content", "post--content", "post--body",
    "entry--content", "gh-content", "post-full-content", "available-content", "story-content",
    "td-post-content", "single-content", "single-post-content", "blog-post-content", "blog-post-body",
    "field-name-body", "field--name-body", "mw-parser-output", "markdown-body", "crayons-article--body",
    "article-text", "articletext", "story-text", "post-text", "article-content-body", "content-body",
    "main-content-body", "entry-body", "entry-text", "post-entry", "js-article-body", "body-text",
    "article-entry", "storycontent", "postcontent", "postbody", "asset-content", "asset-body", "blogbody",
    "entry",
)  # fmt: skip
# What announces a text and stands before it: a standfirst, a subtitle.
LEADS = frozenset(
    "standfirst subtitle dek deck lede article-dek article-subtitle article-summary article-lead "
    "article-lede post-subtitle entry-subtitle post-excerpt post-full-custom-excerpt custom-excerpt "
    "article-excerpt gh-article-excerpt article--dek article--subtitle article--standfirst "
    "article-standfirst story-dek article-deck post-description subheadline sub-headline subheading "
    "article-intro abstract".split()
)
WORDS = frozenset(_TEXTS) | LEADS
_MAX_LEAD = 1_500
_MOST_LEADS = 3

_BODY, _ARTICLE, _MAIN = "articleBody", "<article>", "<main>"
# Drupal 8 writes `schema:text`, Drupal 7 `content:encoded`, Discourse `itemprop="text"`.
_BODY_PROPERTIES = frozenset(("articleBody", "text", "encoded"))
_GROUPS = (_BODY, *_TEXTS, _ARTICLE, _MAIN)


def is_text(mark: Mark) -> bool:
    """True for an element that says that it is a page's text, or that it holds it."""
    return bool(_groups_of(mark))


def main_text(
    found: Survey, *, is_page: bool, skip: Collection[int], headings: Collection[int]
) -> int | None:
    """The place of the mark that is the page's text; None for all of the page.

    Chosen is the first name that one outermost element has, and that element holds most of the text: of a
    whole page more than half, of what an archiver has cut out of a page (`is_page` is false) four
    fifths, since there whatever stands beside it was thought to be text. A link counts for a quarter of its
    length. `skip` are the places of boilerplate and comments, and of what is in them; `headings` of what is
    not counted either.
    """
    marks = found.marks
    weights = _weights(marks, skip, headings)
    all_weight = 4 * (found.text - found.linked) + found.linked - _weight_of(marks, skip, headings)
    groups = _outermost(marks, skip)
    for name in _GROUPS:
        candidates = groups.get(name, [])
        if len(candidates) > 1 and name == _ARTICLE:
            # Of many, cards of other pages have their headings below the page's own.
            candidates = _with_heading(marks, candidates)
        if len(candidates) == 1:
            inside = weights[candidates[0]]
            beside = all_weight - inside
            if inside > (beside if is_page else 4 * beside):
                return candidates[0]
    return None


def leads(found: Survey, text: int, *, skip: Collection[int]) -> list[int]:
    """The places of what announces the text and stands before it in the same <article> or <main>."""
    marks = found.marks
    holder: list[int] = []
    for place, mark in enumerate(marks):
        is_holder = mark.tag.name in ("article", "main")
        holder.append(place if is_holder else NOWHERE if mark.around == NOWHERE else holder[mark.around])
    around = {text}
    place = text
    while (place := marks[place].around) != NOWHERE:
        around.add(place)
    chosen: list[int] = []
    for place in range(text):
        mark = marks[place]
        if place in skip or place in around or not mark.words & LEADS or not 0 < mark.text <= _MAX_LEAD:
            continue
        if holder[place] == holder[text] and (not chosen or mark.around not in chosen):
            chosen.append(place)
    return chosen[:_MOST_LEADS]


def _groups_of(mark: Mark) -> list[str]:
    attributes = mark.tag.attrs
    groups = [word for word in mark.words if word not in LEADS and word in WORDS]
    if _BODY_PROPERTIES.intersection(properties(mark.tag)):
        groups.append(_BODY)
    if mark.tag.name == "article":
        groups.append(_ARTICLE)
    if mark.tag.name == "main" or attributes.get("role") == "main":
        groups.append(_MAIN)
    return groups


def _outermost(marks: Sequence[Mark], skip: Collection[int]) -> dict[str, list[int]]:
    """By name, the places of those that stand in no other of that name."""
    groups: dict[str, list[int]] = {}
    inside: dict[int, frozenset[str]] = {NOWHERE: frozenset()}
    for place, mark in enumerate(marks):
        around = inside[mark.around]
        if place in skip:
            inside[place] = around
            continue
        names = _groups_of(mark)
        for name in names:
            if name not in around:
                groups.setdefault(name, []).append(place)
        inside[place] = around.union(names) if names else around
    return groups


def _with_heading(marks: Sequence[Mark], candidates: Sequence[int]) -> list[int]:
    """Those that hold an <h1>."""
    holder: dict[int, int] = {place: place for place in candidates}
    found: dict[int, None] = {}
    for place, mark in enumerate(marks):
        if mark.around in holder:
            holder.setdefault(place, holder[mark.around])
        if mark.tag.name == "h1" and place in holder:
            found[holder[place]] = None
    return list(found)


def _weight(mark: Mark) -> int:
    return 4 * (mark.text - mark.linked) + mark.linked


def _uncounted(marks: Sequence[Mark], skip: Collection[int], headings: Collection[int]) -> Iterable[int]:
    """The outermost of the places that do not count."""
    return (
        place
        for place, mark in enumerate(marks)
        if (place in skip or place in headings) and not (mark.around in skip or mark.around in headings)
    )


def _weight_of(marks: Sequence[Mark], skip: Collection[int], headings: Collection[int]) -> int:
    return sum(_weight(marks[place]) for place in _uncounted(marks, skip, headings))


def _weights(marks: Sequence[Mark], skip: Collection[int], headings: Collection[int]) -> list[int]:
    """The weight of the text of each mark, but for what does not count."""
    without = [0] * len(marks)
    for place in _uncounted(marks, skip, headings):
        without[place] = _weight(marks[place])
    for place in range(len(marks) - 1, 0, -1):
        if (around := marks[place].around) != NOWHERE:
            without[around] += without[place]
    return [_weight(mark) - less for mark, less in zip(marks, without, strict=True)]
