"""The asset `dataset`: the checked tables, published as one."""

from __future__ import annotations

import time

from dagster import MaterializeResult, MetadataValue, asset

from pipeline.assets.locations import Locations
from schemas import TABLES


@asset(
    group_name="published",
    deps=[table.name for table in TABLES],
    kinds={"parquet", "csv", "duckdb"},
    owners=["team:data-engineering"],
)
def dataset(locations: Locations) -> MaterializeResult:  # type: ignore[type-arg]
    """The published dataset: Parquet, CSV and one DuckDB file, swapped in as one.

    Runs only when every check on the tables has passed. Readers see the dataset before or the
    dataset after, never a mixture.
    """
    from pipeline.build import publish_candidate
    from pipeline.publish import versions

    begun = time.monotonic()
    out = locations.out_path
    with versions.lock(out):
        version = publish_candidate(out)
    sizes = {
        name: sum(path.stat().st_size for path in (out / name).rglob("*") if path.is_file())
        for name in ("parquet", "csv")
    }
    return MaterializeResult(
        metadata={
            "version": version,
            "parquet": MetadataValue.path(out / "parquet"),
            "csv": MetadataValue.path(out / "csv"),
            "duckdb": MetadataValue.path(out / "commonplace.duckdb"),
            "parquet bytes": sizes["parquet"],
            "csv bytes": sizes["csv"],
            "duckdb bytes": (out / "commonplace.duckdb").stat().st_size,
            "seconds": round(time.monotonic() - begun, 2),
        }
    )
