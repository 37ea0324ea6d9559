"""`python -m benchmarks.extraction`: what reading a post costs, beside the tools that one would pick instead.

CPU seconds on one core, on the same posts in one run, each round in another order:

- stock `BeautifulSoup(body, "lxml")`, our soup, and html5lib's (a sample of a tenth);
- trafilatura's `bare_extraction` of the body, for its text alone, and for what comes nearer to a record:
  with metadata, links and pictures;
- extraction of all records: from bytes to rows, everything included.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

from benchmarks.build import unpack_shared
from pipeline.markup.soup import make_soup
from pipeline.posts.post import PostError, read_post
from pipeline.sources.raw import RawPost
from pipeline.tables.extract import Reading, extract

ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Measure, and print one line a figure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("raw", nargs="?", type=Path, help="a folder of posts (default ../shared/data)")
    arguments.add_argument("--every", type=int, default=8, help="take every nth post (default 8)")
    given = arguments.parse_args()
    import trafilatura

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        raw = given.raw or unpack_shared(Path(scratch)) / "oped2"
        posts, bodies = [], []
        for path in sorted(raw.rglob("*.md"))[:: given.every]:
            data = path.read_bytes()
            try:
                body = read_post(data).body
            except PostError:
                continue
            posts.append((RawPost("bench", path.name, data), hashlib.sha256(data).hexdigest()))
            bodies.append(body)
    size = sum(len(body.encode()) for body in bodies) / 1e6

    ways: dict[str, Callable[[], object]] = {
        "stock BeautifulSoup(body, 'lxml')": lambda: [BeautifulSoup(body, "lxml") for body in bodies],
        "our soup": lambda: [make_soup(body) and None for body in bodies],
        "trafilatura.bare_extraction": lambda: [trafilatura.bare_extraction(body) for body in bodies],
        "the same with metadata, links, pictures": lambda: [
            trafilatura.bare_extraction(body, with_metadata=True, include_links=True, include_images=True)
            for body in bodies
        ],
        "extraction of all records": lambda: extract(posts, {"bench": Reading()}),
        "a tenth: BeautifulSoup(body, 'html5lib')": lambda: [
            BeautifulSoup(body, "html5lib") for body in bodies[::10]
        ],
    }
    extract(posts[:20], {"bench": Reading()})  # what is loaded once
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS):
        for name in list(ways)[:: -1 if turn % 2 else 1]:
            taken[name].append(seconds(ways[name]))
    best = {name: min(times) for name, times in taken.items()}
    print(f"{len(bodies)} posts, {size:.1f} MB of HTML; the best of {ROUNDS} rounds")
    for name, time_taken in best.items():
        share = 10 if name.startswith("a tenth") else 1
        print(f"{name:42} {time_taken:7.2f} s {size / share / time_taken:7.1f} MB/s")
    stock, ours = best["stock BeautifulSoup(body, 'lxml')"], best["our soup"]
    bare, records = best["trafilatura.bare_extraction"], best["extraction of all records"]
    more = best["the same with metadata, links, pictures"]
    print(f"stock parse / our parse               {stock / ours:6.2f}   (at least 3)")
    print(f"trafilatura / all records             {bare / records:6.2f}   (at least 8)")
    print(f"the same with metadata / all records  {more / records:6.2f}")
    print(f"stock parse / all records             {stock / records:6.2f}   (above 1)")


if __name__ == "__main__":
    main()
