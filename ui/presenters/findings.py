"""What a check of everything found, and what to do about it, in words. No Qt.

A finding is a code with facts, so that a window, a terminal and a program read the same one in their own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from counter_app.errors import Refusal
from counter_app.ports.prints import PaperState
from counter_app.texts import Texts, mark
from ui.presenters.jobs import PAPER_WORDS, TROUBLE_WORDS
from ui.presenters.printers import NAMES, printer_name
from ui.presenters.refusals import explain


class Weight(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, but somebody should look
    TROUBLE = "trouble"  # something does not work now


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``what`` and ``code`` are stable words for programs. ``name``: which printer, file or port it is about."""

    what: str
    state: Weight
    code: str
    name: str = ""
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


TITLES: Final[Mapping[str, str]] = {
    "python": mark("Python"),
    "window system": mark("Window system"),
    "fonts": mark("Fonts"),
    "disk": mark("Disk"),
    "clock": mark("Clock"),
    "time zone": mark("Time zone"),
    "settings": mark("Settings"),
    "profile": mark("Data of the window"),
    "money": mark("Money"),
    "timetable": mark("Timetable"),
    "journal": mark("The journal"),
    "keys": mark("Keys"),
    "certificate": mark("Certificate"),
    "trust": mark("Trust bundle"),
    "witness": mark("Witness"),
    "print jobs": mark("Print jobs"),
    "blanks": mark("Blanks"),
    "printer": mark("Printer"),
    "printer address": mark("Printer's address"),
    "printer profile": mark("Printer's profile"),
    "port": mark("Port"),
    "usb": mark("USB"),
    "spooler": mark("Print service"),
    "layout": mark("Layout of paper"),
    "code": mark("Ticket's code"),
}

