"""Questions to a published dataset: SQL, and what became of a page or a post."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.inspection.lookup import EXPLAINED, LookupFailedError, explain, run_sql
from pipeline.refresh.steps import build

PROJECT = Path(__file__).resolve().parents[2]
RAW = PROJECT / "raw"

NIGHT_LIBRARY = "https://www.lanternfile.example/conversation/what-should-night-library-be"
NIGHT_LIBRARY_POST = "_posts/2021-11-26-What Should a Night Library Be For.md"
NOODLES = "_posts/2020-07-19-Nine Kinds of Noodles.md"
# Posts whose names hold what LIKE, SQL and globs take for signs of their own.
ODD_NAMES = ("100% wool.md", "100 parts wool.md", "a_b.md", "axb.md", "it's.md", "[x].md", "a\\b.md")
# A name that is no UTF-8, as the file system spells it.
LATIN = os.fsdecode(b"caf\xe9.md")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample and some posts with odd names, published in a folder with an odd name."""
    folder = tmp_path_factory.mktemp("lookup")
    shutil.copytree(RAW, folder / "raw")
    for number, name in enumerate((*ODD_NAMES, LATIN)):
        title = json.dumps(ascii(name))
        (folder / "raw/sample/_posts" / name).write_text(
            f"---\ntitle: {title}\nfrom: https://odd.example/{number}\n---\n<p>Text {number}.</p>\n"
        )
    build(folder / "raw", folder / 'it\'s "my" outputs [1] 墨', 1)
    return folder / 'it\'s "my" outputs [1] 墨'


def names(out: Path, what: str) -> list[str]:
    """What an explanation is about: articles by their titles, rejects by their names."""
    return [item["facts"].get("title") or item["name"] for item in explain(out, what)]


# SQL.


def test_a_query_gives_names_and_rows(out):
    assert run_sql(out, "SELECT 1 AS one, NULL AS none") == (["one", "none"], [(1, None)])
    assert run_sql(out, "SELECT title FROM articles WHERE false") == (["title"], [])


def test_bytes_that_are_no_utf8_are_no_query(out):
    with pytest.raises(LookupFailedError, match="not UTF-8"):
        run_sql(out, b"SELECT 'caf\xe9'".decode("utf-8", "surrogateescape"))


def test_of_several_statements_the_last_answers(out):
    assert run_sql(out, "SELECT 1 AS one; SELECT 2 AS two") == (["two"], [(2,)])


def test_values_come_as_python_knows_them(out):
    _, rows = run_sql(
        out, f"SELECT authors, published_at, is_stub FROM articles WHERE url = '{NIGHT_LIBRARY}'"
    )
    assert rows == [(["Ottilie Marsh", "Shen Yuhe"], datetime(2021, 11, 26, 9, 40, tzinfo=UTC), False)]


def test_a_name_that_repeats_gets_a_number(out):
    columns, rows = run_sql(out, "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a")
    assert columns == ["a", "a_1", "a_1_1", "a_2"]
    assert rows == [(1, 2, 3, 4)]


@pytest.mark.parametrize("sql", ["", "  \n", ";", "-- nothing", "/* nothing */"])
def test_an_empty_query_is_refused(sql, out):
    with pytest.raises(LookupFailedError, match="The query is empty"):
        run_sql(out, sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT nothing FROM articles", 'column "nothing" not found'),
        # Names of this program's variables are no tables.
        ("SELECT * FROM sql", "Table with name sql does not exist"),
        ("SELECT * FROM connection", "Table with name connection does not exist"),
    ],
)
def test_a_wrong_query_is_refused_with_duckdbs_message(sql, said, out):
    with pytest.raises(LookupFailedError, match=r"^DuckDB refuses the query: ") as refusal:
        run_sql(out, sql)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE articles",
        "DELETE FROM comments",
        "UPDATE articles SET title = 'x'",
        "INSERT INTO rejects SELECT * FROM rejects",
        "CREATE TABLE mine AS SELECT 1",
        "SELECT 1; DROP TABLE articles",
    ],
)
def test_nothing_can_be_written(sql, out):
    before = (out / "commonplace.duckdb").read_bytes()
    with pytest.raises(LookupFailedError, match="read-only"):
        run_sql(out, sql)
    assert (out / "commonplace.duckdb").read_bytes() == before


