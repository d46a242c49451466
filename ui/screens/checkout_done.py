"""After the sale: the change in the largest type, how each ticket prints, and the question whether it came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.application.exchange_views import ExchangeQuote
from counter_app.application.payment_views import PaymentLeg
from counter_app.application.views import PrintJobView, Sold
from counter_app.domain.payments import PaymentState, Tender
from counter_app.ports.prints import JobState
from counter_app.texts import mark
from ui.presenters import words
from ui.screens.checkout_parts import LegsView
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Label, Mood, Scroll, column, discard, row
from ui.widgets.slipview import SlipView

JOB_WORDS: dict[JobState, tuple[str, Mood]] = {
    JobState.QUEUED: (mark("waiting to print"), "info"),
    JobState.SENDING: (mark("printing …"), "info"),
    JobState.CONFIRMED: (mark("printed"), "ok"),
    JobState.FAILED_BEFORE_SEND: (mark("not printed yet, prints by itself"), "warn"),
    JobState.UNKNOWN: (mark("did it come out?"), "bad"),
    JobState.SETTLED_OUT: (mark("came out, says the clerk"), "ok"),
    JobState.SETTLED_SPOILED: (mark("spoiled, a copy follows"), "warn"),
}


class DonePane(QWidget):
    """``came_out`` and ``spoiled`` answer for the paper that is asked about; ``next_sale`` leaves."""

    def __init__(
        self,
        shell: Shell,
        came_out: Callable[[], None],
        spoiled: Callable[[], None],
        next_sale: Callable[[], None],
    ) -> None:
        super().__init__()
        self._shell = shell
        px = shell.theme.tokens().px
        self.title = Label(role="title")
        self.caption, self.change = Label(role="lead"), Label(role="huge")
        self.facts = Label(role="muted")
        self.legs = LegsView(shell)
        self.next = Button("primary", next_sale)
        self._tickets_title, self._tickets = Label(role="field"), QVBoxLayout()
        self._picture = SlipView(width=px(340))
        self._scroll = Scroll()
        self._scroll.body.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self._scroll.body.addStretch(1)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setMinimumWidth(self._picture.width() + px(16))
        self._scroll.hide()
        self._asked = Card(margin=14, spacing=8)
        self._asked_words = Label(role="lead", mood="bad", wrap=True)
        self._yes, self._no = Button("", came_out), Button("", spoiled)
        line = row(self._sum(), column(self._asked, self._papers(), spacing=12), spacing=14)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self.setLayout(line)

    def _sum(self) -> Card:
        card = Card(margin=20, spacing=8)
        card.body.addWidget(self.title)
        card.body.addStretch(1)
        for part in (self.caption, self.change, self.legs, self.facts):
            card.body.addWidget(part)
        card.body.addStretch(2)
        card.body.addWidget(self.next)
        return card

    def _papers(self) -> Card:
        self._asked.body.addWidget(self._asked_words)
        self._asked.body.addLayout(row(self._yes, self._no, None))
        card = Card(margin=20, spacing=8)
        card.body.addWidget(self._tickets_title)
        card.body.addLayout(self._tickets)
        card.body.addWidget(self._scroll, 100)
        card.body.addStretch(1)  # where no picture is shown
        return card

    def retranslate(self) -> None:
        t = self._shell.t
        self.caption.setText(t("Change"))
        self._tickets_title.setText(t("Tickets"))
        self._yes.setText(t("Yes, it came out  F2"))
        self._no.setText(t("No, or unusable  F3"))
        self.next.setText(t("Next sale  Enter"))

    def show_picture(self, png: bytes) -> None:
        """Of the first ticket."""
        self._picture.show_picture(png)
        self._scroll.show()

    def hide_picture(self) -> None:
        self._scroll.hide()

    def show_sale(
        self,
        sale: Sold,
        approved: Sequence[PaymentLeg],
        states: Mapping[str, JobState],
        asked: PrintJobView | None,
    ) -> None:
        """``states``: of the tickets' print jobs, by number. ``asked``: a paper of which nobody knows."""
        t = self._shell.t
        first = sale.order.tickets[0]
        self.caption.setText(t("Change"))
        self.title.setText(f"{first.service}  {first.origin.name} → {first.destination.name}")
        self.change.setText(words.money(sale.change))
        self.change.set_mood("accent" if sale.change else "")
        paid, received = words.money(sale.order.total), words.money(sale.received)
        in_cash = bool(sale.received) or not approved
        for label in (self.caption, self.change):
            label.setVisible(in_cash)
        self.legs.show_legs(approved)
        self.facts.setText(
            t("To pay {due}   Received {received}", due=paid, received=received)
            if in_cash
            else t("Paid: {due}", due=paid)
        )
        self._show_tickets(sale, states)
        self._asked.setVisible(asked is not None)
        if asked is not None:
            self._asked_words.setText(t("Did {title} come out of the printer?", title=asked.title))

    def show_exchange(self, sale: Sold, exchange: ExchangeQuote, paid_back: Sequence[PaymentLeg]) -> None:
        """Over ``show_sale``: only the difference passed the counter, and the old paper is in the clerk's hand."""
        t, given = self._shell.t, sale.exchanged
        assert given is not None
        lines = [t("Ticket {number} is taken back: void its paper and keep it.", number=given.ticket.number)]
        if exchange.due:
            due, received = words.money(exchange.due), words.money(sale.received)
            in_cash = bool(sale.received)
            paid = t("To pay {due}   Received {received}", due=due, received=received)
            lines.insert(0, paid if in_cash else t("Paid: {due}", due=due))
        else:
            cash = next((leg for leg in exchange.back_legs if leg.tender is Tender.CASH), None)
            self.caption.setText(t("Hand out"))
            self.change.setText("" if cash is None else words.money(cash.amount + cash.rounding))
            self.change.set_mood("accent")
            for label in (self.caption, self.change):
                label.setVisible(cash is not None)
            self.legs.show_legs(paid_back)
        if any(leg.state is not PaymentState.APPROVED for leg in paid_back):
            lines.append(t("It stays under Payments. Try again there, or pay it out in cash with a supervisor."))
        self.facts.setText("\n".join(lines))

    def _show_tickets(self, sale: Sold, states: Mapping[str, JobState]) -> None:
        while self._tickets.count():
            item = self._tickets.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                discard(widget)
        for ticket in sale.order.tickets:
            said, mood = JOB_WORDS[states.get(ticket.number, JobState.SENDING)]
            line = QWidget()
            badge = Label(self._shell.t(said), role="badge", mood=mood)
            line.setLayout(row(Label(ticket.number, role="strong"), None, badge))
            self._tickets.addWidget(line)
