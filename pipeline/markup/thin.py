"""Markup that no page needs and that would take a parser minutes, made plain before it is parsed.

By the HTML standard, a parser may look through all open elements at each tag, compares each attribute
with all others of its tag, and opens formatting elements (<b>, <font> ...) that were never closed anew in
every paragraph: a megabyte of nested <div> takes a minute, and a kilobyte of misnested <b> can become a
million elements. Browsers have limits for that. So has this module: markup beyond them is written anew,
each element closed in order by an end tag of its own, without the tags beyond the limits. No text is left
out, but a script's that looks as if it did not end. Markup within the limits is returned as it is.

What tells markup beyond the limits must not be deceived. So the tags are told apart as the standard's
tokenizer does (https://html.spec.whatwg.org/multipage/parsing.html#tokenization), and what is counted is
never less than what a parser would hold: where the two may differ, an element counts as open until its
own end tag closes it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import NamedTuple

# Elements in elements, as in Chromium (its kMaximumHTMLParserDOMTreeDepth). Real posts have 48 at most.
MAX_DEPTH = 512
# Attributes of one tag. Real posts have some 60 at most.
MAX_ATTRIBUTES = 512

# The longest of 7,223 real posts has 9,400 signs that may begin a tag. Up to here the time that a parser
# takes is bounded, however they nest; how deep they do is seen in the tree.
_MANY_TAGS = 20_000
# Elements and attributes that a parser makes once more because formatting elements were not closed.
_MAX_REOPENED = 2_000_000
# What a parser does at the end tags of formatting elements that are not the innermost, and at an <a> in an
# <a>, in elements looked at.
_MAX_MISNESTED = 16_000_000
# Attributes of open formatting elements: each new one is compared with those before it.
_MAX_COMPARED = 50_000_000
_MAX_WEIGHT = 256
# Tags of <html>, <head> and <body>: their attributes become attributes of one element.
_MAX_SINGLE = 16
# Text behind a tag that a parser ignores is put behind the text before, and text right in a table behind
# all text before the table. Often all of it is copied. In characters.
_MAX_COPIED = 100_000_000

# Below both, the worst that can be written takes a parser a fraction of a second. The first is start tags
# times characters: what one makes, the other may multiply.
_SMALL = 8_000_000
_FEW_CHARACTERS = 48_000
_LONG_TAG = 4_096

# White space and letters are ASCII's alone: another space is part of a name.
_ATTRIBUTE = (
    r"""[^\t\n\f\r />][^\t\n\f\r />=]*+"""
    r"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|(?!["'])[^\t\n\f\r >]*+))?+"""
)
# A tag, a comment, or neither, and the text behind it. Each begins where the one before ended, so that
# every character is looked at once: a quote or a comment that is never closed takes in the rest.
_TOKEN = re.compile(
    r"(?:<(?P<end>/?)(?P<name>[A-Za-z][^\t\n\f\r />]*+)"
    rf"(?P<attributes>(?:[\t\n\f\r /]*+{_ATTRIBUTE})*+)(?P<tail>[\t\n\f\r /]*+>?)"
    r"|<!--(?:-?>|.*?(?:--!?>|\Z))|(?P<cdata><!\[CDATA\[)"
    r"|(?P<doctype><!(?i:doctype)[^>]*+>?)|<[!?/][^>]*+>?|<?)(?P<text>[^<]*+)",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_MANY_ATTRIBUTES = re.compile(
    rf"<[A-Za-z][^\t\n\f\r />]*+(?:[\t\n\f\r /]*+{_ATTRIBUTE}){{{MAX_ATTRIBUTES + 1}}}"
)

_RAW_TEXT = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
_END_OF_RAW_TEXT = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII) for name in _RAW_TEXT
}
# Where a parser may not take it as text.
_DOUBTFUL = ("svg svg", "math math", "template")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_FORMATTING_TAG = re.compile(
    rf"<(/?)({'|'.join(sorted(_FORMATTING))})(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII
)
_TAG_ATTRIBUTES = re.compile(rf"(?:[\t\n\f\r /]*+{_ATTRIBUTE})*+")
_VOID = frozenset(
    "area base basefont bgsound br col embed hr image img input keygen link meta param source track "
    "wbr".split()
)
# A page has one of each.
_SINGLE = frozenset(("html", "head", "body"))
_SINGLE_TAG = re.compile(r"<(?:html|head|body)(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
# Frames take the place of all text. What the other repeats is looked for at each <option>.
_NEVER = frozenset(("frame", "frameset", "selectedcontent"))
_TABLE_TAG = re.compile(r"<(?:table|tr|tbody|tfoot|thead)(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
_IGNORED_TAG = re.compile(
    r"</[a-z][^\t\n\f\r />]*+[\t\n\f\r /]"
    r"|<(?:!doctype|(?:body|caption|col|colgroup|form|frame|frameset|head|html|image|td|th)"
    r"(?=[\t\n\f\r />]))",
    re.IGNORECASE | re.ASCII,
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

# Elements by what they stop: a search, from the innermost element outwards, for one that is to be closed.
_SCOPE = frozenset("applet caption marquee object select table td template th".split())
_SPECIAL = (
    _SCOPE
    | _HEADINGS
    | frozenset(
        "address article aside blockquote button center colgroup dd details dir div dl dt fieldset "
        "figcaption figure footer form header hgroup li listing main menu nav noscript ol p pre search "
        "section summary tbody tfoot thead tr ul".split()
    )
)
_BARRIERS = {
    "in scope": _SCOPE,
    "in button scope": _SCOPE | {"button"},
    "in list scope": _SCOPE | {"ol", "ul"},
    "in table scope": frozenset(("table", "template")),
    "a special element": _SPECIAL,
    "an item": _SPECIAL - {"address", "div", "p"},
    "a cell": frozenset(("caption", "td", "th")),
    "a table": frozenset(("colgroup", "table", "tbody", "tfoot", "thead", "tr")),
    "nothing": frozenset[str](),
}
_STOPS = {name: tuple(barrier for barrier, names in _BARRIERS.items() if name in names) for name in _SPECIAL}
# Of SVG and MathML. They stop what an <object> does.
_FOREIGN_SCOPE = {
    "svg": frozenset(("desc", "foreignobject", "title")),
    "math": frozenset(("annotation-xml", "mi", "mn", "mo", "ms", "mtext")),
}
_FOREIGN_STOPS = _STOPS["object"]
_TABLE_PARTS = ("caption", "colgroup", "tbody", "tfoot", "thead")
_CELLS = ("td", "th")
_IN_TABLE = frozenset(("col", "tr", *_CELLS, *_TABLE_PARTS))

# What a start tag closes, each with what stops the search for it.
_IN_PARAGRAPH = ((("p",), "in button scope"),)
_CLOSES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = dict.fromkeys(
    (_SPECIAL - _SCOPE - {"button", "noscript", "tr", *_TABLE_PARTS})
    | {"dialog", "hr", "plaintext", "table", "xmp"},
    _IN_PARAGRAPH,
)
_CLOSES |= dict.fromkeys(("dd", "dt"), ((("dd", "dt"), "an item"), *_IN_PARAGRAPH))
_CLOSES |= dict.fromkeys(_CELLS, ((_CELLS, "in table scope"),))
_CLOSES |= dict.fromkeys(_TABLE_PARTS, (((*_CELLS, "tr", *_TABLE_PARTS), "in table scope"),))
_CLOSES |= {
    "a": ((("a",), "in scope"),),
    "button": ((("button",), "in scope"),),
    "li": ((("li",), "an item"), *_IN_PARAGRAPH),
    "nobr": ((("nobr",), "in scope"),),
    "tr": (((*_CELLS, "tr"), "in table scope"),),
}
# What a start tag closes where nothing else is open within.
_CLOSES_INNERMOST: dict[str, frozenset[str]] = dict.fromkeys(_HEADINGS, _HEADINGS)
_CLOSES_INNERMOST |= dict.fromkeys(("rp", "rt"), frozenset(("rb", "rp", "rt")))
_CLOSES_INNERMOST |= dict.fromkeys(("rb", "rtc"), frozenset(("rb", "rp", "rt", "rtc")))
_CLOSES_INNERMOST |= {"option": frozenset(("option",)), "optgroup": frozenset(("optgroup", "option"))}
_RUBY = frozenset(("rb", "rp", "rt", "rtc"))
# What stops the search of an end tag for its element; "a special element" where not named.
_STOPPED_BY = dict.fromkeys(_SPECIAL, "in scope") | dict.fromkeys(
    ("table", "tr", *_CELLS, *_TABLE_PARTS), "in table scope"
)
_STOPPED_BY |= {"li": "in list scope", "p": "in button scope", "template": "nothing"}

_OF_MATHML = frozenset(("malignmark", "mglyph"))
# Elements of SVG and MathML that hold HTML, and start tags that end both.
_HOLDS_HTML = {"svg": _FOREIGN_SCOPE["svg"], "math": _FOREIGN_SCOPE["math"] - {"annotation-xml"}}
BREAKS_OUT = frozenset(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing "
    "menu meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var".split()
)
# A <font> does where it has one of these attributes, or at least a value that looks like one.
_FONT = re.compile(r"(?:color|face|size)(?![^\t\n\f\r />=])", re.IGNORECASE | re.ASCII)


def thin(markup: str, *, always: bool = False) -> str:
    """The markup as it is, where a parser takes time and memory in proportion to it; else, or `always`,
    the markup written anew so that it does. Takes such time itself.

    What is cheap for a parser but no tree to work on is for who builds the tree to see: some thousand
    elements in each other, or many more elements than tags.
    """
    if not always and _is_plain(markup):
        return markup
    nesting = _Nesting()
    mended = nesting.mend(markup)
    is_within = not always and not nesting.exceeds_limits and markup.count("<") <= _MANY_TAGS
    return markup if is_within else mended


def _is_plain(markup: str) -> bool:
    """True where the markup is within the limits however its tags nest."""
    tags, ends = markup.count("<"), markup.count("</")
    if (tags - ends) * len(markup) <= _SMALL and len(markup) <= _FEW_CHARACTERS:
        return True
    if tags > _MANY_TAGS or len(_SINGLE_TAG.findall(markup)) > _MAX_SINGLE:
        return False
    merged = tags if _TABLE_TAG.search(markup) else len(_IGNORED_TAG.findall(markup))
    if merged * len(markup) > _MAX_COPIED:
        return False
    if len(markup) > _FEW_CHARACTERS and _MANY_ATTRIBUTES.search(markup):
        return False
    weight = of_anchor = ends = 0
    for tag in _FORMATTING_TAG.finditer(markup):
        is_anchor = tag[2] in "aA"
        if tag[1] or is_anchor:
            ends += 1
        if not tag[1]:
            attributes = _TAG_ATTRIBUTES.match(markup, tag.end(), tag.end() + _LONG_TAG)
            if attributes is None or attributes.end() == tag.end() + _LONG_TAG:
                return False
            own = 1 + len(_ATTRIBUTES.findall(attributes[0]))
            if is_anchor:  # the next one ends it
                of_anchor = max(of_anchor, own)
            else:
                weight += own
    weight += of_anchor
    return weight * tags <= _MAX_REOPENED and ends * tags <= _MAX_MISNESTED and weight**2 <= _MAX_COMPARED


class _Open(NamedTuple):
    """An open element."""

    name: str
    key: str  # its name, behind that of its namespace where that is not HTML's
    content: str  # "svg" or "math", where elements in it are of that
    stops: tuple[str, ...]  # which searches it stops
    weight: int  # of a formatting element: 1 and its attributes


class _Nesting:
    """The elements that are open while markup is read: never fewer than a parser would hold open in what
    is written anew."""

    def __init__(self) -> None:
        self.exceeds_limits = False
        self._open: list[_Open] = []
        # Where in `_open` elements of a name stand, and those that stop a search.
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._weight = 0  # of the open formatting elements
        self._depth = 0  # of the others
        self._dropped: Counter[str] = Counter()  # start tags left out, whose end tags are to be, too
        self._single = 0  # tags of <html>, <head> and <body>
        self._has_doctype = False
        self._merged = 0  # times that text may be put behind other text, which is copied
        # Of the markup as it is: how many elements were opened, and the weight of the formatting elements
        # that a parser may have to open anew: all but those closed by their own end tags, with all that
        # was opened in them. What that makes it do.
        self._starts = 0
        self._unclosed = 0
        self._reopened = self._misnested = self._compared = 0
        # And in what is written, where a parser closes elements that seem to be open here.
        self._held = 0
        # Elements before this place in `_open` had content that had no end tags of its own.
        self._doubt = 0

    def mend(self, markup: str) -> str:
        """The markup written anew."""
        kept: list[str] = []
        since = at = 0  # what stays as it is begins at `since`
        most_merged = _MAX_COPIED // (len(markup) or 1)
        match = _TOKEN.match
        while at < len(markup):
            token = match(markup, at)
            assert token is not None
            start, at = at, token.end()
            self._reopened += self._unclosed
            self._held += self._weight
            if token["name"] is None:
                written, behind = self._no_tag(token, markup)
            elif token["end"]:
                written, behind = self._end_tag(token)
            else:
                written, behind = self._start_tag(token, markup)
            if written is not None:
                # A sign that was text is not to begin a tag with what comes now.
                is_sign = not written and start > since and markup[start - 1] == "<"
                kept += (f"{markup[since : start - 1]}&lt;" if is_sign else markup[since:start], written)
                since = behind
            if behind != token.start("text"):
                at = behind
            elif (place := self._first_table()) is not None and at > behind and not token["text"].isspace():
                self._merged += 1
                if self._merged > most_merged:
                    kept += (markup[since:behind], self._close(place))
                    since = behind
        limits = (
            (self._reopened, _MAX_REOPENED),
            (self._misnested, _MAX_MISNESTED),
            (self._compared, _MAX_COMPARED),
            (self._merged, most_merged),
        )
        self.exceeds_limits |= any(done > limit for done, limit in limits)
        return "".join((*kept, markup[since:]))

    def _no_tag(self, token: re.Match[str], markup: str) -> tuple[str | None, int]:
        """What is to stand for a comment or the like, None for what does, and where to read on."""
        behind = token.start("text")
        if token["doctype"]:
            is_first = not self._has_doctype
            self._has_doctype = True
            self._merged += not is_first
            return None if is_first else "", behind
        if token["cdata"]:
            # Text in SVG and MathML, a comment elsewhere. Without the sign it is markup.
            return (
                ("", behind) if self._is_doubtful() else (None, markup.find(">", behind) + 1 or len(markup))
            )
        return None, behind

    def _start_tag(self, token: re.Match[str], markup: str) -> tuple[str | None, int]:
        """What is to stand for a start tag, None for itself, and where to read on."""
        behind = token.start("text")
        name, attributes = _lower(token["name"]), token["attributes"]
        cut = _excess(attributes) if len(attributes) > MAX_ATTRIBUTES else None
        if cut is not None:
            self.exceeds_limits = True
            attributes = attributes[:cut]
        before, after = self._start(name, attributes, token["tail"].endswith("/>"))
        content = ""
        if name in _RAW_TEXT and after == "":
            is_text, end = self._raw_text(name, markup, behind)
            if is_text:
                content = markup[behind:end] if before or cut is not None else ""
            else:
                after = None
            behind = end
        if after is None:
            return before, behind
        if name == "image" and not (self._open and self._open[-1].content):
            # The same, but lexbor loses it right in a table.
            return f"{before}<img{attributes}>", behind
        if before or after or cut is not None:
            return f"{before}<{name}{attributes}>{after}{content}", behind
        return None, behind

    def _end_tag(self, token: re.Match[str]) -> tuple[str | None, int]:
        """What is to stand for an end tag, None for itself, and where to read on."""
        behind = token.start("text")
        name = _lower(token["name"])
        before, stays = self._end(name)
        if token["attributes"]:
            self._merged += 1
        elif stays and not before:
            return None, behind
        return f"{before}</{name}>" if stays else before, behind

    def _start(self, name: str, attributes: str, is_self_closing: bool) -> tuple[str, str | None]:
        """What is to stand before a start tag and behind it; None behind where it is to be left out."""
        before = ""
        foreign = self._open[-1].content if self._open else ""
        if foreign and (name in BREAKS_OUT or (name == "font" and _FONT.search(attributes))):
            before, foreign = self._break_out(), ""
        if not foreign:
            if self._is_ignored(name):
                self._merged += 1
                return before, None
            if name in _SINGLE:
                return before, ""
            before += self._close_for(name)
            if name in _VOID:
                return before, ""
            if name in ("svg", "math") or (name in _OF_MATHML and self._places["math math"]):
                foreign = "svg" if name == "svg" else "math"
        if is_self_closing and foreign:
            return before, f"</{name}>"
        if name in _RAW_TEXT:
            return before, ""
        is_formatting = name in _FORMATTING and not foreign
        weight = 1 + len(_ATTRIBUTES.findall(attributes)) if is_formatting else 0
        self._starts += 1
        self._unclosed += weight
        self._compared += weight * self._unclosed
        if weight and self._held > _MAX_REOPENED:
            if self._weight:
                before += self._close(0)
            self._dropped[name] += 1
            return before, None
        is_too_much = self._weight + weight > _MAX_WEIGHT if weight else self._depth >= MAX_DEPTH
        if is_too_much:
            self.exceeds_limits = True
            self._dropped[name] += 1
            return before, None
        if foreign:
            stops = _FOREIGN_STOPS if name in _FOREIGN_SCOPE[foreign] else ()
            content = "" if name in _HOLDS_HTML[foreign] else foreign
            self._push(_Open(name, f"{foreign} {name}", content, stops, 0))
        else:
            self._push(_Open(name, name, "", _STOPS.get(name, ()), weight))
        return before, ""

    def _push(self, element: _Open) -> None:
        for key in (element.key, *element.stops):
            self._places[key].append(len(self._open))
        self._open.append(element)
        self._weight += element.weight
        self._depth += not element.weight

    def _break_out(self) -> str:
        """Close the elements of SVG and MathML, up to one of HTML or one that holds it."""
        place = len(self._open)
        while place and self._open[place - 1].content:
            place -= 1
        return self._close(place)

    def _end(self, name: str) -> tuple[str, bool]:
        """What is to stand before an end tag, and whether it stays."""
        if name in ("br", "p") and self._open and self._open[-1].content:
            before = self._break_out()
            more, stays = self._end(name)
            return before + more, stays
        # An end tag of a heading ends any heading.
        keys: Collection[str] = _HEADINGS if name in _HEADINGS else (name,)
        if self._is_doubtful():
            keys = (*keys, f"svg {name}", f"math {name}")
        place = max((self._places[key][-1] for key in keys if self._places[key]), default=-1)
        weight = self._open[place].weight if place >= 0 else 0
        if weight and place == len(self._open) - 1 and place >= self._doubt and not self._dropped[name]:
            self._unclosed -= weight
        elif name in _FORMATTING and self._unclosed:
            self._misnested += self._starts
        if self._dropped[name]:
            self._dropped[name] -= 1
            return "", False
        if place < 0:
            return "", True
        stops = self._places[_STOPPED_BY.get(name, "a special element")]
        if stops and stops[-1] > place:
            return "", name == "p"  # which makes an empty one
        before = self._close(place + 1)
        self._pop()
        return before, True

    def _raw_text(self, name: str, markup: str, at: int) -> tuple[bool, int]:
        """Whether the element's content is text, and where to read on."""
        if self._is_doubtful():
            # What holds no tags is text, however it is read. What does is markup without the tag.
            place = markup.find("<", at)
            is_text = place >= 0 and _END_OF_RAW_TEXT[name].match(markup, place) is not None
            return is_text, place if is_text else at
        end = _END_OF_RAW_TEXT[name].search(markup, at) if name != "plaintext" else None
        if end is None:
            return True, len(markup)
        if name == "script" and "<!--" in (text := markup[at : end.start()]) and "<script" in text.lower():
            # It may not end there. It is left out.
            return False, end.start()
        return True, end.start()

    def _is_ignored(self, name: str) -> bool:
        """True for a start tag of HTML that a parser ignores, or may as well."""
        if name in _SINGLE:
            self._single += 1
            return self._single > _MAX_SINGLE
        if name in _IN_TABLE:
            return not self._places["table"] and not self._places["template"]
        if name == "image":
            self._merged += 1
        if name == "form":
            return bool(self._places["form"]) and not self._places["template"]
        return name in _NEVER

    def _is_doubtful(self) -> bool:
        return any(self._places[name] for name in _DOUBTFUL)

    def _first_table(self) -> int | None:
        """The outermost open table, where the innermost is open and no cell of it."""
        rows, cells = self._places["a table"], self._places["a cell"]
        return rows[0] if rows and (not cells or cells[-1] < rows[-1]) else None

    def _close_for(self, name: str) -> str:
        """Close what a start tag closes."""
        before = ""
        for names, barrier in _CLOSES.get(name, ()):
            stops = self._places[barrier]
            stop = stops[-1] if stops else -1
            # What is looked for may itself be what stops the search.
            places = [found[-1] for other in names if (found := self._places[other]) and found[-1] >= stop]
            if places:
                place = min(places)
                if place >= self._doubt:
                    # Only formatting elements of its own name: a parser forgets them, too.
                    self._unclosed -= self._open[place].weight
                before += self._close(place)
        innermost = _CLOSES_INNERMOST.get(name)
        if innermost and (name not in _RUBY or self._places["ruby"]):
            place = len(self._open)
            while place and self._open[place - 1].key in innermost:
                place -= 1
            before += self._close(place)
        return before

    def _close(self, place: int) -> str:
        """Close the elements from `place` on; their end tags, which the markup does not have."""
        if place >= len(self._open):
            return ""
        ends = []
        while len(self._open) > place:
            ends.append(f"</{self._open[-1].name}>")
            self._pop()
        self._doubt = place
        return "".join(ends)

    def _pop(self) -> None:
        element = self._open.pop()
        for key in (element.key, *element.stops):
            self._places[key].pop()
        self._weight -= element.weight
        self._depth -= not element.weight
        self._doubt = min(self._doubt, len(self._open))
        self._dropped.clear()


def _excess(attributes: str) -> int | None:
    """Where the last attribute that is allowed ends, if there are more."""
    cut = 0
    for count, attribute in enumerate(_ATTRIBUTES.finditer(attributes), start=1):
        if count > MAX_ATTRIBUTES:
            return cut
        cut = attribute.end()
    return None


def _lower(name: str) -> str:
    """In small letters; only those of ASCII have others."""
    return (
        name.lower()
        if name.isascii()
        else name.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    )
