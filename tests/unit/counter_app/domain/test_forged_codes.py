"""Forged and altered codes and bundles: none is ever accepted.

``COUNTERFOIL_MUTATIONS`` sets how many (20,000 here; the whole run is a million).
"""

from __future__ import annotations

import json
import os
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from counter_app.application.verify_ticket import VerifyTicket
from counter_app.domain.barcode import CODE_CHARS_MAX, code_text, parse_code_text, read_unverified, seal_ticket
from counter_app.domain.trust import BadTrust, TrustBundle, parse_bundle
from counter_app.errors import Refusal
from counter_app.security import SigningKey, verify
from tests.golden.ticket_vectors import BODY, BUNDLE, ENDED, IN_USE, NOW, OVER, STRANGER, number

COUNT = int(os.environ.get("COUNTERFOIL_MUTATIONS", "20000"))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
OTHER_CHARS = ALPHABET + "+/= \n\t\r.~é中\0"
BUNDLE_OF_ALL: TrustBundle = parse_bundle(BUNDLE.to_bytes(), verify)
ORDER = 2**252 + 27742317777372353535851937790883648493


def _seal(key: SigningKey, **changes: Any) -> bytes:
    return seal_ticket(replace(BODY, **changes), key_id=key.key_id, sign=key.sign)


GENUINE = [
    _seal(IN_USE),
    _seal(IN_USE, copy_number=1),
    _seal(IN_USE, ticket=number(3, 43), place="04M", passenger_type="adult", document_digest=None),
    _seal(IN_USE, ticket=number(3, 44), travel_class="雅座", passenger_type="残军", service="D1234"),
    _seal(IN_USE, ticket=number(3, 45), coach=None, place=None, travel_class="unreserved"),
    _seal(ENDED, ticket=number(2, 46)),
]
TEXTS = [code_text(one) for one in GENUINE]
KNOWN = set(TEXTS)
Mutate = Callable[[random.Random], str]


def _flip(chance: random.Random) -> str:
    """One to eight bits of the payload."""
    payload = bytearray(chance.choice(GENUINE))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
    return code_text(bytes(payload))


def _text(chance: random.Random) -> str:
    """Characters of the text changed, dropped, doubled, put in."""
    text = list(chance.choice(TEXTS))
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at] = chance.choice(OTHER_CHARS)
            case 1:
                del text[at]
            case 2:
                text.insert(at, text[at])
            case _:
                text.insert(at, chance.choice(OTHER_CHARS))
    return "".join(text)


def _cut(chance: random.Random) -> str:
    payload = chance.choice(GENUINE)
    at, to = sorted((chance.randrange(len(payload) + 1), chance.randrange(len(payload) + 1)))
    return _spelled(payload[:at] + payload[to:] if chance.random() < 0.5 else payload[at:to])


def _splice(chance: random.Random) -> str:
    """Head of one, tail of another; message of one, signature of another."""
    one, other = chance.sample(GENUINE, 2)
    if chance.random() < 0.3:
        return _spelled(one[:-64] + other[-64:])
    return _spelled(one[: chance.randrange(1, len(one))] + other[chance.randrange(1, len(other)) :])


def _edited(chance: random.Random) -> str:
    """A field edited and everything encoded again as it should be, under the old signature or a stranger's."""
    payload = chance.choice(GENUINE)
    body, key_id = read_unverified(payload)
    changes: list[dict[str, Any]] = [
        {"place": f"{chance.randrange(99):02d}A", "coach": f"{chance.randrange(20)}"},
        {"copy_number": chance.randrange(256)},
        {"ticket": replace(body.ticket, serial=chance.randrange(1, 10**8))},
        {"ticket": replace(body.ticket, epoch=chance.randrange(1, 5))},
        {"ticket": replace(body.ticket, counter=chance.randrange(1, 5))},
        {"valid_until": body.valid_until + timedelta(minutes=chance.randrange(1, 10**5))},
        {"valid_from": body.valid_from - timedelta(minutes=chance.randrange(1, 10**5))},
        {"service_date": body.service_date + timedelta(days=chance.randrange(1, 400))},
        {"passenger_type": chance.choice(("adult", "staff", "infant", "x"))},
        {"travel_class": chance.choice(("first", "business", "y"))},
        {"document_digest": chance.randrange(65_536)},
        {"demonstration": not body.demonstration, "offline": not body.offline},
        {"destination_code": chance.choice(("AAA", "", "ZZZZZ"))},
    ]
    changed = replace(body, **chance.choice(changes))
    signature = payload[-64:]
    signer = chance.choice((None, STRANGER, OVER))  # none is the key that is named
    sign = (lambda purpose, message: signature) if signer is None else signer.sign
    return code_text(seal_ticket(changed, key_id=chance.choice((key_id, IN_USE.key_id)), sign=sign))


def _signature(chance: random.Random) -> str:
    """Other spellings of the same signature, and points that fit everything."""
    payload = chance.choice(GENUINE)
    s = int.from_bytes(payload[-32:], "little")
    point, high = payload[-64:-32], payload[-33] ^ 0x80
    forged = [
        point + (s + ORDER).to_bytes(32, "little"),
        point + (ORDER - s).to_bytes(32, "little"),
        point[:-1] + bytes([high]) + payload[-32:],
        bytes([chance.choice((0, 1))]) + bytes(31) + bytes(32),
        (2**255 - 20 + chance.randrange(3)).to_bytes(32, "little") + payload[-32:],
        bytes(64),
        chance.randbytes(64),
        payload[-32:] + point,
    ]
    return code_text(payload[:-64] + chance.choice(forged))


