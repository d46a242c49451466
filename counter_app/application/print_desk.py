"""The desk's part about paper (``desk.Desk`` includes it). Lanes and errors as there; PRINTER: a printer's own lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from counter_app.application.print_views import MovedJob, PrinterView, RollView
from counter_app.application.views import PrintJobView
from counter_app.domain.papers import Paper
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor
from counter_app.ports.printer_events import PrinterEvent
from counter_app.ports.prints import DeliveryOutcome, PrinterStatus


class PrintDesk(Protocol):
    # ---- printers
    def printers(self) -> list[PrinterView]:
        """Any lane; asks no device. The main one first."""
        ...

    def printer_status(self, name: str = MAIN_PRINTER) -> PrinterStatus:
        """PRINTER. Asks the device. Raises UNKNOWN_PRINTER."""
        ...

    def sale_printers(self) -> tuple[str, ...]:
        """Any lane. Those that a sale needs: the tickets', and the receipts' where the policy wants a receipt."""
        ...

    def cancel_printing(self, name: str) -> None:
        """Any lane but the printer's own: gives up the paper that is on its way there.

        It ends unknown where bytes of it have left; else failed before send, and is not sent again by itself. Raises
        UNKNOWN_PRINTER, and JOB_NOT_OPEN where nothing is on its way.
        """
        ...

    def printer_events(self, limit: int = 200, printer: str | None = None) -> list[PrinterEvent]:
        """READ. Newest first."""
        ...

    def keep_printer_events(self) -> int:
        """WRITE. What printers said since the last time; returns how many. Nothing new costs nothing."""
        ...

    # ---- jobs
    def job_printers(self, jobs: Sequence[UUID]) -> list[tuple[UUID, str]]:
        """WRITE lane, reads only. Those that may still be sent, each with its printer, in the order of printing."""
        ...

    def start_job(self, job_id: UUID, printer: str = "") -> Paper | None:
        """WRITE. QUEUED (or FAILED_BEFORE_SEND) becomes SENDING, durably, before the first byte; None: a kick.

        ``printer``: where whoever asks is about to send it. Raises JOB_NOT_OPEN; with detail "moved" where a person
        sent it elsewhere meanwhile, "behind" where a ticket on an earlier blank has to come first. Whatever else it
        raises: the job waits, and its view says why (``refused``).
        """
        ...

    def send_job(self, job_id: UUID, paper: Paper | None) -> DeliveryOutcome:
        """PRINTER. Sends what ``start_job`` composed."""
        ...

    def finish_job(self, job_id: UUID, outcome: DeliveryOutcome) -> PrintJobView:
        """WRITE. Where this raises anything but JOB_NOT_OPEN the job may be settled, and this may be called again."""
        ...

    def print_jobs(self, *, limit: int = 100) -> list[PrintJobView]: ...

    def open_print_jobs(self) -> list[PrintJobView]: ...

    def settle_job(self, actor: Actor, job_id: UUID, *, came_out: bool) -> UUID | None:
        """WRITE. The clerk's answer to "did it come out?". No: a numbered copy's job is returned."""
        ...

    def move_job(self, actor: Actor, job_id: UUID, printer: str) -> MovedJob:
        """WRITE. One that was not sent goes to another printer, and takes a blank of that one's roll.

        Raises NOT_ALLOWED, UNKNOWN_PRINTER, BLANKS_SHORT, JOB_NOT_OPEN (being sent, unknown, over, a drawer's kick,
        or there already).
        """
        ...

    def move_waiting(self, actor: Actor, printer: str, to: str) -> list[MovedJob]:
        """WRITE. All that waits for ``printer``, in order, in one act; raises as ``move_job``."""
        ...

    def print_test(self, actor: Actor, printer: str = MAIN_PRINTER) -> UUID: ...

    # ---- numbered blanks
    def rolls(self) -> list[RollView]:
        """READ. Those in printers first, then the newest."""
        ...

    def load_roll(self, actor: Actor, printer: str, first: str, last: str) -> RollView:
        """WRITE, SELL or MANAGE. Raises UNKNOWN_PRINTER, BAD_BLANKS, ROLL_INSIDE(left), BLANKS_USED(first), …"""
        ...

    def end_roll(
        self, actor: Actor, printer: str, *, reason: str, supervisor: str = "", supervisor_password: str = ""
    ) -> RollView:
        """WRITE. What is left of it may be loaded again. A second person where blanks are left.

        Raises NOT_ALLOWED, NO_ROLL, REASON_NEEDED, SECOND_PERSON_NEEDED, BAD_CREDENTIALS.
        """
        ...

    def spoil_blanks(
        self,
        actor: Actor,
        printer: str,
        first: str,
        last: str,
        *,
        reason: str,
        supervisor: str,
        supervisor_password: str,
    ) -> RollView:
        """WRITE. The next blanks of the roll, unusable: torn, wet, printed upon in vain. A second person.

        Raises NOT_ALLOWED, NO_ROLL, REASON_NEEDED, BAD_BLANKS(expected), SECOND_PERSON_NEEDED, BAD_CREDENTIALS.
        """
        ...
