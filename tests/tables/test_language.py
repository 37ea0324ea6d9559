from __future__ import annotations

import pytest

from pipeline.tables.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry leaves when the tide does, and not a minute before it.", "en"),
        ("渡船跟着潮水走，一分钟也不早。", "zh"),
        ("渡船跟著潮水走，一分鐘也不會早，這是河上的規矩。", "zh"),
        ("渡し船は潮とともに出て、一分も早くは出ません。", "ja"),
        ("나룻배는 물때에 맞추어 떠나고 일 분도 먼저 떠나지 않는다.", "ko"),
        ("Паром уходит вместе с приливом, и ни минутой раньше.", "ru"),
        ("Die Fähre fährt mit der Flut und keine Minute früher als sonst.", "de"),
    ],
)
def test_the_language_of_a_sentence(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no text"),
        pytest.param("", id="empty"),
        pytest.param("Tea", id="one word"),
        pytest.param("茶摊 14", id="one word, in Chinese"),
        pytest.param("12345 67890 " * 20, id="numbers"),
        pytest.param("😀" * 40, id="emoji"),
        pytest.param("x" * 40, id="letters without a language"),
    ],
)
def test_where_the_language_cannot_be_told(text):
    assert language_of(text) is None


def test_the_beginning_of_a_long_text_tells():
    english = "The ferry leaves when the tide does. " * 20
    assert language_of(english + "渡船跟着潮水走。" * 500) == "en"
