"""What central counts for Prometheus, and what it reads from the database when asked. No personal data, no device ids.

Several worker processes count into files that ``PROMETHEUS_MULTIPROC_DIR`` names (set by ``serve`` before this module
is imported), so that each of them answers for all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from central.tx import Connection

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_BEHIND: Final = (0, 1, 10, 100, 1_000, 10_000, 100_000)
_STATUS: Final = re.compile(rb'"status":"([A-Z_]{2,12})"')
_PAGE: Final = re.compile(rb'"position":(\d+),"head":(\d+)')


class Metrics:
    """``lanes``: name → (waiting, busy), asked at each scrape."""

    def __init__(self, lanes: Callable[[], dict[str, tuple[int, int]]] = dict) -> None:
        self.registry = CollectorRegistry()
        self._lanes = lanes
        own = self.registry
        self.requests = Counter("central_requests", "Requests answered", ["route", "status"], registry=own)
        self.seconds = Histogram(
            "central_request_seconds", "From a request's head to its answer", ["route"], buckets=_SECONDS, registry=own
        )
        self.claims = Counter("central_claims", "Answers to claims", ["status"], registry=own)
        self.behind = Histogram(
            "central_feed_behind_items",
            "How far a counter was behind a shard's head when it asked",
            buckets=_BEHIND,
            registry=own,
        )
        self.limited = Counter("central_rate_limited", "Requests over a limit", registry=own)
        self.waiting = Gauge(
            "central_lane_waiting",
            "Requests waiting for a connection",
            ["lane"],
            registry=own,
            multiprocess_mode="livesum",
        )
        self.busy = Gauge(
            "central_lane_busy", "Connections at work", ["lane"], registry=own, multiprocess_mode="livesum"
        )
        self._by_route: dict[tuple[str, int], Callable[[float], None]] = {}

    def answered(self, route: str, status: int, seconds: float, body: bytes) -> None:
        """One answer to a known route."""
        note = self._by_route.get((route, status))
        if note is None:
            note = self._by_route[route, status] = self._note(route, status)
        note(seconds)
        if status != 200:
            return
        if route in {"claim", "lease", "release"}:
            found = _STATUS.search(body, 0, 200)
            if found:
                self.claims.labels(found[1].decode()).inc()
        elif route == "feed":
            page = _PAGE.search(body, 0, 400)
            if page:
                self.behind.observe(max(0, int(page[2]) - int(page[1])))

    def _note(self, route: str, status: int) -> Callable[[float], None]:
        count, seconds = self.requests.labels(route, str(status)), self.seconds.labels(route)

        def note(took_s: float) -> None:
            count.inc()
            seconds.observe(took_s)

        return note

    def page(self, connection: Connection | None) -> bytes:
        """The text for a scraper. ``connection`` None: the database does not answer, and is left out."""
        for name, (waiting, busy) in self._lanes().items():
            self.waiting.labels(name).set(waiting)
            self.busy.labels(name).set(busy)
        registry = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        text = generate_latest(registry)
        if connection is not None:
            text += generate_latest(from_database(connection))
        return text


def from_database(connection: Connection) -> CollectorRegistry:
    """The state of the records: the same whichever process is asked. Counts over small tables only."""
    made = CollectorRegistry()
    judged = Gauge("central_journal_entries", "Entries of all journals", ["state"], registry=made)
    row = connection.execute(
        "SELECT coalesce(sum(seq - first_seq + 1), 0), coalesce(sum(judged_seq - first_seq + 1), 0) FROM chain"
    ).fetchone()
    assert row is not None
    judged.labels("stored").set(int(row[0]))
    judged.labels("judged").set(int(row[1]))
    verdicts = Gauge(
        "central_verdicts", "Entries with a remark, by judgement", ["judgement", "resolved"], registry=made
    )
    for judgement, resolved, count in connection.execute(
        "SELECT judgement, resolved_at IS NOT NULL, count(*) FROM verdict GROUP BY 1, 2"
    ):
        verdicts.labels(judgement, "yes" if resolved else "no").set(count)
    devices = Gauge("central_devices", "Counters, by state", ["state", "forked"], registry=made)
    for state, forked, count in connection.execute("SELECT state, forked, count(*) FROM device GROUP BY 1, 2"):
        devices.labels(state, "yes" if forked else "no").set(count)
    payments = Gauge("central_payments_open", "Charges that are not settled", ["method", "state"], registry=made)
    for method, state, count in connection.execute(
        "SELECT method, state, count(*) FROM payment_order WHERE due_at IS NOT NULL OR state = 'manual' GROUP BY 1, 2"
    ):
        payments.labels(method, state).set(count)
    feed = Gauge(
        "central_feed_position", "Head of the feed, by shard (of devices: the furthest)", ["shard"], registry=made
    )
    for shard, position in connection.execute(
        "SELECT CASE WHEN shard LIKE 'device/%' THEN 'device' ELSE shard END, max(position) FROM feed_head GROUP BY 1"
    ):
        feed.labels(shard).set(position)
    incidents = Gauge("central_incidents_open", "Incidents that somebody has to deal with", registry=made)
    row = connection.execute("SELECT count(*) FROM incident WHERE resolved_at IS NULL").fetchone()
    assert row is not None
    incidents.set(int(row[0]))
    return made
