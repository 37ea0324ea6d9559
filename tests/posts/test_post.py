from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.posts.dates import UNKNOWN, Published
from pipeline.posts.post import Post, PostError, read_post

FORMAT_A = """\
---
layout: post
title: "Low Tide at Reed"
date: 2021-04-02T08:30:00.000Z
author: Ada Marsh &#38; Tomas Reed
from: https://delta.example/2021/low-tide
tags: [ Delta, tides &amp; mud ]
comments: True
categories: [ Delta ]
---
<!--1617352200000-->
[Low Tide at Reed…](https://delta.example/2021/low-tide)
------

<div>
<p>The river is <b>low</b>.</p>
</div>
"""

FORMAT_B = """\
---
layout: post
title: "Low Tide at Reed"
date: 2021-04-02
author: 墨渡
from: https://delta.example/2021/low-tide
---

<article>
 <p>
  The river is
  <b>
   low
  </b>
 </p>
</article>
"""

MORNING = Published(datetime(2021, 4, 2, 8, 30, tzinfo=UTC), "second")


def test_format_a_has_an_epoch_a_title_line_and_a_wrapper():
    assert read_post(FORMAT_A.encode()) == Post(
        url="https://delta.example/2021/low-tide",
        title="Low Tide at Reed…",
        author_line="Ada Marsh & Tomas Reed",
        published=MORNING,
        archived_at=MORNING.at,
        tags=("Delta", "tides & mud"),
        body="<p>The river is <b>low</b>.</p>",
        is_prettified=False,
        notes=(),
    )


def test_format_b_has_front_matter_and_prettified_html():
    assert read_post(FORMAT_B.encode()) == Post(
        url="https://delta.example/2021/low-tide",
        title="Low Tide at Reed",
        author_line="墨渡",
        published=Published(datetime(2021, 4, 2, tzinfo=UTC), "day"),
        archived_at=datetime(2021, 4, 2, tzinfo=UTC),
        tags=(),
        body=FORMAT_B.partition("---\n\n")[2],
        is_prettified=True,
        notes=(),
    )


def front(**keys):
    """A front matter of these keys; all but `from` are left out where they are not given."""
    lines = {"from": "https://delta.example/1"} | keys
    return "".join(
        ["---\n", *(f"{key}: {value}\n" for key, value in lines.items() if value is not None), "---\n"]
    )


def line(title, url="https://delta.example/1", *, epoch=1617352200000, body="<p>Low.</p>"):
    """What stands below the front matter in format (a)."""
    return f"<!--{epoch}-->\n[{title}]({url})\n------\n\n<div>\n{body}\n</div>\n"


def read(text):
    return read_post(text.encode())


