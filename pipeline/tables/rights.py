"""What of a post's texts leaves the pipeline, by the `publish` of its source.

| `publish` | `body_text` of articles and comments | `body_html` |
|---|---|---|
| `full` | whole | whole |
| `excerpt` | its beginning, at most EXCERPT characters, cut where a word or sentence ends | null |
| `metadata` | null | null |

Counts are of the whole text, and links, media and people stay: they are facts about the text.
"""

from __future__ import annotations

# In Unicode code points: what search engines and feeds show of a page.
EXCERPT = 280
# How far back a cut may go for the end of a word; Chinese text, which has no spaces, is cut there anyway.
_BACK = 30


def published_text(text: str | None, publish: str) -> str | None:
    """What is published of a text: a beginning of it, word for word, or None."""
    if text is None or publish == "full":
        return text
    if publish == "metadata":
        return None
    if len(text) <= EXCERPT:
        return text
    cut = text[: EXCERPT + 1]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    kept = cut[:space] if space > EXCERPT - _BACK else text[:EXCERPT]
    return kept.rstrip() or None


def published_html(html: str | None, publish: str) -> str | None:
    """What is published of clean HTML: all of it, or None."""
    return html if publish == "full" else None
