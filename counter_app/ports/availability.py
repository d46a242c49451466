"""How many places are free, as the search asks: one question a run, and an untouched run costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from counter_app.domain.timetable import RunRef, Span, Trip


class Availability(Protocol):
    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        """Free places (or units of capacity) per fare class over the whole of ``span``.

        Asked for every run of a result, so it answers from memory: None at once for an untouched run, of which nothing
        is held, sold, blocked or leased away. Then every class has its whole capacity (``domain.tariff.capacities``);
        so has a class that is missing from the mapping. Places that a sale holds count as taken, its own as well.
        Unreserved classes count down from the policy's capacity, per class and leg.
        """
        ...


class Untouched:
    """No stock: everything is free. For a catalogue that is looked at before anything is sold, and for tests."""

    def free_by_class(self, run: RunRef, trip: Trip, span: Span) -> Mapping[str, int] | None:
        del run, trip, span
        return None