@pytest.mark.parametrize(
    ("text", "body"),
    [
        pytest.param(
            front() + line("T", body="<p>One.</p>\n<p>Two.</p>"), "<p>One.</p>\n<p>Two.</p>", id="wrapper"
        ),
        pytest.param(
            front() + line("T", body="<div>\n<p>One.</p>\n</div>"),
            "<div>\n<p>One.</p>\n</div>",
            id="wrapper in wrapper",
        ),
        pytest.param(front() + line("T", body=""), "", id="nothing in the wrapper"),
        pytest.param(front() + "<!--1-->\n[T](x)\n------\n<p>Low.</p>", "<p>Low.</p>", id="no wrapper"),
        pytest.param(front() + "<!--1-->\n[T](x)\n------", "", id="nothing below the title line"),
        pytest.param(front() + "<!--1-->\n<p>Low.</p>", "<p>Low.</p>", id="no title line"),
        pytest.param(front() + "[T](x)\n---\n<p>Low.</p>", "<p>Low.</p>", id="no epoch, a short rule"),
        pytest.param(front() + "<div>\n<p>Low.</p>\n</div>\n", "<p>Low.</p>", id="a wrapper alone"),
        pytest.param(
            front() + "<div>\n<p>Low.</p>\n", "<div>\n<p>Low.</p>\n", id="a wrapper that never ends"
        ),
        pytest.param(
            front() + "<div class='a'>\n<p>Low.</p>\n</div>",
            "<div class='a'>\n<p>Low.</p>\n</div>",
            id="a <div> of the page",
        ),
        pytest.param(
            front() + "<!-- wp:paragraph -->\n<p>Low.</p>",
            "<!-- wp:paragraph -->\n<p>Low.</p>",
            id="another comment",
        ),
        pytest.param(
            front() + "[1](x) Low.\n---\n",
            "[1](x) Low.\n---\n",
            id="no title line, though it has a link and a rule",
        ),
        pytest.param(front() + "[T](x)\n--- Low.\n", "[T](x)\n--- Low.\n", id="no rule"),
        pytest.param(front(), "", id="front matter alone"),
    ],
)
def test_the_body_is_what_the_archiver_did_not_add(text, body):
    assert read(text).body == body


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(
            front(title="Low Tide") + line("Low Tide ..."),
            "Low Tide ...",
            id="the title line is the better one",
        ),
        pytest.param(front(title="Low Tide"), "Low Tide", id="no title line"),
        pytest.param(front(title="Low Tide") + line(""), "Low Tide", id="an empty title line"),
        pytest.param(front(title=r'"船\岸"') + line(r"船\岸"), r"船\岸", id="an escape that YAML forbids"),
        pytest.param(front() + line("[Reading list] Ten maps"), "[Reading list] Ten maps", id="brackets"),
        pytest.param(
            front() + line("Maps [and] (charts)]"), "Maps [and] (charts)]", id="a bracket at its end"
        ),
        pytest.param(front() + line("See [here](x) first"), "See [here](x) first", id="a link"),
        pytest.param(front() + line("Low\nTide"), "Low Tide", id="two lines"),
        pytest.param(front() + line("Mud &amp; Tide &#8212; 1"), "Mud & Tide — 1", id="entities"),
        pytest.param(
            front() + line("  Low\xa0\xa0Tide "), "Low\xa0\xa0Tide", id="no-break spaces inside stay"
        ),
        pytest.param(front(title=1984), "1984", id="a number"),
        pytest.param(front(title="on"), "on", id="a truth value"),
        pytest.param(front(title="Neil"), "Neil", id="nearly null"),
        pytest.param(front(title="null"), None, id="null"),
        pytest.param(front(title='""'), None, id="empty"),
        pytest.param(front(), None, id="none"),
        pytest.param(front(title="[ Low, Tide ]"), "Low, Tide", id="a list"),
        pytest.param(front(title="{ Low: Tide }"), None, id="a mapping"),
        pytest.param(front(title="Ferries: a history"), "Ferries: a history", id="a colon"),
        pytest.param(front(title="&amp;".join("ab")), "a&b", id="an entity"),
        pytest.param(
            front(title="'&#" + "9" * 5_000 + ";'"), "&#" + "9" * 5_000 + ";", id="a number beyond reading"
        ),
    ],
)
def test_the_title(text, title):
    assert read(text).title == title


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param(
            front() + line("T", "https://delta.example/2"), "https://delta.example/1", id="`from` comes first"
        ),
        pytest.param(
            front(title="T", **{"from": None}) + line("T", "https://delta.example/2"),
            "https://delta.example/2",
            id="the title line's",
        ),
        pytest.param(
            front(**{"from": ""}) + line("T", "https://delta.example/a_(b)"),
            "https://delta.example/a_(b)",
            id="parentheses",
        ),
        pytest.param(
            front(**{"from": ""}) + line("T", "https://delta.example/a b"),
            "https://delta.example/a b",
            id="a space",
        ),
        pytest.param(
            front(**{"from": "https://delta.example/?a=1&timestamp=2&amp;b=3"}),
            "https://delta.example/?a=1&timestamp=2&amp;b=3",
            id="as written: entities are no part of YAML",
        ),
    ],
)
def test_the_url_is_as_written(text, url):
    assert read(text).url == url


def test_a_title_line_without_an_address_is_no_part_of_the_body():
    post = read(front() + line("Low Tide", ""))
    assert (post.title, post.url, post.body) == ("Low Tide", "https://delta.example/1", "<p>Low.</p>")


@pytest.mark.parametrize(
    ("author", "author_line"),
    [
        ("Ada Marsh", "Ada Marsh"),
        ("Ada Marsh, Tomas Reed &#38; more", "Ada Marsh, Tomas Reed & more"),
        ("[ Ada Marsh, Tomas Reed ]", "Ada Marsh, Tomas Reed"),
        ("", None),
        (None, None),
    ],
)
def test_the_author_line_is_as_archived_with_entities_decoded(author, author_line):
    assert read(front(author=author)).author_line == author_line


