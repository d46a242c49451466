"""Print jobs and tickets in words: what state, how it looks, what may be asked. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.application.views import OrderView, PrintJobView
from counter_app.errors import Reason
from counter_app.ports.prints import GIVEN_UP, JobKind, JobState, PaperState, PrinterStatus
from counter_app.texts import Texts, mark
from ui.presenters.refusal_sentences import SENTENCES
from ui.presenters.words import money

JOB_KINDS: Mapping[str, str] = {
    "ticket": mark("Ticket"),
    "receipt": mark("Receipt"),
    "refund_slip": mark("Refund slip"),
    "x_report": mark("X report"),
    "z_report": mark("Z report"),
    "cash_slip": mark("Cash slip"),
    "card_slip": mark("Card slip"),
    "exchange_slip": mark("Exchange slip"),
    "reimbursement": mark("Reimbursement slip"),
    "luggage_tag": mark("Luggage tag"),
    "group_list": mark("Group list"),
    "drawer": mark("Cash drawer"),
    "test": mark("Test page"),
}
JOB_STATES: Mapping[JobState, tuple[str, str]] = {
    JobState.QUEUED: (mark("Waiting"), "info"),
    JobState.SENDING: (mark("Sending"), "info"),
    JobState.CONFIRMED: (mark("Printed"), "ok"),
    JobState.FAILED_BEFORE_SEND: (mark("Not sent, waits"), "warn"),
    JobState.UNKNOWN: (mark("Did it come out?"), "bad"),
    JobState.SETTLED_OUT: (mark("Came out"), "ok"),
    JobState.SETTLED_SPOILED: (mark("Spoiled, copy made"), "text_muted"),
}
DRAWER_STATES: Mapping[JobState, tuple[str, str]] = {
    **JOB_STATES,
    JobState.CONFIRMED: (mark("Drawer open"), "ok"),
    JobState.FAILED_BEFORE_SEND: (mark("Not opened"), "warn"),
    JobState.UNKNOWN: (mark("Perhaps not opened"), "warn"),
}
ORDER_STATES: Mapping[str, tuple[str, str]] = {
    "PREBOOKED": (mark("Held, unpaid"), "info"),
    "ON_HOLD": (mark("Parked"), "info"),
    "CONFIRMED": (mark("Paid"), "ok"),
    "FULFILLED": (mark("Issued"), "ok"),
    "CANCELLED": (mark("Voided"), "text_muted"),
    "RELEASED": (mark("Released"), "text_muted"),
    "REFUNDED": (mark("Refund paid"), "warn"),
    "EXCHANGE_ONGOING": (mark("Being exchanged"), "info"),
    "EXCHANGED": (mark("Exchanged"), "text_muted"),
    "ERROR": (mark("Error"), "bad"),
}
PAPER_WORDS: Mapping[PaperState, str] = {
    PaperState.ADEQUATE: mark("Enough"),
    PaperState.NEAR_END: mark("Running low"),
    PaperState.OUT: mark("Out"),
    PaperState.UNKNOWN: mark("Not known"),
}
TROUBLE_WORDS: Mapping[str, str] = {
    "not_reachable": mark("The printer cannot be reached. Check power, cable and the address in the settings."),
    "silent": mark("The printer does not answer. Check that it is switched on and on line."),
    "cover_open": mark("The cover is open. Close it until it clicks."),
    "paper_out": mark("There is no paper. Put in a new roll."),
    "offline": mark("The printer is off line. Press its on-line or feed key."),
    "stopped": mark("The print queue is stopped, or takes no jobs. Start it again in the system's print service."),
    "cutter": mark("The cutter is jammed. Open the cover, remove the paper, close it again."),
    "no_answer_yet": mark("A paper is on its way to it, and it has not confirmed it yet."),
}


def kind_words(job: PrintJobView, t: Texts) -> str:
    words = t(JOB_KINDS[job.kind]) if job.kind in JOB_KINDS else job.kind
    return t("{kind}, copy {number}", kind=words, number=job.copy_number) if job.copy_number else words


def state_words(job: PrintJobView, t: Texts) -> str:
    if job.refused:
        return t("Waits: {why}", why=_refused_words(job.refused, t))
    if _given_up(job):
        return t("Given up, waits")
    return t((DRAWER_STATES if _kick(job) else JOB_STATES)[job.state][0])


def _refused_words(refused: str, t: Texts) -> str:
    """Why it could not be begun, shortly: the title of what is said when it is refused."""
    said = SENTENCES.get(Reason(refused)) if refused in {reason.value for reason in Reason} else None
    return t(mark("an error of the program")) if said is None else t(said.title)


def _given_up(job: PrintJobView) -> bool:
    return job.state is JobState.FAILED_BEFORE_SEND and not _kick(job) and job.detail.endswith(GIVEN_UP)


def state_mood(job: PrintJobView) -> str:
    if job.refused:
        return "warn"
    return (DRAWER_STATES if _kick(job) else JOB_STATES)[job.state][1]


def may_settle(job: PrintJobView | None) -> bool:
    """Paper of which nobody knows whether it came out; that a drawer is shut needs no answer."""
    return job is not None and job.state is JobState.UNKNOWN and not _kick(job)


def may_move(job: PrintJobView | None) -> bool:
    """Paper of which nothing was sent yet; a drawer hangs on its own printer."""
    return job is not None and job.state in {JobState.QUEUED, JobState.FAILED_BEFORE_SEND} and not _kick(job)


def _kick(job: PrintJobView) -> bool:
    return job.kind == JobKind.DRAWER.value


def order_state(state: str, t: Texts) -> str:
    return t(ORDER_STATES[state][0]) if state in ORDER_STATES else state


def order_mood(state: str) -> str:
    return ORDER_STATES[state][1] if state in ORDER_STATES else ""


def order_amount(order: OrderView) -> str:
    """An em dash for a parked sale: nobody has priced its passengers yet."""
    return money(order.total if order.tickets else None)


def order_route(order: OrderView) -> str:
    """``G79 长沙南 → 深圳北`` of the first ticket; a parked sale without tickets shows its label."""
    if not order.tickets:
        return order.label or "—"
    first = order.tickets[0]
    return f"{first.service}  {first.origin.name} → {first.destination.name}"


def printer_sentence(status: PrinterStatus | None, t: Texts) -> tuple[str, str]:
    """A whole sentence and its mood for the devices screen."""
    if status is None:
        return t("Asking the printer …"), ""
    if status.ready:
        if status.paper is PaperState.NEAR_END:
            return t("Ready, but the paper is running low."), "warn"
        return t("Ready."), "ok"
    return t(TROUBLE_WORDS.get(status.error, "The printer is not ready.")), "bad"
