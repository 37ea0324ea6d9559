"""Who is who: the tables `contributors` and `contributions`."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from pipeline.tables.assemble import assemble
from pipeline.tables.ids import make_id
from schemas.contract import TIMESTAMP
from tests.sites.pages import SITE, body, comment, comments, content, only, person, post, raw
from tests.tables.records import read, tables

OLD, NEW = "2020-05-01T00:00:00.000Z", "2021-05-01T00:00:00.000Z"


def by(author, path, *, site=SITE, date=NEW, people=(), intro="<p>Intro.</p>"):
    """A page with an author line and one comment for each of the people (a profile box)."""
    answers = "".join(comment(i, box) for i, box in enumerate(people, start=1))
    html = content(body(intro)) + (comments(answers) if people else "")
    return raw(post(html, author=author, url=f"{site}/{path}", date=date), f"{path}.md")


def boxed(name, slug, photo=None):
    """A profile box whose address need not follow from the name."""
    image = f'<img src="{SITE}/{photo}">' if photo else ""
    return (
        f'<div class="node node-profile cboxes contributor">{image}'
        f'<h3><a href="{SITE}/contributors/{slug}">{name}</a></h3></div>'
    )


@pytest.mark.parametrize(
    ("posts", "people"),
    [
        pytest.param(
            [by("Ada Marsh", "a", people=[person("Ada Marsh")])],
            [("ada-marsh", "Ada Marsh", ["Ada Marsh"], 1, 1)],
            id="an author is the one profile of that name",
        ),
        pytest.param(
            [by("ADA Marsh", "a", date=OLD), by("中参馆", "b", people=[person("Ada Marsh")], date=NEW)],
            [("ada-marsh", "Ada Marsh", ["ADA Marsh", "Ada Marsh"], 1, 1)],
            id="whatever the case, and on another page",
        ),
        pytest.param(
            [by("Dr. Ada Marsh", "a", date=OLD), by("Ada Marsh", "b"), by("By Ada Marsh", "c", date=OLD)],
            [(None, "Ada Marsh", ["Ada Marsh", "Ada Marsh", "Dr. Ada Marsh"], 3, 0)],
            id="no profile: whatever the title, the white space and the label",
        ),
        pytest.param(
            [by("Mr. Marsh", "a"), by("Ms. Marsh", "b")],
            [(None, "Mr. Marsh", ["Mr. Marsh"], 1, 0), (None, "Ms. Marsh", ["Ms. Marsh"], 1, 0)],
            id="a family name alone may be anybody's",
        ),
        pytest.param(
            [by("Ada Marsh", "a"), by("Ada Marsh", "b")],
            [(None, "Ada Marsh", ["Ada Marsh"], 2, 0)],
            id="no profile: by name",
        ),
        pytest.param(
            [
                by(
                    "Ada Marsh",
                    "a",
                    people=[boxed("Ada Marsh", "ada-marsh"), boxed("Ada Marsh", "ada-marsh-0")],
                )
            ],
            [
                (None, "Ada Marsh", ["Ada Marsh"], 1, 0),
                ("ada-marsh", "Ada Marsh", ["Ada Marsh"], 0, 1),
                ("ada-marsh-0", "Ada Marsh", ["Ada Marsh"], 0, 1),
            ],
            id="a name that two profiles bear is a third person",
        ),
        pytest.param(
            [
                by("中参馆", "a", people=[boxed("Ada M. Marsh", "ada-marsh")], date=OLD),
                by("中参馆", "b", people=[boxed("Ada Marsh", "ada-marsh")], date=NEW),
                by("Ada M. Marsh", "c", date=OLD),
            ],
            [("ada-marsh", "Ada Marsh", ["Ada M. Marsh", "Ada Marsh"], 1, 2)],
            id="one profile, two names: the newest is shown",
        ),
        pytest.param(
            [by("Ada Marsh, Tomas Reed &#38; more", "a", people=[person("Tomas Reed"), person("Li Wen")])],
            [
                (None, "Ada Marsh", ["Ada Marsh"], 1, 0),
                ("li-wen", "Li Wen", ["Li Wen"], 0, 1),
                ("tomas-reed", "Tomas Reed", ["Tomas Reed"], 1, 1),
            ],
            id="authors who comment and who do not",
        ),
        pytest.param(
            [
                by(
                    "中参馆",
                    "a",
                    people=[person("Li Wen")],
                    intro=f'<p>Why? —<em><a href="{SITE}/contributors/ada-marsh">Ada Marsh</a></em></p>',
                )
            ],
            [("ada-marsh", "Ada Marsh", ["Ada Marsh"], 1, 0), ("li-wen", "Li Wen", ["Li Wen"], 0, 1)],
            id="a moderator has a part in the article",
        ),
        pytest.param(
            [by("Ada Marsh", "a", people=[person("Ada Marsh"), person("Ada Marsh")])],
            [("ada-marsh", "Ada Marsh", ["Ada Marsh"], 1, 2)],
            id="two comments by one person",
        ),
    ],
)
def test_who_is_who(posts, people):
    found = tables(*posts)["contributors"]
    columns = ("slug", "name", "name_variants", "article_count", "comment_count")
    assert sorted(found.select(columns).rows(), key=str) == sorted(people, key=str)


def test_the_same_name_on_two_sites_is_two_people():
    found = tables(
        by("Ada Marsh", "a", people=[person("Ada Marsh")]), by("Ada Marsh", "a", site="https://river.example")
    )
    here, there = found["contributors"].iter_rows(named=True)
    assert (here["site"], here["slug"]) == ("lanternfile.example", "ada-marsh")
    assert (there["site"], there["slug"]) == ("river.example", None)
    assert here["possible_same_as"] == [there["contributor_id"]]
    assert there["possible_same_as"] == [here["contributor_id"]]
    assert here["possible_same_as_reasons"] == there["possible_same_as_reasons"] == ["same_name"]


def test_a_contributor_s_id_is_the_site_and_the_slug_or_the_name():
    found = tables(by("Ada Marsh", "a", people=[person("Li Wen")]))["contributors"]
    assert found["contributor_id"].to_list() == [
        make_id("contributor", "lanternfile.example", None, "ada marsh"),
        make_id("contributor", "lanternfile.example", "li-wen", None),
    ]


def test_the_newest_photo_is_shown_and_each_part_keeps_its_own():
    found = tables(
        by("中参馆", "a", people=[boxed("Li Wen", "li-wen", "old.jpg")], date=OLD),
        by("中参馆", "b", people=[boxed("Li Wen", "li-wen", "new.jpg")], date="2020-12-01T00:00:00.000Z"),
        by("中参馆", "c", people=[boxed("Li Wen", "li-wen")], date=NEW),
    )
    person_ = only(found["contributors"])
    assert person_["photo_url"] == f"{SITE}/new.jpg"
    assert person_["profile_url"] == f"{SITE}/contributors/li-wen"
    assert person_["first_seen_at"] == datetime(2020, 5, 1, tzinfo=UTC)
    assert person_["last_seen_at"] == datetime(2021, 5, 1, tzinfo=UTC)
    assert set(found["contributions"]["photo_url"]) == {f"{SITE}/old.jpg", f"{SITE}/new.jpg", None}


def test_a_comment_with_a_date_of_its_own_says_when_its_author_was_seen():
    ledger, records = read([by("Ada Marsh", "a", people=[person("Li Wen")], date=OLD)])
    dated = records["comments"].with_columns(published_at=pl.lit(datetime(2022, 3, 4, 5, tzinfo=UTC)))
    found = assemble(ledger, records | {"comments": dated.cast({"published_at": TIMESTAMP})})["contributors"]
    assert found.select(
        "name", pl.col("first_seen_at").dt.year(), pl.col("last_seen_at").dt.year()
    ).rows() == [
        ("Ada Marsh", 2020, 2020),
        ("Li Wen", 2022, 2022),
    ]


def test_people_are_the_same_when_made_again_of_the_published_parts():
    """A refresh keeps the parts as the table `contributions` has them, and makes the people anew."""
    ledger, records = read(
        [
            by("Dr. Ada Marsh", "a", people=[boxed("Ada Marsh", "ada"), person("Li Wen")], date=OLD),
            by("Ada Marsh", "b", site="https://river.example"),
            by("LI WEN", "c"),
        ]
    )
    made = assemble(ledger, records)
    shown = records["articles"].select("article_id", "record_id")
    parts = made["contributions"].join(shown, on="article_id").select(records["credits"].columns)
    again = assemble(ledger, records | {"credits": parts})
    assert again["contributors"].equals(made["contributors"])
    assert again["contributions"].equals(made["contributions"])


def test_an_undated_page_says_nothing_of_when():
    found = tables(raw(post("<p>Text.</p>", epoch="NaN")))
    assert only(found["contributors"])["first_seen_at"] is None


def test_a_part_says_the_slug_and_profile_that_are_linked_there():
    found = tables(
        by("Ada Marsh", "a", people=[boxed("Ada M. Marsh", "ada-marsh"), person("Li Wen", linked=False)]),
        by("Ada M. Marsh", "b"),
    )
    rows = found["contributions"].select("role", "name", "slug", "profile_url").rows()
    assert sorted(rows, key=str) == [
        ("author", "Ada M. Marsh", None, None),
        ("author", "Ada Marsh", None, None),
        ("commenter", "Ada M. Marsh", "ada-marsh", f"{SITE}/contributors/ada-marsh"),
        ("commenter", "Li Wen", None, None),
    ]
    # The table of people knows more: one name is that profile's.
    authors = found["contributions"].filter(name="Ada M. Marsh")["contributor_id"]
    assert authors.n_unique() == 1


def test_parts_are_counted_within_their_role():
    found = tables(
        by(
            "Ada Marsh, Tomas Reed &#38; more",
            "a",
            people=[boxed("Li Wen", "li") + boxed("Ada Marsh", "ada")],
        )
    )
    rows = found["contributions"].select(pl.col("comment_id").is_null(), "role", "position", "name").rows()
    assert sorted(rows) == [
        (False, "commenter", 1, "Li Wen"),
        (False, "commenter", 2, "Ada Marsh"),
        (True, "author", 1, "Ada Marsh"),
        (True, "author", 2, "Tomas Reed"),
    ]
