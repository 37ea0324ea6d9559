"""The Dagster UI on this machine, with an instance of the project's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".dagster"


def environment(raw: Path, out: Path, home: Path = HOME) -> dict[str, str]:
    """The environment of a Dagster process: the project's own instance, telemetry off."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", home / "dagster.yaml")
    return os.environ | {
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        # Dagster speaks well of its other command at every start.
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
        "COMMONPLACE_RAW": str(raw.resolve()),
        "COMMONPLACE_OUT": str(out.resolve()),
    }


def seed(settings: dict[str, str]) -> None:
    """Have a partition for each source in the instance before anybody looks; later a sensor keeps them.

    In a process of its own, which may fail: what is wrong with `sources.yaml` is for the sensor to tell.
    """
    command = [sys.executable, "-m", "pipeline.assets.partitions"]
    subprocess.run(
        command, cwd=PROJECT, env=settings, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def serve(port: int, raw: Path, out: Path) -> int:
    """Serve webserver and daemon on loopback until interrupted; the exit code of Dagster."""
    print(
        f"The Dagster UI is at http://127.0.0.1:{port} in a few seconds. Stop it with Ctrl-C.",
        file=sys.stderr,
    )
    settings = environment(raw, out)
    seed(settings)
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workspace", str(PROJECT / "workspace.yaml"), "--log-level", "warning"],
        # Not the project's folder: Dagster would warn of the dagster.yaml that lies there.
        cwd=HOME,
        env=settings,
    )
    # A SIGTERM, as service managers send it, ends Dagster too: no webserver is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        return 0
