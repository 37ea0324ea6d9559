"""A build becomes the standing one in one instant, or not at all, whatever happens to its process."""

import dataclasses
import errno
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.publish import versions
from pipeline.publish.versions import (
    FileFacts,
    OutputsError,
    digest_of,
    facts_of,
    is_intact,
    keep_file,
    lock,
    prepare,
    publish,
    settle,
    standing,
    turn,
)
from tests.publish.dying_builds import KEPT, build, is_whole, numbers, write_version


@pytest.fixture
def out(tmp_path):
    return tmp_path / "outputs"


def inodes(folder):
    return {path.relative_to(folder): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def names(folder):
    return {path.name for path in folder.iterdir()}


# What stands after a build.


def test_a_build_stands_under_the_names_that_readers_know(out):
    digest = build(out, 1)
    assert standing(out) == out / ".versions" / digest
    assert {
        name: str((out / name).readlink()) for name in ("current", "parquet", "csv", "commonplace.duckdb")
    } == {
        "current": f".versions/{digest}",
        "parquet": "current/parquet",
        "csv": "current/csv",
        "commonplace.duckdb": "current/commonplace.duckdb",
    }
    assert (out / "csv" / "articles.csv").read_text() == "1\n" * 50
    assert not (out / ".candidate").exists()


def test_before_the_first_build_nothing_stands(out):
    assert standing(out) is None
    prepare(out)
    assert standing(out) is None


def test_the_next_build_takes_its_place(out):
    first = build(out, 1)
    second = build(out, 2)
    assert first != second
    assert numbers(out) == {"2"}


def test_the_build_before_stays_and_older_ones_go(out):
    digests = [build(out, number) for number in (1, 2, 3)]
    assert names(out / ".versions") == set(digests[1:])


def test_a_reader_goes_on_with_the_build_that_it_found(out):
    build(out, 1)
    found = standing(out)
    with (out / "csv" / "articles.csv").open() as file:
        build(out, 2)
        assert numbers(found) == {"1"}
        build(out, 3)
        assert file.read() == "1\n" * 50


def test_the_whole_folder_can_be_moved(out, tmp_path):
    build(out, 1)
    moved = out.rename(tmp_path / "elsewhere")
    assert numbers(moved) == {"1"}
    build(moved, 2)
    assert is_whole(moved)


# The name of a version.


def test_the_digest_names_the_data_wherever_it_lies(out, tmp_path):
    assert build(out, 1) == build(tmp_path / "elsewhere", 1)
    assert re.fullmatch(r"[0-9a-f]{16}", build(out, 1))


def test_the_digest_is_what_sha256sum_makes_of_the_files(out):
    digest = build(out, 1)
    command = "find parquet csv -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
    printed = subprocess.run(
        ["sh", "-c", command], cwd=out / "current", capture_output=True, text=True, check=True
    )
    assert printed.stdout[:16] == digest


@pytest.mark.parametrize("file", ["parquet/articles/articles.parquet", "csv/comments.csv"])
def test_a_byte_more_is_another_digest(file, out):
    candidate = prepare(out)
    write_version(candidate, 1)
    before = digest_of(candidate)
    with (candidate / file).open("a") as stream:
        stream.write("x")
    assert digest_of(candidate) != before


def test_a_file_of_another_name_is_another_digest(out):
    candidate = prepare(out)
    write_version(candidate, 1)
    before = digest_of(candidate)
    (candidate / "csv" / "articles.csv").rename(candidate / "csv" / "pages.csv")
    assert digest_of(candidate) != before


def test_the_bytes_of_the_duckdb_file_do_not_count(out):
    candidate = prepare(out)
    write_version(candidate, 1)
    before = digest_of(candidate)
    (candidate / "commonplace.duckdb").write_text("other bytes")
    assert digest_of(candidate) == before


# The same data again.


def test_the_same_data_again_changes_no_file(out):
    build(out, 1)
    before = inodes(standing(out))
    build(out, 1)
    assert inodes(standing(out)) == before
    assert not (out / ".candidate").exists()


def test_the_data_of_the_build_before_comes_back_as_its_very_files(out):
    build(out, 1)
    before = inodes(standing(out))
    second = build(out, 2)
    first = build(out, 1)
    assert inodes(standing(out)) == before
    assert names(out / ".versions") == {first, second}


@pytest.mark.parametrize(
    "file", ["csv/articles.csv", "parquet/articles/articles.parquet", "commonplace.duckdb"]
)
def test_a_file_that_somebody_removed_is_back_after_the_next_build(file, out):
    digest = build(out, 1)
    (out / file).unlink()
    assert build(out, 1) == digest
    assert numbers(out) == {"1"}
    again = standing(out)
    assert build(out, 1) == digest
    assert standing(out) == again


def test_a_file_that_somebody_changed_is_as_it_was_after_the_next_build(out):
    build(out, 1)
    (out / "csv" / "articles.csv").write_text("mine")
    build(out, 1)
    assert numbers(out) == {"1"}


@pytest.mark.parametrize("name", ["current", "parquet", "csv", "commonplace.duckdb"])
def test_a_link_that_somebody_removed_is_back_after_the_next_build(name, out):
    build(out, 1)
    (out / name).unlink()
    build(out, 1)
    assert is_whole(out)


# In two steps: the build gets its place, then readers are led to it.


def test_a_settled_build_has_its_place_and_nobody_sees_it(out):
    before = build(out, 1)
    write_version(prepare(out), 2)
    settled = settle(out)
    assert settled.place == out / ".versions" / settled.digest
    assert numbers(settled.place) == {"2"}
    assert settled.files == facts_of(settled.place)
    assert settled.digest == digest_of(settled.place)
    assert not (out / ".candidate").exists()
    assert standing(out) == out / ".versions" / before
    assert numbers(out) == {"1"}


def test_readers_are_led_to_a_settled_build_by_one_step(out):
    first = build(out, 1)
    write_version(prepare(out), 2)
    settled = settle(out)
    turn(out, settled)
    assert standing(out) == settled.place
    assert numbers(out) == {"2"}
    assert names(out / ".versions") == {first, settled.digest}
    # A second time changes nothing.
    turn(out, settled)
    assert is_whole(out)
    assert names(out / ".versions") == {first, settled.digest}


def test_publishing_is_both_steps(out, tmp_path):
    write_version(prepare(out), 1)
    assert publish(out) == build(tmp_path / "elsewhere", 1)
    assert is_whole(out)


def test_a_settled_build_that_nobody_was_led_to_goes_with_the_next(out):
    build(out, 1)
    write_version(prepare(out), 2)
    place = settle(out).place
    prepare(out)
    assert not place.exists()
    assert is_whole(out)


def test_the_same_data_settles_where_it_stands(out):
    build(out, 1)
    before = facts_of(standing(out))
    write_version(prepare(out), 1)
    settled = settle(out)
    assert settled.place == standing(out)
    assert settled.files == before
    assert is_intact(settled.place, settled.files)


# Files that do not change stay the same files.


def test_a_file_that_is_kept_is_the_same_file(out):
    build(out, 1)
    inode = (out / KEPT).stat().st_ino
    for number in (2, 3, 4):
        build(out, number)
        assert (out / KEPT).stat().st_ino == inode
    # It outlives the builds that it came from.
    assert (out / KEPT).read_text() == "kept"
    assert is_whole(out)


def test_where_files_have_one_name_only_a_file_that_is_kept_is_copied(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a").write_text("kept")
    keep_file(tmp_path / "a", tmp_path / "deep" / "er" / "b")
    assert (tmp_path / "deep" / "er" / "b").read_text() == "kept"
    assert (tmp_path / "deep" / "er" / "b").stat().st_ino != (tmp_path / "a").stat().st_ino


# What is known of files without reading them.


def touch(path):
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


def lengthen(path):
    """Another size; the time is as before."""
    status = path.stat()
    path.write_text(path.read_text() + "x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(path):
    """Another file of the same bytes, size and time."""
    status = path.stat()
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
    copy.replace(path)


every_change = pytest.mark.parametrize("change", [touch, lengthen, replace])
every_part = pytest.mark.parametrize("file", ["csv/articles.csv", "parquet/articles/articles.parquet"])


def test_facts_are_those_of_the_files(out):
    build(out, 1)
    facts = facts_of(standing(out))
    assert list(facts) == [
        "parquet/articles/articles.parquet",
        "parquet/comments/comments.parquet",
        "parquet/kept/kept.parquet",
        "csv/articles.csv",
        "csv/comments.csv",
    ]
    file = out / "csv" / "articles.csv"
    status = file.stat()
    assert facts["csv/articles.csv"] == FileFacts(
        hashlib.sha256(file.read_bytes()).hexdigest(), 100, status.st_mtime_ns, status.st_ino
    )


def remembered(facts):
    """The same facts with other digests: who finds these has not read the files."""
    return {name: dataclasses.replace(fact, sha256="0f" * 32) for name, fact in facts.items()}


def test_a_file_that_is_as_known_is_not_read(out):
    build(out, 1)
    known = remembered(facts_of(standing(out)))
    assert facts_of(standing(out), known) == known
    assert digest_of(standing(out), known) != digest_of(standing(out))


@every_change
@every_part
def test_a_file_that_changed_since_is_read(change, file, out):
    build(out, 1)
    known = remembered(facts_of(standing(out)))
    change(out / file)
    found = facts_of(standing(out), known)
    assert found[file] == facts_of(standing(out))[file]
    assert {name for name in known if found[name] != known[name]} == {file}


def test_a_file_that_nobody_knows_is_read(out):
    build(out, 1)
    known = remembered(facts_of(standing(out)))
    del known["csv/articles.csv"]
    assert facts_of(standing(out), known)["csv/articles.csv"].sha256 != "0f" * 32


def test_what_is_known_of_the_build_before_is_used_for_the_files_that_are_kept(out, monkeypatch):
    build(out, 1)
    known = facts_of(standing(out))
    write_version(prepare(out), 2, standing(out))
    read, digest = [], hashlib.file_digest

    def note(stream, name):
        read.append(Path(stream.name).name)
        return digest(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", note)
    settled = settle(out, known)
    assert sorted(read) == ["articles.csv", "articles.parquet", "comments.csv", "comments.parquet"]
    assert settled.digest == digest_of(settled.place)
    assert settled.files == facts_of(settled.place)


def test_a_build_as_it_was_made_is_intact(out):
    build(out, 1)
    facts = facts_of(standing(out))
    assert is_intact(standing(out), facts)
    # A DuckDB file's bytes are no part of it.
    (out / "commonplace.duckdb").write_text("other bytes")
    assert is_intact(standing(out), facts)


@every_change
@every_part
def test_a_build_of_which_a_file_was_touched_is_not_intact(change, file, out):
    build(out, 1)
    facts = facts_of(standing(out))
    change(out / file)
    assert not is_intact(standing(out), facts)


@every_part
def test_a_build_that_lacks_a_file_is_not_intact(file, out):
    build(out, 1)
    facts = facts_of(standing(out))
    (out / file).unlink()
    assert not is_intact(standing(out), facts)


@pytest.mark.parametrize("file", ["csv/more.csv", "parquet/articles/more.parquet", "parquet/more"])
def test_a_build_with_a_file_more_is_not_intact(file, out):
    build(out, 1)
    facts = facts_of(standing(out))
    (out / file).write_text("mine")
    assert not is_intact(standing(out), facts)


def test_a_folder_that_is_gone_is_not_intact(out):
    build(out, 1)
    facts = facts_of(standing(out))
    assert not is_intact(out / ".versions" / "0123456789abcdef", facts)


@every_part
def test_a_damaged_build_is_passed_over_though_it_was_known(file, out):
    digest = build(out, 1)
    known = facts_of(standing(out))
    (out / file).write_text("mine")
    write_version(prepare(out), 1)
    settled = settle(out, known)
    assert (settled.digest, settled.place.name) == (digest, f"{digest}-2")
    turn(out, settled)
    assert numbers(out) == {"1"}


# What cannot be published, and where.


@pytest.mark.parametrize("part", ["parquet", "csv", "commonplace.duckdb"])
def test_a_build_that_lacks_a_part_is_not_published(part, out):
    build(out, 1)
    candidate = prepare(out)
    write_version(candidate, 2)
    (candidate / part).rename(out / "taken away")
    with pytest.raises(OutputsError, match=rf"\.candidate: holds no {part}"):
        publish(out)
    assert numbers(out) == {"1"}


def test_without_a_candidate_nothing_is_published(out):
    build(out, 1)
    with pytest.raises(OutputsError, match="holds no parquet"):
        publish(out)


def test_outputs_must_be_a_folder(tmp_path):
    (tmp_path / "outputs").write_text("")
    for out in (tmp_path / "outputs", tmp_path / "outputs" / "deeper"):
        with pytest.raises(OutputsError, match=r"outputs: is not a folder\. Move it"):
            prepare(out)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write to")
def test_outputs_must_be_writable():
    with pytest.raises(OutputsError, match="/proc/commonplace"):
        prepare(Path("/proc/commonplace"))
    with pytest.raises(OutputsError, match="/proc"):
        prepare(Path("/proc"))


@pytest.mark.parametrize("name", ["what?", "back\\slash"])
def test_outputs_must_have_a_path_that_duckdb_can_write_to(name, tmp_path):
    with pytest.raises(OutputsError, match="DuckDB cannot write"):
        prepare(tmp_path / name)


@pytest.mark.parametrize("name", ["parquet", "csv", "commonplace.duckdb", "current"])
def test_what_a_build_did_not_make_is_left_alone(name, out):
    (out / name).mkdir(parents=True)
    (out / name / "mine.txt").write_text("mine")
    with pytest.raises(OutputsError, match=rf"outputs/{name}: was not made by a build\. Move it away"):
        prepare(out)
    assert (out / name / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["parquet", "current"])
def test_a_link_of_somebody_elses_is_left_alone(name, out, tmp_path):
    out.mkdir()
    (out / name).symlink_to(tmp_path)
    with pytest.raises(OutputsError, match="was not made by a build"):
        prepare(out)
    assert (out / name).readlink() == tmp_path


# Builds that die.


def test_what_a_dead_build_left_is_removed(out):
    build(out, 1)
    write_version(prepare(out), 2)
    (out / ".versions" / "0123456789abcdef").mkdir()
    (out / ".new-link").symlink_to("nowhere")
    assert list(prepare(out).iterdir()) == []
    assert names(out) == {
        ".candidate", ".versions", ".lock", "current", "parquet", "csv", "commonplace.duckdb",
    }  # fmt: skip
    assert len(names(out / ".versions")) == 1


def test_a_build_that_dies_before_any_of_its_steps_leaves_the_dataset_whole(out):
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.publish.dying_builds", "steps", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, third = map(int, done.stdout.split())
    assert first > 30
    assert third > first


def test_a_build_that_is_killed_at_any_moment_leaves_the_dataset_whole(out):
    moments = random.Random(20)
    build(out, 0)
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.publish.dying_builds", "loop", str(out)], stdout=subprocess.PIPE
        )
        with process:
            process.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
        assert is_whole(out)
    build(out, 8)
    assert numbers(out) == {"8"}
    assert len(names(out / ".versions")) <= 2


# Readers while builds change.


def test_readers_find_the_old_build_or_the_new_one(out):
    build(out, 0)
    wrong, reads, done = [], 0, threading.Event()

    def read():
        nonlocal reads
        while not done.is_set():
            try:
                for file in ("parquet/articles/articles.parquet", "csv/articles.csv"):
                    lines = set((out / file).read_text().splitlines())
                    if len(lines) != 1:
                        wrong.append(lines)
                # Who resolves the standing build once finds all files of it.
                found = standing(out)
                if found is None or len(numbers(found)) != 1:
                    wrong.append(f"nothing, or a mixture: {found}")
            except (OSError, AssertionError) as error:
                wrong.append(error)
            reads += 1

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 40):
        build(out, number)
        # One build may come while somebody reads; two are more than a reader of five files can bear.
        before, patience = reads, time.monotonic() + 5
        while reads == before and not wrong and time.monotonic() < patience:
            time.sleep(0.0005)
    done.set()
    reader.join()
    assert wrong == []
    assert reads >= 39


def test_on_the_first_build_everything_appears_at_once(out, monkeypatch):
    seen = []
    link = versions._link

    def look(path, target):
        seen.append([(out / part).exists() for part in versions.PARTS])
        link(path, target)

    monkeypatch.setattr(versions, "_link", look)
    build(out, 1)
    assert seen == [[False] * 3] * 4
    assert is_whole(out)


# One build at a time.


def test_a_second_build_is_told_who_is_at_work(out):
    said = rf"another build is at work here \(process {os.getpid()}, since 20\d\d-\d\d-\d\dT[0-9:]+\+00:00\)"
    with lock(out), pytest.raises(OutputsError, match=said), lock(out):
        pass


def test_the_lock_holds_between_processes(out):
    program = (
        "import sys, pathlib, time; from pipeline.publish.versions import lock\n"
        "with lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(out)], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(OutputsError, match=rf"process {holder.pid}"), lock(out):
            pass
        holder.kill()
    with lock(out):
        pass


def test_the_lock_is_free_again_after_a_build_that_failed(out):
    with pytest.raises(ZeroDivisionError), lock(out):
        1 / 0  # noqa: B018
    with lock(out):
        pass


def test_two_folders_can_be_built_at_the_same_time(tmp_path):
    with lock(tmp_path / "one"), lock(tmp_path / "two"):
        pass
