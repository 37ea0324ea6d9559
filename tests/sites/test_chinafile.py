from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from pipeline.sites.page import Credit
from tests.sites.pages import (
    SITE,
    URL,
    body,
    body_in_items,
    card,
    content,
    featured,
    field,
    image_box,
    links,
    media,
    photo_box,
    pull_quote,
    read,
)


def read_body(html, **front):
    return read(content(body(html)), **front)


def author(name):
    return Credit(name, "author")


# The page itself


def test_a_page_says_when_and_where_and_by_whom():
    found = read_body(
        "<p>The kettle is on.</p>",
        title="Tea at Two",
        author="Ada Marsh, Tomas Reed &#38; more",
        url=f"{SITE}/reporting-opinion/viewpoint/tea-at-two",
        date="2021-11-26T09:40:00.000Z",
    )
    assert found.title == "Tea at Two"
    assert found.author_line == "Ada Marsh, Tomas Reed & more"
    assert found.authors == ("Ada Marsh", "Tomas Reed")
    assert found.authors_truncated
    assert found.credits == (author("Ada Marsh"), author("Tomas Reed"))
    assert found.published_at == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)
    assert found.published_precision == "day"
    assert found.section == "reporting-opinion/viewpoint"
    assert found.body_text == "The kettle is on."
    assert found.body_html == "<p>The kettle is on.</p>"
    assert (found.comments, found.links, found.media) == ((), (), ())


def test_an_unknown_date_has_no_precision():
    found = read_body("<p>The kettle is on.</p>", epoch="NaN")
    assert (found.published_at, found.published_precision) == (None, "unknown")


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("conversation/night-library", "conversation"),
        ("library/books/salt-roads?page=2#top", "library/books"),
        ("library/books/salt-roads/", "library/books"),
        ("state-of-the-river", None),
        ("", None),
    ],
)
def test_the_section_is_the_path_without_its_last_part(path, section):
    assert read_body("<p>Text.</p>", url=f"{SITE}/{path}").section == section


# 149 characters, as the feed leaves a long title.
LONG = "What the Ferry Timetable, the Tide Table, and the Long Table in the Hall Have in Common, and Why"
CUT = f"{LONG} None of Them Has Ever Been Right about the First of"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param(f"{CUT}...", CUT, id="cut near 150 characters"),
        pytest.param(f"{CUT} ...", CUT, id="cut after a space"),
        pytest.param(CUT, CUT, id="long and whole"),
        pytest.param("And Then It Rained...", "And Then It Rained...", id="dots of its own"),
    ],
)
def test_a_title_that_the_feed_cut_loses_the_dots(written, title):
    assert read_body("<p>Text.</p>", title=written).title == title


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(content(body("<p>One.</p><p>Two.</p>")), id="paragraphs in the field"),
        pytest.param(content(body_in_items("<p>One.</p><p>Two.</p>")), id="field-items > field-item"),
        pytest.param(content("<p>One.</p><p>Two.</p>"), id="content without a body field"),
        pytest.param("<p>One.</p><p>Two.</p>", id="no div.content"),
    ],
)
def test_where_the_body_stands(html):
    found = read(html)
    assert found.body_text == "One.\n\nTwo."
    assert "<p>One.</p><p>Two.</p>" in found.body_html


@pytest.mark.parametrize("html", ["", content(), content(body("")), content(body("<p>&nbsp;</p>"))])
def test_a_page_without_text_has_no_body(html):
    found = read(html)
    assert (found.body_text, found.body_html) == (None, None)


def test_a_box_of_the_class_content_and_others_is_not_the_content():
    box = '<div class="content view-content"><div class="field field-name-body">A box.</div></div>'
    assert read(box + content(body("<p>Text.</p>"))).body_text == "Text."


def test_a_gallery_s_post_holds_its_title_alone():
    assert read("Slow Water", title="Slow Water").body_text == "Slow Water"


# The featured photo


@pytest.mark.parametrize(
    ("credit", "caption"),
    [
        pytest.param("Ines Varga—Harbour Pictures", "Readers in the upper gallery.", id="credit and caption"),
        pytest.param("Ines Varga for Lantern File", None, id="credit alone"),
        pytest.param(None, "Readers in the upper gallery.", id="caption alone"),
        pytest.param(None, None, id="neither"),
    ],
)
def test_featured_photo(credit, caption):
    found = read(featured("quay", credit=credit, caption=caption) + content(body("<p>Text.</p>")))
    (photo,) = found.media
    assert (photo.region, photo.kind, photo.role) == ("caption", "image", "featured")
    assert photo.full_url == f"{SITE}/sites/default/files/assets/images/article/featured/quay.jpg"
    assert photo.url.endswith("/styles/large/public/assets/images/article/featured/quay.jpg?itok=B9dywfD5")
    assert (photo.width, photo.height) == (1500, 999)
    assert (photo.credit, photo.caption) == (credit, caption)
    assert found.body_text == "Text."
    assert links(found) == [
        ("caption", "file", "/sites/default/files/assets/images/article/featured/quay.jpg", None)
    ]


