"""The profile's row and its certificates."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from counter_app.domain.journal import canonical
from counter_app.domain.trust import CERTIFICATES_MAX, BadTrust, Certificate, TrustBundle, read_certificate
from counter_app.errors import Reason, Refusal
from counter_app.ports.profile import ProfileInfo
from db.context import Context
from db.trust import SqlTrust

_COLUMNS: Final = (
    "profile_id, station_name, station_latin, station_code, counter, operator, operator_key, zone, currency, policy, "
    "training, demonstration"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProfile:
    info: ProfileInfo
    operator_key: bytes
    enrolled: bool = False


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
        enrolled=is_enrolled(context),
    )


def is_enrolled(context: Context) -> bool:
    return context.row("SELECT 1 FROM central") is not None


def write_central(context: Context, *, url: str, certificate_file: str, incarnation: UUID) -> None:
    context.run(
        "INSERT INTO central (only, url, certificate_file, incarnation) VALUES (1, ?, ?, ?)",
        (url, certificate_file, str(incarnation)),
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
    return _certificates(context, "SELECT body FROM certificate ORDER BY epoch")


def _certificates(context: Context, select: str) -> tuple[Certificate, ...]:
    try:
        return tuple(read_certificate(json.loads(bytes(body))) for (body,) in context.rows(select))
    except (BadTrust, ValueError) as error:
        raise Refusal(Reason.STORE_DAMAGED, part="certificate") from error


def own_bundle(context: Context) -> TrustBundle:
    profile = read_profile(context)
    return TrustBundle(
        operator_name=profile.info.operator,
        operator_key=profile.operator_key,
        certificates=read_certificates(context),
    )


def trust_bundle(context: Context) -> TrustBundle:
    """With other windows' certificates and the operator's statement, each of which was checked when it came.

    To be checked with, not to be handed out: the statement may be of a moment before the newest certificate.
    """
    own = own_bundle(context)
    ours = {one.key_id for one in own.certificates}
    others = [
        one for one in _certificates(context, "SELECT body FROM trusted ORDER BY key_id") if one.key_id not in ours
    ]
    return replace(
        own,
        certificates=(*own.certificates, *others[: CERTIFICATES_MAX - len(ours)]),
        statement=SqlTrust(context).statement(),
    )
