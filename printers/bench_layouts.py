"""Layouts for the operator: every document by the file in force or the program's own, drawn, printed, saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

from counter_app.application.rights import demand
from counter_app.application.whole_file import whole_file
from counter_app.domain.paper_contents import TICKETS
from counter_app.domain.papers import Document, Paper, TicketFace
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.prints import DeliveryOutcome, Printers
from counter_app.ports.workshop import Drawn, LayoutFault, LayoutLine
from printers.bench_finder import passing_token
from printers.compose import Composer
from printers.drawn import DrawnPaper
from printers.layout.samples import CODE, sample
from printers.layout_preview import LayoutPreview
from printers.pdf import canvas_pdf
from printers.raster import Canvas, Raster

SAMPLE_WORDS: Final = "样张 SAMPLE"
_DOCUMENT: Final = re.compile(r"""^\s*document\s*=\s*["']([a-z_]{1,40})["']""", re.MULTILINE)
_BANNER: Final = 56  # dots


class PrinterLayouts:
    """``ports.workshop.LayoutBench``. ``last_ticket``: the newest one's face, None before the first.

    What is seen is read anew whenever a file of the folder changed; what is printed for a sale changes at the next
    start. Safe for several threads.
    """

    def __init__(
        self,
        *,
        resources: Path,
        own: Path,
        shipped: Callable[[], Composer],
        printers: Callable[[], Printers],
        clock: Clock,
        last_ticket: Callable[[], TicketFace | None],
    ) -> None:
        self._resources = resources
        self._own = own
        self._shipped = shipped
        self._printers = printers
        self._clock = clock
        self._last_ticket = last_ticket
        self._lock = Lock()
        self._seen: tuple[str, Composer] | None = None

    @property
    def folder(self) -> Path:
        return self._own

    def stamp(self) -> str:
        try:
            files = sorted(self._own.iterdir())
            return ";".join(f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files[:200])
        except OSError:
            return ""

    def lines(self) -> list[LayoutLine]:
        preview = LayoutPreview(self._composer(own=True))
        faults: dict[Document, list[LayoutFault]] = {}
        for document, fault in self._faults(preview):
            if document is not None:
                faults.setdefault(document, []).append(fault)
        return [
            LayoutLine(
                document=document,
                file=f"{document.value}.toml",
                own=preview.is_own(document),
                faults=tuple(faults.get(document, ())),
            )
            for document in Document
        ]

    def loose(self) -> list[LayoutFault]:
        preview = LayoutPreview(self._composer(own=True))
        return [fault for document, fault in self._faults(preview) if document is None]

    def draw(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> Drawn:
        raster = self._raster(document, width=width, language=language, own=own, real=real)
        return Drawn(png=raster.png(), width=raster.width, height=raster.height)

    def pdf(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> bytes:
        return canvas_pdf(self._paper(document, language, real=real), self._composer(own=own), width=width)

    def print_sample(
        self, printer: str, document: Document, *, language: str, own: bool, real: bool
    ) -> DeliveryOutcome:
        paper, composer = self._paper(document, language, real=real), self._composer(own=own)
        drawn = DrawnPaper(
            language=language,
            title=SAMPLE_WORDS,
            subtitle="",
            marks=(),
            document=Document.TEST,
            dots=lambda width: marked(composer.compose(paper, width=width), composer),
        )
        return self._printers().named(printer).deliver(drawn, token=passing_token(self._clock))

    def copy_out(self, actor: Actor, document: Document) -> Path:
        demand(actor, Right.MANAGE)
        path = self._own / f"{document.value}.toml"
        if path.exists():
            raise Refusal(Reason.BAD_INPUT, detail=f"{path} is there already")
        try:
            self._own.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(LayoutPreview(self._shipped()).text(document.value).encode())
        except OSError as error:
            raise Refusal(Reason.BAD_INPUT, detail=f"{path}: {error.strerror or error}") from error
        return path

    # ---- inside

    def _composer(self, *, own: bool) -> Composer:
        """Of the operator's files as they are now, or of none."""
        if not own:
            return self._shipped()
        with self._lock:
            stamp = self.stamp()
            if self._seen is None or self._seen[0] != stamp:
                self._seen = (stamp, Composer(self._resources, self._own))
            return self._seen[1]

    def _raster(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> Raster:
        return self._composer(own=own).compose(self._paper(document, language, real=real), width=width)

    def _paper(self, document: Document, language: str, *, real: bool) -> Paper:
        if not real:
            return sample(document, language)
        face = self._last_ticket() if document in TICKETS else None
        if face is None:
            raise Refusal(Reason.UNKNOWN_TICKET, text="")
        return replace(masked(face), language=language, document=document)

    def _faults(self, preview: LayoutPreview) -> Sequence[tuple[Document | None, LayoutFault]]:
        found = []
        for trouble in preview.troubles():
            file = str(trouble.facts.get("file", ""))
            line = int(str(trouble.facts.get("line", 0)))
            found.append((self._document_of(file), LayoutFault(file=file, line=line, why=trouble)))
        return found

    def _document_of(self, file: str) -> Document | None:
        """Which document a file that does not hold is meant for: by what it says, else by its name."""
        try:
            named = _DOCUMENT.search((self._own / file).read_text("utf-8", errors="replace")[:65536])
        except OSError:
            named = None
        word = named[1] if named else file.removesuffix(".toml")
        return Document(word) if word in set(Document) else None


def masked(face: TicketFace) -> TicketFace:
    """Nothing by which its passenger could be known or the ticket be used."""
    name = face.passenger_name
    return replace(
        face,
        passenger_name=f"{name[0]}**" if name else None,
        masked_document="*" * len(face.masked_document) if face.masked_document else None,
        ticket_number=re.sub(r"[0-9]", "0", face.ticket_number),
        stock_number=re.sub(r"[0-9]", "0", face.stock_number),
        clerk="*",
        code=CODE,
    )


def marked(raster: Raster, composer: Composer) -> Raster:
    """Between two black bands that say what it is: nobody takes it for a ticket."""
    canvas = Canvas(raster.width, composer.fonts)
    size = 36
    left = (raster.width - composer.fonts.width(SAMPLE_WORDS, size, bold=True)) // 2
    for _band in range(2):
        top = canvas.y
        canvas.text(left, top + 42, SAMPLE_WORDS, size, bold=True)
        canvas.invert(0, top, raster.width, top + _BANNER)
        canvas.y = top + _BANNER + raster.height
    banner = canvas.finished(canvas.y)
    rows = bytearray(banner.rows)
    stride = raster.width // 8
    rows[_BANNER * stride : _BANNER * stride + len(raster.rows)] = raster.rows
    height = 2 * _BANNER + raster.height
    return Raster(raster.width, height, bytes(rows[: height * stride]))
