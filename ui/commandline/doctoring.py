"""``counterfoil doctor``: what all checks found, on a terminal, or as JSON for a program that watches many windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from counter_app.texts import Texts
from ui.commandline.commands import pad, print_json
from ui.presenters import findings
from ui.presenters.findings import Finding, Weight

EXITS: Final = {Weight.OK: 0, Weight.WARNING: 1, Weight.TROUBLE: 2}
MARKS: Final = {Weight.OK: "ok     ", Weight.WARNING: "warning", Weight.TROUBLE: "TROUBLE"}
NEXT_INDENT: Final = 9


def print_findings(found: Sequence[Finding], t: Texts, *, as_json: bool) -> int:
    """0: all in order; 1: works, with something to look at; 2: something does not work."""
    if as_json:
        print_json([finding_json(one, t) for one in found])
        return EXITS[findings.worst(found)]
    for one in found:
        subject = f"{one.what} {one.name}".rstrip() if t.language == "en" else findings.title(one, t)
        print(f"{MARKS[one.state]}  {pad(subject, 24)} {findings.said(one, t)}")
        step = findings.next_step(one, t)
        if step and one.state is not Weight.OK:
            print(f"{' ' * NEXT_INDENT}{pad('', 24)} → {step}")
    print(findings.summary(found, t)[0])
    return EXITS[findings.worst(found)]


def finding_json(one: Finding, t: Texts) -> dict[str, object]:
    """``what``, ``state``, ``code`` and ``facts`` are for programs; ``detail`` and ``next`` are words."""
    return {
        "what": one.what,
        "name": one.name,
        "state": one.state.value,
        "code": one.code,
        "detail": findings.said(one, t),
        "next": findings.next_step(one, t),
        "facts": {key: value if isinstance(value, int | str) else str(value) for key, value in one.facts.items()},
    }
