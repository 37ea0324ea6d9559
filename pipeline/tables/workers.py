"""Extraction over batches of raw posts, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice

from pipeline.sources.raw import RawPost
from pipeline.tables.extract import Frames, Reading, extract

_BATCH = 64


def extract_batches(
    posts: Iterable[tuple[RawPost, str]],
    readings: Mapping[str, Reading],
    workers: int = 1,
) -> Iterator[Frames]:
    """The frames of `extract`, batch by batch, in the order of the posts.

    No more posts are read ahead than the workers can hold. Which batch a post falls in, and
    how many workers there are, changes nothing in what the tables become.
    """
    rest = iter(posts)
    batches = iter(lambda: list(islice(rest, _BATCH)), [])
    if workers <= 1:
        for batch in batches:
            yield extract(batch, readings)
        return
    # Spawned, not forked: polars' threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[Frames]] = deque()
        for batch in batches:
            waiting.append(pool.submit(extract, batch, readings))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
