from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import git, git_mirror
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import RawFile, RawPost, Reject
from pipeline.sources.registry import Source
from tests.sources.archives import FIRST_COMMIT, PROGRAM, Archive, git_daemon, web_archives
from tests.sources.archives import git as run_git
from tests.sources.webserver import Reply, web_server

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch):
    """Whoever runs the tests may have told git anything."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def archive(tmp_path):
    """An archive of one post."""
    made = Archive(tmp_path / "archive")
    made.write("a.md", "Low tide.")
    made.commit()
    return made


def place_of(tmp_path, location, **entry) -> Place:
    source = Source(name="delta", kind="git", location=str(location), **entry)
    return Place(source, str(location), tmp_path / "fetched" / "delta")


def day(number: int) -> datetime:
    """The date of a commit: that of the first is day 0."""
    return FIRST_COMMIT + timedelta(days=number)


def told(files: list[RawFile]) -> list[tuple[object, ...]]:
    """Of each listed file: its path, its version, and the days when it was first seen and removed."""

    def number(date: datetime | None) -> int | None:
        return (date - FIRST_COMMIT).days if date else None

    return [(file.path, file.version, number(file.first_seen_at), number(file.removed_at)) for file in files]


def paths(place: Place) -> list[str]:
    return [file.path for file in git.posts(place)]


def texts(place: Place) -> dict[str, bytes]:
    """Every post, by its path."""
    return {post.path: post.data for post in git.read(place, git.posts(place)) if isinstance(post, RawPost)}


def outcome_of(call, place: Place, *more) -> str:
    with pytest.raises(FetchError, match="source 'delta': ") as raised:
        call(place, *more)
    return raised.value.outcome


def stuck_ssh(folder: Path, after_bytes: int) -> Path:
    """A stand-in for ssh that sends so much of what the archive sends, writes its process group to the
    file `stuck`, and says no more."""
    program = folder / "stuck-ssh"
    program.write_text(
        f"""#!{sys.executable}
import os, pathlib, subprocess, sys, time
archive = subprocess.Popen(["sh", "-c", sys.argv[-1]], stdout=subprocess.PIPE)
left = {after_bytes}
while left and (block := archive.stdout.read1(left)):
    os.write(1, block)
    left -= len(block)
if not left:
    part = pathlib.Path({str(folder)!r}, "stuck.part")
    part.write_text(str(os.getpgrp()))
    part.rename(part.with_suffix(""))
    time.sleep(60)
"""
    )
    program.chmod(0o755)
    return program


# Where an archive may be.


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One bare archive with a bundle of it, and the address under which each server has it."""
    folder = tmp_path_factory.mktemp("served")
    made = Archive(folder / "delta.git", bare=True)
    made.write("a.md", "Low tide.")
    made.write("2021/渡口.md", "The ferry.")
    made.write("b.txt", "No post.")
    first = made.commit()
    made.write("a.md", "High tide.")
    second = made.commit()
    made.git("update-server-info")
    made.git("config", "uploadpack.allowFilter", "true")
    made.bundle(folder / "delta.bundle")
    ssh = folder / "ssh"
    ssh.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    with web_archives(folder) as web, git_daemon(folder) as daemon:
        yield {
            "folder": folder,
            "commits": (first, second),
            "path": made.location,
            "bundle": str(folder / "delta.bundle"),
            "file": f"file://{made.location}",
            "file, a bundle": f"file://{folder}/delta%2Ebundle",
            "http": f"{web}/delta.git",
            "git": f"{daemon}/delta.git",
            "ssh": f"ssh://me@host.example{made.location}",
            "scp": f"me@host.example:{made.location}",
        }


LOCATIONS = ["path", "bundle", "file", "file, a bundle", "http", "git", "ssh", "scp"]


@pytest.mark.parametrize(
    ("where", "clone"),
    [(where, "full") for where in LOCATIONS]
    + [(where, clone) for where in ("path", "bundle", "http", "git") for clone in ("partial", "shallow")],
)
def test_an_archive_gives_the_same_posts_wherever_it_is_and_however_it_is_fetched(
    served, tmp_path, monkeypatch, where, clone
):
    monkeypatch.setenv("GIT_SSH", str(served["folder"] / "ssh"))
    place = place_of(tmp_path, served[where], clone=clone)
    first, second = served["commits"]
    assert git.fetch(place) == Fetched()
    assert texts(place) == {"2021/渡口.md": b"The ferry.", "a.md": b"High tide."}
    # A bundle is read as a whole.
    if clone == "shallow" and "bundle" not in where:
        assert git.state(place) == f"{second}+shallow"
        assert told(git.posts(place)) == [("2021/渡口.md", None, None, None), ("a.md", None, None, None)]
    else:
        assert git.state(place) == second
        assert told(git.posts(place)) == [("2021/渡口.md", first, 0, None), ("a.md", second, 1, None)]
    assert not git.moved(place, git.state(place))


@pytest.mark.parametrize("clone", ["full", "partial", "shallow"])
def test_a_web_server_that_knows_nothing_of_git_will_do(tmp_path, clone):
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    archive = Archive(tmp_path / "delta.git", bare=True)
    archive.write("a.md", "Low tide.")
    version = archive.commit()
    archive.git("update-server-info")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        place = place_of(tmp_path, f"http://127.0.0.1:{server.server_port}/delta.git", clone=clone)
        notes = git.fetch(place).notes
        assert git.fetch(place).notes == ()
        server.shutdown()
    assert texts(place) == {"a.md": b"Low tide."}
    assert told(git.posts(place)) == [("a.md", version, 0, None)]
    assert len(notes) == (clone == "shallow")


