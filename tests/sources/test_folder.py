"""Files as they stand: which there are, whether they are the same as before, and their bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import replace

import pytest

from pipeline.sources import folder
from pipeline.sources.kinds import Fetched, FetchError, Known, Look, Place
from pipeline.sources.raw import RawPost, Reject
from pipeline.sources.registry import Source

SECOND = 1_000_000_000


@pytest.fixture
def raw(tmp_path):
    """An empty source, with room beside it for what lies outside."""
    root = tmp_path / "delta"
    root.mkdir()
    return root


@pytest.fixture
def later(monkeypatch):
    """The clock ten seconds on: no file is fresh."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10 * SECOND)


def put(root, path, data=b"x"):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def place(root, glob="**/*.md", kept=None):
    source = Source(name="delta", kind="folder", location=str(root), glob=glob)
    return Place(source, str(root), kept or root.parent / "fetched" / "delta")


def listed(root, glob="**/*.md"):
    return folder.posts(place(root, glob))


def paths(root, glob="**/*.md"):
    return [file.path for file in listed(root, glob)]


def read_all(root, glob="**/*.md"):
    return list(folder.read(place(root, glob), listed(root, glob)))


def read(root, *files):
    return list(folder.read(place(root), files))


def test_a_post_is_its_bytes_and_its_place(raw):
    put(raw, "_posts/2021-04-02-Low Tide.md", b"---\r\n\x00\xff")
    (file,) = listed(raw)
    assert (file.source, file.path, file.size, file.problem) == (
        "delta",
        "_posts/2021-04-02-Low Tide.md",
        7,
        None,
    )
    assert (file.version, file.first_seen_at, file.removed_at) == (None, None, None)
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
    assert read(raw, file) == [RawPost("delta", os.fsdecode(name), b"Low tide.")]
    (raw / os.fsdecode(name)).unlink()
    (found,) = read(raw, file)
    assert without_message(found) == reject(shown, "unreadable", 9)
    found.message.encode()


def test_a_file_that_vanished_after_it_was_listed_is_a_reject(raw):
    put(raw, "a.md", b"Low tide.")
    (file,) = listed(raw)
    (raw / "a.md").unlink()
    (found,) = read(raw, file)
    assert without_message(found) == reject("a.md", "unreadable", 9)
    assert str(raw) not in found.message


def become_a_pipe(path):
    os.mkfifo(path)


def become_a_folder(path):
    path.mkdir()


def become_a_link_that_leads_out(path):
    path.symlink_to("../secret.txt")


def become_a_link_to_nothing(path):
    path.symlink_to("gone.md")


@pytest.mark.parametrize(
    ("become", "reason"),
    [
        (become_a_pipe, "not_a_file"),
        (become_a_folder, "not_a_file"),
        (become_a_link_that_leads_out, "outward_link"),
        (become_a_link_to_nothing, "dangling_link"),
    ],
)
def test_a_file_that_became_something_else_after_it_was_listed_is_a_reject(raw, become, reason):
    """A pipe that nobody writes to does not block."""
    put(raw.parent, "secret.txt", b"Nobody may read this.")
    put(raw, "a.md", b"Low tide.")
    (file,) = listed(raw)
    (raw / "a.md").unlink()
    become(raw / "a.md")
    (found,) = read(raw, file)
    assert without_message(found) == reject("a.md", reason, 9)


def test_a_folder_that_became_a_link_after_it_was_listed_is_not_followed_out_of_the_source(raw):
    put(raw.parent, "private/a.md", b"Nobody may read this.")
    put(raw, "2021/a.md", b"Low tide.")
    put(raw, "2022/a.md", b"Low tide.")
    files = listed(raw)
    shutil.rmtree(raw / "2021")
    (raw / "2021").symlink_to("../private")
    first, second = read(raw, *files)
    assert without_message(first) == reject("2021/a.md", "outward_link", 9)
    assert second == RawPost("delta", "2022/a.md", b"Low tide.")


def test_a_file_that_became_a_link_within_the_source_is_read(raw):
    put(raw, "a.md", b"Low tide.")
    (file,) = listed(raw)
    put(raw, "b.txt", b"High tide.")
    (raw / "a.md").unlink()
    (raw / "a.md").symlink_to("b.txt")
    assert read(raw, file) == [RawPost("delta", "a.md", b"High tide.")]


