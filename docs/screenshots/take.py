"""Takes the README's pictures: `make screenshots`.

Starts Dagster over the sample, materializes everything, breaks one input by hand and
materializes again, and looks at it all with headless Chromium (Debian's `chromium`, or the
browser that CHROMIUM names), and with a font for Chinese (`fonts-noto-cjk`).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import polars as pl
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
sys.path.insert(0, str(PROJECT))

from schemas import TABLES  # noqa: E402
from tests.assets.server import DagsterServer, dagster_server  # noqa: E402


def main() -> None:
    """Take every picture."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not browser_path:
        sys.exit("Chromium was not found. Install it, or name it: CHROMIUM=/path make screenshots")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1080})
        with dagster_server(Path(scratch), PROJECT / "raw") as server:
            take_all(server, page)
        browser.close()


def take_all(server: DagsterServer, page: Page) -> None:
    """The asset graph, a materialization, and a check that failed."""
    assert server.wait_for_run(server.launch()) == "SUCCESS"
    # Alt+E expands the groups.
    shoot(page, f"{server.address}/asset-groups", "asset-graph", "Alt+e")
    shoot(page, f"{server.address}/assets/articles?view=events", "materialization")
    # With nothing remembered everything is read again, and left for the tables to be made of.
    shutil.rmtree(server.out / ".cache")
    assert server.wait_for_run(server.launch("raw_posts", "extracted_posts")) == "SUCCESS"
    break_an_input(server.out)
    assert server.wait_for_run(server.launch(*[table.name for table in TABLES], "dataset")) == "FAILURE"
    shoot(page, f"{server.address}/assets/comments?view=checks&checkDetail=key_is_unique", "failed-check")


def break_an_input(out: Path) -> None:
    """Put a comment twice into what extraction left, as no run would."""
    path = out / ".stages" / "extracted_posts" / "records_comments.parquet"
    comments = pl.read_parquet(path)
    pl.concat([comments, comments.head(1)]).write_parquet(path)


def shoot(page: Page, address: str, name: str, key: str | None = None) -> None:
    """Look at one page, press a key where one is named, and keep the picture."""
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(3000)
    if key:
        page.keyboard.press(key)
        page.wait_for_timeout(3000)
    page.screenshot(path=str(HERE / f"{name}.png"))
    print(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    main()
