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
from tests.unit.counter_app.application.payments.till import HAN, LI, Till, silent
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


def make_paid(folder: Path) -> None:
    """A counter with payments: one sold upon and given back, one that nobody knows the end of."""
    till = Till(folder)
    till.open_shift()
    sold = till.in_tender()
    till.payments.run(till.pay(sold), _quiet)
    ticket = till.sell(till.clerk, sold.order_id, (LI,), received=None, quoted=sold.fare).order.tickets[0]
    refunded = till.refund(till.clerk, till.quote_refund(ticket.ticket_id))
    with till.store.reading() as books:
        (back,) = books.payments.of_refund(refunded.refund_id)
    till.payments.run(back.intent_id, _quiet)
    till.sold(HAN)
    till.terminal.script.append(silent)
    till.payments.run(till.pay(till.in_tender()), _quiet)
    _bare(till.store, folder)


def _quiet(text: str) -> None:
    del text


def _bare(store: SqlMoneyStore, folder: Path) -> None:
    store.close()
    (folder / "lock").unlink()
    (folder / "catalogues").rmdir()


def main() -> int:
    stores = ((SCHEMA, make), (f"{SCHEMA}-enrolled", make_enrolled), (f"{SCHEMA}-paid", make_paid))
    for folder, making in ((STORES / name, making) for name, making in stores):
        if folder.exists() and "--again" not in sys.argv:
            print(f"{folder} is there already", file=sys.stderr)
            return 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        making(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
