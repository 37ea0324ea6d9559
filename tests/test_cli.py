"""The command as its users meet it: in processes of its own, by what it prints and how it ends."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.publish.versions import digest_of, lock, standing

PROJECT = Path(__file__).resolve().parent.parent
RAW = PROJECT / "raw"
SETTINGS = {"PYTHONPATH": str(PROJECT), "COLUMNS": "100", "TERM": "xterm", "TZ": "Asia/Shanghai"}
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("COMMONPLACE_")} | SETTINGS
COMMANDS = ("build", "refresh", "changes", "sources", "profiles", "query", "explain", "rejects", "ui")
COMMAND = [sys.executable, "-m", "pipeline.cli"]

NIGHT_LIBRARY = "https://www.lanternfile.example/conversation/what-should-night-library-be"
TABLES = ["articles", "comments", "contributors", "contributions", "links", "media", "revisions", "rejects"]
STANDING = "The standing outputs are as they were."

Done = subprocess.CompletedProcess[str]


def commonplace(
    *arguments: str | bytes | Path,
    program: Sequence[str] = COMMAND,
    settings: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Done:
    """Run the command to its end; `settings` join its environment."""
    done = subprocess.run(
        [*program, *arguments],
        cwd=PROJECT, env=ENVIRONMENT | (settings or {}), input=stdin.encode(),
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    # Decoded here, so that no line end is changed.
    return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def after(code: str) -> list[str]:
    """The program that runs some code before the command, in the same process."""
    return [sys.executable, "-c", f"{code}\nfrom pipeline.cli import main; main()"]


def together(**runs: Callable[[], Done]) -> dict[str, Done]:
    """Several runs at the same time, by name: most of a run is the start of Python."""
    with ThreadPoolExecutor(3) as pool:
        started = {name: pool.submit(run) for name, run in runs.items()}
        return {name: run.result() for name, run in started.items()}


def said(done: Done) -> str:
    """What the command said in its one line on stderr; nothing went to stdout."""
    assert done.stdout == ""
    assert done.stderr.startswith("commonplace: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("commonplace: ").strip()


def hashes(out: Path) -> dict[str, str]:
    """The SHA-256 of every file that readers find."""
    current = (out / "current").resolve()
    files = sorted(path for path in current.rglob("*") if path.is_file())
    return {str(file.relative_to(current)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


# Too short a post for its language to be told: a build of it loads no models.
TEA = """---
title: Tea
from: https://www.lanternfile.example/conversation/tea
---
<div><div class="content"><div class="field-name-body"><p>Tea?</p></div></div><div id="comments">
<a id="comment-1"></a><article class="comment"><div class="node-profile"><h3><a
href="https://www.lanternfile.example/contributors/ada-marsh">Ada Marsh</a></h3></div>
<div class="field-name-comment-body"><p>Yes.</p></div></article></div></div>
"""
TEA_SOURCE = "{name: tea, kind: folder, location: ., profiles: {www.lanternfile.example: chinafile}}"


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw folder of a post with one comment, and a reject: quick to build, and other outputs than
    the sample's."""
    return raw_folder(tmp_path_factory.mktemp("tea") / "raw")


