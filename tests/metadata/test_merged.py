from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.soup import make_soup
from pipeline.markup.survey import survey, vocabulary
from pipeline.metadata import merged
from pipeline.metadata.merged import read_metadata
from pipeline.metadata.stated import NOTHING, Metadata, Person, clean_name, clean_speaker, slug_of
from pipeline.posts.dates import UNKNOWN, Published

PAGE = "https://delta.example/2021/low-tide"
TELLING = vocabulary(merged.NAMES, merged.WORDS)
AT = Published(datetime(2021, 5, 3, 8, tzinfo=UTC), "second")
DAY = Published(datetime(2021, 5, 3, tzinfo=UTC), "day")


def read(markup, **options):
    return read_metadata(survey(make_soup(markup), TELLING).marks, PAGE, **options)


def script(*nodes):
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def article(**fields):
    return {"@context": "https://schema.org", "@type": "Article", **fields}


def names(found):
    return [person.name for person in found.authors]


def test_a_page_that_says_nothing():
    assert read("<p>Low tide.</p>") == NOTHING
    assert read("<title>Low Tide</title>") == Metadata(title="Low Tide")


# JSON-LD


def test_an_article_in_json_ld():
    found = read(
        script(
            article(
                headline="Low Tide",
                author={
                    "@type": "Person",
                    "name": "Ada Marsh",
                    "url": "/author/ada",
                    "image": {"url": "/ada.png"},
                },
                datePublished="2021-05-03T10:00:00+02:00",
                dateModified="2021-05-04",
                articleSection="Rivers",
                keywords="tides, mud",
                image=["/a.jpg", {"@type": "ImageObject", "url": "/b.jpg"}],
                description="On mud.",
                license="https://creativecommons.org/licenses/by/4.0/",
                inLanguage="en-GB",
                publisher={"@type": "Organization", "name": "Delta"},
                url=PAGE,
            )
        )
    )
    assert found == Metadata(
        title="Low Tide",
        authors=(
            Person(
                "Ada Marsh", "person", "https://delta.example/author/ada", "https://delta.example/ada.png"
            ),
        ),
        published=AT,
        modified=Published(datetime(2021, 5, 4, tzinfo=UTC), "day"),
        section="Rivers",
        tags=("tides", "mud"),
        images=("https://delta.example/a.jpg", "https://delta.example/b.jpg"),
        description="On mud.",
        license="CC-BY-4.0",
        language="en-GB",
        site_name="Delta",
        url=PAGE,
    )


@pytest.mark.parametrize(
    ("author", "people"),
    [
        pytest.param("By Ada Marsh", [("Ada Marsh", None)], id="a text"),
        pytest.param({"name": "Ada Marsh"}, [("Ada Marsh", None)], id="of no type"),
        pytest.param(
            [{"@type": "Person", "name": "Ada Marsh"}, {"@type": ["Organization"], "name": "Delta"}],
            [("Ada Marsh", "person"), ("Delta", "organisation")],
            id="several",
        ),
        pytest.param(
            {"@type": "NewsMediaOrganization", "name": "Delta"}, [("Delta", "organisation")], id="a newspaper"
        ),
        pytest.param(
            {"@type": "Person", "name": ["Ada Marsh", "A. Marsh"]},
            [("Ada Marsh", "person")],
            id="two spellings",
        ),
        pytest.param({"@type": "Person", "name": "Ada &amp; Co"}, [("Ada & Co", "person")], id="entities"),
        pytest.param({"@type": "Person", "name": "<b>Ada</b> Marsh"}, [("Ada Marsh", "person")], id="HTML"),
        pytest.param({"@type": "Person"}, [], id="without a name"),
        pytest.param(["https://delta.example/ada", "@ada", "", None, 7, True, [], {}], [], id="no names"),
        pytest.param("x" * 500, [], id="a text of some length"),
    ],
)
def test_who_wrote_an_article(author, people):
    found = read(script(article(author=author)))
    assert [(person.name, person.kind) for person in found.authors] == people


def test_nodes_of_a_graph_refer_to_each_other():
    graph = {
        "@graph": [
            {"@type": "WebPage", "@id": "#page", "url": PAGE, "name": "A Page"},
            {
                "@type": "NewsArticle",
                "mainEntityOfPage": {"@id": "#page"},
                "headline": "Low Tide",
                "author": {"@id": "#ada"},
            },
            {"@type": "Person", "@id": "#ada", "name": "Ada Marsh"},
        ]
    }
    found = read(script(graph))
    assert (found.title, found.authors) == ("Low Tide", (Person("Ada Marsh", "person"),))


