from __future__ import annotations

import time

import pytest

from pipeline.sites.page import Credit
from tests.sites import pages
from tests.sites.pages import (
    SITE,
    body,
    card,
    comment,
    comments,
    content,
    image_box,
    links,
    media,
    person,
    pull_quote,
    read,
)

TIMETABLE = card("conversation/slow-train", "A New Timetable?", "Tobias Holm", "The slow train stops...")


def read_comment(text, *people):
    """The one comment of a page."""
    (found,) = read(content(body("<p>Intro.</p>")) + comments(comment(4101, *people, text=text))).comments
    return found


def commenter(name):
    """What a profile box says of a person."""
    return Credit(
        name,
        "commenter",
        slug=pages.slug(name),
        profile_url=f"{SITE}/contributors/{pages.slug(name)}",
        photo_url=f"{SITE}/sites/default/files/styles/epsacrop_220x220/{pages.slug(name)}.jpg",
    )


def moderator(name):
    """What a signature that is a link says of a person."""
    return Credit(
        name, "moderator", slug=pages.slug(name), profile_url=f"{SITE}/contributors/{pages.slug(name)}"
    )


def test_comments_stand_in_the_page_s_order_with_their_ids():
    found = read(
        content(body("<p>Intro.</p>"))
        + comments(
            comment(4126, person("Kirsi Amadi"), text="<p>First.</p>", by_node_author=True),
            comment(4101, person("Ludo Ferrant"), text="<p>Second.</p>"),
        )
    )
    assert [
        (c.site_comment_id, c.author_line, c.body_text, c.body_html, c.by_node_author) for c in found.comments
    ] == [
        ("4126", "Kirsi Amadi", "First.", "<p>First.</p>", True),
        ("4101", "Ludo Ferrant", "Second.", "<p>Second.</p>", False),
    ]
    assert found.body_text == "Intro."


def test_what_a_comment_of_this_site_does_not_say_is_null():
    found = read_comment("<p>Yes.</p>", person("Ada Marsh"))
    assert (found.title, found.published_at, found.parent_key, found.spam_signals) == (None,) * 4


def test_the_anchor_before_a_comment_is_no_link():
    found = read(content(body("<p>Intro.</p>")) + comments(comment(4101), comment(4106)))
    assert links(found) == []
    assert [links(c) for c in found.comments] == [[], []]


@pytest.mark.parametrize(
    ("people", "credits", "line"),
    [
        pytest.param([], [], None, id="no profile box"),
        pytest.param([person("Ada Marsh")], [commenter("Ada Marsh")], "Ada Marsh", id="one"),
        pytest.param(
            [person("Ada Marsh"), person("Tomas Reed")],
            [commenter("Ada Marsh"), commenter("Tomas Reed")],
            "Ada Marsh, Tomas Reed",
            id="two",
        ),
        pytest.param(
            [person("Ada Marsh", linked=False)],
            [Credit("Ada Marsh", "commenter")],
            "Ada Marsh",
            id="no link in the h3",
        ),
        pytest.param(
            ['<div class="node node-profile cboxes contributor"><img src="/x.jpg"></div>'],
            [],
            None,
            id="no h3",
        ),
        pytest.param(
            ['<div class="node node-profile cboxes contributor"><h3> </h3></div>'], [], None, id="an empty h3"
        ),
    ],
)
def test_who_commented(people, credits, line):
    found = read_comment("<p>Yes.</p>", *people)
    assert found.credits == tuple(credits)
    assert found.author_line == line
    assert found.body_text == "Yes."


def test_a_profile_box_has_a_region_of_its_own():
    found = read_comment('<p>See <a href="https://ledger.example/">this</a>.</p>', person("Ada Marsh"))
    assert links(found) == [
        ("profile", "profile", "/contributors/ada-marsh", None),
        ("profile", "profile", "/contributors/ada-marsh", "Ada Marsh"),
        ("comment", "external", "https://ledger.example/", "this"),
    ]
    assert media(found) == [("profile", "profile", "ada-marsh.jpg")]


def test_a_heading_in_a_comment_is_its_text():
    found = read_comment(
        "<h3>A Blue That Is Not Water</h3><p>The map hung upside down.</p>", person("Ada Marsh")
    )
    assert found.body_text == "A Blue That Is Not Water\n\nThe map hung upside down."
    assert found.author_line == "Ada Marsh"
    assert found.title is None


def test_boxes_in_a_comment_are_not_its_text():
    box = image_box("ferry", credit="Kofi Brandvold", caption="The last ferry.")
    found = read_comment(
        f"<p>Before.</p>{box}{TIMETABLE}{pull_quote('“Ferry!”')}<p>After.</p>", person("Ada Marsh")
    )
    assert found.body_text == "Before.\n\nAfter."
    assert [(m.region, m.role, m.credit, m.caption) for m in found.media] == [
        ("profile", "profile", None, None),
        ("card", "inline", None, None),
        ("caption", "inline", "Kofi Brandvold", "The last ferry."),
    ]
    assert {link.region for link in found.links} == {"profile", "card"}


