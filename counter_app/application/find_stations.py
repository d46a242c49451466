"""Stations by what a clerk types, ranked by what this window sells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

from counter_app.application.views import StationHit
from counter_app.domain.stations import FUZZY_BELOW, Match, Station, StationIndex, code_of
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue

HITS_MAX: Final = 200
CANDIDATES_NAMED: Final = 6
# The window's own station is where most journeys begin: it comes before any that was sold more often.
_HOME_USAGE: Final = 1_000_000


class FindStations:
    """READ. ``catalogue`` gives the timetable in force, or None; the index is made anew when that changes.

    ``usage``: station id → how often this window sold it as a destination; asked for each question, so it answers
    from memory. ``home_name`` and ``home_code``: this window's station, as the profile has it.
    """

    def __init__(
        self,
        *,
        catalogue: Callable[[], Catalogue | None],
        usage: Callable[[], Mapping[str, int]],
        home_name: str,
        home_code: str = "",
    ) -> None:
        self._catalogue = catalogue
        self._usage = usage
        self._home_name = home_name
        self._home_code = home_code
        self._lock = Lock()
        self._made_for: Catalogue | None = None
        self._index: StationIndex | None = None
        self._home: Station | None = None

    def __call__(self, text: str, *, limit: int = 10, as_destination: bool = False) -> list[StationHit]:
        """Best first, at most ``limit`` and 200. Raises NO_TIMETABLE."""
        limit = max(0, min(limit, HITS_MAX))
        return [_hit(match) for match in self.index(as_destination=as_destination).match(text, limit)]

    def resolve(self, text: str, *, as_destination: bool = False) -> Station:
        """The one station that ``text`` names, also by its id in the feed.

        Raises UNKNOWN_STATION(text), AMBIGUOUS_STATION(text, candidates), NO_TIMETABLE. Nothing is guessed: a text
        with a typing error is ambiguous even where one station alone resembles it.
        """
        matches = self.index(as_destination=as_destination).match(text, CANDIDATES_NAMED)
        exact = next((match for match in matches if match.exact), None)
        if exact is not None:
            return exact.station
        catalogue = self._catalogue()
        by_id = catalogue.station(text.strip()) if catalogue is not None else None
        if by_id is not None:
            return by_id
        if not matches or not text.strip():
            raise Refusal(Reason.UNKNOWN_STATION, text=text)
        if len(matches) == 1 and matches[0].quality >= FUZZY_BELOW:
            return matches[0].station
        candidates = ", ".join(_named(match.station) for match in matches)
        raise Refusal(Reason.AMBIGUOUS_STATION, text=text, candidates=candidates)

    def index(self, *, as_destination: bool = True) -> StationIndex:
        """Raises NO_TIMETABLE."""
        index = self._current()
        usage = self._usage()
        if self._home is not None and not as_destination:
            usage = {**usage, self._home.station_id: _HOME_USAGE}
        return index.ranked_by(usage)

    def home(self) -> Station | None:
        """The window's own station in the timetable, or None where it has no such station. Raises NO_TIMETABLE."""
        self._current()
        return self._home

    def _current(self) -> StationIndex:
        catalogue = self._catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        with self._lock:
            if self._index is None or self._made_for is not catalogue:
                index = StationIndex(catalogue.stations())
                self._home = _home(index, self._home_name, self._home_code)
                self._index, self._made_for = index, catalogue
            return self._index


def _home(index: StationIndex, name: str, code: str) -> Station | None:
    by_code = next((match for match in index.match(code.upper(), 1) if match.how == "code" and match.exact), None)
    named = index.named(name) or index.named(name.removesuffix("站"))
    # The name first: a station code of the operator's own may be another station's code in the feed.
    return named or (by_code.station if by_code and by_code.station.name == name else None)


def _named(station: Station) -> str:
    return f"{station.name} {code_of(station)}"


def _hit(match: Match) -> StationHit:
    return StationHit(station=match.station, how=match.how, score=match.score, exact=match.exact)
