"""Thirty days without a line: one counter sells so many tickets, then drains them into central over HTTP.

The production counter; central is served by a process of its own over real sockets. Only the clocks are made: a month
passes while the sales are made, central goes on tending meanwhile (leases end there as their trains leave), and at the
month's end its clock stands still. Afterwards central verifies everything, and what it has is compared with the
counter's journal (``outage_books``). The suite runs the same code with few sales: ``tests/e2e/test_long_outage.py``.
"""

from __future__ import annotations

import random
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from benchmarks.central_world import next_version
from benchmarks.outage_books import Books, compare
from benchmarks.outage_line import OutageLine, Traffic
from benchmarks.outage_served import served, troubles
from central.allotments import AllotmentRule, set_allotment_rule
from central.journal.verify import verify_central
from central.policies import import_policy
from counter_app.application.views import LeaseLine, PassengerInput, PlaceWish
from counter_app.domain.policy import Policy, read_policy
from counter_app.domain.staff import Actor
from counter_app.errors import Refusal
from db.catalogue.feed import build
from db.context import Context as StoreContext
from tests.postgres import Cluster
from tests.simulation.headquarters import PASSWORD, POLICY_TEXT, Headquarters
from tests.simulation.nature import Time, body
from tests.simulation.network import Network, Weather
from tests.simulation.timetable import STATIONS, Issue, feed_files
from tests.simulation.truth import Truth
from tests.simulation.window import Window, enrol_window

DAYS: Final = 30
LEASED: Final = 800  # units of a coach, and leased by the window
COACHES: Final = ("K9", "K11", "K13", "K15", "K17")  # a day each; their places are only counted
LEFT_OUT: Final = ("G3", "G5")  # one train a day with numbered places is enough
SALES_MAX: Final = DAYS * LEASED * len(COACHES)
DAY_MS: Final = 24 * 3_600_000
TURNS_MAX: Final = 1_000_000
JUDGING_S_MAX: Final = 1_800
PLACE: Final = ("AAH", 1)


@dataclass(frozen=True, slots=True)
class Drained:
    """After the drain, with both ends still there. ``wrong``: empty where everything is as it should be."""

    central: Headquarters
    window: Window
    sales: int
    days: int  # departures on so many
    entries: int  # that waited
    sold_s: float
    stored_s: float
    judged_s: float
    verified_s: float
    traffic: Traffic
    books: Books
    wrong: tuple[str, ...]


class QuietWindow(Window):
    """Nobody looks at its commits: that would be most of the work."""

    def _read_truth(self, writer: StoreContext) -> None:
        del writer


@contextmanager
def drained(
    cluster: Cluster, folder: Path, sales: int, *, beside: Callable[[], object] = lambda: None, to_lose: int = 0
) -> Iterator[Drained]:
    """``beside`` is called right before the drain and right after everything is judged; ``to_lose``: ``OutageLine``."""
    assert 0 < sales <= SALES_MAX, sales
    time = Time()
    central = Headquarters(cluster, folder / "central", body(time, "central"), random.Random("fate"), (_issue(folder),))
    with closing(central):
        policy = _allot(central)
        weather = Weather()
        weather.calm()
        network = Network(time, random.Random("network"), central, lambda _: None, lambda _: None)
        line = OutageLine("AAH/1", network, weather, random.Random("wire"), to_lose=to_lose)
        window = _enrolled(central, policy, folder / "window", time, line)
        window.open()
        try:
            yield _outage(central, window, line, sales, folder / "served", beside)
        finally:
            line.hang_up()
            window.kill()


def audit(central: Headquarters, window: Window) -> tuple[Books, tuple[str, ...]]:
    """What central has, by its own ``verify`` and by the counter's journal."""
    assert window.store is not None
    with window.store.reading() as books:
        added_up = compare(books.journal.entries(), window.device_id, central.connection)
    report = verify_central(central.connection, central.services, check_cells=central.rooms.stock.check_cells)
    return added_up, (*added_up.found, *(f"verify: {one.fields()}" for one in report.findings))


# ---- before


def _issue(folder: Path) -> Issue:
    """The simulated line with fewer trains, and more coaches."""
    feed, target = folder / "feed.zip", folder / "issue.catalogue"
    with zipfile.ZipFile(feed, "w") as archive:
        for name, content in feed_files(1).items():
            lines = [line for line in content.splitlines() if not set(LEFT_OUT) & set(line.split(","))]
            copied = [line for line in lines if COACHES[0] in line.split(",")]
            lines += [line.replace(COACHES[0], other) for other in COACHES[1:] for line in copied]
            archive.writestr(name, "".join(f"{line}\n" for line in lines))
    return Issue(target, build(feed, target, progress=lambda *_: None))


def _allot(central: Headquarters) -> Policy:
    """Everything that leaves within a month may be leased by one window, until it leaves."""
    policy = next_version(POLICY_TEXT).replace("unreserved_capacity = 12", f"unreserved_capacity = {LEASED}")
    policy = policy.replace("horizon_days = 3", f"horizon_days = {DAYS + 2}")
    import_policy(central.connection, central.services, central.admin, policy)
    rule = AllotmentRule(
        station_code="*", travel_class="*", per_window=LEASED, hours_ahead=24 * (DAYS + 1), share_permille=1_000,
        valid_minutes=24 * 60 * (DAYS + 1), guard_s=60,
    )  # fmt: skip
    set_allotment_rule(central.connection, central.services, central.admin, rule)
    return read_policy(policy)


