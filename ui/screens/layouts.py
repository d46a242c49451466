"""Layouts of paper: every document drawn as the printer would, by the operator's file or the program's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout

from counter_app.application.whole_file import whole_file
from counter_app.domain.papers import Document
from counter_app.domain.staff import Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import DeliveryOutcome
from counter_app.ports.workshop import Drawn, LayoutBench, LayoutFault, LayoutLine
from ui.presenters import layouts, printers
from ui.presenters.lane import Lane, Trouble, printer_lane
from ui.presenters.refusals import Notice, explain
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Card, Choice, Field, Label, Scroll, column, row
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from ui.shell.window import MainWindow

LOOK_MS: Final = 1500
LIST_PX: Final = 370  # at 100 %


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be drawn."""

    document: Document
    width: int
    language: str
    own: bool
    real: bool


class LayoutsScreen(Screen):
    name = "layouts"
    needs_width = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._window = cast("MainWindow", shell)
        self._lines: Sequence[LayoutLine] = ()
        self._loose: Sequence[LayoutFault] = ()
        self._drawn: Drawn | None = None
        self._drawing: _Wanted | None = None
        self._stamp = ""
        self.table = DataTable[LayoutLine](
            [
                Column(
                    title=lambda: self.t("Kind of paper"),
                    text=lambda line: layouts.document_name(line.document, self.t),
                    strong=True,
                ),
                Column(
                    title=lambda: self.t("Layout"),
                    text=lambda line: layouts.file_state(line, self.t),
                    mood=layouts.file_mood,
                    width=130,
                ),
            ],
            shell.theme,
            on_choose=lambda _line: self._draw(),
        )
        self.paper, self.language = Choice(), Choice()
        self.real, self.shipped = QCheckBox(), QCheckBox()
        self._paper_field, self._language_field = Field(self.paper), Field(self.language)
        self._fault, self._folder = Label(mood="bad", wrap=True), Label(role="caption", wrap=True)
        self._size = Label(role="muted")
        self._picture = Label()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._ask_stamp)
        page = QHBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(16)
        page.addLayout(self._left())
        page.addLayout(self._right(), 1)

    def _left(self) -> QVBoxLayout:
        self.table.setFixedWidth(self.shell.theme.tokens().px(LIST_PX))
        self._fault.setFixedWidth(self.shell.theme.tokens().px(LIST_PX))
        self._folder.setFixedWidth(self.shell.theme.tokens().px(LIST_PX))
        left = column(spacing=8)
        left.addWidget(self.table, 1)
        left.addWidget(self._fault)
        left.addWidget(self._folder)
        return left

    def _right(self) -> QVBoxLayout:
        for choice in (self.paper, self.language):
            choice.setMinimumWidth(self.shell.theme.tokens().px(175))
            choice.currentIndexChanged.connect(lambda _index: self._draw())
        for box in (self.real, self.shipped):
            box.toggled.connect(lambda _on: self._draw())
        controls = row(self._paper_field, self._language_field, column(self.real, self.shipped, spacing=0), None)
        controls.setSpacing(16)
        scroll = Scroll()
        scroll.body.setContentsMargins(16, 16, 16, 16)
        sheet = Card(margin=10, role="sheet")
        sheet.body.addWidget(self._picture)
        self._sheet = sheet
        scroll.body.addWidget(sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        scroll.body.addStretch(1)
        self._scroll = scroll
        right = column(spacing=8)
        right.addLayout(controls)
        right.addWidget(self._size)
        right.addWidget(scroll, 1)
        return right

    @property
    def _bench(self) -> LayoutBench:
        workshop = self._window.parts.workshop
        assert workshop is not None
        assert workshop.layouts is not None
        return workshop.layouts

    # ---- the shell's
    def title(self) -> str:
        return self.t("Layouts of paper")

    def retranslate(self) -> None:
        t = self.t
        self._paper_field.set_caption(t("Paper"))
        self._language_field.set_caption(t("Language of the paper"))
        self.real.setText(t("The last real ticket, masked"))
        self.shipped.setText(t("As it came with the program"))
        self._folder.setText(t("Your own layouts stand in {folder}", folder=self._bench.folder))
        papers = [(t("{dots} dots, {mm} mm", dots=dots, mm=mm), dots) for dots, mm in layouts.WIDTHS]
        _fill(self.paper, papers, usual=layouts.WIDTHS[-1][0])
        _fill(self.language, [(t(words), name) for name, words in layouts.LANGUAGES.items()], usual=t.language)
        self.table.retranslate()
        self._say()

    def fkeys(self) -> list[FKey]:
        t, drawn = self.t, self._drawn is not None
        line = self.table.chosen()
        return [
            FKey("F2", t("Width"), lambda: _turn(self.paper)),
            FKey("F3", t("Language"), lambda: _turn(self.language)),
            FKey("F4", t("Real ticket"), self.real.toggle),
            FKey("F5", t("Read again"), self._read),
            FKey("F6", t("Print a sample"), self._print, drawn),
            FKey("F7", t("PDF …"), lambda: self._save("pdf"), drawn),
            FKey("F8", t("PNG …"), lambda: self._save("png"), drawn),
            FKey(
                "F9",
                t("Own layout …"),
                self._copy_out,
                line is not None and not line.own and not line.faults and self.shell.actor.may(Right.MANAGE),
            ),
            FKey("Esc", t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self._look.start()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_leave(self) -> None:
        self._look.stop()

    # ---- files that change while they are looked at
    def _ask_stamp(self) -> None:
        bench = self._bench
        self.run(Lane.READ, bench.stamp, self._have_stamp)

    def _have_stamp(self, stamp: str) -> None:
        if stamp != self._stamp:
            self._read()

    def _read(self) -> None:
        bench = self._bench
        self.run(Lane.READ, lambda: (bench.stamp(), bench.lines(), bench.loose()), self._have)

    def _have(self, found: tuple[str, Sequence[LayoutLine], Sequence[LayoutFault]]) -> None:
        self._stamp, self._lines, self._loose = found
        self._drawn, self._drawing = None, None
        self.table.set_rows(self._lines, keep=lambda line: line.document)
        self._draw()

    # ---- the picture
    def wanted(self) -> _Wanted | None:
        line = self.table.chosen()
        if line is None or self.paper.currentData() is None or self.language.currentData() is None:
            return None
        return _Wanted(
            line.document,
            int(self.paper.currentData()),
            str(self.language.currentData()),
            not self.shipped.isChecked(),
            self.real.isChecked(),
        )

    def _draw(self) -> None:
        wanted, bench = self.wanted(), self._bench
        self._say()
        self.fkeys_changed.emit()
        if wanted is None or wanted == self._drawing:
            return
        self._drawing = wanted

        def work() -> Drawn:
            return bench.draw(
                wanted.document, width=wanted.width, language=wanted.language, own=wanted.own, real=wanted.real
            )

        def done(drawn: Drawn) -> None:
            if wanted == self._drawing:
                self._show(drawn)

        def failed(trouble: Trouble) -> None:
            if wanted == self._drawing:
                self._drawn = None
                self._picture.clear()
                self._sheet.hide()
                self._size.setText(explain(trouble, self.t).title)
                self.fkeys_changed.emit()

        self.run(Lane.READ, work, done, failed)

    def _show(self, drawn: Drawn) -> None:
        self._drawn = drawn
        picture = QPixmap()
        picture.loadFromData(drawn.png)
        self._picture.setPixmap(picture)  # dot for dot: nothing is scaled
        self._picture.setAccessibleName(layouts.document_name(self._drawing.document, self.t) if self._drawing else "")
        self._sheet.show()
        self._scroll.verticalScrollBar().setValue(0)
        self._say()
        self.fkeys_changed.emit()

    def _say(self) -> None:
        line, drawn = self.table.chosen(), self._drawn
        faults = [*self._loose, *(line.faults if line is not None else ())]
        self._fault.setText(layouts.fault_words(faults, self.t))
        self._fault.setVisible(bool(faults))
        if drawn is not None:
            words = self.t("{width} × {height} dots, as the printer burns them", width=drawn.width, height=drawn.height)
            self._size.setText(words)

    # ---- what the operator does
    def _print(self) -> None:
        wanted = self.wanted()
        if wanted is None or self.busy:
            return
        bench, desk = self._bench, self.shell.desk

        def ask(names: list[str]) -> None:
            name = names[0]  # the main printer: what it prints others print

            def done(outcome: DeliveryOutcome) -> None:
                words, mood = printers.outcome_words(outcome, self.t)
                self.shell.notify(
                    lambda: Notice(
                        title=self.t("Sample on the {printer}", printer=printers.printer_name(name, self.t)),
                        what_happened=words,
                        mood=mood,
                        code="sample_printed",
                    )
                )

            self.run(
                printer_lane(0),
                lambda: bench.print_sample(
                    name, wanted.document, language=wanted.language, own=wanted.own, real=wanted.real
                ),
                done,
                busy=self.t("Printing …"),
            )

        self.run(Lane.READ, lambda: [printer.name for printer in desk.printers()], ask)

    def _save(self, kind: str) -> None:
        wanted = self.wanted()
        if wanted is None:
            return
        name = f"{wanted.document.value}-{wanted.width}-{wanted.language}.{kind}"
        title = self.t("Save as PDF") if kind == "pdf" else self.t("Save as PNG")
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, f"{kind.upper()} (*.{kind})")
        if chosen:
            self.save_to(Path(chosen), kind)

    def save_to(self, path: Path, kind: str) -> None:
        """``kind``: pdf or png."""
        wanted, drawn, bench = self.wanted(), self._drawn, self._bench
        if wanted is None or drawn is None:
            return

        def content() -> bytes:
            if kind == "png":
                return drawn.png
            return bench.pdf(
                wanted.document, width=wanted.width, language=wanted.language, own=wanted.own, real=wanted.real
            )

        self._written(path, content)

    def _written(self, path: Path, content: Callable[[], bytes]) -> None:
        def work() -> None:
            made = content()
            try:
                with whole_file(path) as file:
                    file.write(made)
            except OSError as error:
                raise Refusal(Reason.BAD_INPUT, detail=f"{path}: {error.strerror or error}") from error

        def done(_none: None) -> None:
            self.shell.notify(
                lambda: Notice(title=self.t("Written: {path}", path=path), mood="ok", code="layout_written")
            )

        self.run(Lane.READ, work, done, busy=self.t("Writing …"))

    def _copy_out(self) -> None:
        line, bench, actor = self.table.chosen(), self._bench, self.shell.actor
        if line is None:
            return

        def done(path: Path) -> None:
            self._read()
            self.shell.notify(
                lambda: Notice(
                    title=self.t("Written: {path}", path=path),
                    what_to_do=self.t("Change it with any editor of texts; what is saved shows here at once."),
                    mood="ok",
                    code="layout_begun",
                )
            )

        self.run(Lane.READ, lambda: bench.copy_out(actor, line.document), done)


def _fill(choice: Choice, entries: Sequence[tuple[str, object]], *, usual: object) -> None:
    before = choice.currentData()
    choice.blockSignals(True)
    choice.clear()
    for words, value in entries:
        choice.addItem(words, value)
    choice.setCurrentIndex(max(0, choice.findData(before if before is not None else usual)))
    choice.blockSignals(False)


def _turn(choice: Choice) -> None:
    choice.setCurrentIndex((choice.currentIndex() + 1) % choice.count())
