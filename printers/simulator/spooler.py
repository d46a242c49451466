"""A small spooler in software: IPP over a real socket (RFC 8010, 8011), one queue, a simulated printer behind it.

Written from the documents, not from the driver. It does what spoolers do wrong, too: a job is "completed" when its
bytes have left, whatever became of the paper.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_OK, _BAD_REQUEST, _NOT_FOUND, _NOT_POSSIBLE, _NOT_SUPPORTED, _NOT_ACCEPTING = 0, 0x400, 0x406, 0x404, 0x501, 0x506
_PENDING, _HELD, _PROCESSING, _STOPPED, _CANCELED, _ABORTED, _COMPLETED = range(3, 10)
_TICK_S = 0.02
_BODY_MAX = 4_000_000


@dataclass(slots=True)
class Trouble:
    """Switches of the queue; set at any time."""

    stopped: bool = False  # takes jobs, prints none
    rejecting: bool = False
    reasons: tuple[str, ...] = ()  # printer-state-reasons
    held: bool = False  # jobs are held for the operator
    aborts: bool = False  # the backend gives each job up when it is to begin
    aborts_after: int | None = None  # … after so many bytes of it
    cancels: bool = False  # somebody cancels each job before it begins
    swallows: bool = False  # says "completed", and the printer got nothing
    slow_s: float = 0.0  # before each job
    hangs_up: str = ""  # "before" or "after" a document: the connection breaks
    noise: bool = False  # answers what is no IPP
    mute: frozenset[int] = frozenset()  # operations that are taken and never answered


@dataclass(slots=True)
class Job:
    number: int
    name: str
    data: bytes = b""
    whole: bool = False
    state: int = _PENDING
    reason: str = "none"
    begun_at: int | None = None
    sent: int = 0
    wanted_gone: bool = False
    formats: list[str] = field(default_factory=list)


class SimulatedSpooler:
    """``with SimulatedSpooler(printer=("127.0.0.1", port)) as spooler: spooler.port``. ``queue``: its name."""

    def __init__(
        self, *, printer: tuple[str, int], queue: str = "ticket", host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.trouble = Trouble()
        self.jobs: dict[int, Job] = {}
        self.queue = queue
        self._printer = printer
        self._gate = threading.Condition()
        self._closing = threading.Event()
        self._server = _Server((host, port), self)
        self.port = int(self._server.server_address[1])
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="simulated-spooler"),
            threading.Thread(target=self._print, daemon=True, name="simulated-spooler-queue"),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The spooler is gone, with its queue."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)

    # ---- the queue at work

    def _print(self) -> None:
        while not self._closing.is_set():
            job = self._next()
            if job is None:
                time.sleep(_TICK_S)
                continue
            self._work(job)

    def _next(self) -> Job | None:
        with self._gate:
            for job in self.jobs.values():
                if job.state == _PENDING and job.whole and not self.trouble.stopped:
                    if self.trouble.held:
                        job.state, job.reason = _HELD, "job-hold-until-specified"
                    elif self.trouble.cancels:
                        job.state, job.reason = _CANCELED, "job-canceled-at-device"
                    elif not self.trouble.slow_s or self._closing.wait(self.trouble.slow_s) or not job.wanted_gone:
                        job.state, job.begun_at = _PROCESSING, int(time.time())
                        return job
        return None

    def _work(self, job: Job) -> None:
        trouble = self.trouble
        if trouble.swallows:
            self._end(job, _COMPLETED, "job-completed-successfully")
            return
        if trouble.aborts:
            self._end(job, _ABORTED, "aborted-by-system")
            return
        until = len(job.data) if trouble.aborts_after is None else min(len(job.data), trouble.aborts_after)
        try:
            with socket.create_connection(self._printer, timeout=2) as line:
                line.settimeout(0.1)
                while job.sent < until and not job.wanted_gone and not self._closing.is_set():
                    try:
                        job.sent += line.send(job.data[job.sent : min(until, job.sent + 2048)])
                    except TimeoutError:
                        continue
        except OSError:
            self._end(job, _ABORTED, "aborted-by-system")
            return
        if job.wanted_gone:
            self._end(job, _CANCELED, "job-canceled-by-user")
        elif job.sent < len(job.data):
            self._end(job, _ABORTED, "aborted-by-system")
        else:
            self._end(job, _COMPLETED, "job-completed-successfully")

    def _end(self, job: Job, state: int, reason: str) -> None:
        with self._gate:
            job.state, job.reason = state, reason
            self._gate.notify_all()

    # ---- requests

    def answer(self, path: str, data: bytes) -> bytes | None:
        """None: the connection breaks without an answer."""
        if self.trouble.noise:
            return b"<html>no IPP here</html>"
        try:
            operation, number, attributes, document = _parsed(data)
        except (IndexError, ValueError):
            return _reply(_BAD_REQUEST, 1, [])
        while operation in self.trouble.mute and not self._closing.wait(_TICK_S):
            pass
        if operation == 0x4002:
            found = [("name", "printer-name", self.queue), ("text", "printer-make-and-model", "Local Raw Printer")]
            return _reply(_OK, number, [(4, found)])
        if path != f"/printers/{self.queue}":
            return _reply(_NOT_FOUND, number, [])
        with self._gate:
            match operation:
                case 0x000B:
                    return _reply(_OK, number, [(4, self._printer_state())])
                case 0x0005:
                    return self._create(number, attributes)
                case 0x0006:
                    return self._send_document(number, attributes, document)
                case 0x0008 | 0x0009:
                    job = self.jobs.get(int(attributes.get("job-id", ["0"])[0]))
                    if job is None:
                        return _reply(_NOT_FOUND, number, [])
                    if operation == 0x0008:
                        return _reply(self._cancel(job), number, [])
                    return _reply(_OK, number, [(2, _job_state(job))])
                case _:
                    return _reply(_NOT_SUPPORTED, number, [])

    def _printer_state(self) -> list[tuple[str, str, Any]]:
        busy = any(job.state == _PROCESSING for job in self.jobs.values())
        reasons = list(self.trouble.reasons) + (["paused"] if self.trouble.stopped else [])
        return [
            ("enum", "printer-state", 5 if self.trouble.stopped else 4 if busy else 3),
            *(("keyword", "printer-state-reasons" if not n else "", one) for n, one in enumerate(reasons or ["none"])),
            ("boolean", "printer-is-accepting-jobs", not self.trouble.rejecting),
        ]

    def _create(self, number: int, attributes: dict[str, list[str]]) -> bytes:
        if self.trouble.rejecting:
            return _reply(_NOT_ACCEPTING, number, [])
        job = Job(number=len(self.jobs) + 1, name=attributes.get("job-name", [""])[0])
        self.jobs[job.number] = job
        return _reply(_OK, number, [(2, _job_state(job))])

    def _send_document(self, number: int, attributes: dict[str, list[str]], document: bytes) -> bytes | None:
        job = self.jobs.get(int(attributes.get("job-id", ["0"])[0]))
        if job is None or job.state != _PENDING:
            return _reply(_NOT_POSSIBLE, number, [])
        if self.trouble.hangs_up == "before":
            return None
        job.data += document
        job.whole = attributes.get("last-document") == ["true"]
        job.formats += attributes.get("document-format", [])
        if self.trouble.hangs_up == "after":
            return None
        return _reply(_OK, number, [(2, _job_state(job))])

    def _cancel(self, job: Job) -> int:
        if job.state >= _CANCELED:
            return _NOT_POSSIBLE
        if job.state == _PROCESSING:
            job.wanted_gone = True
            self._gate.wait_for(lambda: job.state >= _CANCELED, 2)
        else:
            job.state, job.reason, job.wanted_gone = _CANCELED, "job-canceled-by-user", True
        return _OK


def _job_state(job: Job) -> list[tuple[str, str, Any]]:
    begun = ("integer", "time-at-processing", job.begun_at) if job.begun_at else ("no-value", "time-at-processing", "")
    return [
        ("integer", "job-id", job.number),
        ("enum", "job-state", job.state),
        ("keyword", "job-state-reasons", job.reason),
        begun,
    ]


# ---------------------------------------------------------------- the wire

_TAGS = {"integer": 0x21, "boolean": 0x22, "enum": 0x23, "no-value": 0x13, "text": 0x41, "name": 0x42, "keyword": 0x44}


def _reply(status: int, number: int, groups: list[tuple[int, list[tuple[str, str, Any]]]]) -> bytes:
    said = b"\x01\x01" + status.to_bytes(2, "big") + number.to_bytes(4, "big") + b"\x01"
    said += _attribute(0x47, "attributes-charset", b"utf-8") + _attribute(0x48, "attributes-natural-language", b"en")
    for tag, attributes in groups:
        said += bytes((tag,))
        for kind, name, value in attributes:
            if kind in {"integer", "enum"}:
                raw = int(value).to_bytes(4, "big")
            elif kind == "boolean":
                raw = bytes((bool(value),))
            else:
                raw = str(value).encode()
            said += _attribute(_TAGS[kind], name, raw)
    return said + b"\x03"


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name.encode() + len(value).to_bytes(2, "big") + value


def _parsed(data: bytes) -> tuple[int, int, dict[str, list[str]], bytes]:
    """Operation, request number, attributes as texts, and what follows them. Raises ``IndexError``, ``ValueError``."""
    operation, number = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big")
    found: dict[str, list[str]] = {}
    at, name = 8, ""
    while True:
        tag = data[at]
        at += 1
        if tag == 0x03:
            return operation, number, found, data[at:]
        if tag < 0x10:
            continue
        size = int.from_bytes(data[at : at + 2], "big")
        name = data[at + 2 : at + 2 + size].decode() or name
        at += 2 + size
        size = int.from_bytes(data[at : at + 2], "big")
        raw = data[at + 2 : at + 2 + size]
        at += 2 + size
        if tag in {0x21, 0x23}:
            value = str(int.from_bytes(raw, "big"))
        elif tag == 0x22:
            value = "true" if raw == b"\x01" else "false"
        else:
            value = raw.decode()
        found.setdefault(name, []).append(value)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], spooler: SimulatedSpooler) -> None:
        self.spooler = spooler
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        data = self.rfile.read(size) if size <= _BODY_MAX else b""
        said = self.server.spooler.answer(self.path, data)
        if said is None or len(data) < size:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet: tests read standard error."""