def _spelling(chance: random.Random) -> str:
    """The same bytes as another text."""
    text = chance.choice(TEXTS)
    at = chance.randrange(1, len(text))
    spare = text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ chance.randrange(1, 4)]
    return chance.choice(
        (
            text + "=" * chance.randrange(1, 5),
            text[:at] + chance.choice(" \n\t\r") + text[at:],
            text.swapcase(),
            text.replace("-", "+").replace("_", "/") + chance.choice(("", "=", "+")),
            spare,
            text + text,
            text[::-1],
            "".join(chr(0xFEE0 + ord(char)) for char in text),
        )
    )


def _length(chance: random.Random) -> str:
    """A text's length byte changed, bytes hidden before or behind the signature."""
    payload = bytearray(chance.choice(GENUINE))
    match chance.randrange(3):
        case 0:
            payload[chance.choice((54, 58, 61, 65, 69, 73))] = chance.randrange(256)
        case 1:
            payload[-64:-64] = chance.randbytes(chance.randrange(1, 12))
        case _:
            payload += chance.randbytes(chance.randrange(1, 12))
    return _spelled(bytes(payload))


def _spelled(payload: bytes) -> str:
    return urlsafe_b64encode(payload).rstrip(b"=").decode()


MUTATIONS: tuple[Mutate, ...] = (_flip, _text, _cut, _splice, _edited, _signature, _spelling, _length)


def test_no_altered_code_is_accepted() -> None:
    """Somebody travels on a code that no window made."""
    check = VerifyTicket(BUNDLE_OF_ALL, verify)
    for text in TEXTS:
        check(text, at=NOW)  # else nothing is proved
    chance = random.Random(20_261_201)
    refused: Counter[str] = Counter()
    same = 0
    for n in range(COUNT):
        text = MUTATIONS[n % len(MUTATIONS)](chance)
        if text.strip(" \t\r\n") in KNOWN:  # what was changed came out as it was: no mutation
            same += 1
            continue
        try:
            check(text, at=NOW)
        except Refusal as refusal:
            refused[refusal.reason.value] += 1
        else:
            raise AssertionError(f"accepted: {text!r}")
    assert sum(refused.values()) + same == COUNT
    assert same < COUNT / 20
    assert {"bad_code", "forged_code"} <= refused.keys()
    print(f"{sum(refused.values())} refused of {COUNT}: {dict(refused)}; {same} were no change")


def test_no_altered_bundle_is_accepted() -> None:
    """A gate would be given a thief's key, or be kept from hearing of a stolen one."""
    chance = random.Random(7)
    whole = BUNDLE.to_bytes()
    strings = [STRANGER.public.hex(), STRANGER.key_id.hex(), "0" * 64, "", "CSQ", "ended"]
    for _ in range(max(300, COUNT // 200)):
        if chance.random() < 0.4:
            content = bytearray(whole)
            at = chance.randrange(len(content))
            content[at] = chance.randrange(256)
            altered = bytes(content)
        else:
            top: Any = json.loads(whole)
            _alter(top, chance, strings)
            altered = json.dumps(top).encode()
        try:
            made = parse_bundle(altered, verify)
        except BadTrust:
            continue
        assert made.fields() == BUNDLE.fields(), "blanks between the fields say nothing"


def _alter(node: Any, chance: random.Random, strings: list[str]) -> None:
    """One place of the tree: a value replaced, a member dropped, doubled or swapped."""
    while True:
        inside = [one for one in (node.values() if isinstance(node, dict) else node) if isinstance(one, dict | list)]
        inside = [one for one in inside if one]
        if not inside or chance.random() < 0.25:
            break
        node = chance.choice(inside)
    if isinstance(node, list):
        at = chance.randrange(len(node))
        match chance.randrange(3):
            case 0:
                del node[at]
            case 1:
                node.append(node[at])
            case _:
                node.append(chance.choice(strings))
        return
    name = chance.choice(sorted(node))
    match chance.randrange(4):
        case 0:
            del node[name]
        case 1:
            node[name] = chance.choice([*strings, None, 0, 1, -1, 2**53, 1.5, True, [], {}])
        case 2:
            node[f"{name}x"] = node[name]
        case _:
            old = node[name]
            node[name] = old + 1 if isinstance(old, int) else f"{old}"[::-1]


def test_what_is_longer_than_a_code_costs_nothing() -> None:
    check = VerifyTicket(BUNDLE_OF_ALL, verify)
    for text in ("A" * (CODE_CHARS_MAX + 1), "A" * 10_000_000, "\0", "zwE", "é" * 100):
        with pytest.raises(Refusal, match="bad_code"):
            check(text, at=NOW)


def test_the_texts_are_spelled_by_the_bytes() -> None:
    for text, payload in zip(TEXTS, GENUINE, strict=True):
        assert parse_code_text(text) == payload == urlsafe_b64decode(text + "=" * (-len(text) % 4))