def test_posts_are_read_in_the_order_asked_for(raw):
    for name in ("a.md", "b.md", "c.md"):
        put(raw, name, name.encode())
    a, b, c = listed(raw)
    assert [post.path for post in read(raw, c, a, b, a)] == ["c.md", "a.md", "b.md", "a.md"]
    assert read(raw) == []


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


@pytest.mark.parametrize(
    ("error", "retry"), [(PermissionError(13, "No"), False), (FileNotFoundError(2, "No"), True)]
)
def test_a_folder_that_cannot_be_listed_stops_the_listing(raw, monkeypatch, error, retry):
    """Its posts would be missing, and nobody would know how many."""
    put(raw, "2021/a.md")
    put(raw, "2022/a.md")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("2021"):
            raise error
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for ask in (folder.posts, folder.state, folder.look):
        with pytest.raises(
            FetchError, match=r"'delta': .*2021: the folder cannot be listed \(No\)"
        ) as raised:
            ask(place(raw))
        assert (raised.value.outcome, raised.value.retry) == ("unreadable", retry)


def test_a_location_that_is_no_folder_is_no_empty_source(raw):
    put(raw, "a.md")
    for at in (raw / "gone", raw / "a.md", f"{raw}\0"):
        for ask in (
            folder.fetch,
            folder.state,
            folder.posts,
            folder.look,
            lambda at: list(folder.read(at, [])),
        ):
            with pytest.raises(
                FetchError, match=r"source 'delta': its location .* is no folder\. Mend `location`\."
            ) as raised:
                ask(replace(place(raw), location=str(at)))
            assert (raised.value.outcome, raised.value.retry) == ("not_found", False)


def test_a_fetch_and_a_look_change_nothing(raw):
    put(raw, "a.md")
    put(raw, "b.txt")
    (raw / "c.md").mkdir()
    before = sorted(raw.parent.rglob("*"))
    assert folder.fetch(place(raw)) == Fetched()
    assert folder.look(place(raw)) == Look(2, None)
    assert sorted(raw.parent.rglob("*")) == before


# What tells whether a file is the same.


def token(root, path="a.md"):
    return next(file.token for file in listed(root) if file.path == path)


def test_an_unchanged_folder_is_listed_alike_and_has_not_moved(raw, later):
    for name in ("a.md", "b/c.md", "d.txt"):
        put(raw, name)
    make_dangling_link(raw)
    files, state = listed(raw), folder.state(place(raw))
    put(raw, "d.txt", b"The glob does not name it.")
    assert listed(raw) == files
    assert folder.posts(place(raw), Known(state, files)) == files
    assert folder.state(place(raw)) == state
    assert not folder.moved(place(raw), state)


def test_a_state_does_not_depend_on_where_the_source_is_seen_from(raw, later, tmp_path):
    put(raw, "a.md")
    (tmp_path / "link").symlink_to(raw)
    assert folder.state(place(tmp_path / "link")) == folder.state(place(raw))


def add(root):
    put(root, "n.md")


def remove(root):
    (root / "a.md").unlink()


def edit(root):
    put(root, "a.md", b"Low tide again.")


