"""The status line when what stands in it changes."""

from __future__ import annotations

from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentState, Tender
from tests.ui.fake_desk import make_id
from tests.ui.stage import Stage


def _badges(stage: Stage) -> dict[str, int]:
    """By their words: how wide they are."""
    labels = [*stage.window._status._left, *stage.window._status._right]
    return {label.text(): label.width() for label in labels if label.property("role") == "badge"}


def test_a_badge_keeps_the_room_around_its_words_when_another_one_comes(stage: Stage) -> None:
    """Lost otherwise: words that touch the edge of their badge, just when there is something to warn of."""
    stage.open_shift()
    stage.sign_in()
    stage.window.resize(1600, 900)
    stage.settle()
    before = _badges(stage)
    stage.desk.payments.add(make_id("order", "unknown"), Tender.CARD, Money(219_00, "CNY"), state=PaymentState.UNKNOWN)
    stage.window.payments.look()
    stage.until(lambda: "Payments to settle: 1" in _badges(stage))
    stage.settle()
    after = _badges(stage)
    assert before
    assert {words: after[words] for words in before} == before
