"""Those who wait: when places come free, the first whole party that fits gets them, as an unpaid claim of its device.

First come, first whole party that fits: a party that does not fit does not keep a smaller one behind it from going.
The whole line is looked at, by what its parties ask for: only one that there may be enough free for is read and tried,
and what did not fit is not tried again for a later party that asks for the same, or for more of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.feed import News
from central.request import Refusing
from central.services import Device
from central.stock.choosing import NotFree, check_request, choose
from central.stock.claimrows import ClaimRow
from central.stock.deciding import Decision
from central.stock.pictures import Picture
from central.stock.rules import RuleBook
from central.stock.words import RunKey
from counter_app.wire.codec import decode, encode, plain
from counter_app.wire.messages import ClaimRequest, FeedKind, Refused

TRIED_MAX: Final = 50  # parties of one run that are read at a time
WAITING_MAX: Final = 500  # of one run

_LINE: Final = (
    "SELECT w.claim_id, q.board, q.alight, q.travel_class, q.coach, q.places, q.count "
    "FROM waiting w JOIN device d ON d.device_id = w.device_id, json_to_record(w.request::json) "
    "AS q (board integer, alight integer, travel_class text, coach text, places text, count integer) "
    "WHERE w.service_date = %s AND w.run_id = %s AND d.state = 'active' AND q.count <= %s "
    "ORDER BY w.since, w.claim_id LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What there has to be enough of."""

    board: int
    alight: int
    travel_class: str | None
    coach: str | None
    places: str | None

    def free(self, picture: Picture) -> int:
        """No more than so many are free for it."""
        if not self.board < self.alight <= picture.facts.legs:
            return 0
        named, bitmaps = picture.facts.places, picture.places
        if named is None or bitmaps is None:
            units = picture.units.get(self.travel_class or "")
            return 0 if units is None else units.count_free(self.board, self.alight)
        among = None if self.places else named.table.by_class.get(self.travel_class or "", 0)
        return bitmaps.count_free(self.board, self.alight, among)


