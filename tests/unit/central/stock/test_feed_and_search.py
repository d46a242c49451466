"""What counters see of the stock: a picture that is wrong here promises seats that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from central.feed import Feed
from central.stock.words import RunKey, shard_of
from central.tx import Tx, in_transaction
from counter_app.domain.places import PlaceTable
from counter_app.wire.codec import read
from counter_app.wire.messages import AvailabilityQuery, FeedItem, Question, RunStock, WireRun
from tests.unit.central.stock.test_settle import settle, sold
from tests.unit.central.stock.world import DAY, SMALL, World, act


def free(world: World, *questions: tuple[WireRun, int, int]) -> list[dict[str, int]]:
    query = AvailabilityQuery(questions=tuple(Question(run=run, board=b, alight=a) for run, b, a in questions))
    return list(world.desk.availability(world.device(), query, world.connection).free)


def items(world: World, run: WireRun, after: int = 0) -> list[FeedItem]:
    return world.desk.stock_items(Tx(world.connection), shard_of(run.run_id), after, 100)


def stock(world: World, run: WireRun) -> RunStock:
    (item,) = [one for one in items(world, run) if one.key == str(run.run_id)]
    return read(RunStock, item.body)


def test_availability_of_touched_untouched_unknown_and_changed_runs(world: World) -> None:
    """One answer for many questions, each as a claim would find it."""
    device, run = world.device(), world.run()
    world.desk.claim(device, world.ask(run, 1, 3, count=4), world.connection)
    tomorrow = world.run("T1", DAY + timedelta(days=1))
    assert free(
        world,
        (run, 0, 4),
        (run, 0, 1),
        (tomorrow, 0, 4),
        (world.run("BUS"), 0, 3),
        (replace(run, pattern="older"), 0, 4),
        (replace(tomorrow, pattern="older"), 0, 4),
        (replace(tomorrow, run_id=world.numbers.new()), 0, 4),
        (run, 2, 9),
    ) == [{"second": 6}, {"second": 10}, {"second": 10}, {"second": 100}, {}, {}, {}, {}]


def test_availability_counts_what_ran_out_and_what_another_process_wrote(world: World) -> None:
    """A hold that nobody pays must not empty the board for hours."""
    device, run = world.device(), world.run()
    assert free(world, (run, 0, 4)) == [{"second": 10}]
    held = world.ask(run, count=9)
    world.another().claim(device, held, world.connection)
    assert free(world, (run, 0, 4)) == [{"second": 1}]
    world.clock.pass_(minutes=11)
    assert free(world, (run, 0, 4)) == [{"second": 10}]
    world.another().lease(device, act(held), world.connection)
    assert free(world, (run, 0, 4)) == [{"second": 1}]


def test_holds_that_run_out_one_after_the_other_are_all_told(world: World) -> None:
    """What was left out of a picture yesterday is not the start of today's: each look has them all."""
    device, run = world.device(), world.run()
    for _ in range(4):
        world.desk.claim(device, world.ask(run, count=2), world.connection)
        world.clock.pass_(minutes=1)
    told = []
    for _ in range(8):
        told.append(free(world, (run, 0, 4))[0]["second"])
        world.clock.pass_(seconds=65)
    assert told == [2, 2, 2, 2, 2, 2, 4, 6]
    assert free(world, (run, 0, 4)) == [{"second": 8}]
    world.clock.pass_(hours=-1)
    assert free(world, (run, 0, 4)) == [{"second": 2}]


def test_the_feed_says_which_places_are_taken(world: World) -> None:
    """A counter that goes offline sells by this: bit by bit it must be what the rows say."""
    device, run = world.device(), world.run()
    world.desk.claim(device, world.ask(run, 1, 3, places=("01/01B", "01/02F"), count=2), world.connection)
    told = stock(world, run)
    table = PlaceTable(SMALL)
    names = [str(ref) for ref in table.refs]
    taken = 1 << names.index("01/01B") | 1 << names.index("01/02F")
    assert [int(mask, 16) for mask in told.taken] == [0, taken, taken, 0]
    assert (told.pattern, told.checksum) == (run.pattern, told.reckoned())
    bus = world.run("BUS")
    world.desk.claim(device, world.ask(bus, 1, 2, count=7), world.connection)
    assert stock(world, bus).used == {"second": (0, 7, 0)}


