"""The bytes of a feed become items: RSS 0.9 to 2.0, Atom and JSON Feed.

feedparser reads what is XML. Before it does, the encoding is settled here, and everything ahead of the
root element is dropped, so that no entity, no DTD and no stylesheet of the feed's own has any effect.

A feed that is not well-formed is taken apart first. Its entries that are well-formed are read as
ever, so that they keep their bytes; only the others are read by feedparser's lenient parser.

Nothing bounds the time that feedparser's patterns take over a hostile text. `read_apart` therefore
reads in a process of its own, which is ended when its time or its memory is over.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipeline.sources import feed_text
from pipeline.sources.feed_entry import Item, json_item, stand_in, xml_item
from pipeline.sources.item import stated_date

READ_SECONDS = 120.0
_READ_MEMORY = 4 * 1024**3
_LONGEST_HEAD = 256 * 1024

_ENTRY_PART = re.compile(
    r"(?P<open><(?P<name>(?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s>]))"
    r"|(?P<close></(?P<end>(?:[A-Za-z_][\w.-]*:)?(?:item|entry))\s*>)"
    r"|<!\[CDATA\[|\]\]>|<!--|-->"
)
# Characters that XML does not have, and references that may be to one.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,4000}|[0-9]{1,4000});", re.IGNORECASE)
# What begins an HTML page, which need not have the element <html>.
_PAGE = re.compile(
    r"\s*(?:<\?xml.{0,200}?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


class FeedError(Exception):
    """The bytes are no feed that can be read; `outcome` is a code for the record of refreshes."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Document:
    """What a feed holds. `deleted` are Atom's tombstones (RFC 6721): an entry's id, and when it was
    deleted as stated. `breaks_off` is true where the answer ended within an entry."""

    items: list[Item]
    deleted: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    breaks_off: bool = False


def read_document(data: bytes, content_type: str | None, url: str) -> Document:
    """A feed's items, as `pipeline/sources/item.py` takes them.

    `content_type` is as the server sent it, `url` what relative links are seen from. Raises
    FeedError with the outcome `empty_feed`, `not_a_feed` or `not_well_formed`.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise FeedError(
            "empty_feed", "The answer is empty. It is fetched again; if this lasts, tell its operator."
        )
    notes: list[str] = []
    text = feed_text.decode(data, content_type, notes).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _read_json(text, url, notes)
    root = feed_text.root_of(text)
    if root is None or _PAGE.match(text):
        raise _not_a_feed(text, url)
    return _read_xml(text[root[0] :], url, notes)


def read_apart(data: bytes, content_type: str | None, url: str, seconds: float = READ_SECONDS) -> Document:
    """`read_document` in a process of its own, which ends within `seconds`.

    Raises FeedError as it does, and with the outcome `unreadable_feed` where the process had to be ended.
    """
    header = json.dumps([content_type, url]).encode() + b"\n"
    project = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([project, *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pipeline.sources.feed_document"],
            input=header + data,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": paths},
            timeout=seconds,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        how = (
            f"took longer than {seconds:g} seconds"
            if isinstance(error, subprocess.TimeoutExpired)
            else "failed"
        )
        raise FeedError(
            "unreadable_feed",
            f"Reading the feed {how}, so that it was stopped. Look at what the feed holds; "
            "what was kept stands.",
        ) from error
    if "outcome" in answer:
        raise FeedError(answer["outcome"], answer["message"])
    return Document(**answer | {"deleted": [(ref, when) for ref, when in answer["deleted"]]})


def _main() -> None:
    """The process of `read_apart`."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # where there are such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_READ_MEMORY, _READ_MEMORY))
    content_type, url = json.loads(sys.stdin.buffer.readline())
    try:
        answer = asdict(read_document(sys.stdin.buffer.read(), content_type, url))
    except FeedError as error:
        answer = {"outcome": error.outcome, "message": str(error)}
    sys.stdout.write(json.dumps(answer))


def _not_a_feed(text: str, url: str) -> FeedError:
    if _PAGE.match(text):
        found = feed_text.announced_feeds(text, url)
        if found:
            return FeedError(
                "not_a_feed",
                f"A web page, no feed. It announces {' and '.join(found[:5])}: write one as `location`.",
            )
        return FeedError("not_a_feed", "A web page, no feed, and it announces none. Mend `location`.")
    begins = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:200]).split())[:60]
    return FeedError(
        "not_a_feed", f"Neither RSS, Atom nor JSON Feed; it begins with {begins!r}. Mend `location`."
    )


def _read_json(text: str, url: str, notes: list[str]) -> Document:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(
            "not_well_formed",
            f"The JSON cannot be read ({str(error)[:100]}). It is fetched again; if this "
            "lasts, tell its operator.",
        ) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise _not_a_feed(text, url)
    items = [json_item(entry, feed, url) for entry in feed["items"] if isinstance(entry, dict)]
    if broken := len(feed["items"]) - len(items):
        notes.append(f"{broken:,} of its items are no objects, and are left out.")
    return Document(items, notes=notes)


