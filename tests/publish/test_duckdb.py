"""The DuckDB file: the tables as they are in Parquet, with keys, comments and views."""

import random

import duckdb
import polars as pl
import pytest

from pipeline.publish import views
from pipeline.publish.duckdb import (
    DatabaseError,
    Delta,
    path_literal,
    sql_type,
    update_database,
    write_database,
)
from pipeline.publish.parquet import table_files, write_parquet
from pipeline.tables.ids import make_id
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
def test_a_table_holds_what_its_parquet_files_hold(table, database, folder):
    files = ", ".join(map(path_literal, table_files(table, folder / "parquet")))
    parquet = f"SELECT * FROM read_parquet([{files}])"
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
    # rejects.raw_sha256 can be null, and no key of a table to itself is one: see pipeline/publish/duckdb.py.
    keys = {
        (table.name, "UNIQUE" if table.name == "rejects" else "PRIMARY KEY", table.key, None, ())
        for table in TABLES
    }
    foreign_keys = {
        (table.name, "FOREIGN KEY", (key.column,), key.references, (key.to_column,))
        for table in TABLES
        for key in table.foreign_keys
        if key.references != table.name
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


def test_the_rows_of_all_files_of_a_table_are_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.publish.partitions.ROWS_OF_LONG_TEXT", 60)
    ids = [make_id("article", number) for number in range(500)]
    rows = [another(BY_NAME["articles"], n) | {"article_id": id_} for n, id_ in enumerate(ids)]
    path = write(tmp_path, articles=frame("articles", row("articles"), *rows))
    assert len(table_files(BY_NAME["articles"], tmp_path / "parquet")) == 16
    assert {id_ for (id_,) in select(path, "SELECT article_id FROM articles")} == {ARTICLE, *ids}
    assert select(path, "SELECT count(*) FROM articles") == [(501,)]


def test_lists_that_belong_together_are_read_together(tmp_path):
    one, other = other_id(1), other_id(2)
    people = [
        row("contributors", possible_same_as=[one, other], possible_same_as_reasons=["same_name", "x+y"]),
        row("contributors", contributor_id=one),
    ]
    path = write(tmp_path, contributors=frame("contributors", *people))
    query = (
        "SELECT contributor_id, unnest(possible_same_as) AS other, "
        "unnest(possible_same_as_reasons) AS reason FROM contributors ORDER BY other"
    )
    assert select(path, query) == [(CONTRIBUTOR, one, "same_name"), (CONTRIBUTOR, other, "x+y")]
    known = f"SELECT other, reason FROM ({query}) JOIN contributors ON contributors.contributor_id = other"
    assert select(path, known) == [(one, "same_name")]


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


def test_the_file_opens_under_any_name_and_with_duckdb_1_2(tmp_path):
    cited = another(BY_NAME["articles"], 1)
    path = write(
        tmp_path / "written",
        articles=frame("articles", row("articles"), cited),
        links=frame(
            "links",
            row("links"),
            row("links", link_id=other_id(1), kind="internal", target_article_id=cited["article_id"]),
        ),
    )
    moved = tmp_path / "moved.db"
    moved.write_bytes(path.read_bytes())
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{moved}' AS other (READ_ONLY)")
        for view in views.VIEWS:
            assert connection.sql(f"SELECT * FROM other.{view.name}").fetchall() != []
        ((tags,),) = connection.sql(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'other'"
        ).fetchall()
    # The oldest DuckDB that reads it, as DuckDB itself says.
    assert tags["storage_version"].startswith("v1.2.0")


# A file made from the one before.


class Dataset:
    """Rows of all tables that fit together, to be changed at random; `rows` has them by table and key."""

    def __init__(self, seed, articles=30):
        self.random = random.Random(seed)
        self.rows = {table.name: {} for table in TABLES}
        self.count = 0
        for _ in range(articles):
            self.add()

    def copy(self):
        return {name: dict(rows) for name, rows in self.rows.items()}

    def put(self, table, **values):
        row_ = row(table, **values)
        self.rows[table][tuple(row_[name] for name in BY_NAME[table].key)] = row_

    def add(self):
        """An article with all that hangs on one."""
        self.count += 1
        article = make_id("article", self.count)
        self.put("articles", article_id=article, canonical_url=f"https://lanternfile.example/{self.count}")
        self.put("revisions", article_id=article, raw_path=f"{self.count}.md")
        self.put("rejects", raw_path=f"{self.count}.txt", raw_sha256=self.random.choice([None, "0a" * 32]))
        places = [None]
        for position in range(1, self.random.randrange(4)):
            comment = make_id("comment", article, position)
            answered = places[-1]
            self.put(
                "comments",
                comment_id=comment,
                article_id=article,
                position=position,
                parent_comment_id=answered,
            )
            places.append(comment)
        for position in range(1, 4):
            there = {"article_id": article, "comment_id": self.random.choice(places), "position": position}
            person = make_id("contributor", self.random.randrange(12))
            self.put("contributors", contributor_id=person)
            self.put(
                "contributions",
                **there,
                contribution_id=make_id("contribution", article, position),
                contributor_id=person,
            )
            target = self.random.choice([None, *self.rows["articles"]])
            self.put(
                "links",
                **there,
                link_id=make_id("link", article, position),
                target_article_id=target and target[0],
            )
            self.put("media", **there, media_id=make_id("media", article, position))

    def remove(self, table):
        """A row, and whatever names it."""
        if self.rows[table]:
            self._remove(table, self.random.choice(sorted(self.rows[table], key=str)))

    def _remove(self, name, key):
        del self.rows[name][key]
        for table in TABLES:
            for foreign in table.foreign_keys:
                if foreign.references == name:
                    rows = self.rows[table.name].items()
                    for own in [own for own, row_ in rows if row_[foreign.column] == key[0]]:
                        if own in self.rows[table.name]:
                            self._remove(table.name, own)

    def edit(self, table):
        """Another value in a row that is no key."""
        column = {
            "articles": "title",
            "comments": "body_text",
            "contributors": "name",
            "contributions": "name",
            "links": "text",
            "media": "alt",
            "revisions": "title",
            "rejects": "message",
        }[table]
        if self.rows[table]:
            key = self.random.choice(sorted(self.rows[table], key=str))
            self.count += 1
            self.rows[table][key] = self.rows[table][key] | {column: f"words {self.count}"}

    def change(self):
        for _ in range(self.random.randrange(1, 6)):
            table = self.random.choice([table.name for table in TABLES])
            self.random.choice([self.add, lambda t=table: self.remove(t), lambda t=table: self.edit(t)])()


def frames(rows):
    return {
        table.name: pl.DataFrame(list(rows[table.name].values()), schema=table.polars_schema)
        for table in TABLES
    }


def deltas(before, after):
    """What parts two datasets; where a row goes that others name, they go too, and come again."""
    gone, found = {}, {}
    for table in TABLES:
        old, new = before[table.name], after[table.name]
        went = {key for key in old if new.get(key) != old[key]}
        for foreign in table.foreign_keys:
            if foreign.references != table.name:
                lost = {key[0] for key in gone[foreign.references]}
                went |= {key for key, row_ in old.items() if row_[foreign.column] in lost}
        gone[table.name] = went
        keys = pl.DataFrame(
            [dict(zip(table.key, key, strict=True)) for key in sorted(went, key=str)],
            schema={name: table.polars_schema[name] for name in table.key},
        )
        fresh = [row_ for key, row_ in new.items() if key in went or key not in old]
        found[table.name] = Delta(keys, pl.DataFrame(fresh, schema=table.polars_schema))
    return found


def differences(path, other):
    """The tables whose rows two files do not share, each as often."""
    with duckdb.connect() as connection:
        for name, file in (("one", path), ("two", other)):
            connection.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
        queries = {
            table.name: f"(FROM one.{table.name} EXCEPT ALL FROM two.{table.name}) UNION ALL "
            f"(FROM two.{table.name} EXCEPT ALL FROM one.{table.name})"
            for table in TABLES
        }
        return {name: rows for name, query in queries.items() if (rows := connection.sql(query).fetchall())}


def holds(path, rows):
    """The tables of a file whose rows are not these."""
    with duckdb.connect(path, read_only=True) as connection:
        wrong = []
        for name, expected in frames(rows).items():
            connection.register("expected", expected.to_arrow())
            query = f"(FROM {name} EXCEPT ALL FROM expected) UNION ALL (FROM expected EXCEPT ALL FROM {name})"
            wrong += [name] if connection.sql(query).fetchall() else []
        return wrong


@pytest.mark.parametrize("seed", range(3))
def test_a_file_made_from_the_one_before_holds_the_rows_of_one_made_whole(seed, tmp_path):
    dataset = Dataset(seed)
    standing = write(tmp_path / "before", **frames(dataset.rows))
    for number in range(6):
        before = dataset.copy()
        dataset.change()
        updated = tmp_path / f"{number}.duckdb"
        update_database(standing, updated, deltas(before, dataset.rows))
        assert holds(updated, dataset.rows) == []
        # The next one is made from this.
        standing = updated
    assert differences(standing, write(tmp_path / "whole", **frames(dataset.rows))) == {}


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    """The file of thirty articles and all that hangs on them."""
    return write(tmp_path_factory.mktemp("thirty"), **frames(Dataset(20).rows))


@every_table
def test_any_row_may_go_and_come_and_change(table, thirty, tmp_path):
    dataset = Dataset(20)
    standing = thirty
    for number, change in enumerate((dataset.remove, dataset.edit)):
        before = dataset.copy()
        for _ in range(3):
            change(table.name)
        assert before[table.name] != dataset.rows[table.name]
        updated = tmp_path / f"{number}.duckdb"
        update_database(standing, updated, deltas(before, dataset.rows))
        assert holds(updated, dataset.rows) == []
        standing = updated


def test_many_rows_may_change(tmp_path):
    dataset = Dataset(1, articles=1_000)
    standing = write(tmp_path / "standing", **frames(dataset.rows))
    before = dataset.copy()
    for _ in range(40):
        dataset.change()
    update_database(standing, tmp_path / "updated.duckdb", deltas(before, dataset.rows))
    assert holds(tmp_path / "updated.duckdb", dataset.rows) == []


def test_all_rows_may_go_and_come_again(thirty, tmp_path):
    dataset = Dataset(20)
    nothing = {table.name: {} for table in TABLES}
    empty = tmp_path / "empty.duckdb"
    update_database(thirty, empty, deltas(dataset.rows, nothing))
    assert {select(empty, f"SELECT count(*) FROM {table.name}")[0][0] for table in TABLES} == {0}
    update_database(empty, tmp_path / "again.duckdb", deltas(nothing, dataset.rows))
    assert differences(tmp_path / "again.duckdb", thirty) == {}


def test_of_rejects_without_bytes_only_the_one_meant_goes(tmp_path):
    unread = [row("rejects", raw_path=f"{n}.md", raw_sha256=None) for n in range(3)]
    read = row("rejects", raw_path="1.md", raw_sha256="0a" * 32)
    standing = write(tmp_path, rejects=frame("rejects", *unread, read))
    keys = frame("rejects", unread[1]).select(BY_NAME["rejects"].key)
    update_database(standing, tmp_path / "updated.duckdb", {"rejects": Delta(keys, frame("rejects").clear())})
    left = select(tmp_path / "updated.duckdb", "SELECT raw_path, raw_sha256 FROM rejects ORDER BY ALL")
    assert left == [("0.md", None), ("1.md", "0a" * 32), ("2.md", None)]


def test_without_a_difference_the_rows_are_the_same(folder, tmp_path):
    standing = folder / "commonplace.duckdb"
    nothing = {table.name: Delta(frame(table.name).clear(), frame(table.name).clear()) for table in TABLES}
    for number, none in enumerate(({}, nothing)):
        update_database(standing, tmp_path / f"{number}.duckdb", none)
        assert differences(tmp_path / f"{number}.duckdb", standing) == {}


@pytest.fixture(scope="module")
def updated(tmp_path_factory):
    """A file that was made from the one before, whose bytes and path come with it."""
    folder = tmp_path_factory.mktemp("updated")
    dataset = Dataset(3)
    standing = write(folder / "standing", **frames(dataset.rows))
    older = standing.read_bytes()
    before = dataset.copy()
    for _ in range(10):
        dataset.change()
    # Somebody reads the standing file all the while.
    with duckdb.connect(standing, read_only=True) as reader:
        update_database(standing, folder / "updated.duckdb", deltas(before, dataset.rows))
        assert reader.sql("SELECT count(*) FROM articles").fetchall() == [(30,)]
    return folder / "updated.duckdb", standing, older


def test_the_standing_file_is_not_touched(updated):
    path, standing, older = updated
    assert standing.read_bytes() == older
    assert {file.name for file in path.parent.iterdir()} == {"standing", "updated.duckdb"}
    assert {file.name for file in standing.parent.iterdir()} == {"parquet", "commonplace.duckdb"}


def test_keys_comments_and_views_are_those_of_a_file_made_whole(updated):
    path, standing, _ = updated
    for query in (
        "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
        "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL",
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() ORDER BY ALL",
        "SELECT view_name, sql, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
    ):
        assert select(path, query) == select(standing, query) != []
    for view in views.VIEWS:
        assert select(path, f"SELECT count(*) FROM {view.name}")[0][0] > 0


def test_keys_are_still_kept(updated, tmp_path):
    copied = tmp_path / "copied.duckdb"
    copied.write_bytes(updated[0].read_bytes())
    with duckdb.connect(copied) as connection:
        with pytest.raises(duckdb.ConstraintException, match=r"[Dd]uplicate key"):
            connection.execute("INSERT INTO articles SELECT * FROM articles LIMIT 1")
        with pytest.raises(duckdb.ConstraintException, match="foreign key"):
            connection.execute("DELETE FROM articles")


def test_it_opens_under_any_name_in_several_connections_and_with_duckdb_1_2(updated, tmp_path):
    moved = tmp_path / "moved.db"
    moved.write_bytes(updated[0].read_bytes())
    with duckdb.connect(moved, read_only=True) as one, duckdb.connect(moved, read_only=True) as two:
        counted = [connection.sql("SELECT count(*) FROM links").fetchall() for connection in (one, two)]
        assert counted[0] == counted[1] != [(0,)]
        ((tags,),) = one.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'moved'").fetchall()
    assert tags["storage_version"].startswith("v1.2.0")


def nothing_goes(table):
    return frame(table).clear().select(BY_NAME[table].key)


@every_table
def test_a_new_row_whose_key_repeats_is_refused(table, folder, tmp_path):
    fresh = frame(
        table.name, row("rejects", raw_sha256="0a" * 32) if table.name == "rejects" else row(table.name)
    )
    twice = {table.name: Delta(nothing_goes(table.name), pl.concat([fresh] * 2))}
    with pytest.raises(DatabaseError, match=rf"table {table.name}: .*[Dd]uplicate key"):
        update_database(folder / "commonplace.duckdb", tmp_path / "updated.duckdb", twice)


def test_a_new_row_with_a_key_that_stands_is_refused(folder, tmp_path):
    again = {"articles": Delta(nothing_goes("articles"), frame("articles"))}
    with pytest.raises(DatabaseError, match=r"table articles: .*[Dd]uplicate key"):
        update_database(folder / "commonplace.duckdb", tmp_path / "updated.duckdb", again)


def test_a_new_row_that_names_nothing_is_refused(folder, tmp_path):
    lost = frame("links", row("links", link_id=other_id(1), article_id=other_id(2)))
    with pytest.raises(DatabaseError, match=r"table links: .*article_id"):
        update_database(
            folder / "commonplace.duckdb",
            tmp_path / "updated.duckdb",
            {"links": Delta(nothing_goes("links"), lost)},
        )


@pytest.mark.parametrize("table", ["articles", "comments", "contributors"])
def test_a_row_that_others_still_name_does_not_go(table, folder, tmp_path):
    alone = {table: Delta(frame(table).select(BY_NAME[table].key), frame(table).clear())}
    with pytest.raises(DatabaseError, match=rf"table {table}: "):
        update_database(folder / "commonplace.duckdb", tmp_path / "updated.duckdb", alone)


def test_new_text_is_never_taken_for_sql(folder, tmp_path):
    title = "'); DROP TABLE links; -- \" ${x} %s ?"
    new = row("articles", article_id=other_id(1), title=title, canonical_url="https://river.example/")
    update_database(
        folder / "commonplace.duckdb",
        tmp_path / "updated.duckdb",
        {"articles": Delta(nothing_goes("articles"), frame("articles", new))},
    )
    shown = select(tmp_path / "updated.duckdb", "SELECT title, (SELECT count(*) FROM links) FROM articles")
    assert (title, 1) in shown


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


def cites(number, article, target, region="body"):
    """A link of one article to another."""
    return row(
        "links",
        link_id=other_id(number),
        article_id=article,
        target_article_id=target,
        region=region,
        kind="internal",
    )


def cited_dataset(folder):
    """Three articles: 1 links to 2 three times and to 3 once, 3 on another site links to 2; 1 to itself."""
    one, two, three = (
        row(
            "articles",
            article_id=other_id(number),
            canonical_url=f"https://{site}/{number}",
            url=f"https://{site}/{number}",
            title=title,
            site=site,
        )
        for number, title, site in (
            (1, "Low Tide", "delta.example"),
            (2, "High Tide", "delta.example"),
            (3, "渡口", "reed.example"),
        )
    )
    found = (
        (one, two, "comment"),
        (one, two, "body"),
        (one, two, "body"),
        (one, three, "card"),
        (three, two, "body"),
        (one, one, "body"),
    )
    return write(
        folder,
        articles=frame("articles", row("articles"), one, two, three),
        links=frame(
            "links",
            row("links"),
            *(
                cites(number, citing["article_id"], cited["article_id"], region)
                for number, (citing, cited, region) in enumerate(found)
            ),
        ),
    )


def test_citations_says_which_articles_cite_which(tmp_path):
    shown = select(
        cited_dataset(tmp_path),
        "SELECT site, article_title, url, cited_site, cited_title, cited_url, links, regions FROM citations",
    )
    low, high, ferry = (
        f"https://{page}" for page in ("delta.example/1", "delta.example/2", "reed.example/3")
    )
    assert shown == [
        (
            "delta.example",
            "Low Tide",
            low,
            "delta.example",
            "High Tide",
            high,
            3,
            ["body", "comment"],
        ),
        ("delta.example", "Low Tide", low, "reed.example", "渡口", ferry, 1, ["card"]),
        ("reed.example", "渡口", ferry, "delta.example", "High Tide", high, 1, ["body"]),
    ]


def test_most_cited_articles_counts_the_articles_that_cite(tmp_path):
    shown = select(
        cited_dataset(tmp_path),
        "SELECT article_title, citing_articles, from_other_sites, links FROM most_cited_articles",
    )
    assert shown == [("High Tide", 2, 1, 4), ("渡口", 1, 1, 1)]


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
