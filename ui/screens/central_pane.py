"""Tickets of other windows, as central has them: beside the own ones, and only where those do not answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.application.views import CentralTicket
from ui.presenters import central_tickets, words
from ui.presenters.central_tickets import CentralLookup, Step
from ui.shell.screen import Shell
from ui.widgets.basic import Label
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable


class CentralPane(QWidget):
    """``changed``: it begins or ends to have something to say. ``narrow``: beside other things, fewer columns."""

    def __init__(self, shell: Shell, changed: Callable[[], None], *, narrow: bool = False) -> None:
        super().__init__()
        self._shell = shell
        self._told = changed
        self.lookup = CentralLookup(lambda: shell.desk, shell.lanes, lambda: shell.line, changed=self._changed)
        t = shell.t
        columns: list[Column[CentralTicket]] = [
            Column(title=lambda: t("Ticket"), text=lambda k: k.number, width=184, strong=True),
            Column(title=lambda: t("Window"), text=lambda k: k.window, width=76),
            Column(title=lambda: t("Journey"), text=lambda k: f"{k.service}  {k.origin} → {k.destination}"),
            Column(title=lambda: t("Departure"), text=lambda k: f"{k.depart:%m-%d %H:%M}", width=110),
            Column(title=lambda: t("Price"), text=lambda k: words.money(k.price), width=96, right=True),
            Column(
                title=lambda: t("State"),
                text=lambda k: central_tickets.state(k, t),
                width=112,
                mood=central_tickets.mood,
            ),
        ]
        if narrow:
            columns = [columns[n] for n in (0, 1, 2, 5)]
        self._head, self._said = Label(role="lead"), Label(wrap=True)
        self.table = DataTable[CentralTicket](columns, shell.theme, on_choose=lambda _ticket: self._say())
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addWidget(self._head)
        page.addWidget(self._said)
        page.addWidget(self.table, 1)
        page.addStretch(0)

    @property
    def active(self) -> bool:
        return self.lookup.step is not Step.IDLE

    def look(self, text: str) -> bool:
        return self.lookup.look(text)

    def clear(self) -> None:
        self.lookup.clear()

    def retranslate(self) -> None:
        self._head.setText(self._shell.t("In central's records"))
        self.table.retranslate()
        self._say()

    def _changed(self) -> None:
        self.table.set_rows(self.lookup.tickets, keep=lambda ticket: ticket.ticket_id)
        self.table.setVisible(self.lookup.step is Step.FOUND)
        self._say()
        self._told()

    def _say(self) -> None:
        said, mood = self.lookup.words(self.table.chosen(), self._shell.t)
        self._said.setText(said)
        self._said.set_mood(MOODS.get(mood, ""))
