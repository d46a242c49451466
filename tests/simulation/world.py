"""A seeded world: stations with windows, central, the network between them, and what befalls them. No thread, no real

time: one step is an act of a clerk, a turn of a counter's background work, a delivery on the network or a tending of
central. The same seed makes the same steps.
"""

from __future__ import annotations

import random
import shutil
import traceback
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from counter_app.domain.policy import read_policy
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from tests.postgres import Cluster
from tests.simulation.clerk import Clerk
from tests.simulation.headquarters import POLICY_TEXT, Headquarters
from tests.simulation.nature import HOUR, MINUTE, Killed, Time, body
from tests.simulation.network import Network, Weather, Wire
from tests.simulation.timetable import Issue
from tests.simulation.track import look_at_cells
from tests.simulation.troubles import CUTS, Troubles
from tests.simulation.truth import Broken, Ticket, Truth
from tests.simulation.window import Window, enrol_window

STATIONS: Final = (("AAH", 3), ("BBH", 3), ("CCH", 2))
LAST_STEPS: Final = 80
LATE_MAX: Final = timedelta(seconds=60)  # clocks drift while the line is cut; the guard is as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """What may happen in a world. Rare events: about so many a thousand steps of the scheduler."""

    cuts: float = 4.0
    slow: float = 1.0
    jumps: float = 1.5
    kills: float = 2.0
    reissues: float = 1.0
    stops: float = 0.5
    cancels: float = 0.2
    counter_restores: float = 0.0
    clones: float = 0.0
    losses: float = 0.0
    central_restores: float = 0.0
    commit_blows: int = 150  # per 100,000 commits
    central_crash: int = 2  # per mille of requests
    chores: float = 0.01  # that an administrator looks after a window, rather than its clerk acts
    together: float = 0.08  # that another acts while one waits
    storm: int = 1  # so many times what befalls requests on a common day
    waits: bool = False  # clerks let parties wait for places
    coaches: bool = False  # the fourth timetable: trains without their last coach, or that end before
    stations: tuple[tuple[str, int], ...] = STATIONS  # and how many windows each has


MANY_TIMETABLES: Final = 10_000  # seeds from here on
WAITING_LISTS: Final = 30_000


def odds_of(seed: int) -> Odds:
    """Half of the worlds know no copies, losses and backups: there nothing excuses two owners of one place."""
    chance = random.Random(f"odds {seed}")
    made = Odds(coaches=seed % 5 >= 3, waits=seed >= WAITING_LISTS)
    if MANY_TIMETABLES <= seed < WAITING_LISTS:
        made = replace(made, coaches=True, reissues=6.0)
    if seed % 2:
        return made

    def some(share: float) -> float:
        return share if chance.random() < 0.5 else 0.0

    return replace(made, counter_restores=some(0.8), clones=some(0.8), losses=some(0.8), central_restores=some(0.5))


