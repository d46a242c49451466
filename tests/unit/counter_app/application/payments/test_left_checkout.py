"""A checkout that was left with a payment nobody knew of: its places are free when nothing came of it, not before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.payments.free_places import FreePlaces
from counter_app.domain.payments import PaymentState
from counter_app.ports.stock import ClaimState
from db.verify import verify_profile
from tests.unit.counter_app.application.payments.till import HAN, LONGEST, Till, paid_but_lost, silent

S = PaymentState


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "profile")
    made.open_shift()
    yield made
    made.close()
    verdict = verify_profile(tmp_path / "profile")
    assert verdict.ok, verdict.reason


def quiet(text: str) -> None:
    del text


def claim_state(till: Till, order_id: UUID) -> ClaimState:
    with till.store.reading() as books:
        claim = books.stock.claim_of(order_id)
    assert claim is not None
    return claim.state


def freed(till: Till, but: UUID | None = None) -> int:
    return FreePlaces(store=till.store, holder=till.holder)(but=but)


def test_a_sale_that_a_crash_left_gives_its_places_back_when_it_was_not_paid(till: Till) -> None:
    """They would be gone from sale until the next start: nobody is at that checkout any more."""
    hold = till.in_tender()
    till.terminal.script = [silent]
    till.payments.run(till.pay(hold), quiet)
    till.close()
    till.open()
    till.recover()
    assert freed(till) == 0
    assert claim_state(till, hold.order_id) is ClaimState.LEASED
    till.clock.go(seconds=LONGEST.total_seconds() + 1)
    assert [leg.state for leg in till.payments.recover(quiet)] == [S.NOT_PERFORMED]
    assert freed(till) == 1
    assert claim_state(till, hold.order_id) is ClaimState.GONE
    assert freed(till) == 0


def test_a_payment_that_is_taken_back_frees_them_too(till: Till) -> None:
    hold = till.in_tender()
    till.terminal.script = [paid_but_lost]
    intent_id = till.pay(hold)
    till.payments.run(intent_id, quiet)
    assert till.payments.ask(intent_id, quiet).state is S.APPROVED
    assert freed(till) == 0, "there is money on them"
    assert till.payments.reverse(till.clerk, intent_id, quiet).state is S.REVERSED
    assert freed(till, hold.order_id) == 0, "it is at the checkout: another card may pay"
    assert freed(till) == 1
    assert claim_state(till, hold.order_id) is ClaimState.GONE


def test_a_tender_that_was_never_paid_on_is_its_windows_affair(till: Till) -> None:
    hold = till.in_tender()
    other = till.begin_tender(till.clerk, till.held(1).order_id)
    assert freed(till) == 0
    assert claim_state(till, hold.order_id) is claim_state(till, other.order_id) is ClaimState.LEASED
    till.payments.run(till.pay(other, people=(HAN,)), quiet)
    assert freed(till) == 0
