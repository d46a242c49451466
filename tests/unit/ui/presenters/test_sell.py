"""The sale without a window: what is asked, and what late answers may not do."""

from __future__ import annotations

from typing import Any

import pytest

from counter_app.domain.coaches import PlaceRef
from counter_app.errors import OutcomeUnknown, Reason, Refusal
from counter_app.ports.prints import JobState
from tests.ui.fake_desk import FakeDesk
from ui.presenters.checkout import Basket, CheckoutPresenter, Stage
from ui.presenters.lane import InlineLanes, Lane, Trouble
from ui.presenters.sell import SellPresenter

ID = "430102199003070012"


class Till:
    """A fake desk, lanes that can be held back, and what the presenter said."""

    def __init__(self, *, hold: bool = False) -> None:
        self.desk = FakeDesk()
        self.actor = self.desk.people["wang"]
        self.desk.open_shift(self.actor, {10000: 1})
        self.lanes = InlineLanes(hold=hold)
        self.changes: list[str] = []
        self.troubles: list[Trouble] = []
        self.sell = SellPresenter(
            lambda: self.desk,
            self.lanes,
            lambda: self.actor,
            changed=self.changes.append,
            troubled=self.troubles.append,
        )

    def found(self) -> None:
        self.sell.type_line("csn gzn +1")

    def held(self) -> None:
        self.found()
        self.sell.open_run(self.sell.offers.shown()[0], "second")

    def ready(self) -> Basket:
        self.held()
        self.sell.put_passenger(0, name="王小明", document=ID)
        sell = self.sell
        assert sell.offer is not None
        assert sell.hold is not None
        assert sell.form is not None
        assert sell.quote is not None
        return Basket(offer=sell.offer, hold=sell.hold, passengers=sell.form.inputs(), quote=sell.quote, sold=sell.sold)


def test_only_the_newest_line_is_listened_to() -> None:
    """Lost otherwise: results of what was typed before, under the line that stands there now."""
    till = Till(hold=True)
    till.sell.type_line("csn whn")
    till.sell.type_line("csn gzn")
    till.lanes.flush()
    assert till.sell.reading is not None
    assert till.sell.reading.line == "csn gzn"
    assert {run.destination.name for run in till.sell.offers.found} == {"广州南"}


def test_results_do_not_outlive_the_line_they_belong_to() -> None:
    """Lost otherwise: Enter on a train of the route that was typed before."""
    till = Till()
    till.found()
    assert till.sell.offers.found
    till.sell.type_line("csn qqqq")
    assert not till.sell.offers.found
    till.found()
    assert till.sell.offers.found
    till.sell.type_line("")
    assert not till.sell.offers.found
    assert till.sell.query.route is None


def test_enter_pressed_before_the_list_is_there_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a quick typist's Enter."""
    till = Till(hold=True)
    till.sell.type_line("G6031 csn gzn +1")
    till.lanes.waiting.pop(0)()
    assert till.sell.searching
    till.sell.query = type(till.sell.query)(
        origin=till.sell.query.origin,
        destination=till.sell.query.destination,
        on=till.sell.query.on,
        service="G6031",
        travel_class="second",
        passengers={"adult": 1},
    )
    assert till.sell.go_on()
    till.lanes.flush()
    assert till.sell.hold is not None
    assert till.sell.hold.run.trip_id == "G6031"


def test_enter_alone_never_sells_what_was_not_named() -> None:
    """Lost otherwise: the wrong class on a ticket, by a silent guess."""
    till = Till()
    till.found()
    assert not till.sell.go_on()
    assert till.sell.hold is None


def test_a_hold_that_comes_after_the_sale_was_given_up_is_let_go() -> None:
    """Lost otherwise: places blocked for ten minutes for nobody."""
    till = Till(hold=True)
    till.sell.type_line("csn gzn +1")
    till.lanes.flush()
    till.sell.open_run(till.sell.offers.shown()[0], "second")
    till.sell.start_anew()
    till.lanes.flush()
    assert till.sell.hold is None
    assert not till.desk._holds


def test_giving_up_lets_the_places_go() -> None:
    """Lost otherwise: a train that is full of customers who went home."""
    till = Till()
    till.held()
    assert till.desk._holds
    till.sell.start_anew()
    assert not till.desk._holds
    assert till.sell.form is None


