from __future__ import annotations

import hashlib
import os
import sys
from pathlib import PurePath

import pytest

from pipeline.sources import folder
from pipeline.sources.raw import RawFile, RawPost, Reject
from pipeline.sources.registry import SourcesError


@pytest.fixture
def raw(tmp_path):
    """An empty source, with room beside it for what lies outside."""
    root = tmp_path / "delta"
    root.mkdir()
    return root


def put(root, path, data=b"x"):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def listed(root, glob="**/*.md"):
    return folder.list_files("delta", root, glob)


def paths(root, glob="**/*.md"):
    return [file.path for file in listed(root, glob)]


def read_all(root, glob="**/*.md"):
    return [folder.read(root, file) for file in listed(root, glob)]


def test_a_post_is_its_bytes_and_its_place(raw):
    put(raw, "_posts/2021-04-02-Low Tide.md", b"---\r\n\x00\xff")
    assert listed(raw) == [RawFile("delta", "_posts/2021-04-02-Low Tide.md", 7)]
    assert read_all(raw) == [RawPost("delta", "_posts/2021-04-02-Low Tide.md", b"---\r\n\x00\xff")]


def test_the_listing_is_sorted_by_path_and_holds_no_hidden_folder(raw):
    for path in (
        "b.md",
        "a/z.md",
        "B.md",
        "a.md",
        "渡口.md",
        ".git/x.md",
        "a/.drafts/y.md",
        ".hidden.md",
        "a/n.txt",
    ):
        put(raw, path)
    assert paths(raw) == [".hidden.md", "B.md", "a.md", "a/z.md", "b.md", "渡口.md"]


def test_an_empty_source_has_no_files(raw):
    assert listed(raw) == []


def test_a_file_of_no_bytes_is_a_raw_post_too(raw):
    put(raw, "untitled.md", b"")
    assert read_all(raw) == [RawPost("delta", "untitled.md", b"")]


# What a glob names. As pathlib's PurePath.full_match of Python 3.13 has it.
GLOBS = [
    ("*.md", "a.md", True),
    ("*.md", ".a.md", True),
    ("*.md", "a.MD", False),
    ("*.md", "2021/a.md", False),
    ("*.md", "two\nlines.md", True),
    ("*.md", "a.md\n", False),
    ("**/*.md", "a.md", True),
    ("**/*.md", "2021/04/a.md", True),
    ("**/*.md", "2021/04/a.txt", False),
    ("_posts/*.md", "_posts/a.md", True),
    ("_posts/*.md", "old/_posts/a.md", False),
    ("_posts/*.md", "_posts/2021/a.md", False),
    ("**/_posts/*.md", "_posts/a.md", True),
    ("**/_posts/*.md", "old/2021/_posts/a.md", True),
    ("_posts/**/*.md", "_posts/a.md", True),
    ("_posts/**/*.md", "_posts/2021/04/a.md", True),
    ("_posts/**/*.md", "posts/2021/a.md", False),
    ("_posts/**", "_posts/2021/a.md", True),
    ("**", "2021/a.md", True),
    ("**/2021/**/*.md", "x/2021/y/a.md", True),
    ("**/2021/**/*.md", "x/2022/y/a.md", False),
    ("a**b.md", "axxb.md", True),
    ("a**/b.md", "ab.md", False),
    ("a**/b.md", "axx/b.md", True),
    ("a**/b.md", "ax/x/b.md", False),
    ("202?-*.md", "2021-a.md", True),
    ("202?-*.md", "202/-a.md", False),
    ("202[01]-*.md", "2021-a.md", True),
    ("202[01]-*.md", "2022-a.md", False),
    ("202[!01]-*.md", "2022-a.md", True),
    ("202[!01]-*.md", "2021-a.md", False),
    ("202[0-2].md", "2021.md", True),
    ("[]]x.md", "]x.md", True),
    ("[!]]x.md", "ax.md", True),
    ("[!]]x.md", "]x.md", False),
    ("[^a].md", "^.md", True),
    ("[^a].md", "b.md", False),
    ("[z-a].md", "m.md", False),
    ("[a.md", "[a.md", True),
    ("[[]a].md", "[a].md", True),
    ("a[/]b.md", "a/b.md", False),
    ("a+(b).md", "a+(b).md", True),
    ("a+(b).md", "aab.md", False),
    ("旧*.md", "旧书摊.md", True),
]


@pytest.mark.parametrize(("glob", "path", "named"), GLOBS)
def test_a_glob_names_files(raw, glob, path, named):
    put(raw, path)
    assert (path in paths(raw, glob)) == named


@pytest.mark.skipif(sys.version_info < (3, 13), reason="PurePath.full_match came with Python 3.13")
def test_the_table_of_globs_is_pathlibs():
    assert [row for row in GLOBS if PurePath(row[1]).full_match(row[0], case_sensitive=True) != row[2]] == []


def reject(path, reason, size=None, sha256=None):
    """A reject without its message."""
    return ("delta", path, size, sha256, "read", reason)


def without_message(found):
    assert isinstance(found, Reject)
    assert found.message.endswith(".")
    return (found.source, found.raw_path, found.raw_bytes, found.raw_sha256, found.stage, found.reason)


def test_a_link_within_the_source_is_the_file_that_it_leads_to(raw):
    put(raw, "a.md", b"Low tide.")
    (raw / "b.md").symlink_to("a.md")
    assert read_all(raw) == [RawPost("delta", "a.md", b"Low tide."), RawPost("delta", "b.md", b"Low tide.")]


