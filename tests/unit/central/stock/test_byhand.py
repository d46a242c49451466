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


def test_what_a_lost_window_held_is_written_off_when_another_has_its_place(world: World) -> None:
    """Nobody could free it any more once the new machine stands there."""
    write_rule(Tx(world.connection), RULE)
    devices = Devices(world.services, world.desk)
    by_hand = ByHand(world.services, world.desk, devices)
    wang, li = _person(world, "wang"), _person(world, "li")
    old = world.device()
    window = (old.station_code, old.counter)
    leased(world, old)

    def off() -> Ended:
        return by_hand.write_off(world.connection, wang, li, "stolen", window=window)

    with pytest.raises(Refusal) as found:
        off()
    assert "is active" in str(found.value.facts["detail"])
    world.connection.execute("UPDATE device SET state = 'lost' WHERE device_id = %s", (old.device_id,))
    new = world.device()
    world.connection.execute("UPDATE device SET counter = %s WHERE device_id = %s", (old.counter, new.device_id))
    leased(world, new)
    assert off() == Ended(leases=1, claims=0, cells=16)
    assert off() == Ended(leases=0, claims=0, cells=0)
