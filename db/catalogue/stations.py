"""stops.txt: the stops that vehicles call at, and the stations that passengers name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from db.catalogue import limits
from db.catalogue.container import refuse
from db.catalogue.faults import Faults
from db.catalogue.latin import Latin
from db.catalogue.source import Source

FILE: Final = "stops.txt"
_COLUMNS: Final = (
    "stop_id", "stop_code", "stop_name", "stop_desc", "stop_lat", "stop_lon", "zone_id", "location_type",
    "parent_station", "platform_code", "stop_pinyin", "stop_initials",
)  # fmt: skip
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,30})?", re.ASCII)
_STOP, _STATION = "0", "1"
_NOT_CALLED_AT: Final = {"2", "3", "4"}  # entrances, nodes, boarding areas


@dataclass(slots=True)
class _Stop:
    line: int
    code: str
    name: str
    city: str
    lat_e6: int | None
    lon_e6: int | None
    zone: str
    kind: str
    parent: str
    platform: str
    pinyin: str
    initials: str


@dataclass(slots=True)
class Stops:
    """``index``: stop_id → n. ``rows``: of table stop. ``stations``: of table station, the weight to be filled in."""

    index: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, str, int, str, str]] = field(default_factory=list)
    stations: list[list[str | int | None]] = field(default_factory=list)

    def station_ns(self) -> list[int]:
        return [row[2] for row in self.rows]

    def place_e6(self, stop_n: int) -> tuple[int, int] | None:
        station = self.stations[self.rows[stop_n][2]]
        lat, lon = station[-2], station[-1]
        return (lat, lon) if isinstance(lat, int) and isinstance(lon, int) else None


def load_stops(source: Source, latin: Latin) -> Stops:
    raw = _read(source)
    stops = Stops()
    station_n: dict[str, int] = {}
    parents = {stop_id: _parent(stop_id, stop, raw, source.faults) for stop_id, stop in raw.items()}
    for stop_id, stop in raw.items():
        if not parents[stop_id]:
            station_n[stop_id] = len(stops.stations)
            words = latin.of(stop.name, stop.pinyin, stop.initials)
            stops.stations.append(
                [len(stops.stations), stop_id, stop.name, stop.code, *words, stop.city, 0, stop.lat_e6, stop.lon_e6]
            )
    for stop_id, stop in raw.items():
        parent = parents[stop_id]
        n = len(stops.rows)
        stops.index[stop_id] = n
        zone = stop.zone or (raw[parent].zone if parent else "")
        stops.rows.append((n, stop_id, station_n[parent or stop_id], zone, stop.platform))
    return stops


def _read(source: Source) -> dict[str, _Stop]:
    faults = source.faults
    source.need(FILE)
    table = source.table(FILE, _COLUMNS, required=("stop_id", "stop_name"))
    # stop_desc is prose in most feeds; beside stop_pinyin (our extension) it is the city.
    with_city = "stop_pinyin" in table.has
    raw: dict[str, _Stop] = {}
    for line, row in table:
        stop_id, code, name, desc, lat, lon, zone, kind, parent, platform, pinyin, initials = row
        if kind in _NOT_CALLED_AT:
            continue
        if not stop_id:
            faults.add(FILE, line, "missing_value", "stop_id")
            continue
        if kind not in ("", _STOP, _STATION):
            faults.add(FILE, line, "bad_value", f"location_type {kind}")
            continue
        if stop_id in raw:
            faults.add(FILE, line, "duplicate_id", stop_id)
            continue
        if len(raw) >= limits.STOPS:
            raise refuse("too_large", f"{FILE}: more than {limits.STOPS} stops")
        if len(name) > limits.NAME_CHARS:
            faults.add(FILE, line, "text_too_long", stop_id)
            name = name[: limits.NAME_CHARS]
        if not name and not parent:
            faults.add(FILE, line, "missing_value", f"stop_name of {stop_id}")
            name = code or stop_id  # trains still sell to all their other stops
        place = _place(lat, lon)
        if place is None:
            faults.add(FILE, line, "bad_coordinate", f"{lat} {lon}")
        raw[stop_id] = _Stop(
            line=line,
            code=code[: limits.NAME_CHARS],
            name=name,
            city=desc[: limits.NAME_CHARS] if with_city else "",
            lat_e6=place[0] if place else None,
            lon_e6=place[1] if place else None,
            zone=zone,
            kind=kind or _STOP,
            parent=parent,
            platform=platform[: limits.NAME_CHARS],
            pinyin=pinyin,
            initials=initials,
        )
    return raw


def _parent(stop_id: str, stop: _Stop, raw: dict[str, _Stop], faults: Faults) -> str:
    """The station that a stop belongs to, "" for none. One level and no more, so that no circle can arise."""
    if not stop.parent:
        return ""
    parent = raw.get(stop.parent)
    if parent is None:
        faults.add(FILE, stop.line, "dangling_reference", f"parent_station {stop.parent}")
    elif stop.kind == _STATION or parent.kind != _STATION or stop.parent == stop_id:
        faults.add(FILE, stop.line, "bad_parent", f"parent_station {stop.parent}")
    else:
        return stop.parent
    if not stop.name:
        stop.name = stop.code or stop_id
    return ""


def _place(lat: str, lon: str) -> tuple[int, int] | tuple[None, None] | None:
    """Millionths of a degree; (None, None) where the feed has none; None where it has nonsense."""
    if not lat and not lon:
        return None, None
    if not (_DEGREES.fullmatch(lat) and _DEGREES.fullmatch(lon)):
        return None
    lat_e6, lon_e6 = round(float(lat) * 1e6), round(float(lon) * 1e6)
    if abs(lat_e6) > 90_000_000 or abs(lon_e6) > 180_000_000:
        return None
    # 0, 0 lies in the sea: exporters write it for "not known".
    return (lat_e6, lon_e6) if lat_e6 or lon_e6 else (None, None)
