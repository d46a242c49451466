"""``central verify`` on cells: a check that finds nothing wrong in a broken database is worse than none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from central.allotments import write_rule
from central.tx import Tx
from counter_app.wire.messages import ClaimStatus
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.world import World, act


@pytest.fixture
def busy(world: World) -> World:
    """A claim held, one leased, a lease; of places and of units."""
    write_rule(Tx(world.connection), RULE)
    device = world.device()
    for trip in ("T1", "BUS"):
        held, kept = world.ask(world.run(trip), 0, 2), world.ask(world.run(trip), 0, 3)
        for asked in (held, kept):
            assert world.desk.claim(device, asked, world.connection).status is ClaimStatus.HELD
        world.desk.lease(device, act(kept), world.connection)
        leased(world, device, trip=trip, span=(0, 3))
    assert world.desk.check_cells(world.connection) == []
    return world


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM place_leg WHERE state = 'HELD' AND leg = 1", "is HELD, its cells are not"),
        ("DELETE FROM place_leg WHERE state = 'LEASED' AND leg = 1", "is LEASED, its cells are not"),
        ("DELETE FROM lease WHERE places <> '{}'", "cells LEASED of"),
        ("UPDATE lease SET left_count = left_count - 1 WHERE places <> '{}'", "cells left, and has"),
        ("UPDATE lease SET state = 'SETTLED' WHERE places <> '{}'", "who has none"),
        ("UPDATE claim SET state = 'GONE', expires_at = NULL WHERE state = 'HELD'", "who has none"),
        ("UPDATE place_leg SET state = 'IN_DOUBT' WHERE state = 'LEASED' AND leg = 0", "is LEASED, its cells are not"),
        ("UPDATE capacity_leg SET held = held + 1", "more than claims and leases say"),
        ("UPDATE capacity_leg SET leased = 0", "units on leg 0 are not"),
        ("DELETE FROM run WHERE formation IS NOT NULL", "cells of a run that is not there"),
        ("UPDATE place_leg SET leg = 9 WHERE leg = 1 AND state = 'HELD'", "on leg 9, which it does not have"),
    ],
)
def test_each_kind_of_damage_is_found(busy: World, damage: str, told: str) -> None:
    busy.connection.execute(damage)
    found = busy.desk.check_cells(busy.connection)
    assert any(told in sentence for sentence in found), found


def test_only_from_a_date_on(busy: World) -> None:
    busy.connection.execute("UPDATE lease SET left_count = left_count + 1")
    tomorrow = busy.run().service_date + timedelta(days=1)
    assert busy.desk.check_cells(busy.connection) != []
    assert busy.desk.check_cells(busy.connection, since=tomorrow) == []
