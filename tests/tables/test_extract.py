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
from pipeline.sources.raw import RawPost, Reject
from pipeline.tables.extract import EXTRACTED, extract
from pipeline.tables.ids import make_id
from tests.sites.pages import PROFILES, SITE, SOURCE, URL, body, content, only, post, raw

SAMPLE = [
    path.read_bytes() for path in sorted(Path(__file__).parents[2].joinpath("raw/sample/_posts").iterdir())
]


def extract_one(data, path="_posts/a.md"):
    return extract([RawPost(SOURCE, path, data)], PROFILES)


def count(frames):
    """How many raw posts are accounted for."""
    return frames["posts"].height + frames["rejects"].height


# One raw post


def test_a_post_becomes_a_row_that_names_its_raw_post():
    data = post(
        content(body("<p>The kettle is on, and it stays on until two in the morning.</p>")),
        title="Tea at Two",
    )
    frames = extract([RawPost(SOURCE, "_posts/2021-11-26-Tea at Two.md", data, version="9f2c")], PROFILES)
    row = only(frames["posts"])
    assert row["article_id"] == make_id("article", URL)
    assert (row["source"], row["site"], row["profile"]) == (SOURCE, "lanternfile.example", "chinafile")
    assert (row["url"], row["canonical_url"]) == (URL, URL)
    assert (row["title"], row["language"], row["is_stub"]) == ("Tea at Two", "en", False)
    assert row["raw_path"] == "_posts/2021-11-26-Tea at Two.md"
    assert (row["raw_sha256"], row["raw_bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert row["source_version"] == "9f2c"
    assert row["archived_at"] == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)
    assert (row["tags"], row["notes"]) == (["中参馆"], [])


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
    row = only(extract_one(post("<p>Text.</p>", url=written))["posts"])
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
    row = only(extract_one(post(html, title=title))["posts"])
    assert (row["is_stub"], row["body_text"]) == (is_stub, text)
    assert (row["body_html"] is None) == is_stub


def test_the_language_of_a_stub_is_its_title_s():
    title = "What the Ferry Timetable and the Tide Table Have in Common"
    assert only(extract_one(post(title, title=title))["posts"])["language"] == "en"


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
    frames = extract_one(data, "_posts/a\tb.md")
    row = only(frames["rejects"])
    assert (row["stage"], row["reason"]) == (stage, reason)
    assert row["message"].isprintable()
    assert len(row["message"]) > 20
    assert (row["source"], row["raw_path"], row["raw_bytes"]) == (SOURCE, r"_posts/a\x09b.md", len(data))
    assert row["raw_sha256"] == hashlib.sha256(data).hexdigest()
    assert all(frames[name].is_empty() for name in EXTRACTED if name != "rejects")


def test_a_reject_of_the_source_is_passed_on():
    reject = Reject(SOURCE, "_posts/a.md", None, None, "read", "unreadable", "The file could not be read.")
    frames = extract([reject, raw(post("Text."))], PROFILES)
    assert only(frames["rejects"])["reason"] == "unreadable"
    assert frames["posts"].height == 1


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
    frames = extract(
        [raw(post("Text.", url=f"{SITE}/{name}"), name) for name in ("good", "bad", "fine")], PROFILES
    )
    assert frames["posts"]["raw_path"].to_list() == ["good", "fine"]
    row = only(frames["rejects"])
    assert (row["raw_path"], row["stage"], row["reason"]) == ("bad", "markup", "unexpected_error")
    assert type(error).__name__ in row["message"]
    assert "read" in row["message"]


def test_a_post_that_fails_half_way_leaves_no_rows(monkeypatch):
    link = Link("body", f"{SITE}/a", "internal", "a", None)
    broken = Page(**{**vars(PAGE), "credits": (Credit("Ada Marsh", "author"),), "links": (link, None)})
    read_with(monkeypatch, lambda post, url: broken)
    frames = extract_one(post("Text."))
    row = only(frames["rejects"])
    assert (row["stage"], row["reason"]) == ("extract", "unexpected_error")
    assert all(frames[name].is_empty() for name in EXTRACTED if name != "rejects")


def test_a_profile_that_does_not_exist_stops_the_run_and_says_which_do():
    with pytest.raises(UnknownProfileError, match=r"lanternfile\.example.*'tearoom'.*chinafile, generic"):
        extract([raw(post("Text."))], {SOURCE: {"www.lanternfile.example": "tearoom"}})
    assert gc.isenabled()


def test_profiles_are_the_source_s_own():
    frames = extract([RawPost("other", "a.md", post("Text."))], PROFILES)
    assert only(frames["posts"])["profile"] == "generic"


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
any_reject = st.builds(
    Reject,
    st.just(SOURCE),
    line_text,
    st.none(),
    st.none(),
    st.just("read"),
    st.just("unreadable"),
    line_text,
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(any_post | any_reject, max_size=8))
def test_each_raw_post_gives_a_row_or_a_reject(posts):
    frames = extract(posts, PROFILES)
    assert count(frames) == len(posts)
    assert "unexpected_error" not in frames["rejects"]["reason"].to_list()
    for name in ("comments", "credits", "links", "media"):
        assert frames[name].join(frames["posts"], on="revision_id", how="anti").is_empty()
    for name, schema in EXTRACTED.items():
        assert frames[name].schema == pl.Schema(schema)
