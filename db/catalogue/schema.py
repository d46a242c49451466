"""The catalogue file: one issue of a timetable as an immutable SQLite database, and what stands in each column.

A file is built once by a child process, closed, made read-only and named after its own content. Whoever reads opens it
with ``mode=ro&immutable=1``: no lock, no journal, nothing to recover. Everything that is looked up together lies
together: a trip's calls are one BLOB, and the calls at a station are one range of ``call_at``.

Numbers named ``n`` count from 0 without gaps within their table and have no meaning outside this file.
All BLOBs of numbers are little-endian, whatever the machine.

``info(key, value)``: text; numbers in decimal, truth as ``0`` or ``1``.
    ``schema``          ``VERSION``: a reader refuses any other
    ``issue_id``        SHA-256 of the feed file, hex
    ``feed_name``       name of the file that it came from
    ``feed_namespace``  of run ids: who publishes, never which issue (see ``feed.py``)
    ``feed_version``    feed_info.feed_version, "" where none
    ``stations``, ``trips``  what was taken in; ``departures``: trips after frequencies.txt was written out
    ``first_date``, ``last_date``  ISO, first and last day on which a trip that was taken in runs
    ``currency``        the one that all fares are in; "" where there are none, or several
    ``invented``        1: the publisher's name starts with INVENTED (a demonstration)
    ``max_depart_s``    latest departure time in the file: how many days back a run may have started
    ``fault_count``     all faults, listed in ``fault`` or not

``station``: what a passenger names: a stop without a parent, or the parent.
    ``n``; ``station_id`` (stop_id of the feed); ``name``; ``code`` (stop_code, "" where none);
    ``pinyin``, ``initials`` (lower case letters, "" where not Chinese); ``english`` (a latin name where ``name`` is
    none, or ``name`` without its accents where it has some; else ""); ``city`` (""); ``weight``: trips that call here;
    ``lat_e6``, ``lon_e6``: millionths of a degree, NULL where none

``stop``: where a vehicle stops; every station that is called at directly is a stop too.
    ``n``; ``stop_id``; ``station_n``; ``zone_id`` (fares; "" where none); ``platform`` ("" where none)

``service``: a running calendar. It runs on day d (proleptic Gregorian ordinal, ``date.toordinal()``) when
    d is in ``added``, or when ``first_day <= d <= last_day``, bit ``weekday`` of ``weekdays`` is set (bit 0 Monday)
    and d is not in ``removed``. ``added`` and ``removed``: ascending int32. No day lies outside ``DAYS``.

``trip``: in the order of the feed; ``trip_id`` unique. A trip of frequencies.txt is written out, one row a departure,
    as ``<trip_id>@HH:MM:SS``.
    ``n``; ``trip_id``; ``service`` (what a passenger calls it); ``route_id``; ``route_type``; ``zone`` (IANA);
    ``operator`` (agency name); ``agency_id``; ``headsign``; ``service_n``; ``formation_n`` (NULL: unreserved capacity);
    ``currency`` of ``fares`` (NULL: none); ``pattern_version`` (16 hex digits of SHA-256 over calls, times, formation);
    ``measured``: 1: the feed gives distances, else 0
    ``calls``: per call five int32 (``CALL``): stop_n, arrive_s, depart_s, distance_m from the first call (-1 none),
        flags (``NO_BOARDING`` 1, ``NO_ALIGHTING`` 2, ``INTERPOLATED`` 4)
    ``fares``: per fare class int64 class_n followed by one int64 for each call: minor units from the origin to this
        call, -1 unknown; the origin's is 0. Classes ascend by class_n. An empty BLOB: stop_fares.txt has none.

``call_at``: every call, by station: primary key (station_n, trip_n, call), so that two stations' rows merge in order.
    ``depart_s``; ``flags`` as in ``calls``

``fare_class(n, name)``: ``second``, ``hard_sleeper_middle`` (``domain.coaches.fare_class``), in order of first use.

``formation(n, formation_id, coaches)``, ``coach_type(n, coach_type, travel_class, description)``,
``place(coach_type_n, i, label, row, col, kind, position)``: places in the order of the feed, each label once a type.
    ``coaches``: JSON list of ``[coach_no, [coach_type_n, ...]]`` in the order of the feed; two types of one coach are
    its two sections.

``fare(n, fare_id, price_minor, currency, agency_id)``, ``fare_rule(fare_n, route_id, origin, destination, contains)``:
    GTFS fares v1 as they are. "" in a rule means any. A fare without a rule applies everywhere. Rows of one fare that
    differ only in ``contains`` are one rule: all those zones, and no others, are passed. ``agency_id`` "": any agency.
    Zones are ``stop.zone_id``; where a stop has none, its station's is meant and was copied.

``fault(i, file, line, fault, detail)``: what was left out or mended (``ports.catalogue.Fault``), at most 10,000.
"""

