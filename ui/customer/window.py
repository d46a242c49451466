"""The customer's window on a second monitor: it shows, and takes no keys, no focus and no clicks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from counter_app.domain.money import Money
from counter_app.ports.profile import ProfileInfo
from counter_app.texts import Texts, mark
from ui.presenters import customer, words
from ui.presenters.customer import CustomerStage, CustomerView, Journey
from ui.theme import Theme, set_letters
from ui.widgets.basic import Card, Label, Mood, Rule, column, row

CAPTIONS: Final = {
    "closed": mark("This window is closed"),
    "closed_hint": mark("Please go to another window"),
    "welcome": mark("Welcome. Please tell us where you want to go"),
    "total": mark("Total"),
    "due": mark("Amount due"),
    "received": mark("Received so far"),
    "change": mark("Your change"),
    "paid": mark("Paid"),
    "thanks": mark("Thank you. Have a good journey"),
    "check": mark("Please check route, date and class"),
    "passengers": mark("Passengers"),
}


DESIGNED_FOR: Final = QSize(1280, 800)
LARGE_CHARS_MAX: Final = 10
LABEL_ROLES: Final = ("title", "display", "figure", "huge")  # each has a size of the type scale


class Picture(QWidget):
    """An advertisement, whole and in the middle. It changes at once: a fade would draw beside a clerk who types."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(160, 90))

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    @property
    def shown(self) -> bool:
        return self._image is not None

    def room(self) -> QSize:
        return self.size() * self.devicePixelRatioF()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        del event
        if self._image is None:
            return
        painter = QPainter(self)
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(left, top, self._image.scaled(size, mode=Qt.TransformationMode.SmoothTransformation))
        painter.end()


