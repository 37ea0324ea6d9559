"""One walk over a tree gives its text, as a browser shows it, and its HTML, sanitised.

Text follows the HTML standard's `innerText` (https://html.spec.whatwg.org/#the-innertext-idl-attribute)
under the standard's default style sheet; white space follows CSS Text 3, section 4.1, with the
segment break between two wide characters removed, as the specification has it. Posts that
prettify() wrote have a line break around every inline tag; the same rules keep a space between
Latin words there and put none inside a Chinese one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import nh3
from bs4.element import NavigableString, RubyTextString, Tag

from pipeline.markup.lazy import image_url
from pipeline.markup.urls import absolute_url, absolute_web_url
from pipeline.posts.plain_text import clean_text, one_line, without_controls

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


def render(root: Tag, base: str, *, prettified: bool = False) -> Rendered:
    """The text and the sanitised HTML of what stands below `root`.

    `base` is the page's address, against which addresses are made absolute. `prettified` says
    that line breaks around inline tags are the archiver's.
    """
    writer = _Writer(base, prettified)
    _walk(root, writer)
    return writer.result()


def inline_text(root: Tag, *, prettified: bool = False) -> str | None:
    """The text below `root` on one line; None where there is none."""
    if len(root.contents) == 1 and type(only := root.contents[0]) is NavigableString:
        text = only.strip(_WHITE)
        if "\n" not in text:  # nothing to fold but what one_line folds
            return one_line(text)
    writer = _Writer("", prettified, with_html=False)
    _walk(root, writer)
    return one_line(writer.text() or "")


def _walk(root: Tag, writer: _Writer) -> None:
    """Tell the writer of every shown element and text below `root`, in document order."""
    open_elements: list[Tag] = []
    levels = [iter(root.contents)]
    enter, leave, write = writer.enter, writer.leave, writer.write
    # Without recursion: posts nest deeper than Python's stack.
    while levels:
        for node in levels[-1]:
            # Comments, doctypes and the like are strings of other classes.
            kind = type(node)
            if kind is NavigableString or kind is RubyTextString:
                write(node)  # type: ignore[arg-type]
            elif isinstance(node, Tag) and is_shown(node):
                enter(node)
                if node.contents:
                    open_elements.append(node)
                    levels.append(iter(node.contents))
                    break
                leave(node)
        else:
            levels.pop()
            if open_elements:
                leave(open_elements.pop())


def is_shown(element: Tag) -> bool:
    """False for an element that a browser does not show: by its name, `hidden`, or its style."""
    if element.name in HIDDEN:
        return False
    attributes = element.attrs
    if "hidden" in attributes:
        return False
    return not ("style" in attributes and _NOT_SHOWN.search(str(attributes["style"])))


class _Writer:
    """Folds white space while it writes text and HTML side by side."""

    def __init__(self, base: str, prettified: bool, *, with_html: bool = True) -> None:
        self._base = base
        self._prettified = prettified
        self._with_html = with_html
        self._text: list[str] = []
        self._html: list[str] = []
        self._last = ""  # the last character of the current line; empty at its start
        self._white = ""  # white space met and not yet written: "", " " or "\n"
        self._white_at = 0  # where in the HTML it was met
        self._breaks = 0  # line breaks that blocks ask for before the next text
        self._hard_breaks = 0  # line breaks of <br>
        self._cell = False  # the next text begins a table cell after others of its row
        self._row_has_text = False
        self._preformatted = 0

    def enter(self, element: Tag) -> None:
        name = element.name
        if name in _PARAGRAPHS:
            self._break(2)
        elif name in _LINES:
            self._break(1)
            if name == "tr":
                self._row_has_text = False
        elif name in _CELLS:
            self._begin_cell()
        elif name == "br":
            self._hard_breaks += 1
            self._white = ""
        if name in _PREFORMATTED:
            self._preformatted += 1
        if self._with_html and (tag := _WRITTEN.get(name)):
            self._html.append(self._start_tag(element, tag))

    def leave(self, element: Tag) -> None:
        name = element.name
        if self._with_html and name not in _VOID and (tag := _WRITTEN.get(name)):
            self._html.append(f"</{tag}>")
        if name in _PREFORMATTED:
            self._preformatted -= 1
        if name in _PARAGRAPHS:
            self._break(2)
        elif name in _LINES:
            self._break(1)

    def write(self, string: str) -> None:
        """Write one text node."""
        if self._preformatted:
            self._write_preformatted(string)
            return
        if string == "\n":  # by far the most frequent
            self._meet_white("\n")
            return
        rest = string.lstrip(_WHITE)
        if len(rest) < len(string):
            self._meet_white("\n" if "\n" in string[: len(string) - len(rest)] else " ")
        if not rest:
            return
        body = rest.rstrip(_WHITE)
        inner = body
        if _INNER_WHITE.search(inner):
            inner = _INNER_WHITE.sub(self._fold, inner)
        self._put(inner)
        if len(body) < len(rest):
            self._meet_white("\n" if "\n" in rest[len(body) :] else " ")

    def text(self) -> str | None:
        text = "".join(self._text)
        if "\xa0" in text or "\n\n\n" in text or "\u200b" in text:
            text = _EMPTY_LINES.sub("\n\n", text)
        return clean_text(text)

    def result(self) -> Rendered:
        text = self.text()
        if text is None:
            return Rendered(None, None)
        clean = _cleaner.clean(without_controls("".join(self._html)))
        # NFC makes one character of `>` and a stroke through it, and a tag would not end.
        return Rendered(text, clean_text(clean.replace("\u0338", "&#824;")))

    def _break(self, breaks: int) -> None:
        self._breaks = max(self._breaks, breaks)
        self._white = ""
        self._last = ""

    def _begin_cell(self) -> None:
        if self._row_has_text:
            self._cell = True
        else:
            self._break(1)
        self._white = ""

    def _meet_white(self, kind: str) -> None:
        if not self._white:
            self._white = kind
            if self._with_html:
                self._white_at = len(self._html)
                self._html.append("")
        elif kind == "\n":
            self._white = kind

    def _put(self, inner: str) -> None:
        """Write text without outer white space, after what must stand before it."""
        if self._cell or self._breaks or self._hard_breaks:
            if self._text:
                breaks = max(self._breaks, self._hard_breaks)
                self._text.append("\t" if self._cell else "\n" * breaks)
            self._breaks = self._hard_breaks = 0
            self._cell = False
        elif self._white and self._last:
            space = self._joint(self._last, inner[0], self._white)
            self._text.append(space)
            if self._with_html:
                self._html[self._white_at] = space
        self._white = ""
        self._last = inner[-1]
        self._row_has_text = True
        self._text.append(inner)
        if self._with_html:
            self._html.append(_escape(inner))

    def _write_preformatted(self, string: str) -> None:
        if self._breaks and not self._hard_breaks:  # the line break behind <pre> is the author's, no text
            string = string.removeprefix("\n")
        if string:
            self._white = ""
            self._put(string)
            self._last = ""

    def _fold(self, match: re.Match[str]) -> str:
        white = match.group()
        if "\n" not in white:
            return " "
        return self._joint(match.string[match.start() - 1], match.string[match.end()], "\n", at_tag=False)

    def _joint(self, before: str, after: str, white: str, *, at_tag: bool = True) -> str:
        """What a run of white space between two characters becomes: a space, or nothing."""
        if white == " ":
            return " "
        before_wide, after_wide = _WIDE.match(before), _WIDE.match(after)
        if before_wide and (after_wide or after in _AMBIGUOUS):
            return ""
        if after_wide and before in _AMBIGUOUS:
            return ""
        if self._prettified and at_tag and (after in _CLOSING or before in _OPENING):
            return ""
        return " "

    def _start_tag(self, element: Tag, name: str) -> str:
        allowed = _ATTRIBUTES.get(name)
        written = [name]
        if name == "img":
            source = image_url(element, self._base)
            if source is None:
                return ""
            written.append(f'src="{_escape_attribute(source)}"')
        for key, value in element.attrs.items():
            if not ((allowed and key in allowed) or key in _ANYWHERE):
                continue
            text: str | None = str(value)
            if key == "href":
                text = absolute_url(str(value), self._base)
            elif key == "cite":
                text = absolute_web_url(str(value), self._base)
            elif key == "src":
                continue
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
