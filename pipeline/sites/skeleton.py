"""A new profile and its test, as source code to go on from: what a site's markup looks like, drawn, and what
its class names suggest.

The code holds names of elements, classes and hosts that were checked letter by letter, counts, and words
that were made up here: nothing else of any post.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.markup.content import read_content
from pipeline.markup.outline import Name, Part, Shape
from pipeline.markup.soup import make_soup
from pipeline.markup.suggestions import suggested
from pipeline.markup.urls import host_of, registered_domain_of

# A longer host does not fit on a line of code.
LONGEST_HOST = 80

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
_MODULE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What the test calls other things.
_TAKEN = frozenset(("datetime", "post", "profile_for", "read", "read_post"))

# What stands in the invented post. Other elements of the shape are left out of it, with all that they hold.
_SAID = frozenset(
    "a abbr article aside b blockquote cite code dd details div dl dt em figcaption figure footer h1 h2 h3 "
    "h4 h5 h6 header i li main nav ol p pre section small span strong time ul".split()
)
_ALONE = {
    "img": '<img{} src="{number}.jpg">',
    "hr": "<hr{}>",
    "iframe": '<iframe{} src="/{number}"></iframe>',
}
# A longer line of the invented post is broken.
_LONGEST_LINE = 100


class Skeleton(NamedTuple):
    """The source code of a profile's module and of its test."""

    profile: str
    test: str


def hosts_of(text: str) -> tuple[str, ...]:
    """The hosts that a profile of the host `text` reads: it, and of a whole domain the one with or without
    `www.`, too; in lower case, international names in their ASCII form. Raises ValueError, with words for
    the user, for what is no host name."""
    host = host_of(f"https://{text}/") if _is_bare(text) else None
    if host is None or not _HOST.fullmatch(host) or host.rpartition(".")[2].isdigit():
        raise ValueError(f"{text!r} is no host name. Write it as an address has it, such as www.example.org.")
    if len(host) > LONGEST_HOST:
        raise ValueError(f"the host has more than {LONGEST_HOST} letters. Write its profile by hand.")
    bare = host.removeprefix("www.")
    if registered_domain_of(bare) != bare:
        return (host,)
    return (host, bare if host != bare else f"www.{bare}")


def _is_bare(text: str) -> bool:
    """True for a text that is nothing but a host: no port, path, user, or white space."""
    return text.isprintable() and not any(letter in "/\\?#@:%[] " for letter in text)


def module_name(host: str) -> str:
    """The name of a host's profile: its labels without `www` and the public suffix, as a name of Python:
    `pao-pao.net` is `pao_pao`, `hulu.medium.com` is `hulu_medium`."""
    host = host.removeprefix("www.")
    domain = registered_domain_of(host) or host
    own = host.removesuffix(domain.partition(".")[2]).strip(".") if "." in domain else host
    name = re.sub(r"[^a-z0-9]+", "_", own).strip("_")[:40]
    return name if is_module_name(name) else f"site_{name}"[:40].rstrip("_")


def is_module_name(name: str) -> bool:
    """True for what can name a profile: its module, and `articles.profile`."""
    return bool(_MODULE.fullmatch(name)) and not keyword.iskeyword(name) and name not in _TAKEN


def skeleton(name: str, hosts: Sequence[str], shape: Shape) -> Skeleton:
    """The source of the profile `name` for these hosts, and of its test, in the project's standard form."""
    return Skeleton(_profile(hosts, shape), _test(name, hosts, shape))


def _profile(hosts: Sequence[str], shape: Shape) -> str:
    written = ", ".join(f'"{host}"' for host in hosts)
    posts = _posts(shape.pages)
    lines = [
        f'"""{hosts[0]}: say here what the site publishes, and what it runs on.',
        "",
        *_drawing(shape),
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from pipeline.markup.content import read_content",
        "from pipeline.markup.soup import make_soup",
        "from pipeline.posts.post import Post",
        "from pipeline.sites.page import Page, page_of",
        "",
        f"HOSTS = ({written}{',' if len(hosts) == 1 else ''})",
        "",
        f"# What the names of classes (of ids, behind a `#`) suggest, and in how many of {posts} they stand.",
        "# A name is no proof: read 20 posts, use what holds, and take out the rest, with this remark.",
        *(line for part, names in suggested(shape).items() for line in _constant(part, names)),
        "",
        "",
        "def read_page(post: Post, url: str) -> Page:",
        f'    """Read one post of {hosts[0]}; `url` is the page\'s absolute address."""',
        "    soup = make_soup(post.body)",
        "    # Until somebody knows better, everything is body text: nothing may be lost.",
        '    body = read_content(soup, url, "body", prettified=post.is_prettified)',
        "    return page_of(post, body)",
        "",
    ]
    return "\n".join(lines)


