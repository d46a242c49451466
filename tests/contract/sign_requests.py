"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): signs every request as an enrolled window does, so that it comes past

the seal and reaches parser and handlers. The window's id, key and central's time come by environment.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import requests
import schemathesis
from requests.auth import AuthBase

from counter_app.security import SigningKey
from counter_app.wire.signing import seal


class Seal(AuthBase):
    """The last word on a request: over exactly what is sent."""

    def __init__(self, device_id: UUID, key: SigningKey, at: datetime) -> None:
        self._device_id = device_id
        self._key = key
        self._at = at

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        assert request.url is not None
        assert request.method is not None
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = request.body or b""
        assert isinstance(body, str | bytes), "a body that is whole"
        sealed = seal(
            method=request.method,
            path=target,
            body=body.encode() if isinstance(body, str) else body,
            device_id=self._device_id,
            epoch=1,
            sequence=time.time_ns() // 1_000,
            at=self._at,
            sign=self._key.sign,
        ).headers()
        request.headers.update(sealed)
        return request


schemathesis.auth.set_from_requests(  # type: ignore[attr-defined]
    Seal(
        UUID(os.environ["WINDOW_ID"]),
        SigningKey(bytes.fromhex(os.environ["WINDOW_KEY"])),
        datetime.fromisoformat(os.environ["CENTRAL_TIME"]),
    )
)
