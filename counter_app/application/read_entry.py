"""The entry line, read against the timetable in force: what each word means, what is missing, how it may go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Protocol

from counter_app.application.find_stations import FindStations
from counter_app.application.views import EntryPart, EntryReading, ReadingState
from counter_app.domain.entryline import Line, LineContext, Part, read_line
from counter_app.domain.entrywords import CLASS_WORDS
from counter_app.domain.stations import StationIndex, code_of
from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue, ServiceBook

COMPLETIONS_MAX: Final = 8
_SERVICES_MAX: Final = 3
_LOOK_AMONG: Final = 64  # stations that resemble the word, when only those of one service are wanted


class Timetable(Catalogue, ServiceBook, Protocol):
    """The catalogue with its services by number."""


class ReadEntry:
    """READ. ``sale_dates``: today and the last departure date that may be sold. ``zone``: the station's."""

    def __init__(
        self,
        *,
        find: FindStations,
        catalogue: Callable[[], Timetable | None],
        sale_dates: Callable[[], tuple[date, date]],
        zone: str,
    ) -> None:
        self._find = find
        self._catalogue = catalogue
        self._sale_dates = sale_dates
        self._zone = zone

    def warm(self) -> None:
        """Builds what the first key press would wait for (tens of milliseconds). Harmless without a timetable."""
        catalogue = self._catalogue()
        if catalogue is not None:
            for service in catalogue.services_like("", 1):
                catalogue.trips_of(service)
            self._find.index().warm()

    def __call__(self, line: str, *, cursor: int | None = None) -> EntryReading:
        """Raises NO_TIMETABLE; a line that makes no sense is a reading that says so.

        ``departing_on`` is today where no date was said. Beyond the horizon a line is complete and ``problem`` says
        so: runs may be looked up that cannot be sold yet.
        """
        catalogue = self._catalogue()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        first, last = self._sale_dates()
        index = self._find.index(as_destination=True)
        context = LineContext(
            today=first,
            index=index,
            home=self._find.home(),
            service_named=lambda text: _service_named(catalogue, text),
            stations_of=lambda text: _stations_of(catalogue, text),
            services_like=catalogue.services_like,
        )
        read = read_line(line, context)
        departing_on = None if read.bad_date else read.departing_on or first
        state, problem = _judge(read)
        parts = read.parts
        if state is ReadingState.COMPLETE and read.service is not None and departing_on is not None:
            assert read.origin is not None
            assert read.destination is not None
            runs = catalogue.runs_between(read.origin.station_id, read.destination.station_id, departing_on, self._zone)
            if not any(run.trip.service == read.service for run in runs):
                state, problem = ReadingState.WRONG, Reason.UNKNOWN_RUN.value
                parts = [_not_ok(part) if part.role == "service" else part for part in parts]
        if state is ReadingState.COMPLETE and departing_on is not None and departing_on > last:
            problem = Reason.BEYOND_HORIZON.value
        return EntryReading(
            line=line,
            state=state,
            parts=tuple(
                EntryPart(word=part.word, start=part.start, role=part.role, meaning=part.meaning, ok=part.ok)
                for part in parts
            ),
            service=read.service,
            origin=read.origin,
            destination=read.destination,
            departing_on=departing_on,
            travel_class=read.travel_class,
            passengers=dict(read.passengers),
            preferences=tuple(dict.fromkeys(read.preferences)),
            completions=_completions(line, len(line) if cursor is None else cursor, read, index, catalogue),
            problem=problem,
        )


def _service_named(catalogue: ServiceBook, text: str) -> str | None:
    trips = catalogue.trips_of(text)
    return trips[0].service if trips else None


def _stations_of(catalogue: ServiceBook, service: str) -> frozenset[str]:
    return frozenset(call.station_id for trip in catalogue.trips_of(service) for call in trip.calls)


def _judge(read: Line) -> tuple[ReadingState, str]:
    """The worst of the parts, and why: what is wrong comes before what is in doubt, and that before what is missing."""
    if read.bad_date:
        return ReadingState.WRONG, Reason.BAD_DATE.value
    for part in read.parts:
        if part.ok or part.candidates:
            continue
        if part.role == "service":
            return ReadingState.WRONG, Reason.UNKNOWN_RUN.value
        unread = part.role == "unknown" and not part.meaning
        return ReadingState.WRONG, (Reason.UNKNOWN_STATION if unread else Reason.BAD_INPUT).value
    if read.same_station:
        return ReadingState.WRONG, Reason.BAD_INPUT.value
    doubtful = next((part for part in read.parts if not part.ok), None)
    if doubtful is not None:
        of_station = doubtful.role in {"origin", "destination"}
        return ReadingState.AMBIGUOUS, (Reason.AMBIGUOUS_STATION if of_station else Reason.BAD_INPUT).value
    if read.origin is None or read.destination is None:
        return ReadingState.INCOMPLETE, ""
    return ReadingState.COMPLETE, ""


def _not_ok(part: Part) -> Part:
    return Part(word=part.word, start=part.start, role=part.role, meaning=part.meaning, ok=False)


# ---------------------------------------------------------------- completing


def _completions(line: str, cursor: int, read: Line, index: StationIndex, services: ServiceBook) -> tuple[str, ...]:
    """Whole lines in which the word at the cursor is spelled out, each of them read without doubt at that word."""
    at = next((part for part in read.parts if part.start < cursor <= part.start + len(part.word)), None)
    if at is None:
        return ()
    words: list[str] = []
    chinese = not at.word.isascii()
    if at.role == "class":
        words += [_class_word(name, chinese=chinese) or _station_word(name, index) for name in at.candidates]
    elif at.role != "service":
        words += _station_words(at.word, read, index, services)
    if at.role == "service" or (read.service is None and at.role in {"origin", "destination", "unknown"}):
        words[COMPLETIONS_MAX - _SERVICES_MAX :] = services.services_like(at.word, _SERVICES_MAX)
    if chinese:
        words += [word for word in CLASS_WORDS if word.startswith(at.word)][:2]
    before, after = line[: at.start], line[at.start + len(at.word) :]
    texts = (f"{before}{word}{after}" for word in dict.fromkeys(words) if word and word != at.word)
    return tuple(texts)[:COMPLETIONS_MAX]


def _station_words(word: str, read: Line, index: StationIndex, services: ServiceBook) -> list[str]:
    """Names that the word may mean; where a service is named, those at which it calls, if there are any."""
    matches = index.match(word, COMPLETIONS_MAX if read.service is None else _LOOK_AMONG)
    if read.service is not None:
        calls = _stations_of(services, read.service)
        matches = [match for match in matches if match.station.station_id in calls] or matches
    return [_station_word(match.station.name, index, code_of(match.station)) for match in matches[:COMPLETIONS_MAX]]


def _station_word(name: str, index: StationIndex, code: str = "") -> str:
    """The name, where it is one station's alone; else its code."""
    return name if index.named(name) is not None or not code else code.upper()


def _class_word(name: str, *, chinese: bool) -> str:
    """A word that means this class and nothing else: Chinese in full, or the English name. "" for no class."""
    known = [word for word, meaning in CLASS_WORDS.items() if meaning == name and word.isascii() is not chinese]
    return next((word for word in known if len(word) > 3 or chinese), "")
