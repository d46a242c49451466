"""``DIR/devices.toml``: which devices stand at this window. A missing section: there is no such device.

Strict like the other settings: an unknown key or a wrong value is refused with its line. Nothing is opened here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from counter_app.domain.policyfile import Section
from counter_app.errors import Reason, Refusal

DEVICES_FILE: Final = "devices.toml"
DEVICES_BYTES_MAX: Final = 64 * 1024
BAUDS: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
ZVT_PORT: Final = 20007
SCAN_LENGTH_MAX: Final = 4096
ADVERTS_MAX: Final = 50

T = TypeVar("T")
_PASSWORD: Final = re.compile(r"[0-9]{6}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_HOST: Final = re.compile(r"[A-Za-z0-9:._-]{1,253}")
_DEVICE: Final = re.compile(r"/[^\s?#\x00-\x1f]{1,250}|COM[1-9][0-9]{0,2}")
_FRAME: Final = re.compile(r"[\x01-\x7e]{0,8}")
_PATH: Final = re.compile(r"[^\x00-\x1f\x7f]{1,500}")
_SCREEN: Final = re.compile(r"[^\x00-\x1f\x7f]{0,100}")


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """``baud`` None: as the kind of device has it from the factory."""

    device: str
    baud: int | None = None

    def __str__(self) -> str:
        speed = f"?baud={self.baud}" if self.baud is not None else ""
        return f"serial://{self.device}{speed}"


Address = TcpAddress | SerialAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSettings:
    """A card terminal. ``currency`` empty: that of the profile. ``prints``: who prints, ``counter`` or ``terminal``.
    ``merchant_slip``: ``always``, or ``signed``: the merchant's slip is printed only where the customer signs it.

    The four times are the protocol's own (T1 between two bytes, T2 acknowledgement, T3 answer, T4 the customer), in
    milliseconds.
    """

    address: Address
    kind: str = "zvt"
    name: str = "card"
    password: str = field(default="000000", repr=False)
    currency: str = ""
    prints: str = "counter"
    merchant_slip: str = "always"
    t1_ms: int = 200
    t2_ms: int = 5_000
    t3_ms: int = 5_000
    t4_ms: int = 180_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySettings:
    """A customer display of two lines. ``encoding``: what characters the display itself has."""

    address: Address
    kind: str = "cd5220"
    encoding: str = "ascii"
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """A scanner or a reader of documents. ``address`` None: it types like a keyboard (``kind`` wedge).

    ``suffix`` ends each code and is never empty: without it half a code looks whole. ``silence_ms``: after so long
    without its suffix what came is dropped. ``burst_ms``: longest pause between two keys of a wedge.
    """

    kind: str
    address: Address | None = None
    prefix: str = ""
    suffix: str = "\r"
    length_max: int = 1024
    silence_ms: int = 500
    burst_ms: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWindowSettings:
    """``screen``: the monitor's name as the system gives it, empty: the one that the window is not on.

    ``adverts``: a folder of the operator's pictures (PNG, JPEG), relative to the profile's folder; empty: none.
    """

    open_at_start: bool = False
    screen: str = ""
    language: str = "both"
    adverts: str = ""
    advert_s: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """None: there is no such device."""

    terminal: TerminalSettings | None = None
    customer_display: DisplaySettings | None = None
    scanner: ReaderSettings | None = None
    id_reader: ReaderSettings | None = None
    customer_window: CustomerWindowSettings | None = None


NO_DEVICES: Final = DeviceSettings()


def parse_devices(text: str) -> DeviceSettings:
    """Raises Refusal(BAD_SETTING, key=…, detail="line 7: …", line=7)."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits and nesting are no TOMLDecodeError
        raise Refusal(Reason.BAD_SETTING, key=DEVICES_FILE, detail=str(error)) from error
    try:
        root = Section(document, "")
        found = DeviceSettings(
            terminal=_optional(root, "terminal", _terminal),
            customer_display=_optional(root, "customer_display", _display),
            scanner=_optional(root, "scanner", lambda section: _reader(section, length_max=1024)),
            id_reader=_optional(root, "id_reader", lambda section: _reader(section, length_max=256)),
            customer_window=_optional(root, "customer_window", _window),
        )
        root.refuse_leftovers()
    except Refusal as refusal:
        key = str(refusal.facts.get("key", DEVICES_FILE))
        line = line_of(text, key)
        raise Refusal(
            Reason.BAD_SETTING,
            key=key,
            detail=f"{DEVICES_FILE} line {line}: {refusal.facts.get('detail', '')}",
            line=line,
        ) from refusal
    return found


