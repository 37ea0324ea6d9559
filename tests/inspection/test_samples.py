"""Posts of a host to look at: which are drawn, and that the draw can be repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.inspection.samples import named_posts, sample_of
from pipeline.sources.registry import SourcesError

LISTING = """\
sources:
  - {name: boats, kind: folder, location: boats}
  - {name: pots, kind: folder, location: pots}
  - {name: later, kind: git, location: "https://archive.example/later.git", glob: "*.md"}
  - {name: off, kind: folder, location: off, enabled: false}
"""


def post(folder: Path, name: str, url: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(f"---\ntitle: {name}\nfrom: {url}\n---\n<p>{name}</p>\n")


@pytest.fixture
def raw(tmp_path) -> Path:
    """Two sources with posts, one that was never fetched, and one that is not enabled."""
    for number in range(30):
        post(tmp_path / "boats", f"b{number:02}", f"https://boats.example/{number}")
        post(tmp_path / "pots", f"p{number:02}", f"https://WWW.Pots.example:443/{number}")
    post(tmp_path / "pots", "elsewhere", "https://m.pots.example/1")
    post(tmp_path / "off", "o", "https://boats.example/off")
    (tmp_path / "pots" / "empty.md").touch()
    (tmp_path / "pots" / "no-address.md").write_text("---\nfrom: see the printed edition\n---\n")
    (tmp_path / "sources.yaml").write_text(LISTING)
    return tmp_path


def test_a_sample_holds_posts_of_the_hosts_alone(raw):
    sample = sample_of(raw, ("www.pots.example", "pots.example"), 5)
    assert len(sample.posts) == 5
    assert {(found.source, found.url[:28]) for found in sample.posts} == {
        ("pots", "https://WWW.Pots.example:443")
    }
    assert [found.path for found in sample.posts] == sorted(found.path for found in sample.posts)
    assert sample.posts[0].post.title == sample.posts[0].path.removesuffix(".md")


def test_the_same_archive_gives_the_same_sample(raw):
    first, again = (sample_of(raw, ("boats.example",), 7) for _ in range(2))
    assert first == again
    # Not just the first ones.
    assert [found.path for found in first.posts] != [f"b{number:02}.md" for number in range(7)]


def test_every_post_is_as_likely(tmp_path):
    """Of each tenth of an archive, the sample holds some."""
    for number in range(1000):
        post(tmp_path, f"{number:03}", f"https://boats.example/{number}")
    sample = sample_of(tmp_path, ("boats.example",), 200)
    tenths = [sum(found.path[0] == digit for found in sample.posts) for digit in "0123456789"]
    assert sum(tenths) == 200
    assert min(tenths) >= 10


def test_a_small_host_is_given_whole(raw):
    assert [found.path for found in sample_of(raw, ("m.pots.example",), 20).posts] == ["elsewhere.md"]


def test_what_was_met_and_what_could_not_be_read_is_told(raw):
    sample = sample_of(raw, ("gone.example",), 5)
    assert sample.posts == ()
    assert sample.met == {"boats.example": 30, "www.pots.example": 30, "m.pots.example": 1}
    (missing,) = sample.missing
    assert missing.startswith("later: ")


def test_posts_are_found_by_their_paths(raw):
    found = named_posts(
        raw, {"boats": {"b03.md", "gone.md"}, "pots": {"p04.md", "empty.md"}, "later": {"x.md"}}
    )
    assert [(each.source, each.path) for each in found] == [("boats", "b03.md"), ("pots", "p04.md")]


def test_a_raw_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourcesError, match="no such folder"):
        sample_of(tmp_path / "gone", ("boats.example",), 5)