@pytest.mark.parametrize(
    ("nodes", "title"),
    [
        pytest.param(
            [article(headline="A", url="/a"), article(headline="B", url=PAGE)],
            "B",
            id="the one with the page's address",
        ),
        pytest.param(
            [article(headline="A", url="/a"), article(headline="B", url="/b")],
            None,
            id="a list of other pages",
        ),
        pytest.param(
            [{"@type": "WebPage", "name": "A"}, article(headline="B")], "B", id="an article before a page"
        ),
        pytest.param([{"@type": "WebPage", "name": "A"}], "A", id="a page"),
        pytest.param([{"@type": "Organization", "name": "A"}], None, id="neither"),
        pytest.param(
            [{"@type": "https://schema.org/BlogPosting", "headline": "A"}], "A", id="a type in full"
        ),
        pytest.param(
            [{"@type": "ItemList", "itemListElement": [article(headline="A")]}], None, id="in a list"
        ),
        pytest.param([[article(headline="A")]], "A", id="an array"),
    ],
)
def test_which_node_is_the_page(nodes, title):
    assert read(script(*nodes)).title == title


def test_json_ld_between_comment_signs():
    data = '//<![CDATA[\n{"@type": "Article", "headline": "A"}\n//]]>'
    wrapped = f'<script type="application/ld+json">{data}</script>'
    assert read(wrapped).title == "A"
    assert read(wrapped.replace("//<![CDATA[", "<!--").replace("//]]>", "-->")).title == "A"


# Other vocabularies


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            '<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Low Tide</h1>'
            '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
            '<a itemprop="url" href="/author/ada"><span itemprop="name">Ada Marsh</span></a></span>'
            '<meta itemprop="datePublished" content="2021-05-03T08:00:00Z"></div>',
            id="microdata",
        ),
        pytest.param(
            '<div vocab="https://schema.org/" typeof="NewsArticle"><h1 property="headline">Low Tide</h1>'
            '<span property="author" typeof="Person"><a property="url" href="/author/ada">'
            '<span property="name">Ada Marsh</span></a></span>'
            '<meta property="datePublished" content="2021-05-03T08:00:00Z"></div>',
            id="RDFa",
        ),
        pytest.param(
            '<article class="h-entry"><h1 class="p-name">Low Tide</h1>'
            '<a class="p-author h-card" href="/author/ada">Ada Marsh</a>'
            '<time class="dt-published" datetime="2021-05-03T08:00:00Z">3 May</time></article>',
            id="microformats",
        ),
        pytest.param(
            '<title>Low Tide</title><div class="hentry"><span class="author vcard">'
            '<a class="url fn" href="/author/ada">Ada Marsh</a></span>'
            '<abbr class="published" title="2021-05-03T10:00:00+02:00">3 May</abbr></div>',
            id="hAtom",
        ),
        pytest.param(
            '<title>Low Tide</title><p class="byline">By <a href="/author/ada">Ada Marsh</a></p>'
            '<time pubdate datetime="2021-05-03T08:00:00Z">3 May</time>',
            id="a byline",
        ),
        pytest.param(
            '<title>Low Tide</title><a rel="author" href="/author/ada">Ada Marsh</a>'
            '<time datetime="2021-05-03T08:00:00Z">3 May</time>',
            id="HTML alone",
        ),
    ],
)
def test_title_author_and_date_in_the_markup(markup):
    found = read(markup)
    assert (found.title, found.published) == ("Low Tide", AT)
    assert [(person.name, person.url) for person in found.authors] == [
        ("Ada Marsh", "https://delta.example/author/ada")
    ]


