"""What looks like an accident upstream is objected to, and daily life is not."""

from __future__ import annotations

import time

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.refresh.guards import EXAMPLES, Example, Frames, objections
from pipeline.sources.registry import Source
from tests.rows import Row, frame, other_id, row

NO_REJECTS = frame("rejects").clear()


def source(name="archive", **changes):
    return Source(name=name, kind="git", location="archive.git", **changes)


def url(number):
    return f"https://lanternfile.example/{number}"


def tables(*numbers: int, source="archive", **changes: Row) -> Frames:
    """An article per number, each with a revision, a contribution, a link, an image and a comment.

    A change is named after its table: `articles={"title": None}`.
    """

    def rows(table, key, **own):
        return [
            row(table, **{key: other_id(number), "article_id": other_id(number)})
            | {name: value(number) for name, value in own.items()}
            | changes.get(table, {})
            for number in numbers
        ]

    made = {
        "articles": rows(
            "articles",
            "article_id",
            url=url,
            canonical_url=url,
            title=lambda number: f"Title {number:03}",
            source=lambda _: source,
        ),
        "comments": rows("comments", "comment_id"),
        "contributions": rows("contributions", "contribution_id", contributor_id=other_id),
        "links": rows("links", "link_id"),
        "media": rows("media", "media_id"),
        "revisions": rows(
            "revisions",
            "article_id",
            raw_path=lambda number: f"_posts/{source}/{number}.md",
            source=lambda _: source,
        ),
        "contributors": [row("contributors", contributor_id=other_id(number)) for number in numbers],
    }
    return {table: frame(table, *rows) if rows else frame(table).clear() for table, rows in made.items()}


def together(*datasets: Frames) -> Frames:
    return {name: pl.concat([dataset[name] for dataset in datasets]) for name in datasets[0]}


def rejects(number, source="archive", reason="no_url"):
    return [row("rejects", raw_path=f"_posts/{n}.md", source=source, reason=reason) for n in range(number)]


def rules(before, after, limits=None, new_posts=0, new_rejects=NO_REJECTS):
    found = objections(source(**(limits or {})), before, after, new_posts, new_rejects)
    return [objection.rule for objection in found]


def only(before, after, limits=None, new_posts=0, new_rejects=NO_REJECTS):
    """The one objection."""
    [objection] = objections(source(**(limits or {})), before, after, new_posts, new_rejects)
    return objection


# In general.


def test_where_nothing_differs_nothing_is_objected():
    standing = tables(*range(50))
    assert objections(source(), standing, standing, 0, NO_REJECTS) == []


def test_to_a_new_source_nothing_is_objected():
    """Neither on a first build nor when a source joins others."""
    mostly_rejected = frame("rejects", *rejects(90))
    assert rules({}, tables(*range(10)), new_posts=100, new_rejects=mostly_rejected) == []
    others = tables(*range(100, 150), source="other")
    joined = together(others, tables(*range(10)))
    assert rules(others, joined, new_posts=100, new_rejects=mostly_rejected) == []


def test_what_befalls_another_source_is_not_objected_to_this_one():
    before = together(tables(*range(50)), tables(*range(100, 150), source="other"))
    after = tables(*range(50))
    assert rules(before, after, new_rejects=frame("rejects", *rejects(50, "other"))) == []
    found = objections(source("other"), before, after, 0, NO_REJECTS)
    assert [objection.rule for objection in found] == ["removes_too_much", "empties_a_table"]
    assert {objection.source for objection in found} == {"other"}


def test_an_objection_reads_as_words_with_examples_below():
    objection = only(tables(*range(10)), tables(*range(8)))
    assert str(objection) == (
        "Source 'archive' would lose 2 of its 10 articles, 20 %; its `removal_limit` is 5 %. Look at the "
        "source first. If it is meant to be so, `commonplace refresh archive --accept` lets it through "
        "once; if it will happen again, raise `removal_limit` in sources.yaml.\n"
        "  Title 008: https://lanternfile.example/8\n"
        "  Title 009: https://lanternfile.example/9"
    )


def test_bodies_need_not_be_loaded():
    before, after = (
        {name: table.drop("body_text", "body_html", strict=False) for name, table in tables(*numbers).items()}
        for numbers in (range(10), range(5))
    )
    assert rules(before, after) == ["removes_too_much"]


@settings(max_examples=25, deadline=None)
@given(
    st.sets(st.integers(0, 60), min_size=1), st.sets(st.integers(0, 60)), st.randoms(use_true_random=False)
)
def test_the_order_of_rows_says_nothing(before, after, chance):
    def shuffled(frames):
        return {
            name: table.sample(fraction=1, shuffle=True, seed=chance.randrange(99))
            for name, table in frames.items()
        }

    then, now = tables(*before), tables(*after)
    expected = objections(source(), then, now, 0, NO_REJECTS)
    assert objections(source(), shuffled(then), shuffled(now), 0, NO_REJECTS) == expected
    assert ("removes_too_much" in [o.rule for o in expected]) == (
        len(before - after) >= 2 and len(before - after) > 0.05 * len(before)
    )


