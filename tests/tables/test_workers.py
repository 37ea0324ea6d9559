from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from pipeline.sources.raw import RawPost, Reject
from pipeline.tables.assemble import assemble
from pipeline.tables.extract import EXTRACTED
from pipeline.tables.workers import _BATCH, extract_batches
from tests.sites.pages import PROFILES, SITE, SOURCE, body, comment, comments, content, person, post


def some_posts(number):
    """Posts of which each third is a revision of one page, and each seventh a reject."""
    for i in range(number):
        path = f"_posts/{i:04}.md"
        if i % 7 == 6:
            yield Reject(SOURCE, path, None, None, "read", "unreadable", "The file could not be read.")
            continue
        url = f"{SITE}/conversation/{'ferry' if i % 3 == 0 else i}"
        html = content(body(f'<p>Number {i}, <a href="{SITE}/conversation/ferry">see</a>.</p>'))
        yield RawPost(SOURCE, path, post(html + comments(comment(i, person(f"Ada {i % 5}"))), url=url))


def tables(batches):
    frames = list(batches)
    return assemble({name: pl.concat([frame[name] for frame in frames]) for name in EXTRACTED})


def test_batches_come_in_the_order_of_the_posts():
    number = 2 * _BATCH + 5
    batches = list(extract_batches(some_posts(number), PROFILES))
    assert [batch["posts"].height + batch["rejects"].height for batch in batches] == [_BATCH, _BATCH, 5]
    paths = [path for batch in batches for path in batch["posts"]["raw_path"].to_list()]
    assert paths == sorted(paths)


def test_no_posts_give_no_batch():
    assert list(extract_batches([], PROFILES)) == []


def test_posts_are_read_as_they_are_needed():
    read = []

    def reading():
        for raw in some_posts(10 * _BATCH):
            read.append(raw)
            yield raw

    batches = extract_batches(reading(), PROFILES)
    assert read == []
    next(batches)
    assert len(read) == _BATCH


def test_workers_read_no_further_ahead_than_they_can_hold(monkeypatch):
    def threads(workers, mp_context):
        return ThreadPoolExecutor(workers)

    monkeypatch.setattr("pipeline.tables.workers.ProcessPoolExecutor", threads)
    monkeypatch.setattr("pipeline.tables.workers._BATCH", 2)
    read = []
    batches = extract_batches((read.append(raw) or raw for raw in some_posts(40)), PROFILES, workers=2)
    next(batches)
    assert len(read) == 2 * (2 * 2 + 1)
    assert len(list(batches)) == 19


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_size_of_a_batch_changes_nothing(monkeypatch, size):
    posts = list(some_posts(30))
    expected = tables(extract_batches(posts, PROFILES))
    monkeypatch.setattr("pipeline.tables.workers._BATCH", size)
    found = tables(extract_batches(posts, PROFILES))
    assert all(found[name].equals(expected[name]) for name in expected)


def test_the_number_of_workers_changes_nothing(monkeypatch):
    monkeypatch.setattr("pipeline.tables.workers._BATCH", 5)
    posts = list(some_posts(28))
    one = list(extract_batches(posts, PROFILES, workers=1))
    two = list(extract_batches(posts, PROFILES, workers=2))
    assert len(one) == len(two) == 6
    for expected, found in zip(one, two, strict=True):
        assert all(found[name].equals(expected[name]) for name in EXTRACTED)