@pytest.mark.parametrize(
    ("metas", "fact", "value"),
    [
        ('<meta property="og:title" content="Low Tide">', "title", "Low Tide"),
        ('<meta name="DC.title" content="Low Tide">', "title", "Low Tide"),
        ('<meta name="citation_title" content="Low &amp;amp; Tide">', "title", "Low & Tide"),
        ('<meta property="article:published_time" content="2021-05-03T08:00:00Z">', "published", AT),
        ('<meta name="DC.date.issued" content="2021-05-03">', "published", DAY),
        ('<meta name="citation_publication_date" content="2021/05/03">', "published", DAY),
        ('<meta name="parsely-pub-date" content="2021-05-03T08:00:00Z">', "published", AT),
        ('<meta property="article:section" content="Rivers">', "section", "Rivers"),
        (
            '<meta property="article:tag" content="a, b"><meta property="article:tag" content="c">',
            "tags",
            ("a, b", "c"),
        ),
        ('<meta name="keywords" content="a, b,,a">', "tags", ("a", "b")),
        ('<meta property="og:image" content="/a.jpg">', "images", ("https://delta.example/a.jpg",)),
        ('<meta name="description" content="On mud.">', "description", "On mud."),
        ('<meta property="og:locale" content="en_GB">', "language", "en-GB"),
        (
            '<meta name="dcterms.license" content="https://creativecommons.org/licenses/by/4.0/">',
            "license",
            "CC-BY-4.0",
        ),
        ('<meta property="og:site_name" content="Delta">', "site_name", "Delta"),
        ('<meta name="date" content="soon">', "published", UNKNOWN),
        ('<meta property="og:title" content=" ">', "title", None),
    ],
)
def test_a_fact_of_meta(metas, fact, value):
    assert getattr(read(metas), fact) == value


@pytest.mark.parametrize(
    ("metas", "people"),
    [
        ('<meta name="author" content="By Ada Marsh">', ["Ada Marsh"]),
        (
            '<meta name="DC.creator" content="Ada Marsh"><meta name="DC.creator" content="Ben Ford">',
            ["Ada Marsh", "Ben Ford"],
        ),
        ('<meta property="article:author" content="https://face.example/ada">', []),
        (
            '<meta property="article:author" content="//ada.example"><meta name="author" content="Ada">',
            ["Ada"],
        ),
        ('<meta name="twitter:creator" content="@ada">', []),
    ],
)
def test_authors_of_meta(metas, people):
    assert names(read(metas)) == people


@pytest.mark.parametrize(
    ("markup", "people"),
    [
        pytest.param('<p class="byline">By Ada Marsh</p>', ["Ada Marsh"], id="a name alone"),
        pytest.param('<p class="byline">作者：墨渡</p>', ["墨渡"], id="a Chinese name"),
        pytest.param(
            '<p class="byline">By <a href="/by/ada">Ada Marsh</a> and <a href="/by/ben">Ben Ford</a> '
            'in <a href="/mud">Mud</a></p>',
            ["Ada Marsh", "Ben Ford"],
            id="links to people alone",
        ),
        pytest.param('<p class="byline">In <a href="/mud">Mud</a></p>', [], id="a link to a section"),
        pytest.param('<p class="byline">Updated 3 May 2021</p>', [], id="a date"),
        pytest.param(
            '<p class="author">Ada has written on mud and on much else for thirty years, at length.</p>',
            [],
            id="a text",
        ),
        pytest.param('<link rel="author" href="/humans.txt">', [], id="a <link>"),
    ],
)
def test_authors_of_a_byline(markup, people):
    assert names(read(markup)) == people


def test_the_licence_tags_language_and_address_of_html():
    found = read(
        '<!DOCTYPE html><html lang="zh-Hant"><head><link rel="canonical" href="/2021/low-tide"></head>'
        '<body><a rel="category tag" href="/mud">Mud</a> <a rel="tag" href="/reeds">Reeds</a>'
        '<a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC</a>'
    )
    assert (found.tags, found.license, found.language, found.url) == (
        ("Mud", "Reeds"),
        "CC-BY-SA-4.0",
        "zh-Hant",
        PAGE,
    )


def test_two_licences_are_none():
    links = "".join(
        f'<a rel="license" href="https://creativecommons.org/licenses/{code}/4.0/">x</a>'
        for code in ("by", "by-sa")
    )
    assert read(links).license is None


# Which is believed


