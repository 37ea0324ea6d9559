"""A change report says which articles are new, changed and removed; their titles stay text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.commands.changes import show_changes
from pipeline.inspection.lookup import LookupFailedError
from pipeline.refresh import changes as module
from pipeline.refresh import log
from pipeline.refresh.changes import (
    Article,
    ChangedArticle,
    Changes,
    ReportError,
    as_json,
    compare,
    markdown,
    new_run,
    read_report,
    runs,
    write_report,
)
from pipeline.refresh.guards import Example, Objection
from pipeline.refresh.log import Refresh
from tests.rows import ARTICLE, BY_NAME, Row, frame, other_id, row

RUN = "20261123T212004Z"
BEGUN = datetime(2026, 11, 23, 21, 20, 4, tzinfo=UTC)
CHILDREN = ("comments", "contributions", "links", "media", "revisions")

NIGHT_LIBRARY = row("articles")["url"]
ARTICLES, LINKS = BY_NAME["articles"].polars_schema, BY_NAME["links"].polars_schema
STANDING = {name: frame(name) for name in BY_NAME}


def refresh(source="archive", outcome="refreshed", **facts) -> Refresh:
    return Refresh(
        **{
            "run": RUN,
            "source": source,
            "outcome": outcome,
            "started_at": BEGUN,
            "finished_at": BEGUN + timedelta(seconds=3),
            "trigger": "schedule",
        }
        | facts
    )


def article(number, **changes) -> Row:
    url = f"https://lanternfile.example/{number}"
    return row("articles", article_id=other_id(number), url=url, canonical_url=url) | changes


def one(number, **changes) -> Changes:
    """A report of one new article."""
    return compare({}, {"articles": frame("articles", article(number, **changes))})


def columns(before, after) -> tuple[str, ...]:
    """What differs in the one article that does."""
    [changed] = compare(before, after).changed
    return changed.columns


# What differs.


def test_where_nothing_differs_there_is_nothing_to_report():
    assert compare(STANDING, STANDING) == Changes()
    assert compare({}, {}) == Changes()


def test_an_article_is_new_or_removed_by_its_id():
    expected = (Article(ARTICLE, "archive", "What Is a Night Library For?", NIGHT_LIBRARY),)
    assert compare({}, STANDING) == Changes(new=expected)
    assert compare(STANDING, {}) == Changes(removed=expected)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": "Another Title", "word_count": 13}, ("title", "word_count")),
        ({"title": None}, ("title",)),
        ({"tags": []}, ("tags",)),
        ({"authors": ["墨渡", "Ada Marsh"]}, ("authors",)),
        ({"body_text": None, "body_html": None}, ("body_html", "body_text")),
        ({"published_at": BEGUN}, ("published_at",)),
        ({"source": "other"}, ("source",)),
    ],
)
def test_the_columns_that_differ_are_named(change, expected):
    assert (
        columns(STANDING, STANDING | {"articles": frame("articles", row("articles", **change))}) == expected
    )


@pytest.mark.parametrize("table", CHILDREN)
def test_a_row_more_less_or_other_in_another_table_changes_its_article(table):
    name = {"revisions": "title", "contributions": "name", "media": "caption"}.get(table, "author_line")
    name = "text" if table == "links" else name
    other = frame(table, row(table, **{name: "Another"}))
    for before, after in ((frame(table).clear(), frame(table)), (frame(table), other)):
        assert columns(STANDING | {table: before}, STANDING | {table: after}) == (table,)
        assert columns(STANDING | {table: after}, STANDING | {table: before}) == (table,)


def test_a_row_that_leaves_one_article_for_another_changes_both():
    articles = frame("articles", row("articles"), article(7))
    then = STANDING | {"articles": articles}
    now = then | {"revisions": frame("revisions", row("revisions", article_id=other_id(7)))}
    assert [(changed.article_id, changed.columns) for changed in compare(then, now).changed] == [
        (other_id(7), ("revisions",)),
        (ARTICLE, ("revisions",)),
    ]


def test_a_changed_article_is_named_as_it_is_now_and_a_removed_one_as_it_was():
    then = {"articles": frame("articles", article(1, title="Old"), article(2, title="Old, Too"))}
    now = {"articles": frame("articles", article(1, title="New", source="other"))}
    found = compare(then, now)
    assert found.changed == (
        ChangedArticle(other_id(1), "other", "New", "https://lanternfile.example/1", ("source", "title")),
    )
    assert [gone.title for gone in found.removed] == ["Old, Too"]


def test_articles_stand_by_source_then_title_then_id():
    made = [
        article(5, source="b", title="A"),
        article(4, source="a", title="B"),
        article(3, source="a", title="A"),
        article(2, source="a", title="A"),
        article(1, source="a", title=None),
    ]
    found = compare({}, {"articles": frame("articles", *made)})
    assert [new.article_id for new in found.new] == [other_id(number) for number in (1, 2, 3, 4, 5)]


def test_the_changes_of_one_source_can_be_had_alone():
    both = compare({}, {"articles": frame("articles", article(1), article(2, source="other"))})
    assert both.of("other") == one(2, source="other")
    assert both.of("third") == Changes()


def test_a_column_that_only_one_side_has_is_not_compared():
    bare = STANDING | {"articles": STANDING["articles"].drop("body_text", "language")}
    assert compare(STANDING, bare) == compare(bare, STANDING) == Changes()


datasets = st.dictionaries(
    st.integers(0, 9),
    st.fixed_dictionaries(
        {
            "title": st.none() | st.sampled_from(["A", "B"]),
            "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2),
            "source": st.sampled_from(["archive", "other"]),
            "links": st.lists(st.sampled_from(["x", "y"]), max_size=2),
        }
    ),
).map(
    lambda articles: {
        "articles": pl.DataFrame(
            [
                article(number, title=facts["title"], tags=facts["tags"], source=facts["source"])
                for number, facts in articles.items()
            ],
            schema=ARTICLES,
        ),
        "links": pl.DataFrame(
            [
                row("links", link_id=other_id(10 * number + place), article_id=other_id(number), text=text)
                for number, facts in articles.items()
                for place, text in enumerate(facts["links"])
            ],
            schema=LINKS,
        ),
    }
)


@settings(max_examples=60, deadline=None)
@given(datasets, datasets)
def test_what_is_new_one_way_is_removed_the_other_way(before, after):
    there, back = compare(before, after), compare(after, before)
    assert there.new == back.removed
    assert there.removed == back.new
    assert {(a.article_id, a.columns) for a in there.changed} == {
        (a.article_id, a.columns) for a in back.changed
    }
    assert compare(before, before) == Changes()
    if there == Changes():
        assert all(before[name].sort(pl.all()).equals(after[name].sort(pl.all())) for name in before)


# The report in words.


def test_a_report_reads_from_what_was_done_to_what_came_of_it():
    rows = [
        refresh("feed", "unreachable", message="source 'feed': no answer. Try again later.", trigger="ui"),
        refresh(
            "archive",
            from_version="9e" * 20,
            to_version="9f" * 20,
            dataset_version="0123456789abcdef",
            posts=5_594,
            posts_added=1,
            posts_changed=1,
            posts_removed=1,
            articles_new=1,
            articles_updated=1,
            articles_removed=1,
            seconds=3.04,
        ),
        refresh("held", "held_back", message="It would lose 3 of its 4 articles."),
    ]
    found = Changes(
        new=(Article("1", "archive", "The Ferry", "https://harbour.example/ferry"),),
        changed=(
            ChangedArticle(
                "2", "archive", "The Pier", "https://harbour.example/pier", ("body_text", "links")
            ),
        ),
        removed=(Article("3", "archive", None, "https://harbour.example/quay"),),
    )
    objected = [
        Objection(
            "held",
            "removes_too_much",
            "It would lose 3 of its 4 articles.",
            (Example("The Tide", "https://harbour.example/tide"), Example("_posts/1.md", "no_url")),
        )
    ]
    assert (
        markdown(RUN, rows, found, objected)
        == """\
