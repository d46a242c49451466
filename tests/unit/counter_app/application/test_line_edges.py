"""Central in odd moods: what it says of a counter, of a claim, of a run, and what the counter makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.lease_view import covers
from counter_app.application.views import LineWord, PlaceWish, SpotState
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import Kind
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import Claim, ClaimOrigin, ClaimState
from counter_app.wire import messages as m
from counter_app.wire.codec import plain
from tests.unit.counter_app.application.central_stand_in import CLERK, EnrolledCounter, No
from tests.unit.counter_app.application.counter import DAY, LI, WHOLE, run


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


def _refused(reason: Reason) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason is reason)


def _hold(counter: EnrolledCounter, count: int = 1, **more: Any) -> Any:
    return counter.desk.hold(CLERK, run(), WHOLE, PlaceWish(travel_class="second", count=count), **more)


def _says(code: m.Refused) -> Callable[..., Any]:
    def say(*_: object) -> Any:
        raise No(code)

    return say


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (m.Refused.UNKNOWN_RUN, Reason.UNKNOWN_RUN),
        (m.Refused.NO_TIMETABLE, Reason.NO_TIMETABLE),
        (m.Refused.DEVICE_REVOKED, Reason.DEVICE_REVOKED),
        (m.Refused.FORKED, Reason.EPOCH_NEEDED),
        (m.Refused.EPOCH_SUPERSEDED, Reason.EPOCH_NEEDED),
        (m.Refused.WIRE_VERSION, Reason.CENTRAL_REFUSED),
    ],
)
def test_a_refusal_of_central_s_is_said_in_words(counter: EnrolledCounter, code: m.Refused, reason: Reason) -> None:
    """The clerk reads "not enough places" where the counter itself may not sell."""
    counter.central._claim = _says(code)  # type: ignore[method-assign]
    with _refused(reason):
        _hold(counter)
    if reason in {Reason.DEVICE_REVOKED, Reason.EPOCH_NEEDED}:  # and it is remembered without the line
        counter.central.offline = True
        with _refused(reason):
            _hold(counter)


def test_other_places_than_asked_for_are_not_taken(counter: EnrolledCounter) -> None:
    """A ticket for another seat than the one that was chosen; and what central holds then is let go."""
    claim = counter.central._claim

    def other(request: m.ClaimRequest) -> m.ClaimAnswer:
        answer = claim(request)
        return m.ClaimAnswer(
            claim_id=answer.claim_id,
            status=answer.status,
            places=("02/02B", "02/02C"),
            central_time=answer.central_time,
        )

    counter.central._claim = other  # type: ignore[method-assign]
    with pytest.raises(Refusal) as refused:
        _hold(counter)
    assert refused.value.facts["code"] == "bad_answer"
    counter.settle()
    assert all(one.state is m.ClaimStatus.GONE for one in counter.central.claims.values())


def test_a_place_of_a_coach_that_this_timetable_does_not_have_is_not_taken(counter: EnrolledCounter) -> None:
    """Central's timetable is another one for a while: a bad input of the clerk's, and the place kept from everybody."""
    claim = counter.central._claim
    counter.central._claim = lambda request: replace(claim(request), places=("77/01A",))  # type: ignore[method-assign]
    with pytest.raises(Refusal) as refused:
        _hold(counter)
    assert (refused.value.reason, refused.value.facts["detail"]) == (Reason.UNKNOWN_RUN, "changed_timetable")
    counter.settle()
    assert all(one.state is m.ClaimStatus.GONE for one in counter.central.claims.values())


def test_a_lease_of_a_claim_that_is_neither_given_nor_gone(counter: EnrolledCounter) -> None:
    """An answer that says HELD to "lease it": no money on that."""
    hold = _hold(counter)
    counter.central._lease = lambda act: counter.central._claim_answer(  # type: ignore[method-assign]
        counter.central.claims[act.claim_id]
    )
    with _refused(Reason.CENTRAL_REFUSED):
        counter.desk.begin_tender(CLERK, hold.order_id)
    with counter.store.reading() as books:
        claim = books.stock.claim_of(hold.order_id)
    assert claim is not None
    assert (claim.state, claim.asked) == (ClaimState.HELD, True)


def test_tender_again_is_the_same_tender(counter: EnrolledCounter) -> None:
    """A second press of the key asks central for a second lease, or refuses the first."""
    hold = _hold(counter)
    counter.desk.begin_tender(CLERK, hold.order_id)
    asked = len(counter.central.asked)
    assert counter.desk.begin_tender(CLERK, hold.order_id).claim_id == hold.claim_id
    assert len(counter.central.asked) == asked


def test_a_dead_line_is_not_asked_before_a_tender(counter: EnrolledCounter) -> None:
    """The claim is marked as asked for a question that was never put."""
    hold = _hold(counter)
    counter.central.offline = True
    with _refused(Reason.NOT_LEASED):
        _hold(counter)
    with _refused(Reason.CENTRAL_UNREACHABLE):
        counter.desk.begin_tender(CLERK, hold.order_id)
    with counter.store.reading() as books:
        claim = books.stock.claim_of(hold.order_id)
    assert claim is not None
    assert not claim.asked
    assert not counter.line.worth_asking()


def test_a_hold_after_a_tender_is_settled_by_the_journal(counter: EnrolledCounter) -> None:
    """Back from checkout the clerk takes other seats: the first ones stay leased to nobody."""
    first = _hold(counter)
    counter.desk.begin_tender(CLERK, first.order_id)
    counter.desk.end_tender(CLERK, first.order_id)
    second = _hold(counter, 2, replaces=first.order_id)
    assert second.order_id == first.order_id
    counter.settle()
    assert counter.central.claims[first.claim_id].state is m.ClaimStatus.GONE
    assert counter.central.claims[second.claim_id].state is m.ClaimStatus.HELD
    with _refused(Reason.NOT_HELD):
        _hold(counter, replaces=UUID(int=99))


def test_a_lease_follows_a_claim_and_the_other_way_round(counter: EnrolledCounter) -> None:
    """The line drops while the clerk changes the seats of one sale."""
    counter.central.lease_out(2)
    counter.settle()
    first = _hold(counter)
    counter.central.cut("claim", "before")
    second = _hold(counter, replaces=first.order_id)
    with counter.store.reading() as books:
        assert [one.claim_id for one in books.sync.releases()] == [first.claim_id]
    counter.settle()
    assert counter.central.claims[first.claim_id].state is m.ClaimStatus.GONE
    third = _hold(counter, replaces=second.order_id)
    assert third.claim_id in counter.central.claims
    assert {one.left for one in counter.desk.leases()} == {2}


def test_a_full_train_is_sold_on_from_the_lease(counter: EnrolledCounter) -> None:
    """Central says "full", and two of the seats are this window's."""
    grant = counter.central.lease_out(2)
    counter.central.take_elsewhere(*[str(ref) for ref in counter.central.table.refs if str(ref) not in grant.places])
    counter.settle()
    with pytest.raises(Refusal) as refused:
        _hold(counter, 3)
    assert (refused.value.reason, refused.value.facts["free"]) == (Reason.NOT_ENOUGH_PLACES, 2)
    assert {str(place) for place in _hold(counter, 2).places} == set(grant.places)


