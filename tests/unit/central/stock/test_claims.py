"""Claims at central: what is refused here loses a passenger a seat, what is granted twice loses two of them theirs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from central.request import Refusing
from central.services import Device
from central.stock.desk import StockDesk
from central.stock.words import Act, Ask
from central.tx import Asked, Tx
from counter_app.wire.messages import AvailabilityQuery, ClaimAnswer, ClaimStatus, Question, Refused
from tests.postgres import Cluster, Database
from tests.unit.central.stock.world import World, act


def cells(world: World) -> list[tuple[str, int, str]]:
    return world.connection.execute("SELECT place, leg, state FROM place_leg ORDER BY 1, 2").fetchall()


def test_a_claim_is_held_on_centrals_clock_and_again_is_the_same(world: World) -> None:
    """A counter that lost the answer asks again: it must not hold two places for one passenger."""
    device, asked = world.device(), world.ask(world.run(), 0, 2)
    first = world.desk.claim(device, asked, world.connection)
    assert first.status is ClaimStatus.HELD
    assert first.expires_at == world.clock.now() + timedelta(minutes=10)
    assert len(first.places) == 1
    assert cells(world) == [(first.places[0], 0, "HELD"), (first.places[0], 1, "HELD")]
    assert world.desk.claim(device, asked, world.connection) == first
    assert world.another().claim(device, asked, world.connection) == first
    assert len(cells(world)) == 2


def test_lease_keeps_and_release_frees(world: World) -> None:
    """LEASED must outlive its time; only what is unpaid may go."""
    device, asked = world.device(), world.ask(world.run())
    world.desk.claim(device, asked, world.connection)
    leased = world.desk.lease(device, act(asked), world.connection)
    assert (leased.status, leased.expires_at) == (ClaimStatus.LEASED, None)
    assert world.desk.lease(device, act(asked), world.connection).status is ClaimStatus.LEASED
    assert world.desk.release(device, act(asked), world.connection).status is ClaimStatus.LEASED
    assert {state for _, _, state in cells(world)} == {"LEASED"}
    other = world.ask(world.run())
    world.desk.claim(device, other, world.connection)
    assert world.desk.release(device, act(other), world.connection).status is ClaimStatus.GONE
    assert world.desk.claim(device, other, world.connection).status is ClaimStatus.GONE
    assert world.desk.lease(device, act(other), world.connection).status is ClaimStatus.GONE
    assert len(cells(world)) == 4


def test_a_hold_that_ran_out_yields_only_to_who_needs_it(world: World) -> None:
    """A late confirmation succeeds while nobody needed the places; a passenger who needs them gets them."""
    device = world.device()
    held = [world.ask(world.run(), count=2) for _ in range(5)]  # the whole train
    for asked in held:
        assert world.desk.claim(device, asked, world.connection).status is ClaimStatus.HELD
    refused = world.desk.claim(device, world.ask(world.run()), world.connection)
    assert (refused.status, refused.reason, refused.free) == (ClaimStatus.REFUSED, "not_enough_places", 0)
    world.clock.pass_(minutes=11)
    late = world.desk.lease(device, act(held[0]), world.connection)
    assert late.status is ClaimStatus.LEASED
    assert world.desk.claim(device, world.ask(world.run()), world.connection).status is ClaimStatus.HELD
    assert world.desk.lease(device, act(held[1]), world.connection).status is ClaimStatus.GONE


def test_the_counters_own_pick(world: World) -> None:
    """A clerk who points at a seat gets that one or hears which is taken."""
    device = world.device()
    asked = world.ask(world.run(), count=2, places=("01/01A", "01/01B"), travel_class="")
    answer = world.desk.claim(device, asked, world.connection)
    assert (answer.places, answer.travel_class) == (("01/01A", "01/01B"), "second")
    taken = world.ask(world.run(), 1, 2, count=2, places=("01/01B", "01/01C"), travel_class="")
    refused = world.desk.claim(device, taken, world.connection)
    assert (refused.status, refused.reason, refused.place) == (ClaimStatus.REFUSED, "place_taken", "01/01B")
    with pytest.raises(Refusing) as unknown:
        world.desk.claim(device, world.ask(world.run(), places=("77/99Z",)), world.connection)
    assert unknown.value.code is Refused.BAD_MESSAGE


def test_replaces_lets_go_only_when_granted(world: World) -> None:
    """A clerk who changes a hold must not lose it to a refusal."""
    device = world.device()
    first = world.ask(world.run(), count=4)
    world.desk.claim(device, first, world.connection)
    too_many = world.ask(world.run(), count=11, order_id=first.order_id, replaces=first.claim_id)
    refused = world.desk.claim(device, too_many, world.connection)
    assert (refused.reason, refused.free) == ("not_enough_places", 10)  # its own four count as free
    assert world.desk.claim(device, first, world.connection).status is ClaimStatus.HELD
    whole = world.ask(world.run(), count=10, order_id=first.order_id, replaces=first.claim_id)
    assert world.desk.claim(device, whole, world.connection).status is ClaimStatus.HELD
    assert world.desk.claim(device, first, world.connection).status is ClaimStatus.GONE
    world.desk.lease(device, act(whole), world.connection)
    paid = world.ask(world.run(), order_id=first.order_id, replaces=whole.claim_id)
    assert world.desk.claim(device, paid, world.connection).reason == "not_held"


def test_units_without_numbered_places(world: World) -> None:
    """A coach without seat numbers sells its capacity on every leg, and no more."""
    device, run = world.device(), world.run("BUS")
    assert world.desk.claim(device, world.ask(run, 0, 2, count=99), world.connection).places == ()
    refused = world.desk.claim(device, world.ask(run, 1, 3, count=2), world.connection)
    assert (refused.reason, refused.free) == ("not_enough_places", 1)
    assert world.desk.claim(device, world.ask(run, 2, 3, count=100), world.connection).status is ClaimStatus.HELD
    used = world.connection.execute("SELECT leg, held FROM capacity_leg ORDER BY 1").fetchall()
    assert used == [(0, 99), (1, 99), (2, 100)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pattern": "another"}, Refused.CHANGED_TIMETABLE),
        ({"trip_id": "T2"}, Refused.UNKNOWN_RUN),
        ({"trip_id": "nothing"}, Refused.UNKNOWN_RUN),
    ],
)
def test_runs_that_central_does_not_have(world: World, change: dict[str, str], code: Refused) -> None:
    """A counter with another timetable must not sell by legs that mean something else here."""
    device = world.device()
    for _ in range(2):
        with pytest.raises(Refusing) as refusing:
            world.desk.claim(device, world.ask(replace(world.run(), **change)), world.connection)  # type: ignore[arg-type]
        assert refusing.value.code is code
        world.desk.claim(device, world.ask(world.run()), world.connection)  # frozen now: the same answer


def test_spans_and_classes_that_are_none(world: World) -> None:
    device = world.device()
    for asked in (
        world.ask(world.run(), 2, 2),
        world.ask(world.run(), 0, 5),
        world.ask(world.run(), travel_class="royal"),
        world.ask(world.run("BUS"), 0, 2, travel_class="first"),
        world.ask(world.run("BUS"), 0, 2, places=("01/01A",)),
    ):
        with pytest.raises(Refusing) as refusing:
            world.desk.claim(device, asked, world.connection)
        assert refusing.value.code is Refused.BAD_MESSAGE


def test_a_claim_of_another_device_is_not_ours(world: World) -> None:
    """Nobody pays for, or lets go, what another window holds."""
    one, other, asked = world.device(), world.device(), world.ask(world.run())
    world.desk.claim(one, asked, world.connection)
    for call in (world.desk.lease, world.desk.release):
        with pytest.raises(Refusing) as refusing:
            call(other, act(asked), world.connection)
        assert refusing.value.code is Refused.NOT_ALLOWED


def test_a_batch_is_one_transaction_and_refuses_one_by_one(world: World) -> None:
    """One counter's bad request must not cost the others of its batch theirs."""
    device = world.device()
    good = [world.ask(world.run(), count=4), world.ask(world.run("T2"), 0, 9), world.ask(world.run("BUS"), 0, 1)]
    bad = world.ask(replace(world.run(), trip_id="nothing", run_id=world.numbers.new()))
    batch = [
        Ask(device=device, act=Act.CLAIM, message=good[0]),
        Ask(device=device, act=Act.CLAIM, message=bad),
        Ask(device=device, act=Act.CLAIM, message=good[1]),
        Ask(device=device, act=Act.LEASE, message=act(good[0])),
        Ask(device=device, act=Act.CLAIM, message=good[2]),
        Ask(device=device, act=Act.RELEASE, message=act(good[1])),
        Ask(device=device, act=Act.CLAIM, message=good[0]),
    ]
    answers = world.desk.decide_claims(batch, world.connection)
    told = [one.status.value if isinstance(one, ClaimAnswer) else one.code.value for one in answers]
    assert told == ["HELD", "unknown_run", "HELD", "LEASED", "HELD", "GONE", "LEASED"]
    assert {state for _, _, state in cells(world)} == {"LEASED"}