def raw_folder(folder: Path, source: str = TEA_SOURCE) -> Path:
    folder.mkdir()
    (folder / "tea.md").write_text(TEA)
    (folder / "empty.md").touch()
    (folder / "sources.yaml").write_text(f"sources:\n  - {source}\n")
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The sample built by the command into a folder that needs quotes, and what the command said."""
    out = tmp_path_factory.mktemp("cli") / "it's my outputs"
    return out, commonplace("build", "--raw", RAW, "--out", out)


@pytest.fixture(scope="module")
def out(first: tuple[Path, Done]) -> Path:
    return first[0]


@pytest.fixture
def copy(out: Path, tmp_path: Path) -> Path:
    """Standing outputs that a test may lose."""
    shutil.copytree(out, tmp_path / "out", symlinks=True)
    return tmp_path / "out"


# Build.


def test_build_prints_a_summary(first):
    out, done = first
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("41 raw posts, 0.1 MB, in ")
    assert [line.split()[0] for line in lines[2:10]] == TABLES
    assert lines[2].split() == ["articles", "32"]
    assert lines[9].split(maxsplit=2) == [
        "rejects",
        "7",
        "(1 bad_url, 1 empty_file, 1 no_front_matter, 2 no_url, 1 yaml_alias, 1 yaml_tag)",
    ]
    assert lines[11].split(maxsplit=1) == ["sample", "refreshed (posts: 41 added; articles: 32 new)"]
    assert lines[13] == f"Written to {out}/parquet, {out}/csv and {out}/commonplace.duckdb"
    for file in ("parquet/articles/articles.parquet", "csv/articles.csv", "commonplace.duckdb"):
        assert (out / file).is_file()


def test_the_next_step_that_build_names_can_be_typed(first):
    _, done = first
    name, *arguments = shlex.split(done.stdout.splitlines()[-1].removeprefix("Next: "))
    assert name == "commonplace"
    following = commonplace(*arguments)
    assert following.returncode == 0
    assert "What Should a Night Library Be For?        7" in following.stdout


def test_build_prints_json_and_draws_a_bar_on_a_terminal(tea, tmp_path):
    """JSON is all that stdout gets, whatever stderr shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "build", "--raw", tea, "--out", tmp_path, "--json"],
        cwd=PROJECT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=theirs, text=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b"".join(read_terminal(ours))
        printed = process.stdout.read()
    assert process.returncode == 0
    summary = json.loads(printed)
    assert summary.pop("run") < "2100"
    assert [(row["source"], row["outcome"], row["posts"]) for row in summary.pop("sources")] == [
        ("tea", "refreshed", 2)
    ]
    assert summary == {
        "is_new": True,
        "version": digest_of(standing(tmp_path)),
        "out": str(tmp_path),
        "raw_posts": 2,
        "raw_bytes": len(TEA),
        "rows": dict(zip(TABLES, [1, 1, 1, 1, 1, 0, 1, 1], strict=True)),
        "rejects": {"empty_file": 1},
        "seconds": summary["seconds"],
    }
    assert list(summary["rows"]) == TABLES
    assert "2 posts read" in shown.decode()
    assert "\x1b[" in shown.decode()


def read_terminal(terminal: int) -> Iterator[bytes]:
    """What is shown on a terminal until nobody is left to write to it."""
    try:
        while data := os.read(terminal, 1 << 16):
            yield data
    except OSError:  # so Linux ends it
        pass
    finally:
        os.close(terminal)


def test_any_folder_of_posts_can_be_built_and_named_by_the_environment(tmp_path):
    """Read recursively, without a sources.yaml; on stderr, which is no terminal, stand plain lines."""
    for number in range(1_100):
        folder = tmp_path / "My Posts" / f"year {number % 3}" / ("deep" * (number % 2))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.md").write_text(f"---\nfrom: https://a.example/{number}\n---\n<p>{number}</p>\n")
    (tmp_path / "My Posts" / "notes.txt").write_text("no post")
    settings = {"COMMONPLACE_RAW": str(tmp_path / "My Posts"), "COMMONPLACE_OUT": str(tmp_path / "out")}
    done = commonplace("build", "--workers", "1", settings=settings)
    assert done.returncode == 0
    assert done.stdout.startswith("1,100 raw posts, ")
    assert done.stderr == "1,024 posts read\n"
    asked = commonplace(
        "query", "SELECT DISTINCT source FROM revisions", "--format", "csv", settings=settings
    )
    assert asked.stdout == "source\r\nMy-Posts\r\n"


