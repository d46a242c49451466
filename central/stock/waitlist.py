"""Those who wait: when places come free, the first whole party that fits gets them, as an unpaid claim of its device.

First come, first whole party that fits: a party that does not fit does not keep a smaller one behind it from going.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from central.feed import News
from central.request import Refusing
from central.services import Device
from central.stock.choosing import NotFree, check_request, choose
from central.stock.claimrows import ClaimRow
from central.stock.deciding import Decision
from central.stock.rules import RuleBook
from central.stock.words import RunKey
from counter_app.wire.codec import decode, encode, plain
from counter_app.wire.messages import ClaimRequest, FeedKind, Refused

SERVED_MAX: Final = 50  # waiting parties of one run that are looked at a time
WAITING_MAX: Final = 500  # of one run


class Waitlist:
    """Works inside a decision: the run is locked, its picture is the transaction's own."""

    def __init__(self, decision: Decision, book: RuleBook) -> None:
        self._decision = decision
        self._book = book
        self._tx = decision.work.tx

    def serve(self, keys: Iterable[RunKey]) -> int:
        """How many parties got their places."""
        return sum(self._serve(key) for key in sorted(keys))

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
        rows = self._tx.rows(
            "SELECT w.claim_id, w.device_id, w.request, d.station_code, d.epoch, d.state = 'active' "
            "FROM waiting w JOIN device d ON d.device_id = w.device_id "
            "WHERE w.service_date = %s AND w.run_id = %s ORDER BY w.since, w.claim_id LIMIT %s",
            (key.service_date, key.run_id, SERVED_MAX),
        )
        decision.claims.read((key, row[0]) for row in rows)
        stations = {row[3] for row in rows} - decision.rules.policies.keys()
        if stations:
            read = self._book.read(self._tx, stations, decision.now, quotas=False)
            decision.rules.policies.update(read.policies)
        done = []
        served = 0
        if rows:
            decision.lapse(picture)  # holds that ran out yield to those who wait
        for claim_id, device_id, request, station_code, epoch, active in rows:
            asked = decode(ClaimRequest, request.encode())
            if not active or not picture.open or decision.claims.get(key, claim_id) is not None:
                done.append(claim_id)
                continue
            found = choose(picture, decision.rules, asked, decision.now)
            if isinstance(found, NotFree):
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
        if done:
            self._tx.run(
                "DELETE FROM waiting WHERE service_date = %s AND run_id = %s AND claim_id = ANY(%s)",
                (key.service_date, key.run_id, done),
            )
            self._see_who_is_left(key)
        return served

    def _see_who_is_left(self, key: RunKey) -> None:
        work = self._decision.work
        left = self._tx.scalar(
            "SELECT EXISTS (SELECT 1 FROM waiting WHERE service_date = %s AND run_id = %s)",
            (key.service_date, key.run_id),
        )
        work.picture(key).waiting = bool(left)
        work.touched(key)
