"""The window's printers in words: names, roles, addresses, what they said, what to do. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from counter_app.application.print_views import PrinterView, RollView
from counter_app.ports.printer_events import EventKind, PrinterEvent
from counter_app.ports.prints import Delivery, DeliveryOutcome, PaperState, PrinterRole, PrinterStatus
from counter_app.texts import Texts, mark
from ui.presenters.jobs import JOB_KINDS, PAPER_WORDS, TROUBLE_WORDS

BLANKS_LOW: Final = 50  # of a roll: time to have the next one ready
NAMES: Final[Mapping[str, str]] = {
    "main": mark("Main printer"),
    "receipt": mark("Receipt printer"),
    "report": mark("Report printer"),
    "spare": mark("Spare printer"),
}
ROLES: Final[Mapping[PrinterRole, str]] = {
    PrinterRole.TICKET: mark("Tickets"),
    PrinterRole.RECEIPT: mark("Receipts and slips"),
    PrinterRole.REPORT: mark("Reports"),
}
EVENTS: Final[Mapping[EventKind, tuple[str, str]]] = {
    EventKind.OPENED: (mark("Put into service"), ""),
    EventKind.STATE: (mark("Its state changed"), "info"),
    EventKind.LOST: (mark("Does not answer any more"), "bad"),
    EventKind.FOUND: (mark("Answers again"), "ok"),
    EventKind.NOT_SENT: (mark("A paper was not sent"), "warn"),
    EventKind.NO_WORD: (mark("A paper was not confirmed"), "bad"),
    EventKind.MOVED: (mark("A paper was sent to another printer"), "info"),
    EventKind.CANCELLED: (mark("Printing was given up"), "warn"),
}
# The short words of a state, as events have them.
STATE_WORDS: Final[Mapping[str, str]] = {
    "ready": mark("ready"),
    "near_end": mark("paper running low"),
    "paper_near_end": mark("paper running low"),
    "paper_out": mark("out of paper"),
    "cover_open": mark("cover open"),
    "silent": mark("no answer"),
    "no_answer_yet": mark("no answer yet"),
    "not_reachable": mark("not reachable"),
    "offline": mark("off line"),
    "cutter": mark("cutter jammed"),
    "error": mark("error"),
    "not_ready": mark("not ready"),
    "not_writable": mark("cannot be written"),
    "cancelled": mark("given up"),
    "closed": mark("the line was cut"),
    "stalled": mark("it took no more"),
    "stopped": mark("print queue stopped"),
}
# Why a paper was not sent or not confirmed, where it is no state: the driver's words.
WHY_WORDS: Final[Mapping[str, str]] = {
    "no_word": mark("no answer"),
    "no word in time": mark("no answer in time"),
    "no word to trust": mark("an answer that cannot be trusted"),
    "this printer gives no word": mark("this printer confirms nothing"),
}
TRANSPORTS: Final[Mapping[str, str]] = {
    "tcp": mark("Network"),
    "serial": mark("Serial line"),
    "usb": mark("USB"),
    "cups": mark("Print service"),
    "ipp": mark("Print service"),
    "file": mark("File"),
    "virtual": mark("On the screen"),
}
OUTCOMES: Final[Mapping[Delivery, tuple[str, str]]] = {
    Delivery.CONFIRMED: (mark("Printed: the printer confirmed it."), "ok"),
    Delivery.FAILED_BEFORE_SEND: (mark("Nothing was sent."), "bad"),
    Delivery.UNKNOWN: (mark("The printer did not confirm it: look at the paper."), "warn"),
}


def printer_name(name: str, t: Texts) -> str:
    return t(NAMES[name]) if name in NAMES else name


def roles_words(roles: Collection[PrinterRole], t: Texts, *, drawer: bool = False) -> str:
    words = [t(said) for role, said in ROLES.items() if role in roles]
    if not words:
        words = [t("Only what is sent there")]
    return " · ".join([*words, *([t("cash drawer")] if drawer else [])])


def address_words(url: str, t: Texts) -> str:
    """``Network 10.0.0.5:9100``: without options, which only a technician types."""
    split = urlsplit(url)
    kind = t(TRANSPORTS[split.scheme]) if split.scheme in TRANSPORTS else split.scheme
    place = unquote((split.netloc + split.path).strip() if split.scheme != "tcp" else split.netloc)
    return f"{kind} {place}".strip()


def profile_of(printer: PrinterView) -> str:
    """An option of the address wins over the setting."""
    try:
        options = dict(parse_qsl(urlsplit(printer.url).query))
    except ValueError:
        options = {}
    return options.get("profile", printer.profile)


def status_sentence(status: PrinterStatus | None, t: Texts) -> tuple[str, str]:
    """How it is and what to do, and its mood."""
    if status is None:
        return t("Asking the printer …"), ""
    if not status.ready:
        return t(TROUBLE_WORDS.get(status.error, mark("The printer is not ready."))), "bad"
    if not status.answered:
        return t("It never tells how it is: look at each paper."), "warn"
    if status.paper is PaperState.NEAR_END:
        return t("Ready, but the paper is running low."), "warn"
    return t("Ready."), "ok"


def badge(status: PrinterStatus | None, t: Texts) -> str:
    """One word beside the name."""
    if status is None:
        return t("asking …")
    if status.ready:
        return t("ready") if status.paper is not PaperState.NEAR_END else t(STATE_WORDS["near_end"])
    return t(STATE_WORDS.get(status.error, mark("not ready")))


def roll_words(roll: RollView, t: Texts) -> str:
    if not roll.left:
        return t("Blanks: the roll is used up")
    return t("Blanks: {left} left, next is {next}", left=roll.left, next=roll.next)


def roll_state(roll: RollView, t: Texts) -> str:
    if roll.inside:
        return t("in the printer") if roll.left else t("used up")
    return t("taken out") if roll.left else t("used up")


def roll_mood(roll: RollView | None) -> str:
    if roll is None or roll.left > BLANKS_LOW:
        return ""
    return "warn" if roll.left else "bad"


def facts_of(status: PrinterStatus | None, t: Texts) -> tuple[str, str, str]:
    """Connection, cover, paper."""
    if status is None or not status.answered:
        return "—", "—", "—"
    return (
        t("On line") if status.online else t("Off line"),
        t("Cover open") if status.cover_open else t("Shut"),
        t(PAPER_WORDS[status.paper]),
    )


def event_words(event: PrinterEvent, t: Texts) -> str:
    """The kind of event and its detail; state codes in words, what a device said as it said it."""
    words = t(EVENTS[event.kind][0])
    detail = detail_words(event.detail, t)
    return t("{what}: {detail}", what=words, detail=detail) if detail else words


def event_mood(event: PrinterEvent) -> str:
    if event.kind is EventKind.STATE:
        after = event.detail.rpartition("->")[2].strip()
        return "ok" if after == "ready" else "bad" if after in STATE_WORDS else "info"
    return EVENTS[event.kind][1]


def detail_words(detail: str, t: Texts) -> str:
    """``ready -> paper_out``, ``ticket: silent``, ``z_report to spare`` are our codes; the rest is a device's own."""
    states = [part.strip() for part in detail.split("->")]
    if all(state in STATE_WORDS for state in states):
        return " → ".join(t(STATE_WORDS[state]) for state in states)
    kind, colon, why = detail.partition(": ")
    if colon and kind in JOB_KINDS:
        why = _why_words(why, t)
        return t("{what}: {detail}", what=t(JOB_KINDS[kind]), detail=why) if why else t(JOB_KINDS[kind])
    kind, to, where = detail.partition(" to ")
    if to and kind in JOB_KINDS and where in NAMES:
        return f"{t(JOB_KINDS[kind])} → {t(NAMES[where])}"
    return detail


def _why_words(why: str, t: Texts) -> str:
    """``no word in time: cover_open`` is two of our codes."""
    parts = why.split(": ")
    ours = {**STATE_WORDS, **WHY_WORDS}
    return ", ".join(t(ours[part]) for part in parts) if all(part in ours for part in parts) else why


def outcome_words(outcome: DeliveryOutcome, t: Texts) -> tuple[str, str]:
    """What became of a test page, with what to do, and its mood."""
    said, mood = OUTCOMES[outcome.delivery]
    words = t(said)
    if outcome.delivery is not Delivery.CONFIRMED and not outcome.status.ready:
        words = f"{words} {status_sentence(outcome.status, t)[0]}"
    return words, mood


def troubled(printers: Sequence[PrinterView]) -> list[PrinterView]:
    """Those that were asked and are not ready."""
    return [one for one in printers if one.status is not None and not one.status.ready]