class _Found:
    """``central.stock.words.Admitting``: an answer for each, said when the database has said something."""

    def __init__(self, *found: Device | Refusing, stations: frozenset[str] = frozenset()) -> None:
        self._found = found
        self._asked: Asked | None = None
        self.stations = stations

    @property
    def asked(self) -> bool:
        return self._asked is not None

    def ask(self, tx: Tx) -> None:
        assert self._asked is None
        self._asked = tx.ask("SELECT 'these'")

    def devices(self) -> Sequence[Device | Refusing]:
        assert self._asked is not None
        assert self._asked.rows() == [("these",)]
        return self._found


class TestWhoAsksIsFoundOutOnTheWay:
    def test_who_is_not_admitted_gets_nothing(self, world: World) -> None:
        """The seal and the decision travel together: a replayed request must not hold a seat all the same."""
        device = world.device()
        world.desk.claim(device, world.ask(world.run(), places=("01/01A",)), world.connection)
        first, second = (world.ask(world.run(), places=(place,)) for place in ("01/01B", "01/01C"))
        who = _Found(Refusing(Refused.REPLAYED), device)
        answers = world.desk.decide_admitting([(Act.CLAIM, first), (Act.CLAIM, second)], who, world.connection)
        assert answers is not None
        assert isinstance(answers[0], Refusing)
        assert answers[0].code is Refused.REPLAYED
        assert isinstance(answers[1], ClaimAnswer)
        assert answers[1].places == ("01/01C",)
        assert {place for place, _, _ in cells(world)} == {"01/01A", "01/01C"}

    def test_a_run_that_nobody_touched_is_another_matter(self, world: World) -> None:
        """It is frozen first, for the station of who asks: nothing was asked, and nothing done."""
        who = _Found(world.device())
        assert world.desk.decide_admitting([(Act.CLAIM, world.ask(world.run()))], who, world.connection) is None
        assert not who.asked

    def test_the_rules_are_those_of_the_station_where_it_is(self, world: World) -> None:
        """A device that was moved since it was last seen holds for as long as its new station's policy says."""
        device = world.device()
        held = world.desk.claim(device, world.ask(world.run(), places=("01/01A",)), world.connection)
        who = _Found(device, stations=frozenset({"ELSEWHERE"}))
        asked = world.ask(world.run(), places=("01/01B",))
        answers = world.desk.decide_admitting([(Act.CLAIM, asked)], who, world.connection)
        assert answers is not None
        assert isinstance(answers[0], ClaimAnswer)
        assert answers[0].expires_at == held.expires_at


