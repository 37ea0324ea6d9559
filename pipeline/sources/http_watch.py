"""The watch over a GET: how long it takes, and to which addresses it goes."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pipeline.sources.http_errors import shown
from pipeline.sources.kinds import FetchError

if TYPE_CHECKING:
    import httpx


class Watch:
    """Ends a GET when its time is over, and looks at each address that it connects to.

    httpx bounds each single read, so that a server that sends a byte every few seconds could go
    on for ever; at the end of the time the connection is cut under it. The address is looked at
    after connecting and before anything is sent: a name that is looked up twice could change between.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self.here: httpx.URL
        self.location = ""
        self._connecting_to = ""
        self._was_public = False
        self._stream: Any = None
        self._lock = threading.Lock()
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def check(self) -> None:
        """Raises TimeoutError when the time is over."""
        if self.is_over or time.monotonic() > self._end:
            self.is_over = True
            raise TimeoutError

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpx calls at each step of a request."""
        if event == "connection.connect_tcp.started":
            self._connecting_to = str(info.get("host", ""))
        elif event == "connection.connect_tcp.complete":
            self._watch(info["return_value"])
            self._look_at(info["return_value"])
        elif event.endswith("start_tls.complete"):
            self._watch(info["return_value"])

    def take_location(self, response: httpx.Response) -> None:
        """Keep a redirect from httpx, which would mend addresses that must be refused."""
        self.location = response.headers.pop("location", "")

    def _watch(self, stream: Any) -> None:
        with self._lock:
            self._stream = stream
        if self.is_over:
            stream.close()
        self.check()

    def _look_at(self, stream: Any) -> None:
        if self._connecting_to == self.here.raw_host.decode("ascii"):
            is_public = is_public_address(stream.get_extra_info("server_addr")[0])
        else:  # a proxy, which looks the name up itself
            is_public = not _is_local_name(self.here.host)
        if self._was_public and not is_public:
            stream.close()
            raise FetchError(
                "refused_redirect",
                f"{shown(self.here)}: a public server sends to this address, on this machine or its own "
                "network; it is not asked. If it is the right one, write it as `location`.",
            )
        self._was_public = self._was_public or is_public

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._stream is None:
                return
            with suppress(OSError):  # closed already
                # Of the connection below TLS, whose own farewell could wait for the server.
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)


def is_public_address(address: str) -> bool:
    """True for an IP address that is neither of this machine nor of its own network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def _is_local_name(host: str) -> bool:
    try:
        return not is_public_address(host.strip("[]"))
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