def make_dangling_link(root):
    (root / "x.md").symlink_to("gone.md")


def make_loop_of_links(root):
    (root / "x.md").symlink_to("y.txt")
    (root / "y.txt").symlink_to("x.md")


def make_link_to_itself(root):
    (root / "x.md").symlink_to("x.md")


def make_outward_link(root):
    put(root.parent, "secret.txt")
    (root / "x.md").symlink_to("../secret.txt")


def make_outward_link_in_two_steps(root):
    put(root.parent, "secret.txt")
    (root / "y").symlink_to("../secret.txt")
    (root / "x.md").symlink_to("y")


def make_link_to_a_neighbour_of_like_name(root):
    put(root.parent, "delta-private/secret.txt")
    (root / "x.md").symlink_to("../delta-private/secret.txt")


def make_folder(root):
    (root / "x.md").mkdir()


def make_link_to_a_folder(root):
    put(root, "2021/a.txt")
    (root / "x.md").symlink_to("2021")


def make_pipe(root):
    os.mkfifo(root / "x.md")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_dangling_link, "dangling_link"),
        (make_loop_of_links, "dangling_link"),
        (make_link_to_itself, "dangling_link"),
        (make_outward_link, "outward_link"),
        (make_outward_link_in_two_steps, "outward_link"),
        (make_link_to_a_neighbour_of_like_name, "outward_link"),
        (make_folder, "not_a_file"),
        (make_link_to_a_folder, "not_a_file"),
        (make_pipe, "not_a_file"),
    ],
)
def test_what_has_the_name_of_a_post_and_is_none_is_a_reject(raw, make, reason):
    make(raw)
    (found,) = read_all(raw)
    assert without_message(found) == reject("x.md", reason)
    # The tables do not depend on where the source lies.
    assert str(raw) not in found.message


def test_a_folder_with_the_name_of_a_post_is_entered_all_the_same(raw):
    put(raw, "x.md/y.md", b"Low tide.")
    first, second = read_all(raw)
    assert without_message(first) == reject("x.md", "not_a_file")
    assert second == RawPost("delta", "x.md/y.md", b"Low tide.")


def test_a_link_to_a_folder_is_not_followed(raw):
    put(raw, "2021/a.md")
    (raw / "latest").symlink_to("2021")
    (raw / "2021" / "up").symlink_to("..")
    assert paths(raw) == ["2021/a.md"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(b"two\nlines.md", r"two\x0alines.md", id="newline"),
        pytest.param(b"caf\xe9.md", r"caf\xe9.md", id="not UTF-8"),
    ],
)
def test_odd_file_names_are_read_and_rejected_like_others(raw, name, shown):
    try:
        (raw / os.fsdecode(name)).write_bytes(b"Low tide.")
    except OSError as error:
        pytest.skip(f"this file system has no such names: {error}")
    (file,) = listed(raw)
    assert file.path == os.fsdecode(name)
    assert folder.read(raw, file) == RawPost("delta", os.fsdecode(name), b"Low tide.")
    (raw / os.fsdecode(name)).unlink()
    found = folder.read(raw, file)
    assert without_message(found) == reject(shown, "unreadable", 9)
    found.message.encode()


def test_a_file_that_vanished_after_it_was_listed_is_a_reject(raw):
    put(raw, "a.md", b"Low tide.")
    (file,) = listed(raw)
    (raw / "a.md").unlink()
    found = folder.read(raw, file)
    assert without_message(found) == reject("a.md", "unreadable", 9)
    assert str(raw) not in found.message


def test_a_file_that_became_a_pipe_does_not_block(raw):
    put(raw, "a.md", b"Low tide.")
    (file,) = listed(raw)
    (raw / "a.md").unlink()
    os.mkfifo(raw / "a.md")
    assert folder.read(raw, file) == RawPost("delta", "a.md", b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_a_reject(raw):
    put(raw, "a.md", b"Low tide.")
    (raw / "a.md").chmod(0)
    (found,) = read_all(raw)
    assert without_message(found) == reject("a.md", "unreadable", 9)
    assert "Permission denied" in found.message


@pytest.mark.parametrize(("size", "is_read"), [(9, True), (10, True), (11, False), (30, False)])
def test_a_file_that_is_too_large_is_a_reject_with_its_size_and_digest(raw, monkeypatch, size, is_read):
    monkeypatch.setattr(folder, "MAX_RAW_BYTES", 10)
    data = b"Low tide. " * 3
    put(raw, "a.md", data[:size])
    (found,) = read_all(raw)
    if is_read:
        assert found == RawPost("delta", "a.md", data[:size])
    else:
        digest = hashlib.sha256(data[:size]).hexdigest()
        assert without_message(found) == reject("a.md", "too_large", size, digest)


def test_a_folder_that_cannot_be_listed_stops_the_listing(raw, monkeypatch):
    """Its posts would be missing, and nobody would know how many."""
    put(raw, "2021/a.md")
    put(raw, "2022/a.md")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("2021"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourcesError, match=r"2021: the folder cannot be listed \(Permission denied\)"):
        listed(raw)


def test_a_location_that_vanished_is_no_empty_source(raw):
    raw.rmdir()
    with pytest.raises(SourcesError, match="cannot be listed"):
        listed(raw)
