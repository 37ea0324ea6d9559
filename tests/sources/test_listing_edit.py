from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import listing_edit
from pipeline.sources.listing_edit import add, entry_text, remove, with_entry, written_entry
from pipeline.sources.registry import SourcesError, parse_sources, read_sources

SHIPPED = Path(__file__).parents[2] / "raw" / "sources.yaml"

NEW = {"name": "new", "kind": "feed", "location": "https://new.example/feed", "publish": "excerpt"}
NEW_TEXT = """\
  - name: new
    kind: feed
    location: https://new.example/feed
    publish: excerpt
"""


@pytest.fixture
def raw(tmp_path):
    return tmp_path


def write(raw, text):
    (raw / "sources.yaml").write_bytes(text.encode())


def listing(raw):
    return (raw / "sources.yaml").read_bytes().decode()


def names(raw):
    return [source.name for source in read_sources(raw, only_enabled=False)]


# Adding.


def test_an_entry_is_put_behind_the_last_one_and_nothing_else_changes(raw):
    before = """\
# Sources of the delta.
sources:   # all of them

  # The first.
  - name: "delta"    # its name
    kind:   folder
    location: delta
    # profiles:
    #   a.example: generic

  - {name: estuary, kind: folder,
     location: estuary}
    # to be continued

  # In general: ask before.
# End.
"""
    write(raw, before)
    source = add(raw, NEW, "Found today.\nAsk for its rights.")
    assert source.name == "new"
    head, tail = before.split("    # to be continued\n")
    assert listing(raw) == (
        f"{head}    # to be continued\n\n  # Found today.\n  # Ask for its rights.\n{NEW_TEXT}{tail}"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"sources:\n{NEW_TEXT}"),
        ("# Mine.\n", f"# Mine.\nsources:\n{NEW_TEXT}"),
        ("sources:\n", f"sources:\n{NEW_TEXT}"),
        ("sources:", f"sources:\n{NEW_TEXT}"),
        ("sources:  # none\n# End.\n", f"sources:  # none\n{NEW_TEXT}# End.\n"),
        ("sources: []  # none\n", f"sources:  # none\n{NEW_TEXT}"),
        ("sources: ~\n", f"sources:\n{NEW_TEXT}"),
        ("---\nsources:\n...\n", f"---\nsources:\n{NEW_TEXT}...\n"),
    ],
)
def test_a_listing_without_entries_gets_its_first(raw, before, after):
    write(raw, before)
    add(raw, NEW)
    assert listing(raw) == after


def test_a_listing_is_made_where_there_is_none(raw):
    add(raw, NEW)
    assert listing(raw) == f"sources:\n{NEW_TEXT}"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((raw / "sources.yaml").stat().st_mode) == 0o666 & ~umask


A = "- name: a\n  kind: folder\n  location: a\n"
B = "- name: b\n  kind: folder\n  location: b\n"
NEW_FLUSH = NEW_TEXT.replace("\n  ", "\n")[2:]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(f"sources:\n{A}{B}", f"sources:\n{A}{B}{NEW_FLUSH}", id="entries close together"),
        pytest.param(f"sources:\n{A}\n{B}", f"sources:\n{A}\n{B}\n{NEW_FLUSH}", id="entries apart"),
        pytest.param(f"sources:\n{A}", f"sources:\n{A}\n{NEW_FLUSH}", id="one entry"),
        pytest.param(f"sources:\n{A}"[:-1], f"sources:\n{A}\n{NEW_FLUSH}", id="no line end at the end"),
        pytest.param(
            "sources: [{name: a, kind: folder, location: a}]\n",
            'sources: [{name: a, kind: folder, location: a}, {name: "new", kind: "feed", location: '
            '"https://new.example/feed", publish: "excerpt"}]\n',
            id="brackets",
        ),
    ],
)  # fmt: skip
def test_an_entry_is_written_as_its_neighbours_are(raw, before, after):
    write(raw, before)
    add(raw, NEW)
    assert listing(raw) == after


def test_line_ends_of_windows_stay(raw):
    write(raw, f"sources:\n{A}{B}".replace("\n", "\r\n"))
    add(raw, NEW, "Found.")
    assert listing(raw) == f"sources:\n{A}{B}# Found.\n{NEW_FLUSH}".replace("\n", "\r\n")


def test_the_shipped_listing_takes_an_entry_and_gives_it_back(raw):
    before = SHIPPED.read_bytes().decode()
    write(raw, before)
    add(raw, NEW, "Found.")
    assert listing(raw) == f"{before}\n  # Found.\n{NEW_TEXT}"
    remove(raw, "new")
    assert listing(raw) == before


