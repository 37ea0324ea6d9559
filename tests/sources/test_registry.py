from __future__ import annotations

import pytest

from pipeline.sources.registry import SourcesError, read_sources


@pytest.fixture
def raw(tmp_path):
    """A raw folder with two archives in it."""
    root = tmp_path / "raw"
    (root / "delta").mkdir(parents=True)
    (root / "estuary").mkdir()
    return root


def write(raw, yaml):
    (raw / "sources.yaml").write_text(yaml, encoding="utf-8")


def test_sources_come_sorted_by_name_with_their_locations(raw):
    write(
        raw,
        """\
sources:
  - name: estuary_2
    kind: folder
    location: estuary
  - name: Delta-1
    kind: folder
    location: delta
    glob: "_posts/*.md"
    title: The delta’s papers
    rights: each author’s own
    profiles: {delta.example: generic}
""",
    )
    (delta, at_delta), (estuary, at_estuary) = read_sources(raw)
    assert delta.model_dump() == {
        "name": "Delta-1",
        "kind": "folder",
        "location": "delta",
        "glob": "_posts/*.md",
        "title": "The delta’s papers",
        "rights": "each author’s own",
        "enabled": True,
        "profiles": {"delta.example": "generic"},
    }
    assert (estuary.glob, estuary.title, estuary.rights, estuary.profiles) == ("**/*.md", None, None, {})
    assert (at_delta, at_estuary) == (raw / "delta", raw / "estuary")


def test_a_location_may_lie_anywhere(raw, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    write(
        raw,
        f"sources:\n- {{name: a, kind: folder, location: ../elsewhere}}\n"
        f"- {{name: b, kind: folder, location: {tmp_path / 'elsewhere'}}}\n",
    )
    assert [at.resolve() for _, at in read_sources(raw)] == [tmp_path / "elsewhere"] * 2


def test_a_source_that_is_not_enabled_is_left_out_and_its_location_need_not_be_there(raw):
    write(
        raw,
        "sources:\n- {name: delta, kind: folder, location: delta}\n"
        "- {name: later, kind: folder, location: gone, enabled: false}\n",
    )
    assert [source.name for source, _ in read_sources(raw)] == ["delta"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("delta", "delta"),
        ("My posts, 2021", "My-posts-2021"),
        ("旧书摊", "folder"),
        ("papers (old)", "papers-old"),
    ],
)
def test_a_folder_without_a_listing_is_one_source_of_its_own(tmp_path, folder, name):
    (tmp_path / folder).mkdir()
    ((source, location),) = read_sources(tmp_path / folder)
    assert (source.name, source.kind, source.glob) == (name, "folder", "**/*.md")
    assert location.resolve() == tmp_path / folder


DELTA = "name: delta, kind: folder, location: delta"


@pytest.mark.parametrize(
    ("yaml", "found"),
    [
        pytest.param(
            f"sources: [{{{DELTA}, colour: blue}}]", r"sources\.0\.colour: Extra inputs", id="unknown key"
        ),
        pytest.param(f"source: [{{{DELTA}}}]", r"source: Extra inputs", id="unknown key at the top"),
        pytest.param(
            "sources: [{name: delta, kind: folder}]",
            r"sources\.0\.location: Field required",
            id="missing key",
        ),
        pytest.param(
            "sources: [{kind: folder, location: x}]", r"sources\.0\.name: Field required", id="no name"
        ),
        pytest.param(
            "sources: [{name: a/b, kind: folder, location: delta}]",
            r"sources\.0\.name: .*pattern",
            id="bad name",
        ),
        pytest.param(
            'sources: [{name: "a\\n", kind: folder, location: delta}]',
            r"\.name: .*pattern",
            id="newline in a name",
        ),
        pytest.param(
            "sources: [{name: a, kind: ftp, location: delta}]", r"sources\.0\.kind: ", id="unknown kind"
        ),
        pytest.param(f"sources: [{{{DELTA}, glob: /x/*.md}}]", "must stay inside", id="glob from the root"),
        pytest.param(
            f"sources: [{{{DELTA}, glob: a/../../*.md}}]", "must stay inside", id="glob that leads out"
        ),
        pytest.param(
            f"sources: [{{{DELTA}}}, {{{DELTA}}}]", "two sources share the name 'delta'", id="duplicate name"
        ),
        pytest.param(
            f"sources: [{{{DELTA}}}, {{{DELTA}, enabled: false}}]",
            "two sources share the name",
            id="duplicate, not enabled",
        ),
        pytest.param("sources: []", "no source is enabled", id="no source"),
        pytest.param(f"sources: [{{{DELTA}, enabled: false}}]", "no source is enabled", id="none enabled"),
        pytest.param(
            "sources: [{name: a, kind: folder, location: gone}]",
            "source 'a': .*gone is no folder",
            id="no location",
        ),
        pytest.param("", r"sources\.yaml: ", id="empty"),
        pytest.param("- delta", r"sources\.yaml: ", id="a list"),
        pytest.param("sources: [", r"sources\.yaml: cannot be read", id="no YAML"),
        pytest.param("sources: !!python/object:os.system {}", r"sources\.yaml: cannot be read", id="a tag"),
        pytest.param(
            f"sources: [{{{DELTA}, title: 2021-02-30}}]",
            r"sources\.yaml: cannot be read: day",
            id="a day that is none",
        ),
    ],
)
def test_a_listing_that_cannot_be_used_says_what_to_mend(raw, yaml, found):
    write(raw, yaml)
    with pytest.raises(SourcesError, match=found):
        read_sources(raw)


def test_a_listing_that_is_not_utf_8_cannot_be_read(raw):
    (raw / "sources.yaml").write_bytes(b"sources: [{name: caf\xe9}]")
    with pytest.raises(SourcesError, match=r"sources\.yaml: cannot be read"):
        read_sources(raw)


def test_raw_must_be_a_folder(tmp_path):
    (tmp_path / "post.md").touch()
    for place in (tmp_path / "gone", tmp_path / "post.md"):
        with pytest.raises(SourcesError, match=f"{place.name}: no such folder"):
            read_sources(place)


def test_an_empty_folder_is_a_source_without_posts(tmp_path):
    """That nothing is found in it is said when it is listed."""
    assert len(read_sources(tmp_path)) == 1
