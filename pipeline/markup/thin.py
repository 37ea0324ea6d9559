"""Markup that no page needs and that would take a parser hours, made thin before it is parsed.

By the HTML standard, a parser may look through all open elements at each tag, compares each attribute
with all others of its tag, and opens formatting elements (<b>, <font> ...) that were never closed anew in
every paragraph: a megabyte of nested <div> takes a minute, and a kilobyte of misnested <b> can become a
million elements. Browsers have limits for that. So has this module: tags beyond them are left out, never
their text. What is within them is returned as it is.
"""

from __future__ import annotations

import re
from collections import Counter

# Elements in elements, as in Chromium (its kMaximumHTMLParserDOMTreeDepth). Real posts have 48 at most.
MAX_DEPTH = 512
# Attributes of one tag. Real posts have some 60 at most.
MAX_ATTRIBUTES = 512
# Formatting elements that a parser opens anew because they were not closed.
MAX_REOPENED = 100_000

# Below both, the worst that can be written takes a parser a fraction of a second.
_FEW_TAGS = 1_500
_FEW_CHARACTERS = 48_000

# A tag, a comment, or text. Each begins where the one before ended, so that every character is looked at
# once: a quote or a comment that is never closed takes in the rest.
_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|))*+"""
_TOKEN = re.compile(
    rf"<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})>?"
    r"|<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?/][^>]*+>?|<?[^<]*+",
    re.DOTALL,
)
# Where text is not looked at for tags, neither are quotes and comments.
_RAW_TOKEN = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)(?P<attributes>)|<?[^<]*+")
_RAW_TEXT = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
_ATTRIBUTE = re.compile(r"""[^\s/][^\s/=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s]*+))?""")

_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track "
    "wbr".split()
)
# Elements whose end tag may be left out: the next one closes them, so they nest with others between only.
_IMPLIED = frozenset(
    "p li dt dd option optgroup rb rp rt rtc tr td th tbody thead tfoot caption colgroup html head "
    "body".split()
)
# An end tag does not reach out of these.
_SCOPES = frozenset(
    "applet annotation-xml caption desc foreignobject html marquee math mi mn mo ms mtext object select svg "
    "table td template th title".split()
)


def thin(markup: str) -> str:
    """The markup without tags nested deeper than MAX_DEPTH, without attributes of one tag beyond
    MAX_ATTRIBUTES, and without formatting tags where they would be opened anew more than MAX_REOPENED
    times. Takes time in proportion to the markup's length.

    How deep elements nest is told from above: it is never deeper than counted, but for end tags left out.
    """
    if markup.count("<") <= _FEW_TAGS and len(markup) <= _FEW_CHARACTERS:
        return markup
    return _Thinner().thin(markup)


class _Thinner:
    """Reads markup as a parser would, as far as it matters how much its tree can grow."""

    def __init__(self) -> None:
        self._open: list[str] = []  # elements that may be open, formatting and implied ones aside
        self._dropped: Counter[str] = Counter()  # start tags left out, whose end tags are to be, too
        self._active: list[str] = []  # formatting elements that may be opened anew; "" is a barrier
        self._active_count = 0
        self._reopened = 0

    def thin(self, markup: str) -> str:
        kept: list[str] = []
        since = at = 0  # what stays as it is begins at `since`
        raw: str | None = None
        while at < len(markup):
            token = (_RAW_TOKEN if raw else _TOKEN).match(markup, at)
            assert token is not None
            start, at = at, token.end()
            if (name := token["name"]) is None:
                continue
            name = name.lower()
            if token["end"]:
                replacement = self._end(name)
                raw = None if name == raw else raw
            else:
                replacement = self._start(name, token["attributes"])
                if raw is None and name in _RAW_TEXT and not _closes_next(markup, at, name):
                    if "svg" in self._open or "math" in self._open:
                        # There its content is markup, elsewhere text. Without the tag it is markup.
                        self._dropped[name] += 1
                        replacement = ""
                    else:
                        raw = name
            if replacement is not None:
                kept += (markup[since:start], replacement)
                since = at
        return "".join((*kept, markup[since:])) if kept else markup

    def _start(self, name: str, attributes: str) -> str | None:
        """What stands for a start tag; None for the tag itself."""
        if name in _FORMATTING:
            if name == "a":
                self._close_formatting("a")
            if self._reopened > MAX_REOPENED or self._active_count >= MAX_DEPTH:
                self._dropped[name] += 1
                return ""
            self._active.append(name)
            self._active_count += 1
        else:
            ends = self._end_reopening()
            if name in _SCOPES:
                self._active.append("")
            if name not in _VOID and name not in _IMPLIED:
                if len(self._open) >= MAX_DEPTH:
                    self._dropped[name] += 1
                    return ends or ""
                self._open.append(name)
            if ends:
                return f"{ends}<{name}{attributes}>"
        if len(attributes) > MAX_ATTRIBUTES:
            found = _ATTRIBUTE.findall(attributes)
            if len(found) > MAX_ATTRIBUTES:
                return f"<{name} {' '.join(found[:MAX_ATTRIBUTES])}>"
        return None

    def _end(self, name: str) -> str | None:
        """What stands for an end tag; None for the tag itself."""
        if self._dropped[name]:
            self._dropped[name] -= 1
            return ""
        if name in _FORMATTING:
            self._close_formatting(name)
            return None
        ends = self._end_reopening()
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] == name:
                del self._open[place:]
                break
            if self._open[place] in _SCOPES:
                break
        return f"{ends}</{name}>" if ends else None

    def _close_formatting(self, name: str) -> None:
        """Take the last such element off the list, unless a barrier hides it."""
        for place in range(len(self._active) - 1, -1, -1):
            if self._active[place] == name:
                del self._active[place]
                self._active_count -= 1
                return
            if not self._active[place]:
                return

    def _end_reopening(self) -> str:
        """Count what a parser may open anew at this tag; beyond the limit, the end tags that stop it."""
        self._reopened += self._active_count
        if self._reopened <= MAX_REOPENED or not self._active_count:
            return ""
        ends = "".join(f"</{name}>" for name in reversed(self._active) if name)
        self._active = [name for name in self._active if not name]
        self._active_count = 0
        return ends


def _closes_next(markup: str, at: int, name: str) -> bool:
    """True where the next tag is the element's own end: what is between is text, however it is read."""
    place = markup.find("<", at)
    return place >= 0 and markup[place + 1 : place + 2 + len(name)].lower() == f"/{name}"
