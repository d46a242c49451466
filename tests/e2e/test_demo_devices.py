"""What a demonstration starts around its windows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from ui.commandline import ENDS_WITH

pytestmark = pytest.mark.e2e

_STARTER = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "main.py", "simulate", "terminal", "--listen", "127.0.0.1:0",
                          "--control", "127.0.0.1:0"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
                         env={**os.environ, sys.argv[1]: str(os.getpid())})
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(300)
"""


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="a process that lost its parent is seen by its new one")
def test_a_simulated_device_ends_with_the_demonstration_that_was_killed() -> None:
    """Lost otherwise: the next demonstration finds its ports taken and does not start."""
    starter = subprocess.Popen([sys.executable, "-c", _STARTER, ENDS_WITH], cwd=ROOT, stdout=subprocess.PIPE)
    assert starter.stdout is not None
    device = int(starter.stdout.readline())
    try:
        assert _alive(device)
        starter.kill()
        starter.wait()
        until = time.monotonic() + 60
        while _alive(device):
            assert time.monotonic() < until, "it goes on without anybody"
            time.sleep(0.05)
    finally:
        starter.stdout.close()
        if _alive(device):
            os.kill(device, signal.SIGKILL)
