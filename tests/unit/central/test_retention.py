"""Old months go when nothing in them is open, and central stays whole without them."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from central.acts import list_acts
from central.journal.conflicts import Conflicts
from central.journal.verify import verify_central
from central.retention import Retention
from central.stock.partitions import TABLES, ensure_partitions
from central.tx import in_transaction
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from tests.postgres import Database
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import sell_claimed
from tests.unit.central.stock.world import World

LATER = date(2027, 3, 5)


@pytest.fixture
def world(fresh_database: Database) -> World:
    return World(fresh_database.connect())


def chief(world: World, role: Role = Role.ADMINISTRATOR) -> Actor:
    return Actor(user_id=world.numbers.new(), login="chief", display_name="chief", role=role)


def drop(world: World, before: date = date(2027, 1, 1), by: Actor | None = None) -> list[date]:
    return list(Retention(world.services, sleep=lambda _: None).drop(world.connection, by or chief(world), before))


def refused(world: World, before: date = date(2027, 1, 1)) -> str:
    with pytest.raises(Refusal) as told:
        drop(world, before)
    assert told.value.reason is Reason.BAD_INPUT
    return str(told.value.facts["detail"])


def months_of(world: World) -> set[str]:
    rows = world.connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'run'::regclass"
    )
    return {name for (name,) in rows}


def a_sale(world: World) -> Counter:
    counter = enrol(world)
    sell_claimed(counter, world.run(), "01/01A")
    counter.push()
    world.connection.execute("INSERT INTO leg_map SELECT service_date, run_id, 'older', pattern, '{0}' FROM run")
    world.clock.at = world.clock.at.replace(year=LATER.year, month=LATER.month, day=LATER.day)
    return counter


def checked(world: World) -> object:
    report = verify_central(world.connection, world.services, check_cells=world.desk.check_cells)
    assert report.findings == ()
    return report.counts.get("tickets", 0)


def test_a_month_that_is_settled_goes_and_central_is_whole(world: World) -> None:
    """Every year the nightly check and every backup take longer, and nobody may ever throw anything away."""
    a_sale(world)
    in_transaction(world.connection, lambda tx: ensure_partitions(tx, LATER, LATER))
    assert checked(world) == 1
    assert drop(world) == [date(2026, 11, 1), date(2026, 12, 1)]
    assert "run_2027_03" in months_of(world)
    assert not {"run_2026_11", "run_2026_12"} & months_of(world)
    for table in (*TABLES, "leg_map", "ticket_number", "ticket_place"):
        rows = world.connection.execute(psycopg.sql.SQL("SELECT * FROM {}").format(psycopg.sql.Identifier(table)))
        assert rows.fetchall() == [], table
    assert world.connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    assert [(one.kind, one.body["month"], one.by) for one in list_acts(world.connection)] == [
        ("month_dropped", "2026-12", "chief"),
        ("month_dropped", "2026-11", "chief"),
    ]
    assert checked(world) == 0
    assert drop(world) == []


@pytest.mark.parametrize("what", ["claim", "lease", "waiting", "verdict", "incident", "judging"])
def test_nothing_goes_while_something_in_it_is_open(world: World, what: str) -> None:
    """A window that was offline since then comes back, and central does not know its places any more."""
    counter = a_sale(world)
    execute = world.connection.execute
    device = counter.device.device_id
    match what:
        case "claim":
            execute("UPDATE claim SET state = 'IN_DOUBT'")
        case "lease":
            execute(
                "INSERT INTO lease SELECT service_date, run_id, %s, %s, 'AAA', 1, NULL, 0, 1, 'second', '{}', 1, 1,"
                " 'IN_DOUBT', '', now(), now(), 'x' FROM run",
                (world.numbers.new(), device),
            )
        case "waiting":
            execute("INSERT INTO waiting SELECT service_date, run_id, %s, %s, '', now() FROM run", (device, device))
        case "verdict":
            execute(
                "INSERT INTO verdict VALUES (%s, 1, 1, 'conflict', 'displaced', '', '', '{}', now())",
                (device,),
            )
        case "incident":
            execute(
                "INSERT INTO incident (incident_id, kind, service_date, run_id, facts, at)"
                " SELECT %s, 'run_closed', service_date, run_id, '{}', now() FROM run",
                (device,),
            )
        case _:
            execute("UPDATE chain SET judged_seq = 0")
    assert "not" in refused(world)
    assert "run_2026_12" in months_of(world)
    if what == "incident":
        (one,) = Conflicts(world.services, counter.judge, world.desk.availability).all(world.connection)
        Conflicts(world.services, counter.judge, world.desk.availability).resolve(
            world.connection, one.name, "told", by=chief(world)
        )
        assert date(2026, 12, 1) in drop(world)


def test_what_is_young_or_asked_by_others_stays(world: World) -> None:
    a_sale(world)
    assert "60 days" in refused(world, date(2027, 1, 31))
    with pytest.raises(Refusal) as told:
        drop(world, by=chief(world, Role.SUPERVISOR))
    assert told.value.reason is Reason.NOT_ALLOWED
    assert drop(world, date(2026, 12, 31)) == [date(2026, 11, 1)], "whole months only"


def test_a_train_that_is_being_sold_is_waited_for_and_not_for_ever(world: World, fresh_database: Database) -> None:
    """One long transaction, and every window would stand still behind the month that wants to go."""
    a_sale(world)
    world.connection.execute("SELECT set_config('lock_timeout', '50', false)")
    with fresh_database.connect() as other, other.transaction():
        other.execute("SELECT 1 FROM run LIMIT 1")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("central.retention.LOCK_MS", 50)
            assert "in use" in refused(world)
    assert drop(world)


def test_a_sale_of_a_dropped_month_that_comes_later_is_kept(world: World) -> None:
    """Its bytes and its money: nobody would believe the clerk's drawer."""
    counter = a_sale(world)
    drop(world)
    counter.sell(world.run(), "01/01B")
    counter.push(2)
    assert counter.verdicts() == {2: ("conflict", "unknown_run")}
    assert world.connection.execute("SELECT number FROM ticket").fetchall() == [
        (counter.entries[1].body["tickets"][0]["number"],)  # type: ignore[index,call-overload]
    ]
    checked(world)
    assert "not settled" in refused(world), "somebody has to look at it first"
