"""The background work of an enrolled counter: upload before download, leases by themselves, a line cut anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.aftersales import Refund
from counter_app.application.lock_tickets import EnrolledRefund
from counter_app.application.sync_turn import BACKOFF_MAX_MS, TURN_MS
from counter_app.application.views import LineWord, OutboxState, PlaceWish, Refunded, RefundQuote, Sold
from counter_app.domain.journal import Json, Kind
from counter_app.domain.leases import LeaseState
from counter_app.domain.staff import SYSTEM, Actor
from counter_app.errors import NoAnswer, Reason, Refusal
from counter_app.ports.sync import SyncState
from counter_app.wire import messages as m
from tests.unit.counter_app.application.central_stand_in import (
    ADMIN,
    CATALOGUE,
    CHIEF,
    CLERK,
    PASSWORD,
    EnrolledCounter,
    StandIn,
)
from tests.unit.counter_app.application.counter import DAY, LI, NOW, WHOLE, SetClock, policy, run


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[EnrolledCounter]:
    """Just enrolled: nobody may log in, there is no timetable."""
    made = EnrolledCounter(tmp_path / "profile")
    yield made
    made.close()


@pytest.fixture
def counter(bare: EnrolledCounter) -> EnrolledCounter:
    bare.load()
    return bare


def _refused(reason: Reason) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason is reason)


def _sell(counter: EnrolledCounter) -> Sold:
    hold = counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=1))
    quote = counter.desk.quote(hold, (LI,))
    counter.desk.begin_tender(CLERK, hold.order_id)
    return counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)


def _head(counter: EnrolledCounter) -> int:
    return counter.desk.journal_head()


def _bodies(counter: EnrolledCounter, kind: Kind) -> list[dict[str, Json]]:
    with counter.store.reading() as books:
        return [entry.body for entry in books.journal.entries() if entry.kind is kind]


def _say(counter: EnrolledCounter, count: int) -> None:
    """Entries without meaning to central."""
    with counter.store.writing() as books:
        for _ in range(count):
            books.journal.append(Kind.TRUST_EXPORTED, {}, actor=SYSTEM)


def _leases(counter: EnrolledCounter, state: LeaseState | None = LeaseState.ACTIVE) -> list[Any]:
    with counter.store.reading() as books:
        return list(books.sync.leases(state))


# ---- upload


def test_the_journal_goes_up_before_anything_comes_down(counter: EnrolledCounter) -> None:
    """Central grants places by what it has not heard yet."""
    _say(counter, 3)
    counter.central.asked.clear()
    counter.settle()
    asked = counter.central.asked
    assert asked.index("push") < asked.index("feed")
    assert counter.state().stored_seq == _head(counter)


def test_what_is_being_sent_is_noted_before_it_is_sent(counter: EnrolledCounter) -> None:
    """A lost answer, and the ticket is given back here and there (decisions 13)."""
    noted: list[tuple[int, int]] = []

    def look(push: m.Push) -> None:
        noted.append((counter.state().sent_seq, push.first_seq + len(push.entries) - 1))

    counter.central.before_push = look
    _say(counter, 5)
    counter.settle()
    assert noted
    assert all(sent >= last for sent, last in noted)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_batch_is_sent_again(counter: EnrolledCounter, when: str) -> None:
    """An entry that central never hears of, or two of one."""
    _say(counter, 3)
    counter.central.cut("push", when)
    counter.settle()
    assert counter.state().stored_seq == _head(counter)
    assert sorted(seq for _, seq in counter.central.entries) == list(range(1, _head(counter) + 1))


def test_a_drain_goes_in_bounded_batches(counter: EnrolledCounter) -> None:
    """A month offline in one message: refused as too large, for ever."""
    sizes: list[int] = []
    counter.central.before_push = lambda push: sizes.append(len(push.entries))
    _say(counter, 1_500)
    counter.settle()
    assert sum(sizes) >= 1_500
    assert max(sizes) <= m.PUSH_ENTRIES_MAX
    assert counter.state().stored_seq == _head(counter)


def test_a_thin_line_gets_smaller_batches(counter: EnrolledCounter) -> None:
    """A batch that takes longer than its deadline never gets through."""
    sizes: list[int] = []

    def narrow(push: m.Push) -> None:
        sizes.append(len(push.entries))
        if len(push.entries) > 60:
            counter.clock.go(milliseconds=30_000)
            raise NoAnswer("timeout", sent=True)

    counter.central.before_push = narrow
    _say(counter, 300)
    counter.settle(200)
    assert counter.state().stored_seq == _head(counter)
    assert max(sizes) > 60 >= min(sizes)


def test_a_restored_central_gets_again_what_it_lost(counter: EnrolledCounter) -> None:
    """Sales of the last hours are missing at central after its backup, and nobody notices."""
    _say(counter, 20)
    counter.settle()
    for key in [key for key in counter.central.entries if key[1] > 5]:
        del counter.central.entries[key]
    counter.central.incarnation = UUID(int=1001)
    counter.settle()
    assert sorted(seq for _, seq in counter.central.entries) == list(range(1, _head(counter) + 1))


def test_a_gap_that_central_names_is_filled(counter: EnrolledCounter) -> None:
    """The same, met by the next sale."""
    _say(counter, 20)
    counter.settle()
    for key in [key for key in counter.central.entries if key[1] > 5]:
        del counter.central.entries[key]
    _say(counter, 1)
    counter.settle()
    assert sorted(seq for _, seq in counter.central.entries) == list(range(1, _head(counter) + 1))


def test_verdicts_come_with_the_receipt_and_by_the_feed(counter: EnrolledCounter) -> None:
    """A conflict that nobody at the window hears of."""
    one = m.Verdict(epoch=1, seq=2, judgement=m.Judgement.CONFLICT, reason="displaced", owner="supervisor")
    other = m.Verdict(epoch=1, seq=3, judgement=m.Judgement.QUARANTINED, reason="bad_body", owner="operator")
    counter.central.verdicts = [one]
    body: dict[str, Json] = {"epoch": 1, "seq": 3, "judgement": "quarantined", "reason": other.reason}
    counter.central.shard("device").put(m.FeedKind.VERDICT, "verdict/1/3", body | {"owner": "operator"})
    _say(counter, 1)
    counter.settle()
    found = {item.seq: item for item in counter.desk.sync_inbox(CLERK)}
    assert {seq: (item.judgement, item.reason) for seq, item in found.items()} == {
        2: ("conflict", "displaced"),
        3: ("quarantined", "bad_body"),
    }
    assert counter.desk.sync_status().inbox_open == 2
    with _refused(Reason.NOT_ALLOWED):
        counter.desk.settle_inbox(CLERK, 1, 2, note="re-seated")
    with _refused(Reason.REASON_NEEDED):
        counter.desk.settle_inbox(CHIEF, 1, 2, note="  ")
    counter.desk.settle_inbox(CHIEF, 1, 2, note="re-seated in 03/01A")
    assert counter.desk.sync_status().inbox_open == 1
    assert [item.settled for item in counter.desk.sync_inbox(CLERK)] == [False, True]
    assert _bodies(counter, Kind.VERDICT_SETTLED)[0]["seq"] == 2


def test_what_central_settled_is_settled_here(counter: EnrolledCounter) -> None:
    """A supervisor calls a customer about a seat that was found for her yesterday."""
    device = counter.central.shard("device")
    body: dict[str, Json] = {"epoch": 1, "seq": 2, "judgement": "conflict", "reason": "displaced"}
    device.put(m.FeedKind.VERDICT, "verdict/1/2", body)
    device.put(m.FeedKind.VERDICT, "verdict/1/3", body | {"seq": 3, "judgement": "quarantined", "reason": "bad_body"})
    counter.settle()
    assert counter.desk.sync_status().inbox_open == 2
    resolved: dict[str, Json] = {"by": "wang", "at": "x", "note": "re-seated"}
    device.put(m.FeedKind.VERDICT, "verdict/1/2", body | {"facts": {"resolved": resolved}})
    device.put(m.FeedKind.VERDICT, "verdict/1/3", body | {"seq": 3, "judgement": "accepted", "reason": ""})
    counter.settle()
    assert counter.desk.sync_status().inbox_open == 0
    notes = {item.seq: item.note for item in counter.desk.sync_inbox(CLERK)}
    assert "re-seated" in notes[2]
    assert len(_bodies(counter, Kind.VERDICT_SETTLED)) == 2


def test_the_outbox_tells_how_far_each_entry_got(counter: EnrolledCounter) -> None:
    """A clerk who cannot see whether the morning's sales have arrived."""
    sold = _sell(counter)
    states = {item.seq: item for item in counter.desk.outbox(CLERK)}
    assert states[sold.journal_seq].state is OutboxState.WAITING
    assert states[sold.journal_seq].subject == sold.order.tickets[0].number
    assert states[sold.journal_seq].amount == sold.order.total
    status = counter.desk.sync_status()
    assert (status.unsynced_tickets, status.unsynced_value) == (1, sold.order.total)
    counter.central.cut("push", "after")
    counter.desk.sync_now()
    counter.desk.sync_turn()
    assert counter.desk.outbox(CLERK)[0].state is OutboxState.SENT
    counter.settle()
    assert {item.state for item in counter.desk.outbox(CLERK)} == {OutboxState.ACCEPTED}
    assert counter.desk.sync_status().unsynced_entries == 0


