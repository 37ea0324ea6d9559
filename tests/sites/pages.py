"""Posts as the archiver writes them, with the markup of www.chinafile.com around invented words.

The functions are named after the parts of a page, and nest as the markup does:

    post(featured("ferry") + content(body("<p>...</p>")) + comments(comment(4101, person("Ada Marsh"))))
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import polars as pl

from pipeline.posts.post import read_post
from pipeline.sites import chinafile
from pipeline.sites.page import Comment, Page
from pipeline.sources.raw import RawPost
from pipeline.tables.extract import Frames
from tests.tables import records

SITE = "https://www.lanternfile.example"
URL = f"{SITE}/conversation/night-library"
SOURCE = "archive"
PROFILES = {SOURCE: {"www.lanternfile.example": "chinafile"}}


def post(
    html: str,
    *,
    url: str = URL,
    title: str | None = "What Is a Night Library For?",
    author: str = "Ada Marsh",
    date: str = "2021-11-26T09:40:00.000Z",
    epoch: int | str | None = None,
) -> bytes:
    """A post of format (a); its epoch says the same as its date, unless told otherwise."""
    if epoch is None:
        epoch = round(datetime.fromisoformat(date).astimezone(UTC).timestamp() * 1000)
    return (
        f'---\nlayout: post\ntitle: "{title}"\ndate: {date}\nauthor: {author}\nfrom: {url}\n'
        "tags: [ 中参馆 ]\ncategories: [ 中参馆 ]\n---\n"
        f"<!--{epoch}-->\n[{title}]({url})\n------\n\n<div>\n{html}\n</div>\n"
    ).encode()


def raw(data: bytes, path: str = "_posts/2021-11-26-What Is a Night Library For?.md") -> RawPost:
    """The post as found at `path` in the source."""
    return RawPost(SOURCE, path, data)


def read(html: str, **front: str) -> Page:
    """What the ChinaFile profile reads from a post with that HTML."""
    found = read_post(post(html, **front))
    return chinafile.read_page(found, found.url)


def links(found: Page | Comment) -> list[tuple[str, str, str, str | None]]:
    """The links that were read, addresses of the site without its name."""
    return [(link.region, link.kind, link.href.removeprefix(SITE), link.text) for link in found.links]


def media(found: Page | Comment) -> list[tuple[str, str, str]]:
    """The media that were read, by the names of their files."""
    return [(item.region, item.role, item.url.rpartition("/")[2]) for item in found.media]


def tables(*posts: RawPost) -> Frames:
    """The tables that posts become."""
    return records.tables(*posts)


def only(frame: pl.DataFrame) -> dict[str, Any]:
    """The one row of a table."""
    (row,) = frame.to_dicts()
    return row


def slug(name: str) -> str:
    """The last part of a profile's address: `ada-marsh`."""
    return re.sub(r"\W+", "-", name.lower()).strip("-")


def featured(name: str, *, credit: str | None = None, caption: str | None = None) -> str:
    """The photo above a page."""
    files = f"{SITE}/sites/default/files"
    return (
        '<div class="view view-featured-photo view-id-featured_photo view-display-id-panel_pane_1 visual-box '
        'view-dom-id-c2eb9aeb39fdcf84145c4275d2aa2f37">                  <div class="content view-content">'
        '        <div class="views-row views-row-1">        <div class="views-field '
        'views-field-field-common-featured-photo">        <div class="field-content">'
        f'<a href="{files}/assets/images/article/featured/{name}.jpg" title="A Title" class="colorbox" '
        'data-colorbox-gallery="gallery-node-44101-FX9zQpIStw9" '
        'data-cbox-img-attrs="{"title": "", "alt": ""}">'
        f'<img src="{files}/styles/large/public/assets/images/article/featured/{name}.jpg?itok=B9dywfD5" '
        'width="1500" height="999" alt title referrerpolicy="no-referrer"></a></div>  </div>'
        + (f'    <div>        <div class="photo-credit">{credit}</div>  </div>' if credit else "")
        + (f'    <div>        <div class="photo-caption"><p>{caption}</p></div>  </div>' if caption else "")
        + "  </div>    </div>            </div>            "
    )


def content(*fields: str) -> str:
    """The fields of a page, one of them its body."""
    return f'<div class="content">    {"".join(fields)}  </div>    '


def body(html: str) -> str:
    """The field that holds the text."""
    return (
        '<div class="field field-name-body field-type-text-with-summary field-label-hidden">'
        f"      {html}  </div>"
    )


def body_in_items(html: str) -> str:
    """The same field as newer pages write it."""
    return (
        '<div class="field field-name-body field-type-text-with-summary field-label-hidden">'
        f'<div class="field-items"><div class="field-item even">{html}</div></div></div>'
    )


def field(name: str, html: str) -> str:
    """Any other field."""
    return (
        f'<div class="field field-name-field-{name} field-label-hidden">'
        f"                      {html}            </div>"
    )


