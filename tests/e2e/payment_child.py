"""A counter in a process of its own, killed by ``SIGKILL`` at a point of a payment: ``FOLDER PORT SCRIPT AT``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.e2e.payment_acts import SCRIPTS
from tests.e2e.payment_world import KillTill, Points, Tray


def main(folder: str, port: str, script: str, at: str) -> None:
    points = Points(at=int(at), strike=lambda: os.kill(os.getpid(), signal.SIGKILL), armed=True)
    profile = Path(folder)
    till = KillTill(profile, int(port), points=points, tray=Tray(profile.parent / "paper"), life=2)
    SCRIPTS[script].act(till)


if __name__ == "__main__":
    main(*sys.argv[1:])
