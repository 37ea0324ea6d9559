from __future__ import annotations

import os
import re
import subprocess
import sys
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.sources import kinds
from pipeline.sources.registry import (
    INDEX_FIELDS,
    MAX_FAULTS,
    MAX_LISTING_BYTES,
    Source,
    SourcesError,
    digest,
    is_path,
    parse_sources,
    read_sources,
    shown_location,
)


@pytest.fixture
def raw(tmp_path):
    """A raw folder with two archives in it."""
    root = tmp_path / "raw"
    (root / "delta").mkdir(parents=True)
    (root / "estuary").mkdir()
    return root


def write(raw, yaml):
    (raw / "sources.yaml").write_text(yaml, encoding="utf-8")


def faults(raw, yaml):
    """What is said of a listing: pairs of a line and a message, without the file's name."""
    write(raw, yaml)
    with pytest.raises(SourcesError) as caught:
        read_sources(raw)
    lines = str(caught.value).splitlines()
    start = f"{raw / 'sources.yaml'}, line "
    assert all(line.startswith(start) for line in lines), lines
    return [
        (int(number), message) for number, message in (line[len(start) :].split(": ", 1) for line in lines)
    ]


def fault(raw, yaml):
    (found,) = faults(raw, yaml)
    return found


# What is read.


def test_sources_come_sorted_by_name(raw):
    write(
        raw,
        """\
sources:
  - name: estuary_2
    kind: folder
    location: estuary
  - name: Delta-1
    kind: git
    location: delta
    glob: "_posts/*.md"
    title: The delta’s papers
    rights: each author’s own
    publish: excerpt
    schedule: "40 * * * *"
    profiles: {delta.example: generic}
    on_removal: keep
    removal_limit: 0.1
    ref: main
    clone: partial
""",
    )
    delta, estuary = read_sources(raw)
    assert delta.model_dump() == {
        "name": "Delta-1",
        "kind": "git",
        "location": "delta",
        "glob": "_posts/*.md",
        "title": "The delta’s papers",
        "rights": "each author’s own",
        "enabled": True,
        "publish": "excerpt",
        "schedule": "40 * * * *",
        "profiles": {"delta.example": "generic"},
        "on_removal": "keep",
        "removal_limit": 0.1,
        "reject_limit": 0.05,
        "fill_limit": 0.5,
        "ref": "main",
        "clone": "partial",
        "fields": {},
    }
    assert estuary == Source(name="estuary_2", kind="folder", location="estuary")


@pytest.mark.parametrize(
    ("kind", "location", "glob"),
    [
        ("folder", "delta", "**/*.md"),
        ("git", "delta", "**/*.md"),
        ("index", "delta", "**/*.json"),
        ("feed", "https://delta.example/feed", ""),
    ],
)
def test_the_glob_that_is_left_out_depends_on_the_kind(raw, kind, location, glob):
    write(raw, f"sources: [{{name: delta, kind: {kind}, location: '{location}'}}]")
    assert read_sources(raw)[0].glob == glob


def test_text_is_taken_as_it_is_written(raw):
    """Whatever else YAML would make of it."""
    write(
        raw,
        "sources:\n- name: 007\n  kind: folder\n  location: 2021-02-30\n"
        "  title: yes\n  rights:\n  enabled: yes\n",
    )
    (source,) = read_sources(raw)
    assert (source.name, source.location, source.title) == ("007", "2021-02-30", "yes")
    assert (source.rights, source.enabled) == (None, True)


def test_a_source_that_is_not_enabled_is_left_out_unless_all_are_asked_for(raw):
    write(
        raw,
        "sources:\n- {name: delta, kind: folder, location: delta}\n"
        "- {name: later, kind: folder, location: gone, enabled: false}\n",
    )
    assert [source.name for source in read_sources(raw)] == ["delta"]
    assert [source.name for source in read_sources(raw, only_enabled=False)] == ["delta", "later"]


def test_a_location_need_not_be_there(raw):
    """Its kind says so when it is fetched."""
    write(raw, "sources:\n- {name: delta, kind: folder, location: gone}")
    assert len(read_sources(raw)) == 1


@pytest.mark.parametrize("listing", ["sources:", "sources: []", "sources: ~  # none yet"])
def test_a_listing_may_hold_no_source_but_then_there_is_nothing_to_build(raw, listing):
    write(raw, listing)
    assert read_sources(raw, only_enabled=False) == []
    with pytest.raises(SourcesError, match=r"sources\.yaml: no source is enabled\. Set `enabled: true`"):
        read_sources(raw)


