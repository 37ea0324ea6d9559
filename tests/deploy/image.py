"""The files of the image, as its Dockerfile and .dockerignore name them, laid out in a folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = PROJECT / "deploy/Dockerfile"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with what stands behind its name."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [
        (name, rest.strip()) for name, _, rest in (line.partition(" ") for line in whole.split("\n") if line)
    ]


def copied() -> list[tuple[str, str]]:
    """What COPY brings: a path in the project, and its path in the image's folder of the code."""
    found = []
    for name, rest in instructions():
        if name == "COPY":
            *paths, target = shlex.split(rest)
            found += [
                (path, target if len(paths) == 1 and target[-1] != "/" else target + Path(path).name)
                for path in paths
            ]
    return [(path, target.removeprefix("./")) for path, target in found]


def is_let_in(path: str) -> bool:
    """True where .dockerignore lets a path of the project into the build."""
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    verdict = True
    for line in (line.strip() for line in lines if line.strip() and not line.startswith("#")):
        rule = line.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        heads = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        # A pattern of a name, `**/name`, holds at any depth; another is seen from the project's folder.
        names = parts if line.startswith("**/") else heads
        if any(fnmatch(head, rule) and ("/" in rule or "/" not in head) for head in names):
            verdict = line.startswith("!")
    return verdict


def lay_out(folder: Path) -> Path:
    """A folder like the image's /srv/commonplace."""
    code = folder / "commonplace"
    for path, target in copied():
        source = PROJECT / path
        (code / target).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, code / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, code / target)
    return code


def environment(code: Path, data: Path) -> dict[str, str]:
    """The environment that the image sets, with `data` in the place of /data."""
    ((_, setting),) = [(name, rest) for name, rest in instructions() if name == "ENV"]
    settings = dict(pair.split("=", 1) for pair in shlex.split(setting))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("COMMONPLACE_", "DAGSTER_"))
    }
    binaries = str(Path(sys.executable).parent)
    return (
        kept
        | {name: value.replace("/data", str(data)) for name, value in settings.items()}
        # Before the checkout that is installed here.
        | {"PYTHONPATH": str(code), "PATH": f"{binaries}{os.pathsep}{kept['PATH']}"}
    )


def start(code: Path, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the image's entry point does."""
    return subprocess.run(
        [code / "deploy/start.sh", *command],
        cwd=code,
        env=environment(code, data),
        capture_output=True,
        text=True,
        check=False,
    )
