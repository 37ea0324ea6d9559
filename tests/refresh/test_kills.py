"""A refresh that dies anywhere leaves the dataset before it or the one after it."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_refreshes_killed_at_random_moments_leave_a_whole_dataset():
    """Eight of the hundred kills of `make kills`."""
    command = [sys.executable, "-m", "benchmarks.kills", "--kills", "8"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("the end is a build's")
