from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.front_matter import MAX_LENGTH, FrontMatterError, read, split

MENDED = "mended_front_matter"


@pytest.mark.parametrize(
    ("text", "block", "rest"),
    [
        pytest.param("---\ntitle: Low Tide\n---\n<p>", "title: Low Tide\n", "<p>", id="as archived"),
        pytest.param(
            "\n \n--- \ntitle: Low Tide\n---\t\n\n\n<p>", "title: Low Tide\n", "<p>", id="white space around"
        ),
        pytest.param("---\ntitle: Low Tide\n...\n<p>", "title: Low Tide\n", "<p>", id="closed by dots"),
        pytest.param("---\ntitle: a --- b\n---\n<p>", "title: a --- b\n", "<p>", id="dashes within a line"),
        pytest.param("---\ntitle: Low Tide\n---", "title: Low Tide\n", "", id="nothing behind it"),
        pytest.param("---\n---\n<p>", "", "<p>", id="nothing in it"),
        pytest.param("---\na: b\n---\n---\n<hr>", "a: b\n", "---\n<hr>", id="a rule behind it"),
    ],
)
def test_the_block_at_the_head(text, block, rest):
    assert split(text) == (block, rest)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Milk, bread, string.\n", "no `---` on its first line"),
        ("<p>Low tide</p>\n---\na: b\n---\n", "no `---` on its first line"),
        ("----\na: b\n----\n", "no `---` on its first line"),
        ("", "no `---` on its first line"),
        ("---\ntitle: Low Tide\n", "no second `---`"),
        ("---\ntitle: Low Tide\n ---\n", "no second `---`"),
    ],
)
def test_a_text_without_such_a_block_is_refused(text, found):
    with pytest.raises(FrontMatterError, match=found) as refusal:
        split(text)
    assert refusal.value.reason == "no_front_matter"


@pytest.mark.parametrize(
    ("block", "values"),
    [
        pytest.param(
            'layout: post\ntitle: "The \\"Low\\" Tide"\ntags: [ tides, mud ]\ncomments: True\n',
            {"layout": "post", "title": 'The "Low" Tide', "tags": ["tides", "mud"], "comments": "True"},
            id="as archived",
        ),
        pytest.param("title: on\n", {"title": "on"}, id="no truth value"),
        pytest.param("title: 1984\n", {"title": "1984"}, id="no number"),
        pytest.param("title: 1e3\n", {"title": "1e3"}, id="nor this"),
        pytest.param("title: 2021-04-02\n", {"title": "2021-04-02"}, id="no date"),
        pytest.param("title: Neil\n", {"title": "Neil"}, id="no null"),
        pytest.param("title: nullable\n", {"title": "nullable"}, id="nor this"),
        pytest.param("title: null\n", {"title": None}, id="null"),
        pytest.param("title: ~\n", {"title": None}, id="null, as a sign"),
        pytest.param("title:\nauthor: Ada\n", {"title": None, "author": "Ada"}, id="null, as nothing"),
        pytest.param('title: "null"\n', {"title": "null"}, id="the word null"),
        pytest.param('title: ""\n', {"title": ""}, id="empty text"),
        pytest.param("title: 'It''s low'\n", {"title": "It's low"}, id="single quotes"),
        pytest.param("title: >\n  Low\n  tide\n", {"title": "Low tide\n"}, id="folded lines"),
        pytest.param("tags:\n- tides\n- mud\n", {"tags": ["tides", "mud"]}, id="a list on lines"),
        pytest.param("title: Mud & Tide\n", {"title": "Mud & Tide"}, id="an ampersand inside is no anchor"),
        pytest.param("title: Low! Tide*\n", {"title": "Low! Tide*"}, id="nor are these"),
        pytest.param("title: Low\ntitle: High\n", {"title": "High"}, id="a key given twice: the last"),
        pytest.param("title:\tLow\n", {"title": "Low"}, id="a tab behind the colon"),
        pytest.param("title: Low\x07 Ti\x9fde\n", {"title": "Low Tide"}, id="control characters"),
        pytest.param("title: 渡口 🛶\n", {"title": "渡口 🛶"}, id="beyond ASCII"),
        pytest.param("title: Low\r\nauthor: Ada\r\n", {"title": "Low", "author": "Ada"}, id="CRLF"),
        pytest.param("title: {a: b}\n", {"title": {"a": "b"}}, id="a mapping is left to the caller"),
    ],
)
def test_values_are_text_as_written(block, values):
    assert read(block) == (values, None)


