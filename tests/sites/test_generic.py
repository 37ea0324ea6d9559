from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.render import render
from pipeline.markup.soup import make_soup
from pipeline.markup.survey import survey
from pipeline.posts import dates
from pipeline.posts.post import Post, read_post
from pipeline.sites import comments, generic
from pipeline.sites.page import Credit
from tests.sites import engine_pages
from tests.sites.engine_pages import TEXT
from tests.sites.pages import post

URL = "https://longread.example/2020/teapots"


def read(html, *, title="Nine Teapots", **front):
    data = read_post(post(html, url=URL, title=title, **front))
    return generic.read_page(data, data.url)


def bare(html, *, title=None, author=None, published=dates.UNKNOWN):
    """A post that states nothing but its address, unless told otherwise."""
    return Post(URL, title, author, published, None, (), html, False, ())


def read_bare(html, *, url=URL, **stated):
    return generic.read_page(bare(html, **stated), url)


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
        pytest.param("<h1>NINE TEAPOTS</h1><p>One.</p>", "One.", id="in capitals"),
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


# Whole pages

AT = datetime(2021, 5, 3, 8, 0, tzinfo=UTC)
LEAD = "On spouts and their cups."
ADA = Credit("Ada Marsh", "author")


def by_ada(**known):
    return (Credit("Ada Marsh", "author", **known),)


@pytest.mark.parametrize(
    ("engine", "address", "text", "fields"),
    [
        pytest.param(
            engine_pages.wordpress,
            "https://towpath.example/2021/teapots/",
            TEXT,
            {
                "tags": ("Tea", "spouts"),
                "credits": by_ada(
                    slug="ada",
                    profile_url="https://towpath.example/author/ada/",
                    photo_url="https://avatars.example/ada.png",
                    kind="person",
                ),
            },
            id="WordPress",
        ),
        pytest.param(
            engine_pages.drupal7,
            "https://towpath.example/2021/teapots",
            TEXT,
            {
                "tags": ("spouts",),
                "credits": by_ada(slug="ada", profile_url="https://towpath.example/users/ada"),
            },
            id="Drupal 7",
        ),
        pytest.param(
            engine_pages.drupal8,
            "https://towpath.example/2021/teapots",
            TEXT,
            {
                "credits": by_ada(slug="4", profile_url="https://towpath.example/user/4", kind="person"),
            },
            id="Drupal 8",
        ),
        pytest.param(
            engine_pages.discourse,
            "https://forum.example/t/nine-teapots/9",
            TEXT,
            {
                "section": "Spouts",
                "credits": by_ada(slug="ada", profile_url="https://forum.example/u/ada", kind="person"),
            },
            id="Discourse",
        ),
        pytest.param(
            engine_pages.old_discourse,
            "https://forum.example/t/nine-teapots/9",
            TEXT,
            {
                "credits": by_ada(slug="ada", profile_url="https://forum.example/u/ada", kind="person"),
            },
            id="Discourse 2",
        ),
        pytest.param(
            engine_pages.blogger,
            "https://towpath.example/2021/05/teapots.html",
            TEXT,
            {
                "tags": ("spouts",),
                "credits": by_ada(profile_url="https://www.blogger.com/profile/1", kind="person"),
            },
            id="Blogger",
        ),
        pytest.param(
            engine_pages.old_blogger,
            "https://towpath.example/2021/05/teapots.html",
            TEXT,
            {"credits": by_ada()},
            id="Blogger before 2012",
        ),
        pytest.param(
            engine_pages.jekyll,
            "https://towpath.example/2021/teapots.html",
            TEXT,
            {"license": "CC-BY-SA-4.0", "credits": by_ada(kind="person")},
            id="Jekyll",
        ),
        pytest.param(
            engine_pages.hugo,
            "https://towpath.example/posts/teapots/",
            f"On spouts.\n\n{TEXT}",
            {"section": "posts", "tags": ("spouts", "tea"), "credits": by_ada()},
            id="Hugo",
        ),
        pytest.param(
            engine_pages.ghost,
            "https://towpath.example/teapots/",
            f"{LEAD}\n\n{TEXT}",
            {
                "tags": ("Spouts", "Tea"),
                "credits": by_ada(
                    slug="ada",
                    profile_url="https://towpath.example/author/ada/",
                    photo_url="https://towpath.example/content/images/ada.jpg",
                    kind="person",
                ),
            },
            id="Ghost",
        ),
        pytest.param(
            engine_pages.substack,
            "https://towpath.example/p/teapots",
            f"{LEAD}\n\n{TEXT}",
            {"credits": by_ada(profile_url="https://substack.example/@ada", kind="person")},
            id="a newsletter",
        ),
        pytest.param(
            engine_pages.news,
            "https://news.example/2021/teapots",
            f"{LEAD}\n\n{TEXT}",
            {
                "section": "Culture",
                "tags": ("spouts", "tea"),
                "license": "CC-BY-ND-4.0",
                "authors": ("Ada Marsh", "Reed Desk"),
                "author_line": "Ada Marsh, Reed Desk",
                "credits": (
                    *by_ada(slug="ada-marsh", profile_url="https://news.example/by/ada-marsh", kind="person"),
                    Credit("Reed Desk", "author", kind="organisation"),
                ),
            },
            id="a news site",
        ),
        pytest.param(
            engine_pages.mastodon,
            "https://social.example/@ada/9",
            TEXT,
            {
                "title": "Ada Marsh (@ada@social.example)",
                "credits": by_ada(
                    slug="@ada",
                    profile_url="https://social.example/@ada",
                    photo_url="https://social.example/avatars/ada.png",
                ),
            },
            id="Mastodon",
        ),
    ],
)
def test_a_page_of_a_common_engine(engine, address, text, fields):
    found = read_bare(engine(), url=address)
    expected = {
        "title": "Nine Teapots",
        "author_line": "Ada Marsh",
        "authors": ("Ada Marsh",),
        "section": None,
        "tags": (),
        "license": None,
    } | fields
    assert found.body_text == text
    assert {name: getattr(found, name) for name in expected} == expected
    assert (found.published_at, found.published_precision) == (AT, "second")
    assert [(link.text, link.kind) for link in found.links if link.region == "body"] == [
        ("spout", "internal")
    ]


