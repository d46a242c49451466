"""Card, wallet and what is not settled, at the keyboard."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt

from counter_app.application.payment_views import Verdict
from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentState, Tender
from tests.ui.clerk import ENTER, ESC, Clerk
from tests.ui.fake_desk import make_id
from tests.ui.test_refund import refunding, screen_of  # noqa: F401 - a fixture
from tests.ui.test_sell import selling, to_checkout  # noqa: F401 - a fixture
from ui.presenters.checkout import Stage as Step
from ui.presenters.settle import Part, Signed
from ui.screens import payments as payments_screen
from ui.screens.checkout import CheckoutScreen
from ui.screens.payments import PaymentsScreen
from ui.screens.sell import SellScreen
from ui.widgets.basic import Label

Key = Qt.Key
S = PaymentState
WECHAT = "134567890123456789"


def step(screen: CheckoutScreen) -> Step:
    return screen.presenter.stage


def checkout(clerk: Clerk) -> CheckoutScreen:
    screen = to_checkout(clerk)
    assert isinstance(screen, CheckoutScreen)
    return screen


def test_a_card_pays_all_with_one_key(selling: Clerk) -> None:  # noqa: F811
    """Lost otherwise: a queue that waits while the clerk confirms what the bank has confirmed."""
    screen = checkout(selling)
    selling.press(Key.Key_F5)
    assert step(screen) is Step.DONE
    assert [leg.tender for leg in screen.presenter.legs] == [Tender.CARD]
    assert not screen.done.change.isVisibleTo(screen)
    assert "**** 1234" in " ".join(label.text() for label in screen.done.legs.findChildren(Label))


def test_a_typed_sum_is_a_part_and_cash_pays_the_rest(selling: Clerk) -> None:  # noqa: F811
    screen = checkout(selling)
    total = screen.presenter.total
    selling.type("100")
    selling.press(Key.Key_F5)
    assert step(screen) is Step.TENDER
    assert screen.presenter.left == total - Money(100_00, "CNY")
    assert screen.received.hasFocus()
    selling.stage.window.payments.look()
    selling.stage.settle()
    keeper = selling.stage.window.payments
    assert (len(keeper.items), keeper.count) == (1, 0)  # it is being paid: nothing that a badge should cry about
    selling.press(ENTER, ENTER)  # the exact rest, in cash
    assert step(screen) is Step.DONE
    assert selling.stage.window.payments.count == 0
    assert screen.presenter.sale is not None
    assert screen.presenter.sale.received == screen.presenter.sale.order.total - Money(100_00, "CNY")


def test_a_declined_card_leaves_every_other_way(selling: Clerk) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.stage.desk.payments.script = [S.DECLINED]
    selling.press(Key.Key_F5)
    assert step(screen) is Step.TENDER
    assert screen.presenter.left == screen.presenter.total
    assert "The bank said no (05)" in [label.text() for label in screen.due.legs.findChildren(Label)]
    selling.press(ENTER, ENTER)
    assert step(screen) is Step.DONE


def test_an_unknown_payment_stops_all_but_asking(selling: Clerk) -> None:  # noqa: F811
    """Lost otherwise: a customer who is charged twice because an answer was late."""
    screen = checkout(selling)
    desk = selling.stage.desk
    desk.payments.script = [S.UNKNOWN, S.UNKNOWN, S.APPROVED]
    selling.press(Key.Key_F5)
    assert step(screen) is Step.OPEN
    assert {key.key for key in screen.fkeys()} == {"F5", "F9"}
    selling.press(ESC, Key.Key_F9)
    assert step(screen) is Step.OPEN
    selling.press(Key.Key_F9)
    assert step(screen) is Step.DONE
    assert [leg.state for leg in desk.payments.legs.values()] == [S.APPROVED]


def test_asked_again_without_news_says_so(selling: Clerk) -> None:  # noqa: F811
    """Lost otherwise: a key that seems to do nothing, pressed again and again before a queue."""
    screen = checkout(selling)
    selling.stage.desk.payments.script = [S.UNKNOWN, S.UNKNOWN]
    selling.press(Key.Key_F5, Key.Key_F9)
    assert step(screen) is Step.OPEN
    assert "No news yet" in [label.text() for label in selling.stage.window.findChildren(Label)]


def test_the_next_customer_is_served_while_a_payment_is_not_known(selling: Clerk) -> None:  # noqa: F811
    """Lost otherwise: a clerk who must "give up" places that a customer may have paid; and, once it is found that he
    has, the next customer's sale, wiped off the screen half typed.
    """
    screen = checkout(selling)
    desk = selling.stage.desk
    desk.payments.script = [S.UNKNOWN, S.APPROVED]
    assert screen.presenter.basket is not None
    order = screen.presenter.basket.hold.order_id
    selling.press(Key.Key_F5)
    assert step(screen) is Step.OPEN
    selling.press(Key.Key_F5)
    to_settle = selling.stage.screen  # a name of its own: the next screen is another
    assert isinstance(to_settle, PaymentsScreen)
    selling.stage.show("sell")
    sell = selling.stage.screen
    assert isinstance(sell, SellScreen)
    assert not sell.in_party
    assert sell.presenter.hold is None
    assert order in desk._holds  # its places were not let go
    selling.type("csn gzn")
    selling.stage.window.payments.look()
    selling.stage.settle()
    selling.stage.window.payments.due()
    selling.stage.settle()
    assert [one.state for one in desk.payments.legs.values()] == [S.APPROVED]
    assert sell.finder.line.text() == "csn gzn"
    assert desk.orders() == []  # made where the clerk says so: under Payments
    selling.stage.show("payments")
    selling.press(Key.Key_F3)
    assert desk.payments.finished == [order]


def test_the_terminals_words_are_shown_and_esc_stops_it(selling: Clerk) -> None:  # noqa: F811
    screen = checkout(selling)
    desk = selling.stage.desk
    desk.payments.hold = threading.Event()
    from PySide6.QtTest import QTest

    QTest.keyClick(selling.focus, Key.Key_F5)
    selling.stage.until(lambda: screen._running._says.text() == "Insert the card")
    QTest.keyClick(selling.focus, ESC)
    selling.stage.settle()
    assert desk.payments.aborted.is_set()
    assert step(screen) is Step.TENDER
    assert [leg.state for leg in screen.presenter.legs] == [S.DECLINED]


def test_a_locked_window_is_not_closed_over_a_payment(
    selling: Clerk,  # noqa: F811
) -> None:
    """Lost otherwise: a card charged while the program ended, by a passer-by at a window that had locked itself."""
    screen = checkout(selling)
    desk, window = selling.stage.desk, selling.stage.window
    desk.payments.hold = threading.Event()
    from PySide6.QtTest import QTest

    selling.type("100")
    QTest.keyClick(selling.focus, Key.Key_F5)
    selling.stage.until(lambda: screen._running._says.text() == "Insert the card")
    window.lock()
    assert not window.close()
    assert (window.locked, window.isVisible()) == (True, True)
    assert "A payment is under way" in [label.text() for label in window.findChildren(Label)]
    window.sign_out()
    assert window.locked, "another clerk would take over in the middle of it"
    desk.payments.hold.set()
    selling.stage.settle()
    assert step(screen) is Step.TENDER
    assert not window.close(), "a part is paid"
    assert (window.locked, step(screen)) == (True, Step.TENDER)
    window.sign_out()
    assert not window.locked


@pytest.mark.parametrize(("code", "tender"), [(WECHAT, Tender.WECHAT), ("28763443825664394", Tender.ALIPAY)])
def test_a_payment_code_says_itself_whose_it_is(selling: Clerk, code: str, tender: Tender) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.press(Key.Key_F6)
    selling.type(code)
    selling.press(ENTER)
    assert step(screen) is Step.DONE
    assert selling.stage.desk.payments.codes == [(tender, code)]


def test_what_is_no_payment_code_charges_nobody(selling: Clerk) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.press(Key.Key_F6)
    selling.type("12345")
    selling.press(ENTER)
    assert step(screen) is Step.TENDER
    assert selling.stage.desk.payments.legs == {}
    selling.press(ESC)
    assert screen.received.hasFocus()


def test_a_voucher_is_one_of_the_others(selling: Clerk) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.type("50")
    selling.press(Key.Key_F7)
    selling.type("V-1234-5678")
    selling.press(ENTER)
    assert step(screen) is Step.TENDER
    assert selling.stage.desk.payments.codes == [(Tender.VOUCHER, "V-1234-5678")]


def test_what_cannot_be_used_says_why_before_it_is_tried(selling: Clerk) -> None:  # noqa: F811
    selling.stage.desk.payments.why = {Tender.CARD: "terminal_blocked", Tender.ALIPAY: "needs_line"}
    screen = checkout(selling)
    assert not screen.tender.card.isEnabled()
    assert screen.tender.wallet.isEnabled()  # WeChat's is left
    assert "Card: a payment is not settled" in screen.tender.why.text()
    selling.press(Key.Key_F5)
    assert selling.stage.desk.payments.legs == {}


def test_going_back_gives_back_what_was_paid(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.type("100")
    selling.press(Key.Key_F5)
    asked: list[str] = []

    def yes(title: str, *_words: Any, **_kwargs: Any) -> bool:
        asked.append(title)
        return True

    monkeypatch.setattr(selling.stage.window, "ask", yes)
    selling.press(ESC)
    assert asked == ["Give the money back?"]
    assert [leg.state for leg in selling.stage.desk.payments.legs.values()] == [S.REVERSED]
    assert selling.stage.screen is not screen


def test_what_does_not_go_back_keeps_the_clerk_there(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    screen = checkout(selling)
    selling.type("100")
    selling.press(Key.Key_F5)
    selling.stage.desk.payments.script = [S.REVERSE_UNKNOWN]
    monkeypatch.setattr(selling.stage.window, "ask", lambda *_w, **_k: True)
    selling.press(ESC)
    assert step(screen) is Step.OPEN
    assert selling.stage.screen is screen


# ---- payments to settle


def settling(clerk: Clerk) -> PaymentsScreen:
    clerk.stage.show("payments")
    screen = clerk.stage.screen
    assert isinstance(screen, PaymentsScreen)
    return screen


def leg(clerk: Clerk, state: PaymentState, **more: Any) -> Any:
    desk = clerk.stage.desk
    return desk.payments.add(make_id("order", state), Tender.CARD, Money(219_00, "CNY"), state=state, **more)


def test_the_list_says_what_to_do_and_asks(selling: Clerk) -> None:  # noqa: F811
    made = leg(selling, S.UNKNOWN)
    selling.stage.desk.payments.script = [S.NOT_PERFORMED]
    screen = settling(selling)
    assert screen.table.chosen() is not None
    assert "Ask the terminal" in screen._step.text()
    selling.press(Key.Key_F2)
    assert selling.stage.desk.payments.legs[made.intent_id].state is S.NOT_PERFORMED
    assert screen.presenter.items == ()


def test_a_decision_takes_a_second_person_and_a_verdict(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Lost otherwise: one clerk alone who makes money appear or go."""
    made = leg(selling, S.MANUAL)
    screen = settling(selling)
    assert screen._alarm.isVisibleTo(screen)
    asked: list[bool] = []

    def sign(*_args: Any, verdict: bool = False) -> Signed:
        asked.append(verdict)
        return Signed(reason="the terminal's slip", supervisor="li", password="demo-demo", verdict=Verdict.PAID)

    monkeypatch.setattr(payments_screen, "ask_second_person", sign)
    selling.press(Key.Key_F6)
    assert asked == [True]
    assert selling.stage.desk.payments.decided == [(made.intent_id, Verdict.PAID)]


