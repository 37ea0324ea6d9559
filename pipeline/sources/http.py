"""One GET over HTTP, held within limits: the only place where a source's bytes come over the web.

A server can be slow, broken or hostile. What it sends is bounded in time and in size, as received
and as unpacked, while it arrives. What it points to is bounded too: a redirect leads to http(s)
only, and never from a public host to an address of this machine or its own network. The location
that the operator wrote may be such an address.

No cookie is kept and no password is looked up; a name and password in the location are sent to
its own host alone. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.sources.http_body import read_body
from pipeline.sources.http_errors import cut, shown, status_error, time_is_over, transport_error
from pipeline.sources.http_watch import Watch, is_public_address
from pipeline.sources.kinds import FetchError

if TYPE_CHECKING:
    import httpx

__all__ = ["LIMITS", "MAX_WAIT_SECONDS", "USER_AGENT", "Answer", "Limits", "get", "is_public_address"]

USER_AGENT = f"Commonplace/{__version__}"

# A server that asks to wait for longer is asked again after a day.
MAX_WAIT_SECONDS = 86_400.0

_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
# What may be sent back to a server as it was received.
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1000}")
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")


@dataclass(frozen=True)
class Limits:
    """How far one GET may go. Sizes are bytes of the body, both as received and as unpacked."""

    max_bytes: int = 64 * 1024 * 1024
    redirects: int = 10
    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 120


LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """What a server answered: 2xx with a body, or 304 with none.

    `url` is where the answer came from in the end. `moved_to` is the same where every redirect on
    the way there was permanent, with the name and password where the host is the same; None where
    there was none or one was not. `retry_after` is in seconds.
    """

    status: int
    url: str
    moved_to: str | None
    etag: str | None
    last_modified: str | None
    content_type: str | None
    retry_after: float | None
    body: bytes


def get(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    accept: str = "*/*",
    limits: Limits = LIMITS,
) -> Answer:
    """Get what is at `url`, if it is no longer what `etag` and `last_modified` name.

    Raises FetchError with the outcome `bad_location`, `unreachable`, `timed_out`, `too_large`,
    `bad_encoding`, `redirect_loop`, `too_many_redirects`, `refused_redirect`, `not_found`, `gone`,
    `access_denied`, `rate_limited`, `server_error` or `http_error`.
    """
    import httpx

    headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip"}
    if etag and _VALIDATOR.fullmatch(etag):
        headers["If-None-Match"] = etag
    if last_modified and _VALIDATOR.fullmatch(last_modified):
        headers["If-Modified-Since"] = last_modified
    here = _start(url)
    watch = Watch(limits.total_seconds)
    timeout = httpx.Timeout(limits.read_seconds, connect=min(limits.connect_seconds, limits.total_seconds))
    try:
        with (
            watch,
            httpx.Client(
                timeout=timeout,
                follow_redirects=False,
                event_hooks={"response": [watch.take_location]},
                # Each request has a connection of its own, whose address is looked at.
                limits=httpx.Limits(max_keepalive_connections=0),
            ) as client,
        ):
            return _follow(client, here, headers, watch, limits)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        if watch.is_over:
            raise time_is_over(shown(here), limits.total_seconds) from error
        raise transport_error(shown(here), error) from error


def _follow(
    client: httpx.Client, here: httpx.URL, headers: Mapping[str, str], watch: Watch, limits: Limits
) -> Answer:
    seen = {here}
    permanent = True
    while True:
        client.cookies.clear()
        watch.here = here
        request = client.build_request("GET", here, headers=headers, extensions={"trace": watch.trace})
        response = client.send(request, stream=True)
        try:
            if response.status_code not in _REDIRECTS:
                moved_to = str(here) if permanent and len(seen) > 1 else None
                return _answer(response, here, moved_to, headers, watch, limits)
            permanent = permanent and response.status_code in _PERMANENT
            here = _next(here, response.status_code, watch.location)
        finally:
            response.close()
        if here in seen:
            raise FetchError(
                "redirect_loop",
                f"{shown(here)}: the server sends in a circle. Open it in a browser, and mend `location`.",
            )
        if len(seen) > limits.redirects:
            raise FetchError(
                "too_many_redirects",
                f"{shown(here)}: more than {limits.redirects} redirects led here. Open it in a browser, and "
                "write the address that it ends at as `location`.",
            )
        seen.add(here)


def _start(url: str) -> httpx.URL:
    import httpx

    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL("")
    if not _is_web(parsed):
        raise FetchError(
            "bad_location",
            f"{cut(url)}: is no http(s) address. Write one as `location`, such as https://host/feed.xml.",
        )
    return parsed.copy_with(fragment=None)


def _next(here: httpx.URL, status: int, location: str) -> httpx.URL:
    """Where a redirect leads. Raises FetchError where it must not be followed."""
    import httpx

    if not location:
        raise FetchError(
            "http_error",
            f"{shown(here)}: the server answers {status} and names no other address. Open it in a "
            "browser, and mend `location`.",
        )
    try:
        there = here.join(location)
    except (httpx.InvalidURL, ValueError):
        there = httpx.URL("")
    if not _is_web(there):
        raise FetchError(
            "refused_redirect",
            f"{shown(here)}: the server sends to {cut(location)}, which is no http(s) address and is not "
            "followed. Mend `location`.",
        )
    # A name and password stay with the host that the operator gave them for.
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    return there.copy_with(fragment=None, userinfo=here.userinfo if same else b"")


def _is_web(url: httpx.URL) -> bool:
    return url.scheme in ("http", "https") and _HOST.fullmatch(url.raw_host) is not None


def _answer(
    response: httpx.Response,
    here: httpx.URL,
    moved_to: str | None,
    headers: Mapping[str, str],
    watch: Watch,
    limits: Limits,
) -> Answer:
    """The answer with its body read; FetchError where it is none that can be used."""
    status = response.status_code
    retry_after = _retry_after(response.headers.get("retry-after", ""))
    was_asked = "If-None-Match" in headers or "If-Modified-Since" in headers
    if not (200 <= status < 300 or (status == 304 and was_asked)):
        raise status_error(shown(here), status, retry_after)
    body = b"" if status == 304 else read_body(response, shown(here), limits.max_bytes, watch.check)
    return Answer(
        status=status,
        url=str(here.copy_with(userinfo=b"")),
        moved_to=moved_to,
        etag=_validator(response.headers.get("etag")),
        last_modified=_validator(response.headers.get("last-modified")),
        content_type=response.headers.get("content-type"),
        retry_after=retry_after,
        body=body,
    )


def _validator(value: str | None) -> str | None:
    return value if value and _VALIDATOR.fullmatch(value) else None


def _retry_after(value: str) -> float | None:
    """Seconds to wait, from seconds or a date; None where the server does not say."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), MAX_WAIT_SECONDS)
    try:
        date = parsedate_to_datetime(value)
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_WAIT_SECONDS)
