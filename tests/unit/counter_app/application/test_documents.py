"""Papers beside the ticket: what is on them, when they are refused, what the journal keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.copy_paper import CopyPaper
from counter_app.application.issue_reimbursement import IssueReimbursement, slips_out
from counter_app.application.move_cash import MoveCash
from counter_app.application.order_papers import OrderPapers
from counter_app.application.print_group_list import PrintGroupList
from counter_app.application.print_luggage_tags import PrintLuggageTags
from counter_app.application.print_receipt import PrintReceipt
from counter_app.application.views import PassengerInput, Sold
from counter_app.domain.journal import Kind
from counter_app.domain.papers import Code, Document, Mark, Pair, Slip, Table, Text, TicketFace
from counter_app.domain.staff import Role
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobKind, JobState, PaperState, PrinterStatus
from counter_app.ports.shifts import CashKind
from db.verify import verify_profile
from tests.unit.counter_app.application.counter import HAN, LI, Counter, cny

READY = PrinterStatus(ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True)
PRINTED = DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=READY)
NOBODY_KNOWS = DeliveryOutcome(delivery=Delivery.UNKNOWN, detail="silent", status=READY)


class Papers:
    """A counter with the use cases of its papers."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.clerk, self.chief = counter, counter.clerk, counter.chief
        store, clock, ids = counter.store, counter.clock, counter.ids
        self.store = store
        self.reimburse = IssueReimbursement(store=store, ids=ids)
        self.tags = PrintLuggageTags(store=store, clock=clock, ids=ids)
        self.group = PrintGroupList(store=store, clock=clock, ids=ids)
        self.receipt = PrintReceipt(store=store, clock=clock, ids=ids)
        self.copy = CopyPaper(store=store, clock=clock, ids=ids)
        self.offers = OrderPapers(store=store)

    def paper(self, job: UUID) -> Slip:
        """As it is sent; it is being printed from here on."""
        paper = self.counter.start_job(job)
        assert isinstance(paper, Slip)
        return paper

    def printed(self, job: UUID, outcome: DeliveryOutcome = PRINTED) -> Slip:
        paper = self.paper(job)
        self.counter.finish_job(job, outcome)
        return paper

    def sold(self, *passengers: PassengerInput) -> tuple[Sold, UUID]:
        sold = self.counter.sold(*(passengers or (LI,)))
        return sold, sold.order.tickets[0].ticket_id

    def refund(self, ticket_id: UUID, *, slip_back: bool = False) -> UUID:
        quote = replace(self.counter.quote_refund(ticket_id), slip_taken_back=slip_back)
        return self.counter.refund(self.clerk, quote).refund_id

    def verified(self) -> None:
        verdict = verify_profile(self.counter.folder)
        assert verdict.ok, verdict

    def bodies(self, kind: Kind) -> list[dict[str, object]]:
        with self.store.reading() as books:
            return [dict(one.body) for one in books.journal.latest(limit=200) if one.kind is kind]


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Papers]:
    counter = Counter(tmp_path / "profile")
    counter.open_shift()
    yield Papers(counter)
    counter.close()


def words(slip: Slip) -> str:
    lines = [slip.title, slip.subtitle]
    for block in slip.blocks:
        match block:
            case Pair(label=label, value=value):
                lines.append(f"{label} {value}")
            case Text(text=text):
                lines.append(text)
            case Table(head=head, rows=rows):
                lines += [" ".join(row) for row in (head, *rows)]
            case Code(content=content):
                lines.append(content)
            case _:
                pass
    return "\n".join(lines)


@contextmanager
def refused(reason: Reason) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.reason is reason


# ---- reimbursement slip


def test_a_reimbursement_slip_says_all_that_an_accountant_books(papers: Papers) -> None:
    """Sent back by the accountant, and the traveller stands in the queue again."""
    _, ticket = papers.sold()
    slip = papers.paper(papers.reimburse(papers.clerk, ticket))
    said = words(slip)
    for part in (
        "报销凭证",
        "CSQ-01-1-000001-3",
        "CSQ-01-1-R000001",
        "长沙南 - 北京西",
        "G1",
        "600.00 CNY",
        "陆佰元整",
        "现金",
        "仅供报销使用",
        "不作乘车凭证",
        "成人",
        "李芳",
    ):
        assert part in said, part
    assert "李雷" not in said
    assert LI.document not in said
    assert slip.document is Document.REIMBURSEMENT
    assert slip.facts["number"] == "CSQ-01-1-R000001"
    assert slip.marks == ()


