"""What can be printed of an order: a list with the arrow keys, Enter prints, and a field for what a paper asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from counter_app.application.order_papers import PaperOffer
from ui.presenters.papers import PaperMenu, note_words, paper_words, question_words
from ui.presenters.refusals import Notice
from ui.shell.screen import FKey, Shell
from ui.widgets.basic import Card, Edit, Field, Label
from ui.widgets.table import Column, DataTable


class PapersPane(QWidget):
    """Hidden until ``open``; ``ended``: the list was closed, ``changed``: the function keys are others now."""

    def __init__(self, shell: Shell, *, ended: Callable[[], None], changed: Callable[[], None]) -> None:
        super().__init__()
        self._shell, self._ended, self._told = shell, ended, changed
        self._number = ""
        self._shown: tuple[bool, PaperOffer | None] = (False, None)
        t = shell.t
        self.menu = PaperMenu(
            lambda: shell.desk,
            shell.lanes,
            lambda: shell.actor,
            changed=self._changed,
            troubled=shell.refuse,
            printed=self._printed,
        )
        self._head, self._hint = Label(role="title"), Label(role="muted", wrap=True)
        self.table = DataTable[PaperOffer](
            [
                Column(title=lambda: t("Paper"), text=lambda o: paper_words(o, t), width=172, strong=True),
                Column(
                    title=lambda: t("What to know"),
                    text=lambda o: note_words(o, shell.actor, t)[0],
                    mood=lambda o: note_words(o, shell.actor, t)[1],
                ),
            ],
            shell.theme,
            on_open=self.menu.choose,
        )
        self.table.setMinimumHeight(220)
        self.answer = Edit(limit=200)
        self._field = Field(self.answer)
        self._asked = Label(wrap=True)
        self.answer.returnPressed.connect(self._answer)
        self.answer.textChanged.connect(lambda _text: self.answer.set_invalid(False))
        card = Card(margin=16, spacing=8)
        for widget in (self._head, self._hint):
            card.body.addWidget(widget)
        card.body.addWidget(self.table, 1)
        card.body.addWidget(self._asked)
        card.body.addWidget(self._field)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(card)
        self.hide()

    def open(self, order_id: UUID, ticket_id: UUID | None, number: str) -> None:
        """``number``: of the ticket, for the heading."""
        self._number = number
        self._shell.clear_notice()
        self.menu.open(order_id, ticket_id)

    def retranslate(self) -> None:
        self.table.retranslate()
        self._say()

    def fkeys(self) -> list[FKey]:
        t = self._shell.t
        if self.menu.chosen is not None:
            return [
                FKey("F9", t("Print"), self._answer, enabled=not self.menu.busy, primary=True),
                FKey("Esc", t("Back"), self.menu.back),
            ]
        return [
            FKey("F9", t("Print"), self._choose, enabled=not self.menu.busy, primary=True),
            FKey("Esc", t("Back"), self.menu.back),
        ]

    def _choose(self) -> None:
        offer = self.table.chosen()
        if offer is not None:
            self.menu.choose(offer)

    def _answer(self) -> None:
        if not self.menu.answer(self.answer.text()):
            self.answer.set_invalid(True)
            self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _printed(self, jobs: Sequence[UUID], offer: PaperOffer) -> None:
        t = self._shell.t
        self._shell.print_jobs(jobs)
        self._shell.notify(
            lambda: Notice(title=t("{paper} is printing", paper=paper_words(offer, t)), mood="ok", code="paper_queued")
        )

    def _changed(self) -> None:
        shown = (self.menu.is_open, self.menu.chosen)
        before, self._shown = self._shown, shown
        if self.menu.is_open:
            self.table.set_rows(self.menu.offers, keep=lambda offer: (offer.kind, offer.ref))
        self.setVisible(self.menu.is_open)
        self._say()
        if shown != before:
            self._focus()
        if before[0] and not shown[0]:
            self._ended()
        self._told()

    def _focus(self) -> None:
        """Only at a step: a list that is read again takes the keyboard from nobody."""
        if self.menu.chosen is not None:
            self.answer.clear()
            self.answer.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.menu.is_open:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self) -> None:
        t, chosen = self._shell.t, self.menu.chosen
        self._field.setVisible(chosen is not None)
        self._asked.setVisible(chosen is not None)
        self.table.setEnabled(chosen is None)
        if not self.menu.is_open:
            return
        self._head.setText(t("Papers of {number}", number=self._number))
        self._hint.setText(t("Choose with the arrow keys; Enter prints."))
        if chosen is not None:
            caption, said = question_words(chosen, t)
            self._field.set_caption(caption)
            self._asked.setText(f"{paper_words(chosen, t)}: {said}")
