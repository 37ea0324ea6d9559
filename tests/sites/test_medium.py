from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.post import read_post
from pipeline.sites import medium
from pipeline.sites.page import Credit
from schemas.links import KINDS
from tests.sites.pages import post

URL = "https://medium.com/@ada.marsh/nine-teapots-0a1b2c3d4e5f?source=rss-216c8ba84893------2"
IN_PUBLICATION = "https://medium.com/the-salt-papers/nine-teapots-0a1b2c3d4e5f?source=rss-216c8ba84893------2"


def read(html, *, title="Nine Teapots", url=URL, **front):
    data = read_post(post(html, url=url, title=title, **front))
    return medium.read_page(data, data.url)


def links(page):
    return [(link.region, link.kind, link.href, link.text) for link in page.links]


# Parts of a story, as a feed has them

COUNTER = (
    '<img src="https://medium.com/_/stat?event=post.clientViewed&referrerSource=full_rss'
    '&postId=0a1b2c3d4e5f" width="1" height="1" alt="">'
)


def published_in(publication, title="Nine Teapots"):
    return (
        f'<hr><p><a href="{IN_PUBLICATION}">{title}</a> was originally published in '
        f'<a href="https://medium.com/the-salt-papers">{publication}</a> on Medium, where people are '
        "continuing the conversation by highlighting and responding to this story.</p>"
    )


def figure(name, caption=None):
    said = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img alt="" src="https://cdn-images-1.medium.com/max/1024/{name}" />{said}</figure>'


def frame(source, *, width=0, height=0, media="357549a5b2a2c8b78a029ddb990e7291"):
    address = f"https://medium.com/media/{media}/href"
    return (
        f'<iframe src="{source}" width="{width}" height="{height}" frameborder="0" scrolling="no">'
        f'<a href="{address}">{address}</a></iframe>'
    )


def beginning(*, picture=None, snippet=None, publication="Medium", url=URL):
    """What a feed gives of a story that it does not give in full."""
    image = f'<p class="medium-feed-image"><a href="{url}"><img src="{picture}" width="1158"></a></p>'
    return (
        '<div class="medium-feed-item">'
        + (image if picture else "")
        + (f'<p class="medium-feed-snippet">{snippet}</p>' if snippet else "")
        + f'<p class="medium-feed-link"><a href="{url}">Continue reading on {publication} »</a></p></div>'
    )


# The story and its author


def test_a_story_says_who_wrote_it_and_when():
    page = read(f"<p>There are nine.</p>{COUNTER}", author="Ada Marsh", date="2021-11-26T09:40:00.000Z")
    assert (page.title, page.body_text, page.section) == ("Nine Teapots", "There are nine.", None)
    assert page.credits == (
        Credit("Ada Marsh", "author", slug="ada.marsh", profile_url="https://medium.com/@ada.marsh"),
    )
    assert (page.published_precision, page.in_reply_to_url, page.license) == ("second", None, None)


@pytest.mark.parametrize(
    ("url", "slug", "profile"),
    [
        pytest.param(URL, "ada.marsh", "https://medium.com/@ada.marsh", id="a member's path"),
        pytest.param(
            "https://ada-marsh.medium.com/nine-teapots-0a1b2c3d4e5f",
            "ada-marsh",
            "https://ada-marsh.medium.com/",
            id="a member's host",
        ),
        pytest.param(IN_PUBLICATION, None, None, id="a publication's path"),
        pytest.param("https://saltpapers.example/nine-teapots-0a1b2c3d4e5f", None, None, id="its own domain"),
        pytest.param("https://www.medium.com/p/0a1b2c3d4e5f", None, None, id="an id alone"),
    ],
)
def test_the_author_has_the_profile_that_the_address_states(url, slug, profile):
    (credit,) = read("<p>Text.</p>", url=url).credits
    assert (credit.slug, credit.profile_url) == (slug, profile)


def test_the_host_of_a_publication_is_nobodys_profile():
    page = read(
        f"<p>Text.</p>{published_in('The Salt Papers')}", url="https://saltpapers.medium.com/tea-0a1b2c3d4e5f"
    )
    assert [credit.profile_url for credit in page.credits] == [None]


