"""Posts of format (b), as the archiver writes them: front matter, and HTML with a line for each tag."""

from __future__ import annotations

from bs4 import BeautifulSoup

from pipeline.posts.post import Post, read_post


def prettified(
    html: str,
    *,
    url: str,
    title: str = "茶壶的七张嘴",
    author: str = "茶泡",
    date: str = "2019-04-18T09:31:24+00:00",
) -> Post:
    """The post whose HTML, written here without line breaks, the archiver has prettified."""
    pretty = BeautifulSoup(html, "html.parser").prettify()
    data = (
        f'---\nlayout: post\ntitle: "{title}"\ndate: {date}\nauthor: {author}\nfrom: {url}\n'
        f"tags: [ 茶泡 ]\ncategories: [ 茶泡 ]\n---\n\n{pretty}\n"
    )
    post = read_post(data.encode())
    assert post.is_prettified
    return post
