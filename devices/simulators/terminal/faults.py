"""What the terminal does wrong, or otherwise than the next make, when it is told to: for good, or for one transaction.

``FAULTS`` is the whole list: the command line, the control lines and the documentation are made of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

POINTS: Final = {
    "start": "the command is here, nothing is answered",
    "ack": "80 00 00 is sent",
    "intermediate": "the first 04 FF is sent (or would be)",
    "pin": "the customer begins to enter the PIN",
    "host": "approved, nothing of it is told",
    "status": "04 0F is sent",
    "acknowledged": "04 0F is acknowledged, the transaction stored",
    "print": "the first print line is sent",
    "completion": "06 0F is next",
    "completed": "06 0F is sent",
}
_SWITCH, _COUNT, _SECONDS, _CODE, _POINT, _DIGITS = "on|off", "COUNT", "SECONDS", "HEX", "POINT", "DIGITS"

FAULTS: Final[dict[str, tuple[str, str]]] = {
    # what the card or its bank says
    "decline": (_CODE, "04 0F with this result code, then 06 1E with it"),
    "abort_code": (_CODE, "06 1E with this code, no 04 0F before it"),
    "bare_abort": (_SWITCH, "06 1E without a code, no 04 0F before it"),
    "reject": (_CODE, "84 and this code at once, in place of 80 00 00"),
    # the customer
    "wrong_pin": (_COUNT, "the first so many PINs are wrong; the third wrong one ends it"),
    "pin_pause": (_SECONDS, "thinks so long before the PIN"),
    "customer_aborts": (_SWITCH, "presses stop at the PIN: 6C"),
    "no_card": (_SWITCH, "shows no card until time is up: 6C"),
    "card_removed": (_SWITCH, "pulls the card out too early: 64"),
    "card_left": (_SWITCH, "leaves the card in: the enquiry answers DC until it is removed"),
    # the line and the power, at a point
    "drop": (_POINT, "the connection is closed (serial: the cable is out) at this point"),
    "silence": (_POINT, "nothing more is sent from this point to the transaction's end"),
    "power_cut": (_POINT, "power is gone at this point: what was not acknowledged is forgotten"),
    "slow": (_SECONDS, "every message is so late"),
    # untrue messages
    "unmasked": (_SWITCH, "22 carries the whole card number"),
    "tracks": (_SWITCH, "23 and 24 carry track data"),
    "stale": (_SWITCH, "04 0F is the last transaction's; nothing is performed"),
    "phantom": (_SWITCH, "04 0F approves under the last receipt number; nothing is performed"),
    "unperformed": (_SWITCH, "nothing is performed, nothing told after 80 00 00: the last one stays the last"),
    "other_amount": (_SWITCH, "04 0F names another amount"),
    "other_receipt": (_SWITCH, "04 0F names another receipt and another original"),
    "reverses_last": (_SWITCH, "a reversal reverses the last payment, whichever was named"),
    "terminal_id": (_DIGITS, "another terminal answers: 8 digits"),
    "clock": (_SECONDS, "the terminal's clock is so far ahead (negative: behind)"),
    "uninitialised": (_SWITCH, "wants an initialisation (06 93) first: status 51"),
    "busy": (_COUNT, "the next so many commands are answered 84 9C 00"),
    "enquiry": (_CODE, "what the status enquiry answers, whatever is true"),
    "says_ready": (_SWITCH, "while a customer acts, enquiry and repeat answer as if nobody did"),
    # other makes
    "keeps": (_SWITCH, "what the till did not acknowledge is kept, not reversed"),
    "aborts_on_loss": (_SWITCH, "a lost connection ends the transaction while the customer acts"),
    "commits_on_print": (_SWITCH, "stored only when every print line is acknowledged too"),
    "echoes_receipt": (_SWITCH, "a reversal's 87 is the receipt that it reverses, not one of its own"),
    # bytes
    "glue": (_SWITCH, "80 00 00 goes out together with the message after it"),
    "single": (_SWITCH, "one byte at a time"),
    "long": (_COUNT, "04 0F is lengthened to so many bytes of data"),
    "garbage": (_COUNT, "so many bytes of noise before the next message"),
    "bad_crc": (_COUNT, "serial: so many blocks go out with a wrong check sum"),
    "nak": (_COUNT, "serial: so many blocks that come in are answered 15"),
    "mute_ack": (_COUNT, "serial: so many blocks that come in get no 06"),
    "twice": (_COUNT, "serial: so many blocks go out twice"),
}
_MAX: Final = 100_000
Value = bool | int | float | str


def parse(name: str, text: str) -> Value | None:
    """The value of a fault, None for off. Raises ``ValueError`` in words."""
    if name not in FAULTS:
        raise ValueError(f"no fault {name}: {', '.join(FAULTS)}")
    kind = FAULTS[name][0]
    if text == "off":
        return None
    if kind == _SWITCH:
        if text not in {"on", ""}:
            raise ValueError(f"{name} is on or off")
        return True
    return _valued(name, kind, text)


def _valued(name: str, kind: str, text: str) -> Value:
    match kind:
        case "POINT" if text in POINTS:
            return text
        case "POINT":
            raise ValueError(f"{name} takes one of {', '.join(POINTS)}")
        case "HEX" if len(text) == 2 and set(text.lower()) <= set("0123456789abcdef"):
            return int(text, 16)
        case "DIGITS" if len(text) == 8 and text.isascii() and text.isdigit():
            return text
        case "COUNT" if text.isascii() and text.isdigit() and int(text) <= _MAX:
            return int(text)
        case "SECONDS":
            try:
                seconds = float(text)
            except ValueError:
                seconds = math.nan
            if abs(seconds) <= _MAX and (seconds >= 0 or name == "clock"):
                return seconds
    raise ValueError(f"{name} takes {kind}, or off")


def parse_plan(words: list[str]) -> dict[str, Value]:
    """``decline=05 drop=ack unmasked``: what one transaction shall do."""
    plan: dict[str, Value] = {}
    for word in words:
        name, _, text = word.partition("=")
        value = parse(name, text)
        if value is not None:
            plan[name] = value
    return plan


@dataclass(slots=True)
class Faults:
    """``base`` is what holds for good where this one, a transaction's, says nothing."""

    values: dict[str, Value] = field(default_factory=dict)
    base: Faults | None = None

    def set(self, name: str, text: str) -> None:
        value = parse(name, text)
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def on(self, name: str) -> bool:
        return self._get(name) is not None

    def at(self, name: str, point: str) -> bool:
        return self._get(name) == point

    def number(self, name: str) -> float:
        value = self._get(name)
        return value if isinstance(value, (int, float)) else 0

    def code(self, name: str) -> int | None:
        value = self._get(name)
        return value if isinstance(value, int) else None

    def text(self, name: str) -> str:
        value = self._get(name)
        return value if isinstance(value, str) else ""

    def take(self, name: str) -> bool:
        """One less of a counted fault; True where there was one."""
        for layer in (self, self.base):
            if layer is None:
                continue
            left = layer.values.get(name)
            if isinstance(left, int) and left > 0:
                layer.values[name] = left - 1
                if left == 1:
                    del layer.values[name]
                return True
        return False

    def spend(self, name: str) -> int:
        """The whole of a counted fault, used up."""
        for layer in (self, self.base):
            if layer is not None and name in layer.values:
                return int(layer.values.pop(name))
        return 0

    def _get(self, name: str) -> Value | None:
        assert name in FAULTS
        if name in self.values:
            return self.values[name]
        return None if self.base is None else self.base._get(name)  # noqa: SLF001 - its own kind

    def __str__(self) -> str:
        shown = {name: "on" if value is True else value for name, value in sorted(self.values.items())}
        coded = {name: f"{value:02X}" if FAULTS[name][0] == _CODE else value for name, value in shown.items()}
        return ",".join(f"{name}={value}" for name, value in coded.items()) or "no faults"
