"""What an entry of a feed has with it: the sound of a podcast's episode, a video, a picture, a document."""

from __future__ import annotations

from pipeline.markup.embeds import embed_of
from pipeline.markup.links import Link, kind_of
from pipeline.markup.media import MediaItem
from pipeline.markup.urls import absolute_web_url
from pipeline.posts.post import Post


def attached_media(post: Post) -> tuple[MediaItem, ...]:
    """Attached sounds, videos and pictures as media of the page's fields; an attachment's title is its
    alternative text. The kind is that of the media type (https://www.rfc-editor.org/rfc/rfc2045)."""
    found: dict[str, MediaItem] = {}
    for attachment in post.attachments:
        kind = attachment.mime_type.partition("/")[0].lower()
        url = absolute_web_url(attachment.url, post.url)
        if url is None or kind not in ("audio", "video", "image"):
            continue
        embed = embed_of(url) if kind != "image" else None
        found.setdefault(
            url,
            MediaItem(
                "field",
                kind,
                "inline",
                url,
                provider=embed.provider if embed else None,
                provider_id=embed.id if embed else None,
                alt=attachment.title,
            ),
        )
    return tuple(found.values())


def attached_links(post: Post) -> tuple[Link, ...]:
    """The attachments that are none of these, such as a document, as links of the page's fields."""
    shown = {item.url for item in attached_media(post)}
    urls = {absolute_web_url(each.url, post.url): each.title for each in post.attachments}
    return tuple(
        Link("field", url, kind_of(url, post.url), title, None)
        for url, title in urls.items()
        if url is not None and url not in shown
    )
