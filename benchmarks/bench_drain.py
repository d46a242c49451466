"""An outage ends: 10,000 offline sales go up to central, checked, stored and judged; the shop stays open meanwhile.

The production counter and the production central in one process, PostgreSQL with its usual durability; the line is a
function call, so that what is measured is the work of both ends. Sales are made as at a window, from leases of a coach
with room for them all. ``--sales N``: ``long_outage`` instead, over HTTP.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from benchmarks import long_outage
from benchmarks.central_world import next_version
from benchmarks.result import Context, Result
from central.allotments import AllotmentRule, set_allotment_rule
from central.policies import import_policy
from central.shell.embedded import EmbeddedPostgres
from counter_app.application.views import PassengerInput, PlaceWish
from counter_app.domain.policy import read_policy
from counter_app.ports.line import WireResponse
from tests.postgres import Cluster, make_template
from tests.simulation.headquarters import POLICY_TEXT, Headquarters
from tests.simulation.nature import Time, body
from tests.simulation.network import Network, Weather, Wire
from tests.simulation.timetable import STATIONS, issues_in
from tests.simulation.truth import Truth
from tests.simulation.window import Window, enrol_window

SALES = 10_000
LEASED = 2_000  # units a run and window: as many as one lease may hold
TURN_MS = 50


@dataclass(slots=True)
class Meter(Wire):
    """Counts what goes up and comes back, headers included."""

    sent: int = 0
    received: int = 0
    pushed: int = 0
    slowest_ms: float = field(default=0.0)

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        started = perf_counter()
        answer = Wire.exchange(self, method, path, headers, body, deadline_ms=deadline_ms)
        took_ms = (perf_counter() - started) * 1_000
        size = len(method) + len(path) + 12 + sum(len(key) + len(value) + 4 for key, value in headers.items())
        self.sent += size + len(body)
        self.received += len(answer.body)
        if path == "/v1/journal":
            self.pushed += size + len(body)
            self.slowest_ms = max(self.slowest_ms, took_ms)
        return answer


def run(context: Context) -> list[Result]:
    if context.sales:
        return long_outage.run(context)
    sales = 200 if context.quick else SALES
    with tempfile.TemporaryDirectory(dir=context.folder) as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        make_template(server)
        return _measure(Cluster(server), Path(folder), sales)


def _measure(cluster: Cluster, folder: Path, sales: int) -> list[Result]:
    time = Time()
    central = Headquarters(
        cluster, folder / "central", body(time, "central"), random.Random("fate"), issues_in(folder / "timetable")
    )
    policy = next_version(POLICY_TEXT).replace("unreserved_capacity = 12", f"unreserved_capacity = {2 * LEASED}")
    policy = policy.replace("horizon_days = 3", "horizon_days = 20")
    import_policy(central.connection, central.services, central.admin, policy)
    rule = AllotmentRule(
        station_code="*", travel_class="*", per_window=LEASED, hours_ahead=24 * 20, share_permille=1_000,
        valid_minutes=60 * 24 * 20, guard_s=60,
    )  # fmt: skip
    set_allotment_rule(central.connection, central.services, central.admin, rule)
    network = Network(time, random.Random("network"), central, lambda _: None, lambda _: None)
    weather = Weather()
    weather.calm()
    wire = Meter("AAH/1", network, weather, random.Random("wire"))
    node = body(time, "window")
    device_id = enrol_window(folder / "window", body=node, wire=wire, code=central.code_for("AAH", 1))
    window = Window(
        station="AAH", counter=1, copy=0, folder=folder / "window", body=node, wire=wire,
        chance=random.Random("window"), policy=read_policy(policy),
        truth=Truth(unit_capacity=2 * LEASED, lines=central.lines),
        device_id=device_id,
    )  # fmt: skip
    window.open()
    try:
        _turns(window, lambda: len(window.the_desk.leases()) >= 8)
        weather.up = False
        _sell(window, central, sales)
        weather.up = True
        wire.sent = wire.received = wire.pushed = 0
        entries = window.the_desk.sync_status().unsynced_entries
        started = perf_counter()
        _turns(window, lambda: window.the_desk.sync_status().unsynced_entries == 0)
        stored_s = perf_counter() - started
        while central.rows("SELECT 1 FROM chain WHERE judged_seq < seq"):
            central.tend()
        judged_s = perf_counter() - started
        odd = central.rows("SELECT reason, count(*) FROM verdict GROUP BY reason")
        tickets = central.rows("SELECT count(*) FROM ticket")[0][0]
        assert not odd, odd
        assert tickets == sales, tickets
    finally:
        if window.running:
            window.kill()
        central.close()
    note = f"{sales} sales, {entries} entries; one counter, the line a function call"
    return [
        Result(name="drain of offline sales: durable at central", value=stored_s, unit="s", note=note),
        Result(name="drain of offline sales: judged", value=judged_s, unit="s", note=f"{tickets} tickets, no verdict"),
        Result(name="drain of offline sales, entries a second", value=entries / judged_s, unit="/s"),
        Result(
            name="drain of offline sales, bytes of a sale on the wire",
            value=wire.pushed / sales,
            unit="B",
            note="deflated, headers included, with its papers' entries",
        ),
        Result(name="drain of offline sales, slowest push", value=wire.slowest_ms, unit="ms"),
    ]


def _turns(window: Window, done: Callable[[], bool], most: int = 20_000) -> None:
    """Background work until it is done, as quickly as the counter wants its turns."""
    window.the_desk.sync_now()
    for _ in range(most):
        turn = window.the_desk.sync_turn()
        if not turn.next_ms and turn.changed:
            continue
        if done():
            return
        window.wire.network.pass_time(max(turn.next_ms, TURN_MS))
    raise AssertionError("not done")


def _sell(window: Window, central: Headquarters, sales: int) -> None:
    desk, actor = window.the_desk, central.people["li"]
    desk.open_shift(actor, {10_000: 5})
    lines = [line for line in desk.leases() if line.travel_class == "standard"]
    sold = 0
    for line in lines:
        offers = desk.search(STATIONS[0], STATIONS[-1], line.run.service_date)
        offer = next((one for one in offers if one.run == line.run and not one.closed), None)
        if offer is None:
            continue
        for _ in range(min(line.left, sales - sold)):
            hold = desk.hold(actor, offer.run, offer.span, PlaceWish(travel_class="standard", count=1))
            desk.begin_tender(actor, hold.order_id)
            total = desk.quote(hold, [PassengerInput()]).total
            desk.sell(actor, hold.order_id, [PassengerInput()], received=total, quoted=total)
            window.wire.network.pass_time(1_000)
            sold += 1
        if sold == sales:
            return
    raise AssertionError(f"only {sold} places were leased")
