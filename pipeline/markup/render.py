"""One walk over a tree gives its text, as a browser shows it, and its HTML, sanitised.

Text follows the HTML standard's `innerText` (https://html.spec.whatwg.org/#the-innertext-idl-attribute)
under the standard's default style sheet; white space follows CSS Text 3, section 4.1, with the
segment break between two wide characters removed, as the specification has it. Posts that
prettify() wrote have a line break around every inline tag; the same rules keep a space between
Latin words there and put none inside a Chinese one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import nh3
from bs4.element import NavigableString, RubyTextString, Tag

from pipeline.markup.lazy import image_url
from pipeline.markup.urls import absolute_url, absolute_web_url
from pipeline.posts.plain_text import clean_text, normalized, one_line, without_controls

# Elements that show no text of their own, whatever they hold.
HIDDEN = frozenset(
    "script style template noscript head title meta link base iframe object embed applet audio video canvas "
    "svg math area datalist select textarea rp frameset frame noframes noembed param source track".split()
)
# Elements that begin and end a line; those of the second set leave an empty line as well.
_LINES = frozenset(
    "address article aside body center dd details dialog dir div dl dt fieldset figcaption footer form "
    "header hgroup hr html legend li main menu nav ol optgroup option search section summary tr ul "
    "caption tbody thead tfoot".split()
)
_PARAGRAPHS = frozenset("p blockquote pre figure h1 h2 h3 h4 h5 h6 table listing xmp plaintext".split())
_CELLS = frozenset(("td", "th"))
_PREFORMATTED = frozenset("pre listing xmp plaintext".split())

# What clean HTML may hold. The serialiser writes nothing else, and nh3 lets nothing else pass.
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"datetime"},
    "ins": {"datetime"},
    "time": {"datetime"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
    "*": {"lang", "dir"},
}
_TAGS = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn "
    "div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q "
    "rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr tt u "
    "ul var wbr".split()
)
_VOID = frozenset(("br", "hr", "img", "wbr", "col"))
# The tag that is written for an element. Any other that stands on lines of its own, such as <center>
# or <form>, is written as one without a meaning, so that its words are not glued to those around it.
_WRITTEN = (
    dict.fromkeys((_LINES | _PARAGRAPHS) - {"html", "body"}, "div")
    | dict.fromkeys(_PREFORMATTED, "pre")
    | {name: name for name in _TAGS}
)
_ANYWHERE = frozenset(_ATTRIBUTES["*"])
_cleaner = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="nofollow noopener noreferrer",
)

_LONG = 50_000
# A text between tags, since in attributes `>` is an entity; and pieces of it that cut no entity.
_LONG_TEXT = re.compile(r"(?:\A|>)[^<]{2000,}")
_PIECE = re.compile(r"(?:[^&]|&[^;]*;){1000}")

_WHITE = " \t\n\r\f"
_INNER_WHITE = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
_EMPTY_LINES = re.compile(r"\n(?:[ \xa0\u200b\ufeff]*\n){2,}")
_NOT_SHOWN = re.compile(r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# Wide characters that need no space between them: Han, kana, bopomofo, CJK punctuation, full-width
# forms (East Asian Width W and F; Hangul, which has spaces, is left out).
_WIDE = re.compile(
    "[\u2e80-\u2fff\u3001-\u30ff\u3100-\u312f\u31a0-\u31bf\u31c0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
    "\uffe0-\uffe6\U00020000-\U0003fffd]"
)
# Marks that are wide in Chinese text and narrow in Latin text.
_AMBIGUOUS = frozenset("“”‘’—…·‧•")
# In prettified posts a line break before or after these is the archiver's: no text has one there.
_CLOSING = frozenset(",.;:!?)]}%»")
_OPENING = frozenset("([{«$")


class Rendered(NamedTuple):
    """The text of a tree, and its sanitised HTML; None where it has no text."""

    text: str | None
    html: str | None


class _Plan(NamedTuple):
    """What is done for every element of one name."""

    effect: int
    breaks: int  # line breaks before and behind it, at least
    start: str  # its start tag in clean HTML, without attributes; empty where it is left out
    end: str
    attributes: frozenset[str]


_NONE, _BLOCK, _ROW, _PRE, _CELL, _BR, _HIDE = range(7)


def _plan(name: str) -> _Plan:
    breaks = 2 if name in _PARAGRAPHS else 1 if name in _LINES else 0
    effect = _BLOCK if breaks else _NONE
    for special, names in (
        (_ROW, {"tr"}),
        (_PRE, _PREFORMATTED),
        (_CELL, _CELLS),
        (_BR, {"br"}),
        (_HIDE, HIDDEN),
    ):
        if name in names:
            effect = special
    tag = _WRITTEN.get(name)
    end = f"</{tag}>" if tag and name not in _VOID else ""
    allowed = _ANYWHERE | _ATTRIBUTES.get(tag or "", set())
    return _Plan(effect, breaks, f"<{tag}>" if tag else "", end, frozenset(allowed))


_PLANS = {name: _plan(name) for name in (*_WRITTEN, *_LINES, *_PARAGRAPHS, *_CELLS, *HIDDEN)}
_UNKNOWN = _plan("")


def render(root: Tag, base: str, *, prettified: bool = False) -> Rendered:
    """The text and the sanitised HTML of what stands below `root`.

    `base` is the page's address, against which addresses are made absolute. `prettified` says
    that line breaks around inline tags are the archiver's.
    """
    html: list[str] = []
    text = _write(root, base, html, prettified)
    if text is None:
        return Rendered(None, None)
    clean = _clean(without_controls("".join(html)))
    # NFC makes one character of `>` and a stroke through it, and a tag would not end.
    return Rendered(text, normalized(clean.replace("\u0338", "&#824;")))


def _clean(html: str) -> str:
    """Sanitised HTML, in time in proportion to its length."""
    if len(html) > _LONG:
        # nh3 looks through a text from its beginning at each of some characters. It drops comments.
        html = _LONG_TEXT.sub(lambda text: _PIECE.sub(r"\g<0><!---->", text[0]), html)
    return _cleaner.clean(html)


def inline_text(root: Tag, *, prettified: bool = False) -> str | None:
    """The text below `root` on one line; None where there is none."""
    if len(root.contents) == 1 and type(only := root.contents[0]) is NavigableString:
        text = only.strip(_WHITE)
        if "\n" not in text:  # nothing to fold but what one_line folds
            return one_line(text)
    return one_line(_write(root, "", None, prettified) or "")


def is_shown(element: Tag) -> bool:
    """False for an element that a browser does not show: by its name, `hidden`, or its style."""
    return element.name not in HIDDEN and not (element.attrs and _is_hidden(element.attrs))


def _is_hidden(attributes: Mapping[str, Any]) -> bool:
    return "hidden" in attributes or (
        "style" in attributes and _NOT_SHOWN.search(attributes["style"]) is not None
    )


def _write(  # noqa: PLR0915 - one loop, without calls: every node of every post goes through it
    root: Tag, base: str, html: list[str] | None, prettified: bool
) -> str | None:
    """The text below `root`; its HTML, not yet sanitised, is added to `html`."""
    text: list[str] = []
    last = ""  # the last character of the current line; empty at its start
    white = ""  # white space met and not yet written: "", " " or "\n"
    white_at = 0  # where in the HTML it was met
    breaks = 0  # line breaks that blocks ask for before the next text
    hard_breaks = 0  # line breaks of <br>
    in_cell = False  # the next text begins a table cell after others of its row
    row_has_text = False
    preformatted = 0

    # Without recursion: posts nest deeper than Python's stack.
    levels: list[tuple[Iterator[Any], _Plan]] = []
    nodes: Iterator[Any] = iter(root.contents)
    while True:
        for node in nodes:
            kind = type(node)
            if kind is NavigableString or kind is RubyTextString:
                behind = ""
                if preformatted:
                    # The line break behind <pre> is its author's, and no text.
                    inner = node.removeprefix("\n") if breaks and not hard_breaks else node
                    if not inner:
                        continue
                    white = ""
                else:
                    inner = node.strip(_WHITE)
                    if not inner:  # most strings of prettified posts
                        if not white:
                            white = "\n" if "\n" in node else " "
                            if html is not None:
                                white_at = len(html)
                                html.append("")
                        elif white == " " and "\n" in node:
                            white = "\n"
                        continue
                    if len(inner) < len(node):
                        before = len(node) - len(node.lstrip(_WHITE))
                        if before:
                            met = "\n" if node.find("\n", 0, before) >= 0 else " "
                            if not white:
                                white = met
                                if html is not None:
                                    white_at = len(html)
                                    html.append("")
                            elif met == "\n":
                                white = met
                        if before + len(inner) < len(node):
                            behind = "\n" if node.find("\n", before + len(inner)) >= 0 else " "
                    if "\n" in inner or "  " in inner or "\t" in inner or "\r" in inner or "\f" in inner:
                        inner = _INNER_WHITE.sub(_fold, inner)

                if in_cell or breaks or hard_breaks:
                    if text:
                        text.append("\t" if in_cell else "\n" * max(breaks, hard_breaks))
                    breaks = hard_breaks = 0
                    in_cell = False
                elif white and last:
                    space = white if white == " " else _joint(last, inner[0], at_tag=prettified)
                    text.append(space)
                    if html is not None:
                        html[white_at] = space
                row_has_text = True
                text.append(inner)
                if html is not None:
                    html.append(_escape(inner))
                last = "" if preformatted else inner[-1]
                white = behind
                if behind and html is not None:
                    white_at = len(html)
                    html.append("")

            # Comments, doctypes and the like are strings of other classes.
            elif (name := node.name) is not None:
                plan = _PLANS.get(name, _UNKNOWN)
                effect, attributes = plan.effect, node.attrs
                if effect == _HIDE or (attributes and _is_hidden(attributes)):
                    continue
                if effect == _BR:
                    hard_breaks += 1
                    white = ""
                elif effect == _CELL:
                    if row_has_text:
                        in_cell = True
                    else:
                        breaks = breaks or 1
                        last = ""
                    white = ""
                elif effect:
                    breaks = max(breaks, plan.breaks)
                    white = last = ""
                    if effect == _ROW:
                        row_has_text = False
                    elif effect == _PRE:
                        preformatted += 1
                if html is not None and plan.start:
                    # A picture's address may stand in any attribute.
                    if name == "img" or (attributes and not plan.attributes.isdisjoint(attributes)):
                        html.append(_start_tag(node, plan, base))
                    else:
                        html.append(plan.start)
                levels.append((nodes, plan))
                nodes = iter(node.contents)
                break
        else:
            if not levels:
                break
            nodes, plan = levels.pop()
            if html is not None and plan.end:
                html.append(plan.end)
            if plan.breaks:
                breaks = max(breaks, plan.breaks)
                white = last = ""
                if plan.effect == _PRE:
                    preformatted -= 1

    whole = "".join(text)
    if "\xa0" in whole or "\n\n\n" in whole or "\u200b" in whole:
        whole = _EMPTY_LINES.sub("\n\n", whole)
    return clean_text(whole)


def _fold(match: re.Match[str]) -> str:
    """A run of white space within a text node."""
    white = match.group()
    if "\n" not in white:
        return " "
    return _joint(match.string[match.start() - 1], match.string[match.end()], at_tag=False)


def _joint(before: str, after: str, *, at_tag: bool) -> str:
    """What a line break between two characters becomes: a space, or nothing. `at_tag` says that it
    stands at a tag, where an archiver put it."""
    before_wide, after_wide = _WIDE.match(before), _WIDE.match(after)
    if before_wide and (after_wide or after in _AMBIGUOUS):
        return ""
    if after_wide and before in _AMBIGUOUS:
        return ""
    if at_tag and (after in _CLOSING or before in _OPENING):
        return ""
    return " "


def _start_tag(element: Tag, plan: _Plan, base: str) -> str:
    """The start tag with what of its attributes clean HTML may hold; empty for a picture without address."""
    name = plan.start.strip("<>")
    written = [name]
    if name == "img":
        source = image_url(element, base)
        if source is None:
            return ""
        written.append(f'src="{_escape_attribute(source)}"')
    for key, value in element.attrs.items():
        if key not in plan.attributes or key == "src":
            continue
        text: str | None = str(value)
        if key == "href":
            text = absolute_url(str(value), base)
        elif key == "cite":
            text = absolute_web_url(str(value), base)
        if text is not None:
            written.append(f'{key}="{_escape_attribute(text)}"')
    return f"<{' '.join(written)}>"


def _escape(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def _escape_attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
