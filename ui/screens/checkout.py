"""Checkout: the ways of paying and what each leg came to, change in the largest type, and what became of the paper."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

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
from ui.presenters.offers import run_times
from ui.presenters.refusals import Notice
from ui.presenters.status import printer_item
from ui.screens.checkout_done import DonePane
from ui.screens.checkout_parts import OTHERS, WALLETS, CodePane, LegsView, OpenPane, RunningPane
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Label, Mood, Rule, row
from ui.widgets.money import MoneyEdit

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

_log = logging.getLogger(__name__)
QUICK_KEYS = ("F2", "F3", "F4")


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
        self._route = [Label(role="lead"), Label(), Label(role="muted", wrap=True)]
        self._due_caption, self._due = Label(role="field"), Label(role="figure")
        self._legs = LegsView(shell)
        self._left_caption, self._left = Label(role="field"), Label(role="title")
        self._rounding = Label(role="small")
        self._printer_caption, self._printer = Label(role="field"), Label(role="strong", wrap=True)
        self._received_caption = Label(role="field")
        self.received = MoneyEdit(currency, large=True)
        self._quick_caption = Label(role="field")
        self._quick = [Button("large", self._quick_action(i)) for i in range(len(QUICK_KEYS))]
        self._tender_caption = Label(role="field")
        self._card = Button("large", lambda: self._pay(Tender.CARD))
        self._wallet = Button("large", self._ask_wallet)
        self._other = Button("large", self._ask_other)
        self._why = Label(role="small", wrap=True)
        self._running = RunningPane(shell, self.presenter.paying.stop)
        self._code = CodePane(shell, self._code_entered, self._code_back)
        self._open = OpenPane(shell, self._ask_again, self._to_settle)
        self._waits_for_code = self._asked = False
        self._change_caption = Label(role="lead")
        self._change = Label(role="huge")
        self._confirm = Button("primary", self._go_on)
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
        left = Card(margin=20, spacing=8)
        for label in self._route:
            left.body.addWidget(label)
        left.body.addWidget(Rule())
        left.body.addWidget(self._due_caption)
        left.body.addWidget(self._due)
        left.body.addWidget(self._legs)
        left.body.addWidget(self._left_caption)
        left.body.addWidget(self._left)
        left.body.addWidget(self._rounding)
        left.body.addStretch(1)
        left.body.addWidget(self._printer_caption)
        left.body.addWidget(self._printer)
        right = Card(margin=20, spacing=10)
        right.body.addWidget(self._received_caption)
        right.body.addWidget(self.received)
        right.body.addWidget(self._quick_caption)
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, button in enumerate(self._quick):
            grid.addWidget(button, place // 3, place % 3)
        right.body.addLayout(grid)
        right.body.addWidget(self._tender_caption)
        tenders = QGridLayout()
        tenders.setSpacing(8)
        for place, button in enumerate((self._card, self._wallet, self._other)):
            tenders.addWidget(button, 0, place)
        right.body.addLayout(tenders)
        right.body.addWidget(self._why)
        right.body.addStretch(1)
        right.body.addWidget(self._change_caption)
        right.body.addWidget(self._change)
        right.body.addStretch(1)
        right.body.addWidget(self._confirm)
        self._panes = QStackedWidget()
        for pane in (right, self._running, self._code, self._open):
            self._panes.addWidget(pane)
        page = QWidget()
        line = row(left, self._panes, spacing=14)
        line.setStretch(0, 2)
        line.setStretch(1, 3)
        page.setLayout(line)
        return page

    # ---- the shell's
    def title(self) -> str:
        return self.t("Sale done") if self.presenter.stage is Stage.DONE else self.t("Checkout")

    def retranslate(self) -> None:
        t = self.t
        self._printer_caption.setText(t("Ticket printer"))
        self._received_caption.setText(t("Cash received"))
        self.received.setAccessibleName(t("Cash received"))
        self._quick_caption.setText(t("Quick sums"))
        self._tender_caption.setText(t("Or by another way (a sum typed above is a part of it)"))
        self._left_caption.setText(t("Left to pay"))
        self._code.retranslate()
        self.done.retranslate()
        self._changed()

    def fkeys(self) -> list[FKey]:
        t, presenter = self.t, self.presenter
        if presenter.stage is Stage.DONE:
            asking = presenter.to_answer is not None
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
            FKey("F5", t("Card"), lambda: self._pay(Tender.CARD), enabled=self._usable(Tender.CARD)),
            FKey("F6", t("Wallet"), self._ask_wallet, enabled=any(self._usable(one) for one in WALLETS)),
            FKey("F7", t("Others"), self._ask_other, enabled=any(self._usable(one) for one in OTHERS)),
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
    def _usable(self, tender: Tender) -> bool:
        option = self.presenter.option(tender)
        able = option is not None and not option.why and bool(self.presenter.left)
        return able and self.presenter.stage is Stage.TENDER

    def _pay(self, tender: Tender, code: str = "") -> None:
        if not self._usable(tender):
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
        usable = [one for one in WALLETS if self._usable(one)]
        if usable:
            self._wait_for_code(usable[0])

    def _ask_other(self) -> None:
        usable = [one for one in OTHERS if self._usable(one)]
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
        self.presenter.answer(came_out=True, print_copy=self.shell.print_jobs)

    def _spoiled(self) -> None:
        self.presenter.answer(came_out=False, print_copy=self.shell.print_jobs)

    def _next_sale(self) -> None:
        if self.presenter.to_answer is None or self.shell.ask(
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
            self._show_tender()
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

    def _show_legs(self) -> None:
        t, presenter = self.t, self.presenter
        legs = presenter.legs
        self._legs.show_legs(legs)
        partly = bool(presenter.approved) and presenter.open_leg is None
        self._left_caption.setVisible(partly)
        self._left.setVisible(partly)
        self._left.setText(words.money(presenter.left))
        checkout = presenter.checkout
        rounded = checkout is not None and bool(checkout.cash.rounding)
        self._rounding.setVisible(rounded)
        if checkout is not None and rounded:
            self._rounding.setText(t("In cash, rounded: {due}", due=words.money(checkout.cash.due)))
        tenders = (Tender.CARD, *WALLETS, *OTHERS)
        taken = [one for one in (presenter.option(tender) for tender in tenders) if one is not None]
        self._card.setText("F5   " + t("Card"))
        self._wallet.setText("F6   " + t("Wallet"))
        self._other.setText("F7   " + t("Others"))
        for button, group in ((self._card, (Tender.CARD,)), (self._wallet, WALLETS), (self._other, OTHERS)):
            button.setVisible(any(one.tender in group for one in taken))
            button.setEnabled(any(self._usable(one) for one in group))
        self._tender_caption.setVisible(bool(taken))
        whys = dict.fromkeys(
            f"{payment_words.tender(one.tender, t)}: {t(payment_words.WHY[one.why])}" for one in taken if one.why
        )
        self._why.setText(" · ".join(whys))
        self._why.setVisible(bool(whys))

    def _show_tender(self) -> None:
        t, presenter = self.t, self.presenter
        basket = presenter.basket
        assert basket is not None
        offer = basket.offer
        depart, arrive = run_times(offer)
        self._route[0].setText(f"{offer.service}  {offer.origin.name} → {offer.destination.name}")
        self._route[1].setText(f"{words.day(offer.depart.date(), t)}  {depart} – {arrive}")
        held = words.travel_class(basket.hold.travel_class, t)
        self._route[2].setText(f"{held} · " + t("Passengers: {n}", n=basket.hold.count))
        gives_back = presenter.gives_back
        self._due_caption.setText(t("To pay") if gives_back is None else t("To give back"))
        self._due.setText(words.money(presenter.total if gives_back is None else gives_back))
        self._show_legs()
        item = printer_item(presenter.printer, t, name=presenter.troubled_printer)
        moods: dict[str, Mood] = {"ok": "ok", "warn": "warn", "bad": "bad", "info": "info"}
        self._printer.setText(item.text)
        self._printer.set_mood(moods.get(item.mood, ""))
        for place, button in enumerate(self._quick):
            shown = place < len(presenter.quick)
            button.setVisible(shown)
            if shown:
                button.setText(f"{QUICK_KEYS[place]}   {words.money(presenter.quick[place])}")
        if presenter.short is not None:
            self._change_caption.setText(t("Still missing"))
            self._change.setText(words.money(presenter.short))
            self._change.set_mood("bad")
        else:
            self._change_caption.setText(t("Change"))
            self._change.setText(words.money(presenter.change) if presenter.change is not None else "")
            self._change.set_mood("accent" if presenter.change else "")
        ready = presenter.stage is Stage.TENDER
        refused = presenter.stage is Stage.REFUSED
        # Refused: no sum is taken, but the keyboard stays here; given away it would go to the list of screens.
        self.received.setEnabled(ready or refused or presenter.stage is Stage.BEGINNING)
        self.received.setReadOnly(refused)
        self._confirm.setEnabled(ready and presenter.short is None)
        self._confirm.setText(t("Confirm and print  Enter"))
        if presenter.stage is Stage.UNKNOWN:
            self._change_caption.setText(t("It is not known whether this sale was made"))
            self._change.setText("?")

    def _show_done(self) -> None:
        presenter = self.presenter
        assert presenter.sale is not None
        states = {job.title: job.state for job in presenter.jobs.values()}
        approved = [leg for leg in presenter.legs if leg.state is PaymentState.APPROVED]
        self.done.show_sale(presenter.sale, approved, states, presenter.to_answer)
        basket = presenter.basket
        if presenter.sale.exchanged is not None and basket is not None and basket.exchange is not None:
            self.done.show_exchange(presenter.sale, basket.exchange, presenter.paid_back)
