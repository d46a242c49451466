"""What stands around the till: the customer's side, and what reads codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counter_app.ports.scanner import Misread
from counter_app.texts import Texts
from ui.customer.board import CustomerBoard
from ui.shell.scans import ScanRouter
from ui.shell.wedge import WedgeFilter

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


def around_the_till(window: MainWindow) -> tuple[CustomerBoard, ScanRouter]:
    """A reader that types like a keyboard is listened to from here on, whatever screen shows."""
    parts = window.parts
    around = parts.peripherals
    languages: dict[str, Texts] = {}

    def texts_in(language: str) -> Texts:
        if language not in languages:
            languages[language] = Texts(parts.resources / "i18n", language)
        return languages[language]

    board = CustomerBoard(
        around,
        clock=parts.clock,
        theme=window.theme,
        lanes=window.lanes,
        settings=parts.settings,
        texts_in=texts_in,
        till=window,
    )
    scans = ScanRouter(window, around.scanners)
    for reader in (around.settings.scanner, around.settings.id_reader):
        if reader is not None and reader.kind == "wedge":
            WedgeFilter(
                reader,
                window,
                scanned=scans.typed,
                misread=lambda trouble: scans.take(Misread(trouble=trouble, source="scanner")),
                now_ms=parts.clock.monotonic_ms,
            )
    return board, scans
