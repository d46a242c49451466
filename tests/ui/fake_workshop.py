"""A technician's bench that only remembers: printers to be found, layouts of two documents, pages that were printed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from counter_app.domain.papers import Document
from counter_app.domain.staff import Actor
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, PrinterStatus
from counter_app.ports.workshop import Drawn, FoundPrinter, LayoutFault, LayoutLine, ProfileLine, SearchStep
from tests.ui.fake_printing import READY
from ui.presenters.findings import Finding, Weight
from ui.shell.workshop import Workshop

PRINTED = DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=READY)
FINDINGS = (
    Finding(what="fonts", state=Weight.OK, code="fonts_there"),
    Finding(what="port", name="/dev/ttyUSB0", state=Weight.TROUBLE, code="port_missing"),
)
STORED = (
    Finding(what="blanks", name="main", state=Weight.WARNING, code="blanks_low", facts={"left": 7, "next": "A000001"}),
)


class FakeFinder:
    """``go``: the search waits for it after its first find."""

    def __init__(self) -> None:
        self.found = [
            FoundPrinter(url="usb://04b8:0e28", title="EPSON TM-T20III", profile="epson-80", status=READY),
            FoundPrinter(url="tcp://192.0.2.7:9100", title="192.0.2.7"),
        ]
        self.go = threading.Event()
        self.go.set()
        self.given_up = threading.Event()
        self.own: dict[str, str] = {}
        self.pages: list[tuple[str, str, str]] = []
        self.saved: list[tuple[str, str, str, bool]] = []
        self.outcome = PRINTED

    def search(
        self,
        step: Callable[[SearchStep], None],
        found: Callable[[FoundPrinter], None],
        cancelled: Callable[[], bool],
    ) -> None:
        for number, one in enumerate(self.found):
            step(SearchStep(what="network", done=number, total=len(self.found)))
            found(one)
            while not self.go.wait(0.01):
                if cancelled():
                    self.given_up.set()
                    raise Cancelled

    def profiles(self) -> Sequence[ProfileLine]:
        return [
            ProfileLine(name="epson-80", label="Epson", width=576, confirms="process_id"),
            ProfileLine(name="thermal-58", label="58 mm", width=384, confirms="status", cutter=False),
        ]

    def own_printer(self, url: str) -> str:
        return self.own.get(url, "")

    def ask(self, url: str, profile: str) -> PrinterStatus:
        del url, profile
        return READY

    def try_page(self, url: str, profile: str, page: str, language: str) -> DeliveryOutcome:
        del language
        self.pages.append((url, profile, page))
        return self.outcome

    def save(self, actor: Actor, name: str, *, url: str, profile: str, drawer: bool) -> None:
        del actor
        self.saved.append((name, url, profile, drawer))

    def remove(self, actor: Actor, name: str) -> None:
        del actor
        self.saved = [one for one in self.saved if one[0] != name]

    def pending(self) -> bool:
        return bool(self.saved)


class FakeLayouts:
    """A ticket of the program's own, and a cash slip of the operator's that does not hold while ``broken``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "layouts"
        self.broken = True
        self.asked: list[tuple[Document, int, str, bool, bool]] = []
        self.printed: list[tuple[str, Document]] = []
        self.copied: list[Document] = []
        self.version = 1

    def lines(self) -> Sequence[LayoutLine]:
        why = Refusal(Reason.LAYOUT_REFUSED, file="cash_slip.toml", line=4, code="unknown_key", detail="bogus")
        faults = (LayoutFault(file="cash_slip.toml", line=4, why=why),) if self.broken else ()
        own = Document.TICKET in self.copied
        return [
            LayoutLine(document=Document.TICKET, file="ticket.toml", own=own),
            LayoutLine(document=Document.CASH_SLIP, file="cash_slip.toml", own=not self.broken, faults=faults),
        ]

    def loose(self) -> Sequence[LayoutFault]:
        return ()

    def stamp(self) -> str:
        return str(self.version)

    def draw(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> Drawn:
        self.asked.append((document, width, language, own, real))
        if real:
            raise Refusal(Reason.UNKNOWN_TICKET, text="")
        file = BytesIO()
        Image.new("L", (width, 100), 255).save(file, "PNG")
        return Drawn(png=file.getvalue(), width=width, height=100)

    def pdf(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> bytes:
        return f"%PDF {document} {width} {language} {own} {real}".encode()

    def print_sample(
        self, printer: str, document: Document, *, language: str, own: bool, real: bool
    ) -> DeliveryOutcome:
        del language, own, real
        self.printed.append((printer, document))
        return PRINTED

    def copy_out(self, actor: Actor, document: Document) -> Path:
        del actor
        self.copied.append(document)
        self.version += 1
        return self.folder / f"{document}.toml"


class Bench:
    """All of it, with what was done."""

    def __init__(self, folder: Path) -> None:
        self.finder = FakeFinder()
        self.layouts = FakeLayouts(folder)
        self.pages: list[tuple[str, str, str]] = []
        self.outcome = PRINTED
        self.checks = 0
        self.go = threading.Event()
        self.go.set()
        self.given_up = threading.Event()
        self.workshop = Workshop(
            check_store=lambda: STORED,
            check=self._check,
            pages={"all": "Everything but cutter and drawer", "ruler": "Width ruler", "cutter": "Cutter"},
            try_page=self._try_page,
            finder=self.finder,
            layouts=self.layouts,
        )

    def _check(self, heard: Callable[[Finding], None], cancelled: Callable[[], bool]) -> Sequence[Finding]:
        self.checks += 1
        for finding in FINDINGS:
            heard(finding)
            while not self.go.wait(0.01):
                if cancelled():
                    self.given_up.set()
                    raise Cancelled
        return FINDINGS

    def _try_page(self, printer: str, page: str, language: str) -> DeliveryOutcome:
        self.pages.append((printer, page, language))
        return self.outcome