def test_the_z_says_what_central_has_not_got_yet(counter: EnrolledCounter) -> None:
    """A Z that pretends everything is at central, in the middle of an outage."""
    counter.central.lease_out(1)
    counter.settle()
    counter.central.offline = True
    with pytest.raises(Refusal):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    sold = _sell(counter)
    report = counter.desk.report_x(CLERK)
    assert report.unsynced == sold.order.total
    assert report.unsynced_count == _head(counter) - counter.state().stored_seq


# ---- the line


def test_a_dead_line_is_tried_further_and_further_apart(counter: EnrolledCounter) -> None:
    """A thousand windows that hammer on a central which is just starting."""
    counter.central.offline = True
    counter.desk.sync_now()
    waits = []
    for _ in range(12):
        turn = counter.desk.sync_turn()
        waits.append(turn.next_ms)
        counter.clock.go(milliseconds=turn.next_ms)
    assert waits[-1] > 4 * waits[0]
    assert max(waits) <= BACKOFF_MAX_MS * 2
    status = counter.desk.sync_status()
    assert (status.line, status.last_error) == (LineWord.OFFLINE, "timeout")
    counter.central.heal()
    counter.desk.sync_now()  # a person asked: no patience is needed
    assert counter.desk.sync_turn().next_ms <= TURN_MS
    counter.settle()
    assert counter.desk.sync_status().line is LineWord.ONLINE


