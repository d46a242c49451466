"""Planted bugs: each breaks one rule of the protocol, in production code, for as long as a world runs.

A simulator that does not find them would find nothing. Each names the worlds in which it is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

from central import auth, feed
from central.feed import News
from central.journal.intake import Intake
from central.journal.judge import Judge
from central.request import Refusing
from central.stock import carrying
from central.stock.deciding import Decision
from central.stock.ending import Ending
from central.stock.settle_places import PlaceSettler
from central.stock.stakes import Stakes
from central.tx import Tx
from counter_app.application import enrolled_hold, hold, push_journal, return_leases
from counter_app.application.enrolled_hold import EnrolledBeginTender
from counter_app.application.lock_tickets import TicketLocks
from counter_app.application.push_journal import PushJournal
from counter_app.domain.leases import LeaseGrant
from counter_app.errors import Refusal
from counter_app.ports.stock import ClaimState
from counter_app.ports.sync import LeaseLeft
from counter_app.wire import messages as m
from db.sync import SqlSync
from tests.simulation.world import Odds, odds_of

Planting = Callable[[ExitStack], None]

# Lines that are cut and lose much, machines that die often: worlds in which rules are needed.
ROUGH: Final = Odds(
    cuts=15.0,
    kills=5.0,
    jumps=0.0,
    cancels=0.0,
    reissues=0.0,
    commit_blows=400,
    storm=3,
    stations=(("AAH", 2), ("CCH", 2)),
)
COPIES: Final = replace(ROUGH, clones=3.0, counter_restores=2.0)
# Administrators look after windows all the time: copies are told apart while both sell.
APART: Final = replace(
    ROUGH, clones=6.0, chores=0.1, cuts=25.0, kills=1.0, commit_blows=0, storm=1, stations=(("AAH", 2), ("BBH", 2))
)
RESTORED: Final = replace(ROUGH, central_restores=3.0)
# Timetables come and go while lines are cut, and few calls are there all the time.
LOST_CALLS: Final = replace(ROUGH, cuts=12.0, kills=1.0, reissues=12.0, commit_blows=0, storm=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One of the worlds of ``seeds`` finds it within ``steps``, and says ``shows``; without it that world is whole.

    The first of them found it when this was written; a change of the protocol leads worlds elsewhere, and then
    another one does.
    """

    name: str
    rule: str
    plant: Planting
    odds: Odds = ROUGH
    seeds: tuple[int, ...] = (2, 3, 4, 5)
    steps: int = 1_200
    shows: str = "invariant broken"
    asked: bool = False  # looked for with COUNTERFOIL_MUTANTS=1 only: it takes long worlds

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.plant(stack)
            yield


