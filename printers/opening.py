"""Printer URLs, as they stand in the settings, become printers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.prints import JobState, Printer
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.paperless import FilePrinter, VirtualPrinter
from printers.profiles import Profile, profile_named
from printers.transports.base import Opener
from printers.transports.serial import FLOWS, SerialOpener
from printers.transports.tcp import TcpOpener

_OPTIONS = {
    "tcp": {"profile", "code"},
    "serial": {"profile", "code", "baud", "flow"},
    "file": {"profile", "code"},
    "virtual": {"profile", "code"},
}
_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


def check_printer_url(url: str) -> None:
    """Raises ``Refusal(BAD_SETTING)`` for what :func:`open_printer` would refuse; opens nothing."""
    split, options, _ = _parsed(url, "")
    if split.scheme == "tcp":
        _tcp(split, url)
    elif split.scheme == "serial":
        _serial(split, options, url)
    elif split.scheme == "file":
        _path(split, url)


def profile_at(url: str, profile: str = "") -> Profile:
    """The profile that :func:`open_printer` would use. Raises ``Refusal(BAD_SETTING)``."""
    return _parsed(url, profile)[2]


def open_printer(
    url: str,
    *,
    composer: Composer,
    clock: Clock,
    profile: str = "",
    deadlines: Deadlines | None = None,
) -> Printer:
    """``tcp://host:9100``, ``serial:///dev/ttyS0?baud=115200&flow=rtscts``, ``file:///path``, ``virtual:``.

    Each takes ``?profile=NAME`` (which wins over ``profile``) and ``?code=aztec|qr``. Nothing is connected yet.
    Raises ``Refusal(BAD_SETTING)``.
    """
    split, options, found = _parsed(url, profile)
    if split.scheme == "virtual":
        return VirtualPrinter(found, composer, clock)
    if split.scheme == "file":
        return FilePrinter(_path(split, url), found, composer)
    opener: Opener = _tcp(split, url) if split.scheme == "tcp" else _serial(split, options, url)
    return EscposPrinter(opener, found, composer, name=url, deadlines=deadlines)


def tell_recovered(printer: Printer, *, interrupted: int, last: JobState | None) -> None:
    """Tells a printer what an earlier process left in it, once after recovery and before the first job.

    ``interrupted``: jobs that recovery found being sent (``Recovered.jobs_unknown``); ``last``: the state of the
    newest job, None where there was none yet. A printer that is known to be clean is spared the filling up.
    """
    if isinstance(printer, EscposPrinter):
        clean = last is None or last is JobState.CONFIRMED
        printer.assume(half_sent=True if interrupted else False if clean else None)


def _parsed(url: str, profile: str) -> tuple[SplitResult, dict[str, str], Profile]:
    try:
        split = urlsplit(url)
        pairs = parse_qsl(split.query, keep_blank_values=True, strict_parsing=bool(split.query))
    except ValueError as trouble:
        raise _bad(url, "not a URL") from trouble
    if split.scheme not in _OPTIONS:
        raise _bad(url, "starts with none of tcp:, serial:, file:, virtual:")
    options = dict(pairs)
    unknown = sorted(set(options) - _OPTIONS[split.scheme])
    if unknown or len(options) != len(pairs):
        raise _bad(url, f"unknown or repeated option {', '.join(unknown)}".rstrip())
    if split.fragment or split.username or split.password:
        raise _bad(url, "has more than a printer URL may have")
    if split.scheme == "virtual" and (split.netloc or split.path):
        raise _bad(url, "virtual: has no address")
    found = profile_named(options.get("profile", profile))
    match options.get("code", found.symbology):
        case "aztec":
            return split, options, replace(found, symbology="aztec")
        case "qr":
            return split, options, replace(found, symbology="qr")
    raise _bad(url, "code is aztec or qr")


def _tcp(split: SplitResult, url: str) -> TcpOpener:
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
    return TcpOpener(split.hostname, port or 9100)


def _serial(split: SplitResult, options: dict[str, str], url: str) -> SerialOpener:
    device = unquote(split.netloc or split.path)  # serial://COM3 or serial:///dev/ttyS0
    if not device or device == "/":
        raise _bad(url, "serial:///dev/DEVICE?baud=115200")
    baud, flow = options.get("baud", "115200"), options.get("flow", "none")
    if not baud.isascii() or not baud.isdigit() or int(baud) not in _BAUDS:
        raise _bad(url, f"baud is one of {', '.join(map(str, _BAUDS))}")
    if flow not in FLOWS:
        raise _bad(url, f"flow is one of {', '.join(FLOWS)}")
    return SerialOpener(device, int(baud), flow)


def _path(split: SplitResult, url: str) -> Path:
    if split.netloc not in {"", "localhost"} or not split.path or split.path.endswith("/"):
        raise _bad(url, "file:///PATH/OF/A/FILE")
    path = Path(_native(split.path))
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
