"""Which of a terminal's slips are printed with their payment, and which are asked for later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.application.card_slips import PrintCardSlip
from counter_app.application.copy_paper import CopyPaper
from counter_app.application.order_papers import OrderPapers
from counter_app.application.views import Sold
from counter_app.domain.card_slip_words import asks_for_signature, wants_signature
from counter_app.domain.papers import Document, Mark, Pair, Slip, Verbatim
from counter_app.domain.payments import CardResult
from counter_app.errors import Reason, Refusal
from counter_app.ports.payments import Approved, CardOutcome, Watch
from counter_app.ports.payments import Slip as TerminalSlip
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, PaperState, PrinterStatus
from tests.unit.counter_app.application.payments.test_split_sale import SplitTill
from tests.unit.counter_app.application.payments.till import Terminal

CUSTOMER = TerminalSlip(whose="customer", lines=("** Kundenbeleg **", "EUR 600,00", "Zahlung erfolgt"))
PLAIN = TerminalSlip(whose="merchant", lines=("** Haendlerbeleg **", "EUR 600,00", "Zahlung erfolgt"))
SIGNED = TerminalSlip(whose="merchant", lines=("** Haendlerbeleg **", "EUR 600,00", "Unterschrift:"))
READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[SplitTill]:
    made = SplitTill(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def sold_by_card(till: SplitTill, merchant: TerminalSlip, *, always: bool) -> Sold:
    till.sell = replace(till.sell, merchant_slips=always)

    def approve(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        assert watch.answered(result)
        terminal.last = result
        return Approved(result=result, slips=(CUSTOMER, merchant))

    till.terminal.script.append(approve)
    return till.sold_paid()


def printed(till: SplitTill, sold: Sold) -> list[Slip]:
    """Of the terminal's slips, those that came with the sale."""
    with till.store.reading() as books:
        jobs = [books.prints.get(job) for job in sold.jobs]
    papers = [till.start_job(job.job_id) for job in jobs if job is not None and job.kind is JobKind.CARD_SLIP]
    for job in jobs:
        if job is not None and job.kind is JobKind.CARD_SLIP:
            till.finish_job(job.job_id, DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=READY))
    return [paper for paper in papers if isinstance(paper, Slip)]


def test_both_slips_are_printed_verbatim_and_the_signature_has_room(till: SplitTill) -> None:
    """A payment that was to be signed, and there was no line to sign on."""
    customer, merchant = printed(till, sold_by_card(till, SIGNED, always=True))
    assert (customer.document, merchant.document) == (Document.CARD_SLIP_CUSTOMER, Document.CARD_SLIP_MERCHANT)
    assert customer.blocks == (Verbatim(CUSTOMER.lines),)
    assert merchant.blocks[0] == Verbatim(SIGNED.lines)
    assert merchant.blocks[1:] == (Pair("旅客签字", ""),)


def test_a_slip_to_be_signed_is_printed_whatever_the_settings_say(till: SplitTill) -> None:
    """The signed slip is the proof of the payment: a setting must not lose it."""
    signed = printed(till, sold_by_card(till, SIGNED, always=False))
    assert [slip.document for slip in signed] == [Document.CARD_SLIP_CUSTOMER, Document.CARD_SLIP_MERCHANT]


def test_an_operator_may_do_without_the_merchants_slip(till: SplitTill) -> None:
    """What is not printed stays in the store: an auditor who asks for it gets it."""
    sold = sold_by_card(till, PLAIN, always=False)
    assert [slip.document for slip in printed(till, sold)] == [Document.CARD_SLIP_CUSTOMER]
    later = PrintCardSlip(store=till.store, clock=till.clock, ids=till.ids)
    offers = {
        one.title: one for one in OrderPapers(store=till.store)(sold.order.order_id) if one.kind.value == "card_slip"
    }
    assert (offers["customer"].copy, offers["merchant"].copy) == (True, False)
    paper = till.start_job(later(till.clerk, offers["merchant"].ref))
    assert isinstance(paper, Slip)
    assert (paper.marks, paper.blocks) == ((), (Verbatim(PLAIN.lines),))
    for wrong in (offers["merchant"].ref, sold.order.order_id):
        with pytest.raises(Refusal) as refused:
            later(till.clerk, wrong)
        assert refused.value.reason is Reason.JOB_NOT_OPEN
    copy = CopyPaper(store=till.store, clock=till.clock, ids=till.ids)
    again = till.start_job(copy(till.chief, JobKind.CARD_SLIP, offers["customer"].ref, reason="遗失"))
    assert isinstance(again, Slip)
    assert (again.marks, again.copy_number) == ((Mark.DUPLICATE,), 1)


@pytest.mark.parametrize(
    ("lines", "asked", "room"),
    [
        (("Betrag 5,00", "Unterschrift:"), True, False),
        (("Betrag 5,00", "", "X______________", "Unterschrift"), True, True),
        (("SIGNATURE", "", "........................"), True, True),
        (("持卡人签名",), True, False),
        (("Keine Unterschrift erforderlich",), False, False),
        (("no signature required",), False, False),
        (("Unterschrift nicht notwendig",), False, False),
        (("交易金额未超300元，免密免签",), False, False),
        (("----------------", "Betrag 5,00", "----------------"), False, False),
        ((), False, False),
    ],
)
def test_who_has_to_sign(lines: tuple[str, ...], asked: bool, room: bool) -> None:
    """A second line to sign on, or none: the customer signs in the wrong place."""
    assert asks_for_signature(lines) is asked
    assert wants_signature(lines) is (asked and not room)
