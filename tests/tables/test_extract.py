from __future__ import annotations

import gc
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.links import Link
from pipeline.markup.soup import MAX_TAGS
from pipeline.sites.page import Comment, Credit, Page
from pipeline.sites.registry import Profile, UnknownProfileError
from pipeline.sources.raw import RawPost
from pipeline.tables.extract import EXTRACTED, Reading
from pipeline.tables.ids import make_id
from pipeline.tables.rights import EXCERPT
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
    raw,
)
from tests.tables.records import record, tables

SAMPLE = [
    path.read_bytes() for path in sorted(Path(__file__).parents[2].joinpath("raw/sample/_posts").iterdir())
]


def extract_one(data, path="_posts/a.md", **reading):
    """The record of one post; `reading` is how its source is read, in what it differs from PROFILES."""
    reading = Reading(**{"profiles": PROFILES[SOURCE], **reading})
    return record(RawPost(SOURCE, path, data), readings={SOURCE: reading})


# One raw post


def test_a_post_becomes_a_record_and_the_row_of_an_article():
    data = post(
        content(body("<p>The kettle is on, and it stays on until two in the morning.</p>")),
        title="Tea at Two",
    )
    frames = extract_one(data)
    found = only(frames["records"])
    assert found["article_id"] == make_id("article", URL)
    assert found["raw_sha256"] == hashlib.sha256(data).hexdigest()
    assert (found["title"], found["url"], found["host"]) == ("Tea at Two", URL, "www.lanternfile.example")
    assert found["published_at"] == found["archived_at"] == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)
    assert (found["stage"], found["reason"], found["message"], found["notes"]) == (None, None, None, [])
    row = only(frames["articles"])
    assert (row["record_id"], row["article_id"]) == (found["record_id"], found["article_id"])
    assert (row["site"], row["profile"], row["publish"]) == ("lanternfile.example", "chinafile", "full")
    assert (row["url"], row["canonical_url"]) == (URL, URL)
    assert (row["title"], row["language"], row["is_stub"]) == ("Tea at Two", "en", False)
    assert (row["tags"], row["char_count"], row["word_count"]) == (["中参馆"], 59, 13)


@pytest.mark.parametrize(
    ("written", "url", "canonical_url", "site"),
    [
        (URL, URL, URL, "lanternfile.example"),
        (f"{URL}/?utm_source=feed#top", f"{URL}/?utm_source=feed#top", URL, "lanternfile.example"),
        (
            "http://m.river.example/a",
            "http://m.river.example/a",
            "https://m.river.example/a",
            "river.example",
        ),
        (
            "https://river.example/河",
            "https://river.example/%E6%B2%B3",
            "https://river.example/%E6%B2%B3",
            "river.example",
        ),
    ],
)
def test_addresses(written, url, canonical_url, site):
    row = only(extract_one(post("<p>Text.</p>", url=written))["articles"])
    assert (row["url"], row["canonical_url"], row["site"]) == (url, canonical_url, site)
    assert row["article_id"] == make_id("article", canonical_url)


@pytest.mark.parametrize(
    ("title", "html", "is_stub", "text"),
    [
        ("Slow Water", "<p>As the barges come in.</p>", False, "As the barges come in."),
        ("Slow Water", "Slow Water", True, None),
        ("Slow Water", "<p>Slow<br>\n Water</p>", True, None),
        ("Slow Water", "", True, None),
        ("Slow Water", '<img src="/water.jpg">', True, None),
        ("", "<p>Text.</p>", False, "Text."),
        ("", "", True, None),
    ],
)
def test_a_stub_has_no_text_beyond_its_title(title, html, is_stub, text):
    row = only(extract_one(post(html, title=title))["articles"])
    assert (row["is_stub"], row["body_text"]) == (is_stub, text)
    assert (row["body_html"] is None) == is_stub


def test_the_language_of_a_stub_is_its_title_s():
    title = "What the Ferry Timetable and the Tide Table Have in Common"
    assert only(extract_one(post(title, title=title))["articles"])["language"] == "en"


