"""Words from outside are shown as they are: nothing in them is markup."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.assets.words import as_markdown, plain


def test_markup_is_shown_and_does_nothing():
    assert as_markdown(["![x](http://a.example/x.png)"]) == (r"\!\[x\]\(http\:\/\/a\.example\/x\.png\)")
    assert as_markdown(["<img src=x> &lt;"]) == r"&lt;img src\=x&gt; &amp;lt\;"


def test_indented_lines_are_a_list_below_their_paragraph():
    assert as_markdown(["It would lose two\n  One: a\n  Two: b", "Another"]) == (
        "It would lose two\n\n- One\\: a\n- Two\\: b\n\nAnother"
    )


def test_what_is_unseen_is_left_out():
    assert as_markdown(["a\u202eb\x00c\ud800d"]) == "abcd"


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=3))
def test_no_sign_that_begins_markup_stands_by_itself(texts):
    shown = re.sub(r"^- ", "", as_markdown(texts), flags=re.MULTILINE)
    left = re.sub(r"\\[!-/:-@\[-`{-~]|&(lt|gt|amp);", "", shown)
    assert not re.search(r"[!-/:-@\[-`{-~]", left)


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
def test_plain_words_stay_as_they_are(text):
    assert as_markdown([text]) == text


@given(st.text(st.characters(exclude_categories=())))
def test_every_text_can_be_kept(text):
    plain(text).encode()
    if text.isascii():
        assert plain(text) == text
