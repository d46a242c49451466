"""Online, slow or offline: judged by deadlines, without flapping."""

from __future__ import annotations

import pytest

from counter_app.ports.line import LineState
from sync.health import BACK_AFTER, LATE_MAX, SLOW_MS, WINDOW_MS, Health
from tests.unit.counter_app.application.counter import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def health(clock: SetClock) -> Health:
    made = Health(clock)
    made.answered(50, bulk=False)
    return made


def _state(health: Health) -> LineState:
    return health.now().state


def test_until_central_has_spoken_nobody_waits_for_it(clock: SetClock) -> None:
    """The first clerk of the morning waits for a cable that is not plugged in."""
    made = Health(clock)
    assert not made.worth_asking()
    assert made.now().last_answer is None
    made.answered(50, bulk=False)
    assert made.worth_asking()
    assert made.now().last_answer == clock.now()


def test_one_late_answer_is_no_outage(health: Health) -> None:
    """The screen says "slow" after each hiccup."""
    health.answered(SLOW_MS + 1, bulk=False)
    assert (_state(health), health.worth_asking()) == (LineState.ONLINE, True)
    for _ in range(LATE_MAX):
        health.answered(SLOW_MS + 1, bulk=False)
    assert (_state(health), health.worth_asking()) == (LineState.SLOW, False)


def test_after_silence_the_background_asks_first(health: Health) -> None:
    """Every clerk waits for a dead line once more."""
    health.silent("timeout")
    assert (_state(health), health.worth_asking(), health.in_doubt) == (LineState.ONLINE, False, True)
    assert health.now().last_error == "timeout"
    health.answered(50, bulk=False)
    assert health.worth_asking()
    assert not health.now().last_error


def test_silence_twice_is_an_outage(health: Health) -> None:
    """A dead line that is called good."""
    health.silent("timeout")
    health.silent("timeout")
    assert _state(health) is LineState.OFFLINE


def test_old_trouble_is_forgotten(health: Health, clock: SetClock) -> None:
    """One lost answer an hour makes an outage at noon."""
    health.silent("timeout")
    health.answered(50, bulk=False)
    clock.go(milliseconds=WINDOW_MS + 1)
    health.silent("timeout")
    assert _state(health) is LineState.ONLINE


def test_the_line_is_back_after_some_quick_answers(health: Health) -> None:
    """A line that comes and goes every second, and the screen with it."""
    for _ in range(2):
        health.silent("timeout")
    for _ in range(BACK_AFTER - 1):
        health.answered(50, bulk=False)
        assert _state(health) is LineState.OFFLINE
    health.silent("timeout")
    for _ in range(BACK_AFTER):
        assert _state(health) is LineState.OFFLINE
        health.answered(50, bulk=False)
    assert health.worth_asking()


def test_late_answers_make_it_slow_not_online(health: Health) -> None:
    """Answers that take two seconds each, and every clerk waits for them."""
    for _ in range(2):
        health.silent("timeout")
    for _ in range(BACK_AFTER):
        health.answered(SLOW_MS * 2, bulk=False)
    assert _state(health) is LineState.SLOW
    for _ in range(2):
        health.silent("timeout")
    assert _state(health) is LineState.OFFLINE


def test_a_long_upload_is_not_lateness(health: Health) -> None:
    """Draining a month's journal switches every sale to the lease."""
    for _ in range(20):
        health.answered(SLOW_MS * 10, bulk=True)
    assert health.worth_asking()
