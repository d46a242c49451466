"""Searching for printers, in words: how far it is, what was found, what a profile can do. No Qt."""

from __future__ import annotations

from typing import Final, Protocol

from counter_app.ports.prints import PrinterStatus
from counter_app.texts import Texts, mark
from ui.presenters.printers import badge

PLACES: Final = {
    "network": mark("the network"),
    "serial": mark("the serial ports"),
    "usb": mark("the USB bus"),
    "queues": mark("the print service"),
}
CONFIRMS: Final = {
    "process_id": mark("confirms each paper by its number"),
    "status": mark("confirms by its status"),
    "nothing": mark("never answers: each paper is asked for"),
}


class Found(Protocol):
    @property
    def status(self) -> PrinterStatus | None: ...

    @property
    def group(self) -> str: ...


class Step(Protocol):
    @property
    def what(self) -> str: ...


class Line(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def confirms(self) -> str: ...
    @property
    def cutter(self) -> bool: ...
    @property
    def own(self) -> bool: ...


def progress_words(step: Step | None, count: int, t: Texts, *, running: bool) -> str:
    if not running:
        return t("{count} found", count=count)
    place = t(PLACES[step.what]) if step is not None and step.what in PLACES else "…"
    return t("Looking at {place}: {count} found", place=place, count=count)


def found_state(one: Found, t: Texts) -> str:
    if one.group:
        return t("only for the group {group}", group=one.group)
    return t("not asked") if one.status is None else badge(one.status, t)


def found_mood(one: Found) -> str:
    if one.group:
        return "bad"
    if one.status is None:
        return "text_muted"
    return "ok" if one.status.ready else "warn"


def profile_words(line: Line, t: Texts) -> str:
    """What a profile can do, in one line."""
    parts = [t("{dots} dots", dots=line.width)]
    if line.confirms in CONFIRMS:
        parts.append(t(CONFIRMS[line.confirms]))
    parts.append(t("cuts") if line.cutter else t("no cutter"))
    if line.own:
        parts.append(t("your own"))
    return " · ".join(parts)


def profile_title(line: Line) -> str:
    return f"{line.label} ({line.name})" if line.label and line.label != line.name else line.name
