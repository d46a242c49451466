"""Numbered blanks: which roll lies in which printer, what is left of it; loading, spoiling and ending one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from counter_app.application.print_views import PrinterView, RollView
from counter_app.domain.staff import Right
from counter_app.domain.stocknumbers import stock_range, stock_text
from counter_app.errors import Refusal
from counter_app.texts import Texts
from ui.presenters import printers, words
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.settle import Signed
from ui.shell.screen import FKey, Screen, Shell
from ui.shell.second_person import ask_second_person
from ui.widgets.basic import Card, Choice, Edit, Fact, Field, Label, column, discard, row
from ui.widgets.chrome import MOODS
from ui.widgets.popup import Popup
from ui.widgets.table import Column, DataTable

ROLL_USUAL = 1000  # blanks: proposed as the last number once the first is typed


class BlanksScreen(Screen):
    name = "blanks"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = shell.desk.profile.zone
        self._printers: Sequence[PrinterView] = ()
        self._rolls: Sequence[RollView] = ()
        self.dialog: LoadDialog | SpoilDialog | None = None
        self._cards = QHBoxLayout()
        self._cards.setSpacing(12)
        self._title = Label(role="lead")
        self._none = Label(role="muted", wrap=True)
        self.table = DataTable[RollView](
            [
                Column(
                    title=lambda: self.t("Loaded"),
                    text=lambda roll: words.short_moment(roll.loaded_at, self._zone),
                    width=120,
                ),
                Column(title=lambda: self.t("Printer"), text=lambda roll: printers.printer_name(roll.printer, self.t)),
                Column(title=lambda: self.t("From"), text=lambda roll: roll.first, width=95),
                Column(title=lambda: self.t("To"), text=lambda roll: roll.last, width=95),
                Column(title=lambda: self.t("Left"), text=lambda roll: f"{roll.left:,}", width=75, right=True),
                Column(title=lambda: self.t("By"), text=lambda roll: roll.clerk, width=100),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda roll: printers.roll_state(roll, self.t),
                    mood=lambda roll: "ok" if roll.inside else "text_muted",
                    width=125,
                ),
            ],
            shell.theme,
            on_choose=lambda _roll: self.fkeys_changed.emit(),
        )
        self.table.set_empty(lambda: self.t("No roll was ever loaded here. Tickets are numbered by the program."))
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(12)
        page.addLayout(self._cards)
        page.addWidget(self._none)
        page.addWidget(self._title)
        page.addWidget(self.table, 1)

    # ---- the shell's
    def title(self) -> str:
        return self.t("Blanks")

    def retranslate(self) -> None:
        self._title.setText(self.t("Rolls"))
        self._none.setText(
            self.t(
                "Numbered blanks are paper that is accounted for. Load the roll that lies in the printer by its first "
                "and last number (F2): each ticket then takes the next number of it."
            )
        )
        self.table.retranslate()
        self._show()

    def fkeys(self) -> list[FKey]:
        inside = self._inside() is not None
        actor = self.shell.actor
        able = actor.may(Right.SELL) or actor.may(Right.MANAGE)
        return [
            FKey("F2", self.t("Load a roll …"), self._load, able and bool(self._printers), primary=True),
            FKey("F3", self.t("Spoiled blanks …"), self._spoil, able and inside),
            FKey("F4", self.t("End the roll …"), self._end, able and inside),
            FKey("F5", self.t("Refresh"), self._read),
            FKey("Esc", self.t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what is shown
    def _read(self) -> None:
        desk = self.shell.desk
        self.run(Lane.READ, lambda: (desk.printers(), desk.rolls()), self._have)

    def _have(self, found: tuple[list[PrinterView], list[RollView]]) -> None:
        self._printers, self._rolls = found
        self._show()
        self.fkeys_changed.emit()

    def _show(self) -> None:
        while self._cards.count():
            item = self._cards.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                discard(widget)
        inside = [roll for roll in self._rolls if roll.inside]
        for roll in inside:
            self._cards.addWidget(_card(roll, self.t, self._zone))
        if inside:
            self._cards.addStretch(1)
        self._none.setVisible(not inside)
        self.table.set_rows(self._rolls, keep=lambda roll: roll.roll_id)

    def _inside(self) -> RollView | None:
        """The roll that the keys are about: the chosen one if it lies in a printer, else the only or first one."""
        chosen = self.table.chosen()
        if chosen is not None and chosen.inside:
            return chosen
        return next((roll for roll in self._rolls if roll.inside), None)

    # ---- what the clerk does
    def _load(self) -> None:
        self.dialog = LoadDialog(self, self._printers, {roll.printer for roll in self._rolls if roll.inside})
        self.dialog.wanted = self._loaded
        self.dialog.open()

    def _loaded(self, printer: str, first: str, last: str) -> None:
        desk, actor = self.shell.desk, self.shell.actor

        def done(roll: RollView) -> None:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Loaded: {first} to {last}", first=roll.first, last=roll.last),
                    what_to_do=self.t("Compare {next} with the blank that lies in the printer.", next=roll.next),
                    mood="ok",
                    code="roll_loaded",
                )
            )
            self._read()

        self.run(Lane.DATABASE, lambda: desk.load_roll(actor, printer, first, last), done, busy=self.t("Recording …"))

    def _spoil(self) -> None:
        roll = self._inside()
        if roll is None or not roll.next:
            return
        self.dialog = SpoilDialog(self, roll)
        self.dialog.wanted = self._spoil_these
        self.dialog.open()

    def _spoil_these(self, printer: str, first: str, last: str) -> None:
        t = self.t
        signed = ask_second_person(
            self,
            t,
            t("Blanks that are spoiled"),
            _range_words(first, last, t),
            t("They are crossed out and kept. Both names go into the journal."),
        )
        if signed is None:
            return
        desk, actor = self.shell.desk, self.shell.actor
        self._signed(
            lambda: desk.spoil_blanks(
                actor,
                printer,
                first,
                last,
                reason=signed.reason,
                supervisor=signed.supervisor,
                supervisor_password=signed.password,
            ),
            lambda: t("Recorded as spoiled: {first} to {last}", first=first, last=last),
        )

    def _end(self) -> None:
        roll, t = self._inside(), self.t
        if roll is None:
            return
        desk, actor, printer = self.shell.desk, self.shell.actor, roll.printer
        if not roll.left:
            self._signed(lambda: desk.end_roll(actor, printer, reason=t("Used up")), lambda: t("The roll is ended"))
            return
        signed: Signed | None = ask_second_person(
            self,
            t,
            t("End the roll with blanks left"),
            t("{left} left, from {next} to {last}", left=roll.left, next=roll.next, last=roll.last),
            t("Take it out of the printer and keep it: what is left can be loaded again."),
        )
        if signed is not None:
            self._signed(
                lambda: desk.end_roll(
                    actor,
                    printer,
                    reason=signed.reason,
                    supervisor=signed.supervisor,
                    supervisor_password=signed.password,
                ),
                lambda: t("The roll is ended"),
            )

    def _signed(self, work: Callable[[], RollView], said: Callable[[], str]) -> None:
        def done(_roll: RollView) -> None:
            self.shell.notify(lambda: Notice(title=said(), mood="ok", code="blanks_recorded"))
            self._read()

        self.run(Lane.DATABASE, work, done, busy=self.t("Recording …"))


def _card(roll: RollView, t: Texts, zone: str) -> Card:
    """What a clerk compares with the paper before her: large."""
    card = Card(margin=18, spacing=6)
    card.setMinimumWidth(340)
    left, following = Fact("figure"), Fact("figure")
    left.set(t("Left"), f"{roll.left:,}", MOODS.get(printers.roll_mood(roll), ""))
    following.set(t("Next number"), roll.next or "—")
    card.body.addWidget(Label(printers.printer_name(roll.printer, t), role="lead"))
    card.body.addLayout(row(left, 24, following, None))
    loaded = t(
        "{first} to {last}, loaded {when} by {clerk}",
        first=roll.first,
        last=roll.last,
        when=words.short_moment(roll.loaded_at, zone),
        clerk=roll.clerk,
    )
    card.body.addWidget(Label(loaded, role="caption"))
    return card


def _range_words(first: str, last: str, t: Texts) -> str:
    first_n, last_n = stock_range(first, last)
    if first_n == last_n:
        return t("{first}: 1 blank", first=first)
    return t("{first} to {last}: {count} blanks", first=first, last=last, count=f"{last_n - first_n + 1:,}")


class LoadDialog(Popup):
    """First and last number, and how many that is, large: what a clerk compares with the roll's label."""

    def __init__(self, screen: Screen, found: Sequence[PrinterView], loaded: set[str]) -> None:
        t = screen.t
        super().__init__(screen, t("Load a roll"), t("Load"), t("Back"))
        self._t = t
        self.wanted: Callable[[str, str, str], None] = lambda _printer, _first, _last: None
        self.printer, self.first, self.last = Choice(), Edit("figure", limit=7), Edit("figure", limit=7)
        for one in found:
            self.printer.addItem(printers.printer_name(one.name, t), one.name)
        free = next((one.name for one in found if one.name not in loaded), None)
        if free is not None:
            self.printer.setCurrentIndex(self.printer.findData(free))
        fields = []
        for widget, caption in (
            (self.printer, t("Printer")),
            (self.first, t("First number")),
            (self.last, t("Last number")),
        ):
            field = Field(widget)
            field.set_caption(caption)
            fields.append(field)
        if len(found) > 1:
            self.body.addWidget(fields[0])
        self.body.addLayout(row(fields[1], fields[2], spacing=16))
        self.count = Label(role="title")
        self.body.addLayout(
            column(
                self.count,
                Label(t("As they are printed on the blanks: a letter and six digits."), role="muted", wrap=True),
                spacing=4,
            )
        )
        self._own_last = False
        self.first.textEdited.connect(self._typed_first)
        self.last.textEdited.connect(self._typed_last)
        self.printer.returnPressed.connect(self.first.setFocus)
        self.first.returnPressed.connect(self.last.setFocus)
        self.last.returnPressed.connect(self.yes.click)
        self._check()
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed_first(self, text: str) -> None:
        if not self._own_last:
            try:
                first_n, _ = stock_range(text, text)
            except Refusal:
                self.last.clear()
            else:
                self.last.setText(stock_text(first_n + ROLL_USUAL - 1))
        self._check()

    def _typed_last(self, text: str) -> None:
        self._own_last = bool(text)
        self._check()

    def _check(self) -> None:
        first, last = self.first.text().strip().upper(), self.last.text().strip().upper()
        try:
            words_, good = _range_words(first, last, self._t), True
        except Refusal:
            words_, good = "", False
        self.count.setText(words_ or "—")
        self.last.set_invalid(bool(first) and len(last) == 7 and not good)
        self.yes.setEnabled(good)

    def on_yes(self) -> None:
        printer, first, last = str(self.printer.currentData()), self.first.text(), self.last.text()
        self.accept()
        self.wanted(printer, first.strip().upper(), last.strip().upper())