# Refresh 20261123T212004Z

Begun by schedule, ui at 2026-11-23 21:20:04, done at 2026-11-23 21:20:07 (UTC).

The dataset's version is now 0123456789abcdef.

| source | outcome | from version | to version | posts | posts added | posts changed | posts removed \
| posts rejected | articles new | articles updated | articles removed | seconds |
|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| archive | refreshed | 9e9e9e9e9e9e | 9f9f9f9f9f9f | 5,594 | 1 | 1 | 1 | 0 | 1 | 1 | 1 | 3.0 |
| feed | unreachable |  |  |  | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0.0 |
| held | held\\_back |  |  |  | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0.0 |

## What went wrong

- feed: source 'feed': no answer. Try again later.
- held, removes\\_too\\_much: It would lose 3 of its 4 articles.
  - [The Tide](https://harbour.example/tide)
  - \\_posts/1.md: no\\_url

## New: 1 article

- archive: [The Ferry](https://harbour.example/ferry)

## Changed: 1 article

- archive (`body_text`, `links`): [The Pier](https://harbour.example/pier)

## Removed: 1 article

- archive: [(no title)](https://harbour.example/quay)
"""
    )


def test_a_refresh_that_changed_nothing_says_so():
    assert markdown(RUN, [], Changes()) == f"# Refresh {RUN}\n\nNo article is new, changed or removed.\n"


def test_what_was_objected_and_let_through_is_told():
    objected = [Objection("archive", "removes_too_much", "It would lose 3 of its 4 articles.")]
    report = markdown(RUN, [refresh()], Changes(), objected)
    assert "- archive, removes\\_too\\_much, let through: It would lose 3 of its 4 articles.\n" in report


def test_no_body_is_in_a_report():
    found = compare({}, STANDING)
    for report in (markdown(RUN, [refresh()], found), as_json(RUN, [refresh()], found)):
        assert "kept its doors open" not in report


def test_a_long_list_is_cut_in_the_markdown_and_whole_in_the_json(monkeypatch):
    monkeypatch.setattr(module, "LISTED", 3)
    found = compare({}, {"articles": frame("articles", *(article(n, title=f"T{n}") for n in range(5)))})
    report = markdown(RUN, [], found)
    assert "## New: 5 articles" in report
    assert re.findall(r"^- (.*)", report, re.MULTILINE)[2:] == [
        "archive: [T2](https://lanternfile.example/2)",
        "and 2 articles more; the JSON of this report has all.",
    ]
    assert len(json.loads(as_json(RUN, [], found))["new"]) == 5


def test_the_json_holds_the_same_facts():
    objected = [Objection("archive", "removes_too_much", "Why.", (Example(None, "https://a.example/"),))]
    report = json.loads(as_json(RUN, [refresh(posts=7)], compare({}, STANDING), objected))
    assert report["run"] == RUN
    assert (report["sources"][0]["posts"], report["sources"][0]["started_at"]) == (7, "2026-11-23T21:20:04Z")
    assert report["objections"] == [
        {
            "source": "archive",
            "rule": "removes_too_much",
            "message": "Why.",
            "examples": [{"name": None, "detail": "https://a.example/"}],
        }
    ]
    assert report["new"] == [
        {
            "article_id": ARTICLE,
            "source": "archive",
            "title": "What Is a Night Library For?",
            "url": NIGHT_LIBRARY,
        }
    ]
    assert (report["changed"], report["removed"]) == ([], [])


# Nothing in a title is markup.

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = (
    "# A heading",
    "a\n\n# A heading",
    "a\r\n<script>alert(1)</script>",
    "- item",
    "1. item",
    "> quote",
    "---",
    "    code",
    "```",
    "`code`",
    "a | b",
    "[x](javascript:alert(1))",
    "](https://evil.example/) [",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example/",
    "<https://evil.example/>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &copy; &#42;",
    "**bold** _it_ ~~gone~~",
    "ends in \\",
    "a\u2028b\u0085c\x0bd",
    "https://evil.example/ www.evil.example ada@evil.example",
    "<!-- ",
    "<![CDATA[",
    "$x$",
    "\u202eabc",
    "\u200b",
    "  ",
    "=",
    "+ a",
    "\\",
)
hostile_titles = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE)).map("".join),
    st.text(st.sampled_from("`*_[]()<>!#|~&;:/\\\n\r\t -+=.0aw@$^\"'"), max_size=30),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
)
hostile_urls = st.one_of(
    st.text(st.sampled_from("`*_[]()<>!#|~&;:/\\\n -+=.0a%\"'"), max_size=20).map(
        "https://a.example/".__add__
    ),
    st.sampled_from(
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "https:evil",
            "",
            "//a.example/",
            "file:///etc/x",
            "http://",
        ]
    ),
    hostile_titles,
)


def shown(text: str) -> str:
    """A text as one line without what is unseen: what a report may show of it."""
    line = re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", " ".join(text.split()))
    return line if len(line) <= 300 else f"{line[:299]}…"


def parsed(report: str) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """The blocks of a report, and the inline parts of each, joined texts as one."""
    tokens = PARSER.parse(report)
    parts: list[list[tuple[str, str]]] = []
    for token in tokens:
        if token.type != "inline":
            continue
        found: list[tuple[str, str]] = []
        for child in token.children or ():
            value = str(child.attrs.get("href", "")) or child.content
            if found and child.type == "text" == found[-1][0]:
                found[-1] = ("text", found[-1][1] + value)
            elif child.type != "text" or value:
                found.append((child.type, value))
        parts.append(found)
    return [token.type for token in tokens], parts


@settings(max_examples=300, deadline=None)
@given(hostile_titles, hostile_urls, st.from_regex(r"\A[A-Za-z0-9_-]+\Z"))
@example("](https://evil.example/)", "https://a.example/)[x](javascript:y)", "s")
@example("\\", "https://a.example/\\", "s")
@example("a", "https://a.example/?a=1&lt;=2&copy;", "-")
def test_any_title_and_url_stay_text_in_the_line_where_they_stand(title, url, source):
    plain = Changes(new=(Article("1", "s", "Plain", "plain"),))
    hostile = Changes(new=(Article("1", source, title, url),))
    assert len(markdown(RUN, [], hostile).splitlines()) == len(markdown(RUN, [], plain).splitlines())
    blocks, parts = parsed(markdown(RUN, [], hostile))
    assert blocks == parsed(markdown(RUN, [], plain))[0]
    name = shown(title) or "(no title)"
    item = parts[-1]
    if any(kind == "link_open" for kind, _ in item):
        assert re.match("https?://", url, re.IGNORECASE)
        address = item[1][1]
        assert re.fullmatch(r"(?i:https?)://[^\s<>()\\`|]*", address)
        assert item == [("text", f"{source}: "), ("link_open", address), ("text", name), ("link_close", "")]
    else:
        # A renderer drops white space where a line ends.
        assert [(kind, text.rstrip()) for kind, text in item] == [
            ("text", f"{source}: {name}: {shown(url)}".rstrip())
        ]


@settings(max_examples=100, deadline=None)
@given(hostile_titles, hostile_titles)
def test_messages_and_examples_stay_text_too(message, detail):
    def report(text, more):
        objected = [Objection("s", "a_rule", text or "x", (Example(text, more),))]
        rows = [
            refresh("s", message=f"x {text}", trigger=text, from_version=more),
            refresh("t", message=more),
        ]
        return markdown(RUN, rows, Changes(), objected)

    blocks = parsed(report(message, detail))[0]
    assert {block for block in blocks if not block.endswith(("_open", "_close"))} == {"inline"}
    assert blocks.count("table_open") == 1
    assert blocks.count("heading_open") == 2
    assert blocks.count("tr_open") == 3
    assert blocks.count("bullet_list_open") <= 2
    assert not {"blockquote_open", "ordered_list_open"} & set(blocks)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&T: 3 < 4 -- yes, (really)!", "AT&T: 3 &lt; 4 -- yes, (really)!"),
        ("2021. A Year", "2021\\. A Year"),
        ("夜间图书馆是为了什么？", "夜间图书馆是为了什么？"),
        ("snake_case `x` [y]", "snake\\_case \\`x\\` \\[y\\]"),
        ("see https://a.example", "see https\\://a.example"),
    ],
)
def test_a_title_can_be_read_as_it_stands(title, expected):
    assert f"[{expected}](https://lanternfile.example/1)" in markdown(RUN, [], one(1, title=title))


def test_a_url_leads_where_it_did():
    url = "https://a.example/墨_(渡)?a=1&lt=2&copy;=3 4#x"
    report = markdown(RUN, [], one(1, url=url, title="T"))
    assert "](https://a.example/墨_%28渡%29?a=1&lt=2&amp;copy;=3%204#x)" in report


def test_a_title_without_end_is_cut():
    report = markdown(RUN, [], one(1, title="墨" * 100_000, url="https://a.example/" + "x" * 100_000))
    assert len(report) < 1_000
    assert "墨…" in report


# Where reports are kept.


def test_a_run_is_named_after_its_second(tmp_path):
    east = datetime.fromisoformat("2026-11-24T05:20:04.9+08:00")
    assert new_run(tmp_path, east) == new_run(tmp_path, BEGUN) == RUN


def test_a_second_run_in_a_second_gets_a_number(tmp_path):
    write_report(tmp_path, RUN, [], Changes())
    assert new_run(tmp_path, BEGUN) == f"{RUN}-2"
    log.append(tmp_path, [refresh(run=f"{RUN}-2")])
    assert new_run(tmp_path, BEGUN) == f"{RUN}-3"


def test_a_report_is_kept_as_markdown_and_as_json(tmp_path):
    path = write_report(tmp_path, RUN, [refresh()], one(1))
    assert path == tmp_path / "changes" / f"{RUN}.md"
    assert sorted(file.name for file in path.parent.iterdir()) == [f"{RUN}.json", f"{RUN}.md"]
    assert read_report(tmp_path, RUN) == path.read_text() == markdown(RUN, [refresh()], one(1))
    assert read_report(tmp_path, RUN, "json") == as_json(RUN, [refresh()], one(1))


def test_the_newest_report_is_read_where_none_is_named(tmp_path):
    for run in (f"{RUN}-10", f"{RUN}-9", "20251123T212004Z", RUN):
        write_report(tmp_path, run, [], Changes())
    assert runs(tmp_path) == [f"{RUN}-10", f"{RUN}-9", RUN, "20251123T212004Z"]
    assert read_report(tmp_path).startswith(f"# Refresh {RUN}-10\n")


def test_the_oldest_reports_go_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes/notes.md").write_text("of somebody else")
    for year in ("2026", "2024", "2025", "2027"):
        write_report(tmp_path, f"{year}1123T212004Z", [], Changes())
    assert sorted(path.name for path in (tmp_path / "changes").iterdir()) == [
        "20261123T212004Z.json",
        "20261123T212004Z.md",
        "20271123T212004Z.json",
        "20271123T212004Z.md",
        "notes.md",
    ]


@pytest.mark.parametrize("run", ["20251123T212004Z", "../notes", "", "*", f"{RUN}-1\n", "/etc/passwd"])
def test_only_reports_are_read(tmp_path, run):
    write_report(tmp_path, RUN, [], Changes())
    (tmp_path / "notes.md").write_text("no report")
    with pytest.raises(ReportError, match=f"there is no report of this run.*from {RUN} to {RUN}"):
        read_report(tmp_path, run)


def test_where_there_is_no_report_the_way_to_one_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"there is no report yet\. Run `commonplace refresh` first\."):
        read_report(tmp_path)


def test_a_report_is_named_after_a_run_alone(tmp_path):
    with pytest.raises(ValueError, match="is no run's id"):
        write_report(tmp_path, "../x", [], Changes())
    assert not (tmp_path / "changes").exists()


def test_a_message_that_is_no_utf8_is_kept_by_its_bytes_names(tmp_path):
    row = refresh(outcome="failed", message="caf\udce9.md cannot be read.")
    write_report(tmp_path, RUN, [row], Changes())
    assert "caf.md cannot be read" in read_report(tmp_path)
    assert json.loads(read_report(tmp_path, form="json"))["sources"][0]["message"] == row.message


# The command.

NUMBERS = (
    *("posts added", "posts changed", "posts removed", "posts rejected"),
    *("articles new", "articles updated", "articles removed", "seconds"),
)
ENDS = ("outcomes", "1 held_back", "2 refreshed")


def test_the_command_prints_the_report(tmp_path, capsys):
    write_report(tmp_path, RUN, [refresh()], one(1))
    show_changes(tmp_path)
    assert capsys.readouterr().out == markdown(RUN, [refresh()], one(1))
    show_changes(tmp_path, RUN, as_json=True)
    assert json.loads(capsys.readouterr().out)["run"] == RUN
    with pytest.raises(LookupFailedError, match="no report of this run"):
        show_changes(tmp_path, "20251123T212004Z")


def test_the_command_lists_the_runs_with_what_came_of_them(tmp_path, capsys):
    rows = [
        refresh(posts_added=1_200, articles_new=1_100, seconds=2.5),
        refresh("feed", "unreachable", seconds=1.0),
        refresh("other", posts_added=1, seconds=0.25),
    ]
    later = "20261124T212004Z"
    log.append(tmp_path, [*rows, refresh(run=later, outcome="held_back"), refresh(run="20261125T212004Z")])
    write_report(tmp_path, RUN, rows, Changes())
    write_report(tmp_path, later, [], Changes())
    show_changes(tmp_path, listing=True)
    printed = capsys.readouterr()
    assert [re.split("  +", line) for line in printed.out.splitlines()] == [
        ["run", *NUMBERS, "outcomes"],
        [later, *"0000000", "0.0", "1 held_back"],
        [RUN, "1,201", *"000", "1,100", *"00", "3.8", "2 refreshed, 1 unreachable"],
    ]
    assert len({line.index(end) for line, end in zip(printed.out.splitlines(), ENDS, strict=True)}) == 1
    assert printed.err == "2 runs with a report\n"
    show_changes(tmp_path, as_json=True, listing=True)
    assert [run["outcomes"] for run in json.loads(capsys.readouterr().out)] == [
        {"held_back": 1},
        {"refreshed": 2, "unreachable": 1},
    ]
