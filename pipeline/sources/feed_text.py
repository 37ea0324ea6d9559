"""The text of a feed: its encoding, where its root element begins, and what a page announces instead.

What belongs here looks at characters, and knows of no entry.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from urllib.parse import urljoin

# Encodings of the web (https://encoding.spec.whatwg.org/#names-and-labels) by Python's names.
# Python has others, which are slow, or no encodings of text.
_ENCODINGS = re.compile(
    r"utf-8(?:-sig)?|ascii|cp(?:125\d|866|874|932|949|950)|iso8859-\d+|koi8-[ru]"
    r"|mac-(?:roman|cyrillic)|gb(?:2312|k|18030)|big5(?:hkscs)?|euc_(?:jp|kr)|shift_jis|iso2022_jp"
)
# Names that on the web mean the larger encoding.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # Without a mark it begins with `<`; what does not is neither, whatever it is said to be.
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DOCTYPE_PART = re.compile(r"<!--|[\"'\[\]>]")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


def decode(data: bytes, content_type: str | None, notes: list[str]) -> str:
    """The feed's text, by its byte order mark, else by what the server and the feed itself say.

    Where one of them says UTF-8 and the bytes are UTF-8, that is what they are. A feed that names no
    encoding says UTF-8.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = _CHARSET.search(content_type or "")
    inner = _DECLARED.match(data)
    said = [declared.group(1)] if declared else []
    said.append(inner.group(1).decode() if inner else "utf-8")
    known = [encoding for name in said if (encoding := _encoding(name))]
    for encoding in dict.fromkeys([*(["utf-8"] if "utf-8" in known else known), *known, "utf-8"]):
        try:
            text = data.decode(encoding)
        except ValueError:
            continue
        if encoding != _encoding(said[0]) and not text.isascii():
            notes.append(f"The feed is said to be {said[0]}, and is not; it was read as {encoding}.")
        return text
    encoding = known[0] if known else "utf-8"
    text = data.decode(encoding, "replace")
    if encoding == "utf-8" and text.replace("\ufffd", "").isascii():
        notes.append(f"The feed is said to be {said[0]}, and is not; it was read as cp1252.")
        return data.decode("cp1252", "replace")
    notes.append(f"The feed holds bytes that are not {encoding}; each became U+FFFD.")
    return text


def _encoding(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(found, found) if _ENCODINGS.fullmatch(found) else None


def root_of(text: str) -> tuple[int, str] | None:
    """Where the root element begins, behind XML's declaration, its comments and its DTD, and its name
    without a prefix; None where there is none."""
    at = 0
    while True:
        at = text.find("<", at)
        if at < 0:
            return None
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _end_of_doctype(text, at)
        elif name := _ROOT.match(text, at):
            return at, name.group(1)
        else:
            end = at
        if end < 0:
            return None
        at = end + 1


def _end_of_doctype(text: str, start: int) -> int:
    """Where a DTD's last `>` is; -1 where it has none."""
    depth = 0
    at = start
    while part := _DOCTYPE_PART.search(text, at):
        mark = part.group()
        if mark == ">" and depth <= 0:
            return part.start()
        depth += {"[": 1, "]": -1}.get(mark, 0)
        at = part.end()
        if end := {'"': '"', "'": "'", "<!--": "-->"}.get(mark):
            at = text.find(end, at)
            if at < 0:
                return -1
            at += len(end)
    return -1


def announced_feeds(page: bytes | str, url: str) -> list[str]:
    """The addresses of the feeds that an HTML page announces in its `<link rel="alternate">`."""
    from lxml import etree

    data = page.encode("utf-8", "replace") if isinstance(page, str) else page
    parser = etree.HTMLParser(encoding="utf-8" if isinstance(page, str) else None, no_network=True)
    try:
        tree = etree.fromstring(data[: 1 << 20], parser)
    except (etree.LxmlError, ValueError):
        return []
    found: dict[str, None] = {}
    for link in tree.iter("link") if tree is not None else ():
        words = (link.get("rel") or "").lower().split()
        if (
            "alternate" in words
            and (link.get("type") or "").strip().lower() in _FEED_TYPES
            and link.get("href")
        ):
            with contextlib.suppress(ValueError):
                address = urljoin(url, link.get("href").strip())
                if address.startswith(("http://", "https://")):
                    found[address] = None
    return list(found)
