"""What sales, refunds and the rest of a journal become at central: rules C1 to C7, each with its verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from central.tx import Connection
from counter_app.domain.journal import Entry, Json, Kind
from counter_app.wire.messages import ClaimAct, ClaimRequest, ClaimStatus, Verdict, WireRun
from tests.conftest import LogWatch
from tests.unit.central.journal.counter import PRICE, Counter, enrol
from tests.unit.central.stock.world import DAY, World, act


@pytest.fixture
def counter(world: World) -> Counter:
    return enrol(world)


def claimed(counter: Counter, run: WireRun, place: str, **more: Any) -> ClaimRequest:
    """A place held, and leased before the money."""
    world = counter.world
    asked = world.ask(run, places=(place,), travel_class="", **more)
    assert world.desk.claim(counter.device, asked, world.connection).status is ClaimStatus.HELD
    assert world.desk.lease(counter.device, act(asked), world.connection).status is ClaimStatus.LEASED
    return asked


def sell_claimed(counter: Counter, run: WireRun, place: str, **more: Any) -> Entry:
    asked = claimed(counter, run, place, **more)
    return counter.sell(run, place, board=asked.board, alight=asked.alight, claim_id=asked.claim_id)


def rows(world: World, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return world.connection.execute(sql, parameters).fetchall()


def cells(world: World, run: WireRun) -> dict[str, set[str]]:
    """Place → the states of its cells."""
    found: dict[str, set[str]] = {}
    for place, state in rows(
        world,
        "SELECT place, state FROM place_leg WHERE service_date = %s AND run_id = %s",
        run.service_date,
        run.run_id,
    ):
        found.setdefault(place, set()).add(state)
    return found


def states(world: World) -> list[tuple[str, str]]:
    return rows(world, "SELECT place, state FROM ticket ORDER BY seq, place")


def verdict(counter: Counter, seq: int) -> Verdict:
    (found,) = counter.judge.verdicts(counter.world.connection, counter.device.device_id, 1, seq, seq)
    return found


def in_feed(counter: Counter, seq: int) -> dict[str, Any] | None:
    """The verdict as the device's feed has it."""
    import json

    found = rows(
        counter.world,
        "SELECT body FROM feed_item WHERE shard = %s AND key = %s",
        f"device/{counter.device.device_id}",
        f"verdict/1/{seq}",
    )
    return json.loads(found[0][0]) if found else None


# ---- sold ------------------------------------------------------------------------------------------------------


def test_a_sale_of_a_claim_makes_ticket_money_and_cells(counter: Counter) -> None:
    """C2, the everyday case: central has the ticket, the money and the place, and nothing to say."""
    world, run = counter.world, counter.world.run()
    entry = sell_claimed(counter, run, "01/01A")
    answer = counter.push()
    assert answer.verdicts == ()
    assert answer.judged_seq == 1
    assert cells(world, run) == {"01/01A": {"SOLD"}}
    assert states(world) == [("01/01A", "FULFILLED")]
    assert counter.cash() == PRICE
    number = entry.body["tickets"][0]["number"]  # type: ignore[index,call-overload]
    assert rows(world, "SELECT number FROM ticket_number") == [(number,)]
    counter.push()
    assert counter.cash() == PRICE