def test_a_server_that_cannot_leave_blobs_out_sends_everything_and_that_is_said(archive, tmp_path):
    (tmp_path / "served").mkdir()
    bare = archive.path.rename(tmp_path / "served" / "delta")
    with git_daemon(bare.parent) as server:
        place = place_of(tmp_path, f"{server}/delta", clone="partial")
        assert git.fetch(place).notes == (
            "The server cannot leave out what is not needed; everything was fetched.",
        )
        assert texts(place) == {"a.md": b"Low tide."}
        archive.path = bare
        archive.write("b.md", "The ferry.")
        archive.commit()
        assert git.fetch(place) == Fetched()
    assert texts(place) == {"a.md": b"Low tide.", "b.md": b"The ferry."}


def test_a_server_that_sends_on_is_followed_and_that_is_said(served, tmp_path):
    with web_server() as server:
        place = place_of(tmp_path, server.url("/old.git"))
        to = served["http"].replace("//", "//me:s3cret@")
        server.script(
            "/old.git/info/refs?service=git-upload-pack",
            Reply(301, headers={"Location": f"{to}/info/refs?service=git-upload-pack"}),
        )
        (note,) = git.fetch(place).notes
        assert git.fetch(place).notes == (note,)
    shown = to.replace("me:s3cret@", "")
    assert note == f"The server sends on to {shown}/. If that is for good, mend `location`."
    assert paths(place) == ["2021/渡口.md", "a.md"]


# How much is fetched.


def blobs_in(place: Place) -> set[bytes]:
    """The bytes of every blob that the mirror has."""
    mirror = place.kept / "mirror.git"
    names = run_git(mirror, "cat-file", "--batch-all-objects", "--batch-check").decode().splitlines()
    return {run_git(mirror, "cat-file", "blob", line[:40]) for line in names if " blob " in line}


@pytest.mark.parametrize("where", ["path", "http"])
@pytest.mark.parametrize(("on_removal", "past"), [("remove", set()), ("keep", {b"Low tide."})])
def test_a_partial_clone_has_no_blobs_but_those_that_are_read(served, tmp_path, where, on_removal, past):
    place = place_of(tmp_path, served[where], clone="partial", on_removal=on_removal)
    git.fetch(place)
    assert blobs_in(place) == {b"High tide.", b"The ferry."} | past
    whole = place_of(tmp_path / "whole", served[where], on_removal=on_removal)
    git.fetch(whole)
    assert git.posts(place) == git.posts(whole)


def test_a_partial_clone_brings_what_another_glob_needs(archive, tmp_path):
    archive.write("b.txt", "The ferry.")
    archive.commit()
    git.fetch(place_of(tmp_path, archive.path, clone="partial"))
    place = place_of(tmp_path, archive.path, clone="partial", glob="*.txt")
    (file,) = git.posts(place)
    (found,) = git.read(place, [file])
    assert (found.reason, found.raw_path, file.size) == ("missing_object", "b.txt", None)
    git.fetch(place)
    assert texts(place) == {"b.txt": b"The ferry."}


def test_a_partial_clone_follows_its_archive(archive, tmp_path):
    place = place_of(tmp_path, archive.path, clone="partial", on_removal="keep")
    git.fetch(place)
    for number in range(3):
        archive.write("a.md", f"Tide {number}.")
        archive.write("c.txt", f"No post {number}.")
        archive.commit()
        git.fetch(place)
    assert blobs_in(place) == {b"Low tide.", b"Tide 0.", b"Tide 1.", b"Tide 2."}
    assert [post.data for post in git.read(place, git.posts(place)) if isinstance(post, RawPost)]


def test_a_shallow_clone_has_the_tip_alone_and_can_be_completed(archive, tmp_path):
    shallow = place_of(tmp_path, archive.path, clone="shallow")
    git.fetch(shallow)
    first = archive.head
    archive.write("b.md", "The ferry.")
    second = archive.commit()
    assert git.moved(shallow, git.state(shallow))
    git.fetch(shallow)
    assert git.state(shallow) == f"{second}+shallow"
    known = Known(git.state(shallow), git.posts(shallow))
    assert told(list(known.files)) == [("a.md", None, None, None), ("b.md", None, None, None)]
    whole = place_of(tmp_path, archive.path)
    git.fetch(whole)
    assert git.state(whole) == second
    assert told(git.posts(whole, known)) == [("a.md", first, 0, None), ("b.md", second, 1, None)]


def test_an_archive_that_is_itself_shallow_is_fetched_as_it_is(archive, tmp_path):
    archive.write("b.md", "The ferry.")
    archive.commit()
    run_git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{archive.path}", "shallow.git")
    place = place_of(tmp_path, tmp_path / "shallow.git")
    git.fetch(place)
    assert told(git.posts(place)) == [("a.md", None, None, None), ("b.md", None, None, None)]
    kept = place_of(tmp_path, tmp_path / "shallow.git", on_removal="keep")
    assert outcome_of(git.fetch, kept) == "shallow_history"
    assert outcome_of(git.posts, kept) == "shallow_history"


def test_a_shallow_clone_cannot_keep_what_was_removed(archive, tmp_path):
    source = place_of(tmp_path, archive.path, clone="shallow").source
    kept = source.model_copy(update={"on_removal": "keep"})
    place = Place(kept, archive.location, tmp_path / "fetched")
    assert outcome_of(git.fetch, place) == "shallow_history"
    assert not place.kept.exists()


