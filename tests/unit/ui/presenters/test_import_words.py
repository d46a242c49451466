"""Every code that an import can tell has words in both languages."""

from __future__ import annotations

import re

from counter_app.errors import Reason, Refusal
from counter_app.texts import Texts
from tests.conftest import ROOT
from ui.presenters.import_words import FAULTS, REFUSALS, fault_text, refused_text
from ui.presenters.refusals import explain

SOURCES = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "db" / "catalogue").glob("*.py")))


def _codes(pattern: str) -> set[str]:
    return {code for found in re.finditer(pattern, SOURCES) for code in found.groups() if code}


def test_every_fault_has_words() -> None:
    """An operator reads what is wrong with row 412 and not a code."""
    told = _codes(
        r'(?:fault, detail = |fault = \(|faults\.add\([^")]*|else \()"([a-z]+_[a-z_]+)"|faults\.append\("([a-z_]+)"\)'
    )
    told |= {"dangling_reference", "missing_value", "bad_csv"}
    told -= REFUSALS.keys() - FAULTS.keys()
    assert len(told) > 25, "the search of the sources finds what it is meant to find"
    assert told <= FAULTS.keys()


def test_every_refusal_has_words() -> None:
    """Whoever sent the file must be told what to mend."""
    told = _codes(r'refuse\("([a-z_]+)"|"refused": \["([a-z_]+)"|return "([a-z]+_[a-z_]+)", f|code="([a-z_]+)"')
    assert len(told) > 20, "the search of the sources finds what it is meant to find"
    assert told <= REFUSALS.keys()


def test_an_unknown_code_is_shown_as_it_is() -> None:
    """A newer catalogue may know faults that this program does not: they are not hidden."""
    zh = Texts(ROOT / "resources" / "i18n", "zh")
    assert fault_text("some_new_fault", zh) == "some new fault"
    assert refused_text("some_new_code", zh) == "some_new_code"


def test_a_refused_file_is_explained_with_its_code() -> None:
    """The operator reads why, and can quote what support asks for."""
    refusal = Refusal(Reason.FILE_REFUSED, code="not_utf8", detail="stops.txt")
    for language, words in (("zh", "不是 UTF-8 编码"), ("en", "not in UTF-8")):
        told = explain(refusal, Texts(ROOT / "resources" / "i18n", language)).what_happened
        assert words in told
        assert "not_utf8" in told
        assert "stops.txt" in told


def test_chinese_words_are_chinese() -> None:
    """The list of faults is read by people of the operator."""
    zh = Texts(ROOT / "resources" / "i18n", "zh")
    assert fault_text("times_decrease", zh) == "时刻倒退，该车次未导入"
    assert refused_text("not_utf8", zh) == "不是 UTF-8 编码 [not_utf8]"
    assert all(zh.knows(text) for text in [*FAULTS.values(), *REFUSALS.values()])
