"""One counter in a simulated world: a folder in memory, the production store and desk over it, and a process that may

be killed at every commit and at every word on the line.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import OperationalError

from counter_app.application.central_clock import CentralClock
from counter_app.application.counter_desk import CounterDesk
from counter_app.application.enrolled import CentralLink
from counter_app.application.printer_set import PrinterSet
from counter_app.application.views import HoldView
from counter_app.domain.papers import Paper
from counter_app.domain.policy import Policy
from counter_app.domain.staff import Actor
from counter_app.domain.trust import read_certificate
from counter_app.ports.epochs import Enrolment
from counter_app.ports.prints import Delivery, DeliveryOutcome, PaperState, PrinterStatus
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import Claim, ClaimState
from counter_app.security import SigningKey, verify
from counter_app.texts import Texts
from db.books import Books
from db.catalogue.reader import CatalogueFile
from db.catalogue.receive import CatalogueFiles
from db.context import Context
from db.create import CATALOGUES, ProfileFactory
from db.journal import SqlJournal
from db.store import SqlMoneyStore
from db.verify import verify_profile
from sync.client import CentralLine
from sync.enrol import enrol
from tests.conftest import ROOT
from tests.simulation.headquarters import LIGHT
from tests.simulation.nature import Body, Killed
from tests.simulation.network import Wire
from tests.simulation.timetable import NoBuilder
from tests.simulation.truth import UNITS, Cell, Truth, lease_cells

READY: Final = PrinterStatus(
    ready=True, online=True, cover_open=False, paper=PaperState.ADEQUATE, error="", answered=True
)
PRINTED: Final = DeliveryOutcome(delivery=Delivery.CONFIRMED, detail="", status=READY)
_TEXTS: Final = {language: Texts(ROOT / "resources" / "i18n", language) for language in ("zh", "en")}


class NoPrinter:
    """``ports.prints.Printer``: what is printed is none of this simulation's business."""

    def status(self) -> PrinterStatus:
        return READY

    @property
    def name(self) -> str:
        return "none"

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        return PRINTED

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        return PRINTED

    def cancel(self) -> None:
        """No call lasts."""

    def close(self) -> None:
        """There is nothing to close."""


class Blow(StrEnum):
    """What may befall a commit."""

    NONE = "none"
    BEFORE = "killed before commit"
    AFTER = "killed after commit"
    UNKNOWN_DONE = "error, and committed"
    UNKNOWN_LOST = "error, and not committed"


class MortalStore(SqlMoneyStore):
    """The production store; its commits are where a process dies or a disk fails, and where the truth is read."""

    def __init__(self, directory: Path, *, blow: Callable[[], Blow], committed: Callable[[Context], None], **more: Any):
        self._blow, self._committed = blow, committed
        super().__init__(directory, **more)

    def _say_commit(self, writer: Context) -> None:
        blow = self._blow()
        if blow is Blow.BEFORE:
            raise Killed("window", "before a commit")
        if blow is Blow.UNKNOWN_LOST:
            writer.run("ROLLBACK")
            raise _disk_error()
        super()._say_commit(writer)
        self._committed(writer)
        if blow is Blow.AFTER:
            raise Killed("window", "after a commit")
        if blow is Blow.UNKNOWN_DONE:
            raise _disk_error()

    def end_suddenly(self) -> None:
        """As the kernel does for a killed process: everything is closed, nothing is said."""
        for connection in self._readers:
            connection.close()
        self._readers.clear()
        self._drop_writer()
        assert self._lock is not None
        self._lock.release()


def _disk_error() -> OperationalError:
    return OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))


@dataclass(slots=True)
class Hand:
    """A sale that the clerk has before him."""

    hold: HoldView
    tender: bool = False