def test_a_mirror_that_is_whole_stays_whole(archive, tmp_path):
    first = archive.head
    git.fetch(place_of(tmp_path, archive.path))
    archive.write("b.md", "The ferry.")
    second = archive.commit()
    place = place_of(tmp_path, archive.path, clone="shallow")
    git.fetch(place)
    assert told(git.posts(place)) == [("a.md", first, 0, None), ("b.md", second, 1, None)]


def test_an_archive_of_sha256_ids_is_read_like_any_other(tmp_path):
    run_git(tmp_path, "init", "-q", "--object-format=sha256", "--initial-branch=main", "archive")
    (tmp_path / "archive" / "a.md").write_text("Low tide.")
    run_git(tmp_path / "archive", "add", "a.md")
    run_git(tmp_path / "archive", "commit", "-qm", "x")
    place = place_of(tmp_path, tmp_path / "archive")
    git.fetch(place)
    (file,) = git.posts(place)
    assert len(file.version or "") == 64
    assert texts(place) == {"a.md": b"Low tide."}
    assert git.posts(place, Known(git.state(place), [file])) == [file]


# Branches and tags.


def test_the_head_of_the_archive_is_followed_unless_a_ref_is_named(archive, tmp_path):
    archive.tag("v1")
    archive.tag("v2", "A tag with a message.")
    archive.start_branch("drafts")
    archive.write("b.md", "A draft.")
    archive.commit()
    archive.switch("main")
    archive.write("c.md", "The ferry.")
    archive.commit()
    for ref, expected in {
        None: ["a.md", "c.md"],
        "main": ["a.md", "c.md"],
        "drafts": ["a.md", "b.md"],
        "v1": ["a.md"],
        "v2": ["a.md"],
        "refs/heads/drafts": ["a.md", "b.md"],
    }.items():
        place = place_of(tmp_path, archive.path, ref=ref)
        assert not place.kept.exists() or git.moved(place, git.state(place)) == (ref not in {"main", "v2"})
        git.fetch(place)
        assert paths(place) == expected
        assert not git.moved(place, git.state(place))


def test_a_branch_goes_before_a_tag_of_its_name(archive, tmp_path):
    archive.tag("drafts")
    archive.start_branch("drafts")
    archive.write("b.md", "A draft.")
    archive.commit()
    place = place_of(tmp_path, archive.path, ref="drafts")
    git.fetch(place)
    assert paths(place) == ["a.md", "b.md"]


def test_a_tag_in_a_bundle_has_moved_only_when_it_has(archive, tmp_path):
    archive.tag("v1", "A tag with a message.")
    place = place_of(tmp_path, archive.bundle(tmp_path / "delta.bundle", "refs/tags/v1"), ref="v1")
    git.fetch(place)
    assert not git.moved(place, git.state(place))


def test_a_branch_that_vanished_is_named_with_those_that_are_there(archive, tmp_path):
    archive.start_branch("drafts")
    archive.write("b.md", "A draft.")
    archive.commit()
    place = place_of(tmp_path, archive.path, ref="drafts")
    git.fetch(place)
    archive.git("branch", "-q", "-D", "drafts")
    archive.git("branch", "-q", "old", "main")
    with pytest.raises(FetchError, match=r"has no branch or tag 'drafts'; .* main, old\. Mend") as raised:
        git.fetch(place)
    assert raised.value.outcome == "no_such_ref"
    assert paths(place) == ["a.md", "b.md"]


def test_a_ref_that_leads_to_no_commit_is_no_ref(archive, tmp_path):
    archive.git("update-ref", "refs/tags/tree", f"{archive.head}^{{tree}}")
    assert outcome_of(git.fetch, place_of(tmp_path, archive.path, ref="tree")) == "no_such_ref"


def test_a_head_that_leads_nowhere_is_no_matter_where_there_is_one_branch(archive, tmp_path):
    archive.git("symbolic-ref", "HEAD", "refs/heads/gone")
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    assert paths(place) == ["a.md"]
    archive.git("branch", "old", "main")
    with pytest.raises(
        FetchError, match=r"has no HEAD that leads to a branch; .* main, old\. Name"
    ) as raised:
        git.fetch(place)
    assert raised.value.outcome == "no_such_ref"


@pytest.mark.parametrize(
    ("branches", "taken"),
    [
        (["refs/heads/trunk"], True),
        (["refs/heads/main", "refs/heads/old"], True),
        (["refs/heads/master", "refs/heads/old"], True),
        (["refs/heads/main", "refs/heads/master"], False),
        (["refs/heads/old", "refs/heads/trunk"], False),
        (["HEAD", "refs/heads/main", "refs/heads/master"], True),
    ],
)
def test_a_bundle_without_head_stands_at_its_only_or_usual_branch(archive, tmp_path, branches, taken):
    for name in ("master", "old", "trunk"):
        archive.git("branch", name, "main")
    place = place_of(tmp_path, archive.bundle(tmp_path / "delta.bundle", *branches))
    if taken:
        git.fetch(place)
        assert paths(place) == ["a.md"]
    else:
        assert outcome_of(git.fetch, place) == "no_such_ref"


# What is listed.


