"""Orders of this counter: list and detail, the ticket's picture, reprint with a reason, on to the refund."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QSplitter, QVBoxLayout, QWidget

from counter_app.application.views import OrderView, TicketView
from counter_app.domain.papers import Paper, Slip, TicketFace
from counter_app.domain.staff import Right
from ui.presenters import jobs, words
from ui.presenters.central_tickets import Step
from ui.presenters.lane import CancelToken, Lane
from ui.presenters.refusals import Notice
from ui.screens.central_pane import CentralPane
from ui.screens.papers_pane import PapersPane
from ui.shell.dialogs import ask_line
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Card, Edit, Fact, Field, Label, Scroll
from ui.widgets.chrome import MOODS
from ui.widgets.slipview import SlipView
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class OrdersScreen(Screen):
    name = "orders"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self._orders: list[OrderView] = []
        self._window = cast("MainWindow", shell)
        self._window.printed.connect(self._printed)
        self._wanted: UUID | None = None
        self._asked: CancelToken | None = None
        self._find = Edit(limit=200)
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._filter)
        self._find.returnPressed.connect(self._look)
        self._find_field = Field(self._find)
        self._table = DataTable[OrderView](
            [
                Column(
                    title=lambda: self.t("Time of sale"),
                    text=lambda o: words.short_moment(o.created_at, self._zone),
                    width=104,
                ),
                Column(title=lambda: self.t("Journey"), text=jobs.order_route),
                Column(title=lambda: self.t("Qty"), text=lambda o: str(len(o.tickets)), width=52, right=True),
                Column(title=lambda: self.t("Amount"), text=jobs.order_amount, width=96, right=True),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda o: jobs.order_state(o.state, self.t),
                    mood=lambda o: jobs.order_mood(o.state),
                    width=80,
                ),
            ],
            shell.theme,
            on_choose=self._chosen,
            on_open=lambda _order: self._tickets.setFocus(),
        )
        self._table.set_empty(self._empty_words)
        self._tickets = DataTable[TicketView](
            [
                Column(title=lambda: self.t("Ticket"), text=lambda k: k.number, width=166),
                Column(
                    title=lambda: self.t("Place"),
                    text=lambda k: f"{k.coach} {k.place}" if k.place else "—",
                    width=72,
                ),
                Column(
                    title=lambda: self.t("Passenger"),
                    text=lambda k: f"{words.passenger_type(k.passenger_type, self.t)} {k.masked_name}",
                ),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda k: jobs.order_state(k.state, self.t),
                    mood=lambda k: jobs.order_mood(k.state),
                    width=80,
                ),
            ],
            shell.theme,
            on_choose=self._ticket_chosen,
            on_open=lambda _ticket: self._refund(),
        )
        self._facts = {name: Fact("strong") for name in ("train", "depart", "class", "price", "clerk", "paper")}
        self._route = Label(role="title", elide=True)
        self._paper = SlipView(380)
        self._paper.hide()
        self.papers = PapersPane(shell, ended=self._papers_closed, changed=self._papers_changed)
        split = QSplitter(Qt.Orientation.Horizontal)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._find_field)
        column.addWidget(self._table, 1)
        self.central = CentralPane(shell, self._central_changed, narrow=True)
        self.central.hide()
        column.addWidget(self.central, 1)
        split.addWidget(left)
        split.addWidget(self._detail())
        split.setStretchFactor(0, 1)
        split.setSizes([580, 460])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.addWidget(split)

    def title(self) -> str:
        return self.t("Orders")

    def retranslate(self) -> None:
        self._find_field.set_caption(self.t("Find by ticket number, train or station"))
        self._table.retranslate()
        self._tickets.retranslate()
        self.central.retranslate()
        self.papers.retranslate()
        self._ticket_chosen(self._tickets.chosen())

    def fkeys(self) -> list[FKey]:
        if self.papers.menu.is_open:
            return self.papers.fkeys()
        ticket = self._tickets.chosen()
        valid = ticket is not None and ticket.state == "FULFILLED"
        actor = self.shell.actor
        return [
            FKey("F2", self.t("Find"), self._focus_find),
            FKey("F3", self.t("Refund"), self._refund, valid and actor.may(Right.REFUND)),
            FKey("F4", self.t("Reprint"), self._reprint, valid and actor.may(Right.REPRINT)),
            FKey("F5", self.t("Refresh"), self._read),
            FKey("F6", self.t("Papers"), self._papers, ticket is not None),
            *self._e_ticket_key(ticket),
        ]

    def on_enter(self, **kwargs: object) -> None:
        self.papers.menu.close()
        wanted = kwargs.get("order_id")
        self._wanted = wanted if isinstance(wanted, UUID) else None
        self._read()
        self._table.setFocus()

    def _focus_find(self) -> None:
        self._find.setFocus()
        self._find.selectAll()

    def _read(self) -> None:
        desk = self.shell.desk
        self.run(Lane.READ, lambda: desk.orders(limit=500), self._have_orders, busy=self.t("Reading …"))

    def _printed(self, _job: object) -> None:
        """A copy came out, say, while its order is looked at."""
        if self.isVisible():
            self._read()
            self.papers.menu.look_again()

    def _have_orders(self, orders: list[OrderView]) -> None:
        self._orders = orders
        self._filter()

    def _filter(self, _text: str = "") -> None:
        self.central.clear()
        wanted = self._find.text().strip().casefold()
        shown = [order for order in self._orders if not wanted or wanted in _haystack(order)]
        self._table.set_rows(shown, keep=lambda order: order.order_id)
        if self._wanted is not None:
            for place, order in enumerate(shown):
                if order.order_id == self._wanted:
                    self._table.selectRow(place)
            self._wanted = None

    def _look(self) -> None:
        """Enter: into the list; where it is empty, to central's records."""
        if self._table.rows():
            self._table.setFocus()
        else:
            self.central.look(self._find.text())

    def _central_changed(self) -> None:
        self.central.setVisible(self.central.active)
        if self.central.lookup.step is Step.FOUND:
            self.central.table.setFocus()

    def _empty_words(self) -> str:
        if self._find.text().strip() and self.central.lookup.offered:
            return self.t("No order of this counter fits. Enter looks in central's records.")
        if self._orders:
            return self.t("No order fits. Clear the field to see all.")
        return self.t("No orders yet. What this counter sells is listed here.")

    def _chosen(self, order: OrderView | None) -> None:
        self._tickets.set_rows(order.tickets if order is not None else (), keep=lambda ticket: ticket.ticket_id)
        self.fkeys_changed.emit()

    def _ticket_chosen(self, ticket: TicketView | None) -> None:
        t = self.t
        if self._asked is not None:
            self._asked.cancel()
        for fact in self._facts.values():
            fact.setVisible(ticket is not None)
        self._facts_card.setVisible(ticket is not None and not self.papers.menu.is_open)
        self._paper.setVisible(False)
        self._route.setText(f"{ticket.origin.name} → {ticket.destination.name}" if ticket is not None else "")
        if ticket is None:
            self.fkeys_changed.emit()
            return
        self._facts["train"].set(t("Train"), ticket.service)
        self._facts["depart"].set(t("Departure"), f"{words.day(ticket.depart.date(), t)}  {words.clock(ticket.depart)}")
        self._facts["class"].set(t("Class"), words.travel_class(ticket.travel_class, t))
        self._facts["price"].set(t("Price"), words.money(ticket.price))
        self._facts["clerk"].set(t("Sold by"), ticket.sold_by)
        state = ticket.print_state
        said, mood = jobs.JOB_STATES[state] if state is not None else ("—", "")
        self._facts["paper"].set(t("Printing"), t(said), MOODS.get(mood, ""))
        desk = self.shell.desk
        self._asked = self.run(Lane.READ, lambda: desk.ticket_paper(ticket.ticket_id), self._have_paper)
        self.fkeys_changed.emit()

    def _have_paper(self, paper: Paper) -> None:
        if isinstance(paper, Slip):
            self._paper.show_slip(paper)
            self._paper.show()
        else:
            self.shell.draw_paper(paper, self._have_picture)

    def _have_picture(self, png: bytes) -> None:
        self._paper.show_picture(png)
        self._paper.show()

    def _papers(self) -> None:
        ticket = self._tickets.chosen()
        if ticket is not None:
            self._facts_card.hide()
            self._sheet.hide()
            self.papers.open(ticket.order_id, ticket.ticket_id, ticket.number)

    def _e_ticket_key(self, ticket: TicketView | None) -> list[FKey]:
        """As a reprint it is a copy of the code: for whoever may make one."""
        if self._window.parts.save_e_tickets is None or not self.shell.actor.may(Right.REPRINT):
            return []
        valid = ticket is not None and ticket.state == "FULFILLED"
        return [FKey("F8", self.t("E-ticket"), self._save_e_tickets, valid)]

    def _save_e_tickets(self) -> None:
        """Of all valid tickets of the order, the chosen one's first: a family travels with one file."""
        ticket, save = self._tickets.chosen(), self._window.parts.save_e_tickets
        order = self._table.chosen()
        if ticket is None or order is None or save is None:
            return
        valid = [one for one in order.tickets if one.state == "FULFILLED"]
        ids = [one.ticket_id for one in sorted(valid, key=lambda one: one.ticket_id != ticket.ticket_id)]
        name = f"{ticket.number}.pdf"
        chosen, _kind = QFileDialog.getSaveFileName(self, self.t("Save e-ticket"), name, "PDF (*.pdf)")
        if not chosen:
            return
        desk, actor, path = self.shell.desk, self.shell.actor, Path(chosen)

        def write(faces: list[TicketFace]) -> None:
            self.run(Lane.READ, lambda: save(faces, path), written, busy=self.t("Saving …"))

        def written(_nothing: None) -> None:
            self.shell.notify(lambda: Notice(title=self.t("Saved"), what_happened=str(path), mood="ok", code="saved"))

        self.run(Lane.DATABASE, lambda: desk.issue_e_tickets(actor, ids), write, busy=self.t("Saving …"))

    def _papers_closed(self) -> None:
        self._sheet.show()
        self._facts_card.setVisible(self._tickets.chosen() is not None)
        self._tickets.setFocus()

    def _papers_changed(self) -> None:
        self.fkeys_changed.emit()

    def _refund(self) -> None:
        ticket = self._tickets.chosen()
        if ticket is not None and self.shell.actor.may(Right.REFUND):
            self.shell.show_screen("refund", text=ticket.number)

    def _reprint(self) -> None:
        ticket = self._tickets.chosen()
        if ticket is None:
            return
        reason = ask_line(
            self,
            self.t,
            self.t("Reprint {number}", number=ticket.number),
            self.t("A numbered copy marked DUPLICATE is printed. Take the spoiled ticket back."),
            self.t("Reason"),
            self.t("Reprint"),
        )
        if not reason:
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(job: UUID) -> None:
            self.shell.print_jobs([job])
            self._read()
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Copy of {number} is printing", number=ticket.number), mood="ok", code="reprinted"
                )
            )

        self.run(
            Lane.DATABASE,
            lambda: desk.reprint(actor, ticket.ticket_id, reason=reason),
            done,
            busy=self.t("Recording …"),
        )

    def _detail(self) -> QWidget:
        card = self._facts_card = Card(margin=16, spacing=10)
        card.body.addWidget(self._route)
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        for place, name in enumerate(("train", "depart", "class", "price", "clerk", "paper")):
            grid.addWidget(self._facts[name], place // 3, place % 3)
        grid.setColumnStretch(2, 1)
        card.body.addLayout(grid)
        self._tickets.setMinimumHeight(150)
        card.body.addWidget(self._tickets, 1)
        scroll = self._sheet = Scroll()
        scroll.body.addWidget(self._paper, 0, Qt.AlignmentFlag.AlignHCenter)
        scroll.body.addStretch(1)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card, 1)
        column.addWidget(scroll, 1)
        column.addWidget(self.papers, 1)
        return holder


def _haystack(order: OrderView) -> str:
    parts = [order.label, jobs.order_route(order), *(ticket.number for ticket in order.tickets)]
    return " ".join(parts).casefold()
