"""Printers within reach: on USB, at serial ports, in this machine's queues, and at hosts that are named.

Nothing is sent to what may be no printer: USB devices are told by their descriptors, serial ports are only listed,
and no network is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Final
from urllib.parse import quote

from printers.places import IPP_PORT, RAW_PORT
from printers.transports import ipp
from printers.transports.base import Limit, LinkBroken
from printers.transports.cups import queue_names
from printers.transports.tcp import connected
from printers.transports.usb import NoUsb, system_bus, usb_printers

HOSTS_MAX: Final = 32
FOUND_MAX: Final = 200
_SLICE_S: Final = 0.05
# What a printer calls itself, in capitals, and the profile that fits; the first that is contained counts.
_MODELS: Final = (
    ("TM-T88VI", "epson-tm-t88vi"),
    ("TM-T20III", "epson-tm-t20iii"),
    ("TM-M30II", "epson-tm-m30ii"),
    ("TM-T82III", "epson-tm-t82iii"),
    ("TM-T88", "epson-80-512"),
    ("TM-T20", "epson-80"),
    ("TM-", "epson-80"),
    ("MC-PRINT3", "star-mc-print3"),
    ("MCP3", "star-mc-print3"),
    ("SRP-350", "bixolon-srp-350iii"),
    ("CT-S310", "citizen-ct-s310ii"),
    ("GP-L80180", "gprinter-gp-l80180"),
    ("XP-N160", "xprinter-xp-n160ii"),
    ("XP-80", "xprinter-xp-n160ii"),
    ("RP80", "rongta-rp80"),
    ("BTP-R880", "snbc-btp-r880np"),
    ("TP80K", "hprt-tp80k"),
    ("58", "thermal-58"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``url``: for the settings. ``profile``: a guess by the model's name, "" for none. ``how``: usb | serial | cups |
    tcp. ``sure``: it is known to be a printer; a serial port may be anything.
    """

    url: str
    name: str
    profile: str
    how: str
    sure: bool


def find_printers(
    timeout_s: float,
    *,
    stop: Event | None = None,
    hosts: Iterable[str] = (),
    spooler: tuple[str, int] = ("localhost", IPP_PORT),
    usb_bus: Callable[[], Any] = system_bus,
) -> list[Found]:
    """What was found within ``timeout_s``; ``stop`` ends it sooner. Raises nothing: where it can't look, it finds none.

    ``hosts``: names or addresses of which the raw port (9100) is tried: connected to, and nothing sent.
    """
    stop = stop or Event()
    limit = Limit(timeout_s, stop)
    looks: list[Callable[[], list[Found]]] = [
        lambda: _usb(usb_bus),
        _serial,
        lambda: _queues(spooler, limit, stop),
        *(_host_look(host, limit) for host in list(dict.fromkeys(hosts))[:HOSTS_MAX]),
    ]
    answers: Queue[tuple[int, list[Found]]] = Queue()
    for number, look in enumerate(looks):
        # Each in a thread of its own: a hub that hangs, or a dead name server, must not hold up the others.
        Thread(target=_look, args=(number, look, answers), daemon=True, name="find-printers").start()
    found: dict[int, list[Found]] = {}
    while len(found) < len(looks) and not limit.over and not stop.is_set():
        try:
            number, some = answers.get(timeout=max(0.001, min(_SLICE_S, limit.left_s)))
        except Empty:
            continue
        found[number] = some
    return [one for number in sorted(found) for one in found[number]][:FOUND_MAX]


def profile_for(model: str) -> str:
    """A guess by what a printer calls itself: "EPSON TM-T20III" → epson-tm-t20iii; "" for none."""
    told = model.upper()
    return next((profile for part, profile in _MODELS if part in told), "")


def _look(number: int, look: Callable[[], list[Found]], answers: Queue[tuple[int, list[Found]]]) -> None:
    try:
        answers.put((number, look()))
    except Exception:  # noqa: BLE001 - a foreign library's own troubles: it found none
        answers.put((number, []))


def _usb(bus: Callable[[], Any]) -> list[Found]:
    try:
        printers = usb_printers(bus)
    except NoUsb:
        return []
    return [
        Found(url=one.url, name=one.model or one.url, profile=profile_for(one.model), how="usb", sure=True)
        for one in printers
    ]


def _serial() -> list[Found]:
    """Listed by the system, not opened: behind one may be a scale, a card terminal or a modem."""
    from serial.tools import list_ports  # noqa: PLC0415

    found = []
    for port in list_ports.comports():
        if port.device.startswith("/dev/ttyS") and port.hwid in {"n/a", "", None}:
            continue  # a port of the board that nothing is known of: there are 32 of them on any machine
        name = port.description if port.description not in {"n/a", "", None} else port.device
        told = " ".join(str(part) for part in (port.manufacturer, port.product) if part)
        guess = profile_for(told)
        found.append(
            Found(url=f"serial://{quote(port.device)}", name=str(name), profile=guess, how="serial", sure=False)
        )
    return found


def _queues(spooler: tuple[str, int], limit: Limit, stop: Event) -> list[Found]:
    host, port = spooler
    here = host == "localhost" and port == IPP_PORT
    try:
        queues = queue_names(host, port, within_s=max(0.05, limit.left_s), stop=stop)
    except (OSError, UnicodeError, ipp.BadAnswer, LinkBroken):
        return []
    return [
        Found(
            url=f"cups:{name}" if here else f"ipp://{host}:{port}/printers/{name}",
            name=f"{name} ({make})" if make else name,
            profile=profile_for(make),
            how="cups",
            sure=True,
        )
        for name, make in queues
    ]


def _host_look(host: str, limit: Limit) -> Callable[[], list[Found]]:
    def look() -> list[Found]:
        try:
            connected(host, RAW_PORT, limit).close()
        except (OSError, UnicodeError, LinkBroken):
            return []
        shown = f"[{host}]" if ":" in host else host
        return [Found(url=f"tcp://{shown}:{RAW_PORT}", name=shown, profile="", how="tcp", sure=False)]

    return look
