"""What central has to say to this device alone: leases, verdicts on its entries, orders, waiting parties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from counter_app.application.ask_waiting import note_served
from counter_app.application.return_leases import RECALL
from counter_app.application.standing import is_lost_key, note_forked, note_stopped
from counter_app.application.take_leases import TakeLeases
from counter_app.application.take_verdict import take_verdict
from counter_app.domain.leases import LeaseGrant, LeaseState
from counter_app.ports.clock import Clock
from counter_app.ports.store import Writing
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, read

_LEASE: Final = "lease/"
_ORDER: Final = "order"


@dataclass(slots=True, kw_only=True)
class ReceiveDevice:
    """``read_feed.Applier``. ``leases_changed`` hears of the runs whose leases did."""

    leases: TakeLeases
    clock: Clock
    leases_changed: Callable[[Iterable[UUID]], None]
    _granted: list[LeaseGrant] = field(default_factory=list)
    _ended: list[UUID] = field(default_factory=list)
    _verdicts: list[m.Verdict] = field(default_factory=list)
    _served: list[m.ClaimAnswer] = field(default_factory=list)
    _values: dict[str, dict[str, object] | None] = field(default_factory=dict)
    _runs: set[UUID] = field(default_factory=set)

    def prepare(self, items: Sequence[m.FeedItem]) -> None:
        self._granted, self._ended, self._verdicts, self._values, self._runs = [], [], [], {}, set()
        self._served = []
        for item in items:
            try:
                self._sort(item)
            except (BadMessage, ValueError):  # of a newer central, or not central's at all: no word for us
                continue

    def _sort(self, item: m.FeedItem) -> None:
        match item.kind:
            case m.FeedKind.LEASE.value:
                if item.body is None:
                    self._ended.append(UUID(item.key.removeprefix(_LEASE)))
                elif self.leases.genuine(grant := read(LeaseGrant, item.body)):
                    self._granted.append(grant)
            case m.FeedKind.VERDICT.value if item.body is not None:
                self._verdicts.append(read(m.Verdict, item.body))
            case m.FeedKind.WAITED.value if item.body is not None:
                self._served.append(read(m.ClaimAnswer, item.body))
            case m.FeedKind.ORDER.value | m.FeedKind.RECALL.value:
                self._values[item.key] = None if item.body is None else dict(item.body)

    def apply(self, books: Writing) -> bool:
        changed = False
        for grant in self._granted:
            if self.leases.take(books, grant):
                self._runs.add(grant.run_id)
        for lease_id in self._ended:
            self._end(books, lease_id)
        now = self.clock.now()
        for verdict in self._verdicts:
            changed = take_verdict(books, verdict, now) or changed
        for answer in self._served:
            changed = note_served(books, answer) or changed
        for key, body in self._values.items():
            if key == _ORDER or key.startswith(RECALL):
                books.sync.put_feed_value(key, body)
                changed = True
        if _ORDER in self._values:
            self._heed(books, self._values[_ORDER])
        return changed or bool(self._runs)

    def _heed(self, books: Writing, order: dict[str, object] | None) -> None:
        reason = str((order or {}).get("stop_selling") or "")
        if is_lost_key(reason):
            note_forked(books)
        else:
            note_stopped(books, reason)

    def _end(self, books: Writing, lease_id: UUID) -> None:
        known = books.sync.lease(lease_id)
        if known is not None and known.state is not LeaseState.ENDED:
            self.leases.end(books, known)
            self._runs.add(known.grant.run_id)

    def end_snapshot(self, books: Writing, named: set[str]) -> bool:
        """A lease that central does not name (any more) is not ours to sell from: it may be another's by now."""
        for state in (LeaseState.ACTIVE, LeaseState.RETURNED):
            for lease in books.sync.leases(state):
                if f"{_LEASE}{lease.grant.lease_id}" not in named:
                    self._end(books, lease.grant.lease_id)
        for key in books.sync.feed_keys(RECALL):
            if key not in named:
                books.sync.put_feed_value(key, None)
        return bool(self._runs)

    def committed(self) -> None:
        if self._runs:
            self.leases_changed(self._runs)