def test_where_no_source_is_enabled_there_is_nothing_to_build(raw):
    write(raw, "sources: [{name: delta, kind: folder, location: delta, enabled: false}]")
    with pytest.raises(SourcesError, match="no source is enabled"):
        read_sources(raw)


@pytest.mark.parametrize("start", ["\ufeff", "---\n", "%YAML 1.2\n---\n", "# Sources.\r\n\r\n"])
def test_how_a_listing_begins_makes_no_difference(raw, start):
    write(raw, f"{start}sources:\r\n- {{name: delta, kind: folder, location: delta}}\r\n")
    assert [source.name for source in read_sources(raw)] == ["delta"]


# A folder of the user's own.


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("delta", "delta"),
        ("My posts, 2021", "My-posts-2021"),
        ("旧书摊", "folder"),
        ("papers (old)", "papers-old"),
        ("-x", "x"),
        ("a" * 100, "a" * 64),
    ],
)
def test_a_folder_without_a_listing_is_one_source_of_its_own(tmp_path, folder, name):
    (tmp_path / folder).mkdir()
    (source,) = read_sources(tmp_path / folder)
    assert source == Source(name=name, kind="folder", location=".", glob="**/*.md", publish="full")


def test_raw_must_be_a_folder(tmp_path):
    (tmp_path / "post.md").touch()
    for place in (tmp_path / "gone", tmp_path / "post.md"):
        with pytest.raises(SourcesError, match=f"{place.name}: no such folder"):
            read_sources(place)


def test_an_empty_folder_is_a_source_without_posts(tmp_path):
    """That nothing is found in it is said when it is listed."""
    assert len(read_sources(tmp_path)) == 1


def test_a_listing_under_another_name_is_not_taken_for_a_folder_of_posts(tmp_path):
    (tmp_path / "sources.yml").touch()
    with pytest.raises(SourcesError, match=r"sources\.yml: is not read .* Rename it to sources\.yaml\."):
        read_sources(tmp_path)


# What is wrong with a listing.

DELTA = "name: delta, kind: folder, location: delta"


@pytest.mark.parametrize(
    ("entry", "line", "found"),
    [
        ("colour: blue", 5, "there is no key `colour`. Take it out, or write one of name, kind, location, "),
        ("globs: x", 5, "there is no key `globs`. Did you mean `glob`?"),
        ("Enabled: true", 5, "there is no key `Enabled`. Did you mean `enabled`?"),
        ("removal-limit: 0.1", 5, "there is no key `removal-limit`. Did you mean `removal_limit`?"),
        ("<<: {title: x}", 5, "there is no key `<<`. "),
        ("title: a\n    title: b", 6, "`title` stands here a second time (line 5). Take one out."),
        ("? [a]\n    : b", 5, "a key is not a word. Take it out."),
        ("title: [a]", 5, "`title` is a list. Write text."),
        ("title: {a: b}", 5, "`title` is a mapping. Write text."),
        ("enabled: maybe", 5, "`enabled` is 'maybe'. Write true or false."),
        ("enabled:", 5, "`enabled` is empty. Write true or false."),
        ("publish: some", 5, "`publish` is 'some'. Write full, excerpt or metadata."),
        ("publish: Full", 5, "`publish` is 'Full'. Write full, excerpt or metadata."),
        ("on_removal: delete", 5, "`on_removal` is 'delete'. Write remove or keep."),
        ("removal_limit: 5%", 5, "`removal_limit` is '5%'. Write a share from 0 to 1, such as 0.05"),
        ("reject_limit: 5", 5, "`reject_limit` is '5'. Write a share from 0 to 1, such as 0.05"),
        ("fill_limit: .nan", 5, "`fill_limit` is '.nan'. Write a share from 0 to 1, such as 0.5"),
        ("removal_limit: nan", 5, "`removal_limit` is 'nan'. Write a share from 0 to 1"),
        ("profiles: generic", 5, "`profiles` is 'generic'. Write {www.host.example: generic}."),
        ("profiles:\n      a.example:", 5, "`profiles` of 'a.example' is empty. Write text, as in {www."),
        ("profiles:\n      a: b\n      a: c", 7, "`profiles` has 'a' twice. Take one out."),
        ("schedule: 40 * * *", 5, "the schedule '40 * * *' has 4 parts. A cron line has five parts: minute"),
        ("schedule: ''", 5, "the schedule '' has 0 parts. A cron line has five parts: "),
        ("glob: /x/*.md", 5, "the glob '/x/*.md' must stay inside the source's location."),
        ("glob: a/../../*.md", 5, "the glob 'a/../../*.md' must stay inside the source's location."),
        ("glob: 'a**/*.md'", 5, "the glob 'a**/*.md' has `**` beside other characters in 'a**'."),
        ("glob: 'a[b.md'", 5, "the glob 'a[b.md' has a `[` without its `]` in 'a[b.md'."),
        ("glob:", 5, "`glob` is empty. Write text."),
        ("on_removal: keep", 5, "a folder does not say what was removed from it, or when, so `on_removal: "),
        ("ref: main", 5, "`ref` is for kind git and index, not for folder. Take it out."),
        ("clone: full", 5, "`clone` is for kind git, not for folder. Take it out."),
        ("fields: {url: link}", 5, "`fields` is for kind index, not for folder. Take it out."),
    ],
)
def test_a_fault_in_an_entry_names_its_line_the_source_and_the_fix(raw, entry, line, found):
    yaml = f"sources:\n  - name: delta\n    kind: folder\n    location: delta\n    {entry}\n"
    at, message = fault(raw, yaml)
    assert at == line
    assert message.startswith(f"source 'delta': {found}")


