"""Invented posts for tests of refreshing: `post(1)` is one page's post, `post(1, "other words")` a
later state of it."""

from pathlib import Path

POST = """\
---
layout: post
title: "{title}"
date: 2021-11-{day:02}T09:40:00.000Z
author: {author}
from: https://www.lanternfile.example/notes/{number}
---
<!--{epoch}-->
[{title}](https://www.lanternfile.example/notes/{number})
------

<div>
<p>{body}</p><p>See <a href="https://www.lanternfile.example/notes/{linked}">the other note</a>.</p>
</div>
"""


def post(
    number: int, body: str = "A lamp was lit.", *, title: str | None = None, author: str = "Ada Marsh"
) -> bytes:
    """The bytes of a post about page `number`, which links to the page before it."""
    return POST.format(
        number=number,
        linked=number - 1,
        title=title or f"Note {number}",
        author=author,
        body=body,
        day=number % 28 + 1,
        epoch=1_637_000_000_000 + number * 60_000,
    ).encode()


def write_posts(folder: Path, numbers: range) -> None:
    """A folder with a post of each number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{number}.md").write_bytes(post(number))
