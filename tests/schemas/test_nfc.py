"""The quick look for characters that may break NFC misses none."""

import unicodedata

import polars as pl

from schemas.contract import MAY_BREAK_NFC


def test_text_without_the_characters_that_are_looked_for_is_in_nfc():
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    looked_for = pl.Series(characters).str.contains(MAY_BREAK_NFC)
    unsuspected = [c for c, found in zip(characters, looked_for, strict=True) if not found]
    replaced = [c for c in unsuspected if unicodedata.normalize("NFC", c) != c]
    combining = [c for c in unsuspected if unicodedata.combining(c)]
    # What is put together from two characters has the second one among those looked for.
    composed = [c for c in characters if len(unicodedata.normalize("NFD", c)) > 1]
    tails = {t for c in composed for t in unicodedata.normalize("NFD", c)[1:]}
    assert replaced == []
    assert combining == []
    assert tails.intersection(unsuspected) == set()