@dataclass(slots=True)
class World:
    seed: int
    cluster: Cluster
    folder: Path
    files: tuple[Issue, ...]
    odds: Odds
    time: Time = field(default_factory=Time)
    chance: random.Random = field(init=False)
    truth: Truth = field(init=False)
    central: Headquarters = field(init=False)
    troubles: Troubles = field(init=False)
    network: Network = field(init=False)
    windows: list[Window] = field(default_factory=list)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_STEPS))
    acts: int = 0
    turns: int = 0
    tends: int = 0
    digest: Any = field(default_factory=sha256)  # of all that was said: the same for the same seed
    told: Counter[str] = field(default_factory=Counter)
    _heals: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    _heal_number: int = 0
    _depth: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(f"world {self.seed}")
        self.files = self.files if self.odds.coaches else self.files[:3]
        self.troubles = Troubles(self)
        policy = read_policy(POLICY_TEXT)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.central = Headquarters(
            self.cluster,
            self.folder / "central",
            body(self.time, f"central {self.seed}"),
            random.Random(f"central's fate {self.seed}"),
            self.files,
        )
        self.truth = Truth(unit_capacity=policy.unreserved_capacity, lines=self.central.lines)
        self.network = Network(
            self.time, random.Random(f"network {self.seed}"), self.central, self._meanwhile, self.say
        )
        for station, count in self.odds.stations:
            for counter in range(1, count + 1):
                self.enrol(station, counter)
        self.central.crash_permille = self.odds.central_crash
        self.truth.refunded, self.truth.sold = self._look_at_refund, self._look_at_sale

    @property
    def steps(self) -> int:
        return self.acts + self.turns + self.tends + self.network.delivered

    def close(self) -> None:
        for window in self.windows:
            if window.running:
                window.kill()
        self.central.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- running

    def run(self, steps: int) -> None:
        while self.steps < steps:
            self._one()

    def _one(self) -> None:
        self.network.pass_time(self._pause())
        while self._heals and self._heals[0][0] <= self.time.ms:
            heappop(self._heals)[2]()
        drawn = self.chance.random()
        if drawn < 0.03:
            self._tend()
        elif drawn < 0.06:
            self.troubles.befall()
        else:
            self._somebody()

    def _pause(self) -> int:
        """Clerks hurry; now and then minutes pass, or hours: then holds and leases end, and everybody syncs."""
        drawn = self.chance.random()
        if drawn < 0.004:
            return self.chance.randrange(10 * MINUTE, 2 * HOUR)
        if drawn < 0.01:
            return self.chance.randrange(2_000, 60_000)
        return self.chance.randrange(5, 80)

    def _somebody(self, but: str = "") -> None:
        ready = [one for one in self.windows if one.running and not one.busy and one.name != but]
        if not ready:
            return
        window = self.chance.choice(ready)
        if window.turn_at_ms <= self.time.ms and self.chance.random() < 0.6:
            self._turn(window)
        elif not but and self.chance.random() < self.odds.chores:
            self._chores(window)
        else:
            self._act(window)

    def _meanwhile(self, waiting: str) -> None:
        """While one counter waits for an answer, others work."""
        if self._depth < 2 and self.chance.random() < self.odds.together:
            self._depth += 1
            try:
                self._somebody(but=waiting)
            finally:
                self._depth -= 1

    def _act(self, window: Window) -> None:
        self.acts += 1
        clerk = Clerk(window, self.central.people, self.chance, self.odds.waits)
        self._guarded(window, lambda: self._told(window, clerk.act()))

    def _told(self, window: Window, outcome: str) -> None:
        self.say(f"{window.name}: {outcome}")
        words = outcome.split()
        self.told[" ".join(words[:3]) if words[1:2] == ["refused:"] else words[0]] += 1
        if words[1:3] == ["refused:", "clock_jumped:"] and self.chance.random() < 0.7:
            self._guarded(window, lambda: self._accept_clock(window))

    def _turn(self, window: Window) -> None:
        self.turns += 1

        def turn() -> None:
            with window.at_work() as desk:
                try:
                    done = desk.sync_turn()
                except OutcomeUnknown as unknown:
                    self.say(f"{window.name}: turn {unknown}")
                    return
            window.turn_at_ms = self.time.ms + done.next_ms
            self.say(f"{window.name}: turn, next in {done.next_ms} ms{' changed' if done.changed else ''}")

        self._guarded(window, turn)

    def _chores(self, window: Window) -> None:
        """What an administrator does at a window that says that it needs it."""
        self._guarded(window, lambda: self._ask_epoch(window))

    def _ask_epoch(self, window: Window) -> None:
        with window.at_work() as desk:
            if not (desk.behind_witness or desk.sync_status().epoch_needed):
                return
            try:
                epoch = desk.request_epoch(self.central.admin, reason="simulated")
            except Refusal as refusal:
                self.say(f"{window.name}: epoch refused: {refusal}")
                self.told[f"epoch refused {refusal.reason} {refusal.facts.get('code', '')}"] += 1
            except OutcomeUnknown as unknown:
                self.say(f"{window.name}: epoch {unknown}")
            else:
                self.say(f"{window.name}: epoch {epoch}")
                self.told["epoch"] += 1

    def _accept_clock(self, window: Window) -> None:
        with window.at_work() as desk:
            try:
                desk.accept_clock(self.central.people["wang"], reason="simulated")
            except (Refusal, OutcomeUnknown) as no:
                self.say(f"{window.name}: clock {no}")

    def _guarded(self, window: Window, work: Callable[[], None]) -> None:
        """A killed process comes back after a while."""
        try:
            work()
        except Killed as killed:
            self.say(f"{window.name}: {killed}")
            self.kill(window)

    def kill(self, window: Window) -> None:
        self.told["killed"] += 1
        window.kill()
        self.later(self.chance.randrange(1_000, 5 * MINUTE), lambda: self.start(window))

    def start(self, window: Window, opened: Callable[[], None] = lambda: None) -> None:
        """Opens a counter and finishes what it had begun, as the program does. ``opened``: looks at it in between."""
        if window.running or window.gone:
            return
        try:
            window.open()
            opened()
            with window.at_work() as desk:
                if not desk.behind_witness:
                    desk.recover()
        except Killed as killed:
            self.say(f"{window.name}: at start {killed}")
            self.kill(window)
        except OutcomeUnknown as unknown:
            self.say(f"{window.name}: at start {unknown}")
            self.kill(window)
        except Refusal as refusal:
            if refusal.reason is not Reason.STORE_BEHIND_WITNESS:
                raise
            self.say(f"{window.name}: behind its witness")
        else:
            self.say(f"{window.name}: started")

    def _tend(self) -> None:
        self.tends += 1
        try:
            self.central.tend()
        except Killed as killed:
            self.say(str(killed))
        look_at_cells(self)

    def later(self, in_ms: int, act: Callable[[], None]) -> None:
        self._heal_number += 1
        heappush(self._heals, (self.time.ms + in_ms, self._heal_number, act))

    def say(self, words: str) -> None:
        line = f"{self.steps:>7} {self.time.moment():%d %H:%M:%S} {words}"
        self.last.append(line)
        self.digest.update(line.encode())

    # ---- windows

    def enrol(self, station: str, counter: int) -> Window:
        number = len(self.windows)
        name = f"{self.seed} {number}"
        drift = self.chance.choice((0, 20, -20, 100, -100, 300))
        node = body(self.time, f"window {name}", drift_ppm=drift)
        wire = Wire(f"{station}/{counter}", self.network, Weather(storm=self.odds.storm), random.Random(f"wire {name}"))
        wire.weather.calm()
        folder = self.folder / f"w{number}"
        code = self.central.code_for(station, counter)
        device_id = enrol_window(folder, body=node, wire=wire, code=code)
        wire.weather = Weather(storm=self.odds.storm)
        window = self.make_window(station, counter, 0, folder, node, wire, device_id)
        window.commit_blows = 0
        window.open()
        window.commit_blows = self.odds.commit_blows
        return window

    def make_window(
        self, station: str, counter: int, copy: int, folder: Path, node: object, wire: Wire, device_id: UUID
    ) -> Window:
        window = Window(
            station=station,
            counter=counter,
            copy=copy,
            folder=folder,
            body=node,  # type: ignore[arg-type]
            wire=wire,
            chance=random.Random(f"blows {self.seed} {len(self.windows)}"),
            truth=self.truth,
            policy=read_policy(POLICY_TEXT),
            device_id=device_id,
            commit_blows=self.odds.commit_blows,
        )
        wire.name = window.name
        wire.cut = lambda: self.troubles.cut_lines([window], self.chance.choice(CUTS))
        self.windows.append(window)
        return window

    # ---- looked at in the moment of the commit

    def _look_at_refund(self, device: UUID, ticket: Ticket) -> None:
        """Decisions 13: of a ticket that central has, nobody gives money back without central's lock on it."""
        if device in self.truth.copied or self.truth.central_restored:
            return
        at_central = self.central.rows(
            "SELECT locked_by, state FROM ticket WHERE ticket_id = %s", UUID(ticket.ticket_id)
        )
        if at_central and at_central[0][0] != device:
            raise Broken(f"{ticket.number} refunded without a lock: at central it is {at_central[0]}")

    def _look_at_sale(self, device: UUID, body: dict[str, Any]) -> None:
        """No sale on a lease whose time is over at central, by more than the guard allows for."""
        sellers = [one for one in self.windows if one.device_id == device and one.running]
        if len(sellers) != 1 or sellers[0].jumped:
            return
        expires_at = sellers[0].lease_end(UUID(body["claim_id"]))
        late = None if expires_at is None else self.central.body.clock.now() - expires_at
        if late is not None and late > LATE_MAX:
            raise Broken(f"{sellers[0].name} sold from a lease that ended {late} before")

    def be_calm(self) -> None:
        """Nothing bad happens any more, and what was broken is whole: lines, clocks, machines that were found."""
        self.central.crash_permille = 0
        self.central.grant_no_more()
        self._depth = 99  # nobody acts on his own any more
        for window in self.windows:
            window.wire.weather.calm()
            window.commit_blows = 0
            window.body.clock.off_ms = 0
        while self._heals:  # new machines, write-offs, orders that end
            self.time.forward(max(0, self._heals[0][0] - self.time.ms))
            heappop(self._heals)[2]()
        for window in self.windows:
            window.wire.weather.calm()
            window.commit_blows = 0
            if window.gone and self.chance.random() < 0.5:
                window.gone = False
                self.say(f"{window.name}: found again")
            self.start(window)
        self.network.drain()

    # ---- failures

    def failure(self, error: BaseException) -> str:
        told = "".join(traceback.format_exception(error))
        kind = "invariant broken" if isinstance(error, Broken) else "failed"
        steps = "\n".join(self.last)
        return f"seed {self.seed}: {kind} at step {self.steps}\nlast steps:\n{steps}\n{told}"