@dataclass(slots=True)
class Window:
    """One copy of one device. ``copy`` 0: the first; others came from a clone."""

    station: str
    counter: int
    copy: int
    folder: Path
    body: Body
    wire: Wire
    chance: random.Random
    truth: Truth
    policy: Policy
    device_id: UUID
    commit_blows: int = 0  # per 100,000 commits
    desk: CounterDesk | None = None
    store: MortalStore | None = None
    line: CentralLine | None = None
    busy: bool = False
    down_until_ms: int = 0
    turn_at_ms: int = 0
    gone: bool = False  # the machine is lost, for good or until it is found
    clerk: Actor | None = None
    hands: list[Hand] = field(default_factory=list)
    sold: list[UUID] = field(default_factory=list)  # tickets, to be refunded one day
    read_seq: int = 0
    kills: int = 0
    jumped: bool = False  # its clock was set wrong once: then nothing is said of the very minute in which it sells

    @property
    def name(self) -> str:
        return f"{self.station}/{self.counter}" + (f"#{self.copy}" if self.copy else "")

    @property
    def running(self) -> bool:
        return self.desk is not None

    @property
    def the_desk(self) -> CounterDesk:
        assert self.desk is not None, f"{self.name} is not open"
        return self.desk

    # ---- the process

    def open(self) -> None:
        """Raises Refusal as the program would at its start."""
        assert self.desk is None
        self.body.clock.restarted()
        clock, ids, entropy = self.body.clock, self.body.ids, self.body.entropy
        self.store = MortalStore(
            self.folder,
            blow=self._draw_blow,
            committed=self._read_truth,
            clock=clock,
            ids=ids,
            entropy=entropy,
            writable=True,
            key_choice="file",
        )
        try:
            self.desk, self.line = make_desk(self)
        except BaseException:
            self.store.end_suddenly()
            self.store = None
            raise
        self.turn_at_ms = 0

    def close(self) -> None:
        """A clean end."""
        assert self.store is not None
        self.store.close()
        self._forget_process()

    def kill(self) -> None:
        self.kills += 1
        if self.store is not None:
            self.store.end_suddenly()
        self._forget_process()

    def _forget_process(self) -> None:
        self.desk = self.store = self.line = None
        self.clerk = None
        self.hands.clear()

    @contextmanager
    def at_work(self) -> Iterator[CounterDesk]:
        """Nothing else of this counter happens meanwhile."""
        assert self.desk is not None
        assert not self.busy
        self.busy = True
        try:
            yield self.desk
        finally:
            self.busy = False

    def _draw_blow(self) -> Blow:
        if not self.commit_blows or self.chance.randrange(100_000) >= self.commit_blows:
            return Blow.NONE
        return self.chance.choice((Blow.BEFORE, Blow.AFTER, Blow.UNKNOWN_DONE, Blow.UNKNOWN_LOST))

    def _read_truth(self, writer: Context) -> None:
        entries = list(SqlJournal(writer).entries(after_seq=self.read_seq))
        if entries:
            self.read_seq = entries[-1].seq
            sync = Books(writer).sync

            def granted(lease_id: UUID) -> str:
                lease = sync.lease(lease_id)
                assert lease is not None
                return lease.grant.pattern

            self.truth.read(self.device_id, self.name, entries, granted)

    # ---- the machine

    def copy_folder(self, target: Path) -> None:
        """As a backup program does, between two commits."""
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(self.folder, target)

    def lease_end(self, claim_id: UUID) -> datetime | None:
        """When the last of the leases that a claim was sold from ended at central; None: it was not sold from any."""
        assert self.store is not None
        context = self.store._writer
        assert context is not None
        origin, run_id = context.row("SELECT origin, run_id FROM claim WHERE claim_id = ?", (str(claim_id),)) or (
            "",
            "",
        )
        if origin != "lease":
            return None
        ends = [
            lease.grant.expires_at for lease in Books(context).sync.leases(None) if str(lease.grant.run_id) == run_id
        ]
        return max(ends, default=None)

    def tendered_cells(self) -> set[Cell]:
        """Of claims that may be paid any moment, or were asked for."""
        assert self.store is not None
        with self.store.reading() as books:
            paying = [
                *books.stock.claims_in(ClaimState.LEASED),
                *(claim for claim in books.stock.claims_in(ClaimState.HELD) if claim.asked),
            ]
            return {cell for claim in paying for cell in self._cells_of(books, claim)}

    def held_cells(self) -> set[Cell]:
        """What the store of this copy says that it may sell: leases, taken or returned, and unsold claims."""
        found: set[Cell] = set()
        assert self.store is not None
        with self.store.reading() as books:
            for lease in books.sync.leases(None):
                grant = lease.grant
                places = [str(place) for place in grant.places]
                body = {"run_id": str(grant.run_id), "places": places, "travel_class": grant.travel_class}
                span = {"pattern": grant.pattern, "board": grant.board, "alight": grant.alight}
                found |= lease_cells({**body, **span}, self.truth.lines)
            for state in (ClaimState.HELD, ClaimState.LEASED):
                for claim in books.stock.claims_in(state):
                    found |= self._cells_of(books, claim)
        return found

    def _cells_of(self, books: Books, claim: Claim) -> set[Cell]:
        run = books.stock.run(claim.run.run_id)
        assert run is not None
        legs = self.truth.lines.pieces(run.trip.pattern_version, claim.span.board, claim.span.alight)
        names = [str(place) for place in claim.places] or [f"{UNITS}{claim.travel_class}"]
        return {(str(claim.run.run_id), name, leg) for name in names for leg in legs}


