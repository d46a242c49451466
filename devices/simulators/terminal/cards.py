"""The cards that a simulated customer may bring. Their numbers are the schemes' public test numbers, no one's card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.simulators.terminal.apdu import MalformedError

BUCKETS: Final = ("girocard", "jcb", "eurocard", "amex", "visa", "diners", "other")  # the order of field 60


@dataclass(frozen=True, slots=True)
class Card:
    """``kind`` is the ZVT card-type id (PA00P015, chapter 12), ``bucket`` its place in the totals of an end of day."""

    name: str
    kind: int
    bucket: str
    number: str
    aid: str

    @property
    def masked(self) -> str:
        return mask(self.number)


def mask(number: str) -> str:
    return "*" * (len(number) - 4) + number[-4:]


def packed(number: str) -> bytes:
    """Field 22: a masked digit is E, an odd number of digits ends in F."""
    text = number.replace("*", "E")
    if not text or any(char not in "0123456789ED" for char in text):
        raise MalformedError("not a card number")
    return bytes.fromhex(text + "F" * (len(text) % 2))


CARDS: Final = {
    "girocard": Card("girocard", 5, "girocard", "6725900000000000001", "A00000035910100280"),
    "visa": Card("Visa", 10, "visa", "4111111111111111", "A0000000031010"),
    "mastercard": Card("Mastercard", 6, "eurocard", "5555555555554444", "A0000000041010"),
    "maestro": Card("Maestro", 46, "other", "6759649826438453", "A0000000043060"),
    "amex": Card("American Express", 8, "amex", "378282246310005", "A00000002501"),
    "diners": Card("Diners", 12, "diners", "30569309025904", "A0000001523010"),
    "jcb": Card("JCB", 14, "jcb", "3530111333300000", "A0000000651010"),
    "unionpay": Card("UnionPay", 198, "other", "6200000000000005", "A000000333010101"),
}
