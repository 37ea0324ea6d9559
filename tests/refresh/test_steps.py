"""A refresh: the same bytes as a build from nothing, only what changed is touched, and never a dataset
that is not whole."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.publish import partitions
from pipeline.publish.versions import OutputsError, digest_of, lock, standing
from pipeline.refresh import folding, log, steps
from pipeline.refresh.steps import ChecksFailedError, HeldBackError, build, refresh
from pipeline.sources.registry import SourcesError
from pipeline.tables import extract, fingerprint
from schemas import TABLES
from tests.refresh.posts import post, write_posts

PROJECT = Path(__file__).resolve().parents[2]
RAW = PROJECT / "raw"


def hashes(out: Path) -> dict[str, str]:
    """The SHA-256 of every published Parquet and CSV file, by its path."""
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def run_build(raw: Path, out: Path, workers: int = 1, seed: int = 0, **environment: str) -> str:
    command = [sys.executable, "-m", "tests.building", str(raw), str(out), str(workers), str(seed)]
    settings = os.environ | environment
    return subprocess.run(
        command, cwd=PROJECT, env=settings, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, built once."""
    out = tmp_path_factory.mktemp("built")
    build(RAW, out)
    return out


def test_a_build_tells_what_it_did(tmp_path):
    done = build(RAW, tmp_path)
    assert done.raw_posts == 41
    assert done.rows["revisions"] + done.rows["rejects"] == done.raw_posts
    assert sum(done.rejects.values()) == done.rows["rejects"]
    assert done.version == digest_of(standing(tmp_path))
    assert set(hashes(tmp_path)) == {
        *(f"parquet/{table.name}/{table.name}.parquet" for table in TABLES),
        *(f"csv/{table.name}.csv" for table in TABLES),
    }


