from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.canonical import canonical_url
from pipeline.sources.raw import RawPost, Reject
from pipeline.tables.assemble import TEXTS, assemble
from pipeline.tables.extract import Reading
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
)
from tests.tables.records import ledger_of, read, record, tables, together

OLD, NEW = "2020-05-01T00:00:00.000Z", "2021-05-01T00:00:00.000Z"
SEEN, REMOVED = datetime(2021, 11, 26, 11, tzinfo=UTC), datetime(2021, 12, 1, tzinfo=UTC)

SAMPLE = [
    RawPost("sample", f"_posts/{path.name}", path.read_bytes())
    for path in sorted(Path(__file__).parents[2].joinpath("raw/sample/_posts").iterdir())
]
SAMPLE_READINGS = {"sample": Reading(PROFILES[SOURCE])}


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
    """The records of each post of the sample, made alone."""
    return [record(raw_, readings=SAMPLE_READINGS) for raw_ in SAMPLE]


@cache
def sample_at_once():
    return tables(*SAMPLE, readings=SAMPLE_READINGS)


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
    found = tables()
    assert_keeps_its_contract(found)
    assert all(frame.is_empty() for frame in found.values())


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(st.permutations(range(len(SAMPLE))))
def test_the_order_of_posts_and_batches_changes_nothing(order):
    records = together(*(sample_one_by_one()[place] for place in order))
    posts = [SAMPLE[place] for place in order]
    found = assemble(*ledger_of(posts, records, SAMPLE_READINGS))
    for name, expected in sample_at_once().items():
        assert found[name].equals(expected), name


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(seed):
    ledger, records = read(SAMPLE, SAMPLE_READINGS)
    ledger, *frames = (
        frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (ledger, *records.values())
    )
    found = assemble(ledger, dict(zip(records, frames, strict=True)))
    for name, expected in sample_at_once().items():
        assert found[name].equals(expected), name


def test_a_post_that_gave_no_row_is_a_reject_with_its_reason():
    reject = Reject(SOURCE, "_posts/b.md", None, None, "read", "unreadable", "The file could not be read.")
    found = tables(raw(b"", "_posts/a.md"), reject, raw(post("Text."), "_posts/c.md"))
    assert found["rejects"].rows() == [
        (
            hashlib.sha256(b"").hexdigest(),
            "_posts/a.md",
            SOURCE,
            0,
            "post",
            "empty_file",
            "The file is empty. Fetch it again, or remove it.",
        ),
        (None, "_posts/b.md", SOURCE, None, "read", "unreadable", "The file could not be read."),
    ]
    assert found["revisions"]["raw_path"].to_list() == ["_posts/c.md"]


def test_a_revision_says_what_its_source_knows_of_it():
    facts = {
        "a.md": {"version": "9e" * 20, "first_seen_at": SEEN, "removed_at": None},
        "b.md": {"version": None, "first_seen_at": None, "removed_at": REMOVED},
    }
    found = tables(raw(post("Old."), "a.md"), raw(post("New."), "b.md"), facts=facts)["revisions"]
    assert found.select("raw_path", "source_version", "first_seen_at", "removed_at", "is_current").rows() == [
        ("a.md", "9e" * 20, SEEN, None, True),
        ("b.md", None, None, REMOVED, False),
    ]


# Without the long texts


def without_texts(frames):
    return {name: frame.drop(TEXTS, strict=False) for name, frame in frames.items()}


@pytest.mark.parametrize("publish", ["full", "excerpt"])
def test_without_texts_every_other_column_is_the_same(publish):
    readings = {"sample": Reading(PROFILES[SOURCE], publish)}
    ledger, records = read(SAMPLE, readings)
    light = assemble(ledger, without_texts(records))
    for name, whole in assemble(ledger, records).items():
        assert light[name].equals(whole.drop(TEXTS, strict=False)), name
    assert not set(TEXTS) & set(light["articles"].columns + light["comments"].columns)


# Revisions of one page


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


def test_a_page_is_shown_by_what_its_source_still_holds():
    revisions = [archived("old.md", date=OLD), archived("new.md", date=NEW)]
    removed = {"removed_at": REMOVED}
    article = only(tables(*revisions, facts={"new.md": removed})["articles"])
    assert (article["body_text"], article["revision_count"]) == ("As in archive/old.md.", 2)
    # An article whose last revision goes stays, as it was last.
    article = only(tables(*revisions, facts={"new.md": removed, "old.md": removed})["articles"])
    assert (article["body_text"], article["revision_count"]) == ("As in archive/new.md.", 2)


@pytest.mark.parametrize(("dates", "source"), [((OLD, NEW), "two"), ((NEW, OLD), "one"), ((NEW, NEW), "two")])
def test_an_article_that_two_sources_hold_has_the_source_of_its_current_revision(dates, source):
    posts = [
        archived("a.md", source=name, date=date) for name, date in zip(("one", "two"), dates, strict=True)
    ]
    found = tables(*posts)
    assert only(found["articles"])["source"] == source
    assert found["revisions"]["source"].to_list() == ["one", "two"]


def test_the_same_bytes_in_two_sources_are_one_article_with_the_rights_of_the_one_that_shows_it():
    data = post(content(body("<p>The kettle is on.</p>")) + comments(comment(1, person("Ada Marsh"))))
    posts = [RawPost("one", "a.md", data), RawPost("two", "a.md", data)]
    profiles = PROFILES[SOURCE]
    readings = {"one": Reading(profiles), "two": Reading(profiles, "metadata")}
    for order in (posts, posts[::-1]):
        found = tables(*order, readings=readings)
        article = only(found["articles"])
        assert (article["source"], article["publish"], article["body_text"]) == ("two", "metadata", None)
        assert only(found["comments"])["body_text"] is None
        assert article["revision_count"] == 2
    alone = tables(posts[0], readings=readings)
    assert only(alone["articles"])["body_text"] == "The kettle is on."


def test_records_of_other_revisions_are_not_needed():
    ledger, records = read([archived("old.md", date=OLD), archived("new.md", date=NEW)])
    whole = assemble(ledger, records)
    current = records["articles"].filter(body_text="As in archive/new.md.").select("record_id")
    needed = {name: frame.join(current, on="record_id", how="semi") for name, frame in records.items()}
    for name, expected in whole.items():
        assert assemble(ledger, needed)[name].equals(expected), name


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
        URL.replace("www.", ""),
        f"https://web.archive.org/web/20220101000000/{URL}",
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
    found = tables(raw(post(content(body(f'<p>As said.<a href="{URL}#tide">1</a></p>')))))
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
    found = tables(*posts)
    assert_keeps_its_contract(found)
    assert found["revisions"].height + found["rejects"].height == len(posts)
    assert found["articles"].height == found["revisions"]["is_current"].sum()
    for name in ("comment", "link", "media"):
        table = "media" if name == "media" else f"{name}s"
        assert found["articles"][f"{name}_count"].sum() == found[table].height
