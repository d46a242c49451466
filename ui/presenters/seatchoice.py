"""What the clerk picks on the seat map: up to as many places as passengers, all of one class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from counter_app.application.views import SeatMap, SpotState
from counter_app.domain.coaches import PlaceRef, fare_class

MAY_TAKE = frozenset({SpotState.FREE, SpotState.PART, SpotState.OURS})


class SeatChoice:
    """Begins with what the hold has; ``chosen`` keeps the order of picking."""

    def __init__(self, seat_map: SeatMap, held: Sequence[PlaceRef], count: int) -> None:
        assert count > 0
        self.map = seat_map
        self.count = count
        self.held = tuple(held)
        self.chosen = list(held)
        self._classes: Mapping[PlaceRef, str] = {
            PlaceRef(coach.number, place.label): fare_class(section.travel_class, place.kind)
            for coach in seat_map.coaches
            for section in coach.sections
            for place in section.places
        }
        by_coach: dict[str, set[str]] = {}
        for ref, name in self._classes.items():
            by_coach.setdefault(ref.coach, set()).add(name)
        self._by_coach = {coach: frozenset(names) for coach, names in by_coach.items()}

    @property
    def changed(self) -> bool:
        return set(self.chosen) != set(self.held)

    @property
    def complete(self) -> bool:
        return len(self.chosen) == self.count

    def class_of(self, ref: PlaceRef) -> str:
        return self._classes[ref]

    def state(self, ref: PlaceRef) -> SpotState:
        """As it is to be drawn: what is picked is ours, what was let go is free again."""
        if ref in self.chosen:
            return SpotState.OURS
        state = self.map.states.get(ref, SpotState.FREE)
        return SpotState.FREE if state is SpotState.OURS else state

    def toggle(self, ref: PlaceRef) -> bool:
        """False when the place cannot be had, or its class has no fare. A place too many replaces the first picked.

        A place of another class begins anew: one sale has one class.
        """
        if ref in self.chosen:
            self.chosen.remove(ref)
            return True
        sold_as = self._classes[ref]
        if self.map.states.get(ref, SpotState.FREE) not in MAY_TAKE or self.map.fares.get(sold_as) is None:
            return False
        if self.chosen and self._classes[self.chosen[0]] != sold_as:
            self.chosen.clear()
        if len(self.chosen) >= self.count:
            del self.chosen[0]
        self.chosen.append(ref)
        return True

    def free_by_coach(self) -> Counter[str]:
        """Places of each coach that this sale could have, those picked included."""
        states = self.map.states
        return Counter(ref.coach for ref in self._classes if states.get(ref, SpotState.FREE) in MAY_TAKE)

    def classes_of(self, coach: str) -> frozenset[str]:
        """Fare classes of a coach; empty where nothing is sold."""
        return self._by_coach.get(coach, frozenset())
