from __future__ import annotations

from pipeline.markup.content import NOTHING
from pipeline.markup.soup import make_soup
from pipeline.sites.parts import classes_of, first_of_class, read_part, take_all, take_first

URL = "https://longtide.example/oars"


def test_classes_are_words():
    (div,) = make_soup('<div class=" a\n b-c ">').find_all("div")
    assert classes_of(div) == ["a", "b-c"]
    assert classes_of(make_soup("<p>x")) == []


def test_the_first_element_of_a_name_and_a_class():
    soup = make_soup('<p class="x">1</p><div class="x y">2</div><div class="x">3</div>')
    assert first_of_class(soup, "div", "x").get_text() == "2"
    assert first_of_class(soup, "div", "z") is None


def test_parts_are_taken_out_of_the_tree_and_of_one_another():
    soup = make_soup('<div class="a">1<div class="b">2</div></div><p>3</p><div class="b">4</div>')
    parts = take_first(soup, ("a", "b", "c"))
    assert {name: part.get_text() for name, part in parts.items()} == {"a": "1", "b": "2"}
    assert soup.get_text() == "34"


def test_one_part_may_be_two():
    soup = make_soup('<div class="a b">1</div>2')
    parts = take_first(soup, ("a", "b"))
    assert parts["a"] is parts["b"]
    assert soup.get_text() == "2"


def test_all_parts_of_a_class():
    soup = make_soup(
        '<div class="a">1<div class="a">2</div></div><div class="ab">3</div><div class="a">4</div>'
    )
    assert [part.get_text() for part in take_all(soup, "a")] == ["1", "2", "4"]
    assert soup.get_text() == "3"


def test_a_part_that_is_not_there_holds_nothing():
    assert read_part(None, URL, "field", prettified=False) == NOTHING
    assert read_part(make_soup("<p>x"), URL, "field", prettified=False).text == "x"