def test_a_turn_before_its_time_asks_nothing(counter: EnrolledCounter) -> None:
    """The screen wakes the line after every sale: through an outage that would be a question each."""
    counter.central.offline = True
    for _ in range(4):
        counter.clock.go(milliseconds=counter.desk.sync_turn().next_ms)
    counter.desk.sync_turn()
    counter.central.heal()
    asked = len(counter.central.asked)
    assert counter.desk.sync_turn().next_ms > 0
    assert len(counter.central.asked) == asked


@pytest.mark.parametrize("route", ["time", "push", "feed", "chunk", "top_up", "release"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_turn_survives_a_cut_anywhere(bare: EnrolledCounter, route: str, when: str) -> None:
    """One lost message, and the counter never gets its timetable, or takes a lease twice."""
    bare.central.generous = True
    bare.central.cut(route, when, 3)
    bare.load()
    bare.settle()
    assert bare.desk.timetable() is not None
    assert bare.state().stored_seq == _head(bare)
    taken = [body["lease_id"] for body in _bodies(bare, Kind.LEASE_TAKEN)]
    assert len(taken) == len(set(taken))


def test_central_s_time_outlives_the_program(counter: EnrolledCounter) -> None:
    """A lease that sells for ever after a restart without the line, or not at all."""
    counter.central.lease_out(1, minutes=60)
    counter.settle()
    counter.central.offline = True
    counter.close()
    counter.clock.go(minutes=5)
    counter.open()
    (line,) = counter.desk.leases()
    assert line.sells
    assert counter.central_clock.now() is not None


# ---- download


def test_accounts_come_and_go_by_the_feed(bare: EnrolledCounter) -> None:
    """Nobody can log in at a new window, or somebody who was dismissed still can."""
    with _refused(Reason.BAD_CREDENTIALS):
        bare.desk.log_in("li", PASSWORD)
    bare.central.tell_account(CLERK)
    bare.settle()
    bare.central.offline = True
    assert bare.desk.log_in("li", PASSWORD) == CLERK
    bare.central.heal()
    bare.central.shard("operator").put(m.FeedKind.STAFF, f"staff/{CLERK.user_id}", None)
    bare.settle()
    with _refused(Reason.BAD_CREDENTIALS):
        bare.desk.log_in("li", PASSWORD)
    assert len(_bodies(bare, Kind.ACCOUNTS_RECEIVED)) == 2


def test_a_set_of_changes_is_one_entry(bare: EnrolledCounter) -> None:
    """A thousand accounts are a thousand entries at each of a thousand windows."""
    for actor in (CLERK, CHIEF, ADMIN):
        bare.central.tell_account(actor)
    bare.settle()
    (body,) = _bodies(bare, Kind.ACCOUNTS_RECEIVED)
    assert isinstance(body["accounts"], list)
    assert len(body["accounts"]) == 3
    assert PASSWORD not in json.dumps(body)
    assert "argon2" not in json.dumps(body)


def test_what_a_snapshot_does_not_name_is_gone(counter: EnrolledCounter) -> None:
    """An account that was ended while this window was away too long for the deltas."""
    counter.central.lease_out(1)
    counter.settle()
    counter.central.incarnation = UUID(int=1001)
    del counter.central.shards["operator"].items[f"staff/{CHIEF.user_id}"]
    counter.central.shards["device"].items.clear()
    counter.settle()
    with _refused(Reason.BAD_CREDENTIALS):
        counter.desk.log_in("wang", PASSWORD)
    assert counter.desk.log_in("li", PASSWORD) == CLERK
    assert not _leases(counter), "a lease that central does not know any more may be another's"
    assert len(_bodies(counter, Kind.LEASE_ENDED)) == 1


def test_a_snapshot_of_many_pages_is_whole_or_begun_again(counter: EnrolledCounter) -> None:
    """Cut off in its middle, a window would forget accounts that it has not been told of yet."""
    for n in range(1_200):
        name = f"layout/{n:05d}"
        counter.central.shard("operator").put(m.FeedKind.LAYOUT, name, {"name": name, "body": ""})
    counter.settle()
    counter.central.incarnation = UUID(int=1001)
    counter.desk.sync_now()
    counter.central.cut("feed", "after", 5)
    counter.settle()
    assert counter.desk.log_in("li", PASSWORD) == CLERK
    with counter.store.reading() as books:
        assert len(books.sync.feed_keys("layout/")) == 1_200
        cursor = books.sync.cursor("operator")
    assert cursor == (counter.central.incarnation, counter.central.shards["operator"].position)


def test_the_timetable_comes_in_pieces_across_a_crash(bare: EnrolledCounter) -> None:
    """A window on a thin line begins the download anew after every cut."""
    for actor in (CLERK, CHIEF):
        bare.central.tell_account(actor)
    bare.central.tell_issue()
    asked: list[int] = []
    chunk = bare.central._chunk

    def counted(query: dict[str, str]) -> bytes:
        asked.append(int(query["offset"]))
        if len(asked) in {2, 3}:  # asked once more at once, as any question
            raise NoAnswer("cut", sent=True)
        return chunk(query)

    bare.central._chunk = counted  # type: ignore[method-assign]
    bare.desk.sync_now()
    for _ in range(8):
        bare.desk.sync_turn()
        if len(asked) >= 3:
            break
    loading = bare.desk.sync_status().loading
    assert loading is not None
    assert (loading.what, loading.total) == ("timetable", len(CATALOGUE))
    assert bare.desk.timetable() is None
    bare.restart()
    bare.settle()
    assert bare.desk.timetable() is not None
    assert asked.count(0) == 1
    assert len(_bodies(bare, Kind.CATALOGUE_ACTIVATED)) == 1
    assert bare.desk.sync_status().loading is None


def test_a_new_policy_is_kept_for_its_tickets_and_the_next_start(counter: EnrolledCounter) -> None:
    """A ticket is given back by another rule than it was sold under."""
    text = (Path(__file__).parents[4] / "resources" / "policies" / "cn-rail.toml").read_text("utf-8")
    version = policy().version + 1
    newer = text.replace(f"version = {policy().version}\n", f"version = {version}\n", 1)
    body: dict[str, Json] = {"name": "cn-rail", "version": version, "body": newer}
    counter.central.shard("operator").put(m.FeedKind.POLICY, "policy/cn-rail", body)
    counter.settle()
    from counter_app.application.policies import Policies, policy_in_force

    assert policy_in_force(counter.store, policy()).version == version
    assert Policies(counter.store, policy())(f"cn-rail@{version}").version == version
    with _refused(Reason.NOT_REFUNDABLE):
        Policies(counter.store, policy())("cn-rail@99")
    assert _bodies(counter, Kind.POLICY_ACTIVATED) == [{"policy": f"cn-rail@{version}"}]


def test_odd_items_are_passed_over(counter: EnrolledCounter) -> None:
    """One item of a newer central, and nothing after it is ever received."""
    operator, device = counter.central.shard("operator"), counter.central.shard("device")
    operator.put(m.FeedKind.STAFF, "staff/not-an-id", {"login": "x"})
    operator.put(m.FeedKind.POLICY, "policy/odd", {"name": "odd", "version": 1, "body": "not = toml ["})
    operator.put(m.FeedKind.CERTIFICATE, "certificate/00", {"odd": True})
    device.put(m.FeedKind.LEASE, "lease/odd", {"odd": True})
    device.put(m.FeedKind.VERDICT, "verdict/1/x", {"odd": True})
    late = counter.central.lease_out(1)
    counter.settle()
    assert [one.grant.lease_id for one in _leases(counter)] == [late.lease_id]


def test_a_lease_that_is_not_signed_by_the_operator_is_no_lease(counter: EnrolledCounter) -> None:
    """Whoever can write into the line can sell any seat."""
    grant = counter.central.lease_out(1)
    item = counter.central.shards["device"].items[f"lease/{grant.lease_id}"]
    assert item.body is not None
    forged = dict(item.body) | {"travel_class": "first"}
    counter.central.shard("device").put(m.FeedKind.LEASE, f"lease/{grant.lease_id}", forged)
    counter.settle()
    assert not _leases(counter)


def test_spoilt_stock_is_mended_by_a_snapshot(counter: EnrolledCounter) -> None:
    """Seats shown free that are sold, until somebody starts the program anew."""
    counter.central.tell_stock("02/01A", broken=True)
    counter.settle()
    with counter.store.reading() as books:
        assert books.sync.stock_of(run().run_id) is None
    counter.central.tell_stock("02/01A", version=2)
    counter.settle()
    with counter.store.reading() as books:
        stock = books.sync.stock_of(run().run_id)
    assert stock is not None
    assert stock.version == 2
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert {one.travel_class: one.free for one in offer.classes} == {"first": 12, "second": 19}


def test_stock_that_is_gone_is_free_again(counter: EnrolledCounter) -> None:
    """A tombstone that is not heeded keeps a train sold out."""
    counter.central.tell_stock("02/01A")
    counter.settle()
    shard = f"stock/{run().run_id.int % m.STOCK_SHARDS}"
    counter.central.shard(shard).put(m.FeedKind.STOCK, str(run().run_id), None)
    counter.settle()
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "G1"]
    assert {one.travel_class: one.free for one in offer.classes} == {"first": 12, "second": 20}


def test_stock_of_runs_that_are_over_goes_with_the_day(counter: EnrolledCounter) -> None:
    """A store that keeps every train that ever ran."""
    counter.central.tell_stock("02/01A")
    counter.settle()
    assert counter.central.asked.count("feed") > 1
    counter.clock.at = NOW + timedelta(days=8)
    counter.settle()
    with counter.store.reading() as books:
        assert books.sync.stock_of(run().run_id) is None


# ---- allotments


def test_leases_are_asked_for_and_journaled(counter: EnrolledCounter) -> None:
    """The line drops at noon, and the window has nothing to sell."""
    counter.clock.at = NOW + timedelta(days=2, hours=12)  # the day before the trains of DAY
    counter.central.generous = True
    counter.settle()
    leases = _leases(counter)
    assert {one.grant.trip_id for one in leases} >= {"G1", "G3", "K9"}
    assert len(_bodies(counter, Kind.LEASE_TAKEN)) == len(leases)
    assert {body["lease_id"] for body in counter.central.journaled("lease_taken")} == {
        str(one.grant.lease_id) for one in leases
    }
    asked = counter.central.asked.count("top_up")
    counter.clock.go(seconds=200)
    counter.settle()
    assert len(_leases(counter)) == len(leases), "what is held already is not asked for again"
    assert counter.central.asked.count("top_up") <= asked + 2


def test_with_too_much_to_say_nothing_is_asked_for(counter: EnrolledCounter) -> None:
    """Central leases what it does not know to be sold."""
    counter.clock.at = NOW + timedelta(days=2, hours=12)
    counter.central.generous = True
    counter.central.asked.clear()
    _say(counter, 1)
    counter.central.cut("push", "before", 40)
    counter.settle(10)
    assert "top_up" not in counter.central.asked


def test_an_expired_lease_goes_back_exactly(counter: EnrolledCounter) -> None:
    """Seats that were sold are returned, or those that were not never come back."""
    grant = counter.central.lease_out(3, minutes=60)
    counter.settle()
    counter.central.offline = True
    with pytest.raises(Refusal):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    sold = _sell(counter)
    counter.clock.at = grant.expires_at
    counter.central.heal()
    counter.settle()
    ticket = sold.order.tickets[0]
    left = set(grant.places) - {f"{ticket.coach}/{ticket.place}"}
    (body,) = counter.central.journaled("lease_returned")
    assert set(body["places"]) == left
    assert (body["board"], body["alight"], body["holder_epoch"]) == (0, 4, grant.holder_epoch)
    assert {place for _, place, _ in counter.central.cells} == set(grant.places) - left
    assert not counter.desk.leases()


def test_a_lease_in_use_does_not_go_back(counter: EnrolledCounter) -> None:
    """A seat returned while the customer is counting out the money."""
    grant = counter.central.lease_out(2, minutes=60)
    counter.settle()
    counter.central.offline = True
    with pytest.raises(Refusal):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    hold = counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=1))
    counter.clock.at = grant.expires_at - timedelta(seconds=grant.guard_s + 5)
    counter.desk.begin_tender(CLERK, hold.order_id)
    counter.clock.go(seconds=30)
    counter.desk.sync_turn()
    assert not _bodies(counter, Kind.LEASE_RETURNED)
    quote = counter.desk.quote(hold, (LI,))
    counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)
    counter.desk.sync_turn()
    (body,) = _bodies(counter, Kind.LEASE_RETURNED)
    assert body["count"] == 1


