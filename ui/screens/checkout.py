"""Checkout: the ways of paying and what each leg came to, change in the largest type, and what became of the paper."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from counter_app.application.views import HoldView, PrintJobView, Sold
from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentState, Tender
from counter_app.domain.scans import ScanKind, payment_code
from counter_app.ports.prints import PrinterStatus
from counter_app.ports.scanner import Scanned
from ui.presenters import payment_words, words
from ui.presenters.checkout import Basket, CheckoutPresenter, Stage
from ui.presenters.customer import CustomerView
from ui.presenters.customer_checkout import checkout_view
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.status import printer_item
from ui.screens.checkout_done import DonePane
from ui.screens.checkout_parts import OTHERS, WALLETS, CodePane, OpenPane, RunningPane
from ui.screens.checkout_tender import QUICK_KEYS, DueCard, TenderCard
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import row

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

_log = logging.getLogger(__name__)


class CheckoutScreen(Screen):
    name = "checkout"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self.presenter = CheckoutPresenter(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._changed,
            troubled=shell.refuse,
            printed=shell.payment_ended,
            sold=self._sold,
            needed=self._window.printing.needed,
        )
        self._window.printed.connect(self._printed)
        self._window.printer_changed.connect(self._polled)
        self._window.payments_changed.connect(self._settled_elsewhere)
        currency = self._window.profile.currency if self._window.profile else "CNY"
        self.due = DueCard(shell)
        self.tender = TenderCard(
            shell,
            currency,
            quick=self._quick_action,
            pay_by_card=lambda: self._pay(Tender.CARD),
            ask_wallet=self._ask_wallet,
            ask_other=self._ask_other,
            go_on=self._go_on,
        )
        self.received = self.tender.received
        self._running = RunningPane(shell, self.presenter.paying.stop)
        self._code = CodePane(shell, self._code_entered, self._code_back)
        self._open = OpenPane(shell, self._ask_again, self._to_settle)
        self._waits_for_code = self._asked = False
        self.done = DonePane(shell, self._came_out, self._spoiled, self._next_sale)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._tender_page())
        self._stack.addWidget(self.done)
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 8, 20, 12)
        page.addWidget(self._stack)
        self.received.changed.connect(self._typed)
        self.received.returnPressed.connect(self._go_on)

    def _tender_page(self) -> QWidget:
        self._panes = QStackedWidget()
        for pane in (self.tender, self._running, self._code, self._open):
            self._panes.addWidget(pane)
        page = QWidget()
        line = row(self.due, self._panes, spacing=14)
        line.setStretch(0, 2)
        line.setStretch(1, 3)
        page.setLayout(line)
        return page

    # ---- the shell's
    def title(self) -> str:
        return self.t("Sale done") if self.presenter.stage is Stage.DONE else self.t("Checkout")

    def retranslate(self) -> None:
        self.due.retranslate()
        self.tender.retranslate()
        self._code.retranslate()
        self.done.retranslate()
        self._changed()

    def fkeys(self) -> list[FKey]:
        t, presenter = self.t, self.presenter
        if presenter.stage is Stage.DONE:
            asking = presenter.papers.to_answer is not None
            return [
                FKey("F2", t("It came out"), self._came_out, enabled=asking),
                FKey("F3", t("It did not"), self._spoiled, enabled=asking),
                FKey("F9", t("Next sale"), self._next_sale, primary=True),
            ]
        if presenter.stage is Stage.UNKNOWN:
            return [FKey("F9", t("Look it up in orders"), lambda: self.shell.show_screen("orders"), primary=True)]
        if presenter.stage is Stage.PAYING:
            running = presenter.paying.running
            may_stop = running is not None and running.what in {"charge", "refund"} and not running.stopping
            return [FKey("Esc", t("Stop the payment"), presenter.paying.stop, enabled=may_stop)]
        if presenter.stage is Stage.OPEN:
            return [
                FKey("F5", t("Payments to settle"), self._to_settle),
                FKey("F9", t("Ask again"), self._ask_again, primary=True),
            ]
        if self._waits_for_code:
            others = self._code.tender in OTHERS
            return [
                FKey("F7", t("Another kind"), self._code.turn_on, enabled=others),
                FKey("F9", t("Charge"), self._code.enter, primary=True),
                FKey("Esc", t("Back"), self._code_back),
            ]
        quick = [
            FKey(key, words.money(amount).removesuffix(".00"), self._quick_action(i))
            for i, (key, amount) in enumerate(zip(QUICK_KEYS, presenter.quick, strict=False))
        ]
        able = presenter.stage is Stage.TENDER and presenter.short is None
        return [
            *quick,
            FKey("F5", t("Card"), lambda: self._pay(Tender.CARD), enabled=self.presenter.usable(Tender.CARD)),
            FKey("F6", t("Wallet"), self._ask_wallet, enabled=any(self.presenter.usable(one) for one in WALLETS)),
            FKey("F7", t("Others"), self._ask_other, enabled=any(self.presenter.usable(one) for one in OTHERS)),
            FKey("F8", t("Printer"), presenter.look_at_printer),
            FKey("F9", t("Confirm"), self._go_on, enabled=able, primary=True),
            FKey("Esc", t("Back"), self._back, enabled=presenter.stage in {Stage.TENDER, Stage.REFUSED}),
        ]

    def customer_view(self) -> CustomerView | None:
        return checkout_view(self.presenter, code_wanted=self._waits_for_code)

    @property
    def waits_for_code(self) -> bool:
        return self.presenter.stage is Stage.TENDER

    def take_scan(self, scanned: Scanned, kind: ScanKind) -> bool:
        """A payment code while money is waited for; any other code where one is asked for (a voucher's number)."""
        if kind in {ScanKind.ALIPAY, ScanKind.WECHAT}:
            return self.take_code(scanned.text)
        if not self._waits_for_code or self.presenter.stage is not Stage.TENDER:
            return False
        self._code.code.setText(scanned.text.strip())
        self._code.enter()
        return True

    def on_enter(self, **kwargs: object) -> None:
        basket = kwargs.get("basket")
        if isinstance(basket, Basket):
            self.received.clear()
            self._waits_for_code = False
            self.presenter.begin(basket)
            self.received.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.presenter.stage not in {Stage.UNKNOWN, Stage.OPEN}:
            self.shell.show_screen("sell")

    def paying_order(self) -> UUID | None:
        basket = self.presenter.basket
        return basket.hold.order_id if basket is not None and self.presenter.in_tender else None

    def may_leave(self) -> bool:
        """Not with money on the counter: the sale is confirmed, or gone back from."""
        if self.unfinished():
            return False
        if self.presenter.stage is Stage.TENDER:
            self._back()
            return False
        return True

    def under_way(self) -> bool:
        if self.presenter.stage is Stage.SELLING:
            return True
        if self.presenter.stage is Stage.PAYING:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("A payment is under way"),
                    what_to_do=self.t("Wait for its end, or stop it with Esc."),
                    mood="warn",
                )
            )
            return True
        return False

    def unfinished(self) -> bool:
        if self.under_way():
            return True
        if self.presenter.stage is Stage.TENDER and self.presenter.approved:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Part of this sale is paid"),
                    what_to_do=self.t("Take the rest, or go back with Esc: then it is given back."),
                    mood="warn",
                )
            )
            return True
        if self.presenter.stage is Stage.TENDER and self.presenter.received is not None:
            self.shell.notify(
                Notice(
                    title=self.t("Payment is under way"),
                    what_to_do=self.t("Confirm it with F9, or go back with Esc and hand the money back."),
                    mood="warn",
                )
            )
            return True
        return False

    def on_leave(self) -> None:
        self.presenter.leave_open()

    # ---- card, wallet and the rest
    def _pay(self, tender: Tender, code: str = "") -> None:
        if not self.presenter.usable(tender):
            return
        if self.presenter.cannot_print and not self._without_paper():
            self.presenter.look_at_printer()
            return
        if self.presenter.pay(tender, code=code):
            self._waits_for_code = False
            self.shell.clear_notice()
            self.received.clear()
            self._running.setFocus(Qt.FocusReason.OtherFocusReason)

    def _part(self) -> str:
        typed, left = self.presenter.received, self.presenter.left
        return words.money(typed if typed is not None and typed and typed < left else left)

    def _ask_wallet(self) -> None:
        usable = [one for one in WALLETS if self.presenter.usable(one)]
        if usable:
            self._wait_for_code(usable[0])

    def _ask_other(self) -> None:
        usable = [one for one in OTHERS if self.presenter.usable(one)]
        if usable:
            self._wait_for_code(usable[0])

    def _wait_for_code(self, tender: Tender) -> None:
        self._waits_for_code = True
        checkout = self.presenter.checkout
        self._code.begin(tender, self._part(), checkout.options if checkout is not None else ())
        self._changed()

    def _code_back(self) -> None:
        self._waits_for_code = False
        self._changed()
        self.received.setFocus(Qt.FocusReason.OtherFocusReason)

    def _code_entered(self, tender: Tender, code: str) -> None:
        if tender in WALLETS:
            self.take_code(code)
        else:
            self._pay(tender, code)

    def take_code(self, code: str) -> bool:
        """A wallet's payment code, scanned or typed, while money is waited for. False: it is none, or not now."""
        kind = payment_code(code.strip())
        if self.presenter.stage is not Stage.TENDER:
            return False
        if kind is None:
            if self._waits_for_code:
                self._code.code.set_invalid(True)
                self._code.code.selectAll()
                self.shell.notify(
                    lambda: Notice(
                        title=self.t("This is no payment code"),
                        what_to_do=self.t("Scan the code under Pay in Alipay or WeChat. It changes every minute."),
                        mood="warn",
                    )
                )
            return False
        self._pay(Tender.ALIPAY if kind is ScanKind.ALIPAY else Tender.WECHAT, code.strip())
        return True

    def _ask_again(self) -> None:
        self._asked = self.presenter.ask_again()

    def _settled_elsewhere(self) -> None:
        """It was asked about in the background: if it is known now, the sale goes on."""
        self.presenter.look_again()

    def _to_settle(self) -> None:
        self.shell.show_screen("payments")

    # ---- what the clerk does
    def _typed(self, amount: object) -> None:
        self.presenter.receive(amount if isinstance(amount, Money) else None)

    def _quick_action(self, place: int) -> Callable[[], None]:
        def choose() -> None:
            if place < len(self.presenter.quick):
                self._put_received(self.presenter.quick[place])

        return choose

    def _put_received(self, amount: Money) -> None:
        """Selected: the next digit typed begins another sum."""
        self.received.set_money(amount)
        self.received.setFocus(Qt.FocusReason.OtherFocusReason)
        self.received.selectAll()

    def _go_on(self) -> None:
        if self.presenter.received is None and self.presenter.stage is Stage.TENDER:
            self._put_received(self.presenter.due)
            return
        able = self.presenter.stage is Stage.TENDER and self.presenter.change is not None
        if able and self.presenter.cannot_print and not self._without_paper():
            self.presenter.look_at_printer()
            return
        if not self.presenter.confirm():
            self.received.selectAll()
            self.received.setFocus(Qt.FocusReason.OtherFocusReason)

    def _without_paper(self) -> bool:
        """The clerk's word that money is taken though nothing can be printed now. Enter and Esc wait."""
        item = printer_item(self.presenter.printer, self.t, name=self.presenter.troubled_printer)
        return self.shell.ask(
            item.text,
            self.t("Nothing can be printed now. Mend the printer first; a sale made now prints when it is ready."),
            self.t("Sell without paper"),
            self.t("Wait"),
        )

    def _back(self) -> None:
        approved = self.presenter.approved
        if approved and not self.shell.ask(
            self.t("Give the money back?"),
            self.t("Part of this sale is paid already. Going back gives it back, by the same way it came."),
            self.t("Give it back"),
            self.t("Stay"),
            danger=True,
        ):
            return

        def gone(hold: HoldView | None) -> None:
            self.shell.show_screen("sell", hold=hold)

        self.presenter.back(gone)

    def _sold(self, sale: Sold) -> None:
        self.shell.print_jobs(sale.jobs)
        self.shell.refresh_shift()
        self._look_at_open()
        self.done.hide_picture()
        first = sale.order.tickets[0].ticket_id

        def drawn(png: bytes) -> None:
            if self.presenter.sale is sale and not self._window.roll_shown:  # there it lies already
                self.done.show_picture(png)

        # Only to be looked at: the sale stands, whatever becomes of its picture.
        self.shell.lanes.run(
            Lane.READ,
            lambda: self.shell.desk.ticket_paper(first),
            done=lambda paper: self.shell.draw_paper(paper, drawn),
            failed=lambda trouble: _log.info("no picture of the ticket: %s", trouble),
        )

    def _look_at_open(self) -> None:
        """What was open of this sale is not any more: the status line says so at once."""
        if self._window.payments.count:
            self._window.payments.look()

    def _printed(self, job: object) -> None:
        if isinstance(job, PrintJobView):
            self.presenter.job_ended(job)

    def _polled(self, name: str, status: object) -> None:
        if isinstance(status, PrinterStatus):
            self.presenter.see_printer(status, name)

    def _came_out(self) -> None:
        self.presenter.papers.answer(came_out=True, print_copy=self.shell.print_jobs)

    def _spoiled(self) -> None:
        self.presenter.papers.answer(came_out=False, print_copy=self.shell.print_jobs)

    def _next_sale(self) -> None:
        if self.presenter.papers.to_answer is None or self.shell.ask(
            self.t("The paper is not settled"),
            self.t("It is not known whether it came out. It stays open under Devices."),
            self.t("Next sale"),
            self.t("Stay"),
        ):
            self.shell.show_screen("sell")

    # ---- what is shown
    def _changed(self) -> None:
        presenter = self.presenter
        if presenter.basket is None:
            return
        done = presenter.stage is Stage.DONE
        if done and self._stack.currentIndex() == 0:
            self._stack.setCurrentIndex(1)
            self.done.next.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not done:
            self._stack.setCurrentIndex(0)
        self.set_busy(self.t("Selling …") if presenter.stage is Stage.SELLING else "")
        if done:
            self._show_done()
        else:
            self.due.show_sale(presenter)
            self.tender.show_sale(presenter)
            self._show_pane()
        self.fkeys_changed.emit()

    def _show_pane(self) -> None:
        presenter = self.presenter
        running, open_leg = presenter.paying.running, presenter.open_leg
        before = self._panes.currentIndex()
        if presenter.stage is Stage.PAYING:
            if running is not None:
                self._running.show_running(running)
            self._panes.setCurrentWidget(self._running)
        elif presenter.stage is Stage.OPEN and open_leg is not None:
            self._open.show_leg(open_leg)
            self._panes.setCurrentWidget(self._open)
        elif self._waits_for_code and presenter.stage is Stage.TENDER:
            self._panes.setCurrentWidget(self._code)
        else:
            self._panes.setCurrentIndex(0)
        if self._asked and presenter.stage is not Stage.PAYING:
            self._asked = False
            if presenter.stage is Stage.OPEN:
                self.shell.notify(lambda: payment_words.no_news(self.t))
        if self._panes.currentIndex() == before:
            return
        if self._panes.currentWidget() is self._open:
            self._open.ask.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._panes.currentIndex() == 0:
            self.received.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_done(self) -> None:
        presenter = self.presenter
        assert presenter.sale is not None
        states = {job.title: job.state for job in presenter.papers.jobs.values()}
        approved = [leg for leg in presenter.legs if leg.state is PaymentState.APPROVED]
        self.done.show_sale(presenter.sale, approved, states, presenter.papers.to_answer)
        basket = presenter.basket
        if presenter.sale.exchanged is not None and basket is not None and basket.exchange is not None:
            self.done.show_exchange(presenter.sale, basket.exchange, presenter.paid_back)
