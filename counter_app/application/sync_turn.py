"""The background work of an enrolled counter, a bounded piece a turn: upload before download, then allotments.

Nothing here waits for a clerk, and no clerk waits for it longer than one short transaction. A line that is down costs a
question now and then, further and further apart.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from counter_app.application.central_clock import CentralClock
from counter_app.application.push_journal import PushJournal
from counter_app.application.read_feed import Pulled, ReadShard
from counter_app.application.receive_catalogue import ReceiveCatalogue
from counter_app.application.receive_stock import ReceiveStock
from counter_app.application.return_leases import ReturnLeases
from counter_app.application.standing import REVOKED, Standing
from counter_app.application.tell_releases import TellReleases
from counter_app.application.top_up_leases import TopUpLeases
from counter_app.application.views import LoadingView, SyncTurn
from counter_app.errors import CentralSaidNo, NoAnswer, Reason, Refusal
from counter_app.ports.clock import Clock, Entropy
from counter_app.ports.line import Line, LineState
from counter_app.ports.store import MoneyStore
from counter_app.ports.sync import SyncState

PROBE_MS: Final = 3_000
TURN_MS: Final = 5_000  # between turns with nothing to do
PROBE_EVERY_MS: Final = 1_000  # while the line is coming back
BACKOFF_FIRST_MS: Final = 1_000
BACKOFF_MAX_MS: Final = 30_000
REFUSED_MS: Final = 30_000  # central said no to something that will hardly change by itself
OPERATOR_MS: Final = 15_000
STOCK_MS: Final = 20_000
TOP_UP_EVERY_MS: Final = 60_000
TIME_KEPT_MS: Final = 30_000
MEND_EVERY_MS: Final = 600_000
PAGES_AT_ONCE: Final = 4
BEHIND_MS: Final = 30_000
SPOILT: Final = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)  # of rows that have no meaning
STOCK_DAY: Final = "stock_day"  # on which the stock was last fetched whole


@dataclass(slots=True)
class _Due:
    """What is done every so often. Everything is due at first, and when a person asks."""

    every_ms: int
    at_ms: int | None = None

    def now(self, now_ms: int) -> bool:
        return self.at_ms is None or now_ms >= self.at_ms

    def done(self, now_ms: int) -> None:
        self.at_ms = now_ms + self.every_ms


@dataclass(slots=True)
class StockShard:
    reader: ReadShard
    applier: ReceiveStock
    due: _Due = field(default_factory=lambda: _Due(STOCK_MS))
    loaded: bool = False
    mended_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class SyncTurns:
    """One caller at a time; ``wake`` from anywhere."""

    store: MoneyStore
    line: Line
    clock: Clock
    entropy: Entropy
    central_clock: CentralClock
    standing: Standing
    releases: TellReleases
    push: PushJournal
    device: ReadShard
    operator: ReadShard
    catalogue: ReceiveCatalogue
    stock: Sequence[StockShard]
    top_up: TopUpLeases
    returns: ReturnLeases
    waiting: Callable[[], bool]
    new_timetable: Callable[[], None]
    last_error: str = ""
    loading: LoadingView | None = None
    _woken: threading.Event = field(default_factory=threading.Event)
    _failures: int = 0
    _not_before_ms: int = 0
    _device_due: _Due = field(default_factory=lambda: _Due(TURN_MS))
    _operator_due: _Due = field(default_factory=lambda: _Due(OPERATOR_MS))
    _top_up_due: _Due = field(default_factory=lambda: _Due(TOP_UP_EVERY_MS))
    _time_due: _Due = field(default_factory=lambda: _Due(TIME_KEPT_MS))
    _operator_loaded: bool = False
    _day: str = ""

    def wake(self) -> None:
        self._woken.set()

    def __call__(self) -> SyncTurn:
        """Never raises for a line that is down, or for a store that may not be written just now."""
        if self._woken.is_set():
            self._woken.clear()
            self._failures, self._not_before_ms = 0, 0
            for due in (self._device_due, self._operator_due, self._top_up_due, *(one.due for one in self.stock)):
                due.at_ms = None
        before = self._word()
        try:
            turn = self._turn()
        except NoAnswer as silence:
            turn = self._later(silence.detail)
        except CentralSaidNo as no:
            self.standing.heed(no)
            self._not_before_ms = self.clock.monotonic_ms() + REFUSED_MS
            self.last_error = no.code
            turn = SyncTurn(next_ms=REFUSED_MS, changed=True)
        except Refusal as refusal:
            if refusal.reason is not Reason.STORE_BEHIND_WITNESS:
                self.last_error = refusal.reason.value
                raise
            turn = SyncTurn(next_ms=BEHIND_MS, changed=False)
        except SPOILT:
            self.last_error = Reason.STORE_DAMAGED.value
            raise
        changed = turn.changed or self._word() != before
        return SyncTurn(next_ms=turn.next_ms, changed=changed, new_timetable=turn.new_timetable)

    def _word(self) -> tuple[object, ...]:
        return self.line.health().state, self.last_error, self.loading, self.catalogue.loading

    def _later(self, detail: str) -> SyncTurn:
        """Doubling, with jitter: a thousand windows do not come back in the same second."""
        self.last_error = detail
        backoff_ms = min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS << min(self._failures, 10))
        self._failures += 1
        wait_ms = backoff_ms * (128 + self.entropy.bytes(1)[0]) // 256
        self._not_before_ms = self.clock.monotonic_ms() + wait_ms
        return SyncTurn(next_ms=wait_ms, changed=False)

    # ---- one turn

    def _turn(self) -> SyncTurn:
        mended = self.push.mend()
        self._keep_time()
        damage: Exception | None = None
        try:
            changed = self.returns()  # needs no line: what it writes goes out with the journal
        except SPOILT as error:
            changed, damage = False, error  # whatever is wrong with what is held: the journal always gets through
        changed = changed or mended
        wait_ms = self._not_before_ms - self.clock.monotonic_ms()
        if wait_ms > 0:
            return SyncTurn(next_ms=wait_ms, changed=changed)
        if not self.line.worth_asking():
            self.line.time(deadline_ms=PROBE_MS)
        with self.store.reading() as books:
            state = books.sync.state()
        revoked = state.stopped == REVOKED
        refused: CentralSaidNo | None = None
        try:
            if not revoked and self.releases():
                return self._at_once(changed=changed)
        except CentralSaidNo as no:  # whatever central has against this counter: its journal always gets through
            refused = no
        except SPOILT as error:
            damage = damage or error
        more, pushed = self.push()
        changed = changed or pushed
        if more:
            return self._at_once(changed=changed)
        if damage is not None:
            raise damage
        if refused is not None:
            raise refused
        if not revoked:
            turn = self._download(state, changed=changed)
            if turn is not None:
                return turn
            changed = self.waiting() or changed
        self._failures, self.last_error = 0, ""
        online = self.line.health().state is LineState.ONLINE
        return SyncTurn(next_ms=TURN_MS if online else PROBE_EVERY_MS, changed=changed)

    @staticmethod
    def _at_once(*, changed: bool, new_timetable: bool = False) -> SyncTurn:
        return SyncTurn(next_ms=0, changed=changed, new_timetable=new_timetable)

    def _download(self, state: SyncState, *, changed: bool) -> SyncTurn | None:
        """None: there is no more for now."""
        now_ms = self.clock.monotonic_ms()
        if self._device_due.now(now_ms):
            more, news = self._pages(self.device)
            changed = changed or news
            if more:
                return self._at_once(changed=changed)
            self._device_due.done(now_ms)
        if self._operator_due.now(now_ms):
            more, news = self._pages(self.operator)
            changed = changed or news
            if more:
                if not self._operator_loaded:
                    self.loading = LoadingView(what="accounts", done=0, total=0)
                return self._at_once(changed=changed)
            self._operator_loaded = True
            self._operator_due.done(now_ms)
        self.loading = None
        more, activated = self.catalogue()
        if activated:
            self.top_up.forget()
            self._top_up_due.at_ms = None
            self.new_timetable()
        if more or activated:
            return self._at_once(changed=True, new_timetable=activated)
        if self._stock(now_ms):
            return self._at_once(changed=True)
        if not state.forked and not state.stopped and self._top_up_due.now(now_ms):
            self._top_up_due.done(now_ms)
            if self.top_up():
                return self._at_once(changed=True)
        return SyncTurn(next_ms=0, changed=True) if changed and self._has_entries() else None

    def _has_entries(self) -> bool:
        """What came was journaled: that goes up at once, not with the next clerk's sale."""
        with self.store.reading() as books:
            return books.journal.head().seq > books.sync.state().stored_seq

    def _pages(self, reader: ReadShard) -> tuple[bool, bool]:
        changed = False
        for _ in range(PAGES_AT_ONCE):
            pulled = reader()
            changed = self._incarnation(pulled) or changed or pulled.changed
            if not pulled.more:
                return False, changed
        return True, changed

    def _incarnation(self, pulled: Pulled) -> bool:
        """A central that was restored from a backup: it may have lost what it had from us. It is asked by sending the

        last entry again: it knows it, or says from where on it misses them.
        """
        with self.store.reading() as books:
            central = books.sync.central()
        if central is None or central.incarnation == pulled.incarnation:
            return False
        with self.store.writing() as books:
            books.sync.put_incarnation(pulled.incarnation)
            state = books.sync.state()
            if central.incarnation is not None and state.stored_seq > 0:
                back = state.stored_seq - 1
                books.sync.mark_stored(stored_seq=back, judged_seq=min(state.judged_seq, back))
        for one in (self._device_due, self._operator_due, *(shard.due for shard in self.stock)):
            one.at_ms = None
        return True

    def _begin_day(self) -> None:
        """Once a day the stock is fetched whole: runs that are over are not in it any more, and go."""
        today = self.clock.now().date().isoformat()
        if self._day == today:
            return
        with self.store.reading() as books:
            known = books.sync.feed_value(STOCK_DAY)
        if known is None or known.get("day") != today:
            for shard in self.stock:
                shard.reader.begin_again()
                shard.due.at_ms = None
            with self.store.writing() as books:
                books.sync.put_feed_value(STOCK_DAY, {"day": today})
        self._day = today

    def _stock(self, now_ms: int) -> bool:
        """The shards whose time has come. Whether one has more to say."""
        self._begin_day()
        for shard in self.stock:
            if not shard.due.now(now_ms):
                continue
            more, _ = self._pages(shard.reader)
            loaded = sum(1 for one in self.stock if one.loaded)
            if more:
                if not shard.loaded:
                    self.loading = LoadingView(what="stock", done=loaded, total=len(self.stock))
                return True
            shard.loaded = True
            shard.due.done(now_ms)
            mended = shard.mended_ms
            if shard.applier.spoiled and (mended is None or now_ms - mended >= MEND_EVERY_MS):
                shard.mended_ms = now_ms
                shard.applier.spoiled = False
                shard.due.at_ms = None
                shard.reader.begin_again()
        if self.loading is not None and self.loading.what == "stock":
            self.loading = None
        return False

    def _keep_time(self) -> None:
        """The last word of central on its clock outlives this program; and no lease gets younger by a restart."""
        now_ms = self.clock.monotonic_ms()
        central_now = self.central_clock.now()
        if central_now is None or not self._time_due.now(now_ms):
            return
        self._time_due.done(now_ms)
        word = self.central_clock.word()
        with self.store.writing() as books:
            if word is not None:
                books.sync.put_time(word, self._last_answer())
            books.sync.raise_high_water(central_now)

    def _last_answer(self) -> datetime:
        return self.line.health().last_answer or self.clock.now()


def stock_shards(
    make: Callable[[str, ReceiveStock], ReadShard],
    *,
    count: int,
    clock: Clock,
    stock_changed: Callable[[Iterable[UUID]], None],
) -> list[StockShard]:
    shards = []
    for n in range(count):
        name = f"stock/{n}"
        applier = ReceiveStock(shard=name, clock=clock, stock_changed=stock_changed)
        shards.append(StockShard(make(name, applier), applier))
    return shards
