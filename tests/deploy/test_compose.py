"""The image and its services: what is in it, what they may do, and that their commands work."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from pipeline.refresh import log
from tests.deploy.image import PROJECT, copied, environment, instructions, is_let_in, lay_out, start

COMPOSE = PROJECT / "deploy/compose.yaml"
WORKSPACE = PROJECT / "deploy/workspace.yaml"
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]
VOLUMES = yaml.safe_load(COMPOSE.read_text())["volumes"]

each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())


def instruction(name: str) -> str:
    (rest,) = (rest for each, rest in instructions() if each == name)
    return rest


# compose.yaml


def test_webserver_daemon_and_code_server_are_the_services():
    assert SERVICES.keys() == {"code", "webserver", "daemon"}


@each_service
def test_every_service_has_the_one_volume_where_the_image_keeps_its_data(service):
    assert service["volumes"] == ["data:/data"]
    assert VOLUMES.keys() == {"data"}
    assert instruction("VOLUME") == "/data"
    for name in ("COMMONPLACE_RAW", "COMMONPLACE_OUT", "DAGSTER_HOME"):
        assert re.search(rf"\b{name}=/data/\w+", instruction("ENV")), name
        assert name not in service["environment"]


@each_service
def test_every_service_is_of_the_same_image(service):
    assert service["image"] == "commonplace"
    assert (COMPOSE.parent / service["build"]["context"]).resolve() == PROJECT
    assert (PROJECT / service["build"]["dockerfile"]).is_file()


def test_only_the_ui_is_published_and_on_loopback_only():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["webserver"]
    assert SERVICES["webserver"]["ports"] == ["127.0.0.1:${COMMONPLACE_PORT:-3000}:3000"]


@each_service
def test_no_service_can_write_beside_its_volume_or_gain_a_right(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [re.split("[:=]", mount)[0] for mount in service["tmpfs"]] == ["/tmp"]
    for key in ("privileged", "cap_add", "user", "network_mode", "pid", "ipc", "devices", "group_add"):
        assert key not in service


@each_service
def test_every_service_comes_up_again_and_says_whether_it_is_well(service):
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service
def test_the_webhook_and_the_proxies_are_passed_through_and_nothing_secret_is_written_down(service):
    settings = service["environment"]
    for name in ("COMMONPLACE_WEBHOOK", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        assert settings[name] is None, "a name without a value takes that of the shell or of .env"
    assert settings.keys() - {"DAGSTER_WEBSERVER_URL"} <= {
        *("COMMONPLACE_WEBHOOK", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    }


@pytest.mark.parametrize("name", ["webserver", "daemon"])
def test_the_code_server_is_up_before_those_that_ask_it(name):
    assert SERVICES[name]["depends_on"] == {"code": {"condition": "service_healthy"}}
    assert "deploy/workspace.yaml" in SERVICES[name]["command"]


def test_the_workspace_leads_to_the_code_server_under_the_usual_name():
    (location,) = yaml.safe_load(WORKSPACE.read_text())["load_from"]
    (usual,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    command = SERVICES["code"]["command"]
    assert location["grpc_server"]["host"] == "code"
    assert str(location["grpc_server"]["port"]) == command[command.index("--port") + 1]
    assert location["grpc_server"]["location_name"] == usual["python_module"]["location_name"]
    assert command[command.index("--module-name") + 1] == usual["python_module"]["module_name"]


@each_service
def test_every_command_is_one_that_the_locked_packages_bring(service):
    health = service["healthcheck"]["test"][1]
    for program in (service["command"][0], health):
        assert shutil.which(program, path=str(Path(sys.executable).parent)), program


# Dockerfile


def test_the_image_is_built_of_the_locked_packages_alone():
    locked, own = (rest for name, rest in instructions() if name == "RUN" and "pip install" in rest)
    assert {"--require-hashes", "--no-deps", "requirements.lock"} <= set(locked.split())
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(own.split())


def test_the_base_is_named_by_version():
    name, _, tag = instruction("FROM").partition(":")
    assert name == "python"
    assert re.match(r"3\.\d+-slim", tag)


def test_the_image_runs_as_a_user_of_a_fixed_number_without_privileges():
    assert instruction("USER") == "commonplace"
    assert any("useradd --uid 10001" in rest and "--owner commonplace" in rest for _, rest in instructions())


def test_git_ssh_and_certificates_are_installed():
    (installed,) = (rest for name, rest in instructions() if name == "RUN" and "apt-get install" in rest)
    assert {"git", "openssh-client", "ca-certificates"} <= set(installed.split())


def test_a_container_ends_at_sigterm_and_begins_with_the_seeding():
    assert instruction("STOPSIGNAL") == "SIGTERM"
    (entry,) = json.loads(instruction("ENTRYPOINT"))
    workdir = instruction("WORKDIR")
    assert entry.startswith(f"{workdir}/")
    assert os.access(PROJECT / entry.removeprefix(f"{workdir}/"), os.X_OK)


@pytest.mark.parametrize(("path", "target"), copied(), ids=[path for path, _ in copied()])
def test_what_the_image_takes_exists_and_is_let_in(path, target):
    assert (PROJECT / path).exists()
    assert is_let_in(path)
    assert target == path, "the image has the project's own layout"


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".venv/bin/python", ".dagster/dagster.yaml", "outputs/current", "deploy/.env"),
        *("deploy/ssh/id_ed25519", "raw/fetched/feed/journal.jsonl", "raw/my-archive/a.md", ".env"),
        *("tests/test_cli.py", "pipeline/__pycache__/cli.cpython-312.pyc"),
    ],
)
def test_no_data_no_secret_and_no_history_is_let_in(path):
    assert not is_let_in(path)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("image"))


def test_the_project_can_be_built_from_what_the_image_holds(code, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=code, check=True, capture_output=True)
    assert list(tmp_path.glob("commonplace-*.whl"))


# The entry point


def raw_files(raw: Path) -> dict[str, bytes]:
    return {str(path.relative_to(raw)): path.read_bytes() for path in raw.rglob("*") if path.is_file()}


def seed_files() -> dict[str, bytes]:
    found = raw_files(PROJECT / "raw")
    return {name: data for name, data in found.items() if re.match(r"README|sources|sample/", name)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty volume."""
    return tmp_path / "data"


