"""Makes ``tests/golden/stores/<schema>/``: a store as this version leaves it, for every later version to open.

    python -m tests.golden.make_store

Once per schema, when it is released: a stored one is never made again, or it would prove nothing. The key files in it
are made from a constant, and belong to no counter.
"""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from counter_app.application.check_ticket import CheckTicket
from counter_app.application.issue_reimbursement import IssueReimbursement
from counter_app.application.move_cash import MoveCash
from counter_app.application.print_luggage_tags import PrintLuggageTags
from counter_app.domain.money import Money
from counter_app.domain.papers import TicketFace
from counter_app.ports.prints import Delivery, DeliveryOutcome
from counter_app.ports.shifts import CashKind
from counter_app.security import verify
from db.opening import SCHEMA
from db.store import SqlMoneyStore
from tests.unit.counter_app.application.counter import HAN as HAN_MEI
from tests.unit.counter_app.application.counter import LI as LI_LEI
from tests.unit.counter_app.application.counter import Counter
from tests.unit.counter_app.application.payments.till import HAN, LI, Till, silent
from tests.unit.counter_app.application.test_papers import STATUS
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


def make_printed(folder: Path) -> None:
    """A counter with numbered blanks: papers printed, copied, spoiled; slips, tags, and a ticket let through."""
    counter = Counter(folder)
    store, clock, ids = counter.store, counter.clock, counter.ids
    counter.open_shift()
    counter.load_roll(counter.clerk, "main", "A000101", "A000110")
    sold = counter.sold(LI_LEI, HAN_MEI)
    codes = [_printed(counter, job) for job in sold.jobs]
    first, second = (one.ticket_id for one in sold.order.tickets)
    _printed(counter, counter.reprint(counter.chief, second, reason="smudged"))
    counter.spoil_blanks(
        counter.clerk, "main", "A000104", "A000105", reason="torn", supervisor="wang", supervisor_password="x"
    )
    _printed(counter, IssueReimbursement(store=store, ids=ids)(counter.clerk, first))
    for job in PrintLuggageTags(store=store, clock=clock, ids=ids)(counter.clerk, first, 2):
        _printed(counter, job)
    for job in MoveCash(store=store, clock=clock, ids=ids)(
        counter.clerk, CashKind.DROP, Money(350_00, "CNY"), "safe", {100_00: 3, 50_00: 1}
    ):
        _printed(counter, job)
    clock.at = sold.order.tickets[0].depart - timedelta(minutes=30)
    check = CheckTicket(store=store, clock=clock, verify=verify)
    assert check(counter.clerk, next(code for code in codes if code)).redeemed
    _bare(store, folder)


def _printed(counter: Counter, job: UUID) -> str:
    """Its paper came out; the code on it, if it is a ticket."""
    paper = counter.start_job(job)
    counter.finish_job(job, DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=STATUS))
    return paper.code if isinstance(paper, TicketFace) else ""


def _quiet(text: str) -> None:
    del text


def _bare(store: SqlMoneyStore, folder: Path) -> None:
    store.close()
    (folder / "lock").unlink()
    (folder / "catalogues").rmdir()


def main() -> int:
    stores = (
        (SCHEMA, make),
        (f"{SCHEMA}-enrolled", make_enrolled),
        (f"{SCHEMA}-paid", make_paid),
        (f"{SCHEMA}-printed", make_printed),
    )
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
