"""`commonplace profiles`: which profile reads which host, how much it finds, which host is worth one of its
own; posts of a host to read; and a new profile to go on from."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from pipeline.inspection.coverage import Coverage
    from pipeline.inspection.samples import Sample, Sampled
    from pipeline.inspection.unheard import Unheard

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130

# So many posts make the drawing of a host's markup.
DRAWN = 200
# So many hosts worth a profile are shown in a table; JSON has all.
SHOWN = 10

PROJECT = Path(__file__).resolve().parents[2]

profiles_app = typer.Typer(
    name="profiles",
    help="Show which profile reads which host, how much it finds, and which host is worth one of its own.",
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
Host = Annotated[str, typer.Argument(metavar="HOST", help="A host, such as www.example.org.")]


class ProfileError(Exception):
    """What was asked of profiles cannot be done; the message says what to do."""


@profiles_app.callback(invoke_without_command=True)
def list_profiles(
    context: typer.Context,
    out: Out = Path("outputs"),
    raw: Raw = Path("raw"),
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show which profile reads which host, how much it finds, and which host is worth one of its own."""
    if context.invoked_subcommand is not None:
        return
    with _told_plainly():
        from pipeline.inspection.coverage import coverage
        from pipeline.inspection.unheard import unheard
        from pipeline.sources.registry import SourcesError

        rows = coverage(out)
        try:
            for source in _not_in(raw, rows):
                typer.echo(
                    f"commonplace: {raw} has no source {source!r}: its markup was not looked at.", err=True
                )
            worth = unheard(out, raw, rows)
        except SourcesError as error:
            typer.echo(f"commonplace: Markup was not looked at: {error}", err=True)
            worth = unheard(out, None, rows)
        if as_json:
            found = {
                "hosts": [_as_json(row) for row in rows],
                "worth_a_profile": [asdict(row) for row in worth],
            }
            typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
            return
        _print_coverage(rows)
        if worth:
            _print_worth(worth[:SHOWN])


@profiles_app.command()
def show(
    host: Host,
    raw: Raw = Path("raw"),
    posts: Annotated[int, typer.Option("--posts", min=1, max=1000, help="How many.")] = 20,
) -> None:
    """Show some posts of a host, drawn by seed: each as archived, and what its profile reads from it now."""
    with _told_plainly():
        sample = _sample(raw, _hosts(host), posts)
        overrides = _overrides(raw)
        for number, sampled in enumerate(sample.posts, start=1):
            typer.echo(f"post {number} of {len(sample.posts)}: {sampled.source}:{sampled.path}")
            typer.echo(f"--- as archived: {_plain(sampled.url)}")
            typer.echo(_plain(sampled.post.body.strip("\n")))
            for line in _as_read(sampled, overrides.get(sampled.source, {})):
                typer.echo(_plain(line))
            typer.echo("")


@profiles_app.command()
def new(
    host: Host,
    raw: Raw = Path("raw"),
    name: Annotated[str | None, typer.Option("--name", help="Its name; else one is made.")] = None,
) -> None:
    """Write a profile for a host, and its test, to go on from: its markup drawn from real posts."""
    with _told_plainly():
        hosts = _hosts(host)
        name = _free_name(name, hosts)
        files = _free_files(name)
        sample = _sample(raw, hosts, DRAWN)
        code = _code(name, hosts, sample)
        _write(files, code)
        for file in files:
            typer.echo(_from_here(file))
        for line in _next_steps(name, hosts, sample, raw, files):
            typer.echo(line, err=True)


# List.


def _not_in(raw: Path, rows: Sequence[Coverage]) -> list[str]:
    """The sources of hosts that the generic profile reads which the raw folder does not have."""
    from pipeline.sites.registry import FALLBACK
    from pipeline.sources.registry import read_sources

    known = {source.name for source in read_sources(raw)}
    return sorted({row.source for row in rows if row.profile == FALLBACK} - known)


def _as_json(row: Coverage) -> dict[str, Any]:
    from pipeline.inspection.coverage import SHARES

    shares = {name: row.share(name) for name in SHARES}
    return {
        "source": row.source,
        "host": row.host,
        "profile": row.profile,
        **{name: getattr(row, name) for name in ("articles", "posts", "comments", "links", "media")},
        "links_resolved": row.having["resolved"],
        "shares": {name: None if share is None else round(share, 4) for name, share in shares.items()},
    }


