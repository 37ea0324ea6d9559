"""Builds that die: a program that the tests of versions.py start and kill.

    python -m tests.publish.dying_builds loop OUT        builds and publishes without end
    python -m tests.publish.dying_builds steps OUT       dies before each step of a build in turn

A version here is a few small files that all hold the version's number, and one that never changes and
is kept from build to build.
"""

import itertools
import os
import sys
from pathlib import Path

from pipeline.publish import versions

TABLES = ("articles", "comments")


KEPT = Path("parquet", "kept", "kept.parquet")


def write_version(candidate: Path, number: int, before: Path | None = None) -> None:
    """A build whose files all hold its number, several times over; the other one is that of the build
    before."""
    if before:
        versions.keep_file(before / KEPT, candidate / KEPT)
    else:
        (candidate / KEPT).parent.mkdir(parents=True)
        (candidate / KEPT).write_text("kept")
    for table in TABLES:
        (candidate / "parquet" / table).mkdir(parents=True)
        (candidate / "parquet" / table / f"{table}.parquet").write_text(f"{number}\n" * 50)
    (candidate / "csv").mkdir()
    for table in TABLES:
        (candidate / "csv" / f"{table}.csv").write_text(f"{number}\n" * 50)
    (candidate / "commonplace.duckdb").write_text(f"{number}\n" * 50)


def build(out: Path, number: int) -> str:
    """A whole build in the steps of a refresh."""
    with versions.lock(out):
        before = versions.standing(out)
        known = versions.facts_of(before) if before else None
        write_version(versions.prepare(out), number, before)
        settled = versions.settle(out, known)
        versions.turn(out, settled)
        return settled.digest


def numbers(folder: Path) -> set[str]:
    """The numbers that the files of a version hold; raises OSError where one is missing."""
    files = [
        *(folder / "parquet" / table / f"{table}.parquet" for table in TABLES),
        *(folder / "csv" / f"{table}.csv" for table in TABLES),
        folder / "commonplace.duckdb",
    ]
    assert (folder / KEPT).read_text() == "kept"
    texts = [file.read_text() for file in files]
    assert all(text.count("\n") == 50 for text in texts), "a file is cut off"
    return {line for text in texts for line in text.splitlines()}


def is_whole(out: Path) -> bool:
    """Whether what stands is one build's files, all of them, under the name that belongs to them."""
    standing = versions.standing(out)
    if standing is None:
        return False
    same = len(numbers(standing)) == 1 and numbers(out) == numbers(standing)
    return same and versions.digest_of(standing) == standing.name


def loop(out: Path) -> None:
    print("begun", flush=True)
    for count in itertools.count():
        build(out, count % 7)


def steps(out: Path) -> None:
    """Let a build die before its first change of the file system, another before its second, and so
    on, until one lives through: where nothing stood, and where two builds came before. Prints how
    many died; stops where the dataset is not whole, or the next build does not succeed."""
    for before in (0, 2):
        for number in itertools.count(1):
            folder = out / str(before) / str(number)
            for earlier in range(before):
                build(folder, earlier)
            survived = _dies(folder, number)
            if not (is_whole(folder) or (before == 0 and is_bare(folder))):
                sys.exit(
                    f"with {before} builds before, one that died before its change {number} broke the dataset"
                )
            build(folder, 9)
            if numbers(folder) != {"9"} or not is_whole(folder):
                sys.exit(f"after a build that died before its change {number}, the next one fails")
            if survived:
                print(number - 1)
                break


def is_bare(out: Path) -> bool:
    """Whether nobody finds anything, as before the first build."""
    return not any((out / part).exists() for part in versions.PARTS)


def _dies(out: Path, number: int) -> bool:
    """Let a process build, and die before its change of that number; whether it lived through."""
    child = os.fork()
    if child == 0:
        _die_before(number)
        build(out, 5)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _die_before(number: int) -> None:
    changes = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "shutil.rmtree"}
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if event in changes or writes:
            seen += 1
            if seen == number:
                os._exit(9)

    sys.addaudithook(watch)


if __name__ == "__main__":
    {"loop": loop, "steps": steps}[sys.argv[1]](Path(sys.argv[2]))
