"""How a refusal is told: a title, what happened, what to do now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """``detail`` replaces ``happened`` when the refusal carries every fact that it names."""

    title: str
    happened: str
    to_do: str
    mood: str = "warn"
    detail: str = ""
