"""A new epoch of this counter's journal and tickets (decisions 10), and the new profile's first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from counter_app.domain.staff import Actor
from counter_app.domain.trust import Certificate, TrustBundle
from counter_app.ports.profile import ProfileInfo
from counter_app.ports.users import UserRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingKey:
    """``sign(purpose, message)`` proves that this device has it."""

    public_key: bytes
    sign: Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What central granted a device that has just made its key. ``key``: the 32 private bytes."""

    url: str
    certificate_file: str  # of a private authority; empty: the system's
    operator_key: bytes
    operator_tag: bytes
    certificate: Certificate
    incarnation: UUID
    key: bytes


class EpochKeeper(Protocol):
    @property
    def behind_witness(self) -> bool: ...

    def start_epoch(self, actor: Actor, *, reason: str) -> int:
        """Journaled, with a new certified key; the witness starts afresh. Returns the epoch.

        Raises Refusal(ONLY_CENTRAL) in an enrolled profile: there central grants epochs, in the two steps below.
        """
        ...

    def prepare_epoch_key(self) -> PendingKey:
        """The key that central is to be asked to certify. Durable before it is returned, and the same one until an

        epoch was adopted with it: whoever was cut off asks again with it. Raises Refusal(STAND_ALONE).
        """
        ...

    def adopt_epoch(self, actor: Actor, certificate: Certificate, *, reason: str) -> int:
        """Central's grant for the pending key. Journaled as the new epoch's first entry; the witness starts afresh.

        What an earlier epoch wrote counts as sent, and its leases have ended. Returns the epoch. Raises Refusal:
        STAND_ALONE; CENTRAL_REFUSED(code, detail) for a certificate that is not the operator's word on this window's
        pending key, or not of a later epoch.
        """
        ...


class TrustSource(Protocol):
    def trust_bundle(self) -> TrustBundle:
        """For checking tickets: this counter's certificates, and those of other windows as central told them."""
        ...

    def own_bundle(self) -> TrustBundle:
        """For checking this counter's journal."""
        ...


class SignatureCheck(Protocol):
    def holds(self, public_key: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
        """``counter_app.security.verify``, which use cases do not import."""
        ...


class WitnessKeeper(Protocol):
    def sync_witness(self) -> None:
        """At a shift's close: makes the witness durable. Never raises."""
        ...


class ProfileCreator(Protocol):
    def exists(self) -> bool: ...

    def create(self, info: ProfileInfo, *, first_user: UserRecord) -> None:
        """All or nothing. Raises Refusal(PROFILE_EXISTS)."""
        ...

    def create_enrolled(self, info: ProfileInfo, enrolment: Enrolment) -> None:
        """All or nothing; accounts come from central. Raises Refusal: PROFILE_EXISTS, ENROLMENT_REFUSED(code) for a

        grant that does not fit together (bad_certificate).
        """
        ...