def test_links_and_media_are_numbered_within_their_region():
    html = '<div class="view-featured-photo"><a href="/1.jpg"><img src="/1.jpg"></a></div>' + content(
        body('<p><a href="/2">two</a> <a href="/3">three</a> <img src="/4.png"></p>')
    )
    frames = extract_one(post(html))
    assert frames["links"].select("region", "position", "href").rows() == [
        ("caption", 1, f"{SITE}/1.jpg"),
        ("body", 1, f"{SITE}/2"),
        ("body", 2, f"{SITE}/3"),
    ]
    assert frames["media"].select("region", "position", "url").rows() == [
        ("caption", 1, f"{SITE}/1.jpg"),
        ("body", 1, f"{SITE}/4.png"),
    ]
    assert frames["links"]["link_id"].is_unique().all()


@pytest.mark.parametrize(
    ("href", "canonical_url", "host", "domain"),
    [
        (
            "//Blog.Example.co.uk/a?utm_source=x",
            "https://blog.example.co.uk/a",
            "blog.example.co.uk",
            "example.co.uk",
        ),
        ("//192.0.2.7/a", "https://192.0.2.7/a", "192.0.2.7", None),
        ("mailto:ada@example.org", None, None, None),
    ],
)
def test_where_a_link_leads(href, canonical_url, host, domain):
    row = only(extract_one(post(f'<p><a href="{href}">a</a></p>'))["links"])
    assert (row["canonical_url"], row["host"], row["registered_domain"]) == (canonical_url, host, domain)


def test_a_broken_link_leads_to_no_page():
    row = only(extract_one(post(f'<p><a href="{SITE}/conversation/undefined">a</a></p>'))["links"])
    assert (row["kind"], row["canonical_url"], row["host"]) == ("broken", None, "www.lanternfile.example")


# Rejects


@pytest.mark.parametrize(
    ("data", "stage", "reason"),
    [
        pytest.param(b"", "post", "empty_file", id="empty"),
        pytest.param(b"Milk, eggs, string.", "post", "no_front_matter", id="no front matter"),
        pytest.param(b"---\ntitle: Tea\n---\n<p>Text.</p>", "post", "no_url", id="no address"),
        pytest.param(post("Text.", url="the-printed-edition"), "post", "bad_url", id="no web address"),
        pytest.param(post("Text.", url="https:///"), "post", "bad_url", id="an address without a host"),
        pytest.param(b"---\na: &x [1]\nb: *x\n---\n", "post", "yaml_alias", id="aliases"),
        pytest.param(b"---\na: !!python/object:os.system {}\n---\n", "post", "yaml_tag", id="tags"),
        pytest.param(b"---\n- a\n- b\n---\n", "post", "bad_yaml", id="no keys"),
        pytest.param(post("<p>" * (2 * MAX_TAGS + 1)), "markup", "too_many_tags", id="too many tags"),
    ],
)
def test_a_post_that_gives_no_row_says_why(data, stage, reason):
    frames = extract_one(data)
    found = only(frames["records"])
    assert (found["stage"], found["reason"]) == (stage, reason)
    assert found["message"].isprintable()
    assert len(found["message"]) > 20
    assert found["raw_sha256"] == hashlib.sha256(data).hexdigest()
    # Its address was still unknown, or was not.
    assert found["host"] == (None if stage == "post" else "www.lanternfile.example")
    assert found["notes"] == []
    assert {found[name] for name in ("article_id", "title", "url", "published_at", "archived_at")} == {None}
    assert all(frames[name].is_empty() for name in EXTRACTED if name != "records")


PAGE = Page("Tea", None, (), False, None, "unknown", "Text.", "<p>Text.</p>")


def read_with(monkeypatch, read):
    """Let every post be read by `read`."""
    fake = Profile("fake", (), read)
    monkeypatch.setattr("pipeline.tables.extract.profile_for", lambda host, overrides: fake)


