"""What the counter keeps of the line: how far its journal got, central's time, the inbox, the feed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.domain.journal import Kind
from counter_app.domain.leases import CentralTime
from counter_app.domain.staff import SYSTEM
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import RefundRecord
from counter_app.ports.sync import InboxState
from counter_app.wire.messages import Judgement, RunStock, Verdict
from db.store import SqlMoneyStore
from tests.unit.db.enrolled import DAY, INCARNATION, OPERATOR, RUN, Window, hold, sell
from tests.unit.db.station import Station


@pytest.fixture
def window(tmp_path: Path) -> Window:
    made = Window(tmp_path / "window")
    made.enrol()
    return made


@pytest.fixture
def enrolled(window: Window) -> Iterator[SqlMoneyStore]:
    opened = window.open()
    yield opened
    opened.close()


def head(store: SqlMoneyStore) -> int:
    with store.reading() as books:
        return books.journal.head().seq


# ------------------------------------------------------------------------------------------------ stand-alone


def test_a_stand_alone_counter_has_no_line(station: Station, store: SqlMoneyStore) -> None:
    """It owes nobody anything: its Z must not say that all its sales are unsent."""
    with store.reading() as books:
        assert books.sync.central() is None
        assert (books.sync.unsynced().entries, books.sync.unsynced().oldest) == (0, None)
        assert (books.sync.leases(), books.sync.left(), books.sync.inbox(), books.sync.releases()) == ([], [], [], [])
        state = books.sync.state()
    assert (state.sent_seq, state.time, state.stopped, state.forked) == (0, None, "", False)


# ---------------------------------------------------------------------------------------- how far the journal got


def test_the_sent_mark_only_rises_and_the_stored_mark_is_centrals_word(enrolled: SqlMoneyStore) -> None:
    """A mark that falls makes a ticket refundable at two windows; one that cannot leaves a restored central bare."""
    with enrolled.writing() as books:
        for _ in range(8):
            books.journal.append(Kind.TRUST_EXPORTED, {}, actor=SYSTEM)
    with enrolled.writing() as books:
        books.sync.mark_sending(7)
        books.sync.mark_sending(3)
        books.sync.mark_stored(stored_seq=6, judged_seq=5)
    with enrolled.reading() as books:
        state = books.sync.state()
    assert (state.sent_seq, state.stored_seq, state.judged_seq) == (7, 6, 5)
    with enrolled.writing() as books:
        books.sync.mark_stored(stored_seq=2, judged_seq=2)
    with enrolled.reading() as books:
        state = books.sync.state()
        assert books.sync.unsynced().entries == books.journal.head().seq - 2
    assert (state.sent_seq, state.stored_seq, state.judged_seq) == (7, 2, 2)


def test_central_may_know_more_than_a_restored_counter(enrolled: SqlMoneyStore) -> None:
    """What was lost here was sent from here: its tickets are not only ours any more."""
    with enrolled.writing() as books:
        books.sync.mark_stored(stored_seq=500, judged_seq=400)
    with enrolled.reading() as books:
        state, end = books.sync.state(), books.journal.head().seq
    assert (state.sent_seq, state.stored_seq, state.judged_seq) == (end, end, end)


def test_unsynced_tickets_and_their_value(enrolled: SqlMoneyStore, window: Window) -> None:
    """The Z prints it: what the operator would lose with this machine."""
    first = sell(enrolled, window, hold(enrolled, window, Span(0, 2), "02/01A", "02/01B"))
    window.clock.forward(minutes=1)
    second = sell(enrolled, window, hold(enrolled, window, Span(0, 2), "02/01C"))
    with enrolled.writing() as books:
        entry = books.journal.append(Kind.REFUNDED, {}, actor=SYSTEM)
        books.orders.add_refund(
            RefundRecord(
                refund_id=window.ids.new(),
                ticket_id=first[0].ticket_id,
                rule="",
                items=(),
                refunded_minor=120_00,
                fee_minor=30_00,
                at=entry.at,
                clerk="Li",
                shift_id=first[0].shift_id,
                journal_seq=entry.seq,
            )
        )
    with enrolled.reading() as books:
        unsynced = books.sync.unsynced()
    assert (unsynced.entries, unsynced.tickets, unsynced.value_minor) == (head(enrolled), 3, 450_00 - 120_00)
    with enrolled.writing() as books:
        books.sync.mark_stored(stored_seq=first[0].journal_seq, judged_seq=0)
    with enrolled.reading() as books:
        unsynced = books.sync.unsynced()
    assert (unsynced.entries, unsynced.tickets, unsynced.value_minor) == (2, 1, 150_00 - 120_00)
    assert unsynced.oldest == second[0].sold_at
    with enrolled.writing() as books:
        books.sync.mark_stored(stored_seq=head(enrolled), judged_seq=0)
    with enrolled.reading() as books:
        assert (books.sync.unsynced().entries, books.sync.unsynced().oldest) == (0, None)


def test_entries_are_read_raw_for_sending(enrolled: SqlMoneyStore) -> None:
    """The very bytes that were signed, in batches with a bound: entries of a megabyte do not go out by the thousand."""
    with enrolled.writing() as books:
        for size in (10, 1000, 10, 10):
            books.journal.append(Kind.TRUST_EXPORTED, {"x": "y" * size}, actor=SYSTEM)
    with enrolled.reading() as books:
        entries = list(books.journal.entries())
        raw = books.journal.raw_entries(after_seq=0, limit=100, bytes_max=1 << 20)
        assert [(one.seq, one.raw, one.hash, one.signature) for one in raw] == [
            (one.seq, one.raw, one.hash, one.signature) for one in entries
        ]
        assert [one.seq for one in books.journal.raw_entries(after_seq=2, limit=2, bytes_max=1 << 20)] == [3, 4]
        assert [one.seq for one in books.journal.raw_entries(after_seq=2, limit=9, bytes_max=1_000)] == [3]
        assert [one.seq for one in books.journal.raw_entries(after_seq=3, limit=9, bytes_max=10)] == [4], "one at least"
        assert books.journal.raw_entries(after_seq=len(entries), limit=9, bytes_max=10) == []


# --------------------------------------------------------------------------------------------------- central's time


def test_central_time_is_kept_and_its_high_water_never_falls(enrolled: SqlMoneyStore, window: Window) -> None:
    """A clock that is set back must not wake a lease that has run out."""
    now = window.clock.at
    told = CentralTime(
        told=now, told_wall=now + timedelta(seconds=3), told_monotonic_ms=123, high_water=now + timedelta(hours=1)
    )
    with enrolled.writing() as books:
        books.sync.raise_high_water(now + timedelta(hours=9))  # before central told its time there is nothing to raise
        books.sync.put_time(told, now)
    with enrolled.reading() as books:
        assert books.sync.state().time == told
        assert books.sync.state().last_contact == now
    with enrolled.writing() as books:
        books.sync.raise_high_water(now + timedelta(hours=2))
        books.sync.raise_high_water(now)
        books.sync.put_time(replace(told, told=now + timedelta(minutes=1), high_water=now), now)
    with enrolled.reading() as books:
        kept = books.sync.state().time
    assert kept is not None
    assert (kept.told, kept.high_water) == (now + timedelta(minutes=1), now + timedelta(hours=2))


def test_another_run_of_the_program_does_not_trust_the_monotonic_clock(enrolled: SqlMoneyStore, window: Window) -> None:
    """It begins anew at each start of the machine: hours would be missing, and leases would last too long."""
    now = window.clock.at
    with enrolled.writing() as books:
        books.sync.put_time(CentralTime(told=now, told_wall=now, told_monotonic_ms=5, high_water=now), now)
    enrolled.close()
    again = window.open()
    with again.reading() as books:
        time = books.sync.state().time
    again.close()
    assert time == CentralTime(told=now, told_wall=now, told_monotonic_ms=None, high_water=now)


# -------------------------------------------------------------------------------------------------------- the feed


def test_who_central_is(enrolled: SqlMoneyStore) -> None:
    """A counter that forgot its operator's key would believe any central."""
    with enrolled.reading() as books:
        central = books.sync.central()
    assert central is not None
    assert (central.url, central.operator_key, central.incarnation) == (
        "https://central.example",
        OPERATOR.public,
        INCARNATION,
    )
    with enrolled.writing() as books:
        books.sync.put_incarnation(UUID(int=78))
        books.sync.put_stopped("outdated")
        books.sync.put_forked(True)
    with enrolled.reading() as books:
        again, state = books.sync.central(), books.sync.state()
    assert again is not None
    assert (again.incarnation, state.stopped, state.forked) == (UUID(int=78), "outdated", True)


