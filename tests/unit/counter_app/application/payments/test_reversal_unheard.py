"""A reversal that was answered, and whose answer to the terminal was lost: a terminal that hears no yes undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.payment_views import SettleAction
from counter_app.domain.payments import CardResult, PaymentState
from counter_app.ports.payments import CardOutcome, Unknown, Watch
from tests.unit.counter_app.application.payments.till import Terminal, Till

S = PaymentState


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()


def quiet(text: str) -> None:
    del text


def reversed_unheard(till: Till, *, stands: bool) -> tuple[UUID, list[PaymentState]]:
    intent_id = till.pay(till.in_tender())
    till.payments.run(intent_id, quiet)
    seen: list[PaymentState] = []

    def act(terminal: Terminal, result: CardResult, watch: Watch) -> CardOutcome:
        assert watch.answered(result)
        seen.append(till.intent(intent_id).state)  # what a start would find, had the power gone now
        if stands:
            terminal.last = result
        return Unknown(reason="acknowledgement_lost")

    till.terminal.script = [act]
    assert till.payments.reverse(till.clerk, intent_id, quiet).state is S.REVERSE_UNKNOWN
    return intent_id, seen


def test_before_the_terminal_has_heard_of_it_a_reversal_is_not_done(till: Till) -> None:
    """Counted as done it would be a customer's money that nobody looks for: paid, and no ticket."""
    intent_id, seen = reversed_unheard(till, stands=False)
    assert seen == [S.REVERSE_UNKNOWN]
    (item,) = till.to_settle()
    assert (item.leg.intent_id, item.actions[0], item.blocks_terminal) == (intent_id, SettleAction.ASK, True)
    assert till.payments.ask(intent_id, quiet).state is S.MANUAL


def test_where_it_stands_the_terminal_says_so(till: Till) -> None:
    intent_id, _ = reversed_unheard(till, stands=True)
    leg = till.payments.ask(intent_id, quiet)
    assert (leg.state, leg.reason) == (S.REVERSED, "found_at_terminal")
    assert till.to_settle() == []
