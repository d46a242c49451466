from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.errors import Cancelled, OutcomeUnknown, Reason, Refusal
from tests.ui.fake_desk import FakeDesk
from ui.lanes import Lane, QtLanes, off_gui
from ui.presenters.lane import CancelToken


class Rig:
    def __init__(self) -> None:
        self.crashes: list[BaseException] = []
        self.lanes = QtLanes(self.crashes.append)
        self.heard: list[Any] = []

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end
            QApplication.processEvents()
            time.sleep(0.001)

    def drain(self) -> None:
        self.until(lambda: not any(self.lanes.pending(lane) for lane in Lane))


@pytest.fixture
def rig(qapp: Any) -> Iterator[Rig]:
    made = Rig()
    yield made
    made.lanes.shut_down()
    QApplication.processEvents()


def test_work_leaves_the_gui_thread_and_its_answer_comes_back(rig: Rig) -> None:
    """The window goes on while the store works, and no widget is touched from a worker."""
    here = threading.get_ident()
    where: list[int] = []

    def work() -> int:
        where.append(threading.get_ident())
        return 7

    def done(answer: int) -> None:
        rig.heard.append((answer, threading.get_ident()))

    rig.lanes.run(Lane.READ, work, done=done, failed=rig.heard.append)
    rig.drain()
    assert rig.heard == [(7, here)]
    assert where != [here]


def test_one_lane_does_one_thing_at_a_time_and_in_order(rig: Rig) -> None:
    """The one writer: two sales of one window never write at once."""
    running, most = [0], [0]

    def work() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.002)
        running[0] -= 1

    def note(number: int) -> Callable[[object], None]:
        return lambda _n: rig.heard.append(number)

    for number in range(10):
        rig.lanes.run(Lane.DATABASE, work, done=note(number), failed=rig.heard.append)
    rig.drain()
    assert most == [1]
    assert rig.heard == list(range(10))


def test_lanes_do_not_wait_for_each_other(rig: Rig) -> None:
    """A printer that hangs for seconds keeps nobody from searching."""
    gate = threading.Event()
    rig.lanes.run(Lane.PRINTER, gate.wait, done=lambda _ok: rig.heard.append("printer"), failed=rig.heard.append)
    rig.lanes.run(Lane.READ, lambda: None, done=lambda _n: rig.heard.append("read"), failed=rig.heard.append)
    rig.until(lambda: rig.heard == ["read"])
    gate.set()
    rig.drain()
    assert rig.heard == ["read", "printer"]


@pytest.mark.parametrize("trouble", [Refusal(Reason.PLACE_TAKEN), OutcomeUnknown("sell"), Cancelled()])
def test_the_worlds_no_reaches_the_screen(rig: Rig, trouble: Exception) -> None:
    """A refusal is told, not reported as a crash."""

    def work() -> None:
        raise trouble

    rig.lanes.run(Lane.DATABASE, work, done=lambda _n: rig.heard.append("done"), failed=rig.heard.append)
    rig.drain()
    assert rig.heard == [trouble]
    assert rig.crashes == []


def test_our_own_mistake_is_reported_and_the_screen_is_freed(rig: Rig) -> None:
    """A bug in a use case neither vanishes nor leaves the screen busy for ever, and is never told as a plain no."""

    def work() -> None:
        raise ZeroDivisionError

    rig.lanes.run(Lane.DATABASE, work, done=lambda _n: rig.heard.append("done"), failed=rig.heard.append)
    rig.drain()
    assert [type(crash) for crash in rig.crashes] == [ZeroDivisionError]
    assert [type(trouble) for trouble in rig.heard] == [OutcomeUnknown]


def test_a_mistake_in_an_answer_is_reported_too(rig: Rig) -> None:
    """A screen that fails to draw its answer says so instead of standing still."""

    def done(_nothing: None) -> None:
        raise KeyError("x")

    rig.lanes.run(Lane.READ, lambda: None, done=done, failed=rig.heard.append)
    rig.until(lambda: bool(rig.crashes))
    assert isinstance(rig.crashes[0], KeyError)


def test_a_cancelled_answer_is_not_delivered(rig: Rig) -> None:
    """A search that was overtaken by the next letter does not paint over it."""
    gate = threading.Event()
    token = CancelToken()
    rig.lanes.run(Lane.READ, gate.wait, done=rig.heard.append, failed=rig.heard.append, cancel=token)
    token.cancel()
    gate.set()
    rig.drain()
    assert rig.heard == []


def test_long_work_apart_holds_no_lane(rig: Rig) -> None:
    """Importing a timetable for ten seconds leaves selling untouched."""
    gate = threading.Event()
    rig.lanes.run(Lane.APART, gate.wait, done=lambda _ok: rig.heard.append("apart"), failed=rig.heard.append)

    def note(lane: Lane) -> Callable[[object], None]:
        return lambda _n: rig.heard.append(lane)

    for lane in (Lane.DATABASE, Lane.READ, Lane.PRINTER):
        rig.lanes.run(lane, lambda: None, done=note(lane), failed=rig.heard.append)
    rig.until(lambda: len(rig.heard) == 3)
    gate.set()
    rig.drain()
    assert rig.heard[-1] == "apart"


def test_shutting_down_waits_no_longer_than_told(rig: Rig, log_watch: Any) -> None:
    """Closing the window does not hang on a dead printer, and takes no more work."""
    log_watch.expect("did not end within")
    gate = threading.Event()
    rig.lanes.run(Lane.PRINTER, gate.wait, done=rig.heard.append, failed=rig.heard.append)
    rig.until(lambda: rig.lanes.pending(Lane.PRINTER) == 1)
    assert rig.lanes.shut_down(wait_s_max=0.05) is False
    rig.lanes.run(Lane.READ, lambda: 1, done=rig.heard.append, failed=rig.heard.append)
    gate.set()
    QApplication.processEvents()
    assert rig.heard == []


def test_progress_is_posted_from_a_worker(rig: Rig) -> None:
    """An import tells how far it is while it runs."""
    rig.lanes.run(
        Lane.APART,
        lambda: rig.lanes.post(lambda: rig.heard.append(threading.get_ident())),
        done=lambda _n: None,
        failed=rig.heard.append,
    )
    rig.drain()
    assert rig.heard == [threading.get_ident()]


def test_the_desk_refuses_the_gui_thread(rig: Rig) -> None:
    """A screen that would freeze the window is found the first time it is tried, not by a clerk."""
    desk = off_gui(FakeDesk())
    assert desk.profile.station_code == "CWQ"
    with pytest.raises(AssertionError, match="use a lane"):
        desk.orders()
    rig.lanes.run(Lane.READ, desk.orders, done=rig.heard.append, failed=rig.heard.append)
    rig.drain()
    assert rig.heard == [[]]
