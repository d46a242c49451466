"""Stock control: every numbered blank is accounted for, and the journal tells of each; with a real store."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.application.blanks import DemandBlanks, ListRolls
from counter_app.application.close_shift import CloseShift
from counter_app.application.credentials import Credentials
from counter_app.application.declare_shift import DeclareShift
from counter_app.application.shift_report import ReportX
from counter_app.application.views import PassengerInput
from counter_app.domain.journal import Kind
from counter_app.domain.papers import TicketFace
from counter_app.domain.stocknumbers import ROLL_MAX, StockControl, stock_number, stock_range, stock_text
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import Delivery, JobState
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, PLAIN, Counter
from tests.unit.counter_app.application.test_printers import OUT, READY, Shop, refused

WANG = PassengerInput(name="王五", document_type="passport", document="E87654321")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "profile")
    yield made
    made.counter.close()
    assert verify_profile(made.counter.folder).reason == "", "the journal tells all that the tables hold"


def _load(shop: Shop, first: str, last: str, printer: str = "main") -> None:
    shop.counter.load_roll(shop.counter.clerk, printer, first, last)


def _printed(shop: Shop, *people: PassengerInput) -> None:
    """Sold, and out of the printer."""
    for job in shop.counter.sold(*people).jobs:
        assert shop.print(job) is JobState.CONFIRMED


def _stock(shop: Shop) -> list[str]:
    """Of tickets' papers, oldest first."""
    return [one.stock_number for one in reversed(shop.counter.jobs.latest(100)) if one.kind == "ticket"]


def _spoil(shop: Shop, first: str, last: str) -> None:
    shop.counter.spoil_blanks(
        shop.counter.clerk, "main", first, last, reason="torn", supervisor="wang", supervisor_password="x"
    )


def _left(shop: Shop, printer: str = "main") -> int:
    return next(one.left for one in ListRolls(store=shop.counter.store)() if one.inside and one.printer == printer)


# --------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("n", [1, 999_999, 1_000_000, 26 * 999_999])
def test_a_number_reads_back(n: int) -> None:
    assert stock_number(stock_text(n)) == n


