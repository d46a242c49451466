"""Dates that no partition was made for ahead: sold as any other, up to the longest horizon that a policy may have."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from psycopg import errors

from central.request import Refusing
from central.services import Device
from central.stock.desk import StockDesk
from central.stock.partitions import SOLD_AHEAD, TABLES, make_room, months
from central.tx import Connection, Tx, in_transaction
from counter_app.domain.policy import HORIZON_DAYS_MAX
from counter_app.wire.messages import ClaimAnswer, ClaimRequest, ClaimStatus, Refused
from tests.postgres import Database
from tests.unit.central.journal.counter import enrol
from tests.unit.central.stock.world import START, World, act

TODAY = START.date()
FAR = TODAY + timedelta(days=HORIZON_DAYS_MAX - 1)  # the last day that a counter sells


@pytest.fixture
def long(world: World) -> World:
    """With a timetable of two years."""
    world.timetable.info.first_date = TODAY - timedelta(days=300)
    world.timetable.info.last_date = TODAY + timedelta(days=700)
    return world


def begun(world: World) -> set[date]:
    return {begin for begin, _ in months(Tx(world.connection))}


def test_the_last_day_of_the_longest_horizon_is_sold(long: World) -> None:
    """The counter would offer it, and central refuse every sale of it."""
    device, before = long.device(), begun(long)
    assert FAR.replace(day=1) not in before
    asked = long.ask(long.run("T1", FAR))
    assert long.desk.claim(device, asked, long.connection).status is ClaimStatus.HELD
    assert begun(long) == before | {FAR.replace(day=1)}, "its month, and none between"
    assert long.desk.lease(device, act(asked), long.connection).status is ClaimStatus.LEASED
    assert long.desk.check_cells(long.connection) == []
    kept = long.connection.execute("SELECT current_setting('lock_timeout')").fetchone()
    assert kept == ("0",)


@pytest.mark.parametrize("day", [TODAY + SOLD_AHEAD + timedelta(days=1), TODAY - timedelta(days=250)])
def test_other_dates_are_refused_and_nothing_is_made(long: World, day: date) -> None:
    """Tables would be made for every date that anybody names."""
    before = begun(long)
    with pytest.raises(Refusing) as refusing:
        long.desk.claim(long.device(), long.ask(long.run("T1", day)), long.connection)
    assert refusing.value.code is Refused.UNKNOWN_RUN
    assert begun(long) == before


def test_a_sale_made_offline_for_a_day_far_ahead_counts(long: World) -> None:
    """It would be set aside as what could not be judged."""
    counter = enrol(long)
    counter.sell(long.run("T1", FAR), "01/01A")
    counter.sell(long.run("T2", FAR - timedelta(days=70)), "02/01A")
    counter.push()
    assert {found[0] for found in counter.verdicts().values()} == {"accepted"}
    rows = long.connection.execute("SELECT count(*) FROM place_leg WHERE state = 'SOLD'").fetchone()
    assert rows == (4 + 4,)
    assert long.desk.check_cells(long.connection) == []


def test_windows_that_come_first_to_a_month_together(long: World, fresh_database: Database) -> None:
    answers: list[ClaimAnswer] = []
    failures: list[BaseException] = []
    start = threading.Barrier(4, timeout=60)

    def claim(desk: StockDesk, device: Device, asked: ClaimRequest, connection: Connection) -> None:
        try:
            start.wait()
            answers.append(desk.claim(device, asked, connection))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion at the end
            failures.append(error)

    asks = [(long.another(), long.device(), long.ask(long.run("T1", FAR)), fresh_database.connect()) for _ in range(4)]
    threads = [threading.Thread(target=claim, args=one) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [answer.status for answer in answers] == [ClaimStatus.HELD] * 4
    assert long.desk.check_cells(long.connection) == []


def test_a_month_is_not_waited_for_longer_than_a_moment(
    long: World, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody cleans the table: the next claim would stand behind that, and all of its batch with it."""
    monkeypatch.setattr("central.stock.partitions.LOCK_MS", 20)
    before, device, asked = begun(long), long.device(), long.ask(long.run("T1", FAR))
    cleaner = fresh_database.connect()
    with cleaner.transaction():
        cleaner.execute("LOCK TABLE waiting IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(errors.LockNotAvailable):  # told as busy
            long.desk.claim(device, asked, long.connection)
    assert begun(long) == before
    assert long.desk.claim(device, asked, long.connection).status is ClaimStatus.HELD


def test_all_tables_or_none(long: World) -> None:
    made = in_transaction(long.connection, lambda tx: make_room(tx, FAR, today=TODAY))
    assert made
    rows = long.connection.execute(
        "SELECT count(*) FROM pg_class WHERE relname LIKE %s AND relkind = 'r'", (f"%\\_{FAR:%Y}\\_{FAR:%m}",)
    ).fetchone()
    assert rows == (len(TABLES),)
