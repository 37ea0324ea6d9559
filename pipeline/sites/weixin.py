"""mp.weixin.qq.com: articles of WeChat's public accounts.

Most are known from an index alone: address, title, account and day, and no body. Where the page itself was
archived, its markup is:

    h1#activity-name                     the title
    div#meta_content
      span.rich_media_meta_text          who wrote it; often absent
      a#js_name                          the account
    div#js_content                       the body, which a script shows; pictures wait in `data-src`
      iframe.video_iframe[data-src]      a video of v.qq.com

An address may name the account (`__biz`), whatever the account was called that day. An account may be a
person's, a company's or an office's: nothing says which.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from bs4.element import Tag

from pipeline.markup.content import read_content
from pipeline.markup.render import inline_text
from pipeline.markup.soup import elements, make_soup
from pipeline.posts.plain_text import one_line
from pipeline.posts.post import Post
from pipeline.sites.page import Credit, Page, page_of

HOSTS = ("mp.weixin.qq.com",)

TITLE = "activity-name"
ACCOUNT = "js_name"
BODY = "js_content"
AUTHOR = "rich_media_meta_text"

_MARKED = frozenset(("h1", "h2", "a", "strong", "div", "span"))
_ACCOUNT_ID = re.compile(r"[?&]__biz=([A-Za-z0-9]{8,32})((?:=|%3D){0,2})(?=[&#]|\Z)", re.IGNORECASE)


def read_page(post: Post, url: str) -> Page:
    """Read one article, or one entry of an index; `url` is the article's page."""
    soup = make_soup(post.body)
    marked = elements(soup, _MARKED)
    by_id = {str(found.attrs["id"]): found for found in marked if "id" in found.attrs}
    body = by_id.get(BODY, soup)
    body.attrs.pop("style", None)  # `visibility: hidden`, until a script has run
    account = _text(by_id.get(ACCOUNT)) or _decoded(post.author_line)
    author = _text(next((found for found in marked if _is_author(found)), None))
    name = author or account
    slug = _account_id(url) if name == account else None
    return replace(
        page_of(post, read_content(body, url, "body", prettified=post.is_prettified)),
        title=_decoded(post.title) or _text(by_id.get(TITLE)),
        author_line=_decoded(post.author_line) or account,
        authors=(name,) if name else (),
        credits=(Credit(name, "author", slug=slug),) if name else (),
    )


def _is_author(element: Tag) -> bool:
    return element.name == "span" and AUTHOR in str(element.attrs.get("class") or "").split()


def _text(element: Tag | None) -> str | None:
    return inline_text(element) if element is not None else None


def _decoded(line: str | None) -> str | None:
    """A line of an index with its entities decoded, which WeChat's own titles have: `&quot;`."""
    if line is None or "&" not in line:
        return line
    try:
        return one_line(html.unescape(line))
    except ValueError:  # a number of more digits than Python reads
        return line


def _account_id(url: str) -> str | None:
    """The account's own id, which its name may change under: `MzAxMDAwMDAwMA==`."""
    found = _ACCOUNT_ID.search(url)
    return found.group(1) + found.group(2).upper().replace("%3D", "=") if found is not None else None
