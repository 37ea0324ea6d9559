"""The DuckDB file: the tables as they are in Parquet, with keys, comments and views."""

import duckdb
import polars as pl
import pytest

from pipeline.publish import views
from pipeline.publish.duckdb import DatabaseError, path_literal, sql_type, write_database
from pipeline.publish.parquet import parquet_path, write_parquet
from schemas import TABLES
from tests.rows import ARTICLE, BY_NAME, COMMENT, CONTRIBUTOR, another, frame, other_id, row

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def write(folder, **frames):
    """The database of the valid rows; `frames` replaces whole tables."""
    for table in TABLES:
        write_parquet(table, frames.get(table.name, frame(table.name)), folder / "parquet")
    write_database(folder / "parquet", folder / "commonplace.duckdb")
    return folder / "commonplace.duckdb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("database")
    write(folder)
    return folder


@pytest.fixture
def database(folder):
    with duckdb.connect(folder / "commonplace.duckdb", read_only=True) as connection:
        yield connection


def select(path, query):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.sql(query).fetchall()


@every_table
def test_a_table_holds_what_its_parquet_file_holds(table, database, folder):
    parquet = f"SELECT * FROM read_parquet({path_literal(parquet_path(table, folder / 'parquet'))})"
    own = f"SELECT * FROM {table.name}"
    differences = f"({own} EXCEPT ALL {parquet}) UNION ALL ({parquet} EXCEPT ALL {own})"
    assert database.sql(differences).fetchall() == []
    assert database.sql(f"SELECT count(*) FROM {table.name}").fetchall() == [(1,)]


@every_table
def test_columns_types_and_nulls_are_the_contracts(table, database):
    described = database.sql(f"DESCRIBE {table.name}").fetchall()
    assert [(name, kind, null == "YES") for name, kind, null, *_ in described] == [
        (column.name, sql_type(column), column.nullable) for column in table.columns
    ]


@every_table
def test_comments_are_the_contracts(table, database):
    comments = dict(database.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert comments[table.name] == table.description
    columns = database.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [table.name],
    ).fetchall()
    assert [name for name, _ in columns] == list(table.polars_schema)
    for column, (_, comment) in zip(table.columns, columns, strict=True):
        assert comment.startswith(column.description)


def test_a_columns_comment_names_its_unit_and_its_source(database):
    ((comment,),) = database.sql(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'articles' AND column_name = 'published_at'"
    ).fetchall()
    assert comment == (
        "When the page was published; null where the post does not say. Unit: UTC. "
        "Source: the epoch comment, else front matter `date`."
    )


def test_keys_are_the_contracts(database):
    constraints = database.sql(
        "SELECT table_name, constraint_type, constraint_column_names, referenced_table, "
        "referenced_column_names FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL'"
    ).fetchall()
    # rejects.raw_sha256 can be null, and a comment's parent is a comment: see pipeline/publish/duckdb.py.
    keys = {
        (table.name, "UNIQUE" if table.name == "rejects" else "PRIMARY KEY", table.key, None, ())
        for table in TABLES
    }
    foreign_keys = {
        (table.name, "FOREIGN KEY", (key.column,), key.references, (key.to_column,))
        for table in TABLES
        for key in table.foreign_keys
        if key.column != "parent_comment_id"
    }
    assert len(foreign_keys) == 10
    found = {(name, kind, tuple(own), to, tuple(their or ())) for name, kind, own, to, their in constraints}
    assert found == keys | foreign_keys


def test_a_key_that_repeats_is_refused(tmp_path):
    with pytest.raises(DatabaseError, match=r"table links: .*[Dd]uplicate key"):
        write(tmp_path, links=frame("links", row("links"), row("links")))


def test_a_foreign_key_that_leads_nowhere_is_refused(tmp_path):
    with pytest.raises(DatabaseError, match=r"table links: .*article_id"):
        write(tmp_path, links=frame("links", row("links", article_id=other_id(1))))


def test_comments_that_answer_comments_are_taken_in_any_order(tmp_path):
    answer = row("comments", comment_id=other_id(1), parent_comment_id=COMMENT, position=2)
    first = row("comments", position=3)
    path = write(tmp_path, comments=frame("comments", answer, first))
    assert select(path, "SELECT comment_id FROM comments") == [(other_id(1),), (COMMENT,)]


def test_rejects_whose_bytes_could_not_be_read_are_taken(tmp_path):
    unread = [row("rejects", raw_path=f"{n}.md", raw_sha256=None) for n in range(3)]
    assert select(write(tmp_path, rejects=frame("rejects", *unread)), "SELECT count(*) FROM rejects") == [
        (3,)
    ]


def test_rows_stand_in_the_tables_order(tmp_path):
    ids = [other_id(number) for number in range(5_000)]
    articles = frame("articles", row("articles"), *(another(BY_NAME["articles"], n) for n in range(5_000)))
    path = write(tmp_path, articles=articles.sample(fraction=1, shuffle=True, seed=1))
    assert select(path, "SELECT article_id FROM articles") == [(id_,) for id_ in [*ids, ARTICLE]]


def test_text_is_never_taken_for_sql(tmp_path):
    title = "'); DROP TABLE links; -- \" ${x} %s ?"
    path = write(tmp_path, articles=frame("articles", row("articles", title=title)))
    assert select(path, "SELECT title, (SELECT count(*) FROM links) FROM articles") == [(title, 1)]


def test_tables_without_rows_are_taken(tmp_path):
    path = write(tmp_path, **{table.name: pl.DataFrame(schema=table.polars_schema) for table in TABLES})
    for view in views.VIEWS:
        assert select(path, f"SELECT * FROM {view.name}") == []


