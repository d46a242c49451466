"""What a technician works with beside the desk: printers that may be found, layouts, files of the operator's.

Everything here may wait for a device, a file or a process: it is called on a lane, never on the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from counter_app.domain.papers import Document
from counter_app.domain.staff import Actor
from counter_app.errors import Refusal
from counter_app.ports.prints import DeliveryOutcome, PrinterStatus

Cancelled = Callable[[], bool]


# ---------------------------------------------------------------------------------------------- finding printers


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrinter:
    """Something that may be a printer. ``profile`` "": no guess. ``group``: who may open the port, "" where we may.

    ``status``: what it said when it was asked, None where nothing was asked of it (a port that we may not open).
    """

    url: str
    title: str  # maker and model, a queue's name, an address: what the system or the device itself calls it
    profile: str = ""
    status: PrinterStatus | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLine:
    """A printer model's profile. ``detail``: what it can do, in the words of its file; ``own``: the operator's."""

    name: str
    label: str
    width: int  # dots
    dpi: int = 203
    confirms: str = ""  # process_id | status | nothing
    cutter: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStep:
    """``what``: network, serial, usb, queues; ``total`` 0: not known yet."""

    what: str
    done: int
    total: int


class Finder(Protocol):
    def search(
        self, step: Callable[[SearchStep], None], found: Callable[[FoundPrinter], None], cancelled: Cancelled
    ) -> None:
        """Until all places were looked at; ``found`` at once for each. Raises Cancelled."""
        ...

    def profiles(self) -> Sequence[ProfileLine]:
        """Those of the program and of the operator, by name."""
        ...

    def own_printer(self, url: str) -> str:
        """The window's printer, by its name in the settings, that this address opens too; "": none."""
        ...

    def ask(self, url: str, profile: str) -> PrinterStatus:
        """Of an address that somebody typed. Raises Refusal(BAD_SETTING), DeviceTrouble."""
        ...

    def try_page(self, url: str, profile: str, page: str, language: str) -> DeliveryOutcome:
        """A test page, of which nothing is kept; at one of the window's own printers it takes turns with its jobs, and
        the next of them knows what was left there. Raises as ``ask``.
        """
        ...

    def save(self, actor: Actor, name: str, *, url: str, profile: str, drawer: bool) -> None:
        """Into the settings file; it holds from the next start. Raises NOT_ALLOWED, BAD_SETTING; DeviceTrouble."""
        ...

    def remove(self, actor: Actor, name: str) -> None:
        """Out of the settings file; raises as ``save``."""
        ...

    def pending(self) -> bool:
        """Whether the settings file has other printers than the program works with now."""
        ...


# ------------------------------------------------------------------------------------------------------- layouts


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutFault:
    """``why``: the refusal, which has a sentence. ``line`` 0: of the whole file."""

    file: str
    line: int
    why: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutLine:
    """A document and which file it is drawn by. ``own``: the operator's; ``faults``: why it is not used."""

    document: Document
    file: str
    own: bool
    faults: Sequence[LayoutFault] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A document as the printer would draw it. With ``faults`` it is the program's own layout that is shown."""

    png: bytes
    width: int
    height: int
    faults: Sequence[LayoutFault] = ()


class LayoutBench(Protocol):
    @property
    def folder(self) -> Path:
        """Where the operator's layouts are; it need not be there."""
        ...

    def lines(self) -> Sequence[LayoutLine]:
        """Every document, in the order of :class:`Document`; files are read anew."""
        ...

    def loose(self) -> Sequence[LayoutFault]:
        """Of files that are no document's: what all share, or what names none."""
        ...

    def stamp(self) -> str:
        """Changes when a file of the folder does; cheap enough for every second."""
        ...

    def draw(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> Drawn:
        """``own``: by the operator's file, if it holds. ``real``: the last ticket, masked, instead of invented data.

        ``language``: zh, en or both. Raises UNKNOWN_TICKET where ``real`` is wanted and there is none.
        """
        ...

    def pdf(self, document: Document, *, width: int, language: str, own: bool, real: bool) -> bytes: ...

    def print_sample(
        self, printer: str, document: Document, *, language: str, own: bool, real: bool
    ) -> DeliveryOutcome:
        """PRINTER. Marked as a sample, without number, blank or job. Raises UNKNOWN_PRINTER, DeviceTrouble."""
        ...

    def copy_out(self, actor: Actor, document: Document) -> Path:
        """The program's own layout as a file of the operator's, to begin with. MANAGE. Replaces none: BAD_INPUT."""
        ...


# ---------------------------------------------------------------------------------------------- what is checked


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterFacts:
    """A printer as the settings have it. ``refused``: why its address or profile cannot be, "" where they can.

    ``wrong``: which of them it is then: address | profile | file (the profile's own).
    """

    name: str
    url: str
    profile: str
    width: int = 0  # dots
    refused: str = ""
    wrong: str = ""
    symbology: str = "aztec"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFault:
    """A file of the operator's. ``reason`` "": it holds. ``line`` 0: of the whole file.

    ``why``: the refusal, where its reason has a sentence of its own.
    """

    file: str
    line: int = 0
    reason: str = ""
    why: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTrip:
    """A ticket's code, drawn and read back. ``detail`` "": it came back as it was."""

    width: int
    symbology: str
    dots: int = 0  # a module
    detail: str = ""