def test_leased_places_are_picked_without_asking(counter: EnrolledCounter) -> None:
    """Central would say that they are taken: by this very window."""
    grant = counter.central.lease_out(2)
    counter.settle()
    asked = counter.central.asked.count("claim")
    counter.desk.hold(CLERK, run(), WHOLE, places=[PlaceRef.parse(name) for name in grant.places])
    assert counter.central.asked.count("claim") == asked


def test_a_release_of_what_a_copy_has_leased_gives_nothing_up(counter: EnrolledCounter) -> None:
    """This counter never asked for it: its clone did, and has sold it. The seat would go to a second passenger."""
    hold = _hold(counter)
    counter.desk.release(CLERK, hold.order_id)
    counter.central.claims[hold.claim_id].state = m.ClaimStatus.LEASED
    counter.settle()
    assert not counter.central.journaled("sale_abandoned")
    assert counter.central.claims[hold.claim_id].state is m.ClaimStatus.LEASED
    with counter.store.reading() as books:
        assert not books.sync.releases()


def test_a_release_that_central_knows_nothing_of_is_over(counter: EnrolledCounter) -> None:
    """Asked for ever, and nothing behind it in the queue is ever told."""
    hold = _hold(counter)
    counter.desk.release(CLERK, hold.order_id)
    counter.central._release = _says(m.Refused.UNKNOWN_RUN)  # type: ignore[method-assign]
    counter.settle()
    with counter.store.reading() as books:
        assert not books.sync.releases()