def test_a_lease_of_a_run_that_is_cancelled_goes_back(counter: EnrolledCounter) -> None:
    """A window without a line goes on selling a train that does not run, days before its lease ends."""
    grant = counter.central.lease_out(2)
    counter.settle()
    body: dict[str, Json] = {"run_id": str(grant.run_id), "service_date": grant.service_date.isoformat()}
    counter.central.shard("device").put(m.FeedKind.RECALL, f"recall/{grant.run_id}", body)
    counter.settle()
    (returned,) = counter.central.journaled("lease_returned")
    assert set(returned["places"]) == set(grant.places)
    assert not counter.desk.leases()
    counter.central.offline = True
    with pytest.raises(Refusal):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    with _refused(Reason.NOT_LEASED):
        counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=1))


def test_a_lease_of_which_all_was_sold_just_ends(counter: EnrolledCounter) -> None:
    """A return of nothing, which central cannot make sense of."""
    grant = counter.central.lease_out(1, minutes=60)
    counter.settle()
    counter.central.offline = True
    with pytest.raises(Refusal):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    _sell(counter)
    counter.clock.at = grant.expires_at
    counter.desk.sync_turn()
    assert not _bodies(counter, Kind.LEASE_RETURNED)
    assert len(_bodies(counter, Kind.LEASE_ENDED)) == 1


