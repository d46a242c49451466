"""The simulated stations' timetable: few trains, few places, so that windows meet; and three other issues of it."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from counter_app.domain.reissue import places_of
from counter_app.ports.catalogue import Catalogue, ImportReport, Progress
from db.catalogue.feed import Built, build
from db.catalogue.reader import CatalogueFile

STATIONS: Final = ("AAH", "BBH", "CCH", "DDH", "EEH")
NOW_AND_THEN: Final = "BCH"  # where only some trains of the third issue call
LINE: Final = ("AAH", "BBH", NOW_AND_THEN, "CCH", "DDH", "EEH")  # the track: every call of every issue, in order
MINUTES: Final = dict(zip(LINE, (0, 40, 60, 80, 120, 160), strict=True))  # from AAH
OTHER_CALLS: Final = {"G3": {"CCH"}, "G5": {NOW_AND_THEN}, "K9": {NOW_AND_THEN, "DDH"}}  # of the third issue
SHORTER: Final = {"G5": {"EEH"}, "K9": {"DDH", "EEH"}}  # of the fourth
SHORT_TRAINS: Final = {"G1", "G3"}
ZONE: Final = "Asia/Shanghai"
FIRST, LAST = date(2026, 11, 1), date(2027, 3, 31)


def feed_files(issue: int) -> Mapping[str, str]:
    """``issue`` 1: trains G1, G3, G5 and coach K9. 2: G1 leaves later, G5 is gone, G7 is new; what is sold of G1 and

    G3 stands, since its calls are the same. 3: legs are counted anew: G3 does not call at CCH, G5 calls at BCH, too,
    and K9 there, but not at DDH. 4: G1 and G3 go without their last coach, G5 goes no farther than DDH,
    and K9 no farther than CCH.
    """
    trains = {"G1": 7 * 60, "G3": 12 * 60, "G5": 18 * 60}
    if issue == 2:
        trains = {"G1": 7 * 60 + 10, "G3": 12 * 60, "G7": 20 * 60}
    coaches = {"K9": 15 * 60}
    trips = [(name, start, 40) for name, start in trains.items()] + [
        (name, start, 60) for name, start in coaches.items()
    ]
    stop_times, fares = [], []
    for name, start, step in trips:
        other = OTHER_CALLS if issue == 3 else SHORTER if issue == 4 else {}
        calls = set(STATIONS) ^ other.get(name, set())
        for at, station in enumerate(one for one in LINE if one in calls):
            minute = start + MINUTES[station] * step // 40
            clock = f"{minute // 60:02d}:{minute % 60:02d}:00"
            stop_times.append(f"{name},{clock},{clock},{station},{at + 1}")
            if at:
                classes = {"second": 1_000, "first": 1_600} if name in trains else {"standard": 700}
                far = MINUTES[station]
                fares += [f"{name},{at + 1},{cls},{far * per_leg // 40},CNY" for cls, per_leg in classes.items()]
    rows = [(row, column) for row in range(1, 4) for column in "AF"]
    return {
        "agency.txt": f"agency_id,agency_name,agency_url,agency_timezone\nX,Test Rail,https://example.org/,{ZONE}\n",
        "stops.txt": "stop_id,stop_code,stop_name\n" + "".join(f"{one},{one},{one} station\n" for one in LINE),
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nG,X,G,,2\nK,X,K,,3\n",
        "trips.txt": "route_id,service_id,trip_id,trip_headsign,trip_short_name\n"
        + "".join(f"{name[0]},DAILY,{name},EEH station,{name}\n" for name, _, _ in trips),
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "\n".join(stop_times) + "\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        f"DAILY,1,1,1,1,1,1,1,{FIRST:%Y%m%d},{LAST:%Y%m%d}\n",
        "coach_types.txt": "coach_type,travel_class,description\nZE,second,six\nZY,first,six\n",
        "coach_places.txt": "coach_type,place,row,column,kind,position\n"
        + "".join(f"{kind},{row:02d}{col},{row},{col},seat,window\n" for kind in ("ZE", "ZY") for row, col in rows),
        "formations.txt": "formation_id,coach_no,coach_type\nF1,01,ZY\nF1,02,ZE\nF1,03,ZE\n"
        + ("F2,01,ZY\nF2,02,ZE\n" if issue == 4 else ""),
        "trip_formations.txt": "trip_id,formation_id\n"
        + "".join(f"{name},{'F2' if issue == 4 and name in SHORT_TRAINS else 'F1'}\n" for name in trains),
        "stop_fares.txt": "trip_id,stop_sequence,travel_class,cumulative_fare_minor,currency\n"
        + "\n".join(fares)
        + "\n",
    }


@dataclass(frozen=True, slots=True)
class Issue:
    path: Path
    built: Built


def make_issue(folder: Path, number: int) -> Issue:
    """Built once in ``folder``: the same files make the same catalogue."""
    feed, target = folder / f"feed-{number}.zip", folder / f"issue-{number}.catalogue"
    with zipfile.ZipFile(feed, "w") as archive:
        for name, content in feed_files(number).items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0)), content)
    return Issue(target, build(feed, target, progress=lambda *_: None))


class NoBuilder:
    """``ports.catalogue.CatalogueBuilder`` of an enrolled counter: its timetables come from central ready made."""

    def build(self, feed: Path, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> ImportReport:
        raise AssertionError("an enrolled counter imports no feed")

    def open(self, catalogue: Path) -> Catalogue:
        return CatalogueFile(catalogue)


@dataclass(frozen=True, slots=True)
class Lines:
    """Where on the track each pattern calls, so that legs of all issues are counted alike: in pieces of ``LINE``; and

    which places its trains have.
    """

    calls: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by pattern version
    places: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def ends(self, pattern: str, board: int, alight: int) -> tuple[int, int]:
        calls = self.calls[pattern]
        return calls[board], calls[alight]

    def pieces(self, pattern: str, board: int, alight: int) -> range:
        return range(*self.ends(pattern, board, alight))


def lines_of(issues: Iterable[Issue]) -> Lines:
    calls, places = {}, {}
    for issue in issues:
        catalogue = CatalogueFile(issue.path)
        for name in ("G1", "G3", "G5", "G7", "K9"):
            trip = catalogue.trip(name)
            if trip is not None:
                calls[trip.pattern_version] = tuple(LINE.index(call.station_id) for call in trip.calls)
                formation = None if trip.formation_id is None else catalogue.formation(trip.formation_id)
                places[trip.pattern_version] = frozenset(map(str, places_of(formation) or ()))
    return Lines(calls, places)


def issues_in(folder: Path) -> tuple[Issue, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        made = [make_issue(Path(work), number) for number in (1, 2, 3, 4)]
        kept = []
        for number, issue in enumerate(made, 1):
            target = folder / f"issue-{number}.catalogue"
            shutil.copyfile(issue.path, target)
            kept.append(Issue(target, issue.built))
    return tuple(kept)
