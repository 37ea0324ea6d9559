from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.sources import http
from pipeline.sources.discover import DiscoveryError, Found, discover, name_for
from pipeline.sources.kinds import FetchError
from pipeline.sources.registry import SourcesError
from tests.sources.archives import Archive
from tests.sources.webserver import Reply, WebServer, web_server

RSS = b"""<?xml version="1.0"?>
<rss version="2.0"><channel>
<title> Low &amp; High
 Water</title><link>https://delta.example/</link>
<item><title>One</title><guid>1</guid><link>https://delta.example/1</link>
<pubDate>Fri, 02 Apr 2021 10:30:00 GMT</pubDate></item>
<item><title>Two</title><guid>2</guid><link>https://delta.example/2</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">渡口</title><id>tag:delta.example</id>
<entry><title>One</title><id>1</id><updated>2021-04-02T10:30:00Z</updated></entry></feed>""".encode()
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "Delta\u202e\n",
    "items": [{"id": "1", "content_text": "One"}],
}).encode()  # fmt: skip
PAGE = b"<!doctype html><html><title>Delta</title>%s<p>Welcome"


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as web:
        yield web


def put(root: Path, *paths: str, data: str = "x") -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(data)
    return root


def archive(path: Path, *files: str, bare: bool = False) -> Archive:
    made = Archive(path, bare=bare)
    for file in files:
        made.write(file, "x")
    made.commit()
    return made


def announcing(*feeds: str, kind: str = "application/rss+xml") -> bytes:
    return PAGE % b"".join(f'<link rel="alternate" type="{kind}" href="{feed}">'.encode() for feed in feeds)


# Folders.


@pytest.mark.parametrize(
    ("files", "glob", "posts"),
    [
        (["_posts/a.md", "_posts/b.md", "README.md"], "_posts/*.md", 2),
        (["a.md", "2021/b.md", "c.txt"], "**/*.md", 2),
        (["deep/_posts/a.md"], "**/*.md", 1),
    ],
)
def test_a_folder_of_posts_and_where_in_it_they_are(raw, tmp_path, files, glob, posts):
    folder = put(tmp_path / "My archive", *files)
    assert discover(str(folder), raw) == Found("folder", str(folder), "My-archive", glob, None, posts, None)


def test_a_path_inside_the_raw_folder_is_seen_from_there(raw, monkeypatch):
    put(raw / "delta", "a.md")
    monkeypatch.chdir(raw.parent)
    assert discover("raw/delta", raw).location == "delta"
    assert discover("raw/delta", Path("raw")).location == "delta"
    assert discover("./raw/../raw/delta/", raw).location == "delta"
    assert discover(str(raw / "delta"), Path("raw")).location == "delta"
    assert discover("raw", raw).location == "."


@pytest.mark.parametrize("name", ["-rf", "a:b"])
def test_a_path_that_could_be_taken_for_something_else_is_written_so_that_it_cannot(raw, name):
    put(raw / name, "a.md")
    assert discover(str(raw / name), raw).location == f"./{name}"


def test_a_folder_of_json_indexes(raw, tmp_path):
    entries = json.dumps([{"url": f"https://delta.example/{n}", "title": "x"} for n in range(3)])
    folder = put(tmp_path / "lists", "data/2021-04.json", "data/2021-05.json", data=entries)
    found = discover(str(folder), raw)
    assert (found.kind, found.glob, found.posts) == ("index", "**/*.json", 6)


@pytest.mark.parametrize("files", [[], ["a.txt"], [".hidden/a.md"]])
def test_a_folder_without_posts_is_nothing(raw, tmp_path, files):
    folder = put(tmp_path / "delta", *files)
    folder.mkdir(exist_ok=True)
    with pytest.raises(DiscoveryError, match="is a folder without posts: nothing fits _posts/"):
        discover(str(folder), raw)


def test_a_single_file_is_nothing(raw, tmp_path):
    put(tmp_path, "feed.xml", data=RSS.decode())
    with pytest.raises(DiscoveryError, match="is a file, and no git bundle"):
        discover(str(tmp_path / "feed.xml"), raw)


def test_what_is_not_there_is_told(raw, tmp_path):
    with pytest.raises(DiscoveryError, match=r"there is nothing\. Name a folder"):
        discover(str(tmp_path / "gone"), raw)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("", "is empty"),
        ("-x", "begins with `-`"),
        ("ftp://delta.example/x", "is a URL of ftp, which is not fetched"),
        ("ext::sh -c whoami", "holds a `:` and is no URL"),
        ("https://", "is a URL without a host"),
        ("https://me:hush@delta.example:x/", "is a URL whose host or port cannot be read"),
    ],
)
def test_what_cannot_be_a_location_is_told_before_anything_is_asked(raw, what, found):
    with pytest.raises(DiscoveryError) as caught:
        discover(what, raw)
    assert found in str(caught.value)
    assert "hush" not in str(caught.value)


