"""A new profile and its test as source code: which hosts, which name, and code that runs as it is written."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.markup.outline import Name, Part, Shape, shape_of
from pipeline.markup.soup import make_soup
from pipeline.posts.post import read_post
from pipeline.sites import registry
from pipeline.sites.skeleton import hosts_of, is_module_name, module_name, skeleton
from tests.sites.pages import post

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("www.longread.org", ("www.longread.org", "longread.org")),
        ("longread.org", ("longread.org", "www.longread.org")),
        ("LongRead.ORG", ("longread.org", "www.longread.org")),
        ("longread.org.", ("longread.org", "www.longread.org")),
        ("m.longread.org", ("m.longread.org",)),
        ("ada.medium.com", ("ada.medium.com",)),
        ("www.bbc.co.uk", ("www.bbc.co.uk", "bbc.co.uk")),
        ("teehaus-süd.example", ("xn--teehaus-sd-ieb.example", "www.xn--teehaus-sd-ieb.example")),
    ],
)
def test_the_hosts_of_a_profile(text, hosts):
    assert hosts_of(text) == hosts


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "../etc", "longread", "localhost", "127.0.0.1", "0x7f.1", "1.2.3", "[::1]", "a.b:80",
        "a.b/c", "a.b?c", "a.b#c", "me@a.b", "a..b", "-a.b", "a-.b", "a_b.org", "a b.org", "a.b\n", "a.b\x00",
        "a%2eb.org", "https://longread.org", 'a".b', "a'.b", "{a}.b", "\udcff.org", "河边", "*.medium.com",
        f"{'a' * 63}.{'b' * 63}.org",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(text):
    with pytest.raises(ValueError, match=r"is no host name|has more than 80 letters"):
        hosts_of(text)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.longread.org", "longread"),
        ("pao-pao.net", "pao_pao"),
        ("nei.st", "nei"),
        ("m.allnow.com", "m_allnow"),
        ("ada.medium.com", "ada_medium"),
        ("www.bbc.co.uk", "bbc"),
        ("163.com", "site_163"),
        ("class.org", "site_class"),
        ("post.org", "site_post"),
        ("xn--fiqs8s.org", "xn_fiqs8s"),
    ],
)
def test_the_name_of_a_profile(host, name):
    assert module_name(host) == name


@given(st.from_regex(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,3}", fullmatch=True))
def test_every_host_has_a_name_that_python_takes(host):
    name = module_name(host)
    assert is_module_name(name)
    ast.parse(f"from pipeline.sites import {name}")


@pytest.mark.parametrize("name", ["", "A", "1a", "_a", "a-b", "a.b", "../a", "class", "post", "a" * 41, "é"])
def test_what_cannot_name_a_profile(name):
    assert not is_module_name(name)


ENTRY = (
    '<div class="entry"><h1 class="entry-title">A</h1><p class="byline">Ada</p><div class="entry-content">'
    '<p>The pot with the longest spout pours the shortest cup.</p><ul><li>One</li></ul><img src="a.png">'
    '<table><tr><td>1</td></tr></table><form class="search"><input></form></div></div>'
    '<div id="comments"><a id="comment-41"></a><article class="comment"><p>So.</p></article></div>'
)


def made(*pages: str):
    return skeleton("longread", ("longread.org",), shape_of(make_soup(page) for page in pages))


def test_the_profile_draws_the_markup_and_counts_it():
    code = made(ENTRY, ENTRY.replace("41", "42"), "<p>Plain.</p>").profile
    drawing = ast.get_docstring(ast.parse(code))
    head, _, *lines = drawing.splitlines()[2:]
    assert head == "What stands in how many of 3 posts, and how often in one; what is rarer is left out:"
    assert [line[4:].rstrip(" 23x") for line in lines] == [
        "div.entry",
        "  h1.entry-title",
        "  p.byline",
        "  div.entry-content",
        "    p",
        "    ul",
        "      li",
        "    img",
        "    table",
        "    form.search",
        "div#comments",
        "  a#comment-*",
        "  article.comment",
        "    p",
    ]
    assert lines[0].endswith("  2")


def test_the_constants_hold_what_names_suggest():
    space: dict[str, object] = {}
    exec(
        compile(made(ENTRY, ENTRY.replace("41", "42")).profile, "longread.py", "exec"), space
    )  # our own code
    names = ("HOSTS", "TITLE", "AUTHOR", "DATE", "COMMENTS")
    assert [space[name] for name in names] == [
        ("longread.org",), ("entry-title",), ("byline",), (), ("#comments", "comment"),
    ]  # fmt: skip


def test_no_word_of_a_post_is_in_the_code():
    pages = [f'<div class="entry" title="secret" data-x="secret">secret{n}</div>' for n in range(3)]
    code = made(*pages)
    assert "secret" not in code.profile + code.test


def run_its_test(code, monkeypatch):
    """Run every test of the generated module on the generated profile, in this process."""
    profile = types.ModuleType("pipeline.sites.longread")
    exec(compile(code.profile, "longread.py", "exec"), profile.__dict__)
    monkeypatch.setitem(sys.modules, "pipeline.sites.longread", profile)
    monkeypatch.setattr(sys.modules["pipeline.sites"], "longread", profile, raising=False)
    found = registry.Profile("longread", profile.HOSTS, profile.read_page)
    monkeypatch.setattr(registry, "profile_for", lambda *_: found)
    test = types.ModuleType("test_longread")
    exec(compile(code.test, "test_longread.py", "exec"), test.__dict__)
    tests = [value for name, value in vars(test).items() if name.startswith("test_")]
    assert len(tests) == 3
    for each in tests:
        each()
    return profile, test


def test_the_test_of_a_skeleton_passes_and_has_its_shape(monkeypatch):
    profile, test = run_its_test(made(ENTRY, ENTRY), monkeypatch)
    assert '<div id="comments">' in test.HTML
    assert '<article class="comment">' in test.HTML
    assert "<form" not in test.HTML
    # Nothing of a real post is lost.
    found = read_post(post(ENTRY, url="https://longread.org/a"))
    text = profile.read_page(found, found.url).body_text
    assert all(word in text for word in ("Ada", "longest spout", "So."))


def test_a_skeleton_of_plain_texts_passes_too(monkeypatch):
    code = made("Plain text.", "More of it.")
    assert "Drawn from 2 posts, which share no markup" in code.profile
    run_its_test(code, monkeypatch)


def test_a_skeleton_of_pictures_passes_too(monkeypatch):
    run_its_test(made('<img src="a.png">', '<img src="b.png">'), monkeypatch)


WORD = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,9}", fullmatch=True)
PARTS = st.builds(
    Part,
    element=st.sampled_from("p div a ul li h1 h2 table img hr iframe form svg x-y span main article".split()),
    names=st.lists(
        WORD.flatmap(lambda word: st.sampled_from([word, f"#{word}", f"{word}-*"])), max_size=3
    ).map(lambda names: tuple(dict.fromkeys(names))),
    depth=st.integers(0, 9),
    pages=st.integers(1, 200),
    times=st.integers(200, 9_999),
)
SHAPES = st.builds(
    Shape,
    pages=st.integers(1, 200),
    parts=st.lists(PARTS, max_size=12).map(tuple),
    names=st.lists(st.builds(Name, WORD, st.just("div"), st.integers(1, 200), st.just(1), st.floats(0, 1)),
                   max_size=9).map(tuple),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(SHAPES)
def test_the_test_of_any_skeleton_passes(shape):
    code = skeleton("longread", ("www.longread.org", "longread.org"), shape)
    with pytest.MonkeyPatch.context() as monkeypatch:
        run_its_test(code, monkeypatch)
    assert all(len(line) <= 110 for line in (*code.profile.splitlines(), *code.test.splitlines()))


@pytest.mark.skipif(not shutil.which("ruff", path=f"{sys.prefix}/bin"), reason="ruff is not installed")
def test_a_skeleton_is_in_the_project_s_standard_form(tmp_path):
    long = [f'<p class="author-{"x" * 33} b{"y" * 38} c{"z" * 38}" id="d{"w" * 38}">A</p>' for _ in "ab"]
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    # What ruff looks for, to tell the project's own modules from others.
    own = "markup/content markup/soup posts/post sites/page sites/registry".split()
    for module in ("tests/sites/pages", *(f"pipeline/{name}" for name in own)):
        file = tmp_path / f"{module}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('"""A module."""\n')
    shapes = {"one": (ENTRY, ENTRY), "two": ("Plain.",), "three": long}
    for name, pages in shapes.items():
        code = skeleton(name, ("www.longread.org", "longread.org"), shape_of(map(make_soup, pages)))
        (tmp_path / f"pipeline/sites/{name}.py").write_text(code.profile)
        (tmp_path / f"tests/sites/test_{name}.py").write_text(code.test)
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [f"{sys.prefix}/bin/ruff", *command, "."],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
