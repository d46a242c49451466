"""Printer URLs, as they stand in the settings, become printers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.prints import JobState, Printer
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.line import PrinterLine
from printers.paperless import FilePrinter, VirtualPrinter
from printers.places import IPP_PORT, RAW_PORT, Place, place_of
from printers.profiles import Profile, profile_named
from printers.transports.base import Opener
from printers.transports.serial import FLOWS, SerialOpener
from printers.transports.tcp import TcpOpener
from printers.transports.usb import UsbOpener, system_bus

_COMMON = {"profile", "code", "text"}
_OPTIONS = {
    "tcp": _COMMON,
    "serial": _COMMON | {"baud", "flow"},
    "usb": _COMMON,
    "ipp": _COMMON,
    "cups": _COMMON,
    "file": _COMMON,
    "virtual": _COMMON,
}
_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_USB = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})")
_QUEUE = re.compile(r"[A-Za-z0-9._@-]{1,127}")
_QUEUE_PATH = re.compile(r"/(?:[A-Za-z0-9._@-]{1,127}/){0,3}[A-Za-z0-9._@-]{1,127}")
_SERIAL_NUMBER = re.compile(r"[ -.0-~]{1,126}")


class PrinterLines:
    """The lines of all printers that were opened through it: two settings for one device share one.

    Names of hosts are compared as names: nothing may wait for a name server when a window opens.
    """

    def __init__(self) -> None:
        self._known: list[tuple[Place, PrinterLine]] = []

    def at(self, url: str) -> PrinterLine:
        place = place_of(url)
        for known, line in self._known:
            if known.same(place):
                line.shared = True
                return line
        line = PrinterLine()
        self._known.append((place, line))
        return line


def check_printer_url(url: str, own: Path | None = None) -> None:
    """Raises ``Refusal(BAD_SETTING)`` for what :func:`open_printer` would refuse; opens nothing."""
    split, options, found = _parsed(url, "", own)
    match split.scheme:
        case "tcp":
            _tcp(split, url, found)
        case "serial":
            _serial(split, options, url, found)
        case "usb":
            _usb(split, url)
        case "ipp" | "cups":
            _queue(split, url)
        case "file":
            _path(split, url)


def profile_at(url: str, profile: str = "", own: Path | None = None) -> Profile:
    """The profile that :func:`open_printer` would use. Raises ``Refusal(BAD_SETTING)``."""
    return _parsed(url, profile, own)[2]


def open_printer(
    url: str,
    *,
    composer: Composer,
    clock: Clock,
    profile: str = "",
    deadlines: Deadlines | None = None,
    own: Path | None = None,
    usb_bus: Callable[[], Any] = system_bus,
    line: PrinterLine | None = None,
) -> Printer:
    """``tcp://host:9100``, ``serial:///dev/ttyS0?baud=115200&flow=rtscts``, ``usb://VID:PID[/SERIAL]``,
    ``ipp://host[:631]/printers/NAME``, ``cups:NAME``, ``file:///path``, ``virtual:``.

    Each takes ``?profile=NAME`` (which wins over ``profile``), ``?code=aztec|qr`` and ``?text=native|dots`` (slips).
    ``own``: the folder of the operator's profiles. ``line``: of another printer that opens the same device.
    Nothing is connected yet. Raises ``Refusal(BAD_SETTING)``.
    """
    split, options, found = _parsed(url, profile, own)
    opener: Opener
    match split.scheme:
        case "virtual":
            return VirtualPrinter(found, composer, clock)
        case "file":
            return FilePrinter(_path(split, url), found, composer, line=line)
        case "ipp" | "cups":
            from printers.transports.cups import CupsDeadlines, CupsPrinter  # noqa: PLC0415 - HTTP, for queues only

            host, port, path = _queue(split, url)
            limits = CupsDeadlines(answer_s=deadlines.connect_s, job_s=2 * deadlines.confirm_s) if deadlines else None
            return CupsPrinter(host, port, path, found, composer, name=url, deadlines=limits, line=line)
        case "usb":
            opener = UsbOpener(*_usb(split, url), bus=usb_bus, bytes_per_s=found.bytes_per_s)
        case "serial":
            opener = _serial(split, options, url, found)
        case _:
            opener = _tcp(split, url, found)
    return EscposPrinter(opener, found, composer, name=url, deadlines=deadlines, line=line)


@runtime_checkable
class _Remembers(Protocol):
    """A printer that may have been left in the middle of a picture."""

    def assume(self, *, half_sent: bool | None) -> None: ...


def tell_recovered(printer: Printer, *, interrupted: int, last: JobState | None) -> None:
    """Tells a printer what an earlier process left in it, once after recovery and before the first job.

    ``interrupted``: jobs that recovery found being sent (``Recovered.jobs_unknown``); ``last``: the state of the
    newest job, None where there was none yet. A printer that is known to be clean is spared the filling up.
    """
    if isinstance(printer, _Remembers):
        clean = last is None or last is JobState.CONFIRMED
        printer.assume(half_sent=True if interrupted else False if clean else None)


def _parsed(url: str, profile: str, own: Path | None) -> tuple[SplitResult, dict[str, str], Profile]:
    try:
        split = urlsplit(url)
        pairs = parse_qsl(split.query, keep_blank_values=True, strict_parsing=bool(split.query))
    except ValueError as trouble:
        raise _bad(url, "not a URL") from trouble
    if split.scheme not in _OPTIONS:
        raise _bad(url, "starts with none of tcp:, serial:, usb:, ipp:, cups:, file:, virtual:")
    options = dict(pairs)
    unknown = sorted(set(options) - _OPTIONS[split.scheme])
    if unknown or len(options) != len(pairs):
        raise _bad(url, f"unknown or repeated option {', '.join(unknown)}".rstrip())
    if split.fragment or split.username or split.password:
        raise _bad(url, "has more than a printer URL may have")
    if split.scheme == "virtual" and (split.netloc or split.path):
        raise _bad(url, "virtual: has no address")
    found = profile_named(options.get("profile", profile), own)
    match options.get("text"):
        case "native":
            if found.text is None:
                raise _bad(url, f"the profile {found.name} has no [text]: its slips cannot be native")
            found = replace(found, native_slips=True)
        case "dots":
            found = replace(found, native_slips=False)
        case None:
            pass
        case _:
            raise _bad(url, "text is native or dots")
    match options.get("code", found.symbology):
        case "aztec":
            return split, options, replace(found, symbology="aztec")
        case "qr":
            return split, options, replace(found, symbology="qr")
    raise _bad(url, "code is aztec or qr")


def _tcp(split: SplitResult, url: str, profile: Profile) -> TcpOpener:
    try:
        port = split.port
    except ValueError as trouble:
        raise _bad(url, "the port is 1 to 65535") from trouble
    if not split.hostname or split.path not in {"", "/"}:
        raise _bad(url, "tcp://HOST:PORT")
    try:
        split.hostname.encode("idna")
    except UnicodeError as trouble:
        raise _bad(url, "no such host name can be") from trouble
    if port == 0:
        raise _bad(url, "the port is 1 to 65535")
    return TcpOpener(split.hostname, port or RAW_PORT, bytes_per_s=profile.bytes_per_s)


def _serial(split: SplitResult, options: dict[str, str], url: str, profile: Profile) -> SerialOpener:
    device = unquote(split.netloc or split.path)  # serial://COM3 or serial:///dev/ttyS0
    if not device or device == "/" or not device.isprintable():  # %00 would end the lane with a traceback
        raise _bad(url, "serial:///dev/DEVICE?baud=115200")
    baud, flow = options.get("baud", str(profile.baud)), options.get("flow", "none")
    if not baud.isascii() or not baud.isdigit() or int(baud) not in _BAUDS:
        raise _bad(url, f"baud is one of {', '.join(map(str, _BAUDS))}")
    if flow not in FLOWS:
        raise _bad(url, f"flow is one of {', '.join(FLOWS)}")
    return SerialOpener(device, int(baud), flow)


def _usb(split: SplitResult, url: str) -> tuple[int, int, str]:
    ids = _USB.fullmatch(split.netloc)
    serial = unquote(split.path.removeprefix("/"))
    if ids is None or (serial and not _SERIAL_NUMBER.fullmatch(serial)):
        raise _bad(url, "usb://VID:PID or usb://VID:PID/SERIAL, as in usb://04b8:0e15")
    return int(ids[1], 16), int(ids[2], 16), serial


def _queue(split: SplitResult, url: str) -> tuple[str, int, str]:
    """Host, port and path of a spooler's queue; ``cups:NAME`` is this machine's."""
    if split.scheme == "cups":
        if split.netloc or not _QUEUE.fullmatch(split.path):
            raise _bad(url, "cups:NAME")
        return "localhost", IPP_PORT, f"/printers/{split.path}"
    try:
        port = split.port
    except ValueError as trouble:
        raise _bad(url, "the port is 1 to 65535") from trouble
    if not split.hostname or port == 0 or not _QUEUE_PATH.fullmatch(split.path):
        raise _bad(url, "ipp://HOST/printers/NAME")
    try:
        split.hostname.encode("idna")
    except UnicodeError as trouble:
        raise _bad(url, "no such host name can be") from trouble
    return split.hostname, port or IPP_PORT, split.path


def _path(split: SplitResult, url: str) -> Path:
    if split.netloc not in {"", "localhost"} or not split.path or split.path.endswith("/"):
        raise _bad(url, "file:///PATH/OF/A/FILE")
    name = _native(split.path)
    if not name.isprintable():
        raise _bad(url, "the path has control characters")
    path = Path(name)
    if not path.is_absolute():
        raise _bad(url, "the path starts at the root")
    return path


def _native(path: str) -> str:
    if os.name != "nt":
        return unquote(path)
    from urllib.request import url2pathname  # noqa: PLC0415 - 25 ms, for drive letters only

    return url2pathname(path)


def _bad(url: str, why: str) -> Refusal:
    return Refusal(Reason.BAD_SETTING, setting="printer", value=url, why=why)