# Git.


@pytest.mark.parametrize("bare", [False, True])
def test_a_git_archive_in_a_folder(raw, tmp_path, bare):
    made = archive(tmp_path / "delta.git", "_posts/a.md", "_posts/b.md", "README.md", bare=bare)
    found = discover(str(made.path), raw)
    assert (found.kind, found.location, found.name) == ("git", str(made.path), "delta")
    assert (found.glob, found.posts, found.newest) == ("_posts/*.md", 2, datetime(2021, 1, 1, tzinfo=UTC))
    assert any("`kind: folder`" in note for note in found.notes) is not bare


def test_a_git_bundle(raw, tmp_path):
    made = archive(tmp_path / "delta", "a.md", "b/c.md")
    bundle = made.bundle(tmp_path / "posts.bundle")
    found = discover(str(bundle), raw)
    assert (found.kind, found.location, found.name) == ("git", str(bundle), "posts")
    assert (found.glob, found.posts) == ("**/*.md", 2)


def test_an_index_in_git(raw, tmp_path):
    found = discover(archive(tmp_path / "lists", "data/2021-04.json").location, raw)
    assert (found.kind, found.glob, found.posts) == ("index", "**/*.json", None)


def test_a_git_archive_without_posts_is_one_still(raw, tmp_path):
    found = discover(archive(tmp_path / "delta", "a.txt").location, raw)
    assert (found.kind, found.glob, found.posts) == ("git", "**/*.md", 0)
    assert "Mend `glob`." in found.notes[0]


def test_a_git_archive_at_a_url_of_which_the_files_are_not_seen(raw, tmp_path, server):
    made = archive(tmp_path / "delta", "_posts/a.md", bare=True)
    made.git("update-server-info")
    for path in ("info/refs", "HEAD"):
        reply = Reply(body=(made.path / path).read_bytes(), headers={"Content-Type": "text/plain"})
        for query in ("", "?service=git-upload-pack"):
            server.script(f"/delta.git/{path}{query}", reply)
            server.script(f"/archives/delta/{path}{query}", reply)
    for path in ("/delta.git", "/archives/delta"):
        found = discover(server.url(path), raw)
        assert (found.kind, found.location, found.name) == ("git", server.url(path), "delta")
        assert (found.glob, found.posts) == ("**/*.md", None)
        assert "cannot be seen before it is fetched" in found.notes[0]


def test_a_git_archive_that_cannot_be_read_is_told(raw, tmp_path):
    put(tmp_path / "delta", ".git/HEAD")
    with pytest.raises(FetchError):
        discover(str(tmp_path / "delta"), raw)


# Feeds.


@pytest.mark.parametrize(
    ("body", "title", "posts", "newest"),
    [
        (RSS, "Low & High Water", 2, datetime(2021, 4, 2, 10, 30, tzinfo=UTC)),
        (ATOM, "渡口", 1, None),
        (JSON_FEED, "Delta", 1, None),
    ],
)
def test_a_feed_and_its_title(raw, server, body, title, posts, newest):
    server.script("/feed", Reply(body=body))
    found = discover(server.url("/feed"), raw)
    assert (found.kind, found.location, found.name) == ("feed", server.url("/feed"), "127-0-0-1")
    assert (found.glob, found.title, found.posts) == (None, title, posts)
    assert newest is None or found.newest == newest


def test_a_feed_that_has_moved_for_good_is_taken_where_it_is_now(raw, server):
    server.script("/old", Reply(301, headers={"Location": "/new"}))
    server.script("/now", Reply(302, headers={"Location": "/new"}))
    server.script("/new", Reply(body=RSS))
    found = discover(server.url("/old"), raw)
    assert found.location == server.url("/new")
    assert found.notes == (f"It has moved to {server.url('/new')}.",)
    assert discover(server.url("/now"), raw).location == server.url("/now")


def test_a_page_that_announces_feeds_gives_the_first_and_names_the_others(raw, server):
    server.script("/", Reply(body=announcing("/feed", "comments?a=1&amp;copy=2"), headers={"ETag": '"1"'}))
    server.script("/feed", Reply(body=RSS))
    found = discover(server.url("/"), raw)
    assert (found.kind, found.location, found.title) == ("feed", server.url("/feed"), "Low & High Water")
    assert found.notes == (
        f"The page {server.url('/')} announces it.",
        f"It also announces {server.url('/comments?a=1&copy=2')}.",
    )


def test_an_announced_feed_that_is_none_is_passed_over(raw, server):
    server.script("/", Reply(body=announcing("/gone", "/page", "/feed")))
    server.script("/page", Reply(body=PAGE % b""))
    server.script("/feed", Reply(body=RSS))
    assert discover(server.url("/"), raw).location == server.url("/feed")


