"""The list of what was left out or mended, bounded in what it keeps and exact in what it counts."""

from __future__ import annotations

from collections.abc import Iterable

from counter_app.ports.catalogue import Fault
from db.catalogue import limits


class Faults:
    """Sorted by file, in the order in which files were first seen, then by line."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Fault] = []

    def add(self, file: str, line: int, fault: str, detail: str = "") -> None:
        self.count += 1
        if len(self._kept) < limits.FAULTS_LISTED:
            self._kept.append(Fault(file=file, line=line, fault=fault, detail=_plain(detail)))

    def listed(self) -> tuple[Fault, ...]:
        order: dict[str, int] = {}
        for fault in self._kept:
            order.setdefault(fault.file, len(order))
        return tuple(sorted(self._kept, key=lambda fault: (order[fault.file], fault.line)))

    def codes(self) -> Iterable[str]:
        return {fault.fault for fault in self._kept}


def _plain(detail: str) -> str:
    """A fault is shown on screens and terminals: what it quotes must not reach them raw."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in detail[:120])
