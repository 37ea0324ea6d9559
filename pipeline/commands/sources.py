"""`commonplace sources`: which sources there are, whether each can be fetched, one more, one less."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from pipeline.sources.discover import Found
    from pipeline.sources.registry import Source

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130

# What is written above an entry of which nobody has said yet who holds the rights.
RIGHTS = "Say in `rights` who holds the rights and what they allow; then choose `publish` by it."

sources_app = typer.Typer(
    name="sources",
    help="List, check, add and remove the sources of raw posts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Out = Annotated[Path, typer.Option("--out", help="The outputs folder.", envvar="COMMONPLACE_OUT")]
Raw = Annotated[
    Path,
    typer.Option(
        "--raw", help="A folder with a sources.yaml, or any folder of posts.", envvar="COMMONPLACE_RAW"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


class Publish(StrEnum):
    """What of a source's texts leaves the pipeline."""

    full = "full"
    excerpt = "excerpt"
    metadata = "metadata"


@sources_app.command("list")
def list_sources(raw: Raw = Path("raw"), out: Out = Path("outputs"), as_json: AsJson = False) -> None:
    """List every source: kind, location, last refresh, posts, state."""
    with _told_plainly():
        rows = _rows(raw, out)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    # The location comes last: it may be of any length, and hold letters of any width.
    names = ["name", "kind", "enabled", "publish", "schedule", "last_refresh", "posts", "state", "location"]
    lines = [[name.replace("_", " ") for name in names]]
    lines += [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell.rjust(width) if name == "posts" else cell.ljust(width)
            for name, cell, width in zip(names, line, widths, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())
    typer.echo(f"{len(rows):,} source{'' if len(rows) == 1 else 's'}", err=True)


@sources_app.command()
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which sources; else all enabled ones.")
    ] = None,
    raw: Raw = Path("raw"),
    as_json: AsJson = False,
) -> None:
    """Try each source without changing anything: is it reachable, how many posts, the newest."""
    with _told_plainly():
        results = []
        for source in _chosen(raw, names or []):
            result = _tried(raw, source)
            results.append(result)
            if not as_json:
                _print_result(result)
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    failed = sum(not result["ok"] for result in results)
    if failed:
        typer.echo(f"{failed:,} of {len(results):,} cannot be refreshed as they are.", err=True)
        raise typer.Exit(FAILED)


@sources_app.command()
def add(
    what: Annotated[
        str,
        typer.Argument(
            metavar="URL-OR-PATH", help="A git archive, a feed, a page that announces one, or a folder."
        ),
    ],
    name: Annotated[str | None, typer.Option("--name", help="Its name; else one is made.")] = None,
    publish: Annotated[
        Publish, typer.Option("--publish", help="What of its texts leaves the pipeline.")
    ] = Publish.excerpt,
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="CRON", help="When to refresh it, such as '40 * * * *'."),
    ] = None,
    yes: Yes = False,
    raw: Raw = Path("raw"),
) -> None:
    """Find out what a URL or a path is, and write an entry for it into sources.yaml."""
    from pipeline.sources import listing_edit, locations
    from pipeline.sources.discover import discover
    from pipeline.sources.registry import LISTING

    with _told_plainly():
        standing = _standing(raw)
        _check_options(standing, name, schedule)
        found = discover(what, raw)
        _check_location(standing, found)
        entry = _entry(found, name, publish, schedule)
        for line in (_described(found), *found.notes, *_warnings(raw, standing, entry["name"])):
            typer.echo(locations.hide(line), err=True)
        shown = entry | {"location": locations.shown(found.location)}
        typer.echo(listing_edit.entry_text(shown, RIGHTS), nl=False)
        _confirm(f"Write this to {raw / LISTING}?", yes=yes)
        source = listing_edit.add(raw, entry, RIGHTS)
    typer.echo(f"Written to {raw / LISTING}. Next: commonplace refresh {source.name}", err=True)