def line_of(text: str, key: str) -> int:
    """Where ``section.key`` stands, from 1; where it is missing, its section; else 1."""
    section, _, name = key.partition(".")
    head = re.compile(rf"""\s*\[\s*["']?{re.escape(section)}["']?\s*\]""")
    entry = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""") if name else None
    top = re.compile(rf"""\s*["']?{re.escape(section)}["']?\s*[=.]""")
    found, inside = 1, False
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\s*\[", line):
            inside = head.match(line) is not None
            found = number if inside else found
        elif inside and entry is not None and entry.match(line):
            return number
        elif found == 1 and not inside and top.match(line):
            found = number
    return found


def parse_address(text: str, key: str, *, default_port: int | None = None) -> Address:
    """``tcp://HOST:PORT``, ``serial:///dev/ttyUSB0?baud=9600``, ``serial://COM3``. Raises Refusal(BAD_SETTING)."""
    try:
        split = urlsplit(text)
        port = split.port if split.scheme == "tcp" else None
        options = dict(parse_qsl(split.query, keep_blank_values=True, strict_parsing=bool(split.query)))
    except ValueError as trouble:
        raise _bad(key, "no address: tcp://HOST:PORT or serial:///dev/DEVICE?baud=9600") from trouble
    if split.fragment or split.username or split.password:
        raise _bad(key, "has more than an address may have")
    if split.scheme == "tcp":
        port = port if port is not None else default_port
        host = split.hostname or ""
        if not _HOST.fullmatch(host) or not port or split.path not in {"", "/"} or options:
            raise _bad(key, "tcp://HOST:PORT, the port from 1 to 65535")
        return TcpAddress(host, port)
    if split.scheme == "serial":
        device = unquote(split.netloc or split.path)
        baud = options.pop("baud", None)
        if not _DEVICE.fullmatch(device) or options:
            raise _bad(key, "serial:///dev/DEVICE?baud=9600 or serial://COM3")
        if baud is not None and baud not in map(str, BAUDS):
            raise _bad(key, f"baud is one of {', '.join(map(str, BAUDS))}")
        return SerialAddress(device, int(baud) if baud is not None else None)
    raise _bad(key, "starts with neither tcp:// nor serial://")


def example_text() -> str:
    """What ``counterfoil devices example`` prints: every key with its default, all sections switched off."""
    return """\
# Devices of this window: DIR/devices.toml. Read at start; a wrong key or value is refused with its line.
# Take away the # before a section and its keys where there is such a device.

#[terminal]
#kind = "zvt"
#address = "tcp://192.168.1.50:20007"    # or serial:///dev/ttyUSB0?baud=9600
#name = "card"
#password = "000000"                     # the terminal's merchant password, 6 digits
#currency = ""                           # ISO 4217; empty: the profile's
#prints = "counter"                      # counter | terminal: who prints its slips
#merchant_slip = "always"                # always | signed: the merchant's slip only where the customer signs it
#t1_ms = 200
#t2_ms = 5000
#t3_ms = 5000
#t4_ms = 180000

#[customer_display]
#kind = "cd5220"                         # cd5220 | epson
#address = "serial:///dev/ttyUSB1?baud=9600"
#encoding = "ascii"                      # ascii | cp437 | cp858 | gbk: what the display itself can show
#language = "en"                         # zh | en

#[scanner]
#kind = "serial"                         # serial | wedge (types like a keyboard; no address)
#address = "serial:///dev/ttyACM0?baud=9600"
#prefix = ""
#suffix = "\\r"                           # never empty: without it half a code looks whole
#length_max = 1024
#silence_ms = 500                        # without its suffix after so long: dropped
#burst_ms = 50                           # wedge: the longest pause between two keys

#[id_reader]
#kind = "serial"
#address = "serial:///dev/ttyACM1?baud=9600"
#suffix = "\\r"

#[customer_window]
#open_at_start = true
#screen = ""                             # name of the monitor; empty: the one that this window is not on
#language = "both"                       # zh | en | both
#adverts = "adverts"                     # a folder of PNG and JPEG pictures; empty: none
#advert_s = 12
"""


def _optional(root: Section, name: str, read: Callable[[Section], T]) -> T | None:
    if not root.has(name):
        return None
    section = root.section(name)
    found = read(section)
    section.refuse_leftovers()
    return found


def _word(section: Section, key: str, allowed: tuple[str, ...]) -> str:
    """The first one where the key is missing."""
    return section.word(key, allowed) if section.has(key) else allowed[0]


def _number(section: Section, key: str, default: int, low: int, high: int) -> int:
    return section.between(key, low, high) if section.has(key) else default


def _match(section: Section, key: str, default: str, pattern: re.Pattern[str]) -> str:
    return section.matching(key, pattern) if section.has(key) else default


def _terminal(section: Section) -> TerminalSettings:
    return TerminalSettings(
        kind=_word(section, "kind", ("zvt",)),
        address=parse_address(section.text("address"), "terminal.address", default_port=ZVT_PORT),
        name=_match(section, "name", "card", re.compile(r"[A-Za-z0-9._-]{1,40}")),
        password=_match(section, "password", "000000", _PASSWORD),
        currency=_match(section, "currency", "", re.compile(rf"({_CURRENCY.pattern})?")),
        prints=_word(section, "prints", ("counter", "terminal")),
        merchant_slip=_word(section, "merchant_slip", ("always", "signed")),
        t1_ms=_number(section, "t1_ms", 200, 50, 10_000),
        t2_ms=_number(section, "t2_ms", 5_000, 500, 60_000),
        t3_ms=_number(section, "t3_ms", 5_000, 500, 60_000),
        t4_ms=_number(section, "t4_ms", 180_000, 10_000, 600_000),
    )


def _display(section: Section) -> DisplaySettings:
    found = DisplaySettings(
        kind=_word(section, "kind", ("cd5220", "epson")),
        address=parse_address(section.text("address"), "customer_display.address"),
        encoding=_word(section, "encoding", ("ascii", "cp437", "cp858", "gbk")),
        language=_word(section, "language", ("en", "zh")),
    )
    if found.language == "zh" and found.encoding != "gbk":
        raise _bad("customer_display.language", "zh needs a display with Chinese characters: encoding gbk")
    return found


def _reader(section: Section, *, length_max: int) -> ReaderSettings:
    kind = _word(section, "kind", ("serial", "wedge"))
    name = section.name
    address: Address | None = None
    if kind == "serial":
        address = parse_address(section.text("address"), f"{name}.address")
    suffix = _match(section, "suffix", "\r", _FRAME)
    if not suffix:
        raise _bad(
            f"{name}.suffix", "a scanner must end each code, usually with \\r: without it half a code looks whole"
        )
    prefix = _match(section, "prefix", "", _FRAME)
    if kind == "wedge" and suffix not in {"\r", "\n", "\t"}:
        raise _bad(f"{name}.suffix", "a wedge ends with \\r (Enter), \\n or \\t (Tab)")
    if suffix in prefix or (prefix and prefix in suffix):
        raise _bad(f"{name}.prefix", "and suffix must differ")
    return ReaderSettings(
        kind=kind,
        address=address,
        prefix=prefix,
        suffix=suffix,
        length_max=_number(section, "length_max", length_max, 8, SCAN_LENGTH_MAX),
        silence_ms=_number(section, "silence_ms", 500, 50, 5_000),
        burst_ms=_number(section, "burst_ms", 50, 5, 500),
    )


def _window(section: Section) -> CustomerWindowSettings:
    return CustomerWindowSettings(
        open_at_start=section.flag("open_at_start") if section.has("open_at_start") else False,
        screen=_match(section, "screen", "", _SCREEN),
        language=_word(section, "language", ("both", "zh", "en")),
        adverts=_match(section, "adverts", "", _PATH),
        advert_s=_number(section, "advert_s", 12, 3, 600),
    )


def _bad(key: str, detail: str) -> Refusal:
    return Refusal(Reason.BAD_SETTING, key=key, detail=detail)