@pytest.mark.parametrize(
    ("tags", "categories", "found"),
    [
        ("[ tides, mud ]", "[ Delta ]", ("tides", "mud", "Delta")),
        ("[ Delta, mud ]", "[ Delta ]", ("Delta", "mud")),
        ("tides &amp; mud", None, ("tides & mud",)),
        ('[ "", tides, ~, [ mud ] ]', "[]", ("tides",)),
        (None, None, ()),
    ],
)
def test_tags_are_those_of_both_keys_once_each(tags, categories, found):
    assert read(front(tags=tags, categories=categories)).tags == found


DAY = Published(datetime(2021, 4, 3, tzinfo=UTC), "day")
NOON = Published(datetime(2021, 4, 3, 12, tzinfo=UTC), "second")


@pytest.mark.parametrize(
    ("date", "epoch", "published", "archived_at", "notes"),
    [
        pytest.param("2021-04-02T08:30:00Z", "1617352200000", MORNING, MORNING.at, (), id="both agree"),
        pytest.param(
            "2021-04-03T12:00:00Z", "1617352200000", MORNING, MORNING.at, (), id="they differ: the epoch"
        ),
        pytest.param(
            "2021-04-03T12:00:00Z", "NaN", UNKNOWN, NOON.at, (), id="NaN: the date is that of fetching"
        ),
        pytest.param(
            "2021-04-03T12:00:00Z", "9" * 15, UNKNOWN, NOON.at, (), id="an epoch beyond the calendar"
        ),
        pytest.param("2021-04-03", None, DAY, DAY.at, (), id="a plain day"),
        pytest.param("2021-04-03T20:00:00+08:00", None, NOON, NOON.at, (), id="an offset"),
        pytest.param("sometime in spring", None, UNKNOWN, None, ("unreadable_date",), id="words"),
        pytest.param("0000-00-00", "NaN", UNKNOWN, None, ("unreadable_date",), id="neither"),
        pytest.param("sometime", "1617352200000", MORNING, MORNING.at, (), id="words, and an epoch"),
        pytest.param(None, "1617352200000", MORNING, MORNING.at, (), id="an epoch alone"),
        pytest.param(None, None, UNKNOWN, None, (), id="no date at all"),
        pytest.param("null", None, UNKNOWN, None, (), id="null"),
    ],
)
def test_when_it_was_published(date, epoch, published, archived_at, notes):
    post = read(front(date=date) + (line("T", epoch=epoch) if epoch else "<p>Low.</p>"))
    assert (post.published, post.archived_at, post.notes) == (published, archived_at, notes)


def test_a_comment_that_is_no_epoch_leaves_the_date_alone():
    assert read(front(date="2021-04-03") + "<!-- wp:paragraph -->\n<p>Low.</p>").published == DAY


@pytest.mark.parametrize(
    ("body", "is_prettified"),
    [
        pytest.param("<p>\n Low\n <b>\n  tide\n </b>\n</p>\n", True, id="each tag on a line of its own"),
        pytest.param("<!-- a -->\n<p>\n Low\n</p>\n", True, id="comments"),
        pytest.param(
            "<p>Low <b>tide</b></p>\n<p>High</p>\n<p>Slack</p>\n", False, id="tags and text on a line"
        ),
        pytest.param("<p><b>\nLow\n</b></p>\nHigh\n", False, id="two tags on a line"),
        pytest.param("<p>Low</p>", False, id="one line"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_prettified_html_is_told_from_other_html(body, is_prettified):
    assert read(front() + body).is_prettified == is_prettified


def test_html_in_the_wrapper_is_never_prettified():
    """The archiver that writes the wrapper does not run prettify()."""
    assert not read(front() + line("T", body="<p>\n Low\n <b>\n  tide\n </b>\n</p>")).is_prettified


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, (), id="byte order mark"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), (), id="CRLF"),
        pytest.param(lambda data: b"\r\n\r\n" + data, (), id="empty lines before it"),
        pytest.param(lambda data: data.replace(b"low", b"l\x00ow"), ("removed_nul_characters",), id="NUL"),
        pytest.param(
            lambda data: data.replace(b"Reed", b"Re\x00ed"),
            ("removed_nul_characters",),
            id="NUL in the title",
        ),
    ],
)
@pytest.mark.parametrize("text", [FORMAT_A, FORMAT_B], ids=["format a", "format b"])
def test_how_a_file_was_saved_makes_no_difference(text, change, notes):
    changed, plain = read_post(change(text.encode())), read_post(text.encode())
    assert changed.notes == notes
    assert (changed.title, changed.url, changed.author_line) == (plain.title, plain.url, plain.author_line)
    assert (changed.published, changed.tags, changed.body) == (plain.published, plain.tags, plain.body)
    assert changed.is_prettified == plain.is_prettified


