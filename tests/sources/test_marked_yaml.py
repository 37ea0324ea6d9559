from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.marked_yaml import MAX_DEPTH, Listed, Mapping, Scalar, YamlError, parse


def test_every_scalar_is_its_text_and_knows_where_it_stands():
    text = "a: 1\nb:\n  - yes  # it is\n  - '~'\n  - 2021-02-30\n"
    root = parse(text)
    assert isinstance(root, Mapping)
    (_, one), (key, listed) = root.pairs
    assert one == Scalar("1", line=1, start=3, end=4)
    assert (key.text, key.line, text[key.start : key.end]) == ("b", 2, "b")
    assert isinstance(listed, Listed)
    assert [(item.text, item.line) for item in listed.items] == [("yes", 3), ("~", 4), ("2021-02-30", 5)]
    assert [text[item.start : item.end] for item in listed.items] == ["yes", "'~'", "2021-02-30"]


@pytest.mark.parametrize("empty", ["", "~", "null", "# nothing"])
def test_where_nothing_stands_the_text_is_none_and_its_place_that_of_the_key(empty):
    root = parse(f"a: {empty}\n\n# then\nb: 1\n")
    (_, value), _ = root.pairs
    assert (value.text, value.line) == (None, 1)


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "\ufeff"])
def test_a_text_without_a_document_is_none(text):
    assert parse(text) is None


def test_blocks_end_where_their_last_value_ends():
    text = "a:\n  - b: c   # d\n    # e\n\n# f\n"
    ((_, listed),) = parse(text).pairs
    assert text[listed.items[0].start : listed.items[0].end] == "b: c"
    assert text[listed.start : listed.end] == "- b: c"


def test_braces_and_brackets_end_with_themselves():
    text = "a: [ {b: c} , {} ]  # d\n"
    ((_, listed),) = parse(text).pairs
    assert [text[item.start : item.end] for item in listed.items] == ["{b: c}", "{}"]
    assert text[listed.start : listed.end] == "[ {b: c} , {} ]"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: 1\nb: &x 2", 2, "begins with `&` or `*`"),
        ("a: 1\nb: *x", 2, "begins with `&` or `*`"),
        ("a:\n  schedule: */5 * * * *", 2, "begins with `&` or `*`"),
        ("a: !!python/object:os.system {}", 1, "begins with `!`"),
        ("a: !!str x", 1, "begins with `!`"),
        ("a: 1\n---\nb: 2", 2, "begins a second document"),
        ("a: 1\nb: [", 2, "is not YAML"),
        ("a: 1\n\tb: 2", 2, "is not YAML"),
        ("a: b: c", 1, "is not YAML"),
        ("a: 1\nb: \x07", 2, "holds a control character"),
        (f"a: 1\nb: {'[' * MAX_DEPTH}", 2, f"is nested more than {MAX_DEPTH} deep"),
    ],
)
def test_what_is_not_read_is_refused_with_its_line(text, line, found):
    with pytest.raises(YamlError, match=found.replace("*", r"\*").replace("`", "`")) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_fault_does_not_quote_what_stands_around_it():
    with pytest.raises(YamlError) as caught:
        parse("location: https://me:secret@host.example: x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["[" * 200_000, "{" * 200_000, "- " * 100_000, "? " * 100_000])
def test_no_nesting_runs_out_of_stack(text):
    with pytest.raises(YamlError, match="nested"):
        parse(text)


@given(st.text(alphabet="ab:-#[]{}&*!|>'\"%@`?,.~ \n\r\t\x00\ufeff", max_size=40))
def test_no_text_fails_in_another_way(text):
    try:
        parse(text)
    except YamlError as error:
        line = error.line
    else:
        return
    assert 1 <= line <= text.count("\n") + text.count("\r") + 1
