"""What the checks need from the other houses; ``main.py`` fills it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from counter_app.ports.workshop import CodeTrip, FileFault, PrinterFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Each is called at most once a check (``code_trip`` once a width); each ends by a deadline of its own.

    ``usb``: names of the printers on the bus; ``queues``: of the print service; both raise DeviceTrouble where the
    system has no such thing.
    ``profile_files``, ``layout_files``: what the operator put beside the settings, each with its first fault.
    """

    folder: Path
    resources: Path
    printers: Callable[[], Sequence[PrinterFacts]]
    usb: Callable[[], Sequence[str]] | None = None
    queues: Callable[[], Sequence[str]] | None = None
    profile_files: Callable[[], Sequence[FileFault]] | None = None
    layout_files: Callable[[], Sequence[FileFault]] | None = None
    code_trip: Callable[[int, str], CodeTrip] | None = None
    ports: Sequence[str] = field(default_factory=tuple)  # addresses of other devices: serial:///dev/ttyUSB0
