"""The audit of a world in which a machine is lost between a refund and its next talk with central."""

from __future__ import annotations

from typing import Final, LiteralString

import pytest

from tests.simulation.audit import places_sold, units_sold
from tests.simulation.test_new_timetable import Both, _day, both

__all__ = ["both"]  # a fixture

# By train, numbered and not: a central that frees what is sold, and one that keeps as sold what nobody has bought.
WRONGS: Final[dict[str, tuple[LiteralString, LiteralString]]] = {
    "G1": ("DELETE FROM place_leg WHERE state = 'SOLD'", "UPDATE place_leg SET state = 'SOLD' WHERE state = 'LEASED'"),
    "K9": ("UPDATE capacity_leg SET sold = sold - 1 WHERE sold > 0", "UPDATE capacity_leg SET sold = sold + 1"),
}


def _findings(both: Both) -> list[str]:
    return [*places_sold(both), *units_sold(both)]


def _found_if(both: Both, wrong: LiteralString) -> bool:
    connection = both.central.connection
    connection.execute("BEGIN")
    try:
        assert connection.execute(wrong).rowcount > 0
        return bool(_findings(both))
    finally:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("trip", WRONGS)
def test_what_a_lost_machine_gave_back_stays_sold_until_its_journal_says_so(both: Both, trip: str) -> None:
    """Nothing else is excused by it."""
    freed, kept = WRONGS[trip]
    both.sync("AAH")
    (ticket_id,) = both.sell("AAH", both.hold("AAH", "BBH", _day(), trip=trip))
    both.sync("AAH")
    assert _findings(both) == []
    both.refund("AAH", ticket_id)
    assert not both.truth.tickets[str(ticket_id)].live
    both.windows["AAH"].kill()
    assert both.central.rows("SELECT state FROM ticket") == [("FULFILLED",)]
    assert _findings(both) == []
    assert _found_if(both, freed)
    assert _found_if(both, kept)
    both.windows["AAH"].open()  # found again
    both.sync("AAH")
    assert both.central.rows("SELECT state FROM ticket") == [("REFUNDED",)]
    assert _findings(both) == []
    assert _found_if(both, kept)
