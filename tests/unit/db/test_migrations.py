"""Every store that ever held money opens in every later version."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from counter_app.domain.journal import canonical
from counter_app.domain.payments import PaymentState, Tender
from counter_app.errors import Reason, Refusal
from counter_app.ports.stock import ClaimOrigin, ClaimState
from db import engine as engines
from db import opening
from db.context import Context
from db.migrate import BACKUPS, SCRIPTS, _run, upgrade_if_older
from db.migrations.freeze import TARGET, frozen_sql
from db.payments import SqlPayments
from db.reference import expected_schema, stored_schema
from db.verify import verify_profile
from tests.golden.make_store import STORES
from tests.unit.db.station import Station


@pytest.fixture(params=sorted(path.name for path in STORES.iterdir() if path.is_dir()))
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Station:
    shutil.copytree(STORES / request.param, tmp_path / "counter")
    return Station(tmp_path / "counter")


def untouched(request: pytest.FixtureRequest, tmp_path: Path) -> Station:
    """The stored one again, as a copy: reading a database leaves files beside it."""
    shutil.copytree(STORES / request.node.callspec.params["stored"], tmp_path / "untouched")
    return Station(tmp_path / "untouched")


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program one schema ahead of today's: how an upgrade goes is tested before there is one."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "0002_next.py").write_text(
        "from alembic import op\nfrom sqlalchemy import Column, Text\nrevision = '9002'\n"
        f"down_revision = {opening.SCHEMA!r}\n"
        "def upgrade():\n    op.add_column('shift', Column('note', Text))\n"
    )
    monkeypatch.setattr(opening, "SCHEMAS", (*opening.SCHEMAS, "9002"))
    return scripts


def test_the_known_schemas_are_alembics() -> None:
    """A revision that the program does not list would make its own stores "too new"."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS.as_posix())
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(revisions)) == opening.SCHEMAS


def test_the_steps_lead_to_the_schema_that_init_makes() -> None:
    """Old and new counters must keep the same rules: a constraint that only new stores have protects nobody else."""
    with engines.make_memory_engine().connect() as connection:
        _run(connection, SCRIPTS)
        stepped = stored_schema(Context.bare(connection, writable=True))
    assert {one for one in stepped if one[2] != "alembic_version"} == {
        one for one in expected_schema() if one[2] != "alembic_version"
    }
    assert TARGET.read_text("utf-8") == frozen_sql()


def test_a_stored_database_opens_and_verifies(stored: Station) -> None:
    """The journal of the first day must still be readable on the last."""
    store = stored.open()
    with store.reading() as books:
        logins = {one.login for one in books.users.all()}
        if loose := books.payments.unresolved():
            assert logins == {"li", "wang"}
            assert [(one.state, one.amount.minor > 0) for one in loose] == [(PaymentState.UNKNOWN, True)]
            assert sorted(
                leg.amount_minor > 0
                for order in books.orders.orders(9)
                for leg in books.payments.legs_of_order(order.order_id)
            ) == [False, True, True]
            assert loose[0].evidence.card == ""
        elif books.blanks.rolls(9):
            assert logins == {"li", "wang"}
            (roll,) = books.blanks.rolls(9)
            assert (roll.first_n, roll.last_n, roll.next_n) == (101, 110, 106)
            (seen,) = books.redemptions.latest(9)
            assert (seen.number, seen.seen) == ("CSQ-01-1-000001-3", 1)
        elif books.sync.central() is None:
            assert logins == {"admin", "li", "wang"}
            assert books.sync.state().sent_seq == 0
        else:
            assert logins == {"li"}
            assert [one.count for one in books.sync.left()] == [3]
            assert (books.sync.inbox_open(), books.sync.state().sent_seq) == (1, 4)
    store.close()
    assert verify_profile(stored.directory).ok


