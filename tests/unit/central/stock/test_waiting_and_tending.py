"""Those who wait, and what happens by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from central.feed import device_shard
from central.request import Refusing
from central.services import Device
from central.stock.choosing import choose
from central.stock.waitlist import TRIED_MAX
from central.stock.words import RunKey
from central.tx import in_transaction
from counter_app.wire.codec import decode
from counter_app.wire.messages import ClaimRequest, ClaimStatus, Refused, WaitRequest
from tests.unit.central.stock.world import World, act


def wait(world: World, device: Device, asked: ClaimRequest, *, leave: bool = False) -> int:
    return world.desk.wait(device, WaitRequest(claim=asked, leave=leave), world.connection).place_in_line


def waited(world: World, device: Device) -> set[str]:
    rows = world.connection.execute(
        "SELECT key FROM feed_item WHERE shard = %s AND kind = 'waited'", (device_shard(device.device_id),)
    ).fetchall()
    return {key.removeprefix("waited/") for (key,) in rows}


def fill(world: World, device: Device) -> list[ClaimRequest]:
    held = [world.ask(world.run(), count=2) for _ in range(5)]
    for asked in held:
        assert world.desk.claim(device, asked, world.connection).status is ClaimStatus.HELD
    return held


def test_the_first_whole_party_that_fits_gets_what_comes_free(world: World) -> None:
    """First come, first served, and no seat stays empty because the first of the line is a family of four."""
    device, other = world.device(), world.device()
    held = fill(world, device)
    family, couple, late = world.ask(world.run(), count=4), world.ask(world.run(), count=2), world.ask(world.run())
    assert [wait(world, other, asked) for asked in (family, couple, late, couple)] == [1, 2, 3, 2]
    world.desk.release(device, act(held[0]), world.connection)
    assert waited(world, other) == {str(couple.claim_id)}
    answer = world.desk.claim(other, couple, world.connection)
    assert (answer.status, len(answer.places)) == (ClaimStatus.HELD, 2)
    # Who comes now does not pass those who wait.
    refused = world.desk.claim(device, world.ask(world.run()), world.connection)
    assert refused.status is ClaimStatus.REFUSED
    assert wait(world, other, late, leave=True) == 0
    for asked in held[1:3]:
        world.desk.release(device, act(asked), world.connection)
    assert waited(world, other) == {str(couple.claim_id), str(family.claim_id)}
    assert wait(world, other, family) == 0
    assert world.desk.check_cells(world.connection) == []
    assert world.connection.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


def test_who_asks_for_the_place_again_keeps_it_though_the_line_is_full(world: World, monkeypatch: Any) -> None:
    """Every window asks once a minute how far its customers are."""
    monkeypatch.setattr("central.stock.waitlist.WAITING_MAX", 2)
    device, other = world.device(), world.device()
    fill(world, device)
    first, second = world.ask(world.run(), count=2), world.ask(world.run(), count=1)
    assert [wait(world, other, asked) for asked in (first, second)] == [1, 2]
    version = "SELECT version FROM run WHERE run_id = %s"
    before = world.connection.execute(version, (world.run().run_id,)).fetchone()
    assert [wait(world, other, asked) for asked in (second, first)] == [2, 1]
    assert world.connection.execute(version, (world.run().run_id,)).fetchone() == before
    with pytest.raises(Refusing) as refusing:
        wait(world, other, world.ask(world.run()))
    assert refusing.value.code is Refused.BUSY


def one_by_one(world: World, device: Device) -> list[ClaimRequest]:
    held = [world.ask(world.run()) for _ in range(10)]
    for asked in held:
        assert world.desk.claim(device, asked, world.connection).status is ClaimStatus.HELD
    return held


def test_the_whole_line_is_looked_at(world: World) -> None:
    """Behind fifty families a single traveller would wait for ever, and whoever asks just then would pass."""
    device, other = world.device(), world.device()
    held = one_by_one(world, device)
    for _ in range(TRIED_MAX):
        wait(world, device, world.ask(world.run(), count=2))
    small = world.ask(world.run())
    assert wait(world, other, small) == TRIED_MAX + 1
    world.desk.release(device, act(held[0]), world.connection)
    assert world.desk.claim(device, world.ask(world.run()), world.connection).status is ClaimStatus.REFUSED
    assert waited(world, other) == {str(small.claim_id)}
    assert world.desk.check_cells(world.connection) == []


def test_many_that_fit_in_number_only_do_not_hide_one_that_fits(world: World, monkeypatch: Any) -> None:
    """Each is tried, in several readings: a place is free on some legs, and one behind them all goes just so far."""
    monkeypatch.setattr("central.stock.waitlist.TRIED_MAX", 3)
    device, other = world.device(), world.device()
    held = one_by_one(world, device)
    coaches = [world.ask(world.run(), coach=f"{n:02d}") for n in range(2, 12)]
    spans = [world.ask(world.run(), board, alight) for board in range(1, 3) for alight in (3, 4)]
    for asked in (*coaches, *spans):  # coaches that the train does not have
        wait(world, device, asked)
    short = world.ask(world.run(), 0, 1)
    wait(world, other, short)
    world.desk.release(device, act(held[0]), world.connection)
    assert waited(world, device) == {str(spans[0].claim_id)}
    assert waited(world, other) == {str(short.claim_id)}, "what is left of the same place is enough for it"
    assert world.desk.check_cells(world.connection) == []


def test_who_cannot_be_served_is_not_read_and_the_same_is_tried_once(world: World, monkeypatch: Any) -> None:
    """Five hundred wait for a train that is full: every sale of a ticket of it would read them all, behind a lock."""
    tried: list[object] = []
    read: list[object] = []

    def counting(asked: Any, body: bytes) -> Any:
        read.append(body)
        return decode(asked, body)

    def choosing(*known: Any) -> Any:
        tried.append(known)
        return choose(*known)

    device = world.device()
    held = one_by_one(world, device)
    for n in range(12):
        wait(world, device, world.ask(world.run(), count=2 + n % 3))
        wait(world, device, world.ask(world.run(), count=2, coach="09"))
    monkeypatch.setattr("central.stock.waitlist.decode", counting)
    monkeypatch.setattr("central.stock.waitlist.choose", choosing)
    world.desk.tend(world.connection)
    world.desk.release(device, act(held[0]), world.connection)
    assert (read, tried) == ([], []), "one place is enough for nobody"
    world.desk.release(device, act(held[1]), world.connection)
    assert len(tried) == 1, "the first couple has both places"
    before = len(waited(world, device))
    world.desk.release(device, act(held[2]), world.connection)
    tried.clear()
    for asked in held[3:9]:
        world.desk.release(device, act(asked), world.connection)
    served = len(waited(world, device)) - before
    assert served == 3
    assert len(tried) <= 2 * 6, "each release tries what is new about it, not each of the line"
    assert world.desk.check_cells(world.connection) == []


def test_who_waits_in_vain_leaves_the_line(world: World) -> None:
    """Lost machines would fill it, and nobody could wait any more."""
    device, lost = world.device(), world.device()
    fill(world, device)
    mine = world.ask(world.run(), count=2)
    for asked, whose in ((world.ask(world.run(), count=2), lost), (mine, device)):
        wait(world, whose, asked)
    world.connection.execute("UPDATE device SET state = 'revoked' WHERE device_id = %s", (lost.device_id,))
    world.desk.tend(world.connection)
    assert wait(world, device, mine) == 1
    key = RunKey(world.run().service_date, world.run().run_id)
    in_transaction(world.connection, lambda tx: world.desk.cancel_run(tx, key))
    world.desk.tend(world.connection)
    assert world.connection.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


def test_a_waiting_party_is_served_before_the_next_claim_though_another_process_freed(world: World) -> None:
    device, other = world.device(), world.device()
    held = fill(world, device)
    asked = world.ask(world.run(), count=2)
    wait(world, other, asked)
    world.another().release(device, act(held[0]), world.connection)
    assert world.desk.claim(device, world.ask(world.run()), world.connection).status is ClaimStatus.REFUSED
    assert waited(world, other) == {str(asked.claim_id)}


def test_holds_that_ran_out_go_to_those_who_wait_by_themselves(world: World) -> None:
    device, other = world.device(), world.device()
    fill(world, device)
    asked = world.ask(world.run(), count=3)
    wait(world, other, asked)
    assert world.desk.tend(world.connection)["waiting_served"] == 0
    world.clock.pass_(minutes=10, seconds=30)
    done = world.desk.tend(world.connection)
    assert (done["waiting_served"], done["holds_expired"]) == (1, 5)
    assert waited(world, other) == {str(asked.claim_id)}
    assert world.desk.check_cells(world.connection) == []


def test_who_has_room_does_not_wait_and_nobody_waits_for_nothing(world: World) -> None:
    device = world.device()
    asked = world.ask(world.run())
    assert wait(world, device, asked) == 0
    assert world.desk.claim(device, asked, world.connection).status is ClaimStatus.HELD
    for wrong, code in (
        (world.ask(replace(world.run(), trip_id="none")), Refused.UNKNOWN_RUN),
        (world.ask(replace(world.run(), pattern="older")), Refused.CHANGED_TIMETABLE),
        (world.ask(world.run(), 3, 3), Refused.BAD_MESSAGE),
    ):
        with pytest.raises(Refusing) as refusing:
            wait(world, device, wrong)
        assert refusing.value.code is code


def test_tending_lets_holds_go_after_a_grace_and_makes_months_ahead(world: World) -> None:
    device = world.device()
    held = fill(world, device)
    world.clock.pass_(minutes=10, seconds=30)
    assert world.desk.tend(world.connection)["holds_expired"] == 0  # a late confirmation still finds its rows
    assert world.desk.lease(device, act(held[0]), world.connection).status is ClaimStatus.LEASED
    world.clock.pass_(minutes=1)
    assert world.desk.tend(world.connection)["holds_expired"] == 4
    assert world.desk.tend(world.connection)["holds_expired"] == 0
    assert world.desk.check_cells(world.connection) == []
    world.clock.pass_(days=200)
    assert world.desk.tend(world.connection)["partitions_made"] > 0
    later = world.run("T1", world.run().service_date + timedelta(days=60))
    assert world.desk.claim(device, world.ask(later), world.connection).status is ClaimStatus.HELD


def test_a_date_without_a_partition_is_refused_not_stored(world: World) -> None:
    world.timetable.info.last_date = world.run().service_date + timedelta(days=4_000)
    far = world.ask(world.run("T1", world.run().service_date + timedelta(days=3_000)))
    with pytest.raises(Refusing) as refusing:
        world.desk.claim(world.device(), far, world.connection)
    assert refusing.value.code is Refused.UNKNOWN_RUN
