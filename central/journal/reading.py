"""Fields of an entry's body, read strictly: the value, or which field is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import INTEGER_LIMIT
from counter_app.domain.money import MINOR_DIGITS
from counter_app.domain.verdicts import Why

_ZERO: Final = UUID(int=0)
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


class Unreadable(ValueError):  # noqa: N818 - the entry is, not the program
    """``where``: the field."""

    def __init__(self, why: Why, where: str = "") -> None:
        self.why = why
        self.where = where
        super().__init__(f"{why}: {where}" if where else why.value)


def bad(name: str) -> Unreadable:
    return Unreadable(Why.BAD_BODY, name)


def a_text(body: Mapping[str, Any], name: str, longest: int = 200) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise bad(name)
    return value


def an_id(body: Mapping[str, Any], name: str) -> UUID:
    value = body.get(name)
    try:
        made = UUID(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise bad(name) from error
    if str(made) != value or made == _ZERO:
        raise bad(name)
    return made


def whole_number(body: Mapping[str, Any], name: str, low: int = 0, high: int = INTEGER_LIMIT - 1) -> int:
    value = body.get(name)
    if type(value) is not int or not low <= value <= high:
        raise bad(name)
    return value


def a_date(body: Mapping[str, Any], name: str) -> date:
    value = body.get(name)
    try:
        made = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError as error:
        raise bad(name) from error
    if made is None or made.isoformat() != value:
        raise bad(name)
    return made


def an_instant(body: Mapping[str, Any], name: str) -> datetime:
    """As ``domain.journal.timestamp`` writes it; checked by its shape, which is quicker than writing it again."""
    value = body.get(name)
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise bad(name)
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise bad(name) from error


def an_object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise bad(name)
    return value


def a_currency(body: Mapping[str, Any]) -> str:
    value = a_text(body, "currency", 3)
    if value not in MINOR_DIGITS:
        raise bad("currency")
    return value


def a_span(body: Mapping[str, Any]) -> tuple[int, int]:
    board, alight = whole_number(body, "board", 0, 2_000), whole_number(body, "alight", 1, 2_000)
    if board >= alight:
        raise bad("alight")
    return board, alight


def a_place(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > 60 or "\x00" in value:
        raise bad(name)
    try:
        PlaceRef.parse(value)
    except ValueError as error:
        raise bad(name) from error
    return value
