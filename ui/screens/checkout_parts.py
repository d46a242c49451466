"""Parts of the checkout: the legs so far, a payment under way, a code that is waited for, a leg that is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from counter_app.application.payment_views import PaymentLeg, TenderOption
from counter_app.domain.payments import PaymentState, Tender
from counter_app.texts import mark
from ui.presenters import payment_words, words
from ui.presenters.paying import Running
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Edit, Field, Label, column, discard, row
from ui.widgets.chrome import MOODS

CODE_MAX = 128
WALLETS = (Tender.ALIPAY, Tender.WECHAT)
OTHERS = (Tender.VOUCHER, Tender.POINTS, Tender.ACCOUNT)
_CODE_HINTS = {
    Tender.ALIPAY: mark("Scan the payment code that the customer shows in Alipay or WeChat."),
    Tender.VOUCHER: mark("Scan the voucher, or type its number."),
    Tender.POINTS: mark("Scan the member card, or type its number."),
    Tender.ACCOUNT: mark("Scan the company's card, or type its number."),
}
_CAME_TO_NOTHING = frozenset({PaymentState.DECLINED, PaymentState.NOT_PERFORMED})
_RUNNING = {
    "charge": mark("Paying: {tender}"),
    "refund": mark("Paying back: {tender}"),
    "reverse": mark("Giving back: {tender}"),
    "ask": mark("Asking: {tender}"),
}


class LegsView(QWidget):
    """A leg each: how, below it how much and what became of it; of the last one also why it came to nothing.

    Two lines: side by side they are wider than the checkout beside the paper roll, and no figure of it may be cut.
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._lines: list[QWidget] = []

    def show_legs(self, legs: Sequence[PaymentLeg]) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            discard(line)
        self._lines = []
        t = self._shell.t
        for leg in legs:
            said, mood = payment_words.state(leg, t)
            line = QWidget()
            badge = Label(said, role="badge", mood=MOODS.get(mood, ""))
            figures = row(Label(words.money(leg.amount), role="strong"), badge, None, spacing=10)
            line.setLayout(column(Label(payment_words.leg_title(leg, t), elide=True), figures, spacing=2))
            line.layout().setContentsMargins(0, 0, 0, 0)  # type: ignore[union-attr] # it was set above
            why = payment_words.reason(leg, t)
            if why:
                line.setToolTip(why)
                badge.setAccessibleName(f"{said}: {why}")
            self._column.addWidget(line)
            self._lines.append(line)
            if why and leg is legs[-1] and leg.state in _CAME_TO_NOTHING:  # what the customer asks at once
                said_why = Label(why, role="small", wrap=True)
                self._column.addWidget(said_why)
                self._lines.append(said_why)
        self.setVisible(bool(legs))


class RunningPane(Card):
    """The terminal's own words in the largest type: the clerk reads them to the customer."""

    def __init__(self, shell: Shell, stop: Callable[[], None]) -> None:
        super().__init__(margin=24, spacing=10)
        self._shell = shell
        self._title, self._amount = Label(role="lead"), Label(role="figure")
        self._says = Label(role="title", mood="accent", wrap=True)
        self._own = Label(wrap=True)
        self._hint = Label(role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._stop = Button("", stop)
        for widget in (self._title, self._amount):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(self._says)
        self.body.addWidget(self._own)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._hint)
        self.body.addStretch(2)
        self.body.addLayout(row(None, self._stop))

    def show_running(self, running: Running) -> None:
        t = self._shell.t
        self._title.setText(t(_RUNNING[running.what], tender=payment_words.tender(running.tender, t)))
        self._amount.setText(words.money(running.amount))
        said, own = payment_words.says(running.says, t)
        self._says.setText(said or t("Please wait …"))
        self._own.setText(t("On the terminal: {text}", text=own) if own else "")
        self._own.setVisible(bool(own))
        stoppable = running.what in {"charge", "refund"}
        self._stop.setVisible(stoppable)
        self._stop.setEnabled(not running.stopping)
        self._stop.setText(t("Stop the payment  Esc"))
        self._hint.setText(
            t("Asked to stop. What counts is what the terminal or central says.")
            if running.stopping
            else t("Nothing is lost if this takes long: whatever was paid stays on record.")
        )