def test_before_the_first_build_there_is_nothing_to_ask(tmp_path):
    for question in (run_sql, explain):
        with pytest.raises(LookupFailedError, match=r"no dataset yet\. Run `commonplace build` first"):
            question(tmp_path / "nowhere", "SELECT 1")
    assert not (tmp_path / "nowhere").exists()


def test_a_database_that_somebody_else_writes_to_is_an_error_that_says_so(tmp_path):
    """The `duckdb` shell opens a file for writing, where it is not told otherwise."""
    with duckdb.connect(str(tmp_path / "commonplace.duckdb")) as connection:
        connection.execute("CREATE TABLE articles (title VARCHAR)")
        with pytest.raises(LookupFailedError, match=r"commonplace\.duckdb: DuckDB cannot open it: "):
            run_sql(tmp_path, "SELECT 1")


def test_a_file_that_is_no_database_is_an_error_that_says_so(tmp_path):
    (tmp_path / "commonplace.duckdb").write_text("no database" * 1000)
    with pytest.raises(LookupFailedError, match=r"commonplace\.duckdb: DuckDB cannot open it: "):
        explain(tmp_path, NIGHT_LIBRARY)


# What became of it.


@pytest.mark.parametrize(
    "url",
    [
        NIGHT_LIBRARY,
        NIGHT_LIBRARY.replace("https:", "http:"),
        f"{NIGHT_LIBRARY}/",
        f"{NIGHT_LIBRARY}?utm_source=feed&fbclid=x",
        f"{NIGHT_LIBRARY}#comment-4121",
        NIGHT_LIBRARY.replace("www.lanternfile", "WWW.LanternFile").replace("https", "HTTPS"),
        NIGHT_LIBRARY.replace("night", "%6eight"),
    ],
)
def test_a_page_is_found_by_any_spelling_of_its_url(url, out):
    assert names(out, url) == ["What Should a Night Library Be For?"]


def test_a_page_is_found_by_a_url_in_its_own_script(out):
    assert names(out, "https://www.inkandferry.example/河边的茶摊/") == ["河边的茶摊 - 墨渡"]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("articles", "article_id"),
        ("comments", "comment_id"),
        ("contributions", "contribution_id"),
        ("links", "link_id"),
        ("media", "media_id"),
        ("revisions", "raw_sha256"),
    ],
)
def test_an_article_is_found_by_every_id_that_is_in_it(table, column, out):
    page = f"(SELECT article_id FROM articles WHERE url = '{NIGHT_LIBRARY}')"
    ((found,),) = run_sql(out, f"SELECT max({column}) FROM {table} WHERE article_id = {page}")[1]
    assert names(out, found) == ["What Should a Night Library Be For?"]


def test_a_contributor_is_explained_by_their_articles(out):
    ((contributor,),) = run_sql(out, "SELECT contributor_id FROM contributors WHERE name = 'Ludo Ferrant'")[1]
    assert names(out, contributor) == ["What Should a Night Library Be For?"]


