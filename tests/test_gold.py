"""Facts that people read from 199 real ChinaFile posts, scored against what is built from them.

The posts are other people's text and no part of this project: they lie beside the checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.sources.raw import RawPost
from pipeline.tables.assemble import assemble
from pipeline.tables.extract import extract

SHARED = Path(__file__).parents[2] / "shared"
BUNDLE = SHARED / "data/oped2-posts.bundle"

pytestmark = pytest.mark.skipif(not BUNDLE.is_file(), reason=f"the real posts are not here: {BUNDLE}")


def test_every_fact_is_found(tmp_path):
    archive = tmp_path / "archive"
    subprocess.run(["git", "clone", "--quiet", "--branch", "master", BUNDLE, archive], check=True)
    posts = [
        RawPost("oped2", f"_posts/{path.name}", data)
        for path in sorted(archive.glob("_posts/*.md"))
        if b"\nfrom: https://www.chinafile.com/" in (data := path.read_bytes())[:2_000]
    ]
    assert len(posts) == 199
    for name, table in assemble(extract(posts, {})).items():
        folder = tmp_path / "outputs/parquet" / name
        folder.mkdir(parents=True)
        # Uncompressed, for the score reads each file a thousand times.
        table.write_parquet(folder / f"{name}.parquet", compression="uncompressed")

    facts = sorted(path for path in SHARED.glob("gold/*.json") if path.name != "traps.json")
    assert len(facts) == 9
    score = subprocess.run(
        [sys.executable, SHARED / "tools/score_gold.py", tmp_path / "outputs", *facts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert score.returncode == 0, score.stdout + score.stderr
