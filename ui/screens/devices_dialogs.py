"""What the Devices screen asks before it acts: which test page, where waiting papers go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton

from counter_app.application.print_views import PrinterView
from counter_app.application.views import PrintJobView
from counter_app.errors import Refusal
from counter_app.ports.prints import DeliveryOutcome
from counter_app.texts import mark
from ui.presenters import jobs, printers
from ui.presenters.lane import Lane, Trouble
from ui.presenters.refusals import explain
from ui.shell.screen import Screen
from ui.shell.workshop import Workshop
from ui.widgets.basic import Choice, Field, Label, column
from ui.widgets.popup import Popup

QUEUED: Final = "queued"  # the short page that goes the way of every paper
DRAWER: Final = "drawer"
OWN_PAGES: Final = {
    QUEUED: mark("Short page, by the queue of jobs as every paper"),
    DRAWER: mark("Cash drawer: opens it now"),
}
DRAWER_REASON: Final = mark("Test of the cash drawer")


class TestPrintDialog(Popup):
    """Stays open after a page, with what became of it; the drawer is a choice of its own, journaled as any opening."""

    __test__ = False  # no test case, whatever its name begins with

    def __init__(
        self,
        screen: Screen,
        found: Sequence[PrinterView],
        chosen: str,
        workshop: Workshop | None,
        *,
        print_jobs: Callable[[Sequence[UUID]], None],
        lane: Callable[[str], Lane],
        tried: Callable[[], None],
    ) -> None:
        t = screen.t
        super().__init__(screen, t("Test print"), t("Print"), t("Close"))
        self._screen, self._workshop, self._print_jobs, self._lane = screen, workshop, print_jobs, lane
        self._tried = tried
        self.printer = Choice()
        for one in found:
            self.printer.addItem(printers.printer_name(one.name, t), one.name)
        self.printer.setCurrentIndex(max(0, self.printer.findData(chosen)))
        self.printer.returnPressed.connect(self.yes.click)
        field = Field(self.printer)
        field.set_caption(t("Printer"))
        self.body.addWidget(field)
        self.group = QButtonGroup(self)
        self.pages: dict[str, QRadioButton] = {}
        choices = column(spacing=0)
        pages = dict(workshop.pages) if workshop is not None and workshop.try_page is not None else {}
        for page, words in {**pages, **OWN_PAGES}.items():
            radio = QRadioButton(t(words))
            self.pages[page] = radio
            self.group.addButton(radio)
            choices.addWidget(radio)
            radio.toggled.connect(lambda _on: self._named())
        self.body.addLayout(choices)
        self.note = Label(role="muted", wrap=True)
        self.body.addWidget(self.note)
        first = next(iter(self.pages.values()))
        first.setChecked(True)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._named()

    @property
    def page(self) -> str:
        return next(page for page, radio in self.pages.items() if radio.isChecked())

    def _named(self) -> None:
        t = self._screen.t
        if len(self.pages) < len(self.group.buttons()) or not any(r.isChecked() for r in self.pages.values()):
            return
        drawer = self.page == DRAWER
        self.yes.setText(t("Open the drawer") if drawer else t("Print"))
        notes = {
            DRAWER: t("The drawer that belongs to the receipts is opened; your name goes into the journal."),
            "cutter": t("The paper must be cut exactly once, below the line."),
            QUEUED: t("It stands in the list of print jobs and may be asked for there."),
        }
        self.note.setText(notes.get(self.page, t("A test page takes no number, no blank and no print job.")))
        self.say("")

    def on_yes(self) -> None:
        t, desk, actor, name = self._screen.t, self._screen.shell.desk, self._screen.shell.actor, self._name()
        self.yes.setEnabled(False)
        page = self.page
        if page == DRAWER:
            reason = t(DRAWER_REASON)
            self._screen.run(Lane.DATABASE, lambda: desk.open_drawer(actor, reason=reason), self._queued, self._failed)
        elif page == QUEUED:
            self._screen.run(Lane.DATABASE, lambda: desk.print_test(actor, name), self._queued, self._failed)
        else:
            assert self._workshop is not None
            assert self._workshop.try_page is not None
            work, language = self._workshop.try_page, t.language
            self.say(t("Printing …"))
            self._screen.run(self._lane(name), lambda: work(name, page, language), self._printed, self._failed)

    def _name(self) -> str:
        return str(self.printer.currentData())

    def _queued(self, job: UUID) -> None:
        self.yes.setEnabled(True)
        self._print_jobs([job])
        self.say(self._screen.t("Sent; what became of it stands in the list of print jobs."), "info")

    def _printed(self, outcome: DeliveryOutcome) -> None:
        self.yes.setEnabled(True)
        self.say(*printers.outcome_words(outcome, self._screen.t))
        self._tried()

    def _failed(self, trouble: Trouble) -> None:
        self.yes.setEnabled(True)
        notice = explain(trouble, self._screen.t)
        if isinstance(trouble, Refusal):
            self.say(" ".join(part for part in (notice.title, notice.what_to_do) if part), "bad")
        else:
            self.say(" ".join(part for part in (notice.title, notice.body()) if part), "bad")


class MoveDialog(Popup):
    """One paper, or all that wait for its printer, to another printer. ``done(job or None for all, to)``."""

    def __init__(
        self,
        screen: Screen,
        job: PrintJobView,
        found: Sequence[PrinterView],
        waiting: int,
        done: Callable[[UUID | None, str], None],
    ) -> None:
        t = screen.t
        super().__init__(screen, t("To another printer"), t("Send there"), t("Leave it"))
        self._job, self._done = job, done
        here = printers.printer_name(job.printer, t)
        words = f"{jobs.kind_words(job, t)} {job.title}".strip()
        self.body.addWidget(Label(t("{paper} waits for the {printer}.", paper=words, printer=here), wrap=True))
        self.to = Choice()
        self.to.returnPressed.connect(self.yes.click)
        for one in found:
            if one.name != job.printer:
                state = printers.badge(one.status, t)
                self.to.addItem(f"{printers.printer_name(one.name, t)} ({state})", one.name)
        ready = [one.name for one in found if one.name != job.printer and one.status is not None and one.status.ready]
        if ready:
            self.to.setCurrentIndex(self.to.findData(ready[0]))
        field = Field(self.to)
        field.set_caption(t("Send to"))
        self.body.addWidget(field)
        self.one = QRadioButton(t("This paper only"))
        self.every = QRadioButton(t("All {count} that wait for this printer", count=waiting))
        self.every.setVisible(waiting > 1)
        self.one.setChecked(waiting <= 1)
        self.every.setChecked(waiting > 1)
        self.one.setVisible(waiting > 1)
        self.body.addWidget(self.every)
        self.body.addWidget(self.one)
        note = t("It is printed there now. A numbered blank that it had here stays unused: tear it off and keep it.")
        self.body.addWidget(Label(note, role="muted", wrap=True))
        self.to.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_yes(self) -> None:
        to = str(self.to.currentData())
        job = None if self.every.isChecked() else self._job.job_id
        self.accept()
        self._done(job, to)