def test_what_build_refuses_is_told_in_one_line(tea, copy, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    before, new = hashes(copy), tmp_path / "new"
    unknown_key = TEA_SOURCE.replace("kind:", "colour: red, kind:")
    unknown_profile = TEA_SOURCE.replace("chinafile", "lantern")
    refused = {  # raw, out, exit code, what is said
        "no raw folder": (tmp_path / "nowhere", new, 2, f"{tmp_path}/nowhere: no such folder. Name a folder"),
        "no posts": (
            tmp_path / "empty",
            new,
            2,
            f"{tmp_path}/empty: no raw post was found at {tmp_path}/empty/**/*.md. Mend",
        ),
        "unknown key": (
            raw_folder(tmp_path / "key", unknown_key),
            new,
            2,
            f"{tmp_path}/key/sources.yaml, line 2: source 'tea': ",
        ),
        "unknown profile": (
            raw_folder(tmp_path / "profile", unknown_profile),
            new,
            2,
            "source 'tea': host 'www.lanternfile.example': there is no profile 'lantern'",
        ),
        "a file": (
            tea,
            tmp_path / "file",
            1,
            f"{tmp_path}/file: is not a folder. Move it, or name a folder.",
        ),
        "below a file": (tea, tmp_path / "file/below", 1, f"{tmp_path}/file: is not a folder. Move it, or"),
        "at work": (
            tea,
            copy,
            1,
            f"{copy}: another build is at work here (process {os.getpid()}, since 20",
        ),
    }
    runs = {
        name: lambda raw=raw, out=out: commonplace("build", "--raw", raw, "--out", out)
        for name, (raw, out, _, _) in refused.items()
    }
    with lock(copy):
        done = together(**runs)
    for name, (_, _, code, message) in refused.items():
        assert said(done[name]).startswith(message)
        assert done[name].returncode == code, name
    assert hashes(copy) == before
    assert not (new / "current").exists()
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_told_in_one_line(tea, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    done = commonplace("build", "--raw", tea, "--out", tmp_path / "locked")
    assert done.returncode == 1
    assert said(done).startswith(f"{tmp_path}/locked: is not writable.")


# What fails on the way. The code runs before the command, in its process.
WITH_A_COMMENT_TWICE = """
import polars as pl
from pipeline.tables import assemble as module
real = module.assemble
def doubled(*given):
    tables = real(*given)
    return tables | {"comments": pl.concat([tables["comments"], tables["comments"].head(1)])}
module.assemble = doubled
"""
INTERRUPTED = """
from pipeline.tables import assemble as module
def interrupted(*given):
    raise KeyboardInterrupt
module.assemble = interrupted
"""
FAULTY = """
from pipeline.tables import assemble as module
module.assemble = lambda extracted: {}["articles"]
"""


def test_a_build_that_fails_leaves_the_standing_outputs_as_they_were(copy, tea, tmp_path):
    before = hashes(copy)
    shutil.copytree(copy, tmp_path / "second", symlinks=True)
    shutil.copytree(copy, tmp_path / "third", symlinks=True)
    done = together(
        broken=lambda: commonplace("build", "--raw", tea, "--out", copy, program=after(WITH_A_COMMENT_TWICE)),
        interrupted=lambda: commonplace(
            "build", "--raw", tea, "--out", tmp_path / "second", program=after(INTERRUPTED)
        ),
        faulty=lambda: commonplace("build", "--raw", tea, "--out", tmp_path / "third", program=after(FAULTY)),
    )
    for folder in (copy, tmp_path / "second", tmp_path / "third"):
        assert hashes(folder) == before
    assert {name: run.returncode for name, run in done.items()} == {
        "broken": 1,
        "interrupted": 130,
        "faulty": 1,
    }
    assert {run.stdout for run in done.values()} == {""}

    # A rule that is broken: its name, how many rows, the rows themselves.
    message = done["broken"].stderr
    assert "comments.key_is_unique: 1 rows break it. No two rows share comment_id." in message
    assert re.search(r"^  \{'comment_id': '[0-9a-f]{20}', 'rows': 2\}$", message, re.MULTILINE)
    assert message.endswith("Nothing was published: the standing outputs are as they were.\n")
    assert "Traceback" not in message

    assert said(done["interrupted"]) == f"Interrupted. {STANDING}"

    # A fault of ours is shown whole, to be reported.
    assert done["faulty"].stderr.startswith("Traceback")
    assert done["faulty"].stderr.endswith(
        f"commonplace: This is a fault of the pipeline; please report it. {STANDING}\n"
    )


# Full disks.

NO_FILE_LARGER = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[bool]:
    """A folder on a disk of that size; False where none can be mounted, and the disk is this one."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_leaves_the_standing_outputs_as_they_were(out, copy, tea, tmp_path):
    """One build can write no Parquet file; the other can, but not DuckDB's, which is the largest."""
    disk, before = tmp_path / "disk", hashes(out)
    with small_disk(disk, "10m") as mounted:
        shutil.copytree(out, disk / "out", symlinks=True)
        limited = COMMAND if mounted else after(NO_FILE_LARGER.format(1_000_000))
        done = together(
            parquet=lambda: commonplace(
                "build", "--raw", tea, "--out", copy, program=after(NO_FILE_LARGER.format(1_000))
            ),
            duckdb=lambda: commonplace("build", "--raw", tea, "--out", disk / "out", program=limited),
        )
        assert {name: run.returncode for name, run in done.items()} == {"parquet": 1, "duckdb": 1}
        assert "File too large" in said(done["parquet"])
        assert "commonplace.duckdb" in said(done["duckdb"])
        assert ("No space left on device" if mounted else "File too large") in said(done["duckdb"])
        assert all(said(run).endswith(STANDING) for run in done.values())
        assert hashes(copy) == hashes(disk / "out") == before
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        assert commonplace("build", "--raw", tea, "--out", disk / "out").returncode == 0
        assert hashes(disk / "out") != before


# Query.

VALUES = """
    SELECT NULL AS nothing, [1, NULL] AS numbers, ['墨', 'a"b'] AS texts, true AS yes, 1.5 AS half,
        1::DOUBLE / 0 AS endless, TIMESTAMPTZ '2021-11-26 17:40:00.5+08' AS instant,
        TIMESTAMP '2021-11-26 09:40:00' AS local, DATE '2021-11-26' AS day, {'a': NULL} AS struct,
        MAP {DATE '2021-11-26': 1} AS map, 1 AS half
"""
HOSTILE = "[red]markup[/red] :smile: [link=x]y[/link] \\[bold] =1+1 <b>&amp;</b> \"'"


def test_query_prints_a_table_csv_or_json(out):
    runs = {
        form: lambda form=form: commonplace("query", VALUES, "--out", out, "--format", form)
        for form in ("table", "csv", "json")
    }
    done = together(**runs)
    assert {run.returncode for run in done.values()} == {0}

    assert json.loads(done["json"].stdout) == [
        {
            "nothing": None,
            "numbers": [1, None],
            "texts": ["墨", 'a"b'],
            "yes": True,
            "half": 1.5,
            "endless": None,
            "instant": "2021-11-26T09:40:00.500000Z",
            "local": "2021-11-26T09:40:00",
            "day": "2021-11-26",
            "struct": {"a": None},
            "map": {"2021-11-26": 1},
            "half_1": 1,
        }
    ]
    assert "墨" in done["json"].stdout

    head, row = csv.reader(io.StringIO(done["csv"].stdout, newline=""))
    assert dict(zip(head, row, strict=True)) == {
        "nothing": "",
        "numbers": "[1,null]",
        "texts": '["墨","a\\"b"]',
        "yes": "true",
        "half": "1.5",
        "endless": "inf",
        "instant": "2021-11-26T09:40:00.500000Z",
        "local": "2021-11-26T09:40:00",
        "day": "2021-11-26",
        "struct": '{"a":null}',
        "map": '{"2021-11-26":1}',
        "half_1": "1",
    }
    assert done["csv"].stdout.count("\r\n") == 2
    assert done["csv"].stderr == done["json"].stderr == ""

    # Twelve columns are too many for 100 characters: one value a line.
    assert done["table"].stdout.splitlines()[:4] == [
        "row 1",
        "  nothing:",
        "  numbers: [1,null]",
        '  texts:   ["墨","a\\"b"]',
    ]
    assert done["table"].stderr == "1 row\n"


def test_what_posts_say_is_printed_as_it_is(out):
    sql = "SELECT '" + HOSTILE.replace("'", "''") + "' AS said, 'two\nlines' AS lines"
    done = together(
        table=lambda: commonplace("query", sql, "--out", out),
        csv=lambda: commonplace("query", sql, "--out", out, "--format", "csv"),
        json=lambda: commonplace("query", sql, "--out", out, "--format", "json"),
        nothing=lambda: commonplace("query", "SELECT title FROM articles WHERE false", "--out", out),
        none=lambda: commonplace(
            "query", "SELECT title FROM articles WHERE false", "--out", out, "--format", "json"
        ),
    )
    assert HOSTILE in done["table"].stdout
    assert list(csv.reader(io.StringIO(done["csv"].stdout, newline="")))[1] == [HOSTILE, "two\nlines"]
    assert json.loads(done["json"].stdout) == [{"said": HOSTILE, "lines": "two\nlines"}]
    assert (done["nothing"].stdout.split()[0], done["nothing"].stderr) == ("title", "0 rows\n")
    assert json.loads(done["none"].stdout) == []


def test_a_row_too_wide_for_the_terminal_is_printed_one_value_a_line(out):
    done = commonplace("query", f"SELECT * FROM articles WHERE url = '{NIGHT_LIBRARY}'", "--out", out)
    lines = done.stdout.splitlines()
    assert "  title:                  What Should a Night Library Be For?" in lines
    assert "  published_at:           2021-11-26T09:40:00Z" in lines
    # A text of several lines keeps its column.
    assert next(line for line in lines if "Is a library that stays open" in line).startswith(
        " " * 26 + "Is a"
    )


def test_queries_that_give_no_rows_are_told(out, tmp_path):
    done = together(
        wrong=lambda: commonplace("query", "SELEC 1", "--out", out),
        write=lambda: commonplace("query", "DROP TABLE articles", "--out", out),
        empty=lambda: commonplace("query", "-", "--out", out),
        bytes=lambda: commonplace("query", b"SELECT '\xff'", "--out", out),
        unbuilt=lambda: commonplace("query", "SELECT 1", "--out", tmp_path / "out"),
        unbuilt_rejects=lambda: commonplace("rejects", "--out", tmp_path / "out"),
        format=lambda: commonplace("query", "SELECT 1", "--out", out, "--format", "xml"),
    )
    assert {name: run.returncode for name, run in done.items()} == dict.fromkeys(done, 2)
    assert {run.stdout for run in done.values()} == {""}
    assert 'DuckDB refuses the query: Parser Error: syntax error at or near "SELEC"' in done["wrong"].stderr
    assert "read-only" in done["write"].stderr
    assert said(done["empty"]).startswith("The query is empty.")
    assert said(done["bytes"]) == "The query is not UTF-8."
    for name in ("unbuilt", "unbuilt_rejects"):
        assert said(done[name]) == (
            f"{tmp_path}/out/commonplace.duckdb: there is no dataset yet. Run `commonplace build` first."
        )
    assert "'xml' is not one of 'table', 'csv', 'json'" in done["format"].stderr
    assert commonplace("query", "SELECT count(*) FROM articles", "--out", out).returncode == 0


def test_sql_is_read_from_stdin_and_answers_are_in_utc(out):
    sql = f"SELECT hour(published_at) AS hour, '墨' AS ink FROM articles\nWHERE url = '{NIGHT_LIBRARY}'\n"
    done = commonplace("query", "-", "--out", out, "--format", "json", stdin=sql)
    assert json.loads(done.stdout) == [{"hour": 9, "ink": "墨"}]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_reader_that_has_seen_enough_is_no_error(form, out):
    query = [*COMMAND, "query", "SELECT repeat('x', 200000) AS x", "--format", form, "--out", str(out)]
    done = commonplace(program=["sh", "-c", f"{shlex.join(query)} | head -1"])
    assert done.stdout.count("\n") == 1
    assert done.stderr.removesuffix("1 row\n") == ""


# Explain, rejects.


def test_explain_says_what_became_of_it(out):
    done = together(
        url=lambda: commonplace(
            "explain", f"{NIGHT_LIBRARY.replace('https', 'http')}/?utm_source=x", "--out", out
        ),
        bridges=lambda: commonplace("explain", "Counting the Footbridges of Wuli.md", "--out", out, "--json"),
        reject=lambda: commonplace("explain", "Nine Kinds of Noodles.md", "--out", out),
        unknown=lambda: commonplace("explain", "https://unknown.example/", "--out", out),
        many=lambda: commonplace("explain", ".md", "--out", out),
        unbuilt=lambda: commonplace("explain", NIGHT_LIBRARY, "--out", out / "nowhere"),
    )
    codes = {name: run.returncode for name, run in done.items()}
    assert codes == {"url": 0, "bridges": 0, "reject": 0, "unknown": 2, "many": 0, "unbuilt": 2}

    lines = done["url"].stdout.splitlines()
    assert lines[0].startswith("article: ")
    assert "  title:       What Should a Night Library Be For?" in lines
    assert "  published:   2021-11-26T09:40:00Z (exact to the day)" in lines
    assert "  comments:    7" in lines
    assert "               commenter: Ludo Ferrant (in a comment)" in lines

    (bridges,) = json.loads(done["bridges"].stdout)
    assert bridges["is"] == "article"
    assert bridges["facts"]["title"] == "Every Footbridge in Wuli, Counted Again"
    assert len(bridges["facts"]["revisions"]) == 3

    assert done["reject"].stdout.startswith(
        "reject: sample:_posts/2020-07-19-Nine Kinds of Noodles.md\n"
        "  stage:       post\n"
        "  reason:      yaml_alias\n"
    )
    assert said(done["unknown"]).startswith("'https://unknown.example/' is no URL, id or raw path")
    assert done["many"].stderr == "Of articles and of rejects, no more than 20 are shown.\n"
    assert "Run `commonplace build` first." in said(done["unbuilt"])


def test_rejects_lists_what_gave_no_row(out):
    done = commonplace("rejects", "--out", out, "--format", "csv")
    head, *rows = csv.reader(io.StringIO(done.stdout, newline=""))
    assert head == ["source", "raw_path", "stage", "reason", "message"]
    assert [row[1:4] for row in rows] == [
        ["_posts/2020-03-03-The Clock That Was Always Right Twice.md", "post", "no_url"],
        ["_posts/2020-07-19-Nine Kinds of Noodles.md", "post", "yaml_alias"],
        ["_posts/2020-07-20-A Kettle Is Not a Command.md", "post", "yaml_tag"],
        ["_posts/2020-08-03-Untitled.md", "post", "empty_file"],
        ["_posts/2020-08-04-Shopping List.md", "post", "no_front_matter"],
        ["_posts/2020-08-05-The Bench by the Weir.md", "post", "no_url"],
        ["_posts/2020-08-06-From the Printed Edition.md", "post", "bad_url"],
    ]
    assert all(len(row[4]) > 20 for row in rows)


# Help.

WITH_IMPORTS = [sys.executable, "-X", "importtime"]


def test_help_is_quick_and_complete():
    """It imports none of the heavy parts, and says what the exit codes mean."""
    asked = {
        "help": ["--help"],
        "nothing": [],
        "version": ["--version"],
        **{name: [name, "--help"] for name in COMMANDS},
    }
    runs = {
        name: lambda arguments=arguments: commonplace(*arguments, program=[*WITH_IMPORTS, *COMMAND[1:]])
        for name, arguments in asked.items()
    }
    done = together(**runs)
    for name, run in done.items():
        assert run.returncode == (2 if name == "nothing" else 0)
        lines = run.stderr.splitlines()
        imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines if "|" in line}
        assert "typer" in imported
        assert imported.isdisjoint({"dagster", "polars", "pandera", "duckdb", "pyarrow", "bs4", "lingua"}), (
            name
        )

    shown = {
        name: run.stdout + "\n".join(line for line in run.stderr.splitlines() if "|" not in line)
        for name, run in done.items()
    }
    assert shown["version"].strip() == f"commonplace {__version__}"
    for name in ("help", "nothing"):
        text = " ".join(shown[name].split())
        assert (
            "Exit codes: 0 done; 1 a check, a source or the disk failed, and what it concerns is as it was; "
            "2 wrong use" in text
        )
        assert all(f"\n  {command} " in shown[name] for command in COMMANDS)
    for option in ("--raw", "--out", "--workers", "--json", "COMMONPLACE_RAW", "COMMONPLACE_OUT"):
        assert option in shown["build"]


@pytest.mark.parametrize(
    "arguments", [["--bogus"], ["build", "--bogus"], ["bogus"], ["query"], ["build", "--workers", "-1"]]
)
def test_what_the_command_does_not_know_is_wrong_use(arguments):
    done = commonplace(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Error: " in done.stderr


# The UI. Dagster itself is played by a program that tells how it was called, then waits.

DAGSTER = """
import json, os, sys, time
from pathlib import Path
seen = {"pid": os.getpid(), "arguments": sys.argv[1:], "environment": dict(os.environ)}
Path(os.environ["SEEN"] + ".new").write_text(json.dumps(seen))
os.rename(os.environ["SEEN"] + ".new", os.environ["SEEN"])
if os.environ.get("FAILS"):
    sys.exit(3)
time.sleep(60)
"""


@pytest.fixture
def played(tmp_path: Path) -> dict[str, str]:
    """The settings under which the command finds that program."""
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster/__init__.py").touch()
    (tmp_path / "dagster/__main__.py").write_text(DAGSTER)
    return {"PYTHONPATH": f"{tmp_path}:{PROJECT}", "SEEN": str(tmp_path / "seen.json")}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ui_serves_on_loopback_until_it_is_ended(ending, played, tmp_path):
    arguments = ["ui", "--port", "3999", "--raw", "raw", "--out", "my outputs"]
    # As from another folder: both paths are seen from there.
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, env=ENVIRONMENT | played, stderr=subprocess.PIPE, text=True
    ) as process:
        seen = wait_for(tmp_path / "seen.json")
        process.send_signal(ending)
        _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert told.startswith(
        "The Dagster UI is at http://127.0.0.1:3999 in a few seconds. Stop it with Ctrl-C.\n"
    )
    assert "fault of the pipeline" not in told
    with pytest.raises(ProcessLookupError):
        os.kill(seen["pid"], 0)
    assert seen["arguments"][:5] == ["dev", "--host", "127.0.0.1", "--port", "3999"]
    assert seen["arguments"][5:7] == ["--workspace", str(PROJECT / "workspace.yaml")]
    environment = seen["environment"]
    assert environment["COMMONPLACE_RAW"] == str(tmp_path / "raw")
    assert environment["COMMONPLACE_OUT"] == str(tmp_path / "my outputs")
    assert environment["DAGSTER_DISABLE_TELEMETRY"] == "1"
    assert environment["DAGSTER_HOME"] == str(PROJECT / ".dagster")


def test_ui_ends_as_dagster_ends(played):
    done = commonplace("ui", settings=played | {"FAILS": "1"})
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1


def wait_for(file: Path) -> dict[str, object]:
    """The JSON in a file, once it is there."""
    end = time.monotonic() + 30
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return json.loads(file.read_text())
