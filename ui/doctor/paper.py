"""All around paper: each printer of the settings, its port and profile, the operator's own files, codes, blanks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from counter_app.application.desk import Desk
from counter_app.errors import DeviceTrouble, Reason, Refusal
from counter_app.ports.prints import PaperState, PrinterStatus
from counter_app.ports.workshop import FileFault, PrinterFacts
from ui.doctor import ports
from ui.doctor.probes import Probes
from ui.presenters.findings import Finding, Weight
from ui.presenters.printers import BLANKS_LOW


def printers(probes: Probes) -> Iterator[Finding]:
    """What can be said of the settings without asking a printer: port, bus, queue, profile, code."""
    found = list(probes.printers())
    several = len(found) > 1
    files = list(_files("printer profile", "profile_file", probes.profile_files))
    broken = {one.name for one in files if one.code == "profile_file_bad"}
    for printer in found:
        name = printer.name if several else ""
        if printer.wrong != "file" or f"{printer.profile}.toml" not in broken:  # of which the line is said
            yield from _settings_of(printer, name)
        device = ports.port_of(printer.url)
        if device is not None:
            yield ports.port(device)
    for address in probes.ports:
        device = ports.port_of(address)
        if device is not None:
            yield ports.port(device)
    named = [printer for printer in found if printer.wrong != "address"]  # of the others it is said already
    yield from _usb(named, probes)
    yield from _queues(named, probes)
    yield from files
    yield from _layouts(probes)
    yield from _codes(found, probes)


def _settings_of(printer: PrinterFacts, name: str) -> Iterator[Finding]:
    """Only what is wrong: of a printer whose address cannot be, nothing is known about its profile."""
    facts: dict[str, object] = {"profile": printer.profile, "width": printer.width}
    if not printer.refused:
        yield Finding(what="printer profile", name=name, state=Weight.OK, code="profile_good", facts=facts)
    elif printer.wrong == "address":
        facts = {"url": printer.url, "detail": printer.refused}
        yield Finding(what="printer address", name=name, state=Weight.TROUBLE, code="address_wrong", facts=facts)
    elif printer.wrong == "file":
        facts = {"profile": printer.profile, "detail": printer.refused}
        yield Finding(what="printer profile", name=name, state=Weight.TROUBLE, code="profile_broken", facts=facts)
    else:
        yield Finding(what="printer profile", name=name, state=Weight.TROUBLE, code="profile_unknown", facts=facts)


def explains(findings: Sequence[Finding], refusal: Refusal) -> bool:
    """The findings say already, and better, why the window cannot be opened."""
    if refusal.reason is not Reason.BAD_SETTING:
        return False
    codes = {finding.code for finding in findings}
    match refusal.facts.get("setting"):
        case "printer":
            return "address_wrong" in codes
        case "printer profile":
            return "profile_unknown" in codes
    return str(refusal.facts.get("key")).endswith(".toml") and bool(codes & {"profile_broken", "profile_file_bad"})


def asked(desk: Desk) -> Iterator[Finding]:
    """Each printer's own word, one after the other; a silent one ends by its deadline."""
    found = desk.printers()
    for printer in found:
        name = printer.name if len(found) > 1 else ""
        try:
            yield status(name, printer.url, desk.printer_status(printer.name))
        except (DeviceTrouble, Refusal, OSError) as trouble:
            yield status(name, printer.url, trouble)


def blanks(desk: Desk) -> Iterator[Finding]:
    inside = [roll for roll in desk.rolls() if roll.inside]
    if not inside:
        yield Finding(what="blanks", state=Weight.OK, code="blanks_unnumbered")
    for roll in inside:
        name = roll.printer if len(desk.printers()) > 1 else ""
        facts = {"left": roll.left, "next": roll.next}
        if not roll.left:
            yield Finding(what="blanks", name=name, state=Weight.TROUBLE, code="blanks_out", facts=facts)
        elif roll.left <= BLANKS_LOW:
            yield Finding(what="blanks", name=name, state=Weight.WARNING, code="blanks_low", facts=facts)
        else:
            yield Finding(what="blanks", name=name, state=Weight.OK, code="blanks_left", facts=facts)