ORDER = [
    script(article(headline="1", datePublished="2021-01-01T08:00:00Z", author="One")),
    """<div itemscope itemtype="https://schema.org/Article"><b itemprop="headline">2</b>
    <b itemprop="author">Two</b><meta itemprop="datePublished" content="2021-01-02T08:00:00Z"></div>""",
    """<meta property="og:title" content="3"><meta name="author" content="Three">
    <meta property="article:published_time" content="2021-01-03T08:00:00Z">""",
    """<div class="h-entry"><b class="p-name">4</b><b class="p-author">Four</b>
    <time class="dt-published" datetime="2021-01-04T08:00:00Z"></time></div>""",
    """<title>5</title><a rel="author" href="/5">Five</a>""",
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_vocabularies_are_believed_in_one_order_wherever_they_stand(first):
    found = read("".join(reversed(ORDER[first:])))
    assert (found.title, names(found)) == (str(first + 1), [["One", "Two", "Three", "Four", "Five"][first]])
    if first < 4:
        assert found.published.at.day == first + 1


@pytest.mark.parametrize(
    ("later", "published"),
    [
        pytest.param("2021-05-03T08:00:00Z", AT, id="an instant of that day"),
        pytest.param("2021-05-09T08:00:00Z", DAY, id="of another day"),
        pytest.param("2021-05-09", DAY, id="another day"),
    ],
)
def test_a_day_is_made_exact_by_an_instant_of_that_day(later, published):
    metas = f'<meta property="article:published_time" content="{later}">'
    assert read(script(article(datePublished="2021-05-03")) + metas).published == published


def test_what_one_vocabulary_does_not_know_of_an_author_another_may():
    found = read(
        script(article(author={"@type": "Person", "name": "Ada Marsh"}))
        + '<a rel="author" href="/author/ada">Ada Marsh</a>'
    )
    assert found.authors == (Person("Ada Marsh", "person", "https://delta.example/author/ada"),)


# What is not the page's


def test_what_is_skipped_says_nothing():
    marks = survey(make_soup('<time datetime="2021-05-03T08:00:00Z">x</time>'), TELLING).marks
    assert read_metadata(marks, PAGE).published == AT
    assert read_metadata(marks, PAGE, skip={0}).published == UNKNOWN


@pytest.mark.parametrize("text", [None, {0}])
def test_a_time_in_the_text_may_be_any_day(text):
    assert read('<time datetime="2021-05-03T08:00:00Z">x</time>', text=text).published == UNKNOWN
    assert read('<time pubdate datetime="2021-05-03T08:00:00Z">x</time>', text=text).published == AT


def test_two_times_are_none():
    assert (
        read('<time datetime="2021-05-03">a</time><time datetime="2021-06-03">b</time>').published == UNKNOWN
    )


def test_a_person_s_name_is_not_the_article_s():
    user = '<a typeof="sioc:UserAccount" property="foaf:name" datatype="">Ada</a>'
    markup = f'<div typeof="sioc:Item foaf:Document">{user}</div>'
    assert (read(markup).title, names(read(markup))) == (None, ["Ada"])


# Names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Marsh", "Ada Marsh"),
        ("By Ada Marsh", "Ada Marsh"),
        ("by: Ada Marsh", "Ada Marsh"),
        ("Written by Ada Marsh |", "Ada Marsh"),
        ("作者：墨渡", "墨渡"),
        ("Byron Ford", "Byron Ford"),
        ("By", "By"),
        ("https://delta.example", None),
        ("@ada", None),
        (" ", None),
        (None, None),
        ("x" * 200, None),
    ],
)
def test_a_name(written, name):
    assert clean_name(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Marsh says:", "Ada Marsh"),
        ("Ada Marsh said...", "Ada Marsh"),
        ("墨渡 说：", "墨渡"),
        ("Ada Marsh (not verified)", "Ada Marsh"),
        ("墨渡 (未验证)", "墨渡"),
        ("Ada Marsh", "Ada Marsh"),
        ("says:", "says"),
    ],
)
def test_the_name_of_who_speaks(written, name):
    assert clean_speaker(written) == name


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://delta.example/author/ada/", "ada"),
        ("https://www.delta.example/en/people/ada-marsh?x=1", "ada-marsh"),
        ("https://delta.example/@ada", "@ada"),
        ("https://delta.example/about", None),
        ("https://delta.example/author/", None),
        ("https://other.example/author/ada", None),
        (None, None),
    ],
)
def test_a_slug_is_that_of_a_person_s_page_of_the_same_site(url, slug):
    assert slug_of(url, PAGE) == slug


# Every input


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_script_and_no_attribute_breaks_a_page(text):
    quoted = text.replace("&", "&amp;").replace('"', "&quot;")
    read(f'<script type="application/ld+json">{text}</script>')
    read(
        "".join(
            f'<meta name="{name}" content="{quoted}"><b itemprop="{name}" content="{quoted}">{quoted}</b>'
            for name in ("author", "date", "og:title", "keywords", "og:locale", "license", "datePublished")
        )
    )
