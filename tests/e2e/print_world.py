"""A counter that prints on two real printers, and can be stopped at any point: store and lines count as they go.

The printers are simulated ones over real sockets, and live on: what lies in their trays no kill takes back. At the
chosen point nothing more happens here: what was written stays written, what was not is lost, the sockets close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any, Final, Self
from uuid import UUID

from counter_app.application.counter_printing import CounterPrinting
from counter_app.application.credentials import Credentials
from counter_app.application.printer_set import Fitted, PrinterSet
from counter_app.domain.journal import Kind
from counter_app.ports.prints import JobKind, JobState, PrintJob
from counter_app.system import Uuid7Ids
from db.verify import verify_profile
from printers.compose import Composer
from printers.driver import Deadlines, EscposPrinter
from printers.opening import tell_recovered
from printers.profiles import profile_named
from printers.simulator.serve import SimulatedPrinter
from printers.transports.base import Link
from printers.transports.tcp import TcpOpener
from tests.conftest import ROOT
from tests.e2e.payment_world import Points
from tests.unit.counter_app.application.counter import HAN, LI, NOW, PLAIN, Counter, SeededEntropy, SetClock

COMPOSER: Final = Composer(ROOT / "resources")
# Nobody is silent here: what is waited for comes, however slow the machine is.
PATIENT: Final = Deadlines(connect_s=20.0, answer_s=20.0, send_s=30.0, confirm_s=30.0, quiet_s=0.05)
PROFILES: Final = {"main": "epson-80", "receipt": "thermal-80"}  # a process id, a status in order
BIG: Final = 1_000  # bytes: what is a paper and no question


class _KillLink:
    def __init__(self, link: Link, points: Points) -> None:
        self._link = link
        self._points = points

    def write(self, data: bytes, within_s: float) -> None:
        self._points.reach("send")
        if len(data) > BIG:  # in mid-ticket
            half = len(data) // 2
            self._link.write(data[:half], within_s)
            self._points.reach("half")
            data = data[half:]
        self._link.write(data, within_s)
        self._points.reach("sent")

    def read(self, within_s: float) -> bytes:
        found = self._link.read(within_s)
        if found:
            self._points.reach("received")
        return found

    def port_error(self) -> str:
        return self._link.port_error()

    def close(self) -> None:
        self._link.close()


class _KillOpener:
    keeps_answers = False

    def __init__(self, port: int, points: Points) -> None:
        self._opener = TcpOpener("127.0.0.1", port, bytes_per_s=900_000)
        self._points = points
        self.where = self._opener.where

    def open(self, within_s: float, stop: Event) -> Link:
        self._points.reach("connect")
        link = self._opener.open(within_s, stop)
        return _KillLink(link, self._points)

    def seconds_for(self, count: int) -> float:
        return self._opener.seconds_for(count)


class Till(Counter):
    """``life``: the how-manieth program over this profile, for ids that never come twice."""

    def __init__(self, folder: Path, ports: dict[str, int], *, points: Points | None = None, life: int = 1) -> None:
        self.points = points or Points()
        self.life = life
        fitted = {
            name: Fitted(
                printer=EscposPrinter(
                    _KillOpener(port, self.points),
                    profile_named(PROFILES[name]),
                    COMPOSER,
                    name=name,
                    deadlines=PATIENT,
                )
            )
            for name, port in ports.items()
        }
        printers = PrinterSet(main=fitted.pop("main"), others=fitted)
        super().__init__(folder, printers=printers, clock=SetClock(NOW + timedelta(minutes=life)))

    def open(self) -> None:
        self.entropy = SeededEntropy(self.life)
        self.ids = Uuid7Ids(clock=self.clock, entropy=self.entropy)
        self.policy = replace(self.policy, receipt=True)
        super().open()
        self.desk = CounterPrinting(
            store=self.store,
            policy=self.policy,
            printers=self.printers,
            clock=self.clock,
            ids=self.ids,
            credentials=Credentials(self.store, self.clock, PLAIN),
            compose=self.compose,
            tell_recovered=lambda name, interrupted, last: tell_recovered(
                self.printers.named(name), interrupted=interrupted, last=last
            ),
        )
        self._count_commits()

    def _count_commits(self) -> None:
        """Three points an act: before it begins, before its COMMIT, and after it."""
        store: Any = self.store
        begin, commit = store._begin, store._say_commit

        def begins(writer: object) -> None:
            self.points.reach("begin")
            begin(writer)

        def commits(writer: object) -> None:
            self.points.reach("uncommitted")
            commit(writer)
            self.points.reach("committed")

        store._begin, store._say_commit = begins, commits

    def abandon(self) -> None:
        """The files of its store were copied at the instant of the kill."""
        self.points.armed = self.points.dead = False
        self.store.close()

    # ---- what a window does

    def in_tender(self) -> Callable[[], None]:
        """A sale for two, as far as the money in the clerk's hand; what is returned sells."""
        hold = self.held(2)
        total = self.quote(hold, (LI, HAN)).total
        self.begin_tender(self.clerk, hold.order_id)
        return lambda: self._sell(hold.order_id, total)

    def _sell(self, order_id: UUID, total: Any) -> None:
        self.sell(self.clerk, order_id, (LI, HAN), received=total, quoted=total)

    def print_all(self) -> None:
        """As the pump does: everything that waits, in its order, each where it goes."""
        waiting = [job.job_id for job in self.desk.open_print_jobs()]
        for job, printer in self.desk.job_printers(waiting):
            paper = self.desk.start_job(job, printer)
            self.desk.finish_job(job, self.desk.send_job(job, paper))

    def start_again(self) -> None:
        """The next program: recovery, the printers told, and each asked until it has taken all that was on its way."""
        self.recover()
        self.desk._open_printers()
        for name in self.printers.names:
            assert self.desk.printer_status(name).answered, name


