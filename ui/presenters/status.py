"""The status line's words: station, window, clerk, shift, printer, timetable, marks. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from counter_app.application.payment_views import TerminalView
from counter_app.application.views import ShiftView
from counter_app.domain.settings import MAIN_PRINTER
from counter_app.domain.staff import Actor, Right
from counter_app.ports.catalogue import IssueInfo
from counter_app.ports.prints import PaperState, PrinterStatus
from counter_app.ports.profile import ProfileInfo
from counter_app.texts import Texts, mark
from ui.presenters.printers import badge, printer_name, status_sentence

PRINTER_WORDS = {
    "not_reachable": mark("Printer: not reachable"),
    "silent": mark("Printer: no answer"),
    "no_answer_yet": mark("Printer: no answer yet"),
    "cover_open": mark("Printer: cover open"),
    "paper_out": mark("Printer: out of paper"),
    "offline": mark("Printer: off line"),
    "stopped": mark("Printer: queue stopped"),
    "cutter": mark("Printer: cutter jammed"),
    "error": mark("Printer: error"),
}
SHIFT_WORDS = {
    "open": mark("Shift {number}"),
    "declared": mark("Shift {number} counted"),
    "closed": mark("Shift {number} closed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusItem:
    text: str
    mood: str = ""
    badge: bool = False
    strong: bool = False
    spoken: str = ""  # for screen readers and as a hint, where the text alone says too little


def printer_item(status: PrinterStatus | None, t: Texts, *, to_settle: int = 0, name: str = MAIN_PRINTER) -> StatusItem:
    """``to_settle``: jobs of which nobody knows whether they came out; they outrank a ready printer.

    ``name``: said where it is not the main one's.
    """
    if name != MAIN_PRINTER:
        mood = "" if status is None else "ok" if status.ready else mood_of(status)
        said = f"{printer_name(name, t)}: {status_sentence(status, t)[0]}"
        return StatusItem(text=f"{printer_name(name, t)}: {badge(status, t)}", mood=mood, badge=True, spoken=said)
    if to_settle:
        return StatusItem(text=t("Printer: {count} to settle", count=to_settle), mood="bad", badge=True)
    if status is None:
        return StatusItem(text=t("Printer: asking"), mood="", badge=True)
    if status.ready:
        if status.paper is PaperState.NEAR_END:
            return StatusItem(text=t("Printer: paper low"), mood="warn", badge=True)
        return StatusItem(text=t("Printer ready"), mood="ok", badge=True)
    words, (said, _mood) = PRINTER_WORDS.get(status.error, mark("Printer: not ready")), status_sentence(status, t)
    return StatusItem(text=t(words), mood=mood_of(status), badge=True, spoken=f"{printer_name(name, t)}: {said}")


def mood_of(status: PrinterStatus) -> str:
    """Of one that is not ready; it may be printing a long paper on a slow line."""
    return "warn" if status.error == "no_answer_yet" else "bad"


TERMINAL_WORDS = {
    "not_reachable": mark("Terminal: not reachable"),
    "not_registered": mark("Terminal: not registered"),
    "silent": mark("Terminal: no answer"),
    "busy": mark("Terminal: busy"),
}


def terminal_item(view: TerminalView | None, t: Texts) -> StatusItem | None:
    """None: there is none, or it was not asked yet."""
    if view is None or not view.configured:
        return None
    if view.ready:
        return StatusItem(text=t("Terminal ready"))
    word = TERMINAL_WORDS.get(view.trouble or "busy", mark("Terminal: not ready"))
    return StatusItem(text=t(word), mood="warn", badge=True)


def left_items(profile: ProfileInfo | None, actor: Actor | None, shift: ShiftView | None, t: Texts) -> list[StatusItem]:
    if profile is None:
        return [StatusItem(text=t("Opening the counter's data …"))]
    items = [
        StatusItem(text=profile.station_name, strong=True, spoken=t("Station {name}", name=profile.station_name)),
        StatusItem(text=t("Window {number}", number=f"{profile.counter:02d}")),
    ]
    if actor is not None:
        items.append(StatusItem(text=actor.display_name, spoken=t("Signed in: {name}", name=actor.display_name)))
        if shift is None or shift.state == "closed":
            items.append(StatusItem(text=t("No shift"), mood="warn", badge=True))
        else:
            own = shift.login == actor.login
            mood = "ok" if shift.state == "open" and own else "warn" if actor.may(Right.OWN_SHIFT) else ""
            words = t(SHIFT_WORDS[shift.state], number=shift.number)
            said = words if own else f"{words} · {shift.login}"
            items.append(StatusItem(text=said, mood=mood, badge=True))
    return items


def right_items(
    profile: ProfileInfo | None,
    issue: IssueInfo | None,
    status: PrinterStatus | None,
    t: Texts,
    *,
    asked: bool,
    to_settle: int = 0,
    enrolled: bool = False,
    payments: int = 0,
    terminal: TerminalView | None = None,
    printers: Mapping[str, PrinterStatus | None] = MappingProxyType({}),
) -> list[StatusItem]:
    """``asked``: the timetable has been looked up: its absence means something. ``payments``: not settled ones."""
    if profile is None:
        return []
    items: list[StatusItem] = []
    if payments:
        items.append(StatusItem(text=t("Payments to settle: {n}", n=payments), mood="bad", badge=True))
    if profile.training:
        items.append(StatusItem(text=t("TRAINING"), mood="warn", badge=True))
    if profile.demonstration or (issue is not None and issue.invented):
        items.append(StatusItem(text=t("DEMO"), mood="warn", badge=True, spoken=t("Demonstration: invented timetable")))
    if issue is not None:
        items.append(
            StatusItem(
                text=t("Timetable to {date}", date=issue.last_date.isoformat()),
                spoken=t("Timetable {name}", name=issue.feed_name),
            )
        )
    elif asked:
        items.append(StatusItem(text=t("No timetable"), mood="bad", badge=True))
    if not enrolled:  # else the line has a part of its own
        items.append(StatusItem(text=t("Stand-alone"), spoken=t("Stand-alone: no central records")))
    card = terminal_item(terminal, t)
    if card is not None:
        items.append(card)
    items.append(printer_item(status, t, to_settle=to_settle))
    # Of the others only what is wrong: a line has no room for three that are ready.
    items += [
        printer_item(other, t, name=name)
        for name, other in printers.items()
        if name != MAIN_PRINTER and other is not None and not other.ready
    ]
    return items