def test_a_wrong_password_decides_nothing(selling: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    made = leg(selling, S.UNKNOWN)
    settling(selling)
    signed = Signed(reason="later", supervisor="li", password="wrong")
    monkeypatch.setattr(payments_screen, "ask_second_person", lambda *_a, **_k: signed)
    selling.press(Key.Key_F7)
    assert made.intent_id not in selling.stage.desk.payments.carried


def test_a_refund_that_is_owed_is_tried_again(selling: Clerk) -> None:  # noqa: F811
    leg(selling, S.DECLINED, refund=make_id("refund", 1))
    screen = settling(selling)
    selling.press(Key.Key_F2)
    states = [one.state for one in selling.stage.desk.payments.legs.values()]
    assert states == [S.NOT_PERFORMED, S.APPROVED]
    assert screen.presenter.items == () or all(item.leg.state is not S.DECLINED for item in screen.presenter.items)


def test_unsettled_payments_stand_in_the_status_line_and_are_asked_about(selling: Clerk) -> None:  # noqa: F811
    window = selling.stage.window
    leg(selling, S.UNKNOWN)
    window.payments.look()
    selling.stage.settle()
    assert window.payments.count == 1
    selling.stage.desk.payments.script = [S.NOT_PERFORMED]
    window.payments.due()
    selling.stage.settle()
    assert window.payments.count == 0


def test_differences_are_on_their_own_page(selling: Clerk) -> None:  # noqa: F811
    screen = settling(selling)
    selling.press(Key.Key_F8)
    assert screen.presenter.part is Part.DIFFERENCES
    selling.press(Key.Key_F8)  # the end of day
    assert not screen.presenter.busy


# ---- a refund to the card


def test_a_refund_goes_back_to_the_card(refunding: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    desk = refunding.stage.desk
    desk.payments.back_tenders = (Tender.CARD,)
    real = desk.refund

    def refund(actor: Any, quote: Any) -> Any:
        done = real(actor, quote)
        desk.payments.add(done.ticket.order_id, Tender.CARD, done.refunded, refund=done.refund_id)
        return done

    monkeypatch.setattr(desk, "refund", refund)
    refunding.type(desk.orders()[0].tickets[0].number)
    refunding.press(ENTER)
    screen = screen_of(refunding)
    assert screen._back_caption.isVisibleTo(screen)
    refunding.press(ENTER)
    assert [one.state for one in screen.presenter.paid_back] == [S.APPROVED]
    assert not screen._done_out.isVisibleTo(screen)
    assert screen._done_title.text() == "Refunded"


def test_the_keyboard_stays_with_a_refund_at_the_terminal(refunding: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Lost otherwise: Enter, pressed once too often, that opens another screen."""
    desk = refunding.stage.desk
    desk.payments.back_tenders = (Tender.CARD,)
    desk.payments.hold = threading.Event()
    real = desk.refund

    def refund(actor: Any, quote: Any) -> Any:
        done = real(actor, quote)
        desk.payments.add(done.ticket.order_id, Tender.CARD, done.refunded, refund=done.refund_id)
        return done

    monkeypatch.setattr(desk, "refund", refund)
    refunding.type(desk.orders()[0].tickets[0].number)
    refunding.press(ENTER)
    screen = screen_of(refunding)
    from PySide6.QtTest import QTest

    QTest.keyClick(refunding.focus, ENTER)
    refunding.stage.until(lambda: screen._running._says.text() == "Insert the card")
    assert screen._running.hasFocus()
    desk.payments.hold.set()
    refunding.stage.settle()
    assert [one.state for one in screen.presenter.paid_back] == [S.APPROVED]


def test_a_refund_that_did_not_go_back_is_said_so(refunding: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Lost otherwise: a customer who leaves without the money."""
    desk = refunding.stage.desk
    desk.payments.back_tenders = (Tender.CARD,)
    real = desk.refund

    def refund(actor: Any, quote: Any) -> Any:
        done = real(actor, quote)
        desk.payments.add(done.ticket.order_id, Tender.CARD, done.refunded, refund=done.refund_id)
        return done

    monkeypatch.setattr(desk, "refund", refund)
    desk.payments.script = [S.DECLINED]
    refunding.type(desk.orders()[0].tickets[0].number)
    refunding.press(ENTER, ENTER)
    screen = screen_of(refunding)
    assert screen._done_title.text() == "Money still to be paid back"
    assert "Payments" in screen._done_facts.text()
