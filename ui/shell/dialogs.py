"""Questions and crash reports, in plain text."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from counter_app.texts import Texts
from ui.widgets.basic import Button, Edit, Field, Label
from ui.widgets.popup import fit

_log = logging.getLogger(__name__)


def ask(parent: QWidget, title: str, text: str, yes: str, no: str, *, danger: bool = False) -> bool:
    """True for ``yes``. Enter and Esc give ``no``: nothing irreversible happens by reflex."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(440)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    column.addWidget(Label(title, role="title", wrap=True))
    column.addWidget(Label(text, wrap=True))
    column.addSpacing(8)
    accept = Button("danger" if danger else "primary", dialog.accept, yes)
    reject = Button("", dialog.reject, no)
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(reject)
    line.addWidget(accept)
    column.addLayout(line)
    reject.setFocus()
    answer = _run(dialog, parent)
    dialog.deleteLater()
    return answer


def _run(dialog: QDialog, parent: QWidget) -> bool:
    """Afterwards the window has the keyboard again, also where no window manager gives it back."""
    fit(dialog)
    answer = dialog.exec() == QDialog.DialogCode.Accepted.value
    parent.window().activateWindow()
    return answer


def write_report(folder: Path, mistake: BaseException, now: datetime) -> Path | None:
    """A text file with the traceback, for whoever mends it; None when even that fails. Values are not recorded."""
    name = folder / f"report-{now:%Y%m%d-%H%M%S}.txt"
    lines = traceback.format_exception(type(mistake), mistake, mistake.__traceback__)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name.write_text("".join(lines), "utf-8")
    except OSError as error:
        _log.error("report not written: %s", error)
        return None
    return name


def show_crash(parent: QWidget | None, t: Texts, report: Path | None) -> None:
    """Says that the program made a mistake. Not modal over a sale: the clerk closes it when she likes."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(t("The program made a mistake"))
    dialog.setMinimumWidth(480)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    column.addWidget(Label(t("The program made a mistake"), role="title", mood="bad"))
    column.addWidget(
        Label(
            t("What is recorded is safe. Look in orders or the journal whether the last step was done, then go on."),
            wrap=True,
        )
    )
    if report is not None:
        column.addWidget(Label(t("Report for the maker: {path}", path=report), role="muted", wrap=True))
    close = Button("primary", dialog.accept, t("Close"))
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(close)
    column.addLayout(line)
    close.setFocus()
    if parent is not None:
        dialog.finished.connect(parent.activateWindow)
    fit(dialog)
    dialog.show()


def ask_line(parent: QWidget, t: Texts, title: str, text: str, caption: str, yes: str) -> str:
    """One line of text, stripped; empty when the clerk thought better of it."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(460)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    column.addWidget(Label(title, role="title", wrap=True))
    column.addWidget(Label(text, wrap=True))
    edit = Edit(limit=200)
    field = Field(edit)
    field.set_caption(caption)
    column.addWidget(field)
    accept, reject = Button("primary", dialog.accept, yes), Button("", dialog.reject, t("Back"))
    accept.setEnabled(False)
    edit.textChanged.connect(lambda typed: accept.setEnabled(bool(typed.strip())))
    edit.returnPressed.connect(accept.click)  # a disabled button does not click
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(reject)
    line.addWidget(accept)
    column.addLayout(line)
    edit.setFocus()
    answer = edit.text().strip() if _run(dialog, parent) else ""
    dialog.deleteLater()
    return answer
