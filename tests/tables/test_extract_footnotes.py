from __future__ import annotations

from pipeline.markup.links import Link
from pipeline.tables.extract import EXTRACTED, _add_links
from pipeline.tables.ids import make_id

PAGE = "https://delta.example/low-tide"


def rows_of(*links, comment_id=None):
    rows = {name: [] for name in EXTRACTED}
    _add_links(links, {"record_id": "r", "article_id": "a", "comment_id": comment_id}, rows)
    return rows["links"]


def link(href, text, region="body", kind="fragment"):
    return Link(region, href, kind, text, None)


def test_the_two_links_of_a_footnote_name_each_other_across_regions():
    mark, other, back = rows_of(
        link(f"{PAGE}#fn1", "1"),
        link("https://reed.example/", "reed", kind="external"),
        link(f"{PAGE}#fnref1", "↩", "field"),
    )
    assert [row["kind"] for row in (mark, other, back)] == ["footnote", "external", "footnote"]
    assert (mark["paired_link_id"], other["paired_link_id"], back["paired_link_id"]) == (
        back["link_id"],
        None,
        mark["link_id"],
    )
    assert back["link_id"] == make_id("link", "a", None, "field", 1, f"{PAGE}#fnref1")


def test_a_mark_without_a_link_back_has_no_pair():
    (mark,) = rows_of(link(f"{PAGE}#_ftn1", "[1]"))
    assert (mark["kind"], mark["paired_link_id"]) == ("footnote", None)


def test_a_footnote_whose_address_is_broken_is_one_still():
    mark, back = rows_of(
        link("file:///C:/tide.docx#_ftn1", "[1]", kind="broken"),
        link("file:///C:/tide.docx#_ftnref1", "[1]", kind="broken"),
    )
    assert (mark["kind"], mark["canonical_url"], mark["paired_link_id"]) == (
        "footnote",
        None,
        back["link_id"],
    )
