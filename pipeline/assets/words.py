"""Words from outside as Dagster can keep and show them: it takes the description of a check for Markdown,
and would load an image that a title names."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Any of them can stand behind a backslash, and then is only itself.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Unseen: controls, lone surrogates, and the signs that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """A text as UTF-8 can hold it: the name of a file that is no UTF-8 becomes `\\udcNN`."""
    return text.encode("utf-8", "backslashreplace").decode()


def as_markdown(texts: Iterable[str]) -> str:
    """Texts as Markdown that shows them and does nothing else: a paragraph for each, with its indented
    lines as a list below it."""
    blocks = []
    for text in texts:
        for line in text.splitlines():
            shown = _escaped(line)
            if not line.startswith("  "):
                blocks.append(f"\n{shown}")
            else:
                is_first = not blocks or not blocks[-1].lstrip("\n").startswith("- ")
                blocks.append(f"\n- {shown}" if is_first else f"- {shown}")
    return "\n".join(blocks).strip("\n")


def _escaped(line: str) -> str:
    line = _UNSEEN.sub("", " ".join(line.split()))
    # As entities, because some renderers look for HTML before anything else.
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return _PUNCTUATION.sub(lambda sign: entities.get(sign.group(), f"\\{sign.group()}"), line)
