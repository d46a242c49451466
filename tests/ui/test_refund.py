"""The refund at the keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt

from counter_app.errors import Reason, Refusal
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.stage import Stage
from tests.ui.test_sell import ID
from ui.presenters.refund import Stage as Step
from ui.screens.refund import RefundScreen

Key = Qt.Key


@pytest.fixture
def refunding(stage: Stage) -> Clerk:
    """Two tickets are sold; the clerk is at the refund screen."""
    stage.open_shift()
    clerk = Clerk(stage)
    stage.sign_in()
    for name in ("王小明", "李大文"):
        clerk.type("csn gzn +1")
        clerk.press(ENTER, ENTER)
        clerk.type(name)
        clerk.press(ENTER)
        clerk.type(ID)
        clerk.press(ENTER, Key.Key_F2, ENTER, ENTER)
    stage.show("refund")
    return clerk


def screen_of(clerk: Clerk) -> RefundScreen:
    screen = clerk.stage.screen
    assert isinstance(screen, RefundScreen)
    return screen


def step_of(clerk: Clerk) -> Step:
    return screen_of(clerk).presenter.stage


def said(stage: Stage) -> str:
    """The notice bar's words."""
    return stage.window._notice.accessibleName()


def refusing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question is answered with no, and kept."""
    asked: list[str] = []

    def ask(_window: object, title: str, *_: object, **__: object) -> bool:
        asked.append(title)
        return False

    monkeypatch.setattr(type(stage.window), "ask", ask)
    return asked


def number(clerk: Clerk) -> str:
    return clerk.stage.desk.orders()[0].tickets[0].number


def test_a_ticket_is_refunded_by_number_and_two_keys(refunding: Clerk) -> None:
    """Lost otherwise: a refund that takes longer than the sale."""
    refunding.type(number(refunding))
    refunding.press(ENTER)
    screen = screen_of(refunding)
    assert step_of(refunding) is Step.QUOTE
    assert "20 %" in screen._rule.text()
    assert screen._out.text() == "¥251.00"
    refunding.press(ENTER)
    assert step_of(refunding) is Step.DONE
    assert refunding.stage.desk.orders()[0].tickets[0].state == "REFUNDED"
    assert screen._done_out.text() == "¥251.00"
    refunding.press(ENTER)
    assert step_of(refunding) is Step.FIND
    assert screen.text.text() == ""


def test_several_tickets_are_chosen_from_by_arrow_keys(refunding: Clerk) -> None:
    """Lost otherwise: the wrong passenger's money."""
    refunding.type("CWQ")
    refunding.press(ENTER)
    screen = screen_of(refunding)
    assert step_of(refunding) is Step.CHOOSE
    refunding.press(Key.Key_Down, ENTER)
    assert screen.presenter.quote is not None
    assert screen.presenter.quote.ticket.masked_name == "王**"
    refunding.press(ESC)
    assert step_of(refunding) is Step.CHOOSE
    refunding.press(ESC)
    assert refunding.focus is screen.text
    assert screen.text.text() == "CWQ"


def test_an_unknown_ticket_is_said_and_the_text_stays(refunding: Clerk) -> None:
    """Lost otherwise: a long number typed again for one wrong digit."""
    refunding.type("CWQ-03-1-009999-1")
    refunding.press(ENTER)
    screen = screen_of(refunding)
    assert step_of(refunding) is Step.FIND
    assert screen.text.text() == "CWQ-03-1-009999-1"
    assert refunding.focus is screen.text


def test_a_refunded_ticket_is_not_paid_out_again(refunding: Clerk) -> None:
    """Lost otherwise: the same money twice."""
    for _ in range(2):
        refunding.type(number(refunding))
        refunding.press(ENTER, ENTER, ENTER)
        screen_of(refunding).text.selectAll()
    assert step_of(refunding) is Step.FIND
    assert [entry.kind for entry in refunding.stage.desk._journal].count("refunded") == 1


def test_a_dearer_tier_is_shown_before_it_is_posted(refunding: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a fee on the slip that was never on the screen."""
    refunding.type(number(refunding))
    refunding.press(ENTER)
    screen = screen_of(refunding)
    desk = refunding.stage.desk
    first = screen.presenter.quote
    assert first is not None
    dearer = replace(first, fee=first.fee + first.fee, valid_until=first.valid_until + timedelta(hours=1))
    calls: list[Any] = []

    def changed(_actor: Any, quote: Any) -> Any:
        calls.append(quote)
        raise Refusal(Reason.QUOTE_CHANGED)

    monkeypatch.setattr(desk, "refund", changed)
    monkeypatch.setattr(desk, "quote_refund", lambda _ticket: dearer)
    refunding.press(ENTER)
    assert calls == [first]
    assert step_of(refunding) is Step.QUOTE
    assert screen.presenter.quote == dearer


def test_a_refund_that_waits_for_central_says_so_and_keeps_the_keyboard(
    refunding: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: Enter that opens another screen, and a clerk who is told to sell something instead."""

    def refund(*_: Any, **__: Any) -> Any:
        raise Refusal(Reason.CENTRAL_UNREACHABLE)

    refunding.type(number(refunding))
    refunding.press(ENTER)
    monkeypatch.setattr(type(refunding.stage.desk), "refund", refund)
    refunding.press(Key.Key_F9)
    assert step_of(refunding) is Step.QUOTE
    assert refunding.focus is screen_of(refunding)._confirm
    bar = refunding.stage.window._notice
    assert bar.isVisible()
    assert bar.title.text() == refunding.stage.window.t("This refund waits for central")


def test_a_supervisor_is_told_whose_shift_is_open_before_the_slip_is_asked_for(
    refunding: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: a slip taken from a customer for a refund that is refused; a search for a shift to open."""
    stage = refunding.stage
    asked = refusing(stage, monkeypatch)
    quoted = stage.desk.quote_refund
    monkeypatch.setattr(stage.desk, "quote_refund", lambda one: replace(quoted(one), slips_out=1, slip_number="S-1"))
    stage.window.sign_out()
    stage.sign_in("li")
    assert "wang" in said(stage)  # at once, not at the first refusal
    stage.show("refund")
    refunding.type(number(refunding))
    refunding.press(ENTER, Key.Key_F9)
    assert stage.window.notice_code == Reason.SHIFT_OF_ANOTHER.value
    assert not asked
    assert "wang" in said(stage)
    stage.window.use_language("zh")
    assert "wang" in said(stage)
    assert "未开班" not in said(stage)
    assert step_of(refunding) is Step.QUOTE


def test_the_slip_is_asked_for_where_the_shift_is_the_clerks_own(
    refunding: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost otherwise: a slip that stays out of a refunded ticket."""
    asked = refusing(refunding.stage, monkeypatch)
    desk = refunding.stage.desk
    quoted = desk.quote_refund
    monkeypatch.setattr(desk, "quote_refund", lambda one: replace(quoted(one), slips_out=1, slip_number="S-1"))
    refunding.type(number(refunding))
    refunding.press(ENTER, Key.Key_F9)
    assert asked == ["Do you have the reimbursement slip in hand?"]
