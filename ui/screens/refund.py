"""Refund: find the ticket, see the rule, the fee and the amount, confirm, hand out the money."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from counter_app.application.views import ExchangeStart, Refunded, TicketView
from counter_app.domain.money import Money
from counter_app.errors import Reason, Refusal
from counter_app.texts import mark
from ui.presenters import payment_words, words
from ui.presenters.central_tickets import Step
from ui.presenters.refund import RefundPresenter, Stage
from ui.presenters.refusals import Notice
from ui.presenters.shift import not_selling
from ui.screens.central_pane import CentralPane
from ui.screens.checkout_parts import LegsView, RunningPane
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Edit, Field, Label, Rule, column, discard, row
from ui.widgets.table import Column, DataTable

TICKET_STATES = {
    "FULFILLED": mark("valid"),
    "REFUNDED": mark("refunded"),
    "EXCHANGED": mark("exchanged"),
    "CANCELLED": mark("voided"),
}
ITEM_WORDS = {
    "base": mark("Price paid"),
    "refund": mark("Price paid"),
    "reduction": mark("Reduction"),
    "surcharge": mark("Surcharge"),
    "fee": mark("Refund fee"),
}
URGENT_S = 300
SHOWN_AS_COUNTDOWN_S = 3600


class RefundScreen(Screen):
    name = "refund"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.presenter = RefundPresenter(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._changed,
            troubled=self._troubled,
            printed=shell.payment_ended,
            refunded=self._refunded,
        )
        self.text = Edit("entry", limit=600)  # a scanned code is long
        self._field = Field(self.text)
        self._find = Button("primary", self._look)
        self._find.setMinimumHeight(shell.theme.tokens().size["control_large"])
        self._hint = Label(role="muted", wrap=True)
        self.table: DataTable[TicketView] = DataTable(self._columns(), shell.theme, on_open=self.presenter.choose)
        self._ticket = [Label(role="title"), Label(role="lead"), Label(), Label(role="muted"), Label(role="muted")]
        self._rule_caption, self._rule = Label(role="field"), Label(role="lead", wrap=True)
        self._until = Label(role="small", wrap=True)
        self._slip = Label(role="lead", mood="warn", wrap=True)
        self._items = QVBoxLayout()
        self._back_caption, self._back_legs = Label(role="field"), QVBoxLayout()
        self._out_caption, self._out = Label(role="lead"), Label(role="huge", mood="accent")
        self._running = RunningPane(shell, self.presenter.paying.stop)
        self._done_legs = LegsView(shell)
        self._confirm = Button("primary", self._post)
        self._done_title = Label(role="title", mood="ok")
        self._done_caption, self._done_out = Label(role="lead"), Label(role="huge", mood="accent")
        self._done_facts = Label(role="muted", wrap=True)
        self._next = Button("primary", self._another)
        self.central = CentralPane(shell, self._central_changed)
        self._stack = QStackedWidget()
        for page in (QWidget(), self.table, self._quote_page(), self._done_page(), self.central, self._running):
            self._stack.addWidget(page)
        top = Card(margin=14, spacing=8)
        line = row(self._field, self._find, spacing=12)
        line.setAlignment(self._find, Qt.AlignmentFlag.AlignBottom)
        line.setStretch(0, 1)
        top.body.addLayout(line)
        top.body.addWidget(self._hint)
        page_column = QVBoxLayout(self)
        page_column.setContentsMargins(20, 8, 20, 12)
        page_column.setSpacing(12)
        page_column.addWidget(top)
        page_column.addWidget(self._stack, 1)
        self.text.returnPressed.connect(self._look)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._second)

    def _columns(self) -> list[Column[TicketView]]:
        t = self.t
        return [
            Column(title=lambda: t("Ticket"), text=lambda k: k.number, width=210, strong=True),
            Column(title=lambda: t("Service"), text=lambda k: k.service, width=90),
            Column(title=lambda: t("Route"), text=lambda k: f"{k.origin.name} → {k.destination.name}"),
            Column(title=lambda: t("Departure"), text=lambda k: f"{k.depart:%m-%d %H:%M}", width=130),
            Column(title=lambda: t("Passenger"), text=lambda k: k.masked_name, width=110),
            Column(title=lambda: t("Price"), text=lambda k: words.money(k.price), width=110, right=True),
            Column(
                title=lambda: t("State"),
                text=lambda k: t(TICKET_STATES.get(k.state, k.state)),
                width=110,
                mood=lambda k: "ok" if k.state == "FULFILLED" else "text_muted",
            ),
        ]

    def _quote_page(self) -> QWidget:
        left = Card(margin=20, spacing=6)
        for label in self._ticket:
            left.body.addWidget(label)
        left.body.addWidget(Rule())
        left.body.addWidget(self._rule_caption)
        left.body.addWidget(self._rule)
        left.body.addWidget(self._until)
        left.body.addWidget(self._slip)
        left.body.addStretch(1)
        right = Card(margin=20, spacing=8)
        right.body.addLayout(self._items)
        right.body.addWidget(Rule())
        right.body.addWidget(self._back_caption)
        right.body.addLayout(self._back_legs)
        right.body.addStretch(1)
        right.body.addWidget(self._out_caption)
        right.body.addWidget(self._out)
        right.body.addStretch(1)
        right.body.addWidget(self._confirm)
        page = QWidget()
        line = row(left, right, spacing=14)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        page.setLayout(line)
        return page

    def _done_page(self) -> QWidget:
        card = Card(margin=24, spacing=8)
        for widget in (self._done_title, self._done_caption, self._done_out, self._done_legs, self._done_facts):
            card.body.addWidget(widget)
        card.body.addStretch(1)
        card.body.addWidget(self._next)
        page = QWidget()
        page.setLayout(column(card))
        return page

    # ---- the shell's
    def title(self) -> str:
        return self.t("Refund")

    def retranslate(self) -> None:
        t = self.t
        self._field.set_caption(t("Scan the ticket, or type its number, its serial or the document number"))
        self._find.setText(t("Find"))
        self._rule_caption.setText(t("Rule that applies"))
        self._back_caption.setText(t("The customer gets it back by:"))
        self._confirm.setText(t("Refund  F9"))
        self._done_title.setText(t("Refunded"))
        self._done_caption.setText(t("Hand out"))
        self._next.setText(t("Next refund  Enter"))
        self.table.retranslate()
        self.central.retranslate()
        self._changed()

    def fkeys(self) -> list[FKey]:
        t, stage = self.t, self.presenter.stage
        if stage is Stage.DONE:
            return [FKey("F9", t("Next refund"), self._another, primary=True), FKey("Esc", t("Back"), self.shell.back)]
        if stage is Stage.PAYING_BACK:
            running = self.presenter.paying.running
            return [FKey("Esc", t("Stop the payment"), self.presenter.paying.stop, enabled=running is not None)]
        if stage is Stage.UNKNOWN:
            return [FKey("F9", t("Look it up in orders"), lambda: self.shell.show_screen("orders"), primary=True)]
        return [
            FKey("F2", t("Another ticket"), self._another),
            FKey("F8", t("Exchange"), self._exchange, enabled=self._meant() is not None),
            FKey("F9", t("Refund"), self._post, enabled=stage is Stage.QUOTE, primary=True),
            FKey("Esc", t("Back"), self._back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        """``text``: a ticket to look for at once, as from the orders."""
        self._tick.start()
        text = kwargs.get("text")
        if isinstance(text, str) and text:
            self.presenter.start()
            self.text.setText(text)
            self._look()
        elif self.presenter.stage is Stage.DONE:
            self._another()
        self._focus()

    def on_leave(self) -> None:
        self._tick.stop()

    def may_leave(self) -> bool:
        return not self.under_way()

    def under_way(self) -> bool:
        return self.presenter.stage in {Stage.POSTING, Stage.PAYING_BACK}

    # ---- what the clerk does
    def _look(self) -> None:
        self.shell.clear_notice()
        self.central.clear()
        self.presenter.find(self.text.text())

    def _post(self) -> None:
        quote = self.presenter.quote
        refused = not_selling(self.shell.actor, self.shell.shift)
        if refused is not None and self.presenter.stage is Stage.QUOTE:  # before a slip is asked for in vain
            self.shell.refuse(refused)
            return
        out = quote is not None and self.presenter.stage is Stage.QUOTE and quote.slips_out > 0
        if out and not self._has_slip():
            return
        self.presenter.confirm(slip_taken_back=out)

    def _has_slip(self) -> bool:
        """The employer would pay for a journey that was refunded: no slip, no refund."""
        t, quote = self.t, self.presenter.quote
        assert quote is not None
        return self.shell.ask(
            t("Do you have the reimbursement slip in hand?"),
            t(
                "Slip {number} was printed for this ticket, papers of it that are out: {count}. Take it back and void "
                "it; the journal records that you did. Without it the ticket cannot be refunded.",
                number=quote.slip_number,
                count=quote.slips_out,
            ),
            t("Taken back: refund"),
            t("Not in hand"),
        )

    def _meant(self) -> TicketView | None:
        return self.table.chosen() if self.presenter.stage is Stage.CHOOSE else self.presenter.one

    def _exchange(self) -> None:
        """For another departure of the same route: on the sell screen, where the difference is shown before it counts.

        Also of a ticket that is not refunded any more.
        """
        ticket = self._meant()
        if ticket is not None:
            self.shell.clear_notice()
            self.presenter.exchange(ticket, self._to_sell)

    def _to_sell(self, start: ExchangeStart) -> None:
        t = self.t
        if start.slips_out:
            said = t(
                "Slip {number} was printed for this ticket, {count} papers of it are out. Take it back and void it; "
                "the journal records that you did. Without it the ticket cannot be exchanged.",
                number=start.slip_number,
                count=start.slips_out,
            )
            title = t("Do you have the reimbursement slip in hand?")
            if not self.shell.ask(title, said, t("Taken back: exchange"), t("Not in hand")):
                return
            start = replace(start, slip_taken_back=True)
        self.text.clear()
        self.presenter.start()
        self.shell.show_screen("sell", exchange=start)

    def _another(self) -> None:
        self.text.clear()
        self.central.clear()
        self.presenter.start()
        self._focus()

    def _back(self) -> None:
        if self.presenter.stage is Stage.FIND and self.central.active:
            self.central.clear()
            self._focus()
        elif self.presenter.back():
            self._focus()
        else:
            self.shell.back()

    def _focus(self) -> None:
        match self.presenter.stage:
            case Stage.CHOOSE:
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            case Stage.QUOTE:
                self._confirm.setFocus(Qt.FocusReason.OtherFocusReason)
            case Stage.DONE:
                self._next.setFocus(Qt.FocusReason.OtherFocusReason)
            case _:
                self.text.setFocus(Qt.FocusReason.OtherFocusReason)
                self.text.selectAll()

    def _troubled(self, trouble: object) -> None:
        reason = trouble.reason if isinstance(trouble, Refusal) else None
        if reason is Reason.CENTRAL_UNREACHABLE:
            self.shell.notify(self._waits_for_central)
        elif reason is not Reason.UNKNOWN_TICKET or not self.central.look(self.presenter.text):
            self.shell.refuse(trouble)  # type: ignore[arg-type] # one of the four troubles
        self._focus()

    def _waits_for_central(self) -> Notice:
        t = self.t
        said = t("The ticket has been sent to central, so central is asked before it is paid. It does not answer.")
        return Notice(
            title=t("This refund waits for central"),
            what_happened=said,
            what_to_do=t("Pay nothing out. The ticket stays valid; try again when the line is back."),
            mood="warn",
            code=Reason.CENTRAL_UNREACHABLE.value,
        )

    def _central_changed(self) -> None:
        """A ticket that is not this counter's is looked for at central."""
        self._changed()
        if self.central.lookup.step is Step.FOUND:
            self.central.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refunded(self, done: Refunded) -> None:
        self.shell.print_jobs(done.jobs)
        self.shell.refresh_shift()

    # ---- what is shown
    def _changed(self) -> None:
        stage = self.presenter.stage
        pages = {Stage.FIND: 0, Stage.CHOOSE: 1, Stage.DONE: 3}
        before = self._stack.currentIndex()
        if stage is Stage.FIND and self.central.active:
            self._stack.setCurrentWidget(self.central)
        elif stage is Stage.PAYING_BACK:
            self._stack.setCurrentWidget(self._running)
            if self._stack.currentIndex() != before:  # else the keyboard goes to the list of screens
                self._running.setFocus(Qt.FocusReason.OtherFocusReason)
            if self.presenter.paying.running is not None:
                self._running.show_running(self.presenter.paying.running)
        else:
            self._stack.setCurrentIndex(pages.get(stage, 2))
        self._hint.setText(
            self.t("{n} tickets answer to this. Choose with the arrow keys and Enter.", n=len(self.presenter.tickets))
            if stage is Stage.CHOOSE
            else self.t("The ticket must be in hand. Enter finds it.")
        )
        if stage is Stage.CHOOSE:
            self.table.set_rows(self.presenter.tickets)
        self.text.setEnabled(stage in {Stage.FIND, Stage.CHOOSE, Stage.QUOTE})
        self.set_busy(self.t("Refunding …") if stage is Stage.POSTING else "")
        self._show_quote()
        self._show_done()
        if self._stack.currentIndex() != before:
            self._focus()
        self.fkeys_changed.emit()

    def _show_quote(self) -> None:
        t, quote = self.t, self.presenter.quote
        self._confirm.setEnabled(self.presenter.stage is Stage.QUOTE)
        if quote is None:
            return
        ticket = quote.ticket
        self._ticket[0].setText(f"{ticket.service}  {ticket.origin.name} → {ticket.destination.name}")
        self._ticket[1].setText(f"{words.day(ticket.depart.date(), t)}  {ticket.depart:%H:%M} – {ticket.arrive:%H:%M}")
        place = t("Coach {coach} · {place}", coach=ticket.coach, place=ticket.place) if ticket.coach else ""
        held = words.travel_class(ticket.travel_class, t)
        kind = words.passenger_type(ticket.passenger_type, t)
        self._ticket[2].setText("  ".join(part for part in (held, place, kind, ticket.masked_name) if part))
        self._ticket[3].setText(t("Ticket no. {number}", number=ticket.number))
        sold_at = words.moment(ticket.sold_at, self.shell.desk.profile.zone, t)
        self._ticket[4].setText(t("Sold {when} by {clerk}", when=sold_at, clerk=ticket.sold_by))
        self._rule.setText(quote.rule_words.get(t.language) or quote.rule_words.get("en", quote.rule))
        while self._items.count():
            item = self._items.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for part in quote.items:
            line = QWidget()
            name = Label(t(ITEM_WORDS.get(part.kind, part.kind)))
            line.setLayout(row(name, None, Label(words.money(part.amount), role="lead")))
            self._items.addWidget(line)
        self._slip.setVisible(bool(quote.slips_out))
        self._slip.setText(t("Reimbursement slip {number} has to come back.", number=quote.slip_number))
        self._show_back_legs()
        self._second()

    def _show_done(self) -> None:
        done = self.presenter.done
        if done is None:
            return
        cash = self._cash()
        self._done_caption.setVisible(bool(cash))
        self._done_out.setVisible(bool(cash))
        self._done_out.setText(words.money(cash))
        self._done_legs.show_legs(self.presenter.paid_back)
        owed = bool(self.presenter.still_owed)
        self._done_title.setText(self.t("Money still to be paid back") if owed else self.t("Refunded"))
        self._done_title.set_mood("bad" if owed else "ok")
        self._done_facts.setText(
            self.t(
                "Ticket {number} is refunded; its place is free again. Fee kept: {fee}. The slip is being printed.",
                number=done.ticket.number,
                fee=words.money(done.fee),
            )
            + (
                "\n" + self.t("It stays under Payments. Try again there, or pay it out in cash with a supervisor.")
                if owed
                else ""
            )
        )

    def _cash(self) -> Money | None:
        """What leaves the drawer, rounded; None: nothing does."""
        legs = self.presenter.in_cash
        return legs[0].amount + legs[0].rounding if legs else None

    def _show_back_legs(self) -> None:
        t, legs = self.t, self.presenter.back_legs
        while self._back_legs.count():
            item = self._back_legs.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                discard(widget)
        cash = self._cash()
        only_cash = len(legs) == 1 and cash is not None
        self._back_caption.setVisible(not only_cash and bool(legs))
        for leg in () if only_cash else legs:
            line = QWidget()
            name = " ".join(part for part in (payment_words.tender(leg.tender, t), leg.card) if part)
            line.setLayout(row(Label(name), None, Label(words.money(leg.amount + leg.rounding), role="strong")))
            self._back_legs.addWidget(line)
        self._out_caption.setText(t("Pay out in cash") if only_cash else t("Refund amount"))
        quote = self.presenter.quote
        assert quote is not None
        self._out.setText(words.money(cash if only_cash else quote.refundable))

    def _second(self) -> None:
        left = self.presenter.seconds_left(self.shell.now())
        if left is None:
            return
        quote = self.presenter.quote
        assert quote is not None
        if left >= SHOWN_AS_COUNTDOWN_S:
            until = words.moment(quote.valid_until, self.shell.desk.profile.zone, self.t)
            self._until.setText(self.t("Until {when}; after that another rule applies.", when=until))
        else:
            time_left = f"{left // 60}:{left % 60:02d}"
            self._until.setText(self.t("Holds for {time}; after that another rule applies.", time=time_left))
        self._until.set_mood("bad" if left < URGENT_S else "")
