"""A charge that contradicts itself, and two people who decide it. Alone, or unjournaled, one could take the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from central.acts import list_acts
from central.payments.deciding import Deciding, Verdict
from central.simulators.gateway.faults import Fault
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from counter_app.wire import messages as m
from tests.contract.gateway_house import GatewayHouse, gateway_house
from tests.postgres import Database

WANG = Actor(user_id=UUID(int=1), login="wang", display_name="", role=Role.SUPERVISOR)
ZHAO = replace(WANG, user_id=UUID(int=2), login="zhao")
LI = replace(WANG, user_id=UUID(int=3), login="li", role=Role.CLERK)


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[GatewayHouse]:
    with gateway_house(fresh_database, tmp_path) as made:
        yield made


def manual(house: GatewayHouse) -> m.PayCharge:
    """Approved in another sum than was asked for, under a good signature."""
    charge = house.charge_of("wechat")
    house.fault(Fault.DROP_AFTER, "pay")
    house.pay(charge)
    house.simulator.books("wechat").trades[charge.intent_id.hex].amount_minor += 100
    house.go(20)
    assert house.ask(charge.intent_id).state is m.PayState.MANUAL
    return charge


def test_two_people_say_what_is_so(house: GatewayHouse) -> None:
    charge = manual(house)
    deciding = Deciding(house.world.services)
    (listed,) = deciding.open(house.connection)
    assert (listed.intent_id, listed.what, listed.state, listed.reason, listed.window) == (
        *(charge.intent_id, "charge", "manual", "amount_differs"),
        "AAA/1",
    )
    given = (charge.intent_id, Verdict.PAID, "its page says 26.00")
    for first, second, reason in (
        (LI, ZHAO, Reason.NOT_ALLOWED),
        (WANG, LI, Reason.NOT_ALLOWED),
        (WANG, WANG, Reason.SECOND_PERSON_NEEDED),
    ):
        with pytest.raises(Refusal) as caught:
            deciding.decide(house.connection, first, second, *given)
        assert caught.value.reason is reason
    for verdict, reason_given, reason in (
        (Verdict.PAID, " ", Reason.REASON_NEEDED),
        (Verdict.PAID, "x" * 201, Reason.BAD_INPUT),
        (Verdict.PAID_BACK, "a refund's word", Reason.BAD_INPUT),
    ):
        with pytest.raises(Refusal) as caught:
            deciding.decide(house.connection, WANG, ZHAO, charge.intent_id, verdict, reason_given)
        assert caught.value.reason is reason
    assert len(deciding.open(house.connection)) == 1
    deciding.decide(house.connection, WANG, ZHAO, *given)
    assert deciding.open(house.connection) == []
    assert house.ask(charge.intent_id).state is m.PayState.APPROVED
    act = list_acts(house.connection)[0]
    assert (act.kind, act.by, act.second) == ("payment_decided", "wang", "zhao")
    assert act.body["reason"] == "its page says 26.00"
    house.settle()
    assert house.ask(charge.intent_id).state is m.PayState.APPROVED, "nothing asks the gateway about it again"
    with pytest.raises(Refusal) as caught:
        deciding.decide(house.connection, WANG, ZHAO, *given)
    assert caught.value.facts["field"] == "payment"


@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.NOT_PAID, m.PayState.NOT_PERFORMED), (Verdict.REVERSED, m.PayState.REVERSED)]
)
def test_no_money_is_held(house: GatewayHouse, verdict: Verdict, state: m.PayState) -> None:
    charge = manual(house)
    Deciding(house.world.services).decide(house.connection, WANG, ZHAO, charge.intent_id, verdict, "asked WeChat")
    assert house.ask(charge.intent_id).state is state
    refused = house.refund(house.refund_of(charge))
    assert refused.state is m.PayState.DECLINED, "there is nothing to give back"


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(Verdict.PAID_BACK, m.PayState.PAID_BACK), (Verdict.NOT_PAID_BACK, m.PayState.NOT_PERFORMED)],
)
def test_a_refund(house: GatewayHouse, verdict: Verdict, state: m.PayState) -> None:
    """Of one that was not paid back the money may go back by another; of one that was, it may not."""
    charge = house.charge_of("alipay")
    house.pay(charge)
    refund = house.refund_of(charge)
    house.refund(refund)
    house.connection.execute("UPDATE payment_refund SET state = 'manual', paid_at = NULL, reason = 'gave_up'")
    deciding = Deciding(house.world.services)
    assert [(one.what, one.reason) for one in deciding.open(house.connection)] == [("refund", "gave_up")]
    with pytest.raises(Refusal):
        deciding.decide(house.connection, WANG, ZHAO, refund.intent_id, Verdict.REVERSED, "a charge's word")
    deciding.decide(house.connection, WANG, ZHAO, refund.intent_id, verdict, "asked Alipay")
    assert house.ask(refund.intent_id).state is state
    if verdict is Verdict.NOT_PAID_BACK:
        house.simulator.books("alipay").trades[charge.intent_id.hex].backs.clear()
    again = house.refund(house.refund_of(charge))
    assert (again.state is m.PayState.DECLINED) == (verdict is Verdict.PAID_BACK)


def test_those_that_central_still_asks_about_are_not_for_people(house: GatewayHouse) -> None:
    charge = house.charge_of("wechat")
    house.fault(Fault.DROP_BEFORE, "pay")
    house.pay(charge)
    deciding = Deciding(house.world.services)
    assert deciding.open(house.connection) == []
    assert [one.intent_id for one in deciding.open(house.connection, asked_too=True)] == [charge.intent_id]
    for intent_id in (charge.intent_id, UUID(int=7)):
        with pytest.raises(Refusal):
            deciding.decide(house.connection, WANG, ZHAO, intent_id, Verdict.PAID, "no")
