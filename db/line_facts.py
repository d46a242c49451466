"""The line's tables as facts, to be compared with what the journal tells (``counter_app.domain.line_folds``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from counter_app.domain.journal import canonical
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.projection import Fact
from counter_app.domain.trust import BadTrust, certificate_holds, read_certificate
from counter_app.security import verify
from counter_app.wire import codec
from db.context import Context, to_ms
from db.profile import StoredProfile, read_profile

_LEASES: Final = "SELECT lease_id, run_id, service_date, state, granted_at, expires_at, journal_seq, body FROM lease"


def line_facts(context: Context) -> Iterator[Fact]:
    stored = read_profile(context)
    for lease_id, run_id, day, state, granted_at, expires_at, journal_seq, body in context.rows(_LEASES):
        grant = codec.decode(LeaseGrant, bytes(body))
        columns = (str(grant.lease_id), str(grant.run_id), grant.service_date.isoformat())
        times = (to_ms(grant.granted_at), to_ms(grant.expires_at))
        yield (
            "lease",
            lease_id,
            {
                "run_id": run_id,
                "service_date": day,
                "travel_class": grant.travel_class,
                "board": grant.board,
                "alight": grant.alight,
                "count": grant.count,
                "holder_epoch": grant.holder_epoch,
                "places": canonical(list(grant.places)).decode(),
                "state": state,
                "journal_seq": journal_seq,
                "genuine": columns == (lease_id, run_id, day)
                and times == (granted_at, expires_at)
                and _is_ours(grant, stored),
            },
        )
    for epoch, seq, settled_by, note in context.rows(
        "SELECT epoch, seq, settled_by, note FROM inbox WHERE state = 'settled'"
    ):
        yield "inbox", f"{epoch}/{seq}", {"state": "settled", "settled_by": settled_by, "note": note}


def _is_ours(grant: LeaseGrant, stored: StoredProfile) -> bool:
    return grant.device_id == stored.info.profile_id and grant.holds(stored.operator_key, verify)


def trusted_faults(context: Context) -> Iterator[str]:
    """A certificate of another window that the operator never signed makes forged tickets genuine here."""
    operator_key = read_profile(context).operator_key
    for key_id, body in context.rows("SELECT key_id, body FROM trusted"):
        try:
            certificate = read_certificate(json.loads(bytes(body)))
        except (BadTrust, ValueError, TypeError):
            yield "trusted"
            return
        if certificate.key_id.hex() != key_id or not certificate_holds(certificate, operator_key, verify):
            yield "trusted"
            return
