"""The sell screen's first half: the line, the form, what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.application.views import EntryPart, EntryReading
from counter_app.domain.stations import Station
from counter_app.texts import mark
from ui.presenters import words
from ui.presenters.offers import FILTERS, SORTS
from ui.presenters.refusals import Notice, explain
from ui.presenters.sell import SellPresenter
from ui.shell.screen import Shell
from ui.widgets.basic import Card, Edit, Field, Label, Mood, row
from ui.widgets.entryline import Chips, EntryLine
from ui.widgets.offertable import OfferTable

_ROLES = {
    "service": mark("Service"),
    "origin": mark("From"),
    "destination": mark("To"),
    "date": mark("Date"),
    "class": mark("Class"),
    "passengers": mark("Passengers"),
    "preference": mark("Wish"),
    "unknown": mark("Not understood"),
}
_FORM_CLASSES = (
    "business",
    "first",
    "second",
    "soft_sleeper_lower",
    "soft_sleeper_upper",
    "hard_sleeper_lower",
    "hard_sleeper_middle",
    "hard_sleeper_upper",
    "soft_seat",
    "hard_seat",
)


class FormEdit(Edit):
    """Enter and Tab first settle what was typed. ``settled`` carries the text; ``left`` when the focus goes."""

    settled = Signal(str)
    entered = Signal()

    def __init__(self) -> None:
        super().__init__(limit=60)
        self._before = ""

    def put(self, text: str) -> None:
        """What the program says, not the clerk: nothing is settled by it. Never while the clerk types here."""
        if not self.hasFocus():
            self.setText(text)
            self._before = text

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._settle()
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._settle()
        super().focusOutEvent(event)

    def _settle(self) -> None:
        text = self.text().strip()
        if text != self._before:
            self._before = text
            self.settled.emit(text)


class FindPane(QWidget):
    """``opened``: a cell of the results, to be sold. Everything else goes to the presenter."""

    opened = Signal(object, str)

    def __init__(self, shell: Shell, presenter: SellPresenter) -> None:
        super().__init__()
        self._shell = shell
        self._presenter = presenter
        self.line = EntryLine()
        self._read = Chips()
        self._completions = Chips()
        self.origin, self.destination, self.date, self.party = FormEdit(), FormEdit(), FormEdit(), FormEdit()
        self.travel_class = QComboBox()
        self.travel_class.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.travel_class.setMinimumContentsLength(8)
        self._fields = [Field(w) for w in (self.origin, self.destination, self.date, self.travel_class, self.party)]
        self._asked_which = False
        self._head = Label(role="lead", elide=True)
        self._order = Label(role="muted")
        self._held_only = Label(role="badge", mood="warn")
        self._held_only.hide()
        self._waiting = Label(role="badge", mood="info")
        self._waiting.hide()
        self.table = OfferTable(shell.theme, shell.t)
        self._build()
        self._connect()

    def _build(self) -> None:
        card = Card(margin=14, spacing=8)
        card.body.addWidget(self.line)
        said = row(self._read, self._completions, spacing=16)
        said.setStretch(0, 3)
        said.setStretch(1, 2)
        card.body.addLayout(said)
        form = QHBoxLayout()
        form.setSpacing(12)
        for field, share in zip(self._fields, (4, 4, 3, 3, 2), strict=True):
            form.addWidget(field, share)
        card.body.addLayout(form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(card)
        column.addLayout(row(self._head, self._held_only, self._waiting, self._order, spacing=14))
        column.itemAt(1).layout().setStretch(0, 1)  # type: ignore[union-attr] # just added
        column.addWidget(self.table, 1)

    def _connect(self) -> None:
        self.line.typed.connect(self._presenter.type_line)
        self.line.entered.connect(self._entered)
        self.line.went_down.connect(self.to_table)
        self._completions.chosen.connect(self._take)
        self.table.opened.connect(self.opened)
        self.origin.textEdited.connect(lambda text: self._suggest(text, destination=False))
        self.destination.textEdited.connect(lambda text: self._suggest(text, destination=True))
        self.origin.settled.connect(lambda text: self._settle_station(text, destination=False))
        self.destination.settled.connect(lambda text: self._settle_station(text, destination=True))
        self.date.settled.connect(self._settle_date)
        self.party.settled.connect(self._settle_party)
        self.travel_class.activated.connect(self._settle_class)
        following = (self.destination, self.date, self.travel_class, None, self.table)
        for edit, then in zip((self.origin, self.destination, self.date, None, self.party), following, strict=True):
            if edit is not None and then is not None:
                edit.entered.connect(self._focuser(then))
        self.travel_class.installEventFilter(self)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if watched is self.travel_class and event.type() == QEvent.Type.KeyPress:
            key = cast(QKeyEvent, event).key()
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self.party.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type] # Qt passes QObjects

    def _focuser(self, widget: QWidget) -> Callable[[], None]:
        def focus() -> None:
            if widget is self.table:
                self.to_table()
            else:
                widget.setFocus(Qt.FocusReason.TabFocusReason)

        return focus

    # ---- what the clerk does
    def focus_first(self) -> None:
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def to_table(self) -> None:
        if self.table.offers_model.runs:
            self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _entered(self) -> None:
        if self._unclear():
            self._asked_which = True
            self._shell.notify(lambda: Notice(title=self._unclear(), mood="warn", code="word_not_clear"))
        elif not self._presenter.go_on():
            self.to_table()

    def _unclear(self) -> str:
        """What Enter cannot go on from: a word that means two things, or none; "" when all is clear."""
        reading, t = self._presenter.reading, self.t
        part = next((part for part in reading.parts if not part.ok), None) if reading is not None else None
        if part is None:
            return ""
        if part.meaning and part.role in {"origin", "destination"}:
            return t("Which one: {names}? Tab takes the first; or type more of it.", names=part.meaning)
        return t("A word is not clear. Type more of it or a station code, or take a completion with Tab.")

    def _take(self, line: str) -> None:
        self.line.take(line)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _suggest(self, text: str, *, destination: bool) -> None:
        edit = self.destination if destination else self.origin
        if not text.strip():
            self._completions.show_choices("", ())
            return

        def found(stations: Sequence[Station]) -> None:
            edit.set_invalid(not stations)
            self._completions.show_choices(
                self.t("Stations"), [(f"{s.name} {s.code}".strip(), s.station_id) for s in stations[:6]]
            )

        self._presenter.find_stations(text, destination=destination, done=found)

    def _settle_station(self, text: str, *, destination: bool) -> None:
        edit = self.destination if destination else self.origin
        field = "destination" if destination else "origin"
        if not text:
            self._presenter.ask_with(**{field: None})
            return

        def found(stations: Sequence[Station]) -> None:
            edit.set_invalid(not stations)
            if stations:
                if self._presenter.query.on is None:
                    self._presenter.query_today()
                self._presenter.ask_with(**{field: stations[0]})
                edit.put(stations[0].name)
            self._completions.show_choices("", ())

        self._presenter.find_stations(text, destination=destination, done=found)

    def _settle_date(self, text: str) -> None:
        def read(reading: EntryReading) -> None:
            said = any(part.role == "date" and part.ok for part in reading.parts)
            self.date.set_invalid(not said)
            if said:
                self._presenter.ask_with(on=reading.departing_on)

        if text:
            self._presenter.read_words(text, read)

    def _settle_party(self, text: str) -> None:
        def read(reading: EntryReading) -> None:
            self.party.set_invalid(not reading.passengers)
            if reading.passengers:
                self._presenter.ask_with(passengers=dict(reading.passengers))

        if text:
            self._presenter.read_words(f"{text}a" if text.isdigit() else text, read)

    def _settle_class(self, place: int) -> None:
        self._presenter.ask_with(travel_class=self.travel_class.itemData(place))

    # ---- what is shown
    @property
    def t(self) -> Callable[..., str]:
        return self._shell.t

    def retranslate(self) -> None:
        t = self.t
        self.line.setPlaceholderText(t("G1 bjn shhq 1205 2 2a1c  —  service or stations, date, class, passengers"))
        self.line.setAccessibleName(t("Entry line"))
        names = (t("From"), t("To"), t("Date"), t("Class"), t("Passengers"))
        for field, name in zip(self._fields, names, strict=True):
            field.set_caption(name)
        self.party.setPlaceholderText("1a")
        self.date.setPlaceholderText("+1  1205")
        kept = self.travel_class.currentData()
        self.travel_class.clear()
        self.travel_class.addItem(t("Any class"), None)
        for name in _FORM_CLASSES:
            self.travel_class.addItem(words.travel_class(name, self._shell.t), name)
        self.travel_class.setCurrentIndex(max(0, self.travel_class.findData(kept)))
        self.table.retranslate()
        self.show_reading()
        self.show_offers()

    def show_reading(self) -> None:
        reading = self._presenter.reading
        if self._asked_which and not self._unclear():  # answered
            self._asked_which = False
            self._shell.clear_notice()
        if reading is None and not self._presenter.line:
            self._read.show_parts((), self.t("Tab takes a completion, Enter goes on, ↓ walks into the list."))
            self._completions.show_choices("", ())
            self.line.set_completions(())
        elif reading is not None:
            self._read.show_parts([self._chip(part) for part in reading.parts])
            lines = [line for line in reading.completions if line.strip() != reading.line.strip()]
            self.line.set_completions(lines)
            shown = [(line.split()[-1] if line.split() else line, line) for line in lines[:6]]
            self._completions.show_choices(self.t("Tab:"), shown)
        self._show_form()

    def _chip(self, part: EntryPart) -> tuple[str, Mood]:
        role = self.t(_ROLES.get(part.role, part.role))
        meaning = part.meaning or part.word
        query = self._presenter.query
        match part.role:
            case "unknown":
                meaning = part.word
            case "class":
                meaning = words.travel_class(part.meaning, self._shell.t)
            case "passengers" if query.passengers:
                counted = [f"{n} {words.passenger_type(kind, self._shell.t)}" for kind, n in query.passengers.items()]
                meaning = " ".join(counted)
            case "date" if query.on is not None and part.ok:
                meaning = words.day(query.on, self._shell.t)
        if part.ok:
            return f"{role}: {meaning}", "info"
        return f"{role}: {meaning}", "bad" if part.role == "unknown" or not part.meaning else "warn"

    def _show_form(self) -> None:
        query = self._presenter.query
        self.origin.put(query.origin.name if query.origin else "")
        self.destination.put(query.destination.name if query.destination else "")
        self.date.put(query.on.isoformat() if query.on else "")
        self.party.put("".join(f"{n}{kind[0]}" for kind, n in query.passengers.items()))
        if not self.travel_class.hasFocus():
            self.travel_class.setCurrentIndex(max(0, self.travel_class.findData(query.travel_class)))

    def show_waiting(self, text: str, mood: Mood) -> None:
        """Who waits for places at this window; "" for nobody."""
        self._waiting.setText(text)
        self._waiting.set_mood(mood)
        self._waiting.setVisible(bool(text))

    def show_offers(self) -> None:
        presenter, t = self._presenter, self.t
        query, offers = presenter.query, presenter.offers
        empty = ""
        if presenter.search_trouble is not None:
            notice = explain(presenter.search_trouble, self._shell.t)
            empty = f"{notice.title}. {notice.body()}"
        elif presenter.reading is not None and any(not part.ok for part in presenter.reading.parts):
            empty = self._unclear()
        elif query.route is None:
            empty = t("Type where to: stations by initials, pinyin, code or name.")
        elif offers.found:
            empty = t("The filter hides all {n} services. F5 shows them.", n=len(offers.found))
        elif not presenter.searching:
            empty = t("No service between these stations on this day. F3 looks at the next.")
        self.table.show_offers(offers, query.travel_class, query.service, empty)
        if query.origin and query.destination and query.on:
            day = words.day(query.on, self._shell.t)
            count = t("{n} services", n=len(self.table.offers_model.runs))
            self._head.setText(f"{query.origin.name} → {query.destination.name}   {day}   {count}")
        else:
            self._head.setText(t("Services"))
        self._held_only.setText(t("Without the line: only places held here"))
        self._held_only.setVisible(offers.by_lease)
        self._order.setText(f"{t(SORTS[offers.sort])} · {t(FILTERS[offers.filter])}")
