"""Addresses: made absolute by the WHATWG rules, and taken apart."""

from __future__ import annotations

import re
from functools import lru_cache

import ada_url
import tldextract

# Schemes that act or embed instead of leading somewhere.
_NO_DESTINATION = frozenset({"javascript", "vbscript", "data", "blob", "about", "filesystem"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WRITTEN_ABSOLUTE = re.compile(r"https?://[\x21-\x7e]+")
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")
_EDGE = "".join(map(chr, range(0x21)))

# The list of public suffixes that ships with tldextract; it is never fetched.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def absolute_url(href: str, base: str) -> str | None:
    """An address as the page at `base` means it, or None where it leads nowhere.

    An address that is written in full, in printable ASCII, stays as written, so that it can be
    found in the raw post; any other is resolved and encoded by https://url.spec.whatwg.org.
    """
    # What the standard's parser drops before it reads.
    href = href.strip(_EDGE).replace("\t", "").replace("\n", "").replace("\r", "")
    scheme = _SCHEME.match(href)
    # Said here too, so that no embedded picture is kept as a key of the cache.
    if not href or (scheme is not None and scheme.group(1).lower() in _NO_DESTINATION):
        return None
    return _resolve(href, base)


@lru_cache(maxsize=65_536)
def _resolve(href: str, base: str) -> str | None:
    try:
        resolved = str(ada_url.join_url(base, href))
    except ValueError:
        return None
    scheme = _SCHEME.match(resolved)
    if scheme is None or scheme.group(1).lower() in _NO_DESTINATION:
        return None
    if not _PRINTABLE_ASCII.fullmatch(resolved):
        return None
    return href if _WRITTEN_ABSOLUTE.fullmatch(href) else resolved


def absolute_web_url(href: str, base: str) -> str | None:
    """As `absolute_url`, for http and https only."""
    url = absolute_url(href, base)
    return url if url is not None and is_web_url(url) else None


def is_web_url(url: str) -> bool:
    """True for an address of http or https."""
    return url[:8].lower().startswith(("http://", "https://"))


@lru_cache(maxsize=65_536)
def host_of(url: str) -> str | None:
    """The host of an absolute web address in lower-case ASCII; None for any other address."""
    if not is_web_url(url):
        return None
    try:
        return str(ada_url.URL(url).hostname).rstrip(".") or None
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def registered_domain_of(host: str) -> str | None:
    """The public suffix of a host and one label; None for an address of numbers.

    A suffix that is not on the list is its last label (https://publicsuffix.org/list/, the rule `*`).
    """
    found = _suffixes(host)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or None
    labels = host.split(".")[-2:]
    return ".".join(labels) if len(labels) == 2 else None


def site_of(host: str) -> str:
    """The site that a host serves: the host without what tells its phone pages apart."""
    for prefix in ("www.", "m.", "amp."):
        if host.startswith(prefix) and host.count(".") > 1:
            return host.removeprefix(prefix)
    return host
