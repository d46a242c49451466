"""How much is free: many questions in one go, answered from pictures wherever their version is the row's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from central.request import Refusing
from central.services import Device, Services
from central.stock.feeding import current
from central.stock.pictures import Picture, Pictures
from central.stock.rules import RuleBook, Rules
from central.stock.runs import Issues, RunName, trip_of
from central.stock.words import RunKey
from central.tx import Connection, Tx
from counter_app.domain.tariff import capacities
from counter_app.wire.messages import AvailabilityAnswer, AvailabilityQuery, Question


class Availability:
    def __init__(self, services: Services, pictures: Pictures, rules: RuleBook, issues: Issues) -> None:
        self._services = services
        self._pictures = pictures
        self._rules = rules
        self._issues = issues

    def answer(self, device: Device, query: AvailabilityQuery, connection: Connection) -> AvailabilityAnswer:
        now = self._services.clock.now()
        tx = Tx(connection)
        keys = {RunKey(asked.run.service_date, asked.run.run_id) for asked in query.questions}
        found = current(tx, self._pictures, sorted(keys))
        rules = self._rules.read(tx, [device.station_code], now)
        lapsed: dict[RunKey, Picture] = {}
        issue: Any = None
        free: list[dict[str, int]] = []
        for asked in query.questions:
            key = RunKey(asked.run.service_date, asked.run.run_id)
            if key in found:
                if key not in lapsed:
                    lapsed[key] = _without_lapsed(found[key], now)
                free.append(_free(lapsed[key], rules, asked, now))
                continue
            if issue is None:
                issue = self._issues.in_force(tx) or ()
            free.append(self._untouched(issue[1], rules, device, asked) if issue else {})
        return AvailabilityAnswer(free=tuple(free), central_time=now)

    def _untouched(self, timetable: Any, rules: Rules, device: Device, asked: Question) -> dict[str, int]:
        """As the timetable has it: nothing was ever held of it."""
        run = asked.run
        name = RunName(run_id=run.run_id, service_date=run.service_date, trip_id=run.trip_id, pattern=run.pattern)
        try:
            trip = trip_of(timetable, name)
        except Refusing:
            return {}
        if not asked.board < asked.alight <= trip.legs:
            return {}
        formation = None if trip.formation_id is None else timetable.formation(trip.formation_id)
        if trip.formation_id is not None and formation is None:
            return {}
        # Quotas are small beside a whole train: what is told here is what a claim would find, but for them.
        return capacities(formation, trip, rules.unreserved_capacity(device.station_code))


def _without_lapsed(picture: Picture, now: datetime) -> Picture:
    over = [held for held in picture.held.values() if held.expires_at <= now]
    return picture.without(over) if over else picture


def _free(picture: Picture, rules: Rules, asked: Question, now: datetime) -> dict[str, int]:
    facts = picture.facts
    board, alight = asked.board, asked.alight
    if not picture.open or asked.run.pattern != facts.trip.pattern_version or not board < alight <= facts.legs:
        return {}
    if facts.places is None or picture.places is None:
        return {
            name: max(0, units.count_free(board, alight) - rules.kept(facts, name, board, alight, now))
            for name, units in picture.units.items()
        }
    free = picture.places.free(board, alight)
    if not rules.quotas:
        return {name: (free & mask).bit_count() for name, mask in facts.places.table.by_class.items()}
    return {
        name: (free & mask & ~rules.kept_mask(facts, name, board, alight, now)).bit_count()
        for name, mask in facts.places.table.by_class.items()
    }
