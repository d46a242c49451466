"""What a counter tells of tickets that it let through, and of keys, is taken in as it is."""

from __future__ import annotations

from pathlib import Path

from counter_app.application.manage_trust import RevokeKey, RotateKeys
from counter_app.domain.checking import Verdict
from counter_app.domain.journal import Kind
from counter_app.domain.trust_statement import Rule
from tests.unit.central.journal.counter import enrol
from tests.unit.central.stock.world import World
from tests.unit.counter_app.application.counter import Counter
from tests.unit.counter_app.application.test_check_ticket import ADMIN, check, sold

TOLD = (Kind.TICKET_REDEEMED, Kind.TRUST_CHANGED)


def test_tickets_let_through_and_changes_of_keys_are_accepted(world: World, tmp_path: Path) -> None:
    """As a real window writes them: else every gate's journal would stand in quarantine."""
    window = Counter(tmp_path / "profile")
    window.open_shift()
    _, code = sold(window)
    assert check(window, code).verdict is Verdict.GENUINE
    RotateKeys(store=window.store, clock=window.clock).station(ADMIN, reason="x")
    RevokeKey(store=window.store, clock=window.clock)(ADMIN, 1, rule=Rule.REFUSED, reason="x", accept_sold=True)
    with window.store.reading() as books:
        told = [entry for entry in books.journal.entries() if entry.kind in TOLD]
    window.close()
    assert {entry.kind for entry in told} == set(TOLD)
    counter = enrol(world)
    for entry in told:
        counter.write(entry.kind, entry.body)
    answer = counter.push()
    assert answer.judged_seq == counter.link.seq
    assert counter.verdicts() == {}
