"""What a card sale costs on our side, and how long a hundred payments without an answer take to settle.

A real profile, the real driver, the simulated terminal over TCP with a customer and a bank that take no time. Ours is
everything from the baseline's question to the sale's commit, less the time in which the terminal was at work or spoke:
from each message that left to the first byte of the next one. What is left is the codec, the store and the sale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter_ns
from typing import Any
from uuid import UUID

from benchmarks.result import Context, Result, percentile
from counter_app.application.views import HoldView, PassengerInput, PlaceWish
from counter_app.domain.money import Money
from counter_app.domain.payments import PaymentState, Tender
from devices.links import Link, TcpOpener
from devices.zvt.connection import ZvtConfig
from devices.zvt.terminal import ZvtTerminal
from tests.unit.counter_app.application.counter import DAY, WHOLE, SetClock
from tests.unit.counter_app.application.counter import run as run_of
from tests.unit.counter_app.application.payments.till import Till
from tests.unit.devices.simulators.till import StandingClock, terminal

GOAL_SALE_MS = 60.0
GOAL_RECOVERY_MS = 2_000.0
LATER = timedelta(hours=1)


@dataclass
class _Times:
    """What went to waiting for the terminal, since ``reset``."""

    waited_ns: int = 0

    def reset(self) -> None:
        self.waited_ns = 0


@dataclass
class _Clocked:
    link: Link
    times: _Times

    def write(self, data: bytes, within_s: float) -> None:
        self.link.write(data, within_s)

    def read(self, within_s: float) -> bytes:
        started = perf_counter_ns()
        try:
            return self.link.read(within_s)
        finally:
            self.times.waited_ns += perf_counter_ns() - started

    def close(self) -> None:
        self.link.close()


@dataclass
class _ClockedOpener:
    opener: TcpOpener
    times: _Times = field(default_factory=_Times)
    serial: bool = False

    @property
    def where(self) -> str:
        return self.opener.where

    def open(self, within_s: float) -> Link:
        return _Clocked(self.opener.open(within_s), self.times)


class _Running(SetClock):
    """The day is set, deadlines are real."""

    monotonic_ms = StandingClock.monotonic_ms


@contextmanager
def _till(context: Context, name: str) -> Iterator[tuple[Till, _Times, Any]]:
    with terminal(currency=156) as simulator:
        opener = _ClockedOpener(TcpOpener("127.0.0.1", simulator.serve_tcp()))
        clock = _Running()
        driver: Any = ZvtTerminal(opener, ZvtConfig(name="terminal", currency="CNY"), clock)
        till = Till(context.folder / name, terminal=driver, clock=clock)
        till.open_shift()
        yield till, opener.times, simulator
        driver.close()
        till.close()


def run(context: Context) -> list[Result]:
    return [*_sales(context), *_recovery(context)]


def _held(till: Till, number: int) -> tuple[HoldView, PassengerInput]:
    """Twenty second-class seats a train: then the next day's."""
    hold = till.hold(
        till.clerk,
        run_of(("G1", "G3")[number // 200 % 2], DAY + timedelta(days=number // 20 % 10)),
        WHOLE,
        PlaceWish(travel_class="second", count=1),
    )
    till.begin_tender(till.clerk, hold.order_id)
    return hold, PassengerInput(name="李雷", document_type="passport", document=f"E{number:08d}")


def _sales(context: Context) -> list[Result]:
    count = 10 if context.quick else 300
    ours: list[float] = []
    wholes: list[float] = []
    with _till(context, "sales") as (till, times, _):
        for number in range(count):
            hold, passenger = _held(till, number)
            times.reset()
            started = perf_counter_ns()
            intent_id = till.pay(hold, people=(passenger,))
            leg = till.payments.run(intent_id, _quiet)
            assert leg.state is PaymentState.APPROVED, leg
            till.sell(till.clerk, hold.order_id, (passenger,), received=None, quoted=hold.fare)
            whole_ns = perf_counter_ns() - started
            wholes.append(whole_ns / 1e6)
            ours.append((whole_ns - times.waited_ns) / 1e6)
    note = f"{count} sales; intent, baseline, answer, approval, sale: five commits"
    return [
        Result(name="our part of a card sale, median", value=percentile(ours, 50), unit="ms", note=note),
        Result(
            name="our part of a card sale, p99",
            value=percentile(ours, 99),
            unit="ms",
            goal=GOAL_SALE_MS,
            note="waiting for the terminal taken off",
        ),
        Result(
            name="card sale with a terminal that takes no time, p99",
            value=percentile(wholes, 99),
            unit="ms",
            note="the simulator works in the same process",
        ),
    ]


def _recovery(context: Context) -> list[Result]:
    """A hundred that a crash left: as UNKNOWN as can be, and the terminal answers about each."""
    count = 10 if context.quick else 100
    with _till(context, "recovery") as (till, _, simulator):
        for number in range(count):
            hold, passenger = _held(till, number)
            _left(till, hold, passenger, simulator.settings.terminal_id)
        till.clock.at += LATER
        started = perf_counter_ns()
        legs = till.payments.recover(_quiet)
        took_ms = (perf_counter_ns() - started) / 1e6
        assert len(legs) == count
        assert all(leg.state is PaymentState.NOT_PERFORMED for leg in legs)
    return [
        Result(
            name=f"recovery of {count} payments",
            value=took_ms,
            unit="ms",
            goal=GOAL_RECOVERY_MS,
            note="enquiry, last transaction and one commit each",
        )
    ]


def _left(till: Till, hold: HoldView, passenger: PassengerInput, terminal_id: str) -> UUID:
    """Sent, and never heard of again."""
    total = Money(hold.fare.minor, "CNY")
    with till.store.reading() as books:
        blocked = [one.intent_id for one in books.payments.unresolved() if not one.carried]
    # One terminal has one open payment; those before it were carried past a shift's end.
    with till.store.writing() as books:
        for intent_id in blocked:
            known = books.payments.intent(intent_id)
            assert known is not None
            books.payments.put(_carried(known))
    intent_id = till.start(till.clerk, hold.order_id, Tender.CARD, total, passengers=(passenger,), quoted=total)
    till.mover(intent_id, PaymentState.SENT, baseline=0, terminal_id=terminal_id, reason="sent")
    till.mover(intent_id, PaymentState.UNKNOWN, reason="crash")
    return intent_id


def _carried(intent: Any) -> Any:
    return replace(intent, carried="chief: a benchmark")


def _quiet(text: str) -> None:
    del text
