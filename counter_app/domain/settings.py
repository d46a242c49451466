"""``DIR/counterfoil.toml``: what this window is set to. Every key has a default; a wrong one is refused by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from counter_app.errors import Reason, Refusal

SETTINGS_FILE: Final = "counterfoil.toml"
SETTINGS_BYTES_MAX: Final = 64 * 1024

FURTHER_PRINTERS: Final = ("receipt", "report", "spare")
MAIN_PRINTER: Final = "main"  # prints tickets, and whatever has no printer of its own
_PROFILE: Final = re.compile(r"^[A-Za-z0-9:._-]{1,60}$")
_CENTRAL_URL: Final = re.compile(r"^(https?://[^\s]{1,300})?$")
# No control characters: a message about it would move the cursor of the terminal that shows it.
_PRINTER_URL: Final = re.compile(r"^(tcp://|serial://|usb://|ipp://|cups:|file://|virtual:)[^\x00-\x1f\x7f-\x9f]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSettings:
    """``profile``: the model's abilities (docs/printing.md); an option ``?profile=`` of the URL wins.

    ``drawer``: the cash drawer hangs on this one.
    """

    url: str = "virtual:"
    profile: str = "thermal-80"
    drawer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSettings:
    language: str = "zh"
    code: str = "aztec"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSettings:
    language: str = "zh"
    theme: str = "light"
    scale_percent: int = 100
    auto_lock_minutes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    store: str = "auto"  # auto | keyring | file


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralSettings:
    """``url``: where central records are now, if they moved after this window enrolled; empty: where they were."""

    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    printer: PrinterSettings
    ticket: TicketSettings
    window: WindowSettings
    keys: KeySettings
    central: CentralSettings = CentralSettings()
    # Beside the main one, by name, in the order of FURTHER_PRINTERS.
    printers: Mapping[str, PrinterSettings] = field(default_factory=dict)

    @property
    def drawer(self) -> str:
        """The printer that the drawer hangs on, "" where no section says so."""
        named = {MAIN_PRINTER: self.printer, **self.printers}
        return next((name for name, one in named.items() if one.drawer), "")


DEFAULTS: Final = Settings(
    printer=PrinterSettings(), ticket=TicketSettings(), window=WindowSettings(), keys=KeySettings()
)


def parse_settings(text: str) -> Settings:
    """Raises Refusal(BAD_SETTING, key=…, detail=…) for a wrong type, value or unknown key; nothing is guessed."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits and nesting are no TOMLDecodeError
        raise Refusal(Reason.BAD_SETTING, key=SETTINGS_FILE, detail=str(error)) from error
    for section in document:
        if section not in {"printer", "ticket", "window", "keys", "central"}:
            raise _bad(section, "unknown section")
    printer = _Section(document, "printer")
    further = {name: one for name in FURTHER_PRINTERS if (one := printer.section(name)) is not None}
    ticket = _Section(document, "ticket")
    window = _Section(document, "window")
    keys = _Section(document, "keys")
    central = _Section(document, "central")
    default = DEFAULTS
    settings = Settings(
        printer=_printer(printer),
        printers={name: _printer(section) for name, section in further.items()},
        ticket=TicketSettings(
            language=ticket.word("language", default.ticket.language, ("zh", "en", "both")),
            code=ticket.word("code", default.ticket.code, ("aztec", "qr")),
        ),
        window=WindowSettings(
            language=window.word("language", default.window.language, ("zh", "en")),
            theme=window.word("theme", default.window.theme, ("light", "dark", "contrast")),
            scale_percent=window.between("scale_percent", default.window.scale_percent, 100, 200),
            auto_lock_minutes=window.between("auto_lock_minutes", default.window.auto_lock_minutes, 0, 480),
        ),
        keys=KeySettings(store=keys.word("store", default.keys.store, ("auto", "keyring", "file"))),
        central=CentralSettings(
            url=central.matching("url", default.central.url, _CENTRAL_URL, "https://host:port, or empty")
        ),
    )
    for section_reader in (printer, *further.values(), ticket, window, keys, central):
        section_reader.refuse_leftovers()
    with_drawer = [name for name, one in {MAIN_PRINTER: settings.printer, **settings.printers}.items() if one.drawer]
    if len(with_drawer) > 1:
        raise _bad("printer.drawer", "true at one printer at most, here at " + ", ".join(with_drawer))
    return settings


