from __future__ import annotations

import gzip
import itertools
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.sources import http, http_watch
from pipeline.sources.http import Answer, Limits, get
from pipeline.sources.http_watch import is_public_address
from pipeline.sources.kinds import FetchError
from tests.sources.webserver import Reply, web_server

SMALL = Limits(max_bytes=100_000, connect_seconds=5, read_seconds=5, total_seconds=10)
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def server():
    with web_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failure(url, limits=SMALL, **more):
    """What the error of a GET says: its outcome, and whether it may be tried again."""
    with pytest.raises(FetchError) as caught:
        get(url, limits=limits, **more)
    assert not url.startswith("http") or "://" in str(caught.value)
    return caught.value


def outcome(url, limits=SMALL):
    error = failure(url, limits)
    return error.outcome, error.retry


def test_an_answer_is_its_body_and_what_the_server_says_of_it(server):
    said = {"ETag": '"1"', "Last-Modified": "Fri, 02 Apr 2021 08:30:00 GMT", "Content-Type": "text/xml"}
    server.script("/feed.xml", Reply(body=b"<rss/>", headers=said))
    assert get(server.url("/feed.xml#top")) == Answer(
        status=200,
        url=server.url("/feed.xml"),
        moved_to=None,
        etag='"1"',
        last_modified="Fri, 02 Apr 2021 08:30:00 GMT",
        content_type="text/xml",
        retry_after=None,
        body=b"<rss/>",
    )


def test_a_request_says_who_asks_and_nothing_else(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password tide\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script("/quiet", Reply(headers={"Set-Cookie": "who=ada; Path=/"}))
    server.script("/to-quiet", Reply(302, headers={"Location": "/quiet", "Set-Cookie": "who=ada; Path=/"}))
    get(server.url("/to-quiet"), accept="application/rss+xml")
    for request in server.requests[-2:]:
        assert request.headers["user-agent"].startswith("Commonplace/")
        assert request.headers["accept"] == "application/rss+xml"
        assert request.headers["accept-encoding"] == "gzip"
        assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.mark.parametrize(
    ("header", "validator"),
    [
        pytest.param({"ETag": 'W/"a"'}, {"etag": 'W/"a"'}, id="ETag"),
        pytest.param(
            {"Last-Modified": "Fri, 02 Apr 2021 08:30:00 GMT"},
            {"last_modified": "Fri, 02 Apr 2021 08:30:00 GMT"},
            id="Last-Modified",
        ),
    ],
)
def test_what_has_not_changed_is_not_sent_again(server, header, validator):
    server.script("/same", Reply(body=b"<rss/>", headers=header))
    answer = get(server.url("/same"), **validator)
    assert (answer.status, answer.body) == (304, b"")


def test_a_validator_that_no_request_can_hold_is_not_sent(server):
    server.script("/odd", Reply(body=b"<rss/>"))
    get(server.url("/odd"), etag='"a"\r\nX-Other: b', last_modified="кот")
    assert not {"if-none-match", "if-modified-since", "x-other"} & set(server.requests[-1].headers)


def test_a_304_that_nobody_asked_for_is_no_answer(server):
    server.script("/odd", Reply(304))
    assert outcome(server.url("/odd")) == ("http_error", False)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, ("not_found", False)),
        (410, ("gone", False)),
        (401, ("access_denied", False)),
        (403, ("access_denied", False)),
        (429, ("rate_limited", True)),
        (500, ("server_error", True)),
        (503, ("server_error", True)),
        (400, ("http_error", False)),
        (302, ("http_error", False)),  # and no Location
        (300, ("http_error", False)),
    ],
)
def test_a_status_has_its_outcome(server, status, expected):
    server.script("/status", Reply(status))
    assert outcome(server.url("/status")) == expected
    assert str(status) in str(failure(server.url("/status")))


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("17", 17),
        ("Fri, 02 Apr 2021 08:30:00 GMT", 0),
        ("Fri, 02 Apr 2199 08:30:00 GMT", http.MAX_WAIT_SECONDS),
        ("9" * 5000, http.MAX_WAIT_SECONDS),
        ("a while", None),
        ("-5", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait(server, status, said, wait):
    server.script("/wait", Reply(status, headers={"Retry-After": said}))
    assert failure(server.url("/wait")).wait == wait


def test_a_server_may_name_the_time_until_which_to_wait(server):
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True)
    server.script("/wait", Reply(429, headers={"Retry-After": in_an_hour}))
    assert failure(server.url("/wait")).wait == pytest.approx(3600, abs=120)


@pytest.mark.parametrize(
    ("statuses", "is_for_good"),
    [
        ([301], True),
        ([308, 301], True),
        ([302], False),
        ([307], False),
        ([301, 303], False),
        ([302, 301], False),
    ],
)
def test_only_permanent_redirects_all_the_way_are_a_move(server, statuses, is_for_good):
    for number, status in enumerate(statuses):
        server.script(f"/hop{number}", Reply(status, headers={"Location": f"hop{number + 1}"}))
    server.script(f"/hop{len(statuses)}", Reply(body=b"<rss/>"))
    end = server.url(f"/hop{len(statuses)}")
    answer = get(server.url("/hop0"))
    assert (answer.url, answer.moved_to, answer.body) == (end, end if is_for_good else None, b"<rss/>")


