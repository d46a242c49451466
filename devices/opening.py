"""The devices of ``devices.toml`` that this package drives, built and not yet started. Nothing is connected here."""

from __future__ import annotations

from counter_app.domain.device_settings import Address, DisplaySettings, ReaderSettings
from counter_app.ports.clock import Clock
from counter_app.ports.customer_display import CustomerDisplay
from counter_app.ports.scanner import Scanner
from devices.displays.display import BAUD as DISPLAY_BAUD
from devices.displays.display import SerialDisplay
from devices.displays.protocols import PROTOCOLS
from devices.links import opener_of
from devices.scanners.framing import Framer
from devices.scanners.reader import BAUD as SCANNER_BAUD
from devices.scanners.reader import SerialScanner


def open_display(settings: DisplaySettings) -> CustomerDisplay:
    """Tries to reach it from now on, on a thread of its own."""
    return SerialDisplay(
        opener_of(settings.address, baud=DISPLAY_BAUD),
        PROTOCOLS[settings.kind],
        name=str(settings.address),
        encoding=settings.encoding,
    )


def open_reader(settings: ReaderSettings, address: Address, *, source: str, clock: Clock) -> Scanner:
    """``source``: scanner | id_reader. One that types like a keyboard has no address: the window listens itself."""
    framer = Framer(
        suffix=settings.suffix.encode("ascii"),
        prefix=settings.prefix.encode("ascii"),
        length_max=settings.length_max,
        silence_ms=settings.silence_ms,
    )
    return SerialScanner(
        opener_of(address, baud=SCANNER_BAUD),
        framer,
        clock=clock,
        name=str(address),
        source=source,
    )
