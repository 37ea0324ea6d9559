"""What can go wrong with a GET, as a FetchError that says what to do."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pipeline.sources.kinds import FetchError

if TYPE_CHECKING:
    import httpx

_SHOWN_LENGTH = 300


def status_error(shown: str, status: int, wait: float | None) -> FetchError:
    """The error for a status that is no answer; `wait` is in seconds."""
    if status == 404:
        return FetchError(
            "not_found", f"{shown}: nothing is there (404). If it does not come back, mend `location`."
        )
    if status == 410:
        return FetchError(
            "gone",
            f"{shown}: it is gone for good (410). Mend `location`, or set `enabled: false`; what was "
            "kept stays.",
        )
    if status in (401, 403, 407, 451):
        return FetchError(
            "access_denied", f"{shown}: the server lets nobody in ({status}). Ask its operator for access."
        )
    if status == 429:
        return FetchError(
            "rate_limited",
            f"{shown}: the server is asked too often (429){_asks(wait)}. Make `schedule` "
            "rarer if this recurs.",
            retry=True,
            wait=wait,
        )
    if status >= 500 or status in (408, 425):
        return FetchError(
            "server_error",
            f"{shown}: the server has a fault ({status}){_asks(wait)}. It is asked again; if this "
            "lasts, tell its operator.",
            retry=True,
            wait=wait,
        )
    return FetchError(
        "http_error", f"{shown}: the server answers {status}. Open it in a browser, and mend `location`."
    )


def _asks(wait: float | None) -> str:
    return "" if wait is None else f" and asks to wait {wait:,.0f} seconds"


def time_is_over(shown: str, seconds: float) -> FetchError:
    """The error for an answer that did not end."""
    return FetchError(
        "timed_out",
        f"{shown}: the answer was not complete after {seconds:g} seconds. It is asked again; if this lasts, "
        "the server is too slow or holds its readers up.",
        retry=True,
    )


def transport_error(shown: str, error: Exception) -> FetchError:
    """The error for what httpx raised: no answer, or a broken one."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return FetchError(
            "timed_out",
            f"{shown}: the server did not answer in time ({type(error).__name__}). It is asked again.",
            retry=True,
        )
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(
                "unreachable",
                f"{shown}: the server's certificate is not valid ({cause.verify_message}). Tell its "
                "operator; nothing is fetched from a server that cannot prove who it is.",
            )
        cause = cause.__cause__ or cause.__context__
    return FetchError(
        "unreachable",
        f"{shown}: the server cannot be reached, or broke off ({cut(str(error)) or type(error).__name__}). "
        "It is asked again; if this lasts, mend `location`.",
        retry=True,
    )


def shown(url: httpx.URL) -> str:
    """An address for a message: without its name and password."""
    return cut(str(url.copy_with(userinfo=b"")))


def cut(text: str) -> str:
    """A server's words for a message: printable, and not too many."""
    text = "".join(sign if sign.isprintable() else "?" for sign in text[: _SHOWN_LENGTH + 1])
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "..."