# removes_too_much


def test_a_loss_up_to_the_limit_is_daily_life():
    assert rules(tables(*range(100)), tables(*range(95))) == []
    assert rules(tables(*range(100)), tables(*range(94))) == ["removes_too_much"]
    assert rules(tables(*range(100)), tables(*range(94)), {"removal_limit": 0.1}) == []


def test_a_single_deletion_is_daily_life_also_in_a_small_source():
    assert rules(tables(1, 2, 3), tables(1, 2)) == []
    assert rules(tables(1, 2, 3), tables(1)) == ["removes_too_much"]


def test_what_is_new_does_not_make_up_for_what_is_lost():
    assert rules(tables(*range(20)), tables(*range(10, 80))) == ["removes_too_much"]


def test_up_to_ten_articles_that_would_go_are_named_by_title():
    objection = only(tables(*range(100)), tables(*range(50)))
    assert objection.message.startswith("Source 'archive' would lose 50 of its 100 articles, 50 %;")
    assert objection.examples == tuple(Example(f"Title {n:03}", url(n)) for n in range(50, 60))
    assert len(objection.examples) == EXAMPLES


def test_an_article_without_a_title_is_named_by_its_url():
    before = tables(1, 2, 3, articles={"title": None})
    assert only(before, tables(1)).examples == (Example(None, url(2)), Example(None, url(3)))


def test_posts_that_are_kept_after_their_removal_are_lost_all_the_same():
    """The source lost them, whatever `on_removal` makes of that."""
    gone = {"removed_at": row("articles")["published_at"]}
    kept = together(tables(*range(10)), tables(*range(10, 20), revisions=gone))
    assert rules(tables(*range(20)), kept) == ["removes_too_much"]
    assert rules(kept, tables(*range(10)), {"removal_limit": 0}) == []


def test_a_page_that_two_sources_hold_is_not_lost_when_its_revision_changes_sides():
    standing = tables(*range(10))
    newer = tables(*range(10), source="other")
    both = newer | {"revisions": pl.concat([standing["revisions"], newer["revisions"]])}
    assert rules(standing, both) == []


# empties_a_table


def test_a_table_that_would_be_empty_is_named_with_its_rows():
    objection = only(tables(*range(10)), tables(*range(10)) | {"media": frame("media").clear()})
    assert objection.rule == "empties_a_table"
    assert objection.message == (
        "Source 'archive' would have no row left in media (10 rows). Look at the source first. If it is "
        "meant to be so, `commonplace refresh archive --accept` lets it through once."
    )
    assert objection.examples == tuple(Example(f"Title {n:03}", url(n)) for n in range(10))


def test_several_empty_tables_are_one_objection():
    empty = {name: frame(name).clear() for name in ("comments", "contributions", "contributors")}
    objection = only(tables(*range(10)), tables(*range(10)) | empty)
    assert "comments (10 rows), contributions (10 rows) and contributors (10 rows)" in objection.message


def test_where_all_articles_go_the_other_tables_go_without_saying():
    found = objections(source(), tables(*range(10)), tables(), 0, NO_REJECTS)
    assert [objection.rule for objection in found] == ["removes_too_much", "empties_a_table"]
    assert "no row left in articles (10 rows)." in found[1].message


def test_a_few_rows_may_go():
    bare = tables(*range(4, 100)) | {"comments": frame("comments").clear()}
    assert (
        rules(
            together(bare, tables(*range(4))),
            together(bare, tables(*range(4))) | {"comments": bare["comments"]},
        )
        == []
    )
    assert rules(
        together(bare, tables(*range(200, 205))),
        together(bare, tables(*range(200, 205))) | {"comments": bare["comments"]},
    ) == ["empties_a_table"]


def test_a_table_may_go_with_the_one_page_that_filled_it():
    bare = tables(*range(100)) | {"comments": frame("comments").clear()}
    comments = [row("comments", comment_id=other_id(n), article_id=other_id(500)) for n in range(30)]
    page = tables(500) | {"comments": frame("comments", *comments)}
    assert rules(together(bare, page), bare) == []


# halves_a_column


def test_a_column_that_loses_half_of_its_values_is_named_with_its_shares():
    bare = tables(*range(12), articles={"author_line": None})
    objection = only(tables(*range(20)), together(bare, tables(*range(12, 20))))
    assert objection.rule == "halves_a_column"
    assert objection.message == (
        "Source 'archive' would keep less than 50 % of the filled rows of articles.author_line (100 % "
        "before, 40 % now); that is its `fill_limit`. Look at the source first. If it is meant to be so, "
        "`commonplace refresh archive --accept` lets it through once; if it will happen again, lower "
        "`fill_limit` in sources.yaml."
    )
    assert objection.examples == tuple(Example(f"Title {n:03}", url(n)) for n in range(10))