def test_a_turn_that_is_refused_waits_and_says_why(counter: EnrolledCounter) -> None:
    """An outdated counter hammers on central, and its screen says that all is well."""
    counter.central._feed = _says(m.Refused.WIRE_VERSION)  # type: ignore[method-assign]
    counter.desk.sync_now()
    turns = [counter.desk.sync_turn() for _ in range(3)]
    assert turns[-1].next_ms > 1_000
    assert counter.desk.sync_status().last_error == "wire_version"


def test_a_superseded_key_is_known_by_the_receipt(counter: EnrolledCounter) -> None:
    """A clone got the new epoch: this one must hear that it is the old one."""
    counter.central.epoch = 2
    with counter.store.writing() as books:
        books.journal.append(Kind.TRUST_EXPORTED, {}, actor=CLERK)
    counter.central.stop = "epoch_superseded"
    counter.settle(6)
    status = counter.desk.sync_status()
    assert (status.line, status.epoch_needed) == (LineWord.STOPPED, True)
    with _refused(Reason.CENTRAL_REFUSED):
        counter.central._epoch = _says(m.Refused.EPOCH_SUPERSEDED)  # type: ignore[method-assign]
        counter.desk.request_epoch(_admin(), reason="copied")


def test_a_release_that_is_refused_keeps_no_journal_waiting(counter: EnrolledCounter) -> None:
    """A superseded counter with an old hold to let go would never send what it sold."""
    with counter.store.writing() as books:
        books.sync.put_release(UUID(int=77), run())
        books.journal.append(Kind.TRUST_EXPORTED, {}, actor=CLERK)
    counter.central._release = _says(m.Refused.EPOCH_SUPERSEDED)  # type: ignore[method-assign]
    counter.desk.sync_now()
    counter.desk.sync_turn()
    assert counter.desk.sync_status().unsynced_entries <= 1  # that it was told so is journaled
    assert counter.central.journaled("trust_exported")


def _admin() -> Any:
    from tests.unit.counter_app.application.central_stand_in import ADMIN

    return ADMIN


def test_a_clone_s_history_stops_it_in_the_very_answer(counter: EnrolledCounter) -> None:
    """Nothing of what central stored counts as a receipt of an empty batch."""
    counter.central._push = lambda push: m.PushAnswer(  # type: ignore[method-assign]
        epoch=push.epoch, stored_seq=0, judged_seq=0, central_time=counter.when()
    )
    with counter.store.writing() as books:
        books.journal.append(Kind.TRUST_EXPORTED, {}, actor=CLERK)
    before = counter.state().stored_seq
    counter.desk.sync_now()
    counter.desk.sync_turn()
    assert counter.state().stored_seq == before
    assert counter.desk.sync_status().last_error


def test_units_at_central_are_counted(counter: EnrolledCounter) -> None:
    """A bus with three places left is shown empty."""
    used = m.RunStock(
        service_date=DAY, run_id=run("K9").run_id, pattern="v1", version=1, used={"standard": (97, 0, 0, 0)}
    )
    shard = f"stock/{used.run_id.int % m.STOCK_SHARDS}"
    body = plain(used) | {"checksum": used.reckoned()}
    counter.central.shard(shard).put(m.FeedKind.STOCK, str(used.run_id), body)
    counter.central.lease_out(2, trip_id="K9", travel_class="standard")
    counter.settle()
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "K9"]
    assert [(one.free, one.leased) for one in offer.classes] == [(5, 2)]
    assert counter.desk.seat_map(run("K9"), WHOLE).coaches == ()
    counter.desk.hold(CLERK, run("K9"), WHOLE, PlaceWish(travel_class="standard", count=1))
    (offer,) = [one for one in counter.desk.search("CWQ", "BXP", DAY) if one.service == "K9"]
    assert offer.classes[0].free == 5, "its own unit is in central's next word, not in this one"


