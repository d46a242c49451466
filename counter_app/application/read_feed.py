"""One shard of central's feed, page by page: a snapshot first, then what changed since.

The cursor is kept with what it brought, in one transaction. Of a snapshot it is kept at its end only: what the whole of
it does not name is no more, and whoever was cut off in the middle cannot know that and begins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from counter_app.errors import CentralSaidNo
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore, Writing
from counter_app.wire import messages as m

FEED_MS: Final = 15_000
ITEMS_MAX: Final = 500  # a page is written in one transaction, and a clerk's waits for it


class Applier(Protocol):
    """What becomes of a shard's items. ``prepare`` may take its time, outside of any transaction."""

    def prepare(self, items: Sequence[m.FeedItem]) -> None: ...

    def apply(self, books: Writing) -> bool:
        """What was prepared. Whether anything that people see changed. May be called again after a refusal."""
        ...

    def end_snapshot(self, books: Writing, named: set[str]) -> bool: ...

    def committed(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    more: bool
    changed: bool
    incarnation: UUID
    position: int
    head: int


@dataclass(slots=True, kw_only=True)
class ReadShard:
    store: MoneyStore
    line: Line
    shard: str
    applier: Applier
    _named: set[str] | None = field(default=None)  # by the snapshot under way
    _at: tuple[UUID, int] | None = field(default=None)  # where that is
    _to_be_emptied: bool = field(default=False)

    def __call__(self) -> Pulled:
        """One page. Raises NoAnswer, CentralSaidNo."""
        page = self._page()
        if self._is_no_news(page):
            return _pulled(page, changed=False)
        if page.snapshot:
            self._named = set()
        self.applier.prepare(page.items)
        with self.store.writing() as books:
            changed = self.applier.apply(books)
            if self._named is not None:
                for item in page.items:
                    (self._named.discard if item.body is None else self._named.add)(item.key)
                if not page.more:
                    changed = self.applier.end_snapshot(books, self._named) or changed
            if self._named is None or not page.more:
                books.sync.put_cursor(self.shard, page.incarnation, page.position)
        self.applier.committed()
        if self._named is not None:
            self._named, self._at = (self._named, (page.incarnation, page.position)) if page.more else (None, None)
        self._to_be_emptied = self._to_be_emptied and page.more
        return _pulled(page, changed=changed)

    def begin_again(self) -> None:
        """The next page is a snapshot's first."""
        with self.store.writing() as books:
            known = books.sync.cursor(self.shard)
            if known is not None:
                books.sync.put_cursor(self.shard, known[0], 0)
        self._named = self._at = None
        self._to_be_emptied = True

    def _is_no_news(self, page: m.FeedPage) -> bool:
        """Asked every few seconds: nothing is written for it."""
        if page.items or page.more or self._at is not None or self._to_be_emptied:
            return False
        with self.store.reading() as books:
            return books.sync.cursor(self.shard) == (page.incarnation, page.position)

    def _page(self) -> m.FeedPage:
        at = self._at
        if at is None:
            with self.store.reading() as books:
                at = books.sync.cursor(self.shard)
        if at is not None and at[1] > 0:
            try:
                return self._ask(at[0], at[1])
            except CentralSaidNo as no:
                if no.code != m.Refused.CURSOR_GONE.value:
                    raise
        self._named = self._at = None
        return self._ask(None, 0)

    def _ask(self, incarnation: UUID | None, position: int) -> m.FeedPage:
        return self.line.feed(
            self.shard, incarnation=incarnation, position=position, limit=ITEMS_MAX, deadline_ms=FEED_MS
        )


def _pulled(page: m.FeedPage, *, changed: bool) -> Pulled:
    return Pulled(more=page.more, changed=changed, incarnation=page.incarnation, position=page.position, head=page.head)
