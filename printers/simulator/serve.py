"""The simulated printer on a real line: one TCP conversation at a time, or a pseudo-terminal."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from printers.raster import Raster
from printers.simulator.machine import Machine

_TICK_S = 0.05
_KEPT_MAX = 2000


class SimulatedPrinter:
    """``with SimulatedPrinter(width=576, out=DIR) as printer: port = printer.listen()``.

    ``sheets`` are the cut papers, ``commands`` what was asked, ``received`` every byte (bounded by the test's length).
    """

    def __init__(self, *, width: int = 576, out: Path | None = None) -> None:
        self.machine = Machine(width, on_sheet=self._keep, on_command=self._log)
        self.sheets: list[Raster] = []
        self.commands: list[str] = []
        self.received = bytearray()
        self._out = out
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._cleanup: list[Callable[[], None]] = []
        self._gate = threading.Condition()
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
        listener = socket.create_server((host, port))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # a printer's small buffer: stalls are felt
        listener.settimeout(_TICK_S)
        self._cleanup.append(listener.close)
        self._start(lambda: self._accept(listener))
        return int(listener.getsockname()[1])

    def open_pty(self) -> str:
        """Returns the device that a driver opens (POSIX only)."""
        import tty  # noqa: PLC0415 - not on Windows

        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        device = os.ttyname(slave)
        # The slave is held open too: else the master reads an error whenever no driver is there.
        self._cleanup.append(lambda: os.close(slave))
        self._start(lambda: self._serve_pty(master))
        return device

    def close(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=5)
        for clean in self._cleanup:
            clean()
        self._cleanup.clear()

    def wait_for_sheets(self, count: int, within_s: float = 5.0) -> bool:
        with self._gate:
            return self._gate.wait_for(lambda: len(self.sheets) >= count, within_s)

    # ---- lines

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="simulated-printer", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with connection:
                self._serve_tcp(connection, listener)

    def _serve_tcp(self, connection: socket.socket, listener: socket.socket) -> None:
        connection.setblocking(False)

        def answer(data: bytes) -> None:
            try:
                connection.send(data)
            except OSError:
                return  # nobody listens any more: a printer doesn't mind

        self.machine.answer = answer
        while not self._closing.is_set():
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
            if not data or not self._take(data):
                return

    def _serve_pty(self, master: int) -> None:
        def answer(data: bytes) -> None:
            try:
                os.write(master, data)
            except OSError:
                return

        self.machine.answer = answer
        try:
            while not self._closing.is_set():
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
                if not data or not self._take(data):
                    return
        finally:
            os.close(master)

    @property
    def _stalled(self) -> bool:
        return self.machine.faults.stalls == 0

    def _portion(self) -> int:
        faults = self.machine.faults
        limits = [4096, *(limit for limit in (faults.stalls, faults.closes) if limit)]
        if faults.slow:
            limits.append(max(1, faults.slow // 20))
        return min(limits)

    def _take(self, data: bytes) -> bool:
        """Counts down what is to happen after so many bytes; False: the line is to be closed."""
        faults = self.machine.faults
        self.received += data
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
