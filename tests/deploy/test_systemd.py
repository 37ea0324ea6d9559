"""The systemd units and the crontab: systemd takes them, and what they run works."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.refresh import log
from pipeline.sources import cron
from tests.deploy.image import lay_out

PROJECT = Path(__file__).resolve().parents[2]
UNITS = PROJECT / "deploy/systemd"
SERVICES = ["commonplace-refresh.service", "commonplace-ui.service"]

# Where the units and the crontab expect the code and the data.
CODE, DATA = "/srv/commonplace", "/var/lib/commonplace"

each_service = pytest.mark.parametrize("name", SERVICES)

needs_analyze = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze (systemd) is not installed"
)


def settings(name: str) -> dict[str, list[str]]:
    """The settings of a unit: each with its values, in their order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        if line and line[0] not in "#;[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def variables(name: str) -> dict[str, str]:
    return dict(value.split("=", 1) for value in settings(name)["Environment"])


def test_every_unit_is_looked_at_here():
    assert sorted(path.name for path in UNITS.iterdir()) == sorted([*SERVICES, "commonplace-refresh.timer"])


@needs_analyze
def test_systemd_takes_the_units(tmp_path):
    units = []
    for path in UNITS.iterdir():
        # The program must be there, and it is here.
        (tmp_path / path.name).write_text(path.read_text().replace(CODE, str(PROJECT)))
        units.append(str(tmp_path / path.name))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if "commonplace" in line]


@needs_analyze
@each_service
def test_systemd_finds_little_that_a_service_could_reach(name):
    analyze = ["systemd-analyze", "security", "--offline=true"]
    if subprocess.run([*analyze, "--help"], capture_output=True, check=False).returncode:
        pytest.skip("this systemd-analyze cannot look at a unit that is not loaded")
    done = subprocess.run(
        [*analyze, "--threshold=20", str(UNITS / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_both_services_are_held_alike():
    """What one may not do, the other may not do either; but the UI has an instance beside the code."""
    begin = "# It may write"
    refresh, ui = ((UNITS / name).read_text().partition(begin)[2] for name in SERVICES)
    rules = [
        {line for line in text.splitlines() if "=" in line and not line.startswith("#")}
        for text in (refresh, ui)
    ]
    assert rules[0] - rules[1] == {f"ReadWritePaths={DATA}", "Nice=10", "IOSchedulingClass=idle"}
    assert rules[1] - rules[0] == {f"ReadWritePaths={DATA} {CODE}/.dagster", "WantedBy=multi-user.target"}


@each_service
def test_a_service_runs_as_a_user_of_its_own_and_keeps_its_data_where_it_may_write(name):
    unit = settings(name)
    assert unit["User"] == unit["Group"] == ["commonplace"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert f"/var/lib/{unit['StateDirectory'][0]}" == DATA
    for variable in ("COMMONPLACE_RAW", "COMMONPLACE_OUT"):
        assert Path(variables(name)[variable]).is_relative_to(DATA)


@each_service
def test_no_secret_is_in_a_unit(name):
    assert settings(name)["EnvironmentFile"] == ["-/etc/commonplace.env"]
    assert not {"COMMONPLACE_WEBHOOK", "HTTPS_PROXY"} & variables(name).keys()


def test_the_timer_starts_the_refresh_and_makes_up_for_what_it_missed():
    timer = settings("commonplace-refresh.timer")
    assert "Unit" not in timer, "it starts the service of its own name"
    assert settings("commonplace-refresh.service")["Type"] == ["oneshot"]
    assert timer["Persistent"] == ["yes"]
    assert timer["WantedBy"] == ["timers.target"]


@needs_analyze
def test_systemd_reads_the_time_of_the_timer():
    (when,) = settings("commonplace-refresh.timer")["OnCalendar"]
    subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


@each_service
def test_what_a_unit_names_in_the_project_is_there(name):
    for path in re.findall(rf"{CODE}/([\w./-]+)", (UNITS / name).read_text()):
        # Made by who sets the machine up: docs/operations.md says so.
        made = path.startswith(".")
        assert made or (PROJECT / path).exists(), path


# What they run, run.


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("srv"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var lib"
    folder.mkdir()
    return folder


def run(
    words: Iterable[str], code: Path, data: Path, given: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run words in an environment as bare as that of a service manager, code and data in other places."""

    def here(text: str) -> str:
        return text.replace(CODE, str(code)).replace(DATA, str(data))

    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "PYTHONPATH": str(code),
    }
    return subprocess.run(
        [here(word) for word in words],
        env=environment | {name: here(value) for name, value in given.items()},
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_of_the_refresh_service_refreshes_from_nothing(code, data):
    (command,) = settings("commonplace-refresh.service")["ExecStart"]
    done = run(shlex.split(command), code, data, variables("commonplace-refresh.service"))
    assert done.returncode == 0, done.stderr
    (row,) = log.read(data / "outputs").to_pylist()
    assert (row["source"], row["trigger"], row["outcome"]) == ("sample", "timer", "refreshed")
    assert {path.name for path in data.iterdir()} == {"raw", "outputs"}


def test_the_ui_service_starts_the_ui_on_the_port_that_its_links_name():
    (command,) = settings("commonplace-ui.service")["ExecStart"]
    *_, start, program, subcommand, option, port = shlex.split(command)
    assert (program, subcommand, option) == ("commonplace", "ui", "--port")
    assert start == f"{CODE}/deploy/start.sh"
    assert variables("commonplace-ui.service")["DAGSTER_WEBSERVER_URL"] == f"http://127.0.0.1:{port}"


# cron


def crontab() -> tuple[dict[str, str], str, str]:
    """The settings of the crontab, and the cron line and the command of its one entry."""
    given = {}
    entries = []
    for line in (PROJECT / "deploy/crontab").read_text().splitlines():
        if setting := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            given[setting[1]] = setting[2]
        elif line and not line.startswith("#"):
            entries.append(line)
    (entry,) = entries
    *times, command = entry.split(None, 5)
    return given, " ".join(times), command


def quoted(command: str, code: Path, data: Path) -> str:
    """The crontab's command for folders whose names have spaces in them."""
    return command.replace(CODE, shlex.quote(str(code))).replace(DATA, shlex.quote(str(data)))


def test_cron_can_read_the_line():
    given, times, command = crontab()
    assert cron.problem_of(times) is None
    assert "%" not in command, "cron ends a command there"
    assert given.keys() == {"MAILTO", "COMMONPLACE_RAW", "COMMONPLACE_OUT"}


def test_cron_mails_nothing_of_a_refresh_that_came_off(code, data):
    given, _, command = crontab()
    done = run(["sh", "-c", quoted(command, code, data)], code, data, given)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "41 raw posts" in (data / "refresh.log").read_text()
    (row,) = log.read(data / "outputs").to_pylist()
    assert row["trigger"] == "cron"


def test_cron_mails_why_a_refresh_failed(code, data):
    (data / "raw").mkdir()
    (data / "raw/sources.yaml").write_text("sources: [{name: posts, kind: folder, location: missing}]\n")
    given, _, command = crontab()
    done = run(["sh", "-c", quoted(command, code, data)], code, data, given)
    assert "is no folder. Mend `location`" in done.stdout
    assert done.stdout == (data / "refresh.log").read_text()
