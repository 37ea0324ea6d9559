"""docs/writing-a-profile.md does what it says: its commands run in a copy of the project, print what stands
below them, and its code is in the project's standard form."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.posts.post import read_post
from tests.sites.pages import post

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = (PROJECT / "docs" / "writing-a-profile.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROFILE, TEST = Path("pipeline/sites/tidewater.py"), Path("tests/sites/test_tidewater.py")


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(GUIDE) if name == language]


def without_times(output: str) -> str:
    """Output in which no duration is left, nor spaces at the ends of lines."""
    lines = re.sub(r"\b\d+\.\d+ ?s\b", "N s", output).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the guide needs of the project, with the guide's post."""
    folder = tmp_path_factory.mktemp("guide")
    for name in ("pipeline", "schemas", "tests/sites", "tests/tables"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("pyproject.toml", "tests/__init__.py"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "tidewater").mkdir()
    (folder / "tidewater/nine-teapots.md").write_text(blocks("html")[0])
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": str(folder)}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMMONPLACE_")} | settings
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def lint(folder: Path, *files: Path) -> None:
    """The files pass what `make lint` asks, where its tools are installed."""
    names = " ".join(map(str, files))
    profiles = " ".join(str(file) for file in files if file.parts[0] == "pipeline")
    commands = (f"ruff check {names}", f"ruff format --check {names}", f"mypy --no-incremental {profiles}")
    for command in commands:
        if (folder / ".venv/bin" / command.partition(" ")[0]).exists():
            done = run(f".venv/bin/{command}", folder)
            assert done.returncode == 0, done.stdout


def test_the_guide_can_be_followed(checkout):
    profile, test, _, _ = blocks("python")
    skeleton, aside = "", PROFILE.with_stem("tidewater_skeleton")
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            if "pytest" in command:  # from here on, the files that the guide shows
                skeleton = (checkout / PROFILE).read_text()
                (checkout / PROFILE).write_text(profile)
                (checkout / TEST).write_text(test)
            done = run(command, checkout)
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            assert without_times(done.stdout) == without_times(shown), command
            if " profiles new " in command:
                done = run(f".venv/bin/python -m pytest {TEST} && .venv/bin/ruff check {TEST}", checkout)
                assert done.returncode == 0, done.stdout
    (checkout / aside).write_text(skeleton)
    lint(checkout, PROFILE, TEST, aside)


def test_the_guide_s_profile_can_have_versions(tmp_path):
    profile, _, versions, by_markup = blocks("python")
    older = versions[versions.index("def _read_until_2016") :]
    (tmp_path / "tidewater_by_version.py").write_text(
        profile.replace("def read_page(", "def _read_since_2016(")
        + older
        + "from datetime import date\nfrom pipeline.sites.versions import Version, read_by_version\n"
        + versions.removesuffix(older)
        + by_markup
    )
    made = runpy.run_path(str(tmp_path / "tidewater_by_version.py"))
    html = '<p class="tw-byline">By <a>Ada Marsh</a></p><div class="tw-text">One.</div>'
    texts = {}
    for day in ("2016-05-01", "2016-05-02"):
        found = read_post(post(html, url="https://tidewater.example/one", date=f"{day}T12:00:00.000Z"))
        texts[day] = made["read_page"](found, found.url).body_text
    assert texts == {"2016-05-01": "By Ada Marsh\n\nOne.", "2016-05-02": "One."}
    assert made["NEW"].met(found)


def test_every_file_and_heading_that_the_guide_links_exists():
    for link, anchor in re.findall(r"\]\(([^)#]*)(#[^)]+)?\)", GUIDE):
        assert not link or (PROJECT / "docs" / link).exists(), link
        assert not anchor or f"\n## {anchor[1:].replace('-', ' ').capitalize()}\n" in GUIDE, anchor
