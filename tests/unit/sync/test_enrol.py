"""Enrolment: only what central's operator signed for this very key and window is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from counter_app.domain.trust import certify
from counter_app.errors import NoAnswer, Reason, Refusal
from counter_app.ports.line import WireResponse
from counter_app.security import SigningKey, verify
from counter_app.wire import messages as m
from counter_app.wire.codec import decode, encode
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text
from sync.enrol import enrol
from tests.unit.counter_app.application.counter import NOW

OPERATOR, KEY, OTHER = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
DEVICE = UUID(int=7)
CODE = "ABCD-EFGH-2345"


def _enrolled(**changes: Any) -> m.Enrolled:
    key = changes.pop("key", KEY)
    signer = changes.pop("signer", OPERATOR)
    certificate = certify(
        public_key=key.public,
        station="CSQ",
        counter=changes.pop("certified_counter", 1),
        epoch=4,
        not_before=NOW,
        not_after=NOW + timedelta(days=100),
        sign=signer.sign,
    )
    made = m.Enrolled(
        device_id=DEVICE,
        station_name="长沙",
        station_latin="Changsha",
        station_code="CSQ",
        counter=1,
        operator="Test Railway",
        operator_key=OPERATOR.public,
        operator_tag=bytes(32),
        zone="Asia/Shanghai",
        currency="CNY",
        policy="cn-rail",
        demonstration=False,
        epoch=4,
        certificate=certificate.fields(),
        incarnation=UUID(int=1),
        central_time=NOW,
    )
    return replace(made, **changes)


class One:
    """A transport with one answer."""

    def __init__(self, answer: Callable[[], WireResponse]) -> None:
        self._answer = answer
        self.body = b""

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        assert (method, path) == ("POST", "/v1/enrol")
        self.body = body
        return self._answer()

    def close(self) -> None:
        """Nothing is open."""


def _ask(transport: One, code: str = CODE) -> m.Enrolled:
    return enrol(
        transport,
        code=code,
        device_id=DEVICE,
        public_key=KEY.public,
        sign=KEY.sign,
        verify=verify,
        app_version="1",
    )


def _says(message: object, status: int = 200) -> One:
    return One(lambda: WireResponse(status=status, body=encode(message)))


def test_a_window_enrols_with_a_proof_of_its_key() -> None:
    """Whoever reads the code over the shoulder enrols another machine's key under it."""
    transport = _says(_enrolled())
    assert _ask(transport, f"  {CODE}\n").epoch == 4
    request = decode(m.EnrolRequest, transport.body)
    assert request.code == CODE
    assert verify(KEY.public, ENROL_PURPOSE, enrol_text(CODE, DEVICE, KEY.public), request.proof)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": OTHER},
        {"signer": OTHER},
        {"certified_counter": 2},
        {"device_id": UUID(int=8)},
        {"epoch": 5},
        {"certificate": {"odd": True}},
    ],
)
def test_a_grant_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    """A profile for life under a certificate that no verifier accepts."""
    with pytest.raises(Refusal) as refused:
        _ask(_says(_enrolled(**changes)))
    assert (refused.value.reason, refused.value.facts["code"]) == (Reason.ENROLMENT_REFUSED, "bad_certificate")


def test_a_wrong_code_is_said_to_be_one() -> None:
    """The administrator looks for a fault of the line."""
    with pytest.raises(Refusal) as refused:
        _ask(_says(m.ErrorAnswer(code="bad_code"), 403))
    assert refused.value.facts["code"] == "bad_code"
    for odd in ("short", "x" * 65, "ABCD\x07EFGH"):
        with pytest.raises(Refusal) as refused:
            _ask(_says(_enrolled()), odd)
        assert refused.value.reason is Reason.ENROLMENT_REFUSED


def test_no_answer_is_said_to_be_none() -> None:
    """A code is thrown away for a cable that was not plugged in."""

    def silent() -> WireResponse:
        raise NoAnswer("timeout", sent=False)

    for transport in (One(silent), One(lambda: WireResponse(status=200, body=b"<html>"))):
        with pytest.raises(Refusal) as refused:
            _ask(transport)
        assert refused.value.reason is Reason.CENTRAL_UNREACHABLE