def test_places_that_went_are_said_and_the_map_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a map on which the taken seat still looks free."""
    till = Till()
    till.held()
    before = till.sell.hold
    assert till.sell.choice is not None

    def taken(*_args: Any, **_kwargs: Any) -> Any:
        raise Refusal(Reason.PLACE_TAKEN)

    monkeypatch.setattr(till.desk, "hold", taken)
    till.changes.clear()
    assert till.sell.toggle(PlaceRef("03", "01B"))
    assert [t.reason for t in till.troubles if isinstance(t, Refusal)] == [Reason.PLACE_TAKEN]
    assert till.sell.hold == before
    assert till.sell.choice.chosen == [PlaceRef("03", "01A")]
    assert "map" in till.changes


def test_a_seat_of_another_class_begins_the_choice_anew() -> None:
    """Lost otherwise: one sale in two classes, which no fare covers."""
    till = Till()
    till.held()
    assert till.sell.map is not None
    states = till.sell.map.states
    free = next(ref for ref, state in states.items() if ref.coach == "02" and state.value == "free")
    assert till.sell.toggle(free)
    assert till.sell.hold is not None
    assert till.sell.hold.travel_class == "first"
    assert till.sell.hold.places == (free,)


def test_the_price_is_asked_only_when_the_form_is_complete() -> None:
    """Lost otherwise: a total on the screen that belongs to other passengers."""
    till = Till()
    till.held()
    quoted = []
    for fields in ({}, {"name": "王小明", "document": ID}, {"name": ""}):
        till.sell.put_passenger(0, **fields)
        quoted.append(till.sell.quote is not None)
    assert quoted == [False, True, False]


def test_every_call_goes_to_its_lane() -> None:
    """Lost otherwise: a window that waits for the store, or two writers."""
    till = Till()
    till.ready()
    assert set(till.lanes.ran) == {Lane.READ, Lane.DATABASE}
    assert till.lanes.ran.count(Lane.DATABASE) == 1


class Desk(Till):
    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Any] = []
        self.checkout = CheckoutPresenter(
            lambda: self.desk,
            self.lanes,
            lambda: self.actor,
            changed=lambda: None,
            troubled=self.troubles.append,
            printed=self.jobs.extend,
            sold=lambda sale: self.jobs.extend(sale.jobs),
        )


def test_tender_begins_before_money_and_the_printer_is_looked_at() -> None:
    """Lost otherwise: money taken for places that can still go, or for a ticket that cannot be printed."""
    desk = Desk()
    desk.lanes.ran.clear()
    basket = desk.ready()
    desk.lanes.ran.clear()
    desk.checkout.begin(basket)
    assert desk.lanes.ran[0] is Lane.DATABASE
    assert Lane.PRINTER in desk.lanes.ran
    assert desk.checkout.stage is Stage.TENDER
    assert desk.desk._holds[basket.hold.order_id].expires_at is None
    assert desk.checkout.quick[0] == desk.checkout.due


def test_too_little_is_never_sold_and_change_is_exact() -> None:
    """Lost otherwise: the drawer."""
    desk = Desk()
    desk.checkout.begin(desk.ready())
    due = desk.checkout.due
    desk.checkout.receive(type(due)(due.minor - 1, due.currency))
    assert not desk.checkout.confirm()
    desk.checkout.receive(type(due)(due.minor + 1, due.currency))
    assert desk.checkout.confirm()
    assert desk.checkout.sale is not None
    assert desk.checkout.sale.change.minor == 1
    assert len(desk.jobs) == 1
    assert desk.sell.hold is None


def test_a_refused_sale_leaves_the_tender_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a clerk with the customer's money and no way on."""
    desk = Desk()
    desk.checkout.begin(desk.ready())

    def refused(*_args: Any, **_kwargs: Any) -> Any:
        raise Refusal(Reason.SHIFT_CLOSED)

    monkeypatch.setattr(desk.desk, "sell", refused)
    desk.checkout.receive(desk.checkout.due)
    desk.checkout.confirm()
    assert desk.checkout.stage is Stage.TENDER
    assert desk.troubles


def test_an_unknown_sale_can_be_neither_confirmed_nor_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: the sale twice, or its places to another while its ticket is valid."""
    desk = Desk()
    desk.checkout.begin(desk.ready())
    asked: list[str] = []

    def unknown(*_args: Any, **_kwargs: Any) -> Any:
        asked.append("sell")
        raise OutcomeUnknown("sale")

    monkeypatch.setattr(desk.desk, "sell", unknown)
    monkeypatch.setattr(desk.desk, "end_tender", lambda *_args: asked.append("end"))
    desk.checkout.receive(desk.checkout.due)
    desk.checkout.confirm()
    assert not desk.checkout.confirm()
    desk.checkout.back(lambda _hold: asked.append("back"))
    assert asked == ["sell"]
    assert desk.checkout.stage is Stage.UNKNOWN


def test_a_spoiled_paper_is_followed_by_its_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost otherwise: a customer who paid and has no ticket."""
    from dataclasses import replace
    from uuid import UUID

    desk = Desk()
    desk.checkout.begin(desk.ready())
    desk.checkout.receive(desk.checkout.due)
    desk.checkout.confirm()
    job = replace(next(j for j in desk.desk.print_jobs() if j.job_id == desk.jobs[0]), state=JobState.UNKNOWN)
    desk.checkout.job_ended(job)
    assert desk.checkout.papers.to_answer == job
    monkeypatch.setattr(desk.desk, "settle_job", lambda _actor, _job, *, came_out: None if came_out else UUID(int=7))
    printed: list[UUID] = []
    desk.checkout.papers.answer(came_out=False, print_copy=printed.extend)
    assert printed == [UUID(int=7)]
    assert desk.checkout.papers.jobs[job.job_id].state is JobState.SETTLED_SPOILED
    assert desk.checkout.papers.jobs[UUID(int=7)].copy_number == job.copy_number + 1
