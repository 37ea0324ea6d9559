"""How words are counted, in every script."""

from __future__ import annotations

import polars as pl

# Each Han character or kana is a word, and so is each run of other letters, marks and digits,
# with apostrophes and hyphens inside it.
_EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}"
_LETTER = rf"[\p{{L}}\p{{N}}--[{_EAST_ASIAN}]]"
_WORD = rf"[{_EAST_ASIAN}]|{_LETTER}[\p{{M}}]*(?:['’‐-]?{_LETTER}[\p{{M}}]*)*"


def words(text: pl.Expr) -> pl.Expr:
    """How many words a text has; 0 for null."""
    return text.str.count_matches(_WORD).fill_null(0).cast(pl.Int64)
