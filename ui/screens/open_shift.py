"""Open the shift: the float, counted by denomination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.views import ShiftView
from ui.presenters import words
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.shift import standard_float
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Label, Rule, Scroll, column, row
from ui.widgets.money import CashCount

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class OpenShiftScreen(Screen):
    name = "open_shift"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._currency = shell.desk.profile.currency
        self._count: CashCount | None = None
        self._notes: Sequence[int] = ()
        self._lead = Label(role="muted", wrap=True)
        self._usual = Button("", self._fill_usual)
        self._clear = Button("quiet", self._fill_nothing)
        self._caption = Label(role="field")
        self._total = Label("—", role="figure")
        self._go = Button("primary", self._open)
        self._holder = Card(margin=24, spacing=14)
        self._holder.setMaximumWidth(860)
        self._holder.body.addWidget(self._lead)
        self._slot = QVBoxLayout()
        self._holder.body.addLayout(self._slot)
        self._holder.body.addLayout(row(self._usual, self._clear, None))
        self._holder.body.addWidget(Rule())
        self._go.setMinimumWidth(260)
        foot = row(column(self._caption, self._total, spacing=0), None, self._go)
        foot.setAlignment(self._go, Qt.AlignmentFlag.AlignBottom)
        self._holder.body.addLayout(foot)
        scroll = Scroll()
        scroll.body.setContentsMargins(24, 12, 24, 24)
        scroll.body.addWidget(self._holder)
        scroll.body.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(scroll)

    def title(self) -> str:
        return self.t("Open shift")

    def retranslate(self) -> None:
        self._lead.setText(
            self.t("Count the float into the drawer: pieces of each note and coin. Enter or ↓ goes to the next.")
        )
        self._usual.setText(self.t("Same as usual") if self._remembered() else self.t("Usual small notes"))
        self._clear.setText(self.t("Clear"))
        self._caption.setText(self.t("Float"))
        self._go.setText(self.t("Open shift"))
        if self._count is not None:
            self._count.retranslate(self.t)

    def fkeys(self) -> list[FKey]:
        ready = self._count is not None
        return [
            FKey("F2", self._usual.text(), self._fill_usual, ready),
            FKey("F5", self.t("Open shift"), self._open, ready, primary=True),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        if self._count is None:
            self.run(Lane.READ, self.shell.desk.denominations, self._have_notes)
        else:
            self._count.focus_first()

    def _have_notes(self, notes: Sequence[int]) -> None:
        if self._count is not None:
            return
        self._notes = notes
        self._count = CashCount(self._currency, notes)
        self._slot.addWidget(self._count)
        self._count.changed.connect(lambda total: self._total.setText(words.money(total)))
        self._count.ended.connect(self._go.setFocus)
        self._count.before(self._usual)
        for one, other in ((self._usual, self._clear), (self._clear, self._go)):
            self.setTabOrder(one, other)
        self._count.retranslate(self.t)
        self._count.focus_first()
        self.fkeys_changed.emit()

    def _remembered(self) -> dict[int, int]:
        return {int(value): pieces for value, pieces in self._window.parts.settings.values.usual_float.items()}

    def _fill_usual(self) -> None:
        if self._count is not None:
            self._count.set_pieces(self._remembered() or standard_float(self._notes, self._currency))
            self._go.setFocus()

    def _fill_nothing(self) -> None:
        if self._count is not None:
            self._count.set_pieces({})
            self._count.focus_first()

    def _open(self) -> None:
        if self._count is None or self.busy:
            return
        pieces, actor, desk = self._count.pieces(), self.shell.actor, self.shell.desk
        self.run(
            Lane.DATABASE, lambda: desk.open_shift(actor, pieces), self._opened, busy=self.t("Opening the shift …")
        )

    def _opened(self, shift: ShiftView) -> None:
        assert self._count is not None
        kept = self._window.parts.settings
        kept.values.usual_float = {str(value): pieces for value, pieces in self._count.pieces().items()}
        kept.save()
        self._window.have_shift(shift)
        self.shell.show_screen("sell")
        self.shell.notify(
            lambda: Notice(
                title=self.t("Shift {number} is open", number=shift.number),
                what_happened=self.t("Float {amount}.", amount=words.money(shift.float_amount)),
                mood="ok",
                code="shift_opened",
            )
        )
