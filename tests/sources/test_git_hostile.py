"""What may be wrong with an archive, or meant to harm: each has an outcome, and nothing of it runs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.sources import git, git_command, git_mirror
from pipeline.sources.kinds import FetchError, Known, Place
from pipeline.sources.raw import RawPost, printable_path
from pipeline.sources.registry import Source
from tests.sources.archives import Archive, web_archives
from tests.sources.archives import git as run_git
from tests.sources.webserver import Reply, web_server

HOOKS = (
    "applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit "
    "post-index-change post-merge post-receive post-rewrite post-update post-upload-pack pre-applypatch "
    "pre-auto-gc pre-commit pre-push pre-rebase pre-receive pre-upload-pack proc-receive push-to-checkout "
    "reference-transaction update"
).split()


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch):
    """Whoever runs the tests may have told git anything."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def archive(tmp_path):
    """An archive of two posts, of one commit each."""
    made = Archive(tmp_path / "archive")
    for name, text in (("a.md", "Low tide."), ("b.md", "The ferry.")):
        made.write(name, text)
        made.commit()
    return made


@pytest.fixture
def canary(tmp_path):
    """A file that appears when something runs that must not."""
    return tmp_path / "canary"


def place_of(tmp_path, location, **entry) -> Place:
    # Not checked: what stands in `sources.yaml` is, and this must hold without it.
    source = Source.model_construct(
        name="delta", kind="git", location="x", glob=entry.pop("glob", "**/*.md"), **entry
    )
    return Place(source, str(location), tmp_path / "fetched" / "delta")


def failed(call: Callable[..., object], place: Place) -> FetchError:
    """How a call fails. The message is one clean line that names the source."""
    with pytest.raises(FetchError) as raised:
        call(place)
    message = str(raised.value)
    assert message.startswith("source 'delta': ")
    assert message.isprintable()
    assert message.endswith(".")
    return raised.value


def texts(place: Place) -> dict[str, bytes]:
    return {post.path: post.data for post in git.read(place, git.posts(place)) if isinstance(post, RawPost)}


def brought(place: Place) -> dict[str, bytes]:
    """Fetch; the posts."""
    git.fetch(place)
    assert not git.moved(place, git.state(place))
    return texts(place)


def everything(place: Place) -> dict[str, bytes]:
    """Fetch, look and list in every way; the posts."""
    git.fetch(place)
    git.look(place)
    git.moved(place, git.state(place))
    git.posts(place, Known(git.state(place), git.posts(place)))
    return texts(place)


# Nothing in an archive runs.


