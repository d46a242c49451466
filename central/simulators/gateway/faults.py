"""What goes wrong between a gateway and who asks it, each when asked for, so many times."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

HANG_S_MAX = 120.0


class Fault(StrEnum):
    DELAY = "delay"  # answers after so many seconds
    HANG = "hang"  # books, and never answers
    DROP_AFTER = "drop_after"  # books, and hangs up
    DROP_BEFORE = "drop_before"  # hangs up, and booked nothing
    ERROR_AFTER = "error_after"  # books, and says 502
    ERROR_BEFORE = "error_before"
    DRIP = "drip"  # a byte a second
    WRONG_SIGNATURE = "wrong_signature"
    UNSIGNED = "unsigned"
    TAMPERED = "tampered"  # another amount than was signed
    STALE = "stale"  # signed an hour ago
    OTHER = "other"  # signed, of another number
    UNPAID = "unpaid"  # says that the customer has not paid, whatever is true
    ABSENT = "absent"  # says that it knows no such number
    PAY_AFTER = "pay_after"  # the customer pays right behind this answer
    PAY_BEFORE = "pay_before"  # the customer pays right before this is carried out
    IGNORED = "ignored"  # says that it was done, and did nothing
    TWICE = "twice"  # the request arrives twice; the second answer is given
    PROCESSING = "processing"  # of a refund: accepted, paid out later


@dataclass(slots=True)
class Ordered:
    fault: Fault
    on: str  # pay | query | reverse | refund | query_refund | *
    times: int
    seconds: float


class Faults:
    """Those that are switched on, in order. Each is used up by the requests that it hits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Ordered] = []

    def order(self, fault: Fault, on: str = "*", *, times: int = 1, seconds: float = 1.0) -> None:
        with self._lock:
            self._ordered.append(Ordered(fault, on, times, min(seconds, HANG_S_MAX)))

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def take(self, on: str) -> dict[Fault, float]:
        """Every fault that hits this request, with its seconds."""
        with self._lock:
            hit = [one for one in self._ordered if one.on in {on, "*"}]
            for one in hit:
                one.times -= 1
            self._ordered = [one for one in self._ordered if one.times > 0]
            return {one.fault: one.seconds for one in hit}

    def waiting(self) -> list[dict[str, str | int | float]]:
        with self._lock:
            return [
                {"fault": one.fault.value, "on": one.on, "times": one.times, "seconds": one.seconds}
                for one in self._ordered
            ]
