"""One card a printer on the Devices screen: name, state in words, roles, model, address, paper, last event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from counter_app.application.print_views import PrinterView, RollView
from counter_app.ports.printer_events import PrinterEvent
from counter_app.texts import Texts
from ui.presenters import printers, words
from ui.theme import Theme
from ui.widgets.basic import Card, Label, discard, restyle, row
from ui.widgets.chrome import MOODS

MARGIN, BRIEF_MARGIN = 14, 8
CARD_PX = 330  # at 100 %: a card is not narrower, where there is room for two


class PrinterCard(Card):
    """Takes the keyboard; whoever has it is the printer that the keys are about."""

    focused = Signal()
    stepped = Signal(int)
    pressed = Signal()  # Enter: a test print

    def __init__(self) -> None:
        super().__init__(margin=MARGIN, spacing=4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.head, self.badge = Label(role="lead"), Label(role="badge")
        self.said = Label(role="strong", wrap=True)
        self.roles = Label(role="small", elide=True)
        self.where = Label(role="caption", elide=True)
        self.blanks = Label(role="small", elide=True)
        self.heard = Label(role="caption", elide=True)
        self._brief = self._well = False
        self._details = ""
        self.body.addLayout(row(self.head, None, self.badge))
        for label in (self.said, self.roles, self.blanks, self.where, self.heard):
            self.body.addWidget(label)
        self.body.addStretch(1)

    def show_printer(
        self, printer: PrinterView, t: Texts, *, roll: RollView | None, event: PrinterEvent | None, zone: str
    ) -> None:
        sentence, mood = printers.status_sentence(printer.status, t)
        _, _, paper = printers.facts_of(printer.status, t)
        name = printers.printer_name(printer.name, t)
        self.head.setText(name)
        self.badge.setText(printers.badge(printer.status, t))
        self.badge.set_mood(MOODS.get(mood, ""))
        self.said.setText(sentence)
        self.said.set_mood(MOODS.get(mood, ""))
        self.roles.setText(t("Prints: {roles}", roles=printers.roles_words(printer.roles, t, drawer=printer.drawer)))
        place = printers.address_words(printer.url, t)
        facts = [place, printers.profile_of(printer), t("paper: {paper}", paper=paper)]
        self.where.setText(" · ".join(facts))
        self.blanks.setText(printers.roll_words(roll, t) if roll is not None else "")
        self.blanks.set_mood(MOODS.get(printers.roll_mood(roll), ""))
        self.blanks.setVisible(roll is not None)
        last = f"{words.moment(event.at, zone, t)}  {printers.event_words(event, t)}" if event is not None else ""
        last = last or t("Nothing was heard of it yet.")
        self.heard.setText(last)
        self._details = "\n".join((" · ".join(facts), last))
        self._well = mood == "ok"
        self.setAccessibleName(f"{name}. {sentence} {self.roles.text()}")
        self.be_brief(brief=self._brief)

    def be_brief(self, *, brief: bool) -> None:
        """On a small screen: what needs somebody; the rest stands in the tool tip."""
        self._brief = brief
        self.said.setVisible(not (brief and self._well))  # the badge says it
        self.where.setVisible(not brief)
        self.heard.setVisible(not brief)
        self.setToolTip(self._details if brief else "")
        margin = BRIEF_MARGIN if brief else MARGIN
        self.body.setContentsMargins(MARGIN, margin, MARGIN, margin)

    def set_chosen(self, *, chosen: bool) -> None:
        if bool(self.property("chosen")) != chosen:
            self.setProperty("chosen", chosen)
            restyle(self)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.focused.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mousePressEvent(event)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key = event.key()
        if key in {Qt.Key.Key_Left, Qt.Key.Key_Up}:
            self.stepped.emit(-1)
        elif key in {Qt.Key.Key_Right, Qt.Key.Key_Down}:
            self.stepped.emit(1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class PrinterCards(QWidget):
    """Side by side, as many as fit. ``beside``: a card that is not a printer's and comes last."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, beside: QWidget, on_press: Callable[[], None]) -> None:
        super().__init__()
        self._theme = theme
        self._beside = beside
        self._on_press = on_press
        self.after: QWidget | None = None  # Tab comes from it to the first card
        self._cards: dict[str, PrinterCard] = {}
        self._name = ""
        self._across = 0
        self._brief = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)

    @property
    def name(self) -> str:
        """The printer that the keys are about; "" before any was shown."""
        return self._name

    @property
    def cards(self) -> Mapping[str, PrinterCard]:
        return self._cards

    def show_printers(
        self,
        found: Sequence[PrinterView],
        t: Texts,
        *,
        rolls: Mapping[str, RollView],
        events: Mapping[str, PrinterEvent],
        zone: str,
    ) -> None:
        names = [printer.name for printer in found]
        if names != list(self._cards):
            for card in self._cards.values():
                self._grid.removeWidget(card)
                discard(card)
            self._cards = {name: self._made(name) for name in names}
            self._place(again=True)
            self.choose(self._name if self._name in names else next(iter(names), ""))
        for printer in found:
            name = printer.name
            self._cards[name].show_printer(printer, t, roll=rolls.get(name), event=events.get(name), zone=zone)

    def choose(self, name: str) -> None:
        if name == self._name and name in self._cards and self._cards[name].property("chosen"):
            return
        self._name = name
        for other, card in self._cards.items():
            card.set_chosen(chosen=other == name and len(self._cards) > 1)
        self.chosen.emit(name)

    def be_brief(self, *, brief: bool) -> None:
        if brief != self._brief:
            self._brief = brief
            self._grid.setSpacing(8 if brief else 12)
            for card in self._cards.values():
                card.be_brief(brief=brief)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def _made(self, name: str) -> PrinterCard:
        card = PrinterCard()
        card.be_brief(brief=self._brief)
        card.focused.connect(lambda: self.choose(name))
        card.stepped.connect(lambda steps: self._step(name, steps))
        card.pressed.connect(self._on_press)
        return card

    def _step(self, name: str, steps: int) -> None:
        names = list(self._cards)
        wanted = names[(names.index(name) + steps) % len(names)]
        self._cards[wanted].setFocus(Qt.FocusReason.TabFocusReason)

    def _place(self, *, again: bool = False) -> None:
        count = len(self._cards) + 1
        fits = max(1, (self.width() + 12) // (self._theme.tokens().px(CARD_PX) + 12))
        lines = -(-count // min(fits, count))
        across = -(-count // lines)  # evenly: four in two rows of two, not three and one
        if across == self._across and not again:
            return
        for column in range(max(across, self._across)):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
        self._across = across
        for place, card in enumerate(self._cards.values()):
            self._grid.addWidget(card, place // across, place % across)
        last = len(self._cards)  # it takes what its row has left
        self._grid.addWidget(self._beside, last // across, last % across, 1, across - last % across)
        before = self.after
        for card in self._cards.values():  # Tab goes as one reads
            if before is not None:
                self.setTabOrder(before, card)
            before = card
        for button in self._beside.findChildren(QPushButton):
            if before is not None:
                self.setTabOrder(before, button)
            before = button
