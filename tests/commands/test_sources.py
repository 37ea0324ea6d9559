"""`commonplace sources` as its users meet it: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeline.commands.sources import RIGHTS, sources_app
from pipeline.refresh import log
from pipeline.sources import folder
from pipeline.sources.registry import read_sources
from tests.sources.archives import Archive
from tests.sources.webserver import Reply, WebServer, web_server

PROJECT = Path(__file__).resolve().parents[2]
FEED = b"""<rss version="2.0"><channel><title>Low Water</title><item><title>One</title><guid>1</guid>
<pubDate>Fri, 02 Apr 2021 10:30:00 GMT</pubDate></item></channel></rss>"""
LISTING = """\
sources:
  # The first.
  - name: delta
    kind: folder
    location: delta
    publish: full

  - name: estuary   # later
    kind: git
    location: https://me:hush@estuary.example/x.git
    enabled: false
    schedule: "40 * * * *"
"""


def sources(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(sources_app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def raw(tmp_path) -> Path:
    """A raw folder with two sources, one of which has two posts and is enabled."""
    root = tmp_path / "raw"
    (root / "delta").mkdir(parents=True)
    for name in ("a.md", "b.md"):
        (root / "delta" / name).write_text(name)
    (root / "sources.yaml").write_text(LISTING)
    return root


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as web:
        web.script("/feed", Reply(body=FEED))
        yield web


def listing(raw: Path) -> str:
    return (raw / "sources.yaml").read_text()


def enabled(raw: Path, entry: str) -> None:
    """Put a further source into the listing; `entry` holds its keys."""
    (raw / "sources.yaml").write_text(f"{LISTING}\n  - {{{entry}}}\n")


# list


def test_list_shows_every_source_and_no_password(raw, tmp_path):
    done = sources("list", "--raw", raw, "--out", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (0, "2 sources\n")
    head, delta, estuary = done.stdout.splitlines()
    assert head.split("  ")[0] == "name"
    assert delta.split() == ["delta", "folder", "true", "full", "never", "refreshed", "delta"]
    assert estuary.split() == [
        *("estuary", "git", "false", "full", "40", "*", "*", "*", "*", "not", "enabled"),
        "https://***@estuary.example/x.git",
    ]


def test_list_says_when_each_was_refreshed_last_and_what_came_of_it(raw, tmp_path):
    at = datetime(2021, 4, 2, 10, 30, 15, 999, tzinfo=UTC)
    row = log.Refresh("r1", "delta", at, at, "command", "held_back", posts=1234)
    log.append(tmp_path / "out", [row])
    done = sources("list", "--raw", raw, "--out", tmp_path / "out", "--json")
    delta, estuary = json.loads(done.stdout)
    assert delta == {
        "name": "delta",
        "kind": "folder",
        "location": "delta",
        "enabled": True,
        "publish": "full",
        "schedule": None,
        "last_refresh": "2021-04-02T10:30:15Z",
        "posts": 1234,
        "state": "held_back",
    }
    assert (estuary["last_refresh"], estuary["posts"], estuary["state"]) == (None, None, "not enabled")
    shown = sources("list", "--raw", raw, "--out", tmp_path / "out").stdout
    assert "2021-04-02T10:30:15Z  1,234  held_back" in shown


def test_list_takes_its_folders_from_the_environment(raw, monkeypatch):
    monkeypatch.setenv("COMMONPLACE_RAW", str(raw))
    monkeypatch.setenv("COMMONPLACE_OUT", str(raw / "out"))
    assert "delta" in sources("list").stdout


def test_list_shows_a_folder_without_a_listing_as_its_one_source(tmp_path):
    (tmp_path / "posts").mkdir()
    done = sources("list", "--raw", tmp_path / "posts", "--out", tmp_path / "out", "--json")
    assert [source["name"] for source in json.loads(done.stdout)] == ["posts"]


@pytest.mark.parametrize("command", [["list"], ["check"], ["remove", "delta"], ["add", "delta"]])
def test_every_fault_of_the_listing_is_told_by_its_line(raw, command):
    (raw / "sources.yaml").write_text("sources:\n- {name: a/b}\ncolour: x\n")
    done = sources(*command, "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"commonplace: {raw}/sources.yaml, line 2: source 'a/b': the name 'a/b'")
    assert f"{raw}/sources.yaml, line 3: there is no key 'colour'" in done.stderr


def test_no_raw_folder_is_wrong_use(tmp_path):
    for command in (["list"], ["check"], ["add", str(tmp_path)]):
        done = sources(*command, "--raw", tmp_path / "gone")
        assert done.exit_code == 2
        assert f"{tmp_path}/gone: no such folder." in done.stderr


# check


def test_check_tries_the_enabled_sources_and_changes_nothing(raw, server, tmp_path):
    enabled(raw, f"name: news, kind: feed, location: '{server.url('/feed')}'")
    made = Archive(tmp_path / "archive")
    made.write("a.md", "x")
    made.commit()
    (raw / "sources.yaml").write_text(f"{listing(raw)}  - {{name: old, kind: git, location: {made.path}}}\n")
    before = sorted(raw.rglob("*"))
    done = sources("check", "--raw", raw)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "delta: reachable, 2 posts",
        "news: reachable, 1 post, the newest of 2021-04-02T10:30:00Z",
        "old: reachable, 1 post, the newest of 2021-01-01T00:00:00Z",
        f"  HEAD stands at {made.head}.",
    ]
    assert sorted(raw.rglob("*")) == before


def test_check_says_what_is_wrong_and_goes_on(raw, server):
    (raw / "delta" / "a.md").rename(raw / "a.md")
    (raw / "delta" / "b.md").unlink()
    enabled(raw, f"name: news, kind: feed, location: '{server.url('/gone')}'")
    done = sources("check", "--raw", raw)
    assert done.exit_code == 1
    delta, fix, news, why = done.stdout.splitlines()
    assert (delta, fix) == (
        "delta: no_posts, 0 posts",
        "  Nothing there fits the glob '**/*.md'. Mend `glob` or `location`.",
    )
    assert news == "news: not_found"
    assert "404" in why
    assert done.stderr == "2 of 2 cannot be refreshed as they are.\n"


def test_check_tries_what_is_named_also_where_it_is_not_enabled(raw, tmp_path):
    (raw / "sources.yaml").write_text(
        "sources: [{name: later, kind: folder, location: gone, enabled: false}, "
        "{name: now, kind: folder, location: delta}]"
    )
    done = sources("check", "later", "--raw", raw, "--json")
    assert done.exit_code == 1
    (result,) = json.loads(done.stdout)
    assert (result["ok"], result["outcome"]) == (False, "not_found")
    assert result["message"].startswith("source 'later': its location ")
    done = sources("check", "nowhere", "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no source 'nowhere'. Known are: later, now." in done.stderr


def test_check_notices_a_profile_that_does_not_exist(raw):
    enabled(raw, "name: x, kind: folder, location: delta, profiles: {a.example: lantern}")
    done = sources("check", "x", "--raw", raw)
    assert done.exit_code == 1
    assert done.stdout.startswith("x: unknown_profile\n  host 'a.example': there is no profile 'lantern'")


def test_check_survives_a_kind_that_fails(raw, monkeypatch):
    enabled(raw, "name: x, kind: folder, location: delta")
    look = folder.look

    def broken(place):
        if place.source.name == "delta":
            raise ZeroDivisionError
        return look(place)

    monkeypatch.setattr(folder, "look", broken)
    done = sources("check", "--raw", raw)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "delta: unexpected_error"
    assert done.stdout.splitlines()[-1] == "x: reachable, 2 posts"


# add


def test_add_writes_an_excerpt_of_what_it_finds_behind_the_last_entry(raw, server):
    done = sources("add", server.url("/feed"), "--raw", raw, "--name", "news", "--yes")
    assert done.exit_code == 0
    entry = (
        f"# {RIGHTS}\n- name: news\n  kind: feed\n  location: {server.url('/feed')}\n"
        '  title: "Low Water"\n  publish: excerpt\n'
    )
    assert done.stdout == entry
    assert done.stderr == (
        "A feed, 1 post, the newest of 2021-04-02T10:30:00Z.\n"
        f"Written to {raw}/sources.yaml. Next: commonplace refresh news\n"
    )
    indented = "".join(f"  {line}\n" for line in entry.splitlines())
    assert listing(raw) == f"{LISTING}\n{indented}"


def test_add_takes_a_name_a_schedule_and_what_may_be_published(raw, tmp_path):
    (tmp_path / "more" / "_posts").mkdir(parents=True)
    (tmp_path / "more" / "_posts" / "a.md").touch()
    done = sources(
        "add", tmp_path / "more", "--raw", raw, "-y",
        "--name", "mine", "--publish", "metadata", "--schedule", "5 4 * * *",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    (added,) = [source for source in read_sources(raw) if source.name == "mine"]
    assert (added.kind, added.location, added.glob) == ("folder", str(tmp_path / "more"), "_posts/*.md")
    assert (added.publish, added.schedule) == ("metadata", "5 4 * * *")


def test_add_shows_what_it_would_write_and_asks_first(raw, server):
    done = sources("add", server.url("/feed"), "--raw", raw)
    assert done.exit_code == 2
    assert '- name: "127-0-0-1"\n' in done.stdout
    assert done.stderr.endswith(
        "commonplace: Nothing was changed: stdin is no terminal to ask on. Look at the entry, "
        "and add --yes.\n"
    )
    assert listing(raw) == LISTING


@pytest.mark.parametrize(
    ("answer", "code", "says"), [("y", 0, "Written to"), ("n", 1, "Nothing was changed.")]
)
def test_on_a_terminal_it_asks(raw, answer, code, says):
    (raw / "more").mkdir()
    (raw / "more" / "a.md").touch()
    terminal, end = pty.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        done = subprocess.run(
            [sys.executable, "-c", "from pipeline.commands.sources import sources_app; sources_app()",
             "add", str(raw / "more"), "--raw", str(raw)],
            cwd=PROJECT, stdin=end, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(terminal)
        os.close(end)
    assert done.returncode == code
    assert f"Write this to {raw}/sources.yaml? [y/N]:" in done.stderr
    assert says in done.stderr
    assert (listing(raw) != LISTING) is (answer == "y")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--name", "Delta"], "there is a source 'delta' already. Choose another --name."),
        (["--name", "a/b"], "the name 'a/b' cannot be used. Write 1 to 64 letters"),
        (["--schedule", "daily"], "the schedule 'daily' has 1 part. A cron line has five parts"),
    ],
)
def test_add_refuses_what_could_not_be_written_before_it_asks_anybody(raw, server, arguments, found):
    done = sources("add", server.url("/feed"), "--raw", raw, "--yes", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"commonplace: {found}")
    assert server.requests == []


def test_add_refuses_what_is_there_already(raw):
    done = sources("add", raw / "delta", "--raw", raw, "--yes")
    assert done.exit_code == 2
    assert "source 'delta' has this location already." in done.stderr
    assert listing(raw) == LISTING


def test_add_says_why_nothing_can_be_added(raw, server, tmp_path):
    gone = sources("add", server.url("/gone"), "--raw", raw, "--yes")
    assert gone.exit_code == 1
    assert "404" in gone.stderr
    nothing = sources("add", tmp_path / "nothing", "--raw", raw, "--yes")
    assert nothing.exit_code == 2
    assert "there is nothing." in nothing.stderr
    assert listing(raw) == LISTING


def test_add_never_shows_a_password(raw, server):
    done = sources("add", server.url("/feed").replace("//", "//me:hush@"), "--raw", raw, "--yes")
    assert done.exit_code == 0
    assert "hush" not in done.stdout + done.stderr
    assert "location: http://me:hush@" in listing(raw)


def test_the_first_entry_of_a_folder_of_posts_warns_that_its_own_are_left_out(tmp_path, server):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.md").touch()
    done = sources("add", server.url("/feed"), "--raw", tmp_path / "mine", "--yes")
    assert done.exit_code == 0
    assert f"read only where an entry names them: commonplace sources add {tmp_path}/mine" in done.stderr
    again = sources("add", tmp_path / "mine", "--raw", tmp_path / "mine", "--yes")
    assert again.exit_code == 0
    assert [source.location for source in read_sources(tmp_path / "mine")] == [server.url("/feed"), "."]


def test_a_name_under_which_posts_are_kept_is_warned_of(raw, server):
    (raw / "fetched" / "news").mkdir(parents=True)
    done = sources("add", server.url("/feed"), "--raw", raw, "--name", "news")
    assert f"{raw}/fetched/news holds what an earlier source of this name fetched" in done.stderr


# remove


def test_remove_cuts_the_entry_and_leaves_what_was_fetched(raw):
    (raw / "fetched" / "delta").mkdir(parents=True)
    done = sources("remove", "delta", "--raw", raw, "--yes")
    assert done.exit_code == 0
    assert done.stdout.startswith("  # The first.\n  - name: delta\n")
    assert done.stderr == (
        f"Cut out of {raw}/sources.yaml.\n"
        f"What was fetched stays in {raw}/fetched/delta until it is deleted by hand.\n"
    )
    assert (raw / "fetched" / "delta").exists()
    assert listing(raw).startswith("sources:\n  - name: estuary   # later\n")


def test_remove_asks_first_and_shows_no_password(raw):
    done = sources("remove", "estuary", "--raw", raw)
    assert done.exit_code == 2
    assert "location: https://***@estuary.example/x.git" in done.stdout
    assert "hush" not in done.stdout + done.stderr
    assert listing(raw) == LISTING


def test_remove_knows_only_what_is_there(raw, tmp_path):
    done = sources("remove", "nowhere", "--raw", raw, "--yes")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no source 'nowhere'. Known are: delta, estuary." in done.stderr
    (tmp_path / "mine").mkdir()
    assert "there is no such file" in sources("remove", "mine", "--raw", tmp_path / "mine", "--yes").stderr


# All of it.


def test_without_a_command_the_help_is_shown():
    done = sources()
    for command in ("list", "check", "add", "remove"):
        assert f"  {command} " in done.output


def test_the_commands_load_nothing_before_they_are_used():
    code = (
        "import sys, pipeline.commands.sources\n"
        "print(sorted({'pydantic', 'polars', 'pyarrow', 'httpx', 'lxml', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
