"""Licences by their addresses: the SPDX identifier of what `rel=license` points to.

https://spdx.org/licenses/ has one identifier per legal code. Of Creative Commons' licences that were ported
to the law of a country it lists some only; a port that it does not list has no identifier, and is not the
licence that was ported.
"""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(
    r"(?:https?:)?//(?:www\.)?creativecommons\.org/"
    r"(?:licenses/(by(?:-nc)?(?:-nd|-sa)?|by-nd-nc)/(\d\.\d)(?:/([a-z]{2,3}))?|publicdomain/(zero|mark)/1\.0)(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SPDX = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]{1,40}?)(?:\.html|\.json)?", re.IGNORECASE)
_GNU = re.compile(r"https?://(?:www\.)?gnu\.org/licenses/fdl-(1\.[123])(?:\.[a-z-]+)*", re.IGNORECASE)

# The ports that SPDX lists.
_PORTS = frozenset(
    "BY-2.5-AU BY-3.0-AT BY-3.0-AU BY-3.0-DE BY-3.0-IGO BY-3.0-NL BY-3.0-US BY-NC-3.0-DE BY-NC-ND-3.0-DE "
    "BY-NC-ND-3.0-IGO BY-NC-SA-2.0-DE BY-NC-SA-2.0-FR BY-NC-SA-2.0-UK BY-NC-SA-3.0-DE BY-NC-SA-3.0-IGO "
    "BY-ND-3.0-DE BY-SA-2.0-UK BY-SA-2.1-JP BY-SA-3.0-AT BY-SA-3.0-DE BY-SA-3.0-IGO".split()
)
_VERSIONS = frozenset(("1.0", "2.0", "2.5", "3.0", "4.0"))
_PUBLIC_DOMAIN = {"zero": "CC0-1.0", "mark": "CC-PDM-1.0"}


def spdx_of(url: str) -> str | None:
    """The SPDX identifier of the licence at an address; None for what has none."""
    url = url.strip()
    if match := _CREATIVE_COMMONS.fullmatch(url):
        code, version, port, domain = match.groups()
        if domain:
            return _PUBLIC_DOMAIN[domain.lower()]
        spelled = f"{code.upper()}-{version}".replace("ND-NC", "NC-ND")
        if port:
            spelled = f"{spelled}-{port.upper()}"
            return f"CC-{spelled}" if spelled in _PORTS else None
        return f"CC-{spelled}" if version in _VERSIONS else None
    if match := _GNU.fullmatch(url):
        return f"GFDL-{match.group(1)}-or-later"
    return match.group(1) if (match := _SPDX.fullmatch(url)) else None
