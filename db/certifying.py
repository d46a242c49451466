"""The operator's word on a counter's key, for profiles that hold their operator's key themselves (stand-alone)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from counter_app.domain.trust import Certificate, certify
from counter_app.ports.profile import ProfileInfo
from counter_app.security import SigningKey

VALIDITY: Final = timedelta(days=5 * 366)
BACKDATING: Final = timedelta(minutes=5)  # a verifier's clock may be a little behind


def certify_counter(
    operator: SigningKey, key: SigningKey, *, profile: ProfileInfo, epoch: int, not_before: datetime
) -> Certificate:
    return certify(
        public_key=key.public,
        station=profile.station_code,
        counter=profile.counter,
        epoch=epoch,
        not_before=not_before - BACKDATING,
        not_after=not_before + VALIDITY,
        sign=operator.sign,
    )
