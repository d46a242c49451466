"""The tables as the journal alone tells them, to be compared with the tables as they are.

Every table row that is compared is a *fact*: ``(table, key) -> fields``, plain JSON values. Folding all entries gives
what should be there and which entry wrote it last; each book of the store gives what is there (``facts()``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, cast

from counter_app.domain.journal import Entry, Json, Kind, canonical, timestamp

Fields = dict[str, Any]
Fact = tuple[str, str, Fields]
"""Table, key, fields: what a book's ``facts()`` yields."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field that may move between these without an entry (a job that is queued, being sent or to be sent again)."""

    values: frozenset[Any]


ANYTHING: Final = object()
"""A field that the entries so far leave open."""


@dataclass(slots=True)
class Row:
    fields: Fields
    seq: int  # of the entry that wrote it last


@dataclass(slots=True)
class Projection:
    """What the entries folded so far say. ``seq`` is the entry being folded."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    seq: int = 0
    # Tables that also hold rows of which no entry tells: personal data of parked sales, copies of papers.
    # and what is held only.
    unbound: set[str] = field(default_factory=lambda: {"person", "print_job", "run", "claim"})

    def put(self, table: str, key: str, fields: Fields) -> None:
        self.rows[table, key] = Row(fields, self.seq)

    def change(self, table: str, key: str, **fields: Any) -> None:
        """Of a row that an earlier entry put. Raises ``KeyError`` where none did: the entry contradicts the rest."""
        row = self.rows[table, key]
        row.fields = {**row.fields, **fields}
        row.seq = self.seq

    def drop(self, table: str, key: str) -> None:
        del self.rows[table, key]

    def get(self, table: str, key: str) -> Fields:
        return self.rows[table, key].fields


Fold = Callable[[Projection, Entry], None]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """``seq``: the entry that wrote what was changed; None for a row that no entry wrote."""

    seq: int | None
    table: str
    key: str
    field: str


class Contradiction(ValueError):  # noqa: N818 - said of the journal, not of the program
    """An entry that is whole and signed, but says what the entries before it make impossible."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__(str(seq))