def test_each_byte_that_is_not_utf_8_becomes_one_replacement_character():
    post = read_post(
        front(title="The Caf@ at the Lock").encode().replace(b"@", b"\xe9") + b"<p>caf\xe9, na\xefve</p>"
    )
    assert (post.title, post.body) == ("The Caf\ufffd at the Lock", "<p>caf\ufffd, na\ufffdve</p>")
    assert post.notes == ("replaced_undecodable_bytes",)


def test_a_front_matter_that_had_to_be_mended_is_noted():
    assert read(front(title=r'"船\岸"')).notes == ("mended_front_matter",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty_file", id="empty"),
        pytest.param(b" \n\t\r\n", "empty_file", id="white space"),
        pytest.param(b"Milk, bread, string.\n", "no_front_matter", id="a shopping list"),
        pytest.param(b"---\ntitle: Low Tide\n", "no_front_matter", id="front matter that never ends"),
        pytest.param(b"---\n---\n<p>Low.</p>", "bad_yaml", id="empty front matter"),
        pytest.param(
            b"---\ntitle: &a Low\nfrom: https://delta.example/1\n---\n", "yaml_alias", id="an anchor"
        ),
        pytest.param(b"---\ntitle: !!python/name:os.system\n---\n", "yaml_tag", id="a tag"),
        pytest.param(b"---\ntitle: Low Tide\n---\n<p>Low.</p>", "no_url", id="no address"),
        pytest.param(b"---\nfrom: ~\n---\n[Low Tide]()\n------\n", "no_url", id="an empty address"),
        pytest.param("---\nfrom: ~\n---\n".encode("utf-16"), "no_front_matter", id="UTF-16"),
    ],
)
def test_what_no_row_can_be_made_of(data, reason):
    with pytest.raises(PostError) as error:
        read_post(data)
    assert error.value.reason == reason
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    "below",
    [
        pytest.param(
            "[](](](" + "](" * 1_900 + "x)\n" + "-" * 1_000_000 + "x",
            id="a title line of links, a rule that is none",
        ),
        pytest.param("x" + "\n</div>" * 100_000 + "x", id="the wrapper's end over and over"),
        pytest.param("<!--" * 100_000, id="comments that never end"),
        pytest.param(" " * 1_000_000 + "x", id="white space"),
    ],
)
def test_no_body_is_read_for_minutes(below):
    """Each took time that grows with the square of its length, or would with a careless pattern."""
    start = time.perf_counter()
    for text in (below, f"<div>\n{below}"):
        assert read(front() + text).body == text
    assert time.perf_counter() - start < 5


PARTS = st.sampled_from(
    [
        "---\n", "---", "title: Low\n", 'title: "\\q"\n', "from: https://delta.example/1\n",
        "date: 2021-04-02\n", "tags: [a\n", "author: &a\n", "<!--1617352200000-->\n", "<!--NaN-->\n",
        "[T](x)\n", "------\n", "<div>\n", "\n</div>", "\r\n", "\ufeff", "\x00", "<p>Low.</p>", "&#38;",
        "\n",
    ]
).map(str.encode)  # fmt: skip


def outcome(data):
    """The post of these bytes, or the PostError that says why there is none."""
    try:
        return read_post(data)
    except PostError as error:
        return error


@given(st.lists(PARTS | st.binary(max_size=4), max_size=14).map(b"".join))
@settings(deadline=None, max_examples=400)
def test_no_bytes_raise_anything_but_a_post_error(data):
    reasons = ("empty_file", "no_front_matter", "bad_yaml", "yaml_alias", "yaml_tag", "no_url")
    for file in (data, b"---\nfrom: https://delta.example/1\n" + data, front().encode() + data):
        found = outcome(file)
        if isinstance(found, PostError):
            assert found.reason in reasons
        else:
            assert found.url
            assert "\x00" not in found.body
            assert found.title != ""
