"""Twenty by card and the rest in coins; the end of the terminal's day. Real driver over TCP, real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.application.payment_views import ClosingView
from counter_app.application.payments.terminal_day import TerminalDay
from counter_app.application.views import Sold
from counter_app.domain.journal import Kind
from counter_app.domain.payments import PaymentState, Tender
from devices.simulators.terminal.serve import TerminalSimulator
from tests.e2e.payment_acts import quiet
from tests.e2e.payment_world import KillTill
from tests.e2e.test_payment_cases import BRIEF, Station
from tests.unit.counter_app.application.counter import SmallCatalogue, trip
from tests.unit.counter_app.application.payments.test_split_sale import PASSWORD, bodies
from tests.unit.counter_app.application.payments.till import HAN, LI, cny
from tests.unit.devices.simulators.till import terminal

S = PaymentState


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with terminal(currency=156) as simulator:
        made = Station(tmp_path, simulator)
        yield made
        for till in made.lives:
            till.abandon()


def test_twenty_by_card_and_12_33_in_coins_of_five(station: Station) -> None:
    """Only the cash is rounded, the drawer opens once, and the card gets back no more than it paid."""
    till = station.till()
    till.catalogue = SmallCatalogue(replace(trip("G1"), cumulative_fares={"second": (0, 32_33, 32_33, 32_33, 32_33)}))
    hold = till.in_tender()
    assert hold.fare == cny(32.33)
    assert till.payments.run(till.pay(hold, cny(20)), quiet).state is S.APPROVED
    sold = till.sell(till.clerk, hold.order_id, (LI,), received=cny(20), quoted=hold.fare)
    till.print_all()
    assert (sold.change, till.cash()) == (cny(7.65), 12_35)
    assert kicks(till) == 1
    assert held(station.simulator) == 20_00
    (body,) = bodies(till, Kind.SOLD)
    assert [(leg["tender"], leg["amount_minor"], leg["rounding_minor"]) for leg in body["tenders"]] == [
        ("card", 20_00, 0),
        ("cash", 12_33, 2),
    ]
    ticket = sold.order.tickets[0]
    quote = till.quote_refund(ticket.ticket_id)
    refunded = till.refund(till.clerk, quote)
    for leg in till.refund_payments(refunded):
        assert leg.amount.minor <= 20_00
        assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    till.print_all()
    (body,) = bodies(till, Kind.REFUNDED)
    legs = {leg["tender"]: (leg["amount_minor"], leg["rounding_minor"]) for leg in body["legs"]}
    assert legs["card"] == (20_00, 0)
    cash, rounding = legs["cash"]
    assert cash == quote.refundable.minor - 20_00
    assert (cash + rounding) % 5 == 0
    assert abs(rounding) <= 2
    assert till.cash() == 12_35 - cash - rounding
    assert kicks(till) == 2, "one for the sale, one for the refund"
    assert held(station.simulator) == 0


def kicks(till: KillTill) -> int:
    return sum(kind == "drawer" for kind, _ in till.tray.all())


def held(simulator: TerminalSimulator) -> int:
    """What the terminal would hand over at the end of its day."""
    return simulator.books.totals("", 0).total_minor


# ---- the end of the terminal's day


def end(till: KillTill) -> ClosingView:
    day = TerminalDay(store=till.store, terminal=till.terminal, clock=till.clock, ids=till.ids)
    till.clock.go(seconds=1)
    closing = day.end(till.clerk, quiet)
    till.clock.go(seconds=1)
    assert closing.done
    return closing


def sale(till: KillTill, people: tuple[object, ...] = (LI,)) -> Sold:
    return till.split(cny(20), people)  # type: ignore[arg-type]


def test_a_day_with_what_was_taken_back(station: Station) -> None:
    """Refused, reversed while it was loose, reversed after the sale, credited: the terminal and the journal agree."""
    till = station.till()
    sale(till)
    station.simulator.plan("decline=05")
    loose = till.begin_tender(till.clerk, till.held(1).order_id)
    assert till.payments.run(till.pay(loose, cny(30), people=(HAN,)), quiet).state is S.DECLINED
    again = till.pay(loose, cny(30), people=(HAN,))
    assert till.payments.run(again, quiet).state is S.APPROVED
    assert till.payments.reverse(till.clerk, again, quiet).state is S.REVERSED
    other = sale(till, (HAN,))
    refunded = till.refund(till.clerk, till.quote_refund(other.order.tickets[0].ticket_id))
    for leg in till.refund_payments(refunded):
        assert till.payments.run(leg.intent_id, quiet).state is S.APPROVED
    closing = end(till)
    assert (closing.ours_count, closing.ours, closing.differences) == (1, cny(20), ())
    assert (closing.theirs_count, closing.theirs) == (1, cny(20))
    assert end(till).differences == ()


@pytest.mark.parametrize("fault", ["drop=acknowledged keeps", "drop=start"])
def test_a_payment_that_was_carried_is_no_difference(station: Station, fault: str) -> None:
    """Nobody knows yet whether it stands in the terminal's day: neither may be called wrong, today or tomorrow."""
    till = station.till()
    sale(till)
    station.simulator.plan(fault)
    hold = till.begin_tender(till.clerk, till.held(1).order_id)
    lost = till.pay(hold, cny(30), people=(HAN,))

    def busy(text: str) -> None:
        del text
        station.simulator.faults.set("enquiry", "9C")  # whoever asks what became of it is told to wait

    assert till.payments.run(lost, busy).state is S.UNKNOWN
    assert station.simulator.wait_until_idle()
    station.simulator.faults.set("enquiry", "off")
    till.carry(till.clerk, lost, note="bank asked", supervisor="wang", supervisor_password=PASSWORD)
    closing = end(till)
    assert (closing.ours_count, closing.ours, closing.differences) == (1, cny(20), ())
    assert closing.theirs == cny(50) if "keeps" in fault else cny(20)
    till.clock.go(seconds=301)
    assert till.payments.ask(lost, quiet).state is (S.APPROVED if "keeps" in fault else S.NOT_PERFORMED)
    sale(till, (HAN,))
    closing = end(till)
    assert (closing.ours_count, closing.differences) == (1, ())


def test_what_really_differs_is_listed_with_both_sums(station: Station) -> None:
    """Somebody keyed a payment at the terminal itself."""
    till = station.till()
    sale(till)
    stranger = KillTill(station.folder / "other" / "profile", station.simulator.serve_tcp(), times=BRIEF)
    station.lives.append(stranger)
    stranger.open_shift()
    sale(stranger)
    stranger.terminal.close()
    closing = end(till)
    found = [(one.kind, one.ours_minor, one.theirs_minor) for one in closing.differences]
    assert found == [("count", 1, 2), ("amount", 20_00, 40_00)]
    assert {one.tender for one in closing.differences} == {Tender.CARD}
