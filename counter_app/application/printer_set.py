"""The printers of a window, by name and role (settings: ``[printer]``, ``[printer.receipt]``, …)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from counter_app.domain.settings import MAIN_PRINTER
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import ROLES, JobKind, Printer, PrinterRole

ROLE_NAMES: Final[Mapping[str, PrinterRole]] = {"receipt": PrinterRole.RECEIPT, "report": PrinterRole.REPORT}
"""Names in the settings that are a role. ``spare`` has none: only a person sends papers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    printer: Printer
    url: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSet:
    """``ports.prints.Printers``. ``drawer``: the printer that the cash drawer hangs on; "": the receipts' one."""

    main: Fitted
    others: Mapping[str, Fitted] = field(default_factory=dict)
    drawer: str = ""

    @classmethod
    def of_one(cls, printer: Printer) -> PrinterSet:
        """That prints everything."""
        return cls(main=Fitted(printer=printer, url=printer.name))

    @property
    def names(self) -> tuple[str, ...]:
        return (MAIN_PRINTER, *self.others)

    def named(self, name: str) -> Printer:
        return self._fitted(name).printer

    def roles(self, name: str) -> frozenset[PrinterRole]:
        self._fitted(name)
        if name == MAIN_PRINTER:
            return frozenset(PrinterRole) - {ROLE_NAMES[other] for other in self.others if other in ROLE_NAMES}
        return frozenset({ROLE_NAMES[name]}) if name in ROLE_NAMES else frozenset()

    def of_kind(self, kind: JobKind) -> str:
        if kind is JobKind.DRAWER and self.drawer:
            return self.drawer
        return next(name for name in self.names if ROLES[kind] in self.roles(name))

    def url(self, name: str) -> str:
        return self._fitted(name).url

    def profile(self, name: str) -> str:
        return self._fitted(name).profile

    def close(self) -> None:
        for name in self.names:
            self.named(name).close()

    def _fitted(self, name: str) -> Fitted:
        found = self.main if name == MAIN_PRINTER else self.others.get(name)
        if found is None:
            raise Refusal(Reason.UNKNOWN_PRINTER, printer=name)
        return found
