"""What stands in one part of a page: its text, its clean HTML, its links and its media."""

from __future__ import annotations

from typing import NamedTuple

from bs4.element import Tag

from pipeline.markup.links import Link, links
from pipeline.markup.media import MediaItem, media
from pipeline.markup.render import render


class Content(NamedTuple):
    """One part of a page. `text` and `html` are None where it has no text."""

    text: str | None
    html: str | None
    links: tuple[Link, ...]
    media: tuple[MediaItem, ...]


NOTHING = Content(None, None, (), ())


def read_content(root: Tag, page_url: str, region: str, *, prettified: bool = False) -> Content:
    """What stands below `root`, in document order, as the part `region` of the page at `page_url`.

    `region` is one of `links.region`. `prettified` says that line breaks around inline tags are the
    archiver's.
    """
    text, html = render(root, page_url, prettified=prettified)
    return Content(
        text,
        html,
        tuple(links(root, page_url, region, prettified=prettified)),
        tuple(media(root, page_url, region, prettified=prettified)),
    )
