"""Printers without a printer: a file that collects the bytes, and a roll that is looked at in the program."""

from __future__ import annotations

import contextlib
import os
import select
import stat
from collections import deque
from pathlib import Path
from threading import Event, Lock

from counter_app.application.views import Sheet
from counter_app.domain.papers import Paper, TicketFace
from counter_app.ports.clock import Clock
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, PaperState, PrinterStatus
from printers.answers import unasked
from printers.compose import Composer
from printers.escpos import drawer_bytes, flush_bytes
from printers.interpreter import Events, Interpreter
from printers.jobs import job_bytes
from printers.line import PrinterLine
from printers.profiles import Profile
from printers.raster import Raster
from printers.transports.base import Limit

SHEETS_MAX = 200
_READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)
_DONE = DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=_READY)


class FilePrinter:
    """Appends the bytes that a printer would get; a paper is confirmed once it is on the disk (fsync).

    A file has no paper and can't answer: its status is whether it can be written. A device node (``/dev/usb/lp0``)
    takes the bytes and gives no word: its jobs end unknown.
    """

    def __init__(
        self,
        path: Path,
        profile: Profile,
        composer: Composer,
        *,
        name: str = "",
        device_s: float = 20.0,
        line: PrinterLine | None = None,
    ) -> None:
        self._path = path
        self._device_s = device_s  # how long a device may take a job
        self._profile = profile
        self._composer = composer
        self._name = name or path.as_uri()
        self._line = line or PrinterLine()

    @property
    def name(self) -> str:
        return self._name

    @property
    def line(self) -> PrinterLine:
        return self._line

    def status(self) -> PrinterStatus:
        try:
            with self._line.call() as stop, self._line.turn(stop):
                descriptor = self._opened()
                try:
                    return _READY if stat.S_ISREG(os.fstat(descriptor).st_mode) else unasked()
                finally:
                    os.close(descriptor)
        except OSError:
            return _not_writable()

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        with self._line.call() as stop:
            return self._append(job_bytes(paper, self._profile, self._composer, token=token), stop)

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        with self._line.call() as stop:
            return self._append(drawer_bytes(self._profile, token=token), stop)

    def cancel(self) -> None:
        """A file is written at once; a device may have to be given up."""
        self._line.cancel()

    def assume(self, *, half_sent: bool | None) -> None:
        """What recovery knows of the jobs of an earlier process; a file says itself how it ends."""
        self._line.assume(half_sent=half_sent)

    def close(self) -> None:
        """Nothing is open between jobs."""

    def _append(self, job: bytes, stop: Event) -> DeliveryOutcome:
        with self._line.turn(stop):
            if stop.is_set():
                return _ended(sent=False, why=GIVEN_UP, status=unasked())
            try:
                descriptor = self._opened()
            except OSError as trouble:
                return _ended(sent=False, why=str(trouble), status=_not_writable())
            sent = 0
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    return self._to_device(descriptor, job, stop)
                size = found.st_size
                whole = self._mending(descriptor, size) + job
                while sent < len(whole):
                    sent += os.write(descriptor, whole[sent:])
                os.fsync(descriptor)
                if not size:
                    _keep_name(self._path)
            except OSError as trouble:
                return _ended(sent=bool(sent), why=str(trouble), status=_not_writable())
            finally:
                os.close(descriptor)
        return _DONE

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.open(self._path, flags, 0o600)

    def _to_device(self, descriptor: int, job: bytes, stop: Event) -> DeliveryOutcome:
        """Fills up first what an earlier job may have left half sent: a device node says nothing of it."""
        line = self._line
        if line.half_sent is not False:
            filling = flush_bytes(line.left_by or self._profile, cut=bool(line.half_sent))
            taken, trouble = self._into(descriptor, filling, stop)
            if taken < len(filling):
                return _ended(sent=False, why=trouble or "stalled", status=unasked())
            line.whole()
        sent, trouble = self._into(descriptor, job, stop)
        if 0 < sent < len(job):
            line.left(self._profile)
        trouble = trouble or "stalled"
        why = "a device gives no word" if sent == len(job) else f"{trouble} after {sent} of {len(job)} bytes"
        return _ended(sent=bool(sent), why=why if sent else trouble, status=unasked())

    def _into(self, descriptor: int, data: bytes, stop: Event) -> tuple[int, str]:
        """How much of it the device took until its deadline, and what was in the way."""
        limit, sent = Limit(self._device_s, stop), 0
        try:
            while sent < len(data) and not limit.over and not stop.is_set():
                if select.select([], [descriptor], [], limit.slice_s)[1]:
                    with contextlib.suppress(BlockingIOError):
                        sent += os.write(descriptor, data[sent : sent + 4096])
        except OSError as trouble:  # unplugged
            return sent, str(trouble)
        return sent, GIVEN_UP if stop.is_set() else ""

    def _mending(self, descriptor: int, size: int) -> bytes:
        """What a killed process left half written is filled up and cut off, so that the next paper is whole."""
        if not size:
            return b""
        os.lseek(descriptor, max(0, size - 16), os.SEEK_SET)
        tail = os.read(descriptor, 16)
        # Any profile's end: the setting may have changed since.
        whole = (
            tail.endswith(b"\x1dr\x01")
            or tail[-5:-3] == b"\x1bp"
            or tail[-11:-4] == b"\x1d(H\x06\x00\x30\x30"
            or tail[-4:-1] in {b"\x1dVB", b"\x1dVA"}
        )
        return b"" if whole else flush_bytes(self._profile, cut=True)