def fold(projection: Projection, entry: Entry, folds: Mapping[Kind, Fold]) -> None:
    """Raises ``Contradiction``."""
    projection.seq = entry.seq
    step = folds.get(entry.kind)
    if step is None:
        return
    try:
        step(projection, entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Contradiction(entry.seq) from error


def compare(projection: Projection, facts: Iterable[Fact], tables: frozenset[str]) -> list[Mismatch]:
    """All differences of ``tables``, by the entry that they belong to."""
    found: list[Mismatch] = []
    seen: set[tuple[str, str]] = set()
    for table, key, fields in facts:
        if table not in tables:
            continue
        seen.add((table, key))
        row = projection.rows.get((table, key))
        if row is None and table in projection.unbound:
            continue
        if row is None:
            found.append(Mismatch(fields.get("journal_seq"), table, key, "*"))
            continue
        found += [
            Mismatch(row.seq, table, key, name)
            for name in row.fields.keys() | fields.keys()
            if not _agrees(row.fields.get(name, _MISSING), fields.get(name, _MISSING))
        ]
    found += [
        Mismatch(row.seq, table, key, "")
        for (table, key), row in projection.rows.items()
        if table in tables and (table, key) not in seen
    ]
    return sorted(found, key=lambda one: (one.seq is None, one.seq or 0, one.table, one.key, one.field))


_MISSING: Final = object()


def _agrees(expected: Any, stored: Any) -> bool:
    if expected is ANYTHING:
        return True
    if isinstance(expected, OneOf):
        return stored in expected.values
    return type(expected) is type(stored) and bool(expected == stored)


# ------------------------------------------------------------------------------- for folds here and of the sale


def queue_paper(p: Projection, *, job_id: str, kind: str, ref: str, copy_number: int = 0) -> None:
    """A print job that the entry committed together with itself. How far it got is not the entry's to say."""
    fields: Fields = {"kind": kind, "ref": ref, "copy_number": copy_number, "stock": None, "state": ANYTHING}
    p.put("print_job", job_id, fields)


def move_cash(
    p: Projection, entry: Entry, *, movement_id: str, shift_id: str, kind: str, amount_minor: int, reason: str = ""
) -> None:
    """A movement of the drawer that the entry committed together with itself."""
    p.put(
        "cash_movement",
        movement_id,
        {
            "shift_id": shift_id,
            "kind": kind,
            "amount_minor": amount_minor,
            "reason": reason,
            "at": timestamp(entry.at),
            "journal_seq": entry.seq,
        },
    )


def put_person(p: Projection, *, person_id: str, commitment: str) -> None:
    """A sealed record of personal data that the entry refers to; ``commitment`` in hex."""
    p.put("person", person_id, {"commitment": commitment, "erased": False})


# ----------------------------------------------------------------------------------------- folds of the records


def _text(body: Mapping[str, Json], name: str) -> str:
    return cast("str", body[name])


def _profile(p: Projection, entry: Entry) -> None:
    p.put("profile", "1", dict(entry.body))


def _epoch(p: Projection, entry: Entry) -> None:
    certificate = cast("dict[str, Json]", entry.body["certificate"])
    p.put("certificate", str(entry.epoch), {"sha256": sha256(canonical(certificate)).hexdigest()})


def _user_created(p: Projection, entry: Entry) -> None:
    body = entry.body
    fields = {name: body[name] for name in ("login", "role", "active", "commitment")}
    p.put("user", _text(body, "user_id"), {**fields, "failed_tries": 0, "locked_until": None})


def _user_changed(p: Projection, entry: Entry) -> None:
    p.get("user", _text(entry.body, "user_id"))
    _user_created(p, entry)


def _logged_in(p: Projection, entry: Entry) -> None:
    user_id = _text(entry.body, "user_id")
    user = p.get("user", user_id)
    if user["failed_tries"] or user["locked_until"]:  # only then the row was written
        p.change("user", user_id, failed_tries=0, locked_until=None)


def _login_refused(p: Projection, entry: Entry) -> None:
    body = entry.body
    if body["user_id"] is not None:
        p.change("user", _text(body, "user_id"), failed_tries=body["tries"], locked_until=body["locked_until"])


def _catalogue(p: Projection, entry: Entry) -> None:
    body = entry.body
    number = 1 + sum(1 for table, _ in p.rows if table == "catalogue_issue")
    fields = {name: body[name] for name in ("issue_id", "file_name", "sha256", "feed_name", "trips")}
    p.put("catalogue_issue", str(number), {**fields, "activated_at": timestamp(entry.at)})


def _shift_opened(p: Projection, entry: Entry) -> None:
    body = entry.body
    p.put(
        "shift",
        _text(body, "shift_id"),
        {
            "number": body["number"],
            "user_id": body["user_id"],
            "login": entry.actor,
            "opened_at": timestamp(entry.at),
            "state": "open",
            "float_count": canonical(body["float"]).decode(),
            "declared_count": None,
            "declared_minor": None,
            "expected_minor": None,
            "over_short_reason": "",
            "declared_at": None,
            "closed_at": None,
            "closed_by": None,
            "z_number": None,
            "z_report": None,
            "declared_by": None,
        },
    )
    move_cash(
        p,
        entry,
        movement_id=_text(body, "movement_id"),
        shift_id=_text(body, "shift_id"),
        kind="float",
        amount_minor=cast("int", body["float_minor"]),
    )


def _cash_moved(p: Projection, entry: Entry) -> None:
    body = entry.body
    movement_id = _text(body, "movement_id")
    move_cash(
        p,
        entry,
        movement_id=movement_id,
        shift_id=_text(body, "shift_id"),
        kind=_text(body, "kind"),
        amount_minor=cast("int", body["amount_minor"]),
        reason=_text(body, "reason"),
    )
    if "count" in body:
        p.put("cash_count", movement_id, {"count": canonical(body["count"]).decode()})
    queue_paper(p, job_id=_text(body, "job_id"), kind="cash_slip", ref=movement_id)


def _shift_declared(p: Projection, entry: Entry) -> None:
    body = entry.body
    p.change(
        "shift",
        _text(body, "shift_id"),
        state="declared",
        declared_count=canonical(body["count"]).decode(),
        declared_minor=body["declared_minor"],
        expected_minor=body["expected_minor"],
        declared_at=timestamp(entry.at),
        declared_by=entry.actor,
    )


def _shift_closed(p: Projection, entry: Entry) -> None:
    body = entry.body
    p.change(
        "shift",
        _text(body, "shift_id"),
        state="closed",
        over_short_reason=body["reason"],
        closed_at=body["closed_at"],
        closed_by=body["verified_by"],
        z_number=body["z_number"],
        z_report=canonical(body["figures"]).decode(),
    )


def _x_printed(p: Projection, entry: Entry) -> None:
    queue_paper(p, job_id=_text(entry.body, "job_id"), kind="x_report", ref=_text(entry.body, "shift_id"))


def _z_printed(p: Projection, entry: Entry) -> None:
    body = entry.body
    copy = cast("int", body["copy"])
    queue_paper(p, job_id=_text(body, "job_id"), kind="z_report", ref=_text(body, "shift_id"), copy_number=copy)


def _person_erased(p: Projection, entry: Entry) -> None:
    p.change("person", _text(entry.body, "person_id"), erased=True)


RECORD_FOLDS: Final[Mapping[Kind, Fold]] = {
    Kind.PROFILE_CREATED: _profile,
    Kind.EPOCH_STARTED: _epoch,
    Kind.USER_CREATED: _user_created,
    Kind.USER_CHANGED: _user_changed,
    Kind.LOGGED_IN: _logged_in,
    Kind.LOGIN_REFUSED: _login_refused,
    Kind.CATALOGUE_ACTIVATED: _catalogue,
    Kind.SHIFT_OPENED: _shift_opened,
    Kind.CASH_MOVED: _cash_moved,
    Kind.SHIFT_DECLARED: _shift_declared,
    Kind.SHIFT_CLOSED: _shift_closed,
    Kind.X_PRINTED: _x_printed,
    Kind.Z_PRINTED: _z_printed,
    Kind.PERSON_ERASED: _person_erased,
}
RECORD_TABLES: Final = frozenset(
    {"profile", "certificate", "user", "catalogue_issue", "shift", "cash_movement", "person"}
)