@pytest.mark.parametrize("name", ["a'b", "a[1]", "a*", "year=2020", "a b", "墨渡", 'a"b', "a;b"])
def test_any_folder_will_do_and_nothing_else_is_left_there(name, tmp_path):
    folder = tmp_path / name
    write(folder)
    assert {path.name for path in folder.iterdir()} == {"parquet", "commonplace.duckdb"}
    assert select(folder / "commonplace.duckdb", "SELECT count(*) FROM articles") == [(1,)]


def test_a_file_that_is_there_is_replaced(tmp_path):
    write(tmp_path)
    assert select(write(tmp_path), "SELECT count(*) FROM articles") == [(1,)]


def test_the_file_opens_under_any_name_and_with_duckdb_1_2(folder, tmp_path):
    moved = tmp_path / "moved.db"
    moved.write_bytes((folder / "commonplace.duckdb").read_bytes())
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{moved}' AS other (READ_ONLY)")
        for view in views.VIEWS:
            assert connection.sql(f"SELECT * FROM other.{view.name}").fetchall() != []
        ((tags,),) = connection.sql(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'other'"
        ).fetchall()
    # The oldest DuckDB that reads it, as DuckDB itself says.
    assert tags["storage_version"].startswith("v1.2.0")


# The views.


def test_conversations_shows_a_comment_with_its_article_and_who_wrote_it(tmp_path):
    second = other_id(2)
    signed = [
        row("contributions", contribution_id=other_id(n), position=n, contributor_id=other_id(n), name=name)
        for n, name in ((2, "Ada M."), (1, "Tomas"))
    ]
    path = write(
        tmp_path,
        comments=frame("comments", row("comments"), row("comments", comment_id=second, position=2)),
        contributors=frame(
            "contributors",
            row("contributors", contributor_id=other_id(2)),
            row("contributors", contributor_id=other_id(1), name="Tomas Reed"),
        ),
        contributions=frame(
            "contributions",
            *signed,
            row("contributions", contribution_id=other_id(3), role="moderator", contributor_id=other_id(1)),
            row("contributions", contribution_id=other_id(4), comment_id=None, contributor_id=other_id(1)),
        ),
    )
    shown = select(
        path, "SELECT article_title, position, comment_id, commenters, comment_text FROM conversations"
    )
    assert shown == [
        ("What Is a Night Library For?", 1, COMMENT, ["Tomas Reed", "Ada Marsh"], "The ferrymen come."),
        ("What Is a Night Library For?", 2, second, [], "The ferrymen come."),
    ]


def test_most_linked_hosts_counts_the_links_to_other_sites(tmp_path):
    def link(number, domain, host="www.harbour.example", kind="external", article=ARTICLE):
        return row(
            "links",
            link_id=other_id(number),
            article_id=article,
            host=host,
            registered_domain=domain,
            kind=kind,
        )

    path = write(
        tmp_path,
        articles=frame("articles", row("articles"), another(BY_NAME["articles"], 1)),
        links=frame(
            "links",
            link(1, "harbour.example"),
            link(2, "harbour.example", host="maps.harbour.example"),
            link(3, "harbour.example", article=other_id(1)),
            link(4, None, host="192.0.2.7"),
            link(5, "lanternfile.example", kind="internal"),
            link(6, None, host=None, kind="external"),
        ),
    )
    assert select(path, "SELECT registered_domain, links, articles FROM most_linked_hosts") == [
        ("harbour.example", 3, 2),
        ("192.0.2.7", 1, 1),
    ]


def test_contributor_comments_shows_what_somebody_said(database):
    shown = database.sql(
        "SELECT contributor_id, name, role, article_title, url, comment_id, comment_text "
        "FROM contributor_comments"
    ).fetchall()
    url = "https://www.lanternfile.example/conversation/night-library"
    assert shown == [
        (
            CONTRIBUTOR,
            "Ada Marsh",
            "commenter",
            "What Is a Night Library For?",
            url,
            COMMENT,
            "The ferrymen come.",
        )
    ]


def test_archive_summary_accounts_for_every_raw_post(tmp_path):
    path = write(
        tmp_path,
        revisions=frame(
            "revisions",
            row("revisions"),
            row("revisions", raw_path="older.md", is_current=False, published_at=None),
        ),
        rejects=frame("rejects", row("rejects"), row("rejects", source="elsewhere")),
    )
    shown = select(path, "SELECT source, site, raw_posts, revisions, articles, rejects FROM archive_summary")
    assert shown == [
        ("archive", "lanternfile.example", 2, 2, 1, 0),
        ("archive", None, 1, 0, 0, 1),
        ("elsewhere", None, 1, 0, 0, 1),
    ]


def test_every_view_says_what_a_row_is(database):
    comments = dict(
        database.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
    )
    assert comments == {view.name: view.description for view in views.VIEWS}
    assert all(view.description.startswith("One row is ") for view in views.VIEWS)


def test_nothing_is_fetched(monkeypatch, tmp_path):
    """Extensions that are not part of DuckDB are neither installed nor loaded."""
    settings = {}
    connect = duckdb.connect

    def remember(*, config):
        settings.update(config)
        return connect(config=config)

    monkeypatch.setattr(duckdb, "connect", remember)
    for table in TABLES:
        write_parquet(table, frame(table.name), tmp_path)
    write_database(tmp_path, tmp_path / "commonplace.duckdb")
    assert settings["autoinstall_known_extensions"] is False
    assert settings["autoload_known_extensions"] is False