def test_no_hook_filter_attribute_or_setting_of_an_archive_does_anything(archive, tmp_path, canary):
    folder = archive.path / ".git"
    trap = folder / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >> {canary}\ncat\n")
    trap.chmod(0o755)
    (folder / "hooks").mkdir()
    for name in HOOKS:
        shutil.copy(trap, folder / "hooks" / name)
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
        "core.alternateRefsCommand", "uploadpack.packObjectsHook", "alias.upload-pack", "alias.pack-objects",
        "alias.ls-tree", "pager.ls-tree", "pager.log", "diff.external", "diff.trap.textconv",
        "diff.trap.command", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process",
        "merge.trap.driver", "gpg.program",
        "credential.helper", "remote.archive.uploadpack", "remote.origin.uploadpack", "remote.archive.vcs",
        "sequence.editor", "submodule.x.update",
    ):  # fmt: skip
        archive.git("config", key, f"!{trap}" if key.startswith(("alias", "submodule")) else str(trap))
    archive.git("config", "filter.trap.required", "true")
    archive.git("config", "include.path", str(tmp_path / "more"))
    (tmp_path / "more").write_text(f"[core]\n\tsshCommand = {trap}\n")
    archive.git("config", "remote.origin.url", f"ext::{trap}")
    archive.write(".gitattributes", "* filter=trap diff=trap merge=trap text eol=crlf ident export-subst\n")
    archive.write(".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = ext::{trap}\n\tupdate = !{trap}\n')
    archive.submodule("x", str(archive.head))
    archive.write("c.md", "$Id$ $Format:%H$\nLantern.\n")
    archive.commit()
    # The traps work: in the archive itself git falls into them.
    assert canary.exists()
    canary.unlink()
    for clone in ("full", "partial", "shallow"):
        place = place_of(tmp_path / clone, archive.path, clone=clone)
        assert everything(place) == {
            "a.md": b"Low tide.",
            "b.md": b"The ferry.",
            "c.md": b"$Id$ $Format:%H$\nLantern.\n",
        }
        mirror = place.kept / "mirror.git"
        assert not (mirror / "hooks").exists()
        assert "trap" not in (mirror / "config").read_text()
    assert not canary.exists()


@pytest.mark.parametrize("missing", ["blob", "tree"])
def test_an_archive_that_promises_what_it_lacks_makes_nobody_fetch_it(archive, tmp_path, canary, missing):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >> {canary}\n")
    trap.chmod(0o755)
    archive.git("config", "core.repositoryFormatVersion", "1")
    archive.git("config", "extensions.partialClone", "origin")
    archive.git("config", "remote.origin.promisor", "true")
    archive.git("config", "remote.origin.url", archive.location)
    archive.git("config", "remote.origin.uploadpack", str(trap))
    object_id = archive.git("rev-parse", "HEAD:a.md" if missing == "blob" else "HEAD^{tree}")
    (archive.path / ".git/objects" / object_id[:2] / object_id[2:]).unlink()
    place = place_of(tmp_path, archive.path)
    error = failed(git.fetch, place)
    assert (error.outcome, object_id in str(error)) == ("damaged", True)
    if missing == "tree":
        failed(git.look, place)
    assert not canary.exists()


LOCATIONS = [
    "ext::sh -c 'touch {canary}'",
    "ext::touch% {canary}",
    "fd::7",
    "-oProxyCommand=touch {canary}",
    "--upload-pack=touch {canary}",
    "-oProxyCommand=touch {canary}:x",
    "ssh://-oProxyCommand=touch {canary}/x",
    "ssh://-oProxyCommand=touch%20{canary}/x",
    "ssh://me@-oProxyCommand=x/y",
    "me@-oProxyCommand=x:y",
    "me@host.example:-x",
    "host.example:x",
    "relative/path",
    "ftp://host.example/x",
    "rsync://host.example/x",
    "file://relative",
    "https://host.example/a\nb",
    "http://host.example/a b",
    "https:///x",
    "",
    " ",
]


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_location_that_is_none_never_reaches_git(tmp_path, canary, monkeypatch, location):
    monkeypatch.setattr(git_command.subprocess, "Popen", None)
    place = place_of(tmp_path, location.format(canary=canary))
    for call in (git.fetch, git.look, lambda place: git.moved(place, "x")):
        assert failed(call, place).outcome == "not_a_repository"
    assert not git.answers(place.location)
    assert not canary.exists()
    assert not place.kept.exists()


@pytest.mark.parametrize("name", ["--upload-pack=touch canary", "x y\n", "a:b", "a'b\"c", "$(touch canary)"])
def test_an_odd_path_is_a_path(tmp_path, name):
    archive = Archive(tmp_path / name)
    archive.write("a.md", "Low tide.")
    archive.commit()
    bundle = archive.bundle(tmp_path / f"{name}.bundle")
    for number, location in enumerate((archive.path, bundle)):
        place = place_of(tmp_path / str(number), location)
        assert brought(place) == {"a.md": b"Low tide."}
    assert {path.name for path in tmp_path.iterdir()} == {name, f"{name}.bundle", "0", "1"}


def test_an_odd_branch_is_a_branch(archive, tmp_path):
    archive.git("symbolic-ref", "HEAD", "refs/heads/gone")
    archive.git("update-ref", "-d", "refs/heads/main")
    names = ["--upload-pack=touch", "-q", "HEAD", "refs/heads/x", "+x", "渡口", "x@y", "$(touch)", "a'b"]
    for number, branch in enumerate(names):
        archive.git("update-ref", f"refs/heads/{branch}", str(archive.head))
        place = place_of(tmp_path, archive.path, ref=branch if number else None)
        assert brought(place) == {"a.md": b"Low tide.", "b.md": b"The ferry."}


@pytest.mark.parametrize(
    "ref", ["-x", "*", "a:b", "^x", "refs/heads/*", "x..y", "@{1}", "a b", "\n", "--all"]
)
def test_a_ref_that_is_none_is_not_there(archive, tmp_path, ref):
    assert failed(git.fetch, place_of(tmp_path, archive.path, ref=ref)).outcome == "no_such_ref"


def test_the_archive_of_another_user_is_read(archive, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    for folder, folders, files in os.walk(archive.path):
        for name in (".", *folders, *files):
            os.chown(Path(folder, name), 65534, 65534)
    assert everything(place_of(tmp_path, archive.path)) == {"a.md": b"Low tide.", "b.md": b"The ferry."}


def test_nothing_in_the_environment_leads_git_astray(archive, tmp_path, monkeypatch, canary):
    """As where a refresh is started from a hook of another archive."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >> {canary}\n")
    trap.chmod(0o755)
    other = Archive(tmp_path / "other")
    other.write("x.md", "Another archive.")
    other.commit()
    for name, value in {
        "GIT_DIR": other.path / ".git", "GIT_WORK_TREE": other.path, "GIT_INDEX_FILE": tmp_path / "index",
        "GIT_OBJECT_DIRECTORY": tmp_path / "objects", "GIT_COMMON_DIR": other.path, "GIT_NAMESPACE": "x",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": tmp_path, "GIT_EXTERNAL_DIFF": trap, "GIT_PAGER": trap,
        "GIT_ASKPASS": trap, "SSH_ASKPASS": trap, "GIT_PROXY_COMMAND": trap, "GIT_TRACE": tmp_path / "trace",
        "GIT_LITERAL_PATHSPECS": "1", "GIT_DIFF_OPTS": "--stat",
        "GIT_CONFIG_PARAMETERS": "'log.decorate'='short'",
        "GIT_SHALLOW_FILE": tmp_path / "shallow", "GIT_DEFAULT_HASH": "sha256", "GIT_PROTOCOL": "version=0",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "alias.log", "GIT_CONFIG_VALUE_0": f"!{trap}",
        "LC_ALL": "zh_CN.GB18030", "LANGUAGE": "de", "TZ": "Asia/Shanghai",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        "[log]\n\tshowSignature = true\n\tdate = relative\n\tfollow = true\n\tshowRoot = false\n"
        "[diff]\n\trenames = copies\n\tnoprefix = true\n\torderFile = /nowhere\n"
        "[core]\n\tquotePath = true\n\tabbrev = 5\n[fetch]\n\tprune = true\n\tfsckObjects = true\n"
        "[format]\n\tpretty = fuller\n[transfer]\n\tfsckObjects = true\n[safe]\n\tbareRepository = explicit\n"
        f"[alias]\n\tls-tree = !{trap}\n[gc]\n\tauto = 1\n\tpruneExpire = now\n[protocol]\n\tversion = 0\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.chdir(other.path)
    place = place_of(tmp_path, archive.path, clone="partial", on_removal="keep")
    assert everything(place) == {"a.md": b"Low tide.", "b.md": b"The ferry."}
    monkeypatch.undo()
    plain = place_of(tmp_path / "plain", archive.path, on_removal="keep")
    git.fetch(plain)
    assert git.posts(plain) == git.posts(place)
    assert not canary.exists()
    assert not (tmp_path / "trace").exists()


# File names.


NAMES = [
    b"caf\xe9.md",
    "café.md".encode(),
    "cafe\u0301.md".encode(),
    b"\xff\xfe.md",
    b"two\nlines.md",
    b"tab\t.md",
    b'quo"te.md',
    b"back\\slash.md",
    b"-x.md",
    b"--output=x.md",
    b"..md",
    b"...md",
    b"..\\..\\x.md",
    b"x.. /x.md",
    b"a:b.md",
    b":(glob)x.md",
    b"*.md",
    b"[a].md",
    b" .md",
    b"\x1b[31m.md",
    b"\x01.md",
    "\u202egnp.md".encode(),
    b":100644 100644 1 2 M.md",
    b"x" * 250 + b".md",
    "渡口/旧书摊.md".encode(),
    b"/".join([b"d"] * 100) + b"/x.md",
]


def test_a_file_name_may_be_any_bytes(tmp_path):
    archive = Archive(tmp_path / "archive")
    for number, name in enumerate(NAMES):
        archive.write(name, f"Post {number}.")
    first = archive.commit()
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    known = Known(git.state(place), git.posts(place))
    assert {path.encode("utf-8", "surrogateescape"): data for path, data in texts(place).items()} == {
        name: b"Post %d." % number for number, name in enumerate(NAMES)
    }
    assert {file.version for file in known.files} == {first}
    for name in NAMES[::2]:
        archive.delete(name)
    second = archive.commit()
    git.fetch(place)
    files = git.posts(place)
    assert files == git.posts(place, known)
    assert {file.path.encode("utf-8", "surrogateescape") for file in files if file.removed_at} == set(
        NAMES[::2]
    )
    assert second not in {file.version for file in files}
    assert len(texts(place)) == len(NAMES)


def test_a_tree_that_no_git_would_make_is_listed_as_it_is(tmp_path):
    archive = Archive(tmp_path / "archive")
    blob = run_git(archive.path, "hash-object", "-w", "--stdin", data=b"Low tide.").strip()
    other = run_git(archive.path, "hash-object", "-w", "--stdin", data=b"The ferry.").strip()

    def entry(mode: bytes, name: bytes, of: bytes) -> bytes:
        return mode + b" " + name + b"\0" + bytes.fromhex(of.decode())

    def tree(*entries: bytes) -> bytes:
        command = ("hash-object", "-t", "tree", "-w", "--stdin", "--literally")
        return run_git(archive.path, *command, data=b"".join(entries)).strip()

    inner = tree(entry(b"100644", b"x.md", blob))
    top = tree(
        entry(b"40000", b"..", inner),
        entry(b"40000", b".git", inner),
        entry(b"100644", b"../../etc/x.md", blob),
        entry(b"100644", b"/x.md", blob),
        entry(b"100664", b"a.md", blob),
        entry(b"100644", b"d.md", blob),
        entry(b"100644", b"d.md", other),
        entry(b"100644", b"d.md", blob),
        entry(b"40000", b"e", inner),
        entry(b"100644", b"e/x.md", blob),
        entry(b"140000", b"f.md", blob),
    )
    commit = run_git(archive.path, "commit-tree", "-m", "x", top.decode())
    archive.git("update-ref", "refs/heads/main", commit.decode().strip())
    for on_removal in ("remove", "keep"):
        place = place_of(tmp_path, archive.path, on_removal=on_removal)
        git.fetch(place)
        files = git.posts(place)
        assert len({(file.path, file.token) for file in files}) == len(files)
        assert files == git.posts(place, Known(git.state(place), files))
        assert {file.path for file in files} >= {"a.md", "d.md", "e/x.md"}
        assert next(file for file in files if file.path == "a.md").version == commit.decode().strip()
        assert len(list(git.read(place, files))) == len(files)


# What went wrong: its outcome.


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def listening_program(tmp_path, monkeypatch, script: str) -> str:
    """An address of ssh behind which a shell script answers."""
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(program))
    return "ssh://me@host.example/delta"


@pytest.mark.parametrize("scheme", ["http", "https", "git", "ssh"])
def test_a_server_that_is_away_is_unreachable_and_may_be_back(tmp_path, scheme):
    place = place_of(tmp_path, f"{scheme}://127.0.0.1:{closed_port()}/delta.git")
    for call in (git.fetch, git.look, lambda place: git.moved(place, "x")):
        error = failed(call, place)
        assert (error.outcome, error.retry) == ("unreachable", True)


def test_a_host_that_nobody_knows_is_unreachable(tmp_path):
    error = failed(git.fetch, place_of(tmp_path, "https://host.invalid/delta.git"))
    assert (error.outcome, error.retry) == ("unreachable", True)
    assert "Could not resolve host: host.invalid" in str(error)


INFO = "/delta.git/info/refs?service=git-upload-pack"


@pytest.mark.parametrize(
    ("reply", "outcome", "retry"),
    [
        (Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'}), "access_denied", False),
        (Reply(403), "access_denied", False),
        (Reply(404), "not_found", False),
        (Reply(410), "not_found", False),
        (Reply(429), "unreachable", True),
        (Reply(500), "unreachable", True),
        (Reply(503), "unreachable", True),
        (Reply(body=b"<!doctype html><p>Low tide."), "not_a_repository", False),
        (Reply(body=b""), "not_a_repository", False),
        (
            Reply(
                body=b"<p>Low tide.",
                headers={"Content-Type": "application/x-git-upload-pack-advertisement"},
            ),
            "not_a_repository",
            False,
        ),
        (Reply(raw=b"no HTTP at all\r\n\r\n"), "unreachable", True),
        (Reply(raw=b""), "unreachable", True),
        (Reply(302, headers={"Location": "ftp://127.0.0.1/x"}), "unreachable", True),
        (Reply(302, headers={"Location": "file:///etc/x/info/refs"}), "unreachable", True),
        (Reply(302, headers={"Location": INFO}), "unreachable", True),
    ],
)
def test_what_a_web_server_answers_has_an_outcome(tmp_path, reply, outcome, retry):
    with web_server() as server:
        server.script(INFO, reply)
        error = failed(git.fetch, place_of(tmp_path, server.url("/delta.git")))
    assert (error.outcome, error.retry) == (outcome, retry), str(error)


def test_a_server_that_says_nothing_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(git_mirror, "ANSWER_SECONDS", 0.3)
    with web_server() as server:
        server.script(INFO, Reply(hangs=True))
        for call in (git.fetch, git.look, lambda place: git.moved(place, "x")):
            error = failed(call, place_of(tmp_path, server.url("/delta.git")))
            assert (error.outcome, error.retry) == ("timed_out", True)


def lives(pid: int) -> bool:
    """Whether a process still runs a second from now. One that nobody has waited for yet runs nothing."""
    for _ in range(100):
        try:
            if not Path(f"/proc/{pid}/cmdline").read_bytes():
                return False
        except OSError:
            return False
        time.sleep(0.01)
    return True


def test_a_fetch_without_end_is_given_up_with_all_that_it_started(archive, tmp_path, monkeypatch):
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    archive.write("c.md", "Lantern.")
    archive.commit()
    pids = tmp_path / "pids"
    script = (
        f"for last; do :; done\nif [ -e {tmp_path}/asked ]; then echo $$ >> {pids}; sleep 60; fi\n"
        f'touch {tmp_path}/asked\nexec sh -c "$last"'
    )
    location = listening_program(tmp_path, monkeypatch, script)
    place = Place(place.source, location.replace("/delta", str(archive.path)), place.kept)
    before = (git.state(place), git.posts(place))
    monkeypatch.setattr(git_command, "FETCH_SECONDS", 0.5)
    error = failed(git.fetch, place)
    assert (error.outcome, error.retry) == ("timed_out", True)
    assert (git.state(place), git.posts(place)) == before
    for pid in pids.read_text().split():
        assert not lives(int(pid))


@pytest.mark.parametrize(
    ("script", "outcome", "retry"),
    [
        ("echo 'Permission denied (publickey).' >&2; exit 255", "access_denied", False),
        ("echo 'Host key verification failed.' >&2; exit 255", "access_denied", False),
        ("echo 'ERROR: Repository not found.' >&2; exit 1", "not_found", False),
        ("echo 'ssh: Could not resolve hostname x: no' >&2; exit 255", "unreachable", True),
        ("echo 'Connection timed out' >&2; exit 255", "unreachable", True),
        ("exit 1", "unreachable", True),
        ("echo Welcome to the tides", "not_a_repository", False),
        ("printf '\\033[31mred\\007\\r\\n\\302\\205x' >&2; exit 1", "unreachable", True),
        (
            "read -r password < /dev/tty && exit 0; echo 'Permission denied' >&2; exit 255",
            "access_denied",
            False,
        ),
    ],
)
def test_what_ssh_says_has_an_outcome(tmp_path, monkeypatch, script, outcome, retry):
    place = place_of(tmp_path, listening_program(tmp_path, monkeypatch, script))
    error = failed(git.fetch, place)
    assert (error.outcome, error.retry) == (outcome, retry), str(error)


def test_no_password_is_asked_for(tmp_path, monkeypatch, canary):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho ran >> {canary}\necho secret\n")
    trap.chmod(0o755)
    monkeypatch.setenv("GIT_ASKPASS", str(trap))
    monkeypatch.setenv("SSH_ASKPASS", str(trap))
    monkeypatch.setenv("DISPLAY", ":0")
    with web_server() as server:
        server.script(INFO, Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'}))
        assert failed(git.fetch, place_of(tmp_path, server.url("/delta.git"))).outcome == "access_denied"
    assert not canary.exists()


def test_the_operators_credential_helper_is_asked(archive, tmp_path, monkeypatch):
    configuration = tmp_path / "gitconfig"
    configuration.write_text('[credential]\n\thelper = "!echo username=me; echo password=s3cret #"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    with web_server() as server:
        server.script(INFO, Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'}))
        error = failed(git.fetch, place_of(tmp_path, server.url("/delta.git")))
        assert any("authorization" in request.headers for request in server.requests)
    assert error.outcome == "access_denied"
    assert "s3cret" not in str(error)


def test_a_password_in_a_location_is_neither_shown_nor_kept(archive, tmp_path):
    bare = archive.path.parent / "served" / "delta.git"
    run_git(tmp_path, "clone", "-q", "--bare", archive.location, str(bare))
    with web_archives(bare.parent) as web:
        url = web.replace("//", "//me:s3cret@")
        place = place_of(tmp_path, f"{url}/delta.git", clone="partial")
        git.fetch(place)
        assert "s3cret" not in str(git.look(place))
        errors = [
            failed(git.fetch, place_of(tmp_path, f"{url}/gone.git")),
            failed(git.fetch, place_of(tmp_path, f"http://me:s3cret@127.0.0.1:{closed_port()}/x")),
            failed(git.fetch, place_of(tmp_path, "http://me:s3cret@host.example/a b")),
        ]
    assert [error.outcome for error in errors] == ["not_found", "unreachable", "not_a_repository"]
    assert all("s3cret" not in str(error) for error in errors)
    for path in place.kept.rglob("*"):
        assert not path.is_file() or b"s3cret" not in path.read_bytes()


def test_where_nothing_or_something_else_is(archive, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("Low tide.")
    (tmp_path / "empty").touch()
    (tmp_path / "pointer").write_text(f"gitdir: {tmp_path}/gone\n")
    for name, outcome in {
        "gone": "not_found",
        "folder": "not_a_repository",
        "text": "not_a_repository",
        "empty": "not_a_repository",
        "pointer": "not_a_repository",
        "archive/2021": "not_found",
    }.items():
        place = place_of(tmp_path, tmp_path / name)
        for call in (git.fetch, git.look, lambda place: git.moved(place, "x")):
            error = failed(call, place)
            assert (error.outcome, error.retry) == (outcome, False), str(error)
        assert name in str(error)


def test_an_archive_without_commits_takes_nothing_away(archive, tmp_path):
    empty = Archive(tmp_path / "empty", bare=True)
    assert failed(git.fetch, place_of(tmp_path, empty.path)).outcome == "empty_repository"
    assert failed(git.look, place_of(tmp_path, empty.path)).outcome == "empty_repository"
    assert failed(git.state, place_of(tmp_path, empty.path)).outcome == "not_fetched"
    git.fetch(place_of(tmp_path, archive.path))
    place = place_of(tmp_path, empty.path)
    assert failed(git.fetch, place).outcome == "empty_repository"
    assert texts(place) == {"a.md": b"Low tide.", "b.md": b"The ferry."}
    with web_archives(tmp_path) as web:
        assert failed(git.fetch, place_of(tmp_path, f"{web}/empty")).outcome == "empty_repository"


def cut(data: bytes, at: int) -> bytes:
    return data[:at]


def changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


@pytest.mark.parametrize(("fault", "at"), [(cut, 0.3), (cut, 0.9), (cut, -1), (changed, 0.6), (changed, -1)])
def test_a_bundle_that_is_damaged_takes_nothing_away(archive, tmp_path, fault, at):
    bundle = archive.bundle(tmp_path / "delta.bundle")
    place = place_of(tmp_path, bundle)
    git.fetch(place)
    before = (git.state(place), git.posts(place))
    for number in range(20):
        archive.write(f"{number}.md", f"Post {number}.")
    archive.commit()
    data = archive.bundle(tmp_path / "delta.bundle").read_bytes()
    bundle.write_bytes(fault(data, int(len(data) * at) if at > 0 else len(data) - 1))
    error = failed(git.fetch, place)
    assert (error.outcome, error.retry) == ("damaged", False), str(error)
    assert (git.state(place), git.posts(place)) == before
    assert len(texts(place)) == 2
    bundle.write_bytes(data)
    git.fetch(place)
    assert len(texts(place)) == 22


def test_a_bundle_of_a_part_of_the_history_needs_the_rest(archive, tmp_path):
    part = archive.bundle(tmp_path / "part.bundle", "main~1..main")
    error = failed(git.fetch, place_of(tmp_path, part))
    assert error.outcome == "damaged"
    assert archive.git("rev-parse", "main~1") in str(error)
    assert "holds only a part of the history" in str(error)
    # Where the rest was fetched before, the part will do.
    whole = archive.bundle(tmp_path / "whole.bundle")
    git.fetch(place_of(tmp_path, whole))
    archive.write("c.md", "Lantern.")
    archive.commit()
    part = archive.bundle(tmp_path / "part.bundle", "main~1..main")
    place = place_of(tmp_path, part)
    git.fetch(place)
    assert sorted(texts(place)) == ["a.md", "b.md", "c.md"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("HEAD:a.md", "missing"),
        ("HEAD:a.md", "no object"),
        ("HEAD^{tree}", "missing"),
        ("HEAD~1^{tree}", "empty"),
        ("HEAD~1", "missing"),
        ("HEAD", "missing"),
        ("HEAD", "no object"),
    ],
)
def test_an_archive_with_a_damaged_object_takes_nothing_away(archive, tmp_path, name, fault):
    bundle = archive.bundle(tmp_path / "delta.bundle", "main~1", "main")
    place = place_of(tmp_path, archive.path)
    object_id = archive.git("rev-parse", name)
    path = archive.path / ".git/objects" / object_id[:2] / object_id[2:]
    path.chmod(0o644)
    if fault == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if fault == "empty" else b"no object")
    error = failed(git.fetch, place)
    assert (error.outcome, error.retry) == ("damaged", False), str(error)
    assert object_id in str(error), str(error)
    assert failed(git.state, place).outcome == "not_fetched"
    assert list(place.kept.iterdir()) == []
    # With what was fetched from elsewhere before, the archive is whole.
    git.fetch(place_of(tmp_path, bundle))
    assert len(texts(place)) == 2


def test_an_archive_with_a_damaged_pack_names_the_object(archive, tmp_path):
    archive.git("repack", "-a", "-d", "-q")
    (pack,) = (archive.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(changed(pack.read_bytes(), 60))
    error = failed(git.fetch, place_of(tmp_path, archive.path))
    assert error.outcome == "damaged"
    assert "corrupt" in str(error)


@pytest.mark.parametrize("lost", ["tip", "tree", "ref", "HEAD"])
def test_a_mirror_that_is_damaged_says_how_to_get_another(archive, tmp_path, lost):
    place = place_of(tmp_path, archive.path)
    git.fetch(place)
    mirror = place.kept / "mirror.git"
    if lost in {"tip", "tree"}:
        object_id = archive.git("rev-parse", "main" if lost == "tip" else "main^{tree}")
        (mirror / "objects" / object_id[:2] / object_id[2:]).unlink()
    else:
        (mirror / (git_mirror.TIP if lost == "ref" else "HEAD")).write_bytes(b"")
    error = failed(git.posts, place)
    assert (error.outcome, error.retry) == ("damaged", False)
    assert f"move {printable_path(str(mirror))} away and refresh" in str(error)
    mirror.rename(tmp_path / "away")
    git.fetch(place)
    assert len(texts(place)) == 2


def test_without_git_the_outcome_says_so(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (git.fetch, git.look, lambda place: git.moved(place, "x")):
        error = failed(call, place_of(tmp_path, archive.path))
        assert error.outcome == "no_git"
        assert "Install git" in str(error)
    assert not git.answers(archive.location)


def test_a_place_that_cannot_be_written_is_named(archive, tmp_path):
    (tmp_path / "fetched").write_text("No folder.")
    error = failed(git.fetch, place_of(tmp_path, archive.path))
    assert error.outcome == "not_kept"
    assert "fetched" in str(error)


def test_more_branches_than_anybody_reads_are_not_all_named(archive, tmp_path):
    for number in range(30):
        archive.git("update-ref", f"refs/heads/b{number:02}", str(archive.head))
    error = failed(git.fetch, place_of(tmp_path, archive.path, ref="gone"))
    assert "b00, b01, b02, b03, b04, b05, b06, b07, b08, b09 and 21 more" in str(error)


def test_other_processes_have_no_part_in_the_hash_seed(archive, tmp_path):
    """The same archive gives the same state in any process."""
    place = place_of(tmp_path, archive.path, on_removal="keep")
    git.fetch(place)
    program = (
        "import sys; from pathlib import Path; from pipeline.sources import git; "
        "from pipeline.sources.kinds import Place; from pipeline.sources.registry import Source; "
        "s = Source(name='delta', kind='git', location=sys.argv[1], on_removal='keep'); "
        "p = Place(s, sys.argv[1], Path(sys.argv[2])); "
        "print(git.state(p), *git.posts(p), sep='\\n')"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", program, archive.location, str(place.kept)],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone, locale in (("1", "UTC", "C"), ("2", "Asia/Shanghai", "C.UTF-8"))
    }
    assert said == {"\n".join([git.state(place), *map(str, git.posts(place)), ""]).encode()}
