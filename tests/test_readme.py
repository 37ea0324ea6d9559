"""The README's tour does what it says: its commands run, and print what stands below them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def tour() -> list[tuple[str, str]]:
    """The commands of the README's console blocks, each with the output that it shows."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            steps.append((command, output))
    return steps


def without_times(output: str) -> str:
    """Output in which no duration is left, nor spaces at the ends of lines."""
    lines = re.sub(r"\b\d+\.\d s\b", "N s", output).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a newcomer's checkout after the first command."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "raw").symlink_to(PROJECT / "raw")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMMONPLACE_")} | settings
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_tour_prints_what_the_readme_shows(checkout):
    assert len(tour()) >= 6
    for command, shown in tour():
        done = run(command, checkout)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert without_times(done.stdout) == without_times(shown), command


def test_the_python_recipes_run(checkout):
    recipes = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert recipes
    run(".venv/bin/commonplace build", checkout)
    for recipe in recipes:
        done = subprocess.run(
            [sys.executable, "-c", recipe], cwd=checkout, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


def test_every_make_target_that_the_readme_names_exists():
    makefile = (PROJECT / "Makefile").read_text()
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)\b", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_that_the_readme_links_exists():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (PROJECT / link).exists(), link