def test_a_supervisor_gives_a_lease_back_by_hand(counter: EnrolledCounter) -> None:
    """A group wants the seats that a quiet window sits on."""
    grant = counter.central.lease_out(2)
    counter.settle()
    assert counter.desk.sync_status().leased_places == 2
    with _refused(Reason.NOT_ALLOWED):
        counter.desk.return_lease(CLERK, grant.lease_id)
    counter.desk.return_lease(CHIEF, grant.lease_id)
    with _refused(Reason.NOT_HELD):
        counter.desk.return_lease(CHIEF, grant.lease_id)
    counter.settle()
    assert not counter.central.cells
    assert counter.desk.sync_status().leased_places == 0


# ---- after-sales


def test_an_unsent_ticket_is_refunded_without_the_line(counter: EnrolledCounter) -> None:
    """A customer who changed her mind within the minute waits for the line to come back."""
    sold = _sell(counter)
    counter.central.offline = True
    refunded = counter.desk.refund(CLERK, counter.desk.quote_refund(sold.order.tickets[0].ticket_id))
    assert refunded.refunded
    assert not _bodies(counter, Kind.TICKET_LOCKED)


def test_a_sent_ticket_is_locked_first(counter: EnrolledCounter) -> None:
    """Two windows pay one ticket back."""
    sold = _sell(counter)
    ticket = sold.order.tickets[0]
    counter.settle()
    quote = counter.desk.quote_refund(ticket.ticket_id)
    counter.desk.refund(CLERK, quote)
    assert counter.central.locks == {ticket.ticket_id}, "the refund's entry ends it, and nothing before"
    counter.settle()
    assert counter.central.locks == {ticket.ticket_id}
    assert len(_bodies(counter, Kind.TICKET_LOCKED)) == 1
    assert counter.desk.refund(CLERK, quote).refund_id == quote.quote_id, "posted again: what was posted"


