"""Text as every table holds it: NFC, without control characters, null where there is none."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# White space as HTML folds it, with the line and paragraph separators of Unicode. A no-break
# space is none: it was put there to stay.
_WHITE = re.compile("[ \t\n\u2028\u2029]+")
_EDGES = " \t\n\r\f\xa0\u200b\ufeff\u2028\u2029"


def without_controls(text: str) -> str:
    """Text without control characters but tab and line feed, and without lone surrogates."""
    # Most texts are one line, of which Python tells sooner.
    return text if text.isprintable() or _CONTROL.search(text) is None else _CONTROL.sub("", text)


def clean_text(text: str) -> str | None:
    """NFC text without control characters and outer white space; None where nothing is left."""
    # First the control characters: behind one, a letter and its accent are still apart.
    return normalized(without_controls(text))


def normalized(text: str) -> str | None:
    """Text without control characters in NFC, and without outer white space; None where nothing is left."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip(_EDGES) or None


def one_line(text: str) -> str | None:
    """Clean text whose white space is folded to single spaces."""
    # These two part words, and are control characters too.
    cleaned = clean_text(text.replace("\r", " ").replace("\f", " "))
    return _WHITE.sub(" ", cleaned) if cleaned else None