def test_facts_of_an_article(out):
    (found,) = explain(out, "Every Footbridge in Wuli, Counted Again.md")
    assert found == {
        "is": "article",
        "name": "1335b54afbab412b447f",
        "facts": {
            "title": "Every Footbridge in Wuli, Counted Again",
            "url": "https://www.lanternfile.example/maps/analysis/counting-footbridges-wuli",
            "profile": "chinafile",
            "published": "2022-03-09T05:30:00Z (exact to the day)",
            "author line": "Wen Lishan, Ines Varga & more",
            "body": "69 words, 379 characters, language en",
            "comments": 0,
            "people": ["author: Ines Varga", "author: Wen Lishan"],
            "found where": ["1 links in body", "3 media in body"],
            "revisions": [
                "current sample:_posts/2022-03-09-Every Footbridge in Wuli, Counted Again.md",
                "older   sample:_posts/2021-04-23-Counting the Footbridges of Wuli.md",
                "older   sample:_posts/2020-11-10-Counting the Footbridges of Wuli County.md",
            ],
        },
    }


def test_what_is_not_known_is_not_said(out):
    (untitled,) = explain(out, "2019-10-20-.md")
    assert (untitled["facts"]["title"], untitled["facts"]["comments"]) == (None, 0)
    assert untitled["facts"]["body"] == "0 words, 0 characters, language unknown, a stub"
    (undated,) = explain(out, "The Bicycle Library.md")
    assert undated["facts"]["published"] is None
    assert undated["facts"]["revisions"][0].endswith("The Bicycle Library.md [unreadable_date]")


@pytest.mark.parametrize(
    "what", [NOODLES, "Nine Kinds of Noodles.md", "Noodles.md", f"sample:{NOODLES}", "10fa384ac84ff7de"]
)
def test_a_reject_is_found_by_its_path_the_end_of_it_or_its_digest(what, out):
    if len(what) == 16:
        ((what,),) = run_sql(out, f"SELECT raw_sha256 FROM rejects WHERE starts_with(raw_sha256, '{what}')")[
            1
        ]
    (found,) = explain(out, what)
    assert (found["is"], found["name"]) == ("reject", f"sample:{NOODLES}")
    assert found["facts"]["stage"] == "post"
    assert found["facts"]["reason"] == "yaml_alias"
    assert found["facts"]["raw_bytes"] == (RAW / "sample" / NOODLES).stat().st_size


def test_what_an_answer_calls_a_post_can_be_asked_for(out):
    for name in explain(out, NIGHT_LIBRARY)[0]["facts"]["revisions"]:
        assert names(out, name.removeprefix("current ")) == ["What Should a Night Library Be For?"]


@pytest.mark.parametrize(
    "what",
    [
        "%",
        "_",
        "*",
        "%Night Library%",
        "What Should_a Night Library Be For.md",
        "2021*.md",
        "?.md",
        os.fsdecode(b"\xff"),
        os.fsdecode(b"https://odd.example/\xff"),
        "' OR 1=1 --",
        "x' UNION SELECT article_id FROM articles --",
        "'); DROP TABLE articles; --",
        "$what",
        "https://www.lanternfile.example/' OR '1'='1",
        "\\",
        NIGHT_LIBRARY_POST.removesuffix(".md"),
        "https://unknown.example/",
        "0" * 20,
        "0f" * 32,
    ],
)
def test_what_names_nothing_finds_nothing_whatever_signs_it_holds(what, out):
    with pytest.raises(LookupFailedError, match="is no URL, id or raw path of this dataset"):
        explain(out, what)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_signs_in_a_name_stand_for_themselves(name, out):
    assert names(out, f"/{name}") == [ascii(name)]


@pytest.mark.parametrize("name", [LATIN, r"caf\xe9.md", r"sample:_posts/caf\xe9.md"])
def test_a_name_that_is_no_utf8_is_found_as_the_file_system_spells_it_and_as_the_tables_do(name, out):
    assert names(out, name) == [ascii(LATIN)]


@pytest.mark.parametrize("what", ["", " ", "\n"])
def test_nothing_is_no_question(what, out):
    with pytest.raises(LookupFailedError, match="Name a URL, an id, a raw path or the end of one"):
        explain(out, what)


def test_no_more_than_some_are_explained(out):
    found = explain(out, ".md")
    assert [item["is"] for item in found] == ["article"] * EXPLAINED + ["reject"] * 7
