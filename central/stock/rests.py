"""What a device has not accounted for of a lease, in the legs of the pattern that it sells it by.

The rows of a run count the legs that it has now. Where a timetable joined two legs of a lease, or left out a place or
the last call, they do not say any more what the window may still be selling; this does, until its journal has told
of each of these cells. A run that keeps its legs and places needs none of it.

Of units, which are all alike, the lease says itself how many are left, and its grant over which legs. Only while the
run has none of those legs they are kept here, so that they are the window's again when the legs are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from counter_app.domain.journal import Json, canonical


@dataclass(slots=True, kw_only=True)
class Rest:
    pattern: str
    cells: dict[str, set[int]] = field(default_factory=dict)  # by place; none without a leg
    units: int = 0  # on legs that the run has not

    @property
    def empty(self) -> bool:
        return not self.cells and not self.units

    def drop(self, place: str, legs: Iterable[int]) -> None:
        """The device's journal told of them."""
        left = self.cells.get(place)
        if left is None:
            return
        left.difference_update(legs)
        if not left:
            del self.cells[place]

    def under(self, place: str, leg: int, became: Callable[[int], range]) -> bool:
        """Whether any of it is a part of a leg of now. ``became``: what a leg of the pattern is now."""
        return any(leg in became(one) for one in self.cells.get(place, ()))

    def now(self, became: Callable[[int], range]) -> Iterator[tuple[str, int]]:
        """Places and legs of now that any of it is a part of, each once."""
        for place, legs in self.cells.items():
            for leg in sorted({now for one in legs for now in became(one)}):
                yield place, leg

    def text(self) -> str:
        cells: dict[str, Json] = {place: list[Json](sorted(legs)) for place, legs in sorted(self.cells.items())}
        units: dict[str, Json] = {"units": self.units} if self.units else {}
        return canonical({"pattern": self.pattern, "cells": cells, **units}).decode()


def rest_of(text: str) -> Rest | None:
    """None: its rows say it."""
    if not text:
        return None
    body: Mapping[str, Any] = json.loads(text)
    return Rest(
        pattern=body["pattern"],
        cells={place: set(legs) for place, legs in body["cells"].items()},
        units=body.get("units", 0),
    )
