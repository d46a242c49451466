"""A new timetable at central: what is sold goes with it, or is closed and told to whoever has to know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from central.request import Refusing
from central.stock.reissuing import Reissued, Reissuing
from central.stock.words import RunKey
from central.tx import Tx, in_transaction
from counter_app.domain.timetable import Trip
from counter_app.wire.messages import AvailabilityQuery, ClaimRequest, ClaimStatus, Question, Refused
from tests.unit.central.stock.world import DAY, NAMESPACE, World, _coach, railway

NEW = "e" * 64


def later(trip: Trip, seconds: int = 600) -> Trip:
    calls = tuple(replace(one, arrive_s=one.arrive_s + seconds, depart_s=one.depart_s + seconds) for one in trip.calls)
    return replace(trip, calls=calls, pattern_version="later")


def issue(world: World, trip: Trip | None, *, sha: str = NEW) -> Reissued:
    """A timetable with this T1 comes into force; as ``Issues.activate`` does it."""
    made = railway()
    del made.trips["T1"]
    if trip is not None:
        made.trips["T1"] = trip
    made.formations |= world.timetable.formations
    world.timetables.issues[sha] = made
    world.timetable.trips = {**world.timetable.trips, **({"T1": trip} if trip else {})}

    def work(tx: Tx) -> Reissued:
        world.connection.execute(
            "INSERT INTO issue VALUES (%s, 'new', %s, 'new.zip', %s, %s, 3, 0, 1, NULL, %s) ON CONFLICT DO NOTHING",
            (sha, NAMESPACE, DAY, DAY, world.clock.now()),
        )
        world.connection.execute(
            "UPDATE issue SET activation = (SELECT max(activation) + 1 FROM issue) WHERE sha256 = %s", (sha,)
        )
        return Reissuing(world.services).reissue(tx, sha)

    return in_transaction(world.connection, work)


def sell(world: World, asked: ClaimRequest) -> UUID:
    """Held, and a ticket of it, as the intake writes one."""
    device = world.device()
    answer = world.desk.claim(device, asked, world.connection)
    assert answer.status is ClaimStatus.HELD
    ticket_id = world.numbers.new()
    world.connection.execute(
        "UPDATE claim SET state = 'SOLD', expires_at = NULL WHERE claim_id = %s", (asked.claim_id,)
    )
    world.connection.execute("UPDATE place_leg SET state = 'SOLD' WHERE claim_id = %s", (asked.claim_id,))
    world.connection.execute("UPDATE run SET version = version + 1")
    world.connection.execute(
        "INSERT INTO ticket (service_date, run_id, ticket_id, order_id, claim_id, number, device_id, epoch, seq, state,"
        " place, board, alight, travel_class, price_minor, currency, fact, sold_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 1, 7, 'FULFILLED', %s, %s, %s, 'second', 100, 'CNY', '{}', %s)",
        (
            asked.run.service_date,
            asked.run.run_id,
            ticket_id,
            asked.order_id,
            asked.claim_id,
            str(ticket_id),
            device.device_id,
            answer.places[0],
            asked.board,
            asked.alight,
            world.clock.now(),
        ),
    )
    return ticket_id


def incidents(world: World) -> list[tuple[str, UUID | None, bool]]:
    rows = world.connection.execute(
        "SELECT kind, ticket_id, resolved_at IS NULL FROM incident ORDER BY at, incident_id"
    )
    return [(kind, ticket_id, is_open) for kind, ticket_id, is_open in rows]


def free(world: World) -> int:
    query = AvailabilityQuery(questions=(Question(run=world.run(), board=0, alight=4),))
    return world.desk.availability(world.device(), query, world.connection).free[0].get("second", 0)


def refusal(world: World, asked: ClaimRequest) -> Refused:
    with pytest.raises(Refusing) as found:
        world.desk.claim(world.device(), asked, world.connection)
    return found.value.code


def test_other_times_are_carried_over(world: World) -> None:
    """A train that leaves ten minutes later could not be sold any more, or its sold seats would be free again."""
    old = world.run()
    ticket = sell(world, world.ask(old))
    before = world.desk.stock_items(_tx(world), old.run_id.int % 16, 0, 100)[0]
    assert issue(world, later(world.timetable.trips["T1"])) == Reissued(kept=0, moved=1, closed=0, opened=0, troubled=1)
    assert incidents(world) == [("run_changed", ticket, True)]
    assert free(world) == 9
    assert refusal(world, world.ask(old)) is Refused.CHANGED_TIMETABLE
    answer = world.desk.claim(world.device(), world.ask(world.run(), count=9), world.connection)
    assert answer.status is ClaimStatus.HELD
    after = world.desk.stock_items(_tx(world), old.run_id.int % 16, before.position, 100)
    assert [item.body and item.body["pattern"] for item in after] == ["later"], "every counter hears of it"
    assert world.desk.check_cells(world.connection) == []


def test_the_same_timetable_changes_nothing(world: World) -> None:
    sell(world, world.ask(world.run()))
    version = world.connection.execute("SELECT version FROM run").fetchone()
    assert issue(world, world.timetable.trips["T1"]) == Reissued(kept=1, moved=0, closed=0, opened=0, troubled=0)
    assert world.connection.execute("SELECT version FROM run").fetchone() == version
    assert incidents(world) == []


def test_a_run_that_vanished_is_closed(world: World) -> None:
    """Tickets would be sold for a train that does not run, and those who have one would not be told."""
    ticket = sell(world, world.ask(world.run()))
    asked = world.ask(world.run())
    assert issue(world, None) == Reissued(kept=0, moved=0, closed=1, opened=0, troubled=1)
    assert {(kind, one) for kind, one, _ in incidents(world)} == {("run_closed", None), ("run_cancelled", ticket)}
    assert refusal(world, asked) is Refused.UNKNOWN_RUN
    assert issue(world, None, sha="d" * 64).closed == 0, "once"
    assert len(incidents(world)) == 2


def test_back_to_the_timetable_before(world: World) -> None:
    """After a wrong import the train would stay closed for ever."""
    original = world.timetable.trips["T1"]
    sell(world, world.ask(world.run()))
    issue(world, None)
    world.timetable.trips["T1"] = original
    assert issue(world, original, sha="d" * 64) == Reissued(kept=1, moved=0, closed=0, opened=1, troubled=0)
    assert ("run_closed", None, False) in incidents(world)
    assert world.desk.claim(world.device(), world.ask(world.run(), count=9), world.connection).status is (
        ClaimStatus.HELD
    )


def test_a_call_that_vanished_closes_the_run_of_who_paid_for_it(world: World) -> None:
    """Whoever wants to get off there is taken past it, and was never told."""
    old = world.timetable.trips["T1"]
    ticket = sell(world, world.ask(world.run(), 0, 1))
    shorter = replace(old, calls=(old.calls[0], *old.calls[2:]), pattern_version="shorter", cumulative_fares={})
    assert issue(world, shorter) == Reissued(kept=0, moved=0, closed=1, opened=0, troubled=1)
    assert {(kind, one) for kind, one, _ in incidents(world)} == {("run_closed", None), ("run_cancelled", ticket)}
    other = world.ask(replace(world.run("T1"), pattern="shorter"), 0, 3)
    assert refusal(world, other) is Refused.CHANGED_TIMETABLE


def test_a_seat_that_vanished_closes_the_run(world: World) -> None:
    sell(world, world.ask(world.run(), count=1))
    ticket = sell(world, world.ask(world.run(), count=1))
    trip = later(world.timetable.trips["T1"], 0)
    world.timetable.formations["tiny"] = replace(world.timetable.formations["small"], formation_id="tiny", coaches=())
    found = issue(world, replace(trip, formation_id="tiny"))
    assert (found.closed, found.troubled) == (1, 2)
    assert ("run_cancelled", ticket, True) in incidents(world)


def test_a_longer_train_is_carried_over(world: World) -> None:
    """A coach more could not be sold."""
    sell(world, world.ask(world.run()))
    small = world.timetable.formations["small"]
    world.timetable.formations["longer"] = replace(
        small, formation_id="longer", coaches=(*small.coaches, _coach("02", 4))
    )
    trip = replace(world.timetable.trips["T1"], formation_id="longer", pattern_version="longer")
    assert issue(world, trip) == Reissued(kept=0, moved=1, closed=0, opened=0, troubled=0)
    assert free(world) == 29


def test_what_was_cancelled_by_hand_stays_cancelled(world: World) -> None:
    """The next import would sell a train that somebody had cancelled."""

    run = world.run()
    sell(world, world.ask(run))
    in_transaction(world.connection, lambda tx: world.desk.cancel_run(tx, RunKey(run.service_date, run.run_id)))
    issue(world, None)
    issue(world, later(world.timetable.trips["T1"]), sha="d" * 64)
    assert refusal(world, world.ask(world.run())) is Refused.UNKNOWN_RUN


def test_a_train_under_way_is_not_called_back(world: World) -> None:
    """An issue that begins today would cancel the trains that left this morning."""
    sell(world, world.ask(world.run()))
    world.clock.pass_(hours=5)  # at noon in Shanghai it left
    assert issue(world, None) == Reissued(kept=0, moved=0, closed=0, opened=0, troubled=0)
    world.clock.at += timedelta(days=2)
    assert issue(world, later(world.timetable.trips["T1"]), sha="d" * 64).moved == 0


def _tx(world: World) -> Tx:
    return Tx(world.connection)