def test_a_link_in_the_featured_photo_s_caption_is_a_link_of_the_caption():
    photo = featured(
        "quay", caption='The lock, from <a href="https://gauge.example/wuli">the gauge board</a>.'
    )
    found = read(photo + content(body("<p>Text.</p>")))
    assert links(found)[1:] == [("caption", "external", "https://gauge.example/wuli", "the gauge board")]
    assert found.media[0].caption == "The lock, from the gauge board."


def test_a_page_without_a_featured_photo_has_none():
    assert read_body("<p>Text.</p>").media == ()


# Boxes among the paragraphs

TIMETABLE = card(
    "conversation/slow-train",
    "A New Timetable?",
    "Tobias Holm & Kirsi Amadi",
    "The slow train stops at thirty-one stations...",
)


def test_a_card_is_not_body_text():
    found = read_body(f"<p>Before.</p>{TIMETABLE}<p>After.</p>", author="Perpetua Lasko")
    assert found.body_text == "Before.\n\nAfter."
    assert found.authors == ("Perpetua Lasko",)
    assert links(found) == [
        ("card", "internal", "/conversation", "Conversation"),
        ("card", "internal", "/conversation/slow-train", None),
        ("card", "internal", "/conversation/slow-train", "A New Timetable?"),
    ]
    assert media(found) == [("card", "inline", "a-new-timetable-sys.jpg")]


def test_a_card_of_another_kind_of_page_is_a_card_too():
    gallery = TIMETABLE.replace("node-article cboxes article", "node-photo-gallery-slideshow cboxes")
    found = read_body(f"<p>Before.</p>{gallery}")
    assert found.body_text == "Before."
    assert {link.region for link in found.links} == {"card"}


def test_a_card_before_the_text_does_not_pass_for_the_body():
    found = read_body(f"{TIMETABLE}<p>After.</p>")
    assert found.body_text == "After."


def test_a_photo_box_gives_its_photo_with_credit_and_caption():
    box = photo_box("gauge", credit="Perpetua Lasko", caption="The gauge, spring 2019.")
    found = read_body(f"<p>Before.</p>{box}<p>After.</p>")
    assert found.body_text == "Before.\n\nAfter."
    (photo,) = found.media
    assert (photo.region, photo.role, photo.width, photo.height) == ("caption", "inline", 620, 457)
    assert (photo.credit, photo.caption) == ("Perpetua Lasko", "The gauge, spring 2019.")
    assert photo.full_url == f"{SITE}/sites/default/files/gauge.jpg"
    assert links(found) == [("caption", "file", "/sites/default/files/gauge.jpg", None)]


def test_a_photo_box_s_subtitle_is_no_body_text():
    found = read_body("<p>Before.</p>" + photo_box("chart", subtitle="Figure 1: Readings") + "<p>After.</p>")
    assert found.body_text == "Before.\n\nAfter."
    assert media(found) == [("caption", "inline", "chart.jpg?itok=fBKQLTWD")]


def test_photo_boxes_side_by_side_keep_their_own_captions():
    found = read_body(photo_box("a", credit="Ada", caption="First.") + photo_box("b", caption="Second."))
    assert [(item.credit, item.caption) for item in found.media] == [("Ada", "First."), (None, "Second.")]


def test_a_pull_quote_repeats_the_text_and_is_none():
    quote = pull_quote('“Move the ducks.” <a href="https://ducks.example/">Ducks</a>')
    found = read_body(f"<p>He said: “Move the ducks.”</p>{quote}<p>She did.</p>")
    assert found.body_text == "He said: “Move the ducks.”\n\nShe did."
    assert links(found) == [("pullquote", "external", "https://ducks.example/", "Ducks")]


def test_a_player_in_a_photo_box_is_an_embed():
    found = read_body('<div class="visual-box"><iframe src="/player"></iframe></div>')
    assert media(found) == [("caption", "embed", "player")]


def test_boxes_within_a_box_go_with_it():
    inner = image_box("inner", credit="Kofi", caption="Inside.")
    found = read_body(f'<p>Text.</p><div class="visual-box"><img src="/outer.jpg">{inner}</div>')
    assert found.body_text == "Text."
    assert media(found) == [("caption", "inline", "outer.jpg"), ("caption", "inline", "inner.jpg")]


