from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.posts.post import read_post
from pipeline.sites import generic
from pipeline.sites.page import Credit
from tests.sites.pages import post

URL = "https://longread.example/2020/teapots"


def read(html, *, title="Nine Teapots", **front):
    data = read_post(post(html, url=URL, title=title, **front))
    return generic.read_page(data, data.url)


def read_prettified(html, *, title="Nine Teapots"):
    """A post of format (b): front matter, then HTML with each tag on a line of its own."""
    data = read_post(
        f'---\ntitle: "{title}"\ndate: 2020-05-16\nauthor: 墨渡\nfrom: {URL}\n---\n\n{html}\n'.encode()
    )
    assert data.is_prettified
    return generic.read_page(data, data.url)


def test_a_page_of_any_site():
    found = read(
        '<p>The <a href="/spouts">spout</a> comes last.</p><img src="pot.png" alt="A pot" width="620">',
        author="Salt and Paper",
        date="2020-05-16T08:00:30.000Z",
    )
    assert found.title == "Nine Teapots"
    assert (found.published_at, found.published_precision) == (
        datetime(2020, 5, 16, 8, 0, 30, tzinfo=UTC),
        "second",
    )
    assert found.body_text == "The spout comes last."
    assert [(link.region, link.kind, link.href, link.text) for link in found.links] == [
        ("body", "internal", "https://longread.example/spouts", "spout")
    ]
    assert [(item.region, item.role, item.url, item.alt, item.width) for item in found.media] == [
        ("body", "inline", "https://longread.example/2020/pot.png", "A pot", 620)
    ]
    assert (found.section, found.comments) == (None, ())


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Salt and Paper", ["Salt and Paper"]),
        ("Towpath &#38; Tea", ["Towpath & Tea"]),
        ("Ada Marsh, Tomas Reed", ["Ada Marsh, Tomas Reed"]),
        ("", []),
    ],
)
def test_an_author_line_is_one_name_where_no_profile_says_more(line, names):
    found = read("<p>Text.</p>", author=line)
    assert list(found.authors) == names
    assert not found.authors_truncated
    assert found.credits == tuple(Credit(name, "author") for name in names)


LONG = "The pot with the longest spout pours the shortest cup. " * 3


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>One.</p><p>Two.</p>", "One.\n\nTwo.", id="no container: everything"),
        pytest.param(f"<nav>Home</nav><article><p>{LONG}</p></article>", LONG, id="the one <article>"),
        pytest.param(f"<nav>Home</nav><main><p>{LONG}</p></main>", LONG, id="the one <main>"),
        pytest.param(
            f"<nav>Home</nav><main><h2>News</h2><article><p>{LONG}</p></article></main>",
            LONG,
            id="<article> before <main>",
        ),
        pytest.param(
            f"<article><p>{LONG}</p><article>A reply.</article></article>",
            f"{LONG}\n\nA reply.",
            id="<article> in it",
        ),
        pytest.param(
            f"<article>A.</article><article>B.</article><p>{LONG}</p>",
            f"A.\nB.\n\n{LONG}",
            id="two: everything",
        ),
        pytest.param(
            f"<article>Teaser.</article><p>{LONG}</p>", f"Teaser.\n\n{LONG}", id="a small one: everything"
        ),
        pytest.param(
            f"<article>{'<div>' + ' ' * 100}Teaser.</article><p>{LONG}</p>",
            f"Teaser.\n\n{LONG}",
            id="a small one with much white space: everything",
        ),
        pytest.param("<article></article>", None, id="no text"),
    ],
)
def test_which_part_is_the_body(html, text):
    assert read(html).body_text == (text and text.replace(LONG, LONG.strip()))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<h1>Nine Teapots</h1><p>One.</p>", "One.", id="h1"),
        pytest.param("<h2> Nine\n<em>Teapots</em> </h2><p>One.</p>", "One.", id="h2, other spacing"),
        pytest.param(
            "<h3>Blog</h3><h2>Tea</h2><h1>Nine Teapots</h1><p>One.</p>",
            "Blog\n\nTea\n\nOne.",
            id="not the first",
        ),
        pytest.param("<h1>Ten Teapots</h1><p>One.</p>", "Ten Teapots\n\nOne.", id="another heading stays"),
        pytest.param("<h2>Nine</h2><p>One.</p>", "Nine\n\nOne.", id="part of the title stays"),
        pytest.param("<p>Nine Teapots</p><p>One.</p>", "Nine Teapots\n\nOne.", id="a paragraph stays"),
        pytest.param(
            "<h1>Nine Teapots</h1><p>One.</p><h1>Nine Teapots</h1>", "One.\n\nNine Teapots", id="once"
        ),
    ],
)
def test_a_heading_that_repeats_the_title_is_not_body_text(html, text):
    assert read(html).body_text == text


@pytest.mark.parametrize(
    ("html", "title", "text"),
    [
        pytest.param("<h1>Nine Teapots</h1><p>One.</p>", "Nine Teapots", "One.", id="from the only h1"),
        pytest.param("<h1>A</h1><h1>B</h1><p>One.</p>", None, "A\n\nB\n\nOne.", id="two h1: none"),
        pytest.param("<h2>Nine Teapots</h2><p>One.</p>", None, "Nine Teapots\n\nOne.", id="h2: none"),
        pytest.param("<h1> </h1><p>One.</p>", None, "One.", id="an empty h1: none"),
    ],
)
def test_the_title_of_a_post_that_has_none(html, title, text):
    found = read(html, title="")
    assert (found.title, found.body_text) == (title, text)


def test_the_post_s_own_title_is_believed_before_a_heading():
    assert read("<h1>Home</h1><p>One.</p>").title == "Nine Teapots"


def test_prettified_html_has_no_spaces_inside_chinese():
    found = read_prettified(
        "<article>\n <h1>\n  河边\n  <em>\n   茶摊\n  </em>\n </h1>\n <p>\n  茶\n"
        '  <strong>\n   摊\n  </strong>\n  ，<a href="/boat">\n   船\n  </a>\n  。\n </p>\n</article>',
        title="河边茶摊",
    )
    assert found.body_text == "茶摊，船。"
    assert [link.text for link in found.links] == ["船"]
    assert found.published_precision == "day"


def test_what_is_never_shown_is_not_body_text():
    found = read(
        "<style>p {color: red}</style><p>One.</p><script>track()</script>"
        '<p hidden>Two.</p><p style="display: none">Three.</p>'
        '<noscript><img src="copy.png"></noscript><template>Four.</template>'
    )
    assert found.body_text == "One."


@pytest.mark.parametrize(
    "title", ["Nine Teapots - Long Read", "Nine Teapots | Long Read", "Nine Teapots — Long Read"]
)
def test_a_title_that_names_the_site_too_is_repeated_by_its_heading(title):
    assert read("<h1>Nine Teapots</h1><p>One.</p>", title=title).body_text == "One."