def test_there_is_one_original_a_ticket_and_its_numbers_have_no_gaps(papers: Papers) -> None:
    """Two originals are paid twice."""
    (_, first), (_, second) = papers.sold(), papers.sold(HAN)
    papers.reimburse(papers.clerk, first)
    with refused(Reason.SLIP_ISSUED):
        papers.reimburse(papers.clerk, first)
    papers.reimburse(papers.clerk, second)
    assert [body["issue"] for body in reversed(papers.bodies(Kind.REIMBURSEMENT_ISSUED))] == [
        "CSQ-01-1-R000001",
        "CSQ-01-1-R000002",
    ]
    papers.verified()


def test_a_copy_is_marked_and_numbered_and_the_paper_before_it_is_spoiled(papers: Papers) -> None:
    """Both would be handed in."""
    _, ticket = papers.sold()
    original = papers.reimburse(papers.clerk, ticket)
    with refused(Reason.JOB_NOT_OPEN):  # it may still come out
        papers.copy(papers.chief, JobKind.REIMBURSEMENT, ticket, reason="卡纸")
    papers.printed(original)
    with refused(Reason.NOT_ALLOWED):
        papers.copy(papers.clerk, JobKind.REIMBURSEMENT, ticket, reason="卡纸")
    with refused(Reason.REASON_NEEDED):
        papers.copy(papers.chief, JobKind.REIMBURSEMENT, ticket, reason=" ")
    copy = papers.copy(papers.chief, JobKind.REIMBURSEMENT, ticket, reason="卡纸")
    slip = papers.printed(copy)
    assert (slip.marks, slip.copy_number, slip.facts["number"]) == ((Mark.DUPLICATE,), 1, "CSQ-01-1-R000001")
    with papers.store.reading() as books:
        assert [job.state for job in books.prints.of(ticket) if job.kind is JobKind.REIMBURSEMENT] == [
            JobState.SETTLED_SPOILED,
            JobState.CONFIRMED,
        ]
        assert slips_out(books, ticket) == 1
    (body,) = papers.bodies(Kind.PAPER_COPIED)
    assert (body["reason"], body["copy"], body["kind"]) == ("卡纸", 1, "reimbursement")
    papers.verified()


def test_a_ticket_is_refunded_only_against_its_slip(papers: Papers) -> None:
    """The customer is paid twice: by us, and by the employer."""
    _, ticket = papers.sold()
    papers.printed(papers.reimburse(papers.clerk, ticket))
    quote = papers.counter.quote_refund(ticket)
    assert (quote.slip_number, quote.slips_out) == ("CSQ-01-1-R000001", 1)
    with refused(Reason.SLIP_OUT):
        papers.refund(ticket)
    refund_id = papers.refund(ticket, slip_back=True)
    (body,) = papers.bodies(Kind.REFUNDED)
    assert body["reimbursement_back"] == "CSQ-01-1-R000001"
    with papers.store.reading() as books:
        (job,) = [one for one in books.prints.of(refund_id) if one.kind is JobKind.REFUND_SLIP]
        assert slips_out(books, ticket) == 0
    assert "已收回报销凭证 CSQ-01-1-R000001" in words(papers.paper(job.job_id))
    with refused(Reason.ALREADY_REFUNDED):
        papers.copy(papers.chief, JobKind.REIMBURSEMENT, ticket, reason="丢失")
    papers.verified()


def test_a_slip_that_never_came_out_holds_no_refund_up(papers: Papers) -> None:
    """The clerk would look for a paper that there is not."""
    _, ticket = papers.sold()
    job = papers.reimburse(papers.clerk, ticket)
    assert papers.counter.quote_refund(ticket).slips_out == 0
    papers.refund(ticket)
    with papers.store.reading() as books:
        found = books.prints.get(job)
    assert found is not None
    assert found.state is JobState.SETTLED_SPOILED
    assert "reimbursement_back" not in papers.bodies(Kind.REFUNDED)[0]
    papers.verified()


def test_a_slip_that_may_have_come_out_has_to_come_back(papers: Papers) -> None:
    """ "Perhaps" is not "no"; once the clerk has looked, it is settled."""
    _, ticket = papers.sold()
    job = papers.reimburse(papers.clerk, ticket)
    papers.printed(job, NOBODY_KNOWS)
    with refused(Reason.SLIP_OUT):
        papers.refund(ticket)
    copy = papers.counter.settle_job(papers.clerk, job, came_out=False)
    assert copy is not None
    papers.refund(ticket)  # the copy waits still, and is given up with the ticket
    papers.verified()