def test_posts_are_the_files_that_the_glob_names_by_path(archive, tmp_path):
    for path in ("b.txt", "2021/b.md", "2021/x/c.md", ".d.md", ".github/e.md", "2021/.old/f.md"):
        archive.write(path, path)
    archive.commit()

    def listed(glob):
        place = place_of(tmp_path, archive.path, glob=glob)
        git.fetch(place)
        return paths(place)

    # Hidden folders are left out, as in a folder.
    assert listed("**/*.md") == [".d.md", "2021/b.md", "2021/x/c.md", "a.md"]
    assert listed("*.md") == [".d.md", "a.md"]
    assert listed("2021/*.md") == ["2021/b.md"]
    assert listed("*.rst") == []


def test_what_has_the_name_of_a_post_and_is_none_is_a_reject(archive, tmp_path):
    archive.link("link.md", "/etc/hostname")
    archive.link("inner.md", "a.md")
    archive.submodule("module.md")
    archive.write("folder.md/b.md", "The ferry.")
    archive.write("program.md", "A program.", PROGRAM)
    version = archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    files = git.posts(place)
    assert [(file.path, file.problem and file.problem[0], file.token) for file in files] == [
        ("a.md", None, hashlib.sha1(b"blob 9\0Low tide.").hexdigest()),
        ("folder.md", "not_a_file", "040000"),
        ("folder.md/b.md", None, hashlib.sha1(b"blob 10\0The ferry.").hexdigest()),
        ("inner.md", "not_a_file", "120000"),
        ("link.md", "not_a_file", "120000"),
        ("module.md", "not_a_file", "160000"),
        ("program.md", None, hashlib.sha1(b"blob 10\0A program.").hexdigest()),
    ]
    assert files[-1] == RawFile(
        "delta", "program.md", 10, token=files[-1].token, version=version, first_seen_at=day(1)
    )
    found = {type(post).__name__: [] for post in git.read(place, files)}
    for post in git.read(place, files):
        found[type(post).__name__].append(post)
    assert [post.path for post in found["RawPost"]] == ["a.md", "folder.md/b.md", "program.md"]
    assert [reject.raw_path for reject in found["Reject"]] == [
        "folder.md", "inner.md", "link.md", "module.md",
    ]  # fmt: skip
    assert git.posts(place, Known(git.state(place), files)) == files


def test_an_archive_without_posts_gives_none(archive, tmp_path):
    archive.delete("a.md")
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    assert git.posts(place) == []
    assert list(git.read(place, [])) == []


# Where a post comes from.


def versions(archive: Archive, tmp_path, **entry):
    place = place_of(tmp_path, archive.path, **entry)
    git.fetch(place)
    return told(git.posts(place))


def test_a_version_is_the_commit_that_last_gave_the_path_these_bytes(archive, tmp_path):
    first = archive.head
    archive.write("b.md", "The ferry.")
    second = archive.commit()
    archive.write("a.md", "High tide.")
    third = archive.commit()
    assert versions(archive, tmp_path) == [("a.md", third, 2, None), ("b.md", second, 1, None)]
    # The same bytes again are brought again.
    archive.write("a.md", "Low tide.")
    fourth = archive.commit()
    assert versions(archive, tmp_path) == [("a.md", fourth, 3, None), ("b.md", second, 1, None)]
    archive.rename("b.md", "c.md")
    archive.write("d.md", "Low tide.")
    fifth = archive.commit()
    assert versions(archive, tmp_path) == [
        ("a.md", fourth, 3, None),
        ("c.md", fifth, 4, None),
        ("d.md", fifth, 4, None),
    ]
    assert first not in (fourth, fifth)


def test_a_new_mode_brings_no_bytes_but_a_file_in_place_of_a_link_does(archive, tmp_path):
    first = archive.head
    archive.write("a.md", "Low tide.", PROGRAM)
    archive.link("b.md", "The ferry.")
    archive.commit()
    archive.write("b.md", "The ferry.")
    third = archive.commit()
    assert versions(archive, tmp_path) == [("a.md", first, 0, None), ("b.md", third, 2, None)]


def test_what_a_merge_brings_was_brought_by_the_merge(archive, tmp_path):
    first = archive.head
    archive.start_branch("drafts")
    archive.write("b.md", "A draft.")
    archive.commit()
    archive.write("b.md", "The ferry.")
    side = archive.commit()
    archive.switch("main")
    archive.write("c.md", "Lantern.")
    fourth = archive.commit()
    archive.write("b.md", "The ferry.")
    merge = archive.commit(merge=side)
    whole = [("a.md", first, 0, None), ("b.md", merge, 4, None), ("c.md", fourth, 3, None)]
    assert versions(archive, tmp_path) == whole
    # The draft was never on the branch, and so was not removed from it.
    assert versions(archive, tmp_path / "kept", on_removal="keep") == whole


def test_where_posts_are_kept_those_that_went_are_listed_with_the_date(archive, tmp_path):
    first = archive.head
    archive.write("a.md", "High tide.")
    archive.write("b.md", "The ferry.")
    second = archive.commit()
    archive.rename("b.md", "c.md")
    third = archive.commit()
    archive.write("a.md", "Low tide.")
    fourth = archive.commit()
    archive.delete("c.md")
    archive.commit()
    low, high = (
        hashlib.sha1(f"blob {len(t)}\0{t}".encode()).hexdigest() for t in ("Low tide.", "High tide.")
    )
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    files = git.posts(place)
    assert {
        (*about, file.token) for about, file in zip(told(files), files, strict=True) if file.path == "a.md"
    } == {
        ("a.md", fourth, 3, None, low),
        ("a.md", second, 1, 3, high),
    }
    assert told(files)[2:] == [("b.md", second, 1, 2), ("c.md", third, 2, 4)]
    assert [file.size for file in files[2:]] == [10, 10]
    assert [post.data for post in git.read(place, files[2:])] == [b"The ferry."] * 2
    assert files == sorted(files, key=lambda file: (file.path, file.token))
    assert versions(archive, tmp_path / "mirrored") == [("a.md", fourth, 3, None)]
    assert first not in [file.version for file in files]


