"""Serial lines: every write has a deadline, flow control is asked for by name, and a blocked write can be given up."""

from __future__ import annotations

import contextlib
import os
import select
from threading import Event, Thread
from typing import Any, Final

from counter_app.errors import DeviceTrouble
from printers.transports.base import SLICE_S, Limit, Link, LinkBroken

FLOWS: Final = ("none", "rtscts", "xonxoff", "dsrdtr")
_CHUNK = 4096


class SerialOpener:
    """``flow``: none | rtscts | xonxoff | dsrdtr. A pseudo-terminal has none of them."""

    keeps_answers = True

    def __init__(self, device: str, baud: int, flow: str = "none") -> None:
        assert flow in FLOWS
        self._device = device
        self._baud = baud
        self._flow = flow
        self.where = device

    def open(self, within_s: float, stop: Event) -> Link:
        import serial  # noqa: PLC0415 - only counters with a serial printer need it

        Limit(within_s, stop).check()
        try:
            port = serial.Serial(
                self._device,
                self._baud,
                timeout=0,
                write_timeout=within_s,  # pyserial's default is to wait for ever
                rtscts=self._flow == "rtscts",
                xonxoff=self._flow == "xonxoff",
                dsrdtr=self._flow == "dsrdtr",
                exclusive=True if os.name == "posix" else None,
            )
        except (OSError, ValueError) as trouble:  # serial.SerialException is an OSError
            raise DeviceTrouble(self.where, f"not reachable: {trouble}") from trouble
        if os.name != "posix":
            return _SerialLink(port, stop)
        _keep_lines_up(port.fileno())
        return _PosixSerialLink(port, stop)

    def seconds_for(self, count: int) -> float:
        return count * 10 / self._baud


def _keep_lines_up(descriptor: int) -> None:
    """Else closing drops DTR, which some printers take for a reset: half a ticket, and its word lost."""
    import termios  # noqa: PLC0415 - POSIX only

    try:
        settings = termios.tcgetattr(descriptor)
        settings[2] &= ~termios.HUPCL
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    except termios.error:  # gone already: the first write says so
        return


class _SerialLink:
    """By pyserial's own calls, piece by piece: where there is no file descriptor to wait on (Windows).

    An unplugged device raises ``SerialException``, plain ``OSError``, or ``TypeError`` where pyserial meets a handle
    that went away under it.
    """

    _PIECE = 64  # what a slow line takes within a slice, so that giving up is felt

    def __init__(self, port: Any, stop: Event) -> None:
        self._port = port
        self._stop = stop
        self._closed = Event()
        if hasattr(port, "cancel_write"):
            Thread(target=self._watch, daemon=True, name="serial-give-up").start()

    def _watch(self) -> None:
        """A write that the printer blocks looks at nothing: it is ended from here, once the call was given up."""
        while not self._closed.wait(SLICE_S):
            if self._stop.is_set():  # again and again: it may have been between two pieces
                with contextlib.suppress(OSError, TypeError, AttributeError):  # closed meanwhile
                    self._port.cancel_write()

    def write(self, data: bytes, within_s: float) -> None:
        limit = Limit(within_s, self._stop)
        sent = 0
        while sent < len(data):
            limit.check(sent)
            if limit.over:
                raise LinkBroken("stalled", sent)
            self._port.write_timeout = max(0.01, limit.left_s)
            try:
                taken = self._port.write(data[sent : sent + self._PIECE])
            except (OSError, TypeError) as trouble:
                # Part of the piece may have left: that counts as sent.
                why = "stalled" if "timeout" in str(trouble).lower() else "closed"
                raise LinkBroken("cancelled" if self._stop.is_set() else why, sent + 1) from trouble
            sent += taken  # fewer than wanted where the write was ended

    def read(self, within_s: float) -> bytes:
        limit = Limit(within_s, self._stop)
        while True:
            limit.check()
            self._port.timeout = limit.slice_s
            try:
                data = bytes(self._port.read(max(1, self._port.in_waiting)))
            except (OSError, TypeError) as trouble:
                raise LinkBroken("closed") from trouble
            if data or limit.over:
                return data

    def port_error(self) -> str:
        return ""

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError, TypeError):
            self._port.close()


class _PosixSerialLink:
    """On the descriptor that pyserial set up (raw, non-blocking): exact counts of what left."""

    def __init__(self, port: Any, stop: Event) -> None:
        self._port = port
        self._fd: int = port.fileno()
        self._stop = stop
        self._stuck = False

    def write(self, data: bytes, within_s: float) -> None:
        limit = Limit(within_s, self._stop)
        sent = 0
        while sent < len(data):
            try:
                limit.check(sent)
            except LinkBroken:
                self._stuck = True
                raise
            _, writable, _ = select.select([], [self._fd], [], limit.slice_s)
            if not writable:
                if limit.over:
                    self._stuck = True
                    raise LinkBroken("stalled", sent)
                continue
            try:
                sent += os.write(self._fd, data[sent : sent + 512])
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkBroken("closed", sent) from trouble

    def read(self, within_s: float) -> bytes:
        limit = Limit(within_s, self._stop)
        while True:
            try:
                limit.check()
            except LinkBroken:
                self._stuck = True
                raise
            readable, _, _ = select.select([self._fd], [], [], limit.slice_s)
            if readable:
                break
            if limit.over:
                return b""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as trouble:  # EIO: the line is gone
            raise LinkBroken("closed") from trouble
        if not data:
            raise LinkBroken("closed")
        return data

    def port_error(self) -> str:
        return ""

    def close(self) -> None:
        """What a printer does not take is dropped: else closing would wait for it, up to half a minute."""
        try:
            if self._stuck:
                self._port.reset_output_buffer()
        except Exception:  # noqa: BLE001, S110 - termios.error, of a line that is gone
            pass
        with contextlib.suppress(OSError, TypeError):  # the line is gone: what became of the job is known already
            self._port.close()
