"""IPP, as much of it as a print job needs: requests and answers (RFC 8010, RFC 8011), over HTTP with a deadline."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Timer
from typing import Final

from printers.transports.base import Limit
from printers.transports.tcp import connected

ANSWER_BYTES_MAX: Final = 256 * 1024
GET_PRINTER_ATTRIBUTES: Final = 0x000B
CREATE_JOB: Final = 0x0005
SEND_DOCUMENT: Final = 0x0006
CANCEL_JOB: Final = 0x0008
GET_JOB_ATTRIBUTES: Final = 0x0009
CUPS_GET_PRINTERS: Final = 0x4002

_OPERATION, _JOB, _END, _PRINTER = 0x01, 0x02, 0x03, 0x04
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_KEYWORD, _URI, _CHARSET, _LANGUAGE, _MIME, _NAME = 0x44, 0x45, 0x47, 0x48, 0x49, 0x42
_TAGS: Final[Mapping[str, int]] = {
    "attributes-charset": _CHARSET,
    "attributes-natural-language": _LANGUAGE,
    "printer-uri": _URI,
    "job-id": _INTEGER,
    "job-name": _NAME,
    "requesting-user-name": _NAME,
    "requested-attributes": _KEYWORD,
    "document-format": _MIME,
    "last-document": _BOOLEAN,
}

Value = int | bool | str
Attributes = dict[str, tuple[Value, ...]]


class BadAnswer(Exception):  # noqa: N818 - whose answer
    """What came is no IPP answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``status``: below 0x0100 done. ``groups``: printer and job attributes, group by group."""

    status: int
    groups: tuple[Attributes, ...]

    @property
    def done(self) -> bool:
        return self.status < 0x0100

    def first(self, name: str) -> Value | None:
        for group in self.groups:
            if group.get(name):
                return group[name][0]
        return None

    def number(self, name: str) -> int | None:
        value = self.first(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(str(value) for group in self.groups for value in group.get(name, ()))


def request_bytes(operation: int, attributes: Mapping[str, Value | Sequence[str]], number: int = 1) -> bytes:
    """The operation's attributes in their order; charset and language, which come first, are put before them."""
    body = bytearray(b"\x01\x01" + operation.to_bytes(2, "big") + number.to_bytes(4, "big") + bytes((_OPERATION,)))
    whole: dict[str, Value | Sequence[str]] = {"attributes-charset": "utf-8", "attributes-natural-language": "en"}
    whole |= attributes
    for name, value in whole.items():
        many = value if isinstance(value, (list, tuple)) else (value,)
        for index, one in enumerate(many):
            label = name.encode() if index == 0 else b""
            data = _encoded(_TAGS[name], one)
            body += bytes((_TAGS[name],)) + len(label).to_bytes(2, "big") + label
            body += len(data).to_bytes(2, "big") + data
    return bytes(body) + bytes((_END,))


def _encoded(tag: int, value: object) -> bytes:
    if tag == _BOOLEAN:
        return b"\x01" if value else b"\x00"
    if tag == _INTEGER:
        assert isinstance(value, int)
        return value.to_bytes(4, "big", signed=True)
    return str(value).encode()


def read_answer(data: bytes) -> Answer:
    """Raises ``BadAnswer``. Values of kinds that nobody here asks for are kept as empty text."""
    if len(data) < 8:
        raise BadAnswer("too short")
    status = int.from_bytes(data[2:4], "big")
    groups: list[Attributes] = []
    group: Attributes = {}
    name = ""
    at = 8
    while at < len(data):
        tag = data[at]
        at += 1
        if tag == _END:
            groups.append(group)
            return Answer(status, tuple(groups))
        if tag < 0x10:
            groups.append(group)
            group = {}
            continue
        label, at = _counted(data, at)
        raw, at = _counted(data, at)
        name = label.decode("utf-8", "replace") or name
        group[name] = (*group.get(name, ()), _decoded(tag, raw))
    raise BadAnswer("it has no end")


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    if at + 2 > len(data) or end > len(data):
        raise BadAnswer("a value is cut off")
    return data[at + 2 : end], end


def _decoded(tag: int, raw: bytes) -> Value:
    if tag in {_INTEGER, _ENUM} and len(raw) == 4:
        return int.from_bytes(raw, "big", signed=True)
    if tag == _BOOLEAN and len(raw) == 1:
        return raw != b"\x00"
    if tag >= 0x41:
        return raw.decode("utf-8", "replace")
    return ""


class Spooler:
    """One IPP server. Each call has a connection and a deadline of its own; ``stop`` of the call ends it at once."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._open: dict[Event, socket.socket] = {}
        self._lock = Lock()

    def ask(
        self,
        operation: int,
        path: str,
        attributes: Mapping[str, Value | Sequence[str]],
        *,
        within_s: float,
        stop: Event,
        document: bytes = b"",
    ) -> Answer:
        """Raises ``OSError`` (nobody there, or gone in the middle), ``UnicodeError`` (no such name can be),
        ``BadAnswer``, ``LinkBroken`` (given up).
        """
        limit = Limit(within_s, stop)
        line = connected(self._host, self._port, limit)
        over = Timer(limit.left_s, _shut, (line,))  # however slowly it answers, byte by byte
        over.daemon = True
        with self._lock:
            self._open[stop] = line
        over.start()
        try:
            limit.check()
            line.settimeout(max(0.05, limit.left_s))
            return _exchange(line, (self._host, self._port), path, request_bytes(operation, attributes) + document)
        except http.client.HTTPException as trouble:
            limit.check()
            raise BadAnswer(str(trouble) or type(trouble).__name__) from trouble
        except (OSError, BadAnswer):  # given up in the middle of an answer: what came of it is none
            limit.check()
            raise
        finally:
            over.cancel()
            with self._lock:
                self._open.pop(stop, None)
            line.close()

    def interrupt(self, stop: Event) -> None:
        """Ends the call that was begun with ``stop``, which is set already."""
        with self._lock:
            line = self._open.get(stop)
            if line is not None:
                _shut(line)


def _shut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


def _exchange(line: socket.socket, address: tuple[str, int], path: str, body: bytes) -> Answer:
    connection = http.client.HTTPConnection(*address)
    connection.sock = line
    connection.request("POST", path, body, {"Content-Type": "application/ipp"})
    answer = connection.getresponse()
    data = answer.read(ANSWER_BYTES_MAX + 1)
    if answer.status != http.client.OK:
        raise BadAnswer(f"HTTP {answer.status}")
    if len(data) > ANSWER_BYTES_MAX:
        raise BadAnswer("too long")
    return read_answer(data)