@pytest.mark.parametrize(
    ("committer", "seen"),
    [
        (b"1609459200 +0000", "2021-01-01T00:00:00+00:00"),
        (b"1609459200 +9999", "2021-01-01T00:00:00+00:00"),
        (b"253402300799 +0000", "9999-12-31T23:59:59+00:00"),
        (b"253402300800 +0000", None),
        (b"99999999999999999999 +0000", None),
        (b"-1 +0000", None),
        (b"", None),
    ],
)
def test_a_date_that_is_none_is_unknown(tmp_path, committer, seen):
    archive = Archive(tmp_path / "archive")
    archive.write("a.md", "Low tide.")
    archive.commit()
    tree = archive.git("rev-parse", "HEAD^{tree}")
    empty = archive.git("hash-object", "-t", "tree", "-w", os.devnull)

    def commit(of: str, *parents: str) -> str:
        head = b"".join(b"parent %s\n" % parent.encode() for parent in parents)
        text = b"tree %s\n%sauthor A <a@delta.example> %s\ncommitter A <a@delta.example> %s\n\nx\n"
        data = text % (of.encode(), head, committer, committer)
        command = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
        return run_git(archive.path, *command, data=data).decode().strip()

    version = commit(tree)
    archive.git("update-ref", "refs/heads/main", version)
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    (file,) = git.posts(place)
    assert file.version == version
    assert file.first_seen_at == (datetime.fromisoformat(seen) if seen else None)
    assert file.removed_at is None
    archive.git("update-ref", "refs/heads/main", commit(empty, version))
    git.fetch(place)
    (file,) = git.posts(place)
    # It was removed, though nobody knows when.
    assert file.removed_at == (datetime.fromisoformat(seen) if seen else datetime(1970, 1, 1, tzinfo=UTC))


# History that is rewritten.


def test_a_force_push_is_followed_and_what_it_drops_is_kept(archive, tmp_path):
    place = place_of(tmp_path, archive.path)
    kept = place_of(tmp_path, archive.path, on_removal="keep")
    first = archive.head
    archive.write("b.md", "The ferry.")
    second = archive.commit()
    archive.write("c.md", "Lantern.")
    third = archive.commit()
    archive.delete("b.md")
    fourth = archive.commit()
    git.fetch(place)
    before = git.state(kept)
    archive.reset(str(first))
    archive.write("d.md", "Night library.")
    fifth = archive.commit()
    assert git.moved(place, git.state(place))
    (note,) = git.fetch(place).notes
    assert note.startswith(f"The history was rewritten: {fourth} ")
    assert git.state(place) == fifth
    assert told(git.posts(place)) == [("a.md", first, 0, None), ("d.md", fifth, 4, None)]
    assert told(git.posts(kept)) == [
        ("a.md", first, 0, None),
        ("b.md", second, 1, 3),
        ("c.md", third, 2, 4),  # taken by the tip that took the place of the one that had it
        ("d.md", fifth, 4, None),
    ]
    assert [type(post) for post in git.read(kept, git.posts(kept))] == [RawPost] * 4
    assert git.state(kept) not in {before, f"{fifth}{before[40:]}"}


def test_after_many_force_pushes_the_newest_chain_that_had_a_post_tells_of_it(archive, tmp_path):
    place = place_of(tmp_path, archive.path, on_removal="keep")
    first = str(archive.head)
    git.fetch(place)
    known = Known(git.state(place), git.posts(place))
    seen: set[tuple[str, str | None]] = set()
    made = {}
    for number in range(1, 5):
        # As of an archive whose one commit is amended each day, and that forgets a post each time.
        archive.restart()
        archive.write(f"{number}.md", f"Post {number}.")
        if f"{number - 2}.md".encode() in archive.files:
            archive.delete(f"{number - 2}.md")
        made[number] = archive.commit()
        git.fetch(place)
        files = git.posts(place)
        assert files == git.posts(place, known)
        seen |= {(file.path, file.token) for file in files}
        assert seen == {(file.path, file.token) for file in files}
        known = Known(git.state(place), files)
    assert told(git.posts(place)) == [
        ("1.md", made[2], 2, 3),
        ("2.md", made[3], 3, 4),
        ("3.md", made[4], 4, None),
        ("4.md", made[4], 4, None),
        ("a.md", made[4], 4, None),
    ]
    # Back to where it began: the posts of the chains between are gone since then.
    archive.reset(first)
    git.fetch(place)
    assert told(git.posts(place))[-1] == ("a.md", first, 0, None)
    assert [about[3] for about in told(git.posts(place))] == [3, 4, 0, 0, None]


def test_a_tip_that_only_a_merge_knows_is_kept_like_a_dropped_one(archive, tmp_path):
    """Somebody merges the branch into a copy of their own, and pushes that in its place."""
    first = archive.head
    archive.start_branch("own")
    archive.write("c.md", "Lantern.")
    own = archive.commit()
    archive.switch("main")
    archive.write("b.md", "The ferry.")
    third = archive.commit()
    archive.delete("b.md")
    fourth = archive.commit()
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    known = Known(git.state(place), git.posts(place))
    archive.switch("own")
    merge = archive.commit(merge=fourth)
    archive.git("update-ref", "refs/heads/main", merge)
    git.fetch(place)
    assert told(git.posts(place)) == [
        ("a.md", first, 0, None),
        ("b.md", third, 2, 3),
        ("c.md", own, 1, None),
    ]
    assert git.posts(place, known) == git.posts(place)


