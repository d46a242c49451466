"""Passengers: what the policy asks of them, and how their documents are checked, compared and masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from counter_app.domain.policy import PassengerType, Policy
from counter_app.errors import Reason, Refusal

NAME_MAX: Final = 60
DOCUMENT_TYPES: Final = ("cn_id", "passport", "other")
_PASSPORT: Final = re.compile(r"[A-Z0-9]{5,20}")
_OTHER: Final = re.compile(r"[A-Z0-9/-]{3,30}")
_CN_ID: Final = re.compile(r"[1-9]\d{16}[\dX]")
# GB 11643-1999, annex: weights of ISO 7064 MOD 11-2, from the left.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passenger:
    """Checked and in its one spelling."""

    type: PassengerType
    name: str
    document_type: str
    document: str


def cn_id_check(first_17: str) -> str:
    """The last character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def is_cn_id(document: str) -> bool:
    """Shape, check character and a birth date that a calendar has."""
    if not document.isascii() or not _CN_ID.fullmatch(document):
        return False
    try:
        date(int(document[6:10]), int(document[10:12]), int(document[12:14]))
    except ValueError:
        return False
    return cn_id_check(document[:17]) == document[17]


def plain_document(text: str) -> str:
    """Upper case, half width, without blanks: the spelling under which a document is kept and looked up."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def check_document(document_type: str, text: str) -> tuple[str, str]:
    """``(type, document)``. Without a type, one that is a resident identity number is taken for it.

    Raises Refusal(BAD_DOCUMENT, document_type=...).
    """
    document = plain_document(text)
    kind = document_type or ("cn_id" if _CN_ID.fullmatch(document) else "other")
    good = {
        "cn_id": is_cn_id(document),
        "passport": bool(_PASSPORT.fullmatch(document)),
        "other": bool(_OTHER.fullmatch(document)),
    }
    if not good.get(kind, False):
        raise Refusal(Reason.BAD_DOCUMENT, document_type=kind if kind in good else "other")
    return kind, document


def check_name(text: str, drawable: Callable[[str], bool]) -> str:
    """Raises Refusal: NAME_NOT_PRINTABLE, BAD_INPUT(field="name") for one that is too long."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > NAME_MAX:
        raise Refusal(Reason.BAD_INPUT, field="name")
    if not name.isprintable() or not drawable(name):
        raise Refusal(Reason.NAME_NOT_PRINTABLE)
    return name


def check_passenger(
    type_code: str,
    *,
    name: str,
    document_type: str,
    document: str,
    policy: Policy,
    drawable: Callable[[str], bool],
    number: int,
) -> Passenger:
    """``number`` (from 1) is named in what is refused: TYPE_NOT_SOLD_HERE, NAME_NEEDED, DOCUMENT_NEEDED, BAD_DOCUMENT,

    NAME_NOT_PRINTABLE, BAD_INPUT.
    """
    kind = policy.type_of(type_code)
    if kind is None:
        raise Refusal(Reason.TYPE_NOT_SOLD_HERE, type=type_code[:40], passenger=number)
    try:
        plain_name = _needed_name(name, kind, drawable)
        plain_type, plain = _needed_document(document_type, document, kind)
    except Refusal as refusal:
        raise Refusal(refusal.reason, **{**refusal.facts, "passenger": number}) from refusal
    return Passenger(type=kind, name=plain_name, document_type=plain_type, document=plain)


def _needed_name(name: str, kind: PassengerType, drawable: Callable[[str], bool]) -> str:
    plain = check_name(name, drawable)
    if not plain and kind.needs_name:
        raise Refusal(Reason.NAME_NEEDED)
    return plain


def _needed_document(document_type: str, document: str, kind: PassengerType) -> tuple[str, str]:
    if document.strip():
        return check_document(document_type, document)
    if kind.needs_document:
        raise Refusal(Reason.DOCUMENT_NEEDED)
    return "", ""


def check_distinct(passengers: Sequence[Passenger]) -> None:
    """One ticket per document within the sale. Raises Refusal(SAME_DOCUMENT_TWICE, passenger=...)."""
    seen: set[str] = set()
    for number, passenger in enumerate(passengers, 1):
        if passenger.document:
            if passenger.document in seen:
                raise Refusal(Reason.SAME_DOCUMENT_TWICE, passenger=number)
            seen.add(passenger.document)


def mask_document(document: str) -> str:
    """``4301***********1234``: the first and last four; of a short one the first and last two."""
    keep = 4 if len(document) >= 12 else 2 if len(document) >= 6 else 1
    if len(document) <= 2:
        return "*" * len(document)
    return document[:keep] + "*" * (len(document) - 2 * keep) + document[-keep:]


def mask_name(name: str) -> str:
    """张*丰, J*** S****: enough for the clerk to recognise, not to copy from the screen."""
    if not name:
        return ""
    if name.isascii():
        return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())
    if len(name) == 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
