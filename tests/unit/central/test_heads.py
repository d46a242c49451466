"""Whoever may write central's database cannot take back what people did there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from central.acts import ActKind, Acts
from central.heads import FILE, HeadsFile, note_head
from central.journal.verify import Report, verify_central
from central.operator import new_incarnation
from central.tx import in_transaction
from counter_app.domain.staff import SYSTEM
from tests.postgres import Database
from tests.unit.central.stock.world import World


@pytest.fixture
def world(fresh_database: Database, tmp_path: Path) -> World:
    made = World(fresh_database.connect())
    made.services = replace(made.services, heads=HeadsFile(tmp_path / FILE))
    return made


def act(world: World) -> None:
    acts = Acts(world.services)
    in_transaction(world.connection, lambda tx: acts.append(tx, ActKind.STATION_ADDED, {"x": 1}, by=SYSTEM))


def verified(world: World) -> Report:
    return verify_central(world.connection, world.services)


def findings(world: World) -> list[tuple[str, str]]:
    return [(one.where, one.detail) for one in verified(world).findings]


def test_an_end_that_was_cut_off_is_found(world: World) -> None:
    """An administrator who wrote off leases for a friend deletes the last lines; the chain before them is whole."""
    for _ in range(3):
        act(world)
    assert note_head(world.connection, world.services.heads) == 1
    assert note_head(world.connection, world.services.heads) == 0
    assert findings(world) == []
    world.connection.execute("DELETE FROM act WHERE seq > 1")
    assert findings(world) == [("3", "cut_off")]
    assert note_head(world.connection, world.services.heads) == 0, "what is there now is no excuse"
    world.clock.pass_(hours=1)
    act(world)
    act(world)
    assert findings(world) == [("3", "replaced")]


def test_a_restored_database_is_not_blamed_for_what_it_lost(world: World) -> None:
    for _ in range(3):
        act(world)
    note_head(world.connection, world.services.heads)
    world.connection.execute("DELETE FROM act WHERE seq > 1")
    assert findings(world) == [("3", "cut_off")], "migrate --restored says that it was"
    new_incarnation(world.connection, world.services)
    assert findings(world) == []
    note_head(world.connection, world.services.heads)
    world.connection.execute("DELETE FROM act WHERE seq > 1")
    assert findings(world) == [("2", "cut_off")]


def test_a_line_that_was_cut_is_none(world: World, tmp_path: Path) -> None:
    act(world)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"incarnation":"01')
    assert note_head(world.connection, world.services.heads) == 1
    assert findings(world) == []
    world.connection.execute("DELETE FROM act")
    assert findings(world) == [("1", "cut_off")]
