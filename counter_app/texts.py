"""Words in the user's language, without Qt: presenters, printed papers and the command line use it too.

The source text is English and is the key. Translations are Qt Linguist files (``resources/i18n/zh_CN*.ts``), read as
what they are: XML, one file a part of the program. Qt Linguist edits them; a test finds texts that lack a translation.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import parse

LANGUAGES = ("zh", "en")
BOTH = "both"  # of papers: everything is said in Chinese and in English


def languages_of(language: str) -> tuple[str, ...]:
    """``both`` → zh, en; another → itself."""
    return LANGUAGES if language == BOTH else (language,)


def mark(source: str) -> str:
    """Marks a source text that stands in a table and is translated later: ``t(TABLE[key])``. A test looks for it."""
    return source


class Texts:
    """``texts("Sold out")`` → 无票 or Sold out, in ``both`` 无票 Sold out. Facts fill ``{names}``.

    An unknown text comes back.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self._folder = folder
        self._tables: dict[str, dict[str, str]] = {"en": {}}
        self.language = language
        self.use(language)

    def use(self, language: str) -> None:
        assert language in {*LANGUAGES, BOTH}
        if language != "en" and "zh" not in self._tables:
            self._tables["zh"] = {
                source: words
                for path in sorted(self._folder.glob("zh_CN*.ts"))
                for source, words in _read(path).items()
            }
        self.language = language

    def __call__(self, source: str, /, **facts: object) -> str:
        found = {self._tables[language].get(source, source): None for language in languages_of(self.language)}
        return " ".join(text.format(**facts) if facts else text for text in found)

    def knows(self, source: str) -> bool:
        return any(source in self._tables[language] for language in languages_of(self.language))


def _read(path: Path) -> dict[str, str]:
    table: dict[str, str] = {}
    for message in parse(path).iter("message"):  # noqa: S314 - our own file, shipped with the program
        source, translation = message.findtext("source"), message.findtext("translation")
        if source and translation:
            table[source] = translation
    return table
