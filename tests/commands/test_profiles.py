"""`commonplace profiles` as its users meet it: what it prints where, how it ends, and what it writes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeline.commands import profiles
from pipeline.commands.profiles import profiles_app
from pipeline.refresh.steps import build

# Long enough for its language to be told.
TEXT = "The pot with the longest spout pours the shortest cup of tea in the whole house by the river."
PAGE = f"""<div class="tw-page"><p class="tw-byline">By Tomas Reed</p><p>{TEXT}</p>
<div class="tw-share">Send it to \x1b[31msomebody</div></div>"""


def post(folder: Path, name: str, host: str, body: str = PAGE, author: str = "Tidewater") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(
        f"---\ntitle: {name}\ndate: 2021-04-02\nauthor: {author}\nfrom: https://{host}/{name}\n---\n" + body
    )


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hosts, one of which ChinaFile's profile reads."""
    root = tmp_path_factory.mktemp("raw")
    for number in range(4):
        post(root / "a", f"pot{number}", "www.tidewater.example")
    post(root / "a", "boat", "m.tidewater.example", f"<p>{TEXT}</p>")
    post(root / "b", "wall", "lanternfile.example", f'<div class="content">{TEXT}</div>', author="")
    (root / "a" / "empty.md").touch()
    (root / "sources.yaml").write_text(
        "sources:\n- {name: a, kind: folder, location: a}\n"
        "- {name: b, kind: folder, location: b, profiles: {lanternfile.example: chinafile}}\n"
    )
    return root


@pytest.fixture(scope="module")
def out(raw, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    build(raw, folder, 1)
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A checkout without any profile of the hosts."""
    for folder in ("pipeline/sites", "tests/sites"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(profiles, "PROJECT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path, **settings: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"} | settings).invoke(profiles_app, [str(each) for each in arguments])


# List.


def test_the_list_shows_each_host_with_its_profile_and_shares(raw, out):
    done = run("--raw", raw, "--out", out)
    assert done.exit_code == 0, done.stderr
    first, worth = done.stdout.split("\nWorth a profile of their own")
    assert [line.split() for line in first.splitlines()] == [
        ["host", "articles", "author", "language", "comments", "media"],
        ["source:", "profile", "posts", "date", "body", "links", "resolved"],
        ["─" * len(first.splitlines()[2])],
        *(["www.tidewater.example", "4", *"100 % 100 % 0 % 0 %".split()],
          ["a:", "generic", "4", *"100 % 100 % 0 %".split()]),
        *(["m.tidewater.example", "1", *"100 % 100 % 0 % 0 %".split()],
          ["a:", "generic", "1", *"100 % 100 % 0 %".split()]),
        *(["lanternfile.example", "1", *"0 % 100 % 0 % 0 %".split()],
          ["b:", "chinafile", "1", *"100 % 100 % 0 %".split()]),
    ]  # fmt: skip
    assert "www.tidewater.example          4       8   author in 100 %: tw-byline" in worth
    assert "boxes in 100 %: tw-share" in worth
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stderr.splitlines()[-1] == "Next: commonplace profiles show www.tidewater.example"


def test_the_list_as_json_has_every_figure(raw, out):
    done = run("--raw", raw, "--out", out, "--json")
    found = json.loads(done.stdout)
    assert found["hosts"][0] == {
        "source": "a",
        "host": "www.tidewater.example",
        "profile": "generic",
        "articles": 4,
        "posts": 4,
        "comments": 0,
        "links": 0,
        "media": 0,
        "links_resolved": 0,
        "shares": {
            "author": 1.0,
            "date": 1.0,
            "language": 1.0,
            "body": 1.0,
            "comments": 0.0,
            "links": 0.0,
            "media": 0.0,
            "resolved": None,
        },
    }
    assert found["worth_a_profile"] == [
        {
            "host": "www.tidewater.example",
            "articles": 4,
            "facts": 8,
            "sampled": 4,
            "without": {"author": 0.0, "date": 0.0},
            "named": {"author": 1.0, "boxes": 1.0},
            "examples": {"author": "tw-byline", "boxes": "tw-share"},
        }
    ]
    assert done.stderr == ""


def test_without_the_raw_posts_the_list_goes_by_the_tables(out, tmp_path):
    done = run("--raw", tmp_path / "gone", "--out", out)
    assert done.exit_code == 0
    assert "Worth" not in done.stdout
    assert f"Markup was not looked at: {tmp_path}/gone: no such folder" in done.stderr


def test_a_source_that_the_raw_folder_does_not_have_is_told(out, tmp_path):
    post(tmp_path / "other", "pot0", "www.tidewater.example")
    done = run("--raw", tmp_path / "other", "--out", out)
    assert done.exit_code == 0
    assert done.stderr.startswith(
        f"commonplace: {tmp_path}/other has no source 'a': its markup was not looked at.\n"
    )


def test_folders_come_from_the_environment_too(raw, out):
    done = run(COMMONPLACE_RAW=str(raw), COMMONPLACE_OUT=str(out))
    assert "www.tidewater.example" in done.stdout


def test_no_dataset_is_wrong_use(raw, tmp_path):
    done = run("--raw", raw, "--out", tmp_path / "gone")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"commonplace: {tmp_path}/gone/commonplace.duckdb: there is no dataset yet. Run `commonplace build` "
        "first.\n"
    )


def test_a_dataset_of_rejects_alone_has_no_hosts(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "empty.md").touch()
    build(tmp_path / "raw", tmp_path / "out", 1)
    done = run("--raw", tmp_path / "raw", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith("0 hosts.")
    assert json.loads(run("--raw", tmp_path / "raw", "--out", tmp_path / "out", "--json").stdout) == {
        "hosts": [],
        "worth_a_profile": [],
    }


# Show.


def test_show_prints_posts_as_archived_and_as_read(raw):
    done = run("show", "www.tidewater.example", "--raw", raw, "--posts", "2")
    assert done.exit_code == 0, done.stderr
    blocks = done.stdout.split("\npost ")
    assert len(blocks) == 2
    assert blocks[0].startswith("post 1 of 2: a:pot")
    assert '<p class="tw-byline">By Tomas Reed</p>' in blocks[0]
    assert "--- as read by generic\ntitle: pot" in blocks[0]
    assert "authors: Tidewater" in blocks[0]


def test_nothing_of_a_post_acts_on_the_terminal(raw):
    shown = run("show", "tidewater.example", "--raw", raw).stdout
    assert "\x1b" not in shown
    assert r"\x1b[31msomebody" in shown


def test_show_uses_the_profile_that_the_source_names(raw):
    assert "--- as read by chinafile" in run("show", "lanternfile.example", "--raw", raw).stdout


@pytest.mark.parametrize("command", ["show", "new"])
def test_a_host_without_posts_is_told_with_those_there_are(raw, project, command):
    done = run(command, "tidewater.org", "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"commonplace: {raw}: no post of tidewater.org was found in what was fetched. Most posts are of "
        "www.tidewater.example, lanternfile.example, m.tidewater.example.\n"
    )


@pytest.mark.parametrize("command", ["show", "new"])
@pytest.mark.parametrize("host", ["../../etc/passwd", "a b.org", "", "-", "www.tide\nwater.example", 'x".py'])
def test_what_is_no_host_is_wrong_use(raw, project, command, host):
    done = run(command, "--raw", raw, "--", host)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is no host name. Write it as an address has it, such as www.example.org." in done.stderr
    assert sorted(project.rglob("*.py")) == []


def test_no_raw_folder_is_wrong_use(project, tmp_path):
    for command in ("show", "new"):
        done = run(command, "www.tidewater.example", "--raw", tmp_path / "gone")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "no such folder" in done.stderr


# New.


def test_new_writes_a_profile_and_its_test_and_says_what_is_next(raw, project):
    done = run("new", "www.tidewater.example", "--raw", raw)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "pipeline/sites/tidewater.py\ntests/sites/test_tidewater.py\n"
    assert done.stderr == (
        "Drawn from 4 of 4 posts. The profile reads them as one text until you say more:\n"
        "  commonplace profiles show www.tidewater.example\n"
        "  python -m pytest tests/sites/test_tidewater.py\n"
        "  commonplace build\n"
        "docs/writing-a-profile.md goes through it.\n"
    )
    written = (project / "pipeline/sites/tidewater.py").read_text()
    assert 'HOSTS = ("www.tidewater.example", "tidewater.example")' in written
    assert "      p.tw-byline" in written
    assert "Reed" not in written + (project / "tests/sites/test_tidewater.py").read_text()


def test_the_name_can_be_chosen(raw, project):
    assert run("new", "m.tidewater.example", "--raw", raw, "--name", "boats").exit_code == 0
    assert (project / "pipeline/sites/boats.py").exists()
    assert "import boats" in (project / "tests/sites/test_boats.py").read_text()


@pytest.mark.parametrize("name", ["a/b", "..", "Boats", "class", "", "a" * 41])
def test_a_name_that_python_would_not_take_is_wrong_use(raw, project, name):
    done = run("new", "m.tidewater.example", "--raw", raw, "--name", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot be used" in done.stderr
    assert sorted(project.rglob("*.py")) == []


@pytest.mark.parametrize("there", ["pipeline/sites/tidewater.py", "tests/sites/test_tidewater.py"])
def test_a_file_that_is_there_is_never_touched(raw, project, there):
    (project / there).write_text("mine")
    done = run("new", "www.tidewater.example", "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{there} is there already. Choose another --name." in done.stderr
    assert [path.read_text() for path in project.rglob("*.py")] == ["mine"]


def test_a_link_to_nowhere_is_a_file_that_is_there(raw, project):
    (project / "pipeline/sites/tidewater.py").symlink_to(project / "elsewhere.py")
    assert run("new", "www.tidewater.example", "--raw", raw).exit_code == 2
    assert not (project / "elsewhere.py").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_where_one_file_cannot_be_written_neither_is(raw, project):
    (project / "tests/sites").chmod(0o500)
    done = run("new", "www.tidewater.example", "--raw", raw)
    assert done.exit_code == 1
    assert sorted(project.rglob("*.py")) == []


def test_where_writing_fails_nothing_is_left(raw, project, monkeypatch):
    monkeypatch.setattr(profiles, "_code", lambda *_: ("whole", "half \udcff"))
    done = run("new", "www.tidewater.example", "--raw", raw)
    assert done.exit_code == 1
    assert sorted(project.rglob("*.py")) == []


def test_a_host_with_a_profile_needs_no_other(raw, project):
    done = run("new", "chinafile.com", "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "chinafile.com has a profile: pipeline/sites/chinafile.py. Go on there." in done.stderr


def test_a_source_that_names_another_profile_is_warned_of(raw, project):
    done = run("new", "lanternfile.example", "--raw", raw)
    assert done.exit_code == 0
    assert "the source 'b' has lanternfile.example read by chinafile: take that out" in done.stderr


def test_without_the_project_s_source_it_says_what_is_needed(raw, project):
    shutil.rmtree(project / "tests")
    done = run("new", "www.tidewater.example", "--raw", raw)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is installed without its source. Clone its repository, run `make data` there" in done.stderr
    assert sorted(project.rglob("*.py")) == []


def test_help_names_the_commands():
    done = run("--help")
    assert all(f"  {command} " in done.stdout for command in ("show", "new"))