def _print_coverage(rows: Sequence[Coverage]) -> None:
    from pipeline.inspection.coverage import in_words

    heads = ("host", "source: profile"), ("articles", "posts"), ("author", "date"), ("language", "body"), \
        ("comments", "links"), ("media", "resolved")  # fmt: skip
    table = [tuple("\n".join(pair) for pair in heads)]
    for row in rows:
        share = {name: in_words(row.share(name)) for name in row.of}
        table.append(
            (
                f"{row.host}\n  {row.source}: {row.profile or 'none'}",
                f"{row.articles:,}\n{row.posts:,}",
                *(f"{share[above]}\n{share[below]}" for above, below in heads[2:]),
            )
        )
    _print_table(table, numbers=range(1, len(heads)))
    hosts = len({row.host for row in rows})
    typer.echo(
        f"{hosts:,} host{'' if hosts == 1 else 's'}. The shares are of articles; `resolved` is of links to a "
        "page of one of these sites: those whose page is an article here.",
        err=True,
    )


def _print_worth(worth: Sequence[Unheard]) -> None:
    from pipeline.inspection.coverage import in_words

    typer.echo("\nWorth a profile of their own, by what the generic one does not read:\n")
    table = [("host", "articles", "facts", "not read")]
    for row in worth:
        why = [f"no {name} in {in_words(share)}" for name, share in row.without.items() if share]
        why += [f"{part} in {in_words(share)}: {row.examples[part]}" for part, share in row.named.items()]
        table.append((row.host, f"{row.articles:,}", f"{row.facts:,}", "\n".join(why)))
    _print_table(table, numbers=range(1, 3))
    typer.echo(
        "`facts` are articles times the shares beside them; the names are the classes (behind a #: the ids) "
        f"of a few posts that say so.\nNext: commonplace profiles show {worth[0].host}",
        err=True,
    )


def _print_table(rows: Sequence[tuple[str, ...]], numbers: Iterable[int]) -> None:
    """Rows side by side, the first of them the heads; a cell may have several lines."""
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    columns = [
        Column(Text(head), justify="right" if place in numbers else "left")
        for place, head in enumerate(rows[0])
    ]
    table = Table(*columns, box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1))
    for row in rows[1:]:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)


# Show.


def _as_read(sampled: Sampled, overrides: dict[str, str]) -> Iterator[str]:
    """What the profile of a post reads from it, in lines."""
    from pipeline.markup.soup import MarkupError
    from pipeline.markup.urls import host_of
    from pipeline.sites.registry import profile_for

    profile = profile_for(host_of(sampled.url) or "", overrides)
    yield f"--- as read by {profile.name}"
    try:
        page = profile.read(sampled.post, sampled.url)
    except MarkupError as error:
        yield f"a reject: {error}"
        return
    at = page.published_at
    facts = {
        "title": page.title,
        "authors": ", ".join(page.authors),
        "published": f"{at.isoformat()} (exact to the {page.published_precision})" if at else None,
        "tags": ", ".join(dict.fromkeys((*sampled.post.tags, *page.tags))),
        "section": page.section,
        "license": page.license,
        "answers": page.in_reply_to_url,
    }
    for name, fact in facts.items():
        if fact:
            yield f"{name}: {fact}"
    for credit in page.credits:
        if credit.role != "author" or credit.profile_url:
            yield f"{credit.role}: {credit.name} {credit.profile_url or ''}".rstrip()
    yield f"text:\n{page.body_text or '(none)'}"
    for comment in page.comments:
        answers = f", answers {comment.parent_key}" if comment.parent_key else ""
        spam = f", spam: {', '.join(comment.spam_signals)}" if comment.spam_signals else ""
        yield f"comment {comment.key} by {comment.author_line or 'nobody'}{answers}{spam}:"
        yield comment.body_text or "(no text)"
    for link in page.links:
        yield f"{link.kind} link in {link.region}: {link.href} {link.text or ''}".rstrip()
    for item in page.media:
        yield f"{item.role} {item.kind} in {item.region}: {item.url}"


def _overrides(raw: Path) -> dict[str, dict[str, str]]:
    from pipeline.sources.registry import read_sources

    return {source.name: dict(source.profiles) for source in read_sources(raw)}


