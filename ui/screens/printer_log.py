"""What the printers said and when: for the technician. Filtered, copied, written to a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QVBoxLayout

from counter_app.application.whole_file import whole_file
from counter_app.errors import Reason, Refusal
from counter_app.ports.printer_events import EVENTS_MAX, PrinterEvent
from ui.presenters import printers
from ui.presenters.lane import Lane
from ui.presenters.refusals import Notice
from ui.shell.screen import FKey, Screen, Shell
from ui.widgets.basic import Choice, Edit, Field, Label, row
from ui.widgets.table import Column, DataTable


class PrinterLogScreen(Screen):
    name = "printer_log"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._zone = ZoneInfo(shell.desk.profile.zone)
        self._all: Sequence[PrinterEvent] = ()
        self._names: list[str] = []
        self.printer, self.text = Choice(), Edit(limit=60)
        self._printer_field, self._text_field = Field(self.printer), Field(self.text)
        self._count = Label(role="muted")
        self.printer.setMinimumWidth(220)
        self.text.setMinimumWidth(260)
        self.printer.currentIndexChanged.connect(lambda _index: self._show())
        self.text.textChanged.connect(lambda _text: self._show())
        self.table = DataTable[PrinterEvent](
            [
                Column(title=lambda: self.t("Time"), text=self._time, width=190),
                Column(
                    title=lambda: self.t("Printer"),
                    text=lambda event: printers.printer_name(event.printer, self.t),
                    width=150,
                ),
                Column(
                    title=lambda: self.t("What"),
                    text=lambda event: printers.event_words(event, self.t),
                    mood=printers.event_mood,
                ),
            ],
            shell.theme,
        )
        self.table.set_empty(
            lambda: self.t("Nothing like this was heard.") if self._all else self.t("No printer was heard of yet.")
        )
        self.text.returnPressed.connect(lambda: self.table.setFocus(Qt.FocusReason.OtherFocusReason))
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 8, 24, 16)
        page.setSpacing(12)
        filters = row(self._printer_field, self._text_field, None, self._count, spacing=16)
        filters.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        page.addLayout(filters)
        page.addWidget(self.table, 1)

    # ---- the shell's
    def title(self) -> str:
        return self.t("Event log of the printers")

    def retranslate(self) -> None:
        self._printer_field.set_caption(self.t("Printer"))
        self._text_field.set_caption(self.t("With these words"))
        self._fill()
        self.table.retranslate()
        self._show()

    def fkeys(self) -> list[FKey]:
        some = bool(self.table.rows())
        return [
            FKey("F2", self.t("Filter"), lambda: self.text.setFocus(Qt.FocusReason.OtherFocusReason)),
            FKey("F5", self.t("Refresh"), self._read),
            FKey("F6", self.t("Copy the list"), self._copy, some),
            FKey("F7", self.t("Write to a file …"), self._export, some),
            FKey("Esc", self.t("Back"), self.shell.back),
        ]

    def on_enter(self, **kwargs: object) -> None:
        del kwargs
        self._read()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what is shown
    def _read(self) -> None:
        desk = self.shell.desk

        def work() -> tuple[list[str], list[PrinterEvent]]:
            return [printer.name for printer in desk.printers()], desk.printer_events(EVENTS_MAX)

        self.run(Lane.READ, work, self._have)

    def _have(self, found: tuple[list[str], list[PrinterEvent]]) -> None:
        names, self._all = found
        heard = [event.printer for event in self._all]
        self._names = list(dict.fromkeys([*names, *heard]))  # also those that left the settings
        self._fill()
        self._show()

    def _fill(self) -> None:
        before = self.printer.currentData()
        self.printer.blockSignals(True)
        self.printer.clear()
        self.printer.addItem(self.t("All printers"), "")
        for name in self._names:
            self.printer.addItem(printers.printer_name(name, self.t), name)
        self.printer.setCurrentIndex(max(0, self.printer.findData(before)))
        self.printer.blockSignals(False)

    def _show(self) -> None:
        name, wanted = str(self.printer.currentData() or ""), self.text.text().strip().casefold()
        shown = [
            event
            for event in self._all
            if (not name or event.printer == name)
            and (not wanted or wanted in f"{printers.event_words(event, self.t)} {event.detail}".casefold())
        ]
        self.table.set_rows(shown, keep=lambda event: (event.at, event.printer, event.detail))
        self._count.setText(self.t("{shown} of {all}", shown=len(shown), all=len(self._all)))
        self.fkeys_changed.emit()

    def _time(self, event: PrinterEvent) -> str:
        return f"{event.at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    # ---- what the technician takes away
    def listed(self) -> str:
        """What is shown, as CSV: times with their offset, the names of the settings, words, codes."""
        file = io.StringIO()
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(["time", "printer", "event", "detail", "words"])
        for event in self.table.rows():
            at = event.at.astimezone(self._zone).isoformat(timespec="seconds")
            lines.writerow([at, event.printer, event.kind.value, event.detail, printers.event_words(event, self.t)])
        return file.getvalue()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.listed())
        count = len(self.table.rows())
        self.shell.notify(
            lambda: Notice(title=self.t("Lines on the clipboard: {count}", count=count), mood="ok", code="copied")
        )

    def _export(self) -> None:
        proposed = f"printers-{self.shell.now().astimezone(self._zone):%Y%m%d-%H%M}.csv"
        chosen, _ = QFileDialog.getSaveFileName(self, self.t("Write to a file …"), proposed, "CSV (*.csv)")
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, path: Path) -> None:
        content = self.listed().encode("utf-8-sig")  # spreadsheets take it for another encoding without the mark

        def work() -> None:
            try:
                with whole_file(path) as file:
                    file.write(content)
            except OSError as error:
                raise Refusal(Reason.BAD_INPUT, detail=f"{path}: {error.strerror or error}") from error

        def done(_none: None) -> None:
            self.shell.notify(lambda: Notice(title=self.t("Written: {path}", path=path), mood="ok", code="log_written"))

        self.run(Lane.APART, work, done, busy=self.t("Writing …"))