class CustomerWindow(QWidget):
    """``texts``: one or two languages, the first one large. Call :meth:`show_view` for each change.

    Its letters are as large as its own monitor has room for: the scale of the till is for the clerk's eyes.
    """

    def __init__(self, theme: Theme, texts: tuple[Texts, ...], profile: ProfileInfo | None) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus)
        assert texts
        self._theme = theme
        self._texts = texts
        self._profile = profile
        self._may_close = False
        self._letters: dict[str, int] = {}
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(640, 400)
        self._station, self._clock = Label(role="display"), Label(role="display")
        self.picture = Picture()
        self._stack = QStackedWidget()
        self._idle, self._closed, self._sale = self._idle_page(), self._closed_page(), self._sale_page()
        for page in (self._idle, self._closed, self._sale):
            self._stack.addWidget(page)
        strip = QFrame()
        strip.setProperty("role", "strip")
        head = row(self._station, None, self._clock)
        head.setContentsMargins(32, 16, 32, 16)
        strip.setLayout(head)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(strip)
        whole.addWidget(self._stack, 1)
        self.show_profile(profile)
        theme.changed.connect(self._fit_letters)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit_letters()

    def _fit_letters(self) -> None:
        tokens, size = self._theme.tokens(), self.size()
        factor = min(size.width() / DESIGNED_FOR.width(), size.height() / DESIGNED_FOR.height())
        sizes = {role: round(tokens.type[role] * 100 / tokens.scale_percent * factor) for role in LABEL_ROLES}
        if sizes != self._letters:
            self._letters = sizes
            set_letters(self, sizes)

    # ---- pages
    def _idle_page(self) -> QWidget:
        self._welcome = self._said("figure", "muted_title")
        self._idle_words = QWidget()
        self._idle_words.setLayout(column(None, *self._welcome, None, spacing=12))
        page = QWidget()
        inner = column(self.picture, self._idle_words)
        inner.setContentsMargins(32, 24, 32, 24)
        page.setLayout(inner)
        return page

    def _closed_page(self) -> QWidget:
        self._closed_words = self._said("figure", "muted_title")
        self._closed_hint = self._said("display", "muted_title")
        page = QWidget()
        page.setLayout(column(None, *self._closed_words, 24, *self._closed_hint, None, spacing=12))
        return page

    def _sale_page(self) -> QWidget:
        self._service, self._route, self._latin = (
            Label(role="display"),
            Label(role="figure", wrap=True),
            Label(role="title"),
        )
        self._when, self._class = Label(role="display", wrap=True), Label(role="title", wrap=True)
        self._people_title = Label(role="title")
        self._people = Label(role="title", wrap=True)
        self._ask = Label(role="title", mood="accent", wrap=True)
        left = Card(margin=28, spacing=10)
        for widget in (self._service, self._route, self._latin, self._when, self._class, Rule()):
            left.body.addWidget(widget)
        left.body.addWidget(self._people_title)
        left.body.addWidget(self._people)
        left.body.addStretch(1)
        left.body.addWidget(self._ask)
        self._first_caption, self._first = Label(role="title"), Label(role="display")
        self._large_caption, self._large = Label(role="display", wrap=True), Label(role="huge")
        self._said_below = Label(role="title", mood="accent", wrap=True)
        right = Card(margin=28, spacing=8)
        right.body.addWidget(self._first_caption)
        right.body.addWidget(self._first)
        right.body.addStretch(1)
        right.body.addWidget(self._large_caption)
        right.body.addWidget(self._large)
        right.body.addStretch(1)
        right.body.addWidget(self._said_below)
        page = QWidget()
        line = row(left, right, spacing=20)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        line.setContentsMargins(28, 24, 28, 28)
        page.setLayout(line)
        return page

    def _said(self, first: str, second: str) -> list[Label]:
        """One label a language, in the middle."""
        roles = {"figure": "figure", "display": "display", "muted_title": "title"}
        labels = []
        for number, _ in enumerate(self._texts):
            label = Label(role=roles[first if number == 0 else second], wrap=True)  # type: ignore[arg-type]
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            labels.append(label)
        return labels

    # ---- what is shown
    def show_profile(self, profile: ProfileInfo | None) -> None:
        self._profile = profile
        if profile is None:
            self._station.setText("")
            return
        names = [profile.station_name if one.language == "zh" else profile.station_latin for one in self._texts]
        self._station.setText(
            "  ".join(dict.fromkeys(name or profile.station_name for name in names)) + f"   {profile.counter:02d}"
        )

    def show_time(self, now: datetime) -> None:
        """``now``: in the window's zone."""
        self._clock.setText(f"{now:%Y-%m-%d}   {now:%H:%M}")

    def show_view(self, view: CustomerView) -> None:
        match view.stage:
            case CustomerStage.CLOSED:
                self._say(self._closed_words, "closed")
                self._say(self._closed_hint, "closed_hint")
                self._stack.setCurrentWidget(self._closed)
            case CustomerStage.IDLE:
                self._say(self._welcome, "welcome")
                self.show_idle()
                self._stack.setCurrentWidget(self._idle)
            case _:
                self._show_sale(view)
                self._stack.setCurrentWidget(self._sale)

    def show_idle(self) -> None:
        """The picture has the room alone where there is one."""
        self.picture.setVisible(self.picture.shown)
        self._idle_words.setVisible(not self.picture.shown)

    def _show_sale(self, view: CustomerView) -> None:
        t = self._texts[0]
        if view.journey is not None:
            self._show_journey(view.journey, t)
        people = customer.people_lines(view, t)
        self._people_title.setText(f"{self._both('passengers')}: {view.count}")
        self._people.setText("\n".join(people))
        self._people.setVisible(bool(people))
        self._ask.setText(self._both("check") if view.stage is CustomerStage.ITINERARY else "")
        match view.stage:
            case CustomerStage.PAID:
                if view.change:
                    self._sums("paid", view.total, "change", view.change)
                else:
                    self._sums("", None, "paid", view.total)
                self._said_below.setText(self._both("thanks"))
            case CustomerStage.PAYING if view.change is not None:
                self._sums("total", view.total, "change", view.change)
                self._said_below.setText("")
            case CustomerStage.PAYING:
                received = bool(view.received)
                self._sums("received" if received else "", view.received if received else None, "due", view.due)
                asked = customer.ASKED.get(view.waiting_for)
                self._said_below.setText(self._lines(asked) if asked else "")
            case _:
                self._sums("", None, "total" if view.total is not None else "", view.total)
                self._said_below.setText("")

    def _show_journey(self, journey: Journey, t: Texts) -> None:
        day, depart, arrive = customer.times(journey, t)
        self._service.setText(journey.service)
        self._route.setText(
            f"{customer.station_name(journey.origin, t)} → {customer.station_name(journey.destination, t)}"
        )
        others = [
            f"{customer.station_name(journey.origin, one)} → {customer.station_name(journey.destination, one)}"
            for one in self._texts[1:]
        ]
        self._latin.setText("  ".join(others))
        self._latin.setVisible(bool(others))
        self._when.setText(f"{day}   {depart} – {arrive}")
        classes = [words.travel_class(journey.travel_class, one) for one in self._texts]
        self._class.setText("  ".join(dict.fromkeys(classes)))

    def _sums(self, first: str, first_sum: Money | None, large: str, large_sum: Money | None) -> None:
        self._first_caption.setText(self._both(first) if first else "")
        self._first.setText(words.money(first_sum) if first else "")
        self._large_caption.setText(self._both(large) if large else "")
        self._large.setText(words.money(large_sum) if large and large_sum is not None else "")
        # A sum is never cut: a long one is written smaller.
        length = len(self._large.text())
        much = length > LARGE_CHARS_MAX
        self._large.set_role("title" if length > 2 * LARGE_CHARS_MAX else "figure" if much else "huge")
        mood: Mood = "accent" if large == "change" else ""
        self._large.set_mood(mood)

    def _both(self, name: str) -> str:
        return "  ".join(one(CAPTIONS[name]) for one in self._texts)

    def _lines(self, source: str) -> str:
        return "\n".join(one(source) for one in self._texts)

    def _say(self, labels: list[Label], name: str) -> None:
        for label, one in zip(labels, self._texts, strict=True):
            label.setText(one(CAPTIONS[name]))

    # ---- closing: with the till, or by the clerk's switch; not by a stray click on its frame
    def let_go(self) -> None:
        self._may_close = True
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._may_close:
            event.accept()
        else:
            event.ignore()