@pytest.mark.parametrize(
    ("entry", "line", "found"),
    [
        ("kind: git, location: x, on_removal: keep, clone: shallow", 1, "a shallow clone has no history"),
        ("kind: git, location: x, ref: --upload-pack=x", 1, "`ref` is '--upload-pack=x', which names no"),
        ("kind: git, location: x, ref: a..b", 1, "`ref` is 'a..b', which names no branch or tag."),
        ("kind: git, location: 'ext::sh -c whoami'", 1, "`location` holds a `:` and is no URL."),
        ("kind: git, location: --upload-pack=x", 1, "`location` begins with `-`"),
        ("kind: index, location: x, clone: full", 1, "`clone` is for kind git, not for index."),
        ("kind: index, location: x, fields: {link: url}", 1, "`fields` names 'link', which an index does"),
        ("kind: index, location: x, fields: {titel: t}", 1, "`fields` names 'titel', which an index does"),
        ("kind: feed, location: feed.xml", 1, "`location` must be a URL of http or https for a feed."),
        ("kind: feed, location: 'https://a.example', glob: a", 1, "a feed has no files, and so no `glob`"),
        ("kind: ftp, location: x", 1, "there is no kind 'ftp'. Write one of folder, git, feed, index."),
        ("kind: folder", 1, "has no `location`. Add it."),
        ("location: x", 1, "has no `kind`. Add it."),
    ],
)  # fmt: skip
def test_a_fault_that_depends_on_the_kind_is_told_too(raw, entry, line, found):
    at, message = fault(raw, f"sources: [{{name: delta, {entry}}}]")
    assert at == line
    assert message.startswith(f"source 'delta': {found}")


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a b", "渡口", "-a", "a" * 65, '"a\\n"', "''", "a.b"])
def test_a_name_that_cannot_name_a_folder_is_refused(raw, name):
    _, message = fault(raw, f"sources:\n- name: {name}\n  kind: folder\n  location: delta")
    assert "cannot be used. Write 1 to 64 letters, digits, `-` and `_`, and begin with no `-`." in message


@pytest.mark.parametrize(
    ("yaml", "line", "found"),
    [
        (f"source: [{{{DELTA}}}]", 1, "there is no key 'source' at the top. Did you mean `sources`?"),
        (f"sources: [{{{DELTA}}}]\ncolour: x", 2, "there is no key 'colour' at the top. Take it out"),
        (f"sources: [{{{DELTA}}}]\nsources: []", 2, "`sources` stands here a second time."),
        ("{}", 1, "there is no key `sources`. Write `sources:`"),
        ("sources: delta", 1, "`sources` is no list. Write the entries below it"),
        ("\nsources:\n  name: delta", 3, "`sources` is no list. Write the entries below it"),
        ("sources:\n- delta", 2, "entry 1: is no mapping. Write `name:`, `kind:` and `location:`"),
        ("sources:\n- {kind: folder, location: x}", 2, "entry 1: has no `name`. Add it."),
        ("sources:\n- [name]", 2, "entry 1: is no mapping."),
        ("", 1, "holds nothing. Write `sources:`"),
        ("# nothing yet\n", 1, "holds nothing. Write `sources:`"),
        ("- delta", 1, "is no mapping at its top. Write `sources:`"),
        ("delta", 1, "is no mapping at its top. Write `sources:`"),
        ("sources: [", 1, "is not YAML ("),
        ("sources:\n  - name: delta\n   kind: git", 3, "is not YAML ("),
        ("sources:\n- title: a: b", 2, "is not YAML ("),
        ("sources: !!python/object:os.system {}", 1, "has a value that begins with `!` (a tag)."),
        ("sources: &a [*a]", 1, "has a value that begins with `&` or `*`"),
        ("sources:\n- schedule: */5 * * * *", 2, "has a value that begins with `&` or `*`"),
        ("sources: []\n---\nsources: []", 2, "begins a second document. Take out the line `---`."),
        ("sources: " + "[" * 5000, 1, "is nested more than "),
    ],
)
def test_a_listing_that_cannot_be_read_names_the_line_and_the_fix(raw, yaml, line, found):
    at, message = fault(raw, yaml)
    assert at == line
    assert message.startswith(found)