def _printer(section: _Section) -> PrinterSettings:
    default = DEFAULTS.printer
    return PrinterSettings(
        url=section.matching(
            "url",
            default.url,
            _PRINTER_URL,
            "tcp://host:9100, serial:///dev/ttyS0?baud=115200, usb://VID:PID, cups:NAME, file:///path or virtual:",
        ),
        profile=section.matching("profile", default.profile, _PROFILE, "a printer profile's name"),
        drawer=section.flag("drawer", default=default.drawer),
    )


_RECEIPTS_TO_BE: Final = """\
# [printer.receipt]        # receipts, slips and the drawer
# url = "tcp://192.0.2.10:9100"
# profile = "thermal-58"
"""
_RECEIPTS_SHOWN: Final = """\
[printer.receipt]          # receipts, slips and the drawer
url = "virtual:"

"""


def default_text(printer_url: str, *, demonstration: bool = False) -> str:
    """What ``init`` writes: the defaults, spelled out with a word on each. A demonstration shows two printers."""
    assert '"' not in printer_url
    d = DEFAULTS
    receipts = _RECEIPTS_SHOWN if demonstration and printer_url == d.printer.url else _RECEIPTS_TO_BE
    return f"""\
# Settings of this window. Read at start; a wrong key or value is refused with its name.

[printer]
url = "{printer_url}"          # tcp://host:9100 | serial:///dev/ttyS0 | usb://04b8:0e15 | cups:NAME | virtual:
profile = "{d.printer.profile}"    # thermal-80, thermal-58, epson-80, epson-58, listening-80, ...: docs/printing.md
# drawer = true            # the cash drawer hangs on this one; else on the printer of receipts

# Printers of their own for some papers; what has none is printed by the one above.
{receipts}# [printer.report]         # X and Z reports, group lists
# url = "tcp://192.0.2.11:9100"
# [printer.spare]          # nothing by itself: for papers that the clerk sends there
# url = "usb://04b8:0e15"

[ticket]
language = "{d.ticket.language}"             # zh | en | both: the language of paper
code = "{d.ticket.code}"              # aztec | qr

[window]
language = "{d.window.language}"             # zh | en
theme = "{d.window.theme}"             # light | dark | contrast
scale_percent = {d.window.scale_percent}         # 100 to 200
auto_lock_minutes = {d.window.auto_lock_minutes}      # 0: never

[keys]
store = "{d.keys.store}"              # auto | keyring | file: where private keys are kept
"""


def _bad(key: str, detail: str) -> Refusal:
    return Refusal(Reason.BAD_SETTING, key=key, detail=detail)


class _Section:
    def __init__(self, document: Mapping[str, object], name: str, inside: str = "") -> None:
        found = document.get(name, {})
        self._name = f"{inside}.{name}" if inside else name
        if not isinstance(found, dict):
            raise _bad(self._name, "must be a section")
        self._values: dict[str, object] = dict(found)

    def section(self, name: str) -> _Section | None:
        """Of its own in this one; None where there is none."""
        return _Section({name: self._values.pop(name)}, name, self._name) if name in self._values else None

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._take(key, default)
        if type(value) is not bool:
            raise _bad(f"{self._name}.{key}", "true or false")
        return value

    def _take(self, key: str, default: object) -> object:
        return self._values.pop(key, default)

    def word(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or value not in allowed:
            raise _bad(f"{self._name}.{key}", "one of " + ", ".join(allowed))
        return value

    def matching(self, key: str, default: str, pattern: re.Pattern[str], shape: str) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or not pattern.match(value) or len(value) > 500:
            raise _bad(f"{self._name}.{key}", shape)
        return value

    def between(self, key: str, default: int, low: int, high: int) -> int:
        value = self._take(key, default)
        if type(value) is not int or not low <= value <= high:
            raise _bad(f"{self._name}.{key}", f"{low} to {high}")
        return value

    def refuse_leftovers(self) -> None:
        for key in self._values:
            raise _bad(f"{self._name}.{key}", "unknown key")