@sources_app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name of a source.")],
    yes: Yes = False,
    raw: Raw = Path("raw"),
) -> None:
    """Cut a source's entry out of sources.yaml. What was fetched of it stays."""
    from pipeline.sources import listing_edit, locations
    from pipeline.sources.places import KEPT
    from pipeline.sources.registry import LISTING

    with _told_plainly():
        typer.echo(locations.hide(listing_edit.written_entry(raw, name)).rstrip("\n"))
        _confirm(f"Cut this out of {raw / LISTING}?", yes=yes)
        listing_edit.remove(raw, name)
    typer.echo(f"Cut out of {raw / LISTING}.", err=True)
    kept = raw / KEPT / name
    if kept.exists():
        typer.echo(f"What was fetched stays in {kept} until it is deleted by hand.", err=True)


# List.


def _rows(raw: Path, out: Path) -> list[dict[str, Any]]:
    from pipeline.refresh.log import last_refreshes
    from pipeline.sources.registry import read_sources, shown_location

    last = last_refreshes(out)
    return [
        {
            "name": source.name,
            "kind": source.kind,
            "location": shown_location(source.location),
            "enabled": source.enabled,
            "publish": source.publish,
            "schedule": source.schedule,
            "last_refresh": _instant(last[source.name]["finished_at"]) if source.name in last else None,
            "posts": last[source.name]["posts"] if source.name in last else None,
            "state": _state(source, last.get(source.name)),
        }
        for source in read_sources(raw, only_enabled=False)
    ]


def _state(source: Source, last: dict[str, Any] | None) -> str:
    if not source.enabled:
        return "not enabled"
    return str(last["outcome"]) if last else "never refreshed"


# Check.


def _chosen(raw: Path, names: Sequence[str]) -> list[Source]:
    """The sources of these names, enabled or not; all that are enabled where no name is given."""
    from pipeline.sources.registry import SourcesError, read_sources

    if not names:
        return read_sources(raw)
    known = {source.name: source for source in read_sources(raw, only_enabled=False)}
    for name in names:
        if name not in known:
            raise SourcesError(
                f"{raw}: there is no source {name!r}. Known are: {', '.join(known) or 'none'}."
            )
    return [known[name] for name in sorted(set(names))]


def _tried(raw: Path, source: Source) -> dict[str, Any]:
    """What a look at a source found, or what is wrong and what to do."""
    from pipeline.sources.kinds import FetchError, kind_of
    from pipeline.sources.places import place_of
    from pipeline.sources.registry import shown_location

    result: dict[str, Any] = {
        "name": source.name,
        "kind": source.kind,
        "location": shown_location(source.location),
        "ok": False,
        "outcome": "reachable",
        "posts": None,
        "newest": None,
        "message": None,
        "notes": [],
    }
    if problem := _unknown_profile(source):
        return result | {"outcome": "unknown_profile", "message": problem}
    try:
        look = kind_of(source).look(place_of(raw, source))
    except FetchError as error:
        return result | {"outcome": error.outcome, "message": str(error)}
    except OSError as error:
        return result | {"outcome": "unreadable", "message": f"{error}. Mend the disk or the permissions."}
    except Exception as error:  # noqa: BLE001 - what one source holds must not hide the others
        traceback.print_exception(error)
        message = f"{type(error).__name__}: this is a fault of the pipeline; please report it."
        return result | {"outcome": "unexpected_error", "message": message}
    newest = _instant(look.newest) if look.newest else None
    result |= {"posts": look.posts, "newest": newest, "notes": list(look.notes)}
    if look.posts == 0 and source.glob:
        message = f"Nothing there fits the glob {source.glob!r}. Mend `glob` or `location`."
        return result | {"outcome": "no_posts", "message": message}
    return result | {"ok": True}


def _unknown_profile(source: Source) -> str | None:
    if not source.profiles:
        return None
    from pipeline.sites.registry import UnknownProfileError, profile_for

    try:
        for host in source.profiles:
            profile_for(host, source.profiles)
    except UnknownProfileError as error:
        return str(error)
    return None


def _print_result(result: dict[str, Any]) -> None:
    from pipeline.sources.locations import hide

    facts = [result["outcome"]]
    if result["posts"] is not None:
        facts.append(_counted(result["posts"]))
    if result["newest"]:
        facts.append(f"the newest of {result['newest']}")
    typer.echo(f"{result['name']}: {', '.join(facts)}")
    for line in (result["message"], *result["notes"]):
        if line:
            typer.echo(f"  {hide(line)}")


# Add.


