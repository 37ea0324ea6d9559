"""The language of a text, as a BCP 47 tag."""

from __future__ import annotations

from functools import cache
from typing import Any

# Of a longer text the beginning tells as much.
_SAMPLE = 90
# Below this many letters the guess says more about the model than about the text.
_SHORTEST = 20
_CONFIDENCE = 0.9


def language_of(text: str | None) -> str | None:
    """The language of a text, such as `en` or `zh`; None where it is too short to tell, or
    where no language is at least 90 % likely."""
    sample = (text or "")[:_SAMPLE]
    # A Han character or kana tells more than a letter.
    letters = sum(3 if char >= "\u2e80" else 1 for char in sample if char.isalpha())
    if letters < _SHORTEST:
        return None
    likeliest = _detector().compute_language_confidence_values(sample)[0]
    if likeliest.value < _CONFIDENCE:
        return None
    return str(likeliest.language.iso_code_639_1.name).lower()


@cache
def _detector() -> Any:
    # Imported late: a command that reads no post should not load the models. The low-accuracy
    # models take 54 MB where the others take 900, and differ on short text only.
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