def test_positions_move_with_every_change_of_what_is_free_and_with_no_other(world: World) -> None:
    """A sale of what is leased is no news to the other windows: the feed stays small."""
    device, run = world.device(), world.run()
    asked = world.ask(run, count=2)
    places = world.desk.claim(device, asked, world.connection).places
    (first,) = items(world, run)
    world.desk.lease(device, act(asked), world.connection)
    settle(world, device, sold(asked, places))
    assert items(world, run, first.position) == []
    other = world.ask(run)
    world.desk.claim(device, other, world.connection)
    (second,) = items(world, run, first.position)
    assert second.position > first.position
    head = world.connection.execute(
        "SELECT position FROM feed_head WHERE shard = %s", (f"stock/{shard_of(run.run_id)}",)
    ).fetchone()
    assert head == (second.position,)
    page = Feed(world.clock, world.desk).page(
        device, world.connection, shard=f"stock/{shard_of(run.run_id)}", incarnation="", position=0, limit=10
    )
    assert [item.position for item in page.items] == [second.position]


def test_a_cancelled_run_has_nothing_free(world: World) -> None:
    device, run = world.device(), world.run()
    world.desk.claim(device, world.ask(run), world.connection)
    in_transaction(world.connection, lambda tx: world.desk.cancel_run(tx, RunKey(run.service_date, run.run_id)))
    assert free(world, (run, 0, 4)) == [{}]
    assert {int(mask, 16) for mask in stock(world, run).taken} == {(1 << 10) - 1}


def test_runs_of_long_ago_are_not_told(world: World) -> None:
    device, run = world.device(), world.run("T1", date(2026, 11, 20))
    world.desk.claim(device, world.ask(run), world.connection)
    assert items(world, run) == []


def quota(world: World, *, kept: int, minimum_legs: int, origins: list[str], released: int = 60) -> None:
    world.connection.execute(
        "INSERT INTO quota VALUES (%s, '*', 'second', %s, %s, %s, %s)",
        (world.numbers.new(), kept, minimum_legs, origins, released),
    )


def test_quotas_keep_places_for_long_journeys_until_they_are_released(world: World) -> None:
    """Without them a train fills with short hops, and who goes all the way finds nothing."""
    device, run = world.device(), world.run()
    quota(world, kept=6, minimum_legs=3, origins=[])
    quota(world, kept=2, minimum_legs=1, origins=["A"])
    world.desk.claim(device, world.ask(run, 3, 4), world.connection)
    short, long, elsewhere = (0, 1), (0, 4), (1, 4)
    assert free(world, (run, *short), (run, *long), (run, *elsewhere)) == [
        {"second": 4},
        {"second": 9},
        {"second": 7},
    ]
    refused = world.desk.claim(device, world.ask(run, *short, count=5), world.connection)
    assert (refused.reason, refused.free) == ("not_enough_places", 4)
    kept = world.desk.claim(device, world.ask(run, *short, places=("01/02F",)), world.connection)
    assert kept.reason == "place_taken"
    # Who they are kept for sits there first, and leaves the others' places alone.
    assert world.desk.claim(device, world.ask(run, *long), world.connection).places[0] >= "01/01F"
    world.clock.pass_(hours=9)  # an hour before the departure at twelve, in Shanghai
    assert free(world, (run, *short)) == [{"second": 10}]  # all of it: the two holds ran out meanwhile


def test_quotas_of_units(world: World) -> None:
    device, bus = world.device(), world.run("BUS")
    quota(world, kept=40, minimum_legs=3, origins=[])
    assert world.desk.claim(device, world.ask(bus, 0, 1, count=61), world.connection).free == 60
    assert world.desk.claim(device, world.ask(bus, 0, 3, count=61), world.connection).reason == ""
    assert free(world, (bus, 0, 1), (bus, 0, 3)) == [{"second": 0}, {"second": 39}]
