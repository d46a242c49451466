"""The exchange at the keyboard: from the refund screen to the sell screen, and one confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt

from counter_app.errors import Reason
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.stage import Stage
from tests.ui.test_sell import ID
from ui.presenters.checkout import Stage as Step
from ui.presenters.refusals import Notice
from ui.screens.checkout import CheckoutScreen
from ui.screens.refund import RefundScreen
from ui.screens.sell import SellScreen

Key = Qt.Key


@pytest.fixture
def clerk(stage: Stage) -> Clerk:
    """A second class ticket is sold; the clerk is at the refund screen with its number typed."""
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    clerk.type("csn gzn +1")
    clerk.press(ENTER, ENTER)
    clerk.type("王小明")
    clerk.press(ENTER)
    clerk.type(ID)
    clerk.press(ENTER, Key.Key_F2, ENTER, ENTER)
    stage.show("refund")
    clerk.type(number(clerk))
    clerk.press(ENTER)
    return clerk


def number(clerk: Clerk) -> str:
    return clerk.stage.desk.orders()[0].tickets[0].number


def sell_of(clerk: Clerk) -> SellScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, SellScreen)
    return screen


def checkout_of(clerk: Clerk) -> CheckoutScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, CheckoutScreen)
    return screen


def stage_of(checkout: CheckoutScreen) -> Step:
    return checkout.presenter.stage


def states(clerk: Clerk) -> list[str]:
    return [ticket.state for order in clerk.stage.desk.orders() for ticket in order.tickets]


def hold_in(clerk: Clerk, travel_class: str) -> SellScreen:
    """F8, then the first departure of the list, in a class of the clerk's choice."""
    old = number(clerk)
    clerk.press(Key.Key_F8)
    sell = sell_of(clerk)
    assert old in sell._given_in.text()
    assert sell._given_in.isVisibleTo(sell)
    run = sell.presenter.offers.shown()[0]
    sell.presenter.open_run(run, travel_class)
    clerk.stage.settle()
    return sell


def test_a_dearer_ticket_shows_rule_fee_and_difference_before_anything_is_posted(clerk: Clerk) -> None:
    """Lost otherwise: the customer hears what it costs when it is done."""
    sell = hold_in(clerk, "first")
    exchange = sell.presenter.exchange
    assert exchange is not None
    assert "10 %" in sell.party._rule.text()
    assert sell.party._total.text() == f"¥{exchange.due.minor / 100:,.2f}"
    assert [line.name.text() for line in sell.party.lines] == ["王小明"]
    assert states(clerk) == ["FULFILLED"]
    clerk.press(Key.Key_F9)
    checkout = checkout_of(clerk)
    assert checkout.presenter.total == exchange.due
    clerk.press(ENTER, ENTER)
    assert checkout.presenter.stage is Step.DONE
    assert states(clerk) == ["FULFILLED", "EXCHANGED"]
    assert exchange.ticket.number in checkout.done.facts.text()
    assert [one.ticket_id for one in clerk.stage.desk.exchanged] == [exchange.ticket.ticket_id]
    clerk.press(ENTER)
    assert sell_of(clerk).presenter.exchanging is None
    assert not sell._given_in.isVisibleTo(sell)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_exchange_fits_a_small_screen_with_what_is_said_of_it(clerk: Clerk, language: str) -> None:
    """Lost otherwise: the passenger below the edge, whatever the clerk is just told."""
    window = clerk.stage.window
    window.resize(1280, 720)
    window.use_language(language)
    screen = hold_in(clerk, "first")
    clerk.stage.settle()
    assert screen.in_party
    assert screen.presenter.exchange is not None
    window.notify(Notice(title="Said", what_happened="It happened.", what_to_do="Do it.", mood="warn"))
    clerk.stage.settle()
    assert window._notice.isVisible()
    assert window._sight.verticalScrollBar().maximum() == 0
    assert screen.party.pay_button.visibleRegion().boundingRect() == screen.party.pay_button.rect()


def test_a_cheaper_ticket_waits_for_the_clerk_and_says_what_to_hand_out(clerk: Clerk) -> None:
    """A checkout with nothing to pay must not post an exchange by being opened."""
    sell = hold_in(clerk, "first")
    clerk.press(Key.Key_F9, ENTER, ENTER, ENTER)
    clerk.stage.show("refund")
    fresh = clerk.stage.desk.orders()[0].tickets[0]
    clerk.stage.desk.came_of_exchange.clear()  # as if it had been sold
    clerk.type(fresh.number)
    clerk.press(ENTER)
    sell = hold_in(clerk, "second")
    exchange = sell.presenter.exchange
    assert exchange is not None
    assert exchange.back
    assert sell.party._total_caption.text() in {"To give back", "应退"}
    clerk.press(Key.Key_F9)
    checkout = checkout_of(clerk)
    assert stage_of(checkout) is Step.TENDER
    clerk.press(ENTER, ENTER)
    assert stage_of(checkout) is Step.DONE
    assert checkout.done.change.text() == f"¥{exchange.back.minor / 100:,.2f}"


def test_a_ticket_that_came_of_an_exchange_stays_at_the_refund(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk.stage.desk.came_of_exchange.add(clerk.stage.desk.orders()[0].tickets[0].ticket_id)
    refused: list[Any] = []
    monkeypatch.setattr(clerk.stage.window, "refuse", refused.append)
    screen = clerk.stage.screen
    assert isinstance(screen, RefundScreen)
    monkeypatch.setattr(screen.shell, "refuse", refused.append)
    clerk.press(Key.Key_F8)
    assert clerk.stage.screen is screen
    assert [one.reason for one in refused] == [Reason.EXCHANGED_BEFORE]


def test_a_slip_that_is_out_has_to_come_back(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The employer would pay for a journey that was exchanged as well as for the new one."""
    desk = clerk.stage.desk
    desk.slips[desk.orders()[0].tickets[0].ticket_id] = "R1"
    screen = clerk.stage.screen
    assert isinstance(screen, RefundScreen)
    answers = [False, True]
    monkeypatch.setattr(screen.shell, "ask", lambda *_words, **_more: answers.pop(0))
    clerk.press(Key.Key_F8)
    assert clerk.stage.screen is screen
    clerk.press(Key.Key_F8)
    start = sell_of(clerk).presenter.exchanging
    assert start is not None
    assert start.slip_taken_back


def test_giving_it_up_leaves_an_ordinary_sale(clerk: Clerk) -> None:
    clerk.press(Key.Key_F8, Key.Key_F6)
    sell = sell_of(clerk)
    assert sell.presenter.exchanging is None
    assert states(clerk) == ["FULFILLED"]


def test_back_from_the_checkout_it_is_priced_anew(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dearer tier begins while the customer looks for money: the sum of before is refused for ever."""
    sell = hold_in(clerk, "first")
    before = sell.presenter.exchange
    assert before is not None
    clerk.press(Key.Key_F9)
    dearer = replace(before, fee=before.fee + before.fee, due=before.due + before.fee)
    monkeypatch.setattr(clerk.stage.desk, "quote_exchange", lambda *_: dearer)
    clerk.press(ESC)
    assert sell_of(clerk).presenter.exchange == dearer
    clerk.press(Key.Key_F9)
    assert checkout_of(clerk).presenter.total == dearer.due
