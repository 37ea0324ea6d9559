from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.plain_text import clean_text, one_line, without_controls


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("Low tide", "Low tide", id="as it is"),
        pytest.param("  Low tide\n\n", "Low tide", id="outer white space"),
        pytest.param(
            "\ufeff\xa0\u200bLow tide\u2028\xa0", "Low tide", id="outer white space that does not show"
        ),
        pytest.param("Low\xa0tide", "Low\xa0tide", id="a no-break space inside stays"),
        pytest.param("Low\ttide\n\nHigh tide", "Low\ttide\n\nHigh tide", id="tabs and line ends inside stay"),
        pytest.param("Low\x07 \x00tide\x1f\x7f\x85", "Low tide", id="control characters"),
        pytest.param("Low \ud83dtide", "Low tide", id="half of a surrogate pair"),
        pytest.param("Cafe\u0301", "Café", id="NFC"),
        pytest.param("Cafe\x07\u0301", "Café", id="NFC behind a control character"),
        pytest.param("\x07 Low tide", "Low tide", id="white space behind a control character"),
        pytest.param("", None, id="empty"),
        pytest.param(" \n\xa0\u200b", None, id="nothing but white space"),
        pytest.param("\x00\x07", None, id="nothing but control characters"),
    ],
)
def test_text_is_clean(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Low \t\n  tide", "Low tide"),
        ("Low\rtide", "Low tide"),
        ("Low\ftide", "Low tide"),
        ("Low\u2028tide", "Low tide"),
        ("Low \x07 tide", "Low tide"),
        ("Low\xa0 tide", "Low\xa0 tide"),
        (" \n ", None),
    ],
)
def test_one_line_has_single_spaces(text, line):
    assert one_line(text) == line


def test_control_characters_alone_are_removed():
    assert without_controls(" a\x00b\tc\nd\x9f ") == " ab\tc\nd "


# What breaks such rules, more often than chance would bring it.
TEXTS = st.text(
    st.sampled_from("a é\u0301\u0338<=>\x00\x07\r\f\n\t\x85\xa0\u200b\u2028\ufeff\ud800智") | st.characters(),
    max_size=12,
)


@given(TEXTS)
@settings(deadline=None, max_examples=400)
def test_clean_text_is_clean_whatever_it_was(text):
    for clean in (clean_text(text), one_line(text)):
        if clean is None:
            continue
        assert clean != ""
        assert unicodedata.is_normalized("NFC", clean)
        assert not [
            char for char in clean if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n"
        ]
        assert clean == clean.strip("\t\n \xa0\u200b\ufeff")
    assert "\n" not in (one_line(text) or "")
    assert "  " not in (one_line(text) or "")


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_clean_text_stays_as_it_is(text):
    for clean in (clean_text, one_line):
        assert clean(clean(text) or "") == clean(text)
