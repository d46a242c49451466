"""Each device around the till, and how it stands, in words. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from counter_app.application.payment_views import TerminalView
from counter_app.domain.device_settings import DeviceSettings, ReaderSettings
from counter_app.ports.customer_display import DeviceState, DeviceStatus
from counter_app.texts import Texts, mark
from ui.presenters import payment_words, words

NAMES: Final = {
    "terminal": mark("Card terminal"),
    "customer_display": mark("Customer display"),
    "scanner": mark("Scanner"),
    "id_reader": mark("Document reader"),
    "customer_window": mark("Customer window"),
}
STATES: Final = {
    DeviceState.STARTING: (mark("being looked for …"), "info"),
    DeviceState.CONNECTED: (mark("connected"), "ok"),
    DeviceState.LOST: (mark("not there; tried again by itself"), "bad"),
    DeviceState.CLOSED: (mark("closed"), ""),
}
REFUSED_PICTURES: Final = {
    "unreadable": mark("cannot be read"),
    "too_large": mark("too large"),
    "no_picture": mark("no picture"),
    "too_many": mark("more than are shown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """``detail``: where it is, or what the system says of it."""

    name: str
    state: str
    mood: str
    detail: str


def device_lines(
    settings: DeviceSettings,
    t: Texts,
    *,
    display: DeviceStatus | None,
    readers: Sequence[tuple[str, DeviceStatus]],
    window_open: bool,
    terminal: TerminalView | None = None,
    zone: str = "UTC",
    refused: Sequence[tuple[str, str]] = (),
) -> list[DeviceLine]:
    """``readers``: serial ones by their address. ``refused``: pictures that are not shown, as ``Adverts`` has them.

    ``terminal``: as it was last asked; None: not yet.
    """
    lines = []
    if settings.terminal is not None:
        lines.append(_terminal(terminal, str(settings.terminal.address), t, zone))
    if settings.customer_display is not None:
        lines.append(_line("customer_display", display, str(settings.customer_display.address), t))
    states = dict(readers)
    for name, reader in (("scanner", settings.scanner), ("id_reader", settings.id_reader)):
        if reader is not None:
            lines.append(_reader(name, reader, states, t))
    told = t("open") if window_open else t("shut")
    lines.append(
        DeviceLine(
            name=t(NAMES["customer_window"]),
            state=told,
            mood="ok" if window_open else "",
            detail="; ".join(f"{name}: {t(REFUSED_PICTURES.get(why, 'cannot be read'))}" for name, why in refused[:3]),
        )
    )
    return lines


def _terminal(view: TerminalView | None, where: str, t: Texts, zone: str) -> DeviceLine:
    """Its state in words, its number, the last receipt, when its day was closed last."""
    name = t(NAMES["terminal"])
    if view is None or not view.configured:
        return DeviceLine(name=name, state=t("not asked yet"), mood="", detail=where)
    closed = words.moment(view.last_closing, zone, t) if view.last_closing is not None else t("never")
    facts = [
        "" if view.ready else payment_words.terminal(view, t),
        t("terminal no. {number}", number=view.terminal_id) if view.terminal_id else "",
        t("last receipt {n}", n=view.last_receipt) if view.last_receipt is not None else "",
        t("day last closed: {when}", when=closed),
        where,
    ]
    state, mood = (t("ready"), "ok") if view.ready else (t("not ready"), "bad")
    return DeviceLine(name=name, state=state, mood=mood, detail=" · ".join(fact for fact in facts if fact))


def _reader(name: str, reader: ReaderSettings, states: dict[str, DeviceStatus], t: Texts) -> DeviceLine:
    if reader.address is None:
        return DeviceLine(name=t(NAMES[name]), state=t("types like a keyboard"), mood="ok", detail="")
    return _line(name, states.get(str(reader.address)), str(reader.address), t)


def _line(name: str, status: DeviceStatus | None, where: str, t: Texts) -> DeviceLine:
    if status is None:
        return DeviceLine(name=t(NAMES[name]), state=t("not in use"), mood="", detail=where)
    state, mood = STATES[status.state]
    detail = f"{where}: {status.detail}" if status.detail else where
    return DeviceLine(name=t(NAMES[name]), state=t(state), mood=mood, detail=detail)
