"""A counter in a process of its own, killed by ``SIGKILL`` at a point of printing: ``FOLDER ACT AT NAME=PORT…``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.e2e.payment_world import Points
from tests.e2e.print_acts import ACTS
from tests.e2e.print_world import Till


def main(folder: str, act: str, at: str, *ports: str) -> None:
    points = Points(at=int(at), strike=lambda: os.kill(os.getpid(), signal.SIGKILL))
    found = {name: int(port) for name, port in (one.split("=") for one in ports)}
    till = Till(Path(folder), found, points=points, life=2)
    knife = ACTS[act](till)
    points.armed = True
    knife()


if __name__ == "__main__":
    main(*sys.argv[1:])
