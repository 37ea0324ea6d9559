from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.cutting import boxed, cut
from pipeline.markup.links import links
from pipeline.markup.soup import elements, make_soup

TREES = st.recursive(
    st.sampled_from(["a", "<b>c</b>", "<br>", ""]),
    lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"<div>{''.join(parts)}</div>"),
    max_leaves=25,
)


def in_order(tag):
    """An element and all below it, by its contents."""
    yield id(tag)
    for child in getattr(tag, "contents", ()):
        yield from in_order(child)


def in_chain(tag):
    """The same, by what follows what."""
    node = tag
    while node is not None:
        yield id(node)
        node = node.next_element


@given(TREES, st.lists(st.booleans(), max_size=40))
@settings(max_examples=150, deadline=None)
def test_parts_are_cut_as_one_by_one(markup, chosen):
    whole, other = make_soup(markup), make_soup(markup)
    parts, others = (
        [tag for tag, is_chosen in zip(elements(soup, ("div", "b")), chosen, strict=False) if is_chosen]
        for soup in (whole, other)
    )
    cut(parts)
    for part in reversed(others):
        part.extract()
    assert str(whole) == str(other)
    assert [str(part) for part in parts] == [str(part) for part in others]
    for tree in (whole, *parts):
        assert list(in_order(tree)) == list(in_chain(tree))


def test_what_was_cut_already_stays_as_it_is():
    soup = make_soup("<p>One</p>")
    (part,) = elements(soup, ("p",))
    cut([part])
    cut([part])
    assert str(part) == "<p>One</p>"


def test_a_part_that_is_a_link_is_found_below_its_box():
    soup = make_soup('<p><a href="/x">One</a></p>')
    (part,) = elements(soup, ("a",))
    cut([part])
    assert [link.text for link in links(boxed(part), "https://a.example/", "field")] == ["One"]
