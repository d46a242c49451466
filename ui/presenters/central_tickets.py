"""Looking a ticket up in central's records, when this counter does not have it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from counter_app.application.desk import Desk
from counter_app.application.views import CentralTicket, LineWord, SyncStatus
from counter_app.texts import Texts, mark
from ui.presenters import jobs, words
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble
from ui.presenters.line import enrolled
from ui.presenters.refusals import explain

EXTRA_STATES: Mapping[str, tuple[str, str]] = {"DISPLACED": (mark("To be re-seated"), "bad")}

NONE = mark("Neither this counter nor central has such a ticket. Compare the number digit by digit.")
OFFLINE = mark("Not sold at this window. The line is down: other windows' tickets can be seen once it is back.")


class Step(StrEnum):
    IDLE = "idle"
    ASKING = "asking"
    FOUND = "found"
    NONE = "none"
    OFFLINE = "offline"
    TROUBLE = "trouble"


class CentralLookup:
    """``changed`` after every step. An answer that was overtaken is dropped."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        line: Callable[[], SyncStatus | None],
        *,
        changed: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._lanes = lanes
        self._line = line
        self._changed = changed
        self._asked: CancelToken | None = None
        self._trouble: Trouble | None = None
        self.step = Step.IDLE
        self.tickets: Sequence[CentralTicket] = ()

    @property
    def offered(self) -> bool:
        """Whether there is a central to ask at all."""
        return enrolled(self._line())

    def look(self, text: str) -> bool:
        """False: there is no central, or nothing to look for."""
        wanted = text.strip()
        if not self.offered or not wanted:
            return False
        self._forget()
        status = self._line()
        if status is not None and status.line is LineWord.OFFLINE:  # a customer does not wait for a line that is down
            self._go(Step.OFFLINE)
            return True
        self._go(Step.ASKING)
        self._asked = self._lanes.run(
            Lane.SYNC, lambda: self._desk().find_central_tickets(wanted), done=self._found, failed=self._failed
        )
        return True

    def clear(self) -> None:
        self._forget()
        if self.step is not Step.IDLE:
            self._go(Step.IDLE)

    def words(self, chosen: CentralTicket | None, t: Texts) -> tuple[str, str]:
        """A sentence and its mood."""
        match self.step:
            case Step.IDLE:
                return "", ""
            case Step.ASKING:
                return t("Not sold at this window. Asking central …"), ""
            case Step.NONE:
                return t(NONE), "warn"
            case Step.OFFLINE:
                return t(OFFLINE), "warn"
            case Step.TROUBLE:
                assert self._trouble is not None
                notice = explain(self._trouble, t)
                return f"{notice.title}. {notice.what_happened}", "warn"
            case Step.FOUND:
                return self._of_ticket(chosen, t)

    @staticmethod
    def _of_ticket(ticket: CentralTicket | None, t: Texts) -> tuple[str, str]:
        if ticket is None:
            return "", ""
        if ticket.locked_by:
            return t("Window {window} is refunding or changing this ticket now.", window=ticket.locked_by), "warn"
        said = t("Sold at window {window}. The money is given back there.", window=ticket.window)
        return f"{place(ticket, t)} · {said}", ""

    def _found(self, tickets: list[CentralTicket]) -> None:
        self.tickets = tuple(tickets)
        self._go(Step.FOUND if tickets else Step.NONE)

    def _failed(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._go(Step.TROUBLE)

    def _forget(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
        self._asked = None
        self.tickets = ()

    def _go(self, step: Step) -> None:
        self.step = step
        self._changed()


def state(ticket: CentralTicket, t: Texts) -> str:
    if ticket.locked_by:
        return t("Locked to a window")
    return t(EXTRA_STATES[ticket.state][0]) if ticket.state in EXTRA_STATES else jobs.order_state(ticket.state, t)


def mood(ticket: CentralTicket) -> str:
    if ticket.locked_by:
        return "warn"
    return EXTRA_STATES[ticket.state][1] if ticket.state in EXTRA_STATES else jobs.order_mood(ticket.state)


def place(ticket: CentralTicket, t: Texts) -> str:
    return f"{words.travel_class(ticket.travel_class, t)} {ticket.place}".strip()
