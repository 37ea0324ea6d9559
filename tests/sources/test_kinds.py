"""What every kind of source does alike, the toy fifth kind of `toy_kind.py` among them."""

from __future__ import annotations

import inspect
import json
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.sources import kinds
from pipeline.sources.kinds import Fetched, FetchError, Kind, Known, Look, Place, kind_of
from pipeline.sources.places import place_of
from pipeline.sources.raw import RawFile, RawPost, Reject
from pipeline.sources.registry import Source, SourcesError, read_sources
from tests.sources.archives import Archive

Posts = dict[str, str]

# What the source holds, one state after another: posts are added, edited, renamed, removed and there again.
STATES: list[Posts] = [
    {"b.md": "Low tide.", "2021/a.md": "The ferry.", "B.md": "Low tide."},
    {"b.md": "Low tide.", "2021/a.md": "The ferry.", "B.md": "Low tide.", "a.md": "Lantern."},
    {"b.md": "Ebb tide.", "2021/a.md": "The ferry.", "B.md": "Low tide.", "a.md": "Lantern."},
    {"b.md": "Ebb tide.", "2021/渡口.md": "The ferry.", "B.md": "Low tide.", "a.md": "Lantern."},
    {"b.md": "Low tide."},
    {},
    {"b.md": "Low tide.", "2021/a.md": "The ferry.", "B.md": "Low tide."},
]


def hold_in_folder(location: Path, posts: Posts) -> None:
    """Files as they stand; those that are the same are not touched."""
    location.mkdir(exist_ok=True)
    for path in list(location.rglob("*.*")):
        if path.is_file() and str(path.relative_to(location)) not in posts:
            path.unlink()
    for name, text in posts.items():
        path = location / name
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    wait_for_the_next_tick(location.with_name("clock"))


def wait_for_the_next_tick(clock: Path) -> None:
    """Until the file system gives another time: some milliseconds."""
    clock.touch()
    begun = clock.stat().st_mtime_ns
    while clock.stat().st_mtime_ns == begun:
        clock.touch()


class InGit:
    """A git archive; each state is a commit."""

    def __init__(self) -> None:
        self.archive: Archive | None = None

    def __call__(self, location: Path, posts: Posts) -> None:
        if self.archive is None:
            self.archive = Archive(location)
        for name in list(self.archive.files):
            if name.decode() not in posts:
                self.archive.delete(name)
        for name, text in posts.items():
            self.archive.write(name, text)
        self.archive.commit()


def hold_in_zip(location: Path, posts: Posts) -> None:
    with zipfile.ZipFile(location, "w") as archive:
        for name, text in posts.items():
            archive.writestr(zipfile.ZipInfo(name), text)


def as_index(posts: Posts) -> Posts:
    """The same posts as entries of an index: a file for each folder."""
    files: dict[str, list[dict[str, str]]] = {}
    for path, text in posts.items():
        folder, _, name = path.rpartition("/")
        files.setdefault(f"{folder or 'top'}.json", []).append(
            {"url": f"delta.example/{name}", "title": text}
        )
    return {path: json.dumps(entries) for path, entries in files.items()}


def hold_index_in_folder(location: Path, posts: Posts) -> None:
    hold_in_folder(location, as_index(posts))


class IndexInGit(InGit):
    """The index in a git archive."""

    def __call__(self, location: Path, posts: Posts) -> None:
        super().__call__(location, as_index(posts))


def text_of_file(data: bytes) -> str:
    return data.decode()


def text_of_entry(data: bytes) -> str:
    return json.loads(data)["title"]


@dataclass(frozen=True)
class Case:
    """A source of one kind, what makes it hold posts, and what the text of a raw post is."""

    place: Place
    hold: Callable[[Path, Posts], None]
    text_of: Callable[[bytes], str]

    @property
    def kind(self) -> Kind:
        return kind_of(self.place.source)

    def stand_at(self, posts: Posts) -> None:
        self.hold(Path(self.place.location), posts)

    def known(self) -> Known:
        return Known(self.kind.state(self.place), self.kind.posts(self.place))

    def read(self, files: Iterable[RawFile]) -> list[RawPost | Reject]:
        return list(self.kind.read(self.place, files))