@pytest.mark.parametrize("when", ["before", "after"])
def test_without_an_answer_a_sent_ticket_is_not_refunded(counter: EnrolledCounter, when: str) -> None:
    """The lock is granted, the answer lost, the money paid, and paid again elsewhere."""
    sold = _sell(counter)
    counter.settle()
    quote = counter.desk.quote_refund(sold.order.tickets[0].ticket_id)
    counter.central.cut("lock_ticket", when)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.refund(CLERK, quote)
    assert not _bodies(counter, Kind.REFUNDED)
    counter.restart()
    counter.settle()
    assert not counter.central.locks, "given up: let go there"
    assert len(_bodies(counter, Kind.TICKET_UNLOCKED)) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((False, "locked_elsewhere", "CSQ/2"), Reason.TICKET_LOCKED),
        ((False, "already_refunded", "CSQ/2"), Reason.ALREADY_REFUNDED),
        ((False, "unknown_ticket", ""), Reason.CENTRAL_REFUSED),
    ],
)
def test_a_lock_that_is_not_granted_is_said_why(
    counter: EnrolledCounter, answer: tuple[bool, str, str], reason: Reason
) -> None:
    """The clerk does not learn which window to ask."""
    sold = _sell(counter)
    counter.settle()
    counter.central.lock_answer = answer
    with _refused(reason):
        counter.desk.refund(CLERK, counter.desk.quote_refund(sold.order.tickets[0].ticket_id))
    assert not _bodies(counter, Kind.REFUNDED)


