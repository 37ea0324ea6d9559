from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.canonical import canonical_url
from pipeline.sources.raw import RawPost
from pipeline.tables.assemble import assemble
from pipeline.tables.extract import EXTRACTED, extract
from pipeline.tables.ids import make_id
from schemas import TABLES
from tests.sites import pages
from tests.sites.pages import (
    PROFILES,
    SITE,
    SOURCE,
    URL,
    body,
    comment,
    comments,
    content,
    featured,
    only,
    person,
    post,
    pull_quote,
    raw,
    tables,
)

SAMPLE = [
    RawPost("sample", f"_posts/{path.name}", path.read_bytes())
    for path in sorted(Path(__file__).parents[2].joinpath("raw/sample/_posts").iterdir())
]
SAMPLE_PROFILES = {"sample": PROFILES[SOURCE]}


def assert_keeps_its_contract(found):
    """Each table has the columns, rules, keys, order and foreign keys that its contract states."""
    assert list(found) == [table.name for table in TABLES]
    for table in TABLES:
        frame = found[table.name]
        table.model.validate(frame, lazy=True)
        assert not frame.select(table.key).is_duplicated().any()
        assert frame.equals(frame.sort(*table.sort_by, *table.key))
        for foreign in table.foreign_keys:
            held = frame.filter(pl.col(foreign.column).is_not_null())
            target = found[foreign.references]
            assert held.join(
                target, left_on=foreign.column, right_on=foreign.to_column, how="anti"
            ).is_empty()


# The sample


@cache
def sample_one_by_one():
    """The frames of each post of the sample, extracted alone."""
    return [extract([raw_], SAMPLE_PROFILES) for raw_ in SAMPLE]


@cache
def sample_at_once():
    return assemble(extract(SAMPLE, SAMPLE_PROFILES))


def test_the_sample_is_what_its_readme_says():
    found = sample_at_once()
    assert_keeps_its_contract(found)
    assert len(SAMPLE) == 41
    assert {name: found[name].height for name in ("articles", "revisions", "rejects")} == {
        "articles": 32,
        "revisions": 34,
        "rejects": 7,
    }


def test_no_posts_give_eight_empty_tables():
    found = assemble(extract([], {}))
    assert_keeps_its_contract(found)
    assert all(frame.is_empty() for frame in found.values())


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(st.permutations(range(len(SAMPLE))))
def test_the_order_of_posts_and_batches_changes_nothing(order):
    frames = [sample_one_by_one()[place] for place in order]
    found = assemble({name: pl.concat([frame[name] for frame in frames]) for name in EXTRACTED})
    for name, expected in sample_at_once().items():
        assert found[name].equals(expected), name


# Revisions of one page

OLD, NEW = "2020-05-01T00:00:00.000Z", "2021-05-01T00:00:00.000Z"


def archived(path, *, source=SOURCE, date=NEW, epoch=None):
    """One revision of the page at URL; without a readable date its epoch is `NaN`."""
    if not date[:4].isdigit():
        epoch = "NaN"
    return RawPost(source, path, post(f"<p>As in {source}/{path}.</p>", date=date, epoch=epoch))


@pytest.mark.parametrize(
    "revisions",
    [
        pytest.param([archived("b.md", date=OLD), archived("a.md", date=NEW)], id="the newer date"),
        pytest.param([archived("b.md", date="spring"), archived("a.md", date=OLD)], id="a date before none"),
        pytest.param(
            [archived("b.md", date=OLD), archived("a.md", date=NEW, epoch="NaN")],
            id="the date of fetching counts here",
        ),
        pytest.param(
            [archived("b.md", date=NEW), archived("a.md", date=OLD, epoch=1700000000000)],
            id="the epoch's date",
        ),
        pytest.param([archived("2020-a.md"), archived("2021-a.md")], id="same date: the later file name"),
        pytest.param(
            [archived("a.md", date="spring"), archived("b.md", date="fall")],
            id="no dates: the later file name",
        ),
        pytest.param([archived("z/a.md"), archived("a/b.md")], id="the file's name before its folder's"),
        pytest.param([archived("a/a.md"), archived("b/a.md")], id="same file name: the later folder"),
        pytest.param(
            [archived("a.md", source="one"), archived("a.md", source="two")], id="same path: the later source"
        ),
    ],
)
def test_the_newest_revision_is_current(revisions):
    newest = revisions[-1]
    for order in (revisions, revisions[::-1]):
        found = tables(*order)
        article = only(found["articles"])
        assert (article["source"], article["body_text"]) == (
            newest.source,
            f"As in {newest.source}/{newest.path}.",
        )
        assert article["revision_count"] == 2
        current = only(found["revisions"].filter("is_current"))
        assert (current["source"], current["raw_path"]) == (newest.source, newest.path)