def _read_xml(text: str, url: str, notes: list[str]) -> Document:
    fault = _fault(text)
    breaks_off = False
    parsed: list[Any] = []
    if fault is None:
        with contextlib.suppress(Exception):  # one entry that feedparser cannot bear
            parsed = [_parse(text, url)]
    if not parsed or parsed[0].bozo:
        parsed, breaks_off = _parse_in_parts(text, url, notes)
    version = next((each.version for each in parsed if each.version), "")
    feed = parsed[0].feed if parsed else {}
    items = [xml_item(entry, feed, version, url) for each in parsed for entry in each.entries]
    if not items and fault is not None:
        raise FeedError(
            "not_well_formed",
            f"The XML cannot be read ({fault}), and no entry was found in it. It is fetched again; if this "
            "lasts, tell the operator.",
        )
    if not items and not version:
        raise _not_a_feed(text, url)
    if fault is not None:
        notes.insert(
            0, f"The feed is not well-formed ({fault}); its entries were read as far as they can be."
        )
    return Document(items, _tombstones(text), notes, breaks_off)


def _parse(text: str, url: str) -> Any:
    import feedparser  # type: ignore[import-untyped]

    return feedparser.parse(
        # Bytes alone would be taken for the name of a file first.
        io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": stand_in(url),
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _fault(text: str) -> str | None:
    """Why a text is not well-formed XML; None where it is."""
    try:
        expat.ParserCreate("utf-8", " ").Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code).removeprefix("not well-formed ").strip("()")
        return f"{what} at line {error.lineno}"
    return None


def _parse_in_parts(text: str, url: str, notes: list[str]) -> tuple[list[Any], bool]:
    """What feedparser makes of a feed's entries one by one, and whether the last of them breaks off.

    First comes what it makes of all entries that are well-formed.
    """
    text = _REFERENCE.sub(_legal_reference, _ILLEGAL.sub("", text))
    start, entries, cut = _split(text)
    if cut is not None:
        notes.append("Its last entry breaks off, and is left out.")
        text = text[:cut]
    head = text[:start]
    tail = _closing_tags(head) if entries else None
    if tail is None:  # nothing that can be taken apart
        head, entries, tail = "", [text], ""
    is_healthy = [_fault(head + entry + tail) is None for entry in entries]
    healthy = [entry for entry, is_so in zip(entries, is_healthy, strict=True) if is_so]
    sick = [[entry] for entry, is_so in zip(entries, is_healthy, strict=True) if not is_so]
    parsed: list[Any] = []
    unreadable = 0
    waiting: deque[list[str]] = deque([healthy, *sick])
    while waiting:
        some = waiting.popleft()
        try:
            parsed.append(_parse(head + "".join(some) + tail, url))
        except Exception:  # noqa: BLE001 - a hostile entry must cost itself, never the feed
            if len(some) > 1:
                waiting.extendleft([some[len(some) // 2 :], some[: len(some) // 2]])
            else:
                unreadable += 1
    if unreadable:
        notes.append(f"{unreadable:,} of its entries could not be read, and are left out.")
    return parsed, cut is not None


def _split(text: str) -> tuple[int, list[str], int | None]:
    """Where a feed's first entry begins, each entry, and where one begins that breaks off."""
    entries: list[str] = []
    first = start = None
    name = inside = ""
    for part in _ENTRY_PART.finditer(text):
        mark = part.group()
        if inside:
            inside = "" if mark == inside else inside
        elif mark in ("<![CDATA[", "<!--"):
            inside = "]]>" if mark == "<![CDATA[" else "-->"
        elif part.group("open"):
            if start is not None:  # an entry that was not closed
                entries.append(text[start : part.start()])
            start, name = part.start(), part.group("name")
            first = start if first is None else first
        elif part.group("close") and start is not None and part.group("end") == name:
            entries.append(text[start : part.end()])
            start = None
    return first or 0, entries, start


def _legal_reference(reference: re.Match[str]) -> str:
    """A character reference, or U+FFFD for one to a character that XML does not have."""
    digits = reference.group(1)
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    is_legal = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference.group() if is_legal else "\ufffd"


def _closing_tags(head: str) -> str | None:
    """The end tags that a head lacks; None where it is not well-formed so far."""
    if len(head) > _LONGEST_HEAD:
        return None
    opened: list[str] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, _: opened.append(name)
    parser.EndElementHandler = lambda _: opened.pop()
    try:
        parser.Parse(head.encode("utf-8", "replace"), False)
    except expat.ExpatError:
        return None
    return "".join(f"</{name}>" for name in reversed(opened))


def _tombstones(text: str) -> list[tuple[str, str]]:
    if "deleted-entry" not in text:
        return []
    from lxml import etree

    source = io.BytesIO(text.encode("utf-8", "replace"))
    events = etree.iterparse(
        source, tag=_TOMBSTONES, recover=True, resolve_entities=False, no_network=True, encoding="utf-8"
    )
    found: dict[str, str] = {}
    with contextlib.suppress(etree.LxmlError):
        for _, element in events:
            if ref := (element.get("ref") or "").strip():
                found[ref] = stated_date(element.get("when") or "")
    return list(found.items())


if __name__ == "__main__":
    _main()
