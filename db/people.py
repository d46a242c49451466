"""Personal data, sealed one by one (decisions 11). Erasing deletes the record's key; the sealed bytes stay."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from counter_app.domain.journal import canonical, parse_canonical
from counter_app.errors import Reason, Refusal
from counter_app.ports.people import PersonalData, SealedPerson
from counter_app.security import Sealed, Sealer, Unsealable
from db.context import Context, to_ms

_ONE: Final = """
    SELECT person.sealed, person_key.wrapped FROM person JOIN person_key USING (person_id) WHERE person_id = ?
"""


class SqlPeople:
    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, person_id: UUID) -> PersonalData | None:
        found = self._context.row(_ONE, (str(person_id),))
        if found is None:
            return None
        try:
            return open_person(self._context.vault.sealer(), str(person_id), Sealed(bytes(found[0]), bytes(found[1])))
        except (Unsealable, ValueError) as error:
            raise Refusal(Reason.STORE_DAMAGED, part="person") from error

    def by_document(self, document: str) -> list[UUID]:
        tag = self._context.vault.sealer().document_tag(document)
        found = self._context.rows("SELECT person_id FROM person WHERE document_tag = ? ORDER BY person_id", (tag,))
        return [UUID(person_id) for (person_id,) in found]

    def put(self, person_id: UUID, data: PersonalData) -> SealedPerson:
        context, sealer = self._context, self._context.vault.sealer()
        plain = canonical([data.name, data.document_type, data.document])
        sealed = sealer.seal(person_id.bytes, plain, entropy=context.entropy.bytes(56))
        tag = sealer.document_tag(data.document) if data.document else None
        context.run(
            "INSERT INTO person (person_id, sealed, document_tag) VALUES (?, ?, ?)",
            (str(person_id), sealed.record, tag),
        )
        context.run("INSERT INTO person_key (person_id, wrapped) VALUES (?, ?)", (str(person_id), sealed.wrapped_key))
        return SealedPerson(person_id=person_id, commitment=sealed.commitment, document_tag=tag)

    def erase(self, person_id: UUID) -> None:
        context = self._context
        context.run("DELETE FROM person_key WHERE person_id = ?", (str(person_id),))
        context.run(
            "UPDATE person SET document_tag = NULL, erased_at = ? WHERE person_id = ? AND erased_at IS NULL",
            (to_ms(context.clock.now()), str(person_id)),
        )


def open_person(sealer: Sealer, person_id: str, sealed: Sealed) -> PersonalData:
    """Raises ``Unsealable``, or ``ValueError`` for what is no record."""
    fields = parse_canonical(sealer.open(UUID(person_id).bytes, sealed))
    if not isinstance(fields, list) or len(fields) != 3:
        raise ValueError(person_id)
    name, document_type, document = map(str, fields)
    return PersonalData(name=name, document_type=document_type, document=document)
