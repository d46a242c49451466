"""All checks in their order: of a profile that has to be opened first, or of one that is open already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from counter_app.application.desk import Desk
from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Refusal
from counter_app.ports.clock import Clock
from ui.doctor import paper
from ui.doctor.probes import Probes
from ui.doctor.store import CheckedStore, store
from ui.doctor.system import system
from ui.presenters.findings import Finding, Weight

Heard = Callable[[Finding], None]


class OpenCounter(Protocol):
    @property
    def desk(self) -> Desk: ...

    @property
    def store(self) -> CheckedStore: ...

    def close(self) -> None: ...


def look(probes: Probes, opened: Callable[[], OpenCounter], clock: Clock) -> list[Finding]:
    """``counterfoil doctor``: everything, the journal included. A profile that cannot be opened is a finding."""
    findings = [*system(probes.folder, probes.resources)]
    try:
        counter = opened()
    except Refusal as refusal:
        around = list(_guarded("printer", paper.printers(probes)))
        if not paper.explains(around, refusal):
            facts: dict[str, object] = {"folder": probes.folder, "detail": refusal}
            findings.append(Finding(what="profile", state=Weight.TROUBLE, code="refused", facts=facts))
        return [*findings, *around]
    try:
        findings.extend(_inside(counter.desk, counter.store, probes, clock))
    finally:
        counter.close()
    return findings


def settings_refused(folder: Path, resources: Path, refusal: Refusal) -> list[Finding]:
    """A settings file that is refused: nothing of the window can be opened, and the rest is checked all the same."""
    facts = {"key": refusal.facts.get("key", ""), "detail": refusal.facts.get("detail", "")}
    wrong = Finding(what="settings", state=Weight.TROUBLE, code="settings_bad", facts=facts)
    return [*system(folder, resources), wrong]


def look_at_store(desk: Desk, kept: CheckedStore, clock: Clock) -> list[Finding]:
    """In a window that is open: READ. The journal is verified by a process of its own there."""
    return [
        *_guarded("profile", store(desk, kept, clock, with_journal=False)),
        *_guarded("blanks", paper.blanks(desk)),
    ]


def look_around(probes: Probes, desk: Desk, *, heard: Heard, cancelled: Callable[[], bool]) -> list[Finding]:
    """In a window that is open: seconds, so on a thread of its own; it reads no store. Raises Cancelled.

    ``heard`` gets each finding at once. A printer that works on a paper answers after it.
    """
    findings: list[Finding] = []

    def all_of() -> Iterator[Finding]:
        yield from system(probes.folder, probes.resources)
        yield from _guarded("printer", paper.asked(desk))
        yield from _guarded("printer", paper.printers(probes))

    for finding in all_of():
        if cancelled():
            raise Cancelled
        findings.append(finding)
        heard(finding)
    return findings


def _inside(desk: Desk, kept: CheckedStore, probes: Probes, clock: Clock) -> Iterator[Finding]:
    yield from _guarded("profile", store(desk, kept, clock, with_journal=True))
    yield from _guarded("blanks", paper.blanks(desk))
    yield from _guarded("printer", paper.asked(desk))
    yield from _guarded("printer", paper.printers(probes))


def _guarded(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """What fails on the way is a finding too, and the checks after it are made all the same."""
    try:
        yield from findings
    except (Refusal, DeviceTrouble, OutcomeUnknown, OSError) as trouble:
        yield Finding(what=what, state=Weight.TROUBLE, code="not_checked", facts={"detail": trouble})