def test_anchors_cannot_grow_a_small_file_into_a_large_value(raw):
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert fault(raw, "\n".join(lines))[1].startswith("has a value that begins with `&`")


def test_two_sources_of_one_name_are_told_also_where_they_are_not_enabled(raw):
    yaml = f"sources:\n- {{{DELTA}}}\n- {{{DELTA}, enabled: false}}\n"
    assert fault(raw, yaml) == (3, "two sources share the name 'delta' (also line 2). Rename one.")


def test_names_that_would_share_a_folder_are_told(raw):
    yaml = (
        "sources:\n- {name: delta, kind: folder, location: a}\n- {name: Delta, kind: folder, location: b}\n"
    )
    line, message = fault(raw, yaml)
    assert line == 3
    assert message == (
        "the names 'Delta' and 'delta' (line 2) differ only in case, and would share a folder. Rename one."
    )


def test_every_fault_of_the_file_is_told_in_the_order_of_its_lines(raw):
    found = faults(
        raw,
        """\
sources:
  - name: delta
    kind: gti
    colour: blue
  - kind: folder
    location: x
    title: a
    title: b
  - name: delta
    kind: feed
    location: https://delta.example/feed
    glob: "*.md"
    schedule: daily
sorces: []
""",
    )
    assert [line for line, _ in found] == [2, 3, 4, 5, 8, 9, 12, 13, 14]


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted(raw):
    write(raw, "sources:\n" + "- x\n" * (MAX_FAULTS + 7))
    with pytest.raises(SourcesError) as caught:
        read_sources(raw)
    lines = str(caught.value).splitlines()
    assert len(lines) == MAX_FAULTS + 1
    assert lines[-1] == f"{raw / 'sources.yaml'}: 7 more faults follow."


@pytest.mark.parametrize(
    "entry",
    [
        "location: https://me:hush@host.example:99999/x",
        "location: https://me:hush@host.example/a b",
        "location: ftp://me:hush@host.example/x",
        "loaction: https://me:hush@host.example/x",
        "location: x\n  title: [https://me:hush@host.example/x]",
        "location: x\n  ref: https://me:hush@host.example/x",
        "location: x\n  schedule: https://me:hush@host.example/x",
        "location: x\n  glob: https://me:hush@host.example/x",
        "location: x\n  publish: https://me:hush@host.example/x",
        "location: x\n  https://me:hush@host.example/x: y",
        "location: https://me:hush@host.example: x",
    ],
)
def test_no_message_holds_the_password_of_a_url(raw, entry):
    found = faults(raw, f"sources:\n- name: delta\n  kind: git\n  {entry}\n")
    assert found
    assert "hush" not in repr(found)


def test_no_message_holds_a_control_character(raw):
    found = faults(raw, 'sources:\n- {"a\\e[31m\\nb": x, name: "\\e[31m", kind: "\\a", location: x}')
    assert all(message.isprintable() for _, message in found)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"sources: # caf\xe9", r"sources\.yaml, line 1: is not UTF-8\. Save the file as UTF-8\."),
        (b"sources:\n\n# caf\xe9", r"sources\.yaml, line 3: is not UTF-8"),
        ("sources: []".encode("utf-16"), r"sources\.yaml(, line 1)?: is not? .*UTF-8\."),
        (b"\x7fELF\x00\x01", r"sources\.yaml: is no text, or not in UTF-8\. Save it as UTF-8\."),
        (b"#" * (MAX_LISTING_BYTES + 1), r"sources\.yaml: has more than 524,288 bytes"),
    ],
)
def test_a_file_that_is_no_listing_at_all_is_a_plain_error(raw, data, found):
    (raw / "sources.yaml").write_bytes(data)
    with pytest.raises(SourcesError, match=found):
        read_sources(raw)


