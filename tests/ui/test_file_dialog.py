"""Qt's file dialog, which the program only words and colours: whole in the clerk's language, its buttons to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QToolButton, QTreeView

from tests.ui.stage import Stage

ACCELERATOR = re.compile(r"\(&\w\)")


@pytest.fixture
def chosen(stage: Stage, tmp_path: Path) -> Iterator[QFileDialog]:
    """Over a folder with another folder in it."""
    (tmp_path / "2026").mkdir()
    stage.window.use_language("zh")
    dialog = QFileDialog(stage.window, "保存", str(tmp_path), "PDF (*.pdf)")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.show()
    stage.settle()
    yield dialog
    dialog.close()
    dialog.deleteLater()
    stage.window.use_language("en")


def words_of(dialog: QFileDialog) -> dict[str, str]:
    said = {label.objectName(): label.text() for label in dialog.findChildren(QLabel) if label.text()}
    for button in dialog.findChildren(QAbstractButton):
        if button.isVisible():
            said[button.objectName() or button.text()] = button.text() or button.toolTip()
    view = dialog.findChild(QTreeView)
    assert view is not None
    for column in range(view.model().columnCount()):
        said[f"column {column}"] = str(view.model().headerData(column, Qt.Orientation.Horizontal))
    return said


def test_the_file_dialog_is_chinese_whatever_qts_own_translation_lacks(chosen: QFileDialog) -> None:
    """Lost otherwise: a clerk before "Look in:", since Qt changed a source and nobody translated it yet."""
    said = words_of(chosen)
    assert {"lookInLabel", "fileTypeLabel", "fileNameLabel", "newFolderButton", "column 3"} <= set(said)
    english = {name: words for name, words in said.items() if re.search("[A-Za-z]", ACCELERATOR.sub("", words))}
    assert not english


def test_the_kind_of_a_folder_is_chinese(chosen: QFileDialog, stage: Stage) -> None:
    """Lost otherwise: "Folder" in every other line of a Chinese list."""
    view = chosen.findChild(QTreeView)
    assert view is not None
    stage.until(lambda: view.model().rowCount(view.rootIndex()) > 0)
    assert view.model().index(0, 2, view.rootIndex()).data() == "文件夹"


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_dialogs_buttons_show_what_they_are(chosen: QFileDialog, stage: Stage, theme: str) -> None:
    """Lost otherwise: six empty squares; their pictures were shrunk to dots by the padding of every button."""
    stage.window.use_theme(theme)
    QApplication.processEvents()
    for name in ("backButton", "toParentButton", "newFolderButton", "listModeButton", "detailModeButton"):
        button = chosen.findChild(QToolButton, name)
        assert button is not None
        image = button.grab().toImage()
        ground = QColor(image.pixel(image.width() // 2, 5))
        seen = sum(
            abs(QColor(image.pixel(x, y)).lightness() - ground.lightness()) > 60
            for x in range(6, image.width() - 6)
            for y in range(6, image.height() - 6)
        )
        assert seen > 25 or not button.isEnabled(), name
    stage.window.use_theme("light")


def test_the_dialog_speaks_english_again(chosen: QFileDialog, stage: Stage) -> None:
    """Lost otherwise: a window that was Chinese once keeps half of its words."""
    stage.window.use_language("en")
    again = QFileDialog(stage.window)
    again.setOption(QFileDialog.Option.DontUseNativeDialog)
    label = again.findChild(QLabel, "lookInLabel")
    assert label is not None
    assert label.text().replace("&", "") == "Look in:"
    again.deleteLater()
    chosen.close()
