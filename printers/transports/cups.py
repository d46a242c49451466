"""A raw queue of CUPS, or of another IPP spooler: it takes our bytes, and never says that paper came out.

What is believed of it: a job that it never began to work on, and that is cancelled now, has put nothing on paper.
"Completed" means that the bytes left for the printer: the job ends unknown, and a person looks. No job is left in the
queue: one that came out later, by itself, would be a second ticket.
Sources: RFC 8011 (job-state, printer-state-reasons), CUPS' implementation of IPP.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Final

from counter_app.domain.papers import Paper
from counter_app.ports.prints import GIVEN_UP, Delivery, DeliveryOutcome, PaperState, PrinterStatus
from printers.answers import silent
from printers.compose import Composer
from printers.escpos import drawer_bytes, flush_bytes
from printers.jobs import job_bytes
from printers.line import PrinterLine
from printers.profiles import Profile
from printers.transports import ipp
from printers.transports.base import Limit, LinkBroken

RAW: Final = "application/vnd.cups-raw"
_WANTED_OF_PRINTER: Final = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"]
_WANTED_OF_JOB: Final = ["job-state", "job-state-reasons", "time-at-processing"]
_STOPPED: Final = 5
_PENDING, _HELD, _PROCESSING, _JOB_STOPPED, _CANCELED, _ABORTED, _COMPLETED = range(3, 10)
_ENDED: Final = (_CANCELED, _ABORTED, _COMPLETED)
# What stands before -error, -warning or -report; a mere report stops nothing.
_ERRORS: Final = {
    "media-empty": "paper_out",
    "media-needed": "paper_out",
    "media-jam": "error",
    "cover-open": "cover_open",
    "door-open": "cover_open",
    "interlock-open": "cover_open",
    "offline": "offline",
    "shutdown": "offline",
    "paused": "stopped",
    "moving-to-paused": "stopped",
    "timed-out": "not_reachable",
    "other": "error",
    "cutter": "cutter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CupsDeadlines:
    """Seconds: one question, the document's way into the spooler, the whole job."""

    answer_s: float = 3.0
    send_s: float = 10.0
    job_s: float = 25.0
    poll_s: float = 0.25
    withdraw_s: float = 1.5  # after a call was given up: its job is taken out of the queue all the same