def test_what_stands_where_the_listing_should_must_be_a_file(raw):
    (raw / "sources.yaml").mkdir()
    with pytest.raises(SourcesError, match="is no file"):
        read_sources(raw)
    (raw / "sources.yaml").rmdir()
    (raw / "sources.yaml").symlink_to("nowhere")
    with pytest.raises(SourcesError, match="is no file"):
        read_sources(raw)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(raw):
    os.mkfifo(raw / "sources.yaml")
    with pytest.raises(SourcesError, match="is no file"):
        read_sources(raw)


VALUES = st.recursive(
    st.text("ab:/*[]{}!&#-%.1 '\"\n", max_size=8) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(Source.model_fields)), VALUES))
@settings(max_examples=300, deadline=None)
def test_an_entry_becomes_a_source_or_is_told_line_by_line(entry):
    import json
    from pathlib import Path

    text = "sources:\n- " + json.dumps(entry)
    try:
        sources = parse_sources(text, Path("sources.yaml"))
    except SourcesError as error:
        for line in str(error).splitlines():
            assert re.match(r"sources\.yaml, line 2: (source '.*'|entry 1): .*[.?]$", line), line
    else:
        assert [source.name for source in sources] == [entry["name"]]


@given(st.text("sources:- namekidlct{}[]\n'\"#&*!", max_size=60))
def test_no_text_fails_in_another_way(text):
    from pathlib import Path

    said = "sources.yaml, line "
    try:
        parse_sources(text, Path("sources.yaml"))
    except SourcesError as error:
        said = str(error)
    assert said.startswith("sources.yaml, line ")


# The model by itself.


def test_a_source_cannot_be_made_wrong_in_code_either():
    with pytest.raises(ValidationError, match="begins with `-`"):
        Source(name="delta", kind="git", location="--upload-pack=x")


def test_a_source_does_not_change():
    source = Source(name="delta", kind="folder", location=".")
    with pytest.raises(ValidationError):
        source.location = "/"


def test_a_fifth_kind_is_known_once_it_is_named(raw, monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "toy", "toy_kind")
    monkeypatch.setitem(sys.modules, "toy_kind", types.ModuleType("toy_kind"))
    write(raw, "sources: [{name: delta, kind: toy, location: x}]")
    (source,) = read_sources(raw)
    assert (source.kind, source.glob) == ("toy", "**/*.md")
    assert kinds.kind_of(source) is sys.modules["toy_kind"]


def test_the_fields_of_an_index_are_those_that_its_kind_reads():
    index = pytest.importorskip("pipeline.sources.index")
    assert set(INDEX_FIELDS) == set(index.FIELDS)


def test_what_is_shown_of_a_source_and_whether_it_is_a_path():
    source = Source(name="delta", kind="git", location="https://me:hush@host.example/x")
    assert shown_location(source.location) == "https://***@host.example/x"
    assert not is_path(source)
    assert is_path(Source(name="delta", kind="git", location="x"))


# The digest.

GIT = {"name": "delta", "kind": "git", "location": "https://host.example/x.git"}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "index"},
        {"location": "https://host.example/y.git"},
        {"glob": "_posts/*.md"},
        {"ref": "main"},
        {"profiles": {"a.example": "generic"}},
        {"publish": "excerpt"},
        {"on_removal": "keep"},
        {"clone": "shallow"},
    ],
)
def test_the_digest_changes_with_what_the_tables_are_made_from(change):
    assert digest(Source(**(GIT | change))) != digest(Source(**GIT))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Delta"},
        {"rights": "none"},
        {"enabled": False},
        {"schedule": "1 * * * *"},
        {"removal_limit": 0.5},
        {"clone": "partial"},
        {"glob": "**/*.md"},
        {"location": "https://me:secret@host.example/x.git"},
    ],
)
def test_the_digest_stays_with_what_they_are_not_made_from(change):
    base = GIT | ({"location": "https://old:one@host.example/x.git"} if "location" in change else {})
    assert digest(Source(**(GIT | change))) == digest(Source(**base))


def test_the_digest_does_not_depend_on_the_order_of_profiles():
    one, two = (
        {"a.example": "generic", "b.example": "generic"},
        {"b.example": "generic", "a.example": "generic"},
    )
    assert digest(Source(**GIT, profiles=one)) == digest(Source(**GIT, profiles=two))


def test_the_registry_loads_nothing_heavy():
    code = (
        "import sys, pipeline.sources.registry\n"
        "heavy = {'polars', 'pandera', 'duckdb', 'pyarrow', 'dagster', 'ruamel.yaml', 'httpx', 'lxml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