from __future__ import annotations

import struct
from datetime import date
from typing import Final

VERSION: Final = 1

CALL: Final = struct.Struct("<5i")
NO_BOARDING: Final = 1
NO_ALIGHTING: Final = 2
INTERPOLATED: Final = 4

# Calendars from the year 1 to 9999 exist: they are cut to days whose instants exist in every zone.
DAYS: Final = range(date(1990, 1, 1).toordinal(), date(2200, 1, 1).toordinal())

TABLES: Final = """
CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE station (
    n INTEGER PRIMARY KEY, station_id TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL, pinyin TEXT NOT NULL,
    initials TEXT NOT NULL, english TEXT NOT NULL, city TEXT NOT NULL, weight INTEGER NOT NULL,
    lat_e6 INTEGER, lon_e6 INTEGER);
CREATE TABLE stop (
    n INTEGER PRIMARY KEY, stop_id TEXT NOT NULL, station_n INTEGER NOT NULL, zone_id TEXT NOT NULL,
    platform TEXT NOT NULL);
CREATE TABLE service (
    n INTEGER PRIMARY KEY, service_id TEXT NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
    weekdays INTEGER NOT NULL, added BLOB NOT NULL, removed BLOB NOT NULL);
CREATE TABLE trip (
    n INTEGER PRIMARY KEY, trip_id TEXT NOT NULL, service TEXT NOT NULL, route_id TEXT NOT NULL,
    route_type INTEGER NOT NULL, zone TEXT NOT NULL, operator TEXT NOT NULL, agency_id TEXT NOT NULL,
    headsign TEXT NOT NULL, service_n INTEGER NOT NULL, formation_n INTEGER, currency TEXT,
    pattern_version TEXT NOT NULL, measured INTEGER NOT NULL, calls BLOB NOT NULL, fares BLOB NOT NULL);
CREATE TABLE call_at (
    station_n INTEGER NOT NULL, trip_n INTEGER NOT NULL, call INTEGER NOT NULL, depart_s INTEGER NOT NULL,
    flags INTEGER NOT NULL, PRIMARY KEY (station_n, trip_n, call)) WITHOUT ROWID;
CREATE TABLE fare_class (n INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE formation (n INTEGER PRIMARY KEY, formation_id TEXT NOT NULL, coaches TEXT NOT NULL);
CREATE TABLE coach_type (
    n INTEGER PRIMARY KEY, coach_type TEXT NOT NULL, travel_class TEXT NOT NULL, description TEXT NOT NULL);
CREATE TABLE place (
    coach_type_n INTEGER NOT NULL, i INTEGER NOT NULL, label TEXT NOT NULL, row TEXT NOT NULL, col TEXT NOT NULL,
    kind TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (coach_type_n, i)) WITHOUT ROWID;
CREATE TABLE fare (
    n INTEGER PRIMARY KEY, fare_id TEXT NOT NULL, price_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    agency_id TEXT NOT NULL);
CREATE TABLE fare_rule (
    fare_n INTEGER NOT NULL, route_id TEXT NOT NULL, origin TEXT NOT NULL, destination TEXT NOT NULL,
    contains TEXT NOT NULL);
CREATE TABLE fault (
    i INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, fault TEXT NOT NULL, detail TEXT NOT NULL);
"""

# Built last: filling an index row by row costs more than sorting it once.
INDEXES: Final = """
CREATE UNIQUE INDEX trip_by_id ON trip (trip_id);
CREATE UNIQUE INDEX station_by_id ON station (station_id);
CREATE UNIQUE INDEX formation_by_id ON formation (formation_id);
CREATE INDEX fare_rule_by_od ON fare_rule (origin, destination);
CREATE INDEX fare_rule_by_fare ON fare_rule (fare_n);
"""
