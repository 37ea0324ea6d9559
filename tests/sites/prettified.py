"""Posts of format (b), as the archiver writes them: front matter, and HTML with a line for each tag."""

from __future__ import annotations

from bs4 import BeautifulSoup

from pipeline.posts.post import Post, read_post


def prettified_post(
    html: str,
    *,
    url: str,
    title: str = "茶壶的七张嘴",
    author: str = "茶泡",
    date: str = "2019-04-18T09:31:24+00:00",
) -> bytes:
    """The post whose HTML, written here without line breaks, the archiver has prettified."""
    pretty = BeautifulSoup(html, "html.parser").prettify()
    return (
        f'---\nlayout: post\ntitle: "{title}"\ndate: {date}\nauthor: {author}\nfrom: {url}\n'
        f"tags: [ 茶泡 ]\ncategories: [ 茶泡 ]\n---\n\n{pretty}\n"
    ).encode()


def prettified(html: str, *, url: str, **front: str) -> Post:
    """The same as it is read."""
    post = read_post(prettified_post(html, url=url, **front))
    assert post.is_prettified
    return post
