"""Columns of a batch as PostgreSQL writes arrays: parameters like others, made faster than the driver makes lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID


def ids(column: Iterable[UUID | None]) -> str:
    return "{" + ",".join(["NULL" if one is None else f"{one.int:032x}" for one in column]) + "}"


def dates(column: Iterable[date]) -> str:
    return "{" + ",".join([one.isoformat() for one in column]) + "}"


def numbers(column: Iterable[int | None]) -> str:
    return "{" + ",".join(["NULL" if one is None else str(one) for one in column]) + "}"


def instants(column: Iterable[datetime | None]) -> str:
    return "{" + ",".join(["NULL" if one is None else f'"{one.isoformat()}"' for one in column]) + "}"


def texts(column: Iterable[str]) -> str:
    return "{" + ",".join([_quoted(one) for one in column]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
