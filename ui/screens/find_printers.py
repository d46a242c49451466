"""Find printers: what is on the network, the ports, the bus and in the print service; tried first, then saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from counter_app.errors import Cancelled
from counter_app.ports.workshop import Finder, FoundPrinter, ProfileLine, SearchStep
from ui.doctor.ports import forbidden_group
from ui.presenters import finding, printers
from ui.presenters.lane import CancelToken, Lane, Trouble
from ui.presenters.refusals import Notice, explain
from ui.screens.find_take import TakePart
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Label, Scroll, row
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from counter_app.ports.prints import DeliveryOutcome
    from ui.shell.window import MainWindow

T = TypeVar("T")
TAKE_PX = 420  # at 100 %


class FindPrintersScreen(Screen):
    name = "find_printers"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self.found: list[FoundPrinter] = []
        self._step: SearchStep | None = None
        self._token: CancelToken | None = None
        self._searched = False
        self._proposed: FoundPrinter | None = None
        self._said = Label(role="lead")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self.table = DataTable[FoundPrinter](
            [
                Column(title=lambda: self.t("Device"), text=lambda one: one.title, strong=True),
                Column(
                    title=lambda: self.t("Address"),
                    text=lambda one: printers.address_words(one.url, self.t),
                    width=230,
                ),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda one: finding.found_state(one, self.t),
                    mood=finding.found_mood,
                    width=170,
                ),
            ],
            shell.theme,
            on_choose=self._chosen,
            on_open=lambda _one: self.take.url.setFocus(Qt.FocusReason.OtherFocusReason),
        )
        self.table.set_empty(self._empty_words)
        self.take = TakePart(shell, self.fkeys_changed.emit)
        self.take.try_wanted = self._try
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(row(self._said, None, self._bar))
        left.addWidget(self.table, 1)
        scroll = Scroll()
        scroll.body.addWidget(self.take)
        scroll.body.addStretch(1)
        scroll.setFixedWidth(shell.theme.tokens().px(TAKE_PX))
        page = QHBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(16)
        page.addLayout(left, 1)
        page.addWidget(scroll)
        QWidget.setTabOrder(self.table, self.take.url)

    @property
    def _finder(self) -> Finder:
        workshop = self._window.parts.workshop
        assert workshop is not None
        assert workshop.finder is not None
        return workshop.finder

    # ---- the shell's
    def title(self) -> str:
        return self.t("Find printers")

    def retranslate(self) -> None:
        self.table.retranslate()
        self.take.retranslate()
        self._show()

    def fkeys(self) -> list[FKey]:
        t, running = self.t, self._token is not None
        take = self.take
        return [
            FKey("F2", t("Stop searching") if running else t("Search"), self._stop if running else self.begin),
            FKey("F5", t("Ask this printer"), self._ask, take.complete),
            FKey("F6", t("Test print"), self._try, take.complete),
            FKey("F9", t("Save into the settings"), self._save, take.complete, primary=True),
            FKey("Esc", t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self.run(Lane.APART, self._finder.profiles, self._have_profiles)
        if not self._searched:
            self.begin()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_leave(self) -> None:
        self._stop()

    def on_sign_out(self) -> None:
        self._stop()

    # ---- the search
    def begin(self) -> None:
        if self._token is not None:
            return
        token = self._token = CancelToken()
        self.found, self._step, self._searched = [], None, True
        finder, lanes = self._finder, self.shell.lanes

        def step(at: SearchStep) -> None:
            lanes.post(lambda: self._stepped(token, at))

        def found(one: FoundPrinter) -> None:
            known = replace(one, group=forbidden_group(one.url) or one.group)
            lanes.post(lambda: self._heard(token, known))

        def failed(trouble: Trouble) -> None:
            self._ended()
            if not isinstance(trouble, Cancelled):
                self.shell.refuse(trouble)

        self.run(
            Lane.APART, lambda: finder.search(step, found, token.cancelled), lambda _none: self._ended(), failed, token
        )
        self._show()
        self.fkeys_changed.emit()

    def _stepped(self, token: CancelToken, at: SearchStep) -> None:
        if token is self._token:
            self._step = at
            self._show_progress()

    def _heard(self, token: CancelToken, one: FoundPrinter) -> None:
        if token is self._token and all(other.url != one.url for other in self.found):
            self.found.append(one)
            self._show()

    def _ended(self) -> None:
        self._token = None
        self._show()
        self.fkeys_changed.emit()

    def _stop(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self._ended()

    def _at_printer(self, url: str, work: Callable[[], T], done: Callable[[T], None], *, busy: str) -> None:
        """On the lane of the window's own printer where the address opens one, however it is spelled: nothing may come
        between its bands. Whether it does, a name server may have to say.
        """
        finder = self._finder

        def found(name: str) -> None:
            lane = self._window.printer_lane(name) if name else Lane.APART
            self.run(lane, work, done, self._failed, busy=busy)

        self.run(Lane.APART, lambda: finder.own_printer(url), found, self._failed, busy=busy)

    # ---- what is shown
    def _have_profiles(self, lines: Sequence[ProfileLine]) -> None:
        self.take.show_profiles(lines)
        self._proposed = None
        self._chosen(self.table.chosen())

    def _show(self) -> None:
        self._show_progress()
        self.table.set_rows(self.found, keep=lambda one: one.url)

    def _show_progress(self) -> None:
        running = self._token is not None
        self._bar.setVisible(running)
        self._said.setText(finding.progress_words(self._step, len(self.found), self.t, running=running))
        self._bar.setRange(0, self._step.total if self._step is not None else 0)
        self._bar.setValue(self._step.done if self._step is not None else 0)

    def _empty_words(self) -> str:
        if self._token is not None:
            return self.t("Looking …")
        return self.t(
            "Nothing was found. Is the printer switched on and connected? Its address can also be typed on the right; "
            "a network printer prints it when it is switched on with the feed key held."
        )

    def _chosen(self, one: FoundPrinter | None) -> None:
        if one is not None and one != self._proposed:  # what was typed or said since is kept
            self._proposed = one
            self.take.propose(one)
        self.fkeys_changed.emit()

    # ---- what the technician does
    def _ask(self) -> None:
        url, profile = self.take.wanted()
        finder, take = self._finder, self.take
        take.say(lambda: (self.t("Asking the printer …"), ""))
        self._at_printer(
            url,
            lambda: finder.ask(url, profile),
            lambda status: take.say(lambda: printers.status_sentence(status, self.t)),
            busy=self.t("Asking the printer …"),
        )

    def _try(self) -> None:
        if not self.take.complete or self.busy:
            return
        url, profile = self.take.wanted()
        finder, take, language = self._finder, self.take, self.t.language
        take.say(lambda: (self.t("Printing …"), ""))

        def done(outcome: DeliveryOutcome) -> None:
            take.tried(url, profile, outcome)
            self.fkeys_changed.emit()

        self._at_printer(url, lambda: finder.try_page(url, profile, "all", language), done, busy=self.t("Printing …"))

    def _failed(self, trouble: Trouble) -> None:
        def words() -> tuple[str, str]:
            notice = explain(trouble, self.t)
            return " ".join(part for part in (notice.title, notice.body()) if part), "bad"

        self.take.say(words)

    def _save(self) -> None:
        take, t = self.take, self.t
        if not take.complete or self.busy:
            return
        url, profile = take.wanted()
        name, drawer = take.name_wanted(), take.drawer.isChecked()
        words = printers.printer_name(name, t)
        if not take.was_tried(url, profile) and not self.shell.ask(
            t("Save without a test print?"),
            t("Nothing came out of it yet. If the model's profile is wrong, tickets may come out cut or not at all."),
            t("Save all the same"),
            t("Back"),
            danger=True,
        ):
            return
        finder, actor = self._finder, self.shell.actor

        def done(_none: None) -> None:
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Saved: {printer}", printer=words),
                    what_was_done=self.t("The file as it was stands beside it, ending in .before."),
                    what_to_do=self.t("It is used from the next start: close this window and open it again."),
                    mood="ok",
                    code="printer_saved",
                )
            )

        self.run(
            Lane.APART,
            lambda: finder.save(actor, name, url=url, profile=profile, drawer=drawer),
            done,
            busy=t("Saving …"),
        )