def test_a_ticket_that_went_out_between_two_looks_is_locked_all_the_same(
    counter: EnrolledCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The background sends the sale in the very moment in which it is refunded here."""
    sold = _sell(counter)
    quote = counter.desk.quote_refund(sold.order.tickets[0].ticket_id)
    refund = counter.desk._refund
    assert isinstance(refund, EnrolledRefund)
    post = Refund.__call__
    sent: list[int] = []

    def meanwhile(self: Refund, actor: Actor, of: RefundQuote) -> Refunded:
        if not sent:  # the first look is over, and found it unsent
            counter.settle()
            sent.append(counter.state().sent_seq)
        return post(self, actor, of)

    monkeypatch.setattr(Refund, "__call__", meanwhile)
    counter.desk.refund(CLERK, quote)
    assert sent[0] >= sold.journal_seq
    assert len(_bodies(counter, Kind.TICKET_LOCKED)) == 1


# ---- epochs


def test_a_fork_stops_selling_and_a_new_epoch_lets_it_sell(counter: EnrolledCounter) -> None:
    """A cloned counter sells on, or the original never again."""
    _say(counter, 2)
    head = _head(counter)
    counter.central.entries[1, head] = b'{"kind":"another","body":{}}'  # what a clone has sent under this number
    counter.settle()
    status = counter.desk.sync_status()
    assert (status.line, status.epoch_needed) == (LineWord.STOPPED, True)
    with _refused(Reason.EPOCH_NEEDED):
        _sell(counter)
    with _refused(Reason.NOT_ALLOWED):
        counter.desk.request_epoch(CLERK, reason="a copy was found")
    with _refused(Reason.REASON_NEEDED):
        counter.desk.request_epoch(ADMIN, reason=" ")
    counter.central.cut("epoch", "after")
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.request_epoch(ADMIN, reason="a copy was found")
    assert counter.desk.request_epoch(ADMIN, reason="a copy was found") == 2
    counter.settle()
    assert _sell(counter).order.tickets[0].number.split("-")[2] == "2"
    counter.settle()
    assert counter.state().stored_seq == _head(counter)
    assert not counter.desk.sync_status().stopped


def test_only_central_changes_accounts_timetable_and_epochs(counter: EnrolledCounter) -> None:
    """A local account, or a timetable of one window only, that central knows nothing of."""
    with _refused(Reason.ONLY_CENTRAL):
        counter.desk.add_user(ADMIN, login="x", display_name="X", role=CLERK.role, password=PASSWORD)
    with _refused(Reason.ONLY_CENTRAL):
        counter.desk.start_epoch(ADMIN, reason="because")
    with _refused(Reason.ONLY_CENTRAL):
        counter.desk.import_timetable(ADMIN, Path("x.zip"), progress=lambda _: None, cancelled=lambda: False)


def test_tickets_of_other_windows_are_asked_for(counter: EnrolledCounter) -> None:
    """A customer with another window's ticket is told that it does not exist."""
    ticket = m.WireTicket(
        ticket_id=UUID(int=5),
        order_id=UUID(int=6),
        number="CSQ-02-1-000001-2",
        state="FULFILLED",
        station_code="CSQ",
        counter=2,
        run=m.WireRun(run_id=run().run_id, trip_id="G1", service_date=DAY, pattern="v1"),
        service="G1",
        board=0,
        alight=4,
        origin="CWQ",
        destination="BXP",
        depart=NOW,
        arrive=NOW,
        place="02/01A",
        travel_class="second",
        passenger_type="adult",
        price_minor=600_00,
        currency="CNY",
        sold_at=NOW,
    )
    counter.central._find_tickets = lambda question: m.TicketsFound(  # type: ignore[method-assign]
        tickets=(ticket,) if question.number else (), central_time=NOW
    )
    with pytest.raises(Refusal):
        counter.desk.find_central_tickets("")
    sold = _sell(counter)
    (found,) = counter.desk.find_central_tickets(sold.order.tickets[0].number)
    assert (found.window, found.origin, found.place) == ("CSQ/2", "长沙南", "02/01A")
    counter.central.offline = True
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.find_central_tickets(sold.order.tickets[0].number)


def test_the_clock_of_a_counter_that_is_off_is_set_by_central(tmp_path: Path) -> None:
    """A window whose clock is a day behind can never speak to central."""
    own = SetClock()
    central = StandIn(SetClock(own.now() + timedelta(days=1)))
    made = EnrolledCounter(tmp_path / "profile", central, own)
    try:
        made.settle(5)
        assert made.desk.sync_status().line is LineWord.ONLINE
        told = made.central_clock.now()
        assert told is not None
        assert abs(told - central.clock.now()) < timedelta(minutes=1)
    finally:
        made.close()


def test_the_state_begins_empty(bare: EnrolledCounter) -> None:
    """A counter that believes to have sent what it never sent."""
    state: SyncState = bare.state()
    assert (state.sent_seq, state.stored_seq, state.judged_seq, state.stopped, state.forked) == (0, 0, 0, "", False)