@pytest.mark.parametrize(
    "error", [ValueError("boom"), RecursionError(), KeyError("\x00"), MemoryError()], ids=repr
)
def test_an_exception_in_a_profile_costs_one_post(monkeypatch, error):
    def read(post, url):
        if "bad" in url:
            raise error
        return PAGE

    read_with(monkeypatch, read)
    frames = record(*(raw(post("Text.", url=f"{SITE}/{name}"), name) for name in ("good", "bad", "fine")))
    assert frames["records"]["url"].to_list() == [f"{SITE}/good", None, f"{SITE}/fine"]
    assert frames["articles"]["url"].to_list() == [f"{SITE}/good", f"{SITE}/fine"]
    found = frames["records"].row(1, named=True)
    assert (found["stage"], found["reason"]) == ("markup", "unexpected_error")
    assert type(error).__name__ in found["message"]
    assert "read" in found["message"]


def test_a_post_that_fails_half_way_leaves_no_rows(monkeypatch):
    link = Link("body", f"{SITE}/a", "internal", "a", None)
    broken = Page(**{**vars(PAGE), "credits": (Credit("Ada Marsh", "author"),), "links": (link, None)})
    read_with(monkeypatch, lambda post, url: broken)
    frames = extract_one(post("Text."))
    found = only(frames["records"])
    assert (found["stage"], found["reason"]) == ("extract", "unexpected_error")
    assert all(frames[name].is_empty() for name in EXTRACTED if name != "records")


def test_a_profile_that_does_not_exist_stops_the_run_and_says_which_do():
    with pytest.raises(UnknownProfileError, match=r"lanternfile\.example.*'tearoom'.*chinafile, generic"):
        extract_one(post("Text."), profiles={"www.lanternfile.example": "tearoom"})
    assert gc.isenabled()


def test_profiles_are_the_source_s_own():
    frames = record(RawPost("other", "a.md", post("Text.")))
    assert only(frames["articles"])["profile"] == "generic"


def test_a_comment_s_parent_is_known_by_its_key(monkeypatch):
    answers = (
        Comment("a", "1", "First.", None),
        Comment("b", "2", "Reply.", None, parent_key="a"),
        Comment("c", "3", "Reply to what is not here.", None, parent_key="z"),
    )
    read_with(monkeypatch, lambda post, url: Page(**{**vars(PAGE), "comments": answers}))
    rows = extract_one(post("Text."))["comments"]
    ids = rows["comment_id"].to_list()
    assert rows.select("site_comment_id", "position", "parent_comment_id").rows() == [
        ("1", 1, None),
        ("2", 2, ids[0]),
        ("3", 3, None),
    ]


# What a record is a function of


def test_a_record_knows_nothing_of_where_its_post_lies_or_of_other_posts():
    data = post(content(body("<p>Text.</p>")) + comments(comment(1, person("Ada Marsh"))))
    here, there = raw(data, "a.md"), RawPost("other", "b/c.md", data)
    readings = {SOURCE: Reading(PROFILES[SOURCE]), "other": Reading(PROFILES[SOURCE])}
    first = record(here, readings=readings)
    second = record(raw(post("More.", url=f"{SITE}/more"), "more.md"), there, readings=readings)
    for name in EXTRACTED:
        same = second[name].join(first["records"], on="record_id", how="semi")
        assert same.equals(first[name]), name


KETTLE = post(content(body("<p>The kettle is on.</p>")))


@pytest.mark.parametrize(
    ("data", "reading", "is_same"),
    [
        (KETTLE, {}, True),
        (KETTLE, {"fingerprints": {"chinafile": "1", "generic": "2", "": "9"}}, True),
        (KETTLE, {"profiles": {**PROFILES[SOURCE], "river.example": "chinafile"}}, True),
        (KETTLE.replace(b"on.", b"off."), {}, False),
        (KETTLE, {"fingerprints": {"chinafile": "2"}}, False),
        (KETTLE, {"profiles": {}}, False),
        (KETTLE, {"publish": "excerpt"}, False),
        (KETTLE, {"publish": "metadata"}, False),
    ],
    ids=[
        "nothing else",
        "another profile's code",
        "another host's profile",
        "other bytes",
        "its profile's code",
        "another profile",
        "an excerpt",
        "no text",
    ],
)
def test_a_record_s_id_depends_on_bytes_code_and_rights(data, reading, is_same):
    fingerprints = {"chinafile": "1", "generic": "1", "": "1"}
    before = only(extract_one(KETTLE, fingerprints=fingerprints)["records"])
    after = only(extract_one(data, **{"fingerprints": fingerprints, **reading})["records"])
    assert (after["record_id"] == before["record_id"]) == is_same
    assert before["record_id"] == make_id("record", hashlib.sha256(KETTLE).hexdigest(), before["maker"])


