"""The results list: order, filter, columns and words of what a search found. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter_app.application.views import ClassOffer, RunOffer
from counter_app.texts import Texts, mark
from ui.presenters import words

# The order in which a clerk expects the columns; what a feed adds comes after, by name.
_CLASS_ORDER = (
    "business",
    "premier",
    "first",
    "second",
    "deluxe_sleeper_upper",
    "deluxe_sleeper_lower",
    "soft_sleeper_upper",
    "soft_sleeper_lower",
    "hard_sleeper_upper",
    "hard_sleeper_middle",
    "hard_sleeper_lower",
    "soft_seat",
    "hard_seat",
    "standing",
)


class Sort(StrEnum):
    DEPARTURE = "departure"
    ARRIVAL = "arrival"
    DURATION = "duration"
    FARE = "fare"


class Filter(StrEnum):
    ALL = "all"
    WITH_PLACES = "with_places"
    FAST = "fast"


SORTS = {
    Sort.DEPARTURE: mark("By departure"),
    Sort.ARRIVAL: mark("By arrival"),
    Sort.DURATION: mark("By duration"),
    Sort.FARE: mark("By fare"),
}
FILTERS = {
    Filter.ALL: mark("All services"),
    Filter.WITH_PLACES: mark("With places"),
    Filter.FAST: mark("G, D and C only"),
}
CLOSED = {"departed": mark("Departed"), "beyond_horizon": mark("Not on sale yet")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A class of a run: ``fare`` and ``free`` in words; ``sellable``: Enter may sell it."""

    fare: str
    free: str
    sellable: bool


class Offers:
    """What a search found, as it is shown for a party of ``count``.

    ``by_lease``: central is not asked now, and only what this window holds itself can be sold.
    """

    def __init__(self, found: Sequence[RunOffer] = (), *, count: int = 1, by_lease: bool = False) -> None:
        self.found = list(found)
        self.count = count
        self.by_lease = by_lease
        self.sort = Sort.DEPARTURE
        self.filter = Filter.ALL

    def next_sort(self) -> None:
        every = list(Sort)
        self.sort = every[(every.index(self.sort) + 1) % len(every)]

    def next_filter(self) -> None:
        every = list(Filter)
        self.filter = every[(every.index(self.filter) + 1) % len(every)]

    def classes(self) -> list[str]:
        """Fare classes of all that was found, in the order of the columns."""
        seen = {offer.travel_class for run in self.found for offer in run.classes}
        known = [name for name in _CLASS_ORDER if name in seen]
        return known + sorted(seen.difference(known))

    def shown(self) -> list[RunOffer]:
        kept = [run for run in self.found if self._passes(run)]
        return sorted(kept, key=self._key)

    def _passes(self, run: RunOffer) -> bool:
        match self.filter:
            case Filter.ALL:
                return True
            case Filter.WITH_PLACES:
                return any(self.sellable(run, offer) for offer in run.classes)
            case Filter.FAST:
                return run.service[:1] in {"G", "D", "C"}

    def _key(self, run: RunOffer) -> tuple[float, float]:
        depart = run.depart.timestamp()
        match self.sort:
            case Sort.DEPARTURE:
                return depart, run.arrive.timestamp()
            case Sort.ARRIVAL:
                return run.arrive.timestamp(), depart
            case Sort.DURATION:
                return run.arrive.timestamp() - depart, depart
            case Sort.FARE:
                fares = [offer.fare.minor for offer in run.classes if offer.fare and self.sellable(run, offer)]
                return min(fares, default=float("inf")), depart

    def sellable(self, run: RunOffer, offer: ClassOffer) -> bool:
        return not run.closed and offer.fare is not None and self.free(offer) >= self.count

    def free(self, offer: ClassOffer) -> int:
        """Places that can be had now."""
        return (offer.leased or 0) if self.by_lease else offer.free

    def offer(self, run: RunOffer, travel_class: str) -> ClassOffer | None:
        return next((offer for offer in run.classes if offer.travel_class == travel_class), None)

    def best_class(self, run: RunOffer, wanted: str | None) -> str | None:
        """The wanted class where the run has it, a deck of it that can be sold, else the cheapest that can be sold."""
        names = [offer.travel_class for offer in run.classes]
        if wanted in names:
            return wanted
        if wanted:
            decks = [o for o in run.classes if o.travel_class.startswith(f"{wanted}_")]
            able = [o for o in decks if self.sellable(run, o)] or decks
            if able:
                return able[-1].travel_class
        able = [offer for offer in run.classes if self.sellable(run, offer)]
        cheapest = min(able, key=lambda offer: offer.fare.minor if offer.fare else 0, default=None)
        return cheapest.travel_class if cheapest else next(iter(names), None)

    def cell(self, run: RunOffer, travel_class: str, t: Texts) -> Cell | None:
        """None: the run does not have the class."""
        offer = self.offer(run, travel_class)
        return None if offer is None else self.cell_of(offer, sellable=self.sellable(run, offer), t=t)

    def cell_of(self, offer: ClassOffer, *, sellable: bool, t: Texts) -> Cell:
        if offer.fare is None:
            return Cell(fare="—", free=t("no fare"), sellable=False)
        if self.by_lease:
            free = t("here {n}", n=offer.leased) if offer.leased else t("not held")
        else:
            free = t("sold out") if offer.free == 0 else str(offer.free)
        return Cell(fare=words.money(offer.fare), free=free, sellable=sellable)


def run_times(run: RunOffer) -> tuple[str, str]:
    """Departure and arrival; ``+1`` when it arrives on a later day than it leaves."""
    days = (run.arrive.date() - run.depart.date()).days
    return f"{run.depart:%H:%M}", f"{run.arrive:%H:%M}" + (f" +{days}" if days else "")


def run_minutes(run: RunOffer) -> int:
    return int((run.arrive - run.depart).total_seconds() // 60)
