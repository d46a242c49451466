"""What befalls a simulated world: lines, clocks, machines, timetables, backups, copies and losses."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.simulation.nature import HOUR, MINUTE, body
from tests.simulation.network import Weather, Wire
from tests.simulation.truth import UNITS
from tests.simulation.window import Window

if TYPE_CHECKING:
    from tests.simulation.world import World

CUTS: Final = (2 * MINUTE, 20 * MINUTE, 2 * HOUR, 6 * HOUR)


@dataclass(slots=True)
class Troubles:
    world: World
    _backup_at: int = 30 * MINUTE

    def befall(self) -> None:
        """At one in thirty steps: what it is, if anything."""
        odds = self.world.odds
        if self.world.time.ms >= self._backup_at:
            self._backup_at = self.world.time.ms + self.world.chance.randrange(30 * MINUTE, 90 * MINUTE)
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
        drawn = self.world.chance.random() * 1_000 * 0.03
        for share, act in weighed:
            if drawn < share:
                act()
                return
            drawn -= share

    def _any(self, *, running: bool = True) -> Window | None:
        found = [one for one in self.world.windows if one.running == running and not one.busy and not one.gone]
        return self.world.chance.choice(found) if found else None

    def _cut(self) -> None:
        window = self._any()
        if window is None:
            return
        stations = self.world.chance.random() < 0.3
        cut = [one for one in self.world.windows if one.station == window.station] if stations else [window]
        self.cut_lines(cut, self.world.chance.choice(CUTS) if self.world.chance.random() < 0.9 else 30 * HOUR)

    def cut_lines(self, cut: list[Window], duration: int) -> None:
        for one in cut:
            one.wire.weather.up = False

        def heal() -> None:
            for one in cut:
                one.wire.weather.up = True
            self.world.say(f"line back: {', '.join(one.name for one in cut)}")

        self.world.later(duration, heal)
        self.world.say(f"line cut for {duration // MINUTE} min: {', '.join(one.name for one in cut)}")

    def _slow(self) -> None:
        window = self._any()
        if window is not None:
            weather = window.wire.weather
            weather.slow = True
            self.world.later(self.world.chance.randrange(MINUTE, 30 * MINUTE), lambda: setattr(weather, "slow", False))
            self.world.say(f"{window.name}: slow line")

    def _jump(self) -> None:
        window = self._any()
        if window is None:
            return
        clock = window.body.clock
        window.jumped = True
        by = self.world.chance.choice((30_000, -30_000, 10 * MINUTE, -10 * MINUTE, 3 * HOUR, -2 * HOUR, 26 * HOUR))
        clock.off_ms += by
        self.world.later(self.world.chance.randrange(MINUTE, 3 * HOUR), lambda: setattr(clock, "off_ms", 0))
        self.world.say(f"{window.name}: clock jumps by {by // 1000} s")

    def _kill_one(self) -> None:
        window = self._any()
        if window is None:
            return
        if self.world.chance.random() < 0.4:
            window.close()
            self.world.later(self.world.chance.randrange(1_000, 20 * MINUTE), lambda: self.world.start(window))
            self.world.say(f"{window.name}: closed")
        else:
            self.world.say(f"{window.name}: killed")
            self.world.kill(window)

    def _reissue(self) -> None:
        at_force = self.world.central.rows(
            "SELECT sha256 FROM issue WHERE activation IS NOT NULL ORDER BY activation DESC"
        )
        other = self.world.chance.choice([one for one in self.world.files if one.built.sha256 != at_force[0][0]])
        lines = self.world.central.lines
        before = self.world.central.patterns()
        self.world.central.activate(other)
        for run, now in self.world.central.patterns().items():
            was = before[run]
            if set(lines.calls[was]) - set(lines.calls[now]):
                self.world.told["calls lost"] += 1
            if lines.calls[was] != lines.calls[now]:
                self.world.told["legs renumbered"] += 1
            if lines.places[was] - lines.places[now]:
                self.world.told["coaches lost"] += 1
        self.world.told["reissue"] += 1
        self.world.say(f"timetable {other.path.name}")

    def _stop(self) -> None:
        window = self._any()
        if window is None:
            return
        if self.world.central.stop_selling(window.device_id, (window.station, window.counter)):
            place = (window.station, window.counter)
            self.world.later(
                self.world.chance.randrange(5 * MINUTE, HOUR),
                lambda: self.world.central.resume_selling(window.device_id, place),
            )
            self.world.say(f"{window.name}: told to stop selling")

    def _cancel(self) -> None:
        runs = self.world.central.rows(
            "SELECT service_date, run_id, trip_id FROM run WHERE state = 'open' ORDER BY 1, 2"
        )
        if runs:
            service_date, run_id, trip = self.world.chance.choice(runs)
            self.world.central.cancel_run(service_date, run_id)
            self.world.told["cancelled"] += 1
            self.world.say(f"{trip} of {service_date} is cancelled")

    # ---- backups, copies, losses

    def _back_up(self) -> None:
        if self.world.odds.central_restores:
            self.world.central.back_up()
            self.world.say("central: backup")
        if self.world.odds.counter_restores:
            for window in self.world.windows:
                if not window.busy and not window.gone:
                    window.copy_folder(self._backup_of(window))
            self.world.say("windows: backup")

    def _backup_of(self, window: Window) -> Path:
        return self.world.folder / f"{window.folder.name}.backup"

    def _restore_counter(self) -> None:
        window = self._any()
        if window is None or not self._backup_of(window).exists():
            return
        window.kill()
        witness = (window.folder / "witness").read_bytes()
        shutil.rmtree(window.folder)
        shutil.copytree(self._backup_of(window), window.folder)
        if self.world.chance.random() < 0.5:  # the witness is kept elsewhere, or survives
            (window.folder / "witness").write_bytes(witness)
        window.read_seq = 0  # what it writes from now on has numbers that were used before
        self._copied(window)
        self.world.told["counter restored"] += 1
        self.world.say(f"{window.name}: put back from its backup")

    def _copied(self, window: Window) -> None:
        """Two histories of this device exist from now on."""
        blows, window.commit_blows = window.commit_blows, 0

        def look() -> None:
            self.world.truth.was_copied(window.device_id, window.held_cells(), window.tendered_cells())

        # Before it tidies up, too: it gives up a tender that the other copy may be taking money for at this moment.
        self.world.start(window, opened=look)
        look()
        window.commit_blows = blows

    def _clone(self) -> None:
        window = self._any()
        if window is None or len(self.world.windows) > 16:
            return
        number = len(self.world.windows)
        folder = self.world.folder / f"w{number}"
        window.copy_folder(folder)
        name = f"{self.world.seed} {number}"
        node = body(self.world.time, f"window {name}", drift_ppm=50)
        wire = Wire(
            window.name, self.world.network, Weather(storm=self.world.odds.storm), random.Random(f"wire {name}")
        )
        copies = sum(one.device_id == window.device_id for one in self.world.windows)
        made = self.world.make_window(window.station, window.counter, copies, folder, node, wire, window.device_id)
        made.read_seq = window.read_seq
        made.sold = list(window.sold)
        self._copied(made)
        self.world.told["cloned"] += 1
        self.world.say(f"{window.name}: cloned as {made.name}")

    def _lose(self) -> None:
        """A machine is lost, or taken out of service; what it holds is written off by two people; another one comes."""
        window = self._any()
        if window is None or len(self.world.windows) > 16:
            return
        copies = [one for one in self.world.windows if one.device_id == window.device_id]
        place = (window.station, window.counter)
        if self.world.central.state_of(window.device_id) != "active":
            return
        if self.world.chance.random() < 0.5:
            self.world.central.revoke(place)
            self.world.say(f"{window.name}: revoked")
            self.world.told["revoked"] += 1
        else:
            for one in copies:
                if one.running and not one.busy:
                    one.kill()
                one.gone = True
            self.world.central.mark_lost(place)
            self.world.say(f"{window.name}: lost")
            self.world.told["lost"] += 1
        self.world.later(self.world.chance.randrange(MINUTE, HOUR), lambda: self._write_off(window))
        self.world.later(self.world.chance.randrange(MINUTE, 30 * MINUTE), lambda: self._replace(window))

    def _write_off(self, window: Window) -> None:
        cells = self.world.central.write_off(window.device_id)
        self.world.truth.written_off.add(window.device_id)
        self.world.truth.excuse(cells, f"written off of {window.name}")
        self.world.told["written off"] += len(cells)
        self.world.say(f"{window.name}: {len(cells)} cells written off")

    def _replace(self, window: Window) -> None:
        if self.world.central.occupied((window.station, window.counter)):
            return
        made = self.world.enrol(window.station, window.counter)
        self.world.say(f"{made.name}: a new machine")

    def _restore_central(self) -> None:
        if self.world.central.backup is None or any(one.busy for one in self.world.windows):
            return
        before = self.world.central.cells()
        self.world.central.restore()
        after = self.world.central.cells()
        lost = {cell for cell, holder in before.items() if after.get(cell) != holder or cell[1].startswith(UNITS)}
        self.world.truth.excuse(lost, "central restored")
        self.world.truth.central_restored = True
        self.world.told["central restored"] += 1
        self.world.say(f"central: put back from its backup, {len(lost)} cells lost")
