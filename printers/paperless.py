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
from counter_app.ports.prints import Delivery, DeliveryOutcome, PaperState, PrinterStatus
from printers.answers import unasked
from printers.compose import Composer
from printers.escpos import drawer_bytes, flush_bytes
from printers.interpreter import Events, Interpreter
from printers.jobs import job_bytes
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
        self, path: Path, profile: Profile, composer: Composer, *, name: str = "", device_s: float = 20.0
    ) -> None:
        self._path = path
        self._device_s = device_s  # how long a device may take a job
        self._stop = Event()
        self._profile = profile
        self._composer = composer
        self._name = name or path.as_uri()
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._name

    def status(self) -> PrinterStatus:
        try:
            with self._lock:
                descriptor = self._opened()
                try:
                    return _READY if stat.S_ISREG(os.fstat(descriptor).st_mode) else unasked()
                finally:
                    os.close(descriptor)
        except OSError:
            return _not_writable()

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        return self._append(job_bytes(paper, self._profile, self._composer, token=token))

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        return self._append(drawer_bytes(self._profile, token=token))

    def cancel(self) -> None:
        """A file is written at once; a device may have to be given up."""
        self._stop.set()

    def close(self) -> None:
        """Nothing is open between jobs."""

    def _append(self, job: bytes) -> DeliveryOutcome:
        with self._lock:
            try:
                descriptor = self._opened()
            except OSError as trouble:
                return DeliveryOutcome(
                    delivery=Delivery.FAILED_BEFORE_SEND, detail=str(trouble), status=_not_writable()
                )
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    return self._to_device(descriptor, job)
                size = found.st_size
                whole = self._mending(descriptor, size) + job
                sent = 0
                while sent < len(whole):
                    sent += os.write(descriptor, whole[sent:])
                os.fsync(descriptor)
                if not size:
                    _keep_name(self._path)
            except OSError as trouble:
                return DeliveryOutcome(delivery=Delivery.UNKNOWN, detail=str(trouble), status=_not_writable())
            finally:
                os.close(descriptor)
        return _DONE

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.open(self._path, flags, 0o600)

    def _to_device(self, descriptor: int, job: bytes) -> DeliveryOutcome:
        """Raises ``OSError``."""
        self._stop.clear()
        limit, sent = Limit(self._device_s, self._stop), 0
        while sent < len(job) and not limit.over and not self._stop.is_set():
            if select.select([], [descriptor], [], limit.slice_s)[1]:
                with contextlib.suppress(BlockingIOError):
                    sent += os.write(descriptor, job[sent : sent + 4096])
        why = "a device gives no word" if sent == len(job) else f"it took {sent} of {len(job)} bytes"
        delivery = Delivery.UNKNOWN if sent else Delivery.FAILED_BEFORE_SEND
        return DeliveryOutcome(delivery=delivery, detail=why, status=unasked())

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
