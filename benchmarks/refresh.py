"""`make bench`: what a refresh costs, against a cold build of the same archive.

On a git archive (the bundle of `../shared/data`; or one that is named), each command in a process of
its own in this one run, start, checks and every output format included:

- CPU of a cold build;
- CPU of a refresh after one new post, as a share of it (limit 1/15);
- CPU of a refresh after nothing new, as a share of it (limit 1/30);
- bytes of what is remembered (`.cache`), against those of the raw posts, compressed with xz, and with
  gzip.

The least of several runs is what counts: other work on the machine only ever adds. The commands run as
where Commonplace is installed for use: packages that only its tests need are hidden from them, because
pandera would import pandas and hypothesis wherever they are.
"""

from __future__ import annotations

import argparse
import lzma
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from benchmarks.build import PROJECT, SHARED, measure

SOURCES = """\
sources:
  - name: archive
    kind: git
    location: archive.git
    glob: "_posts/*.md"
"""

# Runs the command with the packages of the first argument hidden.
HIDING = """
import importlib.abc, sys
hidden = set(sys.argv.pop(1).split(","))
class Hider(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hider())
from pipeline.cli import main
main()
"""

# Nineteen of twenty of the bundle's posts are in Chinese, and so is this one, invented.
POST = """\
---
layout: post
title: "窗前的一盏灯（{number}）"
date: 2025-11-23T09:{number:02}:00.000Z
author: 墨渡
from: https://www.inkandferry.example/notes/lamp-{number}
---
<!--1763890{number:02}0000-->
[窗前的一盏灯（{number}）](https://www.inkandferry.example/notes/lamp-{number})
------

<div>
<p>整整三个冬天，渡口的老人都把一盏灯放在<a href="https://hallway.example/">走廊</a>的窗前，
为的是晚归的船夫远远就能看见河岸。</p><p>今年的雾来得早，灯也亮得早。</p>
</div>
"""


def git(archive: Path, *arguments: str, data: str | None = None) -> str:
    done = subprocess.run(
        ["git", "-C", str(archive), *arguments], input=data, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit_a_post(archive: Path, branch: str, number: int) -> None:
    """One more post, as one more commit; there is no work tree."""
    text = POST.format(number=number)
    lines = [
        f"commit {branch}",
        "committer An Archivist <archivist@delta.example> 1763890000 +0000",
        "data 5",
        "more\n",
        f"from {branch}^0",
        f"M 100644 inline _posts/2025-11-23-lamp-{number}.md",
        f"data {len(text.encode())}",
        text,
    ]
    git(archive, "fast-import", "--quiet", data="\n".join(lines) + "\n")


def only_for_tests() -> list[str]:
    """The modules of packages that requirements-dev.lock has and requirements.lock has not."""
    locked = [
        set(re.findall(r"^([a-z0-9-]+)==", (PROJECT / name).read_text(), re.MULTILINE))
        for name in ("requirements-dev.lock", "requirements.lock")
    ]
    return sorted(name.replace("-", "_") for name in locked[0] - locked[1])


def main() -> None:
    """Measure, and print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("archive", nargs="?", help="a git archive or a bundle")
    arguments.add_argument("--runs", type=int, default=3, help="refreshes of each sort (default 3)")
    given = arguments.parse_args()
    bundle = given.archive or str(SHARED / "oped2-posts.bundle")
    if not Path(bundle).exists():
        sys.exit("There is no ../shared/data. Name a git archive: python -m benchmarks.refresh PATH")
    with tempfile.TemporaryDirectory() as scratch:
        raw, out = Path(scratch) / "raw", Path(scratch) / "out"
        raw.mkdir()
        (raw / "sources.yaml").write_text(SOURCES)
        archive = raw / "archive.git"
        subprocess.run(["git", "clone", "-q", "--mirror", bundle, str(archive)], check=True)
        branch = git(archive, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()[0]
        git(archive, "symbolic-ref", "HEAD", branch)

        at = ["--raw", str(raw), "--out", str(out), "--workers", "1"]
        command = [sys.executable, "-c", HIDING, ",".join(only_for_tests())]
        cold, wall, _ = measure([*command, "build", *at])
        print(f"cold build                         {cold:8.2f} s CPU, {wall:.1f} s")
        one, nothing = [], []
        for number in range(given.runs):
            commit_a_post(archive, branch, number)
            one.append(measure([*command, "refresh", *at])[0])
            nothing.append(measure([*command, "refresh", *at])[0])
        for label, runs, limit in (("one new post", one, 15), ("nothing new", nothing, 30)):
            shown = " ".join(f"{cpu:.2f}" for cpu in runs)
            print(
                f"refresh after {label:12}         {min(runs):8.2f} s CPU ({shown}): "
                f"1/{cold / min(runs):.1f} of the cold build (limit 1/{limit})"
            )
        cache = sum(path.stat().st_size for path in (out / ".cache").rglob("*") if path.is_file())
        posts = subprocess.run(
            ["git", "-C", str(archive), "archive", "--format=tar", branch],
            check=True,
            capture_output=True,
        ).stdout
        for name, size in (
            ("xz", len(lzma.compress(posts, preset=0))),
            ("gzip", len(zlib.compress(posts))),
        ):
            print(f"remembered / raw posts ({name:4})      {cache / size:8.3f}  ({cache:,} / {size:,} bytes)")


if __name__ == "__main__":
    main()