def test_a_page_of_an_engine_that_states_no_author_and_no_date():
    found = read_bare(engine_pages.kubrick(), url="https://towpath.example/teapots/")
    assert (found.title, found.body_text, found.tags) == ("Nine Teapots", TEXT, ("Tea",))
    assert (found.author_line, found.authors, found.credits) == (None, (), ())
    assert (found.published_at, found.published_precision) == (None, "unknown")


ENGINES = [name for name, page in vars(engine_pages).items() if callable(page) and name[0] != "_"]


@pytest.mark.parametrize("name", ENGINES)
def test_every_word_of_a_page_is_its_text_its_title_a_comment_s_or_of_a_part_that_is_named(name):
    html = getattr(engine_pages, name)()
    assert lost_words(html) == set()


@pytest.mark.parametrize("name", ENGINES)
def test_every_link_of_a_page_has_a_row(name):
    html = getattr(engine_pages, name)()
    found = read_bare(html)
    rows = [link.href for part in (found, *found.comments) for link in part.links]
    anchors = re.findall(r"<a\b[^>]*?\shref=[\"']([^\"']+)", html)
    assert len(rows) == len(anchors)


def test_the_picture_that_announces_a_page_is_featured():
    found = read_bare(engine_pages.wordpress())
    assert [(item.region, item.role, item.url, item.caption) for item in found.media] == [
        ("field", "featured", "https://towpath.example/files/pot-1200x800.jpg", "The ninth.")
    ]


def test_a_picture_that_only_the_data_of_a_page_name_has_a_row():
    found = read_bare(engine_pages.news())
    assert [(item.region, item.role, item.url) for item in found.media] == [
        ("field", "featured", "https://news.example/img/pot.jpg")
    ]


def test_a_picture_that_the_body_shows_is_the_body_s():
    html = page(
        f'<article><p>{LONG}</p><img src="/pot-300x200.jpg"></article>',
        '<meta property="og:image" content="/pot.jpg">',
    )
    assert [(item.region, item.role) for item in read_bare(html).media] == [("body", "inline")]