def test_an_upgrade_puts_a_copy_aside_and_keeps_the_record(
    stored: Station, newer: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """If the new version disappoints, the station goes back to the copy with nothing lost."""
    original = untouched(request, tmp_path)
    copy = upgrade_if_older(stored.database, clock=stored.clock, scripts=newer)
    assert copy is not None
    assert copy.parent.name == BACKUPS
    backed_up = Station(copy.parent.parent / "old")
    shutil.copytree(original.directory, backed_up.directory)
    backed_up.database.write_bytes(copy.read_bytes())
    with engines.make_engine(stored.database, writable=False).connect() as connection:
        context = Context.bare(connection, writable=False)
        assert opening.schema_of(context) == "9002"
        assert opening.missing_triggers(context) == []
    assert upgrade_if_older(stored.database, clock=stored.clock, scripts=newer) is None
    assert backed_up.dump() == original.dump()


def test_a_reader_waits_for_the_writers_upgrade(stored: Station, newer: Path) -> None:
    """A report made by a program that expects another schema would be wrong, or crash."""
    with pytest.raises(Refusal) as refused:
        stored.open(writable=False)
    assert refused.value.reason is Reason.PROFILE_TOO_OLD


def test_a_failing_upgrade_changes_nothing(
    stored: Station, newer: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """An upgrade that breaks off half way must leave the old store, which sells on with the old program."""
    script = newer / "versions" / "0002_next.py"
    script.write_text(script.read_text() + "    op.execute('DROP TRIGGER journal_no_update')\n")
    with pytest.raises(Refusal) as refused:
        upgrade_if_older(stored.database, clock=stored.clock, scripts=newer)
    assert refused.value.reason is Reason.STORE_DAMAGED
    with engines.make_engine(stored.database, writable=False).connect() as connection:
        assert opening.schema_of(Context.bare(connection, writable=False)) in opening.SCHEMAS[:-1]
    assert stored.dump() == untouched(request, tmp_path).dump()


def test_an_older_store_is_verified_after_its_upgrade(tmp_path: Path) -> None:
    """Half of the tables would be missing, and an honest archive would pass for a damaged one."""
    shutil.copytree(STORES / "0001", tmp_path / "counter")
    with pytest.raises(Refusal) as refused:
        verify_profile(tmp_path / "counter")
    assert refused.value.reason is Reason.PROFILE_TOO_OLD


def test_what_was_held_before_there_was_a_line_is_the_stations_own(tmp_path: Path) -> None:
    """A parked sale of yesterday must be there after the upgrade, and is nothing that central knows of."""
    shutil.copytree(STORES / "0001", tmp_path / "counter")
    station = Station(tmp_path / "counter")
    body = canonical({}).decode()
    station.edit(
        f"INSERT INTO frozen VALUES ('h', '{body}')",
        "INSERT INTO run VALUES ('r', '2026-12-04', 'G1', 'h', NULL, 'i', 'p', 0, 0)",
        f"INSERT INTO sale_order VALUES ('{UUID(int=1)}', 'ON_HOLD', 0, 'u', 'Li', NULL, 0, 0, 0, 'CNY', 'p', 'x', 0, "
        "'[]', 0)",
        f"INSERT INTO claim VALUES ('{UUID(int=2)}', '{UUID(int=1)}', '{UUID(int=3)}', '2026-12-04', 'G1', 0, 2, "
        "'second', '[\"02/01A\"]', 1, 'HELD', 1796169600000, 15000, 'CNY')",
        f"UPDATE run SET run_id = '{UUID(int=3)}'",
    )
    store = station.open()
    with store.reading() as books:
        claim = books.stock.claim_of(UUID(int=1))
    store.close()
    assert claim is not None
    assert (claim.claim_id, claim.count, claim.state) == (UUID(int=2), 1, ClaimState.HELD)
    assert (claim.origin, claim.asked) == (ClaimOrigin.OWN, False)


def test_what_was_sold_and_given_back_before_there_were_tenders_was_cash(tmp_path: Path) -> None:
    """The first Z after an upgrade counts the morning's sales too."""
    shutil.copytree(STORES / "0002", tmp_path / "counter")
    station = Station(tmp_path / "counter")
    order, shift, refunded, free = (str(UUID(int=n)) for n in (1, 2, 3, 4))
    ticket = "'G1', 0, 2, NULL, 'second', 'adult', '[]'"
    station.edit(
        f"INSERT INTO shift VALUES ('{shift}', 1, (SELECT user_id FROM user LIMIT 1), 'li', 0, 'open', '{{}}', NULL, "
        "NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL)",
        f"INSERT INTO sale_order VALUES ('{order}', 'FULFILLED', 0, 'u', 'Li', '{shift}', 15000, 20000, 5000, 'CNY', "
        "'p', '', NULL, '[]', 40)",
        *(
            f"INSERT INTO ticket VALUES ('{ticket_id}', '{order}', 'c', '{number}', 1, {number}, 'REFUNDED', 'r', "
            f"'2026-12-04', {ticket}, 7500, 'CNY', NULL, 0, 0, 0, 'Li', '{shift}', 'p', x'00', 40)"
            for number, ticket_id in ((1, refunded), (2, free))
        ),
        f"INSERT INTO refund VALUES ('{UUID(int=5)}', '{refunded}', 'refund_48h', '[]', 7000, 500, 0, 'Li', '{shift}', "
        "41)",
        f"INSERT INTO refund VALUES ('{UUID(int=6)}', '{free}', 'refund_late', '[]', 0, 7500, 0, 'Li', '{shift}', 42)",
    )
    assert upgrade_if_older(station.database, clock=station.clock) is not None
    with engines.make_engine(station.database, writable=False).connect() as connection:
        payments = SqlPayments(Context.bare(connection, writable=False))
        legs = payments.legs_of_order(UUID(order))
    assert [(leg.journal_seq, leg.tender, leg.refund_id, leg.amount_minor, leg.rounding_minor) for leg in legs] == [
        (40, Tender.CASH, None, 15000, 0),
        (41, Tender.CASH, UUID(int=5), -7000, 0),
    ]
