"""A process keeps to one core while it serves."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from central.shell.cores import one_core

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no such call")


class Machine:
    """Which cores each thread may use. Real threads inherit it from who starts them; here the calls are recorded."""

    def __init__(self, allowed: set[int]) -> None:
        self.allowed = allowed
        self.calls: list[set[int]] = []

    def get(self, _: int) -> set[int]:
        return self.allowed

    def set(self, _: int, wanted: set[int]) -> None:
        self.calls.append(set(wanted))
        self.allowed = set(wanted)


def machine(monkeypatch: pytest.MonkeyPatch, allowed: set[int]) -> Machine:
    made = Machine(allowed)
    monkeypatch.setattr(os, "sched_getaffinity", made.get)
    monkeypatch.setattr(os, "sched_setaffinity", made.set)
    return made


def _of_a_new_thread() -> set[int]:
    found: list[set[int]] = []
    thread = threading.Thread(target=lambda: found.append(os.sched_getaffinity(0)))
    thread.start()
    thread.join()
    return found[0]


def test_this_thread_and_those_that_it_starts_are_on_one_core() -> None:
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("one core")
    with one_core(0) as core:
        assert core in before
        assert os.sched_getaffinity(0) == {core}
        assert _of_a_new_thread() == {core}
    assert os.sched_getaffinity(0) == before
    assert _of_a_new_thread() == before


def test_afterwards_it_is_as_before_also_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, {2, 5, 7})

    def fail() -> None:
        with one_core(1):
            assert made.allowed == {5}
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert made.allowed == {2, 5, 7}


def test_neighbours_get_different_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers on one core would be worse than none kept anywhere."""
    machine(monkeypatch, {2, 5, 7})
    found = []
    for number in range(100, 104):
        with one_core(number) as core:
            found.append(core)
    assert len(set(found[:3])) == 3
    assert found[3] == found[0]


@pytest.mark.parametrize(("allowed", "wanted"), [({3}, True), ({3, 4}, False)], ids=["one allowed", "not wanted"])
def test_where_there_is_nothing_to_choose_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, allowed: set[int], wanted: bool
) -> None:
    made = machine(monkeypatch, allowed)
    with one_core(1, wanted=wanted) as core:
        assert core is None
    assert made.calls == []


def test_a_sandbox_that_forbids_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, {1, 2})

    def forbidden(_: int, __: set[int]) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    with one_core(1) as core:
        assert core is None
    assert made.allowed == {1, 2}


def test_other_systems_have_no_such_call(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, {1, 2})
    monkeypatch.setattr(sys, "platform", "win32")
    with one_core(1) as core:
        assert core is None
    assert made.calls == []
