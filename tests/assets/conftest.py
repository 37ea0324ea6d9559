"""A project of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from pipeline.sources import folder
from tests.assets.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """An empty raw folder, and an instance in memory. Files count as settled at once, not after two
    seconds."""
    monkeypatch.setattr(folder, "_FRESH_NS", 0)
    with DagsterInstance.ephemeral() as instance:
        yield Project(tmp_path, instance)
