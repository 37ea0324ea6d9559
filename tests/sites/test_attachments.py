from __future__ import annotations

import json

import pytest

from pipeline.posts.post import read_post
from pipeline.sites import generic


def page(*attachments, html="<p>Show notes.</p>"):
    item = {"url": "https://river.example/ep/1", "title": "One", "content_html": html}
    post = read_post(json.dumps(item | {"attachments": list(attachments)}).encode())
    return generic.read_page(post, post.url)


def media(found):
    return [(item.region, item.kind, item.role, item.url, item.alt) for item in found.media]


def test_the_sound_of_an_episode_is_a_medium_of_the_page():
    sound = {"url": "https://cdn.example/1.mp3", "mime_type": "audio/mpeg", "title": "Episode one"}
    assert media(page(sound)) == [
        ("field", "audio", "inline", "https://cdn.example/1.mp3", "Episode one"),
    ]


@pytest.mark.parametrize(
    ("mime_type", "kind"), [("video/mp4", "video"), ("Image/PNG", "image"), ("audio/x-m4a", "audio")]
)
def test_the_media_type_tells_the_kind(mime_type, kind):
    assert [item.kind for item in page({"url": "/1", "mime_type": mime_type}).media] == [kind]


def test_any_other_attachment_is_a_link():
    found = page({"url": "https://cdn.example/1.pdf", "mime_type": "application/pdf", "title": "The text"})
    assert found.media == ()
    assert [(link.region, link.href, link.text) for link in found.links] == [
        ("field", "https://cdn.example/1.pdf", "The text")
    ]


@pytest.mark.parametrize(
    "attachment",
    [
        {},
        "x",
        None,
        {"url": ""},
        {"url": 5, "mime_type": "audio/mpeg"},
        {"url": "javascript:alert(1)", "mime_type": "audio/mpeg"},
        {"url": "http://[", "mime_type": "audio/mpeg"},
    ],
)
def test_what_is_no_file_is_none(attachment):
    found = page(attachment)
    assert (found.media, found.links) == ((), ())


def test_a_file_that_is_attached_twice_is_one():
    sound = {"url": "https://cdn.example/1.mp3", "mime_type": "audio/mpeg"}
    assert len(page(sound, sound).media) == 1
