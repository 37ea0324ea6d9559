"""What the names of classes and ids suggest that an element is: its author, its date, its comments ...

A name is no proof. This is for people who write a profile, and for counting where one may be worth it; no
row is ever made of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.markup.outline import Name, Shape

# The words that speak of a part. Names are taken apart at `-`, `_` and capitals: `entryMeta-author`.
WORDS: dict[str, frozenset[str]] = {
    part: frozenset(words.split())
    for part, words in {
        "title": "title headline heading subject",
        "author": "author authors authored byline username writer contributor contributors creator "
        "translator",
        "date": "date datetime time timestamp published publish pubdate posted updated",
        "comments": "comment comments reply replies response responses discussion thread respond disqus",
        "topics": "tag tags tagged topic topics category categories categorized hashtag hashtags keywords "
        "cat",
        "boxes": "share shares sharing sharedaddy social related relatedposts recommend recommended "
        "recommendations newsletter subscribe subscription promo sponsor advert ads nav navigation menu "
        "breadcrumb breadcrumbs sidebar widget footer",
    }.items()
}
# How much of a page's text stands in its body, at least; and in any other part, at most.
BODY_TEXT, OTHER_TEXT = 0.6, 0.5
# So many names are suggested for a part.
MOST = 5

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@lru_cache(maxsize=8_192)
def parts_suggested(name: str) -> frozenset[str]:
    """The parts of WORDS of which a class or an id speaks."""
    words = {word.lower() for word in _WORD.findall(name)}
    return frozenset(part for part, known in WORDS.items() if words & known)


def suggested(shape: Shape) -> dict[str, list[Name]]:
    """The names of a shape that may mean a part, for `body` and each part of WORDS, at most MOST of each,
    the most frequent first. The body is where most of the text stands, the innermost such element first."""
    names = [name for name in shape.names if "*" not in name.name]
    bodies = [name for name in names if name.text >= BODY_TEXT and 2 * name.pages >= shape.pages]
    bodies.sort(key=lambda name: (-name.pages, name.text, name.name))
    found = {"body": bodies[:MOST]}
    for part in WORDS:
        speaking = [name for name in names if name.text < OTHER_TEXT and part in parts_suggested(name.name)]
        found[part] = speaking[:MOST]
    return found
