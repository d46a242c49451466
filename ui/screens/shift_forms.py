"""The three forms of the shift screen: cash in and out, the blind count, the close by a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from counter_app.application.views import ShiftView
from counter_app.domain.money import Money
from counter_app.ports.shifts import CashKind
from ui.presenters import words
from ui.presenters.lane import Lane
from ui.presenters.shift import MOVE_HINTS, MOVE_WORDS, difference_words, needs_reason, total
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Edit, Fact, Field, Label, Rule, Scroll, column, discard, row
from ui.widgets.chrome import MOODS
from ui.widgets.money import CashCount, MoneyEdit

_WIDTH = 560
_COUNTED_WIDTH = 860


class _Form(QWidget):
    """A card with a title, fields, and what is done with them at its foot."""

    def __init__(self, shell: Shell, go: Callable[[], None], back: Callable[[], None], *, width: int = _WIDTH) -> None:
        super().__init__()
        self.shell = shell
        self.t = shell.t
        self.head = Label(role="title")
        self.hint = Label(role="muted", wrap=True)
        self.go = Button("primary", go)
        self.back = Button("", back)
        self.go.setMinimumWidth(180)
        self.card = Card(margin=24, spacing=12)
        self.card.setMaximumWidth(width)
        self.card.body.addWidget(self.head)
        self.card.body.addWidget(self.hint)
        scroll = Scroll()
        scroll.body.addWidget(self.card)
        scroll.body.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(scroll)

    def foot(self) -> None:
        self.card.body.addSpacing(4)
        self.card.body.addLayout(row(None, self.back, self.go))

    def retranslate(self) -> None:
        self.back.setText(self.t("Back"))


class MoveForm(_Form):
    """Cash in, out or handed in: a sum, or the notes and coins that make it; those stand on the slip too."""

    def __init__(self, shell: Shell, currency: str, go: Callable[[], None], back: Callable[[], None]) -> None:
        super().__init__(shell, go, back)
        self._currency = currency
        self._count: CashCount | None = None
        self._slot = QVBoxLayout()
        self.kind = CashKind.PAID_IN
        self.amount = MoneyEdit(currency, large=True)
        self.reason = Edit(limit=120)
        self._amount, self._reason = Field(self.amount), Field(self.reason)
        self.card.body.addWidget(self._amount)
        self.card.body.addLayout(self._slot)
        self.card.body.addWidget(self._reason)
        self.foot()
        self.amount.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(go)
        self.reason.textChanged.connect(lambda _text: self.reason.set_invalid(False))

    def words(self) -> str:
        return self.t(MOVE_WORDS[self.kind])

    def begin(self, kind: CashKind) -> None:
        self.kind = kind
        self._end_count()
        self.amount.clear()
        self.reason.clear()
        self.retranslate()
        self.amount.setFocus()

    def count(self) -> None:
        """Note by note; the sum is theirs from here on. Again: back to a sum that is typed."""
        if self._count is not None:
            self._end_count()
            self.amount.setFocus()
        else:
            self.shell.lanes.run(
                Lane.READ, self.shell.desk.denominations, done=self._have_notes, failed=self.shell.refuse
            )

    def pieces(self) -> dict[int, int]:
        """Empty: it was not counted."""
        return self._count.pieces() if self._count is not None else {}

    def _have_notes(self, notes: Sequence[int]) -> None:
        if self._count is not None:
            return
        self._count = CashCount(self._currency, notes)
        self._slot.addWidget(self._count)
        self._count.changed.connect(lambda amount: self.amount.set_money(amount or None))
        self._count.ended.connect(self.reason.setFocus)
        self._count.retranslate(self.t)
        self.amount.setReadOnly(True)
        self.card.setMaximumWidth(_COUNTED_WIDTH)
        self._count.focus_first()

    def _end_count(self) -> None:
        if self._count is not None:
            self._slot.removeWidget(self._count)
            discard(self._count)
            self._count = None
        self.amount.setReadOnly(False)
        self.card.setMaximumWidth(_WIDTH)

    def complain(self) -> None:
        amount = self.amount.money()
        no_amount = amount is None or not amount
        self.amount.set_invalid(no_amount)
        self.reason.set_invalid(not self.reason.text().strip())
        (self.amount if no_amount else self.reason).setFocus()

    def retranslate(self) -> None:
        super().retranslate()
        self.head.setText(self.words())
        self.hint.setText(self.t(MOVE_HINTS[self.kind]))
        if self._count is not None:
            self._count.retranslate(self.t)
        self._amount.set_caption(self.t("Amount"))
        self._reason.set_caption(self.t("Reason"))
        self.go.setText(self.t("Record and print slip"))


class CountForm(_Form):
    """Blind: what the drawer should hold is not shown before it is declared."""

    def __init__(self, shell: Shell, currency: str, go: Callable[[], None], back: Callable[[], None]) -> None:
        super().__init__(shell, go, back, width=_COUNTED_WIDTH)
        self._currency = currency
        self._count: CashCount | None = None
        self._slot = QVBoxLayout()
        self._caption = Label(role="field")
        self._total = Label("—", role="figure")
        self.card.body.addLayout(self._slot)
        self.card.body.addWidget(Rule())
        line = row(column(self._caption, self._total, spacing=0), None, self.back, self.go)
        line.setAlignment(self.back, Qt.AlignmentFlag.AlignBottom)
        line.setAlignment(self.go, Qt.AlignmentFlag.AlignBottom)
        self.card.body.addLayout(line)

    def begin(self) -> None:
        if self._count is None:
            self.shell.lanes.run(
                Lane.READ, self.shell.desk.denominations, done=self._have_notes, failed=self.shell.refuse
            )
        else:
            self._count.set_pieces({})
            self._count.focus_first()

    def pieces(self) -> dict[int, int]:
        return self._count.pieces() if self._count is not None else {}

    def set_pieces(self, pieces: Mapping[int, int]) -> None:
        if self._count is not None:
            self._count.set_pieces(pieces)

    def total(self) -> Money:
        return total(self.pieces(), self._currency)

    def retranslate(self) -> None:
        super().retranslate()
        self.head.setText(self.t("Count the drawer"))
        self.hint.setText(
            self.t("Count all cash in the drawer, float included. What should be there is shown after you declare.")
        )
        self._caption.setText(self.t("Counted so far"))
        self.go.setText(self.t("Declare"))
        if self._count is not None:
            self._count.retranslate(self.t)

    def _have_notes(self, notes: Sequence[int]) -> None:
        if self._count is None:
            self._count = CashCount(self._currency, notes)
            self._slot.addWidget(self._count)
            self._count.changed.connect(lambda amount: self._total.setText(words.money(amount)))
            self._count.ended.connect(self.go.setFocus)
            self._count.retranslate(self.t)
        self._count.focus_first()


class CloseForm(_Form):
    def __init__(self, shell: Shell, go: Callable[[], None], back: Callable[[], None]) -> None:
        super().__init__(shell, go, back)
        self._shift: ShiftView | None = None
        self._facts = [Fact("display") for _ in range(3)]
        self.reason = Edit(limit=200)
        self.supervisor = Edit(limit=64)
        self.password = Edit(limit=256)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._reason, self._login, self._password = Field(self.reason), Field(self.supervisor), Field(self.password)
        self.card.body.addLayout(row(*self._facts, None, spacing=36))
        self.card.body.addWidget(self._reason)
        self.card.body.addWidget(Rule())
        self.card.body.addLayout(row(self._login, self._password, spacing=12))
        self.foot()
        self.reason.returnPressed.connect(self.supervisor.setFocus)
        self.supervisor.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(go)

    def begin(self, shift: ShiftView) -> None:
        self._shift = shift
        for edit in (self.reason, self.supervisor, self.password):
            edit.clear()
        self.retranslate()
        (self.reason if needs_reason(shift) else self.supervisor).setFocus()

    def retranslate(self) -> None:
        super().retranslate()
        t = self.t
        self.head.setText(t("Close the shift"))
        self.hint.setText(t("A supervisor checks the count and closes the shift with her own login."))
        self._reason.set_caption(t("Reason for over or short"))
        self._login.set_caption(t("Supervisor's login"))
        self._password.set_caption(t("Supervisor's password"))
        self.go.setText(t("Close shift"))
        if self._shift is None:
            return
        said, mood = difference_words(self._shift, t)
        self._facts[0].set(t("Expected"), words.money(self._shift.expected))
        self._facts[1].set(t("Declared"), words.money(self._shift.declared))
        self._facts[2].set(said or t("Over / short"), words.money(self._shift.over_short, sign=True))
        self._facts[2].value.set_mood(MOODS.get(mood, ""))
        self._reason.setVisible(needs_reason(self._shift))
