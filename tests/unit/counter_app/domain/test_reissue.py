"""A new issue of the timetable and what is sold: no seat is given twice, and everyone who must hear of it is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.ids import run_id
from counter_app.domain.reissue import ClaimChange, Fate, SoldClaim, SoldRun, Trouble, map_calls, reissue
from counter_app.domain.timetable import Call, RunRef, Span, Trip

DAY = date(2026, 12, 1)
RUN = RunRef(run_id=run_id("test", "G1", DAY), trip_id="G1", service_date=DAY)
SEAT = PlaceRef("05", "12A")
OTHER = PlaceRef("05", "12B")


def _calls(stations: str, *, start_s: int = 8 * 3600, leg_s: int = 600) -> tuple[Call, ...]:
    return tuple(
        Call(stop_id=f"{s}{i}", station_id=s, arrive_s=start_s + i * leg_s, depart_s=start_s + i * leg_s + 60)
        for i, s in enumerate(stations)
    )


def _trip(stations: str, version: str, *, start_s: int = 8 * 3600, formation: str | None = "F1") -> Trip:
    return Trip(
        trip_id="G1", service="G1", route_id="G", route_type=2, zone="Asia/Shanghai", operator="CR", headsign="",
        calls=_calls(stations, start_s=start_s), pattern_version=version, formation_id=formation, currency="CNY",
    )  # fmt: skip


def _sold(trip: Trip, *spans: tuple[int, int], places: tuple[PlaceRef, ...] = (SEAT,)) -> SoldRun:
    claims = tuple(SoldClaim(claim_id=UUID(int=i), span=Span(*span), places=places) for i, span in enumerate(spans))
    return SoldRun(run=RUN, trip=trip, claims=claims)


def _changes(*claims: tuple[tuple[int, int] | None, Trouble | None]) -> tuple[ClaimChange, ...]:
    return tuple(
        ClaimChange(claim_id=UUID(int=i), span=span and Span(*span), trouble=trouble)
        for i, (span, trouble) in enumerate(claims)
    )


def test_the_same_pattern_is_kept() -> None:
    """Most runs: nothing to do, nobody to tell."""
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 3)), _trip("ABCD", "v1"), {SEAT})
    assert (found.fate, found.claims, found.calls) == (Fate.KEPT, (), (0, 1, 2, 3))


def test_a_new_call_on_the_way_moves_the_spans() -> None:
    """Legs are counted anew: the seat of A to C is taken on the leg over X too."""
    new = _trip("AXBCD", "v2", start_s=8 * 3600)
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 2), (2, 3)), new, {SEAT})
    assert found.fate is Fate.MOVED
    assert found.calls == (0, 2, 3, 4)
    assert found.claims == _changes(((0, 3), Trouble.TIME_CHANGED), ((3, 4), Trouble.TIME_CHANGED))


def test_a_call_that_is_dropped_puts_its_passengers_on_the_list() -> None:
    """Whoever was to get off at B must hear of it. The run stays as it was sold: nobody's ticket loses its calls."""
    new = replace(_trip("ACD", "v2"), calls=tuple(c for c in _calls("ABCD") if c.station_id != "B"))
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 1), (1, 2), (0, 3)), new, {SEAT})
    assert found.claims == _changes((None, Trouble.CALL_VANISHED), (None, Trouble.CALL_VANISHED), ((0, 2), None))
    assert found.fate is Fate.CLOSED
    assert [claim.claim_id.int for claim in found.troubled] == [0, 1]


def test_a_call_that_nobody_needs_may_go() -> None:
    """Through passengers keep their seats and their times, and the run is sold on."""
    new = replace(_trip("ACD", "v2"), calls=tuple(c for c in _calls("ABCD") if c.station_id != "B"))
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 3), (2, 3)), new, {SEAT})
    assert found.fate is Fate.MOVED
    assert found.claims == _changes(((0, 2), None), ((1, 2), None))


def test_tickets_that_were_given_back_have_nobody_to_tell() -> None:
    """They still name their calls, though: a run is not moved away under them."""
    new = replace(_trip("ACD", "v2"), calls=tuple(c for c in _calls("ABCD") if c.station_id != "B"))
    sold = _sold(_trip("ABCD", "v1"), (0, 1), places=())
    sold = replace(sold, claims=(replace(sold.claims[0], live=False),))
    found = reissue(sold, new, {SEAT})
    assert (found.fate, found.troubled) == (Fate.CLOSED, [])


def test_nobody_may_board_where_boarding_ended() -> None:
    """A stop that became set-down only is no stop for a passenger who waits there."""
    calls = _calls("ABCD")
    new = replace(_trip("ABCD", "v2"), calls=(calls[0], replace(calls[1], boarding=False), *calls[2:]))
    found = reissue(_sold(_trip("ABCD", "v1"), (1, 2), (0, 1)), new, {SEAT})
    assert found.claims == _changes((None, Trouble.CALL_VANISHED), ((0, 1), None))


