"""How much is free: many questions in one go, answered from pictures wherever their version is the row's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from central.request import Refusing
from central.services import Device, Services
from central.stock.feeding import ask_current
from central.stock.pictures import Picture, Pictures
from central.stock.rules import RuleBook, Rules
from central.stock.runs import Issues, RunName, trip_of
from central.stock.words import RunKey
from central.stock.work import ask_by_keys
from central.tx import Connection, Tx, together
from counter_app.domain.tariff import capacities
from counter_app.wire.messages import AvailabilityAnswer, AvailabilityQuery, Question

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
LAPSED: Final = timedelta(seconds=1)


class Availability:
    def __init__(self, services: Services, pictures: Pictures, rules: RuleBook, issues: Issues) -> None:
        self._services = services
        self._pictures = pictures
        self._rules = rules
        self._issues = issues

    def answer(
        self, asked: Sequence[tuple[Device, AvailabilityQuery]], connection: Connection
    ) -> list[AvailabilityAnswer]:
        """One look at the rows for all of them; answers in their order."""
        now = self._services.clock.now()
        keys = sorted({RunKey(one.run.service_date, one.run.run_id) for _, query in asked for one in query.questions})
        stations = {device.station_code for device, _ in asked}

        def look(tx: Tx) -> tuple[dict[RunKey, Picture], Rules]:
            ask_by_keys(tx)
            pictures = ask_current(tx, self._pictures, keys)
            rules = self._rules.ask(tx, stations, now)
            return pictures(), rules()

        found, rules = together(connection, look)
        lapsed = {key: _without_lapsed(picture, now) for key, picture in found.items()}
        issue: Any = None
        answers = []
        for device, query in asked:
            free: list[dict[str, int]] = []
            for one in query.questions:
                picture = lapsed.get(RunKey(one.run.service_date, one.run.run_id))
                if picture is not None:
                    free.append(_free(picture, rules, one, now))
                    continue
                if issue is None:
                    issue = self._issues.in_force(Tx(connection)) or ()
                free.append(self._untouched(issue[1], rules, device, one) if issue else {})
            answers.append(AvailabilityAnswer(free=tuple(free), central_time=now))
        return answers

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
    """Kept with the picture until the next hold runs out: it is asked for far more often than it changes.

    In a busy hour a hold of a long train runs out every moment: who only looks hears of it within ``LAPSED``.
    """
    known = picture.lapsed
    if known is not None and known[0] <= now < known[1]:
        return known[2]
    seen = picture if known is None or now < known[0] else known[2]  # what had run out then has run out now
    over = [held for held in seen.held.values() if held.expires_at <= now]
    made = seen.without(over) if over else seen
    until = min((held.expires_at for held in made.held.values()), default=_NEVER)
    picture.lapsed = (now, max(until, now + LAPSED), made)
    return made


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
