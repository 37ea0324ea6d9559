"""The image behind a placeholder: scripts that load images late keep the real address elsewhere."""

from __future__ import annotations

import re

from bs4.element import Tag

from pipeline.markup.urls import absolute_web_url

# In the order in which they are believed; each is what some lazy loader names its address.
_LAZY_ATTRIBUTES = (
    "data-src", "data-lazy-src", "data-original", "data-original-src", "data-actualsrc", "data-url",
    "data-echo", "data-hi-res-src", "data-full-src",
)  # fmt: skip
# One candidate of a `srcset`: an address, and what stands before the next comma. A comma at the
# address's end parts too, one inside belongs to it: `/w_200,h_100/a.jpg 2x, /b.jpg`. So does white
# space beyond ASCII, such as the hair spaces around the dash of a title.
_CANDIDATE = re.compile(r"[ \t\n\r\f,]*+([^ \t\n\r\f]++)(?:(?<=,)|([^,]*+))")
_SIZE = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)[wx]")


def image_url(image: Tag, base: str) -> str | None:
    """The absolute address of the picture that an <img> shows once it has loaded."""
    for name in _LAZY_ATTRIBUTES:
        if (url := absolute_web_url(str(image.attrs.get(name) or ""), base)) is not None:
            return url
    url = absolute_web_url(str(image.attrs.get("src") or ""), base)
    return url if url is not None else largest_source(image, base)


def largest_source(image: Tag, base: str) -> str | None:
    """The absolute address of the largest picture of an <img>'s `srcset`; None without one."""
    best: tuple[float, str] | None = None
    for name in ("srcset", "data-srcset", "data-lazy-srcset"):
        # Stripped, so that every run of white space leads to a candidate and none is tried twice.
        srcset = str(image.attrs.get(name) or "").strip(" \t\n\r\f,")
        for candidate, descriptor in _CANDIDATE.findall(srcset):
            url = absolute_web_url(candidate.rstrip(","), base)
            stated = _SIZE.search(descriptor)
            size = float(stated.group(1)) if stated else 1.0
            if url is not None and (best is None or size > best[0]):
                best = (size, url)
    return best[1] if best else None
