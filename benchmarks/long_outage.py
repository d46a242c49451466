"""Thirty days without a line: one counter sells so many tickets, then drains them into central over HTTP.

The production counter; central is served by a process of its own, with its usual durability, over real sockets. Only
the clocks are made: a month passes while the sales are made, and central's stands still at its end. Afterwards central
verifies everything, and what it has is counted: numbers without a gap, each ticket once.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from benchmarks.central_world import next_version
from benchmarks.result import Context, Result
from central.allotments import AllotmentRule, set_allotment_rule
from central.journal.verify import verify_central
from central.policies import import_policy
from central.shell.embedded import EmbeddedPostgres
from central.shell.serve import Options, Parts, serve
from central.wiring import rooms_of
from counter_app.application.views import LeaseLine, PassengerInput, PlaceWish
from counter_app.domain.policy import read_policy
from counter_app.ports.line import WireResponse
from db.catalogue.feed import build
from db.catalogue.reader import CatalogueFile
from db.context import Context as StoreContext
from sync.http import HttpTransport
from tests.conftest import ROOT
from tests.postgres import Cluster, make_template
from tests.simulation.headquarters import POLICY_TEXT, Headquarters, services_of
from tests.simulation.nature import Time, body
from tests.simulation.network import Network, Weather, Wire
from tests.simulation.timetable import STATIONS, Issue, feed_files
from tests.simulation.truth import Truth
from tests.simulation.window import Window, enrol_window

DAYS: Final = 30
LEASED: Final = 2_000  # units a run and window: as many as one lease may hold
COACHES: Final = ("K9", "K11")  # a day each
DAY_MS: Final = 24 * 3_600_000
TURNS_MAX: Final = 1_000_000


@dataclass(slots=True)
class HttpWire(Wire):
    """The made network until ``url`` is set; from then on real sockets, and what goes over them is counted."""

    real: HttpTransport | None = None
    pushes: int = 0
    pushed: int = 0
    slowest_ms: float = field(default=0.0)

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        if self.real is None:
            return Wire.exchange(self, method, path, headers, body, deadline_ms=deadline_ms)
        started = perf_counter()
        answer = self.real.exchange(method, path, headers, body, deadline_ms=deadline_ms)
        if path == "/v1/journal":
            self.slowest_ms = max(self.slowest_ms, (perf_counter() - started) * 1_000)
            self.pushes += 1
            self.pushed += len(body)
        return answer


class BenchWindow(Window):
    """Nobody looks at its commits: that would be most of the work."""

    def _read_truth(self, writer: StoreContext) -> None:
        del writer


def run(context: Context) -> list[Result]:
    folder = context.folder / "outage"
    folder.mkdir()
    with EmbeddedPostgres(folder / "pg") as server:
        make_template(server)
        return _measure(Cluster(server), folder, context.sales)


def _measure(cluster: Cluster, folder: Path, sales: int) -> list[Result]:
    time = Time()
    central = Headquarters(cluster, folder / "central", body(time, "central"), random.Random("fate"), (_issue(folder),))
    policy = next_version(POLICY_TEXT).replace("unreserved_capacity = 12", f"unreserved_capacity = {LEASED}")
    policy = policy.replace("horizon_days = 3", f"horizon_days = {DAYS + 2}")
    import_policy(central.connection, central.services, central.admin, policy)
    rule = AllotmentRule(
        station_code="*", travel_class="*", per_window=LEASED, hours_ahead=24 * (DAYS + 1), share_permille=1_000,
        valid_minutes=24 * 60 * (DAYS + 1), guard_s=60,
    )  # fmt: skip
    set_allotment_rule(central.connection, central.services, central.admin, rule)
    network = Network(time, random.Random("network"), central, lambda _: None, lambda _: None)
    weather = Weather()
    weather.calm()
    wire = HttpWire("AAH/1", network, weather, random.Random("wire"))
    node = body(time, "window")
    device_id = enrol_window(folder / "window", body=node, wire=wire, code=central.code_for("AAH", 1))
    window = BenchWindow(
        station="AAH", counter=1, copy=0, folder=folder / "window", body=node, wire=wire,
        chance=random.Random("window"), policy=read_policy(policy),
        truth=Truth(unit_capacity=LEASED, lines=central.lines), device_id=device_id,
    )  # fmt: skip
    window.open()
    try:
        _lease(window, sales)
        weather.up = False
        started = perf_counter()
        _sell(window, central, sales)
        sold_s = perf_counter() - started
        ((before,),) = central.rows("SELECT coalesce(max(seq), 0) FROM entry")
        entries = window.the_desk.journal_head() - before
        print(f"{sales} sales in {sold_s:.0f} s, {entries} entries wait", file=sys.stderr, flush=True)
        central.connection.close()
        with _served(central.database.url, folder / "served", time.ms) as url:
            wire.real = HttpTransport(url)
            stored_s, judged_s = _drain(window, central)
            wire.real.close()
        return _told(central, window, sales, entries, sold_s, (stored_s, judged_s), wire)
    finally:
        if window.running:
            window.kill()
        central.close()


def _issue(folder: Path) -> Issue:
    """The simulated line with more coaches, whose places are only counted."""
    feed, target = folder / "feed.zip", folder / "issue.catalogue"
    with zipfile.ZipFile(feed, "w") as archive:
        for name, content in feed_files(1).items():
            more = [
                line.replace("K9", other)
                for other in COACHES[1:]
                for line in content.splitlines()
                if "K9" in line.split(",")
            ]
            archive.writestr(name, content + "".join(f"{line}\n" for line in more))
    return Issue(target, build(feed, target, progress=lambda *_: None))


def _lease(window: Window, sales: int) -> None:
    """Until what is held is enough for the whole outage."""
    desk = window.the_desk
    desk.sync_now()
    for _ in range(20_000):
        turn = desk.sync_turn()
        if not turn.next_ms and turn.changed:
            continue
        if sum(line.left for line in _lines(window)) >= sales:
            return
        window.wire.network.pass_time(max(turn.next_ms, 1_000))
    raise AssertionError("not enough was leased")


def _lines(window: Window) -> list[LeaseLine]:
    return sorted(
        (line for line in window.the_desk.leases() if line.travel_class == "standard"),
        key=lambda line: line.run.service_date,
    )


def _sell(window: Window, central: Headquarters, sales: int) -> None:
    """By departure; the evening before, and the days pass."""
    desk, actor, network = window.the_desk, central.people["li"], window.wire.network
    desk.open_shift(actor, {10_000: 5})
    lines = _lines(window)
    first, sold = lines[0].run.service_date, 0
    a_run = min(LEASED, -(-sales // len(lines)))
    for line in lines:
        day = (line.run.service_date - first).days
        network.pass_time(max(0, (day - 1) * DAY_MS - network.time.ms))
        offers = desk.search(STATIONS[0], STATIONS[-1], line.run.service_date)
        offer = next((one for one in offers if one.run == line.run and not one.closed), None)
        if offer is None:
            continue
        for _ in range(min(line.left, a_run, sales - sold)):
            hold = desk.hold(actor, offer.run, offer.span, PlaceWish(travel_class="standard", count=1))
            desk.begin_tender(actor, hold.order_id)
            total = desk.quote(hold, [PassengerInput()]).total
            desk.sell(actor, hold.order_id, [PassengerInput()], received=total, quoted=total)
            network.pass_time(1_000)
            sold += 1
    assert sold == sales, f"only {sold} places could be sold"
    network.pass_time(max(0, DAYS * DAY_MS - network.time.ms))


def _drain(window: Window, central: Headquarters) -> tuple[float, float]:
    """Seconds until everything is durable at central, and judged."""
    desk = window.the_desk
    started = perf_counter()
    desk.sync_now()
    for _ in range(TURNS_MAX):
        turn = desk.sync_turn()
        if not desk.sync_status().unsynced_entries:
            break
        window.wire.network.pass_time(turn.next_ms)
    stored_s = perf_counter() - started
    assert not desk.sync_status().unsynced_entries, desk.sync_status()
    central.connection = central.database.connect()
    while central.rows("SELECT 1 FROM chain WHERE judged_seq < seq"):
        sleep(0.2)
    return stored_s, perf_counter() - started


def _told(
    central: Headquarters,
    window: Window,
    sales: int,
    entries: int,
    sold_s: float,
    drained_s: tuple[float, float],
    wire: HttpWire,
) -> list[Result]:
    stored_s, judged_s = drained_s
    ((first, last, count),) = central.rows("SELECT min(seq), max(seq), count(*) FROM entry")
    ((tickets, numbers),) = central.rows("SELECT count(*), count(DISTINCT number) FROM ticket")
    odd = central.rows("SELECT reason, count(*) FROM verdict GROUP BY reason")
    started = perf_counter()
    report = verify_central(central.connection, central.services, check_cells=central.rooms.stock.check_cells)
    verified_s = perf_counter() - started
    gaps, twice = last - first + 1 - count, tickets - numbers
    assert (first, gaps, twice, tickets, odd) == (1, 0, 0, sales, []), (first, last, count, tickets, numbers, odd)
    assert window.the_desk.sync_status().unsynced_entries == 0
    assert report.ok, report.fields()
    note = f"{sales} sales over {DAYS} days, {entries} entries, {wire.pushes} pushes; one counter, HTTP"
    return [
        Result(name="long outage: a sale without a line", value=sold_s / sales * 1_000, unit="ms", note=note),
        Result(name="long outage: durable at central", value=stored_s, unit="s", note=note),
        Result(name="long outage: judged", value=judged_s, unit="s", note=f"{tickets} tickets, no verdict"),
        Result(name="long outage: entries a second", value=entries / judged_s, unit="/s"),
        Result(name="long outage: gaps", value=gaps, unit="", goal=0, note=f"numbers {first} to {last}"),
        Result(name="long outage: duplicates", value=twice, unit="", goal=0, note="of ticket numbers"),
        Result(name="long outage: bytes of a sale on the wire", value=wire.pushed / sales, unit="B", note="bodies"),
        Result(name="long outage: slowest push", value=wire.slowest_ms, unit="ms"),
        Result(name="long outage: central verify", value=verified_s, unit="s", note="ok"),
    ]


# ---- central, in a process of its own ------------------------------------------------------------------------------


def served_parts(url: str, folder: str, ms: int) -> Parts:
    """``shell.serve.Build``: its clock stands still at the end of the outage."""
    node = body(Time(ms), "served")
    services = services_of(node, url, Path(folder))
    rooms = rooms_of(services, CatalogueFile)
    return Parts(central=rooms.central, clock=services.clock, tend=(("journal", rooms.intake.tend),))


def serve_here(url: str, folder: str, ms: str) -> None:
    options = Options(host="127.0.0.1", port=0, database_url=url, version="bench", log="text")
    build_parts = partial(served_parts, url, folder, int(ms))
    raise SystemExit(serve(build_parts, options, ready=lambda address: print(json.dumps(address), flush=True)))


@contextmanager
def _served(url: str, folder: Path, ms: int) -> Iterator[str]:
    folder.mkdir()
    program = "import sys; from benchmarks.long_outage import serve_here; serve_here(*sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", program, url, str(folder), str(ms)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
