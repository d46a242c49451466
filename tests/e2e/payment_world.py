"""A counter whose world can be stopped at any point of a payment: store, line, printer and drawer count as they go.

The store is a real one on disk, the terminal is driven by the real driver over TCP. At the chosen point nothing more
happens here: what was written stays written, what was not is lost, the sockets close. That is what ``kill -9`` leaves.
The terminal, central, the paper and the drawer live on.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from counter_app.application.payments.card import CardPayments
from counter_app.application.payments.payment_list import PaymentsToSettle
from counter_app.application.payments.remote import RemotePayments
from counter_app.application.payments.resume_sale import ResumeSale
from counter_app.application.payments.run_payment import RunPayments
from counter_app.application.payments.settle_payment import DecidePayment, SecondPerson
from counter_app.application.payments.start_payment import StartPayment
from counter_app.application.payments.tenders import Tendering
from counter_app.domain.payments import Tender
from counter_app.domain.policy import Tenders
from counter_app.ports.line import Line
from counter_app.ports.prints import Delivery, DeliveryOutcome, JobState, PaperState, PrinterStatus
from counter_app.system import Uuid7Ids
from counter_app.wire import messages as m
from devices.links import Link, Opener, TcpOpener
from devices.zvt.apdu import Apdu, Splitter
from devices.zvt.connection import ZvtConfig
from devices.zvt.terminal import ZvtTerminal
from devices.zvt.transport import Times
from tests.unit.counter_app.application.counter import NOW, SeededEntropy, SetClock
from tests.unit.counter_app.application.payments.test_split_sale import SplitTill
from tests.unit.counter_app.application.wallets_stand_in import Wallets

TIMES = Times(connect_s=5.0, t3_s=10.0, t4_s=20.0, query_s=20.0)
TAKEN = (Tender.CASH, Tender.CARD, Tender.ALIPAY)


class Killed(BaseException):
    """Nothing that the program does may catch it for good: the world it lived in is gone."""


@dataclass
class Points:
    """``strike`` is called at the point ``at``, counted from where ``armed`` was set. ``passed``: their names."""

    at: int | None = None
    strike: Callable[[], None] = lambda: None
    armed: bool = False
    dead: bool = False
    passed: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        if self.dead:
            raise Killed
        if not self.armed:
            return
        self.passed.append(name)
        if len(self.passed) - 1 == self.at:
            self.dead = True
            self.strike()
            raise Killed


class WorldClock(SetClock):
    """The day is set, deadlines are real: the terminal is."""

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


# ---- the line to the terminal


class _KillLink:
    """One message at a time, so that points are the same in every run, however the network cuts what it carries."""

    def __init__(self, link: Link, points: Points) -> None:
        self._link = link
        self._points = points
        self._splitter = Splitter()
        self._waiting: deque[Apdu] = deque()

    def write(self, data: bytes, within_s: float) -> None:
        self._points.reach("send")
        self._link.write(data, within_s)
        self._points.reach("sent")

    def read(self, within_s: float) -> bytes:
        if self._points.dead:
            raise Killed
        if not self._waiting:
            self._waiting += self._splitter.feed(self._link.read(within_s))
        if not self._waiting:
            return b""
        apdu = self._waiting.popleft()
        self._points.reach("received")
        return apdu.encode()

    def close(self) -> None:
        self._link.close()


@dataclass
class _KillOpener:
    opener: TcpOpener
    points: Points
    serial: bool = False

    @property
    def where(self) -> str:
        return self.opener.where

    def open(self, within_s: float) -> Link:
        self.points.reach("connect")
        link = self.opener.open(within_s)
        try:
            self.points.reach("connected")
        except Killed:
            link.close()
            raise
        return _KillLink(link, self.points)


# ---- paper and drawer


@dataclass
class Tray:
    """What came out and how often the drawer opened, in a file that no kill takes back: ``ticket JOB``."""

    path: Path

    def put(self, kind: str, job_id: UUID) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(descriptor, f"{kind} {job_id}\n".encode())
        os.close(descriptor)

    def all(self) -> list[tuple[str, str]]:
        if not self.path.exists():
            return []
        pairs = [line.split() for line in self.path.read_text().splitlines()]
        return [(kind, job_id) for kind, job_id in pairs]

    def jobs(self) -> set[str]:
        return {job_id for _, job_id in self.all()}


# ---- central


@dataclass
class _WalletLine:
    """Of ``ports.line.Line`` what payments ask: the answer comes at once, or nobody is there to hear it."""

    wallets: Wallets
    points: Points

    def worth_asking(self) -> bool:
        return True

    def pay(self, request: m.PayCharge, *, deadline_ms: int) -> m.PayAnswer:
        return self._asked(lambda: self.wallets.charge(request))

    def pay_state(self, request: m.PayQuestion, *, deadline_ms: int) -> m.PayAnswer:
        return self._asked(lambda: self.wallets.ask(request))

    def pay_reverse(self, request: m.PayReverse, *, deadline_ms: int) -> m.PayAnswer:
        return self._asked(lambda: self.wallets.reverse(request))

    def pay_refund(self, request: m.PayRefund, *, deadline_ms: int) -> m.PayAnswer:
        return self._asked(lambda: self.wallets.refund(request))

    def _asked(self, ask: Callable[[], m.PayAnswer]) -> m.PayAnswer:
        self.points.reach("send")
        answer = ask()
        self.points.reach("received")
        return answer


class _NoPause:
    def wait(self, wait_ms: int) -> bool:
        return False


# ---- the counter


class KillTill(SplitTill):
    """``life``: the how-manieth program over this profile, for ids that never come twice."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        points: Points | None = None,
        wallets: Wallets | None = None,
        tray: Tray | None = None,
        now: datetime = NOW,
        life: int = 1,
        times: Times = TIMES,
    ) -> None:
        self.points = points or Points()
        self.tray = tray or Tray(folder.parent / "paper")
        self.life = life
        clock = WorldClock(now)
        self.wallets = wallets or Wallets(clock.now)
        opener: Opener = _KillOpener(TcpOpener("127.0.0.1", port), self.points)
        config = ZvtConfig(name="terminal", currency="CNY", times=times)
        driver: Any = ZvtTerminal(opener, config, clock, pause=lambda _: time.sleep(0.01))
        super().__init__(folder, terminal=driver, clock=clock)

    def open(self) -> None:
        self.entropy = SeededEntropy(self.life)
        self.ids = Uuid7Ids(clock=self.clock, entropy=self.entropy)
        super().open()
        self.policy = replace(
            self.policy, tenders=Tenders(taken=TAKEN, offline=frozenset({Tender.CASH, Tender.CARD}), cash_step_minor=5)
        )
        line = cast("Line", _WalletLine(self.wallets, self.points))
        self.tendering = Tendering(policy=self.policy, terminal=self.terminal, line=line)
        self.start = StartPayment(
            store=self.store,
            holder=self.holder,
            policy=self.policy,
            clock=self.clock,
            ids=self.ids,
            drawable=lambda _: True,
            tendering=self.tendering,
        )
        self.payments = RunPayments(
            store=self.store,
            mover=self.mover,
            ids=self.ids,
            card=CardPayments(mover=self.mover, terminal=self.terminal, clock=self.clock),
            remote=RemotePayments(mover=self.mover, line=line, clock=self.clock, pause=_NoPause()),
        )
        self.to_settle = PaymentsToSettle(store=self.store, terminal=self.terminal.name)
        self.resume = ResumeSale(store=self.store, offer=self.search.offer)
        second = SecondPerson(credentials=self.credentials)
        self.decide = DecidePayment(store=self.store, clock=self.clock, second=second)
        self._count_commits()

    def _count_commits(self) -> None:
        """Four points an act: before it begins, before its COMMIT, after it, and when the witness has been told."""
        store: Any = self.store
        begin, commit, tell = store._begin, store._say_commit, store._tell_witness

        def begins(writer: object) -> None:
            self.points.reach("begin")
            begin(writer)

        def commits(writer: object) -> None:
            self.points.reach("uncommitted")
            commit(writer)
            self.points.reach("committed")

        def tells() -> None:
            tell()
            self.points.reach("witnessed")

        store._begin, store._say_commit, store._tell_witness = begins, commits, tells

    def abandon(self) -> None:
        """As the kernel does: its sockets close. The files of its store were copied at the instant of the kill."""
        self.terminal.close()
        self.points.dead = True
        store: Any = self.store
        for name in ("_begin", "_say_commit", "_tell_witness"):
            store.__dict__.pop(name, None)
        store.close()

    # ---- what a window does besides

    def print_all(self) -> None:
        """Every job that waits, once. A kick is told from a paper by having none."""
        confirmed = DeliveryOutcome(
            delivery=Delivery.CONFIRMED,
            detail="",
            status=PrinterStatus(
                ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True
            ),
        )
        for job in self.jobs.open():
            if job.state not in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND}:
                continue
            self.start_job(job.job_id)
            self.points.reach("print")
            self.tray.put(job.kind, job.job_id)
            self.points.reach("printed")
            self.finish_job(job.job_id, confirmed)

    def settle_paper(self) -> None:
        """The clerk looks into the tray, and says so."""
        out = self.tray.jobs()
        for job in self.jobs.open():
            if job.state is JobState.UNKNOWN and job.kind != "drawer":
                self.settle_job(self.clerk, job.job_id, came_out=str(job.job_id) in out)
        self.print_all()

    def orders_paid(self) -> Sequence[UUID]:
        """Every order of which a payment was begun."""
        with self.store.reading() as books:
            found = [str(one.body["order_id"]) for one in books.journal.entries() if one.kind == "payment_created"]
        return [UUID(one) for one in dict.fromkeys(found)]
