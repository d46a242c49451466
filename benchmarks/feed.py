"""The timetable of national size that benchmarks run on: the real one where it is found, else an invented one."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from resources.demo.invent import NATIONAL_SERVICES, NATIONAL_STATIONS, invent

ROOT = Path(__file__).resolve().parent.parent
REAL_NAME = "cn-rail-2016.gtfs.zip"


def national_feed(folder: Path) -> tuple[Path, bool]:
    """The feed, and whether it is the real one. An invented one is written into ``folder``; it takes seconds."""
    data = Path(os.environ.get("COUNTERFOIL_TEST_DATA") or ROOT.parent / "shared" / "data")
    real = data / REAL_NAME
    if real.is_file():
        return real, True
    made = folder / "invented-national.gtfs.zip"
    # The same span of days as the real one has, so that both are searched on the same dates.
    invent(made, first_date=date(2026, 11, 1), days=426, services=NATIONAL_SERVICES, stations=NATIONAL_STATIONS)
    return made, False
