"""What changes which fingerprint, tried on a copy of the project's code."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.sites.registry import profiles
from pipeline.tables import fingerprint

PROJECT = Path(__file__).parents[2]

# The fingerprints of everything that a record goes through, and so of all that comes after.
EVERY_RECORD = {"extraction", *profiles(), "assembly", "all"}


def forget():
    for remembering in vars(fingerprint).values():
        if hasattr(remembering, "cache_clear"):
            remembering.cache_clear()


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget()
    yield
    forget()


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder that the code is looked for in."""
    folder = tmp_path / "project"
    monkeypatch.setattr(fingerprint, "ROOT", folder)
    return folder


@pytest.fixture
def root(empty):
    """A copy of the code, which the fingerprints are made of."""
    for folder in ("pipeline", "schemas"):
        shutil.copytree(PROJECT / folder, empty / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return empty


def fingerprints():
    forget()
    return {
        "extraction": fingerprint.of_extraction(),
        **{name: made for name, made in fingerprint.of_profiles().items() if name},
        "assembly": fingerprint.of_assembly(),
        "all": fingerprint.of_all(),
    }


def changed(before):
    now = fingerprints()
    return {name for name in before if now[name] != before[name]}


def edit(file):
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n# Edited.\n")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("pipeline/sites/chinafile.py", {"chinafile", "all"}),
        ("pipeline/sites/generic.py", {"generic", "all"}),
        ("pipeline/sites/authors.py", EVERY_RECORD),
        ("pipeline/posts/post.py", EVERY_RECORD),
        ("pipeline/posts/front_matter.py", EVERY_RECORD),
        ("pipeline/markup/soup.py", EVERY_RECORD),
        ("pipeline/markup/canonical.py", EVERY_RECORD),
        ("pipeline/tables/extract.py", EVERY_RECORD),
        ("pipeline/tables/rights.py", EVERY_RECORD),
        ("pipeline/tables/words.py", EVERY_RECORD),
        ("pipeline/sites/registry.py", EVERY_RECORD),
        ("schemas/articles.py", EVERY_RECORD),
        ("pipeline/tables/assemble.py", {"assembly", "all"}),
        ("pipeline/tables/ledger.py", {"assembly", "all"}),
        ("pipeline/tables/rules.py", {"assembly", "all"}),
        ("pipeline/publish/csv.py", {"assembly", "all"}),
        ("pipeline/publish/partitions.py", {"assembly", "all"}),
        ("pipeline/publish/views.py", {"assembly", "all"}),
        ("pipeline/cli.py", set()),
        ("pipeline/publish/dictionary.py", set()),
        ("pipeline/publish/versions.py", {"all"}),
        ("pipeline/refresh/folding.py", {"all"}),
        ("pipeline/sources/git.py", {"all"}),
    ],
)
def test_an_edit_changes_the_fingerprints_of_what_the_file_has_a_part_in(root, file, expected):
    before = fingerprints()
    edit(root / file)
    assert changed(before) == expected


def test_every_profile_has_a_fingerprint_and_so_has_a_post_that_none_has_read(root):
    made = fingerprint.of_profiles()
    assert made.keys() == {*profiles(), ""}
    assert made[""] == fingerprint.of_extraction()
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch(r"[0-9a-f]{16}", text) for text in made.values())


def test_every_module_of_the_sites_layer_is_part_of_the_whole(root):
    before = fingerprints()
    (root / "pipeline/sites/teahouse.py").write_text('HOSTS = ("teahouse.example",)\n', encoding="utf-8")
    assert changed(before) == {"all"}


def test_a_module_that_is_imported_newly_counts(root):
    (root / "pipeline/sites/teahouse.py").write_text("LEAVES = 3\n", encoding="utf-8")
    profile = root / "pipeline/sites/chinafile.py"
    profile.write_text(
        profile.read_text(encoding="utf-8") + "\nfrom pipeline.sites.teahouse import LEAVES\n",
        encoding="utf-8",
    )
    before = fingerprints()
    edit(root / "pipeline/sites/teahouse.py")
    assert changed(before) == {"chinafile", "all"}