def test_a_refunded_ticket_and_a_free_one_get_no_slip(papers: Papers) -> None:
    """An employer pays for what nobody paid."""
    _, ticket = papers.sold()
    papers.refund(ticket)
    with refused(Reason.ALREADY_REFUNDED):
        papers.reimburse(papers.clerk, ticket)
    with refused(Reason.UNKNOWN_TICKET):
        papers.reimburse(papers.clerk, UUID(int=7))
    with refused(Reason.NOT_ALLOWED):
        papers.reimburse(replace(papers.clerk, role=Role.AUDITOR), ticket)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reimbursement SET amount_minor = amount_minor + 1",
        "UPDATE reimbursement SET number = 'CSQ-01-1-R000002'",
        "UPDATE reimbursement SET back_seq = 99",
        "DELETE FROM reimbursement",
    ],
)
def test_a_slip_that_was_tampered_with_is_found(papers: Papers, change: str) -> None:
    """An amount that is raised in the store would be printed on the next copy."""
    _, ticket = papers.sold()
    papers.printed(papers.reimburse(papers.clerk, ticket))
    with papers.store.writing() as books:
        books.context.run(change)
    verdict = verify_profile(papers.counter.folder)
    assert not verdict.ok
    assert "reimbursement" in verdict.reason


# ---- luggage tags


def test_tags_are_numbered_among_the_pieces_and_name_nobody(papers: Papers) -> None:
    """A suitcase at the wrong station, and a stranger who reads whose it is."""
    _, ticket = papers.sold()
    slips = [papers.printed(job) for job in papers.tags(papers.clerk, ticket, 3)]
    assert [slip.facts["piece"] for slip in slips] == ["1/3", "2/3", "3/3"]
    second = words(slips[1])
    for part in ("行李标签", "北京西", "G1", "CSQ-01-1-000001-3", "LT1:CSQ-01-1-000001-3:2/3"):
        assert part in second, part
    assert "李雷" not in second
    (more,) = papers.tags(papers.clerk, ticket, 1)
    assert papers.paper(more).facts["piece"] == "4/4"
    for pieces in (0, -1, 17):
        with refused(Reason.BAD_INPUT):
            papers.tags(papers.clerk, ticket, pieces)
    papers.refund(ticket)
    with refused(Reason.ALREADY_REFUNDED):
        papers.tags(papers.clerk, ticket, 1)
    papers.verified()


def test_a_tag_that_did_not_come_out_is_printed_again_for_its_piece(papers: Papers) -> None:
    """Piece 2 of 2 would get number 3."""
    _, ticket = papers.sold()
    first, second = papers.tags(papers.clerk, ticket, 2)
    papers.printed(first)
    papers.printed(second, NOBODY_KNOWS)
    copy = papers.counter.settle_job(papers.clerk, second, came_out=False)
    assert copy is not None
    slip = papers.printed(copy)
    assert (slip.facts["piece"], slip.copy_number) == ("2/2", 1)


# ---- group list, receipt, slips of the terminal


def test_a_group_list_has_every_valid_ticket_by_coach(papers: Papers) -> None:
    """A leader counts the group against it."""
    sold, first = papers.sold(LI, HAN)
    slip = papers.printed(papers.group(papers.clerk, sold.order.order_id))
    (table,) = [block for block in slip.blocks if isinstance(block, Table)]
    assert [row[0] for row in table.rows] == ["1", "2"]
    said = words(slip)
    assert "1200.00 CNY" in said
    assert "李雷" not in said
    assert LI.document not in said
    papers.refund(first)
    again = papers.printed(papers.group(papers.clerk, sold.order.order_id))
    assert "600.00 CNY" in words(again)
    assert again.copy_number == 0
    papers.refund(sold.order.tickets[1].ticket_id)
    with refused(Reason.UNKNOWN_TICKET):
        papers.group(papers.clerk, sold.order.order_id)


def test_a_receipt_on_demand_is_the_original_once(papers: Papers) -> None:
    """Two originals of one receipt."""
    sold, _ = papers.sold()
    order = sold.order.order_id
    assert papers.printed(papers.receipt(papers.clerk, order)).marks == ()
    with refused(Reason.JOB_NOT_OPEN):
        papers.receipt(papers.clerk, order)
    copy = papers.printed(papers.copy(papers.chief, JobKind.RECEIPT, order, reason="遗失"))
    assert (copy.marks, copy.copy_number) == ((Mark.DUPLICATE,), 1)
    with refused(Reason.JOB_NOT_OPEN):  # none was printed of it
        papers.copy(papers.chief, JobKind.REFUND_SLIP, order, reason="遗失")
    papers.verified()


