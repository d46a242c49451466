"""A ticket's code checked at a gate, beside one bare Ed25519 verification of the same key and length in the same run.

Goal: not more than a millisecond beyond the signature itself. ``check and let through`` is the window's whole act with
its commit; the bundle is of 2,000 windows, as a national operator's gate holds it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import perf_counter_ns

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks.result import Context, Result, percentile
from counter_app.application.check_ticket import CheckTicket
from counter_app.application.verify_ticket import VerifyTicket
from counter_app.application.views import PassengerInput
from counter_app.domain.barcode import code_text, parse_code_text
from counter_app.domain.trust import TrustBundle, certify
from counter_app.security import SigningKey, verify
from tests.golden.ticket_vectors import BUNDLE, FIRST, NOW, cases, utc
from tests.unit.counter_app.application.counter import Counter

GOAL_US = 1_000.0
WINDOWS = 2_000


def run(context: Context) -> list[Result]:
    checks, passed = (200, 3) if context.quick else (5_000, 100)
    check = VerifyTicket(_large(50 if context.quick else WINDOWS), verify)
    genuine = [one.text for one in cases() if one.expect == "genuine" and one.at == NOW]
    wholes: list[float] = []
    bares: list[float] = []
    for number in range(checks):
        text = genuine[number % len(genuine)]
        payload = parse_code_text(text)
        certificate = BUNDLE.by_key_id(payload[3:11])
        assert certificate is not None
        started = perf_counter_ns()
        Ed25519PublicKey.from_public_bytes(certificate.public_key).verify(
            payload[-64:], b"counterfoil/ticket\0" + payload[:-64]
        )
        between = perf_counter_ns()
        check(text, at=NOW)
        wholes.append((perf_counter_ns() - between) / 1000)
        bares.append((between - started) / 1000)
    beyond = percentile(wholes, 50) - percentile(bares, 50)
    through = _let_through(context, passed)
    return [
        Result(name="bare Ed25519 verification, median", value=percentile(bares, 50), unit="µs", note="OpenSSL"),
        Result(name="code checked, median", value=percentile(wholes, 50), unit="µs", note=f"{WINDOWS} windows' keys"),
        Result(name="code checked, p99", value=percentile(wholes, 99), unit="µs"),
        Result(name="code checked beyond Ed25519, median", value=beyond, unit="µs", goal=GOAL_US),
        Result(name="check and let through, median", value=percentile(through, 50), unit="µs", note="with its commit"),
        Result(name="check and let through, p99", value=percentile(through, 99), unit="µs"),
    ]


def _large(windows: int) -> TrustBundle:
    """The bundle of the vectors, among the keys of many other windows."""
    others = [
        certify(
            public_key=SigningKey(number.to_bytes(32, "big")).public,
            station=f"S{number // 900:03d}",
            counter=number % 900 + 1,
            epoch=1,
            not_before=utc(2026, 6, 1),
            not_after=utc(2031, 6, 1),
            sign=FIRST.sign,
        )
        for number in range(1, windows)
    ]
    return replace(BUNDLE, certificates=(*others, *BUNDLE.certificates))


def _let_through(context: Context, count: int) -> list[float]:
    counter = Counter(context.folder / "counter")
    counter.open_shift()
    codes = []
    depart = NOW
    for number in range(count):
        passenger = PassengerInput(name="李雷", document_type="passport", document=f"E{number:08d}")
        sold = counter.sold(passenger, trip_id="K9", travel_class="standard")
        depart = sold.order.tickets[0].depart
        with counter.store.reading() as books:
            ticket = books.orders.ticket(sold.order.tickets[0].ticket_id)
        assert ticket is not None
        codes.append(code_text(ticket.payload))
    counter.clock.at = depart - timedelta(minutes=30)
    check = CheckTicket(store=counter.store, clock=counter.clock, verify=verify)
    times = []
    for code in codes:
        started = perf_counter_ns()
        found = check(counter.clerk, code)
        times.append((perf_counter_ns() - started) / 1000)
        assert found.redeemed, found.verdict
    counter.close()
    return times
