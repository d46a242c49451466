from __future__ import annotations

from collections.abc import Callable

import pytest

from counter_app.application.views import LineWord, SyncTurn
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from tests.ui.fake_desk import FakeDesk
from ui.presenters.lane import InlineLanes, Lane
from ui.presenters.line_keeper import TROUBLE_WAIT_MS_MAX, WAIT_MS_MAX, WAIT_MS_MIN, LineKeeper


class Rig:
    """A keeper whose waits are noted instead of waited for."""

    def __init__(self, line: LineWord | None = LineWord.ONLINE, *, hold: bool = False) -> None:
        self.desk = FakeDesk()
        if line is not None:
            self.desk.line.enrol(line)
        self.lanes = InlineLanes(hold=hold)
        self.waits: list[int] = []
        self.changes = 0
        self.turned: list[SyncTurn] = []
        self.keeper = LineKeeper(
            self.desk,
            self.lanes,
            self.desk.sync_status(),
            wait=self.waits.append,
            changed=self._changed,
            turned=self.turned.append,
        )

    def _changed(self) -> None:
        self.changes += 1

    def failing(self, trouble: Exception) -> Callable[[], None]:
        def fail() -> None:
            raise trouble

        return fail


def test_turn_follows_turn_with_the_wait_that_it_asks_for() -> None:
    """What is recorded reaches central without anybody pressing anything."""
    rig = Rig()
    rig.desk.line.switch.turn = SyncTurn(next_ms=700, changed=False)
    rig.keeper.start()
    rig.keeper.due()
    assert rig.desk.line.turns == 2
    assert rig.waits == [700, 700]
    assert set(rig.lanes.ran) == {Lane.SYNC}


@pytest.mark.parametrize(("wanted", "waited"), [(0, WAIT_MS_MIN), (10**9, WAIT_MS_MAX)])
def test_no_wait_is_out_of_bounds(wanted: int, waited: int) -> None:
    """A turn that asks for no pause does not flood the window; one that asks for days does not fall asleep."""
    rig = Rig()
    rig.desk.line.switch.turn = SyncTurn(next_ms=wanted, changed=False)
    rig.keeper.start()
    assert rig.waits == [waited]


def test_a_stand_alone_counter_has_no_turns() -> None:
    """A counter without central spends nothing on one."""
    rig = Rig(None)
    rig.keeper.start()
    rig.keeper.hurry()
    rig.keeper.try_now()
    rig.keeper.poll()
    assert rig.lanes.ran == []


def test_a_sale_during_a_turn_goes_with_the_next_at_once() -> None:
    """A sale is not forgotten because the turn before it was under way; and two turns never run together."""
    rig = Rig(hold=True)
    rig.desk.line.switch.turn = SyncTurn(next_ms=30_000, changed=False)
    rig.keeper.start()
    rig.keeper.hurry()
    rig.keeper.hurry()
    assert len(rig.lanes.waiting) == 1
    rig.lanes.flush()
    assert rig.waits == [WAIT_MS_MIN]


def test_a_sale_between_turns_starts_one() -> None:
    """The ticket is at central within moments, not at the end of a long wait."""
    rig = Rig()
    rig.keeper.start()
    rig.keeper.hurry()
    assert rig.desk.line.turns == 2


def test_trying_the_line_ends_its_patience() -> None:
    """Somebody plugged the cable in again and does not want to wait for the next attempt."""
    rig = Rig(LineWord.OFFLINE)
    rig.keeper.start()
    rig.keeper.try_now()
    assert rig.desk.line.tried == 1
    assert rig.desk.line.turns == 2


def test_after_a_mistake_of_ours_it_goes_on_with_growing_patience(caplog: pytest.LogCaptureFixture) -> None:
    """A bug in a turn neither ends the sync for the day nor reports itself every few seconds."""
    rig = Rig()
    rig.desk.line.switch.on_turn = rig.failing(OutcomeUnknown("internal", "KeyError"))
    rig.keeper.start()
    for _ in range(20):
        rig.keeper.due()
    assert rig.waits == sorted(rig.waits)
    assert rig.waits[0] < rig.waits[3]
    assert rig.waits[-1] == TROUBLE_WAIT_MS_MAX
    rig.desk.line.switch.on_turn = None
    rig.keeper.due()
    assert rig.waits[-1] < TROUBLE_WAIT_MS_MAX
    assert not caplog.records


def test_a_stores_trouble_is_logged_and_tried_again(log_watch: object, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk shows in the log, and the sync goes on by itself when there is room again."""
    log_watch.expect("sync turn")  # type: ignore[attr-defined] # the fixture of tests/conftest.py
    rig = Rig()
    rig.desk.line.switch.on_turn = rig.failing(Refusal(Reason.STORE_NOT_WRITABLE))
    rig.keeper.start()
    assert len(rig.waits) == 1


def test_the_status_is_read_and_told_only_when_it_is_another() -> None:
    """The status line follows the line, and redraws nothing while all is the same."""
    rig = Rig()
    rig.keeper.poll()
    assert rig.changes == 0
    rig.desk.line.switch.line = LineWord.OFFLINE
    rig.keeper.poll()
    assert rig.changes == 1
    assert rig.keeper.status.line is LineWord.OFFLINE


def test_one_question_for_the_status_at_a_time() -> None:
    """A slow store does not pile up questions of the status line."""
    rig = Rig(hold=True)
    rig.keeper.poll()
    rig.keeper.poll()
    assert len(rig.lanes.waiting) == 1
    rig.lanes.flush()
    rig.keeper.poll()
    assert len(rig.lanes.waiting) == 1


def test_a_turn_that_brought_something_reads_the_status_at_once() -> None:
    """A verdict that came in shows without waiting for the next second."""
    rig = Rig()
    rig.desk.line.switch.turn = SyncTurn(next_ms=1000, changed=True)
    rig.desk.line.switch.last_error = "reset"
    rig.keeper.start()
    assert rig.changes == 1
    assert rig.turned[0].changed


def test_after_the_end_nothing_begins_and_nothing_is_told() -> None:
    """A window that closes does not start talking to central once more."""
    rig = Rig(hold=True)
    rig.keeper.start()
    rig.keeper.stop()
    rig.lanes.flush()
    rig.keeper.due()
    rig.keeper.poll()
    assert rig.waits == []
    assert rig.turned == []
    assert rig.lanes.waiting == []


def test_a_status_that_cannot_be_read_leaves_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is busy for a moment does not blank the status line; it is asked again."""
    rig = Rig()

    def refuse() -> None:
        raise Refusal(Reason.STORE_NOT_WRITABLE)

    with monkeypatch.context() as patch:
        patch.setattr(rig.desk, "sync_status", refuse)
        rig.keeper.poll()
    assert rig.keeper.status == rig.desk.sync_status()
    rig.desk.line.switch.line = LineWord.SLOW
    rig.keeper.poll()
    assert rig.changes == 1
