"""The simulated printer on a real line: one TCP conversation at a time, or a pseudo-terminal; with a cable to pull."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from printers.fonts import FontBook
from printers.raster import Raster
from printers.simulator.machine import Machine

_TICK_S = 0.05
_KEPT_MAX = 2000
FONTS = Path(__file__).parents[2] / "resources" / "fonts"


class SimulatedPrinter:
    """``with SimulatedPrinter(width=576, out=DIR) as printer: port = printer.listen()``.

    ``sheets`` are the cut papers, ``commands`` what was asked, ``received`` every byte (bounded by the test's length).
    """

    def __init__(self, *, width: int = 576, out: Path | None = None, hanzi: str = "gb18030") -> None:
        self.machine = Machine(width, on_sheet=self._keep, on_command=self._log, fonts=FontBook(FONTS), hanzi=hanzi)
        self.sheets: list[Raster] = []
        self.commands: list[str] = []
        self.received = bytearray()
        self._out = out
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._gate = threading.Condition()
        self._plugged = True
        self._up: dict[int, bool] = {}  # each line: whether it is there now
        self._others: list[Callable[[], None]] = []
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def listen(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Returns the port."""
        listener = _listener(host, port)
        address = (host, int(listener.getsockname()[1]))
        self._start(lambda line: self._accept(line, listener, address))
        return address[1]

    def open_pty(self, link: Path | None = None) -> str:
        """Returns the device that a driver opens (POSIX only).

        ``link``: a name of its own for it, which stays the same when the cable is pulled and put in again.
        """
        pair = _pty(link)
        self._start(lambda line: self._hold_pty(line, pair, link))
        return str(link) if link is not None else os.ttyname(pair[1])

    def unplug(self) -> None:
        """The cable is pulled: a conversation ends, and nobody is there. Returns when that is so."""
        self._plug(there=False)

    def plug(self) -> None:
        """And put in again: at the same port, or behind the same link."""
        self._plug(there=True)

    def close(self) -> None:
        self._closing.set()
        for close in self._others:
            close()
        for thread in self._threads:
            thread.join(timeout=5)

    def also_close(self, close: Callable[[], None]) -> None:
        """What stands before this printer, as a bus does, and goes with it."""
        self._others.append(close)

    def wait_for_sheets(self, count: int, within_s: float = 5.0) -> bool:
        with self._gate:
            return self._gate.wait_for(lambda: len(self.sheets) >= count, within_s)

    # ---- lines

    def _start(self, work: Callable[[int], None]) -> None:
        line = len(self._threads)
        self._up[line] = True
        thread = threading.Thread(target=work, args=(line,), name="simulated-printer", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _plug(self, *, there: bool) -> None:
        with self._gate:
            self._plugged = there
            if not self._gate.wait_for(lambda: all(up is there for up in self._up.values()), 10):
                raise TimeoutError("a line of the simulated printer does not follow its cable")

    def _tell(self, line: int, *, up: bool) -> None:
        with self._gate:
            self._up[line] = up
            self._gate.notify_all()

    def _accept(self, line: int, listener: socket.socket | None, address: tuple[str, int]) -> None:
        while not self._closing.is_set():
            if not self._plugged:
                if listener is not None:
                    listener.close()
                    listener = None
                    self._tell(line, up=False)
                time.sleep(_TICK_S)
                continue
            if listener is None:
                try:
                    listener = _listener(*address)
                except OSError:
                    time.sleep(_TICK_S)
                    continue
                self._tell(line, up=True)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            with connection:
                self._serve_tcp(connection, listener)
        if listener is not None:
            listener.close()

    def _serve_tcp(self, connection: socket.socket, listener: socket.socket) -> None:
        connection.setblocking(False)

        def answer(data: bytes) -> None:
            try:
                connection.send(data)
            except OSError:
                return  # nobody listens any more: a printer doesn't mind

        while not self._closing.is_set():
            if not self._plugged:
                # A pulled cable says no good-bye: what is on its way is lost.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            waiting, _, _ = select.select([listener] if self._stalled else [connection], [], [], _TICK_S)
            if not waiting:
                continue
            if self._stalled:
                return  # the next one is at the door: the stalled conversation is over
            try:
                data = connection.recv(self._portion())
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data or not self._take(data, answer):
                return

    def _hold_pty(self, line: int, pair: tuple[int, int] | None, link: Path | None) -> None:
        while not self._closing.is_set():
            if pair is None and self._plugged:
                pair = _pty(link)
                self._tell(line, up=True)
            if pair is not None:
                self._serve_pty(pair[0])
                # The slave is held open too: else the master reads an error whenever no driver is there.
                for descriptor in pair:
                    os.close(descriptor)
                pair = None
                if link is not None:
                    link.unlink(missing_ok=True)
                if self._plugged:
                    return  # it hung up for good
                self._tell(line, up=False)
            time.sleep(_TICK_S)

    def _serve_pty(self, master: int) -> None:
        def answer(data: bytes) -> None:
            try:
                os.write(master, data)
            except OSError:
                return

        while not self._closing.is_set() and self._plugged:
            if self._stalled:
                time.sleep(_TICK_S)
                continue
            ready, _, _ = select.select([master], [], [], _TICK_S)
            if not ready:
                continue
            try:
                data = os.read(master, self._portion())
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data or not self._take(data, answer):
                return

    @property
    def _stalled(self) -> bool:
        return self.machine.faults.stalls == 0

    def _portion(self) -> int:
        faults = self.machine.faults
        limits = [4096, *(limit for limit in (faults.stalls, faults.closes) if limit)]
        if faults.slow:
            limits.append(max(1, faults.slow // 20))
        return min(limits)

    def _take(self, data: bytes, answer: Callable[[bytes], None]) -> bool:
        """Counts down what is to happen after so many bytes; False: the line is to be closed."""
        faults = self.machine.faults
        self.received += data
        self.machine.answer = answer  # the answer goes where the question came from
        self.machine.take(data)
        if faults.slow:
            time.sleep(len(data) / faults.slow)
        if faults.stalls is not None:
            faults.stalls = max(0, faults.stalls - len(data))
        if faults.closes is not None:
            faults.closes -= len(data)
            if faults.closes <= 0:
                faults.closes = None
                return False
        return True

    # ---- paper

    def _keep(self, raster: Raster) -> None:
        with self._gate:
            self.sheets.append(raster)
            number = len(self.sheets)
            del self.sheets[:-_KEPT_MAX]
            self._gate.notify_all()
        if self._out is not None:
            (self._out / f"sheet-{number:04d}.png").write_bytes(raster.png())

    def _log(self, said: str) -> None:
        self.commands.append(said)
        del self.commands[:-_KEPT_MAX]
        if self._out is not None:
            with (self._out / "commands.log").open("a", encoding="utf-8") as log:
                log.write(said + "\n")


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # a printer's small buffer: stalls are felt
    listener.settimeout(_TICK_S)
    return listener


def _pty(link: Path | None) -> tuple[int, int]:
    """Master and slave."""
    import tty  # noqa: PLC0415 - not on Windows

    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    if link is not None:
        with contextlib.suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(os.ttyname(slave))
    return master, slave