class VirtualPrinter:
    """``virtual:``: the roll that the program shows. Drawn from the bytes, not from the layout: what is seen is what

    a printer would have burnt. Keeps the last 200 sheets.
    """

    def __init__(self, profile: Profile, composer: Composer, clock: Clock, *, name: str = "virtual:") -> None:
        self._profile = profile
        self._composer = composer
        self._clock = clock
        self._name = name
        self._sheets: deque[Sheet] = deque(maxlen=SHEETS_MAX)
        self._title = ""
        self._kicks = 0
        self._interpreter = Interpreter(
            profile.width, Events(sheet=self._keep, drawer=self._kicked), fonts=composer.fonts
        )
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    def status(self) -> PrinterStatus:
        return _READY

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        job = job_bytes(paper, self._profile, self._composer, token=token)
        with self._lock:
            self._title = paper.ticket_number if isinstance(paper, TicketFace) else paper.title
            self._interpreter.feed(job)
            if not self._profile.cutter:
                self._interpreter.tear()
        return _DONE

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        with self._lock:
            self._interpreter.feed(drawer_bytes(self._profile, token=token))
        return _DONE

    def cancel(self) -> None:
        """No call lasts."""

    def close(self) -> None:
        """Nothing to let go."""

    @property
    def drawer_kicks(self) -> int:
        return self._kicks

    def sheets(self) -> list[Sheet]:
        """Oldest first."""
        with self._lock:
            return list(self._sheets)

    def _keep(self, raster: Raster) -> None:
        self._sheets.append(Sheet(title=self._title, png=raster.png(), printed_at=self._clock.now()))

    def _kicked(self, _pin: int, _on_ms: int, _off_ms: int) -> None:
        self._kicks += 1


def _ended(*, sent: bool, why: str, status: PrinterStatus) -> DeliveryOutcome:
    """Not confirmed: unknown where anything of the job has left."""
    delivery = Delivery.UNKNOWN if sent else Delivery.FAILED_BEFORE_SEND
    return DeliveryOutcome(delivery=delivery, detail=why, status=status)


def _not_writable() -> PrinterStatus:
    return PrinterStatus(
        ready=False, online=False, cover_open=False, paper=PaperState.UNKNOWN, error="not_writable", answered=True
    )


def _keep_name(path: Path) -> None:
    """A new file survives a power cut only when its folder was written too (POSIX)."""
    if os.name != "posix":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