@pytest.mark.parametrize("is_there", [False, True], ids=["missing", "empty"])
def test_a_fresh_volume_gets_the_projects_sources_and_sample(code, data, is_there):
    if is_there:
        (data / "raw").mkdir(parents=True)
    done = start(code, data, "true")
    assert done.returncode == 0
    assert "has the project's sources.yaml and sample now" in done.stderr
    assert raw_files(data / "raw") == seed_files()
    assert {path.name for path in data.iterdir()} == {"raw", "outputs", "dagster"}
    assert (data / "dagster/dagster.yaml").read_bytes() == (PROJECT / "dagster.yaml").read_bytes()


def test_a_raw_folder_that_holds_anything_is_left_as_it_is(code, data):
    (data / "raw").mkdir(parents=True)
    (data / "raw/sources.yaml").write_text("sources: []\n")
    done = start(code, data, "true")
    assert (done.returncode, done.stderr) == (0, "")
    assert raw_files(data / "raw") == {"sources.yaml": b"sources: []\n"}


def test_dagsters_settings_are_those_of_the_image_at_every_start(code, data):
    start(code, data, "true")
    (data / "dagster/dagster.yaml").write_text("telemetry: {enabled: true}\n")
    start(code, data, "true")
    assert (data / "dagster/dagster.yaml").read_bytes() == (PROJECT / "dagster.yaml").read_bytes()


