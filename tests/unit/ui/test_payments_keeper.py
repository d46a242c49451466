"""What is not settled is asked about again without anybody thinking of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from counter_app.application.payment_views import AboutPayment, PaymentLeg, SettleItem, TerminalView
from counter_app.domain.money import Money
from counter_app.domain.payments import Direction, PaymentState, Tender
from counter_app.errors import Reason, Refusal
from ui.presenters.lane import InlineLanes, Lane
from ui.presenters.payments_keeper import TERMINAL_EVERY, PaymentsKeeper

S = PaymentState
LEG = PaymentLeg(
    intent_id=UUID(int=1),
    order_id=UUID(int=2),
    refund_id=None,
    direction=Direction.CHARGE,
    tender=Tender.CARD,
    amount=Money(219_00, "CNY"),
    state=S.UNKNOWN,
    reason="timeout",
    card="",
    card_name="",
    at=datetime(2026, 12, 1, tzinfo=UTC),
    bound=False,
)


TERMINAL = TerminalView(
    name="card",
    configured=True,
    ready=True,
    trouble="",
    terminal_id="52500031",
    last_receipt=1,
    blocked_by=None,
    last_closing=None,
)


def item(leg: PaymentLeg) -> SettleItem:
    return SettleItem(
        leg=leg,
        device="card",
        about=AboutPayment(),
        clerk="",
        since=leg.at,
        next_step="",
        actions=(),
        alarm=False,
        carried="",
        blocks_terminal=True,
    )


class Desk:
    def __init__(self, *legs: PaymentLeg) -> None:
        self.legs = list(legs)
        self.after = S.NOT_PERFORMED
        self.asked = 0
        self.refuses = False
        self.looked = 0
        self.terminal = TERMINAL

    def payments_to_settle(self) -> list[SettleItem]:
        if self.refuses:
            raise Refusal(Reason.STORE_DAMAGED)
        return [item(leg) for leg in self.legs]

    def terminal_view(self) -> TerminalView:
        self.looked += 1
        return self.terminal

    def recover_payments(self, says: Any) -> list[PaymentLeg]:
        says("asking")
        self.asked += 1
        answers = [replace(leg, state=self.after) for leg in self.legs]
        self.legs = [leg for leg in answers if leg.state in {S.UNKNOWN, S.MANUAL}]
        return answers


class Watched:
    def __init__(self, desk: Desk, *, idle: bool = True) -> None:
        self.lanes = InlineLanes()
        self.changes = 0
        self.told: list[PaymentState] = []
        self.idle = idle
        self.here: UUID | None = None
        self.keeper = PaymentsKeeper(
            lambda: cast(Any, desk),
            self.lanes,
            idle=lambda: self.idle,
            at_checkout=lambda: self.here,
            changed=self._changed,
            told=lambda leg: self.told.append(leg.state),
        )

    def _changed(self) -> None:
        self.changes += 1


def test_what_a_crash_left_is_asked_about_at_the_first_look() -> None:
    desk = Desk(LEG)
    seen = Watched(desk)
    seen.keeper.look()
    assert (desk.asked, seen.told, seen.keeper.count) == (1, [S.NOT_PERFORMED], 0)
    assert seen.lanes.ran == [Lane.READ, Lane.TERMINAL, Lane.READ, Lane.TERMINAL]  # asked about, then looked at


def test_nobody_who_pays_waits_for_it() -> None:
    """Lost otherwise: a customer in front of a terminal that is busy with the last one."""
    desk = Desk(LEG)
    seen = Watched(desk, idle=False)
    seen.keeper.look()
    seen.keeper.due()
    assert desk.asked == 0
    assert seen.keeper.count == 1


def test_no_news_is_not_told() -> None:
    desk = Desk(LEG)
    desk.after = S.UNKNOWN
    seen = Watched(desk)
    seen.keeper.look()
    seen.keeper.due()
    assert (desk.asked, seen.told, seen.changes) == (2, [], 2)  # the list, and what the terminal is


@pytest.mark.parametrize("state", [S.SENT, S.APPROVED_UNACKED, S.REVERSING])
def test_what_a_commit_left_open_is_asked_about_too(state: PaymentState) -> None:
    """With nobody paying, nobody is at it: it would keep the terminal blocked until a restart."""
    desk = Desk(replace(LEG, state=state))
    seen = Watched(desk)
    seen.keeper.look()
    assert (desk.asked, seen.told) == (1, [S.NOT_PERFORMED])


def test_what_a_person_has_to_decide_is_not_asked_about() -> None:
    desk = Desk(replace(LEG, state=S.MANUAL))
    seen = Watched(desk)
    seen.keeper.look()
    seen.keeper.due()
    assert (desk.asked, seen.keeper.count) == (0, 1)


def test_a_store_that_cannot_be_read_is_looked_at_again() -> None:
    desk = Desk(LEG)
    desk.refuses = True
    seen = Watched(desk)
    seen.keeper.look()
    desk.refuses = False
    seen.keeper.look()
    assert desk.asked == 1


def test_the_terminal_is_looked_at_now_and_then_and_never_beside_a_customer() -> None:
    desk = Desk()
    seen = Watched(desk)
    seen.keeper.look()
    assert (desk.looked, seen.keeper.terminal) == (1, TERMINAL)
    for _ in range(TERMINAL_EVERY):
        seen.keeper.due()
    assert desk.looked == 2
    seen.idle = False
    for _ in range(TERMINAL_EVERY):
        seen.keeper.due()
    assert desk.looked == 2


def test_where_there_is_no_terminal_none_is_asked_again() -> None:
    desk = Desk()
    desk.terminal = replace(TERMINAL, configured=False)
    seen = Watched(desk)
    seen.keeper.look()
    for _ in range(2 * TERMINAL_EVERY):
        seen.keeper.due()
    assert desk.looked == 1


def test_what_is_being_paid_just_now_is_nothing_to_settle() -> None:
    """Lost otherwise: a red badge in every split sale, until nobody looks at it any more."""
    desk = Desk(replace(LEG, state=S.APPROVED))
    seen = Watched(desk)
    seen.keeper.look()
    assert seen.keeper.count == 1
    seen.here = LEG.order_id
    assert seen.keeper.count == 0


def test_a_terminal_that_was_unplugged_in_mid_payment_is_not_called_ready() -> None:
    desk = Desk(LEG)
    desk.after = S.UNKNOWN
    desk.terminal = replace(TERMINAL, ready=False, trouble="not_reachable")
    seen = Watched(desk)
    seen.keeper.look()
    assert seen.keeper.terminal == desk.terminal
