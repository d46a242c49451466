"""Personal data: sealed per record, key deletable (decisions 11). The journal names a person by reference only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    name: str
    document_type: str  # "cn_id" | "passport" | "other" | ""
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPerson:
    person_id: UUID
    commitment: bytes  # SHA-256 over the sealed record: what the journal may hold
    document_tag: bytes | None  # HMAC with the operator's key, for lookup; None without a document


class PeopleReader(Protocol):
    def get(self, person_id: UUID) -> PersonalData | None:
        """None once erased."""
        ...

    def by_document(self, document: str) -> list[UUID]: ...


class PeopleBook(PeopleReader, Protocol):
    def put(self, person_id: UUID, data: PersonalData) -> SealedPerson: ...

    def erase(self, person_id: UUID) -> None: ...
