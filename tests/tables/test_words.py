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
        ("glued茶together", 3),
        ("ひらがなとカタカナ", 9),
        ("コーヒー、時々", 6),
        ("ﾌｪﾘｰ", 4),
        ("Ｆｅｒｒｙ　１２", 2),
        ("나룻배는 떠난다", 2),
        ("นั่งเรือ ข้ามแม่น้ำ", 2),
        ("ຂ້າມແມ່ນ້ຳ", 1),
        ("café née", 2),
        ("cafe\u0301 ne\u0301e", 2),
        ("नमस्ते दुनिया", 2),
        ("می\u200cرود و بس", 3),
        ("ferry\u00adman", 1),
        ("צה״ל", 1),
        ("col·lecció de l'eau", 3),
        ("雅克·马许", 4),
        ("tide_table.leave()", 2),
        ("two\nlines\tand a tab", 5),
        ("end.Next", 2),
        # Numbers.
        ("A4 paper, 1,000 sheets", 4),
        ("3.5% of 12.000,50", 3),
        ("2021-11-26", 1),
        ("1. 茶, 2. 船", 4),
        ("3’30’’", 1),
        # Addresses.
        ("see https://harbour.example/a-b/c_d?e=f&g=%20#h now", 3),
        ("https://harbour.example/渡船", 3),
        ("详见www.harbour.example/hours。谢谢", 5),
        ("ada.marsh@harbour.example", 1),
        ("@ada, #tea", 2),
        # No words.
        ("— … · 。「」、（）～", 0),
        ("😀 👩‍🚀 🇳🇴 ♥ → ©", 0),
        ("* * *", 0),
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
