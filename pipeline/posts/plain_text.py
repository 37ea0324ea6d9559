"""Text as every table holds it: NFC, without control characters, null where there is none."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# White space as HTML folds it, with the line and paragraph separators of Unicode. A no-break
# space is none: it was put there to stay.
_WHITE = re.compile("[ \t\n\r\f\u2028\u2029]+")
_EDGES = " \t\n\r\f\xa0\u200b\ufeff\u2028\u2029"


def clean_text(text: str) -> str | None:
    """NFC text without control characters and outer white space; None where nothing is left."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return text.strip(_EDGES) or None


def one_line(text: str) -> str | None:
    """Clean text whose white space is folded to single spaces."""
    cleaned = clean_text(text)
    return _WHITE.sub(" ", cleaned) if cleaned else None