@pytest.mark.parametrize(
    ("workers", "environment"),
    [
        pytest.param(1, {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"}, id="one worker"),
        pytest.param(
            2, {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8"}, id="two workers"
        ),
    ],
)
def test_same_posts_same_bytes(built, tmp_path, workers, environment):
    run_build(RAW, tmp_path, workers, seed=workers, **environment)
    assert hashes(tmp_path) == hashes(built)


def test_another_place_for_the_raw_folder_changes_nothing(built, tmp_path):
    shutil.copytree(RAW, tmp_path / "elsewhere")
    build(tmp_path / "elsewhere", tmp_path / "out")
    assert hashes(tmp_path / "out") == hashes(built)


def test_building_the_same_again_leaves_every_file_where_it_is(tmp_path):
    first = build(RAW, tmp_path)
    before = {path: path.stat().st_ino for path in standing(tmp_path).rglob("*")}
    assert build(RAW, tmp_path).version == first.version
    assert {path: path.stat().st_ino for path in standing(tmp_path).rglob("*")} == before


def test_tables_that_break_a_rule_are_not_published(built, tmp_path, monkeypatch):
    shutil.copytree(built, tmp_path / "out", symlinks=True)
    before = hashes(tmp_path / "out")
    real = folding.assemble

    def with_a_comment_twice(
        ledger: pl.DataFrame, records: dict[str, pl.DataFrame]
    ) -> dict[str, pl.DataFrame]:
        tables = real(ledger, records)
        return tables | {"comments": pl.concat([tables["comments"], tables["comments"].head(1)])}

    monkeypatch.setattr(folding, "assemble", with_a_comment_twice)
    with pytest.raises(ChecksFailedError) as failure:
        build(RAW, tmp_path / "out")
    twice = pl.read_parquet(built / "parquet/comments/comments.parquet")["comment_id"][0]
    assert "comments.key_is_unique: 1 rows break it" in str(failure.value)
    assert twice in str(failure.value)
    assert hashes(tmp_path / "out") == before
    last = log.last_refreshes(tmp_path / "out")["sample"]
    assert last["outcome"] == "failed"
    assert "comments.key_is_unique" in last["message"]


def inodes(out: Path) -> dict[str, int]:
    """The inode of every published Parquet file, by its path."""
    return {str(file.relative_to(out)): file.stat().st_ino for file in (out / "parquet").rglob("*.parquet")}


@pytest.fixture(autouse=True)
def _files_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was changed just now is read again by the next refresh, for it might have been changed
    twice; these tests do not wait until that is over."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10_000_000_000)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw folder with two sources, of 30 and of 10 posts."""
    folder = tmp_path / "raw"
    write_posts(folder / "lamps", range(1, 31))
    write_posts(folder / "ferries", range(101, 111))
    write_sources(folder, "lamps", "ferries")
    return folder


def write_sources(folder: Path, *names: str, **options: object) -> None:
    entries = [{"name": name, "kind": "folder", "location": name, **options} for name in names]
    (folder / "sources.yaml").write_text(json.dumps({"sources": entries}))


@pytest.fixture
def settled(raw: Path, tmp_path: Path) -> Path:
    """The outputs of a first refresh of `raw`."""
    assert refresh(raw, tmp_path / "out").is_good
    return tmp_path / "out"


def same_as_a_build(raw: Path, out: Path, tmp_path: Path) -> bool:
    shutil.rmtree(tmp_path / "anew", ignore_errors=True)
    build(raw, tmp_path / "anew")
    return hashes(out) == hashes(tmp_path / "anew")


def outcomes(done) -> dict[str, str]:
    return {record.source: record.outcome for record in done.records}


def test_a_refresh_that_finds_nothing_new_touches_nothing(raw, settled, monkeypatch):
    monkeypatch.setattr(steps, "make_tables", None)  # it would fail
    before = {path: path.stat().st_ino for path in standing(settled).rglob("*")}
    done = refresh(raw, settled)
    assert outcomes(done) == {"ferries": "unchanged", "lamps": "unchanged"}
    assert not done.is_new
    assert done.rows["articles"] == 40
    assert {path: path.stat().st_ino for path in standing(settled).rglob("*")} == before


def test_one_new_post_is_the_only_one_that_is_read(raw, settled, tmp_path, monkeypatch):
    read = spy_on_reading(monkeypatch)
    (raw / "lamps" / "31.md").write_bytes(post(31))
    done = refresh(raw, settled)
    assert read == [post(31)]
    assert outcomes(done) == {"ferries": "unchanged", "lamps": "refreshed"}
    lamps = done.records[1]
    assert (lamps.posts, lamps.posts_added, lamps.articles_new) == (31, 1, 1)
    assert same_as_a_build(raw, settled, tmp_path)


def spy_on_reading(monkeypatch) -> list[bytes]:
    """The bytes of every post that is parsed from now on."""
    read: list[bytes] = []
    real = extract.read_post

    def spying(data: bytes):
        read.append(data)
        return real(data)

    monkeypatch.setattr(extract, "read_post", spying)
    return read


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        pytest.param("edit", (0, 1, 0), id="edited"),
        pytest.param("delete", (0, 0, 1), id="deleted"),
        pytest.param("rename", (1, 0, 1), id="renamed"),
        pytest.param("copy", (1, 0, 0), id="copied"),
        pytest.param("spoil", (0, 1, 0), id="spoiled"),
    ],
)
def test_every_change_of_a_file_ends_in_the_bytes_of_a_build(raw, settled, tmp_path, change, counts):
    file = raw / "lamps" / "7.md"
    match change:
        case "edit":
            file.write_bytes(post(7, "The lamp went out.", author="Tomas Reed"))
        case "delete":
            file.unlink()
        case "rename":
            file.rename(file.with_name("seven.md"))
        case "copy":
            shutil.copy(file, file.with_name("seven.md"))
        case "spoil":
            file.write_bytes(b"no front matter")
    record = refresh(raw, settled).records[1]
    assert (record.posts_added, record.posts_changed, record.posts_removed) == counts
    assert same_as_a_build(raw, settled, tmp_path)


def test_a_renamed_or_touched_post_is_not_parsed_again(raw, settled, monkeypatch):
    read = spy_on_reading(monkeypatch)
    (raw / "lamps" / "7.md").rename(raw / "lamps" / "seven.md")
    (raw / "lamps" / "8.md").touch()
    refresh(raw, settled)
    assert read == []


def test_the_post_before_is_shown_again_when_the_newest_goes(raw, settled, tmp_path):
    newer = post(7, "A second lamp was lit.", title="Note 7, again").replace(b"-11-08T", b"-12-08T")
    newer = newer.replace(b"<!--1637000420000-->", b"<!--1639000420000-->")
    (raw / "lamps" / "7b.md").write_bytes(newer)
    refresh(raw, settled)
    assert title_of(settled, 7) == ("Note 7, again", 2)
    (raw / "lamps" / "7b.md").unlink()
    refresh(raw, settled)
    assert title_of(settled, 7) == ("Note 7", 1)
    assert same_as_a_build(raw, settled, tmp_path)


def title_of(out: Path, number: int) -> tuple[str, int]:
    articles = pl.read_parquet(out / "parquet/articles/*.parquet")
    row = articles.filter(pl.col("url").str.ends_with(f"/notes/{number}"))
    return row.select("title", "revision_count").row(0)


def test_files_of_partitions_that_did_not_change_keep_their_inode(raw, tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "ROWS_OF_LONG_TEXT", 8)
    monkeypatch.setattr(partitions, "ROWS", 8)
    out = tmp_path / "out"
    refresh(raw, out)
    before = inodes(out)
    (raw / "lamps" / "7.md").write_bytes(post(7, "The lamp went out."))
    refresh(raw, out)
    after = inodes(out)
    changed = {name for name in after if after[name] != before.get(name)}
    assert len(after) > 16
    assert {name.split("/")[1] for name in changed} == {"articles", "revisions"}
    assert len(changed) == 2
    assert same_as_a_build(raw, out, tmp_path)


def test_a_new_post_to_which_others_link_is_their_links_target(raw, settled, tmp_path):
    # Post 101 links to 100, which is not there yet.
    (raw / "ferries" / "100.md").write_bytes(post(100))
    done = refresh(raw, settled)
    ferries = done.records[0]
    assert (ferries.articles_new, ferries.articles_updated) == (1, 1)
    links = pl.read_parquet(settled / "parquet/links/*.parquet")
    assert links.filter(pl.col("href").str.ends_with("/notes/100"))["target_article_id"].null_count() == 0
    assert same_as_a_build(raw, settled, tmp_path)


def test_the_database_has_the_rows_of_the_parquet_after_every_refresh(raw, settled):
    for number in (7, 8, 9):
        (raw / "lamps" / f"{number}.md").write_bytes(post(number, f"Lamp {number} went out.", author="Ada"))
        (raw / "lamps" / f"{number + 20}.md").unlink()
        (raw / "lamps" / f"{number + 40}.md").write_bytes(post(number + 40))
        refresh(raw, settled)
        with duckdb.connect(str(settled / "commonplace.duckdb"), read_only=True) as connection:
            for table in TABLES:
                columns = ", ".join(table.polars_schema)
                files = f"read_parquet('{settled}/parquet/{table.name}/*.parquet')"
                for one, other in ((table.name, files), (files, table.name)):
                    extra = f"SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other}"
                    assert connection.execute(extra).fetchall() == []


@pytest.mark.parametrize("lost", [".cache", "current/commonplace.duckdb", "refreshes.parquet"])
def test_what_is_remembered_may_be_deleted_at_any_time(raw, settled, tmp_path, lost):
    path = settled / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    (raw / "lamps" / "31.md").write_bytes(post(31))
    assert refresh(raw, settled).is_good
    assert (settled / "commonplace.duckdb").exists()
    assert same_as_a_build(raw, settled, tmp_path)


def test_published_files_that_somebody_changed_are_made_anew(raw, settled, tmp_path):
    file = next((settled / "parquet/articles").glob("*.parquet"))
    file.write_bytes(b"spoiled")
    (raw / "lamps" / "31.md").write_bytes(post(31))
    refresh(raw, settled)
    assert same_as_a_build(raw, settled, tmp_path)


def test_an_edit_to_one_profile_reads_that_profiles_posts_again(raw, settled, tmp_path, monkeypatch):
    write_sources(raw, "lamps", "ferries")
    (raw / "lamps" / "31.md").write_bytes(post(31).replace(b"www.lanternfile.example", b"hallway.example"))
    write_sources(raw, "lamps", "ferries", profiles={"hallway.example": "chinafile"})
    refresh(raw, settled)
    known = fingerprint.of_profiles()
    monkeypatch.setattr(fingerprint, "of_profiles", lambda: known | {"chinafile": "0123456789abcdef"})
    monkeypatch.setattr(fingerprint, "of_all", lambda: "another code")
    read = spy_on_reading(monkeypatch)
    refresh(raw, settled)
    assert [b"hallway.example" in data for data in read] == [True]


def test_a_source_alone_can_be_refreshed(raw, settled, tmp_path):
    (raw / "lamps" / "31.md").write_bytes(post(31))
    (raw / "ferries" / "111.md").write_bytes(post(111))
    done = refresh(raw, settled, ["ferries"])
    assert outcomes(done) == {"ferries": "refreshed"}
    assert done.rows["articles"] == 41
    assert refresh(raw, settled, ["lamps"]).rows["articles"] == 42
    assert same_as_a_build(raw, settled, tmp_path)


def test_a_first_refresh_of_one_source_builds_that_one_alone(raw, tmp_path):
    done = refresh(raw, tmp_path / "out", ["ferries"])
    assert done.rows["articles"] == 10


def test_a_name_that_is_no_source_is_an_error(raw, tmp_path):
    with pytest.raises(SourcesError, match=r"'lamp' is no enabled source .* Known are: ferries, lamps"):
        refresh(raw, tmp_path / "out", ["lamp"])


def test_a_source_that_fails_stops_no_other_and_stays_as_it_was(raw, settled):
    (raw / "lamps").rename(raw / "elsewhere")
    (raw / "ferries" / "111.md").write_bytes(post(111))
    done = refresh(raw, settled)
    assert outcomes(done) == {"ferries": "refreshed", "lamps": "not_found"}
    assert "no folder" in done.records[1].message
    assert not done.is_good
    assert done.rows["articles"] == 41
    (raw / "elsewhere").rename(raw / "lamps")
    assert refresh(raw, settled).is_good


def test_a_source_that_leaves_the_list_leaves_the_tables(raw, settled, tmp_path):
    write_sources(raw, "lamps")
    done = refresh(raw, settled)
    assert done.rows["articles"] == 30
    assert same_as_a_build(raw, settled, tmp_path)


def test_a_page_that_two_sources_hold_is_one_article_with_revisions_in_both(raw, settled, tmp_path):
    (raw / "ferries" / "7.md").write_bytes(post(7))
    done = refresh(raw, settled)
    assert done.rows["articles"] == 40
    assert title_of(settled, 7) == ("Note 7", 2)
    (raw / "lamps" / "7.md").unlink()
    refresh(raw, settled)
    articles = pl.read_parquet(settled / "parquet/articles/*.parquet")
    assert articles.filter(pl.col("url").str.ends_with("/notes/7"))["source"].to_list() == ["ferries"]
    assert same_as_a_build(raw, settled, tmp_path)


def test_an_accident_upstream_is_held_back_and_the_others_go_on(raw, settled, tmp_path):
    for number in range(1, 20):
        (raw / "lamps" / f"{number}.md").unlink()
    (raw / "lamps" / "31.md").write_bytes(post(31))
    (raw / "ferries" / "111.md").write_bytes(post(111))
    done = refresh(raw, settled)
    assert outcomes(done) == {"ferries": "refreshed", "lamps": "held_back"}
    assert "would lose 19 of its 30 articles" in done.records[1].message
    assert done.rows["articles"] == 41
    report = (settled / "changes" / f"{done.run}.md").read_text()
    assert "would lose 19 of its 30 articles" in report
    assert report.count("notes/") >= 10

    again = refresh(raw, settled)
    assert outcomes(again) == {"ferries": "unchanged", "lamps": "held_back"}
    accepted = refresh(raw, settled, ["lamps"], accept=True)
    assert outcomes(accepted) == {"lamps": "refreshed"}
    assert same_as_a_build(raw, settled, tmp_path)
    assert refresh(raw, settled).is_good


def test_rejects_that_stand_already_are_no_accident_when_nothing_is_remembered(tmp_path):
    refresh(RAW, tmp_path)
    shutil.rmtree(tmp_path / ".cache")
    done = refresh(RAW, tmp_path)
    assert outcomes(done) == {"sample": "refreshed"}
    assert done.rows["rejects"] == 7


def test_many_new_rejects_are_held_back(raw, settled):
    for number in range(31, 50):
        (raw / "lamps" / f"{number}.md").write_bytes(post(number) if number % 2 else b"nothing")
    done = refresh(raw, settled)
    assert outcomes(done) == {"ferries": "unchanged", "lamps": "held_back"}
    assert "9 gave no row" in done.records[1].message


def test_a_source_that_gives_nothing_any_more_is_held_back(raw, settled, tmp_path):
    write_sources(raw, "lamps")
    refresh(raw, settled)
    for file in (raw / "lamps").glob("*.md"):
        file.unlink()
    assert outcomes(refresh(raw, settled)) == {"lamps": "held_back"}
    done = refresh(raw, settled, accept=True)
    assert set(done.rows.values()) == {0}


def test_without_what_is_remembered_an_accident_stops_everything(raw, settled):
    shutil.rmtree(settled / ".cache")
    for number in range(1, 20):
        (raw / "lamps" / f"{number}.md").unlink()
    before = hashes(settled)
    with pytest.raises(HeldBackError, match="lamps"):
        refresh(raw, settled)
    assert hashes(settled) == before
    assert log.last_refreshes(settled)["lamps"]["outcome"] == "held_back"
    assert refresh(raw, settled, accept=True).is_good


@pytest.mark.parametrize("publish", ["excerpt", "metadata"])
def test_rights_hold_in_every_format(raw, tmp_path, publish):
    secret = "A lamp that nobody may copy. " * 20
    (raw / "lamps" / "7.md").write_bytes(post(7, secret))
    out = tmp_path / "out"
    refresh(raw, out)
    assert secret.strip().encode() in (out / "csv/articles.csv").read_bytes()
    write_sources(raw, "lamps", "ferries", publish=publish)
    refresh(raw, out)
    article = (
        pl.read_parquet(out / "parquet/articles/*.parquet")
        .filter(pl.col("char_count") > 400)
        .row(0, named=True)
    )
    assert article["publish"] == publish
    assert article["body_html"] is None
    assert (article["body_text"] or "") == ("" if publish == "metadata" else article["body_text"])
    assert len(article["body_text"] or "") <= 280
    whole = (secret * 2).strip().encode()[:300]
    for path in standing(out).rglob("*"):
        if path.is_file():
            assert whole not in path.read_bytes()
    with duckdb.connect(str(out / "commonplace.duckdb"), read_only=True) as connection:
        longest = connection.execute(
            "SELECT max(length(body_text)), count(body_html) FROM articles"
        ).fetchall()
    assert longest[0][1] == 0
    assert (longest[0][0] or 0) <= 280
    assert same_as_a_build(raw, out, tmp_path)


def test_a_killed_run_is_recorded_by_the_next(raw, settled, monkeypatch):
    (raw / "lamps" / "31.md").write_bytes(post(31))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps, "_recorded", die)
        with pytest.raises(KeyboardInterrupt):
            refresh(raw, settled)
    assert log.read(settled).num_rows == 2
    assert outcomes(refresh(raw, settled)) == {"ferries": "unchanged", "lamps": "unchanged"}
    assert log.read(settled)["outcome"].to_pylist()[-4:] == [
        "unchanged",
        "refreshed",
        "unchanged",
        "unchanged",
    ]


