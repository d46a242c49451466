"""Widths and cutters of many printers, from python-escpos' collection; what it does to logging is undone here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any


@dataclass(frozen=True, slots=True)
class Media:
    width: int
    dpi: int
    cutter: bool


@contextmanager
def contained() -> Iterator[None]:
    """python-escpos calls ``logging.basicConfig`` when it is imported and prints to standard output."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def media_of(name: str) -> Media | None:
    """None: no such profile, or one without a width (the collection's ``default`` has none)."""
    with contained():
        from escpos.capabilities import CAPABILITIES  # noqa: PLC0415 - only here, and late

        found: dict[str, Any] = CAPABILITIES["profiles"]
        data = found.get(name)
    if data is None:
        return None
    pixels = data.get("media", {}).get("width", {}).get("pixels")
    if not isinstance(pixels, int) or not 200 <= pixels <= 1000:
        return None
    dpi = data.get("media", {}).get("dpi")
    features = data.get("features", {})
    cutter = bool(features.get("paperPartCut") or features.get("paperFullCut"))
    return Media(width=pixels, dpi=dpi if isinstance(dpi, int) else 203, cutter=cutter)
