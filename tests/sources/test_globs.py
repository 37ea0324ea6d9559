"""Which paths a glob names, and what is said of a glob that cannot be meant so."""

from __future__ import annotations

import re
import sys
import time
from fnmatch import fnmatchcase
from pathlib import PurePath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.sources.globs import fits, problem_of

# As pathlib's PurePath.full_match of Python 3.13 has it.
GLOBS = [
    ("*.md", "a.md", True),
    ("*.md", ".a.md", True),
    ("*.md", "a.MD", False),
    ("*.md", "2021/a.md", False),
    ("*.md", "two\nlines.md", True),
    ("*.md", "a.md\n", False),
    ("**/*.md", "a.md", True),
    ("**/*.md", "2021/04/a.md", True),
    ("**/*.md", "2021/04/a.txt", False),
    ("_posts/*.md", "_posts/a.md", True),
    ("_posts/*.md", "old/_posts/a.md", False),
    ("_posts/*.md", "_posts/2021/a.md", False),
    ("**/_posts/*.md", "_posts/a.md", True),
    ("**/_posts/*.md", "old/2021/_posts/a.md", True),
    ("_posts/**/*.md", "_posts/a.md", True),
    ("_posts/**/*.md", "_posts/2021/04/a.md", True),
    ("_posts/**/*.md", "posts/2021/a.md", False),
    ("_posts/**", "_posts/2021/a.md", True),
    ("**", "2021/a.md", True),
    ("**/2021/**/*.md", "x/2021/y/a.md", True),
    ("**/2021/**/*.md", "x/2022/y/a.md", False),
    ("a**b.md", "axxb.md", True),
    ("a**/b.md", "ab.md", False),
    ("a**/b.md", "axx/b.md", True),
    ("a**/b.md", "ax/x/b.md", False),
    ("202?-*.md", "2021-a.md", True),
    ("202?-*.md", "202/-a.md", False),
    ("202[01]-*.md", "2021-a.md", True),
    ("202[01]-*.md", "2022-a.md", False),
    ("202[!01]-*.md", "2022-a.md", True),
    ("202[!01]-*.md", "2021-a.md", False),
    ("202[0-2].md", "2021.md", True),
    ("[]]x.md", "]x.md", True),
    ("[!]]x.md", "ax.md", True),
    ("[!]]x.md", "]x.md", False),
    ("[^a].md", "^.md", True),
    ("[^a].md", "b.md", False),
    ("[z-a].md", "m.md", False),
    ("[a.md", "[a.md", True),
    ("[[]a].md", "[a].md", True),
    ("a[/]b.md", "a/b.md", False),
    ("a+(b).md", "a+(b).md", True),
    ("a+(b).md", "aab.md", False),
    ("旧*.md", "旧书摊.md", True),
]


@pytest.mark.parametrize(("glob", "path", "named"), GLOBS)
def test_a_glob_names_paths(glob, path, named):
    assert fits(path, glob) == named


@pytest.mark.skipif(sys.version_info < (3, 13), reason="PurePath.full_match came with Python 3.13")
def test_the_table_of_globs_is_pathlibs():
    assert [row for row in GLOBS if PurePath(row[1]).full_match(row[0], case_sensitive=True) != row[2]] == []


def names(parts: list[str], patterns: list[str]) -> bool:
    """What a glob names, as a definition: slow, and easily seen to be right."""
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(names(parts[skipped:], patterns[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and names(parts[1:], patterns[1:])


PATTERN = st.sampled_from(["**", "*", "a", "*a", "a*b", "?", "[ab]", "[!a]*"]) | st.text(
    "ab*?[]!-^\\.é", max_size=9
)
GLOB = st.lists(PATTERN, min_size=1, max_size=6).map("/".join)
PATH = st.lists(st.text("ab*?[]!-^\\.é\n\udce9", max_size=6), min_size=1, max_size=6).map("/".join)


@given(PATH, GLOB)
@example("b/a/b", "**/a/**/b")
@example("aab", "*a*ab")
@example("x-", "x[a-]")
@example("/", "[!a]")
@settings(deadline=None, max_examples=500)
def test_a_glob_names_what_its_definition_says(path, glob):
    assert fits(path, glob) == names(path.split("/"), glob.split("/"))


@given(st.text("ab", max_size=5), st.text("ab[]!-", max_size=7))
@example("-", "[a-]")
@example("b", "[a-b-c]")
@example("]", "[]-a]")
@settings(deadline=None, max_examples=500)
def test_brackets_are_those_of_fnmatch(name, pattern):
    assert fits(name, pattern) == fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        pytest.param("*a" * 30 + "b", "a" * 4_000, id="many stars in a name"),
        pytest.param("**/a/" * 30 + "b", "a/" * 4_000 + "c", id="many ** in a path"),
        pytest.param("**/*a*a*a*a/" * 10 + "b", "aaaa/" * 2_000 + "c", id="both"),
        pytest.param("**/" + "*/" * 30 + "b", "a/" * 4_000 + "c", id="many names at the end"),
        pytest.param("[!b]*" * 30 + "c", "a" * 4_000, id="brackets and stars"),
    ],
)
def test_no_path_costs_more_than_its_length_times_that_of_the_glob(glob, path):
    begun = time.process_time()
    assert not fits(path, glob)
    assert time.process_time() - begun < 1


def test_a_glob_is_compiled_once_for_all_paths():
    paths = [
        f"_posts/2021/2021-04-02-A post with a title of some length {number}.md" for number in range(30_000)
    ]
    begun = time.process_time()
    assert sum(fits(path, "_posts/**/*.md") for path in paths) == len(paths)
    assert time.process_time() - begun < 0.5  # 0.05 s, on a machine that does nothing else


@pytest.mark.parametrize(
    "glob",
    [
        "*.md",
        "**/*.md",
        "**",
        "_posts/**/[0-9]*.md",
        "旧*.md",
        "[[]x].md",
        "[]]x.md",
        "a].md",
        "...md",
        " .md",
    ],
)
def test_a_glob_that_can_be_meant_has_no_problem(glob):
    assert problem_of(glob) is None


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("", "is empty"),
        ("/posts/*.md", "must stay inside"),
        ("/", "must stay inside"),
        ("../*.md", "must stay inside"),
        ("a/../../*.md", "must stay inside"),
        ("a/..", "must stay inside"),
        ("./*.md", r"empty or `\.`"),
        ("a//*.md", "empty or"),
        ("posts/", "empty or"),
        ("a**/b.md", r"`\*\*` beside other characters in 'a\*\*'"),
        ("***", "beside other characters"),
        ("**.md", "beside other characters"),
        ("202[01.md", r"`\[` without its `\]` in '202\[01\.md'"),
        ("[/]x.md", r"without its `\]` in '\['"),
        ("[]x.md", r"without its `\]`"),
        ("[!]x.md", r"without its `\]`"),
        ("[a][b.md", r"without its `\]`"),
    ],
)
def test_a_glob_that_cannot_be_meant_so_says_what_is_wrong(glob, said):
    problem = problem_of(glob)
    assert problem is not None
    assert problem.endswith(".")
    assert re.search(said, problem)


@given(st.text(max_size=20) | GLOB)
@settings(deadline=None, max_examples=500)
def test_every_text_is_a_glob_or_has_a_problem(glob):
    if problem_of(glob) is None:
        assert fits("a/b.md", glob) in {True, False}
