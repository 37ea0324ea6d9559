"""The one spelling of an address, by which two mentions of a page are known to be the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import ada_url

# Parameters that say how a reader came, not what the page is. Exact names, or prefixes
# that end in `*`. From the vendors' own documentation of their click identifiers.
TRACKING_PARAMETERS = (
    "utm_*", "_hs*", "mc_cid", "mc_eid", "mkt_tok", "fbclid", "gclid", "gclsrc", "dclid", "gbraid",
    "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id", "ref_src", "ref_url",
    "vero_id", "wickedid", "oly_anon_id", "oly_enc_id", "spm", "scm",
)  # fmt: skip
_TRACKING = re.compile(
    "|".join(re.escape(name).replace(r"\*", "[^=]*") for name in TRACKING_PARAMETERS), re.IGNORECASE
)

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# A letter, a digit, `-`, `.`, `_` or `~`, which need no encoding anywhere.
_ENCODED_UNRESERVED = re.compile(r"%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# A byte beyond ASCII that was percent-encoded twice: `%25E5` for `%E5`.
_ENCODED_TWICE = re.compile(r"%25(?=[89A-Fa-f][0-9A-Fa-f])")

_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_MEDIUM_PAGE = re.compile(r"/(?:p/|.*-)([0-9a-f]{8,12})")
_MATTERS_PAGE = re.compile(r"/(@[^/]+)/(?:[^/]*-)?((?:bafy|zdpu)[0-9A-Za-z]{40,})")


@lru_cache(maxsize=65_536)
def canonical_url(url: str) -> str | None:
    """The address that stands for every spelling of `url`; None for what is no web page.

    https for http; no user, default port, fragment (but `#!`), tracking parameter or final
    slash; percent-encoding undone where it is not needed, also where it was done twice. Where
    a site names its pages by an id, the id alone tells: YouTube, Medium, Matters.
    """
    try:
        parts = ada_url.URL(url)
    except ValueError:
        return None
    host = str(parts.hostname).rstrip(".")
    if parts.protocol not in ("http:", "https:") or not host:
        return None
    path = _spell_path(str(parts.pathname))
    query = _without_tracking(str(parts.search))
    for rule in _SITE_RULES:
        if permalink := rule(host, path, query):
            return permalink
    port = f":{parts.port}" if parts.port else ""
    fragment = str(parts.hash) if str(parts.hash).startswith("#!") else ""
    return f"https://{host}{port}{path}{'?' if query else ''}{query}{fragment}"


def _spell_path(path: str) -> str:
    path = _ENCODED_TWICE.sub("%", _spell_bytes(path))
    return _spell_bytes(path).rstrip("/") or "/"


def _spell_bytes(text: str) -> str:
    """Percent-encoding where it is needed only, in capitals; a `%` that encodes nothing is `%25`."""
    if "%" not in text:
        return text
    text = _ENCODED.sub(lambda run: run.group().upper(), _BARE_PERCENT.sub("%25", text))
    return _ENCODED_UNRESERVED.sub(lambda byte: chr(int(byte.group(1), 16)), text)


def _without_tracking(search: str) -> str:
    """The query without tracking parameters; the others stay as written and in their order."""
    pairs = [pair for pair in _spell_bytes(search.removeprefix("?")).split("&") if pair]
    return "&".join(pair for pair in pairs if not _TRACKING.fullmatch(pair.partition("=")[0]))


def _youtube(host: str, path: str, query: str) -> str | None:
    """youtube.com/watch?v=ID, /embed/ID, /shorts/ID, /live/ID, /v/ID, youtu.be/ID."""
    parts = path.strip("/").split("/")
    video = None
    if host == "youtu.be":
        video = parts[0]
    elif host in ("youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com"):
        if parts[0] == "watch":
            video = next((p[2:] for p in query.split("&") if p.startswith("v=")), None)
        elif parts[0] in ("embed", "shorts", "live", "v") and len(parts) > 1:
            video = parts[1]
    if video is None or not _YOUTUBE_ID.fullmatch(video):
        return None
    return f"https://www.youtube.com/watch?v={video}"


def _medium(host: str, path: str, _query: str) -> str | None:
    """medium.com/@user/any-title-ID, user.medium.com/any-title-ID, medium.com/p/ID."""
    if host != "medium.com" and not host.endswith(".medium.com"):
        return None
    match = _MEDIUM_PAGE.fullmatch(path)
    if match is None or (path.count("/") < 2 and host == "medium.com"):
        return None
    return f"https://medium.com/p/{match.group(1)}"


def _matters(host: str, path: str, _query: str) -> str | None:
    """matters.news/@user/any-title-HASH, later matters.town."""
    match = _MATTERS_PAGE.fullmatch(path) if host in ("matters.news", "matters.town") else None
    return f"https://{host}/{match.group(1)}/{match.group(2)}" if match else None


_SITE_RULES: tuple[Callable[[str, str, str], str | None], ...] = (_youtube, _medium, _matters)
