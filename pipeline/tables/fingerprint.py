"""Which code made a record: a digest over the source of all modules that had a part in it.

What a post becomes depends on its bytes and on this code alone, so a record may be used again while
both are the same. A profile's fingerprint covers what every post goes through and the profile's
own module with what it imports: an edit to one profile changes that profile's fingerprint and no
other.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What every record goes through.
_EXTRACTION = ("pipeline.tables.extract",)
# What makes tables of records, and files of tables.
_ASSEMBLY = (
    "pipeline.tables.assemble",
    "pipeline.tables.rules",
    "pipeline.tables.checks",
    "pipeline.publish.parquet",
    "pipeline.publish.csv",
    "pipeline.publish.duckdb",
)
# The libraries whose newer version may read or write the same thing otherwise.
_LIBRARIES = {
    _EXTRACTION: (
        "ada-url",
        "beautifulsoup4",
        "nh3",
        "polars",
        "pyyaml",
        "selectolax",
        "tldextract",
        "lingua-language-detector",
    ),
    _ASSEMBLY: ("polars", "pyarrow", "duckdb"),
}

_IMPORT = re.compile(r"^\s*(?:from\s+((?:pipeline|schemas)[\w.]*)\s+import\s+(\([^)]*\)|[^\n#]*)|"
                     r"import\s+((?:pipeline|schemas)[\w.]*))", re.MULTILINE)  # fmt: skip


@cache
def of_extraction() -> str:
    """The fingerprint of what every post goes through, profiles aside."""
    return _digest(_EXTRACTION, _LIBRARIES[_EXTRACTION])


@cache
def of_profiles() -> Mapping[str, str]:
    """The fingerprint of each profile, and under "" that of a post that no profile has read."""
    from pipeline.sites.registry import profiles

    made = {
        name: _digest((*_EXTRACTION, f"pipeline.sites.{name}"), _LIBRARIES[_EXTRACTION])
        for name in profiles()
    }
    return made | {"": of_extraction()}


@cache
def of_assembly() -> str:
    """The fingerprint of what makes tables of records, and files of tables."""
    return _digest(_ASSEMBLY, _LIBRARIES[_ASSEMBLY])


@cache
def of_all() -> str:
    """One fingerprint over everything that decides what is published: every profile, every kind of
    source and the refresh itself included. Reads files only: no module is imported."""
    modules = [
        f"pipeline.{layer}.{path.stem}"
        for layer in ("sources", "sites", "refresh")
        for path in sorted((ROOT / "pipeline" / layer).glob("*.py"))
    ]
    libraries = (*_LIBRARIES[_EXTRACTION], *_LIBRARIES[_ASSEMBLY])
    return _digest((*_EXTRACTION, *_ASSEMBLY, *modules), libraries)


def modules_behind(names: Iterable[str]) -> list[str]:
    """The modules of this project that these import, directly or not, and these themselves, sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or _file(name) is None:
            continue
        found.add(name)
        waiting += _imports(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return sorted(found)


def _digest(names: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    whole = hashlib.sha256(f"python {sys.version_info.major}.{sys.version_info.minor}\n".encode())
    for library in libraries:
        whole.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    for name in modules_behind(names):
        whole.update(f"{name} {_sha256(name)}\n".encode())
    return whole.hexdigest()[:16]


@cache
def _imports(name: str) -> tuple[str, ...]:
    found = []
    for package, names, module in _IMPORT.findall(_text(name)):
        found.append(package or module)
        # `from pipeline.publish import csv, duckdb` names modules, too.
        found += [f"{package}.{word}" for word in re.findall(r"\w+", names)]
    return tuple(found)


@cache
def _sha256(name: str) -> str:
    return hashlib.sha256(_text(name).encode()).hexdigest()


@cache
def _text(name: str) -> str:
    file = _file(name)
    return file.read_text(encoding="utf-8") if file else ""


@cache
def _file(name: str) -> Path | None:
    base = ROOT.joinpath(*name.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None