class Waitlist:
    """Works inside a decision: the run is locked, its picture is the transaction's own."""

    def __init__(self, decision: Decision, book: RuleBook) -> None:
        self._decision = decision
        self._book = book
        self._tx = decision.work.tx

    def serve(self, keys: Iterable[RunKey]) -> int:
        """How many parties got their places."""
        return sum(self._serve(key) for key in sorted(keys))

    def tidy(self, keys: Iterable[RunKey]) -> None:
        """Who has its claim by another way, whose device is lost, or whose run is cancelled waits no more."""
        for key in sorted(keys):
            if self._tx.run(
                "DELETE FROM waiting w USING device d WHERE w.service_date = %s AND w.run_id = %s "
                "AND d.device_id = w.device_id AND (%s OR d.state <> 'active' OR EXISTS (SELECT 1 FROM claim c "
                "WHERE c.service_date = w.service_date AND c.run_id = w.run_id AND c.claim_id = w.claim_id))",
                (key.service_date, key.run_id, not self._decision.work.picture(key).open),
            ):
                self._see_who_is_left(key)

    def join(self, device: Device, asked: ClaimRequest, key: RunKey) -> int:
        """The place in line from 1; 0: it has its claim already. Raises Refusing."""
        decision = self._decision
        picture = decision.work.picture(key)
        check_request(picture, asked)
        if not picture.open:
            raise Refusing(Refused.UNKNOWN_RUN, "the run is cancelled")
        if decision.claims.get(key, asked.claim_id) is not None:
            return 0
        known = self._place(device, asked, key)
        if known:  # asked again: it goes on waiting where it is
            return known
        waiting = self._tx.scalar(
            "SELECT count(*) FROM waiting WHERE service_date = %s AND run_id = %s", (key.service_date, key.run_id)
        )
        if waiting >= WAITING_MAX:
            raise Refusing(Refused.BUSY, "too many wait for this run")
        self._tx.run(
            "INSERT INTO waiting (service_date, run_id, claim_id, device_id, request, since) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (service_date, run_id, claim_id) DO NOTHING",
            (
                key.service_date,
                key.run_id,
                asked.claim_id,
                device.device_id,
                encode(asked).decode(),
                decision.now,
            ),
        )
        picture.waiting = True
        decision.work.touched(key)
        self.serve([key])
        return self._place(device, asked, key)

    def leave(self, device: Device, asked: ClaimRequest, key: RunKey) -> None:
        self._tx.run(
            "DELETE FROM waiting WHERE service_date = %s AND run_id = %s AND claim_id = %s AND device_id = %s",
            (key.service_date, key.run_id, asked.claim_id, device.device_id),
        )
        self._see_who_is_left(key)

    # ---- inside

    def _place(self, device: Device, asked: ClaimRequest, key: RunKey) -> int:
        found = self._tx.scalar(
            "SELECT count(*) FROM waiting w JOIN waiting o ON o.service_date = w.service_date AND o.run_id = w.run_id "
            "AND (o.since, o.claim_id) <= (w.since, w.claim_id) "
            "WHERE w.service_date = %s AND w.run_id = %s AND w.claim_id = %s AND w.device_id = %s",
            (key.service_date, key.run_id, asked.claim_id, device.device_id),
        )
        assert isinstance(found, int)
        return found

    def _serve(self, key: RunKey) -> int:
        decision = self._decision
        picture = decision.work.picture(key)
        decision.lapse(picture)  # holds that ran out yield to those who wait
        most = _most(picture) if picture.open else 0
        if not most:
            return 0
        line = [
            (claim_id, _Wish(*wish), count)
            for claim_id, *wish, count in self._tx.rows(_LINE, (key.service_date, key.run_id, most, WAITING_MAX))
        ]
        done: list[UUID] = []
        served = 0
        enough: dict[_Wish, int] = {}  # below what number there may be enough
        while line := [
            one for one in line if one[2] < enough.get(one[1], one[2] + 1) and one[2] <= one[1].free(picture)
        ]:
            now, line = line[:TRIED_MAX], line[TRIED_MAX:]
            served += self._try(key, now, enough, done)
        if done:
            self._tx.run(
                "DELETE FROM waiting WHERE service_date = %s AND run_id = %s AND claim_id = ANY(%s)",
                (key.service_date, key.run_id, done),
            )
            self._see_who_is_left(key)
        return served

    def _try(
        self, key: RunKey, parties: list[tuple[UUID, _Wish, int]], enough: dict[_Wish, int], done: list[UUID]
    ) -> int:
        """How many got their places. ``done`` hears of those who wait no more."""
        decision = self._decision
        picture = decision.work.picture(key)
        rows = {
            row[0]: row[1:]
            for row in self._tx.rows(
                "SELECT w.claim_id, w.device_id, w.request, d.station_code, d.epoch "
                "FROM waiting w JOIN device d ON d.device_id = w.device_id "
                "WHERE w.service_date = %s AND w.run_id = %s AND w.claim_id = ANY(%s)",
                (key.service_date, key.run_id, [claim_id for claim_id, _, _ in parties]),
            )
        }
        decision.claims.read((key, claim_id) for claim_id in rows)
        stations = {row[2] for row in rows.values()} - decision.rules.policies.keys()
        if stations:
            read = self._book.read(self._tx, stations, decision.now, quotas=False)
            decision.rules.policies.update(read.policies)
        served = 0
        for claim_id, wish, count in parties:
            if decision.claims.get(key, claim_id) is not None:
                done.append(claim_id)
                continue
            if count >= enough.get(wish, count + 1) or count > wish.free(picture):
                continue
            device_id, request, station_code, epoch = rows[claim_id]
            asked = decode(ClaimRequest, request.encode())
            found = choose(picture, decision.rules, asked, decision.now)
            if isinstance(found, NotFree):
                enough[wish] = count
                continue
            row = ClaimRow(
                key=key,
                claim_id=claim_id,
                device_id=device_id,
                order_id=asked.order_id,
                board=asked.board,
                alight=asked.alight,
                travel_class=found.travel_class,
                places=found.places,
                count=asked.count,
                state="HELD",
                expires_at=decision.now + decision.rules.hold(station_code),
                epoch=epoch,
            )
            decision.take(row)
            decision.work.tell(
                device_id,
                News(kind=FeedKind.WAITED, key=f"waited/{claim_id}", body=plain(decision.told(row))),
            )
            done.append(claim_id)
            served += 1
        return served

    def _see_who_is_left(self, key: RunKey) -> None:
        work = self._decision.work
        left = self._tx.scalar(
            "SELECT EXISTS (SELECT 1 FROM waiting WHERE service_date = %s AND run_id = %s)",
            (key.service_date, key.run_id),
        )
        work.picture(key).waiting = bool(left)
        work.touched(key)


def _most(picture: Picture) -> int:
    """On no leg more is free than this."""
    legs = range(picture.facts.legs)
    if picture.places is not None:
        return max(picture.places.count_free(leg, leg + 1) for leg in legs)
    return max((units.count_free(leg, leg + 1) for units in picture.units.values() for leg in legs), default=0)