def test_cursors_and_values_of_the_feed(enrolled: SqlMoneyStore) -> None:
    """A cursor that is ahead of its values loses them for good: both are of one transaction."""
    with enrolled.writing() as books:
        assert books.sync.cursor("operator") is None
        books.sync.put_cursor("operator", INCARNATION, 5)
        books.sync.put_cursor("operator", INCARNATION, 9)
        books.sync.put_feed_value("policy/cn-rail", {"name": "cn-rail", "version": 3})
        books.sync.put_feed_value("policy/cn-rail", {"name": "cn-rail", "version": 4})
        books.sync.put_feed_value("policy/other", {"n": None})
        books.sync.put_feed_value("policy_", {})
    with contextlib.suppress(ZeroDivisionError), enrolled.writing() as books:
        books.sync.put_cursor("operator", INCARNATION, 10)
        books.sync.put_feed_value("policy/cn-rail", None)
        raise ZeroDivisionError
    with enrolled.reading() as books:
        assert books.sync.cursor("operator") == (INCARNATION, 9)
        assert books.sync.feed_value("policy/cn-rail") == {"name": "cn-rail", "version": 4}
        assert books.sync.feed_keys("policy/") == ["policy/cn-rail", "policy/other"]
        assert books.sync.feed_value("nothing") is None
    with enrolled.writing() as books:
        books.sync.put_feed_value("policy/other", None)
        assert books.sync.feed_keys("policy/") == ["policy/cn-rail"]


