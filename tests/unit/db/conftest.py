from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app.application.move_cash import MoveCash
from counter_app.application.open_shift import OpenShift
from counter_app.domain.journal import Kind
from counter_app.domain.money import Money
from counter_app.domain.staff import SYSTEM
from counter_app.ports.people import PersonalData
from counter_app.ports.shifts import CashKind
from db.store import SqlMoneyStore
from tests.unit.db.station import Station, people


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "counter")
    made.init()
    return made


@pytest.fixture
def store(station: Station) -> Iterator[SqlMoneyStore]:
    opened = station.open()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """A profile after some work, closed cleanly: copy it before touching it."""
    made = Station(tmp_path_factory.mktemp("worked") / "counter")
    made.init()
    store = made.open()
    clerk, _ = people(store, made)
    OpenShift(store, made.clock, made.ids)(clerk, {10_000: 3, 500: 4})
    move = MoveCash(store, made.clock, made.ids)
    move(clerk, CashKind.PAID_IN, Money(5_000, "CNY"), "零钱")
    move(clerk, CashKind.DROP, Money(10_000, "CNY"), "to the safe")
    with store.writing() as books:
        for number in range(20):
            books.journal.append(Kind.DRAWER_OPENED, {"n": number}, actor=SYSTEM)
    store.close()
    return made


@pytest.fixture
def somebody() -> PersonalData:
    return PersonalData(name="张三", document_type="cn_id", document="110101199003077758")
