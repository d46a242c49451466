"""What a counter tells of reimbursement slips, copies and counted drops is taken in as it is."""

from __future__ import annotations

from pathlib import Path

from central.journal.facts import RefundedFact, read_told
from counter_app.application.move_cash import MoveCash
from counter_app.domain.journal import Kind
from counter_app.ports.prints import JobKind
from counter_app.ports.shifts import CashKind
from tests.unit.central.journal.counter import enrol
from tests.unit.central.stock.world import World
from tests.unit.counter_app.application.counter import Counter, cny
from tests.unit.counter_app.application.test_documents import Papers

TOLD = {Kind.REIMBURSEMENT_ISSUED, Kind.PAPER_COPIED, Kind.CASH_MOVED}


def test_slips_copies_and_counted_drops_are_accepted(world: World, tmp_path: Path) -> None:
    """As a real window writes them: a quarantined slip is an alarm for nothing."""
    window = Counter(tmp_path / "profile")
    window.open_shift()
    papers = Papers(window)
    _, ticket = papers.sold()
    papers.printed(papers.reimburse(papers.clerk, ticket))
    papers.printed(papers.copy(papers.chief, JobKind.REIMBURSEMENT, ticket, reason="torn"))
    MoveCash(window.store, window.clock, window.ids)(papers.clerk, CashKind.DROP, cny(300), "safe", {100_00: 3})
    papers.refund(ticket, slip_back=True)
    with window.store.reading() as books:
        entries = list(books.journal.entries())
    window.close()
    told = [entry for entry in entries if entry.kind in TOLD]
    assert {entry.kind for entry in told} == TOLD
    counter = enrol(world)
    for entry in told:
        shift = {"shift_id": str(counter.shift_id)} if entry.kind is Kind.CASH_MOVED else {}
        counter.write(entry.kind, {**entry.body, **shift})
    answer = counter.push()
    assert (answer.verdicts, answer.judged_seq) == ((), len(told))
    (refund,) = [entry for entry in entries if entry.kind is Kind.REFUNDED]
    assert refund.body["reimbursement_back"] == "CSQ-01-1-R000001"
    assert isinstance(read_told(refund.raw, epoch=refund.epoch, seq=refund.seq).fact, RefundedFact)
