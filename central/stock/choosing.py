"""Which places or units a claim gets: the counter's own best fit, on what is free to this journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from central.request import Refusing
from central.stock.pictures import Picture
from central.stock.rules import Rules
from central.stock.runs import demand_pattern
from counter_app.domain.bestfit import PREFERENCES_MAX, best_fit
from counter_app.wire.messages import ClaimRequest, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    travel_class: str
    places: tuple[str, ...]  # empty: units


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFree:
    """``place``: the one of the counter's own pick that is taken."""

    reason: str  # not_enough_places | place_taken
    free: int | None = None
    place: str = ""


def check_request(picture: Picture, asked: ClaimRequest) -> None:
    """What no stock could answer. Raises Refusing: CHANGED_TIMETABLE, UNKNOWN_RUN, BAD_MESSAGE."""
    facts = picture.facts
    demand_pattern(facts.trip, asked.run.pattern)
    if facts.trip.trip_id != asked.run.trip_id:
        raise Refusing(Refused.UNKNOWN_RUN, "the run is of another trip")
    if not asked.board < asked.alight <= facts.legs:
        raise Refusing(Refused.BAD_MESSAGE, "span")
    if not facts.trip.calls[asked.board].boarding or not facts.trip.calls[asked.alight].alighting:
        raise Refusing(Refused.UNKNOWN_RUN, "nobody may board or alight there")
    if facts.places is None:
        if asked.places or asked.travel_class not in facts.whole:
            raise Refusing(Refused.BAD_MESSAGE, "places" if asked.places else "travel_class")
        return
    named = facts.places
    if not asked.places:
        if asked.travel_class not in facts.whole:
            raise Refusing(Refused.BAD_MESSAGE, "travel_class")
        return
    found = [named.index.get(place) for place in asked.places]
    if None in found or len(set(found)) != len(found) or len(found) != asked.count:
        raise Refusing(Refused.BAD_MESSAGE, "places")
    if len({named.table.classes[n] for n in found if n is not None}) != 1:
        raise Refusing(Refused.BAD_MESSAGE, "places of several classes")


def choose(picture: Picture, rules: Rules, asked: ClaimRequest, now: datetime) -> Chosen | NotFree:
    """Of a request that ``check_request`` passed."""
    facts = picture.facts
    board, alight = asked.board, asked.alight
    named, bitmaps = facts.places, picture.places
    if named is None or bitmaps is None:
        free = picture.units[asked.travel_class].count_free(board, alight)
        free = max(0, free - rules.kept(facts, asked.travel_class, board, alight, now))
        if asked.count > free:
            return NotFree(reason="not_enough_places", free=free)
        return Chosen(travel_class=asked.travel_class, places=())
    table = named.table
    if asked.places:
        mask = named.mask(asked.places)
        travel_class = table.classes[mask.bit_length() - 1]
        refused = mask & ~bitmaps.free(board, alight)
        refused |= mask & rules.kept_mask(facts, travel_class, board, alight, now)
        if refused:
            return NotFree(reason="place_taken", place=named.names[(refused & -refused).bit_length() - 1])
        return Chosen(travel_class=travel_class, places=asked.places)
    candidates = table.by_class[asked.travel_class]
    if asked.coach is not None:
        candidates &= table.by_coach.get(asked.coach, 0)
    candidates &= ~rules.kept_mask(facts, asked.travel_class, board, alight, now)
    meant = rules.meant_mask(facts, asked.travel_class, board, alight, now) & candidates
    preferences = [found for found in map(table.preference, asked.preferences) if found][:PREFERENCES_MAX]
    for among in (meant, candidates):
        if not among:
            continue
        fit = best_fit(bitmaps, table, board, alight, asked.count, candidates=among, preferences=preferences)
        if fit is not None:
            return Chosen(travel_class=asked.travel_class, places=named.names_of(fit))
    return NotFree(reason="not_enough_places", free=bitmaps.count_free(board, alight, candidates))