def test_another_pattern_s_stock_says_nothing(counter: EnrolledCounter) -> None:
    """Legs of one timetable are counted as those of another."""
    mask = counter.central.table.mask([PlaceRef("02", "01A")])
    made = m.RunStock(service_date=DAY, run_id=run().run_id, pattern="v2", version=1, taken=(format(mask, "x"),) * 4)
    body = plain(made) | {"checksum": made.reckoned()}
    shard = counter.central.shard(f"stock/{run().run_id.int % m.STOCK_SHARDS}")
    shard.put(m.FeedKind.STOCK, str(run().run_id), body)
    shard.put(m.FeedKind.STOCK, "odd", {"odd": True})
    counter.settle()
    assert counter.desk.seat_map(run(), WHOLE).states[PlaceRef("02", "01A")] is SpotState.FREE


def test_a_place_sold_on_part_of_the_way_shows_as_such(counter: EnrolledCounter) -> None:
    """A seat that is free for these two stops is called sold."""
    mask = counter.central.table.mask([PlaceRef("02", "01A")])
    made = m.RunStock(
        service_date=DAY, run_id=run().run_id, pattern="v1", version=1, taken=(format(mask, "x"), "", "", "")
    )
    body = plain(made) | {"checksum": made.reckoned()}
    counter.central.shard(f"stock/{run().run_id.int % m.STOCK_SHARDS}").put(m.FeedKind.STOCK, str(run().run_id), body)
    counter.settle()
    assert counter.desk.seat_map(run(), Span(1, 4)).states[PlaceRef("02", "01A")] is SpotState.PART
    assert counter.desk.seat_map(run(), Span(0, 2)).states[PlaceRef("02", "01A")] is SpotState.SOLD


def test_a_claim_is_covered_by_leases_together(counter: EnrolledCounter) -> None:
    """Two leases of one seat, each for half of the way, and neither is of use."""
    first = counter.central.lease_out(1, span=Span(0, 2))
    counter.central.take_elsewhere(
        *[str(ref) for ref in counter.central.table.refs if str(ref) not in first.places], span=Span(2, 4)
    )
    second = counter.central.lease_out(1, span=Span(2, 4))
    assert first.places == second.places
    counter.settle()
    counter.central.offline = True
    with _refused(Reason.NOT_LEASED):
        counter.desk.hold(CLERK, run("G3"), WHOLE, PlaceWish(travel_class="second", count=1))
    hold = _hold(counter)
    quote = counter.desk.quote(hold, (LI,))
    counter.desk.begin_tender(CLERK, hold.order_id)
    counter.desk.sell(CLERK, hold.order_id, (LI,), received=quote.total, quoted=quote.total)
    assert not [one for one in counter.desk.leases() if one.left]


def test_nothing_is_covered_before_central_told_its_time() -> None:
    """A lease without a clock to end it."""
    claim = Claim(
        claim_id=UUID(int=1),
        order_id=UUID(int=2),
        run=run(),
        span=WHOLE,
        travel_class="second",
        places=(),
        count=1,
        state=ClaimState.HELD,
        expires_at=None,
        fare_minor=1,
        currency="CNY",
        origin=ClaimOrigin.LEASE,
    )
    assert not covers([], claim, None, tendered=False)


def test_a_departed_lease_goes_back_before_its_time(counter: EnrolledCounter) -> None:
    """Seats of a train that has left count as held for an outage."""
    grant = counter.central.lease_out(1, minutes=60 * 24 * 6)
    counter.settle()
    hold = _hold(counter)  # freezes the run here: its departure is known
    counter.desk.release(CLERK, hold.order_id)
    counter.clock.at = counter.when() + timedelta(days=4)
    counter.settle()
    assert [body["lease_id"] for body in counter.central.journaled("lease_returned")] == [str(grant.lease_id)]