def test_same_path_and_other_bytes_are_two_revisions():
    revisions = [raw(post(f"<p>{word}.</p>"), "a.md") for word in ("One", "Two")]
    found, turned = tables(*revisions), tables(*reversed(revisions))
    assert found["revisions"].height == 2
    assert found["revisions"]["is_current"].sum() == 1
    assert all(found[name].equals(turned[name]) for name in found)


def test_only_the_current_revision_s_rows_are_kept():
    def revision(word, date):
        html = content(body(f'<p><a href="/{word}">{word}</a></p>')) + comments(
            comment(1, person(f"Ada {word}"))
        )
        return raw(post(featured(word) + html, author=f"Tomas {word}", date=date), f"{word}.md")

    found = tables(revision("new", NEW), revision("old", OLD))
    assert found["contributors"]["name"].to_list() == ["Ada new", "Tomas new"]
    assert found["links"].filter(region="body")["text"].to_list() == ["new"]
    assert found["comments"].height == found["media"].filter(role="featured").height == 1
    assert found["revisions"]["title"].len() == 2


def test_a_comment_keeps_its_id_over_revisions():
    def revision(*numbers):
        return tables(raw(post(comments(*map(comment, numbers)))))["comments"]

    old, new = revision(4106, 4111), revision(4101, 4106, 4111)
    assert set(old["comment_id"]) < set(new["comment_id"])
    assert new["site_comment_id"].to_list() == ["4101", "4106", "4111"]


def test_one_comment_id_under_two_pages_is_two_comments():
    found = tables(*(raw(post(comments(comment(4101)), url=f"{SITE}/{path}"), path) for path in ("a", "b")))
    assert found["comments"]["site_comment_id"].to_list() == ["4101", "4101"]
    assert found["comments"]["comment_id"].n_unique() == 2


# Links to articles of the dataset


@pytest.mark.parametrize(
    "href",
    [
        URL,
        URL.replace("https:", "http:"),
        f"{URL}/",
        f"{URL}#comment-4101",
        f"{URL}?utm_source=feed&utm_medium=rss",
        URL.replace("https:", ""),
        "/conversation/night-library",
        URL.replace("night", "n%69ght"),
        URL.replace("www", "WWW"),
    ],
)
def test_a_link_knows_its_article_in_every_spelling(href):
    found = tables(
        raw(post("<p>Text.</p>"), "a.md"), raw(post(f'<a href="{href}">x</a>', url=f"{SITE}/b"), "b.md")
    )
    assert only(found["links"])["target_article_id"] == make_id("article", URL)


@pytest.mark.parametrize(
    "href",
    [
        f"{URL}?page=2",
        URL.replace("www.", ""),
        f"{SITE}/conversation/Night-Library",
        "https://river.example/",
        "mailto:a@b.example",
    ],
)
def test_a_link_to_another_page_knows_no_article(href):
    found = tables(
        raw(post("<p>Text.</p>"), "a.md"), raw(post(f'<a href="{href}">x</a>', url=f"{SITE}/b"), "b.md")
    )
    assert only(found["links"])["target_article_id"] is None


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://www.youtube.com/watch?v=Wn5cYt8LqJ2", "https://youtu.be/Wn5cYt8LqJ2?t=30"),
        (
            "https://medium.com/@ines/the-inn-9c41d07be2f5?source=rss-1",
            "https://ines.medium.com/soup-9c41d07be2f5",
        ),
        ("https://river.example/%E6%B2%B3", "https://river.example/河"),
        ("https://river.example/%25E6%25B2%25B3", "https://river.example/%e6%b2%b3/"),
    ],
)
def test_a_link_knows_its_article_by_the_site_s_own_id(url, href):
    found = tables(raw(post("<p>Text.</p>", url=url), "a.md"), raw(post(f'<a href="{href}">x</a>'), "b.md"))
    assert only(found["links"])["target_article_id"] == make_id("article", canonical_url(url))


def test_a_link_to_its_own_page_leads_to_it():
    found = tables(raw(post(content(body(f'<p>As said.<a href="{URL}#fn1">1</a></p>')))))
    link = only(found["links"])
    assert (link["kind"], link["target_article_id"]) == ("fragment", link["article_id"])


# Counts


