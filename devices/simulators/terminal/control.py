"""The control lines: a line of text in, ``ok …`` or ``error …`` out. Tests, the demonstration and people use them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TextIO

from devices.simulators.terminal.books import Entry
from devices.simulators.terminal.dialogue import KEYS
from devices.simulators.terminal.faults import FAULTS, POINTS
from devices.simulators.terminal.receipts import amount_text
from devices.simulators.terminal.serve import TerminalSimulator

LINE_MAX: Final = 1_000
HELP: Final = (
    "FAULT [VALUE|off]; next [FAULT=VALUE …] for one transaction; clear; press KEY, or the key alone; status; books; "
    "last; show; power; quit"
)


def obey(terminal: TerminalSimulator, lines: Iterable[str], out: TextIO) -> bool:
    """True once it was told to quit."""
    for line in lines:
        words = line[:LINE_MAX].split()
        if not words:
            continue
        if words == ["quit"]:
            return True
        try:
            said = f"ok {_obeyed(terminal, words)}".rstrip()
        except ValueError as trouble:
            said = f"error {trouble}"
        out.write(said + "\n")
        out.flush()
    return False


def _obeyed(terminal: TerminalSimulator, words: list[str]) -> str:
    match words:
        case ["help"]:
            return f"{HELP}; keys: {', '.join(KEYS)}; faults: {', '.join(FAULTS)}; points: {', '.join(POINTS)}"
        case ["status"]:
            return _status(terminal)
        case ["books"]:
            return " | ".join(_entry(one) for one in terminal.books.batch)
        case ["last"]:
            last = terminal.books.last
            return "none" if last is None else _entry(last)
        case ["show"]:
            return " / ".join(terminal.showing)
        case ["clear"]:
            terminal.faults.values.clear()
            return str(terminal.faults)
        case ["next", *plan]:
            terminal.plan(" ".join(plan))
            return "for one transaction"
        case ["power"]:
            terminal.cut_power()
            return ""
        case ["press", key]:
            return _pressed(terminal, key)
        case [key] | ["pin", key] if key in KEYS or f"pin-{key}" in KEYS:
            return _pressed(terminal, key if key in KEYS else f"pin-{key}")
        case [name, value]:
            terminal.faults.set(name, value)
        case [name]:
            name, _, value = name.partition("=")
            terminal.faults.set(name, value)
        case _:
            raise ValueError(HELP)
    return str(terminal.faults)


def _pressed(terminal: TerminalSimulator, key: str) -> str:
    if not terminal.press(key):
        raise ValueError("nobody is paying")
    return key


def _status(terminal: TerminalSimulator) -> str:
    last = terminal.books.last
    stored = sum(one.state == "stored" for one in terminal.books.batch)
    return (
        f"{'paying' if terminal.under_way else 'idle'} registered={'yes' if terminal.is_registered else 'no'} "
        f"stored={stored} last={0 if last is None else last.receipt:04d} {terminal.faults}"
    )


def _entry(entry: Entry) -> str:
    return (
        f"{entry.kind} {entry.state} receipt={entry.receipt:04d} trace={entry.trace:06d} "
        f"amount={amount_text(entry.amount_minor)} result={entry.result:02X} card={entry.card_number}"
    )