def edit_and_keep_size_and_date(root):
    status = (root / "a.md").stat()
    put(root, "a.md", b"Law tide.")
    os.utime(root / "a.md", ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_by_a_file_of_the_same_size_and_date(root):
    status = (root / "a.md").stat()
    put(root, "n.txt", b"Law tide.")
    os.utime(root / "n.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    (root / "n.txt").replace(root / "a.md")


def rename(root):
    (root / "a.md").rename(root / "c.md")


def swap(root):
    (root / "a.md").rename(root / "n.txt")
    (root / "b.md").rename(root / "a.md")
    (root / "n.txt").rename(root / "b.md")


def edit_what_a_link_leads_to(root):
    put(root, "linked.txt", b"Law tide.")


def turn_a_link(root):
    put(root, "other.txt", b"Law tide.")
    (root / "link.md").unlink()
    (root / "link.md").symlink_to("other.txt")


def cut_a_link(root):
    (root / "linked.txt").unlink()


@pytest.mark.parametrize(
    "change",
    [
        add,
        remove,
        edit,
        edit_and_keep_size_and_date,
        replace_by_a_file_of_the_same_size_and_date,
        rename,
        swap,
        edit_what_a_link_leads_to,
        turn_a_link,
        cut_a_link,
    ],
)
def test_a_change_moves_the_folder_and_gives_what_changed_another_token(raw, later, change):
    for name in ("a.md", "b.md", "linked.txt"):
        put(raw, name, b"Low tide.")
    (raw / "link.md").symlink_to("linked.txt")
    state, tokens = folder.state(place(raw)), {file.path: file.token for file in listed(raw)}
    told = dict(zip(tokens, read_all(raw), strict=True))
    tick(raw)
    change(raw)
    assert folder.moved(place(raw), state)
    for file, found in zip(listed(raw), read_all(raw), strict=True):
        if file.token == tokens.get(file.path):
            assert found == told[file.path]


def tick(root):
    """Wait until the file system's clock has moved on: some milliseconds."""
    put(root.parent, "clock")
    begun = (root.parent / "clock").stat().st_mtime_ns
    while (root.parent / "clock").stat().st_mtime_ns == begun:
        put(root.parent, "clock")


def test_a_file_that_has_only_just_changed_has_no_token_and_the_folder_no_lasting_state(raw):
    """A later change might leave the same size and the same times."""
    put(raw, "a.md")
    assert token(raw) is None
    state = folder.state(place(raw))
    assert folder.moved(place(raw), state)
    assert folder.state(place(raw)) != state


def test_a_fresh_file_that_the_glob_does_not_name_is_no_matter(raw):
    put(raw, "a.txt")
    assert not folder.moved(place(raw), folder.state(place(raw)))


@pytest.mark.parametrize(
    ("age", "has_token"), [(-3600, False), (-1, False), (0, False), (1.9, False), (2.1, True), (3600, True)]
)
def test_a_file_is_fresh_for_two_seconds(raw, monkeypatch, age, has_token):
    put(raw, "a.md")
    at = (raw / "a.md").stat().st_ctime_ns
    monkeypatch.setattr(time, "time_ns", lambda: at + int(age * SECOND))
    assert (token(raw) is not None) == has_token


@pytest.mark.parametrize("year", [1960, 1970, 2099])
def test_a_date_of_its_own_choice_makes_no_file_fresh_for_ever(raw, later, year):
    put(raw, "a.md")
    seconds = (year - 1970) * 31_556_952
    os.utime(raw / "a.md", (seconds, seconds))
    assert token(raw) is not None
    assert not folder.moved(place(raw), folder.state(place(raw)))


# What other sources keep.


@pytest.fixture
def own(raw):
    """A raw folder that is a source itself, beside one that was fetched."""
    put(raw, "a.md")
    put(raw, "fetched/estuary/b.md")
    return place(raw, kept=raw / "fetched" / "delta")


def test_what_is_fetched_for_other_sources_is_no_part_of_the_raw_folder_as_a_source(raw, own):
    put(raw, "sources.yaml")
    assert [file.path for file in folder.posts(own)] == ["a.md"]


def test_in_a_folder_without_a_listing_the_name_fetched_means_nothing(own):
    assert [file.path for file in folder.posts(own)] == ["a.md", "fetched/estuary/b.md"]


def test_a_folder_named_fetched_that_is_another_is_entered(raw, own):
    put(raw, "sources.yaml")
    put(raw, "2021/fetched/c.md")
    assert [file.path for file in folder.posts(own)] == ["2021/fetched/c.md", "a.md"]


def test_a_folder_above_the_raw_folder_does_not_hold_what_was_fetched_either(raw, own):
    put(raw, "sources.yaml")
    above = place(raw.parent, kept=raw / "fetched" / "delta")
    assert [file.path for file in folder.posts(above)] == ["delta/a.md"]


def test_thousands_of_files_are_looked_at_in_a_moment(raw, later):
    for number in range(2_000):
        put(raw, f"{number % 7}/{number}.md")
    begun = time.process_time()
    folder.state(place(raw))
    assert time.process_time() - begun < 0.4  # 0.03 s, on a machine that does nothing else