class CupsPrinter:
    """``ipp://host:631/printers/NAME``. Its profile's word that a job is done cannot come back through a queue."""

    def __init__(
        self,
        host: str,
        port: int,
        path: str,
        profile: Profile,
        composer: Composer,
        *,
        name: str = "",
        deadlines: CupsDeadlines | None = None,
        half_sent: bool | None = None,
        line: PrinterLine | None = None,
    ) -> None:
        self._spooler = ipp.Spooler(host, port)
        self._path = path
        self._uri = f"ipp://{f'[{host}]' if ':' in host else host}:{port}{path}"
        self._profile = profile
        self._composer = composer
        self._name = name or self._uri
        self._deadlines = deadlines or CupsDeadlines()
        self._line = line or PrinterLine(half_sent=half_sent)  # as in EscposPrinter

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    @property
    def line(self) -> PrinterLine:
        return self._line

    def status(self) -> PrinterStatus:
        """The queue's state and what its printer told it; paper is never more than unknown, or out."""
        with self._line.call(self._spooler.interrupt) as stop, self._line.turn(stop):
            return self._ask(stop)

    def deliver(self, paper: Paper, *, token: int) -> DeliveryOutcome:
        with self._line.call(self._spooler.interrupt) as stop:
            job = job_bytes(paper, self._profile, self._composer, token=token)
            return self._run(job, f"counterfoil {token}", stop)

    def kick_drawer(self, *, token: int) -> DeliveryOutcome:
        with self._line.call(self._spooler.interrupt) as stop:
            return self._run(drawer_bytes(self._profile, token=token), f"counterfoil drawer {token}", stop)

    def cancel(self) -> None:
        """Also of a call that was given up: it ends as soon as the spooler has told what became of its job."""
        self._line.cancel()

    def assume(self, *, half_sent: bool | None) -> None:
        """What recovery knows of the jobs of an earlier process."""
        self._line.assume(half_sent=half_sent)

    def close(self) -> None:
        """Nothing is open between jobs."""

    # ---- the queue

    def _ask(self, stop: Event, within_s: float | None = None) -> PrinterStatus:
        within_s = self._deadlines.answer_s if within_s is None else within_s
        try:
            answer = self._call(
                ipp.GET_PRINTER_ATTRIBUTES, {"requested-attributes": _WANTED_OF_PRINTER}, within_s, stop
            )
        except LinkBroken as broken:
            return silent(broken.why)
        except ipp.BadAnswer:
            return silent("garbled")
        except (OSError, UnicodeError):
            return silent("not_reachable")
        if not answer.done:
            return silent("not_reachable")  # no such queue, or not for us
        return _status_of(answer)

    def _call(
        self,
        operation: int,
        attributes: dict[str, ipp.Value | list[str]],
        within_s: float,
        stop: Event,
        document: bytes = b"",
    ) -> ipp.Answer:
        whole: dict[str, ipp.Value | list[str]] = {"printer-uri": self._uri}
        if "job-id" in attributes:
            whole["job-id"] = attributes.pop("job-id")
        whole |= {"requesting-user-name": "counterfoil", **attributes}
        return self._spooler.ask(operation, self._path, whole, within_s=within_s, stop=stop, document=document)

    # ---- a job

    def _run(self, data: bytes, title: str, stop: Event) -> DeliveryOutcome:
        with self._line.turn(stop):
            status = self._ask(stop)
            if not status.ready:
                return _failed(status.error, status)
            if self._line.half_sent is not False:
                data = flush_bytes(self._line.left_by or self._profile, cut=bool(self._line.half_sent)) + data
            return self._queue(data, title, status, stop)

    def _queue(self, data: bytes, title: str, status: PrinterStatus, stop: Event) -> DeliveryOutcome:
        """Made first, filled after: whatever happens to the document, the job has a number and can be asked for."""
        try:
            made = self._call(ipp.CREATE_JOB, {"job-name": title}, self._deadlines.answer_s, stop)
        except LinkBroken as broken:
            return _failed(broken.why, status)
        except (OSError, UnicodeError, ipp.BadAnswer) as trouble:
            return _failed("not_reachable", status, str(trouble))
        number = made.number("job-id")
        if not made.done or number is None:
            return _failed("refused", status, f"the queue refused the job: {made.status:#06x}")
        try:
            sent = self._call(
                ipp.SEND_DOCUMENT,
                {"job-id": number, "document-format": RAW, "last-document": True},
                self._deadlines.send_s,
                stop,
                data,
            )
        except (LinkBroken, OSError, UnicodeError, ipp.BadAnswer) as trouble:
            return self._withdraw(number, f"the document may not have arrived: {trouble}", stop)
        if not sent.done:
            return self._withdraw(number, f"the queue refused the document: {sent.status:#06x}", stop)
        return self._follow(number, status, stop)

    def _follow(self, number: int, status: PrinterStatus, stop: Event) -> DeliveryOutcome:
        waited = 0.0
        while waited < self._deadlines.job_s and not stop.is_set():
            try:
                state, begun, reasons = self._state(number, stop)
            except (LinkBroken, OSError, UnicodeError, ipp.BadAnswer):
                break
            if state == _COMPLETED:
                self._line.whole()
                return _unknown("the spooler has sent it; the printer's word does not come back through it", status)
            if state in {_CANCELED, _ABORTED}:
                return self._ended(begun, f"the spooler ended it: {' '.join(reasons)}".strip(), status)
            stop.wait(self._deadlines.poll_s)
            waited += self._deadlines.poll_s
        return self._withdraw(number, "given up" if stop.is_set() else "not done in time", stop)

    def _state(self, number: int, stop: Event, within_s: float | None = None) -> tuple[int, bool, tuple[str, ...]]:
        """The job's state, whether it was ever begun, and why."""
        answer = self._call(
            ipp.GET_JOB_ATTRIBUTES,
            {"job-id": number, "requested-attributes": _WANTED_OF_JOB},
            self._deadlines.answer_s if within_s is None else within_s,
            stop,
        )
        state = answer.number("job-state")
        if not answer.done or state is None:
            raise ipp.BadAnswer(f"{answer.status:#06x}")
        begun = answer.number("time-at-processing") is not None or state in {_PROCESSING, _JOB_STOPPED, _COMPLETED}
        return state, begun, answer.words("job-state-reasons")

    def _withdraw(self, number: int, why: str, stop: Event) -> DeliveryOutcome:
        """Takes the job out of the queue and looks what had become of it: of a call that was given up too, within a
        short time in all, or it would come out later by itself.
        """
        given_up = stop.is_set()
        stop = Event() if given_up else stop
        whole = Limit(self._deadlines.withdraw_s if given_up else 3 * self._deadlines.answer_s, stop)
        try:
            self._call(ipp.CANCEL_JOB, {"job-id": number}, min(whole.left_s, self._deadlines.answer_s), stop)
            state, begun, _ = self._state(number, stop, min(whole.left_s, self._deadlines.answer_s))
        except (LinkBroken, OSError, UnicodeError, ipp.BadAnswer):
            self._line.left(self._profile)
            return _unknown(f"{why}; the spooler does not say what became of it", silent("not_reachable"))
        now = self._ask(stop, min(whole.left_s, self._deadlines.answer_s))
        if state not in _ENDED:
            self._line.left(self._profile)
            return _unknown(f"{why}; it is still in the queue", now)
        if given_up and not begun:
            return _failed(GIVEN_UP, now)
        return self._ended(begun, why, now)

    def _ended(self, begun: bool, why: str, status: PrinterStatus) -> DeliveryOutcome:
        if not begun:
            return _failed("not_printed", status, why)
        self._line.left(self._profile)
        return _unknown(f"{why}; it had been begun", status)