@dataclass(frozen=True)
class Step:
    """One state of a source: what it holds, what its kind says of it, and whether it had moved before
    and after it was fetched. `again` is the listing, from what was known at each step so far."""

    held: Posts
    files: list[RawFile]
    state: str
    found: list[RawPost | Reject]
    moved: bool
    moved_after: bool
    fetched: Fetched
    again: list[list[RawFile]]


def steps_of(case: Case) -> Iterator[Step]:
    """The source brought through all its states."""
    before: list[Known] = []
    for held in STATES:
        case.stand_at(held)
        moved = bool(before) and case.kind.moved(case.place, before[-1].state)
        fetched = case.kind.fetch(case.place)
        known = case.known()
        before.append(known)
        yield Step(
            held,
            list(known.files),
            known.state,
            case.read(known.files),
            moved,
            case.kind.moved(case.place, known.state),
            fetched,
            [case.kind.posts(case.place, each) for each in before],
        )


CASES = {
    "folder": ("folder", lambda: hold_in_folder, text_of_file),
    "git": ("git", InGit, text_of_file),
    "index in a folder": ("index", lambda: hold_index_in_folder, text_of_entry),
    "index in git": ("index", IndexInGit, text_of_entry),
    "toy": ("zip", lambda: hold_in_zip, text_of_file),
}


@contextmanager
def case_of(name: str, folder: Path) -> Iterator[Case]:
    kind, make_hold, text_of = CASES[name]
    now = time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        # The one line that a fifth kind needs.
        patch.setitem(kinds.KINDS, "zip", "tests.sources.toy_kind")
        # No file is fresh: a fresh one has no token. See tests/sources/test_folder.py.
        patch.setattr(time, "time_ns", lambda: now() + 10_000_000_000)
        source = Source(name="delta", kind=kind, location="archive")
        yield Case(place_of(folder, source), make_hold(), text_of)


@pytest.fixture(params=CASES)
def case(request, tmp_path):
    with case_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def fetched(case):
    case.stand_at(STATES[1])
    case.kind.fetch(case.place)
    return case


@pytest.fixture(scope="module", params=CASES)
def steps(request, tmp_path_factory):
    with case_of(request.param, tmp_path_factory.mktemp("raw")) as made:
        return [(made.text_of, step) for step in steps_of(made)]


def test_a_source_gives_the_posts_that_it_holds(steps):
    for text_of, step in steps:
        assert [type(post) for post in step.found] == [RawPost] * len(step.held)
        assert sorted(text_of(post.data) for post in step.found) == sorted(step.held.values())


def test_a_listing_is_sorted_and_names_no_post_twice(steps):
    for _, step in steps:
        assert step.files == sorted(step.files, key=lambda file: (file.path, file.token or ""))
        assert len({(file.path, file.token) for file in step.files}) == len(step.files)


def test_a_listing_says_of_each_post_what_reading_finds(steps):
    for _, step in steps:
        assert [(file.source, file.path, file.size, file.problem) for file in step.files] == [
            (post.source, post.path, len(post.data), None) for post in step.found
        ]


def test_equal_states_mean_equal_posts(steps):
    seen: dict[str, list[RawFile]] = {}
    for _, step in steps:
        assert seen.setdefault(step.state, step.files) == step.files
    assert len(seen) >= len(STATES) - 1


def test_equal_paths_and_tokens_mean_equal_bytes(steps):
    seen: dict[tuple[str, str | None], bytes] = {}
    for _, step in steps:
        for file, post in zip(step.files, step.found, strict=True):
            assert file.token is not None
            assert seen.setdefault((file.path, file.token), post.data) == post.data


def test_what_was_known_changes_no_answer(steps):
    for _, step in steps:
        for files in step.again:
            assert files == step.files


def test_a_source_moves_when_what_it_holds_does(steps):
    assert [step.moved for _, step in steps] == [False] + [True] * (len(steps) - 1)
    assert not any(step.moved_after for _, step in steps)
    assert {step.fetched for _, step in steps} == {Fetched()}


def test_what_was_known_of_another_source_changes_no_answer(fetched):
    """Of one that had the same name, or was of another kind, or whose mirror was fetched anew."""
    now = fetched.known()
    elsewhere = replace(now.files[0], path="x.md", token="0" * 40, version="0" * 40)
    for state in (now.state, "0" * 40, "0" * 64, f"{'0' * 40}+0", "no such state", ""):
        for files in ([], now.files, [elsewhere]):
            assert fetched.kind.posts(fetched.place, Known(state, files)) == now.files


