"""The profile's row and its certificates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from counter_app.domain.journal import canonical
from counter_app.domain.trust import BadTrust, Certificate, TrustBundle, read_certificate
from counter_app.errors import Reason, Refusal
from counter_app.ports.profile import ProfileInfo
from db.context import Context

_COLUMNS: Final = (
    "profile_id, station_name, station_latin, station_code, counter, operator, operator_key, zone, currency, policy, "
    "training, demonstration"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProfile:
    info: ProfileInfo
    operator_key: bytes


def read_profile(context: Context) -> StoredProfile:
    """Raises Refusal(STORE_DAMAGED)."""
    row = context.row(f"SELECT {_COLUMNS} FROM profile WHERE only = 1")  # noqa: S608 - constants of this file
    if row is None:
        raise Refusal(Reason.STORE_DAMAGED, part="profile")
    return StoredProfile(
        info=ProfileInfo(
            profile_id=UUID(row[0]),
            station_name=row[1],
            station_latin=row[2],
            station_code=row[3],
            counter=row[4],
            operator=row[5],
            zone=row[7],
            currency=row[8],
            policy=row[9],
            training=bool(row[10]),
            demonstration=bool(row[11]),
        ),
        operator_key=bytes(row[6]),
    )


def write_profile(context: Context, profile: StoredProfile) -> None:
    info = profile.info
    context.run(
        f"INSERT INTO profile (only, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            str(info.profile_id),
            info.station_name,
            info.station_latin,
            info.station_code,
            info.counter,
            info.operator,
            profile.operator_key,
            info.zone,
            info.currency,
            info.policy,
            int(info.training),
            int(info.demonstration),
        ),
    )


def put_certificate(context: Context, certificate: Certificate) -> None:
    context.run(
        "INSERT INTO certificate (epoch, body) VALUES (?, ?)", (certificate.epoch, canonical(certificate.fields()))
    )


def read_certificates(context: Context) -> tuple[Certificate, ...]:
    """By epoch. Raises Refusal(STORE_DAMAGED)."""
    try:
        return tuple(
            read_certificate(json.loads(bytes(body)))
            for (body,) in context.rows("SELECT body FROM certificate ORDER BY epoch")
        )
    except (BadTrust, ValueError) as error:
        raise Refusal(Reason.STORE_DAMAGED, part="certificate") from error


def trust_bundle(context: Context) -> TrustBundle:
    profile = read_profile(context)
    return TrustBundle(
        operator_name=profile.info.operator,
        operator_key=profile.operator_key,
        certificates=read_certificates(context),
    )
