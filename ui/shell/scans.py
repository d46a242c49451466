"""Where a scanned code goes: to the screen that waits for it, else to the one that it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from counter_app.domain.documents import ZoneCollector, read_zone
from counter_app.domain.passengers import plain_document
from counter_app.domain.scans import ScanKind, scan_kind
from counter_app.errors import Refusal
from counter_app.ports.scanner import Misread, Scanned, Scanner, ScanTrouble
from counter_app.texts import Texts, mark
from ui.presenters.refusals import Notice
from ui.shell.screen import ScannedDocument

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

BETWEEN_LINES_MS: Final = 3000  # a document's lines come at once; later ones are another document's
MISREAD: Final = {
    ScanTrouble.HALF: mark("Only a part of the code arrived. It was dropped."),
    ScanTrouble.TOO_LONG: mark(
        "The code did not end. It was dropped: the scanner must send its suffix after each code."
    ),
    ScanTrouble.CONTROL: mark("What arrived is no code. The speed of the line may be set wrongly."),
    ScanTrouble.ENCODING: mark("What arrived is no code. The speed of the line may be set wrongly."),
    ScanTrouble.NO_PREFIX: mark("The code came without the prefix that is set for this scanner. It was dropped."),
}


class ScanRouter(QObject):
    """``scanned`` carries each whole code (``Scanned``) before it goes anywhere.

    What is read while nobody is signed in, or while the window is locked, is dropped.
    """

    scanned = Signal(object)
    _heard = Signal(object)

    def __init__(self, window: MainWindow, scanners: Sequence[Scanner]) -> None:
        super().__init__(window)
        self._window = window
        self._scanners = tuple(scanners)
        self._zone = ZoneCollector()
        self._late = QTimer(self, singleShot=True, interval=BETWEEN_LINES_MS)
        self._late.timeout.connect(self._too_late)
        self._heard.connect(self.take, Qt.ConnectionType.QueuedConnection)  # from a scanner's own thread

    def start(self) -> None:
        for scanner in self._scanners:
            scanner.start(self._heard.emit)

    def typed(self, text: str) -> None:
        """A code of a scanner that types."""
        self.take(Scanned(text=text, at=self._window.now(), source="scanner"))

    def take(self, one: object) -> None:
        window = self._window
        window.touched()
        if not window.signed_in or window.locked:
            return
        if isinstance(one, Misread):
            self._say_misread(one.trouble)
        elif isinstance(one, Scanned):
            self.scanned.emit(one)
            self._route(one)

    def _route(self, one: Scanned) -> None:
        window, here = self._window, self._window.current
        kind = scan_kind(one.text, self._today(), paying=here is not None and here.waits_for_code)
        if here is not None and here.take_scan(one, kind):
            return
        match kind:
            case ScanKind.ZONE_LINE:
                self._take_line(one.text)
            case ScanKind.RESIDENT:
                number = plain_document(one.text)
                self._hand_over(ScannedDocument(document_type="cn_id", number=number))
            case ScanKind.TICKET:
                window.go_if_allowed("refund", text=one.text.strip())
            case ScanKind.ALIPAY | ScanKind.WECHAT:
                self._say(
                    mark("A payment code was scanned"),
                    mark("Nothing waits for money here, and nothing was charged."),
                    mark("Scan it at the checkout, when the amount shows."),
                )
            case ScanKind.OTHER:
                self._say(
                    mark("This code means nothing here"),
                    mark("It is no ticket, no document and no payment code."),
                    mark("A document's number can be typed."),
                )

    def _take_line(self, text: str) -> None:
        lines = self._zone.take(text)
        if lines is None:
            if self._zone.waiting():
                self._late.start()
            return
        self._late.stop()
        try:
            zone = read_zone(lines, self._today())
        except Refusal as refusal:
            self._window.refuse(refusal)
            return
        self._hand_over(
            ScannedDocument(
                document_type=zone.kind, number=zone.number, name=zone.name, cut=zone.truncated, expires=zone.expiry
            )
        )

    def _hand_over(self, document: ScannedDocument) -> None:
        here = self._window.current
        if here is None or not here.take_document(document):
            self._window.go_if_allowed("refund", text=document.number)

    def _too_late(self) -> None:
        self._zone.drop()
        self._say_misread(ScanTrouble.HALF)

    def _say_misread(self, trouble: ScanTrouble) -> None:
        self._say(mark("Please scan again"), MISREAD[trouble], "")

    def _say(self, title: str, happened: str, to_do: str) -> None:
        t: Texts = self._window.t

        def notice() -> Notice:
            asked = t(to_do) if to_do else ""
            return Notice(title=t(title), what_happened=t(happened), what_to_do=asked, mood="warn", code="scan")

        self._window.notify(notice)

    def _today(self) -> date:
        return self._window.local_now().date()

    @property
    def scanners(self) -> tuple[Scanner, ...]:
        return self._scanners