def _plain(text: str) -> str:
    """A text of a post as a terminal may show it: nothing in it acts."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" or (letter.isspace() and letter > "\x9f")
        else repr(letter)[1:-1]
        for letter in text.replace("\t", " ")
    )  # fmt: skip


# New.


def _hosts(host: str) -> tuple[str, ...]:
    from pipeline.sites.skeleton import hosts_of

    try:
        return hosts_of(host)
    except ValueError as error:
        raise ProfileError(str(error)) from error


def _free_name(name: str | None, hosts: Sequence[str]) -> str:
    """The name of the new profile; no other may have its hosts."""
    from pipeline.sites.registry import FALLBACK, profile_for
    from pipeline.sites.skeleton import is_module_name, module_name

    for host in hosts:
        if (known := profile_for(host, {}).name) != FALLBACK:
            raise ProfileError(f"{host} has a profile: pipeline/sites/{known}.py. Go on there.")
    if name is None:
        return module_name(hosts[0])
    if not is_module_name(name):
        raise ProfileError(
            f"the name {name!r} cannot be used. Write up to 40 lower-case letters, digits and `_`, a letter "
            "first, and no word of Python."
        )
    return name


def _free_files(name: str) -> tuple[Path, Path]:
    """The files of the profile and of its test, which do not exist yet, in the project's source code."""
    if not (PROJECT / "pyproject.toml").is_file() or not (PROJECT / "tests" / "sites").is_dir():
        raise ProfileError(
            "a profile is source code with a test, and this Commonplace is installed without its source. "
            "Clone its repository, run `make data` there, and then this command: .venv/bin/commonplace "
            "profiles new."
        )
    files = PROJECT / "pipeline" / "sites" / f"{name}.py", PROJECT / "tests" / "sites" / f"test_{name}.py"
    for file in files:
        if file.exists() or file.is_symlink():
            raise ProfileError(f"{_from_here(file)} is there already. Choose another --name.")
    return files


def _sample(raw: Path, hosts: Sequence[str], size: int) -> Sample:
    """Posts of the hosts. Raises ProfileError, with what there is instead, where there are none."""
    from pipeline.inspection.samples import sample_of
    from pipeline.markup.urls import site_of

    sample = sample_of(raw, hosts, size)
    if sample.posts:
        return sample
    sites = {site_of(host) for host in hosts}
    near = sorted(host for host in sample.met if site_of(host) in sites)
    most = sorted(sample.met, key=lambda host: (-sample.met[host], host))[:5]
    there = f"Of the same site are {', '.join(near)}." if near else f"Most posts are of {', '.join(most)}."
    parts = [f"{raw}: no post of {hosts[0]} was found in what was fetched."]
    parts += [there] if most else []
    parts += [f"Not read: {problem}" for problem in sample.missing]
    raise ProfileError(" ".join(parts))


def _code(name: str, hosts: Sequence[str], sample: Sample) -> tuple[str, str]:
    from pipeline.markup.outline import shape_of
    from pipeline.markup.soup import MarkupError, make_soup
    from pipeline.sites.skeleton import skeleton

    def roots() -> Iterator[Any]:
        for sampled in sample.posts:
            try:
                yield make_soup(sampled.post.body)
            except MarkupError:
                continue

    return skeleton(name, hosts, shape_of(roots()))


def _write(files: Sequence[Path], texts: Sequence[str]) -> None:
    """Write new files, all or none; a file that is there is never touched."""
    written: list[Path] = []
    try:
        for file, text in zip(files, texts, strict=True):
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(file)
                stream.write(text)
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise


def _next_steps(
    name: str, hosts: Sequence[str], sample: Sample, raw: Path, files: Sequence[Path]
) -> Iterator[str]:
    """What to do with the new files, in lines."""
    posts = sum(sample.met.get(host, 0) for host in hosts)
    looked = len(sample.posts)
    yield f"Drawn from {looked:,} of {posts:,} posts. The profile reads them as one text until you say more:"
    yield f"  commonplace profiles show {hosts[0]}"
    yield f"  python -m pytest {_from_here(files[1])}"
    yield "  commonplace build"
    yield "docs/writing-a-profile.md goes through it."
    for source, overrides in _overrides(raw).items():
        for host in hosts:
            if overrides.get(host, name) != name:
                yield (
                    f"In {raw}, the source {source!r} has {host} read by {overrides[host]}: take that out, "
                    "or the new profile is not used."
                )


def _from_here(file: Path) -> str:
    """A file of the project as it can be typed from here."""
    here = Path.cwd().resolve()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


# All.


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what a user can mend into words on stderr and an exit code."""
    from pipeline.inspection.lookup import LookupFailedError
    from pipeline.sites.registry import UnknownProfileError
    from pipeline.sources.kinds import FetchError
    from pipeline.sources.registry import SourcesError

    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "Interrupted. Nothing was changed.")
    except (ProfileError, LookupFailedError, SourcesError, UnknownProfileError) as error:
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
