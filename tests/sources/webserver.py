"""A real web server on loopback whose answers a test writes beforehand.

with web_server() as server:
    server.script("/feed.xml", Reply(503), Reply(body=b"<rss/>", headers={"ETag": '"1"'}))
    feed.fetch(...)              # the first answer; the last one stands for good
    server.requests[0].headers   # what was asked
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer. A `body` that is a function gives its blocks one by one, without a length: it can
    be endless. `hangs` is never answered, `raw` is written to the connection as it is.

    As web servers do, a reply with an `ETag` or a `Last-Modified` becomes a 304 for whoever names it.
    """

    status: int = 200
    body: bytes | Callable[[], Iterable[bytes]] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    raw: bytes | Callable[[], Iterable[bytes]] | None = None


@dataclass(frozen=True)
class Request:
    """What was asked, and how it was answered."""

    path: str
    headers: Mapping[str, str]
    status: int | None


class WebServer:
    """The answers of each path, and the requests so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._replies: dict[str, deque[Reply]] = {}

    def url(self, path: str) -> str:
        return self.address + path

    def script(self, path: str, *replies: Reply) -> None:
        """Answer `path` with these, one after another; the last stands for good."""
        self._replies[path] = deque(replies)

    def reply(self, path: str) -> Reply:
        replies = self._replies.get(path, deque([Reply(404)]))
        return replies.popleft() if len(replies) > 1 else replies[0]

    def pause(self, seconds: float) -> None:
        """Wait within a body; ends at once when the server closes."""
        self.closing.wait(seconds)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: WebServer

    def do_GET(self) -> None:
        reply = self.web.reply(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        known = {name.lower(): value for name, value in reply.headers.items()}
        unchanged = reply.status == 200 and (
            ("etag" in known and headers.get("if-none-match") == known["etag"])
            or ("last-modified" in known and headers.get("if-modified-since") == known["last-modified"])
        )
        status = None if reply.hangs or reply.raw is not None else 304 if unchanged else reply.status
        self.web.requests.append(Request(self.path, headers, status))
        self.close_connection = True
        if reply.hangs:
            self.web.closing.wait(60)
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self._send(reply, status)

    def _send(self, reply: Reply, status: int | None) -> None:
        if status is None:
            blocks = reply.raw() if callable(reply.raw) else [reply.raw or b""]
            for block in blocks:
                self.wfile.write(block)
            return
        self.send_response(status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            body = b"" if status == 304 else reply.body
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        for block in reply.body():
            self.wfile.write(block)
            if self.web.closing.is_set():
                return

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server(host: str = "127.0.0.1") -> Iterator[WebServer]:
    """A server on a free port, ended afterwards with all its open answers."""
    server = ThreadingHTTPServer((host, 0), _Handler)
    server.daemon_threads = True
    web = WebServer(f"http://{host}:{server.server_address[1]}")
    server.RequestHandlerClass = type("_OwnHandler", (_Handler,), {"web": web})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