def test_other_coaches_list_the_seats_that_are_gone() -> None:
    """A shorter train: the ticket for coach 05 names a seat that is not there."""
    new = _trip("ABCD", "v2", formation="F2")
    sold = _sold(_trip("ABCD", "v1"), (0, 3), places=(SEAT, OTHER))
    found = reissue(sold, new, {OTHER})
    (claim,) = found.claims
    assert (found.fate, claim.trouble) == (Fate.CLOSED, Trouble.PLACE_VANISHED)
    assert reissue(sold, replace(new, formation_id=None), None).fate is Fate.CLOSED
    assert reissue(sold, new, {SEAT, OTHER}).fate is Fate.MOVED


def test_unreserved_tickets_need_no_seat() -> None:
    """Capacity moves with the span."""
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 3), places=()), _trip("ABCD", "v2"), None)
    assert found.claims == _changes(((0, 3), None))


def test_a_run_that_vanished_is_listed_whole() -> None:
    """Every passenger of a cancelled train."""
    found = reissue(_sold(_trip("ABCD", "v1"), (0, 1), (2, 3)), None, None)
    assert found.fate is Fate.CLOSED
    assert found.claims == _changes((None, Trouble.RUN_VANISHED), (None, Trouble.RUN_VANISHED))


def test_another_zone_is_another_time() -> None:
    """The same clock in another zone is another instant."""
    new = replace(_trip("ABCD", "v1"), zone="Asia/Urumqi")
    (claim,) = reissue(_sold(_trip("ABCD", "v1"), (0, 3)), new, {SEAT}).claims
    assert claim.trouble is Trouble.TIME_CHANGED


def test_of_two_calls_at_one_station_the_nearer_in_time_is_meant() -> None:
    """A ring line calls at A twice: a ticket from the second A must not become one from the first."""
    old = _calls("ABA")
    assert map_calls(old, old[2:] + _calls("C", start_s=10 * 3600)) == (None, None, 0)
    assert map_calls(old[2:], old[:1] + old[2:]) == (1,)


stations = st.text(alphabet="ABCDE", min_size=2, max_size=9)


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[tuple[Call, ...], tuple[Call, ...]]:
    return (
        _calls(draw(stations), start_s=draw(st.integers(0, 3)) * 300),
        _calls(draw(stations), start_s=draw(st.integers(0, 3)) * 300, leg_s=draw(st.sampled_from([300, 600]))),
    )


@given(_pairs())
def test_calls_keep_their_order_and_their_station(pair: tuple[tuple[Call, ...], tuple[Call, ...]]) -> None:
    """Were the order lost, two passengers who shared a seat one after the other would sit in it together."""
    old, new = pair
    found = map_calls(old, new)
    assert len(found) == len(old)
    kept = [j for j in found if j is not None]
    assert all(a < b for a, b in pairwise(kept))
    assert all(j is None or new[j].station_id == call.station_id for call, j in zip(old, found, strict=True))


@given(_pairs())
def test_as_many_calls_are_kept_as_can_be(pair: tuple[tuple[Call, ...], tuple[Call, ...]]) -> None:
    """A passenger is put on the list only where no train calls any more: against trying everything."""
    old, new = (part[:6] for part in pair)
    best = 0
    for size in range(1, min(len(old), len(new)) + 1):
        for left in combinations(old, size):
            if any(
                all(a.station_id == b.station_id for a, b in zip(left, right, strict=True))
                for right in combinations(new, size)
            ):
                best = size
                break
    assert sum(j is not None for j in map_calls(old, new)) == best


@given(_pairs(), st.data())
def test_spans_that_shared_no_leg_share_none_afterwards(
    pair: tuple[tuple[Call, ...], tuple[Call, ...]], data: st.DataObject
) -> None:
    """One seat, sold A to B and B to C: after any change of timetable nobody sits on another's lap."""
    old, new = pair
    cuts = sorted(data.draw(st.sets(st.integers(0, len(old) - 1), min_size=2)))
    spans = list(pairwise(cuts))
    before = replace(_trip("AB", "v1"), calls=old)
    found = reissue(_sold(before, *spans), replace(before, calls=new, pattern_version="v2"), {SEAT})
    legs = [leg for claim in found.claims if claim.span for leg in claim.span.legs]
    assert len(legs) == len(set(legs))
    assert all(leg < len(new) - 1 for leg in legs)


@given(_pairs())
def test_there_and_back_is_where_it_was(pair: tuple[tuple[Call, ...], tuple[Call, ...]]) -> None:
    """Going back to the old issue undoes what the new one did, as far as the calls go."""
    old, new = pair
    if len({c.station_id for c in old}) == len(old) and len({c.station_id for c in new}) == len(new):
        there, back = map_calls(old, new), map_calls(new, old)
        assert sum(j is not None for j in there) == sum(j is not None for j in back)
