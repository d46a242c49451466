"""Claims: many of many devices in one transaction, each decided in memory, all written with a few statements.

A run's row is its lock. What is decided is decided on the rows as they are under it: nobody is refused because a lock
was busy. The key of the cells forbids a double sale whoever writes; where it had to, the pictures are dropped and the
whole batch is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from functools import partial
from uuid import UUID

from central.request import Refusing
from central.services import Device, Services
from central.stock.claimrows import ClaimRows
from central.stock.deciding import Decision
from central.stock.pictures import Pictures
from central.stock.rules import RuleBook
from central.stock.runs import Issues, RunName, freeze, untouched
from central.stock.waitlist import Waitlist
from central.stock.words import Act, Admitting, Ask, RunKey
from central.stock.work import AGAIN, Work, decided
from central.tx import Connection, Tx, in_transaction
from counter_app.wire.messages import ClaimAct, ClaimAnswer, ClaimRequest, Refused, WaitRequest

Answer = ClaimAnswer | Refusing
Wanted = tuple[Act, ClaimRequest | ClaimAct]


class _NotFrozen(Exception):  # noqa: N818 - an answer
    """A run that was known to be frozen has no row."""


class Claims:
    def __init__(self, services: Services, pictures: Pictures, rules: RuleBook, issues: Issues) -> None:
        self._services = services
        self._pictures = pictures
        self._rules = rules
        self._issues = issues

    def decide(self, batch: Sequence[Ask], connection: Connection) -> list[Answer]:
        """The answers in the order of the batch; an ask that cannot be answered gets its Refusing, the others go on."""
        wanted = [(ask.act, ask.message) for ask in batch]
        devices = [ask.device for ask in batch]
        stations = frozenset(device.station_code for device in devices)
        keys = [_key(ask.message) for ask in batch]
        for _ in range(AGAIN):
            refused = self._freeze_new(batch, connection)
            attempt = partial(self._attempt, wanted, stations, lambda: devices, refused)
            try:
                return decided(connection, self._pictures, keys, attempt, pipelined=True)
            except _NotFrozen:  # a picture of a run that is not in this database (any more)
                self._pictures.drop(keys)
            except Refusing as busy:
                return [busy for _ in batch]
        return [Refusing(Refused.BUSY, "runs come and go under every attempt") for _ in batch]

    def decide_admitting(self, wanted: Sequence[Wanted], who: Admitting, connection: Connection) -> list[Answer] | None:
        """As ``decide``; who asks is found out on the way, and whoever is not admitted has that as the answer.

        None: nothing was decided. ``who`` was not asked either where a run has to be frozen first.
        """
        keys = [_key(message) for _, message in wanted]
        if any(
            act is Act.CLAIM and self._pictures.get(key) is None for (act, _), key in zip(wanted, keys, strict=True)
        ):
            return None
        attempt = partial(self._attempt, wanted, who.stations, who.devices, {})
        try:
            return decided(connection, self._pictures, keys, attempt, pipelined=True, ahead=who.ask)
        except _NotFrozen:
            self._pictures.drop(keys)
            return None
        except Refusing as busy:
            return [busy for _ in wanted]

    def _attempt(
        self,
        wanted: Sequence[Wanted],
        stations: frozenset[str],
        devices: Callable[[], Sequence[Device | Refusing]],
        refused: dict[RunKey, Refusing],
        tx: Tx,
    ) -> tuple[list[Answer], Work | None]:
        work = Work(tx, self._pictures)
        return self._decide(work, wanted, stations, devices, refused), work

    # ---- runs

    def _freeze_new(self, batch: Sequence[Ask], connection: Connection) -> dict[RunKey, Refusing]:
        """In a transaction of its own: a run frozen and then not sold does no harm."""
        asked: dict[RunKey, Ask] = {}
        for ask in batch:
            if isinstance(ask.message, ClaimRequest):
                key = RunKey(ask.message.run.service_date, ask.message.run.run_id)
                if self._pictures.get(key) is None:
                    asked.setdefault(key, ask)
        refused: dict[RunKey, Refusing] = {}
        if not asked:
            return refused

        def attempt(tx: Tx) -> None:
            refused.clear()
            missing = untouched(tx, asked)
            if not missing:
                return
            now = self._services.clock.now()
            rules = self._rules.read(tx, (asked[key].device.station_code for key in missing), now, quotas=False)
            found = self._issues.to_freeze(tx)
            for key in sorted(missing):
                ask = asked[key]
                assert isinstance(ask.message, ClaimRequest)
                run = ask.message.run
                name = RunName(run_id=run.run_id, service_date=run.service_date, trip_id=run.trip_id)
                capacity = rules.unreserved_capacity(ask.device.station_code)
                try:
                    freeze(tx, self._services, found, name, unreserved_capacity=capacity)
                except Refusing as refusing:
                    refused[key] = refusing

        in_transaction(connection, attempt)
        return refused

    # ---- those who wait

    def wait(self, device: Device, message: WaitRequest, connection: Connection) -> int:
        """The place in line; 0: not waiting (any more). Raises Refusing."""
        asked = message.claim
        key = _key(asked)
        refused = self._freeze_new([Ask(device=device, act=Act.CLAIM, message=asked)], connection)
        if key in refused:
            raise refused[key]

        def attempt(tx: Tx) -> tuple[int, Work | None]:
            work = Work(tx, self._pictures)
            work.lock([key])
            if not work.known(key):
                raise Refusing(Refused.UNKNOWN_RUN)
            now = self._services.clock.now()
            claims = ClaimRows(tx, now)
            claims.read([(key, asked.claim_id)])
            decision = Decision(work, claims, self._rules.read(tx, [device.station_code], now), now)
            waitlist = Waitlist(decision, self._rules)
            place = 0
            if message.leave:
                waitlist.leave(device, asked, key)
            else:
                place = waitlist.join(device, asked, key)
            decision.finish()
            return place, work

        return decided(connection, self._pictures, [key], attempt)

    # ---- what nobody asked for

    def reap(self, connection: Connection, keys: Sequence[RunKey]) -> tuple[int, int]:
        """Holds that ran out are let go, and who waits is served: (holds, parties). Locks these runs together."""

        def attempt(tx: Tx) -> tuple[tuple[int, int], Work | None]:
            work = Work(tx, self._pictures)
            work.lock(keys)
            now = self._services.clock.now()
            decision = Decision(work, ClaimRows(tx, now), self._rules.read(tx, [], now), now)
            reaped = sum(decision.lapse(work.picture(key)) for key in work.keys)
            waitlist = Waitlist(decision, self._rules)
            waitlist.tidy(key for key in work.keys if work.picture(key).waiting)
            served = waitlist.serve(key for key in work.keys if work.picture(key).waiting)
            decision.finish()
            return (reaped, served), work

        return decided(connection, self._pictures, keys, attempt)

    # ---- one transaction

    def _decide(
        self,
        work: Work,
        wanted: Sequence[Wanted],
        stations: frozenset[str],
        devices: Callable[[], Sequence[Device | Refusing]],
        refused: dict[RunKey, Refusing],
    ) -> list[Answer]:
        now = self._services.clock.now()
        keys = [_key(message) for _, message in wanted]
        # One question after the other, all on their way together: the rest is read under the lock as well.
        lock = work.ask_lock(key for key in keys if key not in refused)
        rules_of = self._rules.ask(work.tx, stations, now)
        claims = ClaimRows(work.tx, now)
        found = claims.ask(_named(wanted, keys, refused))
        lock()
        if any(
            act is Act.CLAIM and key not in refused and not work.known(key)
            for (act, _), key in zip(wanted, keys, strict=True)
        ):
            raise _NotFrozen
        rules = rules_of()
        found()
        who = devices()
        theirs = {device.station_code for device in who if isinstance(device, Device)}
        if not theirs <= stations:  # they were thought to be elsewhere
            rules = self._rules.read(work.tx, theirs, now)
        decision = Decision(work, claims, rules, now)
        waitlist = Waitlist(decision, self._rules)
        waitlist.serve(key for key in work.keys if work.picture(key).waiting)
        answers: list[Answer] = []
        for (act, message), device, key in zip(wanted, who, keys, strict=True):
            if isinstance(device, Refusing):
                answers.append(device)
                continue
            if key in refused:
                answers.append(refused[key])
                continue
            try:
                answers.append(decision.answer(Ask(device=device, act=act, message=message), key))
            except Refusing as refusing:
                answers.append(refusing)
        waitlist.serve(key for key in decision.freed if work.picture(key).waiting)
        decision.finish()
        return answers


def _key(message: ClaimRequest | ClaimAct) -> RunKey:
    if isinstance(message, ClaimRequest):
        return RunKey(message.run.service_date, message.run.run_id)
    return RunKey(message.service_date, message.run_id)


def _named(wanted: Sequence[Wanted], keys: Sequence[RunKey], refused: Container[RunKey]) -> list[tuple[RunKey, UUID]]:
    found = []
    for (_, message), key in zip(wanted, keys, strict=True):
        if key in refused:
            continue
        found.append((key, message.claim_id))
        if isinstance(message, ClaimRequest) and message.replaces is not None:
            found.append((key, message.replaces))
    return found