@pytest.mark.parametrize("name", ["sample", "oped2", "society", "teahouse", "weixin"])
def test_any_entry_of_the_shipped_listing_can_be_removed_with_its_comment(raw, name):
    before = SHIPPED.read_text(encoding="utf-8")
    write(raw, before)
    cut = written_entry(raw, name)
    remove(raw, name)
    assert f"- name: {name}\n" in cut
    assert name not in names(raw)
    assert len(names(raw)) == 4
    # An empty line beside it goes, too.
    assert len(listing(raw)) == len(before) - len(cut) - 1
    assert "\n\n\n" not in listing(raw)


def test_an_entry_says_what_was_asked_for(raw):
    entry = {
        "name": "new", "kind": "index", "location": "git@host.example:a b.git", "glob": "**/*.json",
        "title": "A: “b” # c\n\u2028\x85\ufeff\U000e0001\U0001f375 \\ \t", "rights": "~", "enabled": False,
        "publish": "metadata", "schedule": "5 * * * *", "profiles": {"no": "generic", "*.x": "a: b"},
        "removal_limit": 0.25, "fields": {"url": "link", "title": "- x"},
    }  # fmt: skip
    source = add(raw, entry, "x")
    assert source.model_dump(include=set(entry)) == entry
    assert read_sources(raw, only_enabled=False) == [source]


def test_words_that_others_take_for_more_than_text_are_quoted():
    assert entry_text(
        {"a": "no", "b": "1.5", "c": "plain.text", "d": "x: y", "e": "", "f": "2021-01-01"}
    ) == ('- a: "no"\n  b: "1.5"\n  c: plain.text\n  d: "x: y"\n  e: ""\n  f: "2021-01-01"\n')


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"name": "A"}, "differ only in case"),
        ({"name": "a"}, "two sources share the name 'a'"),
        ({"name": "../x"}, "the name '../x' cannot be used"),
        ({"location": "feed.xml"}, "must be a URL of http or https"),
        ({"schedule": "daily"}, "the schedule 'daily' has 1 part"),
        ({"colour": "blue"}, "there is no key `colour`"),
    ],
)
def test_an_entry_with_a_fault_is_refused_and_the_file_stays(raw, change, found):
    before = f"sources:\n{A}"
    write(raw, before)
    with pytest.raises(SourcesError, match=found):
        add(raw, NEW | change)
    assert listing(raw) == before
    assert list(raw.iterdir()) == [raw / "sources.yaml"]


@pytest.mark.parametrize("before", ["sources: [", "- a", "sources:\n- {name: a}", "x: y"])
def test_a_listing_with_a_fault_is_not_edited(raw, before):
    write(raw, before)
    with pytest.raises(SourcesError, match=r"sources\.yaml, line \d"):
        add(raw, NEW)
    with pytest.raises(SourcesError, match=r"sources\.yaml, line \d"):
        remove(raw, "a")
    assert listing(raw) == before


def test_a_listing_that_is_written_too_strangely_is_left_to_its_owner(raw):
    before = '{"sources": null}'
    write(raw, before)
    with pytest.raises(SourcesError):
        add(raw, NEW)
    assert listing(raw) == before


# Removing.


def test_an_entry_goes_with_its_own_comments_and_no_others(raw):
    write(
        raw,
        """\
sources:
  # All are archives.

  # About a.
  # More about a.
  - name: a   # this one
    # its kind
    kind: folder
    location: a
    # and the rest

  # About b.
  - name: b
    kind: folder
    location: b
# End.
""",
    )
    cut = written_entry(raw, "a")
    remove(raw, "a")
    assert cut.startswith("  # About a.\n")
    assert cut.endswith("    # and the rest\n")
    assert listing(raw) == (
        "sources:\n  # All are archives.\n\n"
        "  # About b.\n  - name: b\n    kind: folder\n    location: b\n# End.\n"
    )


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("a", "sources: [{name: b, kind: folder, location: b}, {name: c, kind: folder, location: c}]"),
        ("b", "sources: [{name: a, kind: folder, location: a}, {name: c, kind: folder, location: c}]"),
        ("c", "sources: [{name: a, kind: folder, location: a}, {name: b, kind: folder, location: b}]"),
    ],
)
def test_an_entry_in_brackets_goes_with_its_comma(raw, name, after):
    write(raw, "sources: [" + ", ".join(f"{{name: {n}, kind: folder, location: {n}}}" for n in "abc") + "]")
    remove(raw, name)
    assert listing(raw) == after


def test_the_last_entry_leaves_a_listing_that_takes_another(raw):
    write(raw, f"sources:\n{A}")
    remove(raw, "a")
    assert listing(raw) == "sources:\n"
    add(raw, NEW)
    assert names(raw) == ["new"]


