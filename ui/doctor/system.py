"""The machine: Python, window system, fonts, disk, time zone."""

from __future__ import annotations

import importlib
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ui.presenters.findings import Finding, Weight

FREE_BYTES_MIN: Final = 1 << 30
FONTS: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "RareHanzi-Regular.ttf")


def system(folder: Path, resources: Path) -> Iterator[Finding]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(
        what="python",
        state=Weight.OK if good else Weight.WARNING,
        code="python_good" if good else "python_other",
        facts={"version": platform.python_version()},
    )
    try:
        importlib.import_module("PySide6.QtWidgets")
        yield Finding(what="window system", state=Weight.OK, code="qt_loads")
    except ImportError as error:
        yield Finding(what="window system", state=Weight.TROUBLE, code="qt_broken", facts={"detail": error})
    missing = [name for name in FONTS if not (resources / "fonts" / name).is_file()]
    if missing:
        yield Finding(what="fonts", state=Weight.TROUBLE, code="fonts_missing", facts={"names": ", ".join(missing)})
    else:
        yield Finding(what="fonts", state=Weight.OK, code="fonts_there")
    yield disk(folder)


def disk(folder: Path) -> Finding:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    low = free < FREE_BYTES_MIN
    return Finding(
        what="disk",
        state=Weight.WARNING if low else Weight.OK,
        code="disk_low" if low else "disk_free",
        facts={"mib": free >> 20, "path": place},
    )


def zone(name: str) -> Finding:
    """The station's; the machine's own may be another, the program never asks it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Finding(what="time zone", state=Weight.TROUBLE, code="zone_unknown", facts={"zone": name})
    facts = {"zone": name, "system": time.tzname[0]}
    return Finding(what="time zone", state=Weight.OK, code="zone_known", facts=facts)
