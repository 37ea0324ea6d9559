"""`make kills`: refreshes of an archive that are killed with SIGKILL at random moments.

A git archive of the sample's posts grows, shrinks and changes by a commit before each refresh. Each
refresh is killed at a random moment of its work; one that ends before that counts for nothing.
After every kill the published files must be, whole, those before or those after; at the end a last
refresh must end in the bytes of a build from nothing. Prints a line a kill; ends with 1 where
anything is amiss.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.refresh import git
from benchmarks.replay import SOURCES, hashes
from pipeline.publish.versions import digest_of, standing
from pipeline.refresh.steps import build, refresh

PROJECT = Path(__file__).resolve().parent.parent
POSTS = PROJECT / "raw" / "sample" / "_posts"


def commit(archive: Path, chance: random.Random, present: dict[str, bytes], number: int) -> None:
    """A commit that adds, edits and takes away a few posts."""
    posts = sorted(POSTS.glob("*.md"))
    changes = []
    for post in chance.sample(posts, 4):
        name = f"_posts/{post.stem.encode().hex()[:40]}.md"
        if name in present and chance.random() < 0.4:
            del present[name]
            changes.append(f"D {name}\n".encode())
            continue
        data = post.read_bytes() + b"<p>Edited %d.</p>\n" % number
        present[name] = data
        changes.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    head = [
        b"commit refs/heads/main\n",
        b"committer An Archivist <archivist@delta.example> %d +0000\n" % (1_700_000_000 + number),
        b"data 4\nedit\n",
        b"from refs/heads/main^0\n" if number else b"",
    ]
    subprocess.run(
        ["git", "-C", str(archive), "fast-import", "--quiet"], input=b"".join(head + changes), check=True
    )


def main() -> None:
    """Kill, look, and compare."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=20_261_123)
    given = arguments.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as scratch:
        raw, out = Path(scratch) / "raw", Path(scratch) / "out"
        archive = raw / "archive.git"
        archive.mkdir(parents=True)
        git(archive, "init", "-q", "--bare", "--initial-branch=main")
        (raw / "sources.yaml").write_text(SOURCES.format(glob="_posts/*.md", on_removal="keep"))
        present: dict[str, bytes] = {}
        commit(archive, chance, present, 0)
        refresh(raw, out, accept=True)
        command = [sys.executable, "-m", "pipeline.cli", "refresh", "--accept", "--workers", "1"]
        command += ["--raw", str(raw), "--out", str(out)]
        died, number, finished = 0, 0, 0
        duration = 0.0
        while died < given.kills:
            number += 1
            commit(archive, chance, present, number)
            before = hashes(out)
            begun = time.monotonic()
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                # The first, and each tenth, to its end: so long a refresh takes on this machine now.
                process.wait(duration * chance.uniform(0.3, 1.05) if number % 10 != 1 else None)
                finished += 1
                duration = time.monotonic() - begun
                continue
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            died += 1
            after, version = hashes(out), standing(out)
            assert version is not None
            assert digest_of(version) == version.name.partition("-")[0], "the standing version is not whole"
            moved = "before" if after == before else "after"
            if moved == "after":
                build(raw, Path(scratch) / "now", 1)
                assert after == hashes(Path(scratch) / "now"), "neither the state before nor the one after"
            print(f"kill {died} after {time.monotonic() - begun:.2f} s: the state {moved}", flush=True)
        refresh(raw, out, accept=True)
        build(raw, Path(scratch) / "built", 1)
        same = hashes(out) == hashes(Path(scratch) / "built")
    print(
        f"{died} kills, {finished} refreshes that ended first; the end {'is' if same else 'IS NOT'} a build's"
    )
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
