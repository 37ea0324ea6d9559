"""How words are counted, in every script.

The rule follows Unicode's word boundaries (https://www.unicode.org/reports/tr29/) where they need no
dictionary. A word is

- an address: `https://...`, `www....` or `ada@harbour.example`, all of it;
- a Han character, kana or iteration mark, each: 渡船 is two;
- any other run of letters, marks and digits, with apostrophes, hyphens, middle dots and underscores
  inside it, and with points and commas between its digits: `co-op`, `l'eau`, `1,000.5`, 나룻배는.

Punctuation, symbols and emoji are no words. Thai, Lao, Khmer and Burmese put no space between words:
there a word is what stands between two spaces or marks, which is more than a word.
"""

from __future__ import annotations

import polars as pl

# The prolonged sound marks belong to kana, though Unicode gives them to no script.
_EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}ーｰ"
_LETTER = rf"[\p{{L}}\p{{N}}--[{_EAST_ASIAN}]]"
_NUMBER = r"\p{Nd}+(?:[.,]\p{Nd}+)*"
# Marks, and what joins letters without being seen: soft hyphen, zero width non-joiner and joiner.
_MARKS = r"[\p{M}\u{ad}\u{200c}\u{200d}]*"
_PART = rf"(?:{_NUMBER}|{_LETTER}){_MARKS}"
_ADDRESS = r"(?:https?://|www\.)[!-~]+|[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"
_WORD = rf"{_ADDRESS}|[{_EAST_ASIAN}]|{_PART}(?:['’‐\-·_״׳]?{_PART})*"


def words(text: pl.Expr) -> pl.Expr:
    """How many words a text has; 0 for null."""
    return text.str.count_matches(_WORD).fill_null(0).cast(pl.Int64)
