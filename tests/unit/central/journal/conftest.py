from __future__ import annotations

import pytest

from tests.postgres import Database
from tests.unit.central.stock.world import World


@pytest.fixture
def world(fresh_database: Database) -> World:
    return World(fresh_database.connect())
