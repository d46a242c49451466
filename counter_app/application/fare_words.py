"""Passenger types and fare classes in words, for papers; a code that is not listed stands as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from counter_app.texts import mark

TYPE_WORDS: Final[Mapping[str, str]] = {
    "adult": mark("Adult"),
    "child": mark("Child"),
    "student": mark("Student"),
    "infant": mark("Infant"),
    "disabled_veteran": mark("Disabled veteran"),
    "veteran": mark("Disabled veteran"),
    "military": mark("Disabled veteran"),
    "senior": mark("Senior"),
    "group": mark("Group"),
}
CLASS_WORDS: Final[Mapping[str, str]] = {
    "business": mark("Business class"),
    "premier": mark("Premier class"),
    "first": mark("First class"),
    "second": mark("Second class"),
    "hard_seat": mark("Hard seat"),
    "soft_seat": mark("Soft seat"),
    "hard_sleeper_upper": mark("Hard sleeper, upper"),
    "hard_sleeper_middle": mark("Hard sleeper, middle"),
    "hard_sleeper_lower": mark("Hard sleeper, lower"),
    "soft_sleeper_upper": mark("Soft sleeper, upper"),
    "soft_sleeper_lower": mark("Soft sleeper, lower"),
    "deluxe_sleeper_upper": mark("Deluxe soft sleeper, upper"),
    "deluxe_sleeper_lower": mark("Deluxe soft sleeper, lower"),
    "standing": mark("Standing"),
    "standard": mark("Standard"),
    "economy": mark("Economy"),
}
