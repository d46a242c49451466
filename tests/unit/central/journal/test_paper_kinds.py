"""What a counter tells of its paper is taken in as it is: nothing of it is quarantined."""

from __future__ import annotations

from pathlib import Path

from counter_app.domain.journal import Kind
from tests.unit.central.journal.counter import enrol
from tests.unit.central.stock.world import World
from tests.unit.counter_app.application.counter import LI
from tests.unit.counter_app.application.test_printers import Shop

TOLD = {Kind.ROLL_LOADED, Kind.BLANKS_SPOILED, Kind.ROLL_ENDED, Kind.PAPER_MOVED}


def test_rolls_spoiled_blanks_and_papers_moved_are_accepted(world: World, tmp_path: Path) -> None:
    """As a real window writes them: central would ask for an upgrade, and hold every window's papers up."""
    shop = Shop(tmp_path / "profile")
    clerk = shop.counter.clerk
    second = {"supervisor": "wang", "supervisor_password": "x"}
    shop.counter.load_roll(clerk, "main", "C000001", "C000010")
    shop.counter.spoil_blanks(clerk, "main", "C000001", "C000002", reason="torn", **second)
    shop.counter.move_job(clerk, shop.counter.sold(LI).jobs[1], "spare")
    shop.counter.end_roll(clerk, "main", reason="night", **second)
    with shop.counter.store.reading() as books:
        told = [entry for entry in books.journal.entries() if entry.kind in TOLD]
    shop.counter.close()
    assert {entry.kind for entry in told} == TOLD
    counter = enrol(world)
    for entry in told:
        counter.write(entry.kind, entry.body)
    answer = counter.push()
    assert (answer.verdicts, answer.judged_seq) == ((), len(told))
