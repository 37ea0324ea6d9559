"""The command `commonplace`: build, refresh, changes, sources, profiles, query, explain, rejects, ui.

Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 something failed (a check, a
source, the disk), and what it concerns is as it was; 2 wrong use. Nothing heavy is imported
before a command needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import json
import math
import shlex
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pipeline import __version__
from pipeline.commands.profiles import profiles_app
from pipeline.commands.sources import sources_app

if TYPE_CHECKING:
    from pipeline.refresh.log import Refresh
    from pipeline.refresh.steps import Progress, Refreshed

FAILED, WRONG_USE = 1, 2

# A column of a printed table with less room, in characters, cannot be read.
NARROWEST = 10

app = typer.Typer(
    name="commonplace",
    help="Turn archives of web posts into open datasets.\n\n"
    "Exit codes: 0 done; 1 a check, a source or the disk failed, and what it concerns is as it was; "
    "2 wrong use; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(sources_app, name="sources", help="List, try, add and remove sources.")
app.add_typer(profiles_app, name="profiles", help="Show how much is read of each host; begin a profile.")

Out = Annotated[Path, typer.Option("--out", help="The outputs folder.", envvar="COMMONPLACE_OUT")]
Raw = Annotated[
    Path,
    typer.Option(
        "--raw", help="A folder with a sources.yaml, or any folder of posts.", envvar="COMMONPLACE_RAW"
    ),
]


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"commonplace {__version__}")
        raise typer.Exit


Workers = Annotated[int, typer.Option(min=0, help="Processes to read posts with; 0 chooses.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Fetch = Annotated[bool, typer.Option("--fetch/--no-fetch", help="Or work with what was fetched before.")]


@app.command()
def build(
    raw: Raw = Path("raw"),
    out: Out = Path("outputs"),
    workers: Workers = 0,
    fetch: Fetch = True,
    as_json: AsJson = False,
) -> None:
    """Build every table from nothing: fetch, read every post, check, publish."""
    from pipeline.refresh.steps import build as run_build

    with _told_plainly(), _progress() as progress:
        built = run_build(raw, out, workers, progress, fetch=fetch)
    _tell(built, out, as_json=as_json)


@app.command()
def refresh(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Which sources; all where none is named.")
    ] = None,
    raw: Raw = Path("raw"),
    out: Out = Path("outputs"),
    accept: Annotated[
        bool, typer.Option("--accept", help="Let these sources pass their limits this once.")
    ] = False,
    workers: Workers = 0,
    fetch: Fetch = True,
    trigger: Annotated[str, typer.Option(help="What began the run, for its record.")] = "command",
    as_json: AsJson = False,
) -> None:
    """Fetch what is new, read only that, and publish what differs."""
    from pipeline.refresh.steps import refresh as run_refresh

    with _told_plainly(), _progress() as progress:
        refreshed = run_refresh(
            raw,
            out,
            sources or (),
            accept=accept,
            fetch=fetch,
            trigger=trigger,
            workers=workers,
            progress=progress,
        )
    _tell(refreshed, out, as_json=as_json)


@app.command()
def changes(
    run: Annotated[str | None, typer.Argument(help="A run's id; the newest where none is named.")] = None,
    out: Out = Path("outputs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the runs instead.")] = False,
) -> None:
    """Show what a refresh changed: its report, as Markdown."""
    from pipeline.commands.changes import show_changes

    with _told_plainly():
        show_changes(out, run, as_json, listing)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="SQL in DuckDB's dialect; `-` reads it from stdin.")],
    out: Out = Path("outputs"),
    form: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.table,
) -> None:
    """Run SQL over the published tables."""
    from pipeline.inspection import lookup

    with _told_plainly():
        if sql == "-":
            sql = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        names, rows = lookup.run_sql(out, sql)
        _print_rows(names, rows, form)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="A URL, an id, or a raw path or its end.")],
    out: Out = Path("outputs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what became of a page or a raw post: profile, findings, revisions, or why it was rejected."""
    from pipeline.inspection import lookup

    with _told_plainly():
        found = lookup.explain(out, what)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        for item in found:
            _print_explanation(item)
    if len(found) >= lookup.EXPLAINED:
        typer.echo(f"Of articles and of rejects, no more than {lookup.EXPLAINED} are shown.", err=True)


