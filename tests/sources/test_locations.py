from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.locations import is_path, problem_of, shown


@pytest.mark.parametrize(
    ("kind", "location"),
    [
        ("folder", "posts"),
        ("folder", "../elsewhere/it's: here"),
        ("folder", "/srv/archives/délta 渡口"),
        ("folder", "C:\\archives"),
        ("git", "archives/delta.git"),
        ("git", "./a:b/delta.bundle"),
        ("git", "https://host.example/delta.git"),
        ("git", "HTTPS://host.example:8443/delta.git"),
        ("git", "https://me:secret@host.example/delta.git"),
        ("git", "ssh://git@host.example:22/~me/delta.git"),
        ("git", "git://host.example/delta.git"),
        ("git", "file:///srv/delta.git"),
        ("git", "git@host.example:archives/delta.git"),
        ("git", "git@[::1]:delta.git"),
        ("index", "https://host.example/list.git"),
        ("index", "lists"),
        ("feed", "https://host.example/feed.xml?tag=a&b#c"),
        ("feed", "http://[::1]:8080/feed"),
    ],
)
def test_a_location_that_can_be_used(kind, location):
    assert problem_of(kind, location) is None


@pytest.mark.parametrize(
    ("kind", "location", "problem"),
    [
        ("folder", "", "is empty"),
        ("folder", " \t", "is empty"),
        ("folder", "-rf", "begins with `-`"),
        ("git", "--upload-pack=touch x", "begins with `-`"),
        ("folder", "a\nb", "holds a control character"),
        ("folder", "a\x00b", "holds a control character"),
        ("folder", "https://host.example/posts", "is a URL (https), and a folder is a path"),
        ("folder", "file:///srv/posts", "is a URL (file), and a folder is a path"),
        ("git", "ftp://host.example/delta.git", "is a URL of ftp, which is not fetched"),
        ("git", "ext::sh -c whoami", "holds a `:` and is no URL"),
        ("git", "host.example:delta.git", "holds a `:` and is no URL"),
        ("git", "git@-oProxyCommand=x:delta.git", "holds a `:` and is no URL"),
        ("git", "git@host.example:-x", "holds a `:` and is no URL"),
        ("git", "ssh://-oProxyCommand=x/delta.git", "is a URL whose host or user begins with `-`"),
        ("git", "ssh://-x@host.example/delta.git", "is a URL whose host or user begins with `-`"),
        ("git", "https:///delta.git", "is a URL without a host"),
        ("git", "https://host.example:99999/x", "is a URL whose host or port cannot be read"),
        ("git", "https://[host/x", "is a URL whose host or port cannot be read"),
        ("git", "https://host.example/a b", "is a URL that holds a space"),
        ("git", "https://host.example\\@other.example/x", "is a URL that holds a space or a `\\`"),
        ("feed", "feed.xml", "must be a URL of http or https"),
        ("feed", "file:///srv/feed.xml", "must be a URL of http or https"),
        ("feed", "git@host.example:feed.xml", "must be a URL of http or https"),
        ("feed", "https://", "is a URL without a host"),
    ],
)
def test_a_location_that_cannot_be_used_says_why(kind, location, problem):
    assert problem_of(kind, location).startswith(problem)


@pytest.mark.parametrize(
    ("kind", "location", "expected"),
    [
        ("folder", "git@host:x", True),
        ("git", "archives/delta.git", True),
        ("git", "/srv/git@host:x", True),
        ("git", "https://host.example/x", False),
        ("git", "git@host.example:x", False),
        ("index", "lists", True),
    ],
)
def test_what_is_a_path(kind, location, expected):
    assert is_path(kind, location) is expected


@pytest.mark.parametrize(
    ("location", "seen"),
    [
        ("https://me:secret@host.example/x", "https://***@host.example/x"),
        ("https://token@host.example/x", "https://***@host.example/x"),
        ("https://me:se@cret@host.example/x", "https://***@host.example/x"),
        ("ssh://git:secret@host.example/x", "ssh://git@host.example/x"),
        ("ssh://git@host.example/x", "ssh://git@host.example/x"),
        ("https://host.example/@me/feed", "https://host.example/@me/feed"),
        ("https://host.example/?user=a@b", "https://host.example/?user=a@b"),
        ("git@host.example:x", "git@host.example:x"),
        ("posts/https://a:b@c", "posts/https://a:b@c"),
    ],
)
def test_what_is_shown_of_a_location_holds_no_password(location, seen):
    assert shown(location) == seen


PASSWORDS = st.text("abcXYZ089!$&'()*+,;=%-._~:@", min_size=1)


@given(PASSWORDS.map("0secret1{}2".format), st.sampled_from(["http", "https", "ssh", "git", "file"]))
def test_no_password_is_ever_shown(password, scheme):
    location = f"{scheme}://me:{password}@host.example/delta.git"
    assert "secret" not in shown(location)
    assert shown(location).endswith("@host.example/delta.git")


@given(st.sampled_from(["folder", "git", "feed", "index"]), st.text(max_size=40))
def test_what_is_said_of_a_location_does_not_repeat_it(kind, location):
    other = problem_of(kind, location)
    assert other is None or len(location.strip()) < 6 or location not in other