def test_a_heading_above_the_story_that_is_its_title_is_no_text():
    page = read(f"<h3>Nine\xa0Teapots</h3><h4>And a tray</h4>{figure('a.png')}<p>One.</p>")
    assert page.body_text == "And a tray\n\nOne."


# What a feed adds


def test_what_a_feed_adds_to_a_story_is_no_text_and_no_picture():
    page = read(
        f"<p>There are nine.</p>{COUNTER}{published_in('The Salt Papers')}",
        url=IN_PUBLICATION,
    )
    assert page.body_text == "There are nine."
    assert page.body_html == "<p>There are nine.</p>"
    assert page.section == "The Salt Papers"
    assert page.media == ()
    assert links(page) == [
        ("field", "internal", IN_PUBLICATION, "Nine Teapots"),
        ("field", "internal", "https://medium.com/the-salt-papers", "The Salt Papers"),
    ]


def test_a_title_that_speaks_of_publishing_does_not_hide_the_publication():
    title = "It was originally published in spring"
    assert read(f"<p>Text.</p>{published_in('Salt', title)}", title=title).section == "Salt"


def test_a_last_paragraph_of_the_storys_own_stays():
    page = read("<p>One.</p><hr><p>This was originally published in The Ferry.</p>")
    assert (page.body_text, page.section) == ("One.\n\nThis was originally published in The Ferry.", None)


@pytest.mark.parametrize(
    ("publication", "section"), [("Medium", None), ("The Salt Papers", "The Salt Papers"), ("飛書", "飛書")]
)
def test_a_story_whose_beginning_alone_is_archived(publication, section):
    page = read(
        beginning(
            picture="https://cdn-images-1.medium.com/max/1158/a.png",
            snippet="&#x8336;&#x58FA; and &#x2026;",
            publication=publication,
        )
    )
    assert (page.body_text, page.section) == ("茶壺 and …", section)
    assert [(item.region, item.role, item.url.rpartition("/")[2], item.width) for item in page.media] == [
        ("field", "featured", "a.png", 1158)
    ]
    assert links(page) == [
        ("field", "internal", URL, None),
        ("field", "internal", URL, f"Continue reading on {publication} »"),
    ]


def test_a_story_of_which_a_feed_says_nothing_has_no_text():
    page = read(beginning())
    assert (page.body_text, page.body_html, page.media) == (None, None, ())


# Responses


def test_a_response_that_does_not_say_what_it_answers_answers_nothing_known():
    page = read(
        f'<p>Well said, <a href="https://medium.com/u/7f3b2c1d0e9f">Tomas</a>!</p>{COUNTER}',
        title="Well said!",
    )
    assert page.in_reply_to_url is None


@pytest.mark.parametrize("said", ['rel="in-reply-to nofollow"', 'class="markup u-in-reply-to"'])
def test_a_response_that_says_what_it_answers(said):
    page = read(f'<p>On <a {said} href="/@tomas/tea-7f3b2c1d0e9f">tea</a>: well said.</p>')
    assert page.in_reply_to_url == "https://medium.com/@tomas/tea-7f3b2c1d0e9f"


# Links


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("https://medium.com/u/7f3b2c1d0e9f", "mention"),
        ("https://medium.com/u/7f3b2c1d0e9f?source=post_page-----0a1b", "mention"),
        ("https://medium.com/@tomas", "profile"),
        ("https://medium.com/@tomas/", "profile"),
        ("https://medium.com/tag/tea", "hashtag"),
        ("https://medium.com/the-salt-papers/tagged/tea", "hashtag"),
        ("https://medium.com/@tomas/tea-7f3b2c1d0e9f", "internal"),
        ("https://medium.com/the-salt-papers", "internal"),
        ("https://medium.com/u/7f3b2c1d0e9f/about", "internal"),
        ("https://salt.example/u/7f3b2c1d0e9f", "external"),
        ("https://notmedium.com/@tomas", "external"),
        ("#f1", "fragment"),
        ("mailto:tomas@salt.example", "email"),
    ],
)
def test_what_a_link_leads_to(href, kind):
    assert [link.kind for link in read(f'<p><a href="{href}">Tomas</a></p>').links] == [kind]


