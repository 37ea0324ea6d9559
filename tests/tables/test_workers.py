from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.sources.raw import RawPost
from pipeline.tables.assemble import assemble
from pipeline.tables.extract import EXTRACTED
from pipeline.tables.workers import _BATCH, extract_batches
from tests.sites.pages import SITE, SOURCE, body, comment, comments, content, person, post
from tests.tables.records import READINGS, ledger_of, together


def some_posts(number):
    """Posts of which each third is a revision of one page, and each seventh a reject."""
    for i in range(number):
        path = f"_posts/{i:04}.md"
        if i % 7 == 6:
            yield RawPost(SOURCE, path, f"Number {i}".encode())
            continue
        url = f"{SITE}/conversation/{'ferry' if i % 3 == 0 else i}"
        html = content(body(f'<p>Number {i}, <a href="{SITE}/conversation/ferry">see</a>.</p>'))
        yield RawPost(SOURCE, path, post(html + comments(comment(i, person(f"Ada {i % 5}"))), url=url))


def with_sha256(posts):
    for raw in posts:
        yield raw, raw.sha256


def batches_of(posts, workers=1):
    return extract_batches(with_sha256(posts), READINGS, workers)


def tables(posts, batches):
    return assemble(*ledger_of(posts, together(*batches)))


def test_batches_come_in_the_order_of_the_posts():
    number = 2 * _BATCH + 5
    batches = list(batches_of(some_posts(number)))
    assert [batch["records"].height for batch in batches] == [_BATCH, _BATCH, 5]
    read = [sha256 for batch in batches for sha256 in batch["records"]["raw_sha256"].to_list()]
    assert read == [raw.sha256 for raw in some_posts(number)]


def test_no_posts_give_no_batch():
    assert list(batches_of([])) == []


def test_posts_are_read_as_they_are_needed():
    read = []

    def reading():
        for raw in some_posts(10 * _BATCH):
            read.append(raw)
            yield raw

    batches = batches_of(reading())
    assert read == []
    next(batches)
    assert len(read) == _BATCH


def test_workers_read_no_further_ahead_than_they_can_hold(monkeypatch):
    def threads(workers, mp_context):
        return ThreadPoolExecutor(workers)

    monkeypatch.setattr("pipeline.tables.workers.ProcessPoolExecutor", threads)
    monkeypatch.setattr("pipeline.tables.workers._BATCH", 2)
    read = []
    batches = batches_of((read.append(raw) or raw for raw in some_posts(40)), workers=2)
    next(batches)
    assert len(read) == 2 * (2 * 2 + 1)
    assert len(list(batches)) == 19


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_size_of_a_batch_changes_nothing(monkeypatch, size):
    posts = list(some_posts(30))
    expected = tables(posts, batches_of(posts))
    monkeypatch.setattr("pipeline.tables.workers._BATCH", size)
    found = tables(posts, batches_of(posts))
    assert all(found[name].equals(expected[name]) for name in expected)


def test_the_number_of_workers_changes_nothing(monkeypatch):
    monkeypatch.setattr("pipeline.tables.workers._BATCH", 5)
    posts = list(some_posts(28))
    one = list(batches_of(posts, workers=1))
    two = list(batches_of(posts, workers=2))
    assert len(one) == len(two) == 6
    for expected, found in zip(one, two, strict=True):
        assert all(found[name].equals(expected[name]) for name in EXTRACTED)
