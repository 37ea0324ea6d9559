"""A whole build: the same bytes from the same posts, and never a dataset that is not whole."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pipeline import build as building
from pipeline.build import ChecksFailedError, Listing, build, extract_posts, find_posts, publish_candidate
from pipeline.publish.versions import OutputsError, digest_of, prepare, standing
from pipeline.sources.registry import SourcesError
from schemas import TABLES

PROJECT = Path(__file__).resolve().parent.parent
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


def test_a_listing_survives_as_a_frame():
    found = find_posts(RAW)
    assert Listing.of_frame(found.frame, RAW) == found


def test_tables_that_break_a_rule_are_not_published(built, tmp_path, monkeypatch):
    shutil.copytree(built, tmp_path / "out", symlinks=True)
    before = hashes(tmp_path / "out")
    real = building.assemble

    def with_a_comment_twice(extracted: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        tables = real(extracted)
        return tables | {"comments": pl.concat([tables["comments"], tables["comments"].head(1)])}

    monkeypatch.setattr(building, "assemble", with_a_comment_twice)
    with pytest.raises(ChecksFailedError) as failure:
        build(RAW, tmp_path / "out")
    twice = pl.read_parquet(built / "parquet/comments/comments.parquet")["comment_id"][0]
    assert "comments.key_is_unique: 1 rows break it" in str(failure.value)
    assert twice in str(failure.value)
    assert hashes(tmp_path / "out") == before
    with pytest.raises(OutputsError, match="no tables that passed every check"):
        publish_candidate(tmp_path / "out")


def test_nothing_is_published_that_was_not_checked(tmp_path):
    prepare(tmp_path)
    with pytest.raises(OutputsError, match="no tables that passed every check"):
        publish_candidate(tmp_path)


def test_raw_without_a_post_is_an_error_that_names_the_place(tmp_path):
    with pytest.raises(SourcesError, match=r"no raw post was found at .*\*\*/\*\.md"):
        build(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_progress_counts_every_post():
    told: list[int] = []
    extract_posts(find_posts(RAW), 1, told.append)
    assert told == sorted(told)
    assert told[-1] == 41


def test_a_build_killed_at_any_moment_leaves_the_old_outputs_whole(built, tmp_path):
    """SIGKILL at twenty random moments of a build whose outcome would differ."""
    out, raw = tmp_path / "out", tmp_path / "raw"
    shutil.copytree(built, out, symlinks=True)
    shutil.copytree(RAW, raw)
    next((raw / "sample" / "_posts").glob("*Slow Water.md")).unlink()
    old = hashes(out)

    begun = time.monotonic()
    run_build(raw, tmp_path / "new")
    duration = time.monotonic() - begun
    new = hashes(tmp_path / "new")
    assert new != old

    command = [sys.executable, "-m", "tests.building", str(raw), str(out), "1", "0"]
    moments = random.Random(20_261_123)
    died_at_work = 0
    for _ in range(60):
        process = subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        # Not before it has begun to work: most of a small build is Python's start.
        time.sleep(duration * moments.uniform(0.3, 1.0))
        if process.poll() is None:
            died_at_work += 1
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        found = hashes(out)
        assert found in (old, new)
        assert digest_of(standing(out)) == standing(out).name
        if found == new:  # it was quicker than expected: stand where we stood
            shutil.rmtree(out)
            shutil.copytree(built, out, symlinks=True)
        if died_at_work == 20:
            break
    assert died_at_work == 20
    run_build(raw, out)
    assert hashes(out) == new
