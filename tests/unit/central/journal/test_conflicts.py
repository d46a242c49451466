"""What somebody has to deal with: listed with what can be done, resolved by a person with a note."""

from __future__ import annotations

import pytest

from central.acts import list_acts
from central.journal.conflicts import Conflicts
from counter_app.domain.journal import Json, Kind
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason, Refusal
from tests.unit.central.journal.counter import Counter, enrol
from tests.unit.central.journal.test_judge import in_feed, rows, sell_claimed
from tests.unit.central.stock.world import World


@pytest.fixture
def counter(world: World) -> Counter:
    return enrol(world)


@pytest.fixture
def conflicts(counter: Counter) -> Conflicts:
    world = counter.world
    return Conflicts(world.services, counter.judge, world.desk.availability)


def person(world: World, role: Role = Role.SUPERVISOR) -> Actor:
    return Actor(user_id=world.numbers.new(), login="li", display_name="Li", role=role)


def displaced(counter: Counter, place: str = "01/01A") -> None:
    other = enrol(counter.world)
    run = counter.world.run()
    sell_claimed(other, run, place)
    other.push()
    counter.sell(run, place)
    counter.push(counter.link.seq)


def test_a_displaced_passenger_is_offered_what_there_is(counter: Counter, conflicts: Conflicts) -> None:
    """C4: same class, upgrade, standing, next run, refund: in this order, as far as there is something free."""
    world = counter.world
    displaced(counter)
    (one,) = conflicts.all(world.connection)
    assert one.name == f"AAA/{counter.device.counter}/1/1"
    (incident,) = one.incidents
    assert [offer.step for offer in incident.proposals] == ["same_class", "next_run", "refund"]
    assert "9 free" in incident.proposals[0].words
    # The train fills up: nothing of that class is left to offer.
    taker = enrol(world)
    everything = world.ask(world.run(), count=9)
    assert world.desk.claim(taker.device, everything, world.connection).status.value == "HELD"
    (one,) = conflicts.all(world.connection)
    assert [offer.step for offer in one.incidents[0].proposals] == ["next_run", "refund"]
    assert one.fields()["incidents"][0]["proposals"][1]["step"] == "refund"  # type: ignore[index,call-overload]


def test_resolved_with_a_note_that_the_counter_hears(counter: Counter, conflicts: Conflicts) -> None:
    world = counter.world
    displaced(counter)
    name = f"aaa/{counter.device.counter}/1/1"
    by = person(world)
    done = conflicts.resolve(world.connection, name, " moved to  01/02A ", by=by)
    assert (done.resolved_by, done.resolution) == ("li", "moved to 01/02A")
    assert done.incidents[0].resolved_at == world.clock.now()
    assert conflicts.all(world.connection) == []
    assert [one.name for one in conflicts.all(world.connection, resolved_too=True)] == [done.name]
    item = in_feed(counter, 1)
    assert item is not None
    assert item["facts"]["resolved"]["note"] == "moved to 01/02A"
    assert [one.kind for one in list_acts(world.connection)] == ["conflict_resolved"]
    # Once is enough.
    assert conflicts.resolve(world.connection, name, "again", by=by).resolution == "moved to 01/02A"
    assert len(list_acts(world.connection)) == 1


def test_who_may_not_and_what_is_not_there_is_refused(counter: Counter, conflicts: Conflicts) -> None:
    world = counter.world
    displaced(counter)
    name = f"AAA/{counter.device.counter}/1/1"
    for role in (Role.CLERK, Role.AUDITOR):
        with pytest.raises(Refusal) as told:
            conflicts.resolve(world.connection, name, "x", by=person(world, role))
        assert told.value.reason is Reason.NOT_ALLOWED
    with pytest.raises(Refusal) as told:
        conflicts.resolve(world.connection, name, "  ", by=person(world))
    assert told.value.reason is Reason.REASON_NEEDED
    for wrong in ("", "AAA/1", "AAA/1/1/999", "AAA/1/1/1;--"):
        with pytest.raises(Refusal) as told:
            conflicts.resolve(world.connection, wrong, "x", by=person(world))
        assert told.value.reason is Reason.BAD_INPUT
    with pytest.raises(Refusal) as told:
        conflicts.rejudge(world.connection, name, by=person(world))
    assert told.value.facts["field"] == "conflict"


def test_a_quarantined_entry_is_judged_again_by_name(
    counter: Counter, conflicts: Conflicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade: here the version before could not read this kind's body."""
    from central.journal import facts
    from central.journal.reading import bad

    world = counter.world
    cash: dict[str, Json] = {"shift_id": str(counter.shift_id), "kind": "paid_in", "amount_minor": 5, "reason": "x"}
    counter.write(Kind.CASH_MOVED, dict(cash))

    def unknown(body: object) -> facts.Fact:
        raise bad("reason")

    with monkeypatch.context() as before:
        before.setitem(facts._READERS, Kind.CASH_MOVED, unknown)
        counter.push()
    assert counter.verdicts() == {1: ("quarantined", "bad_body")}
    name = f"AAA/{counter.device.counter}/1/1"
    after = conflicts.rejudge(world.connection, name, by=person(world))
    assert after.verdict.judgement.value == "accepted"
    assert counter.cash() == 5
    assert rows(world, "SELECT count(*) FROM money") == [(1,)]
    assert conflicts.all(world.connection) == []
    assert [one.kind for one in list_acts(world.connection)] == ["rejudged"]


def test_an_incident_that_no_entry_tells_of_is_listed_and_resolved(counter: Counter, conflicts: Conflicts) -> None:
    """A new timetable does without a train: whoever has a ticket for it must hear of it."""
    world = counter.world
    sell_claimed(counter, world.run(), "01/01A")
    counter.push()
    incident = world.numbers.new()
    world.connection.execute(
        "INSERT INTO incident (incident_id, kind, device_id, epoch, seq, service_date, run_id, ticket_id, facts, at)"
        " SELECT %s, 'run_cancelled', device_id, epoch, seq, service_date, run_id, ticket_id, '{}', %s"
        " FROM ticket",
        (incident, world.clock.now()),
    )
    closed = world.numbers.new()
    world.connection.execute(
        "INSERT INTO incident (incident_id, kind, service_date, run_id, facts, at)"
        " SELECT %s, 'run_closed', service_date, run_id, '{}', %s FROM run",
        (closed, world.clock.now()),
    )
    found = {one.name: one for one in conflicts.all(world.connection)}
    assert found.keys() == {str(incident), str(closed)}
    assert found[str(incident)].window == counter.device.window
    assert found[str(closed)].fields()["device_id"] is None
    by = person(world)
    for one in (incident, closed):
        assert conflicts.resolve(world.connection, str(one).upper(), "told", by=by).resolution == "told"
    assert conflicts.all(world.connection) == []
    assert len(conflicts.all(world.connection, resolved_too=True)) == 2
    with pytest.raises(Refusal):
        conflicts.resolve(world.connection, str(world.numbers.new()), "x", by=by)
    with pytest.raises(Refusal):
        conflicts.rejudge(world.connection, str(closed), by=by)