def _status_of(answer: ipp.Answer) -> PrinterStatus:
    reasons = [_reason(word) for word in answer.words("printer-state-reasons") if word != "none"]
    errors = [_ERRORS[word] for word, weight in reasons if word in _ERRORS and weight != "report"]
    error = errors[0] if errors else ""
    if not error and answer.number("printer-state") == _STOPPED:
        error = "stopped"
    if not error and answer.first("printer-is-accepting-jobs") is False:
        error = "stopped"
    paper = PaperState.UNKNOWN
    if "paper_out" in errors:
        paper = PaperState.OUT
    elif any(word == "media-low" for word, _ in reasons):
        paper = PaperState.NEAR_END
    return PrinterStatus(
        ready=not error,
        online=error not in {"offline", "stopped", "not_reachable"},
        cover_open="cover_open" in errors,
        paper=paper,
        error=error,
        answered=True,
    )


def _reason(word: str) -> tuple[str, str]:
    """The reason and its weight: error, warning or report; without one it is an error (RFC 8011, 5.4.12)."""
    for weight in ("error", "warning", "report"):
        if word.endswith(f"-{weight}"):
            return word.removesuffix(f"-{weight}"), weight
    return word, "error"


def queue_names(host: str, port: int, *, within_s: float, stop: Event) -> list[tuple[str, str]]:
    """Name and make of each queue of a spooler. Raises as ``ipp.Spooler.ask``."""
    answer = ipp.Spooler(host, port).ask(
        ipp.CUPS_GET_PRINTERS,
        "/",
        {"requested-attributes": ["printer-name", "printer-make-and-model"]},
        within_s=within_s,
        stop=stop,
    )
    found = []
    for group in answer.groups if answer.done else ():
        name = str(group.get("printer-name", ("",))[0])
        if name:
            found.append((name, str(group.get("printer-make-and-model", ("",))[0])))
    return found


def _failed(error: str, status: PrinterStatus, detail: str = "") -> DeliveryOutcome:
    return DeliveryOutcome(delivery=Delivery.FAILED_BEFORE_SEND, detail=detail or error, status=status)


def _unknown(detail: str, status: PrinterStatus) -> DeliveryOutcome:
    return DeliveryOutcome(delivery=Delivery.UNKNOWN, detail=detail, status=status)
