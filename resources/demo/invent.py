"""Invents a timetable: real station names, made-up trains, as a GTFS zip with this project's extension files.

The same arguments give the same bytes. Nothing in it may be taken for a real train: the feed's publisher begins with
``INVENTED``, which the program shows and prints.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import random
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from resources.demo.railway import LINES, STATIONS
from resources.demo.trains import COACH_TYPES, FORMATIONS, KINDS, Kind, fare_minor

PUBLISHER = "INVENTED for demonstration: no real trains · 演示用虚构时刻表"
AGENCY = "演示铁路 Demonstration Railway (invented)"

DEMO_SERVICES = 360
NATIONAL_SERVICES, NATIONAL_STATIONS = 5_500, 2_900
SERVICES_MAX, STATIONS_MAX = 10_000, 6_000

# Where the demonstration's window stands: no train passes these by.
ALWAYS_STOPS = frozenset({"长沙南", "长沙"})
DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Stop:
    name: str
    km: int
    hub: bool


@dataclass(frozen=True, slots=True)
class Line:
    kinds: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    code: str  # "" where not known for sure
    syllables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arrive_min: int
    depart_min: int
    km: int


@dataclass(frozen=True, slots=True)
class Train:
    number: str
    kind: Kind
    calls: tuple[Call, ...]


def invent(
    path: Path, *, first_date: date, days: int = 365, services: int = DEMO_SERVICES, stations: int = 0, seed: int = 1
) -> None:
    """Writes the feed to ``path``: ``services`` trains, each daily from ``first_date`` for ``days`` days.

    ``stations`` beyond the real names here are invented as well, names and codes, with lines of their own: that is
    how a feed of national size is made for benchmarks.
    """
    assert 1 <= services <= SERVICES_MAX
    assert 0 <= stations <= STATIONS_MAX
    assert days >= 1
    chance = random.Random(seed)  # noqa: S311 - the same seed must give the same trains
    places, lines = _real_stations(), _real_lines()
    if stations > len(places):
        more, more_lines = _invented_ground(stations - len(places), places, lines, chance)
        places, lines = places + more, lines + more_lines
    trains = list(_trains(lines, services, chance))
    _write(path, _tables(places, trains, first_date, first_date + timedelta(days=days - 1), seed))


# ---- the ground ---------------------------------------------------------------------------------------------------


def _real_stations() -> list[Station]:
    found = []
    for line in STATIONS.strip().splitlines():
        name, code, *syllables = line.split()
        found.append(Station(name, "" if code == "-" else code, tuple(syllables)))
    return found


def _real_lines() -> list[Line]:
    found = []
    for line in LINES.strip().splitlines():
        kinds, *rest = line.split()
        stops = tuple(
            Stop(name.removeprefix("*"), int(km), name.startswith("*"))
            for km, name in zip(rest[::2], rest[1::2], strict=True)
        )
        found.append(Line(kinds, stops))
    return found


_SOUNDS = """
安 an 白 bai 宝 bao 北 bei 昌 chang 长 chang 城 cheng 川 chuan 大 da 东 dong 丰 feng 福 fu 高 gao 光 guang 海 hai 和 he
河 he 红 hong 湖 hu 华 hua 黄 huang 吉 ji 江 jiang 金 jin 锦 jin 开 kai 兰 lan 林 lin 灵 ling 龙 long 梅 mei 明 ming
南 nan 宁 ning 平 ping 桥 qiao 青 qing 泉 quan 荣 rong 沙 sha 山 shan 上 shang 石 shi 双 shuang 泰 tai 天 tian 通 tong
文 wen 西 xi 仙 xian 新 xin 兴 xing 阳 yang 永 yong 玉 yu 云 yun 镇 zhen 中 zhong 竹 zhu
"""


def _invented_ground(
    count: int, real: Sequence[Station], lines: Sequence[Line], chance: random.Random
) -> tuple[list[Station], list[Line]]:
    words = _SOUNDS.split()
    sounds = dict(zip(words[::2], words[1::2], strict=True))
    taken_names, taken_codes = {station.name for station in real}, {station.code for station in real}
    pairs = [first + second for first in sounds for second in sounds if first != second]
    chance.shuffle(pairs)
    names = (pair + suffix for suffix in ("", "北", "南") for pair in pairs)
    codes = ("".join(letters) for letters in itertools.product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=3))
    stations = [
        Station(name, code, tuple(sounds[character] for character in name))
        for name, code in zip(
            itertools.islice((name for name in names if name not in taken_names), count),
            (code for code in codes if code not in taken_codes),
            strict=False,
        )
    ]

    # Each stretch of them hangs between two real hubs, so that trains of the two kinds of ground meet.
    hubs = [stop.name for line in lines for stop in line.stops if stop.hub]
    made, rest = [], list(stations)
    while rest:
        # A few are as long as the longest of a real country: more legs than a machine word has bits are met elsewhere.
        size = min(len(rest), 58 if chance.random() < 0.03 else chance.randint(8, 30))
        stretch, rest = rest[:size], rest[size:]
        start, end = chance.sample(sorted(set(hubs)), 2)
        km, stops = 0, [Stop(start, 0, hub=True)]
        for station in stretch:
            km += chance.randint(12, 60)
            stops.append(Stop(station.name, km, hub=chance.random() < 0.15))
        stops.append(Stop(end, km + chance.randint(12, 60), hub=True))
        made.append(Line(chance.choice(("GD", "GGD", "DC", "GDC", "GC", "K", "KT", "KZ")), tuple(stops)))
    return stations, made


# ---- the trains ---------------------------------------------------------------------------------------------------


def _trains(lines: Sequence[Line], services: int, chance: random.Random) -> Iterator[Train]:
    """There and back in turn: odd numbers away from a line's first station, even ones towards it."""
    parts = [(line, kind) for line in lines for kind in line.kinds]
    # The trains of one part follow each other; every part gets its share.
    if services >= len(parts):
        chosen = [parts[index * len(parts) // services] for index in range(services)]
    else:
        chosen = chance.sample(parts, services)
    numbers = {"G": 1001, "D": 2001, "N": 901, "C": 7001, "Z": 101, "T": 1001, "K": 1001}
    backs = dict.fromkeys(numbers, False)
    for index, (line, letter) in enumerate(chosen):
        kind = KINDS[letter]
        back = backs[letter]
        number = numbers[letter] + (1 if back else 0)
        if back:
            numbers[letter] += 2
            if letter == "N" and numbers[letter] == 2001:
                numbers[letter] = 8001  # 2001 and on are the day's
        backs[letter] = not back
        stops = _journey(line, kind, chance)
        calls = _calls(stops[::-1] if back else stops, kind, index, chance)
        yield Train(f"{kind.letter}{number}", kind, calls)


def _running_min(km: int, kind: Kind) -> int:
    return max(4, round(km / kind.speed_km_h * 60) + 3)  # 3: slowing down and getting up to speed


def _journey(line: Line, kind: Kind, chance: random.Random) -> list[Stop]:
    """From one hub to another, through the counter's own station more often than not."""
    hubs = [index for index, stop in enumerate(line.stops) if stop.hub]
    pairs = list(itertools.combinations(hubs, 2))
    weights = []
    for start, end in pairs:
        stretch = line.stops[start : end + 1]
        km = stretch[-1].km - stretch[0].km
        through = any(stop.name in ALWAYS_STOPS for stop in stretch)
        # By day a train is home before midnight; a night train needs the night.
        fits = 6 * 60 < _running_min(km, kind) < 12 * 60 if kind is KINDS["N"] else _fits_the_day(km, kind)
        weights.append((3.0 if through else 1.0) * (km + 150) ** 1.5 if fits else 0.0)
    start, end = chance.choices(pairs, weights)[0] if any(weights) else (hubs[0], hubs[-1])
    stretch = line.stops[start : end + 1]
    keep = [stretch[0]]
    for stop in stretch[1:-1]:
        skips = 0.0 if stop.name in ALWAYS_STOPS else kind.skips * (0.35 if stop.hub else 1.0)
        if chance.random() >= skips:
            keep.append(stop)
    return [*keep, stretch[-1]]


def _fits_the_day(km: int, kind: Kind) -> bool:
    return kind.tapered or km / kind.speed_km_h < 12


def _calls(stops: Sequence[Stop], kind: Kind, index: int, chance: random.Random) -> tuple[Call, ...]:
    running = [
        round(_running_min(abs(after.km - before.km), kind) * chance.uniform(0.97, 1.06))
        for before, after in itertools.pairwise(stops)
    ]
    dwell = [chance.randint(kind.dwell_min, kind.dwell_min + 3) for _ in stops[1:-1]]
    whole = sum(running) + sum(dwell)
    latest = kind.last_departure
    if not kind.tapered and kind is not KINDS["N"]:
        latest = max(kind.first_departure + 30, min(latest, DAY_MIN - 10 - whole))
    # 0.618...: neighbours of one line spread over the day instead of bunching as pure chance does
    share = (index * 0.6180339887 + chance.uniform(0, 0.05)) % 1
    minute = kind.first_departure + round((latest - kind.first_departure) * share)
    origin_km = stops[0].km
    calls = [Call(stops[0].name, minute, minute, 0)]
    for place, stop in enumerate(stops[1:]):
        arrive = minute + running[place]
        minute = arrive + (dwell[place] if place < len(dwell) else 0)
        calls.append(Call(stop.name, arrive, minute, abs(stop.km - origin_km)))
    return tuple(calls)


# ---- the feed -----------------------------------------------------------------------------------------------------

Table = tuple[str, str, Iterable[Sequence[object]]]  # file name, header, rows


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def _tables(
    stations: Sequence[Station], trains: Sequence[Train], first: date, last: date, seed: int
) -> Iterator[Table]:
    ids = {station.name: f"V{index:04d}" for index, station in enumerate(stations, 1)}
    start, end = f"{first:%Y%m%d}", f"{last:%Y%m%d}"
    kinds = {train.kind.letter: train.kind for train in trains}
    yield (
        "agency.txt",
        "agency_id,agency_name,agency_url,agency_timezone,agency_lang",
        [("DEMO", AGENCY, "https://example.invalid/", "Asia/Shanghai", "zh")],
    )
    yield (
        "feed_info.txt",
        ("feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version"),
        [(PUBLISHER, "https://example.invalid/", "zh", start, end, f"invented-{seed}-{start}")],
    )
    yield (
        "stops.txt",
        "stop_id,stop_code,stop_name,stop_timezone,stop_pinyin,stop_initials",
        (
            (
                ids[station.name],
                station.code,
                station.name,
                "Asia/Shanghai",
                "".join(station.syllables),
                "".join(syllable[0] for syllable in station.syllables),
            )
            for station in stations
        ),
    )
    yield (
        "routes.txt",
        "route_id,agency_id,route_short_name,route_long_name,route_type",
        ((letter, "DEMO", letter, kind.long_name, 2) for letter, kind in sorted(kinds.items())),
    )
    yield (
        "trips.txt",
        "route_id,service_id,trip_id,trip_headsign,trip_short_name,direction_id",
        (
            (
                train.kind.letter,
                "DAILY",
                train.number,
                train.calls[-1].name,
                train.number,
                1 - int(train.number[1:]) % 2,
            )
            for train in trains
        ),
    )
    yield (
        "stop_times.txt",
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled",
        (
            (train.number, _clock(call.arrive_min), _clock(call.depart_min), ids[call.name], sequence, call.km)
            for train in trains
            for sequence, call in enumerate(train.calls, 1)
        ),
    )
    yield (
        "calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        [("DAILY", 1, 1, 1, 1, 1, 1, 1, start, end)],
    )
    yield (
        "coach_types.txt",
        "coach_type,travel_class,description",
        ((coach.name, coach.travel_class, coach.description) for coach in COACH_TYPES),
    )
    yield (
        "coach_places.txt",
        "coach_type,place,row,column,kind,position",
        ((coach.name, *row) for coach in COACH_TYPES for row in coach.rows()),
    )
    yield (
        "formations.txt",
        "formation_id,coach_no,coach_type",
        (
            (name, f"{number:02d}", section)
            for name, coaches in FORMATIONS.items()
            for number, coach in enumerate(coaches, 1)
            for section in coach.split("+")
        ),
    )
    yield "trip_formations.txt", "trip_id,formation_id", ((train.number, _formation(train)) for train in trains)
    yield (
        "stop_fares.txt",
        "trip_id,stop_sequence,travel_class,cumulative_fare_minor,currency",
        (
            (train.number, sequence, fare_class, fare_minor(train.kind, fare_class, call.km), "CNY")
            for train in trains
            for sequence, call in enumerate(train.calls[1:], 2)
            for fare_class in _classes(train)
        ),
    )


def _formation(train: Train) -> str:
    # A short run over the day needs no soft sleepers.
    if train.kind.formation == "25G-K" and train.calls[-1].arrive_min - train.calls[0].depart_min < 6 * 60:
        return "25G-SHORT"
    return train.kind.formation


def _classes(train: Train) -> Iterable[str]:
    if _formation(train) == "25G-SHORT":
        return [name for name in train.kind.fares if not name.startswith("soft_sleeper")]
    return train.kind.fares


def _write(path: Path, tables: Iterable[Table]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as feed:
        for name, header, rows in tables:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)
            # A fixed date: the same arguments give the same bytes.
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            feed.writestr(info, text.getvalue())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m resources.demo.invent", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--first-date", type=date.fromisoformat, required=True, help="2026-12-01")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--services", type=int, default=DEMO_SERVICES)
    parser.add_argument("--stations", type=int, default=0, help="beyond the real names, names are invented too")
    parser.add_argument("--national", action="store_true", help="as large as a whole country's timetable")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    invent(
        told.file,
        first_date=told.first_date,
        days=told.days,
        services=NATIONAL_SERVICES if told.national else told.services,
        stations=NATIONAL_STATIONS if told.national else told.stations,
        seed=told.seed,
    )


if __name__ == "__main__":
    main()
