"""Qt's own words, in the file dialog, say, in the clerk's language."""

from __future__ import annotations

import logging
from pathlib import Path
from xml.etree.ElementTree import parse

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

_log = logging.getLogger(__name__)


class QtWords:
    """Qt's translation, and ours of what it lacks: its sources change, and its Chinese follows some versions later."""

    def __init__(self, folder: Path) -> None:
        self._qts, self._ours = QTranslator(), _Ours(folder / "qt_zh_CN.ts")
        theirs = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if not self._qts.load("qtbase_zh_CN", theirs):
            _log.warning("Qt's Chinese words are missing in %s", theirs)

    def use(self, language: str) -> None:
        """Sizes, days and kinds of files follow the locale. A till shows no grouped digits where one types."""
        self.end()
        chinese = language == "zh"
        if chinese:
            for words in (self._qts, self._ours):  # the last one is asked first
                QApplication.installTranslator(words)
        locale = QLocale(QLocale.Language.Chinese if chinese else QLocale.Language.English)
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        QLocale.setDefault(locale)

    def end(self) -> None:
        """With the window: the application outlives it."""
        for words in (self._qts, self._ours):
            QApplication.removeTranslator(words)


class _Ours(QTranslator):
    """Reads Qt Linguist's file as it is, context by context."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._words: dict[tuple[str, str], str] = {}
        for context in parse(path).iter("context"):  # noqa: S314 - our own file, shipped with the program
            name = context.findtext("name") or ""
            for message in context.iter("message"):
                self._words[name, message.findtext("source") or ""] = message.findtext("translation") or ""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return not self._words

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:  # None: not ours, the next one is asked
        del disambiguation, n
        return self._words.get((context, source))