def make_desk(window: Window) -> tuple[CounterDesk, CentralLine]:
    """As ``main`` puts a counter together, over the simulated wire and without a printer."""
    store, body = window.store, window.body
    assert store is not None
    with store.reading() as books:
        known = books.sync.state().time
    central_clock = CentralClock(body.clock, known)

    def epoch() -> int:
        with store.reading() as books:
            return books.journal.head().epoch

    line = CentralLine(
        transport=window.wire,
        signer=store.signer,
        device_id=store.profile.profile_id,
        epoch=epoch,
        clock=body.clock,
        central_now=central_clock.stamp,
        told=central_clock.told,
        certificates=lambda: store.own_bundle().certificates,
    )
    desk = CounterDesk(
        store=store,
        policy=window.policy,
        clock=body.clock,
        ids=body.ids,
        passwords=LIGHT,
        printers=PrinterSet.of_one(NoPrinter()),
        builder=NoBuilder(),
        open_catalogue=CatalogueFile,
        catalogues=window.folder / CATALOGUES,
        texts=_TEXTS.__getitem__,
        ticket_language="zh",
        undrawable=lambda text: (),
        tell_recovered=lambda name, interrupted, last: None,
        verify_store=lambda progress: verify_profile(window.folder),
        central=CentralLink(
            line=line,
            central_clock=central_clock,
            receiver=CatalogueFiles(window.folder / CATALOGUES),
            verify=verify,
            entropy=body.entropy,
        ),
    )
    return desk, line


def enrol_window(folder: Path, *, body: Body, wire: Wire, code: str) -> UUID:
    """A new profile by central's one-time code. Returns the device's id."""
    device_id, key = body.ids.new(), SigningKey(body.entropy.bytes(32))
    enrolled = enrol(
        wire,
        code=code,
        device_id=device_id,
        public_key=key.public,
        sign=key.sign,
        verify=verify,
        app_version="simulated",
    )
    info = ProfileInfo(
        profile_id=enrolled.device_id,
        station_name=enrolled.station_name,
        station_latin=enrolled.station_latin,
        station_code=enrolled.station_code,
        counter=enrolled.counter,
        operator=enrolled.operator,
        zone=enrolled.zone,
        currency=enrolled.currency,
        policy=enrolled.policy,
        training=False,
        demonstration=enrolled.demonstration,
    )
    enrolment = Enrolment(
        url="simulated:",
        certificate_file="",
        operator_key=enrolled.operator_key,
        operator_tag=enrolled.operator_tag,
        certificate=read_certificate(enrolled.certificate),
        incarnation=enrolled.incarnation,
        key=key.private_bytes(),
    )
    factory = ProfileFactory(directory=folder, clock=body.clock, ids=body.ids, entropy=body.entropy, key_choice="file")
    factory.create_enrolled(info, enrolment)
    return device_id
