"""Who this counter is (decisions 4)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileInfo:
    profile_id: UUID
    station_name: str
    station_latin: str
    station_code: str  # 1 to 5 of A-Z 0-9, of ticket numbers
    counter: int  # 1 to 999
    operator: str
    zone: str  # IANA
    currency: str  # ISO 4217
    policy: str  # name of the policy file in force
    training: bool
    demonstration: bool
