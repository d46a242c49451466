"""Makes ``tests/golden/stores/<schema>/``: a store as this version leaves it, for every later version to open.

    python -m tests.golden.make_store

Once per schema, when it is released: a stored one is never made again, or it would prove nothing. The key files in it
are made from a constant, and belong to no counter.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from db.opening import SCHEMA
from db.store import SqlMoneyStore
from tests.unit.db.enrolled import Window, work
from tests.unit.db.station import Station, people

STORES = Path(__file__).with_name("stores")


def make(folder: Path) -> None:
    """A stand-alone counter with its people."""
    station = Station(folder)
    station.init()
    store = station.open()
    people(store, station)
    _bare(store, folder)


def make_enrolled(folder: Path) -> None:
    """A counter with central records, and something of everything that central gives it."""
    window = Window(folder)
    window.enrol()
    store = window.open()
    work(store, window)
    _bare(store, folder)


def _bare(store: SqlMoneyStore, folder: Path) -> None:
    store.close()
    (folder / "lock").unlink()
    (folder / "catalogues").rmdir()


def main() -> int:
    for folder, making in ((STORES / SCHEMA, make), (STORES / f"{SCHEMA}-enrolled", make_enrolled)):
        if folder.exists() and "--again" not in sys.argv:
            print(f"{folder} is there already", file=sys.stderr)
            return 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        making(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