def _drawing(shape: Shape) -> list[str]:
    posts = _posts(shape.pages)
    if not shape.parts:
        return [f"Drawn from {posts}, which share no markup: their text is plain."]
    width = max(2 * part.depth + len(part.label) for part in shape.parts)
    digits = len(str(shape.pages))
    return [
        f"What stands in how many of {posts}, and how often in one; what is rarer is left out:",
        "",
        *(
            f"    {'':{2 * part.depth}}{part.label:{width - 2 * part.depth}}  {part.pages:>{digits}}"
            f"{_times(part)}"
            for part in shape.parts
        ),
    ]


def _times(part: Part) -> str:
    times = round(part.times / part.pages)
    return f"  x {times}" if times > 1 else ""


def _posts(pages: int) -> str:
    return "1 post" if pages == 1 else f"{pages} posts"


def _constant(part: str, names: Sequence[Name]) -> Iterator[str]:
    if not names:
        yield f"{part.upper()}: tuple[str, ...] = ()"
        return
    yield f"{part.upper()}: tuple[str, ...] = ("
    for name in names:
        yield f'    "{name.name}",  # {name.element}, {name.pages}'
    yield ")"


def _test(name: str, hosts: Sequence[str], shape: Shape) -> str:
    site = name.replace("_", "-").strip("-")
    url = f"https://{site}.example/2021/nine-teapots"
    html = _invented(shape)
    text = read_content(make_soup(html), url, "body").text
    if text is None:  # nothing but pictures
        html, text = f"{html}<p>Line 1.</p>\n", "Line 1."
    return f'''"""What the profile of {hosts[0]} reads from a post of its shape, with invented words."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.posts.post import read_post
from pipeline.sites import {name}
from pipeline.sites.page import Page
from pipeline.sites.registry import profile_for
from tests.sites.pages import post

URL = "{url}"

# The elements and the class names are the site's, the words are not.
HTML = """\\
{html}"""

TEXT = """\\
{text}"""


def read(html: str = HTML, **front: str) -> Page:
    """What the profile reads from a post with that HTML."""
    found = read_post(post(html, url=URL, **front))
    return {name}.read_page(found, found.url)


def test_the_profile_reads_its_hosts():
    assert {{profile_for(host, {{}}).name for host in {name}.HOSTS}} == {{"{name}"}}


def test_all_text_is_read_in_its_order():
    assert read().body_text == TEXT


def test_what_the_post_says_of_itself():
    page = read(title="Nine Teapots", author="Ada Marsh", date="2021-11-26T09:40:00.000Z")
    assert (page.title, page.authors) == ("Nine Teapots", ("Ada Marsh",))
    assert page.published_at == datetime(2021, 11, 26, 9, 40, tzinfo=UTC)
'''


def _invented(shape: Shape) -> str:
    """A post of the shape, each part once, its text one numbered line in each innermost part."""
    lines: list[str] = []
    open_parts: list[Part] = []
    left_out: int | None = None
    number = 0
    for place, part in enumerate(shape.parts):
        if left_out is not None and part.depth > left_out:
            continue
        left_out = None
        while open_parts and open_parts[-1].depth >= part.depth:
            lines.append(_end(open_parts.pop()))
        if part.element == "table":
            number += 1
            lines += _with_text(part, f"<tr><td>Cell {number}.</td></tr>")
            continue
        if part.element not in _SAID:
            left_out = part.depth
            if part.element in _ALONE:
                number += 1
                lines.append(_indent(part) + _ALONE[part.element].format(_attributes(part), number=number))
            continue
        is_last = place + 1 == len(shape.parts) or shape.parts[place + 1].depth <= part.depth
        if is_last:
            number += 1
            lines += _with_text(part, f"Line {number}.")
        else:
            lines.append(_start(part))
            open_parts.append(part)
    lines += [_end(part) for part in reversed(open_parts)]
    return "\n".join([*(lines or ["Line 1."]), ""])


def _with_text(part: Part, text: str) -> list[str]:
    line = f"{_start(part)}{text}{_end(part).lstrip()}"
    return [line] if len(line) <= _LONGEST_LINE else [_start(part), f"{_indent(part)}  {text}", _end(part)]


def _start(part: Part) -> str:
    return f"{_indent(part)}<{part.element}{_attributes(part)}>"


def _end(part: Part) -> str:
    return f"{_indent(part)}</{part.element}>"


def _indent(part: Part) -> str:
    return "  " * part.depth


def _attributes(part: Part) -> str:
    """The names of a part as attributes, 7 for the numbers that differ."""
    names = [name.replace("*", "7") for name in part.names]
    identity = "".join(f' id="{name[1:]}"' for name in names if name[0] == "#")
    classes = " ".join(name for name in names if name[0] != "#")
    return identity + (f' class="{classes}"' if classes else "")