def test_only_an_entry_that_is_there_can_be_removed(raw):
    with pytest.raises(SourcesError, match=r"sources\.yaml: there is no such file"):
        remove(raw, "a")
    write(raw, f"sources:\n{A}")
    with pytest.raises(SourcesError, match=r"there is no source 'b'\. Known are: a\."):
        remove(raw, "b")
    assert listing(raw) == f"sources:\n{A}"


# The file.


def test_the_file_keeps_its_permissions_and_a_link_stays_a_link(raw):
    (raw / "mine").mkdir()
    (raw / "mine" / "list.yaml").write_text(f"sources:\n{A}")
    (raw / "mine" / "list.yaml").chmod(0o640)
    (raw / "sources.yaml").symlink_to("mine/list.yaml")
    add(raw, NEW)
    assert (raw / "sources.yaml").is_symlink()
    assert stat.S_IMODE((raw / "mine" / "list.yaml").stat().st_mode) == 0o640
    assert names(raw) == ["a", "new"]
    assert [path.name for path in (raw / "mine").iterdir()] == ["list.yaml"]


def test_what_somebody_else_wrote_meanwhile_is_not_lost(raw, monkeypatch):
    write(raw, f"sources:\n{A}")
    theirs = f"sources:\n{A}{B}"

    def slowly(text, *rest):
        write(raw, theirs)
        return with_entry(text, *rest)

    monkeypatch.setattr(listing_edit, "with_entry", slowly)
    with pytest.raises(SourcesError, match=r"was changed by somebody else just now\. Look at it, and try"):
        add(raw, NEW)
    assert listing(raw) == theirs
    assert list(raw.iterdir()) == [raw / "sources.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_plain_error(raw):
    write(raw, f"sources:\n{A}")
    raw.chmod(0o500)
    try:
        with pytest.raises(SourcesError, match=r"sources\.yaml: cannot be written"):
            add(raw, NEW)
    finally:
        raw.chmod(0o700)


# Any listing.

COMMENTS = st.sampled_from(
    ["", "\n", "  # between\n", "\n  # apart\n\n", "# flush left\n", "    # further in\n"]
)
KEYS = st.sampled_from(
    [
        "", "    title:\n", "    rights: |\n      one\n      # two\n\n", "    title: >-\n     a\n\n     b\n",
        "    enabled: false # x\n", "    profiles: {a.example: generic}\n", "    # note\n\n    # more\n",
        "    profiles:\n      a.example: generic\n      # none else\n",
    ]
)  # fmt: skip


@st.composite
def listings(draw):
    """The text of a listing with up to four entries, and how many it has."""
    count = draw(st.integers(0, 4))
    text = draw(st.sampled_from(["", "# Top.\n\n", "---\n"])) + "sources:\n"
    for number in range(count):
        text += draw(COMMENTS)
        if draw(st.booleans()):
            lines = [draw(KEYS), "    kind: folder\n", "    location: x\n"]
            text += f"  - name: s{number}\n{''.join(draw(st.permutations(lines)))}"
        else:
            text += f"  - {{name: s{number}, kind: folder,\n     location: 'x'}}  # in braces\n"
    return text + draw(COMMENTS), count


@given(listings(), st.booleans(), st.sampled_from([None, "Found.", "One.\nTwo."]))
@settings(max_examples=80, deadline=None)
def test_an_entry_added_and_removed_leaves_every_byte_as_it_was(tmp_path_factory, made, windows, comment):
    raw = tmp_path_factory.mktemp("raw")
    text = made[0].replace("\n", "\r\n") if windows else made[0]
    write(raw, text)
    add(raw, NEW, comment)
    added = listing(raw)
    # Nothing was changed but for one insertion.
    more = len(added) - len(text)
    assert any(text == added[:at] + added[at + more :] for at in range(len(text) + 1))
    assert names(raw) == sorted([*(f"s{number}" for number in range(made[1])), "new"])
    remove(raw, "new")
    assert listing(raw) == text


@given(listings(), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_removing_any_entry_leaves_the_others_as_they_were(tmp_path_factory, made, number):
    raw = tmp_path_factory.mktemp("raw")
    text, count = made
    if number >= count:
        return
    write(raw, text)
    before = parse_sources(text, Path("x"))
    cut = written_entry(raw, f"s{number}")
    remove(raw, f"s{number}")
    assert cut in text
    after = listing(raw)
    assert read_sources(raw, only_enabled=False) == [
        source for source in before if source.name != f"s{number}"
    ]
    # What went beside the entry is empty lines alone.
    assert "".join(after.split()) == "".join(text.replace(cut, "", 1).split())