def _swap(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    stack.enter_context(patch.object(owner, name, value))


# ---- claims and leases ---------------------------------------------------------------------------------------------


def _claims_without_idempotency(stack: ExitStack) -> None:
    """What comes again is taken for new; the row of the first time is written over, its places are forgotten."""
    original = Decision._claim

    def claim(self: Decision, ask: Any, asked: m.ClaimRequest, key: Any) -> m.ClaimAnswer:
        known = self.claims._rows.pop((key, asked.claim_id), None)
        if known is not None and known.state == "HELD" and known.was:
            self.work.picture(key).held.pop(asked.claim_id, None)
            self.work.tx.run(
                "DELETE FROM claim WHERE service_date = %s AND run_id = %s AND claim_id = %s",
                (key.service_date, key.run_id, asked.claim_id),
            )
        elif known is not None:
            self.claims._rows[key, asked.claim_id] = known
        return original(self, ask, asked, key)

    _swap(stack, Decision, "_claim", claim)


def _expiry_frees(stack: ExitStack) -> None:
    from central.stock import ending

    original = ending._Turning.leases

    def leases(self: Any, rows: Sequence[Any], to: str, ended: str) -> None:
        original(self, rows, "" if to == "IN_DOUBT" else to, "SETTLED")

    _swap(stack, ending._Turning, "leases", leases)


def _epoch_frees(stack: ExitStack) -> None:
    def doubt_device(self: Ending, tx: Tx, device_id: UUID) -> object:
        return self._turn_device(tx, device_id, "")

    _swap(stack, Ending, "doubt_device", doubt_device)


def _leased_hold_expires(stack: ExitStack) -> None:
    def lease(self: Decision, row: Any) -> m.ClaimAnswer:
        told = self.told(row)
        return replace(told, status=m.ClaimStatus.LEASED) if told.status is m.ClaimStatus.HELD else told

    _swap(stack, Decision, "_lease", lease)


def _tender_without_answer(stack: ExitStack) -> None:
    original = EnrolledBeginTender._lease

    def lease(self: EnrolledBeginTender, actor: Any, claim: Any) -> Any:
        try:
            return original(self, actor, claim)
        except Refusal:
            with self.holder.writing() as act:
                standing = act.books.stock.claim_of(claim.order_id)
                if standing is None or standing.state is not ClaimState.HELD:
                    raise
                return act.changed(act.books.stock.change(standing, ClaimState.LEASED, expires_at=None))

    _swap(stack, EnrolledBeginTender, "_lease", lease)


def _abandoned_untold(stack: ExitStack) -> None:
    """A sale that is given up is forgotten here, and central keeps its places for it."""
    for module in (hold, enrolled_hold):
        _swap(stack, module, "settle_unsold", lambda *_: None)


def _expired_lease_sells(stack: ExitStack) -> None:
    from counter_app.application import enrolled_holder

    def no_end(self: LeaseGrant, central_now: Any) -> bool:
        return True

    _swap(stack, LeaseGrant, "sells_at", no_end)
    from counter_app.application.lease_view import covers as original

    def covers(leases: Any, claim: Any, central_now: Any, *, tendered: bool) -> bool:
        return original(leases, claim, central_now and central_now - timedelta(days=2), tendered=tendered)

    _swap(stack, enrolled_holder, "covers", covers)


def _return_what_is_in_use(stack: ExitStack) -> None:
    """Cells of the lease that a sale holds, or sold just now, are returned as well."""
    original = return_leases._journal

    def journal(books: Any, left: LeaseLeft, actor: Any) -> None:
        grant = left.lease.grant
        from counter_app.domain.timetable import Span
        from counter_app.ports.sync import LeaseRest

        whole = LeaseRest(span=Span(grant.board, grant.alight), places=grant.places, count=grant.count)
        original(books, replace(left, rests=(whole,)), actor)

    _swap(stack, return_leases, "_journal", journal)
    _swap(stack, return_leases, "_in_use", lambda _: set())


def _refunded_cells_are_left(stack: ExitStack) -> None:
    """What was sold of a lease and given back is sold from it again, though central has freed it."""
    from db import leases

    original = leases._Spent.rests

    def rests(self: Any, lease: Any) -> Any:
        self._refunded = []
        return original(self, lease)

    _swap(stack, leases._Spent, "rests", rests)


def _half_a_leg_frees(stack: ExitStack) -> None:
    """Of two who have a part of one leg the first has all of it, and frees all of it when he gives his part back."""
    original = PlaceSettler.sold

    def sold(self: PlaceSettler, event: Any, place: str, *, taking: bool, vanished: bool, **more: Any) -> Any:
        return original(self, event, place, taking=taking and not vanished, vanished=False, **more)

    _swap(stack, PlaceSettler, "sold", sold)
    _swap(stack, PlaceSettler, "_is_under", lambda *_: False)
    _swap(stack, Stakes, "next", lambda *_: None)


def _cells_forgotten(stack: ExitStack) -> None:
    """What a timetable took from a lease is not its window's any more when the next one has it again."""
    original = carrying.lease_now

    def lease_now(move: Any, lease: Any) -> Any:
        return replace(original(move, lease), rest=None)

    _swap(stack, carrying, "lease_now", lease_now)


# ---- the journal ---------------------------------------------------------------------------------------------------


def _judged_again(stack: ExitStack) -> None:
    """No idempotency at the intake: what comes again is taken for new."""
    original = Intake.push

    def push(self: Intake, device: Any, message: m.Push, connection: Any) -> m.PushAnswer:
        Tx(connection).run(
            "UPDATE chain SET judged_seq = least(judged_seq, %s) WHERE device_id = %s AND epoch = %s",
            (message.first_seq - 1, device.device_id, message.epoch),
        )
        return original(self, device, message, connection)

    _swap(stack, Intake, "push", push)


def _fork_unnoticed(stack: ExitStack) -> None:
    def fork(batch: Any, at: int) -> None:
        """What does not fit is dropped."""

    _swap(stack, Intake, "_fork", staticmethod(fork))


def _gap_unheeded(stack: ExitStack) -> None:
    """After a restore of central the counter goes on where it was."""

    def step_back(self: PushJournal, state: Any, no: Any) -> bool:
        with self.store.writing() as books:
            books.sync.mark_stored(stored_seq=books.journal.head().seq, judged_seq=state.judged_seq)
        return True

    _swap(stack, PushJournal, "_step_back", step_back)


def _verdicts_dropped(stack: ExitStack) -> None:
    def put_verdict(self: SqlSync, verdict: m.Verdict, received_at: Any) -> bool:
        return False

    _swap(stack, SqlSync, "put_verdict", put_verdict)


def _judge_skips_after_trouble(stack: ExitStack) -> None:
    """The watermark runs ahead of the judging: what a crash interrupts is never judged."""
    original = Judge.judge

    def judge(self: Judge, connection: Any, device_id: UUID, epoch: int, *, entries_max: int) -> int:
        done = original(self, connection, device_id, epoch, entries_max=max(1, entries_max - 1))
        if done < entries_max:
            Tx(connection).run(
                "UPDATE chain SET judged_seq = seq WHERE device_id = %s AND epoch = %s", (device_id, epoch)
            )
        return entries_max

    _swap(stack, Judge, "judge", judge)


def _sent_mark_after_sending(stack: ExitStack) -> None:
    def call(self: PushJournal) -> tuple[bool, bool]:
        with self.store.reading() as books:
            state, head = books.sync.state(), books.journal.head()
            if state.stored_seq >= head.seq:
                return False, False
            entries = books.journal.raw_entries(
                after_seq=state.stored_seq, limit=self.batch, bytes_max=push_journal.BYTES_MAX
            )
        last = entries[-1].seq
        answer = self.line.push(push_journal._push(entries), deadline_ms=push_journal.PUSH_MS)
        with self.store.writing() as books:
            if books.sync.state().sent_seq < last:
                books.sync.mark_sending(last)
            self._note(books, state, answer, last, current=entries[0].epoch == head.epoch)
            more = books.journal.head().seq > min(answer.stored_seq, last)
        return more, True

    _swap(stack, PushJournal, "__call__", call)


def _refund_without_lock(stack: ExitStack) -> None:
    _swap(stack, TicketLocks, "needed", lambda *_: False)


# ---- the feed and the gate -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sequence:
    """Positions as a sequence gives them: taken early, and some of them seen later than those after them."""

    held_back: list[tuple[str, int, list[News]]] = field(default_factory=list)
    count: int = 0


def _cursor_by_sequence(stack: ExitStack) -> None:
    """An item's position is taken before its transaction's end: a later one is read first, and the cursor passes it."""
    original, slow = feed.publish, _Sequence()

    def publish(tx: Tx, shard: str, items: Sequence[News]) -> None:
        slow.count += 1
        due, slow.held_back = slow.held_back, []
        if slow.count % 2 == 0 and shard.startswith("device/"):
            position = feed.advance(tx, shard, len(items))
            slow.held_back.append((shard, position, list(items)))
        else:
            original(tx, shard, items)
        for late_shard, position, late in due:
            _write_at(tx, late_shard, position, late)

    from central import devices, enrol, issues, policies
    from central.journal import conflicts, intake, judge
    from central.stock import work

    for module in (feed, devices, enrol, issues, policies, conflicts, intake, judge, work):
        if hasattr(module, "publish"):
            _swap(stack, module, "publish", publish)


def _write_at(tx: Tx, shard: str, last: int, items: list[News]) -> None:
    from counter_app.domain.journal import canonical

    for n, item in enumerate(items):
        tx.run(
            "INSERT INTO feed_item (shard, key, position, kind, body) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (shard, key) DO NOTHING",
            (
                shard,
                item.key,
                last - len(items) + 1 + n,
                item.kind.value,
                None if item.body is None else canonical(item.body).decode(),
            ),
        )


def _replays_accepted(stack: ExitStack) -> None:
    original = auth.Gate.judge

    def judge(self: Any, sealed: Any, row: Any) -> Any:
        told = original(self, sealed, (*row[:12], True, *row[13:]))
        assert not isinstance(told, Refusing) or told.code is not m.Refused.REPLAYED
        return told

    _swap(stack, auth.Gate, "judge", judge)


MUTANTS: Final = (
    Mutant(
        name="judged_again", rule="no idempotency at the intake: what is sent again counts again", plant=_judged_again,
        shows="money_pkey",  # the last line of defence: central's own fault, and told as one
    ),
    Mutant(
        name="claims_without_idempotency",
        rule="a claim that is asked for again takes other places",
        plant=_claims_without_idempotency,
        seeds=(4, 5, 2, 3),
    ),
    Mutant(name="expiry_frees", rule="a lease that ends frees its places", plant=_expiry_frees),
    Mutant(name="leased_hold_expires", rule="a hold runs out under a paid sale", plant=_leased_hold_expires),
    Mutant(
        name="tender_without_answer", rule="money is taken without central's word", plant=_tender_without_answer,
        seeds=(50, 81, 6, 2),
    ),
    Mutant(name="abandoned_untold", rule="a tender that was given up is settled by nobody", plant=_abandoned_untold),
    Mutant(
        name="expired_lease_sells", rule="a lease is sold from after its time", plant=_expired_lease_sells,
        seeds=(2, 3, 4, 5, 6, 7), steps=4_000, asked=True,
    ),
    Mutant(name="return_what_is_in_use", rule="sold cells are returned with a lease", plant=_return_what_is_in_use),
    Mutant(
        name="refunded_cells_are_left", rule="cells that were given back are sold of the lease again",
        plant=_refunded_cells_are_left,
    ),
    Mutant(
        name="sent_mark_after_sending", rule="exclusivity ends after sending", plant=_sent_mark_after_sending,
        seeds=(17, 6, 7, 8),
    ),
    Mutant(name="refund_without_lock", rule="a ticket that central has is refunded alone", plant=_refund_without_lock),
    Mutant(name="judge_skips", rule="what was not judged at once never is", plant=_judge_skips_after_trouble),
    Mutant(
        name="cursor_by_sequence", rule="a cursor passes what is not visible yet", plant=_cursor_by_sequence,
        odds=COPIES, seeds=(10, 19, 2, 3),
    ),
    Mutant(name="replays_accepted", rule="a request counts as often as it comes", plant=_replays_accepted),
    Mutant(name="fork_unnoticed", rule="a second history of a device is dropped", plant=_fork_unnoticed, odds=COPIES),
    Mutant(name="verdicts_dropped", rule="a verdict gets lost", plant=_verdicts_dropped, odds=COPIES),
    Mutant(
        name="epoch_frees", rule="a new epoch frees what the copies hold", plant=_epoch_frees, odds=APART,
        seeds=(3, 4, 2, 5),
    ),
    Mutant(
        name="half_a_leg_frees", rule="who gives back half of a joined leg frees it all", plant=_half_a_leg_frees,
        odds=odds_of(416), seeds=(416,), steps=6_000, asked=True,  # at once: test_new_timetable.py
    ),
    Mutant(
        name="cells_forgotten", rule="a coach that is there again is everybody's", plant=_cells_forgotten,
        odds=replace(LOST_CALLS, coaches=True), seeds=(2, 3, 4, 5), steps=2_000, asked=True,
    ),
    Mutant(name="gap_unheeded", rule="what a restored central lost is lost", plant=_gap_unheeded, odds=RESTORED),
)  # fmt: skip
BY_NAME: Final = {mutant.name: mutant for mutant in MUTANTS}
