"""Raw posts become a ledger, records and tables, without sources and without a refresh.

READINGS says how the archive of tests/sites/pages.py is read; posts of other sources are read by the
general rules, and published in full.
"""

import os
from collections import defaultdict

import polars as pl

from pipeline.sources.raw import Reject, printable_path
from pipeline.tables.assemble import assemble
from pipeline.tables.extract import EXTRACTED, RECORD, Reading, extract
from pipeline.tables.ledger import LEDGER

READINGS = defaultdict(Reading, archive=Reading({"www.lanternfile.example": "chinafile"}))

# What tells the rows of one record apart.
KEYS = {
    "articles": "article_id",
    "comments": "comment_id",
    "credits": "contribution_id",
    "links": "link_id",
    "media": "media_id",
}


def record(*posts, readings=READINGS):
    """The frames of records that raw posts become, in their order."""
    return extract([(post, post.sha256) for post in posts], readings)


def read(posts, readings=READINGS, facts=None):
    """The ledger of raw posts and of rejects of their sources, and the records that the posts become.

    `facts` are columns of the ledger that a post's source knows, such as `removed_at`, by the post's path.
    """
    posts = list(posts)
    return ledger_of(posts, record(*_contents(posts, readings), readings=readings), readings, facts)


def tables(*posts, readings=READINGS, facts=None):
    """The tables that raw posts become."""
    return assemble(*read(posts, readings, facts))


def ledger_of(posts, records, readings=READINGS, facts=None):
    """The ledger of posts whose contents became these records; a record that is there twice is one."""
    rows = [_row(post, readings) | (facts or {}).get(_path(post), {}) for post in posts]
    places = {name: dtype for name, dtype in LEDGER.items() if name not in RECORD}
    why = {f"{name}_of_source": pl.String for name in ("stage", "reason", "message")}
    made = records["records"].unique(["raw_sha256", "reading"], maintain_order=True)
    joined = pl.DataFrame(rows, schema=places | {"reading": pl.String} | why).join(
        made, on=["raw_sha256", "reading"], how="left"
    )
    ledger = joined.with_columns(
        pl.col("notes").fill_null([]),
        *(pl.coalesce(f"{name}_of_source", name).alias(name) for name in ("stage", "reason", "message")),
    ).select(pl.col(name).cast(dtype) for name, dtype in LEDGER.items())
    frames = {
        name: records[name].unique(["record_id", key], maintain_order=True) for name, key in KEYS.items()
    }
    return ledger, frames


def together(*frames):
    """The frames of several extractions as those of one."""
    return {name: pl.concat([frame[name] for frame in frames]) for name in EXTRACTED}


def _contents(posts, readings):
    """Each content once for each way of reading it."""
    found = {}
    for post in posts:
        if not isinstance(post, Reject):
            found.setdefault((post.sha256, readings[post.source].key), post)
    return found.values()


def _path(post):
    return post.raw_path if isinstance(post, Reject) else post.path


def _row(post, readings):
    place = {"source": post.source, "path": os.fsencode(_path(post)), "raw_path": printable_path(_path(post))}
    if isinstance(post, Reject):
        why = {f"{name}_of_source": getattr(post, name) for name in ("stage", "reason", "message")}
        return place | why | {"raw_bytes": post.raw_bytes, "raw_sha256": post.raw_sha256}
    reading = readings[post.source].key
    return place | {"raw_bytes": len(post.data), "raw_sha256": post.sha256, "reading": reading}
