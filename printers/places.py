"""What a printer's address opens, however it is spelled: two that open the same device are one printer.

A second conversation with a printer in the middle of a job would put its questions among the job's dots.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from printers.transports.base import Limit, LinkBroken
from printers.transports.tcp import resolved

RAW_PORT: Final = 9100
IPP_PORT: Final = 631
HERE: Final = "this machine"


@dataclass(frozen=True, slots=True)
class Place:
    """``keys``: names of what is opened, each enough by itself. ``usb``: vendor, product and serial number, of which an
    empty one stands for any.
    """

    keys: frozenset[tuple[str, ...]] = frozenset()
    usb: tuple[str, str] | None = None

    @property
    def network(self) -> str:
        """``tcp`` or ``ipp``, "" where no name server can have a word about it."""
        return next((key[0] for key in self.keys if key[0] in {"tcp", "ipp"}), "")

    def same(self, other: Place) -> bool:
        if self.keys & other.keys:
            return True
        if self.usb is None or other.usb is None or (self.keys and other.keys):
            return False
        (kind, serial), (their_kind, their_serial) = self.usb, other.usb
        return kind == their_kind and (serial == their_serial or not serial or not their_serial)


NOWHERE: Final = Place()


def place_of(url: str, *, resolve_s: float = 0.0, stop: Event | None = None) -> Place:
    """``resolve_s``: how long the name server may take; with 0 a name is compared as a name. Raises nothing.

    An address that cannot be is nowhere, and nowhere is the same as nothing.
    """
    try:
        split = urlsplit(url.strip())
        port = split.port if split.scheme in {"tcp", "ipp"} else None
    except ValueError:
        return NOWHERE
    match split.scheme:
        case "tcp":
            return Place(_hosts(split.hostname, port or RAW_PORT, "tcp", resolve_s, stop))
        case "ipp":
            return Place(_queue(split.hostname, port or IPP_PORT, split.path, resolve_s, stop))
        case "cups":
            return Place(_queue("localhost", IPP_PORT, f"/printers/{split.path}", resolve_s, stop))
        case "usb":
            return _usb(split)
        case "serial":
            return Place(_device(unquote(split.netloc or split.path)))
        case "file":
            return _file(unquote(split.path))
        case "virtual":
            return Place(frozenset({("virtual",)}))
    return NOWHERE


def _hosts(host: str | None, port: int, kind: str, resolve_s: float, stop: Event | None) -> frozenset[tuple[str, ...]]:
    """By name, and by each address of it. All addresses of this machine are one: a printer behind one port of it."""
    if not host:
        return frozenset()
    name = host.lower().rstrip(".")
    keys = {(kind, name, str(port))}
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3
        return frozenset({*keys, (kind, HERE, str(port))})
    try:
        keys.add((kind, _address(name), str(port)))
    except ValueError:
        if resolve_s > 0:
            keys |= {(kind, address, str(port)) for address in _looked_up(name, port, resolve_s, stop)}
    return frozenset(keys)


def _looked_up(name: str, port: int, resolve_s: float, stop: Event | None) -> list[str]:
    try:
        found = resolved(name, port, Limit(resolve_s, stop or Event()))
    except (OSError, UnicodeError, LinkBroken):
        return []
    return [_address(str(where[0])) for _family, where in found]


def _address(text: str) -> str:
    """One spelling of an address. Raises ``ValueError``: it is a name."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_unspecified or address.is_loopback or _is_ours(str(address)):
        return HERE
    return str(address)


def _is_ours(address: str) -> bool:
    """Only an address of this machine can be bound to; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as line:
            line.bind((address, 0))
    except OSError:
        return False
    return True


def _queue(host: str | None, port: int, path: str, resolve_s: float, stop: Event | None) -> frozenset[tuple[str, ...]]:
    """Names of queues are the same in capitals (CUPS)."""
    queue = path.rstrip("/").lower()
    return frozenset((*key, queue) for key in _hosts(host, port, "ipp", resolve_s, stop))


def _usb(split: SplitResult) -> Place:
    serial = unquote(split.path.removeprefix("/"))
    return Place(usb=(split.netloc.lower(), serial))


def _device(path: str) -> frozenset[tuple[str, ...]]:
    """The file behind all links, and the device that it stands for: two files may stand for one."""
    if not path.startswith("/"):  # COM3, in any spelling that Windows takes
        return frozenset({("port", path.upper().removeprefix("\\\\.\\"))}) if path else frozenset()
    if not path.isprintable():
        return frozenset()
    keys: set[tuple[str, ...]] = {("path", os.path.realpath(path))}
    try:
        found = Path(path).stat()
    except OSError:
        return frozenset(keys)
    if stat.S_ISCHR(found.st_mode):
        keys.add(("device", str(found.st_rdev)))
    else:
        keys.add(("file", str(found.st_dev), str(found.st_ino)))
    return frozenset(keys)


def _file(path: str) -> Place:
    """``/dev/usb/lp0`` is a printer on the bus, which may be named by its numbers as well (Linux)."""
    keys = _device(path)
    for key in keys:
        if key[0] != "device":
            continue
        number = int(key[1])
        device = Path(f"/sys/dev/char/{os.major(number)}:{os.minor(number)}/device")
        vendor, product = _told(device / ".." / "idVendor"), _told(device / ".." / "idProduct")
        if vendor and product:
            return Place(keys, (f"{vendor}:{product}", _told(device / ".." / "serial")))
    return Place(keys)


def _told(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
