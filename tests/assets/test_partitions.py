"""Partitions follow `sources.yaml`, without a change of code and without a restart."""

import pytest
from dagster import AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest, SkipReason

from pipeline.assets.partitions import add_partitions, new_sources
from pipeline.sources.registry import SourcesError


def test_a_source_that_is_new_in_the_file_becomes_a_partition(project):
    project.declare(a="")
    project.write("a", range(1, 3))
    assert isinstance(new_sources(project.context()), SkipReason)
    listing = project.raw / "sources.yaml"
    listing.write_text(listing.read_text() + "  - {name: b, kind: folder, location: b}\n")
    result = new_sources(project.context())
    assert list(result.dynamic_partitions_requests) == [AddDynamicPartitionsRequest("sources", ["b"])]


def test_a_source_that_is_gone_or_turned_off_is_no_partition_any_more(project):
    project.declare(a="", b="", c="")
    project.declare(a="", b="enabled: false")
    result = new_sources(project.context())
    assert list(result.dynamic_partitions_requests) == [DeleteDynamicPartitionsRequest("sources", ["b", "c"])]


def test_a_fault_in_the_file_fails_the_tick_with_what_to_mend(project):
    (project.raw / "sources.yaml").write_text("sources:\n  - {name: a, knd: folder, location: a}\n")
    with pytest.raises(SourcesError, match=r"there is no key `knd`. Did you mean `kind`\?"):
        new_sources(project.context())


def test_partitions_that_are_there_already_stay(project):
    add_partitions(project.instance, ["b", "a"])
    add_partitions(project.instance, ["a", "c"])
    assert project.partitions() == ["a", "b", "c"]