def test_the_same_code_elsewhere_has_the_same_fingerprints(root, monkeypatch):
    here = fingerprints()
    monkeypatch.setattr(fingerprint, "ROOT", root.rename(root.with_name("elsewhere")))
    assert fingerprints() == here


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ("selectolax", EVERY_RECORD - {"assembly"}),
        ("pyarrow", {"assembly", "all"}),
        # It counts the words, and it sorts the tables.
        ("polars", EVERY_RECORD),
        ("pytest", set()),
    ],
)
def test_another_version_of_a_library_is_other_code(root, monkeypatch, library, expected):
    version = importlib.metadata.version
    before = fingerprints()
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "0.0.0" if name == library else version(name)
    )
    assert changed(before) == expected


def test_every_library_that_extraction_imports_is_named():
    modules = fingerprint.modules_behind(
        [*fingerprint._EXTRACTION, *(f"pipeline.sites.{name}" for name in profiles())]
    )
    imported = {
        name
        for module in modules
        for name in re.findall(r"^\s*(?:from|import)\s+(\w+)", fingerprint._text(module), re.MULTILINE)
    }
    distributions = importlib.metadata.packages_distributions()
    needed = {
        distribution
        for name in imported - set(sys.stdlib_module_names)
        for distribution in distributions.get(name, ())
    }
    # The contract's own checks change no record.
    assert {name.lower() for name in needed} - {"pandera", "commonplace"} <= set(
        fingerprint._LIBRARIES[fingerprint._EXTRACTION]
    )


# Which modules are behind a module


def module(root, name, text):
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "from pipeline.publish import csv, duckdb\n",
        "from pipeline.publish import csv as c, duckdb as d  # both\n",
        "from pipeline.publish import (\n    csv,\n    duckdb,\n)\n",
        "from pipeline.publish import (\n    csv as c,  # the one\n    duckdb,  # the other\n)\n",
        "import pipeline.publish.csv\nimport pipeline.publish.duckdb as d\n",
        "from pipeline.publish.csv import write\nfrom pipeline.publish.duckdb import (\n    one,\n)\n",
        "def write():\n    from pipeline.publish import csv\n    import pipeline.publish.duckdb\n",
        "if True:\n    from pipeline.publish.csv import Csv\n\nfrom pipeline.publish.duckdb import x\n",
    ],
)
def test_behind_a_module_are_those_that_it_imports_in_any_spelling(empty, text):
    module(empty, "pipeline.tables.a", f"import json\nfrom pathlib import Path\n{text}")
    module(empty, "pipeline.publish.csv", "from schemas import TABLES\n")
    module(empty, "pipeline.publish.duckdb", "from pipeline.tables import a\n")
    module(empty, "pipeline.publish.parquet", "")
    module(empty, "schemas.__init__", "from schemas.articles import ARTICLES\n")
    module(empty, "schemas.articles", "")
    expected = [
        "pipeline.publish.csv",
        "pipeline.publish.duckdb",
        "pipeline.tables.a",
        "schemas",
        "schemas.articles",
    ]
    assert fingerprint.modules_behind(["pipeline.tables.a"]) == expected


def test_a_package_s_own_file_is_behind_its_modules(empty):
    module(empty, "pipeline.tables.a", "")
    module(empty, "pipeline.tables.__init__", "from pipeline.tables.b import B\n")
    module(empty, "pipeline.tables.b", "")
    assert fingerprint.modules_behind(["pipeline.tables.a"]) == [
        "pipeline.tables", "pipeline.tables.a", "pipeline.tables.b",
    ]  # fmt: skip
    assert fingerprint.modules_behind(["pipeline.tables.nowhere"]) == []


def test_the_whole_is_told_without_importing_any_of_it():
    program = (
        "import sys\nfrom pipeline.tables import fingerprint\nprint(fingerprint.of_all())\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('pipeline', 'schemas', 'polars'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    made, modules = done.stdout.splitlines()
    assert modules.split() == ["pipeline", "pipeline.tables", "pipeline.tables.fingerprint"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
