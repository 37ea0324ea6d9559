"""A build in a process of its own, its raw posts in another order: `python -m tests.building`.

Arguments: raw folder, outputs folder, workers, seed of the order. Prints the version.
"""

import random
import sys
from pathlib import Path

from pipeline import build
from pipeline.build import Listing


def main() -> None:
    raw, out, workers, seed = sys.argv[1:]
    found = build.find_posts(Path(raw))
    files = list(found.files)
    random.Random(seed).shuffle(files)
    build.find_posts = lambda _raw: Listing(found.sources, tuple(files))
    print(build.build(Path(raw), Path(out), int(workers)).version)


if __name__ == "__main__":
    main()
