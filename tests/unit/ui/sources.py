"""Finds the texts that are shown: ``t("…")``, ``self.t("…")``, ``texts("…")`` and ``mark("…")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOUSES = ("ui", "counter_app", "printers", "db", "devices")
CALLED = {"t", "_t", "texts", "_texts", "mark"}


def shown_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and source text of every marked literal; both sides of ``t("a" if x else "b")``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in CALLED:
            for literal in _literals(node.args[0]):
                yield node.lineno, literal


def _literals(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from _literals(body)
            yield from _literals(other)


def every_text() -> dict[str, str]:
    """Source text -> the first place that shows it."""
    found: dict[str, str] = {}
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            for line, text in shown_texts(path):
                found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return found
