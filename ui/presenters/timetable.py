"""An import's stages and faults in words. No Qt."""

from __future__ import annotations

from counter_app.ports.catalogue import Fault, Progress
from counter_app.texts import Texts, mark
from ui.presenters.import_words import fault_text

STAGES: dict[str, str] = {
    "index": mark("Building the index"),
    "check": mark("Checking the result"),
}


def stage_words(step: Progress, t: Texts) -> str:
    words = t(STAGES[step.stage]) if step.stage in STAGES else t("Reading {name}", name=step.stage)
    return f"{words} · {step.done * 100 // step.total} %" if step.total else words


def fault_words(fault: Fault, t: Texts) -> str:
    return fault_text(fault.fault, t)
