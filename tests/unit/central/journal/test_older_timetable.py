"""Sold by an older timetable, told after the new one: tickets stand in the legs that the run has now (C7)."""

from __future__ import annotations

import pytest

from central.journal.verify import verify_central
from counter_app.domain.journal import Kind
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import cells, claimed, rows, states
from tests.unit.central.stock.test_reissue import replaced, without
from tests.unit.central.stock.test_reissuing import later
from tests.unit.central.stock.world import World


@pytest.fixture
def counter(world: World) -> Counter:
    return enrol(world)


def _verified(world: World) -> None:
    report = verify_central(world.connection, world.services, check_cells=world.desk.check_cells)
    assert report.ok, report


def test_legs_are_counted_anew_and_the_sale_is_accepted(counter: Counter) -> None:
    """The passenger sits where it was sold; a conflict of which nothing is to be done would hide those that matter."""
    world, old = counter.world, counter.world.run()
    paid, unsold = (
        claimed(counter, old, "01/01A", board=1, alight=4),
        claimed(counter, old, "01/01B", board=0, alight=3),
    )
    assert replaced(world, without(world.timetable.trips["T1"], 2)).moved == 1
    counter.sell(old, "01/01A", board=1, alight=4, claim_id=paid.claim_id)
    sold = counter.sell(old, "01/01B", board=0, alight=3, claim_id=unsold.claim_id)
    counter.refund(sold)
    assert counter.push().verdicts == ()
    assert rows(world, "SELECT place, board, alight FROM ticket ORDER BY place") == [("01/01A", 1, 3), ("01/01B", 0, 2)]
    assert states(world) == [("01/01A", "FULFILLED"), ("01/01B", "REFUNDED")]
    assert cells(world, old) == {"01/01A": {"SOLD"}}
    _verified(world)


def test_other_times_go_to_the_disruption_desk(counter: Counter) -> None:
    """Nobody tells the passenger that the train leaves ten minutes earlier."""
    world, old = counter.world, counter.world.run()
    asked = claimed(counter, old, "01/01A")
    replaced(world, later(world.timetable.trips["T1"], -600))
    counter.sell(old, "01/01A", claim_id=asked.claim_id)
    (told,) = counter.push().verdicts
    assert (told.reason, told.facts["trouble"]) == ("run_changed", "time_changed")
    assert rows(world, "SELECT kind FROM incident") == [("run_changed",)]
    assert cells(world, old) == {"01/01A": {"SOLD"}}
    _verified(world)


def test_a_ticket_of_before_is_refunded_in_the_legs_of_now(counter: Counter) -> None:
    """Given back after the change, its seat would stay sold on a leg that nobody rides."""
    world, old = counter.world, counter.world.run()
    asked = claimed(counter, old, "01/01A", board=1, alight=4)
    sold = counter.sell(old, "01/01A", board=1, alight=4, claim_id=asked.claim_id)
    counter.push()
    assert replaced(world, without(world.timetable.trips["T1"], 2)).moved == 1
    assert rows(world, "SELECT board, alight FROM ticket") == [(1, 3)]
    counter.refund(sold)
    counter.push()
    assert cells(world, old) == {}
    _verified(world)


def test_a_journey_that_vanished_is_told_and_its_seat_comes_free_with_the_refund(counter: Counter) -> None:
    world, old = counter.world, counter.world.run()
    claimed(counter, old, "01/01B")  # the run is known before the timetable changes
    replaced(world, without(world.timetable.trips["T1"], 2))
    sold = counter.sell(old, "01/01A", board=0, alight=2)
    (told,) = counter.push().verdicts
    assert (told.reason, told.facts["trouble"]) == ("run_changed", "call_vanished")
    counter.refund(sold)
    counter.push()
    assert states(world) == [("01/01A", "REFUNDED")]
    assert set(cells(world, old)) == {"01/01B"}
    assert Kind.REFUNDED.value in {kind for (kind,) in rows(world, "SELECT kind FROM money")}
    _verified(world)
