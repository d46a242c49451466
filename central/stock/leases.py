"""Leasing: places that a window, or a station's pool, holds for an outage; by policy, by hand, split to windows.

Every transfer raises the device's lease epoch. What is chosen fragments least: places that are whole over the span and
fit the tightest, from the end of the train.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from central.allotments import AllotmentRule, rules_for
from central.request import Refusing
from central.services import Device, Services
from central.stock.giving import Given, Giving, Holder, Span, Terms, free_for, raise_epoch
from central.stock.leaserows import LeaseRow, LeaseRows
from central.stock.pictures import Pictures
from central.stock.rules import ANY, RuleBook, Rules
from central.stock.runs import Issues, RunName, freeze, untouched
from central.stock.words import RunKey
from central.stock.work import Work, decided
from central.tx import Connection, Tx
from counter_app.domain.leases import LeaseGrant
from counter_app.errors import Reason, Refusal
from counter_app.wire.codec import decode, encode
from counter_app.wire.messages import TopUp, TopUpAnswer, Want

BY_POLICY: Final = "policy"
NO_REQUEST: Final = ""


class Leasing:
    def __init__(self, services: Services, pictures: Pictures, rules: RuleBook, issues: Issues) -> None:
        self._services = services
        self._pictures = pictures
        self._rules = rules
        self._issues = issues

    # ---- by policy

    def top_up(self, device: Device, message: TopUp, connection: Connection) -> TopUpAnswer:
        """What the rules allow of what is wanted; the same request again gets the same answer."""

        def attempt(tx: Tx) -> tuple[TopUpAnswer, Work | None]:
            now = self._services.clock.now()
            fresh = tx.run(
                "INSERT INTO top_up (device_id, request_id, answer, at) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (device_id, request_id) DO NOTHING",
                (device.device_id, message.request_id, NO_REQUEST, now),
            )
            if not fresh:
                told = tx.scalar(
                    "SELECT answer FROM top_up WHERE device_id = %s AND request_id = %s",
                    (device.device_id, message.request_id),
                )
                return replace(decode(TopUpAnswer, told.encode()), central_time=now), None
            work = Work(tx, self._pictures)
            grants = self._allot(work, device, message, now)
            answer = TopUpAnswer(grants=tuple(grants), central_time=now)
            tx.run(
                "UPDATE top_up SET answer = %s WHERE device_id = %s AND request_id = %s",
                (encode(answer).decode(), device.device_id, message.request_id),
            )
            work.publish()
            return answer, work

        keys = [RunKey(want.run.service_date, want.run.run_id) for want in message.wants]
        return decided(connection, self._pictures, keys, attempt)

    def _allot(self, work: Work, device: Device, message: TopUp, now: datetime) -> list[LeaseGrant]:
        rules = self._rules.read(work.tx, [device.station_code], now)
        allowed = self.rules_of(work.tx, device.station_code)
        names: dict[RunKey, RunName] = {}
        for want in message.wants:
            run = want.run
            name = RunName(run_id=run.run_id, service_date=run.service_date, trip_id=run.trip_id, pattern=run.pattern)
            names.setdefault(name.key, name)
        self._freeze(work.tx, names, rules.unreserved_capacity(device.station_code))
        work.lock(names)
        leases = LeaseRows(work.tx)
        leases.read_device(device.device_id, work.keys)
        giving = Giving(self._services, work, leases, now)
        grants: list[LeaseGrant] = []
        holder: Holder | None = None
        for want in message.wants:
            rule = allowed.get(want.travel_class) or allowed.get(ANY)
            if rule is None:
                continue
            count = _room(work, leases, device.device_id, rules, rule, want, now)
            if count <= 0:
                continue
            if holder is None:
                holder = raise_epoch(work.tx, device.device_id)
            picture = work.picture(RunKey(want.run.service_date, want.run.run_id))
            given = giving.give(
                picture,
                rules,
                holder,
                Span(board=want.board, alight=want.alight, travel_class=want.travel_class, count=count),
                Terms(
                    expires_at=min(now + timedelta(minutes=rule.valid_minutes), picture.facts.departure(want.board)),
                    guard_s=rule.guard_s,
                    by=BY_POLICY,
                    request_id=message.request_id,
                ),
            )
            if given is not None and given.grant is not None:
                grants.append(given.grant)
        giving.write()
        return grants

    def _freeze(self, tx: Tx, names: dict[RunKey, RunName], capacity: int) -> None:
        """Runs that are none are left out."""
        missing = untouched(tx, names)
        found = self._issues.to_freeze(tx) if missing else None
        for key in sorted(missing):
            try:
                freeze(tx, self._services, found, names[key], unreserved_capacity=capacity)
            except Refusing:
                continue

    # ---- by hand

    def grant(self, tx: Tx, *, to: Holder, name: RunName, span: Span, valid: timedelta, guard_s: int, by: str) -> Given:
        """The whole of it. Raises Refusal: UNKNOWN_RUN, BAD_INPUT(field), NOT_ENOUGH_PLACES(free).

        ``to``: ``raise_epoch`` of a device, or a pool.
        """
        now = self._services.clock.now()
        rules = self._rules.read(tx, [to.station_code], now)
        try:
            for _ in untouched(tx, [name.key]):
                capacity = rules.unreserved_capacity(to.station_code)
                freeze(tx, self._services, self._issues.to_freeze(tx), name, unreserved_capacity=capacity)
        except Refusing as refusing:
            raise Refusal(Reason.UNKNOWN_RUN, trip=name.trip_id, detail=refusing.detail) from refusing
        work = Work(tx, self._pictures)
        work.lock([name.key])
        picture = work.picture(name.key)
        if not 0 <= span.board < span.alight <= picture.facts.legs:
            raise Refusal(Reason.BAD_INPUT, field="board")
        if span.travel_class not in picture.facts.whole:
            raise Refusal(Reason.BAD_INPUT, field="travel_class")
        expires_at = min(now + valid, picture.facts.departure(span.board))
        if not picture.open or expires_at <= now:
            raise Refusal(Reason.DEPARTED)
        giving = Giving(self._services, work, LeaseRows(tx), now)
        free = free_for(picture, rules, span, now)
        if free < span.count:
            raise Refusal(Reason.NOT_ENOUGH_PLACES, free=free)
        given = giving.give(
            picture, rules, to, span, Terms(expires_at=expires_at, guard_s=guard_s, by=by, request_id=None)
        )
        assert given is not None
        giving.write()
        work.publish()
        return given

    def split(self, tx: Tx, lease_id: UUID, *, to: Holder, count: int, guard_s: int, by: str) -> Given:
        """From a station's pool to a window. Raises Refusal: BAD_INPUT(field=lease), NOT_ENOUGH_PLACES(free)."""
        assert to.device_id is not None
        now = self._services.clock.now()
        # By its id alone: a person names it. The run is locked before anything is read again.
        found = tx.row(
            "SELECT service_date, run_id, expires_at FROM lease WHERE lease_id = %s AND device_id IS NULL", (lease_id,)
        )
        if found is None:
            raise Refusal(Reason.BAD_INPUT, field="lease")
        key, expires_at = RunKey(found[0], found[1]), found[2]
        work = Work(tx, self._pictures)
        work.lock([key])
        leases = LeaseRows(tx)
        leases.read([(key, lease_id)])
        pool = leases.get(key, lease_id)
        if pool is None or pool.state != "ACTIVE" or expires_at <= now:
            raise Refusal(Reason.BAD_INPUT, field="lease")
        if pool.station_code != to.station_code:
            raise Refusal(Reason.BAD_INPUT, field="to")
        legs = pool.alight - pool.board
        left = self._left_of_pool(tx, pool) if pool.places else ()
        free = len(left) if pool.places else pool.left
        if not 0 < count <= free:
            raise Refusal(Reason.NOT_ENOUGH_PLACES, free=free)
        giving = Giving(self._services, work, leases, now)
        span = Span(board=pool.board, alight=pool.alight, travel_class=pool.travel_class, count=count)
        terms = Terms(expires_at=expires_at, guard_s=guard_s, by=by, request_id=None)
        given = giving.record(work.picture(key), to, span, left[:count], terms)
        for place in given.places:
            giving.writer.hand_over(
                key, place, pool.board, pool.alight, pool.lease_id, given.lease_id, "LEASED", to.epoch
            )
        pool.left -= count * legs if pool.places else count
        if pool.left == 0:
            pool.state = "SPLIT"
        giving.write()
        leases.write(work)
        work.publish()
        return given

    @staticmethod
    def _left_of_pool(tx: Tx, pool: LeaseRow) -> tuple[str, ...]:
        rows = tx.rows(
            "SELECT place FROM place_leg WHERE service_date = %s AND run_id = %s AND place = ANY(%s) AND claim_id = %s "
            "GROUP BY place HAVING count(*) = %s",
            (pool.key.service_date, pool.key.run_id, list(pool.places), pool.lease_id, pool.alight - pool.board),
        )
        whole = {place for (place,) in rows}
        return tuple(place for place in pool.places if place in whole)

    # ---- rules

    @staticmethod
    def rules_of(tx: Tx, station_code: str) -> dict[str, AllotmentRule]:
        """By class, ``*`` for the others: what is set for the station before what is set for all."""
        found: dict[str, AllotmentRule] = {}
        for rule in rules_for(tx, station_code):
            found.setdefault(rule.travel_class, rule)
        own_any = found.get(ANY)
        if own_any is not None and own_any.station_code != ANY:
            # A station's rule for every class comes before everybody's rule for one.
            found = {name: rule for name, rule in found.items() if rule.station_code != ANY}
        return found


def _room(
    work: Work, leases: LeaseRows, device_id: UUID, rules: Rules, rule: AllotmentRule, want: Want, now: datetime
) -> int:
    """How much of a want the rule allows; 0 where the run is none, closed, another's pattern, or too far away."""
    key = RunKey(want.run.service_date, want.run.run_id)
    if not work.known(key):
        return 0
    picture = work.picture(key)
    facts = picture.facts
    if not picture.open or want.run.pattern != facts.trip.pattern_version:
        return 0
    if not want.board < want.alight <= facts.legs or want.travel_class not in facts.whole:
        return 0
    departs = facts.departure(want.board)
    if not now < departs <= now + timedelta(hours=rule.hours_ahead):
        return 0
    has = 0
    for lease in leases.of_run(key, device_id):
        if lease.live and lease.travel_class == want.travel_class:
            has += -(-lease.left // (lease.alight - lease.board)) if lease.places else lease.left
    span = Span(board=want.board, alight=want.alight, travel_class=want.travel_class, count=want.count)
    share = free_for(picture, rules, span, now) * rule.share_permille // 1_000
    return min(want.count, rule.per_window - has, share)
