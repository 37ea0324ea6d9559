"""The licence that a page states for its own text.

`rel=license` says it (https://html.spec.whatwg.org/#link-type-license). Without it, a paragraph does: one
that is nothing but a Creative Commons licence, or one that names such a licence and the work that it
holds for ("this article", 本作品). Elsewhere a licence's name is most often that of a picture.

The identifiers are those of https://spdx.org/licenses/. They have a version, so a licence that is named
without one has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from pipeline.markup.links import Link
from pipeline.markup.media import MediaItem
from pipeline.metadata.licenses import spdx_of

# A paragraph that has none of these names no licence.
_HINT = re.compile(r"(?i)(?<![a-z])cc(?![a-z])|cc0|creative\s?commons|知识共享|知識共享|創用|创用|创作共用")
# The code of a licence with its version: `CC BY-NC-ND 2.0`, `CC-BY-SA-4.0`. That of a port, `3.0 TW`, is
# another licence.
_CODE = re.compile(
    r"(?i)(?<![a-z0-9-])(?:cc|creative\s?commons)[\s-]{0,2}"
    r"(?:(by(?:[\s-](?:nc|nd|sa)){0,2})[\s-]([1-4]\.[05])|(0|zero)[\s-]1\.0)(?!\.?\d)"
    r"(?!\s?(?:tw|cn|hk|taiwan|china|hong\skong|台灣|台湾|臺灣|中国|中國|香港))"
)
# What stands beside the code in a paragraph that is nothing but a licence.
_ONLY_A_LICENCE = re.compile(
    r"(?i)(?:licen[cs]ed?|under|creative\s?commons|international|unported|generic|universal|"
    r"知识共享|知識共享|創用|创用|授权|授權|许可|許可|协议|協議|国际|國際|\W)*"
)
_WORK = re.compile(
    r"(?i)本作品|本文|本书|本書|本站|本网站|本網站|本篇|此作品|此文|全文|全站|"
    r"\b(?:this|these)\s(?:work|article|post|story|text|essay|page|site|website|blog|book|translation)s?\b"
)
_PICTURE = re.compile(
    r"(?i)图|圖|照片|摄影|攝影|封面|音乐|音樂|影片|视频|\b(?:photo|image|picture|cover|music|video|sound)"
)
_LICENCE = "creativecommons.org/"
# Of one page; more are a text about licences.
_MAX_LINKS = _MAX_PARAGRAPHS = 50
_MAX_LENGTH = 1_000


def stated_license(text: str | None, links: Iterable[Link], media: Iterable[MediaItem] = ()) -> str | None:
    """The SPDX identifier of the one licence that a page states for itself; None where it states none, or
    more than one.

    `text` is the page's text, a paragraph a line. `links` are its links: those with `rel=license` count
    wherever they stand, others to a licence where they stand in a paragraph that states it. What is a
    caption of one of `media` is said of that.
    """
    known = ((link, spdx_of(link.href)) for link in links if _LICENCE in link.href or _is_stated(link))
    licences = list(islice(((link, spdx) for link, spdx in known if spdx is not None), _MAX_LINKS))
    stated = {spdx for link, spdx in licences if _is_stated(link)}
    if not stated and text is not None and (licences or _HINT.search(text)):
        captions = {item.caption for item in media if item.caption}
        stated = _in_text(text, licences, captions)
    return stated.pop() if len(stated) == 1 else None


def _is_stated(link: Link) -> bool:
    return link.rel is not None and "license" in link.rel.lower().split()


def _in_text(text: str, licences: list[tuple[Link, str]], captions: set[str]) -> set[str]:
    """The licences that the paragraphs of a text state."""
    by_words: dict[str, set[str]] = {}
    for link, spdx in licences:
        if link.text:
            by_words.setdefault(link.text, set()).add(spdx)
    paragraphs = (line.strip() for line in text.split("\n"))
    telling = (
        line
        for line in paragraphs
        if len(line) <= _MAX_LENGTH and line not in captions and (line in by_words or _HINT.search(line))
    )
    return {spdx for line in islice(telling, _MAX_PARAGRAPHS) for spdx in _in_paragraph(line, by_words)}


def _in_paragraph(line: str, by_words: dict[str, set[str]]) -> set[str]:
    if line in by_words:
        return by_words[line]
    codes = [spdx for code in _CODE.finditer(line) if (spdx := _spdx_of_code(*code.groups())) is not None]
    if _WORK.search(line):
        if _PICTURE.search(line):
            return set()
        return {spdx for words, ids in by_words.items() if words in line for spdx in ids}.union(codes)
    return set(codes) if codes and _ONLY_A_LICENCE.fullmatch(_CODE.sub(" ", line)) else set()


def _spdx_of_code(terms: str | None, version: str | None, zero: str | None) -> str | None:
    if zero or terms is None:
        return spdx_of("https://creativecommons.org/publicdomain/zero/1.0/")
    path = "-".join(terms.lower().replace("-", " ").split())
    return spdx_of(f"https://creativecommons.org/licenses/{path}/{version}/")
