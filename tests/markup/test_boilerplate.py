from __future__ import annotations

import pytest

from pipeline.markup import boilerplate
from pipeline.markup.boilerplate import share_link
from pipeline.markup.soup import make_soup
from pipeline.markup.survey import survey, vocabulary
from pipeline.sites import main_text

TELLING = vocabulary(
    boilerplate.NAMES | main_text.NAMES, boilerplate.WORDS, main_text.WORDS, address=share_link
)
TEXT = "The tide is out, and the ferry lies on the mud until the evening. " * 4
LINKS = '<a href="/a">Ten cups</a> <a href="/b">Kettles</a>'


def kinds(markup, *, is_page=False):
    """The parts that are left out: each one's kind and text."""
    marks = survey(make_soup(markup), TELLING)
    parts = boilerplate.boilerplate(marks, is_page=is_page)
    return [(kind, " ".join(marks.marks[place].tag.get_text().split())) for place, kind in parts.items()]


def beside(markup):
    """The kinds of what stands beside a text, or in it."""
    return [kind for kind, _ in kinds(f"<p>{TEXT}</p>{markup}")]


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<nav>Home</nav>", "navigation"),
        ('<div role="navigation">Home</div>', "navigation"),
        ('<div role="search">Find</div>', "search"),
        ('<div class="sharedaddy sd-sharing-enabled">Share this</div>', "share"),
        ('<div class="addtoany_share_save_container">Share</div>', "share"),
        ('<div id="jp-relatedposts" class="jp-relatedposts">Related: a text of some length</div>', "related"),
        ('<div class="yarpp-related"><p>Related, at length.</p></div>', "related"),
        ('<div id="cookie-notice">We use cookies.</div>', "cookie"),
        ('<div id="onetrust-consent-sdk">We value your privacy.</div>', "cookie"),
        ('<ins class="adsbygoogle">x</ins>', "advertisement"),
        ('<div class="mc4wp-form">Subscribe</div>', "subscribe"),
        ('<div id="respond" class="comment-respond">Leave a reply</div>', "reply form"),
        ('<div class="author-bio">Ada keeps the ferry.</div>', "author box"),
        ('<ul class="breadcrumbs"><li>Home</li></ul>', "navigation"),
        ('<div class="POST-SHARE">Share</div>', "share"),
        ('<div class="post_share">Share</div>', "share"),
    ],
)
def test_names_that_mean_nothing_else(markup, kind):
    assert beside(markup) == [kind]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("related", "related"),
        ("menu", "navigation"),
        ("sidebar", "sidebar"),
        ("links", "links"),
        ("social", "share"),
    ],
)
def test_names_that_mostly_mean_that_must_be_borne_out(name, kind):
    assert beside(f'<div class="{name}">{LINKS}</div>') == [kind]
    assert beside(f'<div class="{name}">Soup, bread and a <a href="/a">pot</a> of tea for two.</div>') == []


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(
            '<div class="newsletter">Nine teapots</div>', [], id="a text that is called a newsletter"
        ),
        pytest.param(
            '<div class="newsletter">Sign up <input type="email"></div>', ["subscribe"], id="its form"
        ),
        pytest.param('<section id="respond"><p>The author answers.</p></section>', [], id="a chapter"),
        pytest.param('<div id="respond"><textarea></textarea>Reply</div>', ["reply form"], id="a reply form"),
        pytest.param('<p class="byline">By Ada Marsh</p>', ["post data"], id="a line of data"),
        pytest.param(f'<p class="byline">{TEXT}</p>', [], id="a paragraph"),
        pytest.param(
            '<div class="widget"><iframe src="/video"></iframe></div>', [], id="a video without a word"
        ),
        pytest.param(
            '<div class="social"><a href="/x"><img src="x.png"></a></div>',
            ["share"],
            id="buttons without a word",
        ),
        pytest.param('<h2 class="related">Related</h2>', [], id="a heading"),
        pytest.param('<div class="shared shares-x carelated">Mud</div>', [], id="names that only look alike"),
    ],
)
def test_what_bears_a_name_out(markup, expected):
    assert beside(markup) == expected