def test_a_redirect_in_a_circle_is_named(server):
    server.script("/a", Reply(302, headers={"Location": "/b"}))
    server.script("/b", Reply(302, headers={"Location": "/a#again"}))
    assert outcome(server.url("/a")) == ("redirect_loop", False)


def test_redirects_without_end_end(server):
    for number in range(20):
        server.script(f"/n{number}", Reply(302, headers={"Location": f"/n{number + 1}"}))
    before = len(server.requests)
    assert outcome(server.url("/n0")) == ("too_many_redirects", False)
    assert len(server.requests) - before == SMALL.redirects + 1


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://files.example/",
        "javascript:alert(1)",
        "data:,x",
        "http://[",
        "http://a b/",
    ],
)
def test_a_redirect_leads_to_http_only(server, location):
    server.script("/away", Reply(302, headers={"Location": location}))
    assert outcome(server.url("/away")) == ("refused_redirect", False)


@pytest.fixture
def public(monkeypatch):
    """A server that counts as one of the public web: the only address that does."""
    monkeypatch.setattr(http_watch, "is_public_address", lambda address: address == "127.0.0.2")
    with web_server("127.0.0.2") as server:
        yield server


def test_a_public_server_cannot_send_us_to_a_local_one(public, server):
    port = server.address.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        public.script("/feed.xml", Reply(301, headers={"Location": f"http://{host}:{port}/secret"}))
        before = len(server.requests)
        assert outcome(public.url("/feed.xml")) == ("refused_redirect", False)
        assert len(server.requests) == before


def test_nor_by_way_of_a_local_one_that_the_operator_wrote(public, server):
    server.script("/start", Reply(302, headers={"Location": public.url("/middle")}))
    public.script("/middle", Reply(302, headers={"Location": server.url("/secret")}))
    assert outcome(server.url("/start")) == ("refused_redirect", False)
    assert server.requests[-1].path == "/start"


def test_a_local_server_that_the_operator_wrote_may_send_us_on(public, server):
    server.script("/start", Reply(302, headers={"Location": "/next"}))
    server.script("/next", Reply(302, headers={"Location": public.url("/feed.xml")}))
    public.script("/feed.xml", Reply(body=b"<rss/>"))
    assert get(server.url("/start")).body == b"<rss/>"


def test_behind_a_proxy_a_local_address_is_told_by_its_name(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.address)
    for there in ("http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://nas.local/x"):
        server.script("http://delta.example/feed.xml", Reply(302, headers={"Location": there}))
        assert outcome("http://delta.example/feed.xml") == ("refused_redirect", False)
    server.script(
        "http://delta.example/feed.xml", Reply(302, headers={"Location": "http://www.delta.example/"})
    )
    server.script("http://www.delta.example/", Reply(body=b"<rss/>"))
    assert get("http://delta.example/feed.xml").body == b"<rss/>"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:0001::", False),
    ],
)
def test_which_addresses_are_public(address, is_public):
    assert is_public_address(address) == is_public


def test_a_password_stays_with_its_host(server):
    with web_server() as other:
        server.script("/mine", Reply(301, headers={"Location": "/mine-too"}))
        server.script("/mine-too", Reply(301, headers={"Location": other.url("/other")}))
        other.script("/other", Reply(body=b"<rss/>"))
        answer = get(server.url("/mine").replace("://", "://ada:tide@"))
        assert [request.headers.get("authorization") for request in server.requests[-2:]] == [
            "Basic YWRhOnRpZGU=",
            "Basic YWRhOnRpZGU=",
        ]
        assert "authorization" not in other.requests[-1].headers
        assert (answer.url, answer.moved_to) == (other.url("/other"), other.url("/other"))
        other.script(
            "/other", Reply(301, headers={"Location": "http://eve:wave@" + server.address[7:] + "/it"})
        )
        server.script("/it", Reply())
        get(other.url("/other"))
        assert "authorization" not in server.requests[-1].headers


def test_a_password_is_not_part_of_a_message(server):
    assert "tide" not in str(failure(server.url("/none").replace("://", "://ada:tide@")))


@pytest.mark.parametrize(
    "location",
    ["/etc/passwd", "file:///etc/passwd", "ftp://files.example/", "http://", "", "http://[", "delta.example"],
)
def test_a_location_is_an_address_of_the_web(location):
    assert outcome(location) == ("bad_location", False)


def test_nobody_there():
    assert outcome("http://127.0.0.1:1/") == ("unreachable", True)
    assert outcome("http://delta.invalid/") == ("unreachable", True)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"<rss>", headers={"Content-Length": "10"}), id="ends too early"),
        pytest.param(Reply(raw=b"tide\r\n\r\n"), id="no HTTP"),
        pytest.param(Reply(raw=b""), id="nothing at all"),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="bad chunks"
        ),
        pytest.param(Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000), id="headers without end"),
    ],
)
def test_a_server_that_breaks_off(server, reply):
    server.script("/broken", reply)
    assert outcome(server.url("/broken")) == ("unreachable", True)