class CodePane(Card):
    """Waits for what the customer shows; a scanner's code goes here too."""

    def __init__(self, shell: Shell, entered: Callable[[Tender, str], None], back: Callable[[], None]) -> None:
        super().__init__(margin=24, spacing=12)
        self._shell = shell
        self._entered = entered
        self.tender = Tender.ALIPAY
        self._options: Sequence[TenderOption] = ()
        self._title, self._amount = Label(role="title"), Label(role="figure")
        self._hint = Label(role="muted", wrap=True)
        self.code = Edit("entry", limit=CODE_MAX)
        self._field = Field(self.code)
        self._tabs = [Button("", self._turner(one)) for one in OTHERS]
        for tab in self._tabs:
            tab.setCheckable(True)
            tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._back, self._go = Button("", back), Button("primary", self.enter)
        self.body.addWidget(self._title)
        self.body.addWidget(self._amount)
        self.body.addLayout(row(*self._tabs, None))
        self.body.addWidget(self._field)
        self.body.addWidget(self._hint)
        self.body.addStretch(1)
        self.body.addLayout(row(None, self._back, self._go))
        self.code.returnPressed.connect(self.enter)

    def begin(self, tender: Tender, amount: str, options: Sequence[TenderOption]) -> None:
        self._options = options
        self._amount.setText(amount)
        self.code.clear()
        self.turn_to(tender)

    def turn_to(self, tender: Tender) -> None:
        self.tender = tender
        self.retranslate()
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def turn_on(self) -> None:
        """The next of the tenders that can be used."""
        usable = [one.tender for one in self._options if one.tender in OTHERS and not one.why]
        if self.tender in usable:
            self.turn_to(usable[(usable.index(self.tender) + 1) % len(usable)])

    def enter(self) -> None:
        text = self.code.text().strip()
        if text:
            self._entered(self.tender, text)
        else:
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        t = self._shell.t
        wallet = self.tender in WALLETS
        self._title.setText(t("Wallet") if wallet else payment_words.tender(self.tender, t))
        self._hint.setText(t(_CODE_HINTS[Tender.ALIPAY if wallet else self.tender]))
        self._field.set_caption(t("Payment code") if wallet else t("Number"))
        self.code.setAccessibleName(self._title.text())
        self._back.setText(t("Back  Esc"))
        self._go.setText(t("Charge  Enter"))
        usable = {one.tender for one in self._options if not one.why}
        for tab, tender in zip(self._tabs, OTHERS, strict=True):
            tab.setText(payment_words.tender(tender, t))
            tab.setVisible(not wallet and tender in {one.tender for one in self._options})
            tab.setEnabled(tender in usable)
            tab.setChecked(tender is self.tender)

    def _turner(self, tender: Tender) -> Callable[[], None]:
        return lambda: self.turn_to(tender)


class OpenPane(Card):
    """A leg of which nobody knows: said in words, with what to do, and nothing else to press."""

    def __init__(self, shell: Shell, ask: Callable[[], None], settle: Callable[[], None]) -> None:
        super().__init__(margin=24, spacing=12)
        self._shell = shell
        self._title = Label(role="title", mood="bad", wrap=True)
        self._leg, self._why = Label(role="lead"), Label(role="muted", wrap=True)
        self._do = Label(role="strong", wrap=True)
        self.ask, self._settle = Button("primary", ask), Button("", settle)
        for widget in (self._title, self._leg, self._why):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(self._do)
        self.body.addStretch(1)
        self.body.addLayout(row(None, self._settle, self.ask))

    def show_leg(self, leg: PaymentLeg) -> None:
        t = self._shell.t
        self._title.setText(t("It is not known whether this was paid"))
        self._leg.setText(f"{payment_words.leg_title(leg, t)}   {words.money(leg.amount)}")
        self._why.setText(payment_words.reason(leg, t))
        self._do.setText(
            t(
                "Charge nothing again, by no way of paying, and take no cash for it. The places stay held. Ask again; "
                "or leave it under Payments, and serve the next customer with cash."
            )
        )
        self.ask.setText(t("Ask again  F9"))
        self._settle.setText(t("Payments to settle  F5"))