@pytest.mark.parametrize(
    ("host", "maker"),
    [
        ("www.lanternfile.example", "chinafile:c1:excerpt"),
        ("river.example", "generic:g1:excerpt"),
        # A post whose page is not known went through no profile.
        (None, ":e1:excerpt"),
        ("", ":e1:excerpt"),
    ],
)
def test_a_maker_names_the_profile_its_code_and_the_rights(host, maker):
    reading = Reading(PROFILES[SOURCE], "excerpt", {"chinafile": "c1", "generic": "g1", "": "e1"})
    assert reading.maker(host) == maker


@pytest.mark.parametrize("data", [b"", post("<p>" * (2 * MAX_TAGS + 1)), KETTLE])
def test_a_record_names_the_maker_of_its_host(data):
    reading = Reading(PROFILES[SOURCE], "full", {"chinafile": "c1", "": "e1"})
    found = only(record(raw(data), readings={SOURCE: reading})["records"])
    assert found["maker"] == reading.maker(found["host"])


def test_a_reading_s_key_tells_profiles_and_rights_apart():
    readings = [
        Reading(),
        Reading({"a.example": "generic"}),
        Reading({"a.example": "chinafile"}),
        Reading({"b.example": "generic"}),
        Reading({"a.example": "generic"}, "excerpt"),
        Reading({}, "excerpt"),
        Reading({}, "metadata"),
    ]
    assert len({reading.key for reading in readings}) == len(readings)
    first = Reading({"a.example": "generic", "b.example": "chinafile"})
    assert first.key == Reading({"b.example": "chinafile", "a.example": "generic"}).key


def test_a_record_names_its_reading():
    assert only(extract_one(KETTLE)["records"])["reading"] == Reading(PROFILES[SOURCE]).key
    assert (
        only(extract_one(b"", publish="excerpt")["records"])["reading"]
        == Reading(PROFILES[SOURCE], "excerpt").key
    )


# What is published of the texts

SENTENCE = "The ferry waits for whoever comes late to the quay. "
LONG = SENTENCE * 20
RICH = post(
    featured("quay", caption="The quay")
    + content(body(f'<p>{LONG}<a href="/x">a link</a></p><p><img src="/y.jpg"></p>'))
    + comments(
        comment(1, person("Ada Marsh"), text=f'<p>{LONG}<a href="/z">Yes</a></p>'),
        comment(2, person("Li Wen"), text="<p>No.</p>"),
        comment(3, person("Li Wen"), text=None),
    )
)


def published(publish, data=RICH):
    return extract_one(data, publish=publish)


def test_in_full_texts_and_html_are_whole():
    frames = published("full")
    assert only(frames["articles"])["body_text"] == f"{LONG}a link"
    assert only(frames["articles"])["body_html"].startswith("<p>The ferry")
    assert frames["comments"]["body_text"].to_list() == [f"{LONG}Yes", "No.", None]
    assert frames["comments"]["body_html"].is_not_null().to_list() == [True, True, False]


def test_an_excerpt_is_the_beginning_of_each_text_without_html():
    frames = published("excerpt")
    article = only(frames["articles"])
    assert LONG.startswith(article["body_text"])
    assert EXCERPT - 30 < len(article["body_text"]) <= EXCERPT
    assert frames["comments"]["body_text"].to_list() == [article["body_text"], "No.", None]
    assert (article["publish"], article["body_html"]) == ("excerpt", None)
    assert frames["comments"]["body_html"].null_count() == 3


def test_metadata_are_no_text_at_all():
    frames = published("metadata")
    article = only(frames["articles"])
    assert (article["publish"], article["body_text"], article["body_html"]) == ("metadata", None, None)
    assert frames["comments"].select("body_text", "body_html").null_count().row(0) == (3, 3)


