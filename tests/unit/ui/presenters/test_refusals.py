from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Reason, Refusal
from counter_app.ports.payments import TerminalTrouble
from counter_app.texts import Texts
from ui.presenters.refusal_cases import CASES
from ui.presenters.refusal_sentences import SENTENCES
from ui.presenters.refusals import ASKED_WORDS, explain

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"


@pytest.fixture(params=["en", "zh"])
def t(request: pytest.FixtureRequest) -> Texts:
    return Texts(FOLDER, request.param)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_says_what_happened_and_what_to_do(reason: Reason, t: Texts) -> None:
    """A clerk who is refused is never left with a code: what happened, that nothing changed, what to do."""
    assert reason in SENTENCES
    notice = explain(Refusal(reason), t)
    assert notice.title
    assert notice.what_happened
    assert notice.what_was_done == t("Nothing was changed.")
    assert notice.what_to_do
    assert notice.code == reason.value
    assert "{" not in notice.title + notice.body()
    if t.language == "zh":
        assert all(any("一" <= c <= "鿿" for c in part) for part in (notice.title, notice.what_happened))


def test_facts_stand_in_the_sentence(t: Texts) -> None:
    """The clerk reads how many places are left, not only that they do not suffice."""
    assert "3" in explain(Refusal(Reason.NOT_ENOUGH_PLACES, free=3), t).what_happened


def test_a_fact_that_is_missing_leaves_the_plain_sentence(t: Texts) -> None:
    """A refusal that carries fewer facts than the longer sentence wants is still a sentence."""
    assert explain(Refusal(Reason.FILE_REFUSED, code="not_a_zip"), t).what_happened == t(
        "The file is not a timetable that can be used."
    )


def test_unknown_is_never_told_as_no(t: Texts) -> None:
    """After a lost answer the clerk is told not to repeat it, and is not told that nothing was changed."""
    notice = explain(OutcomeUnknown("sell"), t)
    assert notice.what_was_done != t("Nothing was changed.")
    assert notice.what_to_do == t("Do not repeat it: look it up in orders or the journal first.")


def test_device_and_cancel(t: Texts) -> None:
    """A jammed printer and a cancelled import each have their own words."""
    assert explain(DeviceTrouble("printer", "paper_out"), t).what_happened == t("The printer is out of paper.")
    assert explain(Cancelled(), t).mood == "info"


def test_markup_in_facts_stays_text(t: Texts) -> None:
    """What a clerk typed is shown as typed, braces and angle brackets included."""
    notice = explain(Refusal(Reason.UNKNOWN_STATION, text="<b>{x}</b>"), t)
    assert "<b>{x}</b>" in notice.what_happened


def _chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


@pytest.mark.parametrize(("reason", "detail"), sorted(CASES))
def test_a_case_has_its_own_words(reason: Reason, detail: str, t: Texts) -> None:
    """A photo without a code is no bad timetable, and the last administrator lacks no right."""
    notice, plain = (explain(refusal, t) for refusal in (Refusal(reason, detail=detail), Refusal(reason)))
    assert notice.what_happened != plain.what_happened
    assert notice.what_to_do
    assert notice.code == plain.code
    if t.language == "zh":
        assert all(_chinese(part) for part in (notice.title, notice.what_happened, notice.what_to_do))


@pytest.mark.parametrize("trouble", [one.value for one in TerminalTrouble if one.value])
def test_a_terminals_trouble_is_no_code(trouble: str, t: Texts) -> None:
    """A clerk reads why the terminal is not ready, not ``not_registered``."""
    happened = explain(Refusal(Reason.TERMINAL_NOT_READY, trouble=trouble), t).what_happened
    assert "_" not in happened
    assert trouble not in happened or t.language == "en"


@pytest.mark.parametrize("what", sorted(ASKED_WORDS))
def test_what_was_asked_is_told_in_words(what: str, t: Texts) -> None:
    """A clerk who is told not to repeat it has to know what."""
    notice = explain(OutcomeUnknown(what), t)
    assert t(ASKED_WORDS[what]) in notice.what_happened
    if t.language == "zh":
        assert what not in notice.what_happened


def test_a_drivers_trouble_keeps_what_the_system_says() -> None:
    """Whoever mends it needs the system's words; whoever sells, that it is not reachable."""
    zh = Texts(FOLDER, "zh")
    happened = explain(DeviceTrouble("tcp://10.0.0.9:9100", "not reachable: Connection refused"), zh).what_happened
    assert happened == "tcp://10.0.0.9:9100：连接不上 (Connection refused)"


def test_chinese_sentences_stand_close() -> None:
    """A full stop of Chinese has its space within it; English has one after it."""
    bodies = {name: explain(Refusal(Reason.NO_TIMETABLE), Texts(FOLDER, name)).body() for name in ("zh", "en")}
    assert " " not in bodies["zh"]
    assert "yet. Nothing" in bodies["en"]