@pytest.mark.parametrize("text", ["", "A00001", "A0000001", "A000000", "中000001", "AA00001", "A00000１"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with refused(Reason.BAD_BLANKS):
        stock_number(text)


def test_a_range_goes_up_and_has_an_end() -> None:
    assert stock_range("a000001", " A000300 ") == (1, 300)
    with refused(Reason.BAD_BLANKS):
        stock_range("A000002", "A000001")
    with refused(Reason.BAD_BLANKS):
        stock_range("A000001", stock_text(ROLL_MAX + 1))


# ----------------------------------------------------------------------------------------------------------- rolls


def test_tickets_take_the_blanks_of_the_roll_in_order(shop: Shop) -> None:
    """The number in the books is the one on the paper in the customer's hand."""
    _printed(shop, LI)
    _load(shop, "C000101", "C000200")
    _, first, _ = shop.counter.sold(HAN, WANG).jobs
    assert _stock(shop) == ["A000001", "C000101", "C000102"]
    paper = shop.counter.start_job(first)
    assert isinstance(paper, TicketFace)
    assert paper.stock_number == "C000101"
    assert _left(shop) == 98


def test_a_roll_that_is_used_up_makes_room_for_the_next(shop: Shop) -> None:
    """A sale across the end of a roll: what is missing has the counter's own numbers, where the policy lets it."""
    _load(shop, "C000001", "C000001")
    _printed(shop, LI, HAN)
    assert _stock(shop) == ["C000001", "A000001"]
    _load(shop, "C000002", "C000050")
    shop.counter.sold(WANG)
    assert _stock(shop)[-1] == "C000002"
    with shop.counter.store.reading() as books:
        (ended,) = [one for one in books.journal.entries() if one.kind is Kind.ROLL_ENDED]
    assert (ended.body["left"], ended.body["reason"]) == (0, "used_up")


@pytest.mark.parametrize("printer", ["main", "spare"])
def test_no_number_is_used_twice(shop: Shop, printer: str) -> None:
    """Two tickets with one number: nobody can tell which was stolen."""
    shop.counter.sold(LI)  # A000001 of the counter's own count
    with refused(Reason.BLANKS_USED):
        _load(shop, "A000001", "A000100", printer)
    _load(shop, "C000001", "C000100")
    with refused(Reason.ROLL_INSIDE):
        _load(shop, "C000200", "C000300")
    for first, last in (("C000050", "C000300"), ("C000100", "C000100"), ("B999999", "C000001")):
        with refused(Reason.BLANKS_USED):
            _load(shop, first, last, "spare")
    with refused(Reason.UNKNOWN_PRINTER):
        _load(shop, "D000001", "D000100", "kitchen")


def test_the_counters_own_count_leaves_rolls_out(shop: Shop) -> None:
    """A ticket on plain paper has no number that lies on a shelf."""
    _load(shop, "A000001", "A000003", "spare")
    shop.counter.sold(LI, HAN)
    assert _stock(shop) == ["A000004", "A000005"]


def test_a_ticket_that_waited_for_paper_comes_out_on_the_new_rolls_blank(shop: Shop) -> None:
    """It would keep the number of a blank that went out with the old roll, and every later ticket be off by one."""
    _load(shop, "A000101", "A000110")
    shop.main.says = OUT
    waits = shop.counter.sold(LI, HAN).jobs[1:]
    assert shop.print(waits[0]) is JobState.FAILED_BEFORE_SEND
    shop.counter.end_roll(shop.counter.clerk, "main", reason="torn", supervisor="wang", supervisor_password="x")
    _load(shop, "A000201", "A000210")
    assert _stock(shop) == ["A000201", "A000202"]
    shop.main.says = READY
    assert [shop.print(job) for job in waits] == [JobState.CONFIRMED] * 2
    assert [paper.stock_number for paper in shop.main.papers if isinstance(paper, TicketFace)] == _stock(shop)
    assert _left(shop) == 8
    with shop.counter.store.reading() as books:
        told = [one.body["unused"] for one in books.journal.entries() if one.kind is Kind.PAPER_MOVED]
    assert told == ["A000101", "A000102"]


def test_what_is_left_of_a_roll_can_be_loaded_again(shop: Shop) -> None:
    """The night shift takes its roll out; the rest is no waste, and two people saw that it was there."""
    _load(shop, "C000001", "C000010")
    _printed(shop, LI)
    end = shop.counter.end_roll
    with refused(Reason.SECOND_PERSON_NEEDED):
        end(shop.counter.clerk, "main", reason="end of shift")
    with refused(Reason.SECOND_PERSON_NEEDED):
        end(shop.counter.clerk, "main", reason="end of shift", supervisor="li", supervisor_password="x")
    with refused(Reason.BAD_CREDENTIALS):
        end(shop.counter.clerk, "main", reason="end of shift", supervisor="wang", supervisor_password="y")
    with refused(Reason.REASON_NEEDED):
        end(shop.counter.clerk, "main", reason="", supervisor="wang", supervisor_password="x")
    view = end(shop.counter.clerk, "main", reason="end of shift", supervisor="wang", supervisor_password="x")
    assert (view.next, view.left, view.inside) == ("C000002", 9, False)
    with refused(Reason.NO_ROLL):
        end(shop.counter.clerk, "main", reason="again", supervisor="wang", supervisor_password="x")
    with refused(Reason.BLANKS_USED):
        _load(shop, "C000001", "C000010")
    _load(shop, "C000002", "C000010")
    shop.counter.sold(HAN)
    assert _stock(shop) == ["C000001", "C000002"]


def test_spoiled_blanks_are_the_next_ones_and_two_people_say_so(shop: Shop) -> None:
    """Blanks that a clerk calls torn are worth as much as tickets."""
    with refused(Reason.NO_ROLL):
        _spoil(shop, "C000001", "C000001")
    _load(shop, "C000001", "C000010")
    with refused(Reason.SECOND_PERSON_NEEDED):
        shop.counter.spoil_blanks(
            shop.counter.clerk, "main", "C000001", "C000002", reason="torn", supervisor="", supervisor_password=""
        )
    for first, last in (("C000002", "C000003"), ("C000001", "C000011")):
        with pytest.raises(Refusal) as wrong:
            _spoil(shop, first, last)
        assert wrong.value.facts["expected"] == "C000001-C000010"
    _spoil(shop, "C000001", "C000003")
    shop.counter.sold(LI)
    assert _stock(shop) == ["C000004"]
    _spoil(shop, "C000005", "C000010")
    assert _left(shop) == 0
    shop.counter.sold(HAN)
    assert _stock(shop)[-1] == "A000001"


def test_a_ticket_sent_to_another_printer_takes_a_blank_there(shop: Shop) -> None:
    """The blank that waits in the broken printer is torn off and accounted for."""
    _load(shop, "C000001", "C000010")
    _load(shop, "D000001", "D000010", "spare")
    _, job = shop.counter.sold(LI).jobs
    moved = shop.counter.move_job(shop.counter.clerk, job, "spare")
    assert (moved.stock_number, moved.unused) == ("D000001", "C000001")
    paper = shop.counter.start_job(job)
    assert isinstance(paper, TicketFace)
    assert paper.stock_number == "D000001"
    assert (_left(shop), _left(shop, "spare")) == (9, 9)
    with shop.counter.store.reading() as books:
        assert books.blanks.used(stock_number("C000001"), stock_number("C000001")) is not None
        count = books.blanks.count(shop.counter.clock.now(), shop.counter.clock.now())
    assert (count.issued, count.spoiled) == (1, 1)


def test_a_ticket_sent_back_takes_the_next_blank(shop: Shop) -> None:
    """The first was torn off meanwhile: it is never printed upon."""
    _load(shop, "C000001", "C000010")
    job = shop.counter.sold(LI).jobs[1]
    assert shop.counter.move_job(shop.counter.clerk, job, "spare").stock_number == "A000001"
    assert shop.counter.move_job(shop.counter.clerk, job, "main").stock_number == "C000002"


def test_copies_take_blanks_and_the_spoiled_ones_are_counted(shop: Shop) -> None:
    """N blanks gone, N accounted for: issued, spoiled, left."""
    _load(shop, "C000001", "C000010")
    job = shop.counter.sold(LI).jobs[1]
    shop.main.delivery = Delivery.UNKNOWN
    assert shop.print(job) is JobState.UNKNOWN
    copy = shop.counter.settle_job(shop.counter.clerk, job, came_out=False)
    assert copy is not None
    shop.main.delivery = Delivery.CONFIRMED
    assert shop.print(copy) is JobState.CONFIRMED
    ticket = shop.counter.find("")[0].ticket_id
    shop.counter.reprint(shop.counter.chief, ticket, reason="torn")
    assert _stock(shop) == ["C000001", "C000002", "C000003"]
    _spoil(shop, "C000004", "C000005")
    report = ReportX(shop.counter.store, shop.counter.clock)(shop.counter.chief)
    assert (report.blanks_issued, report.blanks_spoiled, report.blanks_left) == (3, 2 + 2, 5)


def test_the_z_counts_blanks_and_keeps_what_it_said(shop: Shop) -> None:
    _load(shop, "C000001", "C000010")
    shop.counter.sold(LI)
    counter = shop.counter
    DeclareShift(counter.store)(counter.clerk, {100_00: 11})
    close = CloseShift(counter.store, counter.clock, Credentials(counter.store, counter.clock, PLAIN), counter.store)
    report = close(counter.clerk, reason="", supervisor="wang", supervisor_password="x")
    assert (report.blanks_issued, report.blanks_spoiled, report.blanks_left) == (1, 0, 9)


def test_a_counter_without_rolls_says_nothing_of_them(shop: Shop) -> None:
    report = ReportX(shop.counter.store, shop.counter.clock)(shop.counter.chief)
    assert report.blanks_issued is None


# ---------------------------------------------------------------------------------------------------------- policy


def test_where_blanks_are_required_none_means_no_sale_and_no_money(tmp_path: Path) -> None:
    """The refusal comes before the customer's card is in the terminal."""
    shop = Shop(tmp_path / "profile", control=StockControl.REQUIRED)
    counter = shop.counter
    hold = counter.held(2)
    demand = DemandBlanks(store=counter.store, control=StockControl.REQUIRED)
    with pytest.raises(Refusal) as short:
        demand(hold.order_id)
    assert short.value.facts == {"left": 0, "needed": 2}
    _load(shop, "C000001", "C000001")
    with refused(Reason.BLANKS_SHORT):
        demand(hold.order_id)
    quote = counter.quote(hold, (LI, HAN))
    counter.begin_tender(counter.clerk, hold.order_id)
    with refused(Reason.BLANKS_SHORT):
        counter.sell(counter.clerk, hold.order_id, (LI, HAN), received=quote.total, quoted=quote.total)
    assert _left(shop) == 1, "a sale that was refused takes no blank"
    counter.spoil_blanks(
        counter.clerk, "main", "C000001", "C000001", reason="torn", supervisor="wang", supervisor_password="x"
    )
    _load(shop, "C000002", "C000003")
    demand(hold.order_id)
    counter.sell(counter.clerk, hold.order_id, (LI, HAN), received=quote.total, quoted=quote.total)
    assert _stock(shop) == ["C000002", "C000003"]
    *_, first, job = (one.job_id for one in counter.jobs.open())
    assert shop.print(first) is JobState.CONFIRMED
    shop.main.delivery = Delivery.UNKNOWN
    shop.print(job)
    with refused(Reason.BLANKS_SHORT):
        counter.settle_job(counter.clerk, job, came_out=False)
    assert counter.jobs.open()[-1].state is JobState.UNKNOWN, "nothing is lost: it is asked again"
    counter.close()


def test_without_stock_control_there_are_no_rolls(shop: Shop) -> None:
    load = replace(shop.counter.load_roll, control=StockControl.NONE)
    with refused(Reason.BAD_SETTING):
        load(shop.counter.clerk, "main", "C000001", "C000010")
    shop.counter.sell = replace(shop.counter.sell, policy=replace(shop.counter.policy, stock_control=StockControl.NONE))
    _load(shop, "C000001", "C000010")
    shop.counter.sold(LI)
    assert _stock(shop) == ["A000001"]


# --------------------------------------------------------------------------------------------------------- journal

EDITS = {
    "blanks that came back": "UPDATE blank_roll SET next_n = next_n - 1",
    "blanks that went": "UPDATE blank_roll SET next_n = next_n + 1",
    "a longer roll": "UPDATE blank_roll SET last_n = last_n + 10",
    "a roll gone": "DELETE FROM spoiled_blank; DELETE FROM blank_roll",
    "a roll taken out by hand": "UPDATE blank_roll SET ended_at = loaded_at",
    "a spoiled blank gone": "DELETE FROM spoiled_blank WHERE n = (SELECT min(n) FROM spoiled_blank)",
    "another reason": "UPDATE spoiled_blank SET reason = 'lost'",
    "another blank on the ticket": "UPDATE print_job SET stock = 'C000009', stock_n = 2000007"
    " WHERE n = (SELECT min(n) FROM print_job WHERE kind = 'ticket')",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = Shop(tmp_path_factory.mktemp("kept") / "counter")
    _load(shop, "C000001", "C000020")
    shop.counter.sold(LI, HAN)
    _spoil(shop, "C000003", "C000004")
    shop.counter.close()
    return shop.counter.folder


def test_an_honest_roll_verifies(kept: Path) -> None:
    assert verify_profile(kept).reason == ""


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_of_the_stock_is_found(kept: Path, tmp_path: Path, edit: str) -> None:
    """Blanks that vanish from the books are sold beside them."""
    folder = tmp_path / "copy"
    shutil.copytree(kept, folder)
    with sqlite3.connect(folder / "counterfoil.sqlite") as store:
        store.executescript(EDITS[edit])
    store.close()
    assert verify_profile(folder).reason.startswith("table_mismatch:"), edit


def test_a_reopened_store_goes_on_where_the_roll_was(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(kept, folder)
    counter = Counter(folder)
    counter.sold(WANG)
    assert next(one.stock_number for one in counter.jobs.latest(1)) == "C000005"
    counter.close()