def test_services_that_start_at_once_seed_a_volume_once(code, data):
    command = [code / "deploy/start.sh", "true"]
    started = [
        subprocess.Popen(command, env=environment(code, data), stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert sum("was empty" in text for text in said) == 1
    assert raw_files(data / "raw") == seed_files()
    assert {path.name for path in data.iterdir()} == {"raw", "outputs", "dagster"}


def test_a_seeding_that_is_killed_leaves_the_raw_folder_whole_or_missing(code, tmp_path):
    chance = random.Random(4)
    for number in range(10):
        data = tmp_path / str(number)
        command = [code / "deploy/start.sh", "true"]
        process = subprocess.Popen(
            command, env=environment(code, data), stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(chance.uniform(0, 0.05))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not (data / "raw").exists() or raw_files(data / "raw") == seed_files()
        assert start(code, data, "true").returncode == 0
        assert raw_files(data / "raw") == seed_files()


def test_what_cannot_be_filled_is_told(code, data, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    data.mkdir()
    (data / "raw").symlink_to(tmp_path / "elsewhere")
    done = start(code, data, "true")
    assert done.returncode == 1
    assert f"{data}/raw cannot be filled" in done.stderr
    assert {path.name for path in data.iterdir()} == {"raw"}


def test_the_entry_point_becomes_the_command_with_its_exit_code(code, data):
    assert start(code, data, "sh", "-c", "exit 7").returncode == 7
    none = start(code, data)
    assert none.returncode == 2
    assert "names no command" in none.stderr


def test_the_image_refreshes_by_its_own_command_from_an_empty_volume(code, data):
    first = start(code, data, *json.loads(instruction("CMD")), "--trigger", "docker")
    assert first.returncode == 0, first.stderr
    assert "41 raw posts" in first.stdout
    again = start(code, data, *json.loads(instruction("CMD")))
    assert "Nothing differs" in again.stdout
    record = log.read(data / "outputs").to_pylist()
    assert [(row["trigger"], row["outcome"]) for row in record] == [
        ("docker", "refreshed"),
        ("command", "unchanged"),
    ]


# The services, for real


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Machine:
    """The services of compose.yaml as processes of this machine, on ports of their own."""

    def __init__(self, code: Path, data: Path) -> None:
        self.code, self.data = code, data
        self.ports = {"3000": str(free_port()), "4000": str(free_port())}
        self.workspace = data.parent / "workspace.yaml"
        text = WORKSPACE.read_text().replace("host: code", "host: 127.0.0.1")
        self.workspace.write_text(text.replace("4000", self.ports["4000"]))

    def command(self, words: list[str]) -> list[str]:
        """A command of compose.yaml as it is given here."""
        text = json.dumps(words).replace("0.0.0.0", "127.0.0.1")
        text = re.sub(r"\b(3000|4000)\b", lambda port: self.ports[port[1]], text)
        return json.loads(text.replace("deploy/workspace.yaml", str(self.workspace)))

    @contextmanager
    def up(self, *names: str) -> Iterator[None]:
        """Services that start together, until all are well; in the end they stop as Docker stops them."""
        processes = {name: self._start(name) for name in names}
        try:
            for name, process in processes.items():
                self._wait_until_well(name, process)
            yield
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            assert {process.wait(60) for process in processes.values()} == {0}
        finally:
            for process in processes.values():
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        with (self.data.parent / f"{name}.log").open("wb") as told:
            return subprocess.Popen(
                [self.code / "deploy/start.sh", *self.command(SERVICES[name]["command"])],
                cwd=self.code,
                env=environment(self.code, self.data),
                stdout=told,
                stderr=told,
                start_new_session=True,
            )

    def _wait_until_well(self, name: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
        check = self.command(SERVICES[name]["healthcheck"]["test"][1:])
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert process.poll() is None, (self.data.parent / f"{name}.log").read_text()
            settings = environment(self.code, self.data)
            if subprocess.run(check, env=settings, capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.5)
        raise TimeoutError(f"{name} is not well: {(self.data.parent / f'{name}.log').read_text()}")

    def ask(self, query: str) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['3000']}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["data"]


LOADED = """{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus
  locationOrLoadError { __typename ... on PythonError { message } } } } } }"""


def test_the_three_services_start_find_each_other_and_stop(code, data):
    machine = Machine(code, data)
    with machine.up("code"), machine.up("webserver", "daemon"):
        (location,) = machine.ask(LOADED)["workspaceOrError"]["locationEntries"]
        assert location["name"] == "commonplace"
        assert location["locationOrLoadError"]["__typename"] == "RepositoryLocation", location
    assert (data / "raw/sources.yaml").is_file()


# With Docker itself


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)


def answers(*arguments: str) -> bool:
    return shutil.which("docker") is not None and docker(*arguments).returncode == 0


def test_compose_takes_the_file():
    if not answers("compose", "version"):
        pytest.skip("docker compose is not installed")
    done = docker("compose", "--file", str(COMPOSE), "config", "--quiet")
    assert done.returncode == 0, done.stderr


def test_the_image_builds_and_answers():
    if not answers("info"):
        pytest.skip("no docker daemon answers")
    built = docker("build", "--quiet", "--file", "deploy/Dockerfile", ".")
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip()
    try:
        done = docker("run", "--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", image)
        assert done.returncode == 0, done.stderr
        assert "41 raw posts" in done.stdout
    finally:
        docker("rmi", image)