def test_half_may_go_and_the_limit_is_the_sources_own():
    after = together(tables(*range(10), articles={"author_line": None}), tables(*range(10, 20)))
    assert rules(tables(*range(20)), after) == []
    assert rules(tables(*range(20)), after, {"fill_limit": 0.6}) == ["halves_a_column"]
    assert rules(tables(*range(20)), after, {"fill_limit": 0}) == []


def test_an_empty_list_and_a_count_of_zero_fill_nothing():
    lost = {"tags": [], "char_count": 0, "word_count": 0, "is_stub": True}
    objection = only(tables(*range(20)), tables(*range(20), articles=lost))
    assert (
        "articles.tags (100 % before, 0 % now), articles.char_count (100 % before, 0 % now) and "
        "articles.word_count (100 % before, 0 % now);"
    ) in objection.message


def test_columns_of_the_other_tables_count_too():
    after = tables(*range(20), links={"text": None}, media={"caption": None}, comments={"word_count": 0})
    message = only(tables(*range(20)), after).message
    assert all(column in message for column in ("links.text", "media.caption", "comments.word_count"))


def test_few_rows_say_little():
    bare = {"author_line": None}
    assert rules(tables(*range(19)), tables(*range(19), articles=bare)) == []
    rarely = together(tables(*range(9)), tables(*range(9, 60), articles=bare))
    assert rules(rarely, tables(*range(60), articles=bare)) == []


def test_a_flood_of_bare_posts_is_shown_by_the_new_ones():
    bare = tables(*range(100, 130), articles={"author_line": None})
    objection = only(tables(*range(20)), together(tables(*range(20)), bare))
    assert objection.rule == "halves_a_column"
    assert objection.examples == tuple(Example(f"Title {n}", url(n)) for n in range(100, 110))


# rejects_too_much


def test_more_rejects_among_new_posts_than_the_limit_are_counted_by_reason():
    standing = tables(*range(50))
    new = frame("rejects", *rejects(6), *rejects(2, reason="empty_file"))
    objection = only(standing, standing, new_posts=100, new_rejects=new)
    assert objection.rule == "rejects_too_much"
    assert objection.message == (
        "Of the 100 posts of source 'archive' that were read, 8 gave no row, 8 % (6 no_url and 2 "
        "empty_file); its `reject_limit` is 5 %. Look at the source first. If it is meant to be so, "
        "`commonplace refresh archive --accept` lets it through once; if it will happen again, raise "
        "`reject_limit` in sources.yaml."
    )
    assert objection.examples[:3] == (
        Example("_posts/0.md", "empty_file"),
        Example("_posts/0.md", "no_url"),
        Example("_posts/1.md", "empty_file"),
    )


def test_rejects_up_to_the_limit_are_daily_life():
    standing = tables(*range(50))
    assert rules(standing, standing, new_posts=120, new_rejects=frame("rejects", *rejects(6))) == []
    assert rules(standing, standing, {"reject_limit": 0.04}, 120, frame("rejects", *rejects(6))) == [
        "rejects_too_much"
    ]


def test_fewer_than_five_rejects_are_daily_life_however_few_posts_came():
    standing = tables(*range(50))
    assert rules(standing, standing, new_posts=4, new_rejects=frame("rejects", *rejects(4))) == []
    assert rules(standing, standing, new_posts=5, new_rejects=frame("rejects", *rejects(5))) == [
        "rejects_too_much"
    ]


# Speed.


def test_a_large_archive_is_compared_in_no_time():
    """7,000 articles with 120,000 links, another source beside them: far below half a second of CPU,
    which leaves room for a slow machine."""

    def large(name, start):
        ids = pl.Series([other_id(start + number) for number in range(7_000)])
        places = ids.sample(120_000, with_replacement=True, seed=1)
        return {
            "articles": _repeated("articles", ids, source=pl.lit(name)),
            "revisions": _repeated("revisions", ids, source=pl.lit(name)),
            "links": _repeated("links", places),
            "media": _repeated("media", places.head(20_000)),
            "contributions": _repeated("contributions", ids),
            "contributors": frame("contributors"),
            "comments": _repeated("comments", ids),
        }

    standing = together(large("archive", 0), large("other", 10_000))
    begun = time.process_time()
    assert rules(standing, standing) == []
    assert time.process_time() - begun < 0.5


def _repeated(table, ids, **changes):
    one = frame(table).drop("article_id")
    rows = one.join(pl.DataFrame({"article_id": ids}), how="cross").with_columns(**changes)
    return rows.select(frame(table).columns)
