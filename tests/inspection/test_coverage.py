"""How much is known of each host: what is counted, and what a share is a share of."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.inspection.coverage import SHARES, by_site, coverage, in_words
from pipeline.inspection.lookup import LookupFailedError
from tests.rows import frame, other_id, row


def article(number: int, url: str, **changes):
    return row("articles", article_id=other_id(number), url=url, canonical_url=url, **changes)


def revision(number: int, url: str, **changes):
    return row("revisions", article_id=other_id(number), url=url, raw_path=f"_posts/{url[8:]}.md", **changes)


def link(number: int, article: int, href: str, target: int | None = None, **changes):
    host = href.partition("://")[2].partition("/")[0]
    return row(
        "links",
        link_id=other_id(number),
        article_id=other_id(article),
        href=href,
        host=host,
        target_article_id=other_id(target) if target else None,
        **changes,
    )


def dataset(out: Path, **tables) -> Path:
    """A database with these rows; of the tables that are not named, none."""
    out.mkdir(exist_ok=True)
    with duckdb.connect(str(out / "commonplace.duckdb")) as connection:
        for name in ("articles", "revisions", "links", "rejects"):
            rows = frame(name, *tables.get(name, ()))
            connection.register("new", rows if name in tables else rows.clear())
            connection.execute(f"CREATE TABLE {name} AS FROM new")
    return out


@pytest.fixture
def out(tmp_path) -> Path:
    """Two sources, three hosts, two of one site."""
    known = {"comment_count": 2, "link_count": 3, "media_count": 0}
    lacking = {"authors": [], "language": None, "comment_count": 0, "link_count": 0, "media_count": 4}
    return dataset(
        tmp_path / "out",
        articles=[
            article(1, "https://www.lanternfile.example/1", source="a", profile="chinafile", **known),
            article(2, "https://m.lanternfile.example/2", source="a", profile="generic", **lacking),
            article(3, "https://M.Lanternfile.example:443/3", source="a", profile="generic", **known),
            article(4, "https://paperboats.example/4", source="b", profile="generic", is_stub=True,
                    published_at=None, body_text=None, publish="metadata", **lacking),
            article(5, "https://paperboats.example?5", source="b", profile="generic", body_text=None,
                    publish="metadata", **lacking),
        ],
        revisions=[
            revision(1, "https://www.lanternfile.example/1", source="a"),
            revision(1, "https://lanternfile.example/1", source="a", is_current=False),
            revision(2, "https://m.lanternfile.example/2", source="a"),
            revision(3, "https://M.Lanternfile.example:443/3", source="a"),
            revision(4, "https://paperboats.example/4", source="b"),
            revision(4, "https://paperboats.example/4?", source="b", is_current=False),
            revision(5, "https://paperboats.example?5", source="b"),
        ],
        links=[
            link(1, 1, "https://lanternfile.example/2", 2),
            link(2, 1, "https://paperboats.example/gone"),
            link(3, 1, "https://elsewhere.example/"),
            link(4, 1, "https://www.lanternfile.example/1#note", 1, kind="fragment"),
            link(5, 3, "https://www.lanternfile.example/a.jpg", kind="file"),
        ],
    )  # fmt: skip


def test_hosts_stand_by_source_those_with_most_articles_first(out):
    rows = coverage(out)
    assert [(row.source, row.host, row.profile, row.articles, row.posts) for row in rows] == [
        ("a", "m.lanternfile.example", "generic", 2, 2),
        ("a", "www.lanternfile.example", "chinafile", 1, 1),
        # Only an older revision stands here.
        ("a", "lanternfile.example", None, 0, 1),
        ("b", "paperboats.example", "generic", 2, 3),
    ]
    assert sum(row.posts for row in rows) == 7


def test_shares_are_of_the_articles(out):
    m, www, older, boats = coverage(out)
    shares = {name: [row.share(name) for row in (m, www, boats)] for name in SHARES}
    assert shares == {
        "author": [0.5, 1.0, 0.0],
        "date": [1.0, 1.0, 0.5],
        "language": [0.5, 1.0, 0.0],
        # A text counts, whatever of it is published.
        "body": [1.0, 1.0, 0.5],
        "comments": [0.5, 1.0, 0.0],
        "links": [0.5, 1.0, 0.0],
        "media": [0.5, 0.0, 1.0],
        # Of links to a page of a site of the dataset; fragments and files are none.
        "resolved": [None, 0.5, None],
    }
    assert {older.share(name) for name in SHARES} == {None}
    assert (m.comments, m.links, m.media) == (2, 3, 4)


def test_a_site_is_all_of_its_hosts_in_all_sources(out):
    rows = by_site(coverage(out))
    assert [(row.source, row.host, row.profile, row.articles, row.posts) for row in rows] == [
        ("a", "lanternfile.example", "chinafile, generic", 3, 4),
        ("b", "paperboats.example", "generic", 2, 3),
    ]
    assert rows[0].share("author") == pytest.approx(2 / 3)
    assert rows[0].share("resolved") == 0.5


def test_a_dataset_without_articles_has_no_hosts(tmp_path):
    assert coverage(dataset(tmp_path)) == []
    assert by_site([]) == []


def test_no_dataset_is_told(tmp_path):
    with pytest.raises(LookupFailedError, match="there is no dataset yet"):
        coverage(tmp_path)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, ""),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.946, "94.6 %"),
        (0.9996, "99.9 %"),
        (0.00001, "0.1 %"),
        (0.12345, "12.3 %"),
    ],
)
def test_a_share_in_words_is_cut_and_never_all_where_one_is_missing(share, words):
    assert in_words(share) == words