def test_a_refund_frees_the_place_and_pays_back(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    entry = sell_claimed(counter, run, "01/01A")
    counter.push()
    counter.refund(entry, amount=PRICE - 300)
    answer = counter.push(2)
    assert answer.verdicts == ()
    assert cells(world, run) == {}
    assert states(world) == [("01/01A", "REFUNDED")]
    assert counter.cash() == 300


def test_sold_refunded_and_sold_again_in_one_batch(counter: Counter) -> None:
    """A counter that comes back after hours sends all of it at once; its order counts."""
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/01A")
    first = counter.sell(run, "01/01A", claim_id=asked.claim_id)
    counter.refund(first)
    second = counter.sell(run, "01/01A")
    answer = counter.push()
    assert [(v.seq, v.judgement.value, v.reason) for v in answer.verdicts] == [(3, "accepted", "late")]
    assert cells(world, run) == {"01/01A": {"SOLD"}}
    assert sorted(state for _, state in states(world)) == ["FULFILLED", "REFUNDED"]
    claim = rows(world, "SELECT DISTINCT claim_id FROM place_leg")
    assert claim == [(UUID(str(second.body["claim_id"])),)]


def test_an_abandoned_sale_frees_what_was_leased(counter: Counter) -> None:
    """Decisions 12: only settlement frees a leased claim, and this is it."""
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/02B")
    assert cells(world, run) == {"01/02B": {"LEASED"}}
    body = {
        "order_id": str(asked.order_id),
        "claim_id": str(asked.claim_id),
        "run_id": str(run.run_id),
        "service_date": run.service_date.isoformat(),
        "origin": "central",
    }
    counter.write(Kind.SALE_ABANDONED, dict(body))
    counter.write(Kind.SALE_ABANDONED, {"order_id": str(asked.order_id), "claim_id": str(asked.claim_id)})
    assert counter.push().verdicts == ()
    assert cells(world, run) == {}


def test_c3_sold_late_an_unpaid_hold_yields(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    other = enrol(world)
    asked = world.ask(run, places=("01/01A",), travel_class="")
    assert world.desk.claim(other.device, asked, world.connection).status is ClaimStatus.HELD
    counter.sell(run, "01/01A")
    (told,) = counter.push().verdicts
    assert (told.judgement.value, told.reason, told.owner) == ("accepted", "late", "")
    assert cells(world, run) == {"01/01A": {"SOLD"}}
    late = world.desk.lease(
        other.device,
        ClaimAct(claim_id=asked.claim_id, run_id=run.run_id, service_date=run.service_date),
        world.connection,
    )
    assert late.status is ClaimStatus.GONE


def test_c4_the_first_at_central_keeps_the_place_and_the_other_is_reseated(counter: Counter) -> None:
    """The paper stays valid: ticket and money are there, its holder has to be found a place."""
    world, run = counter.world, counter.world.run()
    other = enrol(world)
    sell_claimed(other, run, "01/01A")
    other.push()
    counter.sell(run, "01/01A", "01/01B")
    (told,) = counter.push().verdicts
    assert (told.judgement.value, told.reason, told.owner, told.next_step) == (
        "conflict",
        "displaced",
        "supervisor",
        "reseat",
    )
    assert sorted(states(world)) == [("01/01A", "DISPLACED"), ("01/01A", "FULFILLED"), ("01/01B", "FULFILLED")]
    assert counter.cash() == 2 * PRICE
    ((kind, ticket_id),) = rows(world, "SELECT kind, ticket_id FROM incident")
    assert kind == "displaced"
    assert rows(world, "SELECT place, state FROM ticket WHERE ticket_id = %s", ticket_id) == [("01/01A", "DISPLACED")]
    item = in_feed(counter, 1)
    assert item is not None
    assert item["reason"] == "displaced"
    # Given back: the money, not the place.
    refund = counter.refund(counter.entries[0], 0)
    counter.push(refund.seq)
    assert cells(world, run) == {"01/01A": {"SOLD"}, "01/01B": {"SOLD"}}


def test_c5_two_windows_give_back_one_ticket(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    other = enrol(world)
    entry = sell_claimed(counter, run, "01/01A")
    counter.push()
    other.refund(entry)
    other.push()
    counter.refund(entry)
    (told,) = counter.push(2).verdicts
    assert (told.judgement.value, told.reason, told.next_step) == (
        "conflict",
        "already_refunded",
        "shift_discrepancy",
    )
    assert told.facts["by"] == other.device.window
    assert told.facts["amount_minor"] == PRICE
    assert (counter.cash(), other.cash()) == (0, -PRICE)
    assert states(world) == [("01/01A", "REFUNDED")]


@pytest.mark.parametrize(
    ("policy", "issue", "facts"),
    [
        ("demonstration@9", "issue-1", {"policy": "demonstration@9"}),
        ("of-nobody@1", "issue-1", {"policy": "of-nobody@1"}),
        ("demonstration@1", "issue-0", {"issue": "issue-0"}),
    ],
)
def test_c6_a_tariff_that_central_never_gave_out(
    counter: Counter, policy: str, issue: str, facts: dict[str, str]
) -> None:
    """The passenger has paid the printed price: the money counts, and somebody looks at it."""
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/01A")
    counter.sell(run, "01/01A", claim_id=asked.claim_id, policy=policy, issue_id=issue)
    (told,) = counter.push().verdicts
    assert (told.judgement.value, told.reason, told.next_step) == ("conflict", "unknown_tariff", "check_price")
    assert told.facts == facts
    assert counter.cash() == PRICE
    assert states(world) == [("01/01A", "FULFILLED")]


def test_c6_an_old_tariff_is_one_question_and_not_a_thousand(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    world.connection.execute(
        "INSERT INTO policy SELECT name, 2, body, %s FROM policy", (world.clock.now() + timedelta(days=1),)
    )
    first = world.clock.now()
    for n, place in enumerate(["01/01A", "01/01B", "01/01C", "01/01D"]):
        asked = claimed(counter, run, place)
        counter.write(
            Kind.SOLD,
            counter.sold_body(run, [place], claim_id=asked.claim_id),
            at=first + timedelta(hours=23 + 2 * n),  # 23: in force; 25: central's word may not have come yet
        )
    world.clock.at += timedelta(days=2)
    (told,) = counter.push(1, 3).verdicts
    assert (told.seq, told.reason) == (3, "old_tariff")
    assert counter.push(4).verdicts == ()
    assert counter.cash() == 4 * PRICE


def test_c7_a_cancelled_run_goes_to_the_disruption_desk(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/01A")
    world.connection.execute("UPDATE run SET state = 'cancelled', version = version + 1")
    counter.sell(run, "01/01A", claim_id=asked.claim_id)
    (told,) = counter.push().verdicts
    assert (told.reason, told.next_step) == ("run_cancelled", "disruption_desk")
    assert rows(world, "SELECT kind, trip_id FROM incident, run") == [("run_cancelled", "T1")]
    assert states(world) == [("01/01A", "FULFILLED")]
    assert counter.cash() == PRICE


def test_c7_a_changed_run_and_one_that_nobody_knows(counter: Counter) -> None:
    world = counter.world
    run = world.run()
    sell_claimed(counter, run, "01/01A")
    counter.sell(replace(run, pattern="older"), "01/01B")
    unknown = world.numbers.new()
    counter.sell(replace(run, run_id=unknown), "01/01A")
    told = counter.push().verdicts
    assert [(one.seq, one.reason) for one in told] == [(2, "run_changed"), (3, "unknown_run")]
    assert counter.cash() == 3 * PRICE
    assert len(states(world)) == 3


# ---- numbers, shifts, others -----------------------------------------------------------------------------------


def test_a_number_given_twice_and_one_of_another_window(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    first = sell_claimed(counter, run, "01/01A")
    asked = claimed(counter, run, "01/01B")
    body = counter.sold_body(run, ["01/01B"], claim_id=asked.claim_id)
    body["tickets"][0]["number"] = first.body["tickets"][0]["number"]  # type: ignore[index,call-overload]
    counter.write(Kind.SOLD, body)
    asked = claimed(counter, run, "01/01C")
    body = counter.sold_body(run, ["01/01C"], claim_id=asked.claim_id)
    body["tickets"][0]["number"] = "XYZ-01-1-000001-1"  # type: ignore[index,call-overload]
    counter.write(Kind.SOLD, body)
    counter.push()
    assert counter.verdicts() == {2: ("conflict", "duplicate_number"), 3: ("conflict", "foreign_number")}
    assert len(states(world)) == 3
    assert counter.cash() == 3 * PRICE


def test_a_sale_told_twice_is_settled_once(counter: Counter) -> None:
    world, run = counter.world, counter.world.run()
    entry = sell_claimed(counter, run, "01/01A")
    counter.push()
    counter.write(Kind.SOLD, dict(entry.body))
    counter.push(2)
    assert counter.verdicts() == {2: ("conflict", "duplicate_ticket")}
    assert len(states(world)) == 1


def test_the_drawer_is_compared_when_it_is_counted(counter: Counter) -> None:
    """cash = journal = central: a difference is said on the day, not at the audit."""
    run, shift = counter.world.run(), str(counter.shift_id)
    counter.write(
        Kind.SHIFT_OPENED,
        {"shift_id": shift, "number": 1, "user_id": "u", "movement_id": "m", "float": {}, "float_minor": 20_000},
    )
    sell_claimed(counter, run, "01/01A")
    counter.write(Kind.CASH_MOVED, {"shift_id": shift, "kind": "drop", "amount_minor": -5_000, "reason": "safe"})
    declared: dict[str, Json] = {"shift_id": shift, "count": {}, "declared_minor": 16_000}
    counter.write(Kind.SHIFT_DECLARED, {**declared, "expected_minor": 15_000 + PRICE})
    counter.write(Kind.SHIFT_DECLARED, {**declared, "expected_minor": 15_000 + PRICE + 1})
    (told,) = counter.push().verdicts
    assert (told.seq, told.reason) == (5, "shift_differs")
    assert told.facts["central_minor"] == 15_000 + PRICE


def test_certificate_profile_and_lease_must_be_centrals(counter: Counter) -> None:
    world = counter.world
    counter.write(
        Kind.PROFILE_CREATED,
        {"station_code": "AAA", "counter": counter.device.counter, "operator_key": "00" * 32, "training": False},
    )
    counter.write(Kind.EPOCH_STARTED, {"certificate": counter.certificate, "reason": "enrolled"})
    counter.write(Kind.EPOCH_STARTED, {"certificate": {**counter.certificate, "counter": 77}, "reason": "x"})
    counter.write(
        Kind.LEASE_TAKEN,
        {"lease_id": str(world.numbers.new()), "run_id": str(world.run().run_id),
         "service_date": DAY.isoformat(), "holder_epoch": 1},
    )  # fmt: skip
    counter.push()
    assert counter.verdicts() == {
        1: ("conflict", "wrong_profile"),
        3: ("conflict", "foreign_certificate"),
        4: ("conflict", "unknown_lease"),
    }


def test_a_clock_far_ahead_is_said_once(counter: Counter) -> None:
    for days in (1, 2):
        counter.write(Kind.LOGGED_IN, {}, at=counter.world.clock.now() + timedelta(days=days))
    counter.push()
    assert counter.verdicts() == {1: ("conflict", "clock_ahead")}


def test_a_refund_of_nothing_known_and_of_too_much(counter: Counter) -> None:
    run = counter.world.run()
    entry = sell_claimed(counter, run, "01/01A")
    ghost = counter.clone().sell(run, "01/01B")
    counter.push()
    counter.refund(ghost)
    counter.refund(entry, amount=PRICE + 1)
    counter.push(2)
    assert counter.verdicts() == {2: ("conflict", "unknown_ticket"), 3: ("conflict", "refund_too_high")}
    assert counter.cash() == PRICE - PRICE - PRICE - 1


# ---- poison ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "bad_body"),
        ({"tickets": []}, "bad_body"),
        ({"run": {"board": 3, "alight": 1}}, "bad_body"),
        ({"total_minor": "1"}, "bad_body"),
    ],
)
def test_poison_first_and_the_next_999_are_accepted(counter: Counter, body: dict[str, Any], reason: str) -> None:
    """One entry that central cannot read must not keep a month's takings waiting."""
    run = counter.world.run()
    good = counter.sold_body(run, ["01/02A"])
    counter.write(Kind.SOLD, {**good, **body} if body else {})
    for _ in range(999):
        counter.write(
            Kind.CASH_MOVED, {"shift_id": str(counter.shift_id), "kind": "paid_in", "amount_minor": 1, "reason": "x"}
        )
    assert counter.push().stored_seq == 1_000
    while counter.intake.tend(counter.world.connection):
        pass
    assert counter.verdicts() == {1: ("quarantined", reason)}
    assert counter.cash() == 999


def test_what_fails_while_it_is_written_is_set_aside_alone(counter: Counter, log_watch: LogWatch) -> None:
    """A date for which central has no partition: reading finds nothing wrong, PostgreSQL does."""
    log_watch.expect("could not be judged")
    world, run = counter.world, counter.world.run()
    asked = claimed(counter, run, "01/01A")
    counter.sell(replace(run, service_date=DAY.replace(year=1999), run_id=world.numbers.new()), "01/01B")
    counter.sell(run, "01/01A", claim_id=asked.claim_id)
    answer = counter.push()
    assert answer.judged_seq == 2
    assert counter.verdicts() == {1: ("quarantined", "judge_failed")}
    assert cells(world, run) == {"01/01A": {"SOLD"}}
    assert counter.cash() == PRICE
    # The partition is there at last.
    world.connection.execute(
        "CREATE TABLE ticket_1999 PARTITION OF ticket FOR VALUES FROM ('1999-01-01') TO ('2000-01-01')"
    )
    again = counter.judge.rejudge(world.connection, counter.device.device_id, 1, 1)
    assert again is not None
    assert again.reason == "unknown_run"
    assert counter.cash() == 2 * PRICE
    twice = counter.judge.rejudge(world.connection, counter.device.device_id, 1, 1)
    assert twice == again
    assert counter.cash() == 2 * PRICE


def test_an_unknown_kind_waits_for_the_upgrade(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer counter: central keeps what it cannot read yet, and judges it when it can."""
    entry = counter.log_in()
    raw = entry.raw.replace(b'"logged_in"', b'"cash_counted_by_robot"')
    from hashlib import sha256

    digest = sha256(raw).digest()
    newer = replace(entry, raw=raw, hash=digest, signature=counter.keys[1].sign("journal", digest))
    counter.entries[0] = newer
    counter.link = replace(counter.link, hash=digest)
    counter.log_in()
    (told,) = counter.push().verdicts
    assert (told.seq, told.judgement.value, told.reason, told.next_step) == (
        1,
        "quarantined",
        "unknown_kind",
        "upgrade_central",
    )
    from central.journal import facts

    monkeypatch.setattr(facts, "Kind", lambda kind: Kind.LOGGED_IN if kind.endswith("robot") else Kind(kind))
    again = counter.judge.rejudge(counter.world.connection, counter.device.device_id, 1, 1)
    assert again is not None
    assert again.judgement.value == "accepted"
    item = in_feed(counter, 1)
    assert item is not None
    assert item["judgement"] == "accepted"


def test_what_was_stored_before_a_crash_is_judged_with_the_next_push(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two transactions the process dies: the entries are durable and nothing of them was judged."""
    from central.journal.judge import Judge

    sell_claimed(counter, counter.world.run(), "01/01A")
    counter.log_in()
    judge = Judge.judge

    class Died(Exception):  # noqa: N818
        pass

    def die(*_: object, **__: object) -> int:
        raise Died

    monkeypatch.setattr(Judge, "judge", die)
    with pytest.raises(Died):
        counter.push(1, 1)
    assert counter.cash() == 0
    monkeypatch.setattr(Judge, "judge", judge)
    assert counter.push(2, 2).judged_seq == 2
    assert counter.cash() == PRICE


def test_two_pushes_at_once_judge_each_entry_once(counter: Counter) -> None:
    """The counter's request timed out while central was still busy with it, and came again."""
    import threading

    from tests.unit.central.journal.counter import wire

    for _ in range(60):
        counter.write(
            Kind.CASH_MOVED, {"shift_id": str(counter.shift_id), "kind": "paid_in", "amount_minor": 1, "reason": "x"}
        )
    wires = tuple(wire(entry) for entry in counter.entries)
    from counter_app.wire.messages import Push

    faults: list[BaseException] = []

    def push(connection: Connection) -> None:
        try:
            counter.intake.push(counter.device, Push(epoch=1, first_seq=1, entries=wires), connection)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    import psycopg

    url = counter.world.connection.info.dsn
    connections = [psycopg.connect(url, autocommit=True) for _ in range(4)]
    threads = [threading.Thread(target=push, args=(one,)) for one in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in connections:
        one.close()
    assert faults == []
    assert counter.cash() == 60
