from __future__ import annotations

import pytest

from pipeline.sources.places import place_of
from pipeline.sources.registry import Source


def source(kind, location):
    return Source(name="delta", kind=kind, location=location)


@pytest.mark.parametrize(
    ("kind", "location", "seen_from_raw"),
    [
        ("folder", "posts", "posts"),
        ("folder", ".", ""),
        ("folder", "../elsewhere", "../elsewhere"),
        ("folder", "~", "~"),
        ("git", "archives/delta.bundle", "archives/delta.bundle"),
        ("index", "lists", "lists"),
    ],
)
def test_a_relative_path_is_seen_from_the_raw_folder(tmp_path, kind, location, seen_from_raw):
    place = place_of(tmp_path, source(kind, location))
    assert place.location == str(tmp_path / seen_from_raw)


def test_the_raw_folder_may_be_named_relative_to_the_present_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = place_of(tmp_path.relative_to(tmp_path) / "raw", source("folder", "posts"))
    assert (place.location, place.kept) == (str(tmp_path / "raw/posts"), tmp_path / "raw/fetched/delta")


@pytest.mark.parametrize(
    ("kind", "location"),
    [
        ("git", "https://host.example/delta.git"),
        ("git", "git@host.example:delta.git"),
        ("git", "file:///srv/delta.git"),
        ("git", "/srv/delta.git"),
        ("feed", "https://host.example/feed"),
    ],
)
def test_a_url_and_an_absolute_path_stay_as_written(tmp_path, kind, location):
    assert place_of(tmp_path, source(kind, location)).location == location


def test_what_is_fetched_is_kept_beside_the_listing_by_name(tmp_path):
    place = place_of(tmp_path, source("feed", "https://host.example/feed"))
    assert place.kept == tmp_path / "fetched" / "delta"
    assert not place.kept.exists()