def _enrolled(central: Headquarters, policy: Policy, folder: Path, time: Time, line: OutageLine) -> QuietWindow:
    node = body(time, "window")
    device_id = enrol_window(folder, body=node, wire=line, code=central.code_for(*PLACE))
    return QuietWindow(
        station=PLACE[0], counter=PLACE[1], copy=0, folder=folder, body=node, wire=line,
        chance=random.Random("window"), policy=policy,
        truth=Truth(unit_capacity=LEASED, lines=central.lines), device_id=device_id,
    )  # fmt: skip


def _prepare(window: Window, sales: int) -> Actor:
    """Until what is leased is enough for the whole outage, on every day of it, and the clerk can log in."""
    desk = window.the_desk
    desk.sync_now()
    for _ in range(20_000):
        turn = desk.sync_turn()
        if not turn.next_ms and turn.changed:
            continue
        held = desk.leases()
        if len({one.run.service_date for one in held}) >= DAYS and sum(one.left for one in held) >= sales:
            with suppress(Refusal):  # accounts come by the feed
                return desk.log_in("li", PASSWORD)
        window.wire.network.pass_time(max(turn.next_ms, 1_000))
    raise AssertionError("not enough was leased")


# ---- the outage


def _outage(
    central: Headquarters, window: Window, line: OutageLine, sales: int, folder: Path, beside: Callable[[], object]
) -> Drained:
    clerk = _prepare(window, sales)
    line.weather.up = False
    started = perf_counter()
    days = _sell(window, central, clerk, sales)
    sold_s = perf_counter() - started
    print(f"{sales} sales over {days} days made in {sold_s:.0f} s", file=sys.stderr, flush=True)
    ((before,),) = central.rows("SELECT coalesce(max(seq), 0) FROM entry")
    assert window.the_desk.sync_status().unsynced_tickets == sales
    with served(central.database.url, folder, line.network.time.ms) as url:
        line.connect(url)
        beside()
        stored_s, judged_s = _drain(window, central)
        beside()
        line.hang_up()
    central.restart()  # what it had in memory is of the time before
    started = perf_counter()
    books, wrong = audit(central, window)
    wrong += troubles(folder)
    return Drained(
        central=central, window=window, sales=sales, days=days, entries=books.last - before, sold_s=sold_s,
        stored_s=stored_s, judged_s=judged_s, verified_s=perf_counter() - started, traffic=line.traffic,
        books=books, wrong=wrong,
    )  # fmt: skip


def _sell(window: Window, central: Headquarters, clerk: Actor, sales: int) -> int:
    """Each day's share, by departure: the day before, as days pass. Returns how many days had departures."""
    desk, network = window.the_desk, window.wire.network
    desk.open_shift(clerk, {10_000: 5})
    held = sorted(desk.leases(), key=lambda line: (line.run.service_date, line.left))
    by_day = [(day, list(lines)) for day, lines in groupby(held, key=lambda line: line.run.service_date)][:DAYS]
    sold = 0
    for number, (_, lines) in enumerate(by_day):
        while network.time.ms < (number - 1) * DAY_MS:
            network.pass_time(min(DAY_MS, (number - 1) * DAY_MS - network.time.ms))
            central.tend()  # leases end there, too: nobody tells it what was sold from them
        share = -(-(sales - sold) // (len(by_day) - number))
        sold += _sell_day(window, clerk, lines, share)
    assert sold == sales, f"only {sold} places could be sold"
    network.pass_time(max(0, DAYS * DAY_MS - network.time.ms))
    central.tend()
    return len(by_day)


def _sell_day(window: Window, clerk: Actor, lines: Sequence[LeaseLine], share: int) -> int:
    """The leases with the fewest places first: what they lack, the others sell. Journeys of every length."""
    desk = window.the_desk
    sold = 0
    for number, line in enumerate(lines):
        offers = [
            offer
            for station in STATIONS[1:]
            for offer in desk.search(STATIONS[0], station, line.run.service_date)
            if offer.run == line.run and not offer.closed
        ]
        if not offers:
            continue
        for ticket in range(min(line.left, -(-(share - sold) // (len(lines) - number)))):
            offer = offers[ticket % len(offers)]
            hold = desk.hold(clerk, offer.run, offer.span, PlaceWish(travel_class=line.travel_class, count=1))
            desk.begin_tender(clerk, hold.order_id)
            total = desk.quote(hold, [PassengerInput()]).total
            desk.sell(clerk, hold.order_id, [PassengerInput()], received=total, quoted=total)
            window.wire.network.pass_time(1_000)
            sold += 1
    return sold


def _drain(window: Window, central: Headquarters) -> tuple[float, float]:
    """Seconds until everything is durable at central, and until it is judged."""
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
    while central.rows("SELECT 1 FROM chain WHERE judged_seq < seq"):
        assert perf_counter() - started < JUDGING_S_MAX, "not judged"
        sleep(0.05)
    return stored_s, perf_counter() - started