def test_links_and_media_of_the_body_stand_in_its_order():
    found = read_body(
        '<p>See <a href="https://gauge.example/wuli">Wuli</a> and <a href="/library/maps">maps</a>.</p>'
        '<p><iframe src="https://charts.example/april" width="160%" height="660"></iframe></p>'
    )
    assert links(found) == [
        ("body", "external", "https://gauge.example/wuli", "Wuli"),
        ("body", "internal", "/library/maps", "maps"),
    ]
    assert [
        (item.region, item.kind, item.role, item.url, item.width, item.height) for item in found.media
    ] == [("body", "embed", "embed", "https://charts.example/april", None, 660)]


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        pytest.param(f"{URL}#fn1", "fragment", id="footnote"),
        pytest.param(f"{URL}#fnr1", "fragment", id="back from a footnote"),
        pytest.param(f"{SITE}/conversation/slow-train#fn1", "internal", id="another page's footnote"),
        pytest.param(f"{SITE}/contributors/ada-marsh", "profile", id="a contributor"),
        pytest.param(f"{SITE}/contributors/ada-marsh/?page=1", "profile", id="a contributor, other spelling"),
        pytest.param(f"{SITE}/contributors", "internal", id="the list of contributors"),
        pytest.param(
            "https://other.example/contributors/ada-marsh", "external", id="another site's contributor"
        ),
        pytest.param(f"{SITE}/conversation/undefined", "broken", id="an empty address"),
        pytest.param(f"{SITE}/reporting-opinion/features/undefined", "broken", id="elsewhere"),
        pytest.param(f"{SITE}/conversation/%20Waiting%20for%20intro...", "broken", id="an editor's note"),
        pytest.param(f"{SITE}/conversation/undefined-terms", "internal", id="a page named like it"),
        pytest.param("https://other.example/undefined", "external", id="another site's page of that name"),
        pytest.param("mailto:ada@marsh.example", "email", id="mail"),
    ],
)
def test_kinds_of_links(href, kind):
    found = read_body(f'<p>As <a href="{href}">she</a> says.</p>')
    assert [(link.kind, link.href, link.text) for link in found.links] == [(kind, href, "she")]
    assert found.body_text == "As she says."


def test_footnotes_belong_to_the_body():
    found = read_body(
        f'<p>Eighty-two.<sup id="fnr1"><a href="{URL}#fn1" rel="nofollow">1</a></sup></p><hr>'
        f'<ol id="footnotes"><li id="fn1">Degrees.<a title="Jump back" href="{URL}#fnr1">↩</a></li></ol>'
    )
    assert found.body_text == "Eighty-two.1\n\nDegrees.↩"
    assert [(link.region, link.kind, link.text) for link in found.links] == [
        ("body", "fragment", "1"),
        ("body", "fragment", "↩"),
    ]


# Fields outside the body


@pytest.mark.parametrize(
    ("name", "html", "expected_links", "expected_media"),
    [
        pytest.param(
            "book-review",
            '<div class="field-label">Book Review: </div>'
            '<p><a href="https://ledger.example/salt">The Ledger</a></p>',
            [("field", "external", "https://ledger.example/salt", "The Ledger")],
            [],
            id="book review",
        ),
        pytest.param(
            "whitepaper-url",
            '<a href="https://embed.papers.example/documents/1-list?embed=1">View the PDF</a>',
            [("field", "external", "https://embed.papers.example/documents/1-list?embed=1", "View the PDF")],
            [],
            id="whitepaper",
        ),
        pytest.param(
            "video-embed",
            '<div class="embedded-video video-above-fold"><div class="player"><iframe class id="reel-51--2" '
            'width="500" height="281" src="//player.reel.example/video/51?title=0" allowfullscreen></iframe>'
            "</div></div>",
            [],
            [("field", "embed", "embed", "https://player.reel.example/video/51?title=0", 500, 281)],
            id="video",
        ),
        pytest.param(
            "soundcloud-url",
            '<iframe width="100%" height="125" src="https://w.sounds.example/player/?url=https%3A%2F%2Fapi%2F8"></iframe>',
            [],
            [
                (
                    "field",
                    "embed",
                    "embed",
                    "https://w.sounds.example/player/?url=https%3A%2F%2Fapi%2F8",
                    None,
                    125,
                )
            ],
            id="podcast",
        ),
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["before the body", "after the body"])
def test_fields_beside_the_body(name, html, expected_links, expected_media, before):
    parts = [field(name, html), body("<p>The text.</p>")]
    found = read(content(*parts if before else reversed(parts)))
    assert found.body_text == "The text."
    assert links(found) == expected_links
    assert [(m.region, m.kind, m.role, m.url, m.width, m.height) for m in found.media] == expected_media


@pytest.mark.parametrize(
    ("line", "names", "truncated"),
    [
        ("中参馆", [], False),
        ("Ada Marsh", ["Ada Marsh"], False),
        ("Ada Marsh &#38; Tomas Reed", ["Ada Marsh", "Tomas Reed"], False),
        ("Ada Marsh, Tomas Reed &#38; more", ["Ada Marsh", "Tomas Reed"], True),
        ("Ada Marsh, Tomas Reed &amp; more", ["Ada Marsh", "Tomas Reed"], True),
    ],
)
def test_author_lines(line, names, truncated):
    found = read_body("<p>Text.</p>", author=line)
    assert (list(found.authors), found.authors_truncated) == (names, truncated)
    assert found.credits == tuple(map(author, names))


# Hostile pages


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            "<p>x</p>" * 2_000 + '<div class="visual-box"><img src="/a.jpg"></div>' * 2_000, id="many boxes"
        ),
        pytest.param('<div class="visual-box">' * 1_000 + "x", id="boxes in boxes"),
    ],
)
def test_boxes_cost_time_in_proportion(html):
    started = time.process_time()
    read_body(html)
    assert time.process_time() - started < 5