def test_the_parts_that_are_left_out_are_named():
    parts = generic.take_apart(bare(engine_pages.news()), URL)
    assert [part.kind for part in parts.left_out] == [
        "cookie",
        "site header",
        "title",
        "post data",
        "share",
        "related",
        "related",
        "sidebar",
        "site footer",
        "beside the text",
    ]


# What the post states, and what the page does


def page(body, head=""):
    head = f"<title>Nine Teapots - Long Read</title>{head}"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


JSON_LD = """<script type="application/ld+json">{"@type": "Article", "headline": "Ten Teapots",
    "datePublished": "2021-05-03T10:00:00+02:00", "author": [{"@type": "Person", "name": "Ada Marsh",
    "url": "/author/ada"}, {"@type": "Person", "name": "Ben Ford"}]}</script>"""


def test_the_post_s_own_title_author_and_date_come_first():
    at = datetime(2020, 1, 1, tzinfo=UTC)
    found = read_bare(
        page(f"<article><p>{LONG}</p></article>", JSON_LD),
        title="Nine Teapots",
        author="Salt and Paper",
        published=dates.Published(at, "day"),
    )
    assert (found.title, found.author_line, found.authors) == (
        "Nine Teapots",
        "Salt and Paper",
        ("Salt and Paper",),
    )
    assert (found.published_at, found.published_precision) == (at, "day")
    assert found.credits == (Credit("Salt and Paper", "author"),)


def test_the_page_fills_what_the_post_leaves_open():
    found = read_bare(page(f"<article><p>{LONG}</p></article>", JSON_LD))
    assert (found.title, found.author_line) == ("Ten Teapots", "Ada Marsh, Ben Ford")
    assert (found.published_at, found.published_precision) == (AT, "second")


@pytest.mark.parametrize("line", ["Ada Marsh, Ben Ford", "Ben Ford & Ada Marsh", "ada marsh and BEN FORD"])
def test_an_author_line_that_lists_the_authors_whom_the_page_states_is_a_list(line):
    found = read_bare(page(f"<article><p>{LONG}</p></article>", JSON_LD), author=line)
    assert found.author_line == line
    assert sorted(found.authors) == ["Ada Marsh", "Ben Ford"]


def test_an_author_of_the_post_whom_the_page_knows_has_a_profile():
    found = read_bare(page(f"<article><p>{LONG}</p></article>", JSON_LD), author="Ada Marsh")
    assert found.credits == (
        Credit(
            "Ada Marsh",
            "author",
            slug="ada",
            profile_url="https://longread.example/author/ada",
            kind="person",
        ),
    )


@pytest.mark.parametrize(
    ("head", "title"),
    [
        pytest.param(
            '<meta property="og:title" content="Nine Teapots | Long Read">',
            "Nine Teapots",
            id="the site behind",
        ),
        pytest.param(
            '<meta property="og:title" content="Long Read: Nine Teapots">',
            "Nine Teapots",
            id="the site before",
        ),
        pytest.param(
            '<meta property="og:title" content="Nine Teapots, and wh...">',
            "Nine Teapots, and wh...",
            id="another",
        ),
        pytest.param(
            '<meta property="og:title" content="Eleven Teapots">', "Eleven Teapots", id="a title of its own"
        ),
        pytest.param("", "Nine Teapots", id="<title>"),
    ],
)
def test_the_title_of_a_page(head, title):
    assert read_bare(page(f"<article><h1>Nine Teapots</h1><p>{LONG}</p></article>", head)).title == title


def test_a_title_that_was_cut_short_is_the_heading_s():
    head = '<meta property="og:title" content="Nine Teapots and the cups that...">'
    html = page(f"<article><h1>Nine Teapots and the cups that they fill</h1><p>{LONG}</p></article>", head)
    assert read_bare(html).title == "Nine Teapots and the cups that they fill"


def test_a_site_s_name_behind_the_title_goes_where_the_page_names_it():
    head = '<meta property="og:site_name" content="Long Read">'
    assert read_bare(page(f"<article><p>{LONG}</p></article>", head)).title == "Nine Teapots"


