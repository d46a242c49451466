"""The line to central in the window: the status line, the standing notice, the turns of the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from counter_app.application.views import LineWord, LoadingView, SyncTurn
from counter_app.domain.money import Money
from tests.ui.fake_desk import FakeDesk
from tests.ui.stage import Stage, make_parts
from tests.ui.test_shell_window import status_words
from ui.app import Application
from ui.presenters.lane import Lane
from ui.widgets.linechip import LineChip

MakeStage = Callable[..., Stage]
KEY = Qt.Key


def enrolled(make: MakeStage, line: LineWord = LineWord.ONLINE, **kwargs: Any) -> Stage:
    desk = FakeDesk()
    desk.line.enrol(line)
    return make(desk=desk, **kwargs)


def look(stage: Stage) -> LineChip:
    """What the status line says within its second."""
    stage.window.line_watch.second()
    stage.settle()
    return stage.window._status.chip


def go(stage: Stage, line: LineWord, **switches: object) -> LineChip:
    stage.desk.line.switch = replace(stage.desk.line.switch, line=line, **switches)  # type: ignore[arg-type] # of its fields
    return look(stage)


class TestStatusLine:
    def test_a_stand_alone_counter_shows_no_line(self, stage: Stage) -> None:
        """Nothing changes for a counter without central: no line, no Sync on the rail, no turn."""
        stage.sign_in()
        chip = look(stage)
        assert chip.isHidden()
        assert "Stand-alone" in status_words(stage)
        assert "sync" not in stage.window._rail._buttons
        QTest.keyClick(stage.window, KEY.Key_S, Qt.KeyboardModifier.AltModifier)
        stage.settle()
        assert stage.screen.name != "sync"
        assert stage.desk.line.turns == 0

    def test_the_line_its_debts_and_what_is_held_are_always_there(self, make_stage: MakeStage) -> None:
        """The clerk sees at a glance whether the line is up, what is unsynced and what she may sell without it."""
        stage = enrolled(make_stage)
        stage.sign_in()
        chip = look(stage)
        assert (chip.word.text(), chip.unsynced.text(), chip.held.text()) == ("Online", "all sent", "25 held")
        assert "Stand-alone" not in status_words(stage)
        stage.desk.line.note_entry("sold", stage.desk.clock.now(), "T1", Money(342_000, "CNY"))
        chip = go(stage, LineWord.OFFLINE)
        assert (chip.word.text(), chip.unsynced.text()) == ("Offline since 10:42", "1 unsynced, ¥3,420")
        assert go(stage, LineWord.SLOW).word.text() == "Slow line"

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_nothing_jumps_when_the_line_comes_and_goes(self, make_stage: MakeStage, language: str) -> None:
        """A line that flaps does not make the status line dance: each part keeps its place and its width."""
        stage = enrolled(make_stage)
        stage.window.use_language(language)
        stage.sign_in()
        stage.window.resize(1280, 800)

        def places() -> list[tuple[int, int]]:
            QApplication.processEvents()
            chip = stage.window._status.chip
            return [
                (part.mapTo(stage.window, part.rect().topLeft()).x(), part.width())
                for part in (chip.word, chip.unsynced, chip.held, stage.window._status.clock)
            ]

        look(stage)
        before = places()
        for word in (LineWord.OFFLINE, LineWord.SLOW, LineWord.STOPPED, LineWord.ONLINE):
            go(stage, word, loading=LoadingView(what="stock", done=1, total=2) if word is LineWord.SLOW else None)
            assert places() == before

    def test_a_narrow_window_keeps_the_line_and_the_inbox(self, make_stage: MakeStage) -> None:
        """On a small screen what warns stays; what is only good to know makes room."""
        stage = enrolled(make_stage, LineWord.OFFLINE)
        stage.sign_in()
        stage.desk.line.note_entry("sold", stage.desk.clock.now(), "T1", Money(342_000, "CNY"))
        stage.window.resize(960, 600)
        chip = look(stage)
        assert chip.word.isVisible()
        assert chip.unsynced.isVisible()
        assert chip.held.isVisible(), "all that she can sell now"
        assert not go(stage, LineWord.ONLINE).held.isVisible()

    def test_a_click_opens_the_sync_screen(self, make_stage: MakeStage) -> None:
        """Who wonders about a word clicks on it."""
        stage = enrolled(make_stage)
        stage.sign_in()
        look(stage)
        QTest.mouseClick(stage.window._status.chip, Qt.MouseButton.LeftButton)
        stage.settle()
        assert stage.screen.name == "sync"

    def test_loading_shows_how_far(self, make_stage: MakeStage) -> None:
        """A new timetable on its way is seen, and selling goes on meanwhile."""
        stage = enrolled(make_stage)
        stage.sign_in()
        chip = go(stage, LineWord.ONLINE, loading=LoadingView(what="timetable", done=30, total=120))
        assert chip.bar.isVisible()
        assert chip.bar.value() == 250
        assert not go(stage, LineWord.ONLINE, loading=None).bar.isVisible()


class TestStandingNotice:
    def test_a_stopped_counter_says_so_on_every_screen(self, make_stage: MakeStage) -> None:
        """A clerk does not find out in front of a customer: why, and who can help, on every screen, also before

        sign-in; Esc does not make it go away.
        """
        stage = enrolled(make_stage, LineWord.STOPPED)
        stage.desk.line.switch.stopped = "revoked"
        bar = stage.window._standing
        look(stage)
        assert bar.isVisible()
        assert "revoked" in bar.text.text()
        stage.sign_in()
        for name in ("home", "orders", "sync"):
            stage.show(name)
            QTest.keyClick(stage.window, KEY.Key_Escape)
            assert bar.isVisible()
        go(stage, LineWord.ONLINE, stopped="")
        assert bar.isHidden()

    def test_its_button_leads_to_the_remedy(self, make_stage: MakeStage) -> None:
        """From the warning to the screen where it is mended in one step; no such step before sign-in."""
        stage = enrolled(make_stage, LineWord.STOPPED)
        look(stage)
        assert stage.window._standing.button.isHidden()
        stage.sign_in("admin")
        stage.window._standing.button.click()
        stage.settle()
        assert stage.screen.name == "sync"


class TestTurns:
    def test_the_background_begins_with_the_window(self, make_stage: MakeStage) -> None:
        """What waited over night goes to central before anybody has signed in."""
        stage = enrolled(make_stage)
        stage.until(lambda: stage.desk.line.turns >= 1)

    def test_a_dead_line_keeps_nobody_from_searching(self, make_stage: MakeStage) -> None:
        """A turn that waits for central holds no other lane, and no click."""
        gate = threading.Event()
        stage = enrolled(make_stage)
        try:
            stage.desk.line.switch.on_turn = lambda: (gate.wait(30), None)[1]
            stage.window.line_watch.hurry()
            heard: list[object] = []
            stage.window.lanes.run(Lane.READ, stage.desk.leases, done=heard.append, failed=heard.append)
            stage.until(lambda: bool(heard))
            assert heard == [stage.desk.line.held]
            assert stage.application.lanes.pending(Lane.SYNC) == 1
        finally:
            gate.set()

    def test_another_timetable_shows_at_once(self, make_stage: MakeStage) -> None:
        """The status line and the screens speak of the timetable that is in force."""
        stage = enrolled(make_stage)
        stage.desk.issue = None
        stage.desk.line.switch.turn = SyncTurn(next_ms=60_000, changed=True, new_timetable=True)
        stage.window.line_watch.hurry()
        stage.settle()
        stage.until(lambda: stage.window.issue is None)

    def test_closing_hangs_up(self, qapp: Any, tmp_path: Path) -> None:
        """Closing the window does not wait for a dead line's deadline."""
        gate = threading.Event()
        desk = FakeDesk()
        desk.line.enrol()
        desk.line.switch.on_turn = lambda: (gate.wait(60), None)[1]
        parts = replace(make_parts(desk, tmp_path), hang_up=gate.set)
        application = Application(parts, qapp)
        application.start()
        while not desk.line.turns:
            QApplication.processEvents()
        application.window.close()
        application.close()
        assert gate.is_set()
        assert desk.line.turns == 1
        application.window.deleteLater()
