"""The invented trains that :mod:`tests.ui.fake_desk` sells: stations, runs, coaches, fares, one refund tier."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.views import (
    ClassOffer,
    EntryPart,
    EntryReading,
    HoldView,
    PassengerInput,
    PassengerQuote,
    PassengerRule,
    PlaceWish,
    QuoteItem,
    ReadingState,
    RefundQuote,
    RunOffer,
    SaleQuote,
    SeatMap,
    SpotState,
    StationHit,
    TicketView,
)
from counter_app.domain.coaches import Coach, Place, PlaceRef, Section
from counter_app.domain.ids import run_id
from counter_app.domain.money import Money, round_to_step_half_up
from counter_app.domain.stations import Station
from counter_app.domain.timetable import RunRef, Span
from counter_app.errors import Reason, Refusal

ZONE = ZoneInfo("Asia/Shanghai")


def _station(code: str, name: str, pinyin: str, initials: str, english: str) -> Station:
    return Station(station_id=code, name=name, code=code, pinyin=pinyin, initials=initials, english=english, city="")


STATIONS = (
    _station("CWQ", "长沙南", "changshanan", "csn", "Changsha South"),
    _station("GZQ", "广州南", "guangzhounan", "gzn", "Guangzhou South"),
    _station("BXP", "北京西", "beijingxi", "bjx", "Beijing West"),
    _station("VNP", "北京南", "beijingnan", "bjn", "Beijing South"),
    _station("AOH", "上海虹桥", "shanghaihongqiao", "shhq", "Shanghai Hongqiao"),
    _station("WHN", "武汉", "wuhan", "wh", "Wuhan"),
    _station("IOQ", "深圳北", "shenzhenbei", "szb", "Shenzhen North"),
)
TRAINS = (
    ("G1011", "IOQ", 7, 12, 205, 38850),
    ("G6025", "GZQ", 8, 3, 158, 31400),
    ("G79", "IOQ", 13, 27, 188, 38850),
    ("G1113", "GZQ", 15, 12, 164, 31400),
    ("G6031", "GZQ", 16, 40, 172, 31400),
    ("G437", "GZQ", 18, 5, 149, 31400),
    ("G548", "BXP", 14, 46, 396, 64900),
    ("G80", "BXP", 15, 5, 351, 64900),
    ("G1362", "AOH", 14, 30, 312, 47800),
    ("G504", "WHN", 14, 55, 88, 16450),
    ("G2046", "WHN", 17, 20, 94, 16450),
)
TIMES = {"business": 300, "first": 160, "second": 100}
_COLUMNS = {"business": "ACF", "first": "ACDF", "second": "ABCDF"}
_EDGE = {"A": "window", "F": "window", "B": "middle", "C": "aisle", "D": "aisle"}


def _coach(number: str, travel_class: str, rows: int) -> Coach:
    places = tuple(
        Place(label=f"{row:02d}{col}", row=str(row), column=col, kind="seat", position=_EDGE[col])
        for row in range(1, rows + 1)
        for col in _COLUMNS[travel_class]
    )
    section = Section(coach_type=travel_class, travel_class=travel_class, description="", places=places)
    return Coach(number=number, sections=(section,))


COACHES = (
    _coach("01", "business", 4),
    _coach("02", "first", 13),
    *(_coach(f"{n:02d}", "second", 17) for n in range(3, 9)),
)


def find_stations(text: str) -> list[StationHit]:
    wanted = text.strip().lower()
    hits = []
    for station in STATIONS:
        names = (station.name, station.pinyin, station.initials, station.code.lower(), station.english.lower())
        if wanted and any(name.startswith(wanted) for name in names):
            hits.append(StationHit(station=station, how="name", score=100, exact=wanted in names))
    return hits


def station(station_id: str) -> Station:
    return next(s for s in STATIONS if s.station_id == station_id)


def _run(service: str, on: date) -> RunRef:
    return RunRef(run_id=run_id("INVENTED", service, on), trip_id=service, service_date=on)


def offer_of(run: RunRef, now: datetime) -> RunOffer:
    service, to, hour, minute, length, fare_minor = next(t for t in TRAINS if t[0] == run.trip_id)
    depart = datetime.combine(run.service_date, time(hour, minute), ZONE)
    seed = run.run_id.int
    sold_out = service == "G1113"
    classes = tuple(
        ClassOffer(
            travel_class=name,
            fare=Money(round_to_step_half_up(fare_minor * percent, 100, 50), "CNY"),
            free=0 if sold_out else (seed >> i * 8) % (400 if name == "second" else 40),
            reserved=True,
        )
        for i, (name, percent) in enumerate(TIMES.items())
    )
    return RunOffer(
        run=run,
        span=Span(2, 6),
        service=service,
        operator="示范铁路公司",
        headsign=station(to).name,
        origin=station("CWQ"),
        destination=station(to),
        depart=depart,
        arrive=depart + timedelta(minutes=length),
        legs=4,
        classes=classes,
        closed=Reason.DEPARTED.value if depart <= now else "",
    )


def offers(origin: str, destination: str, on: date, now: datetime) -> list[RunOffer]:
    if destination not in {s.station_id for s in STATIONS}:
        raise Refusal(Reason.UNKNOWN_STATION, text=destination)
    if origin != "CWQ":
        return []
    return [offer_of(_run(name, on), now) for name, to, *_ in TRAINS if to == destination]


def fare(run: RunRef, travel_class: str) -> Money:
    fare_minor = next(t for t in TRAINS if t[0] == run.trip_id)[5]
    return Money(round_to_step_half_up(fare_minor * TIMES[travel_class], 100, 50), "CNY")


def class_of(place: PlaceRef) -> str:
    return next(c.sections[0].travel_class for c in COACHES if c.number == place.coach)


def _every() -> list[PlaceRef]:
    return [PlaceRef(c.number, p.label) for c in COACHES for p in c.sections[0].places]


def _sold_before(run: RunRef, place: PlaceRef) -> bool:
    return sum(map(ord, f"{run.trip_id}{place}")) * 7919 % 10 < 4


def seat_map(run: RunRef, span: Span, taken: Mapping[PlaceRef, bool]) -> SeatMap:
    states = {}
    for place in _every():
        if place in taken:
            states[place] = SpotState.OURS if taken[place] else SpotState.HELD
        elif _sold_before(run, place):
            states[place] = SpotState.SOLD
        else:
            states[place] = SpotState.PART if sum(map(ord, str(place))) % 9 == 0 else SpotState.FREE
    return SeatMap(run=run, span=span, coaches=COACHES, states=states, fares={name: fare(run, name) for name in TIMES})


def choose(
    run: RunRef, span: Span, wish: PlaceWish | None, places: Sequence[PlaceRef], taken: Mapping[PlaceRef, bool]
) -> tuple[PlaceRef, ...]:
    states = seat_map(run, span, taken).states
    open_states = {SpotState.FREE, SpotState.PART, SpotState.OURS}
    if places:
        if any(states[place] not in open_states for place in places):
            raise Refusal(Reason.PLACE_TAKEN)
        return tuple(places)
    assert wish is not None
    free = [p for p in _every() if states[p] in open_states and class_of(p) == wish.travel_class]
    if len(free) < wish.count:
        raise Refusal(Reason.NOT_ENOUGH_PLACES, free=len(free))
    return tuple(free[: wish.count])


def rules(hold: HoldView) -> list[PassengerRule]:
    second = hold.travel_class == "second"
    percent = {"adult": 100, "child": 50, "student": 75}
    return [
        PassengerRule(
            passenger_type=name,
            sellable=name != "student" or second,
            needs_document=name != "child",
            needs_name=True,
            fare=Money(round_to_step_half_up(hold.fare.minor * share, 100, 50), "CNY"),
        )
        for name, share in percent.items()
    ]


def quote(hold: HoldView, passengers: Sequence[PassengerInput]) -> SaleQuote:
    if not passengers:
        raise Refusal(Reason.NO_PASSENGERS)
    by_type = {rule.passenger_type: rule for rule in rules(hold)}
    priced = []
    for place, passenger in zip(hold.places, passengers, strict=False):
        rule = by_type[passenger.passenger_type]
        if not rule.sellable:
            raise Refusal(Reason.TYPE_NOT_SOLD_HERE)
        if not passenger.name.strip():
            raise Refusal(Reason.NAME_NEEDED)
        if rule.needs_document and not passenger.document.strip():
            raise Refusal(Reason.DOCUMENT_NEEDED)
        assert rule.fare is not None
        items = [QuoteItem(kind="base", label="fare", amount=hold.fare)]
        if rule.fare != hold.fare:
            label = "child_half" if passenger.passenger_type == "child" else "student"
            items.append(QuoteItem(kind="reduction", label=label, amount=rule.fare - hold.fare))
        priced.append(
            PassengerQuote(passenger_type=passenger.passenger_type, place=place, items=tuple(items), total=rule.fare)
        )
    total = Money(sum(p.total.minor for p in priced), "CNY")
    return SaleQuote(order_id=hold.order_id, passengers=tuple(priced), total=total, policy="cn-rail@1")


def quote_refund(ticket: TicketView, now: datetime) -> RefundQuote:
    if ticket.state != "FULFILLED":
        raise Refusal(Reason.ALREADY_REFUNDED)
    if ticket.depart <= now:
        raise Refusal(Reason.NOT_REFUNDABLE)
    fee = Money(max(200, round_to_step_half_up(ticket.price.minor * 20, 100, 50)), "CNY")
    return RefundQuote(
        quote_id=UUID(int=ticket.ticket_id.int ^ 1),
        ticket=ticket,
        rule="refund_under_24h",
        rule_words={"en": "Less than 24 hours before departure: 20 %", "zh": "开车前不足24小时：20%"},
        items=(
            QuoteItem(kind="refund", label="refund", amount=ticket.price),
            QuoteItem(kind="fee", label="refund_fee_20", amount=-fee),
        ),
        fee=fee,
        refundable=ticket.price - fee,
        quoted_at=now,
        valid_until=ticket.depart.astimezone(UTC),
    )


def masked(document: str) -> str:
    return document[:6] + "*" * max(0, len(document) - 10) + document[-4:] if len(document) > 10 else document


def read_entry(line: str, cursor: int | None, today: date) -> EntryReading:
    """Stations by initials, ``+n`` for the date, a class digit: enough to drive a window with."""
    del cursor
    parts: list[EntryPart] = []
    found: list[Station] = []
    service, on, at, travel_class = None, None, 0, None
    passengers: dict[str, int] = {}
    for word in line.split():
        start = line.index(word, at)
        at = start + len(word)
        hits = find_stations(word)
        if word.upper() in {t[0] for t in TRAINS}:
            service, role, meaning = word.upper(), "service", word.upper()
        elif word.startswith("+") and word[1:].isdigit():
            on = today + timedelta(days=int(word[1:]))
            role, meaning = "date", on.isoformat()
        elif hits and len(found) < 2:
            found.append(hits[0].station)
            role, meaning = ("origin", "destination")[len(found) - 1], hits[0].station.name
        elif word in {"1", "2"} and travel_class is None:
            travel_class = "first" if word == "1" else "second"
            role, meaning = "class", travel_class
        elif counts := re.findall(r"(\d)([acs])", word):
            passengers = {{"a": "adult", "c": "child", "s": "student"}[kind]: int(count) for count, kind in counts}
            role, meaning = "passengers", word
        else:
            role, meaning = "unknown", ""
        parts.append(EntryPart(word=word, start=start, role=role, meaning=meaning, ok=role != "unknown"))
    if len(found) == 1:
        found.insert(0, station("CWQ"))
    wrong = any(not part.ok for part in parts)
    state = ReadingState.WRONG if wrong else ReadingState.COMPLETE if len(found) == 2 else ReadingState.INCOMPLETE
    return EntryReading(
        line=line,
        state=state,
        parts=tuple(parts),
        service=service,
        origin=found[0] if found else None,
        destination=found[1] if len(found) == 2 else None,
        departing_on=on or (today if found else None),
        travel_class=travel_class,
        passengers=passengers,
        preferences=(),
        completions=(),
        problem=Reason.UNKNOWN_STATION.value if wrong else "",
    )
