"""The printer and what else stands around the till, in words; print jobs, and what only a person can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout

from counter_app.application.views import PrintJobView
from counter_app.ports.prints import PrinterStatus
from ui.presenters import jobs, words
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.screens.devices_around import AroundCard
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Fact, Label, column, row
from ui.widgets.chrome import MOODS
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class DevicesScreen(Screen):
    name = "devices"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._zone = shell.desk.profile.zone
        self._status: PrinterStatus | None = shell.printer
        self._said = Label(role="title", wrap=True)
        self._head = Label(role="field")
        self._facts = {name: Fact("strong") for name in ("online", "cover", "paper")}
        self._test = Button("", self._print_test)
        self._ask = Button("", self._ask_printer)
        self._roll = Button("", self._window.toggle_roll)
        card = Card(margin=20, spacing=8)
        card.body.addWidget(self._head)
        card.body.addWidget(self._said)
        card.body.addLayout(row(*self._facts.values(), None, self._roll, self._ask, self._test, spacing=20))
        self.around = AroundCard(shell, self._window.customer, self._window.scans)
        self._window.customer.changed.connect(self.fkeys_changed)
        self._question = Card(margin=16, spacing=8, role="notice")
        self._question.setProperty("mood", "bad")
        self._asked = Label(role="lead", mood="bad", wrap=True)
        self._hint = Label(wrap=True)
        self._yes = Button("primary", lambda: self._settle(came_out=True))
        self._no = Button("danger", lambda: self._settle(came_out=False))
        line = row(column(self._asked, self._hint, spacing=2), self._yes, self._no, spacing=12)
        line.setStretch(0, 1)
        self._question.body.addLayout(line)
        self._jobs_title = Label(role="lead")
        self._jobs = DataTable[PrintJobView](
            [
                Column(
                    title=lambda: self.t("Time"),
                    text=lambda j: words.moment(j.created_at, self._zone, self.t),
                    width=150,
                ),
                Column(title=lambda: self.t("Kind"), text=lambda j: jobs.kind_words(j, self.t), width=180),
                Column(title=lambda: self.t("For"), text=lambda j: j.title),
                Column(
                    title=lambda: self.t("State"),
                    text=lambda j: jobs.state_words(j, self.t),
                    mood=jobs.state_mood,
                    width=240,
                ),
            ],
            shell.theme,
            on_choose=self._chosen,
        )
        self._jobs.set_empty(lambda: self.t("Nothing has been printed yet."))
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 12, 24, 16)
        page.setSpacing(12)
        page.addWidget(card)
        page.addWidget(self.around)
        page.addWidget(self._question)
        page.addWidget(self._jobs_title)
        page.addWidget(self._jobs, 1)
        self._window.printed.connect(lambda _job: self._read() if self.isVisible() else None)

    def title(self) -> str:
        return self.t("Devices")

    def retranslate(self) -> None:
        t = self.t
        self._head.setText(t("Ticket printer"))
        self._test.setText(t("Print test page"))
        self._ask.setText(t("Ask again"))
        self._roll.setText(t("Paper roll"))
        self._roll.setVisible(self._window.parts.sheets is not None)
        self._jobs_title.setText(t("Print jobs"))
        self._yes.setText(t("Yes, it came out"))
        self._no.setText(t("It did not, or is spoiled"))
        self._hint.setText(t("The printer did not confirm it. Look at the paper; money is not touched by the answer."))
        self._jobs.retranslate()
        self.around.retranslate()
        self._show_status()
        self._chosen(self._jobs.chosen())

    def fkeys(self) -> list[FKey]:
        settle = jobs.may_settle(self._jobs.chosen())
        return [
            FKey("F2", self.t("Yes, it came out"), lambda: self._settle(came_out=True), settle),
            FKey("F3", self.t("Did not come out"), lambda: self._settle(came_out=False), settle),
            FKey("F5", self.t("Ask again"), self._ask_printer),
            FKey("F6", self.t("Print test page"), self._print_test),
            *(
                [FKey("F7", self.t("Paper roll"), self._window.toggle_roll)]
                if self._window.parts.sheets is not None
                else []
            ),
            FKey("F8", self.t("Customer window"), self._window.customer.toggle_window),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._ask_printer()
        self.around.watch(on=True)
        self._jobs.setFocus()

    def on_leave(self) -> None:
        self.around.watch(on=False)

    def _read(self) -> None:
        self.run(Lane.READ, lambda: self.shell.desk.print_jobs(limit=200), self._have_jobs)

    def _have_jobs(self, found: list[PrintJobView]) -> None:
        # What a person has to answer comes first: it blocks the paper, and it may be far down by time.
        self._jobs.set_rows(sorted(found, key=lambda job: not jobs.may_settle(job)), keep=lambda job: job.job_id)
        self._chosen(self._jobs.chosen())

    def _ask_printer(self) -> None:
        self._read()
        self.run(Lane.PRINTER, self.shell.desk.printer_status, self._have_status)

    def _have_status(self, status: PrinterStatus) -> None:
        self._status = status
        self._show_status()

    def _show_status(self) -> None:
        t, status = self.t, self._status
        said, mood = jobs.printer_sentence(status, t)
        self._said.setText(said)
        self._said.set_mood(MOODS.get(mood, ""))
        online = cover = paper = "—"
        if status is not None and status.answered:
            online = t("On line") if status.online else t("Off line")
            cover = t("Cover open") if status.cover_open else t("Shut")
            paper = t(jobs.PAPER_WORDS[status.paper])
        self._facts["online"].set(t("Connection"), online)
        self._facts["cover"].set(t("Cover"), cover)
        self._facts["paper"].set(t("Paper"), paper)

    def _chosen(self, job: PrintJobView | None) -> None:
        settle = jobs.may_settle(job)
        self._question.setVisible(settle)
        if job is not None and settle:
            words_ = f"{jobs.kind_words(job, self.t)} {job.title}"
            self._asked.setText(self.t("Did it come out? {title}", title=words_))
        self.fkeys_changed.emit()

    def _settle(self, *, came_out: bool) -> None:
        job = self._jobs.chosen()
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

    def _print_test(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor

        def done(job: UUID) -> None:
            self.shell.print_jobs([job])
            self._read()

        self.run(Lane.DATABASE, lambda: desk.print_test(actor), done)