def test_a_server_that_accepts_and_never_answers(server):
    server.script("/hang", Reply(hangs=True))
    begun = time.monotonic()
    assert outcome(server.url("/hang"), Limits(read_seconds=0.2)) == ("timed_out", True)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("where", ["body", "raw"])
def test_a_server_that_sends_a_byte_now_and_then(server, where):
    """Each byte comes within the time for one, and all of them never."""

    def drip():
        while not server.closing.is_set():
            yield b"x"
            server.pause(0.05)

    server.script("/drip", Reply(**{where: drip}))
    begun = time.monotonic()
    assert outcome(server.url("/drip"), Limits(read_seconds=5, total_seconds=0.5)) == ("timed_out", True)
    assert time.monotonic() - begun < 5


def test_a_body_of_two_gigabytes_is_not_waited_for(server):
    sent = itertools.count()

    def endless():
        for _ in range(2 * 1024 * 16):
            next(sent)
            yield bytes(64 * 1024)

    server.script("/announced", Reply(headers={"Content-Length": str(2 * 1024**3)}))
    server.script("/endless", Reply(body=endless))
    assert outcome(server.url("/announced")) == ("too_large", False)
    assert outcome(server.url("/endless")) == ("too_large", False)
    assert next(sent) < 1000


def test_the_largest_body_is_read_and_one_byte_more_is_not(server):
    server.script("/most", Reply(body=bytes(SMALL.max_bytes)))
    assert len(get(server.url("/most"), limits=SMALL).body) == SMALL.max_bytes
    server.script("/more", Reply(body=lambda: [bytes(SMALL.max_bytes), b"x"]))
    assert outcome(server.url("/more")) == ("too_large", False)
    server.script("/packed", Reply(body=gzip.compress(bytes(SMALL.max_bytes), mtime=0), headers=GZIP))
    assert len(get(server.url("/packed"), limits=SMALL).body) == SMALL.max_bytes
    server.script("/packed", Reply(body=gzip.compress(bytes(SMALL.max_bytes + 1), mtime=0), headers=GZIP))
    assert outcome(server.url("/packed")) == ("too_large", False)


def test_a_compression_bomb_is_stopped_while_it_unfolds(server):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(200)), packer.flush()])
    server.script("/bomb", Reply(body=bomb, headers=GZIP))
    tracemalloc.start()
    assert outcome(server.url("/bomb"), Limits(max_bytes=1_000_000)) == ("too_large", False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(bomb) < 1_000_000
    assert peak < 20_000_000


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


TEXT = b"The river is low. " * 1000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:7], mtime=0) + gzip.compress(TEXT[7:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\x00" * 9),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_a_packed_body_is_unpacked(server, encoding, body):
    server.script("/packed", Reply(body=body, headers={"Content-Encoding": encoding}))
    assert get(server.url("/packed"), limits=SMALL).body == TEXT
    # However it is cut into pieces.
    pieces = [body[at : at + 10] for at in range(0, len(body), 10)]
    server.script("/packed", Reply(body=lambda: pieces, headers={"Content-Encoding": encoding}))
    assert get(server.url("/packed"), limits=SMALL).body == TEXT


@pytest.mark.parametrize(
    ("encoding", "body", "retry"),
    [
        ("gzip", b"The river is low.", False),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-10], True),
        ("deflate", b"The river is low.", False),
        ("br", TEXT, False),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), False),
        ("tide", TEXT, False),
    ],
)
def test_a_body_that_is_not_what_it_is_marked_as(server, encoding, body, retry):
    server.script("/marked", Reply(body=body, headers={"Content-Encoding": encoding}))
    assert outcome(server.url("/marked")) == ("bad_encoding", retry)


@pytest.fixture
def secure(tmp_path):
    """The addresses of a server that speaks TLS, sends a byte now and then, and has made its certificate
    itself; and that certificate."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=delta.example", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *name, "-keyout", key, "-out", cert],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("needs the command openssl")
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x")
            while self.path == "/drip" and not closing.wait(0.05):
                self.wfile.write(b"x")

        def log_message(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}", str(cert)
    closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_proves_nothing_is_refused(secure):
    error = failure(f"{secure[0]}/")
    assert (error.outcome, error.retry) == ("unreachable", False)
    assert "certificate" in str(error)


def test_time_has_an_end_over_tls_too(secure, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", secure[1])
    assert get(f"{secure[0]}/").body == b"x"
    begun = time.monotonic()
    assert outcome(f"{secure[0]}/drip", Limits(read_seconds=5, total_seconds=0.5)) == ("timed_out", True)
    assert time.monotonic() - begun < 5


def test_nothing_is_left_open_and_no_thread_goes_on(server):
    server.script("/one", Reply(body=b"x"))
    command = (
        "import sys, threading, warnings\n"
        "warnings.simplefilter('error')\n"
        "from pipeline.sources.http import get\n"
        "assert 'httpx' not in sys.modules\n"
        f"get({server.url('/one')!r})\n"
        "assert threading.active_count() <= 2\n"
    )
    done = subprocess.run([sys.executable, "-X", "dev", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
