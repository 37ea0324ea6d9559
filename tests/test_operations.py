"""docs/operations.md leaves no code unexplained, and names nothing that does not exist."""

import ast
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
import typer

from pipeline.cli import app
from pipeline.publish import versions
from pipeline.refresh.steps import refresh
from tests.sources.archives import Archive
from tests.sources.webserver import Reply, web_server

PROJECT = Path(__file__).resolve().parent.parent
OPERATIONS = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")

# Where a raw post can be rejected; each is a word of `rejects.stage`.
STAGES = {"read", "post", "markup", "extract"}

_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def section(title: str) -> str:
    """What stands below a heading, up to the next one of its rank."""
    return re.split(r"^## ", OPERATIONS.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def cells(title: str, column: int = 0) -> list[str]:
    """One column of the table in a section."""
    rows = re.findall(r"^\| (.*) \|$", section(title), re.MULTILINE)
    return [row.split(" | ")[column].strip() for row in rows[1:] if not row.startswith("---")]


def codes_in(text: str) -> set[str]:
    """The codes that stand in backticks."""
    return {word for word in re.findall(r"`([^`]+)`", text) if _CODE.fullmatch(word)}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", OPERATIONS, re.MULTILINE | re.DOTALL)


# What the code can say, read from its text: a code stands before the sentence that explains it, or
# is given to what is named `outcome`, `code` or `reason`.


def trees(*patterns: str) -> Iterator[ast.Module]:
    for pattern in patterns:
        for path in sorted((PROJECT / "pipeline").glob(pattern)):
            yield ast.parse(path.read_text(encoding="utf-8"))


def constants(node: ast.expr) -> list[str]:
    """The codes that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if _CODE.fullmatch(node.value) else []
    return constants(node.body) + constants(node.orelse) if isinstance(node, ast.IfExp) else []


def is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def before_sentences(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Codes with the sentence right behind them, in a call or a tuple: what is called, and the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            called = ast.unparse(node.func)
        elif isinstance(node, ast.Tuple):
            values, called = node.elts, ""
        else:
            continue
        for value, following in pairwise(values):
            if is_sentence(following):
                for code in constants(value):
                    yield called, code


def given_to(tree: ast.AST, *names: str) -> Iterator[str]:
    """Codes that a variable, an argument or a key of one of these names is set to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in names:
            yield from constants(node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in names:
                    yield from constants(value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                for name, value in pairs:
                    if isinstance(name, ast.Name) and name.id in names:
                        yield from constants(value)


def passed_to(tree: ast.AST, *functions: str) -> Iterator[str]:
    """Codes among the arguments of calls of these functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in functions:
            for value in node.args:
                yield from constants(value)


@cache
def outcomes_of_the_code() -> set[str]:
    found: set[str] = set()
    for tree in trees("sources/*.py", "refresh/*.py", "commands/*.py"):
        found.update(given_to(tree, "outcome", "code"))
        found.update(passed_to(tree, "FetchError", "FeedError"))
    for tree in trees("sources/git_outcomes.py"):
        found.update(code for _, code in before_sentences(tree))
    return found - {"fetched"}  # of a fetch; the record says what came of it


@cache
def reasons_of_the_code() -> set[str]:
    found: set[str] = set()
    for tree in trees("sources/*.py", "posts/*.py", "markup/soup.py", "tables/extract.py"):
        found.update(given_to(tree, "reason", "problem"))
        found.update(passed_to(tree, "reject", "_reject", "Reject", "PostError", "MarkupError"))
        found.update(
            code for called, code in before_sentences(tree) if called not in {"FetchError", "FeedError"}
        )
    for tree in trees("sources/git_outcomes.py"):
        found.difference_update(code for _, code in before_sentences(tree))
    return found - STAGES


@pytest.mark.parametrize("code", sorted(outcomes_of_the_code()))
def test_every_outcome_is_explained(code):
    assert code in codes_in(" ".join(cells("Outcomes")))


def test_no_outcome_is_explained_that_there_is_none_of():
    assert codes_in(" ".join(cells("Outcomes"))) == outcomes_of_the_code()


@pytest.mark.parametrize("reason", sorted(reasons_of_the_code()))
def test_every_reason_of_a_reject_is_explained(reason):
    assert reason in codes_in(" ".join(cells("Reasons of rejects", 1)))


def test_no_reason_is_explained_that_there_is_none_of():
    assert codes_in(" ".join(cells("Reasons of rejects", 1))) == reasons_of_the_code()


def test_the_codes_are_found_where_they_stand_in_the_code():
    assert {"unreachable", "timed_out", "damaged", "no_such_ref", "held_back"} <= outcomes_of_the_code()
    assert {"missing_object", "not_a_file", "bad_yaml", "too_deep", "bad_url"} <= reasons_of_the_code()
    assert "bad_yaml" not in outcomes_of_the_code()


def test_a_reject_is_explained_for_stages_that_there_are():
    assert {word for cell in cells("Reasons of rejects") for word in cell.split(", ")} == STAGES


def test_every_rule_that_holds_a_source_back_is_explained():
    rules = {code for tree in trees("refresh/guards.py") for code in passed_to(tree, "Objection")}
    assert rules
    assert codes_in(" ".join(cells("Day by day"))) & rules == rules


def test_the_messages_are_those_of_the_code():
    script = (PROJECT / "deploy/start.sh").read_text(encoding="utf-8")
    said = [*re.findall(r'echo "([^"]*)"', script), "No space left on device"]  # and what the system says
    for tree in trees("**/*.py"):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                said.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.append(node.value)
    for message in (text for cell in cells("Messages") for text in re.findall(r"`([^`]+)`", cell)):
        # What is another each time: the three dots, a file's name and line, a source's name.
        fixed = [part.strip() for part in re.split(r"\.\.\.|^sources\.yaml|\b12\b|'x'", message)]
        missing = [part for part in fixed if not any(part in text for text in said)]
        assert not missing, f"{message}: nothing in the code says {missing}"


def test_every_command_and_option_exists():
    command = typer.main.get_command(app)
    examples = re.findall(
        r"\bcommonplace ((?:build|changes|explain|query|re\w+|sources|ui)\b[^`#|\n]*)", OPERATIONS
    )
    assert len(examples) >= 20
    for example in examples:
        words = shlex.split(example.replace('"...', '"').partition("; ")[0], comments=True)
        here = command.commands[words[0]]
        if words[1:] and words[1] in getattr(here, "commands", {}):
            here = here.commands[words[1]]
        options = {
            option for parameter in here.params for option in [*parameter.opts, *parameter.secondary_opts]
        }
        assert {word for word in words if word.startswith("--")} <= options, example


def test_every_link_leads_somewhere():
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", OPERATIONS, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", OPERATIONS):
        path, _, anchor = link.partition("#")
        assert not path or (PROJECT / "docs" / path).exists(), link
        assert not anchor or anchor in anchors, link


def test_every_file_of_the_project_that_is_named_exists():
    named = set(re.findall(r"(?<![\w/])(?:deploy|docs|raw)/[\w./*-]*[\w*]", OPERATIONS))
    # These are made where Commonplace runs, and not a part of the project.
    there = {path for path in named if not re.match(r"raw/fetched|deploy/\.env", path)}
    assert "deploy/start.sh" in there
    for path in there:
        assert list(PROJECT.glob(path)), path


# Where things lie.


def places(inside: str) -> list[tuple[str, str | None, str]]:
    """The paths of the tree below `inside`: where a link leads, and what is said of each."""
    (tree,) = re.findall(r"^```\n(raw/\n.*?)^```", OPERATIONS, re.MULTILINE | re.DOTALL)
    found = []
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name, target, about = re.fullmatch(r"\s*(\S+)(?: -> (\S+))?(?:\s{2,}(.*))?", line).groups()
        above = [*above[:depth], name]
        if depth and above[0] == f"{inside}/":
            found.append(("".join(above[1:]).rstrip("/"), target, about or ""))
    return found


def pattern(path: str) -> str:
    """A path of the tree as a glob: `<run>` stands for any name."""
    return re.sub(r"<\w+>", "*", path)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a source of three kinds, refreshed twice, with something new the second time."""
    data = tmp_path_factory.mktemp("machine")
    shutil.copytree(PROJECT / "raw/sample", data / "raw/sample")
    archive = Archive(data / "archive")
    archive.write("a.md", '---\ntitle: "A"\nfrom: "https://www.osier.example/a"\n---\n<p>One.</p>')
    archive.commit()
    item = {"id": "1", "url": "https://www.weir.example/1", "title": "One", "content_html": "<p>One.</p>"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Weir", "items": [item]}
    with web_server() as server:
        server.script("/feed.json", Reply(body=json.dumps(feed).encode(), headers={"ETag": '"1"'}))
        (data / "raw/sources.yaml").write_text(
            "sources:\n"
            "  - {name: sample, kind: folder, location: sample, glob: '_posts/*.md'}\n"
            f"  - {{name: archive, kind: git, location: '{archive.path}'}}\n"
            f"  - {{name: feed, kind: feed, location: '{server.url('/feed.json')}'}}\n"
        )
        assert refresh(data / "raw", data / "outputs", workers=1).is_good
        archive.write("b.md", '---\ntitle: "B"\nfrom: "https://www.osier.example/b"\n---\n<p>Two.</p>')
        archive.commit()
        assert refresh(data / "raw", data / "outputs", workers=1).is_good
    return data


@pytest.mark.parametrize("place", places("raw"), ids=lambda place: place[0])
def test_what_is_said_to_lie_in_the_raw_folder_lies_there(machine, place):
    path, _, _ = place
    assert list((machine / "raw").glob(pattern(path))), path


@pytest.mark.parametrize("place", places("outputs"), ids=lambda place: place[0])
def test_what_is_said_to_lie_in_the_outputs_folder_lies_there(machine, place):
    path, target, about = place
    out = machine / "outputs"
    if about.startswith("Dagster alone"):
        assert any(
            node.value == path
            for tree in trees("assets/*.py")
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
        )
        return
    if about.startswith("while a refresh is at work"):
        assert not (out / path).exists()
        with versions.lock(out):
            versions.prepare(out)
            assert (out / path).exists()
        versions.candidate(out).rmdir()
        return
    found = list(out.glob(pattern(path)))
    assert found, path
    if target:
        assert re.fullmatch(re.escape(target).replace("<version>", r"[0-9a-f]{16}"), str(found[0].readlink()))


def test_nothing_else_lies_in_the_outputs_folder(machine):
    named = {path.partition("/")[0] for path, _, _ in places("outputs")}
    assert {path.name for path in (machine / "outputs").iterdir()} <= named


def test_the_queries_run_over_the_record(machine, monkeypatch):
    monkeypatch.chdir(machine)
    late, daily = ([list(row) for row in duckdb.sql(query).fetchall()] for query in blocks("sql"))
    assert late == []
    (folder,) = [row for row in daily if row[1] == "archive"]
    assert folder[2:5] == [2, 2, 0]


def test_the_first_query_finds_a_source_that_has_not_been_good_for_a_day(machine, tmp_path, monkeypatch):
    (tmp_path / "outputs").mkdir()
    monkeypatch.chdir(tmp_path)
    record = str(machine / "outputs/refreshes.parquet")
    duckdb.sql(
        "COPY (SELECT * REPLACE (finished_at - INTERVAL 25 HOURS AS finished_at) "
        f"FROM '{record}' WHERE source = 'feed') TO 'outputs/refreshes.parquet'"
    )
    ((source, _, outcome, _),) = duckdb.sql(blocks("sql")[0]).fetchall()
    assert (source, outcome) == ("feed", "unchanged")


@pytest.mark.skipif(not shutil.which("flock"), reason="flock (util-linux) is not installed")
def test_the_backup_keeps_a_refresh_off_and_can_be_restored(machine, tmp_path):
    (command,) = [text for text in blocks("sh") if "flock" in text]
    command = command.replace("/var/lib/commonplace", shlex.quote(str(machine)))
    command = command.replace("/backup", shlex.quote(str(tmp_path)))
    with versions.lock(machine / "outputs"):
        hurried = command.replace("--timeout 3600", "--timeout 0")
        assert subprocess.run(["sh", "-ec", hurried], check=False).returncode == 1
    subprocess.run(["sh", "-ec", command], check=True)

    restored = tmp_path / "restored"
    restored.mkdir()
    subprocess.run(["tar", "-xzf", tmp_path / "commonplace.tar.gz", "-C", restored], check=True)
    again = refresh(restored / "raw", restored / "outputs", fetch=False, workers=1)
    assert again.version == versions.digest_of(versions.standing(machine / "outputs"))