def test_a_broken_link_in_a_comment_keeps_its_text():
    found = read_comment(
        '<p>Those <a arget="_blank" rel="nofollow" '
        f'href="{SITE}/conversation/undefined">boarding</a> wait.</p>'
    )
    assert links(found) == [("comment", "broken", "/conversation/undefined", "boarding")]
    assert found.body_text == "Those boarding wait."


def test_a_comment_without_a_body():
    found = read_comment(None, person("Ada Marsh"))
    assert (found.body_text, found.body_html, found.author_line) == (None, None, "Ada Marsh")


@pytest.mark.parametrize(
    ("numbers", "site_ids"),
    [
        pytest.param([4101, None, 4111], ["4101", None, "4111"], id="one anchor is missing"),
        pytest.param([None, 4106], [None, "4106"], id="the first anchor is missing"),
        pytest.param([None, None], [None, None], id="no anchors"),
        pytest.param([4101, 4101], ["4101", "4101"], id="one id twice"),
    ],
)
def test_each_comment_has_a_key_of_its_own(numbers, site_ids):
    found = read(content(body("<p>Intro.</p>")) + comments(*map(comment, numbers)))
    assert [c.site_comment_id for c in found.comments] == site_ids
    assert len({c.key for c in found.comments}) == len(numbers)


def test_a_comment_s_key_outlives_a_comment_put_before_it():
    old = read(comments(comment(4106), comment(4111)))
    new = read(comments(comment(4101), comment(4106), comment(None), comment(4111)))
    assert {c.key for c in old.comments} < {c.key for c in new.comments}


# The introduction's signature


ADA = f'<a href="{SITE}/contributors/ada-marsh" target="_blank" rel="nofollow">Ada Marsh</a>'
TOMAS = ADA.replace("ada-marsh", "tomas-reed").replace("Ada Marsh", "Tomas Reed")


@pytest.mark.parametrize(
    ("intro", "moderators"),
    [
        pytest.param(f"<p>And why? —<em>{ADA}</em></p>", [moderator("Ada Marsh")], id="<em><a>"),
        pytest.param(
            f"<p>And why? —&nbsp;{ADA.replace('Ada Marsh', '<em>Ada Marsh</em>')}</p>",
            [moderator("Ada Marsh")],
            id="<a><em>",
        ),
        pytest.param(
            f'<p>And why?</p><p align="right">—<em>{ADA}</em></p>', [moderator("Ada Marsh")], id="a paragraph"
        ),
        pytest.param("<p>And why? —<em>Ada Marsh</em></p>", [Credit("Ada Marsh", "moderator")], id="no link"),
        pytest.param(
            f"<p>And why? —<em>{ADA}</em></p><p><em>Correction Note: An earlier version erred.</em></p>",
            [moderator("Ada Marsh")],
            id="a note below it",
        ),
        pytest.param(
            f"<p>And why? —<em>{ADA} and {TOMAS}</em></p>",
            [moderator("Ada Marsh"), moderator("Tomas Reed")],
            id="two people",
        ),
        pytest.param(
            f"<p>And why? —<em>{ADA} &amp; The Editors</em></p>",
            [moderator("Ada Marsh")],
            id="one with the editors",
        ),
        pytest.param("<p>And why? —<em>The Editors</em></p>", [], id="the editors are nobody"),
        pytest.param(
            "<p>It is one thing—<em>silence</em></p><p>And why? —<em>The Editors</em></p>",
            [],
            id="no other dash is looked at above the editors",
        ),
        pytest.param(f"<p>As {ADA} says—and she should know—we wait.</p>", [], id="a name within a sentence"),
        pytest.param("<p>And why?</p>", [], id="no signature"),
        pytest.param(
            '<p>And why?</p><blockquote class="twitter-tweet"><p>Ferry!</p>— Ada Marsh (@ada) '
            '<a href="https://short.example/1">August 2, 2022</a></blockquote>',
            [],
            id="an embedded message's signature",
        ),
    ],
)
def test_who_signed_the_introduction(intro, moderators):
    found = read(
        content(body(intro)) + comments(comment(4101, person("Ludo Ferrant"))), author="Ludo Ferrant"
    )
    assert found.credits == (Credit("Ludo Ferrant", "author"), *moderators)


def test_a_page_without_comments_has_no_moderator():
    assert read(content(body(f"<p>And why? —<em>{ADA}</em></p>")), author="中参馆").credits == ()


def test_comments_cost_time_in_proportion():
    started = time.process_time()
    assert len(read(comments(comment(None, text="<p>Me too.</p>") * 4_000)).comments) == 4_000
    assert time.process_time() - started < 7