@pytest.mark.parametrize("names", [[], ["ferries"]], ids=["held back", "not named"])
def test_files_that_were_young_when_they_were_read_stay_as_they_stand(raw, tmp_path, monkeypatch, names):
    """Only reading tells whether such a file is the same; a source that stays as it is is not read."""
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: int(time.time() * 1e9))
        refresh(raw, tmp_path / "out")
    for number in range(1, 16):
        (raw / "lamps" / f"{number}.md").unlink()
    (raw / "ferries" / "111.md").write_bytes(post(111))
    done = refresh(raw, tmp_path / "out", names)
    assert (done.rows["articles"], done.rows["rejects"]) == (41, 0)


def test_a_source_that_was_never_fetched_and_fails_changes_nothing(raw, settled):
    write_sources(raw, "lamps", "ferries", "nowhere")
    refresh(raw, settled)
    done = refresh(raw, settled)
    assert outcomes(done) == {"ferries": "unchanged", "lamps": "unchanged", "nowhere": "not_found"}


def test_two_at_once_are_refused_with_the_name_of_the_first(raw, settled):
    with lock(settled), pytest.raises(OutputsError, match=f"process {os.getpid()}"):
        refresh(raw, settled)


def test_raw_without_a_post_is_an_error_that_names_the_place(tmp_path):
    with pytest.raises(SourcesError, match=r"no raw post was found at .*\*\*/\*\.md"):
        build(tmp_path, tmp_path / "out")
    assert standing(tmp_path / "out") is None


def test_progress_counts_every_post(tmp_path):
    told: list[int] = []
    build(RAW, tmp_path, 1, told.append)
    assert told == sorted(told)
    assert told[-1] == 41