def test_an_archive_in_place_of_another_drops_its_history(archive, tmp_path):
    git.fetch(place_of(tmp_path, archive.path))
    other = Archive(tmp_path / "other")
    other.write("b.md", "The ferry.")
    other.commit(date=day(9))
    place = place_of(tmp_path, other.path, on_removal="keep")
    assert len(git.fetch(place).notes) == 1
    assert told(git.posts(place)) == [("a.md", archive.head, 0, 9), ("b.md", other.head, 9, None)]


def test_nothing_is_lost_when_small_packs_are_put_together(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(git_mirror, "_MANY_OBJECTS", 1)
    monkeypatch.setattr(git_mirror, "_MANY_PACKS", 1)
    place = place_of(tmp_path, archive.path, on_removal="keep", clone="partial")
    for number in range(3):
        archive.restart()
        archive.write("a.md", f"Tide {number}.")
        archive.commit()
        git.fetch(place)
    found = list(git.read(place, git.posts(place)))
    assert sorted(post.data for post in found) == [b"Tide 0.", b"Tide 1.", b"Tide 2."]
    assert len(list((place.kept / "mirror.git/objects/pack").glob("*.pack"))) < 4


# State and known.


def test_a_state_is_a_commit_and_without_a_fetch_there_is_none(archive, tmp_path):
    place = place_of(tmp_path, archive.path)
    assert outcome_of(git.state, place) == "not_fetched"
    assert outcome_of(git.posts, place) == "not_fetched"
    assert git.moved(place, "")
    git.fetch(place)
    assert git.state(place) == archive.head
    assert not git.moved(place, git.state(place))
    archive.write("b.md", "The ferry.")
    archive.commit()
    assert git.moved(place, git.state(place))


def test_what_is_known_saves_the_walk_through_what_is_old(archive, tmp_path, monkeypatch):
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    known = Known(git.state(place), git.posts(place))
    archive.write("b.md", "The ferry.")
    archive.commit()
    git.fetch(place)
    expected = git.posts(place)
    monkeypatch.setattr(git.git_history, "whole", None)
    assert git.posts(place, known) == expected


@pytest.mark.parametrize("on_removal", ["remove", "keep"])
def test_what_was_known_under_another_glob_changes_no_answer(archive, tmp_path, on_removal):
    archive.write("b.txt", "The ferry.")
    archive.commit()
    archive.delete("b.txt")
    archive.write("c.txt", "Lantern.")
    archive.commit()
    place = place_of(tmp_path, archive.path, on_removal=on_removal)
    git.fetch(place)
    known = Known(git.state(place), git.posts(place))
    other = place_of(tmp_path, archive.path, on_removal=on_removal, glob="*.*")
    assert git.posts(other, known) == git.posts(other)
    assert len(git.posts(other)) == (3 if on_removal == "keep" else 2)


NAMES = st.sampled_from(["a.md", "b.md", "c.md", "x/a.md", "d.txt"])
CHANGES = st.one_of(
    st.tuples(st.just("write"), NAMES, st.sampled_from(["Low tide.", "High tide.", "The ferry."])),
    st.tuples(st.just("delete"), NAMES, st.just("")),
    st.tuples(st.just("rename"), NAMES, NAMES),
)
COMMITS = st.lists(st.lists(CHANGES, max_size=4), min_size=1, max_size=7)


def model(
    chain: list[tuple[str, dict[str, str]]], *, keeps: bool
) -> dict[tuple[str, str], tuple[object, ...]]:
    """Of every (path, text) on a chain of commits: its version, and when it was first seen and removed."""
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    before: dict[str, str] = {}
    for number, (commit, files) in enumerate(chain):
        for pair in before.items() - files.items():
            found[pair] = (*found[pair][:2], day(number))
        for pair in files.items() - before.items():
            found[pair] = (commit, day(number), None)
        before = files
    return {pair: what for pair, what in found.items() if keeps or what[2] is None}


@given(commits=COMMITS, looked=st.sets(st.integers(0, 6)))
@settings(max_examples=12, deadline=None)
def test_every_history_is_told_as_a_plain_model_tells_it(tmp_path_factory, commits, looked):
    """Once from the beginning, once step by step from what was known at the last look."""
    folder = tmp_path_factory.mktemp("history")
    # An archive that stands where a mirror is kept: listing needs no fetch.
    archive = Archive(folder / "kept" / "mirror.git", bare=True)
    places = {
        keeps: Place(
            Source(name="delta", kind="git", location="x", on_removal="keep" if keeps else "remove"),
            str(folder / "x"),
            folder / "kept",
        )
        for keeps in (False, True)
    }
    chain: list[tuple[str, dict[str, str]]] = []
    known: dict[bool, Known] = {}
    for number, changes in enumerate(commits):
        for change, name, more in changes:
            if change == "write":
                archive.write(name, more)
            elif name.encode() in archive.files:
                archive.delete(name) if change == "delete" else archive.rename(name, more)
        commit = archive.commit()
        files = {name.decode(): text.decode() for name, (_, text) in archive.files.items()}
        chain.append((commit, {name: text for name, text in files.items() if name.endswith(".md")}))
        if number not in looked and number < len(commits) - 1:
            continue
        archive.git("update-ref", git_mirror.TIP, commit)
        for keeps, place in places.items():
            found = git.posts(place)
            texts = [post.data.decode() for post in git.read(place, found) if isinstance(post, RawPost)]
            assert {
                (file.path, text): (file.version, file.first_seen_at, file.removed_at)
                for file, text in zip(found, texts, strict=True)
            } == model(chain, keeps=keeps)
            if keeps in known:
                assert git.posts(place, known[keeps]) == found
            known[keeps] = Known(git.state(place), found)


# Reading.


def test_posts_are_read_in_any_order_and_any_number_of_times(archive, tmp_path):
    archive.write("b.md", "")
    archive.write("c.md", "\n\nThe ferry.\n\n")
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    a, b, c = git.posts(place)
    assert [post.data for post in git.read(place, iter([c, b, c, a]))] == [
        b"\n\nThe ferry.\n\n", b"", b"\n\nThe ferry.\n\n", b"Low tide.",
    ]  # fmt: skip


@pytest.mark.parametrize(("limit", "is_read"), [(8, False), (9, True), (10, True)])
def test_a_file_that_is_too_large_is_a_reject_with_its_size_and_digest(
    archive, tmp_path, monkeypatch, limit, is_read
):
    archive.write("b.md", "Tide.")
    archive.commit()
    monkeypatch.setattr(git, "MAX_RAW_BYTES", limit)
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    found, after = git.read(place, git.posts(place))
    assert after == RawPost("delta", "b.md", b"Tide.")
    assert list(git.read(place, git.posts(place), limit)) == [found, after]
    if is_read:
        assert found == RawPost("delta", "a.md", b"Low tide.")
    else:
        assert isinstance(found, Reject)
        assert (found.raw_bytes, found.stage, found.reason) == (9, "read", "too_large")
        assert found.raw_sha256 == hashlib.sha256(b"Low tide.").hexdigest()


def test_many_questions_never_wait_for_answers_that_nobody_reads(tmp_path):
    archive = Archive(tmp_path / "archive")
    for number in range(200):
        archive.write(f"{number:03}.md", f"{number} " * 10_000)
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    read = git.read(place, git.posts(place) * 2)
    assert next(read).path == "000.md"
    assert sum(1 for _ in read) == 399


def test_a_reader_may_stop_early_and_leaves_nothing_running(archive, tmp_path):
    archive.write("b.md", "The ferry.")
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    read = git.read(place, git.posts(place) * 100)
    next(read)
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, check=False
    )
    read.close()
    for child in children.stdout.split():
        assert (
            not Path(f"/proc/{int(child)}/cmdline").exists()
            or b"cat-file" not in Path(f"/proc/{int(child)}/cmdline").read_bytes()
        )


