"""Facts that people read from 199 real ChinaFile posts, scored against what is built from them.

The posts are other people's text and no part of this project: they lie beside the checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.publish.parquet import read_parquet
from pipeline.refresh.steps import build
from schemas import TABLES

SHARED = Path(__file__).parents[2] / "shared"
BUNDLE = SHARED / "data/oped2-posts.bundle"

pytestmark = pytest.mark.skipif(not BUNDLE.is_file(), reason=f"the real posts are not here: {BUNDLE}")


def test_every_fact_is_found(tmp_path):
    archive, raw = tmp_path / "archive", tmp_path / "raw"
    subprocess.run(["git", "clone", "--quiet", "--branch", "master", BUNDLE, archive], check=True)
    raw.mkdir()
    for path in archive.glob("_posts/*.md"):
        if b"\nfrom: https://www.chinafile.com/" in path.read_bytes()[:2_000]:
            path.rename(raw / path.name)
    assert build(raw, tmp_path / "built").raw_posts == 199
    for table in TABLES:
        folder = tmp_path / "outputs/parquet" / table.name
        folder.mkdir(parents=True)
        # Uncompressed, for the score reads each file a thousand times.
        rows = read_parquet(table, tmp_path / "built/parquet")
        rows.write_parquet(folder / f"{table.name}.parquet", compression="uncompressed")

    facts = sorted(path for path in SHARED.glob("gold/*.json") if path.name != "traps.json")
    assert len(facts) == 9
    score = subprocess.run(
        [sys.executable, SHARED / "tools/score_gold.py", tmp_path / "outputs", *facts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert score.returncode == 0, score.stdout + score.stderr
