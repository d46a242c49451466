"""Places of a sale that came to nothing after its window was gone from it: free as soon as no money is on them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from counter_app.application.hold import abandon, money_on
from counter_app.application.stock_holder import LocalHolder
from counter_app.ports.stock import Claim, ClaimState
from counter_app.ports.store import MoneyStore, Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class FreePlaces:
    """A checkout that was left, or that a crash ended, with a payment that was not known: when that turns out to be

    nothing, or is taken back, nobody is there any more who would let the places go.
    """

    store: MoneyStore
    holder: LocalHolder

    def __call__(self, *, but: UUID | None) -> int:
        """``but``: the order that is at the checkout, whatever was paid on it. Returns how many were let go."""
        with self.store.reading() as books:
            if not _unpaid(books, but):
                return 0
        with self.holder.writing() as act:
            found = _unpaid(act.books, but)
            for claim in found:
                abandon(act, claim)
        return len(found)


def _unpaid(books: Reading | Writing, but: UUID | None) -> list[Claim]:
    return [
        one
        for one in books.stock.claims_in(ClaimState.LEASED)
        if one.order_id != but and books.payments.of_order(one.order_id) and not money_on(books, one.order_id)
    ]
