"""Addresses: made absolute by the WHATWG rules, and taken apart."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import ada_url
import tldextract

# Schemes that act or embed instead of leading somewhere.
_NO_DESTINATION = frozenset({"javascript", "vbscript", "data", "blob", "about", "filesystem"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WRITTEN_ABSOLUTE = re.compile(r"https?://[\x21-\x7e]+")
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")
_EDGE = "".join(map(chr, range(0x21)))
# A web address as the standard's parser writes it: host, port, path, query, fragment.
_WEB_ADDRESS = re.compile(
    r"https?://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)(:[0-9]+)?(/[^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
# A host that is spelled so already: by a name in ASCII, not by numbers, which have other spellings.
_PLAIN_HOST = re.compile(r"https?://((?!.{0,250}xn--)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]+)(?:[/?#]|$)")
# What tells a site's phone pages, and those made for phones by others, from its own.
_PHONE_LABELS = ("www.", "m.", "mobile.", "wap.", "amp.")

# The list of public suffixes that ships with tldextract; it is never fetched.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Address(NamedTuple):
    """A web address taken apart; `port` (`:8080`), `query` and `fragment` are empty where it has none."""

    host: str
    port: str
    path: str
    query: str
    fragment: str

    @property
    def domain(self) -> str:
        """The last two labels of the host."""
        return ".".join(self.host.rsplit(".", 2)[-2:])

    def parameter(self, name: str) -> str | None:
        """The value of the first parameter of that name, as written."""
        start = f"{name}="
        return next((pair[len(start) :] for pair in self.query.split("&") if pair.startswith(start)), None)


def parse_address(url: str) -> Address | None:
    """An absolute address of http or https as https://url.spec.whatwg.org spells it; None for any other.

    Without user and default port; the host in lower-case ASCII, without a final dot.
    """
    try:
        # A relative address is none, seen from one that has no path.
        match = _WEB_ADDRESS.fullmatch(ada_url.join_url("about:blank", url))
    except ValueError:
        return None
    if match is None:
        return None
    host, port, path, query, fragment = match.groups("")
    host = host.rstrip(".")
    return Address(host, port, path, query, fragment) if host else None


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
    if _PLAIN_HOST.match(href) and _WRITTEN_ABSOLUTE.fullmatch(href):
        return href  # as the parser would find, at a tenth of the price
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
    # Nearly all are written in the standard's spelling.
    if (match := _PLAIN_HOST.match(url)) is not None:
        return match.group(1)
    address = parse_address(url)
    return address.host if address is not None else None


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


@lru_cache(maxsize=65_536)
def site_of(host: str) -> str:
    """The site that a host serves: the host without what tells its phone pages apart."""
    for label in _PHONE_LABELS:
        if host.startswith(label):
            site = host.removeprefix(label)
            # Not of www.gov.uk: gov.uk is a suffix.
            return site if registered_domain_of(site) is not None else host
    return host