def test_a_blob_that_is_missing_or_damaged_is_a_reject_and_the_others_are_read(archive, tmp_path, noise):
    for name in "bcdef":
        archive.write(f"{name}.md", f"Post {name}.")
    long = "".join(next(noise) for _ in range(100))
    archive.write("b.md", long)
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    files = git.posts(place)
    _, b, _, d, e, _ = (place.kept / "mirror.git/objects" / f.token[:2] / f.token[2:] for f in files)
    d.unlink()
    for damaged, at in ((b, -1), (e, 0)):  # in the text, and where git looks for the size
        data = bytearray(damaged.read_bytes())
        data[at] ^= 255
        damaged.chmod(0o644)
        damaged.write_bytes(data)
    found = list(git.read(place, files))
    assert [(getattr(post, "reason", "read"), getattr(post, "raw_bytes", None)) for post in found] == [
        ("read", None),
        ("damaged_object", len(long)),
        ("read", None),
        ("missing_object", 7),
        ("missing_object", 7),
        ("read", None),
    ]
    rejects = [post for post in found if isinstance(post, Reject)]
    assert [reject.raw_path for reject in rejects] == ["b.md", "d.md", "e.md"]
    lost = (files[1], files[3], files[4])
    assert all(file.token in reject.message for file, reject in zip(lost, rejects, strict=True))
    assert str(tmp_path) not in "".join(reject.message for reject in rejects)
    # They are listed all the same.
    assert [file.size for file in git.posts(place)] == [9, len(long), 7, None, None, 7]


def test_a_git_that_is_killed_while_it_reads_costs_nothing(archive, tmp_path):
    for number in range(300):
        archive.write(f"{number:03}.md", f"{number} " * 1000)
    archive.commit()
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    files = git.posts(place)
    expected = list(git.read(place, files))
    found = []
    for number, post in enumerate(git.read(place, files)):
        found.append(post)
        if number in {50, 200}:
            out = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, check=True).stdout
            for line in out.splitlines():
                pid, parent, command = line.split(None, 2)
                if int(parent) == os.getpid() and command.startswith(b"git cat-file --batch"):
                    os.kill(int(pid), signal.SIGKILL)
    assert found == expected


# Looking.


@pytest.mark.parametrize("where", ["path", "bundle", "file, a bundle", "http", "ssh"])
def test_a_look_counts_what_is_on_this_machine_and_changes_nothing(served, tmp_path, monkeypatch, where):
    monkeypatch.setenv("GIT_SSH", str(served["folder"] / "ssh"))
    found = git.look(place_of(tmp_path, served[where]))
    notes = (f"HEAD stands at {served['commits'][1]}.",)
    assert found == (Look(None, None, notes) if where in {"http", "ssh"} else Look(2, day(1), notes))
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_too_large_to_unpack_is_not_counted(served, tmp_path, monkeypatch):
    monkeypatch.setattr(git, "MAX_LOOK_BYTES", 100)
    found = git.look(place_of(tmp_path, served["bundle"]))
    assert (found.posts, found.newest) == (None, None)
    assert "too large" in found.notes[-1]


