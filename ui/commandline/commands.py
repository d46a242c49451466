"""What each command does with a desk that ``main`` built. Prints to standard output; refusals travel as exceptions."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from counter_app.application.desk import Desk
from counter_app.application.views import ClassOffer, JournalVerdict, ReadingState, RunOffer, StationHit
from counter_app.domain.staff import SYSTEM
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.catalogue import Progress
from counter_app.texts import Texts
from ui.commandline.search_json import search_json
from ui.presenters.refusals import explain

DONE, USAGE, REFUSED, UNKNOWN = 0, 2, 3, 4
PASSWORD_LINE_MAX = 4096  # characters; a password is at most a few hundred
FACT_SHOWN_MAX = 300


def print_json(document: object) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def read_passwords(stream: TextIO, count: int) -> list[str]:
    """One a line, without its line end. A missing line is refused, so that nobody gets an empty password."""
    try:
        passwords = [stream.readline(PASSWORD_LINE_MAX).rstrip("\r\n") for _ in range(count)]
    except (UnicodeDecodeError, OSError) as error:
        raise Refusal(Reason.BAD_INPUT, detail="the password on standard input is not UTF-8") from error
    if not all(passwords):
        raise Refusal(Reason.BAD_INPUT, detail=f"{count} password line(s) expected on standard input")
    return passwords


def stations(desk: Desk, text: str, *, limit: int, as_json: bool) -> int:
    _need_timetable(desk)
    hits = desk.find_stations(text, limit=limit)
    if as_json:
        print_json([_hit(hit) for hit in hits])
    else:
        for hit in hits:
            latin = hit.station.pinyin or hit.station.english
            print(f"{pad(hit.station.name, 24)} {hit.station.code:<5} {latin:<28} {hit.how}")
    return DONE


def _hit(hit: StationHit) -> dict[str, object]:
    station = hit.station
    return {
        "id": station.station_id,
        "name": station.name,
        "code": station.code,
        "pinyin": station.pinyin,
        "initials": station.initials,
        "english": station.english,
        "how": hit.how,
        "exact": hit.exact,
    }


def search(desk: Desk, origin_text: str, destination_text: str, date_text: str, *, as_json: bool) -> int:
    _need_timetable(desk)
    origin = desk.resolve_station(origin_text)
    destination = desk.resolve_station(destination_text, as_destination=True)
    offers = desk.search(origin, destination, read_date(desk, date_text))
    if as_json:
        print_json(search_json(offers))
        return DONE
    for offer in offers:
        print(_offer_line(offer))
    if not offers:
        print("no runs on that date", file=sys.stderr)
    return DONE


def _offer_line(offer: RunOffer) -> str:
    days = (offer.arrive.date() - offer.depart.date()).days
    later = f"+{days}" if days else "  "
    classes = "  ".join(_class_words(entry) for entry in offer.classes)
    closed = f"  [{offer.closed}]" if offer.closed else ""
    return f"{offer.service:<7} {offer.depart:%H:%M} {offer.arrive:%H:%M}{later}  {classes}{closed}"


def _class_words(entry: ClassOffer) -> str:
    return f"{entry.travel_class} {'?' if entry.fare is None else entry.fare.plain()} ({entry.free})"


def read_date(desk: Desk, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    reading = desk.read_entry(text)
    if (
        reading.departing_on is None
        or reading.state is ReadingState.WRONG
        or not any(part.role == "date" and part.ok for part in reading.parts)
    ):
        raise Refusal(Reason.BAD_DATE, text=text)
    return reading.departing_on


def _need_timetable(desk: Desk) -> None:
    if desk.timetable() is None:
        raise Refusal(Reason.NO_TIMETABLE)


@contextlib.contextmanager
def stopped_by_interrupt() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks the work to stop where it can: never between a commit and the word that it was done.

    Once the work is done there is nothing left to stop, so interrupts are ignored for the rest of the program: closing
    the store, handing over the answer and the interpreter's own end take a moment, and an interrupt then would report
    a failure that was none. (A handler would not do: the interpreter drops it at its end, but not SIG_IGN.)
    ``main`` puts the old handler back for a caller who goes on.
    """
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())
    try:
        yield stopped.is_set
    except BaseException:
        signal.signal(signal.SIGINT, before)
        raise
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def import_refusal(*, as_json: bool) -> Iterator[None]:
    """With ``--json`` a refused import says so in JSON too, whatever refused it."""
    try:
        yield
    except Refusal as refusal:
        if as_json:
            code = str(refusal.facts.get("code", refusal.reason.value))
            print_json({"accepted": False, "reason": code, **refusal.facts})
        raise


