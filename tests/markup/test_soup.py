from __future__ import annotations

import copy
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup import soup
from pipeline.markup.cutting import cut
from pipeline.markup.soup import MarkupError, ancestor, elements, make_soup


def test_html_becomes_a_tree():
    tree = make_soup('<p id="one">The river is <b>low</b>.</p>')
    (p,) = elements(tree, ("p",))
    assert (p.name, p.attrs, p.get_text()) == ("p", {"id": "one"}, "The river is low.")


@pytest.mark.parametrize(
    ("markup", "attributes"),
    [
        pytest.param(
            '<a class="a  b" rel="nofollow me">',
            {"class": "a  b", "rel": "nofollow me"},
            id="one string each",
        ),
        pytest.param("<a HREF=x HIDDEN>", {"href": "x", "hidden": ""}, id="names in small letters, no value"),
        pytest.param('<a href="/?a=1&timestamp=2">', {"href": "/?a=1&timestamp=2"}, id="no × in an address"),
        pytest.param(
            '<a href="/?a=1&amp;timestamp=2">', {"href": "/?a=1&timestamp=2"}, id="nor in one that is escaped"
        ),
        pytest.param('<a href="/?a=1&copy=2&region=3">', {"href": "/?a=1&copy=2&region=3"}, id="nor © or ®"),
        pytest.param('<a title="&lt;b&gt; &quot;&#38;">', {"title": '<b> "&'}, id="entities"),
        pytest.param('<a id="1" ; id="2">', {"id": "1", ";": ""}, id="a stray sign, a name given twice"),
    ],
)
def test_an_attribute_is_what_was_written(markup, attributes):
    (anchor,) = elements(make_soup(markup), ("a",))
    assert dict(anchor.attrs) == attributes


def test_elements_come_in_document_order_however_deep():
    tree = make_soup('<div><a id="1"></a><p><a id="2"><img id="3"></a></p></div><img id="4"><b id="5"></b>')
    assert [element["id"] for element in elements(tree, frozenset(("a", "img")))] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "markup", ["", " \n", "Low tide.", "https://delta.example/1", "<", "</p>", "<!-- -->", "<!doctype html>"]
)
def test_any_text_is_html(markup):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = make_soup(markup)
    assert elements(tree, ("a", "img")) == []


def test_nothing_is_dropped_below_256_levels():
    """libxml2 gives up there, unless told otherwise."""
    tree = make_soup("<div>" * 3_000 + '<a href="/1">deep</a>' + "</div>" * 3_000 + '<a href="/2">behind</a>')
    assert [anchor["href"] for anchor in elements(tree, ("a",))] == ["/1", "/2"]


def test_deep_markup_is_parsed_quickly():
    start = time.perf_counter()
    make_soup("<div>" * 4_900)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        pytest.param("<br>" * 500_001, "too_many_tags", id="too many tags"),
        pytest.param("<" * 500_001, "too_many_tags", id="too many signs that may begin one"),
    ],
)
def test_a_tree_beyond_bounds_is_refused(markup, reason):
    with pytest.raises(MarkupError, match=r"^The HTML .*\.$") as refusal:
        make_soup(markup)
    assert refusal.value.reason == reason


def test_as_many_tags_as_are_allowed_are_read(monkeypatch):
    monkeypatch.setattr(soup, "MAX_TAGS", 10)
    assert len(elements(make_soup("<b>x</b>" * 10), ("b",))) == 10
    with pytest.raises(MarkupError, match="more than 10 tags"):
        make_soup("<b>x</b>" * 11)


def test_the_nearest_element_around_another():
    tree = make_soup('<div id="1"><div id="2"><p><b>x</b></p></div></div>')
    (b,) = elements(tree, ("b",))
    nearest = ancestor(b, "div")
    assert nearest is not None
    assert nearest["id"] == "2"
    assert ancestor(b, "b") is None


NAMES = ("a", "b", "div", "p", "ul")
EDITS = (
    "cut",
    "extract",
    "append",
    "insert",
    "wrap",
    "unwrap",
    "replace",
    "copy",
    "new",
    "clear",
    "decompose",
    "end",
)


@given(
    st.lists(st.sampled_from([*NAMES, "/div", "/p", "/b"]), max_size=30),
    st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 40), st.integers(0, 40)), max_size=5),
    st.integers(0, 40),
    st.sets(st.sampled_from(NAMES), min_size=1),
)
@settings(deadline=None, max_examples=300)
def test_elements_are_those_of_a_walk_however_the_tree_was_changed(tags, edits, at, names):
    tree = make_soup("".join(f"<{tag}>" for tag in tags) + "<p></p>" * 30)
    for edit, one, other in edits:
        known = tree.find_all(True)
        element, place = known[one % len(known)], known[other % len(known)]
        _change(tree, edit, element, place)
    known = [tree, *tree.find_all(True)]
    root = known[at % len(known)]
    assert list(map(id, elements(root, names))) == list(map(id, root.find_all(names)))


def _change(tree, edit, element, place):
    is_within = element is place or element in place.parents
    if edit in ("cut", "extract", "clear", "decompose"):
        if edit == "cut":
            cut([element])
        else:
            getattr(element, edit)()
        if not tree.find(True):
            tree.append(tree.new_tag("p"))
    elif edit == "copy":
        place.append(copy.copy(element))
    elif edit == "new":
        place.insert(0, tree.new_tag("div"))
    elif edit == "wrap":
        element.wrap(tree.new_tag("ul"))
    elif edit == "unwrap" and len(tree.find_all(True)) > 1:
        element.unwrap()
    elif edit == "end":
        tree.append(element)
    elif not is_within:
        if edit == "append":
            place.append(element)
        elif edit == "insert":
            place.insert(1, element)
        elif edit == "replace" and place not in element.parents:
            place.replace_with(element)
