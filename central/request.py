"""What central is asked and what it answers, as values: no framework, no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from counter_app.wire.messages import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``path`` without the query; ``target`` as it was sent, query included: that is what is signed.

    ``headers``: lower-case names. ``body`` as it was sent: the signature covers those bytes. ``peer``: for rate limits.
    """

    method: str
    path: str
    target: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusing(Exception):  # noqa: N818 - a refusal is an answer
    """Central says no, and did nothing. ``facts`` hold no personal data."""

    def __init__(self, code: Refused, detail: str = "", **facts: str | int) -> None:
        self.code = code
        self.detail = detail
        self.facts = facts
        super().__init__(f"{code}: {detail}" if detail else code.value)

    @property
    def status(self) -> int:
        return _STATUS[self.code]


_STATUS = {
    Refused.BAD_MESSAGE: 400,
    Refused.UNKNOWN_ROUTE: 404,
    Refused.TOO_LARGE: 413,
    Refused.NOT_SIGNED: 401,
    Refused.BAD_SIGNATURE: 401,
    Refused.UNKNOWN_DEVICE: 401,
    Refused.DEVICE_REVOKED: 403,
    Refused.EPOCH_SUPERSEDED: 403,
    Refused.CLOCK_OFF: 401,
    Refused.REPLAYED: 409,
    Refused.RATE_LIMITED: 429,
    Refused.WIRE_VERSION: 426,
    Refused.NOT_ALLOWED: 403,
    Refused.BAD_CODE: 403,
    Refused.CURSOR_GONE: 410,
    Refused.NOT_FOUND: 404,
    Refused.FORKED: 409,
    Refused.GAP: 409,
    Refused.NO_TIMETABLE: 409,
    Refused.UNKNOWN_RUN: 404,
    Refused.CHANGED_TIMETABLE: 409,
    Refused.BUSY: 503,
    Refused.FAULT: 500,
}
assert set(_STATUS) == set(Refused)