@pytest.mark.parametrize(
    "title", ["Long Read » Nine Teapots", "Nine Teapots | Long Read", "Long Read: Nine Teapots"]
)
def test_a_heading_that_leads_to_the_front_page_is_not_the_title(title):
    front = '<div id="header"><h1><a href="https://longread.example/">Long Read</a></h1></div>'
    html = f"<title>{title}</title>{front}<div><h2>Nine Teapots</h2><p>{LONG}</p></div>"
    found = read_bare(html)
    assert (found.title, found.body_text) == ("Nine Teapots", f"Long Read\n\n{LONG.strip()}")


def test_what_a_page_answers():
    html = page(
        f'<div class="h-entry"><a class="u-in-reply-to" href="https://ben.example/cups">Ben</a>'
        f'<div class="e-content"><p>{LONG}</p></div></div>'
    )
    assert read_bare(html).in_reply_to_url == "https://ben.example/cups"


def test_the_licence_that_a_text_states():
    licence = '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'
    html = f"<p>One.</p><p>This article is under {licence}.</p>"
    assert read(html).license == "CC-BY-4.0"


# The body of a page


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param(
            f'<div class="x">About</div><div class="entry-content"><p>{LONG}</p></div>',
            LONG,
            id="a class that says so",
        ),
        pytest.param(f'<div>About</div><div role="main"><p>{LONG}</p></div>', LONG, id="a role"),
        pytest.param(
            f'<div>About</div><div itemprop="articleBody"><p>{LONG}</p></div>', LONG, id="a property"
        ),
        pytest.param(
            f'<div class="h-entry"><p>A.</p><div class="e-content"><p>{LONG}</p></div></div>',
            LONG,
            id="microformats",
        ),
        pytest.param(
            f'<div class="post-content"><p>{LONG}</p></div><div class="post-content"><p>{LONG}</p></div>',
            f"{LONG.strip()}\n\n{LONG}",
            id="two: everything",
        ),
        pytest.param(
            f'<div class="entry-content">Teaser.</div><div><p>{LONG}</p></div>',
            f"Teaser.\n\n{LONG}",
            id="a small one: everything",
        ),
        pytest.param(
            f"<main><article><h1>Nine Teapots</h1><p>{LONG}</p></article>"
            "<article><h2>Ten Cups</h2></article></main>",
            LONG,
            id="the <article> with the heading",
        ),
        pytest.param(
            '<article><p class="subtitle">On cups.</p>'
            f'<div class="entry-content"><p>{LONG}</p></div></article>',
            f"On cups.\n\n{LONG}",
            id="with its standfirst",
        ),
    ],
)
def test_the_text_of_a_page(html, text):
    assert read_bare(page(html)).body_text == text.strip()


@pytest.mark.parametrize(
    "beside",
    [
        "<p>A first paragraph, of some length, before it all.</p>" * 2,
        "<footer>A note that ends it, at length.</footer>" * 3,
    ],
)
def test_what_stands_beside_the_article_of_a_post_that_is_no_page_is_kept(beside):
    assert len(read(f"{beside}<article><p>{LONG}</p></article>").body_text) > len(LONG) + 60


def test_the_note_that_a_feed_puts_behind_a_post_is_not_its_text():
    def noted(address):
        site = '<a rel="nofollow" href="/">Long Read</a>'
        return f'<p>One.</p><p>The post <a href="{address}">Nine Teapots</a> appeared first on {site}.</p>'

    found = read(noted(URL))
    assert found.body_text == "One."
    assert [(link.region, link.text) for link in found.links] == [
        ("field", "Nine Teapots"),
        ("field", "Long Read"),
    ]
    assert read(noted("/other")).body_text == "One.\n\nThe post Nine Teapots appeared first on Long Read."


def test_links_and_pictures_of_what_is_left_out_have_rows():
    found = read(
        '<nav><a href="/home">Home</a><img src="/logo.png"></nav>'
        f'<article><p>{LONG}</p><p><a href="/cups">Cups</a></p></article>'
    )
    assert [(link.region, link.text) for link in found.links] == [("body", "Cups"), ("field", "Home")]
    assert [(item.region, item.role) for item in found.media] == [("field", "inline")]