def test_a_list_of_links_is_text_whether_its_items_were_cards_or_not():
    page = read('<ul><li><a href="https://salt.example/a">Salt | The Ferry</a></li></ul>')
    assert page.body_text == "Salt | The Ferry"
    assert links(page) == [("body", "external", "https://salt.example/a", "Salt | The Ferry")]


# Pictures and frames


def test_a_picture_has_its_caption():
    page = read(f"<p>Text.</p>{figure('a.png', 'A pot')}{figure('b.png')}")
    assert [(item.url.rpartition("/")[2], item.caption, item.credit) for item in page.media] == [
        ("a.png", "A pot", None),
        ("b.png", None, None),
    ]


def test_the_caption_that_the_editor_writes_credits_the_photographer():
    who = "https://unsplash.example/@ada?utm_source=medium&amp;utm_medium=referral"
    page = read(
        figure("a.png", f'Photo by <a href="{who}">Ada Marsh</a> on <a href="{who}">Unsplash</a>, cut')
    )
    (item,) = page.media
    assert (item.caption, item.credit) == ("Photo by Ada Marsh on Unsplash, cut", "Ada Marsh")


def test_a_frame_that_a_script_fills_has_the_address_of_what_it_shows():
    page = read(f"<p>One.</p>{frame('')}<p>Two.</p>{frame('', media='0bbe24485f4fce1587b36367c9fda5f8')}")
    assert [(item.kind, item.role, item.url, item.width, item.height) for item in page.media] == [
        ("embed", "embed", "https://medium.com/media/357549a5b2a2c8b78a029ddb990e7291/href", None, None),
        ("embed", "embed", "https://medium.com/media/0bbe24485f4fce1587b36367c9fda5f8/href", None, None),
    ]
    assert page.body_text == "One.\n\nTwo."
    assert page.links == ()


def test_a_frame_with_an_address_keeps_it():
    wrapped = "https://cdn.embedly.com/widgets/media.html?src=https%3A%2F%2Ftube.example%2Fembed%2Fx1"
    (item,) = read(frame(wrapped, width=854, height=480)).media
    assert (item.kind, item.url, item.width, item.height) == ("embed", wrapped, 854, 480)


def test_a_frame_that_names_nothing_is_no_media():
    page = read(
        '<iframe src="" width="0" height="0"><a href="javascript:alert(1)">x</a></iframe><p>Text.</p>'
    )
    assert page.media == ()


def test_the_licence_that_a_story_states():
    assert read("<p>Text.</p><p>This story is licensed under CC BY 4.0.</p>").license == "CC-BY-4.0"


# Any input

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<h3>Nine Teapots", "</h3>", COUNTER, "<hr>", published_in("Salt"), beginning(),
        "<p class='medium-feed-link'>", "<p class='medium-feed-image'><img src=a>", "<iframe src=''>",
        "</iframe>",
        frame(""), "<a href=//[ class=u-in-reply-to>", "<a rel=in-reply-to>", "</a>", "<template>", "<table>",
        "<a href='https://medium.com/u/0a1b2c3d4e'>", "<figure><figcaption>Photo by ", " on Unsplash",
        "\ud800",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30), st.text(max_size=20))
def test_anything_is_read(pieces, path):
    data = read_post(post("<p>x</p>", url=URL))
    data = type(data)(**{**vars(data), "body": "".join(pieces)})
    page = medium.read_page(data, f"https://medium.com/{path}")
    assert {link.kind for link in page.links} <= set(KINDS)
    assert not any("/_/stat?" in item.url for item in page.media)


@pytest.mark.parametrize(
    "piece",
    [
        COUNTER,
        published_in("Salt"),
        "<p>x was originally published in y on Medium, where people are continuing the conversation",
        " was originally published in ",
        beginning(picture="a.png", snippet="x"),
        "<div><p class='medium-feed-link'>",
        frame(""),
        "<iframe src=''>",
        "<h3><div>",
        figure("a.png", "Photo by "),
    ],
)
def test_a_long_story_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    read(piece * (400_000 // len(piece)))
    assert time.process_time() - start < 4
