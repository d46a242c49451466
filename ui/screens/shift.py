"""The drawer: cash in and out, X at any time, the blind count, the close by two people, and past Z reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from counter_app.application.views import ShiftReport, ShiftView
from counter_app.domain.papers import Paper, Slip
from counter_app.ports.shifts import CashKind
from ui.presenters import words
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.presenters.shift import STATE_MOODS, STATE_WORDS, Act, allowed, clerk_words
from ui.screens.shift_forms import CloseForm, CountForm, MoveForm
from ui.shell.dialogs import ask_line
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Button, Card, Fact, Label, Scroll, column, row
from ui.widgets.chrome import MOODS
from ui.widgets.slipview import SlipView
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


class ShiftScreen(Screen):
    name = "shift"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._report: ShiftReport | None = None
        profile = shell.desk.profile
        self._zone, self._currency = profile.zone, profile.currency
        self._facts = {name: Fact() for name in ("clerk", "opened", "float", "state")}
        strip = Card(margin=16)
        strip.body.addLayout(row(*self._facts.values(), None, spacing=40))
        self._past = DataTable[ShiftView](
            [
                Column(title=lambda: self.t("Shift"), text=lambda s: str(s.number), width=60),
                Column(title=lambda: "Z", text=lambda s: str(s.z_number or "—"), width=56),
                Column(title=lambda: self.t("Clerk"), text=lambda s: s.clerk, width=110),
                Column(
                    title=lambda: self.t("Opened"),
                    text=lambda s: words.moment(s.opened_at, self._zone, self.t),
                    width=170,
                ),
                Column(
                    title=lambda: self.t("Over / short"),
                    text=lambda s: words.money(s.over_short, sign=True),
                    right=True,
                    mood=lambda s: "bad" if s.over_short and s.over_short.minor < 0 else "",
                ),
            ],
            shell.theme,
            on_open=self._open_past,
        )
        self._past.set_empty(lambda: self.t("No shift has been worked here yet."))
        self._past_title = Label(role="lead")
        self._paper = SlipView()
        self._paper_scroll = Scroll()
        self._paper_scroll.body.addWidget(self._paper, 0, Qt.AlignmentFlag.AlignHCenter)
        self._paper_scroll.body.addStretch(1)
        self._print = Button("primary", self._print_report)
        self._save = Button("", self._save_pdf)
        self._moves = MoveForm(shell, self._currency, self._do_move, self._to_list)
        self._counting = CountForm(shell, self._currency, self._do_count, self._to_list)
        self._closing = CloseForm(shell, self._do_close, self._to_list)
        self._pages = QStackedWidget()
        for page in (self._list_page(), self._moves, self._counting, self._closing, self._report_page()):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(strip)
        layout.addWidget(self._pages, 1)

    def title(self) -> str:
        return self.t("Shift")

    def retranslate(self) -> None:
        self._past_title.setText(self.t("Past shifts: Enter shows the report"))
        self._past.retranslate()
        self._print.setText(self.t("Print"))
        self._save.setText(self.t("Save as PDF"))
        for form in (self._moves, self._counting, self._closing):
            form.retranslate()
        self._show_facts()
        if self._report is not None and self._pages.currentIndex() == 4:
            self._show_report(self._report)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """A long report is read with PgUp and PgDn, whatever has the focus."""
        steps = {
            Qt.Key.Key_PageDown.value: QAbstractSlider.SliderAction.SliderPageStepAdd,
            Qt.Key.Key_PageUp.value: QAbstractSlider.SliderAction.SliderPageStepSub,
        }
        if self._pages.currentIndex() == 4 and event.key() in steps:
            self._paper_scroll.verticalScrollBar().triggerAction(steps[event.key()])
        else:
            super().keyPressEvent(event)

    def fkeys(self) -> list[FKey]:
        if self._pages.currentIndex() == 4:
            return [
                FKey("Esc", self.t("Back"), self._to_list),
                FKey("F9", self.t("Print"), self._print_report, primary=True),
                FKey("F8", self.t("Save as PDF"), self._save_pdf, self._window.parts.save_pdf is not None),
            ]
        if self._pages.currentIndex() != 0:
            form, go = {
                1: (self._moves, self._do_move),
                2: (self._counting, self._do_count),
                3: (self._closing, self._do_close),
            }[self._pages.currentIndex()]
            count = [FKey("F6", self.t("Count notes"), self._moves.count)] if form is self._moves else []
            return [
                FKey("Esc", self.t("Back"), self._to_list),
                FKey("F5", form.go.text(), go, primary=True),
                *count,
            ]
        acts = allowed(self.shell.actor, self.shell.shift)
        running = self.shell.shift is not None and self.shell.shift.state != "closed"
        keys = [
            (Act.PAID_IN, "F2", self.t("Paid in"), self._mover(CashKind.PAID_IN)),
            (Act.PAID_OUT, "F3", self.t("Paid out"), self._mover(CashKind.PAID_OUT)),
            (Act.DROP, "F4", self.t("Cash drop"), self._mover(CashKind.DROP)),
            (Act.X, "F5", self.t("X report"), self._x),
            (Act.COUNT, "F6", self.t("Count drawer"), self._count),
            (Act.CLOSE, "F7", self.t("Close shift"), self._close),
            (Act.NO_SALE, "F8", self.t("Open drawer"), self._no_sale),
        ]
        shown = [FKey(key, label, action, act in acts) for act, key, label, action in keys]
        if not running:
            return [FKey("F2", self.t("Open shift"), lambda: self.shell.show_screen("open_shift"), primary=True)]
        return shown

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._to_list()

    def refresh(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor
        self.run(Lane.READ, desk.current_shift, self._have_shift)
        self.run(Lane.READ, lambda: desk.shifts(actor), self._have_past)

    # ---- what came back
    def _have_shift(self, shift: ShiftView | None) -> None:
        self._window.have_shift(shift)
        self._show_facts()
        self.fkeys_changed.emit()

    def _have_past(self, shifts: list[ShiftView]) -> None:
        self._past.set_rows(shifts, keep=lambda shift: shift.shift_id)
        if self._pages.currentIndex() == 0:
            self._past.setFocus()

    def _show_facts(self) -> None:
        shift = self.shell.shift
        t = self.t
        state = t(STATE_WORDS[shift.state]) if shift is not None else t("No shift is open")
        self._facts["state"].set(t("State"), state, MOODS.get(STATE_MOODS[shift.state], "") if shift else "warn")
        self._facts["clerk"].set(t("Clerk"), clerk_words(shift) if shift else "—")
        self._facts["opened"].set(t("Opened"), words.moment(shift.opened_at, self._zone, t) if shift else "—")
        self._facts["float"].set(t("Float"), words.money(shift.float_amount if shift else None))

    # ---- acts
    def _to_list(self) -> None:
        self._pages.setCurrentIndex(0)
        self._report = None
        self.refresh()
        self._past.setFocus()
        self.fkeys_changed.emit()

    def _page(self, index: int) -> None:
        self.shell.clear_notice()
        self._pages.setCurrentIndex(index)
        self.fkeys_changed.emit()

    def begin_move(self, kind: CashKind) -> None:
        """Opens the form for cash in, out or handed in."""
        self._page(1)
        self._moves.begin(kind)

    def counted(self) -> dict[int, int]:
        """What has been typed into the count so far."""
        return self._counting.pieces()

    def fill_close(self, login: str, password: str) -> None:
        """The second person's part of the close."""
        self._closing.supervisor.setText(login)
        self._closing.password.setText(password)

    def _mover(self, kind: CashKind) -> Callable[[], None]:
        return lambda: self.begin_move(kind)

    def _do_move(self) -> None:
        amount, kind, reason = self._moves.amount.money(), self._moves.kind, self._moves.reason.text().strip()
        if amount is None or not amount or not reason:
            self._moves.complain()
            return
        desk, actor, pieces = self.shell.desk, self.shell.actor, self._moves.pieces()

        def done(jobs: tuple[UUID, ...]) -> None:
            self.shell.print_jobs(jobs)
            self._to_list()
            self.shell.notify(
                lambda: Notice(
                    title=f"{self._moves.words()} · {words.money(amount)}",
                    what_happened=self.t("Recorded; the slip is printing."),
                    mood="ok",
                    code="cash_moved",
                )
            )

        self.run(
            Lane.DATABASE,
            lambda: desk.move_cash(actor, kind, amount, reason, pieces),
            done,
            busy=self.t("Recording …"),
        )

    def _no_sale(self) -> None:
        """The drawer, for change or a look: never without a reason."""
        t, desk, actor = self.t, self.shell.desk, self.shell.actor
        reason = ask_line(
            self,
            t,
            t("Open the drawer without a sale"),
            t("It is journaled with your name and the reason."),
            t("Reason"),
            t("Open drawer"),
        )
        if reason:
            self.run(
                Lane.DATABASE,
                lambda: desk.open_drawer(actor, reason=reason),
                lambda job: self.shell.print_jobs((job,)),
                busy=t("Recording …"),
            )

    def _count(self) -> None:
        self._page(2)
        self._counting.begin()

    def _do_count(self) -> None:
        desk, actor, pieces = self.shell.desk, self.shell.actor, self._counting.pieces()
        sure = self.shell.ask(
            self.t("Declare {amount}?", amount=words.money(self._counting.total())),
            self.t("After this nothing more is sold in this shift, and the count cannot be changed."),
            self.t("Declare"),
            self.t("Count again"),
        )
        if not sure:
            return

        def done(shift: ShiftView) -> None:
            self._window.have_shift(shift)
            self._show_facts()
            self._close()

        self.run(Lane.DATABASE, lambda: desk.declare_shift(actor, pieces), done, busy=self.t("Recording …"))

    def _close(self) -> None:
        shift = self.shell.shift
        if shift is not None:
            self._page(3)
            self._closing.begin(shift)

    def _do_close(self) -> None:
        desk, actor, form = self.shell.desk, self.shell.actor, self._closing
        reason, login, password = form.reason.text(), form.supervisor.text().strip(), form.password.text()

        def done(report: ShiftReport) -> None:
            form.password.clear()
            self._window.have_shift(None)
            self._show_facts()
            self._show_report(report)
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Shift {number} is closed: Z {z}", number=report.shift.number, z=report.z_number),
                    what_to_do=self.t("Print the report and hand it in with the cash."),
                    mood="ok",
                    code="shift_closed",
                )
            )

        self.run(
            Lane.DATABASE,
            lambda: desk.close_shift(actor, reason=reason, supervisor=login, supervisor_password=password),
            done,
            busy=self.t("Closing …"),
        )

    # ---- reports
    def _x(self) -> None:
        desk, actor = self.shell.desk, self.shell.actor
        self.run(Lane.DATABASE, lambda: desk.report_x(actor), self._show_report)

    def _open_past(self, shift: ShiftView) -> None:
        desk, actor, number = self.shell.desk, self.shell.actor, shift.z_number
        if number is not None:
            self.run(Lane.READ, lambda: desk.report_z(actor, number), self._show_report)

    def _show_report(self, report: ShiftReport) -> None:
        self._report = report
        desk, language = self.shell.desk, self.t.language
        self.run(Lane.READ, lambda: desk.report_paper(report, language), self._show_paper)

    def _show_paper(self, paper: Paper) -> None:
        assert isinstance(paper, Slip)
        self._paper.show_slip(paper)
        self._pages.setCurrentIndex(4)
        self._save.setVisible(self._window.parts.save_pdf is not None)
        self._print.setFocus()
        self.fkeys_changed.emit()

    def _print_report(self) -> None:
        report, desk, actor = self._report, self.shell.desk, self.shell.actor
        if report is not None:
            self.run(Lane.DATABASE, lambda: desk.print_report(actor, report), lambda job: self.shell.print_jobs([job]))

    def _save_pdf(self) -> None:
        report, save, language = self._report, self._window.parts.save_pdf, self.t.language
        if report is None or save is None:
            return
        name = f"{report.kind}-{report.z_number or report.shift.number}.pdf"
        chosen, _kind = QFileDialog.getSaveFileName(self, self.t("Save as PDF"), name, "PDF (*.pdf)")
        if chosen:
            desk, path = self.shell.desk, Path(chosen)

            def done(_nothing: None) -> None:
                self.shell.notify(
                    lambda: Notice(title=self.t("Saved"), what_happened=str(path), mood="ok", code="saved")
                )

            self.run(
                Lane.READ,
                lambda: save(desk.report_paper(report, language), path),
                done,
                busy=self.t("Saving …"),
            )

    # ---- building
    def _list_page(self) -> QWidget:
        page = QWidget()
        page.setLayout(column(self._past_title, self._past))
        return page

    def _report_page(self) -> QWidget:
        page = QWidget()
        page.setLayout(column(self._paper_scroll, row(None, self._save, self._print, None)))
        return page
