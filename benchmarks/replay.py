"""`make replay ARCHIVE=...`: an archive's history, refreshed commit by commit, against one cold build.

Takes a git archive (a path or a bundle; without one, the bundle of `../shared/data`), moves a copy
of it from its first commit to its last along first parents, refreshes after each, and compares the
SHA-256 of every Parquet and CSV file with those of a build of the last commit from nothing. Prints
what each refresh did and cost; ends with 1 where any file differs.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.refresh.steps import Refreshed, build, refresh

PROJECT = Path(__file__).resolve().parent.parent
BUNDLE = PROJECT.parent / "shared" / "data" / "oped2-posts.bundle"

SOURCES = """\
sources:
  - name: replayed
    kind: git
    location: archive.git
    glob: {glob!r}
    on_removal: {on_removal}
"""


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def hashes(out: Path) -> dict[str, str]:
    """The SHA-256 of every published Parquet and CSV file, by its path."""
    files = [*(out / "parquet").rglob("*.parquet"), *(out / "csv").glob("*.csv")]
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def cpu() -> float:
    """CPU seconds of this process and all that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def measured(label: str, work: object) -> Refreshed:
    before = cpu()
    done: Refreshed = work()  # type: ignore[operator]
    record = done.records[0]
    print(
        f"{label:12} {record.outcome:10} posts +{record.posts_added} ~{record.posts_changed} "
        f"-{record.posts_removed}, articles +{record.articles_new} ~{record.articles_updated} "
        f"-{record.articles_removed}, {cpu() - before:6.2f} s CPU",
        flush=True,
    )
    return done


def main() -> None:
    """Replay, and compare."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("archive", nargs="?", default=str(BUNDLE), help="a git archive or a bundle")
    arguments.add_argument("--glob", default="_posts/*.md")
    arguments.add_argument("--on-removal", default="remove", choices=["remove", "keep"])
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "raw"
        raw.mkdir()
        archive = raw / "archive.git"
        subprocess.run(["git", "clone", "-q", "--mirror", given.archive, str(archive)], check=True)
        branch = git(archive, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()[0]
        git(archive, "symbolic-ref", "HEAD", branch)
        commits = git(archive, "rev-list", "--first-parent", "--reverse", branch).splitlines()
        (raw / "sources.yaml").write_text(SOURCES.format(glob=given.glob, on_removal=given.on_removal))
        for number, commit in enumerate(commits, start=1):
            git(archive, "update-ref", branch, commit)
            label = f"{number}/{len(commits)}"
            measured(label, lambda: refresh(raw, Path(scratch) / "refreshed", accept=True))
        measured("cold build", lambda: build(raw, Path(scratch) / "built"))
        refreshed, built = hashes(Path(scratch) / "refreshed"), hashes(Path(scratch) / "built")
        differing = sorted(
            name for name in refreshed.keys() | built.keys() if refreshed.get(name) != built.get(name)
        )
    print(f"{len(built)} files, {len(differing)} differ")
    if differing:
        sys.exit("\n".join(differing))


if __name__ == "__main__":
    main()
