"""`make bench RAW=folder`: what a cold build of a real archive costs.

Prints, each measured in a process of its own in this one run:

- CPU of the whole build (its worker processes included) to CPU of a bare
  `BeautifulSoup(body, "lxml")` over the bodies of the same posts;
- peak memory of the build, all its processes together;
- bytes of Parquet to bytes of raw posts;
- seconds and CPU of a cold build of the sample, start included, and of loading Dagster's definitions;
- with `--against COMMIT`, nothing but this: CPU of the whole build by that commit's code and by this one's,
  in turns, the least of each.

RAW is a folder of posts, or one with a sources.yaml. Without it, the archives of
`../shared/data` are unpacked and measured, where they are there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data"

BARE = """
import sys, warnings
from pathlib import Path
from bs4 import BeautifulSoup
from pipeline.posts.post import PostError, read_post
from pipeline.sources.kinds import kind_of
from pipeline.sources.places import place_of
from pipeline.sources.registry import read_sources
warnings.simplefilter("ignore")
raw = Path(sys.argv[1])
bodies = []
for place in (place_of(raw, source) for source in read_sources(raw)):
    kind = kind_of(place.source)
    for post in kind.read(place, kind.posts(place)):
        try:
            bodies.append(read_post(post.data).body)
        except (AttributeError, PostError):
            pass
if sys.argv[2] == "parse":
    for body in bodies:
        BeautifulSoup(body, "lxml")
"""


# How often each of two builds runs, where they are compared.
TURNS = 3


def measure(command: list[str], *, memory: bool = False, project: Path = PROJECT) -> tuple[float, float, int]:
    """CPU seconds and wall seconds of a command with its children, and its peak memory in bytes
    (all processes together, sampled ten times a second; 0 unless asked for)."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL)
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak)) if memory else None
    if watcher:
        watcher.start()
    code = process.wait()
    if watcher:
        watcher.join()
    if code:
        sys.exit(f"{command[0]} ... failed with exit code {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - begun, peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_resident(pid) for pid in _family(process.pid)))
        time.sleep(0.1)


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:  # it ended while we looked
            continue
    return found


def _resident(pid: int) -> int:
    """Proportional memory of a process: pages that several share are counted once."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1]) * 1024
        except OSError:
            continue
    return 0


def unpack_shared(into: Path) -> Path:
    """The real archives of ../shared/data, unpacked: 7,223 posts."""
    bundle = SHARED / "oped2-posts.bundle"
    if not bundle.exists():
        sys.exit("There is no ../shared/data. Name a folder of posts: make bench RAW=folder")
    subprocess.run(["git", "clone", "-q", "-b", "master", str(bundle), str(into / "oped2")], check=True)
    for name in ("teahouse", "society"):
        with tarfile.open(SHARED / f"{name}-posts.tar.xz") as archive:
            archive.extractall(into, filter="data")
    return into


def compare(raw: Path, scratch: Path, commit: str, workers: str) -> None:
    """Print what the build of `raw` costs with the code of a commit, and with this one's."""
    older = scratch / "older"
    older.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(older)], input=archive.stdout, check=True)
    costs: dict[Path, list[float]] = {older: [], PROJECT: []}
    for _ in range(TURNS):
        for project, found in costs.items():
            out = scratch / "outputs"
            # Run as a module, so that the code of the folder it runs in comes before what is installed.
            build = [sys.executable, "-m", "pipeline.cli", "build", "--raw", str(raw), "--out", str(out)]
            found.append(measure([*build, "--workers", workers], project=project)[0])
            shutil.rmtree(out)
    before, now = (min(found) for found in costs.values())
    print(f"whole build by {commit:.12}       {before:8.1f} s CPU")
    print(f"whole build by this code           {now:8.1f} s CPU")
    print(f"build of {commit:.12} / this one  {before / now:8.2f}")


def main() -> None:
    """Measure, and print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("raw", nargs="?", type=Path, help="a folder of posts")
    arguments.add_argument("--workers", default="1", help="processes that read posts (default 1)")
    arguments.add_argument("--against", metavar="COMMIT", help="compare with the code of a commit")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        raw = given.raw.resolve() if given.raw else unpack_shared(Path(scratch))
        if given.against:
            compare(raw, Path(scratch), given.against, given.workers)
            return
        out = Path(scratch) / "outputs"
        python = sys.executable
        build = [python, "-m", "pipeline.cli", "build", "--out", str(out), "--workers", given.workers]

        load, _, _ = measure([python, "-c", BARE, str(raw), "load"])
        parse, _, _ = measure([python, "-c", BARE, str(raw), "parse"])
        cpu, wall, peak = measure([*build, "--raw", str(raw)], memory=True)
        bare = parse - load
        print(f"bare BeautifulSoup(body, 'lxml')   {bare:8.1f} s CPU")
        print(f"whole build, {given.workers} worker(s)          {cpu:8.1f} s CPU, {wall:.1f} s")
        print(f"build CPU / bare parse CPU         {cpu / bare:8.2f}")
        print(f"peak memory of the build           {peak / 1e6:8.0f} MB")

        raw_bytes = sum(path.stat().st_size for path in raw.rglob("*.md"))
        parquet = sum(path.stat().st_size for path in (out / "parquet").rglob("*.parquet"))
        print(f"Parquet bytes / raw bytes          {parquet / raw_bytes:8.3f}  ({parquet:,} / {raw_bytes:,})")

        sample = Path(scratch) / "sample"
        command = [python, "-m", "pipeline.cli", "build", "--raw", "raw", "--out", str(sample)]
        cpu, wall, _ = measure(command)
        print(f"cold build of the sample           {cpu:8.1f} s CPU, {wall:.1f} s")
        cpu, wall, _ = measure([python, "-c", "import pipeline.definitions"])
        print(f"loading the Dagster definitions    {cpu:8.1f} s CPU, {wall:.1f} s")
        print(json.dumps({"python": sys.version.split()[0], "cpus": os.cpu_count()}), file=sys.stderr)


if __name__ == "__main__":
    main()
