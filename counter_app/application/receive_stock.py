"""What is taken at central, run by run: for the search and the seat map. Claims are central's to decide in any case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from counter_app.ports.clock import Clock
from counter_app.ports.store import Writing
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, read

_OVER: Final = timedelta(days=3)  # a run is under way for so long at most, as far as anybody looks at it


@dataclass(slots=True, kw_only=True)
class ReceiveStock:
    """``read_feed.Applier`` of one shard. ``spoiled``: something did not sum up; a snapshot mends it."""

    shard: str
    clock: Clock
    stock_changed: Callable[[Iterable[UUID]], None]
    spoiled: bool = False
    _stock: list[m.RunStock] = field(default_factory=list)
    _gone: list[UUID] = field(default_factory=list)

    def prepare(self, items: Sequence[m.FeedItem]) -> None:
        self._stock, self._gone = [], []
        first_date = (self.clock.now() - _OVER).date()
        for item in items:
            if item.kind != m.FeedKind.STOCK.value:
                continue
            try:
                run_id = UUID(item.key)
                stock = None if item.body is None else read(m.RunStock, item.body)
            except (BadMessage, ValueError):
                self.spoiled = True
                continue
            if stock is None or stock.service_date < first_date:
                self._gone.append(run_id)
            elif stock.run_id != run_id or stock.reckoned() != stock.checksum:
                self.spoiled = True
                self._gone.append(run_id)  # better nothing than something wrong
            else:
                self._stock.append(stock)

    def apply(self, books: Writing) -> bool:
        if self._gone:
            books.sync.drop_stock(self.shard, self._gone)
        if self._stock:
            books.sync.put_stock(self.shard, self._stock)
        return bool(self._gone or self._stock)

    def end_snapshot(self, books: Writing, named: set[str]) -> bool:
        over = [run_id for run_id in books.sync.shadow_runs(self.shard) if str(run_id) not in named]
        if over:
            books.sync.drop_stock(self.shard, over)
            self._gone += over
        return bool(over)

    def committed(self) -> None:
        self.stock_changed([*self._gone, *(stock.run_id for stock in self._stock)])