def test_what_central_says_is_taken(enrolled: SqlMoneyStore) -> None:
    """A shadow that is not replaced whole shows free seats that were sold, or the other way about."""
    stock = RunStock(
        service_date=DAY, run_id=RUN.run_id, pattern="v1", version=3, taken=("ff", ""), used={"a": (1, 2)}, checksum="c"
    )
    other = replace(stock, run_id=UUID(int=5), checksum="d")
    with enrolled.writing() as books:
        books.sync.put_stock("stock/1", [stock, other])
        books.sync.put_stock("stock/1", [replace(stock, version=2, checksum="e")])
        books.sync.put_stock("stock/2", [replace(stock, run_id=UUID(int=6))])
    with enrolled.reading() as books:
        assert books.sync.stock_of(RUN.run_id) == replace(stock, version=2, checksum="e")
        assert books.sync.shadow_runs("stock/1") == {RUN.run_id: "e", UUID(int=5): "d"}
    with enrolled.writing() as books:
        books.sync.drop_stock("stock/1", [UUID(int=5), UUID(int=6)])
        assert set(books.sync.shadow_runs("stock/1")) == {RUN.run_id}
        assert set(books.sync.shadow_runs("stock/2")) == {UUID(int=6)}, "of another shard"
        books.sync.drop_stock("stock/1")
        assert books.sync.stock_of(RUN.run_id) is None


# -------------------------------------------------------------------------------------------- inbox and releases


def test_a_verdict_waits_until_a_person_settles_it(enrolled: SqlMoneyStore, window: Window) -> None:
    """A conflict that slips out of the inbox is a passenger without a seat whom nobody told."""
    verdict = Verdict(
        epoch=3, seq=9, judgement=Judgement.CONFLICT, reason="place_sold_elsewhere", owner="clerk", next_step="reseat"
    )
    later = Verdict(epoch=3, seq=4, judgement=Judgement.QUARANTINED, facts={"n": 1})
    with enrolled.writing() as books:
        assert books.sync.put_verdict(verdict, window.clock.at)
        assert not books.sync.put_verdict(verdict, window.clock.at + timedelta(days=1))
        assert books.sync.put_verdict(later, window.clock.at)
        assert books.sync.inbox_open() == 2
        books.sync.settle_verdict(3, 9, by="wang", note="re-seated")
        with pytest.raises(Refusal) as refused:
            books.sync.settle_verdict(3, 9, by="li", note="")
        assert refused.value.reason is Reason.BAD_INPUT
    with enrolled.reading() as books:
        assert [one.verdict for one in books.sync.inbox()] == [later, verdict], "newest first"
        assert [one.verdict for one in books.sync.inbox(state=InboxState.OPEN)] == [later]
        assert [one.verdict for one in books.sync.inbox(limit=1)] == [later]
        settled = books.sync.verdict(3, 9)
        assert books.sync.verdict(2, 9) is None
        assert books.sync.inbox_open() == 1
    assert settled is not None
    assert (settled.state, settled.settled_by, settled.note, settled.received_at) == (
        InboxState.SETTLED,
        "wang",
        "re-seated",
        window.clock.at,
    )


def test_a_verdict_that_central_changed_takes_the_place_of_the_first(enrolled: SqlMoneyStore, window: Window) -> None:
    """Judged again after an upgrade: the screen must not ask for what is no longer to be done."""
    first = Verdict(epoch=3, seq=9, judgement=Judgement.QUARANTINED, reason="unknown_kind")
    again = Verdict(epoch=3, seq=9, judgement=Judgement.ACCEPTED)
    with enrolled.writing() as books:
        books.sync.put_verdict(first, window.clock.at)
        assert books.sync.put_verdict(again, window.clock.at)
        assert not books.sync.put_verdict(again, window.clock.at)
        assert [one.verdict for one in books.sync.inbox()] == [again]


def test_claims_to_be_let_go_are_kept_until_central_knows(enrolled: SqlMoneyStore) -> None:
    """A claim that nobody lets go keeps a seat from everybody until its time is over."""
    with enrolled.writing() as books:
        books.sync.put_release(UUID(int=2), RUN)
        books.sync.put_release(UUID(int=1), RUN)
        books.sync.put_release(UUID(int=2), RUN)
    with enrolled.reading() as books:
        assert [(one.claim_id, one.run) for one in books.sync.releases()] == [(UUID(int=1), RUN), (UUID(int=2), RUN)]
    with enrolled.writing() as books:
        books.sync.drop_release(UUID(int=1))
        books.sync.drop_release(UUID(int=1))
        assert [one.claim_id for one in books.sync.releases()] == [UUID(int=2)]