@pytest.mark.parametrize(
    "feed", ["file:///etc/passwd", "ftp://delta.example/feed", "javascript:alert(1)", "//[", "/feed\\"]
)
def test_a_page_cannot_announce_anything_but_the_web(raw, server, feed):
    server.script("/", Reply(body=announcing(feed)))
    with pytest.raises(DiscoveryError, match="announces no feed"):
        discover(server.url("/"), raw)


def test_a_page_on_the_web_cannot_send_into_the_own_network(raw, server, monkeypatch):
    with web_server("127.0.0.2") as inner:
        inner.script("/feed", Reply(body=RSS))
        server.script("/", Reply(body=announcing(inner.url("/feed"))))
        assert discover(server.url("/"), raw).location == inner.url("/feed")
        inner.requests.clear()
        monkeypatch.setattr(http, "is_public_address", lambda address: address == "127.0.0.1")
        with pytest.raises(DiscoveryError, match="on this machine or its own network, and was not asked"):
            discover(server.url("/"), raw)
        assert inner.requests == []


def test_a_page_that_announces_nothing_says_what_was_tried(raw, server):
    server.script("/", Reply(body=PAGE % b""))
    with pytest.raises(DiscoveryError) as caught:
        discover(server.url("/"), raw)
    first, feed, git = str(caught.value).splitlines()
    assert first.startswith(f"{server.url('/')}: is neither a feed nor a git archive, and announces no feed")
    assert feed.startswith("  as a feed: A web page, no feed")
    assert git.startswith("  as a git archive: ")


def test_an_address_that_does_not_answer_says_why(raw, server):
    with pytest.raises(FetchError, match="404") as caught:
        discover(server.url("/gone"), raw)
    assert caught.value.outcome == "not_found"


def test_a_password_in_an_address_is_kept_and_not_told(raw, server):
    server.script("/feed", Reply(body=RSS))
    url = server.url("/feed").replace("//", "//me:hush@")
    found = discover(url, raw)
    assert found.location == url
    server.script("/page", Reply(body=PAGE % b""))
    with pytest.raises(DiscoveryError) as caught:
        discover(server.url("/page").replace("//", "//me:hush@"), raw)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("title", ["<b>" * 50_000, "x" * 100_000, "\x00\x07 ", "&nbsp;&#8203;", "]]>"])
def test_no_title_is_too_strange(raw, server, title):
    server.script("/feed", Reply(body=RSS.replace(b"Low", title.encode())))
    try:
        found = discover(server.url("/feed"), raw)
    except DiscoveryError:
        return
    assert found.title is None or (found.title.isprintable() and 0 < len(found.title) <= 200)


def test_nothing_that_a_feed_declares_gets_into_its_title(raw, server, tmp_path):
    put(tmp_path, "secret", data="hush")
    dtd = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}"><!ENTITY y "boo">]><rss'
    server.script("/feed", Reply(body=RSS.replace(b"<rss", dtd.encode()).replace(b"Low", b"&x;&y;")))
    title = discover(server.url("/feed"), raw).title
    assert "hush" not in title
    assert "boo" not in title


# Names.


@pytest.mark.parametrize(
    ("kind", "location", "name"),
    [
        ("git", "https://host.example/archives/delta.git", "delta"),
        ("git", "https://host.example/archives/delta/", "delta"),
        ("git", "git@host.example:archives/delta.git", "delta"),
        ("git", "git@host.example:delta.git", "delta"),
        ("git", "file:///srv/Delta%20papers.git", "Delta-20papers"),
        ("folder", "../posts (old)", "posts-old"),
        ("folder", ".", "raw"),
        ("folder", "渡口", "folder"),
        ("feed", "https://www.delta.example/feed?x=y", "delta-example"),
        ("feed", "https://me:hush@delta.example/", "delta-example"),
        ("git", f"https://host.example/{'x' * 100}.git", "x" * 60),
    ],
)
def test_a_name_is_made_from_the_host_or_the_folder(raw, kind, location, name):
    assert name_for(kind, location, raw, frozenset()) == name


def test_a_name_is_one_that_no_source_has_or_had(raw, tmp_path):
    put(tmp_path / "elsewhere" / "Delta", "a.md")
    (raw / "sources.yaml").write_text("sources: [{name: delta, kind: folder, location: x, enabled: false}]")
    (raw / "fetched" / "DELTA-2").mkdir(parents=True)
    assert discover(str(tmp_path / "elsewhere" / "Delta"), raw).name == "Delta-3"


def test_a_listing_with_a_fault_is_told_first(raw, tmp_path):
    put(tmp_path / "delta", "a.md")
    (raw / "sources.yaml").write_text("sources: [x]")
    with pytest.raises(SourcesError, match="line 1: entry 1: is no mapping"):
        discover(str(tmp_path / "delta"), raw)


def test_nothing_is_kept_or_changed(raw, tmp_path, server):
    server.script("/feed", Reply(body=RSS))
    discover(server.url("/feed"), raw)
    discover(archive(tmp_path / "delta", "a.md").location, raw)
    assert list(raw.iterdir()) == []
