"""What two people may free, and what they may not."""

from __future__ import annotations

import pytest

from central.acts import list_acts
from central.allotments import write_rule
from central.byhand import ByHand
from central.devices import Devices
from central.stock.ending import Ended
from central.tx import Tx
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from tests.unit.central.stock.test_leases import RULE, leased
from tests.unit.central.stock.world import World


def _person(world: World, login: str) -> Actor:
    return Actor(user_id=world.numbers.new(), login=login, display_name=login, role=Role.SUPERVISOR)


def test_a_lease_that_a_window_may_sell_from_is_not_written_off(world: World) -> None:
    """A window without a line goes on selling from it, and the places are sold a second time."""
    write_rule(Tx(world.connection), RULE)
    grant = leased(world, world.device())
    by_hand = ByHand(world.services, world.desk, Devices(world.services, world.desk))
    wang, li = _person(world, "wang"), _person(world, "li")
    with pytest.raises(Refusal) as found:
        by_hand.write_off(world.connection, wang, li, "in a hurry", lease_id=grant.lease_id)
    assert (found.value.reason, found.value.facts["field"]) == (Reason.BAD_INPUT, "lease")
    world.clock.pass_(hours=3)
    world.desk.tend(world.connection)  # its time is over: in doubt
    ended = by_hand.write_off(world.connection, wang, li, "burnt", lease_id=grant.lease_id)
    assert ended == Ended(leases=1, claims=0, cells=16)
    (act,) = list_acts(world.connection, limit=1)
    assert (act.kind, act.by, act.second) == ("written_off", "wang", "li")