class Trays:
    """Both printers, as they stand on the counter."""

    def __init__(self) -> None:
        self.printers = {name: SimulatedPrinter(width=576) for name in PROFILES}
        self.ports = {name: printer.listen() for name, printer in self.printers.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for printer in self.printers.values():
            printer.close()

    def whole(self, till: Till, job: PrintJob) -> int:
        """How many sheets are this paper, dot by dot."""
        with till.store.reading() as books:
            paper = till.compose.of_job(books, job)
        rows = COMPOSER.compose(paper, width=576).rows
        return sum(rows in sheet.rows for one in self.printers.values() for sheet in one.sheets)

    @property
    def kicks(self) -> int:
        return sum(one.machine.drawer_kicks for one in self.printers.values())


def settle_papers(till: Till, trays: Trays) -> None:
    """Prints what waits; the clerk looks into the trays for what is unknown, and says so; until nothing is open."""
    for _ in range(4):
        till.print_all()
        unknown = [one for one in till.desk.open_print_jobs() if one.state is JobState.UNKNOWN]
        if not unknown:
            return
        for view in unknown:
            with till.store.reading() as books:
                job = books.prints.get(view.job_id)
            assert job is not None
            till.desk.settle_job(till.clerk, job.job_id, came_out=trays.whole(till, job) > 0)
    raise AssertionError(till.desk.open_print_jobs())


def faults(till: Till, trays: Trays, *, kicks_max: int) -> Iterator[str]:
    """Of what was promised: no second print, no lost paper, one pulse of the drawer, a journal that tells all of it."""
    with till.store.reading() as books:
        jobs = [job for job in books.prints.latest(1_000) if job.kind is not JobKind.DRAWER]
        bodies: list[dict[str, Any]] = [one.body for one in books.journal.entries() if one.kind is Kind.SOLD]
    sold = sum(len(body["tickets"]) for body in bodies)
    if till.desk.open_print_jobs():
        yield "open jobs"
    sheets: dict[UUID, int] = {}
    for job in jobs:
        count = trays.whole(till, job)
        sheets[job.ref] = sheets.get(job.ref, 0) + count
        if count > 1:
            yield f"{job.kind} {job.copy_number} printed {count} times"
        if job.state in {JobState.CONFIRMED, JobState.SETTLED_OUT} and count == 0:
            yield f"{job.kind} {job.copy_number} is said to be out, and is not"
    yield from (f"{count} sheets of one paper" for count in sheets.values() if count != 1)
    if sum(job.kind is JobKind.TICKET and job.copy_number == 0 for job in jobs) != sold:
        yield "a ticket without its paper"
    if trays.kicks > kicks_max:
        yield f"the drawer opened {trays.kicks} times"
    till.store.close()
    verdict = verify_profile(till.folder)
    if not verdict.ok:
        yield verdict.reason
