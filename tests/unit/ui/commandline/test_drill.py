"""A drill at an enrolled window: it sells through an outage, and does not wait for ever for what cannot come."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.application.central_stand_in import CLERK, EnrolledCounter
from ui.commandline.drill import Drill


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[EnrolledCounter]:
    made = EnrolledCounter(tmp_path / "profile")
    made.load()
    yield made
    made.close()


class Paperless(Drill):
    """The stand-in has no printer."""

    def _print(self, jobs: tuple[UUID, ...]) -> None:
        del jobs


@dataclass
class Waiting:
    """Time passes by waiting, and each customer takes a second."""

    counter: EnrolledCounter
    passed_s: float = 0
    asked: int = 0

    def wait(self, seconds: float) -> None:
        self.passed_s += seconds
        self.counter.clock.go(seconds=seconds)

    def now_s(self) -> float:
        self.asked += 1
        return self.passed_s + self.asked


def drill(counter: EnrolledCounter, sales: int) -> tuple[Drill, io.StringIO, Waiting]:
    waiting, out = Waiting(counter), io.StringIO()
    made = Paperless(counter.desk, CLERK, sales, Random(1), out, wait=waiting.wait, now_s=waiting.now_s)
    return made, out, waiting


def sold(out: io.StringIO) -> int:
    return sum(json.loads(line)["act"] == "sale" for line in out.getvalue().splitlines())


def test_without_a_line_and_with_nothing_leased_it_ends_and_says_why(counter: EnrolledCounter) -> None:
    """It ran for hours, and whoever started it found out nothing."""
    counter.central.offline = True
    made, out, waiting = drill(counter, 5)
    with pytest.raises(Refusal) as told:
        made.run()
    assert told.value.reason is Reason.CENTRAL_UNREACHABLE
    assert (told.value.facts["done"], told.value.facts["detail"]) == (0, "line: offline, and nothing is leased")
    assert waiting.passed_s + waiting.asked < 400
    assert sold(out) == 0


def test_what_is_leased_is_sold_first(counter: EnrolledCounter) -> None:
    counter.central.lease_out(2)
    counter.settle()
    counter.central.offline = True
    made, out, _ = drill(counter, 50)
    with pytest.raises(Refusal) as told:
        made.run()
    assert told.value.reason is Reason.CENTRAL_UNREACHABLE
    assert sold(out) >= 2, "two places, of which short journeys share one"
    assert not counter.desk.sync_status().leased_places
