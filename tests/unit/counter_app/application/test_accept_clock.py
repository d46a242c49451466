"""The wall clock goes back: nothing is sold by it until a person answers for it, and the record's time never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counter_app.application.accept_clock import AcceptClock
from counter_app.domain.journal import Entry, Kind
from counter_app.errors import Reason, Refusal
from tests.unit.counter_app.application.counter import HAN, LI, Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "counter")
    made.open_shift()
    made.sold(LI)
    yield made
    made.close()


def _entries(counter: Counter) -> list[Entry]:
    with counter.store.reading() as books:
        return list(books.journal.entries())


def _back(counter: Counter, minutes: float) -> None:
    counter.clock.at -= timedelta(minutes=minutes)


def test_a_small_correction_sells_on_and_time_stands_still(counter: Counter) -> None:
    """NTP steps by seconds; a ticket must not look older than the one before, and nobody is called for that."""
    before = _entries(counter)[-1].at
    _back(counter, 4)
    counter.sold(HAN, trip_id="G3")
    times = [entry.at for entry in _entries(counter)]
    assert times == sorted(times)
    assert times[-1] == before


def test_a_clock_that_went_back_sells_nothing(counter: Counter) -> None:
    """At yesterday's time a departed train is on sale again, and refunds cost less than they should."""
    hold = counter.held()
    quote = counter.quote(hold, [HAN])
    ticket = _entries(counter)[-1]
    entries = len(_entries(counter))
    _back(counter, 60)
    for act in (
        counter.held,
        lambda: counter.sell(counter.clerk, hold.order_id, [HAN], received=quote.total, quoted=quote.total),
        lambda: counter.park(counter.clerk, hold.order_id, [], "later"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.reason is Reason.CLOCK_JUMPED
    assert len(_entries(counter)) == entries
    assert _entries(counter)[-1] == ticket


def test_also_after_a_restart_and_recovery_goes_on(counter: Counter) -> None:
    """The jump that matters happens while the counter is off: an empty battery sets the clock back."""
    counter.start_job(counter.sold(HAN, trip_id="G3").jobs[1])
    counter.close()
    _back(counter, 60 * 24)
    counter.open()
    assert counter.recover().jobs_unknown == 1
    with pytest.raises(Refusal) as refused:
        counter.held()
    assert refused.value.reason is Reason.CLOCK_JUMPED
    times = [entry.at for entry in _entries(counter)]
    assert times == sorted(times)


def test_a_supervisor_accepts_it_and_it_is_journaled(counter: Counter) -> None:
    """The clock was wrong before, and is right now: else nothing could be sold until the wrong time comes round."""
    accept = AcceptClock(counter.store, counter.clock)
    assert not accept(counter.chief, reason="nothing to accept")
    _back(counter, 60)
    with pytest.raises(Refusal) as refused:
        accept(counter.clerk, reason="I say so")
    assert refused.value.reason is Reason.NOT_ALLOWED
    with pytest.raises(Refusal) as refused:
        accept(counter.chief, reason=" ")
    assert refused.value.reason is Reason.REASON_NEEDED
    assert accept(counter.chief, reason="the computer was an hour ahead")
    entry = _entries(counter)[-1]
    assert (entry.kind, entry.at, entry.actor) == (Kind.CLOCK_ACCEPTED, counter.clock.now(), counter.chief.login)
    assert entry.body["reason"] == "the computer was an hour ahead"
    counter.sold(HAN, trip_id="G3")
    assert _entries(counter)[-1].at == counter.clock.now()
