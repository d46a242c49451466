"""What a customer, a clerk or a cable does to a card payment, with real driver, terminal and store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from counter_app.application.payment_views import SettleAction, SettleItem
from counter_app.domain.payments import PaymentState, Tender
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobState
from devices.simulators.terminal.cards import CARDS
from devices.simulators.terminal.serve import TerminalSimulator
from devices.zvt.transport import Times
from tests.e2e.payment_acts import quiet, settle
from tests.e2e.payment_audit import faults, how_it_stands
from tests.e2e.payment_world import Killed, KillTill, Points, Tray
from tests.unit.counter_app.application.counter import NOW
from tests.unit.counter_app.application.payments.till import HAN, LI, cny
from tests.unit.devices.simulators.till import terminal

S = PaymentState
BRIEF = Times(connect_s=5.0, t3_s=1.0, t4_s=1.0, query_s=10.0)
LATER_S = 301.0


@dataclass
class Station:
    """One profile, one terminal, and as many lives of the counter as a test needs."""

    folder: Path
    simulator: TerminalSimulator
    lives: list[KillTill] = field(default_factory=list)

    def till(self, points: Points | None = None, times: Times = BRIEF) -> KillTill:
        port = self.simulator.serve_tcp()
        now = self.lives[-1].clock.now() if self.lives else NOW
        tray = Tray(self.folder / "paper")
        made = KillTill(
            self.folder / "profile", port, points=points, tray=tray, life=len(self.lives) + 1, times=times, now=now
        )
        if not self.lives:
            made.open_shift()
        else:
            made.recover()
        self.lives.append(made)
        return made

    def again(self) -> KillTill:
        """The window is closed the hard way, and opened."""
        self.lives[-1].abandon()
        assert self.simulator.wait_until_idle()
        return self.till()


@pytest.fixture(params=[{}])
def station(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Station]:
    with terminal(currency=156, **request.param) as simulator:
        made = Station(tmp_path, simulator)
        yield made
        for till in made.lives:
            till.abandon()


def one(items: list[SettleItem]) -> SettleItem:
    (item,) = items
    return item


def tickets(till: KillTill, order_id: UUID) -> int:
    with till.store.reading() as books:
        return len(books.orders.tickets_of(order_id))


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def later(till: KillTill) -> list[PaymentState]:
    till.clock.go(seconds=LATER_S)
    return [leg.state for leg in till.payments.recover(quiet)]


@pytest.mark.parametrize("point", ["start", "ack", "host"])
def test_a_line_that_is_dropped_after_the_order_blocks_the_terminal_over_a_restart(
    station: Station, point: str
) -> None:
    """It may have been paid: no ticket of it, nothing new at that terminal, until it is known."""
    till = station.till()
    station.simulator.plan(f"drop={point}")
    hold = till.in_tender()
    assert till.payments.run(till.pay(hold), quiet).state is S.UNKNOWN
    till = station.again()
    item = one(till.to_settle())
    assert (item.leg.state, item.blocks_terminal, item.actions[0]) == (S.UNKNOWN, True, SettleAction.ASK)
    assert tickets(till, hold.order_id) == 0
    assert refused(lambda: till.finish_sale(till.clerk, hold.order_id)).reason is Reason.PAYMENT_OPEN
    other = till.begin_tender(till.clerk, till.held(1).order_id)
    assert refused(lambda: till.pay(other, people=(HAN,))).reason is Reason.TERMINAL_BLOCKED
    assert till.payments.ask(item.leg.intent_id, quiet).state is S.UNKNOWN
    assert later(till) == [S.NOT_PERFORMED]
    assert how_it_stands(till, station.simulator.books) == {hold.order_id: "reversed"}
    assert till.payments.run(till.pay(other, people=(HAN,)), quiet).state is S.APPROVED


@pytest.mark.parametrize("lie", ["unperformed", "stale", "phantom"])
def test_the_amount_of_the_last_sale_alone_is_never_an_approval(station: Station, lie: str) -> None:
    """The second of two equal payments was not performed, and the terminal speaks of the first."""
    till = station.till()
    first = till.in_tender()
    assert till.payments.run(till.pay(first), quiet).state is S.APPROVED
    till.sell(till.clerk, first.order_id, (LI,), received=None, quoted=first.fare)
    station.simulator.plan(lie)
    second = till.begin_tender(till.clerk, till.held(1).order_id)
    intent_id = till.pay(second, people=(HAN,))
    assert till.payments.run(intent_id, quiet).state is S.UNKNOWN
    assert station.simulator.wait_until_idle()
    assert till.payments.ask(intent_id, quiet).state is S.UNKNOWN
    assert later(till) == [S.NOT_PERFORMED]
    assert how_it_stands(till, station.simulator.books) == {first.order_id: "sold", second.order_id: "reversed"}


@pytest.mark.parametrize("station", [{"manual": True}], indirect=True)
def test_asked_while_the_pin_is_typed_it_is_not_known_and_then_it_is_paid(station: Station) -> None:
    """The counter dies while the customer looks for the PIN; started again it asks, and the customer goes on."""
    station.simulator.plan("keeps")
    points = Points()
    till = station.till(points, Times(connect_s=5.0, t3_s=5.0, t4_s=20.0, query_s=20.0))
    hold = till.in_tender()
    intent_id = till.pay(hold)

    def watch(text: str) -> None:
        """Called as the terminal says what it shows: first it wants the card, then the PIN."""
        if station.simulator.showing == ("Insert card",):
            station.simulator.press("insert")
        elif "PIN" in "".join(station.simulator.showing):
            points.armed, points.at = True, 0

    with pytest.raises(Killed):
        till.payments.run(intent_id, watch)
    till.abandon()
    till = station.till()
    assert [leg.state for leg in till.payments.recover(quiet)] == [S.UNKNOWN]
    assert later(till) == [S.UNKNOWN], "however long the customer takes"
    assert station.simulator.press("pin-ok")
    assert station.simulator.wait_until_idle()
    assert later(till) == [S.APPROVED]
    assert one(till.to_settle()).actions[0] is SettleAction.FINISH_SALE
    assert not settle(till, station.simulator.books)
    assert tickets(till, hold.order_id) == 1
    assert how_it_stands(till, station.simulator.books) == {hold.order_id: "sold"}


def test_a_completion_that_is_lost_after_the_acknowledgement_is_one_ticket(station: Station) -> None:
    till = station.till()
    station.simulator.plan("drop=acknowledged")
    hold = till.in_tender()
    assert till.payments.run(till.pay(hold), quiet).state is S.APPROVED
    till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)
    till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)
    till.print_all()
    assert tickets(till, hold.order_id) == 1
    assert [kind for kind, _ in till.tray.all()].count("ticket") == 1
    assert not list(faults(till, station.simulator.books, [], kicks=0))


def test_a_terminal_that_takes_back_another_payment_raises_an_alarm(station: Station) -> None:
    """Some take back their last one, whichever was named: the wrong customer got the money."""
    till = station.till()
    hold = till.in_tender()
    first = till.pay(hold, cny(200))
    assert till.payments.run(first, quiet).state is S.APPROVED
    assert till.payments.run(till.pay(hold, cny(400)), quiet).state is S.APPROVED
    station.simulator.plan("reverses_last")
    assert till.payments.reverse(till.clerk, first, quiet).state is S.MANUAL
    item = next(item for item in till.to_settle() if item.leg.intent_id == first)
    assert (item.alarm, item.blocks_terminal, item.actions[0]) == (True, True, SettleAction.DECIDE)
    assert refused(lambda: till.sell(till.clerk, hold.order_id, (LI,), received=None, quoted=hold.fare)).reason is (
        Reason.PAYMENT_OPEN
    )


@pytest.mark.parametrize(
    ("plan", "state"), [("abort_code=6c", S.DECLINED), ("abort_code=ff", S.UNKNOWN), ("bare_abort", S.UNKNOWN)]
)
def test_an_abort_without_a_status_is_a_refusal_only_in_so_many_words(
    station: Station, plan: str, state: PaymentState
) -> None:
    till = station.till()
    station.simulator.plan(plan)
    assert till.payments.run(till.pay(till.in_tender()), quiet).state is state


def test_a_refund_that_is_asked_for_twice_is_paid_back_once(station: Station) -> None:
    """A double click, and the same quote posted again after a restart."""
    till = station.till()
    sold = till.split(cny(20))
    quote = till.quote_refund(sold.order.tickets[0].ticket_id)
    refunded = till.refund(till.clerk, quote)
    (leg,) = till.refund_payments(refunded)
    assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    till = station.again()
    assert till.refund(till.clerk, quote).refund_id == refunded.refund_id
    assert till.refund_payments(refunded) == []
    assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    again = till.quote_refund
    assert refused(lambda: again(sold.order.tickets[0].ticket_id)).reason is Reason.ALREADY_REFUNDED
    stored = [(entry.kind, entry.state, entry.amount_minor) for entry in station.simulator.books.batch]
    assert stored == [("payment", "reversed", 20_00), ("reversal", "stored", 20_00)]
    assert how_it_stands(till, station.simulator.books) == {sold.order.order_id: "given_back"}


@pytest.mark.parametrize("station", [{"card": card} for card in ("visa", "amex", "girocard")], indirect=True)
def test_a_whole_card_number_from_the_terminal_is_nowhere(
    station: Station, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It comes with every status, tracks and all: no file, no log, no paper, no journal has it."""
    number = CARDS[station.simulator.settings.card].number
    for name in ("unmasked", "tracks"):
        station.simulator.faults.set(name, "on")
    caplog.set_level(logging.DEBUG)
    till = station.till()
    sold = till.split(cny(20), (LI,))
    refunded = till.refund(till.clerk, till.quote_refund(sold.order.tickets[0].ticket_id))
    for leg in till.refund_payments(refunded):
        assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    station.simulator.plan("decline=05 unmasked tracks")
    hold = till.begin_tender(till.clerk, till.held(1).order_id)
    assert till.payments.run(till.pay(hold, people=(HAN,)), quiet).state is S.DECLINED
    papers = [
        repr(till.start_job(job.job_id))
        for job in till.jobs.open()
        if job.state is JobState.QUEUED and job.kind != "drawer"
    ]
    with till.store.reading() as books:
        papers += [repr(entry) for entry in books.journal.entries()]
        legs = [one for one in books.payments.of_order(sold.order.order_id) if one.tender is Tender.CARD]
    assert legs
    assert all(leg.evidence.card.endswith(number[-4:]) for leg in legs if leg.evidence.card)
    till.abandon()
    told = "\n".join([*papers, caplog.text])
    forms = _forms(number)
    assert not [form for form in forms if form.decode("latin-1") in told]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert not [(path.name, form) for path in files for form in forms if form in path.read_bytes()]


def _forms(number: str) -> list[bytes]:
    """As text, in groups, in UTF-16, packed; all but its last digit too, and its long middle."""
    groups: list[Any] = [number[at : at + 4] for at in range(0, len(number), 4)]
    texts = [number, " ".join(groups), "-".join(groups), number[:-1], number[4:-2]]
    packed = [
        bytes.fromhex(number[: len(number) // 2 * 2]),
        bytes.fromhex((number + "F")[: (len(number) + 1) // 2 * 2]),
    ]
    return [text.encode() for text in texts] + [number.encode("utf-16-le"), number.encode("utf-16-be"), *packed]