def card(path: str, title: str, authors: str, teaser: str) -> str:
    """A box that announces another page of the site."""
    return (
        '<p>  </p><div class="node node-article cboxes article align-left grid-4 img-yes logo-no">  '
        '<div class="cboxes-inner">        <div class="cb-head">            '
        f'<h3>  <a href="{SITE}/conversation">Conversation</a></h3>                  '
        '<span class="date">10.13.20</span>            <span class="type-icon"></span>    </div>    '
        f'<div class="cb-link"><a href="{SITE}/{path}"></a></div>              '
        f'<div class="cb-img"><img src="{SITE}/sites/default/files/{slug(title)}-sys.jpg" width="620" '
        'height="450" alt referrerpolicy="no-referrer"></div>            <div class="cb-cont">      '
        f'<h2><a href="{SITE}/{path}" title="{title}">{title}</a></h2>            <span class="authors">'
        f'          <span>{authors}</span>  </span>                  <div class="inner-content">        '
        '<div class="field field-name-body field-type-text-with-summary field-label-hidden">'
        f"      {teaser}  </div>      </div>    </div>  </div></div>"
    )


def photo_box(name: str, *, credit: str | None = None, caption: str | None = None, subtitle: str = "") -> str:
    """A photo among the paragraphs, which opens in full size."""
    heading = (
        '<div class="views-field views-field-field-common-subtitle-1">        <div class="field-content">'
    )
    credited = (
        '<div class="views-field views-field-field-common-system-credit">        <div class="field-content '
    )
    return (
        '<p></p><div class="view view-photo-embed view-id-photo_embed view-display-id-panel_pane_3 '
        'visual-box view-dom-id-13439806c096ad69d9d7e1c4f0156f12 grid-4 photo-object">                  '
        + (f"{heading}{subtitle}</div>  </div>    " if subtitle else "")
        + '<div class="views-field views-field-field-common-system-photo">        <div class="field-content">'
        f'<a href="{SITE}/sites/default/files/{name}.jpg" title="A Photo" class="colorbox" '
        'data-colorbox-gallery="gallery-node-44511-Fjt8dBo1iN1" '
        'data-cbox-img-attrs="{"title": "", "alt": ""}">'
        f'<img src="{SITE}/sites/default/files/styles/medium/public/{name}.jpg?itok=fBKQLTWD" width="620" '
        'height="457" alt title referrerpolicy="no-referrer"></a></div>  </div>    '
        + (f'{credited}photo-credit img-credit">{credit}</div>  </div>    ' if credit else "")
        + (
            f'<div>        <div class="photo-caption img-caption"><p>{caption}</p></div>  </div>'
            if caption
            else ""
        )
        + "            </div><p> </p>"
    )


def image_box(name: str, *, credit: str | None = None, caption: str | None = None) -> str:
    """An upright image among the paragraphs."""
    return (
        f'<p></p><div class="visual-box vertical left">  <img src="{SITE}/sites/default/files/{name}.jpg" '
        'alt referrerpolicy="no-referrer">'
        + (f'<div class="photo-credit">{credit}</div>' if credit else "")
        + (f'        <div class="photo-caption">{caption}</div>' if caption else "")
        + "  </div>"
    )


def pull_quote(text: str) -> str:
    """Words of the text once more, large."""
    return (
        f'<p></p><div class="pullquote">{text}  <div class="pullquote-share"><span class="st_facebook_large" '
        f'st_title="{text}" displaytext="Facebook"></span><span class="st_email_large" st_title="{text}" '
        'displaytext="Email"></span></div></div><p></p>'
    )


def comments(*parts: str) -> str:
    """What stands below a page."""
    return (
        '<div id="comments" class="comment-wrapper">          <h2 class="title">Comments</h2>        '
        f"{''.join(parts)}  </div>"
    )


def comment(
    number: int | None, *people: str, text: str | None = "<p>So say we all.</p>", by_node_author: bool = False
) -> str:
    """One comment with its anchor: `number` is the site's id of it."""
    anchor = f'<a id="comment-{number}" href="{SITE}/conversation/undefined"></a>' if number else ""
    held = (
        '  <div class="field field-name-comment-body field-type-text-long field-label-hidden">'
        f"                      {text}            </div>"
    )
    return (
        f'{anchor}<article class="comment{" comment-by-node-author" if by_node_author else ""}">        '
        f"{'      '.join(people)}{held if text is not None else ''}      "
        '<nav class="links"><ul class="links inline"><li class="comment_forbidden first last"></li></ul>'
        "</nav>  </article>"
    )


def person(name: str, *, linked: bool = True) -> str:
    """The profile box of someone who comments."""
    address = f"{SITE}/contributors/{slug(name)}"
    heading = f'<a href="{address}" title="{name}">{name}</a>' if linked else name
    photo = (
        f'<a href="{address}"><img src="{SITE}/sites/default/files/styles/epsacrop_220x220/{slug(name)}.jpg" '
        'width="220" height="220" alt referrerpolicy="no-referrer"></a>'
    )
    return (
        '<div class="node node-profile cboxes contributor grid-2 img-no logo-no">  '
        '<div class="inner-content">    '
        '<div class="field field-name-field-profile-photo field-type-image field-label-hidden">'
        f"                      {photo if linked else ''}            </div>  </div>  <h3>{heading}</h3></div>"
    )
