"""A new window asks central in, with the one-time code that an administrator was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from counter_app.domain.trust import BadTrust, certificate_holds, read_certificate
from counter_app.errors import NoAnswer, Reason, Refusal
from counter_app.ports.line import Transport
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, decode, encode
from counter_app.wire.routes import BY_NAME
from counter_app.wire.signing import ENROL_PURPOSE, enrol_text

DEADLINE_MS: Final = 15_000
CODE_MAX: Final = 64


def enrol(
    transport: Transport,
    *,
    code: str,
    device_id: UUID,
    public_key: bytes,
    sign: Callable[[str, bytes], bytes],
    verify: Callable[[bytes, str, bytes, bytes], bool],
    app_version: str,
) -> m.Enrolled:
    """``device_id`` and the key were made, and kept, before: asked again after a lost answer, they get the same answer.

    Raises Refusal: ENROLMENT_REFUSED(code, detail), CENTRAL_UNREACHABLE(detail).
    """
    plain = code.strip()
    if not 8 <= len(plain) <= CODE_MAX or not plain.isprintable():
        raise Refusal(Reason.ENROLMENT_REFUSED, code=m.Refused.BAD_CODE.value, detail="8 to 64 characters")
    route = BY_NAME["enrol"]
    proof = sign(ENROL_PURPOSE, enrol_text(plain, device_id, public_key))
    request = m.EnrolRequest(
        code=plain, device_id=device_id, public_key=public_key, proof=proof, app_version=app_version
    )
    try:
        response = transport.exchange(
            route.method,
            route.path,
            {"content-type": "application/json"},
            encode(request),
            deadline_ms=DEADLINE_MS,
        )
        if not 200 <= response.status < 300:
            error = decode(m.ErrorAnswer, response.body)
            raise Refusal(Reason.ENROLMENT_REFUSED, code=error.code, detail=error.detail[:200])
        enrolled = decode(m.Enrolled, response.body)
    except NoAnswer as silence:
        raise Refusal(Reason.CENTRAL_UNREACHABLE, detail=silence.detail) from silence
    except BadMessage as error:
        raise Refusal(Reason.CENTRAL_UNREACHABLE, detail=f"not an answer of central's: {error}"[:200]) from error
    _check(enrolled, device_id, public_key, verify)
    return enrolled


def _check(
    enrolled: m.Enrolled, device_id: UUID, public_key: bytes, verify: Callable[[bytes, str, bytes, bytes], bool]
) -> None:
    """The certificate is for this key, this window and this epoch, and its operator's."""
    try:
        certificate = read_certificate(enrolled.certificate)
    except BadTrust as error:
        raise Refusal(Reason.ENROLMENT_REFUSED, code="bad_certificate", detail=str(error)) from error
    ours = (public_key, enrolled.station_code, enrolled.counter, enrolled.epoch)
    named = (certificate.public_key, certificate.station, certificate.counter, certificate.epoch)
    if (
        enrolled.device_id != device_id
        or named != ours
        or not certificate_holds(certificate, enrolled.operator_key, verify)
    ):
        raise Refusal(Reason.ENROLMENT_REFUSED, code="bad_certificate", detail="not of this key and window")