def test_a_picture_that_is_not_what_the_rows_are_is_dropped(world: World) -> None:
    """A write past the lock (or a restored backup) must not make central refuse, or sell twice: the key guards."""
    device = world.device()
    world.desk.claim(device, world.ask(world.run(), places=("01/01A",)), world.connection)
    (run_id,) = world.connection.execute("SELECT run_id FROM run").fetchone() or ()
    world.connection.execute(
        "INSERT INTO place_leg SELECT service_date, run_id, '01/01B', leg, 'BLOCKED', NULL, 0 "
        "FROM run, generate_series(0, 3) AS leg WHERE run_id = %s",
        (run_id,),
    )
    refused = world.desk.claim(device, world.ask(world.run(), places=("01/01B",)), world.connection)
    assert (refused.status, refused.reason) == (ClaimStatus.REFUSED, "place_taken")


@pytest.mark.parametrize("desks", [1, 2])
def test_64_clients_on_the_last_ten_places(world: World, fresh_database: Database, desks: int) -> None:
    """Exactly ten are granted, none is falsely refused: also where two processes write."""
    those: list[StockDesk] = [world.desk, world.another()][:desks]
    device = world.device()
    granted: list[ClaimAnswer] = []
    refused: list[ClaimAnswer] = []
    failures: list[BaseException] = []
    asks = [world.ask(world.run()) for _ in range(64)]
    connections = [fresh_database.connect() for _ in range(16)]

    def client(n: int) -> None:
        try:
            for k in range(n, 64, 16):
                answer = those[k % desks].claim(device, asks[k], connections[n])
                (granted if answer.status is ClaimStatus.HELD else refused).append(answer)
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(granted) == 10
    assert len({place for answer in granted for place in answer.places}) == 10
    assert {(answer.reason, answer.free) for answer in refused} == {("not_enough_places", 0)}


def test_a_restored_database_is_noticed_by_a_process_that_kept_running(
    world: World, fresh_database: Database, cluster: Cluster
) -> None:
    """Versions come round again after a restore: pictures of the other time line must refuse nobody, sell nothing."""
    device = world.device()
    backup = world.connection.info.dbname
    world.desk.claim(device, world.ask(world.run()), world.connection)
    fresh_database.close()
    with psycopg.connect(cluster.server.url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE restored TEMPLATE {}").format(sql.Identifier(backup)))
    try:
        for gone in (world.ask(world.run(), count=9), world.ask(world.run("T2"), 0, 3)):  # after the backup
            assert world.desk.claim(device, gone, fresh_database.connect()).status is ClaimStatus.HELD
        restored = Database(cluster.server.url("restored"))
        connection = restored.connect()
        again = world.another()
        assert again.claim(device, world.ask(world.run(), 0, 1), connection).status is ClaimStatus.HELD  # the version
        query = AvailabilityQuery(questions=(Question(run=world.run(), board=0, alight=1),))
        assert world.desk.availability(device, query, connection).free == ({"second": 8},)
        found = world.desk.claim(device, world.ask(world.run(), 0, 1, count=8), connection)
        assert found.status is ClaimStatus.HELD
        assert world.desk.claim(device, world.ask(world.run("T2"), 0, 3), connection).status is ClaimStatus.HELD
        assert world.desk.check_cells(connection) == []
    finally:
        restored.close()
        with psycopg.connect(cluster.server.url(), autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