def test_what_can_be_printed_of_an_order_follows_what_was(papers: Papers) -> None:
    """A menu that offers what is refused, or hides what is not."""
    sold, ticket = papers.sold()
    order = sold.order.order_id

    def offered() -> dict[str, tuple[bool, str]]:
        return {one.kind.value: (one.copy, one.refused) for one in papers.offers(order, ticket)}

    assert offered() == {
        "receipt": (False, ""),
        "group_list": (False, ""),
        "reimbursement": (False, ""),
        "luggage_tag": (False, ""),
    }
    job = papers.reimburse(papers.clerk, ticket)
    assert offered()["reimbursement"] == (True, "job_not_open")
    papers.printed(job)
    assert offered()["reimbursement"] == (True, "")
    papers.tags(papers.clerk, ticket, 20)
    assert offered()["luggage_tag"] == (False, "bad_input")
    papers.refund(ticket, slip_back=True)
    assert offered() == {
        "receipt": (False, ""),
        "reimbursement": (False, "already_refunded"),
        "luggage_tag": (False, "already_refunded"),
        "refund_slip": (True, "job_not_open"),
    }
    with refused(Reason.UNKNOWN_TICKET):
        papers.offers(UUID(int=9))


def test_nothing_of_an_invented_timetable_looks_real(papers: Papers) -> None:
    """An employer pays a slip of the demonstration."""
    papers.counter.catalogue.info = replace(papers.counter.catalogue.info, invented=True)
    sold, ticket = papers.sold()
    jobs = [
        papers.reimburse(papers.clerk, ticket),
        *papers.tags(papers.clerk, ticket, 1),
        papers.group(papers.clerk, sold.order.order_id),
        papers.receipt(papers.clerk, sold.order.order_id),
    ]
    assert [papers.printed(job).marks for job in jobs] == [(Mark.DEMONSTRATION,)] * 4
    refund = papers.refund(ticket, slip_back=True)
    with papers.store.reading() as books:
        (job,) = [one for one in books.prints.of(refund) if one.kind is JobKind.REFUND_SLIP]
    assert papers.paper(job.job_id).marks == (Mark.DEMONSTRATION,)


# ---- the ticket


def test_a_ticket_says_bay_and_end_of_boarding_where_they_are_known(papers: Papers) -> None:
    """An invented bay sends a family to the wrong end of the yard."""
    _, ticket = papers.sold()
    counter = papers.counter
    plain = counter.compose.ticket(ticket)
    assert isinstance(plain, TicketFace)
    assert (plain.platform, plain.boarding_closes) == (None, None)
    rules = replace(counter.policy, gate_closes_minutes=5)
    knowing = replace(counter.compose, policies=lambda _: rules, platform=lambda _, stop_id: f"bay {stop_id}")
    face = knowing.ticket(ticket)
    assert isinstance(face, TicketFace)
    with papers.store.reading() as books:
        record = books.orders.ticket(ticket)
        assert record is not None
        frozen = books.stock.run(record.run.run_id)
        assert frozen is not None
    assert face.platform == f"bay {frozen.trip.calls[record.span.board].stop_id}"
    assert face.boarding_closes == face.depart - timedelta(minutes=5)


# ---- the drawer


def test_a_counted_drop_is_listed_on_its_slip_and_in_the_journal(papers: Papers) -> None:
    """Whoever takes the bag to the safe signs for notes that nobody counted."""
    papers.sold()
    move = MoveCash(store=papers.store, clock=papers.counter.clock, ids=papers.counter.ids)
    for wrong in ({100_00: 1}, {100_00: 3, 7: 1}):
        with refused(Reason.BAD_INPUT):
            move(papers.clerk, CashKind.DROP, cny(350), "保险柜", wrong)
    _, job = move(papers.clerk, CashKind.DROP, cny(350), "保险柜", {100_00: 3, 50_00: 1, 20_00: 0})
    slip = papers.paper(job)
    (table,) = [block for block in slip.blocks if isinstance(block, Table)]
    assert table.rows == (("100.00", "3", "300.00"), ("50.00", "1", "50.00"))
    signers = [block.label for part in slip.named() if part.name == "signature" for block in part.blocks]  # type: ignore[union-attr]
    assert len(signers) == 2
    assert papers.bodies(Kind.CASH_MOVED)[0]["count"] == {"10000": 3, "5000": 1}
    papers.verified()