def test_what_is_a_repository_is_known_by_its_looks(served, tmp_path):
    archive = Archive(tmp_path / "with a work tree")
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.md").write_text("Low tide.")
    assert git.is_repository(archive.path)
    assert git.is_repository(Path(served["path"]))
    assert git.is_repository(Path(served["bundle"]))
    assert not git.is_repository(tmp_path / "folder")
    assert not git.is_repository(tmp_path / "text.md")
    assert not git.is_repository(tmp_path / "gone")
    assert not git.is_repository(archive.path / "gone")


def test_what_answers_is_an_archive(served, tmp_path):
    Archive(tmp_path / "empty")
    assert git.answers(served["http"])
    assert git.answers(served["path"])
    assert git.answers(str(tmp_path / "empty"))
    assert not git.answers(str(tmp_path))
    assert not git.answers(f"{served['http']}/x")
    assert not git.answers("ftp://host.example/x")


# Kills.

FETCH = """
import json, sys
from pathlib import Path
from pipeline.sources import git
from pipeline.sources.kinds import Place
from pipeline.sources.registry import Source
entry, kept = json.loads(sys.argv[1]), Path(sys.argv[2])
git.fetch(Place(Source(**entry), entry["location"], kept))
"""


def kill_a_fetch(place: Place, tmp_path, after_bytes: int) -> int:
    """Kill a fetch that has got so much of what is sent; the number of the git that it leaves at work."""
    entry = {"name": "delta", "kind": "git", "location": place.location}
    environment = os.environ | {
        "GIT_SSH": str(stuck_ssh(tmp_path, after_bytes)),
        "PYTHONPATH": str(PROJECT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, json.dumps(entry), str(place.kept)], env=environment
    )
    stuck = tmp_path / "stuck"
    for _ in range(3000):
        if stuck.exists() or process.poll() is not None:
            break
        time.sleep(0.01)
    group = int(stuck.read_text())
    stuck.unlink()
    process.kill()
    process.wait()
    return group


@pytest.fixture
def noise() -> Iterator[str]:
    """Text that does not compress: a megabyte of it is a megabyte to send."""
    return (hashlib.sha512(str(number).encode()).hexdigest() for number in range(10**9))


@pytest.mark.parametrize("git_lives_on", [False, True])
def test_a_fetch_that_is_killed_leaves_what_was_there_and_the_next_completes_it(
    served, archive, tmp_path, monkeypatch, noise, git_lives_on
):
    """The first fetch, and a later one; with all that it started, and with a git that goes on alone."""
    monkeypatch.setenv("GIT_SSH", str(served["folder"] / "ssh"))
    place = place_of(tmp_path, f"ssh://me@host.example{archive.path}")
    before = None
    for number in range(2):
        for name in range(150):
            archive.write(f"{number}-{name}.md", "".join(next(noise) for _ in range(30)))
        archive.commit()
        group = kill_a_fetch(place, tmp_path, 300_000)
        if not git_lives_on:
            os.killpg(group, signal.SIGKILL)
        left = [path.name for path in place.kept.rglob("tmp_*")]
        assert left
        if before is None:
            assert outcome_of(git.state, place) == "not_fetched"
        else:
            assert (git.state(place), git.posts(place)) == before
        git.fetch(place)
        assert git.state(place) == archive.head
        assert {path.encode(): data for path, data in texts(place).items()} == {
            name: data for name, (_, data) in archive.files.items()
        }
        assert not list(place.kept.rglob("tmp_*"))
        assert [path.name for path in place.kept.iterdir()] == ["mirror.git"]
        if git_lives_on:
            os.killpg(group, signal.SIGKILL)
        before = (git.state(place), git.posts(place))


def test_locks_that_a_killed_git_left_do_not_stop_the_next_fetch(archive, tmp_path):
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    mirror = place.kept / "mirror.git"
    for name in (
        "HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "shallow.lock", "gc.pid",
        f"{git_mirror.TIP}.lock", f"{git_mirror.INCOMING}.lock", "objects/pack/tmp_pack_x",
    ):  # fmt: skip
        (mirror / name).touch()
    archive.restart()
    archive.write("b.md", "The ferry.")
    archive.commit()
    git.fetch(place)
    assert git.state(place) == archive.head
    assert not [*mirror.rglob("*.lock"), *mirror.rglob("tmp_*")]


def test_a_kill_between_the_steps_of_a_force_push_loses_nothing(archive, tmp_path, monkeypatch):
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    before = told(git.posts(place))
    first = archive.head
    archive.restart()
    archive.delete("a.md")
    archive.write("b.md", "The ferry.")
    archive.commit()
    after = [("a.md", first, 0, 1), ("b.md", archive.head, 1, None)]
    for commands_left in range(15):
        commands = iter(range(commands_left))
        run = git_mirror.run

        def run_or_die(*arguments, commands=commands, run=run, **more):
            if next(commands, None) is None:
                raise KeyboardInterrupt
            return run(*arguments, **more)

        with monkeypatch.context() as patch:
            patch.setattr(git_mirror, "run", run_or_die)
            with suppress(KeyboardInterrupt):
                git.fetch(place)
        found = told(git.posts(place))
        assert found in (before, after)
    assert found == after