def status(name: str, url: str, word: PrinterStatus | DeviceTrouble | Refusal | OSError) -> Finding:
    """What one printer said when it was asked, or why it could not be."""
    if not isinstance(word, PrinterStatus):
        detail = word.detail if isinstance(word, DeviceTrouble) else str(word)
        facts: dict[str, object] = {"url": url, "error": detail}
        return Finding(what="printer", name=name, state=Weight.TROUBLE, code="printer_trouble", facts=facts)
    facts = {"url": url, "paper": word.paper.value}
    if not word.ready:
        facts["error"] = word.error or "offline"
        return Finding(what="printer", name=name, state=Weight.TROUBLE, code="printer_trouble", facts=facts)
    if not word.answered:
        return Finding(what="printer", name=name, state=Weight.WARNING, code="printer_mute", facts=facts)
    if word.paper is PaperState.NEAR_END:
        return Finding(what="printer", name=name, state=Weight.WARNING, code="printer_low", facts=facts)
    return Finding(what="printer", name=name, state=Weight.OK, code="printer_ready", facts=facts)


def _usb(found: Sequence[PrinterFacts], probes: Probes) -> Iterator[Finding]:
    """Only where a printer is meant to be there."""
    if probes.usb is None or not any(printer.url.startswith("usb:") for printer in found):
        return
    try:
        names = list(probes.usb())
    except DeviceTrouble as absent:
        yield Finding(what="usb", state=Weight.TROUBLE, code="usb_absent", facts={"detail": absent.detail})
        return
    if not names:
        yield Finding(what="usb", state=Weight.TROUBLE, code="usb_none")
        return
    facts = {"count": len(names), "names": ", ".join(names[:8])}
    yield Finding(what="usb", state=Weight.OK, code="usb_good", facts=facts)


def _queues(found: Sequence[PrinterFacts], probes: Probes) -> Iterator[Finding]:
    wanted = [queue_of(printer.url) for printer in found]
    names = [name for name in wanted if name]
    if probes.queues is None or not names:
        return
    try:
        queues = set(probes.queues())
    except DeviceTrouble as absent:
        yield Finding(what="spooler", state=Weight.TROUBLE, code="spooler_silent", facts={"detail": absent.detail})
        return
    for name in names:
        there = name in queues
        facts: dict[str, object] = {"queue": name, "count": len(queues), "names": ", ".join(sorted(queues)[:8])}
        yield Finding(
            what="spooler",
            state=Weight.OK if there else Weight.TROUBLE,
            code="spooler_good" if there else "spooler_missing",
            facts=facts,
        )


def queue_of(url: str) -> str:
    """``cups:NAME`` and ``cups://NAME``; "" for another wire."""
    if not url.startswith("cups:"):
        return ""
    split = urlsplit(url)
    return (split.netloc or split.path).strip("/")


def _files(what: str, code: str, asked: object) -> Iterator[Finding]:
    if not callable(asked):
        return
    faults: Sequence[FileFault] = asked()
    for fault in faults:
        facts = {"file": fault.file, "line": fault.line, "reason": fault.reason, "why": fault.why}
        if fault.reason:
            yield Finding(what=what, name=fault.file, state=Weight.TROUBLE, code=f"{code}_bad", facts=facts)
        else:
            yield Finding(what=what, name=fault.file, state=Weight.OK, code=f"{code}_good", facts=facts)


def _layouts(probes: Probes) -> Iterator[Finding]:
    found = list(_files("layout", "layout", probes.layout_files))
    if probes.layout_files is not None and not found:
        yield Finding(what="layout", state=Weight.OK, code="layout_none")
    yield from found


def _codes(found: Sequence[PrinterFacts], probes: Probes) -> Iterator[Finding]:
    """Each width and symbology that tickets may be printed in here, once."""
    if probes.code_trip is None:
        return
    asked = {(printer.width, printer.symbology): None for printer in found if printer.width}
    for width, symbology in asked:
        trip = probes.code_trip(width, symbology)
        facts = {"width": width, "symbology": symbology, "dots": trip.dots, "detail": trip.detail}
        if trip.detail:
            yield Finding(what="code", state=Weight.TROUBLE, code="code_lost", facts=facts)
        else:
            yield Finding(what="code", state=Weight.OK, code="code_read", facts=facts)
