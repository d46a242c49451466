"""The Check tickets screen at the keyboard and before a scanner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from counter_app.domain.checking import RunFilter, Verdict
from counter_app.ports.scanner import Scanned
from tests.ui.clerk import ENTER, Clerk
from tests.ui.stage import Stage
from ui.presenters.check import SAID
from ui.screens.check import CheckScreen
from ui.shell.scans import ScanRouter

MakeStage = Callable[..., Stage]
CODE = "zwE" + "A" * 150


@pytest.fixture
def at_gate(stage: Stage) -> Stage:
    stage.sign_in("wang")
    QTest.keyClick(stage.window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    stage.settle()
    assert isinstance(stage.screen, CheckScreen)
    return stage


def here(stage: Stage) -> CheckScreen:
    assert isinstance(stage.screen, CheckScreen)
    return stage.screen


def scan(stage: Stage, text: str) -> None:
    router = next(one for one in stage.window.children() if isinstance(one, ScanRouter))
    router.take(Scanned(text=text, at=stage.desk.clock.now(), source="scanner"))
    stage.settle()


def test_a_scan_shows_the_verdict_large_and_lists_it(at_gate: Stage) -> None:
    """The clerk looks at the passenger: colour, mark and words have to say the same."""
    at_gate.desk.verdicts[CODE] = Verdict.GENUINE
    scan(at_gate, CODE)
    screen = here(at_gate)
    assert screen.verdict.text() == "Valid"
    assert screen.verdict.property("mood") == "ok"
    at_gate.desk.clock.advance(60)
    scan(at_gate, CODE)
    assert screen.verdict.text() == "Already used"
    assert screen.verdict.property("mood") == "bad"
    assert [one.verdict for one in screen.presenter.last] == [Verdict.REDEEMED_BEFORE, Verdict.GENUINE]
    assert len(screen.table.rows()) == 2


def test_a_double_reading_is_one_line(at_gate: Stage) -> None:
    at_gate.desk.verdicts[CODE] = Verdict.GENUINE
    scan(at_gate, CODE)
    at_gate.desk.clock.advance(0.5)
    scan(at_gate, CODE)
    assert [one.verdict for one in here(at_gate).presenter.last] == [Verdict.GENUINE]


def test_typed_text_and_only_this_train(at_gate: Stage) -> None:
    clerk = Clerk(at_gate)
    clerk.press(Qt.Key.Key_F4)
    clerk.type("G1")
    clerk.press(ENTER)
    clerk.type("not a code")
    clerk.press(ENTER)
    assert at_gate.desk.checked == [("not a code", RunFilter(service="G1"))]
    assert here(at_gate).verdict.text() == "Not a ticket code"
    assert here(at_gate).text.text() == "", "ready for the next"


def test_a_picture_is_read_code_by_code(make_stage: MakeStage, tmp_path: Path) -> None:
    made = make_stage()
    made.sign_in("wang")
    screen = made.show("check")
    assert isinstance(screen, CheckScreen)
    assert not screen.presenter.reads_pictures
    screen.presenter._read_codes = lambda _: [CODE, "other"]
    made.desk.verdicts[CODE] = Verdict.GENUINE
    screen.presenter.check_picture(tmp_path / "x.png")
    made.settle()
    assert [one.verdict for one in screen.presenter.last] == [Verdict.NOT_A_CODE, Verdict.GENUINE]


def test_keys_that_type_wrong_letters_are_named_in_both_languages(at_gate: Stage) -> None:
    """The clerk sends an honest passenger away, and Caps Lock is on."""
    at_gate.desk.mistyped = True
    scan(at_gate, CODE.upper())
    screen = here(at_gate)
    assert screen.verdict.text() == "Not a ticket code"
    assert "Caps Lock" in screen._reason.text()
    at_gate.window.use_language("zh")
    assert "大写" in screen._reason.text()


def test_one_picture_twice_is_twice(at_gate: Stage, tmp_path: Path) -> None:
    """Only a scanner reads one paper twice by itself."""
    screen = here(at_gate)
    screen.presenter._read_codes = lambda _: [CODE]
    at_gate.desk.verdicts[CODE] = Verdict.GENUINE
    for _ in range(2):
        screen.presenter.check_picture(tmp_path / "x.png")
        at_gate.settle()
    assert [one.verdict for one in screen.presenter.last] == [Verdict.REDEEMED_BEFORE, Verdict.GENUINE]


def test_every_verdict_has_its_words_in_both_languages(at_gate: Stage) -> None:
    """Somebody has to be stopped, and the window says nothing."""
    assert set(SAID) == set(Verdict)
    screen = here(at_gate)
    for language in ("en", "zh"):
        at_gate.window.use_language(language)
        for n, verdict in enumerate(Verdict):
            at_gate.desk.verdicts[f"{language}{n}"] = verdict
            scan(at_gate, f"{language}{n}")
            assert screen.verdict.text() == at_gate.window.t(SAID[verdict].title)
            assert screen.presenter.shown is not None
            assert screen.presenter.shown.verdict is verdict
            at_gate.desk.clock.advance(10)


def test_a_ticket_that_is_scanned_elsewhere_goes_to_the_refund(at_gate: Stage) -> None:
    """As before: only where tickets are checked, a scan checks."""
    at_gate.show("home")
    scan(at_gate, CODE)
    assert at_gate.desk.checked == []
    assert at_gate.screen.name == "refund"


def test_the_next_clerk_does_not_see_whom_the_last_let_through(at_gate: Stage) -> None:
    at_gate.desk.verdicts[CODE] = Verdict.GENUINE
    scan(at_gate, CODE)
    screen = here(at_gate)
    screen.on_sign_out()
    assert screen.presenter.shown is None