def _standing(raw: Path) -> list[Source]:
    """The sources that the listing has; none where there is no listing yet."""
    from pipeline.sources.registry import LISTING, SourcesError, read_sources

    if not raw.is_dir():
        raise SourcesError(f"{raw}: no such folder. Make it, or name another with --raw.")
    return read_sources(raw, only_enabled=False) if (raw / LISTING).exists() else []


def _check_options(standing: list[Source], name: str | None, schedule: str | None) -> None:
    """Raises SourcesError for what could not be written, before anything is asked over the network."""
    from pydantic import ValidationError

    from pipeline.sources.registry import Source, SourcesError

    if name is not None and (same := [each.name for each in standing if each.name.lower() == name.lower()]):
        raise SourcesError(f"there is a source {same[0]!r} already. Choose another --name.")
    try:
        Source(name=name or "new", kind="folder", location=".", schedule=schedule)
    except ValidationError as error:
        raise SourcesError(str(error.errors()[0]["ctx"]["error"])) from error


def _check_location(standing: list[Source], found: Found) -> None:
    from pipeline.sources.registry import SourcesError

    for source in standing:
        if (source.kind, source.location) == (found.kind, found.location):
            raise SourcesError(
                f"source {source.name!r} has this location already. To have it twice, with another glob or "
                "ref, write the entry by hand."
            )


def _entry(found: Found, name: str | None, publish: Publish, schedule: str | None) -> dict[str, Any]:
    entry = {
        "name": name or found.name,
        "kind": found.kind,
        "location": found.location,
        "glob": found.glob,
        "title": found.title,
        "publish": publish.value,
        "schedule": schedule,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _described(found: Found) -> str:
    what = {
        "git": "A git archive",
        "feed": "A feed",
        "folder": "A folder of posts",
        "index": "An index of pages, without their texts",
    }
    facts = [what.get(found.kind, found.kind)]
    if found.posts is not None:
        facts.append(_counted(found.posts))
    if found.newest:
        facts.append(f"the newest of {_instant(found.newest)}")
    return ", ".join(facts) + "."


def _warnings(raw: Path, standing: list[Source], name: str) -> Iterator[str]:
    from pipeline.sources.kinds import FetchError, kind_of
    from pipeline.sources.places import KEPT, place_of
    from pipeline.sources.registry import LISTING, read_sources

    if (raw / KEPT / name).exists():
        yield (
            f"{raw / KEPT / name} holds what an earlier source of this name fetched, and would be read as "
            "this one's. Delete it, or choose another --name."
        )
    if standing or (raw / LISTING).exists():
        return
    (own,) = read_sources(raw)
    try:
        look = kind_of(own).look(place_of(raw, own))
    except FetchError:
        return
    if look.posts:
        yield (
            f"{raw} has no {LISTING} yet, so that its own posts are a source. Once there is one, they are "
            f"read only where an entry names them: commonplace sources add {raw}"
        )


def _confirm(question: str, *, yes: bool) -> None:
    """Go on where the user says so; else end the command."""
    if yes:
        return
    if not sys.stdin.isatty():
        _stop(
            WRONG_USE,
            "Nothing was changed: stdin is no terminal to ask on. Look at the entry, and add --yes.",
        )
    if not typer.confirm(question, err=True):
        _stop(FAILED, "Nothing was changed.")


# All.


def _counted(posts: int) -> str:
    return f"{posts:,} post{'' if posts == 1 else 's'}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what a user can mend into words on stderr and an exit code."""
    from pipeline.sources.discover import DiscoveryError
    from pipeline.sources.kinds import FetchError
    from pipeline.sources.registry import SourcesError

    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "Interrupted. Nothing was changed.")
    except (SourcesError, DiscoveryError) as error:
        _stop(WRONG_USE, str(error))
    except FetchError as error:
        _stop(FAILED, str(error))
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _stop(FAILED, f"{error.strerror or error}{place}. Nothing was changed.")
    except Exception as error:  # noqa: BLE001 - the last word is the user's
        traceback.print_exception(error)
        _stop(FAILED, "This is a fault of the pipeline; please report it. Nothing was changed.")


def _stop(code: int, message: str) -> NoReturn:
    typer.echo(f"commonplace: {message}", err=True)
    raise typer.Exit(code)
