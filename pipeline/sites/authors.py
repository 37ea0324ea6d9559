"""Author lines: one text that names one author, several, or nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.posts.plain_text import one_line
from pipeline.sites.names import without_author_label

_AND_MORE = re.compile(r"(?:\s*,)?\s*(?:&|\band\b)\s*more\s*$", re.IGNORECASE)
# "Tomas Reed, Jr." is one name.
_SEPARATOR = re.compile(r"\s*(?:,(?!\s*[JS]r\b)|[&，、；]|\band\b)\s*")


class Authors(NamedTuple):
    """The names that an author line holds, and whether it says that there are more."""

    names: tuple[str, ...]
    truncated: bool


def split_list(line: str | None, *, nobody: frozenset[str] = frozenset()) -> Authors:
    """The authors of a line that is known to be a list: "A, B & C", "A & B", "A, B & more", "文/甲、乙".

    `nobody` are lines that name no author, such as the feed's own name.
    """
    if line is None or line in nobody:
        return Authors((), False)
    rest = _AND_MORE.sub("", line)
    names = [one_line(name) for name in _SEPARATOR.split(without_author_label(rest))]
    return Authors(tuple(dict.fromkeys(name for name in names if name)), rest != line)


def single(line: str | None) -> Authors:
    """The author of a line that is one name, whatever it holds: a channel may be called
    "Salt and Paper". A label before it, as in "By Ada Marsh" and "作者：墨渡", is no part of it."""
    return Authors((without_author_label(line),) if line else (), False)


class Signed(NamedTuple):
    """One name in a credit line of the text, and what it is named for: a role of `contributions`."""

    role: str
    name: str


# What stands before the slash, bar or colon of a credit line in a Chinese text, and the role that it gives;
# None is a part that no role fits, such as proofreading.
_LABELS: dict[str, str | None] = {
    **dict.fromkeys(
        "文 文字 图文 圖文 作者 撰文 撰稿 特约撰稿 特約撰稿 采写 採寫 采访 採訪 author".split(), "author"
    ),
    **dict.fromkeys("口述 讲者 講者 主讲 主講 演讲 演講".split(), "author"),
    **dict.fromkeys("译 譯 译者 譯者 翻译 翻譯 编译 編譯".split(), "translator"),
    **dict.fromkeys("编辑 編輯 责编 責編 责任编辑 責任編輯 整理 摘编 摘編 编选 編選".split(), "editor"),
    **dict.fromkeys("摄影 攝影".split(), "photographer"),
    **dict.fromkeys("主持 主持人".split(), "moderator"),
    **dict.fromkeys("校 校对 校對 审校 審校 设计 設計 排版 图 圖 制图 製圖 供稿 来源 來源".split()),
}
_LABEL_NAMES = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABEL = re.compile(rf"({_LABEL_NAMES})[ \u3000]*[/／:：|｜丨︱│┃][ \u3000]*", re.IGNORECASE)
_LONGEST_LINE = 120
_LONGEST_NAME = 40
_SENTENCE_ENDS = ("。", "！", "？", "!", "?", "…")
_BRACKETS = {"(": ")）", "（": ")）", "[": "]］", "［": "]］", "【": "】"}
# An affiliation behind a name, and a nationality before it: "Ada Marsh（Delta Photos）", "[英]汤姆·里德".
_BRACKETED = re.compile(r"[(（\[［【〔][^()（）\[\]［］【】〔〕]{0,60}[)）\]］】〕]")
_NAMES_APART = re.compile(r"[、;；/／&＆]|, |\band\b")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SHORT_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,3}")
# What no line of credits holds: sentences, titles of books, addresses, and names of nobody.
_NO_NAME = re.compile(r"[。！？!?“”\"《》@#]|://|授权|转载|转自|原载|改写|本文|匿名|佚名|不详")


def byline(line: str) -> tuple[Signed, ...]:
    """The people whom a line of text names, where all of the line is credits: "文/河边", "（作者：河边）",
    "撰稿丨[英]汤姆·里德；翻译丨河边（渡口大学）". Empty for any other line, and where in doubt."""
    line = line.strip(" \t\u3000\xa0")
    if len(line) > _LONGEST_LINE or line.endswith(_SENTENCE_ENDS) or _NO_NAME.search(line):
        return ()
    if line and line[-1] in _BRACKETS.get(line[0], ""):
        line = line[1:-1].strip(" \u3000\xa0")
    labels = [found for found in _LABEL.finditer(line) if _may_begin(line, found)]
    if not labels or labels[0].start() > 0:
        return ()
    ends = [found.start() for found in labels[1:]] + [len(line)]
    signed: dict[Signed, None] = {}
    for found, end in zip(labels, ends, strict=True):
        names = _names(line[found.end() : end])
        if names is None:
            return ()
        role = _LABELS[found.group(1).lower()]
        if role is not None:
            signed |= dict.fromkeys(Signed(role, name) for name in names)
    return tuple(signed)


def bylines(text: str | None, *, first: int = 3, last: int = 3) -> tuple[Signed, ...]:
    """The people whom the first and the last lines of a text name, each once for each role; `first` and
    `last` say how many lines are looked at. Empty lines do not count."""
    if text is None:
        return ()
    top = _lines(text.split("\n", 4 * first)[: 4 * first])[:first]
    bottom = _lines(text.rsplit("\n", 4 * last)[-4 * last :])[-last:]
    return tuple(dict.fromkeys(signed for line in top + bottom for signed in byline(line)))


def credited(text: str | None, names: Iterable[str]) -> tuple[Signed, ...]:
    """The people whom a text names, as `bylines` reads it. Where it names no author, `names` are the
    authors, for whoever posts a page need not have written it."""
    signed = bylines(text)
    if all(who.role != "author" for who in signed):
        signed = (*(Signed("author", name) for name in names), *signed)
    return tuple(dict.fromkeys(signed))


def _lines(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _may_begin(line: str, label: re.Match[str]) -> bool:
    """True where a label is a word of its own. One of a single character may end another word."""
    before = line[label.start() - 1] if label.start() else " "
    return len(label.group(1)) > 1 or not _HAN.match(before)


def _names(text: str) -> list[str] | None:
    """The names of one part of a credit line; None where it is no list of names."""
    # Behind a full-width comma stands who that is: "河边，渡船史学者".
    text = _BRACKETED.sub(" ", text).partition("，")[0]
    names: list[str] = []
    for part in _NAMES_APART.split(text):
        name = one_line(part.replace("\u3000", " ").replace("\xa0", " "))
        if name is None:
            continue
        words = name.split(" ")
        if all(_SHORT_HAN_NAME.fullmatch(word) for word in words):
            names += words
            continue
        # A Han name holds no space; what follows one is where somebody works.
        name = words[0] if _HAN.search(words[0]) else name
        if len(name) > _LONGEST_NAME:
            return None
        names.append(name)
    return names
