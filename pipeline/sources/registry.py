"""Which sources there are: `sources.yaml`, or a folder of the user's own."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from pipeline.sources import cron, globs, locations, marked_yaml
from pipeline.sources.marked_yaml import Listed, Mapping, Node, Scalar

LISTING = "sources.yaml"

DEFAULT_GLOB = "**/*.md"
_GLOBS = {"index": "**/*.json", "feed": ""}

# What an entry of an index may say of a page, and so what `fields` may name.
INDEX_FIELDS = ("url", "title", "author", "published", "updated", "summary", "tags", "language", "entries")

# A thousand sources and their comments; a file beyond it is something else.
MAX_LISTING_BYTES = 512 * 1024
# A person mends no more at once.
MAX_FAULTS = 50
# Of a value, so many characters are shown.
MAX_SHOWN = 60

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


class SourcesError(Exception):
    """The raw folder or its `sources.yaml` cannot be used; the message says what to mend."""


class Source(BaseModel):
    """One source of `sources.yaml`: the unit of refresh and of rights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The key in the tables and in Dagster, and the name of a folder: never reused.
    name: str
    # One of pipeline/sources/kinds.py.
    kind: str
    # A path, a bundle or a URL; a relative path is seen from the folder of `sources.yaml`.
    location: str
    # Which files are posts; empty for a feed, which has none.
    glob: str = Field(default_factory=lambda entry: _GLOBS.get(entry["kind"], DEFAULT_GLOB))
    title: str | None = None
    rights: str | None = None
    enabled: bool = True
    # What of the texts leaves the pipeline; see pipeline/tables/rights.py.
    publish: Literal["full", "excerpt", "metadata"] = "full"
    # A cron line in UTC; None is refreshed by hand only.
    schedule: str | None = None
    # Which profile reads which host.
    profiles: dict[str, str] = Field(default_factory=dict)
    # What becomes of posts that the source loses: the tables mirror the source, or keep them.
    on_removal: Literal["remove", "keep"] = "remove"
    # A refresh that goes beyond one publishes nothing of the source; see pipeline/refresh/guards.py.
    removal_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.05
    reject_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.05
    fill_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    # git, or an index in git: the branch or tag (the archive's own HEAD where none is named).
    ref: str | None = None
    # git only: how much is fetched.
    clone: Literal["full", "partial", "shallow"] = "full"
    # index only: under which key an entry has what of `INDEX_FIELDS`.
    fields: dict[str, str] = Field(default_factory=dict)

    # A validator sees in `info.data` those of the fields above its own that hold.

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"the name {_quoted(name)} cannot be used. Write 1 to 64 letters, digits, `-` and `_`, and "
                "begin with no `-`."
            )
        return name

    @field_validator("kind")
    @classmethod
    def _is_a_kind(cls, kind: str) -> str:
        # Imported here because the kinds know this module.
        from pipeline.sources.kinds import KINDS

        if kind not in KINDS:
            raise ValueError(f"there is no kind {_quoted(kind)}. Write one of {', '.join(KINDS)}.")
        return kind

    @field_validator("location")
    @classmethod
    def _leads_somewhere(cls, location: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind and (problem := locations.problem_of(kind, location)):
            raise ValueError(f"`location` {problem}")
        return location

    @field_validator("glob")
    @classmethod
    def _names_files(cls, glob: str, info: ValidationInfo) -> str:
        if info.data.get("kind") == "feed":
            if glob:
                raise ValueError("a feed has no files, and so no `glob`. Take it out.")
        elif problem := globs.problem_of(glob):
            raise ValueError(f"the glob {_quoted(glob)} {problem}")
        return glob

    @field_validator("schedule")
    @classmethod
    def _is_a_cron_line(cls, schedule: str | None) -> str | None:
        if schedule is not None and (problem := cron.problem_of(schedule)):
            raise ValueError(f"the schedule {_quoted(schedule)} {problem}")
        return schedule

    @field_validator("on_removal")
    @classmethod
    def _says_since_when(cls, on_removal: str, info: ValidationInfo) -> str:
        if on_removal == "keep" and info.data.get("kind") == "folder":
            raise ValueError(
                "a folder does not say what was removed from it, or when, so `on_removal: keep` cannot be. "
                "Write `on_removal: remove`, or put the folder into git."
            )
        return on_removal

    @field_validator("ref")
    @classmethod
    def _is_a_ref(cls, ref: str | None, info: ValidationInfo) -> str | None:
        if ref is None:
            return ref
        _only_of(info, "git", "index")
        if not ref or ref.startswith("-") or ".." in ref or re.search(r"[\x00-\x20\x7f~^:?*\[\\]", ref):
            raise ValueError(f"`ref` is {_quoted(ref)}, which names no branch or tag. Write its name.")
        return ref

    @field_validator("clone")
    @classmethod
    def _has_the_history(cls, clone: str, info: ValidationInfo) -> str:
        _only_of(info, "git")
        if clone == "shallow" and info.data.get("on_removal") == "keep":
            raise ValueError(
                "a shallow clone has no history to say what was removed, so `on_removal: keep` cannot be. "
                "Write `clone: partial`, or `on_removal: remove`."
            )
        return clone

    @field_validator("fields")
    @classmethod
    def _are_of_an_index(cls, fields: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        _only_of(info, "index")
        if unknown := [name for name in fields if name not in INDEX_FIELDS]:
            raise ValueError(
                f"`fields` names {_quoted(unknown[0])}, which an index does not give. "
                f"{_nearest(unknown[0], INDEX_FIELDS)}"
            )
        return fields


def read_sources(raw: Path, *, only_enabled: bool = True) -> list[Source]:
    """The sources of a raw folder, sorted by name.

    A folder without a `sources.yaml` is one source of its own, named after the folder, of
    all `*.md` files in it. Raises SourcesError where `sources.yaml` has a fault (the message names every
    one, a line each), or where no source is enabled and only those are asked for.
    """
    if not raw.is_dir():
        raise SourcesError(f"{raw}: no such folder. Name a folder of posts, or one with a {LISTING}.")
    listing = raw / LISTING
    if not os.path.lexists(listing):
        if (raw / "sources.yml").exists():
            raise SourcesError(f"{raw / 'sources.yml'}: is not read under this name. Rename it to {LISTING}.")
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", raw.resolve().name)[:64].strip("-") or "folder"
        return [Source(name=name, kind="folder", location=".")]
    sources = parse_sources(read_listing(listing), listing)
    if only_enabled:
        sources = [source for source in sources if source.enabled]
        if not sources:
            raise SourcesError(f"{listing}: no source is enabled. Set `enabled: true` for at least one.")
    return sources


def read_listing(listing: Path) -> str:
    """The text of a `sources.yaml`. Raises SourcesError where it is none."""
    try:
        if not listing.is_file():  # a folder, a pipe nobody writes to, or a link to nothing
            raise SourcesError(f"{listing}: is no file. Put a file there, or take it away.")
        with listing.open("rb") as stream:
            data = stream.read(MAX_LISTING_BYTES + 1)
    except OSError as error:
        raise SourcesError(f"{listing}: cannot be read ({error.strerror}). Mend its permissions.") from error
    if len(data) > MAX_LISTING_BYTES:
        raise SourcesError(
            f"{listing}: has more than {MAX_LISTING_BYTES:,} bytes, which is no list of sources. Shorten it."
        )
    if b"\x00" in data:
        raise SourcesError(f"{listing}: is no text, or not in UTF-8. Save it as UTF-8.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourcesError(f"{listing}, line {line}: is not UTF-8. Save the file as UTF-8.") from error


def parse_sources(text: str, listing: Path) -> list[Source]:
    """The sources that a listing's text declares, sorted by name; `listing` is for messages.

    Raises SourcesError.
    """
    faults: list[_Fault] = []
    try:
        entries = _entries(marked_yaml.parse(text), faults)
    except marked_yaml.YamlError as error:
        entries, faults = [], [_Fault(error.line, str(error))]
    sources = [source for number, node in enumerate(entries, 1) if (source := _source(node, number, faults))]
    faults += _shared_names(entries)
    if faults:
        raise SourcesError(_told(faults, listing))
    return sorted(sources, key=lambda source: source.name)


def digest(source: Source) -> str:
    """A short hash of what decides in an entry what the tables become; not of its title, rights,
    schedule, limits, nor of a password in its location."""
    entry = source.model_dump(
        include={"name", "kind", "glob", "ref", "fields", "profiles", "publish", "on_removal"}
    )
    # A shallow clone knows other commits than the whole history does.
    entry |= {"location": locations.shown(source.location), "shallow": source.clone == "shallow"}
    text = json.dumps(entry, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_path(source: Source) -> bool:
    """True where the location is a path on this machine, and not a URL or ssh's user@host:path."""
    return locations.is_path(source.kind, source.location)


def shown_location(location: str) -> str:
    """A location as it may be shown: without the password or token of a URL."""
    return locations.shown(location)


def _entries(root: Node | None, faults: list[_Fault]) -> list[Node]:
    """The nodes of the entries in a listing; what is wrong above them is added to `faults`."""
    if not isinstance(root, Mapping):
        what = "holds nothing" if root is None else "is no mapping at its top"
        faults.append(_Fault(1, f"{what}. Write `sources:`, and the entries as a list below it."))
        return []
    found: Node | None = None
    for key, value in root.pairs:
        name = key.text if isinstance(key, Scalar) else None
        if name != "sources":
            faults.append(
                _Fault(key.line, f"there is no key {_quoted(name)} at the top. {_nearest(name, ['sources'])}")
            )
        elif found:
            faults.append(_Fault(key.line, "`sources` stands here a second time. Make one list of both."))
        else:
            found = value
    if isinstance(found, Listed):
        return found.items
    if isinstance(found, Mapping) or (found and found.text is not None):
        faults.append(
            _Fault(found.line, "`sources` is no list. Write the entries below it, each as `- name: ...`.")
        )
    elif not found and not faults:
        faults.append(
            _Fault(root.line, "there is no key `sources`. Write `sources:`, and the entries below it.")
        )
    return []


@dataclass(frozen=True)
class _Fault:
    line: int
    message: str


def _source(entry: Node, number: int, faults: list[_Fault]) -> Source | None:
    """The source that an entry declares; None where it has faults, which are added to `faults`."""
    name = declared_name(entry)
    who = f"source {_quoted(name)}" if name else f"entry {number}"
    if not isinstance(entry, Mapping):
        faults.append(
            _Fault(entry.line, f"{who}: is no mapping. Write `name:`, `kind:` and `location:`, a line each.")
        )
        return None
    lines: dict[str, int] = {}
    values: dict[str, Any] = {}
    found: list[_Fault] = []
    for key, value in entry.pairs:
        if not isinstance(key, Scalar) or key.text is None:
            found.append(_Fault(key.line, "a key is not a word. Take it out."))
        elif key.text in lines:
            found.append(
                _Fault(
                    key.line,
                    f"`{_short(key.text)}` stands here a second time (line {lines[key.text]}). Take one out.",
                )
            )
        else:
            lines[key.text] = key.line
            values[key.text] = _value(value, key.text, found)
    source = None
    try:
        source = Source.model_validate(values)
    except ValidationError as error:
        found += [
            _Fault(lines.get(str(fault["loc"][0]), entry.line), message)
            for fault in error.errors(include_url=False)
            if (message := _sentence(fault))
        ]
    faults += [_Fault(fault.line, f"{who}: {fault.message}") for fault in found]
    return None if found else source


def _value(node: Node, key: str, faults: list[_Fault]) -> Any:
    """What stands behind a key, as text, None, or a dict or list of these."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Listed):
        return [_value(item, key, faults) for item in node.items]
    values: dict[str, Any] = {}
    for inner, value in node.pairs:
        name = inner.text if isinstance(inner, Scalar) else None
        if name is None:
            faults.append(_Fault(inner.line, f"`{_short(key)}` has a key that is not a word. Take it out."))
        elif name in values:
            faults.append(_Fault(inner.line, f"`{_short(key)}` has {_quoted(name)} twice. Take one out."))
        else:
            values[name] = _value(value, key, faults)
    return values


def _sentence(fault: Any) -> str | None:
    """A fault of the model in words; None for one that another stands for."""
    key = str(fault["loc"][0])
    kind, given, more = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "value_error":
        return str(more["error"])
    if kind == "default_factory_not_called":
        return None
    if kind == "missing":
        return f"has no `{key}`. Add it."
    if kind == "extra_forbidden":
        return f"there is no key `{_short(key)}`. {_nearest(key, Source.model_fields)}"
    wanted = _WANTED.get(key, "text")
    if len(fault["loc"]) > 1:
        inner = _quoted(str(fault["loc"][1]))
        return f"`{key}` of {inner} is {_told_value(given)}. Write text, as in {wanted}."
    return f"`{key}` is {_told_value(given)}. Write {wanted}."


_WANTED = {
    "enabled": "true or false",
    "publish": "full, excerpt or metadata",
    "on_removal": "remove or keep",
    "removal_limit": "a share from 0 to 1, such as 0.05 for five per cent",
    "reject_limit": "a share from 0 to 1, such as 0.05 for five per cent",
    "fill_limit": "a share from 0 to 1, such as 0.5 for a half",
    "clone": "full, partial or shallow",
    "profiles": "{www.host.example: generic}",
    "fields": "{url: link, title: headline}",
}


def _shared_names(entries: Iterable[Node]) -> list[_Fault]:
    """A fault for each entry whose name another has before it, in whatever case."""
    faults = []
    first: dict[str, tuple[str, int]] = {}
    for entry in entries:
        name = declared_name(entry)
        if not name:
            continue
        if name.lower() not in first:
            first[name.lower()] = (name, entry.line)
            continue
        other, line = first[name.lower()]
        if other == name:
            why = f"two sources share the name {_quoted(name)} (also line {line})"
        else:
            why = (
                f"the names {_quoted(name)} and {_quoted(other)} (line {line}) differ only in case, and "
                "would share a folder"
            )
        faults.append(_Fault(entry.line, f"{why}. Rename one."))
    return faults


def declared_name(entry: Node) -> str | None:
    """The name that an entry of a listing gives itself, whether it can be used or not."""
    if isinstance(entry, Mapping):
        for key, value in entry.pairs:
            if isinstance(key, Scalar) and key.text == "name" and isinstance(value, Scalar):
                return value.text
    return None


def _told(faults: list[_Fault], listing: Path) -> str:
    faults = sorted(faults, key=lambda fault: fault.line)
    lines = [f"{listing}, line {fault.line}: {fault.message}" for fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        lines.append(f"{listing}: {len(faults) - MAX_FAULTS} more faults follow.")
    return "\n".join(lines)


def _only_of(info: ValidationInfo, *kinds: str) -> None:
    kind = info.data.get("kind")
    if kind and kind not in kinds:
        raise ValueError(
            f"`{info.field_name}` is for kind {' and '.join(kinds)}, not for {kind}. Take it out."
        )


def _nearest(name: str | None, known: Iterable[str]) -> str:
    known = list(known)
    if near := get_close_matches(name or "", known, n=1):
        return f"Did you mean `{near[0]}`?"
    return f"Take it out, or write one of {', '.join(known)}."


def _told_value(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, str):
        return _quoted(value)
    return "a mapping" if isinstance(value, dict) else "a list"


def _quoted(text: str | None) -> str:
    return f"'{_short(text or '')}'"


def _short(text: str) -> str:
    """What somebody wrote, as it may be shown: no password, no control character, no end without end."""
    hidden = locations.hide(text)
    cut = hidden if len(hidden) <= MAX_SHOWN else f"{hidden[:MAX_SHOWN]}…"
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)