def test_rows_are_counted():
    html = featured("quay") + content(
        body('<p>Text and <a href="/x">a link</a>.</p>' + pull_quote('<a href="/y">Text</a>'))
    )
    answers = comments(
        comment(1, person("Ada Marsh"), text='<p><a href="/z">Yes</a></p>'), comment(2, text="<p>No.</p>")
    )
    found = tables(raw(post(html + answers), "b.md"), raw(post("Text.", date=OLD), "a.md"))
    article = only(found["articles"])
    assert {name: article[name] for name in article if name.endswith("_count")} == {
        "char_count": 16,
        "word_count": 4,
        "comment_count": 2,
        "link_count": 6,  # photo, body, pull quote, the profile box's two, comment
        "media_count": 2,
        "revision_count": 2,
    }
    assert article["link_count"] == found["links"].height
    assert article["media_count"] == found["media"].height


def test_a_bare_page_counts_nothing():
    article = only(tables(raw(post("")))["articles"])
    counts = {name: value for name, value in article.items() if name.endswith("_count")}
    assert counts == dict.fromkeys(counts, 0) | {"revision_count": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words", 2),
        ("the library’s well-worn co‐op", 4),
        ("渡船跟着潮水走。", 7),
        ("Tea 茶 and 茶壶!", 5),
        ("ひらがなとカタカナ", 9),
        ("나룻배는 떠난다", 2),
        ("A4 paper, 1,000 sheets", 5),
        ("cafe\u0301 né\u0301e", 2),
        ("नमस्ते दुनिया", 2),
        ("— … · 。", 0),
        ("3’30’’", 1),
    ],
)
def test_what_a_word_is(text, words):
    assert only(tables(raw(post(content(body(f"<p>{text}</p>")))))["articles"])["word_count"] == words


# Whatever the pages are

names = st.sampled_from(
    ["Ada Marsh", "ada marsh", "Tomas Reed", "Li Wen", "The Editors", "中参馆", "渡", "é"]
)
paths = st.sampled_from(
    ["a", "a/", "A", "conversation/a?utm_source=x", "conversation/b", "conversation/%E6%B8%A1"]
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
hrefs = st.sampled_from(
    ["/a", "conversation/undefined", "#fn1", "mailto:a@b.example", "//x.example/%zz", "", "javascript:"]
)
links = st.builds('<a href="{}" rel="nofollow">{}</a>'.format, hrefs | words, words)
paragraphs = st.builds("<p>{}{}</p>".format, words, links)
photos = st.builds(pages.image_box, st.sampled_from(["x", "y"]), credit=words, caption=words)
cards = st.builds(pages.card, paths, words, names, words)
signatures = st.builds('<p>{} —<em><a href="/contributors/x">{}</a></em></p>'.format, words, names)
texts = st.lists(paragraphs | photos | cards | signatures | links | words, max_size=5).map("".join)
persons = st.builds(person, names, linked=st.booleans())
answers = st.builds(
    lambda number, boxes, text: comment(number, *boxes, text=text),
    st.none() | st.integers(1, 3),
    st.lists(persons, max_size=2),
    st.none() | texts,
)
chinafile_pages = st.builds(
    lambda photo, text, below: photo + content(body(text)) + comments(*below),
    st.just("") | st.builds(featured, st.just("z"), credit=words, caption=words),
    texts,
    st.lists(answers, max_size=4),
)
page_posts = st.builds(
    lambda html, site, path, title, author, date, epoch, file, source: RawPost(
        source, file, post(html, url=f"{site}/{path}", title=title, author=author, date=date, epoch=epoch)
    ),
    chinafile_pages | texts,
    st.sampled_from([SITE, "https://river.example", "http://river.example"]),
    paths,
    words,
    st.lists(names, min_size=1, max_size=3).map(", ".join),
    st.sampled_from([OLD, NEW]),
    st.sampled_from([None, "NaN", 0]),
    st.sampled_from(["a.md", "b.md", "c/a.md"]),
    st.sampled_from([SOURCE, "other"]),
)


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.lists(page_posts, max_size=12, unique_by=lambda raw_: (raw_.source, raw_.path, raw_.data)))
def test_whatever_the_pages_are_the_tables_keep_their_contract(posts):
    found = assemble(extract(posts, PROFILES))
    assert_keeps_its_contract(found)
    assert found["revisions"].height + found["rejects"].height == len(posts)
    assert found["articles"].height == found["revisions"]["is_current"].sum()
    for name in ("comment", "link", "media"):
        table = "media" if name == "media" else f"{name}s"
        assert found["articles"][f"{name}_count"].sum() == found[table].height