def test_the_link_of_the_heading_that_repeats_the_title_has_a_row():
    found = read('<h1><a href="/2020/teapots">Nine Teapots</a></h1><p>One.</p>')
    assert [(link.region, link.text) for link in found.links] == [("field", "Nine Teapots")]


# Every input

WORDS = (
    "entry-content post-content related-posts share sidebar comments comment byline subtitle nav widget "
    "entry-meta comment-content fn h-entry e-content u-comment author newsletter".split()
)
NAMES = "div p article main section nav aside header footer h1 h2 ul li span form time title noscript".split()
ATTRIBUTES = (
    'itemprop="articleBody"',
    'itemprop="text"',
    'role="main"',
    'role="navigation"',
    'id="comment-4"',
    'itemscope itemtype="https://schema.org/Comment"',
    'typeof="schema:Person" property="schema:name"',
)


@st.composite
def markup(draw, depth=0):
    """Nested elements that say what they are, each word of their text another."""
    parts = []
    for _ in range(draw(st.integers(0, 4 if depth < 4 else 1))):
        kind = draw(st.integers(0, 3))
        if kind == 0 or depth > 5:
            parts.append(f"w{draw(st.integers(0, 10**9))} w{draw(st.integers(0, 10**9))} ")
        elif kind == 1:
            parts.append(f'<a href="/{depth}">w{draw(st.integers(0, 10**9))}</a> ')
        else:
            name, words = draw(st.sampled_from(NAMES)), draw(st.lists(st.sampled_from(WORDS), max_size=2))
            attribute = draw(st.sampled_from(("", "", *ATTRIBUTES)))
            parts.append(f'<{name} class="{" ".join(words)}" {attribute}>{draw(markup(depth + 1))}</{name}>')
    return "".join(parts)


def lost_words(html):
    """The words of a page that are neither of its text nor its title nor a comment's nor of a part that is
    named."""
    post_ = bare(html)
    parts = generic.take_apart(post_, URL)
    soup = make_soup(html)
    comments.wrap_old_lists(soup)
    marks = survey(soup, generic._TELLING)
    places = comments.find_comments(marks).places
    known = [parts.title or "", text_of(parts.body)]
    known += [text_of(part.tag) for part in parts.left_out]
    known += [text_of(marks.marks[place].tag) for place in places]
    return words_in(text_of(make_soup(html))) - words_in(" ".join(known))


def text_of(tag):
    return render(tag, URL).text or ""


def words_in(text):
    return set(re.findall(r"\w+", text))


@given(markup(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_no_word_of_any_page_is_lost(body, is_page):
    assert lost_words(page(body) if is_page else body) == set()


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_page(data):
    read_bare(data.decode("utf-8", "replace"))
    read_bare(page("<article>" + data.decode("utf-8", "replace") + "</article>"))


@pytest.mark.parametrize(
    "part",
    [
        pytest.param('<li class="comment" id="comment-{n}"><b class="fn">A</b><p>t</p></li>', id="comments"),
        pytest.param('<div class="related newsletter byline author vcard published">t', id="boxes in boxes"),
        pytest.param('<div itemprop="author name datePublished image" itemscope>', id="properties"),
        pytest.param('<span><a href="https://twitter.com/intent/tweet">t</a></span>', id="share links"),
        pytest.param('<a rel="tag author license" href="/x">t</a>', id="links that say what they are"),
        pytest.param('<div class="h-entry p-author dt-published u-in-reply-to">', id="entries in entries"),
    ],
)
def test_time_grows_as_the_page_does(part):
    def seconds(count):
        html = page('<ol class="commentlist">' + "".join(part.replace("{n}", str(n)) for n in range(count)))
        runs = []
        for _ in range(3):
            start = time.process_time()
            read_bare(html)
            runs.append(time.process_time() - start)
        return min(runs)

    seconds(100)
    assert seconds(1_200) < 12 * max(seconds(300), 0.01)