# By code: what was found, and the next step ("" where there is none).
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "python_good": (mark("Python {version}"), ""),
    "python_other": (
        mark("Python {version}: the program is tried with 3.11 to 3.13"),
        mark("Install one of these and run the set-up again."),
    ),
    "qt_loads": (mark("Qt loads"), ""),
    "qt_broken": (
        mark("Qt does not load: {detail}"),
        mark("Install the system's libraries that it names: tools/setup.sh does."),
    ),
    "fonts_there": (mark("all there"), ""),
    "fonts_missing": (mark("missing: {names}"), mark("Install the program again: tickets would lack characters.")),
    "disk_free": (mark("{mib} MiB free at {path}"), ""),
    "disk_low": (
        mark("only {mib} MiB free at {path}"),
        mark("Free some space: a full disk stops the sale."),
    ),
    "zone_known": (mark("{zone}; this machine is in {system}"), ""),
    "zone_unknown": (
        mark("{zone} is not known to this system"),
        mark("Install the time zone data (package tzdata)."),
    ),
    "clock_good": (mark("{seconds} s from central's"), ""),
    "clock_off": (
        mark("{seconds} s from central's"),
        mark("Let the system set its clock from the network (NTP)."),
    ),
    "clock_behind": (
        mark("behind the journal's last entry by {seconds} s"),
        mark("Set the clock right. If it is right now, a supervisor runs accept-clock."),
    ),
    "clock_alone": (mark("runs on after the journal; there is no central to compare it with"), ""),
    "settings_bad": (
        mark("{key}: {detail}"),
        mark("Mend it in the settings file, or put the copy back that ends in .before."),
    ),
    "refused": (mark("{folder}: {detail}"), mark("See troubleshooting in the operator's guide.")),
    "profile_there": (mark("{station} {code}, window {counter}"), ""),
    "money": (mark("{currency}, policy {policy}, zone {zone}"), ""),
    "timetable_there": (mark("{trips} trips, {first} to {last}, from {feed}"), ""),
    "timetable_none": (mark("none"), mark("Import one (Alt+8), or wait until central has sent it.")),
    "timetable_over": (mark("ended on {last}"), mark("Import a new one (Alt+8).")),
    "journal_holds": (mark("{entries} entries"), ""),
    "journal_broken": (
        mark("entry {entry}: {reason}"),
        mark("Stop selling, keep a copy of the directory, and see troubleshooting in the operator's guide."),
    ),
    "keys_sign": (mark("the counter signs as {key}"), ""),
    "keys_lost": (
        mark("the counter cannot sign: {detail}"),
        mark("Put the folder of the keys back, or unlock the system's key store."),
    ),
    "certificate_good": (mark("good until {until}"), ""),
    "certificate_ends": (
        mark("ends on {until}, in {days} days"),
        mark("Begin a new epoch before then: it brings a new certificate."),
    ),
    "certificate_over": (
        mark("ended on {until}: gates refuse what is sold now"),
        mark("Begin a new epoch (start-epoch), and export the trust bundle again."),
    ),
    "certificate_none": (mark("none for this epoch"), mark("Bring the window on line, or begin a new epoch.")),
    "trust_good": (mark("{certificates} certificates, {good} of them good today"), ""),
    "trust_old": (
        mark("what central told is {days} days old"),
        mark("Bring the window on line: keys that were called back since are not known here."),
    ),
    "witness_holds": (mark("nothing is missing at the journal's end"), ""),
    "witness_ahead": (
        mark("the store is behind it, or it is lost: start-epoch"),
        mark("An administrator runs start-epoch; see the operator's guide."),
    ),
    "jobs_none": (mark("0 not settled"), ""),
    "jobs_waiting": (mark("{waiting} waiting"), mark("They print by themselves once the printer is ready.")),
    "jobs_unknown": (
        mark("{unknown} not settled: did they come out? ({waiting} waiting)"),
        mark("Look at the paper, and answer under Devices (Alt+7)."),
    ),
    "blanks_left": (mark("{left} left, next is {next}"), ""),
    "blanks_low": (mark("only {left} left, next is {next}"), mark("Have the next roll ready.")),
    "blanks_out": (mark("the roll is used up"), mark("Load a new roll under Devices, Blanks.")),
    "blanks_unnumbered": (mark("no roll of numbered blanks is loaded"), ""),
    "printer_ready": (mark("{url}: ready, paper {paper}"), ""),
    "printer_low": (mark("{url}: ready, but the paper is running low"), mark("Have a new roll ready.")),
    "printer_mute": (
        mark("{url}: cannot tell how it is"),
        mark("Its profile says that it never answers: look at each paper."),
    ),
    "printer_trouble": (mark("{url}: {error}"), ""),  # the next step is that of the trouble
    "profile_good": (mark("{profile}, {width} dots"), ""),
    "address_wrong": (
        mark("{url} is no printer's address: {detail}"),
        mark("Find it under Devices, Find printers, or write it into the settings as docs/printing.md has it."),
    ),
    "profile_broken": (
        mark("{profile} cannot be used: {detail}"),
        mark("Mend its file in the folder printers, or choose another under Devices, Find printers."),
    ),
    "profile_unknown": (
        mark("{profile} is not known"),
        mark("Choose one of those under Devices, Find printers; your own stand in the folder printers."),
    ),
    "profile_file_good": (mark("{file} holds"), ""),
    "profile_file_bad": (mark("{file}, line {line}: {reason}"), mark("Mend this line; until then it cannot be used.")),
    "layout_good": (mark("{file} holds"), ""),
    "layout_bad": (
        mark("{reason}"),
        mark("Mend this line; until then the layout that came with the program is used."),
    ),
    "layout_none": (mark("those that came with the program"), ""),
    "port_good": (mark("may be read and written"), ""),
    "port_missing": (mark("is not there"), mark("Plug the device in, or put its right name into the settings.")),
    "port_forbidden": (
        mark("may not be opened: it belongs to the group {group}"),
        mark("Add the user to it and sign in anew: sudo usermod -aG {group} {user}"),
    ),
    "port_not_opened": (mark("may not be opened: {detail}"), mark("Let the system's administrator allow it.")),
    "usb_good": (mark("{count} printers seen: {names}"), ""),
    "usb_none": (mark("no printer seen"), mark("Check the cable; other printers of the settings are not concerned.")),
    "usb_absent": (mark("{detail}"), mark("Install libusb, or reach the printer by its serial or network address.")),
    "spooler_good": (mark("{count} queues: {names}"), ""),
    "spooler_missing": (
        mark("there is no queue {queue}"),
        mark("Make it in the system's printer settings, or put the right name into the settings."),
    ),
    "spooler_silent": (mark("does not answer: {detail}"), mark("Start the system's print service (cups).")),
    "code_read": (mark("{symbology} at {width} dots was drawn and read back, {dots} dots a module"), ""),
    "code_lost": (
        mark("{symbology} at {width} dots cannot be read back: {detail}"),
        mark("Gates could not read such tickets: choose another profile or symbology."),
    ),
    "not_checked": (mark("could not be checked: {detail}"), mark("Try again; if it stays so, tell the maker.")),
}
WEIGHTS: Final = {Weight.OK: mark("in order"), Weight.WARNING: mark("look here"), Weight.TROUBLE: mark("trouble")}
MOODS: Final = {Weight.OK: "ok", Weight.WARNING: "warn", Weight.TROUBLE: "bad"}


