"""From the clerk's confirmation to the first byte of the ticket at the printer, over TCP, on the national timetable.

The real counter in a process beside the simulated printer's (its drawing would share our interpreter's lock). One
sample: ``sell`` (durable), the drawer's kick, then the ticket: ``start_job`` (durable, composed), ``send_job``
until a byte that is no status question arrives. The status is asked before each job, as it is at a window.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from time import clock_gettime_ns

from benchmarks.result import Context, Result, percentile

_CLOCK = 1  # CLOCK_MONOTONIC: one for all processes of a machine
_WARM = 5


def run(context: Context) -> list[Result]:
    from main import create_profile, open_counter  # noqa: PLC0415 - only main builds

    sales = 15 if context.quick else 150
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    printer = multiprocessing.get_context("spawn").Process(target=_printer, args=(theirs,), daemon=True)
    printer.start()
    port = ours.recv()
    folder = context.folder / "station"
    wanted: dict[str, object] = {
        "name": "广州南",
        "latin": "Guangzhounan",
        "station_code": "IZQ",
        "policy": "demonstration",
    }
    create_profile(
        folder, wanted, admin="admin", password="benchmark-1", printer_url=f"tcp://127.0.0.1:{port}?profile=epson-80"
    )
    counter = open_counter(folder, writable=True)
    try:
        firsts, durables = _sell(counter.desk, context, sales, ours)
    finally:
        counter.close()
        ours.send("stop")
        printer.join(10)
    return [
        Result(name="confirm to first byte at the printer, p50", value=percentile(firsts, 50), unit="ms"),
        Result(
            name="confirm to first byte at the printer, p99",
            value=percentile(firsts, 99),
            unit="ms",
            goal=80,
            note=f"{sales} sales, TCP, status asked first",
        ),
        Result(name="confirm to durable, p50", value=percentile(durables, 50), unit="ms"),
        Result(name="confirm to durable, p99", value=percentile(durables, 99), unit="ms"),
    ]


def _sell(desk: object, context: Context, sales: int, printer: Connection) -> tuple[list[float], list[float]]:
    from counter_app.application.counter_desk import CounterDesk  # noqa: PLC0415
    from counter_app.application.views import PassengerInput, PlaceWish  # noqa: PLC0415
    from counter_app.domain.staff import SYSTEM, Role  # noqa: PLC0415
    from counter_app.ports.prints import Delivery  # noqa: PLC0415

    assert isinstance(desk, CounterDesk)
    desk.import_timetable(SYSTEM, context.feed, progress=lambda _: None, cancelled=lambda: False)
    clerk = desk.add_user(SYSTEM, login="clerk", display_name="Clerk", role=Role.CLERK, password="benchmark-1")
    desk.open_shift(clerk, {10_000: 10})
    stations = sorted((hit.station for hit in desk.find_stations("", limit=200)), key=lambda one: -one.weight)
    if not stations:
        stations = [hit.station for text in ("s", "w", "g", "c") for hit in desk.find_stations(text, limit=40)]
        stations.sort(key=lambda one: -one.weight)
    day = desk.today() + timedelta(days=3)
    offers = [
        (offer, entry.travel_class)
        for origin in stations[:6]
        for destination in stations[:6]
        if origin is not destination
        for offer in desk.search(origin.station_id, destination.station_id, day)
        for entry in offer.classes
        if entry.fare is not None and entry.free > 0 and not offer.closed
    ]
    firsts: list[float] = []
    durables: list[float] = []
    for number in range(sales + _WARM):
        offer, travel_class = offers[number * 7 % len(offers)]
        hold = desk.hold(clerk, offer.run, offer.span, PlaceWish(travel_class=travel_class, count=1))
        people = [PassengerInput()]
        quote = desk.quote(hold, people)
        desk.begin_tender(clerk, hold.order_id)
        start_ns = clock_gettime_ns(_CLOCK)
        sold = desk.sell(clerk, hold.order_id, people, received=quote.total, quoted=quote.total)
        durable_ns = clock_gettime_ns(_CLOCK)
        for job_id in sold.jobs:
            paper = desk.start_job(job_id)
            if paper is not None:  # the drawer springs first; what is measured is the ticket
                printer.send("ticket")
                printer.recv()
            outcome = desk.send_job(job_id, paper)
            desk.finish_job(job_id, outcome)
            if outcome.delivery is not Delivery.CONFIRMED:
                raise RuntimeError(f"the simulated printer did not print: {outcome}")
        first_ns = printer.recv()
        if number >= _WARM:
            durables.append((durable_ns - start_ns) / 1e6)
            firsts.append((first_ns - start_ns) / 1e6)
    return firsts, durables


def _printer(told: Connection) -> None:
    """The simulated printer; it tells when the first byte came that is no question about its status."""
    from printers.simulator.serve import SimulatedPrinter  # noqa: PLC0415 - the child's own

    class Watched(SimulatedPrinter):
        armed = False

        def _take(self, data: bytes, answer: Callable[[bytes], None]) -> bool:
            if self.armed and data.replace(b"\x10\x04", b"").strip(b"\x01\x02\x03\x04"):
                self.armed = False
                told.send(clock_gettime_ns(_CLOCK))
            return super()._take(data, answer)

    with Watched() as printer:
        told.send(printer.listen())
        while told.recv() != "stop":
            printer.armed = True
            told.send("armed")
