"""The sell screen's second half: the seat map, the passengers, the read-back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from counter_app.application.views import SaleQuote
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.money import Money
from counter_app.errors import Reason, Refusal
from ui.presenters import words
from ui.presenters.offers import run_times
from ui.presenters.passengers import CN_ID_LENGTH, DOCUMENT_KINDS
from ui.presenters.refusals import explain
from ui.presenters.seatwords import place_name, ref_name
from ui.presenters.sell import SellPresenter
from ui.shell.screen import ScannedDocument, Shell
from ui.widgets.basic import Button, Card, Edit, Label, Rule, Scroll, row
from ui.widgets.seatmap import SeatMapView

URGENT_S = 60


class PassengerLine(QObject):
    """One passenger's widgets in the grid. ``typed`` carries the line's number and the fields."""

    typed = Signal(int, object)
    went_on = Signal(int, str)  # line, field left with Enter

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.place = Label(role="strong")
        self.kind = QComboBox()
        self.name = Edit(limit=60)
        self.papers = QComboBox()  # what the document is
        for box in (self.kind, self.papers):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.document = Edit(limit=40)
        self.note = Label(role="small")
        self.name.textEdited.connect(lambda text: self.typed.emit(number, {"name": text}))
        self.document.textEdited.connect(lambda text: self.typed.emit(number, {"document": text}))
        self.kind.activated.connect(self._kind)
        self.papers.activated.connect(self._papers)
        for widget in (self.kind, self.name, self.papers, self.document):
            widget.installEventFilter(self)

    def _kind(self, place: int) -> None:
        self.typed.emit(self.number, {"passenger_type": self.kind.itemData(place)})

    def _papers(self, place: int) -> None:
        self.typed.emit(self.number, {"document_type": self.papers.itemData(place)})

    def widgets(self) -> tuple[QWidget, ...]:
        return self.place, self.kind, self.name, self.papers, self.document, self.note

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        ):
            fields = {self.name: "name", self.papers: "papers", self.document: "document"}
            field = next((name for widget, name in fields.items() if widget is watched), "type")
            self.went_on.emit(self.number, field)
            return True
        return super().eventFilter(watched, event)


class PartyPane(QWidget):
    """``pay``: everything is there and the clerk goes to the checkout."""

    pay = Signal()
    touched = Signal()  # something was typed or picked

    def __init__(self, shell: Shell, presenter: SellPresenter) -> None:
        super().__init__()
        self._shell = shell
        self._presenter = presenter
        self._run = Label(role="lead", elide=True)
        self._left = Label(role="badge")
        self.map = SeatMapView(shell.theme, shell.t)
        self._anywhere = Label(role="muted", wrap=True)  # where the map would be
        self._pick = Label(role="muted")
        self.lines: list[PassengerLine] = []
        self._grid = QGridLayout()
        self._heads = [Label(role="field") for _ in range(6)]
        self._readback_title = Label(role="field")
        self._readback = [Label(wrap=True) for _ in range(3)]
        self._items = Label(role="small", wrap=True)
        self._items.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rule = Label(role="small", wrap=True)  # of an exchange
        self._total = Label(role="display")
        self._total_caption = Label(role="field")
        self._missing = Label(role="small", mood="warn", wrap=True)
        self.pay_button = Button("primary", self.pay.emit)
        self._build()
        self.map.toggled.connect(self._toggled)
        self.map.entered.connect(self._map_left)

    def _build(self) -> None:
        scroll = Scroll()
        scroll.body.addLayout(self._grid)
        scroll.body.addStretch(1)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        for place, (share, head) in enumerate(zip((0, 0, 4, 0, 4, 2), self._heads, strict=True)):
            self._grid.setColumnStretch(place, share)
            self._grid.addWidget(head, 0, place)
        people = Card(margin=14, spacing=6)
        people.body.addWidget(scroll)
        back = Card(margin=12, spacing=2)
        back.setFixedWidth(self._shell.theme.tokens().px(310))
        back.body.addWidget(self._readback_title)
        for label in self._readback:
            back.body.addWidget(label)
        back.body.addWidget(Rule())
        back.body.addWidget(self._items)
        back.body.addWidget(self._rule)
        back.body.addStretch(1)
        back.body.addLayout(row(self._total_caption, None, self._total))
        back.body.addWidget(self._missing)
        back.body.addWidget(self.pay_button)
        self._readback[0].set_role("lead")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        top = row(self._run, self._pick, self._left, spacing=16)
        top.setStretch(0, 1)
        column.addLayout(top)
        self._anywhere.setAlignment(Qt.AlignmentFlag.AlignCenter)
        upper = row(self.map, self._anywhere, back, spacing=12)
        upper.setStretch(0, 1)
        upper.setStretch(1, 1)
        column.addLayout(upper, 5)
        people.setMinimumHeight(self._shell.theme.tokens().px(140))
        people.setMaximumHeight(self._shell.theme.tokens().px(234))
        column.addWidget(people, 3)

    # ---- what the clerk does
    def focus_first(self) -> None:
        """The first thing that is missing; when nothing is, the button that goes on."""
        form = self._presenter.form
        if form is None or not self.lines:
            self.map.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        missing = form.first_open()
        if missing is None:
            self.pay_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus(*missing)

    def _map_left(self) -> None:
        """Enter on the map: to what is missing, else to the checkout."""
        form = self._presenter.form
        if not self._presenter.choice_complete or form is None:
            self._say_pick()
        elif form.first_open() is not None:
            self.focus_first()
        else:
            self.pay.emit()

    def focus_map(self) -> None:
        self.map.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _focus(self, line: int, field: str) -> None:
        widgets = self.lines[line]
        target = {"type": widgets.kind, "name": widgets.name, "document": widgets.document}[field]
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _went_on(self, line: int, field: str) -> None:
        """Enter: the next field that the policy asks for, the next passenger, then on to the checkout."""
        form = self._presenter.form
        assert form is not None
        if field == "type":
            self._focus(line, "name")
        elif field == "papers" or (field == "name" and (form.needs(line)[1] or form.lines[line].document)):
            self._focus(line, "document")
        elif line + 1 < len(self.lines) and form.first_open() is not None:
            self._focus(line + 1, "name")
        elif form.complete:
            self.pay.emit()
        else:
            self.focus_first()

    def _toggled(self, place: object) -> None:
        assert isinstance(place, PlaceRef)
        self.touched.emit()
        if self._presenter.toggle(place):
            self.map.refresh()
            self._say_pick()

    def _typed(self, line: int, fields: dict[str, str]) -> None:
        self.touched.emit()
        self._presenter.put_passenger(line, **fields)

    def put_document(self, document: ScannedDocument) -> None:
        """As a reader saw it. A name that the field had no room for is to be looked at."""
        form = self._presenter.form
        assert form is not None
        number = next(
            (line.number for line in self.lines if any(widget.hasFocus() for widget in line.widgets())),
            form.without_document(),
        )
        fields = {"document_type": document.document_type, "document": document.number}
        if document.name:
            fields["name"] = document.name
        self._typed(number, fields)
        self.show_people()
        if document.cut:
            self._focus(number, "name")
        else:
            self.focus_first()

    # ---- what is shown
    @property
    def t(self) -> Callable[..., str]:
        return self._shell.t

    def retranslate(self) -> None:
        t = self.t
        names = (t("Place"), t("Passenger type"), t("Name"), t("Document"), t("Document number"), "")
        for head, name in zip(self._heads, names, strict=True):
            head.setText(name)
        self._anywhere.setText(t("Places are not numbered here: passengers sit where they like."))
        self._readback_title.setText(t("Read back to the customer"))
        self.show_hold()
        self.show_people()
        self.show_quote()
        self.show_time(self._shell.now())

    def show_hold(self) -> None:
        offer, hold = self._presenter.offer, self._presenter.hold
        if offer is None or hold is None:
            return
        depart, arrive = run_times(offer)
        day = words.day(offer.depart.date(), self._shell.t)
        held = words.travel_class(hold.travel_class, self._shell.t)
        route = f"{offer.service}   {offer.origin.name} → {offer.destination.name}"
        self._run.setText(f"{route}   {day}  {depart} – {arrive}   {held}")
        self.show_map()

    def _places(self) -> str:
        hold = self._presenter.hold
        assert hold is not None
        if not hold.places:
            return self.t("{n} without numbers", n=hold.count)
        by_coach: dict[str, list[str]] = {}
        for ref in hold.places:
            by_coach.setdefault(ref.coach, []).append(place_name(ref.label, self._kind(ref), self._shell.t))
        return "  ".join(
            self.t("Coach {coach} · {place}", coach=coach, place=" ".join(labels)) for coach, labels in by_coach.items()
        )

    def _kind(self, ref: PlaceRef) -> str | None:
        seat_map = self._presenter.map
        if seat_map is None:
            return None
        for coach in seat_map.coaches:
            if coach.number == ref.coach:
                for section in coach.sections:
                    for place in section.places:
                        if place.label == ref.label:
                            return place.kind
        return None

    def show_map(self) -> None:
        choice, hold = self._presenter.choice, self._presenter.hold
        unreserved = hold is not None and not hold.places
        self.map.setVisible(not unreserved)
        self._anywhere.setVisible(unreserved)
        self._pick.setVisible(not unreserved)
        if choice is not None and hold is not None:
            self.map.show_choice(choice, hold.travel_class)
        else:
            self.map.clear()
        self._say_pick()

    def _say_pick(self) -> None:
        choice, t = self._presenter.choice, self.t
        self._say_payable()
        if choice is None:
            self._pick.setText("")
        elif choice.complete:
            self._pick.setText(t("F2 changes places"))
            self._pick.set_mood("")
        else:
            self._pick.set_mood("warn")
            self._pick.setText(t("{n} more to choose.", n=choice.count - len(choice.chosen)))

    def _say_payable(self) -> None:
        presenter = self._presenter
        self.pay_button.setEnabled(presenter.form is not None and presenter.choice_complete)

    def show_people(self) -> None:
        form = self._presenter.form
        if form is None:
            return
        while len(self.lines) > len(form.lines):
            for widget in self.lines.pop().widgets():
                widget.setParent(None)
                widget.deleteLater()
        while len(self.lines) < len(form.lines):
            line = PassengerLine(len(self.lines))
            line.typed.connect(self._typed)
            line.went_on.connect(self._went_on)
            for place, widget in enumerate(line.widgets()):
                self._grid.addWidget(widget, len(self.lines) + 1, place)
                widget.show()  # at once: the focus goes into it before the layout would show it
            self.lines.append(line)
        for number, (line, passenger) in enumerate(zip(self.lines, form.lines, strict=True)):
            line.kind.clear()
            for kind in form.types:
                line.kind.addItem(words.passenger_type(kind, self._shell.t), kind)
            line.kind.setCurrentIndex(line.kind.findData(passenger.passenger_type))
            line.papers.clear()
            for kind in DOCUMENT_KINDS:
                line.papers.addItem(words.document_type(kind, self._shell.t), kind)
            for edit, text in ((line.name, passenger.name), (line.document, passenger.document)):
                if edit.text() != text:
                    edit.setText(text)
            line.kind.setAccessibleName(self.t("Passenger {n}: type", n=number + 1))
            line.name.setAccessibleName(self.t("Passenger {n}: name", n=number + 1))
            line.papers.setAccessibleName(self.t("Passenger {n}: document", n=number + 1))
            line.document.setAccessibleName(self.t("Passenger {n}: document number", n=number + 1))
        self.show_quote()

    def show_quote(self) -> None:
        presenter, t = self._presenter, self.t
        form, quote, hold = presenter.form, presenter.quote, presenter.hold
        if hold is not None:
            for number, line in enumerate(self.lines):
                place = hold.places[number] if number < len(hold.places) else None
                line.place.setText(ref_name(place, self._shell.t, self._kind(place)) if place else str(number + 1))
        if form is not None and len(form.lines) == len(self.lines):
            for number, line in enumerate(self.lines):
                self._say_line(number, line, quote)
        self._say_readback(quote)  # an exchange says more than its items
        self._say_total(quote)
        self._say_payable()
        if presenter.quote_trouble is not None:
            notice = explain(presenter.quote_trouble, self._shell.t)
            self._missing.setText(f"{notice.title}. {notice.what_to_do}")
        else:
            self._missing.setText("" if quote or form is None or form.complete else t("Fill in what is marked."))
        self._missing.setVisible(bool(self._missing.text()))

    def _say_total(self, quote: SaleQuote | None) -> None:
        """Of an exchange the difference, which may go either way, and how it comes about."""
        t, exchange = self._shell.t, self._presenter.exchange
        exchanging = self._presenter.exchanging is not None
        self.pay_button.setText(t("Exchange  F9") if exchanging else t("Take payment  F9"))
        gives_back = exchange is not None and bool(exchange.back)
        self._total_caption.setText(t("To give back") if gives_back else t("To pay"))
        self._rule.setVisible(exchange is not None)
        if exchange is None or quote is None:
            self._total.setText(words.money(quote.total) if quote and not exchanging else "")
            return
        self._total.setText(words.money(exchange.back if gives_back else exchange.due))
        self._rule.setText(exchange.rule_words.get(t.language) or exchange.rule_words.get("en", exchange.agreed.rule))
        lines = (
            (t("New ticket"), quote.total),
            (t("Old ticket"), -exchange.ticket.price),
            (t("Exchange fee"), exchange.fee),
        )
        self._items.setText("\n".join(f"{name}  {words.money(amount)}" for name, amount in lines))

    def _say_line(self, number: int, line: PassengerLine, quote: SaleQuote | None) -> None:
        form = self._presenter.form
        assert form is not None
        state = form.state(number)
        empty = state.problem in {"name_needed", "document_needed"}
        line.name.set_invalid(state.field == "name" and not empty)
        begun = state.typed > 0 and line.document.hasFocus()
        line.document.set_invalid(state.field == "document" and not empty and not begun)
        kind = form.document_type(number)
        if not line.papers.hasFocus():
            line.papers.setCurrentIndex(max(0, line.papers.findData(kind)))
        line.document.setPlaceholderText("" if form.needs(number)[1] else self.t("not needed"))
        if state.typed:
            line.note.setText(self.t("{n} of {all} characters", n=state.typed, all=CN_ID_LENGTH))
            line.note.set_mood("" if begun else "bad")
        elif state.problem:
            line.note.setText(explain(Refusal(Reason(state.problem)), self._shell.t).title)
            line.note.set_mood("" if empty else "bad")
        elif quote is not None and number < len(quote.passengers):
            line.note.setText(words.money(quote.passengers[number].total))
            line.note.set_mood("ok")
        else:
            line.note.setText("")

    def _say_readback(self, quote: SaleQuote | None) -> None:
        offer, hold = self._presenter.offer, self._presenter.hold
        if offer is None or hold is None:
            return
        depart, _ = run_times(offer)
        self._readback[0].setText(f"{offer.service}  {offer.origin.name} → {offer.destination.name}")
        day = words.day(offer.depart.date(), self._shell.t)
        self._readback[1].setText(f"{day}  {depart}")
        self._readback[2].setText(f"{words.travel_class(hold.travel_class, self._shell.t)}  {self._places()}")
        counted: dict[str, tuple[int, int]] = {}
        for passenger in quote.passengers if quote else ():
            number, minor = counted.get(passenger.passenger_type, (0, 0))
            counted[passenger.passenger_type] = (number + 1, minor + passenger.total.minor)
        counts = []
        for kind, (number, minor) in counted.items():
            total = words.money(Money(minor, hold.fare.currency))
            counts.append(f"{number} × {words.passenger_type(kind, self._shell.t)} {total}")
        self._items.setText("\n".join(counts))

    def show_time(self, now: datetime) -> int | None:
        left = self._presenter.seconds_left(now)
        if left is None:
            self._left.setText("")
        else:
            self._left.setText(self.t("Held for {time}", time=f"{left // 60}:{left % 60:02d}"))
            self._left.set_mood("bad" if left < URGENT_S else "info")
        self._left.setVisible(left is not None)
        return left
