"""A trouble in the clerk's words: what happened, what was and was not done, what to do now."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Reason, Refusal
from counter_app.texts import Texts, mark
from ui.presenters.central_words import refused_words, stop_words
from ui.presenters.import_words import refused_text
from ui.presenters.lane import Trouble
from ui.presenters.layout_words import layout_reason
from ui.presenters.refusal_cases import case_of
from ui.presenters.refusal_sentences import SENTENCES
from ui.presenters.refused_words import REASONS

NOTHING_CHANGED = mark("Nothing was changed.")

DEVICE_WORDS = {
    "not_reachable": mark("The printer cannot be reached."),
    "silent": mark("The printer does not answer."),
    "cover_open": mark("The printer's cover is open."),
    "paper_out": mark("The printer is out of paper."),
    "offline": mark("The printer is off line."),
    "stopped": mark("The print queue is stopped."),
    "cutter": mark("The printer's cutter is jammed."),
    "": mark("The printer is not ready."),
}
# As printers' transports say why they could not be opened.
DRIVER_WORDS = {
    "not reachable": mark("not reachable"),
    "no USB on this machine": mark("this computer offers no USB"),
    "no printer": mark("this device is no printer"),
    "not plugged in, or switched off": mark("not plugged in, or switched off"),
    "there are several of them": mark("there are several of them"),
}
# What was asked, where no answer came.
ASKED_WORDS = {
    "commit": mark("Record it"),
    "verify": mark("Check the journal"),
    "internal": mark("an error of the program"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``mood``: ok | info | warn | bad. Words are already in the clerk's language, and plain text."""

    title: str
    what_happened: str = ""
    what_was_done: str = ""
    what_to_do: str = ""
    mood: str = "warn"
    code: str = ""  # stable: the Reason's value, for the log and for the help page

    def body(self) -> str:
        """As sentences stand after one another: a full stop of Chinese has its space within it."""
        said = " ".join(part for part in (self.what_happened, self.what_was_done, self.what_to_do) if part)
        return said.replace("。 ", "。")


def explain(trouble: Trouble, t: Texts) -> Notice:
    match trouble:
        case Refusal():
            said = case_of(trouble) or SENTENCES.get(trouble.reason) or SENTENCES[Reason.BAD_INPUT]
            happened = t(said.happened)
            if said.detail and _names(said.detail) <= trouble.facts.keys():
                happened = t(said.detail, **_in_words(trouble, t))
            return Notice(
                title=t(said.title),
                what_happened=happened,
                what_was_done=t(NOTHING_CHANGED),
                what_to_do=t(said.to_do),
                mood=said.mood,
                code=trouble.reason.value,
            )
        case DeviceTrouble():
            return Notice(
                title=t("The device did not do it"),
                what_happened=_device_words(trouble, t),
                what_was_done=t("Nothing reached the outside."),
                what_to_do=t("Look at the device, then try again."),
                mood="bad",
                code="device_trouble",
            )
        case OutcomeUnknown():
            return Notice(
                title=t("It is not known whether this was done"),
                what_happened=t("The answer to “{what}” did not arrive.", what=_asked_words(trouble.what, t)),
                what_was_done=t("It may have been done, or not."),
                what_to_do=t("Do not repeat it: look it up in orders or the journal first."),
                mood="bad",
                code="outcome_unknown",
            )
        case Cancelled():
            return Notice(title=t("Cancelled"), what_was_done=t(NOTHING_CHANGED), mood="info", code="cancelled")


def _device_words(trouble: DeviceTrouble, t: Texts) -> str:
    """Our own words come before the colon, what the system says of it after it."""
    if trouble.detail in DEVICE_WORDS:
        return t(DEVICE_WORDS[trouble.detail])
    ours, colon, systems = trouble.detail.partition(": ")
    said = t(DRIVER_WORDS[ours]) if ours in DRIVER_WORDS else ours
    return t("{what}: {detail}", what=trouble.device, detail=f"{said} ({systems})" if colon else said)


def _asked_words(what: str, t: Texts) -> str:
    return t(ASKED_WORDS[what]) if what in ASKED_WORDS else what


def _in_words(refusal: Refusal, t: Texts) -> dict[str, str | int]:
    """A refused file, and what central says, name the trouble by a code that has words of its own."""
    if refusal.reason is Reason.TERMINAL_NOT_READY:
        trouble = str(refusal.facts["trouble"])
        return {**refusal.facts, "trouble": t(REASONS[trouble]) if trouble in REASONS else trouble}
    if refusal.reason is Reason.LAYOUT_REFUSED:
        return {**refusal.facts, "code": layout_reason(str(refusal.facts["code"]), refusal.facts, t)}
    words = _CODES.get(refusal.reason)
    if words is None:
        return refusal.facts
    return {**refusal.facts, "code": words(str(refusal.facts["code"]), t)}


_CODES: dict[Reason, Callable[[str, Texts], str]] = {
    Reason.FILE_REFUSED: refused_text,
    Reason.CENTRAL_REFUSED: refused_words,
    Reason.ENROLMENT_REFUSED: refused_words,
    Reason.SELLING_STOPPED: stop_words,
}


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