# The first line is what YAML forbids; the others show that it costs nothing else.
@pytest.mark.parametrize(
    ("line", "title"),
    [
        pytest.param(r'title: "船\岸\橋"', r"船\岸\橋", id="an escape that is none"),
        pytest.param(r'title: "船\岸 \"橋\""', r'船\岸 "橋"', id="beside one that is"),
        pytest.param('title: "Low" and "High"', 'Low" and "High', id="quoted twice"),
        pytest.param("title: 'It's low'", "It's low", id="an apostrophe in single quotes"),
        pytest.param("title: Ferries: a history", "Ferries: a history", id="a colon"),
        pytest.param("title: Ferries: a: history", "Ferries: a: history", id="two colons"),
        pytest.param("title: @low tide", "@low tide", id="a sign that YAML keeps for itself"),
        pytest.param("title: *低潮* tide", "*低潮* tide", id="a star that begins no alias"),
        pytest.param('title: "Low', '"Low', id="a quote that is never closed"),
        pytest.param("title: [Reading list", None, id="a list that is never closed"),
        pytest.param("title: { low", None, id="a mapping that is never closed"),
        pytest.param("title: [[[[", None, id="lists in each other"),
    ],
)
def test_a_line_that_yaml_forbids_costs_no_other(line, title):
    others = (
        "author: Ada Marsh\nfrom: https://delta.example/1?a=b&c=d#e\n"
        "tags: [ tides, mud ]\ncategories:\n- mud\n"
    )
    assert read(f"{line}\n{others}") == (
        {
            "title": title,
            "author": "Ada Marsh",
            "from": "https://delta.example/1?a=b&c=d#e",
            "tags": ["tides", "mud"],
            "categories": ["mud"],
        },
        MENDED,
    )


def test_what_tabs_have_put_below_another_key_is_lost_with_it():
    """`from` is no key of its own here, and nobody may guess that it was meant to be."""
    assert read("title: [ Low\n\tfrom: https://delta.example/1\nauthor: Ada\n") == (
        {"title": None, "author": "Ada"},
        MENDED,
    )


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        pytest.param("title: &t Low\nauthor: *t\n", "yaml_alias", id="an alias"),
        pytest.param("title: &t Low\n", "yaml_alias", id="an anchor"),
        pytest.param(
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "yaml_alias", id="aliases that multiply"
        ),
        pytest.param("<<: *base\ntitle: Low\n", "yaml_alias", id="a merge"),
        pytest.param(
            "title: !!python/object/apply:os.system [ls]\n", "yaml_tag", id="a tag that makes an object"
        ),
        pytest.param("title: !!str 1984\n", "yaml_tag", id="a harmless tag"),
        pytest.param("title: !low Tide\n", "yaml_tag", id="a tag of one's own"),
        pytest.param(
            'title: "\\q"\nauthor: &a Ada\n', "yaml_alias", id="an anchor beside a line that YAML forbids"
        ),
        pytest.param('title: "\\q"\nauthor: !a Ada\n', "yaml_tag", id="a tag beside one"),
        pytest.param("", "bad_yaml", id="empty"),
        pytest.param("# a comment\n", "bad_yaml", id="nothing but a comment"),
        pytest.param("Low Tide\n", "bad_yaml", id="a text"),
        pytest.param("- Low\n- Tide\n", "bad_yaml", id="a list"),
        pytest.param("{ low", "bad_yaml", id="no YAML, no line"),
        pytest.param("title: [ Low\nauthor: { Ada\n", "bad_yaml", id="no line that says anything"),
        pytest.param("title: " + "x" * MAX_LENGTH, "bad_yaml", id="too long"),
    ],
)
def test_a_block_that_cannot_or_should_not_be_read_is_refused(block, reason):
    with pytest.raises(FrontMatterError) as refusal:
        read(block)
    assert refusal.value.reason == reason
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "nest",
    [
        pytest.param("[" * 15_000, id="lists that never close"),
        pytest.param("[" * 7_500 + "]" * 7_500, id="lists in each other"),
        pytest.param("{a: " * 3_700, id="mappings that never close"),
        pytest.param("- " * 7_500, id="lists on one line"),
        pytest.param("? " * 7_500, id="keys of keys"),
    ],
)
def test_nesting_without_bound_costs_its_own_key_alone(nest):
    values, note = read(f"title: Low Tide\nextra: {nest}\n")
    assert (values["title"], note) == ("Low Tide", MENDED)


BLOCKS = st.lists(
    st.sampled_from(
        [
            "title", "from", "tags", ": ", ":", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", '"', "'",
            "\\", "&a", "*a", "!t", "|", ">", "#", "%", "@", "\t", "? ", "~", "null", "智", "<<", "\x07",
            "\ufeff",
        ]
    )
    | st.text(max_size=4),
    max_size=16,
).map("".join)  # fmt: skip


def outcome(function, argument):
    """What a function returns, or the FrontMatterError that it raises."""
    try:
        return function(argument)
    except FrontMatterError as refusal:
        return refusal


@given(BLOCKS)
@settings(deadline=None, max_examples=400)
def test_no_block_raises_anything_else(block):
    found = outcome(read, block)
    if isinstance(found, FrontMatterError):
        assert found.reason in ("bad_yaml", "yaml_alias", "yaml_tag")
    else:
        values, note = found
        assert isinstance(values, dict)
        assert note in (None, MENDED)


@given(BLOCKS)
@settings(deadline=None, max_examples=200)
def test_nothing_is_lost_in_splitting(text):
    block, rest = split(f"---\n{text}\n---\n<p>")
    assert f"---\n{text}\n---\n<p>".startswith(f"---\n{block}")
    assert rest.endswith("<p>")
