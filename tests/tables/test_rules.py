"""Every rule between the tables passes on good tables, and names the rows that break it.

The rules named `contract` are pandera's; they are in test_checks.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tables.ids import make_id
from pipeline.tables.rules import CONTRACT, Rule, rules
from schemas import TABLES
from tests.rows import COMMENT, Row, frame, other_id, row

URL = row("articles")["canonical_url"]
HREF = row("links")["href"]
IMAGE = row("media")["url"]
PATH = row("revisions")["raw_path"]
REJECTED = row("rejects")["raw_path"]
SITE, SLUG = row("contributors")["site"], row("contributors")["slug"]

# The ids that follow from what the rows of tests/rows.py hold.
ARTICLE = make_id("article", URL)
CONTRIBUTOR = make_id("contributor", SITE, SLUG, None)
CONTRIBUTION = make_id("contribution", ARTICLE, COMMENT, "commenter", 1)
LINK = make_id("link", ARTICLE, None, "body", 1, HREF)
MEDIUM = make_id("media", ARTICLE, None, "field", 1, IMAGE)
UNKNOWN = other_id(404)

FULL = {"archive": "full"}
EXCERPTS = {"archive": "excerpt"}
METADATA = {"archive": "metadata"}

OWN = {
    "articles": {"article_id": ARTICLE},
    "comments": {"article_id": ARTICLE},
    "contributors": {"contributor_id": CONTRIBUTOR},
    "contributions": {
        "contribution_id": CONTRIBUTION,
        "article_id": ARTICLE,
        "contributor_id": CONTRIBUTOR,
    },
    "links": {"link_id": LINK, "article_id": ARTICLE},
    "media": {"media_id": MEDIUM, "article_id": ARTICLE},
    "revisions": {"article_id": ARTICLE},
    "rejects": {},
}


def good(table: str, **changes: Any) -> Row:
    """The one row that the table has in a dataset that keeps every rule, with changes."""
    return row(table, **(OWN[table] | changes))


# An article, a comment and a row of every other table, that keep every rule.
GOOD = {table.name: frame(table.name, good(table.name)) for table in TABLES}


def found_posts(*paths: str) -> pl.DataFrame:
    """The listing of the raw posts that were found."""
    return pl.DataFrame({"source": ["archive"] * len(paths), "raw_path": list(paths)})


def failing(
    rule: Rule,
    tables: dict[str, pl.DataFrame],
    found: pl.DataFrame,
    rights: dict[str, str] = FULL,
    written: dict[str, pl.DataFrame] | None = None,
) -> list[dict[str, Any]]:
    """The rows that the rule's query selects, in order. All rows were written now, unless `written` says
    which were."""
    with duckdb.connect() as connection:
        register(connection, tables, found, rights, written)
        selected = connection.execute(f"SELECT * FROM ({rule.failing}) ORDER BY ALL")
        names = [column[0] for column in selected.description]
        return [dict(zip(names, values, strict=True)) for values in selected.fetchall()]


def broken(tables: dict[str, pl.DataFrame], found: pl.DataFrame) -> list[str]:
    """The names of the rules whose queries select a row."""
    with duckdb.connect() as connection:
        register(connection, tables, found, FULL)
        return [name for name, rule in RULES.items() if connection.execute(str(rule.failing)).fetchall()]


def register(
    connection: duckdb.DuckDBPyConnection,
    tables: dict[str, pl.DataFrame],
    found: pl.DataFrame,
    rights: dict[str, str],
    written: dict[str, pl.DataFrame] | None = None,
) -> None:
    new = {f"new_{name}": rows for name, rows in (tables | (written or {})).items()}
    new["new_limited_articles"] = new["new_articles"]
    known = pl.DataFrame(
        {"source": list(rights), "publish": list(rights.values())}, schema=["source", "publish"]
    ).cast(pl.String)
    for name, rows in {**tables, **new, "raw_posts": found, "rights": known}.items():
        connection.register(name, rows.to_arrow())


@dataclass(frozen=True)
class Case:
    """What is not as in the good dataset, and the rows that break the rule then."""

    rows: dict[str, list[Row]]
    failing: list[dict[str, Any]]
    found: tuple[str, ...] = (PATH, REJECTED)
    rights: dict[str, str] = field(default_factory=lambda: FULL)


def twice(table: str) -> dict[str, list[Row]]:
    return {table: [good(table), good(table)]}


def with_ids(table: str, column: str, value: str, key: str) -> Case:
    """One row whose `column` leads to nothing."""
    return Case(
        {table: [good(table, **{column: value})]}, [{key: OWN[table].get(key, COMMENT), column: value}]
    )


def told(publish: str | None, characters: int | None, *, html: bool) -> list[dict[str, Any]]:
    """The one row that breaks the rule of rights."""
    return [{"article_id": ARTICLE, "publish": publish, "characters": characters, "has_html": html}]


def texts_of(table: str, text: str | None, html: str | None) -> dict[str, list[Row]]:
    return {table: [good(table, body_text=text, body_html=html)]}


def alike(others: list[str], reasons: list[str], **changes: Any) -> Row:
    """A contributor who may be others."""
    return good("contributors", possible_same_as=others, possible_same_as_reasons=reasons, **changes)


def cases_of_rights(table: str) -> list[Case]:
    """Texts that slip through, in the table of articles or of comments."""
    return [
        # An excerpt has no HTML, however short, and 280 characters, whatever they are.
        Case(texts_of(table, "Short.", "<p>Short.</p>"), told("excerpt", 6, html=True), rights=EXCERPTS),
        Case(texts_of(table, "渡" * 281, None), told("excerpt", 281, html=False), rights=EXCERPTS),
        # Metadata have neither.
        Case(texts_of(table, "x", None), told("metadata", 1, html=False), rights=METADATA),
        Case(texts_of(table, None, "<p>x</p>"), told("metadata", None, html=True), rights=METADATA),
        # Of a source that nobody knows, nothing is known to be allowed.
        Case(texts_of(table, "x", None), told(None, 1, html=False), rights={}),
        Case(texts_of(table, None, "<p>x</p>"), told(None, None, html=True), rights={"other": "full"}),
    ]


RULES = {f"{rule.table}.{rule.name}": rule for rule in rules() if rule.name != CONTRACT}
CASES: dict[str, list[Case]] = {
    # Keys.
    "articles.key_is_unique": [Case(twice("articles"), [{"article_id": ARTICLE, "rows": 2}])],
    "comments.key_is_unique": [Case(twice("comments"), [{"comment_id": COMMENT, "rows": 2}])],
    "contributors.key_is_unique": [Case(twice("contributors"), [{"contributor_id": CONTRIBUTOR, "rows": 2}])],
    "contributions.key_is_unique": [
        Case(twice("contributions"), [{"contribution_id": CONTRIBUTION, "rows": 2}])
    ],
    "links.key_is_unique": [Case(twice("links"), [{"link_id": LINK, "rows": 2}])],
    "media.key_is_unique": [Case(twice("media"), [{"media_id": MEDIUM, "rows": 2}])],
    "revisions.key_is_unique": [
        Case(
            twice("revisions"),
            [{"source": "archive", "raw_path": PATH, "raw_sha256": "0f" * 32, "rows": 2}],
        )
    ],
    # Null is a value of a key: both rejects could not be read.
    "rejects.key_is_unique": [
        Case(twice("rejects"), [{"source": "archive", "raw_path": REJECTED, "raw_sha256": None, "rows": 2}])
    ],
    # Foreign keys.
    "articles.in_reply_to_article_id_exists": [
        with_ids("articles", "in_reply_to_article_id", UNKNOWN, "article_id")
    ],
    "comments.article_id_exists": [with_ids("comments", "article_id", UNKNOWN, "comment_id")],
    "comments.parent_comment_id_exists": [with_ids("comments", "parent_comment_id", UNKNOWN, "comment_id")],
    "contributions.article_id_exists": [with_ids("contributions", "article_id", UNKNOWN, "contribution_id")],
    "contributions.comment_id_exists": [with_ids("contributions", "comment_id", UNKNOWN, "contribution_id")],
    "contributions.contributor_id_exists": [
        with_ids("contributions", "contributor_id", UNKNOWN, "contribution_id")
    ],
    "links.article_id_exists": [with_ids("links", "article_id", UNKNOWN, "link_id")],
    "links.comment_id_exists": [with_ids("links", "comment_id", UNKNOWN, "link_id")],
    "links.paired_link_id_exists": [with_ids("links", "paired_link_id", UNKNOWN, "link_id")],
    "links.target_article_id_exists": [with_ids("links", "target_article_id", UNKNOWN, "link_id")],
    "media.article_id_exists": [with_ids("media", "article_id", UNKNOWN, "media_id")],
    "media.comment_id_exists": [with_ids("media", "comment_id", UNKNOWN, "media_id")],
    "revisions.article_id_exists": [
        Case(
            {"revisions": [good("revisions", article_id=UNKNOWN)]},
            [{"source": "archive", "raw_path": PATH, "raw_sha256": "0f" * 32, "article_id": UNKNOWN}],
        )
    ],
    # Counts.
    "articles.comment_count_matches_rows": [
        Case(
            {"articles": [good("articles", comment_count=2)]},
            [{"article_id": ARTICLE, "comment_count": 2, "rows": 1}],
        ),
        Case({"comments": []}, [{"article_id": ARTICLE, "comment_count": 1, "rows": 0}]),
    ],
    "articles.link_count_matches_rows": [
        Case(
            {"articles": [good("articles", link_count=0)]},
            [{"article_id": ARTICLE, "link_count": 0, "rows": 1}],
        )
    ],
    "articles.media_count_matches_rows": [
        Case({"media": []}, [{"article_id": ARTICLE, "media_count": 1, "rows": 0}])
    ],
    "articles.revision_count_matches_rows": [
        Case(
            {"articles": [good("articles", revision_count=3)]},
            [{"article_id": ARTICLE, "revision_count": 3, "rows": 1}],
        )
    ],
    "contributors.article_count_matches_rows": [
        # The one part is in a comment: it is no article.
        Case(
            {"contributors": [good("contributors", article_count=1)]},
            [{"contributor_id": CONTRIBUTOR, "article_count": 1, "rows": 0}],
        )
    ],
    "contributors.comment_count_matches_rows": [
        Case({"contributions": []}, [{"contributor_id": CONTRIBUTOR, "comment_count": 1, "rows": 0}])
    ],
    "links.paired_link_id_is_mutual": [
        Case({"links": [good("links", paired_link_id=LINK)]}, [{"link_id": LINK, "paired_link_id": LINK}])
    ],
    "contributors.possible_same_as_is_mutual": [
        # The other does not exist.
        Case(
            {"contributors": [alike([UNKNOWN], ["same_name"])]},
            [{"contributor_id": CONTRIBUTOR, "other": UNKNOWN, "reason": "same_name"}],
        ),
        # The other gives another reason.
        Case(
            {
                "contributors": [
                    alike([UNKNOWN], ["same_name"]),
                    alike([CONTRIBUTOR], ["same_photo"], contributor_id=UNKNOWN, slug=None),
                ]
            },
            [
                {"contributor_id": UNKNOWN, "other": CONTRIBUTOR, "reason": "same_photo"},
                {"contributor_id": CONTRIBUTOR, "other": UNKNOWN, "reason": "same_name"},
            ],
        ),
        # Nobody may be himself, and every candidate has a reason.
        Case(
            {"contributors": [alike([CONTRIBUTOR], ["same_name"])]},
            [{"contributor_id": CONTRIBUTOR, "other": CONTRIBUTOR, "reason": "same_name"}],
        ),
        Case(
            {"contributors": [alike([CONTRIBUTOR], [])]},
            [{"contributor_id": CONTRIBUTOR, "other": CONTRIBUTOR, "reason": None}],
        ),
        Case(
            {"contributors": [alike([], ["same_name"])]},
            [{"contributor_id": CONTRIBUTOR, "other": None, "reason": "same_name"}],
        ),
    ],
    # Ids.
    "articles.article_id_follows_from_content": [
        Case(
            {"articles": [good("articles", article_id=UNKNOWN)]},
            [{"article_id": UNKNOWN, "derived": ARTICLE}],
        )
    ],
    "contributors.contributor_id_follows_from_content": [
        Case(
            {"contributors": [good("contributors", slug="ada-m")]},
            [{"contributor_id": CONTRIBUTOR, "derived": make_id("contributor", SITE, "ada-m", None)}],
        )
    ],
    "contributions.contribution_id_follows_from_content": [
        Case(
            {"contributions": [good("contributions", position=2)]},
            [
                {
                    "contribution_id": CONTRIBUTION,
                    "derived": make_id("contribution", ARTICLE, COMMENT, "commenter", 2),
                }
            ],
        )
    ],
    "links.link_id_follows_from_content": [
        Case(
            {"links": [good("links", comment_id=COMMENT)]},
            [{"link_id": LINK, "derived": make_id("link", ARTICLE, COMMENT, "body", 1, HREF)}],
        )
    ],
    "media.media_id_follows_from_content": [
        Case(
            {"media": [good("media", region="body")]},
            [{"media_id": MEDIUM, "derived": make_id("media", ARTICLE, None, "body", 1, IMAGE)}],
        )
    ],
    # Rights.
    "articles.rights_are_kept": cases_of_rights("articles"),
    "comments.rights_are_kept": cases_of_rights("comments"),
    # The others.
    "comments.position_is_unique": [
        Case(
            {"comments": [good("comments"), good("comments", comment_id=other_id(1))]},
            [{"article_id": ARTICLE, "position": 1, "rows": 2}],
        )
    ],
    "revisions.one_is_current": [
        Case(
            {"revisions": [good("revisions", is_current=False)]},
            [{"article_id": ARTICLE, "current": 0}],
        ),
        Case({"revisions": []}, [{"article_id": ARTICLE, "current": 0}]),
        Case(
            {"revisions": [good("revisions"), good("revisions", raw_path="_posts/again.md")]},
            [{"article_id": ARTICLE, "current": 2}],
        ),
    ],
    "revisions.nothing_is_lost": [
        # Found, and told by no table.
        Case(
            {},
            [{"source": "archive", "raw_path": "_posts/lost.md", "found": 1, "told": 0}],
            found=(PATH, REJECTED, "_posts/lost.md"),
        ),
        # Told, and never found.
        Case(
            {"rejects": [good("rejects"), good("rejects", raw_path="_posts/invented.md")]},
            [{"source": "archive", "raw_path": "_posts/invented.md", "found": 0, "told": 1}],
        ),
        # Told twice: a revision, and a reject.
        Case(
            {"rejects": [good("rejects"), good("rejects", raw_path=PATH)]},
            [{"source": "archive", "raw_path": PATH, "found": 1, "told": 2}],
        ),
        # Found twice, told once.
        Case(
            {},
            [{"source": "archive", "raw_path": PATH, "found": 2, "told": 1}],
            found=(PATH, PATH, REJECTED),
        ),
        # The same path in another source is another post.
        Case(
            {"rejects": [good("rejects", source="elsewhere")]},
            [
                {"source": "archive", "raw_path": REJECTED, "found": 1, "told": 0},
                {"source": "elsewhere", "raw_path": REJECTED, "found": 0, "told": 1},
            ],
        ),
    ],
}


def test_every_rule_has_a_case_that_breaks_it():
    assert set(CASES) == set(RULES)


def test_rules_stand_in_the_order_of_the_tables_and_have_names_of_their_own():
    tables = [rule.table for rule in rules()]
    assert list(dict.fromkeys(tables)) == [table.name for table in TABLES]
    assert tables == sorted(tables, key=[table.name for table in TABLES].index)
    assert len({(rule.table, rule.name) for rule in rules()}) == len(rules())
    assert all(rule.description.endswith(".") for rule in rules())


def test_a_good_dataset_keeps_every_rule():
    assert broken(GOOD, found_posts(PATH, REJECTED)) == []


def test_contributors_who_list_each_other_are_no_fault():
    people = [
        alike([UNKNOWN], ["same_name"]),
        alike([CONTRIBUTOR], ["same_name"], contributor_id=UNKNOWN, slug=None),
    ]
    tables = GOOD | {"contributors": frame("contributors", *people)}
    assert (
        failing(RULES["contributors.possible_same_as_is_mutual"], tables, found_posts(PATH, REJECTED)) == []
    )


def test_empty_tables_keep_every_rule():
    empty = {table: rows.clear() for table, rows in GOOD.items()}
    assert broken(empty, found_posts(PATH).clear()) == []


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, id=f"{name}-{number}")
        for name, cases in CASES.items()
        for number, case in enumerate(cases)
    ],
)
def test_the_rule_names_the_rows_that_break_it(name, case):
    tables = GOOD | {
        table: frame(table, *rows) if rows else GOOD[table].clear() for table, rows in case.rows.items()
    }
    assert failing(RULES[name], tables, found_posts(*case.found), case.rights) == case.failing


def test_a_contributor_without_a_profile_may_have_any_id():
    """Its id is derived from the name as it was first met, which the tables do not hold."""
    tables = GOOD | {"contributors": frame("contributors", good("contributors", slug=None))}
    rule = RULES["contributors.contributor_id_follows_from_content"]
    assert failing(rule, tables, found_posts(PATH, REJECTED)) == []


@pytest.mark.parametrize("table", ["articles", "comments"])
@pytest.mark.parametrize(
    ("rights", "text", "html"),
    [
        (FULL, "渡" * 5_000, "<p>x</p>"),
        (FULL, None, None),
        (EXCERPTS, "渡" * 280, None),
        (EXCERPTS, None, None),
        (METADATA, None, None),
        ({}, None, None),
    ],
    ids=["all", "nothing", "an excerpt", "no excerpt", "metadata", "nothing of an unknown source"],
)
def test_what_the_rights_allow_is_no_fault(table, rights, text, html):
    tables = GOOD | {table: frame(table, good(table, body_text=text, body_html=html))}
    rule = RULES[f"{table}.rights_are_kept"]
    assert failing(rule, tables, found_posts(PATH, REJECTED), rights) == []


def test_the_rights_of_a_comment_are_those_of_the_source_of_its_article():
    articles = frame(
        "articles", good("articles", source="open"), good("articles", article_id=UNKNOWN, source="closed")
    )
    comments = frame(
        "comments", good("comments"), good("comments", comment_id=other_id(1), article_id=UNKNOWN)
    )
    rule = RULES["comments.rights_are_kept"]
    tables = GOOD | {"articles": articles, "comments": comments}
    rights = {"open": "full", "closed": "metadata"}
    assert failing(rule, tables, found_posts(PATH, REJECTED), rights) == [
        {"article_id": UNKNOWN, "publish": "metadata", "characters": 18, "has_html": True}
    ]


OF_NEW_ROWS = [name for name in RULES if name.endswith(("_follows_from_content", ".rights_are_kept"))]


@pytest.mark.parametrize("name", OF_NEW_ROWS)
def test_rules_of_single_rows_look_at_the_rows_written_now_and_no_others(name):
    case = CASES[name][0]
    tables = GOOD | {table: frame(table, *rows) for table, rows in case.rows.items()}
    found = found_posts(PATH, REJECTED)
    assert failing(RULES[name], tables, found, case.rights, written=GOOD | tables) == case.failing
    nothing = {table: rows.clear() for table, rows in tables.items()}
    assert failing(RULES[name], tables, found, case.rights, written=nothing) == []


@pytest.mark.parametrize("name", [name for name in RULES if name not in OF_NEW_ROWS])
def test_rules_between_rows_look_at_whole_tables_whatever_was_written_now(name):
    assert "new_" not in str(RULES[name].failing)


# The contract refuses these texts elsewhere; ids are made of whatever a post holds.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63), 2**63 - 1)
places = st.lists(st.tuples(texts, st.none() | texts, texts, numbers, texts), min_size=1, max_size=20)


@settings(derandomize=True, database=None, deadline=None, max_examples=25)
@given(places)
def test_the_database_derives_the_same_ids_as_python(values):
    names = ("article_id", "comment_id", "region", "position", "href")
    links = frame(
        "links",
        *(
            row("links", link_id=make_id("link", *place), **dict(zip(names, place, strict=True)))
            for place in values
        ),
    )
    rule = RULES["links.link_id_follows_from_content"]
    found = found_posts(PATH, REJECTED)
    assert failing(rule, GOOD | {"links": links}, found) == []
    # And no other id: each is told, with the one that it should be.
    wrong = links.with_columns(link_id=pl.lit(UNKNOWN))
    assert {item["derived"] for item in failing(rule, GOOD | {"links": wrong}, found)} == set(
        links["link_id"]
    )
