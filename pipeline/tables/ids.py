"""Ids from content: the same page, comment or person has the same id in every build."""

from __future__ import annotations

import hashlib

_LENGTH = 20


def make_id(kind: str, *parts: str | int | None) -> str:
    """An id of 20 hexadecimal digits from what names a thing: its kind, then its parts in order.

    None differs from every text, and no two lists of parts run together.
    """
    spelled = "".join(["-" if part is None else f"{len(str(part))}:{part}" for part in parts])
    return hashlib.sha256(f"{kind}/{spelled}".encode()).hexdigest()[:_LENGTH]
