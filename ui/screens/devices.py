"""The printers and what else stands around the till, in words; print jobs, and what only a person can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.print_views import MovedJob, PrinterView, RollView
from counter_app.application.views import PrintJobView
from counter_app.domain.staff import Right
from counter_app.ports.printer_events import PrinterEvent
from counter_app.ports.prints import JobState, PrinterStatus
from ui.presenters import jobs, printers
from ui.presenters.lane import Lane, Trouble, printer_lane
from ui.presenters.refusals import Notice
from ui.screens.devices_around import AroundCard
from ui.screens.devices_cards import PrinterCards
from ui.screens.devices_dialogs import MoveDialog, TestPrintDialog
from ui.screens.devices_jobs import JobsPart
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Label, column, row

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

ROOMY_PX = 860  # at 100 %: a window as tall as this has room for all that the cards say
JOBS_MAX = 200
EVENTS_MAX = 200


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at the store gave."""

    printers: Sequence[PrinterView]
    jobs: Sequence[PrintJobView]
    rolls: Sequence[RollView]
    events: Sequence[PrinterEvent]


class DevicesScreen(Screen):
    name = "devices"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._zone = shell.desk.profile.zone
        self._seen = _Seen((), (), (), ())
        self.dialog: TestPrintDialog | MoveDialog | None = None
        self.around = AroundCard(
            shell, self._window.customer, self._window.scans, lambda: self._window.payments.terminal
        )
        self._window.customer.changed.connect(self.fkeys_changed)
        self.cards = PrinterCards(shell.theme, self.around, self._test_print)
        self.cards.chosen.connect(lambda _name: self.fkeys_changed.emit())
        self.links = {
            "blanks": Button("", lambda: shell.show_screen("blanks")),
            "printer_log": Button("", lambda: shell.show_screen("printer_log", printer=self.cards.name)),
            "layouts": Button("", lambda: shell.show_screen("layouts")),
            "find_printers": Button("", lambda: shell.show_screen("find_printers")),
            "checkup": Button("", lambda: shell.show_screen("checkup")),
        }
        self._pending = Label(role="strong", mood="warn", wrap=True)
        self._pending.hide()
        self._asked, self._hint = Label(role="lead", mood="bad", wrap=True), Label(wrap=True)
        self._yes = Button("primary", lambda: self._settle(came_out=True))
        self._no = Button("danger", lambda: self._settle(came_out=False))
        self._question = self._question_card()
        self.cards.after = self._no
        self.jobs = JobsPart(shell, self._chosen)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 6, 24, 10)
        page.setSpacing(10)
        page.addLayout(row(*self.links.values(), None))
        page.addWidget(self._pending)
        page.addWidget(self._question)  # before all else: it waits for an answer
        page.addWidget(self.cards)
        page.addWidget(self.jobs, 1)
        # Methods, no lambdas: Qt forgets them together with the screen when somebody else signs in.
        self._window.printed.connect(self._printed)
        self._window.printer_changed.connect(self._printer_changed)

    def _question_card(self) -> Card:
        card = Card(margin=12, spacing=8, role="notice")
        card.setProperty("mood", "bad")
        line = row(column(self._asked, self._hint, spacing=2), self._yes, self._no, spacing=12)
        line.setStretch(0, 1)
        card.body.addLayout(line)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """For the list: it is what is worked with. On a small screen the cards are brief before it is cut."""
        small = self._window.height() < self.shell.theme.tokens().px(ROOMY_PX)
        brief = small and (len(self.cards.cards) > 1 or self._question.isVisibleTo(self))
        self.cards.be_brief(brief=brief)
        self.around.be_brief(brief=brief)
        self._hint.setVisible(not brief)
        self._question.setToolTip(self._hint.text() if brief else "")

    # ---- the shell's
    def title(self) -> str:
        return self.t("Devices")

    def retranslate(self) -> None:
        t, workshop = self.t, self._window.parts.workshop
        manage = self.shell.actor.may(Right.MANAGE)
        self.links["blanks"].setText(t("Blanks"))
        self.links["printer_log"].setText(t("Event log"))
        self.links["layouts"].setText(t("Layouts"))
        self.links["find_printers"].setText(t("Find printers"))
        self.links["checkup"].setText(t("Check everything"))
        self.links["layouts"].setVisible(manage and workshop is not None and workshop.layouts is not None)
        self.links["find_printers"].setVisible(manage and workshop is not None and workshop.finder is not None)
        self.links["checkup"].setVisible(workshop is not None)
        self._pending.setText(t("The settings file has other printers: they are used from the next start."))
        self._yes.setText(t("Yes, it came out"))
        self._no.setText(t("It did not, or is spoiled"))
        self._hint.setText(t("The printer did not confirm it. Look at the paper; money is not touched by the answer."))
        self.jobs.retranslate()
        self.around.retranslate()
        self._show()
        self._chosen(self.jobs.chosen())

    def fkeys(self) -> list[FKey]:
        t, job = self.t, self.jobs.chosen()
        settle = jobs.may_settle(job)
        return [
            FKey("F2", t("Came out"), lambda: self._settle(came_out=True), settle),
            FKey("F3", t("Did not"), lambda: self._settle(came_out=False), settle),
            FKey("F4", t("Elsewhere …"), self._move, self._may_move(job)),
            FKey("F5", t("Ask again"), self._ask_again),
            FKey("F6", t("Test print …"), self._test_print, bool(self._seen.printers)),
            *([FKey("F7", t("Paper roll"), self._window.toggle_roll)] if self._window.parts.sheets is not None else []),
            FKey("F8", t("Customer"), self._window.customer.toggle_window),
            FKey("F9", t("Give up"), self._give_up, self._sending() != ""),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._ask_printers()
        self.around.watch(on=True)
        workshop = self._window.parts.workshop
        if workshop is not None and workshop.finder is not None:
            self.run(Lane.APART, workshop.finder.pending, self._pending.setVisible)
        self.jobs.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_leave(self) -> None:
        self.around.watch(on=False)

    def _lane(self, name: str) -> Lane:
        """The printer's own."""
        return printer_lane([printer.name for printer in self._seen.printers].index(name))

    # ---- what is shown
    def _printed(self, _job: object) -> None:
        if self.isVisible():
            self._read()

    def _printer_changed(self, _name: str, _status: object) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        desk = self.shell.desk

        def work() -> _Seen:
            return _Seen(
                desk.printers(), desk.print_jobs(limit=JOBS_MAX), desk.rolls(), desk.printer_events(EVENTS_MAX)
            )

        self.run(Lane.READ, work, self._have)

    def _have(self, seen: _Seen) -> None:
        self._seen = seen
        self._show()
        self._chosen(self.jobs.chosen())

    def _show(self) -> None:
        rolls = {roll.printer: roll for roll in reversed(self._seen.rolls) if roll.inside}
        events = {event.printer: event for event in reversed(self._seen.events)}
        self.cards.show_printers(self._seen.printers, self.t, rolls=rolls, events=events, zone=self._zone)
        self.jobs.show_jobs(self._seen.jobs, [printer.name for printer in self._seen.printers])
        self._make_room()

    def _ask_printers(self) -> None:
        """Each on its own lane: one that does not answer holds nobody else up."""
        self._read()
        desk = self.shell.desk

        def asked(_status: PrinterStatus) -> None:
            self._read()

        def failed(_trouble: Trouble) -> None:
            self._read()  # how it stands is said by its card

        def ask(found: list[PrinterView]) -> None:
            for at, printer in enumerate(found):
                self.run(printer_lane(at), partial(desk.printer_status, printer.name), asked, failed)

        self.run(Lane.READ, desk.printers, ask)

    def _ask_again(self) -> None:
        """And what waits for a ready printer, or was given up, is printed."""
        self._window.printing.try_again()
        self._ask_printers()

    def _chosen(self, job: PrintJobView | None) -> None:
        settle = jobs.may_settle(job)
        self._question.setVisible(settle)
        if job is not None and settle:
            words_ = f"{jobs.kind_words(job, self.t)} {job.title}".strip()
            self._asked.setText(self.t("Did it come out? {title}", title=words_))
        self._make_room()
        self.fkeys_changed.emit()

    # ---- what the clerk does
    def _settle(self, *, came_out: bool) -> None:
        job = self.jobs.chosen()
        if job is None or not jobs.may_settle(job) or self.busy:
            return
        desk, actor = self.shell.desk, self.shell.actor

        def done(copy: UUID | None) -> None:
            if copy is not None:
                self.shell.print_jobs([copy])
            self._window.poll_now()
            self._read()
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Recorded: it came out")
                    if copy is None
                    else self.t("Recorded: a numbered copy is printing"),
                    mood="ok",
                    code="paper_settled",
                )
            )

        self.run(
            Lane.DATABASE,
            lambda: desk.settle_job(actor, job.job_id, came_out=came_out),
            done,
            busy=self.t("Recording …"),
        )

    def _test_print(self) -> None:
        if not self._seen.printers:
            return
        self.dialog = TestPrintDialog(
            self,
            self._seen.printers,
            self.cards.name,
            self._window.parts.workshop,
            print_jobs=self.shell.print_jobs,
            lane=self._lane,
            tried=self._window.refresh_roll,
        )
        self.dialog.finished.connect(lambda _result: self._read())
        self.dialog.open()

    def _may_move(self, job: PrintJobView | None) -> bool:
        return jobs.may_move(job) and len(self._seen.printers) > 1

    def _move(self) -> None:
        job = self.jobs.chosen()
        if job is None or not self._may_move(job):
            return
        waiting = sum(jobs.may_move(other) and other.printer == job.printer for other in self._seen.jobs)
        self.dialog = MoveDialog(
            self, job, self._seen.printers, waiting, lambda one, to: self._moved_to(job.printer, one, to)
        )
        self.dialog.open()

    def _moved_to(self, printer: str, one: UUID | None, to: str) -> None:
        desk, actor = self.shell.desk, self.shell.actor

        def work() -> list[MovedJob]:
            return desk.move_waiting(actor, printer, to) if one is None else [desk.move_job(actor, one, to)]

        def done(moved: list[MovedJob]) -> None:
            self.shell.print_jobs([job.job_id for job in moved])
            unused = ", ".join(job.unused for job in moved if job.unused)
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Papers that go to the {printer}: {count}", count=len(moved), printer=self._named(to)),
                    what_to_do=self.t("Tear these blanks off and keep them: {blanks}", blanks=unused) if unused else "",
                    mood="warn" if unused else "ok",
                    code="papers_moved",
                )
            )
            self._read()

        self.run(Lane.DATABASE, work, done, busy=self.t("Recording …"))

    def _named(self, printer: str) -> str:
        return printers.printer_name(printer, self.t)

    def _sending(self) -> str:
        """The printer that works on a paper just now, "" for none."""
        return next((job.printer for job in self._seen.jobs if job.state is JobState.SENDING), "")

    def _give_up(self) -> None:
        printer = self._sending()
        if not printer or not self.shell.ask(
            self.t("Give up what is being printed?"),
            self.t(
                "The {printer} gets nothing more of this paper. Some of it may come out: you are asked whether it did.",
                printer=self._named(printer),
            ),
            self.t("Give up printing"),
            self.t("Let it print"),
            danger=True,
        ):
            return
        desk = self.shell.desk
        self.run(Lane.APART, lambda: desk.cancel_printing(printer), lambda _none: self._read())  # may take a while
