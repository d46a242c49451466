"""How this counter stands with central, for the status line: asked every second, so it answers from little."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from counter_app.application.central_clock import CentralClock
from counter_app.application.receive_operator import trust_trouble
from counter_app.application.return_leases import end_of_first
from counter_app.application.sync_turn import SyncTurns
from counter_app.application.views import LineWord, SyncStatus
from counter_app.domain.money import Money
from counter_app.ports.clock import Clock
from counter_app.ports.line import Line, LineState
from counter_app.ports.store import MoneyStore, Reading

LEASES_KEPT_MS: Final = 3_000  # what is left of all leases is reckoned no more often
_WORDS: Final = {
    LineState.ONLINE: LineWord.ONLINE,
    LineState.SLOW: LineWord.SLOW,
    LineState.OFFLINE: LineWord.OFFLINE,
}


class StoreWithWitness(MoneyStore, Protocol):
    @property
    def behind_witness(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class LineStatus:
    store: StoreWithWitness
    line: Line
    clock: Clock
    central_clock: CentralClock
    turns: SyncTurns
    _leased: tuple[int, int, datetime | None] | None = field(default=None)  # monotonic ms, places, end

    def __call__(self) -> SyncStatus:
        health = self.line.health()
        with self.store.reading() as books:
            state, unsynced = books.sync.state(), books.sync.unsynced()
            inbox = books.sync.inbox_open()
            keys = trust_trouble(books)
            places, end = self._leases(books)
        epoch_needed = state.forked or self.store.behind_witness
        stopped = state.stopped or ("epoch_needed" if epoch_needed else "")
        return SyncStatus(
            line=LineWord.STOPPED if stopped else _WORDS[health.state],
            since=health.since,
            last_answer=health.last_answer or state.last_contact,
            last_error=health.last_error or self.turns.last_error or self.turns.push.trouble or keys,
            unsynced_entries=unsynced.entries,
            unsynced_tickets=unsynced.tickets,
            unsynced_value=Money(unsynced.value_minor, self.store.profile.currency),
            unsynced_oldest=unsynced.oldest,
            inbox_open=inbox,
            leased_places=places,
            leases_end=end,
            loading=self.turns.loading or self.turns.catalogue.loading,
            stopped=stopped,
            epoch_needed=epoch_needed,
        )

    def forget_leases(self) -> None:
        self._leased = None

    def _leases(self, books: Reading) -> tuple[int, datetime | None]:
        now_ms, known = self.clock.monotonic_ms(), self._leased
        if known is not None and 0 <= now_ms - known[0] < LEASES_KEPT_MS:
            return known[1:]
        central_now = self.central_clock.now()
        selling = [
            one for one in books.sync.left() if central_now is not None and one.lease.grant.sells_at(central_now)
        ]
        end = end_of_first(selling)
        if end is not None and central_now is not None:
            end = self.clock.now() + (end - central_now)
        self._leased = (now_ms, sum(one.count for one in selling), end)
        return self._leased[1:]