class SpoilDialog(Popup):
    """The next blanks of the roll, up to which number."""

    def __init__(self, screen: Screen, roll: RollView) -> None:
        t = screen.t
        super().__init__(screen, t("Blanks that are spoiled"), t("Go on …"), t("Back"))
        self._t, self._roll = t, roll
        self.wanted: Callable[[str, str, str], None] = lambda _printer, _first, _last: None
        name = printers.printer_name(roll.printer, t)
        self.body.addWidget(
            Label(t("The next blanks of the {printer}, torn or wet, that no ticket took.", printer=name), wrap=True)
        )
        first = Fact("figure")
        first.set(t("From"), roll.next)
        self.last = Edit("figure", limit=7)
        self.last.setText(roll.next)
        field = Field(self.last)
        field.set_caption(t("Up to and with"))
        self.count = Label(role="title")
        self.body.addLayout(row(first, 24, field, spacing=0))
        self.body.addWidget(self.count)
        self.last.textEdited.connect(lambda _text: self._check())
        self.last.returnPressed.connect(self.yes.click)
        self._check()
        self.last.selectAll()
        self.last.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self) -> None:
        last = self.last.text().strip().upper()
        try:
            words_ = _range_words(self._roll.next, last, self._t)
            _, last_n = stock_range(self._roll.next, last)
            good = last_n <= stock_range(self._roll.last, self._roll.last)[1]
        except Refusal:
            words_, good = "—", False
        self.count.setText(words_)
        self.last.set_invalid(len(last) == 7 and not good)
        self.yes.setEnabled(good)

    def on_yes(self) -> None:
        last = self.last.text().strip().upper()
        self.accept()
        self.wanted(self._roll.printer, self._roll.next, last)