def import_timetable(desk: Desk, feed: Path, *, as_json: bool) -> int:
    """The counter's owner imports as ``system`` (decisions 21). Interrupting it changes nothing."""
    progress = _progress_printer(sys.stderr) if sys.stderr.isatty() else _silent
    with stopped_by_interrupt() as stopped:
        try:
            report = desk.import_timetable(SYSTEM, feed, progress=progress, cancelled=stopped)
        except Refusal as refusal:
            if stopped():  # the child had its own interrupt, and died of it
                raise Cancelled from refusal
            raise
    if progress is not _silent:
        sys.stderr.write("\r\x1b[K")
    faults = [
        {"file": fault.file, "line": fault.line, "fault": fault.fault, "detail": fault.detail}
        for fault in report.faults
    ]
    if as_json:
        print_json(
            {
                "accepted": True,
                "trips": report.trips,
                "stations": report.issue.stations,
                "issue": report.issue.issue_id,
                "first_date": report.issue.first_date.isoformat(),
                "last_date": report.issue.last_date.isoformat(),
                "fault_count": report.fault_count,
                "faults": faults,
            }
        )
        return DONE
    for fault in faults:
        print(f"{fault['file']}:{fault['line']}: {fault['fault']} {fault['detail']}".rstrip())
    print(f"accepted: {report.trips} trips, {report.issue.stations} stations, {report.fault_count} faults")
    return DONE


def _silent(progress: Progress) -> None:
    del progress


def _progress_printer(stream: TextIO) -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        share = f"{100 * progress.done // progress.total:3d} %" if progress.total else f"{progress.done}"
        stream.write(f"\r\x1b[K{progress.stage} {share}")
        stream.flush()

    return show


@contextlib.contextmanager
def file_trouble(target: Path) -> Iterator[None]:
    """A file that cannot be written is refused like any wrong argument."""
    try:
        yield
    except OSError as error:
        raise Refusal(Reason.BAD_INPUT, detail=f"{target}: {error.strerror or error}") from error


def verify_journal(verify: Callable[[], JournalVerdict], *, as_json: bool) -> int:
    """With ``--json`` there is always an object to read, also where there is no journal to be verified."""
    try:
        verdict = verify()
    except Refusal as refusal:
        if as_json:
            print_json({"ok": False, "first_bad": None, "reason": refusal.reason.value})
        raise
    return journal_verdict(verdict, as_json=as_json)


def journal_verdict(verdict: JournalVerdict, *, as_json: bool) -> int:
    """Exit 3 and the entry's number for anything that is not as it was written."""
    if as_json:
        document: dict[str, object] = {"ok": verdict.ok}
        if verdict.ok:
            document |= {"entries": verdict.entries, "head": verdict.head}
        else:
            document |= {"first_bad": verdict.first_bad, "reason": verdict.reason, "entries": verdict.entries}
        print_json(document)
    elif verdict.ok:
        print(f"ok: {verdict.entries} entries, head {verdict.head}")
    if not verdict.ok:
        where = "" if verdict.first_bad is None else f"entry {verdict.first_bad}: "
        print(f"counterfoil: journal: {where}{verdict.reason}", file=sys.stderr)
    return DONE if verdict.ok else REFUSED


def pad(text: str, columns: int) -> str:
    """To a width in terminal columns, where a Chinese character takes two."""
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, columns - width)


def refusal_line(refusal: Refusal, t: Texts) -> str:
    """The stable word first, for programs; then the facts, and the sentence for people."""
    notice = explain(refusal, t)
    facts = ", ".join(f"{key}={_shown(value)}" for key, value in refusal.facts.items())
    code = f"{refusal.reason.value} ({facts})" if facts else refusal.reason.value
    stop = "" if notice.title.endswith((".", "。")) else "。" if t.language == "zh" else ". "
    return f"{code}: {notice.title}{stop}{notice.what_to_do}".rstrip()


def _shown(value: object) -> str:
    """On a terminal: nothing that moves its cursor, and not a screen full of what somebody pasted."""
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(value))
    return plain if len(plain) <= FACT_SHOWN_MAX else plain[:FACT_SHOWN_MAX] + "…"
