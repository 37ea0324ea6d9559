from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.rights import EXCERPT, published_html, published_text
from schemas.articles import PUBLISH

WORDS = "The ferry waits for whoever comes late to the quay. " * 9
CHINESE = "渡船跟着潮水走，等到最后一个人上船。" * 30


@pytest.mark.parametrize(
    ("publish", "text", "html"),
    [("full", WORDS, "<p>Text.</p>"), ("excerpt", WORDS[:279], None), ("metadata", None, None)],
)
def test_what_is_published_of_a_long_text(publish, text, html):
    assert published_text(WORDS, publish) == text
    assert published_html("<p>Text.</p>", publish) == html


@pytest.mark.parametrize("publish", PUBLISH)
def test_of_no_text_there_is_none(publish):
    assert published_text(None, publish) is None
    assert published_html(None, publish) is None


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        pytest.param("Short.", "Short.", id="a short text is whole"),
        pytest.param("x" * EXCERPT, "x" * EXCERPT, id="just short enough"),
        pytest.param("x" * (EXCERPT + 1), "x" * EXCERPT, id="a word that never ends is cut"),
        pytest.param("x" * 270 + " " + "y" * 20, "x" * 270, id="a word that would be cut is left out"),
        pytest.param("x" * 240 + " " + "y" * 99, "x" * 240 + " " + "y" * 39, id="unless it is a long one"),
        pytest.param(
            "x" * 270 + " yyyyyyyyy z", "x" * 270 + " yyyyyyyyy", id="a word may end where the excerpt does"
        ),
        pytest.param(" " * 300 + "x", None, id="white space alone is no excerpt"),
        pytest.param("x" * 270 + "\n\n" + "y" * 20, "x" * 270, id="a paragraph's end is a word's end"),
        pytest.param("x" * 269 + "   " + "y" * 20, "x" * 269, id="no space at the end"),
        pytest.param(CHINESE, CHINESE[:EXCERPT], id="Chinese has no spaces"),
        pytest.param("👩" * 300, "👩" * EXCERPT, id="code points are counted, not bytes"),
    ],
)
def test_an_excerpt_ends_where_a_word_does(text, excerpt):
    assert published_text(text, "excerpt") == excerpt


texts = st.text(st.sampled_from(" \n\t.渡é") | st.characters(exclude_categories=["Cs", "Cc"]), max_size=400)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 300)).map(lambda t: t[:900])


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(texts | long_texts)
def test_an_excerpt_is_a_beginning_of_the_text_and_never_empty(text):
    text = unicodedata.normalize("NFC", text)
    excerpt = published_text(text, "excerpt")
    if len(text) <= EXCERPT:
        assert excerpt == text
        return
    assert excerpt != ""
    if excerpt is None:
        assert not text[:EXCERPT].strip()
        return
    assert text.startswith(excerpt)
    assert 0 < len(excerpt) <= EXCERPT
    assert excerpt == excerpt.rstrip()
    # What is left out of the first 280 characters is part of one word, and the space before it.
    assert len(text[len(excerpt) : EXCERPT].split()) <= 1
    # The contract asks for NFC, of excerpts too.
    assert unicodedata.is_normalized("NFC", excerpt)
