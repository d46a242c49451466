"""The signed ticket code: a compact payload that a gate checks without a network, and its text in the 2D code.

``docs/ticket-payload.md`` describes every byte, so that a stranger can write a verifier with that page and the trust
bundle alone. What is signed is every byte before the signature, under the purpose ``ticket``.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final
from unicodedata import normalize
from uuid import UUID

from counter_app.domain.ids import TicketNumber
from counter_app.domain.timetable import Span
from counter_app.errors import Reason, Refusal

Sign = Callable[[str, bytes], bytes]  # (purpose, message) -> 64 bytes
Verify = Callable[[str, bytes, bytes], bool]  # (purpose, message, signature) -> whether it holds

PURPOSE: Final = "ticket"
MAGIC: Final = 0xCF
VERSION: Final = 1
SIGNATURE_BYTES: Final = 64
PAYLOAD_BYTES_MAX: Final = 150  # 200 characters of base64url: an Aztec code of at most 61 modules at 23 %
MESSAGE_BYTES_MAX: Final = PAYLOAD_BYTES_MAX - SIGNATURE_BYTES
CODE_CHARS_MAX: Final = 200
VALID_AFTER: Final = timedelta(hours=12)  # how long after arrival a gate takes it: a train that is late

TRAINING: Final = 0x01
DEMONSTRATION: Final = 0x02
OFFLINE: Final = 0x04
HAS_DOCUMENT: Final = 0x08
UNRESERVED: Final = 0x10
_FLAGS: Final = TRAINING | DEMONSTRATION | OFFLINE | HAS_DOCUMENT | UNRESERVED

# Stable for ever: only added to. 0 means that the word itself follows as a text.
CLASS_CODES: Final[tuple[str, ...]] = (
    "",
    "second",
    "first",
    "business",
    "premium_first",
    "hard_seat",
    "soft_seat",
    "hard_sleeper_upper",
    "hard_sleeper_middle",
    "hard_sleeper_lower",
    "soft_sleeper_upper",
    "soft_sleeper_lower",
    "deluxe_sleeper_upper",
    "deluxe_sleeper_lower",
    "standing",
    "unreserved",
    "economy",
    "standard",
    "hard_sleeper",
    "soft_sleeper",
    "second_sleeper_upper",
    "second_sleeper_lower",
    "first_sleeper_upper",
    "first_sleeper_lower",
    "premier",
)
TYPE_CODES: Final[tuple[str, ...]] = (
    "",
    "adult",
    "child",
    "student",
    "disabled_veteran",
    "infant",
    "senior",
    "group",
    "concession",
    "youth",
    "disabled",
    "staff",
)

_LABEL_BYTES_MAX: Final = 8  # of a coach number or a place label: identity, never shortened
_STATION_CODE_CHARS_MAX: Final = 5
_SERVICE_BYTES_MAX: Final = 12
_EPOCH_DAY: Final = date(1970, 1, 1)
_CODE_TEXT: Final = re.compile(rf"[A-Za-z0-9_-]{{4,{CODE_CHARS_MAX}}}")
BLANKS: Final = " \t\r\n"  # what scanners put around a code
_CODE_START: Final = "zwE"  # what MAGIC and VERSION look like in base64url
_MISTYPED_STARTS: Final = frozenset({"ZWE", "YWE", "WZE"})  # as typed; on QWERTZ, on AZERTY
_MISTYPED_CHARS: Final = (100, 2 * CODE_CHARS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketBody:
    """What a gate needs of a ticket. Instants are UTC and whole minutes; texts are display aids except the place.

    ``coach`` and ``place`` are None for an unreserved ticket. ``document_digest`` is 0 .. 65,535, None without a
    document. The station codes are "" where the station has none of at most five characters.
    """

    ticket: TicketNumber
    run_id: UUID
    service_date: date
    span: Span
    origin_code: str
    destination_code: str
    service: str
    coach: str | None
    place: str | None
    travel_class: str
    passenger_type: str
    document_digest: int | None
    valid_from: datetime
    valid_until: datetime
    copy_number: int = 0
    demonstration: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketKey:
    """A key that a ticket may be signed with: what its certificate names, and the check itself.

    ``station``, ``counter`` and ``epoch`` must be those of the ticket's number: a window can't sign for another.
    """

    station: str
    counter: int
    epoch: int
    verify: Verify


FindKey = Callable[[bytes], TicketKey | None]


def document_digest(ticket: TicketNumber, document: str) -> int:
    """16 bits that tell whether a document may be the ticket's, and give no document away (1 in 65,536 matches).

    SHA-256 of ``counterfoil/document``, a zero byte, the ticket number as printed, a zero byte and the document in
    upper case with everything but letters and digits removed (UTF-8); its first two bytes, big-endian.
    """
    plain = "".join(char for char in document.upper() if char.isalnum())
    digest = sha256(b"counterfoil/document\x00" + str(ticket).encode() + b"\x00" + plain.encode()).digest()
    return int.from_bytes(digest[:2], "big")


def seal_ticket(body: TicketBody, *, key_id: bytes, sign: Sign) -> bytes:
    """The payload, at most 150 bytes, signed with the key named by ``key_id`` (8 bytes).

    Display texts that don't fit are shortened by rule: passenger type and class (where they have no code of their
    own), then the service, then the station codes, which are left out whole. Coach and place never are: a label
    beyond 8 bytes raises ``Refusal(BAD_INPUT)``.
    """
    assert len(key_id) == 8
    message = _encode(_fitted(body), key_id)
    signature = sign(PURPOSE, message)
    assert len(signature) == SIGNATURE_BYTES
    return message + signature


def open_ticket(payload: bytes, *, find_key: FindKey) -> TicketBody:
    """The ticket of a payload whose signature holds.

    Raises ``Refusal``: BAD_CODE (not such a payload, or not in its one spelling), UNKNOWN_KEY (no certificate for
    its key id), FORGED_CODE (altered, or signed by a key that is not the ticket's counter's).
    """
    body, key_id = read_unverified(payload)
    key = find_key(key_id)
    if key is None:
        raise Refusal(Reason.UNKNOWN_KEY, key_id=key_id.hex())
    number = body.ticket
    if not key.verify(PURPOSE, payload[:-SIGNATURE_BYTES], payload[-SIGNATURE_BYTES:]):
        raise Refusal(Reason.FORGED_CODE, ticket=str(number))
    if (key.station, key.counter, key.epoch) != (number.station_code, number.counter, number.epoch):
        raise Refusal(Reason.FORGED_CODE, ticket=str(number), signed_by=f"{key.station}-{key.counter}-{key.epoch}")
    return body


def read_unverified(payload: bytes) -> tuple[TicketBody, bytes]:
    """The ticket and key id that a payload claims; nothing is verified. Raises ``Refusal(BAD_CODE)``."""
    if not SIGNATURE_BYTES < len(payload) <= PAYLOAD_BYTES_MAX:
        raise Refusal(Reason.BAD_CODE, detail="length")
    message = payload[:-SIGNATURE_BYTES]
    try:
        body, key_id = _decode(message)
        again = _encode(body, key_id)
    except (ValueError, AssertionError, OverflowError, IndexError, Refusal) as trouble:
        raise Refusal(Reason.BAD_CODE, detail="fields") from trouble
    if again != message:  # one spelling only: nothing may ride along unseen
        raise Refusal(Reason.BAD_CODE, detail="spelling")
    return body, key_id


def code_text(payload: bytes) -> str:
    """What stands in the 2D code and what a keyboard-wedge scanner types: base64url without padding."""
    text = urlsafe_b64encode(payload).rstrip(b"=").decode()
    assert len(text) <= CODE_CHARS_MAX
    return text


def parse_code_text(text: str) -> bytes:
    """The payload of a scanned text; blanks around it are dropped. Raises ``Refusal(BAD_CODE)``."""
    plain = text.strip(BLANKS)
    if not _CODE_TEXT.fullmatch(plain) or len(plain) % 4 == 1:
        raise Refusal(Reason.BAD_CODE, detail="characters")
    payload = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    if code_text(payload) != plain:  # the last character has unused bits: only zeros are right
        raise Refusal(Reason.BAD_CODE, detail="spelling")
    return payload


def looks_like_code(text: str) -> bool:
    """Whether a typed or scanned text is meant as a ticket code of this version, right or wrong."""
    plain = text.strip(BLANKS)
    return plain.startswith(_CODE_START) and len(plain) > 90 and bool(_CODE_TEXT.fullmatch(plain))


def looks_mistyped(text: str) -> bool:
    """Whether a text that is no code looks like what a scanner's keys make of one under Caps Lock, with wide letters

    (an input method's), or on a keyboard of another country. It is not mended: a payload has exactly one text.
    """
    if len(text) > _MISTYPED_CHARS[1] or looks_like_code(text):
        return False
    plain = normalize("NFKC", text).strip()
    return len(plain) >= _MISTYPED_CHARS[0] and plain[:3].upper() in _MISTYPED_STARTS


# ---------------------------------------------------------------- bytes


def _fitted(body: TicketBody) -> TicketBody:
    fitted = replace(
        body,
        origin_code=_station_code(body.origin_code),
        destination_code=_station_code(body.destination_code),
        service=_shortened(_plain(body.service), _SERVICE_BYTES_MAX),
        travel_class=_plain(body.travel_class),
        passenger_type=_plain(body.passenger_type),
        coach=_label(body.coach),
        place=_label(body.place),
        copy_number=min(body.copy_number, 255),
    )
    room = MESSAGE_BYTES_MAX - len(_encode(fitted, bytes(8)))
    if room < 0 and fitted.passenger_type not in TYPE_CODES:
        shorter = _shortened_by(fitted.passenger_type, -room)
        room += len(fitted.passenger_type.encode()) - len(shorter.encode())
        fitted = replace(fitted, passenger_type=shorter)
    if room < 0 and fitted.travel_class not in CLASS_CODES:
        shorter = _shortened_by(fitted.travel_class, -room)
        room += len(fitted.travel_class.encode()) - len(shorter.encode())
        fitted = replace(fitted, travel_class=shorter)
    if room < 0:
        shorter = _shortened_by(fitted.service, -room)
        room += len(fitted.service.encode()) - len(shorter.encode())
        fitted = replace(fitted, service=shorter)
    if room < 0:
        room += len(fitted.destination_code)
        fitted = replace(fitted, destination_code="")
    if room < 0:
        room += len(fitted.origin_code)
        fitted = replace(fitted, origin_code="")
    assert room >= 0
    return fitted


def _encode(body: TicketBody, key_id: bytes) -> bytes:
    number = body.ticket
    reserved = body.coach is not None or body.place is not None
    has_document = body.document_digest is not None
    flags = (
        (TRAINING if number.training else 0)
        | (DEMONSTRATION if body.demonstration else 0)
        | (OFFLINE if body.offline else 0)
        | (HAS_DOCUMENT if has_document else 0)
        | (0 if reserved else UNRESERVED)
    )
    class_code = _code(body.travel_class, CLASS_CODES)
    type_code = _code(body.passenger_type, TYPE_CODES)
    parts = [
        bytes((MAGIC, VERSION, flags)),
        key_id,
        number.counter.to_bytes(2, "big"),
        number.epoch.to_bytes(2, "big"),
        number.serial.to_bytes(4, "big"),
        (body.service_date - _EPOCH_DAY).days.to_bytes(2, "big"),
        body.run_id.bytes,
        body.span.board.to_bytes(2, "big"),
        body.span.alight.to_bytes(2, "big"),
        _minute(body.valid_from).to_bytes(4, "big"),
        _minute(body.valid_until).to_bytes(4, "big"),
        bytes((body.copy_number,)),
        (body.document_digest or 0).to_bytes(2, "big"),
        bytes((class_code, type_code)),
        _text(number.station_code),
    ]
    if reserved:
        parts += [_text(body.coach or ""), _text(body.place or "")]
    parts += [_text(body.origin_code), _text(body.destination_code), _text(body.service)]
    if not class_code:
        parts.append(_text(body.travel_class))
    if not type_code:
        parts.append(_text(body.passenger_type))
    return b"".join(parts)


def _decode(message: bytes) -> tuple[TicketBody, bytes]:
    reader = _Reader(message)
    magic, version, flags = reader.take(3)
    if (magic, version) != (MAGIC, VERSION) or flags & ~_FLAGS:
        raise ValueError("not this version")
    key_id = reader.take(8)
    counter, epoch, serial, day = (reader.number(size) for size in (2, 2, 4, 2))
    run = UUID(bytes=reader.take(16))
    board, alight = reader.number(2), reader.number(2)
    valid_from, valid_until = _instant(reader.number(4)), _instant(reader.number(4))
    if valid_until < valid_from:
        raise ValueError("validity ends before it begins")
    copy_number, digest = reader.number(1), reader.number(2)
    if digest and not flags & HAS_DOCUMENT:
        raise ValueError("a digest without a document")
    class_code, type_code = reader.number(1), reader.number(1)
    if class_code >= len(CLASS_CODES) or type_code >= len(TYPE_CODES):
        raise ValueError("unknown class or type")
    station_code = reader.text()
    coach, place = (None, None) if flags & UNRESERVED else (reader.text() or None, reader.text() or None)
    origin_code, destination_code, service = reader.text(), reader.text(), reader.text()
    travel_class = CLASS_CODES[class_code] or reader.text()
    passenger_type = TYPE_CODES[type_code] or reader.text()
    reader.end()
    if any(len(label.encode()) > _LABEL_BYTES_MAX for label in (coach or "", place or "")):
        raise ValueError("a label that is too long")
    if _station_code(origin_code) != origin_code or _station_code(destination_code) != destination_code:
        raise ValueError("a station's code that is none")
    if len(service.encode()) > _SERVICE_BYTES_MAX:
        raise ValueError("a service that is too long")
    body = TicketBody(
        ticket=TicketNumber(
            station_code=station_code,
            counter=counter,
            epoch=epoch,
            serial=serial,
            training=bool(flags & TRAINING),
        ),
        run_id=run,
        service_date=_EPOCH_DAY + timedelta(days=day),
        span=Span(board, alight),
        origin_code=origin_code,
        destination_code=destination_code,
        service=service,
        coach=coach,
        place=place,
        travel_class=travel_class,
        passenger_type=passenger_type,
        document_digest=digest if flags & HAS_DOCUMENT else None,
        valid_from=valid_from,
        valid_until=valid_until,
        copy_number=copy_number,
        demonstration=bool(flags & DEMONSTRATION),
        offline=bool(flags & OFFLINE),
    )
    return body, key_id


class _Reader:
    """Takes fields off the front; a short message is a ``ValueError``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise ValueError("too short")
        self._at += count
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def text(self) -> str:
        text = self.take(self.number(1)).decode("utf-8", "strict")
        if text != _plain(text):
            raise ValueError("a character that has no place in a text")
        return text

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("too long")


def _text(text: str) -> bytes:
    raw = text.encode("utf-8")
    return bytes((len(raw),)) + raw


def _code(word: str, table: tuple[str, ...]) -> int:
    return table.index(word) if word in table else 0


def _plain(text: str) -> str:
    # Of blanks only U+0020 is printable to Python; of the rest neither controls, formats, surrogates, private use nor
    # what is not assigned.
    return "".join(char for char in text if char.isprintable()).strip()


def _shortened(text: str, bytes_max: int) -> str:
    """The longest beginning of at most ``bytes_max`` bytes of UTF-8, whole characters, no blank at its end."""
    return text.encode()[:bytes_max].decode("utf-8", "ignore").rstrip()


def _shortened_by(text: str, bytes_off: int) -> str:
    return _shortened(text, max(0, len(text.encode()) - bytes_off))


def _station_code(code: str) -> str:
    plain = _plain(code)
    return plain if plain.isascii() and len(plain) <= _STATION_CODE_CHARS_MAX else ""


def _label(label: str | None) -> str | None:
    if label is None:
        return None
    plain = _plain(label)
    if len(plain.encode()) > _LABEL_BYTES_MAX:
        raise Refusal(Reason.BAD_INPUT, detail="a coach or place label beyond 8 bytes", label=plain)
    return plain or None


def _minute(instant: datetime) -> int:
    assert instant.tzinfo is not None
    return int(instant.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
