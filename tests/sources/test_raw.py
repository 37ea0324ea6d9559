from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.raw import RawPost, printable_path


def test_a_raw_post_is_known_by_its_bytes():
    assert RawPost("delta", "a.md", b"Low tide.\n").sha256 == hashlib.sha256(b"Low tide.\n").hexdigest()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(b"2021/The Slow Train.md", "2021/The Slow Train.md", id="as it is"),
        pytest.param("渡口 ‘旧书摊’.md".encode(), "渡口 ‘旧书摊’.md", id="beyond ASCII"),
        pytest.param(b"two\nlines.md", r"two\x0alines.md", id="newline"),
        pytest.param(b"bell\x07.md", r"bell\x07.md", id="control character"),
        pytest.param("nel\x85.md".encode(), r"nel\xc2\x85.md", id="C1 control, two bytes"),
        pytest.param(b"caf\xe9.md", r"caf\xe9.md", id="not UTF-8"),
        pytest.param(rb"caf\xe9.md", r"caf\x5cxe9.md", id="a backslash, so that this is not that"),
        pytest.param("cafe\u0301.md".encode(), "cafe\u0301.md", id="no NFC: it is another file"),
    ],
)
def test_a_path_as_the_tables_show_it(name, shown):
    assert printable_path(os.fsdecode(name)) == shown


FILE_NAMES = st.binary(min_size=1, max_size=12) | st.sampled_from(
    [rb"a\x0a", b"a\n", b"\xc2\x85", b"\xc2", b"\\"]
)


@given(FILE_NAMES, FILE_NAMES)
@settings(deadline=None, max_examples=200)
def test_two_paths_never_look_the_same(one, other):
    shown = [printable_path(os.fsdecode(name)) for name in (one, other)]
    assert (shown[0] == shown[1]) == (one == other)
    shown[0].encode()  # no lone surrogate is left


@given(st.binary(min_size=1, max_size=12))
@settings(deadline=None, max_examples=200)
def test_the_real_path_can_be_told_from_what_is_shown(name):
    shown = printable_path(os.fsdecode(name))
    assert shown.encode("latin-1", "backslashreplace").isascii() or not name.isascii()
    parts = shown.split("\\x")
    assert b"".join([parts[0].encode(), *(bytes.fromhex(p[:2]) + p[2:].encode() for p in parts[1:])]) == name
