"""What the till orders, in numbers: read from the fields of 06 01, 06 30, 06 31, and from its answer to 04 0F."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from devices.simulators.terminal.apdu import Apdu, MalformedError, from_bcd, read_fields
from devices.simulators.terminal.books import Kind

PARTLY_SOLD: Final = 0x9D


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the till asked for, in numbers. ``currency`` None: it named none, the terminal's own is meant."""

    kind: Kind
    amount_minor: int | None
    currency: int | None
    receipt: int | None = None
    delivery_s: float | None = None
    repeats_max: int | None = None


def read_order(kind: Kind, fields: Mapping[int, bytes]) -> Order:
    """Raises ``MalformedError`` where what must be there is not."""

    def number(key: int) -> int | None:
        return from_bcd(fields[key]) if key in fields else None

    if kind == "reversal" and 0x87 not in fields:
        raise MalformedError("a reversal names a receipt")
    if kind != "reversal" and 0x04 not in fields:
        raise MalformedError("an amount is missing")
    return Order(
        kind=kind,
        amount_minor=number(0x04),
        currency=number(0x49),
        receipt=number(0x87),
        delivery_s=fields[0x01][0] if 0x01 in fields else None,
        repeats_max=fields[0x02][0] if 0x02 in fields else None,
    )


def partly_sold(reply: Apdu | None, whole_minor: int) -> int | None:
    """84 9D: sold in part, field 04 says how much. None for any other answer, and for a part that is none."""
    if reply is None or reply.control != 0x8400 | PARTLY_SOLD:
        return None
    try:
        amount = from_bcd(read_fields(reply.data).get(0x04, b""))
    except ValueError:
        return None
    return amount if 0 < amount <= whole_minor else None