@pytest.mark.parametrize("publish", ["excerpt", "metadata"])
def test_counts_links_media_and_people_do_not_depend_on_the_rights(publish):
    full, less = published("full"), published(publish)
    varying = ("record_id", "maker", "reading", "publish", "body_text", "body_html")
    for name in EXTRACTED:
        assert less[name].drop(varying, strict=False).equals(full[name].drop(varying, strict=False)), name
    article = only(less["articles"])
    assert (article["char_count"], article["word_count"], article["is_stub"]) == (1046, 202, False)
    assert less["comments"]["word_count"].to_list() == [201, 1, 0]
    assert less["links"].height == 9  # photo, body, comment, and two of each profile box
    assert less["media"].height == 5  # photo, body, and one of each profile box


def test_the_language_is_that_of_the_whole_text():
    data = post(content(body(f"<p>{LONG}</p>")), title="渡")
    assert only(published("metadata", data)["articles"])["language"] == "en"


@pytest.mark.parametrize("publish", ["full", "excerpt", "metadata"])
def test_a_stub_is_one_whatever_is_published(publish):
    row = only(published(publish, post("Slow Water", title="Slow Water"))["articles"])
    assert (row["is_stub"], row["body_text"], row["char_count"]) == (True, None, 0)


def test_each_source_has_rights_of_its_own():
    readings = {
        name: Reading(PROFILES[SOURCE], publish) for name, publish in (("a", "full"), ("b", "metadata"))
    }
    found = tables(
        RawPost("a", "1.md", KETTLE),
        RawPost("b", "1.md", post("Tea.", url=f"{SITE}/tea")),
        readings=readings,
    )["articles"]
    assert sorted(found.select("source", "publish", "body_text").rows()) == [
        ("a", "full", "The kettle is on."),
        ("b", "metadata", None),
    ]


# Whatever the raw posts are

line_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=30)
file_names = st.binary(min_size=1, max_size=30).map(os.fsdecode)
markup = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<p>", "</p>", "<a href=", "'/x'>", "</a>", "<img src=x>", "<!--", "-->", "&amp;"]
    )
    | st.text(max_size=8),
    max_size=20,
).map("".join)


@st.composite
def whole_posts(draw):
    """A post whose every part is arbitrary text."""
    address = draw(st.sampled_from([URL, "https://river.example/a", "//river.example", ""]) | line_text)
    return (
        f"---\ntitle: {draw(line_text)}\ndate: {draw(line_text)}\n"
        f"author: {draw(line_text)}\nfrom: {address}\n---\n"
        f"<!--{draw(line_text)}-->\n[{draw(line_text)}]({address})\n------\n\n<div>\n{draw(markup)}\n</div>"
    ).encode()


@st.composite
def spoilt_posts(draw):
    """A post of the sample of which a piece is cut out or put elsewhere."""
    data = draw(st.sampled_from(SAMPLE))
    start, end = sorted(draw(st.tuples(*[st.integers(0, min(len(data), 2_000))] * 2)))
    return data[:start] + draw(st.binary(max_size=20) | st.just(data[start:end] * 2)) + data[end:]


any_post = st.builds(
    RawPost, st.just(SOURCE), file_names, st.binary(max_size=200) | whole_posts() | spoilt_posts()
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(any_post, max_size=8), st.sampled_from(["full", "excerpt", "metadata"]))
def test_each_raw_post_gives_one_record_an_article_s_or_a_reject_s(posts, publish):
    readings = {SOURCE: Reading(PROFILES[SOURCE], publish)}
    frames = record(*posts, readings=readings)
    records = frames["records"]
    assert records["raw_sha256"].to_list() == [post.sha256 for post in posts]
    rejected = records["article_id"].is_null()
    assert [records[name].is_not_null().to_list() for name in ("stage", "reason", "message")] == [
        rejected.to_list()
    ] * 3
    assert "unexpected_error" not in records["reason"].to_list()
    assert frames["articles"]["record_id"].to_list() == records.filter(~rejected)["record_id"].to_list()
    for name in ("comments", "credits", "links", "media"):
        assert frames[name].join(frames["articles"], on=["record_id", "article_id"], how="anti").is_empty()
    for name, schema in EXTRACTED.items():
        assert frames[name].schema == pl.Schema(schema)
