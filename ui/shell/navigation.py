"""Which screens there are, who sees them on the rail, and under which key."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import cast

from counter_app.domain.staff import Actor, Right
from counter_app.texts import mark
from ui.shell.screen import ScreenFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``right``: any one of these opens it; empty: everybody. ``rail`` None: reached from other screens only.

    ``enrolled``: only where there is a line to central.
    """

    where: str  # module:Class, imported when first shown: a window starts quicker without them
    rail: str | None = None
    key: str = ""
    right: frozenset[Right] = frozenset()
    enrolled: bool = False


SCREENS: dict[str, Place] = {
    "login": Place(where="ui.screens.login:LoginScreen"),
    "lock": Place(where="ui.screens.lock:LockScreen"),
    "home": Place(where="ui.screens.home:HomeScreen", rail=mark("Overview"), key="Alt+0"),
    "sell": Place(where="ui.screens.sell:SellScreen", rail=mark("Sell"), key="Alt+1", right=frozenset({Right.SELL})),
    "checkout": Place(where="ui.screens.checkout:CheckoutScreen", right=frozenset({Right.SELL})),
    "parked": Place(
        where="ui.screens.parked:ParkedScreen", rail=mark("Parked sales"), key="Alt+2", right=frozenset({Right.SELL})
    ),
    "waiting": Place(
        where="ui.screens.waiting:WaitingScreen",
        rail=mark("Waiting list"),
        key="Alt+W",
        right=frozenset({Right.SELL}),
        enrolled=True,
    ),
    "refund": Place(
        where="ui.screens.refund:RefundScreen", rail=mark("Refund"), key="Alt+3", right=frozenset({Right.REFUND})
    ),
    "check": Place(
        where="ui.screens.check:CheckScreen", rail=mark("Check tickets"), key="Alt+C", right=frozenset({Right.CHECK})
    ),
    "orders": Place(where="ui.screens.orders:OrdersScreen", rail=mark("Orders"), key="Alt+4"),
    "payments": Place(
        where="ui.screens.payments:PaymentsScreen",
        rail=mark("Payments"),
        key="Alt+P",
        right=frozenset({Right.SELL, Right.REFUND, Right.OTHERS_SHIFTS}),
    ),
    "shift": Place(
        where="ui.screens.shift:ShiftScreen",
        rail=mark("Shift"),
        key="Alt+5",
        right=frozenset({Right.OWN_SHIFT, Right.OTHERS_SHIFTS, Right.AUDIT}),
    ),
    "open_shift": Place(where="ui.screens.open_shift:OpenShiftScreen", right=frozenset({Right.OWN_SHIFT})),
    "journal": Place(
        where="ui.screens.journal:JournalScreen", rail=mark("The journal"), key="Alt+6", right=frozenset({Right.AUDIT})
    ),
    "devices": Place(where="ui.screens.devices:DevicesScreen", rail=mark("Devices"), key="Alt+7"),
    "blanks": Place(where="ui.screens.blanks:BlanksScreen"),
    "printer_log": Place(where="ui.screens.printer_log:PrinterLogScreen"),
    "checkup": Place(where="ui.screens.checkup:CheckupScreen"),
    "find_printers": Place(where="ui.screens.find_printers:FindPrintersScreen", right=frozenset({Right.MANAGE})),
    "layouts": Place(where="ui.screens.layouts:LayoutsScreen", right=frozenset({Right.MANAGE})),
    "timetable": Place(where="ui.screens.timetable:TimetableScreen", rail=mark("Timetable"), key="Alt+8"),
    "users": Place(
        where="ui.screens.users:UsersScreen", rail=mark("Accounts"), key="Alt+9", right=frozenset({Right.MANAGE})
    ),
    "sync": Place(where="ui.screens.sync:SyncScreen", rail=mark("Sync"), key="Alt+S", enrolled=True),
    "help": Place(where="ui.screens.help:HelpScreen"),
}


def may_open(actor: Actor, name: str, *, enrolled: bool = False) -> bool:
    wanted = SCREENS[name].right
    if SCREENS[name].enrolled and not enrolled:
        return False
    return not wanted or any(actor.may(right) for right in wanted)


def load(name: str) -> ScreenFactory:
    module, _, cls = SCREENS[name].where.partition(":")
    return cast(ScreenFactory, getattr(importlib.import_module(module), cls))
