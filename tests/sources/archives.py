"""Real git archives for tests, and servers for them. Their commits have the same ids on every machine.

No work tree: commits are written with `git fast-import`, so that a file name may be any bytes.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

FIRST_COMMIT = datetime(2021, 1, 1, tzinfo=UTC)
WHO = b"An Archivist <archivist@delta.example>"

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


class Archive:
    """A git repository in a folder that is made for it (`bare=True`: one without `.git` in it).

    Changes are gathered by `write`, `delete` and `rename` and become one commit with `commit`.
    Unless told otherwise the first commit is of 2021-01-01 and each next one a day later.
    """

    def __init__(self, path: Path, *, branch: str = "main", bare: bool = False) -> None:
        self.path = path
        self.branch = branch
        self.head: str | None = None
        self.files: dict[bytes, tuple[str, bytes]] = {}
        self._trees: dict[str, dict[bytes, tuple[str, bytes]]] = {}
        self._changes: list[bytes] = []
        self._next_date = FIRST_COMMIT
        path.mkdir(parents=True)
        git(path, "init", "-q", "--template=", f"--initial-branch={branch}", *(["--bare"] if bare else []))

    @property
    def location(self) -> str:
        return str(self.path)

    def write(self, path: str | bytes, data: str | bytes, mode: str = FILE) -> None:
        """A file as it will stand: new, or in place of what was there."""
        name, data = os.fsencode(path), data.encode() if isinstance(data, str) else data
        self.files[name] = (mode, data)
        if mode == SUBMODULE:
            self._changes.append(b"M %s %s %s\n" % (mode.encode(), data, _quoted(name)))
        else:
            self._changes.append(
                b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), _quoted(name), len(data), data)
            )

    def link(self, path: str | bytes, target: str | bytes) -> None:
        """A symbolic link."""
        self.write(path, os.fsencode(target), LINK)

    def submodule(self, path: str | bytes, commit: str = "1" * 40) -> None:
        """A submodule at a commit that is nowhere."""
        self.write(path, commit, SUBMODULE)

    def delete(self, path: str | bytes) -> None:
        name = os.fsencode(path)
        del self.files[name]
        self._changes.append(b"D %s\n" % _quoted(name))

    def rename(self, old: str | bytes, new: str | bytes) -> None:
        mode, data = self.files[os.fsencode(old)]
        self.delete(old)
        self.write(new, data, mode)

    def commit(
        self, message: str = "update", date: datetime | None = None, *, merge: str | None = None
    ) -> str:
        """What was gathered as one commit of the branch; its id. `merge` is a second parent, of which
        nothing is taken but that it is one."""
        date = date or self._next_date
        self._next_date = date + timedelta(days=1)
        text = message.encode()
        lines = [
            b"commit refs/heads/%s\nmark :1\n" % self.branch.encode(),
            b"committer %s %d +0000\n" % (WHO, int(date.timestamp())),
            b"data %d\n%s\n" % (len(text), text),
            b"from %s\n" % self.head.encode() if self.head else b"",
            b"merge %s\n" % merge.encode() if merge else b"",
            *self._changes,
            b"\nget-mark :1\n",
        ]
        if not self.head:
            lines.insert(0, b"reset refs/heads/%s\n\n" % self.branch.encode())
        done = git(self.path, "fast-import", "--quiet", "--force", data=b"".join(lines))
        self.head = done.decode().strip()
        self._changes.clear()
        self._trees[self.head] = dict(self.files)
        return self.head

    def reset(self, commit: str) -> None:
        """The branch goes back to a commit, as a force-push does."""
        self.git("update-ref", f"refs/heads/{self.branch}", commit)
        self._stand_at(commit)

    def restart(self) -> None:
        """The next commit has no parent: the branch begins anew, with the files as they are."""
        self._stand_at(None, self.files)
        for name, (mode, data) in self.files.items():
            self.write(name, data, mode)

    def start_branch(self, name: str) -> None:
        """A new branch at the commit where the archive stands; the next commits go there."""
        self.branch = name
        if self.head:
            self.git("update-ref", f"refs/heads/{name}", self.head)

    def switch(self, name: str) -> None:
        """The next commits go to another branch. The repository's HEAD stays as it is."""
        self.branch = name
        self._stand_at(self.git("rev-parse", f"refs/heads/{name}"))

    def tag(self, name: str, message: str | None = None) -> None:
        """A tag where the archive stands: annotated where it has a message."""
        if message is None:
            self.git("update-ref", f"refs/tags/{name}", str(self.head))
            return
        text = f"object {self.head}\ntype commit\ntag {name}\ntagger {WHO.decode()} 0 +0000\n\n{message}\n"
        tag = git(self.path, "hash-object", "-t", "tag", "-w", "--stdin", data=text.encode()).decode().strip()
        self.git("update-ref", f"refs/tags/{name}", tag)

    def bundle(self, path: Path, *references: str) -> Path:
        """The archive as one file: the present branch and HEAD, or what is named."""
        self.git("bundle", "create", "-q", str(path), *(references or ("HEAD", self.branch)))
        return path

    def git(self, *arguments: str) -> str:
        """What git says to a command in this archive."""
        return os.fsdecode(git(self.path, *arguments)).strip()

    def _stand_at(self, commit: str | None, files: dict[bytes, tuple[str, bytes]] | None = None) -> None:
        self.head = commit
        self.files = dict(self._trees[commit] if commit else files or {})
        self._changes.clear()


def git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    """What git writes, run in a folder under no configuration but the repository's own."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=_environment(), input=data, capture_output=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"git {arguments[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _quoted(name: bytes) -> bytes:
    return b'"%s"' % b"".join(
        b"\\%03o" % byte if byte < 33 or byte in b'"\\' else bytes([byte]) for byte in name
    )


@contextmanager
def web_archives(folder: Path) -> Iterator[str]:
    """The address of a web server for the bare archives in a folder, as git hosts have it."""

    class Handler(_Backend):
        root = folder

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def git_daemon(folder: Path) -> Iterator[str]:
    """The address of git's own server for the archives in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "git",
        "daemon",
        "--export-all",
        f"--base-path={folder}",
        "--listen=127.0.0.1",
        f"--port={port}",
    ]
    daemon = subprocess.Popen([*command, str(folder)], env=_environment(), stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield f"git://127.0.0.1:{port}"
    finally:
        daemon.terminate()
        daemon.wait()


class _Backend(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`."""

    root: Path

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            blocks = []
            while length := int(self.rfile.readline(), 16):
                blocks.append(self.rfile.read(length))
                self.rfile.readline()
            self._answer(b"".join(blocks))
        else:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        asked = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], env=_environment() | asked, input=body, capture_output=True, check=False
        )
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return environment | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "An Archivist",
        "GIT_AUTHOR_EMAIL": "archivist@delta.example",
        "GIT_COMMITTER_NAME": "An Archivist",
        "GIT_COMMITTER_EMAIL": "archivist@delta.example",
        "GIT_AUTHOR_DATE": "2021-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2021-01-01T00:00:00Z",
        "LC_ALL": "C",
    }
