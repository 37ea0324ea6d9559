from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.words import words


def count(*texts):
    return pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(words(pl.col("text")))["text"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Two words", 2),
        ("the library’s well-worn co‐op", 4),
        ("渡船跟着潮水走。", 7),
        ("Tea 茶 and 茶壶!", 5),
        ("ひらがなとカタカナ", 9),
        ("나룻배는 떠난다", 2),
        ("A4 paper, 1,000 sheets", 5),
        ("café née", 2),
        ("cafe\u0301 ne\u0301e", 2),
        ("नमस्ते दुनिया", 2),
        ("two\nlines\tand a tab", 5),
        ("glued茶together", 3),
        ("— … · 。", 0),
        ("3’30’’", 1),
        ("", 0),
        (None, 0),
    ],
)
def test_what_a_word_is(text, number):
    assert count(text).to_list() == [number]


def test_counts_are_numbers_of_the_contract_s_type():
    assert count("a b", None).dtype == pl.Int64
    assert count().dtype == pl.Int64


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(texts, texts)
def test_words_of_two_paragraphs_are_the_words_of_both(first, second):
    one, other, both = count(first, second, f"{first}\n\n{second}").to_list()
    assert one + other == both
    assert one <= len(first)
