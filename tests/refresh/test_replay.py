"""However an archive came to be as it is, and in however many refreshes: the bytes are those of one
build from nothing."""

import hashlib
import json
import random
import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pipeline.refresh.steps import build, refresh
from tests.refresh.posts import post
from tests.sources.archives import Archive


def hashes(out: Path) -> dict[str, str]:
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def write_sources(raw: Path, **options: object) -> None:
    entry = {"name": "archive", "kind": "git", "location": "archive", "glob": "_posts/*.md", **options}
    (raw / "sources.yaml").write_text(json.dumps({"sources": [entry]}))


@pytest.mark.parametrize("on_removal", ["remove", "keep"])
def test_twenty_commits_refreshed_one_by_one_are_one_build_of_the_last(tmp_path, on_removal):
    chance = random.Random(2021)
    raw = tmp_path / "raw"
    archive = Archive(raw / "archive")
    write_sources(raw, on_removal=on_removal)
    gone: list[tuple[bytes, bytes]] = []
    for commit in range(20):
        names = sorted(archive.files)
        for number in range(3):
            page = commit * 3 + number
            archive.write(f"_posts/{page}.md", post(page % 40))
        if names:
            edited, deleted, renamed = chance.choice(names), chance.choice(names), chance.choice(names)
            archive.write(edited, post(chance.randrange(40), f"Edited in commit {commit}."))
            if deleted != edited:
                gone.append((deleted, archive.files[deleted][1]))
                archive.delete(deleted)
            if renamed not in {edited, deleted}:
                archive.rename(renamed, renamed.replace(b".md", b"-again.md"))
        if gone and commit % 4 == 3:
            archive.write(*gone.pop(chance.randrange(len(gone))))
        archive.commit()
        assert refresh(raw, tmp_path / "out", accept=True).is_good
    build(raw, tmp_path / "built")
    assert hashes(tmp_path / "out") == hashes(tmp_path / "built")
    removed = pl.read_parquet(tmp_path / "out/parquet/revisions/*.parquet")["removed_at"]
    assert (removed.null_count() < len(removed)) == (on_removal == "keep")


def test_what_git_says_of_a_post_is_in_its_revision(tmp_path):
    raw = tmp_path / "raw"
    archive = Archive(raw / "archive")
    write_sources(raw, on_removal="keep")
    archive.write("_posts/1.md", post(1))
    archive.write("_posts/2.md", post(2))
    first = archive.commit()
    archive.delete("_posts/1.md")
    archive.commit()
    refresh(raw, tmp_path / "out", accept=True)
    revisions = pl.read_parquet(tmp_path / "out/parquet/revisions/*.parquet").sort("raw_path")
    facts = revisions.select("raw_path", "source_version", "is_current", pl.col("^.*_at$").dt.strftime("%F"))
    assert facts.select("raw_path", "source_version", "first_seen_at", "removed_at", "is_current").rows() == [
        ("_posts/1.md", first, "2021-01-01", "2021-01-02", True),
        ("_posts/2.md", first, "2021-01-01", None, True),
    ]


class ArchiveThatChanges(RuleBasedStateMachine):
    """Any sequence of edits, commits and refreshes."""

    @initialize(on_removal=st.sampled_from(["remove", "keep"]))
    def begin(self, on_removal: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.raw, self.out = self.folder / "raw", self.folder / "out"
        self.archive = Archive(self.raw / "archive")
        write_sources(self.raw, on_removal=on_removal)
        self.gone: dict[bytes, bytes] = {}
        self.write(1, 1, "first")
        self.refresh()

    @rule(
        name=st.integers(1, 6),
        page=st.integers(1, 5),
        body=st.sampled_from(["first", "second", "no front matter"]),
    )
    def write(self, name: int, page: int, body: str) -> None:
        data = b"nothing" if body == "no front matter" else post(page, body)
        self.archive.write(f"_posts/{name}.md", data)

    @rule(name=st.integers(1, 6))
    def delete(self, name: int) -> None:
        path = f"_posts/{name}.md".encode()
        # One stays: an archive without any post is refused.
        if path in self.archive.files and len(self.archive.files) > 1:
            self.gone[path] = self.archive.files[path][1]
            self.archive.delete(path)

    @rule(name=st.integers(1, 6), to=st.integers(1, 6))
    def rename(self, name: int, to: int) -> None:
        old, new = (f"_posts/{number}.md".encode() for number in (name, to))
        if old in self.archive.files and old != new:
            self.archive.rename(old, new)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.gone)))
        self.archive.write(path, self.gone[path])

    @rule()
    def commit(self) -> None:
        self.archive.commit()

    @rule()
    def refresh(self) -> None:
        self.archive.commit()
        assert refresh(self.raw, self.out, accept=True, workers=1).is_good

    @rule()
    def forget(self) -> None:
        shutil.rmtree(self.out / ".cache", ignore_errors=True)

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self.refresh()
            if self.archive.files or (self.out / "current").exists():
                build(self.raw, self.folder / "built", 1)
                assert hashes(self.out) == hashes(self.folder / "built")
        finally:
            shutil.rmtree(self.folder)


TestArchiveThatChanges = ArchiveThatChanges.TestCase
TestArchiveThatChanges.settings = settings(
    max_examples=8,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
