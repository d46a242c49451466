"""A counter without central records: it owes nothing to anybody, and says clearly what it cannot do."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from counter_app.application.line_desk import LineDesk, StandAlone
from counter_app.application.views import LineWord
from counter_app.domain.money import Money
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Reason, Refusal


def test_a_stand_alone_counter_owes_nothing() -> None:
    """A status line that alarms a clerk over a line that does not exist."""
    desk: LineDesk = StandAlone("CNY")
    status = desk.sync_status()
    assert status.line is LineWord.STAND_ALONE
    assert (status.unsynced_entries, status.unsynced_value) == (0, Money(0, "CNY"))
    assert not status.stopped
    assert not status.epoch_needed
    desk.sync_now()
    assert not desk.sync_turn().changed
    assert not desk.outbox(SYSTEM)
    assert not desk.sync_inbox(SYSTEM)
    assert not desk.leases()


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.settle_inbox(SYSTEM, 1, 1, note="seen"),
        lambda desk: desk.return_lease(SYSTEM, UUID(int=1)),
        lambda desk: desk.find_central_tickets("CSQ"),
        lambda desk: desk.request_epoch(SYSTEM, reason="restored"),
    ],
)
def test_what_needs_central_is_refused(act: Callable[[LineDesk], object]) -> None:
    """An act that seems done, and that nobody will ever do."""
    with pytest.raises(Refusal) as refused:
        act(StandAlone("CNY"))
    assert refused.value.reason is Reason.STAND_ALONE
