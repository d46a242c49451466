from __future__ import annotations

import string
from xml.etree.ElementTree import parse

import pytest

from counter_app.texts import Texts
from tests.unit.ui.sources import ROOT, every_text

FOLDER = ROOT / "resources" / "i18n"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_chinese() -> None:
    """A Chinese clerk never meets an English sentence: each shown text has its translation."""
    zh = Texts(FOLDER, "zh")
    missing = {text: where for text, where in every_text().items() if text.strip() and not zh.knows(text)}
    assert not missing


def test_translations_fill_in_the_same_facts() -> None:
    """No amount, number or name is lost between the languages, and none makes the sentence fail."""
    wrong = []
    for path in sorted(FOLDER.glob("*.ts")):
        for message in parse(path).iter("message"):
            source, words = message.findtext("source") or "", message.findtext("translation") or ""
            if words and _fields(source) != _fields(words):
                wrong.append(f"{path.name}: {source} → {words}")
    assert not wrong


def test_one_source_has_one_translation() -> None:
    """The order in which files are read does not decide what a clerk reads."""
    seen: dict[str, tuple[str, str]] = {}
    wrong = []
    for path in sorted(FOLDER.glob("*.ts")):
        for message in parse(path).iter("message"):
            source, words = message.findtext("source") or "", message.findtext("translation") or ""
            before = seen.setdefault(source, (words, path.name))
            if before[0] != words:
                wrong.append(f"{source}: {before[0]} ({before[1]}) or {words} ({path.name})")
    assert not wrong


@pytest.mark.parametrize("probe", ["Sell", "Nothing was changed."])
def test_the_scan_finds_what_is_shown(probe: str) -> None:
    """The tests above look at the real texts: two that are known to be shown are among them."""
    assert probe in every_text()
