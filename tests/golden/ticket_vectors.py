"""Makes the test vectors of ``docs/ticket-payload.md``: ``python -m tests.golden.ticket_vectors`` writes them anew.

Keys are those of fixed seeds and Ed25519 is deterministic, so that the files are always the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from counter_app.domain.barcode import TicketBody, code_text, parse_code_text, seal_ticket
from counter_app.domain.ids import TicketNumber
from counter_app.domain.journal import canonical, timestamp
from counter_app.domain.timetable import Span
from counter_app.domain.trust import Certificate, TrustBundle, certificates_digest, certify, in_order
from counter_app.domain.trust_statement import (
    Revocation,
    Rule,
    Statement,
    first_operator_key,
    issue,
    next_operator_key,
)
from counter_app.security import SigningKey
from tests.conftest import ROOT

FOLDER: Final = ROOT / "docs" / "ticket-vectors"


def seed(name: str) -> bytes:
    return sha256(f"counterfoil test vector: {name}".encode()).digest()


def key(name: str) -> SigningKey:
    return SigningKey(seed(name))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


FIRST, SECOND, STRANGER = key("operator 1"), key("operator 2"), key("stranger")
STOLEN, ENDED, IN_USE, OVER = key("CSQ/1 epoch 1"), key("CSQ/1 epoch 2"), key("CSQ/1 epoch 3"), key("CSQ/2 epoch 1")
ROTATED_AT: Final = utc(2027, 1, 1)
NOW: Final = utc(2027, 3, 1, 10)

BODY: Final = TicketBody(
    ticket=TicketNumber(station_code="CSQ", counter=1, epoch=3, serial=42),
    run_id=UUID("0198c0de-0000-5000-8000-0000000000aa"),
    service_date=date(2027, 3, 1),
    span=Span(0, 7),
    origin_code="CSQ",
    destination_code="BJP",
    service="Z2",
    coach="12",
    place="03M",
    travel_class="hard_sleeper_middle",
    passenger_type="student",
    document_digest=0xBEEF,
    valid_from=utc(2027, 3, 1, 8),
    valid_until=utc(2027, 3, 2, 16),
)


def number(epoch: int, serial: int = 42, **more: Any) -> TicketNumber:
    return TicketNumber(**{"station_code": "CSQ", "counter": 1, "epoch": epoch, "serial": serial, **more})


def _code(signer: SigningKey, **changes: Any) -> str:
    return code_text(seal_ticket(replace(BODY, **changes), key_id=signer.key_id, sign=signer.sign))


def _certificate(
    signer: SigningKey, of: SigningKey, epoch: int, begin: datetime, end: datetime, counter: int = 1
) -> Certificate:
    return certify(
        public_key=of.public,
        station="CSQ",
        counter=counter,
        epoch=epoch,
        not_before=begin,
        not_after=end,
        sign=signer.sign,
    )


CERTIFICATES: Final = in_order(
    [
        _certificate(FIRST, STOLEN, 1, utc(2026, 6, 1), utc(2031, 6, 1)),
        _certificate(FIRST, ENDED, 2, utc(2026, 9, 1), utc(2031, 9, 1)),
        _certificate(SECOND, IN_USE, 3, utc(2027, 1, 2), utc(2032, 1, 2)),
        _certificate(FIRST, OVER, 1, utc(2026, 6, 1), utc(2027, 2, 1), counter=2),
    ]
)
ACCEPTED: Final = _code(STOLEN, ticket=number(1, 7))
OPERATOR_KEYS: Final = (
    replace(first_operator_key(FIRST.public, utc(2026, 6, 1), FIRST.sign), until=ROTATED_AT),
    next_operator_key(SECOND.public, ROTATED_AT, FIRST.sign),
)
REVOCATIONS: Final = (
    Revocation(
        key_id=STOLEN.key_id,
        rule=Rule.REFUSED,
        since=utc(2026, 8, 30),
        accepted=frozenset({sha256(parse_code_text(ACCEPTED)).digest()}),
    ),
    Revocation(key_id=ENDED.key_id, rule=Rule.ENDED, since=utc(2027, 1, 2), last_valid=utc(2027, 3, 3)),
)


def _statement(
    sequence: int, issued_at: datetime, signer: SigningKey, certificates: tuple[Certificate, ...], **more: Any
) -> Statement:
    fields: dict[str, Any] = {"operator_keys": OPERATOR_KEYS, "revocations": REVOCATIONS, **more}
    return issue(
        operator_name="测试铁路 Test Railway",
        sequence=sequence,
        issued_at=issued_at,
        certificates=certificates_digest(certificates),
        signed_by=signer.key_id,
        sign=signer.sign,
        **fields,
    )


def _bundle(statement: Statement | None, certificates: tuple[Certificate, ...]) -> TrustBundle:
    return TrustBundle(
        operator_name="测试铁路 Test Railway",
        operator_key=FIRST.public,
        certificates=certificates,
        statement=statement,
    )


BUNDLE: Final = _bundle(_statement(1_798_800_000, utc(2027, 2, 28), SECOND, CERTIFICATES), CERTIFICATES)
_OLD: Final = CERTIFICATES[:1]
OLDER: Final = _bundle(
    _statement(
        1_790_000_000,
        utc(2026, 9, 21),
        FIRST,
        _OLD,
        operator_keys=(replace(OPERATOR_KEYS[0], until=None),),
        revocations=(),
    ),
    _OLD,
)
FIRST_FORMAT: Final = _bundle(None, tuple(one for one in CERTIFICATES if one.key_id != IN_USE.key_id))


def _signed_anew(statement: dict[str, Any]) -> dict[str, Any]:
    """As the operator would sign it."""
    made: dict[str, Any] = json.loads(BUNDLE.to_bytes())
    return {**made, "statement": statement, "signature": SECOND.sign("trust", canonical(statement)).hex()}


def _altered_bundles() -> dict[str, dict[str, Any]]:
    """Name -> a bundle that has to be refused."""
    said = BUNDLE.statement
    assert said is not None

    def copy() -> dict[str, Any]:
        made: dict[str, Any] = json.loads(BUNDLE.to_bytes())
        return made

    without_revocation, lower, without_key, swapped, renamed, extra = (copy() for _ in range(6))
    del without_revocation["statement"]["revocations"][0]
    lower["statement"]["sequence"] -= 1
    del without_key["certificates"][-1]
    swapped["certificates"][0]["public_key"] = STRANGER.public.hex()
    swapped["certificates"][0]["key_id"] = STRANGER.key_id.hex()
    renamed["statement"]["operator"] = "Other"
    extra["statement"]["note"] = "x"
    by_first = _bundle(_statement(1_798_800_001, utc(2027, 2, 28), FIRST, CERTIFICATES), CERTIFICATES)
    stranger = _bundle(
        _statement(
            1_798_800_002,
            utc(2027, 2, 28),
            STRANGER,
            CERTIFICATES,
            operator_keys=(*OPERATOR_KEYS, next_operator_key(STRANGER.public, utc(2027, 2, 1), STRANGER.sign)),
        ),
        CERTIFICATES,
    )
    smuggled = (*CERTIFICATES[:-1], _certificate(STRANGER, STRANGER, 9, utc(2027, 1, 1), utc(2032, 1, 1), counter=2))
    signed_by_nobody = _bundle(_statement(1_798_800_003, utc(2027, 2, 28), SECOND, smuggled), in_order(smuggled))
    small = copy()["statement"]
    small["operator_keys"][1].update(public_key=bytes([1, *bytes(31)]).hex(), signature=bytes([1, *bytes(63)]).hex())
    unknown_rule, unsorted, twice, too_early = (copy()["statement"] for _ in range(4))
    unknown_rule["revocations"][0]["rule"] = "suspended"
    unsorted["revocations"][0]["accepted"] = ["ff" * 32, "00" * 32]
    twice["revocations"].append(twice["revocations"][0])
    too_early["issued_at"] = "2026-12-31T23:59:59.999Z"
    return {
        "a rule that nobody knows": _signed_anew(unknown_rule),
        "accepted tickets out of order": _signed_anew(unsorted),
        "a key revoked twice": _signed_anew(twice),
        "signed by an operator key that is not in use yet": _signed_anew(too_early),
        "an operator key of small order": _signed_anew(small),
        "a revocation left out": without_revocation,
        "another sequence": lower,
        "a certificate left out": without_key,
        "a certificate's key swapped": swapped,
        "another name": renamed,
        "a field that nobody knows": extra,
        "signed by an operator key that is in use no more": json.loads(by_first.to_bytes()),
        "an operator key that the one before did not sign": json.loads(stranger.to_bytes()),
        "a certificate that no operator key signed": json.loads(signed_by_nobody.to_bytes()),
    }


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    expect: str
    at: datetime = NOW


def cases() -> list[Case]:
    genuine = _code(IN_USE)
    payload = parse_code_text(genuine)
    other = _code(IN_USE, ticket=number(3, 43))
    order = 2**252 + 27742317777372353535851937790883648493
    high_s = payload[:-32] + (int.from_bytes(payload[-32:], "little") + order).to_bytes(32, "little")
    spliced = payload[:-64] + parse_code_text(other)[-64:]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    tail = genuine[:-1] + last[last.index(genuine[-1]) ^ 1]  # an unused bit is set
    padded = len(payload) % 3 != 0
    return [
        Case("in use", genuine, "genuine"),
        Case("in use, copy 1", _code(IN_USE, copy_number=1), "genuine"),
        Case("in use, white space around it", f"  {genuine}\r\n", "genuine"),
        Case("in use, unreserved", _code(IN_USE, coach=None, place=None, travel_class="unreserved"), "genuine"),
        Case("in use, class and type as texts", _code(IN_USE, travel_class="雅座", passenger_type="残军"), "genuine"),
        Case("in use, every text at its longest", _code(
            IN_USE, service="ABCDEFGHIJKL", coach="卧铺12", place="33上铺",
            origin_code="ABCDE", destination_code="FGHIJ", document_digest=None,
            travel_class="sleeping car de luxe", passenger_type="railway staff on duty",
        ), "genuine"),
        Case("before its day", genuine, "not_yet_valid", utc(2027, 2, 1)),
        Case("after its day", genuine, "expired", utc(2027, 3, 2, 16, 1)),
        Case("in its last minute", genuine, "genuine", utc(2027, 3, 2, 16, 0)),
        Case("in the last second of its last minute", genuine, "genuine", utc(2027, 3, 2, 16, 0, 59)),
        Case("in its first instant", genuine, "genuine", utc(2027, 3, 1, 8)),
        Case("a second before", genuine, "not_yet_valid", utc(2027, 3, 1, 7, 59, 59)),
        Case("a demonstration", _code(IN_USE, demonstration=True), "genuine"),
        Case("key ended, of its time", _code(ENDED, ticket=number(2)), "genuine"),
        Case("key ended, valid later than it sold", _code(
            ENDED, ticket=number(2), valid_from=utc(2027, 3, 4), valid_until=utc(2027, 3, 5)
        ), "revoked", utc(2027, 3, 4)),
        Case("key ended, over before it did", _code(
            ENDED, ticket=number(2), valid_from=utc(2026, 12, 1), valid_until=utc(2026, 12, 2)
        ), "genuine", utc(2026, 12, 1, 12)),
        Case("key ended, valid until the last instant that it sold for", _code(
            ENDED, ticket=number(2), valid_until=utc(2027, 3, 3)
        ), "genuine"),
        Case("key ended, valid a minute longer", _code(
            ENDED, ticket=number(2), valid_until=utc(2027, 3, 3, 0, 1)
        ), "revoked"),
        Case("key refused, over before the revocation's from", _code(
            STOLEN, ticket=number(1), valid_from=utc(2026, 8, 1), valid_until=utc(2026, 8, 2)
        ), "revoked", utc(2026, 8, 1, 12)),
        Case("key refused, in force from before the revocation's from", _code(
            STOLEN, ticket=number(1), valid_from=utc(2026, 8, 1), valid_until=utc(2027, 4, 1)
        ), "revoked"),
        Case("key refused", _code(STOLEN, ticket=number(1)), "revoked"),
        Case("key refused, expired too", _code(STOLEN, ticket=number(1)), "revoked", utc(2027, 4, 1)),
        Case("key refused, ticket listed", ACCEPTED, "genuine"),
        Case("key refused, a copy of the listed ticket", _code(STOLEN, ticket=number(1, 7), copy_number=1), "revoked"),
        Case("certificate over", _code(OVER, ticket=number(1, counter=2)), "key_expired"),
        Case("certificate over, valid from just before its end", _code(
            OVER, ticket=number(1, counter=2), valid_from=utc(2027, 1, 31, 23, 59), valid_until=utc(2027, 3, 2)
        ), "genuine"),
        Case("valid from the end of the certificate on", _code(
            OVER, ticket=number(1, counter=2), valid_from=utc(2027, 2, 1), valid_until=utc(2027, 3, 2)
        ), "key_expired"),
        Case("valid until its key began", _code(
            IN_USE, valid_from=utc(2027, 1, 1), valid_until=utc(2027, 1, 2)
        ), "genuine", utc(2027, 1, 1, 1)),
        Case("over before its key began", _code(
            IN_USE, valid_from=utc(2026, 12, 30), valid_until=utc(2026, 12, 31)
        ), "forged", utc(2026, 12, 30, 1)),
        Case("unknown key", _code(STRANGER), "unknown_key"),
        Case("training", _code(STRANGER, ticket=number(3, training=True)), "unknown_key"),
        Case("signed with another window's key", _code(OVER, ticket=number(3)), "forged"),
        Case("signed with another epoch's key", _code(ENDED, ticket=number(3)), "forged"),
        Case("the place altered", code_text(payload[:62] + b"9" + payload[63:]), "forged"),
        Case("another ticket's signature", code_text(spliced), "forged"),
        Case("S above the group's order", code_text(high_s), "forged"),
        Case("S is the group's order", code_text(payload[:-32] + order.to_bytes(32, "little")), "forged"),
        Case("R spelled with a number above the field's", code_text(
            payload[:-64] + (2**255 - 16).to_bytes(32, "little") + payload[-32:]
        ), "forged"),
        Case("R of small order", code_text(payload[:-64] + bytes([1]) + bytes(63)), "forged"),
        Case("cut short", genuine[:-4], "not_a_code"),
        Case("a byte too many before the signature", code_text(payload[:-64] + b"\0" + payload[-64:]), "not_a_code"),
        Case("base64 with padding", genuine + "=" * (-len(genuine) % 4 or 4), "not_a_code"),
        Case("the other base64 alphabet", genuine.replace("-", "+").replace("_", "/") + "+", "not_a_code"),
        *([Case("an unused bit set", tail, "not_a_code")] if padded else []),
        Case("another version", code_text(payload[:1] + b"\2" + payload[2:]), "not_a_code"),
        Case("an unknown flag", code_text(payload[:2] + bytes([payload[2] | 0x20]) + payload[3:]), "not_a_code"),
        Case("a wide blank around it", f"\u3000{genuine}", "not_a_code"),
        Case("a blank inside", genuine[:90] + " " + genuine[90:], "not_a_code"),
        Case("capital and small letters exchanged", genuine.swapcase(), "not_a_code"),
        Case("wide letters", "".join(chr(ord(char) + 0xFEE0) for char in genuine), "not_a_code"),
        Case("empty", "", "not_a_code"),
    ]  # fmt: skip


def files() -> dict[str, bytes]:
    """File name -> content."""
    said = BUNDLE.statement
    assert said is not None
    keys = {
        name: {"seed": seed(label).hex(), "public_key": key(label).public.hex(), "key_id": key(label).key_id.hex()}
        for name, label in (
            ("operator 1", "operator 1"),
            ("operator 2", "operator 2"),
            ("CSQ/1 epoch 1", "CSQ/1 epoch 1"),
            ("CSQ/1 epoch 2", "CSQ/1 epoch 2"),
            ("CSQ/1 epoch 3", "CSQ/1 epoch 3"),
            ("CSQ/2 epoch 1", "CSQ/2 epoch 1"),
            ("stranger", "stranger"),
        )
    }
    told = [
        {
            "name": one.name,
            "text": one.text,
            "at": timestamp(one.at),
            "expect": one.expect,
        }
        for one in cases()
    ]
    return {
        "keys.json": _json(keys),
        "trust.json": BUNDLE.to_bytes(),
        "trust-older.json": OLDER.to_bytes(),
        "trust-first-format.json": FIRST_FORMAT.to_bytes(),
        "trust-to-refuse.json": _json(_altered_bundles()),
        "canonical.json": _json(
            {
                "statement": said.raw.decode(),
                "certificates": canonical([one.fields() for one in CERTIFICATES]).decode(),
            }
        ),
        "codes.json": _json(told),
    }


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