@pytest.mark.parametrize("name", ["header", "footer", "aside"])
def test_elements_that_stand_around_the_text_of_a_page(name):
    markup = f"<{name}>Beside.</{name}><article><{name}>Within.</{name}><p>{TEXT}</p></article>"
    assert [text for _, text in kinds(markup, is_page=True)] == ["Beside."]
    assert kinds(markup) == []


def test_a_page_that_does_not_say_what_its_text_is_keeps_its_footer():
    assert kinds(f"<header>Low Tide</header><p>{TEXT}</p><footer>Notes.</footer>", is_page=True) == []


def test_what_holds_the_heading_or_the_text_is_the_page():
    heading = '<div class="sidebar widget-area"><h1>Low Tide</h1></div>'
    page = f'{heading}<div class="sidebar-wrapper"><article>{TEXT}</article></div>'
    assert kinds(page, is_page=True) == []


def test_the_heading_of_the_site_does_not_make_its_header_the_page():
    page = f"<header><h1>Delta</h1></header><article><h1>Low Tide</h1><p>{TEXT}</p></article>"
    assert kinds(page, is_page=True) == [("site header", "Delta")]


def test_what_holds_most_of_the_text_is_the_text():
    assert kinds(f'<div class="author-bio">{TEXT}</div><p>One.</p>') == []


def test_cards_of_other_pages_are_no_text_of_this_one():
    card = f"<article><a href='/a'><h2>Ten Cups</h2></a><p>{TEXT}</p></article>"
    page = f'<article><h1>Low Tide</h1><p>{TEXT}</p></article><div class="related-posts">{card}{card}</div>'
    assert [kind for kind, _ in kinds(page, is_page=True)] == ["related"]


def test_a_part_within_a_part_is_not_named_again():
    assert [
        kind for kind, _ in kinds(f'<p>{TEXT}</p><nav><ul class="breadcrumbs"><li>Home</li></ul></nav>')
    ] == ["navigation"]


# Bars of links to share


def bars(markup):
    marks = survey(make_soup(markup), TELLING)
    return [" ".join(tag.get_text(" ").split()) for _, tag in boilerplate.share_bars(marks, skip=frozenset())]


TWEET = '<a href="https://twitter.com/intent/tweet?url=x">Tweet</a>'
LIKE = '<a href="//www.facebook.com/sharer/sharer.php?u=x">Share</a>'


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param(f"<p>{TEXT}</p><ul><li>{TWEET}</li><li>{LIKE}</li></ul>", ["Tweet Share"], id="a list"),
        pytest.param(
            f"<p>{TEXT}</p><div><b>Share this:</b> {TWEET} {LIKE}</div>",
            ["Share this: Tweet Share"],
            id="with a label",
        ),
        pytest.param(
            f"<p>{TEXT}</p><div>{TWEET}<a href='#'>Copy</a></div>", ["Tweet Copy"], id="with a button"
        ),
        pytest.param(f"<p>{TEXT} {TWEET}</p>", [], id="a link in a sentence"),
        pytest.param(f"<div>{TWEET} <a href='/cups'>Ten Cups</a></div>", [], id="with another link"),
        pytest.param(
            f"<p>{TEXT}</p><div>{TWEET.replace('Tweet', TEXT)}</div>", [], id="a quotation to be shared"
        ),
        pytest.param(f"<div>{TWEET}<img src='/map.png'></div>", [], id="with a picture"),
        pytest.param(
            f"<p>{TEXT}</p><div><div>{TWEET}</div></div><div>{LIKE}</div>", ["Tweet", "Share"], id="two"
        ),
    ],
)
def test_a_bar_of_nothing_but_links_to_share(markup, shown):
    assert bars(markup) == shown


@pytest.mark.parametrize(
    ("address", "shares"),
    [
        ("https://www.facebook.com/sharer/sharer.php?u=x", True),
        ("HTTP://Twitter.com/intent/tweet", True),
        ("//service.weibo.com/share/share.php?url=x", True),
        ("whatsapp://send?text=x", True),
        ("mailto:?subject=x", True),
        ("mailto:ada@delta.example", False),
        ("https://twitter.com/ada", False),
        ("https://www.facebook.com/delta", False),
        ("https://delta.example/twitter.com/share", False),
        ("", False),
    ],
)
def test_an_address_at_which_a_page_is_shared(address, shares):
    assert (share_link(address) is not None) is shares
