"""A build in a process of its own, its raw posts in another order: `python -m tests.building`.

Arguments: raw folder, outputs folder, workers, seed of the order. Prints the version.
"""

import random
import sys
from pathlib import Path

from pipeline.refresh import listing
from pipeline.refresh.steps import build


def main() -> None:
    raw, out, workers, seed = sys.argv[1:]
    in_order = listing.frame_of

    def shuffled(files):
        files = list(files)
        random.Random(seed).shuffle(files)
        return in_order(files)

    listing.frame_of = shuffled
    print(build(Path(raw), Path(out), int(workers)).version)


if __name__ == "__main__":
    main()