def title(finding: Finding, t: Texts) -> str:
    words = t(TITLES[finding.what]) if finding.what in TITLES else finding.what
    if finding.name in NAMES:
        return (
            printer_name(finding.name, t) if finding.what == "printer" else f"{words}: {printer_name(finding.name, t)}"
        )
    return f"{words} {finding.name}" if finding.name else words


def said(finding: Finding, t: Texts) -> str:
    facts = dict(finding.facts)
    why = facts.get("why")
    if isinstance(why, Refusal):
        facts["reason"] = explain(why, t).what_happened
    elif finding.code in {"profile_file_bad", "layout_bad"} and not facts.get("line"):
        return f"{facts['file']}: {facts['reason']}"
    if "paper" in facts:
        facts["paper"] = t(PAPER_WORDS[PaperState(str(facts["paper"]))])
    words = t(WORDS[finding.code][0], **facts)
    if finding.code == "printer_trouble":
        trouble = TROUBLE_WORDS.get(str(facts["error"]))
        return f"{facts['url']}: {t(trouble)}" if trouble else words
    return words


def next_step(finding: Finding, t: Texts) -> str:
    """Empty where nothing is to be done. A printer's trouble says what to do in itself."""
    words = WORDS[finding.code][1]
    return t(words, **finding.facts) if words else ""


def worst(findings: Sequence[Finding]) -> Weight:
    states = {finding.state for finding in findings}
    return next((weight for weight in (Weight.TROUBLE, Weight.WARNING) if weight in states), Weight.OK)


def summary(findings: Sequence[Finding], t: Texts) -> tuple[str, str]:
    """One sentence and its mood."""
    troubles = sum(finding.state is Weight.TROUBLE for finding in findings)
    warnings = sum(finding.state is Weight.WARNING for finding in findings)
    if troubles:
        return t("Does not work: {n}; to look at: {m}.", n=troubles, m=warnings), "bad"
    if warnings:
        return t("Everything works; to look at: {n}.", n=warnings), "warn"
    return t("Everything is in order ({n} checks).", n=len(findings)), "ok"


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Trouble first, then what to look at; each as it was found."""
    rank = {Weight.TROUBLE: 0, Weight.WARNING: 1, Weight.OK: 2}
    return sorted(findings, key=lambda finding: rank[finding.state])


def as_text(findings: Sequence[Finding], t: Texts) -> str:
    """One a line, for a mail to whoever helps."""
    lines = [
        " | ".join(part for part in (t(WEIGHTS[one.state]), title(one, t), said(one, t), next_step(one, t)) if part)
        for one in in_order(findings)
    ]
    return "".join(f"{line}\n" for line in lines)
