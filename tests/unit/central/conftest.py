from __future__ import annotations

import pytest

from tests.postgres import Database
from tests.unit.central.office import Office


@pytest.fixture
def office(fresh_database: Database) -> Office:
    return Office(fresh_database.connect())
