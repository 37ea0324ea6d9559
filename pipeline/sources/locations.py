"""Locations of `sources.yaml`: what is a path and what a URL, what is wrong with one, how it is shown.

A location is handed to git, which would take some for an option or a command, and stands in messages,
which must not hold the password in it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

GIT_SCHEMES = ("http", "https", "ssh", "git", "file")
FEED_SCHEMES = ("http", "https")

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")
# What ssh takes, as git writes it: user@host:path. None of the three can be read as an option.
_SCP = re.compile(r"\w[\w.+-]*@(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?!-)\S.*", re.ASCII)
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_path(kind: str, location: str) -> bool:
    """True where a location is a path on this machine, and not a URL or ssh's user@host:path."""
    return kind == "folder" or not (_URL.match(location) or _SCP.fullmatch(location))


def shown(location: str) -> str:
    """A location as it may be shown: without the password or token of a URL."""
    url = _URL.match(location)
    if not url:
        return location
    # The user of ssh is no secret; that of a web address can be a token.
    name = r"[^/?#@:]*" if url["scheme"].lower() == "ssh" else ""
    hidden = re.compile(rf"(?P<name>{name})[^/?#]*@")
    if user := hidden.match(location, url.end()):
        return f"{location[: url.end()]}{user['name'] or '***'}@{location[user.end() :]}"
    return location


def hide(text: str) -> str:
    """A text as it may be shown: without the users, and so the passwords, of the URLs in it."""
    return _USER.sub("***@", text)


def problem_of(kind: str, location: str) -> str | None:
    """What is wrong with a location, as the rest of a sentence that begins with it; None where nothing is.

    Whether something is there is not asked. The location is not repeated: it may hold a password.
    """
    if not location.strip():
        return "is empty. Write a path or a URL."
    if location.startswith("-"):
        return "begins with `-`, as an option does. Write `./` before a path."
    if _CONTROL.search(location):
        return "holds a control character. Take it out."
    url = _URL.match(location)
    scheme = url["scheme"].lower() if url else None
    if kind == "folder":
        return f"is a URL ({scheme}), and a folder is a path. Mend `kind`, or write a path." if url else None
    if kind == "feed":
        if scheme not in FEED_SCHEMES:
            return "must be a URL of http or https for a feed. Mend it, or mend `kind`."
        return _problem_of_url(location)
    if scheme:
        if scheme not in GIT_SCHEMES:
            known = ", ".join(GIT_SCHEMES)
            return f"is a URL of {scheme}, which is not fetched. Write a path, or a URL of one of {known}."
        return _problem_of_url(location)
    if ":" in location.partition("/")[0] and not (_SCP.fullmatch(location) or _DRIVE.match(location)):
        return "holds a `:` and is no URL. Write user@host:path for ssh, or `./` before a path."
    return None


def _problem_of_url(url: str) -> str | None:
    if re.search(r"[\s\\]", url):
        return "is a URL that holds a space or a `\\`. Write %20 for a space, and `/`."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is a URL whose host or port cannot be read. Mend it."
    if not host and parts.scheme != "file":
        return "is a URL without a host. Mend it."
    if host.startswith("-") or (parts.username or "").startswith("-"):
        return "is a URL whose host or user begins with `-`, as an option does. Mend it."
    return None