def test_two_listings_of_one_state_are_equal(fetched):
    first = fetched.known()
    assert fetched.known() == first
    fetched.kind.fetch(fetched.place)
    assert fetched.known() == first


def test_posts_are_read_in_the_order_asked_for_one_answer_for_each(fetched):
    files = fetched.known().files
    answers = dict(zip(files, fetched.read(files), strict=True))
    asked = [*reversed(files), *files[1:3], files[2]]
    assert fetched.read(iter(asked)) == [answers[file] for file in asked]
    assert fetched.read([]) == []


def test_a_post_that_went_since_it_was_listed_is_answered_too(fetched):
    """By its bytes, where the kind still has them, or by a reject."""
    files = fetched.known().files
    fetched.stand_at({})
    fetched.kind.fetch(fetched.place)
    shown = [
        (post.source, post.path if isinstance(post, RawPost) else post.raw_path)
        for post in fetched.read(files)
    ]
    assert shown == [(file.source, file.path) for file in files]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder in a folder, and its bytes."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_looking_listing_and_reading_change_nothing(fetched, tmp_path):
    state = fetched.kind.state(fetched.place)
    before = contents(tmp_path)
    found = fetched.kind.look(fetched.place)
    assert isinstance(found, Look)
    assert found.posts in {None, 4}
    fetched.kind.moved(fetched.place, state)
    fetched.read(fetched.known().files)
    assert contents(tmp_path) == before


def test_a_location_where_nothing_is_is_an_error_that_names_the_source(case):
    for ask in (case.kind.fetch, case.kind.look, lambda place: case.kind.moved(place, "a state")):
        with pytest.raises(FetchError, match="source 'delta': ") as raised:
            ask(case.place)
        assert raised.value.outcome == "not_found"
        assert not raised.value.retry


def test_where_nothing_was_fetched_there_is_no_state(case):
    for ask in (case.kind.state, case.kind.posts):
        with pytest.raises(FetchError, match="source 'delta': ") as raised:
            ask(case.place)
        assert raised.value.outcome in {"not_fetched", "not_found"}


def test_what_was_fetched_stands_when_the_source_is_away(fetched):
    if not fetched.place.kept.exists():
        pytest.skip("this kind reads its location in place")
    known = fetched.known()
    found = fetched.read(known.files)
    at = Path(fetched.place.location)
    shutil.rmtree(at) if at.is_dir() else at.unlink()
    with pytest.raises(FetchError):
        fetched.kind.fetch(fetched.place)
    assert fetched.known() == known
    assert fetched.read(known.files) == found


@pytest.mark.parametrize("name", kinds.KINDS)
def test_a_kind_is_a_module_with_the_functions_of_a_kind(name):
    if name == "feed":
        pytest.importorskip("pipeline.sources.feed")
    module = kind_of(Source.model_construct(name="delta", kind=name))
    for function, wanted in inspect.getmembers(Kind, inspect.isfunction):
        if function.startswith("_"):
            continue
        _, *parameters = inspect.signature(wanted).parameters
        found = inspect.signature(getattr(module, function)).parameters
        assert list(found)[: len(parameters)] == parameters, f"{name}.{function}"
        assert all(
            found[extra].default is not inspect.Parameter.empty for extra in list(found)[len(parameters) :]
        )


# A fifth kind.

LISTING = "sources:\n- {name: tides, kind: zip, location: tides.zip, glob: '*.md'}\n"


def test_a_fifth_kind_is_one_module_and_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "zip", "tests.sources.toy_kind")
    (tmp_path / "sources.yaml").write_text(LISTING)
    hold_in_zip(tmp_path / "tides.zip", {"a.md": "Low tide.", "b.txt": "No post."})
    (source,) = read_sources(tmp_path)
    place = place_of(tmp_path, source)
    kind = kind_of(source)
    kind.fetch(place)
    assert list(kind.read(place, kind.posts(place))) == [RawPost("tides", "a.md", b"Low tide.")]


def test_a_kind_that_has_no_such_line_does_not_exist(tmp_path):
    (tmp_path / "sources.yaml").write_text(LISTING)
    with pytest.raises(SourcesError, match="there is no kind 'zip'"):
        read_sources(tmp_path)
