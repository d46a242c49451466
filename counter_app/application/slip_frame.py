"""What every slip is set in: the words of its language, its marks, and where, when and by whom it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from counter_app.application.fare_words import CLASS_WORDS, TYPE_WORDS
from counter_app.domain.money import Money
from counter_app.domain.papers import Block, Document, Mark, Pair, Part, Slip, StationName
from counter_app.domain.stations import Station
from counter_app.errors import Reason, Refusal
from counter_app.ports.orders import TicketRecord
from counter_app.ports.prints import PrintJob
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.stock import FrozenRun
from counter_app.ports.store import MoneyStore, Reading, Writing
from counter_app.texts import Texts, languages_of


def station_name(station: Station) -> StationName:
    latin = station.english or station.pinyin.capitalize()
    return StationName(native=station.name, latin="" if latin == station.name else latin)


def ticket_and_run(books: Reading | Writing, ticket_id: UUID) -> tuple[TicketRecord, FrozenRun]:
    """Raises Refusal(UNKNOWN_TICKET)."""
    ticket = books.orders.ticket(ticket_id)
    frozen = None if ticket is None else books.stock.run(ticket.run.run_id)
    if ticket is None or frozen is None:
        raise Refusal(Reason.UNKNOWN_TICKET)
    return ticket, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One ticket's, in words."""

    service: str
    origin: str
    destination: str
    depart: datetime  # in the station's zone
    travel_class: str
    place: str  # "" unreserved

    @property
    def route(self) -> str:
        return f"{self.origin} - {self.destination}"

    @property
    def departs(self) -> str:
        return f"{self.depart:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFrame:
    """``texts(language)`` are the words of ``language``, that of the paper."""

    store: MoneyStore
    texts: Callable[[str], Texts]
    language: str

    @property
    def profile(self) -> ProfileInfo:
        return self.store.profile

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.profile.zone)

    def words(self) -> Texts:
        return self.texts(self.language)

    def said(self, words: Mapping[str, str]) -> list[str]:
        """A policy's sentence in the paper's language or languages."""
        return [words[language] for language in languages_of(self.language) if language in words]

    def each(self, source: str) -> list[str]:
        """A sentence (of ``mark``) in each of the paper's languages: two of them are two lines, never one."""
        return [self.texts(language)(source) for language in languages_of(self.language)]

    def station(self, station: Station) -> str:
        """As the paper's language says it: 长沙南, Changshanan, or both."""
        name = station_name(station)
        words = {"zh": name.native, "en": name.latin or name.native}
        return " ".join(dict.fromkeys(self.said(words)))

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def passenger_type(self, code: str) -> str:
        t = self.words()
        return t(TYPE_WORDS.get(code, code))

    def journey(self, ticket: TicketRecord, frozen: FrozenRun) -> Journey:
        t, calls = self.words(), frozen.trip.calls
        place = ""
        if ticket.place is not None:
            place = t("Coach {coach}, place {place}", coach=ticket.place.coach, place=ticket.place.label)
        return Journey(
            service=frozen.trip.service,
            origin=self.station(frozen.stations[calls[ticket.span.board].station_id]),
            destination=self.station(frozen.stations[calls[ticket.span.alight].station_id]),
            depart=ticket.depart.astimezone(self.zone),
            travel_class=t(CLASS_WORDS.get(ticket.travel_class, ticket.travel_class)),
            place=place,
        )

    def slip(
        self,
        document: Document,
        title: str,
        parts: Sequence[Part],
        job: PrintJob,
        clerk: str = "",
        *,
        facts: Mapping[str, str] | None = None,
        more: Sequence[Block] = (),
        demonstration: bool = False,
    ) -> Slip:
        """With the particulars that every slip has: the window, the clerk and the time; ``more`` of them come first."""
        t, profile = self.words(), self.profile
        made_at = self.moment(job.created_at)
        particulars: list[Block] = [*more, Pair(t("Window"), f"{profile.station_name} {profile.counter:02d}")]
        if clerk:
            particulars.append(Pair(t("Clerk"), clerk))
        particulars.append(Pair(t("Time"), made_at))
        return Slip(
            document=document,
            language=self.language,
            title=title,
            subtitle=profile.operator,
            marks=self.marks(job, demonstration=demonstration),
            parts=(*(part for part in parts if part.blocks), Part("particulars", tuple(particulars))),
            facts={
                "operator": profile.operator,
                "station": profile.station_name,
                "window": f"{profile.counter:02d}",
                "clerk": clerk,
                "made_at": made_at,
                **(facts or {}),
            },
            copy_number=job.copy_number,
        )

    def marks(self, job: PrintJob, *, demonstration: bool = False) -> tuple[Mark, ...]:
        found = (Mark.DUPLICATE,) if job.copy_number else ()
        if self.profile.training:
            found = (*found, Mark.TRAINING)
        # Of an invented timetable nothing may look real, a slip that an employer pays least of all.
        return (*found, Mark.DEMONSTRATION) if demonstration or self.profile.demonstration else found


def plain(minor: int, currency: str) -> str:
    return Money(minor, currency).plain()


def with_currency(minor: int, currency: str) -> str:
    return f"{plain(minor, currency)} {currency}"