@app.command()
def rejects(
    out: Out = Path("outputs"),
    form: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.table,
) -> None:
    """List the raw posts that gave no row, and why."""
    from pipeline.inspection import lookup

    with _told_plainly():
        names, rows = lookup.run_sql(
            out, "SELECT source, raw_path, stage, reason, message FROM rejects ORDER BY ALL"
        )
        _print_rows(names, rows, form)


@app.command()
def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on this machine.")] = 3000,
    raw: Raw = Path("raw"),
    out: Out = Path("outputs"),
) -> None:
    """Serve the Dagster UI on this machine, until interrupted."""
    from pipeline.ui import serve

    with _told_plainly():
        code = serve(port, raw, out)
    raise typer.Exit(code)


def main() -> None:
    """The entry point of the command."""
    # A start allocates much that lives as long as the process: looking through it for garbage again and
    # again costs a sixth of a second.
    gc.set_threshold(100_000, 20, 20)
    app()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what a user can mend into one line on stderr and an exit code."""
    try:
        yield
    except BrokenPipeError:
        raise  # who read the output, `head` for one, has seen enough: typer ends the command quietly
    except KeyboardInterrupt:
        _stop(130, "Interrupted. The standing outputs are as they were.")
    except Exception as error:  # noqa: BLE001 - the last word is the user's: what failed, and what still stands
        _stop(*_plain_words(error))


def _plain_words(error: Exception) -> tuple[int, str]:
    """The exit code for an error, and what to say of it."""
    from pipeline.inspection.lookup import LookupFailedError

    if isinstance(error, LookupFailedError):
        return WRONG_USE, str(error)

    import duckdb

    from pipeline.publish.duckdb import DatabaseError
    from pipeline.publish.versions import OutputsError
    from pipeline.refresh.changes import ReportError
    from pipeline.refresh.steps import ChecksFailedError, HeldBackError
    from pipeline.sites.registry import UnknownProfileError
    from pipeline.sources.registry import SourcesError

    if isinstance(error, (SourcesError, UnknownProfileError, ReportError)):
        return WRONG_USE, str(error)
    if isinstance(error, (OutputsError, DatabaseError, HeldBackError)):
        return FAILED, str(error)
    if isinstance(error, ChecksFailedError):
        return FAILED, f"{error}\nNothing was published: the standing outputs are as they were."
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return FAILED, f"{error.strerror or error}{place}. The standing outputs are as they were."
    if isinstance(error, duckdb.OperationalError):
        # "Failed to commit: ... Original error: Could not write file ...: No space left on device"
        cause = str(error).rpartition("Original error: ")[2]
        return FAILED, f"{cause}. The standing outputs are as they were."
    traceback.print_exception(error)
    return FAILED, "This is a fault of the pipeline; please report it. The standing outputs are as they were."


def _stop(code: int, message: str) -> NoReturn:
    typer.echo(f"commonplace: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, plain lines elsewhere; both on stderr."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.completed:,} posts read"), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("posts", total=None)
            yield lambda done: bar.update(task, completed=done)
        return
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if done - told >= 1000:
            told = done
            typer.echo(f"{done:,} posts read", err=True)

    yield tell


def _tell(done: Refreshed, out: Path, *, as_json: bool) -> None:
    """Say what a run did; exit with 1 where a source failed or was held back."""
    for note in done.notes:
        typer.echo(f"commonplace: {note}", err=True)
    if as_json:
        typer.echo(json.dumps(_summary(done, out), ensure_ascii=False, indent=2))
    else:
        _print_summary(done, out)
    for record in done.records:
        if record.message:
            typer.echo(f"commonplace: {record.source}: {record.outcome}: {record.message}", err=True)
    if not done.is_good:
        raise typer.Exit(FAILED)


def _summary(done: Refreshed, out: Path) -> dict[str, Any]:
    from pipeline.refresh.log import as_json

    return {
        "run": done.run,
        "version": done.version,
        "is_new": done.is_new,
        "out": str(out),
        "raw_posts": done.raw_posts,
        "raw_bytes": done.raw_bytes,
        "rows": done.rows,
        "rejects": done.rejects,
        "sources": [as_json(record) for record in done.records],
        "seconds": round(done.seconds, 2),
    }


def _print_summary(done: Refreshed, out: Path) -> None:
    width = max(len(name) for name in done.rows)
    typer.echo(f"{done.raw_posts:,} raw posts, {done.raw_bytes / 1e6:,.1f} MB, in {done.seconds:.1f} s\n")
    for name, rows in done.rows.items():
        why = ", ".join(f"{count} {reason}" for reason, count in done.rejects.items())
        typer.echo(f"  {name:{width}}  {rows:>9,}{f'  ({why})' if name == 'rejects' and why else ''}")
    typer.echo("")
    names = max(len(record.source) for record in done.records)
    for record in done.records:
        typer.echo(f"  {record.source:{names}}  {_in_words(record)}")
    if not done.is_new:
        typer.echo(f"\nNothing differs from what stands in {out}.")
        return
    typer.echo(f"\nWritten to {out}/parquet, {out}/csv and {out}/commonplace.duckdb")
    command = _as_typed(Path(sys.argv[0]))
    place = "" if out == Path("outputs") else f" --out {shlex.quote(str(out))}"
    sql = "SELECT title, comment_count FROM articles ORDER BY 2 DESC, 1 LIMIT 5"
    typer.echo(f'Next: {command} query{place} "{sql}"')


def _in_words(record: Refresh) -> str:
    """What a run did with one source: `refreshed: 3 posts added, 1 removed; 3 articles new`."""
    posts = (
        (record.posts_added, "added"),
        (record.posts_changed, "changed"),
        (record.posts_removed, "removed"),
    )
    articles = (
        (record.articles_new, "new"),
        (record.articles_updated, "updated"),
        (record.articles_removed, "removed"),
    )
    parts = [
        ", ".join(f"{count:,} {word}" for count, word in counts if count) for counts in (posts, articles)
    ]
    told = "; ".join(
        f"{what} {part}" for what, part in zip(("posts:", "articles:"), parts, strict=True) if part
    )
    return f"{record.outcome}{f' ({told})' if told else ''}"


def _as_typed(command: Path) -> str:
    """How the command can be typed again from here."""
    if command.name != "commonplace":  # python -m pipeline.cli
        return "commonplace"
    if command.is_absolute() and command.is_relative_to(Path.cwd()):
        return str(command.relative_to(Path.cwd()))
    return "commonplace" if command.is_absolute() else str(command)


def _print_rows(names: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    if form is Format.json:
        items = [dict(zip(names, map(_json_value, row), strict=True)) for row in rows]
        typer.echo(json.dumps(items, ensure_ascii=False, indent=2))
    elif form is Format.csv:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(names)
        writer.writerows([_cell(value) for value in row] for row in rows)
        sys.stdout.flush()
    else:
        _print_table(names, rows)
        typer.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", err=True)


def _print_table(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows side by side; where there is no room for that, one value a line."""
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console()
    if len(names) * NARROWEST <= console.width:
        table = Table(
            *(Column(Text(name, overflow="fold")) for name in names), box=box.SIMPLE_HEAD, show_edge=False
        )
        for row in rows:
            # As Text, not markup: what a post says is not for rich to obey.
            table.add_row(*(Text(_cell(value), overflow="fold") for value in row))
        console.print(table)
        return
    width = max(map(len, names)) + 2
    for number, row in enumerate(rows, start=1):
        typer.echo(f"row {number}")
        for name, value in zip(names, row, strict=True):
            text = _cell(value).replace("\n", f"\n{'':{width + 2}}")
            typer.echo(f"  {name + ':':{width}}{text}".rstrip())
        typer.echo("")


def _cell(value: Any) -> str:
    """A value as in the CSV tables: nothing for null, JSON for lists, ISO 8601 for times."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(_json_value(value), ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value if isinstance(value, (float, Decimal)) else _json_value(value))


def _json_value(value: Any) -> Any:
    """A value as JSON can hold it: ISO 8601 for times, null for what is no number, text for the rest."""
    from datetime import UTC, datetime

    if isinstance(value, dict):
        return {_cell(name): _json_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime):
        instant = value.astimezone(UTC) if value.tzinfo else value
        return instant.isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _print_explanation(item: dict[str, Any]) -> None:
    typer.echo(f"{item['is']}: {item['name']}")
    for key, value in item["facts"].items():
        if isinstance(value, list):
            for number, line in enumerate(value):
                typer.echo(f"  {key + ':' if number == 0 else '':13}{line}")
        elif value is not None:
            typer.echo(f"  {key + ':':13}{value}")
    typer.echo("")


if __name__ == "__main__":
    main()
