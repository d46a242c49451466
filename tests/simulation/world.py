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
from dataclasses import dataclass, field
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
from tests.simulation.nature import Killed, Time, body
from tests.simulation.network import Network, Weather, Wire
from tests.simulation.timetable import Issue
from tests.simulation.truth import Broken, Ticket, Truth
from tests.simulation.window import Window, enrol_window

STATIONS: Final = (("AAH", 3), ("BBH", 3), ("CCH", 2))
LAST_STEPS: Final = 80
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
CUTS: Final = (2 * MINUTE, 20 * MINUTE, 2 * HOUR, 6 * HOUR)
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
    together: float = 0.08  # that another acts while one waits
    storm: int = 1  # so many times what befalls requests on a common day
    stations: tuple[tuple[str, int], ...] = STATIONS  # and how many windows each has


def odds_of(seed: int) -> Odds:
    """Half of the worlds know no copies, losses and backups: there nothing excuses two owners of one place."""
    chance = random.Random(f"odds {seed}")
    if seed % 2:
        return Odds()

    def some(share: float) -> float:
        return share if chance.random() < 0.5 else 0.0

    return Odds(counter_restores=some(0.8), clones=some(0.8), losses=some(0.8), central_restores=some(0.5))


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
    _backup_at: int = 30 * MINUTE

    def __post_init__(self) -> None:
        self.chance = random.Random(f"world {self.seed}")
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
            self.time, random.Random(f"network {self.seed}"), self.central, self._meanwhile, self._say
        )
        for station, count in self.odds.stations:
            for counter in range(1, count + 1):
                self._enrol(station, counter)
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
            self._trouble()
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
        elif not but and self.chance.random() < 0.01:
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
        clerk = Clerk(window, self.central.people, self.chance)
        self._guarded(window, lambda: self._told(window, clerk.act()))

    def _told(self, window: Window, outcome: str) -> None:
        self._say(f"{window.name}: {outcome}")
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
                    self._say(f"{window.name}: turn {unknown}")
                    return
            window.turn_at_ms = self.time.ms + done.next_ms
            self._say(f"{window.name}: turn, next in {done.next_ms} ms{' changed' if done.changed else ''}")

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
                self._say(f"{window.name}: epoch refused: {refusal}")
                self.told[f"epoch refused {refusal.reason} {refusal.facts.get('code', '')}"] += 1
            except OutcomeUnknown as unknown:
                self._say(f"{window.name}: epoch {unknown}")
            else:
                self._say(f"{window.name}: epoch {epoch}")
                self.told["epoch"] += 1

    def _accept_clock(self, window: Window) -> None:
        with window.at_work() as desk:
            try:
                desk.accept_clock(self.central.people["wang"], reason="simulated")
            except (Refusal, OutcomeUnknown) as no:
                self._say(f"{window.name}: clock {no}")

    def _guarded(self, window: Window, work: Callable[[], None]) -> None:
        """A killed process comes back after a while."""
        try:
            work()
        except Killed as killed:
            self._say(f"{window.name}: {killed}")
            self._kill(window)

    def _kill(self, window: Window) -> None:
        self.told["killed"] += 1
        window.kill()
        self._later(self.chance.randrange(1_000, 5 * MINUTE), lambda: self._start(window))

    def _start(self, window: Window, opened: Callable[[], None] = lambda: None) -> None:
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
            self._say(f"{window.name}: at start {killed}")
            self._kill(window)
        except OutcomeUnknown as unknown:
            self._say(f"{window.name}: at start {unknown}")
            self._kill(window)
        except Refusal as refusal:
            if refusal.reason is not Reason.STORE_BEHIND_WITNESS:
                raise
            self._say(f"{window.name}: behind its witness")
        else:
            self._say(f"{window.name}: started")

    def _tend(self) -> None:
        self.tends += 1
        try:
            self.central.tend()
        except Killed as killed:
            self._say(str(killed))

    def _later(self, in_ms: int, act: Callable[[], None]) -> None:
        self._heal_number += 1
        heappush(self._heals, (self.time.ms + in_ms, self._heal_number, act))

    def _say(self, words: str) -> None:
        line = f"{self.steps:>7} {self.time.moment():%d %H:%M:%S} {words}"
        self.last.append(line)
        self.digest.update(line.encode())

    # ---- windows

    def _enrol(self, station: str, counter: int) -> Window:
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
        window = self._window(station, counter, 0, folder, node, wire, device_id)
        window.commit_blows = 0
        window.open()
        window.commit_blows = self.odds.commit_blows
        return window

    def _window(
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
        wire.cut = lambda: self._cut_lines([window], self.chance.choice(CUTS))
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

    # ---- troubles

    def _trouble(self) -> None:
        """At one in thirty steps: what it is, if anything."""
        odds = self.odds
        if self.time.ms >= self._backup_at:
            self._backup_at = self.time.ms + self.chance.randrange(30 * MINUTE, 90 * MINUTE)
            self._back_up()
            return
        weighed: list[tuple[float, Callable[[], None]]] = [
            (odds.cuts, self._cut),
            (odds.slow, self._slow),
            (odds.jumps, self._jump),
            (odds.kills, self._kill_one),
            (odds.reissues, self._reissue),
            (odds.stops, self._stop),
            (odds.cancels, self._cancel),
            (odds.counter_restores, self._restore_counter),
            (odds.clones, self._clone),
            (odds.losses, self._lose),
            (odds.central_restores, self._restore_central),
        ]
        drawn = self.chance.random() * 1_000 * 0.03
        for share, act in weighed:
            if drawn < share:
                act()
                return
            drawn -= share

    def _any(self, *, running: bool = True) -> Window | None:
        found = [one for one in self.windows if one.running == running and not one.busy and not one.gone]
        return self.chance.choice(found) if found else None

    def _cut(self) -> None:
        window = self._any()
        if window is None:
            return
        stations = self.chance.random() < 0.3
        cut = [one for one in self.windows if one.station == window.station] if stations else [window]
        self._cut_lines(cut, self.chance.choice(CUTS) if self.chance.random() < 0.9 else 30 * HOUR)

    def _cut_lines(self, cut: list[Window], duration: int) -> None:
        for one in cut:
            one.wire.weather.up = False

        def heal() -> None:
            for one in cut:
                one.wire.weather.up = True
            self._say(f"line back: {', '.join(one.name for one in cut)}")

        self._later(duration, heal)
        self._say(f"line cut for {duration // MINUTE} min: {', '.join(one.name for one in cut)}")

    def _slow(self) -> None:
        window = self._any()
        if window is not None:
            weather = window.wire.weather
            weather.slow = True
            self._later(self.chance.randrange(MINUTE, 30 * MINUTE), lambda: setattr(weather, "slow", False))
            self._say(f"{window.name}: slow line")

    def _jump(self) -> None:
        window = self._any()
        if window is None:
            return
        clock = window.body.clock
        window.jumped = True
        by = self.chance.choice((30_000, -30_000, 10 * MINUTE, -10 * MINUTE, 3 * HOUR, -2 * HOUR, 26 * HOUR))
        clock.off_ms += by
        self._later(self.chance.randrange(MINUTE, 3 * HOUR), lambda: setattr(clock, "off_ms", 0))
        self._say(f"{window.name}: clock jumps by {by // 1000} s")

    def _kill_one(self) -> None:
        window = self._any()
        if window is None:
            return
        if self.chance.random() < 0.4:
            window.close()
            self._later(self.chance.randrange(1_000, 20 * MINUTE), lambda: self._start(window))
            self._say(f"{window.name}: closed")
        else:
            self._say(f"{window.name}: killed")
            self._kill(window)

    def _reissue(self) -> None:
        at_force = self.central.rows("SELECT sha256 FROM issue WHERE activation IS NOT NULL ORDER BY activation DESC")
        other = self.chance.choice([one for one in self.files if one.built.sha256 != at_force[0][0]])
        before = self.central.calls()
        self.central.activate(other)
        after = self.central.calls()
        for run, calls in before.items():
            if calls - after[run]:
                self.truth.gone[run] |= calls - after[run]
                self.told["calls lost"] += 1
            if calls != after[run]:
                self.told["legs renumbered"] += 1
        self.told["reissue"] += 1
        self._say(f"timetable {other.path.name}")

    def _stop(self) -> None:
        window = self._any()
        if window is None:
            return
        if self.central.stop_selling(window.device_id, (window.station, window.counter)):
            place = (window.station, window.counter)
            self._later(
                self.chance.randrange(5 * MINUTE, HOUR), lambda: self.central.resume_selling(window.device_id, place)
            )
            self._say(f"{window.name}: told to stop selling")

    def _cancel(self) -> None:
        runs = self.central.rows("SELECT service_date, run_id, trip_id FROM run WHERE state = 'open' ORDER BY 1, 2")
        if runs:
            service_date, run_id, trip = self.chance.choice(runs)
            self.central.cancel_run(service_date, run_id)
            self.told["cancelled"] += 1
            self._say(f"{trip} of {service_date} is cancelled")

    # ---- backups, copies, losses

    def _back_up(self) -> None:
        if self.odds.central_restores:
            self.central.back_up()
            self._say("central: backup")
        if self.odds.counter_restores:
            for window in self.windows:
                if not window.busy and not window.gone:
                    window.copy_folder(self._backup_of(window))
            self._say("windows: backup")

    def _backup_of(self, window: Window) -> Path:
        return self.folder / f"{window.folder.name}.backup"

    def _restore_counter(self) -> None:
        window = self._any()
        if window is None or not self._backup_of(window).exists():
            return
        window.kill()
        witness = (window.folder / "witness").read_bytes()
        shutil.rmtree(window.folder)
        shutil.copytree(self._backup_of(window), window.folder)
        if self.chance.random() < 0.5:  # the witness is kept elsewhere, or survives
            (window.folder / "witness").write_bytes(witness)
        window.read_seq = 0  # what it writes from now on has numbers that were used before
        self._copied(window)
        self.told["counter restored"] += 1
        self._say(f"{window.name}: put back from its backup")

    def _copied(self, window: Window) -> None:
        """Two histories of this device exist from now on."""
        blows, window.commit_blows = window.commit_blows, 0

        def look() -> None:
            self.truth.was_copied(window.device_id, window.held_cells(), window.tendered_cells())

        # Before it tidies up, too: it gives up a tender that the other copy may be taking money for at this moment.
        self._start(window, opened=look)
        look()
        window.commit_blows = blows

    def _clone(self) -> None:
        window = self._any()
        if window is None or len(self.windows) > 16:
            return
        number = len(self.windows)
        folder = self.folder / f"w{number}"
        window.copy_folder(folder)
        name = f"{self.seed} {number}"
        node = body(self.time, f"window {name}", drift_ppm=50)
        wire = Wire(window.name, self.network, Weather(storm=self.odds.storm), random.Random(f"wire {name}"))
        copies = sum(one.device_id == window.device_id for one in self.windows)
        made = self._window(window.station, window.counter, copies, folder, node, wire, window.device_id)
        made.read_seq = window.read_seq
        made.sold = list(window.sold)
        self._copied(made)
        self.told["cloned"] += 1
        self._say(f"{window.name}: cloned as {made.name}")

    def _lose(self) -> None:
        """A machine is lost, or taken out of service; what it holds is written off by two people; another one comes."""
        window = self._any()
        if window is None or len(self.windows) > 16:
            return
        copies = [one for one in self.windows if one.device_id == window.device_id]
        place = (window.station, window.counter)
        if self.central.state_of(window.device_id) != "active":
            return
        if self.chance.random() < 0.5:
            self.central.revoke(place)
            self._say(f"{window.name}: revoked")
            self.told["revoked"] += 1
        else:
            for one in copies:
                if one.running and not one.busy:
                    one.kill()
                one.gone = True
            self.central.mark_lost(place)
            self._say(f"{window.name}: lost")
            self.told["lost"] += 1
        self._later(self.chance.randrange(MINUTE, HOUR), lambda: self._write_off(window))
        self._later(self.chance.randrange(MINUTE, 30 * MINUTE), lambda: self._replace(window))

    def _write_off(self, window: Window) -> None:
        cells = self.central.write_off(window.device_id)
        self.truth.excuse(cells, f"written off of {window.name}")
        self.told["written off"] += len(cells)
        self._say(f"{window.name}: {len(cells)} cells written off")

    def _replace(self, window: Window) -> None:
        if self.central.occupied((window.station, window.counter)):
            return
        made = self._enrol(window.station, window.counter)
        self._say(f"{made.name}: a new machine")

    def _restore_central(self) -> None:
        if self.central.backup is None or any(one.busy for one in self.windows):
            return
        before = self.central.cells()
        self.central.restore()
        lost = {cell for cell, holder in before.items() if self.central.cells().get(cell) != holder}
        self.truth.excuse(lost, "central restored")
        self.truth.central_restored = True
        self.told["central restored"] += 1
        self._say(f"central: put back from its backup, {len(lost)} cells lost")

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
                self._say(f"{window.name}: found again")
            self._start(window)
        self.network.drain()

    # ---- failures

    def failure(self, error: BaseException) -> str:
        told = "".join(traceback.format_exception(error))
        kind = "invariant broken" if isinstance(error, Broken) else "failed"
        steps = "\n".join(self.last)
        return f"seed {self.seed}: {kind} at step {self.steps}\nlast steps:\n{steps}\n{told}"
